"""Values that come in steps: when two are the same, and when no better one can exist."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from model.highs import ABSOLUTE_GAP
from model.program import Vector


class Stepped(Protocol):
    """Something that is minimised, whose values are multiples of a step; 0 where unknown."""

    @property
    def costs(self) -> Vector:
        """One per column."""

    @property
    def step(self) -> float:
        """Of what the values are multiples."""


def slack(value: float) -> float:
    """Return what the contract lets a held tier drift."""
    return max(1e-6, 1e-9 * abs(value))


def drift(value: float, step: float) -> float:
    """Return how far a held tier may drift in the solver's hands.

    As far as the contract lets it, and where values come in steps well beyond the solver's own
    tolerance, which otherwise cuts off plans that hold the tier exactly; never as far as a step.
    """
    return max(slack(value), min(1e-4, step / 4))


def exact(goal: Stepped, point: Vector) -> float:
    """Return the goal's value at a point of whole units, free of the solver's tolerances."""
    value = float(goal.costs @ point)
    return round(value / goal.step) * goal.step if goal.step > 20 * ABSOLUTE_GAP else value


def each_exact(values: Vector, steps: Vector) -> Vector:
    """Return several values, each as :func:`exact` would have it, of the steps beside them."""
    coarse = steps > 20 * ABSOLUTE_GAP
    wide = np.where(coarse, steps, 1.0)
    return np.where(coarse, np.round(values / wide) * wide, values)


def met(value: float, bound: float, step: float) -> bool:
    """Whether no better value than this can exist."""
    return value - bound <= max(slack(value), step * 0.999 - 10 * ABSOLUTE_GAP)
