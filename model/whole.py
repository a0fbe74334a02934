"""A plan of the whole while its parts are solved apart: it keeps every joining row."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from model.events import refuted
from model.greedy import filled, taken_over
from model.highs import ABSOLUTE_GAP, Limits
from model.neighbourhood import Climb, Field
from model.program import Program, Row, Vector
from model.steps import exact, met
from model.terms import Standing, Terms
from model.weighing import weighed

NOISE = 1e-7
"""Relative distance of value and bound that is the solver's tolerance and no gap."""

START_SECONDS = 5.0
"""How long a plan to start from may be looked for, even when time is up."""

STARTING = 30
"""How long the solver may look for such a plan: see ``Limits``."""

PATIENCE = 3
"""How many neighbourhoods of a part may bring nothing where parts are joined: see ``Climb``."""


def as_one(program: Program, standings: Sequence[Standing]) -> Vector:
    """Return the parts' points side by side."""
    point = np.zeros(program.size)
    for standing in standings:
        point[standing.columns] = standing.point
    return point


def broken_rows(program: Program, point: Vector) -> list[Row]:
    """Return the joining rows that a point breaks."""
    several = (program.rows[i] for i in np.flatnonzero(program.matrix.beyond(point)).tolist())
    return [row for row in several if row.block]


def so_far(program: Program, standings: Sequence[Standing]) -> Vector:
    """Return a plan near where the parts stand."""
    point = as_one(program, standings)
    if not broken_rows(program, point):
        return point
    return filled(program, program.nothing, weighed(program.goals).costs, advice=point)


def bounds_of(
    program: Program, standings: Sequence[Standing], values: Sequence[float] | None = None
) -> list[float]:
    """Add up the parts' bounds, as far as they hold for plans as good as these values.

    Without values they are those of the parts.

    A part's bound holds while its own earlier tiers do. Where the others are not proven, the whole
    could let them be better and this part as much worse, unless that is less than a step of it: of
    its later tiers nothing is known then.
    """
    bounds = []
    known = [True] * len(standings)
    for i in range(len(program.goals)):
        bounds.append(
            sum(s.bounds[i] if sure else 0.0 for s, sure in zip(standings, known, strict=True))
        )
        apart = sum(each.values[i] for each in standings)
        value = apart if values is None else values[i]
        noise = NOISE * max(1.0, abs(value))
        beyond = max(0.0, value - apart)
        gaps = [max(0.0, each.values[i] - each.bounds[i]) for each in standings]
        for k, each in enumerate(standings):
            slack = sum(gaps) - gaps[k] + beyond
            known[k] = known[k] and slack <= max(noise, each.steps[i] * 0.999 - 10 * ABSOLUTE_GAP)
    return bounds


class Whole:
    """A plan of the whole while parts that break joining rows are solved: it keeps every row."""

    def __init__(
        self,
        program: Program,
        parts: Sequence[list[int]],
        programs: Sequence[Program],
        standings: Sequence[Standing],
        point: Vector,
        terms: Terms,
    ) -> None:
        self.program, self.goals, self.terms = program, program.goals, terms
        self._parts = [(each.goals, columns) for each, columns in zip(programs, parts, strict=True)]
        self._aim = weighed(program.goals)
        self.costs = self._aim.costs
        self.point = program.nothing
        if terms.begin is not None:
            self.point = taken_over(program, self.costs, terms.begin.point)
        self.point = min(self.point, self.near(point, standings), key=self.values)
        terms.course.found(self.point)
        self._climb(standings)

    def _climb(self, standings: Sequence[Standing]) -> None:
        """Better the plan, neighbourhood by neighbourhood, where it falls short of what is proven.

        Neighbourhoods are for a solver that is quick to ask.
        """
        program, terms, aim = self.program, self.terms, self._aim
        if program.traits is None or terms.driven is not None:
            return
        fields = []
        for standing in standings:
            columns = np.array(standing.columns)
            floor = sum(w * b for w, b in zip(aim.weights, standing.bounds, strict=False))
            fields.append(Field(columns[self.program.units[columns]], columns, floor))
        tiers = [goal.costs for goal in aim.goals]
        climb = Climb(
            program, self.point, aim.costs, tiers, fields,
            terms.seed, terms.until, terms.over, PATIENCE, terms.events,
        )  # fmt: skip
        for standing in standings:
            climb.put(np.array(standing.columns), standing.point)

        def told(point: Vector) -> None:
            for goal in aim.goals:
                terms.moved(goal.name)
            terms.course.found(point)
            terms.sketch.offer(lambda: point, settled=True)

        climb.run(told)
        self.point = climb.point
        terms.course.found(self.point)
        terms.sketch.offer(lambda: self.point, settled=True)

    def values(self, point: Vector) -> list[float]:
        """Return the value of every tier.

        Part by part: their steps are wider than that of the whole, beyond what the solver's
        tolerances add up to.
        """
        return [
            sum(exact(goals[i], point[columns]) for goals, columns in self._parts)
            for i in range(len(self.goals))
        ]

    def near(self, point: Vector, standings: Sequence[Standing]) -> Vector:
        """Return a plan near a point that breaks joining rows."""
        program, costs = self.program, self.costs
        followed = filled(program, program.nothing, costs, advice=point)
        thinned = _thinned(program, point, self.terms)
        mixed = self._mixed(point, standings)
        return min(filled(program, thinned, costs), thinned, followed, mixed, key=self.values)

    def _mixed(self, point: Vector, standings: Sequence[Standing]) -> Vector:
        """Return the plan in hand with one part after the other of a point, as far as they fit."""
        mixed = self.point.copy()
        joining = [row for row in self.program.rows if row.block]
        for standing in standings:
            columns = standing.columns
            before = mixed[columns]
            mixed[columns] = point[columns]
            if any(row.breaks(mixed) for row in joining):
                mixed[columns] = before
        return mixed

    def offer(self, standings: Sequence[Standing], point: Vector) -> None:
        """Take over what was found for the parts, where the whole is better for it."""
        self.point = min(self.point, self.near(point, standings), key=self.values)
        self.terms.course.found(self.point)
        self._climb(standings)

    def unrefuted(self, bounds: Sequence[float]) -> list[float]:
        """Return the bounds, 0 in place of those that the plan in hand refutes."""
        kept = list(bounds)
        for i, value in enumerate(self.values(self.point)):
            if refuted(bounds[i], value):
                self.terms.events.note(
                    f"tier {self.goals[i].name}: what was proven of parts lies above what a plan "
                    "of all comes to; it was thrown away"
                )
                kept[i] = 0.0
        return kept

    def reaches(self, bounds: Sequence[float]) -> bool:
        """Whether no better plan than this can exist."""
        return all(
            met(value, bound, goal.step)
            for goal, value, bound in zip(self.goals, self.values(self.point), bounds, strict=True)
        )


def _thinned(program: Program, point: Vector, terms: Terms) -> Vector:
    """Return the point with units taken away until every row holds.

    What is no unit, such as what is missing or who leads, follows the units.
    """
    point = point.copy()
    for row in program.rows:
        if not row.couples:
            continue
        columns = list(row.columns)
        for column in sorted(columns, key=lambda c: -point[c]):
            while point[column] >= 1 and row.breaks(point):
                point[column] -= 1
    goals = program.goals
    costs = sum(
        (
            goal.costs * 100.0 ** (len(goals) - i) / max(1e-9, np.abs(goal.costs).max())
            for i, goal in enumerate(goals)
        ),
        np.zeros(program.size),
    )
    for or_fewer in (False, True):
        # Even when time is up: without it all that the parts found would be lost.
        until = time.monotonic() + START_SECONDS
        limits = Limits(1e-3, ABSOLUTE_GAP, until, terms.seed, STARTING)
        fixed = program.with_units_at(point, or_fewer=or_fewer)
        answer = terms.minimise(fixed, costs, limits)
        if answer.point is not None:
            start = np.where(program.whole, np.round(answer.point), answer.point)
            wrong = program.fault(start)
            if wrong is None:
                return start
            terms.events.note(f"a plan to start from of {terms.who} was thrown away: {wrong}")
        elif answer.ending == "infeasible" and fixed.fault(program.nothing) is None:
            terms.events.note(
                f"{terms.who} called a program infeasible that nothing deployed satisfies; the "
                "answer was thrown away"
            )
    return program.nothing
