"""The course of a search through a whole program: one record of best, bound and tier.

It is that of the whole, never of a part, and it only gets better. What is told is the first tier
that is open: a bound of a later one holds for plans that are at their best in those before it, so
it means nothing as long as nobody has such a plan.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from model.domain import Stage
from model.program import Goal, Program, Vector
from model.steps import each_exact, met

EVERY = 0.2
"""Seconds between two looks at where all parts stand together."""

Report = Callable[[Stage, float, float], None]
"""Told (tier, best, bound), constants left out."""

Proven = Callable[[Stage, float], None]
"""Told (tier, bound), the constant left out."""


class Course:
    """Where a search stands.

    Args:
        tell: hears of every change.
        gap: relative gap at which a tier counts as closed.
    """

    def __init__(self, tell: Report = lambda tier, best, bound: None, gap: float = 0.0) -> None:
        self._tell, self._gap = tell, gap
        self._turn = threading.Lock()
        self._goals: tuple[Goal, ...] = ()
        self._values: list[float] = []

    def begin(
        self, program: Program, programs: Sequence[Program], parts: Sequence[Sequence[int]]
    ) -> None:
        """Begin with nothing deployed, and nothing known, of a program and its parts."""
        self._program, self._goals = program, program.goals
        self._order = np.concatenate([np.asarray(columns, dtype=np.int64) for columns in parts])
        self._first = np.cumsum([0, *(len(columns) for columns in parts[:-1])])
        both = range(len(self._goals))
        self._costs = [np.concatenate([each.goals[i].costs for each in programs]) for i in both]
        self._steps = [np.array([each.goals[i].step for each in programs]) for i in both]
        self._values = self._of(program.nothing)
        self._bounds = [0.0] * len(self._goals)
        self._told: tuple[int, float, float] = (0, self._values[0] if self._goals else 0.0, 0.0)

    def found(self, point: Vector) -> None:
        """Take in a point, if it keeps every row of the whole and is better than the best one."""
        values = self._of(point)
        with self._turn:
            for new, old in zip(values, self._values, strict=True):
                if abs(new - old) > 1e-7 * max(1.0, abs(old)):
                    if new < old and self._program.matrix.fault(point, 1e-5) is None:
                        self._values = values
                        self._say()
                    return

    def proven(self, tier: Stage, bound: float) -> None:
        """Take in what no plan of the whole goes below that is at its best in the tiers before."""
        with self._turn:
            for i, goal in enumerate(self._goals):
                if goal.name == tier and i >= self._told[0] and bound > self._bounds[i] + 1e-9:
                    self._bounds[i] = bound
                    # Later ones were known for plans that are better in this tier than any is.
                    self._bounds[i + 1 :] = [0.0] * (len(self._goals) - i - 1)
                    self._say()

    def _of(self, point: Vector) -> list[float]:
        # Part by part: their steps are wider than what the solver's tolerances add up to.
        there = point[self._order]
        return [
            float(each_exact(np.add.reduceat(costs * there, self._first), steps).sum())
            for costs, steps in zip(self._costs, self._steps, strict=True)
        ]

    def _say(self) -> None:
        tier = self._told[0]
        while True:
            now = tier, self._values[tier], min(self._bounds[tier], self._values[tier])
            if now != self._told:
                self._told = now
                self._tell(self._goals[tier].name, *now[1:])
            if tier == len(self._goals) - 1 or not self._closed(tier):
                return
            tier += 1

    def _closed(self, tier: int) -> bool:
        value, bound = self._values[tier], self._bounds[tier]
        near = value - bound <= self._gap * abs(value)
        return near or met(value, bound, self._goals[tier].step)
