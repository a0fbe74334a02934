"""The first tiers of a program as one goal, and which of two points is better. No solver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from model.program import Goal, Program, Vector

WEIGHT = 10.0
"""What an earlier tier weighs in a later one's terms: it must pay to keep it, not to prove it."""


class Weighed(NamedTuple):
    """The first tiers as one: their goals, what each weighs, and the sum."""

    goals: tuple[Goal, ...]
    weights: tuple[float, ...]
    costs: Vector


def weighed(goals: Sequence[Goal]) -> Weighed:
    """Weigh the pins, if there are any, and the two tiers after them."""
    pinned = bool(goals) and goals[0].name == "pins"
    chosen = tuple(goals[: 3 if pinned else 2])
    usual = [_usual(goal.costs) for goal in chosen]
    last = len(chosen) - 1
    weights = tuple(
        WEIGHT ** (last - i) * (usual[last] / each if last else 1.0) if i < last else 1.0
        for i, each in enumerate(usual)
    )
    costs = sum(
        (weight * goal.costs for weight, goal in zip(weights, chosen, strict=True)),
        np.zeros(len(chosen[0].costs)),
    )
    return Weighed(chosen, weights, costs)


def _usual(costs: Vector) -> float:
    paid = costs[costs > 0]
    return float(paid.mean()) if len(paid) else 1.0


def better_of(goals: Sequence[Goal], one: Vector, other: Vector) -> Vector:
    """Return the second point if no tier is worse in it before one is better, else the first."""
    for goal in goals:
        by = float(goal.costs @ (other - one))
        if abs(by) > 1e-7 * max(1.0, abs(float(goal.costs @ one))):
            return one if by > 0 else other
    return other


def weighed_as(part: Program, aim: Weighed) -> Weighed:
    """Weigh a part's tiers as the whole's are."""
    goals = part.goals[: len(aim.goals)]
    costs = sum(
        (weight * goal.costs for weight, goal in zip(aim.weights, goals, strict=True)),
        np.zeros(part.size),
    )
    return Weighed(goals, aim.weights, costs)
