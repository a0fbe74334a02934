"""A program too large to be proven soon: first a plan, then a better one, next to it the bounds.

1. Every part is solved over units that need not be whole: a bound of it, and advice.
2. From the advice and from what is missing a plan is made at once (``model/greedy.py``).
3. Neighbourhood after neighbourhood makes the parts better (``model/neighbourhood.py``), as if
   nothing joined them; then they yield to each other (``model/yielding.py``), and the plan of the
   whole gets better in the same way.
4. The solver looks at the parts that are still open, for better bounds and plans.

The first tiers are weighed into one. What is proven of a weighed sum holds for all plans, not only
for those that hold the earlier tiers: less their weighed value, it bounds the last of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from model.cores import cores
from model.course import Course
from model.domain import Stage
from model.greedy import filled, thinned, trimmed
from model.highs import ABSOLUTE_GAP, Limits, minimise
from model.neighbourhood import Climb, Field
from model.program import Program, Vector
from model.sketch import Sketcher
from model.weighing import better_of, weighed, weighed_as
from model.yielding import Yielding, apart, joining

LARGE = 20_000
"""So many columns make a program large."""

APART, LATE, PLANNING = 0.4, 0.6, 0.75
"""Of the time that is left once there is a plan: when the parts have been bettered as if nothing
joined them, when they are to yield faster, and when no more plans are looked for, only bounds.
"""

SELDOM = 10.0
"""A plan of the whole is made from what the parts have so far after so many times its own time."""

AT_LEAST = 5.0
"""Seconds that the first plan may take, even when time is up: without it there is none."""

EFFORTS = (60, 240, 960)
"""How long the solver looks at a part that is open, in turns: see ``Limits``."""

COSTLY = 1.5
"""A look takes about as long as the part's columns to this power: what may be proven for the time
decides who is looked at first."""


class Clock(NamedTuple):
    """When to stop, the seed, and who is told what of plans and bounds: see ``Terms``."""

    until: float
    seed: int
    over: Callable[[], bool]
    moved: Callable[[Stage], None]
    sketch: Sketcher = Sketcher()
    course: Course = Course()


class Ahead:
    """The search through a large program, before anything of it is proven tier by tier.

    Attributes:
        point: the best plan; keeps every row.
    """

    def __init__(
        self,
        program: Program,
        parts: Sequence[list[int]],
        programs: Sequence[Program],
        clock: Clock,
    ) -> None:
        self.program, self.clock = program, clock
        self.parts = [np.array(columns) for columns in parts]
        self.programs = programs
        self.aim = weighed(program.goals)
        self.aims = [weighed_as(each, self.aim) for each in programs]
        units = np.zeros(program.size, dtype=bool)
        units[[c for c in program.begin if c >= 0]] = True
        self.fields = [Field(columns[units[columns]], columns, 0.0) for columns in self.parts]
        # What is proven of each tier alone, and of their weighed sum, by part.
        self.least = np.zeros((len(self.aim.goals), len(parts)))
        # Where the solver has proven all there is, though plans of the whole may lie above it.
        self.closed = np.zeros((len(self.aim.goals), len(parts)), dtype=bool)
        self.looked = np.zeros((len(self.aim.goals), len(parts)))  # with what effort
        self.point = program.nothing

    def run(self) -> None:
        """Find a good plan and bounds."""
        clock = self.clock
        advice = self.relax()
        full = self.full(self.program, advice)
        self.point = better_of(self.aim.goals, self.point, full)
        self.tell()
        began = time.monotonic()
        left = clock.until - began
        quiet = began + PLANNING * left
        climb = self.climb = self.climbing(self.program, self.point)
        if joining(self.program, self.parts) and not clock.over():
            self.together(advice, began + APART * left, began + LATE * left)
            climb.run(self.heard, None, lambda: time.monotonic() > quiet)
        else:
            climb.run(self.heard, advice, lambda: time.monotonic() > quiet)
        self.point = climb.point
        self.open_up(climb, clock.until)
        self.trim()
        self.tell()

    def full(self, program: Program, advice: Vector) -> Vector:
        """Return a plan at once, and at once also where time is up."""
        enough = time.monotonic() + AT_LEAST
        over = self.clock.over
        return filled(
            program,
            program.nothing,
            self.aim.costs,
            lambda: over() and time.monotonic() > enough,
            advice,
        )

    def climbing(self, program: Program, point: Vector) -> Climb:
        """Return a climb that begins at a point."""
        assert program.traits is not None  # noqa: S101 - asked by who calls
        tiers, clock = [goal.costs for goal in self.aim.goals], self.clock
        return Climb(
            program, point, self.aim.costs, tiers, self.fields, clock.seed, clock.until, clock.over
        )

    def together(self, advice: Vector, half: float, late: float) -> None:
        """Better the parts apart, let them yield to each other, and take over what comes of it.

        Args:
            advice: see ``Climb.run``.
            half: when the parts have been apart long enough, in monotonic seconds.
            late: when they are to yield faster.
        """
        rows, took = joining(self.program, self.parts), 0.0
        last = time.monotonic()

        def near(point: Vector) -> None:
            nonlocal last, took
            last = time.monotonic()
            over = self.clock.over
            plan = thinned(self.program, point, self.aim.costs, over)
            if plan is not None and self.climb.put(np.arange(self.program.size), plan):
                self.heard(self.climb.point)
            took, last = time.monotonic() - last, time.monotonic()

        def heard(point: Vector) -> None:
            if time.monotonic() - last > SELDOM * took:
                near(point)

        alone = apart(self.program, rows, self.parts)
        climb = self.climbing(alone, self.full(alone, advice))
        climb.blocks = []  # what a caveat joins is of no use as long as it costs nothing
        climb.run(heard, advice, lambda: time.monotonic() > half)
        for field in self.fields:
            field.tired = 0
        clock = self.clock
        settling = Yielding(
            self.program, rows, climb.point, self.aim, self.fields,
            (clock.seed, clock.until, clock.over),
        )  # fmt: skip
        settling.settle(heard, lambda: time.monotonic() > late)
        near(settling.point[: self.program.size])
        for field in self.fields:
            field.tired = 0

    def offer(self, parts: Sequence[list[int]], point: Vector) -> None:
        """Take over what is better in another point: all of it, or some of its parts."""
        for columns in (np.arange(self.program.size), *map(np.array, parts)):
            self.climb.put(columns, point[columns])
        self.trim()

    def trim(self) -> None:
        """Take away the units of the plan that serve nobody."""
        point = self.climb.point
        thinner = trimmed(self.program, point, self.aim.costs)
        self.point = better_of(self.aim.goals, point, thinner)

    def relax(self) -> Vector:
        """Solve the parts over units that need not be whole; return the point of them all."""
        advice = self.program.nothing.copy()
        last = len(self.aim.goals) - 1

        def look(k: int) -> None:
            part = self.programs[k]
            free = replace(part, whole=np.zeros(part.size, dtype=bool))
            limits = Limits(0.0, ABSOLUTE_GAP, self.clock.until, self.clock.seed)
            for i in range(last + 1):
                if self.clock.over():
                    return
                costs = self.aims[k].costs if i == last else part.goals[i].costs
                answer = minimise(free, costs, limits)
                self.least[i, k] = max(0.0, answer.bound)
                if i < last:
                    self.least[i, k] = stepped(self.least[i, k], part.goals[i].step)
                elif answer.point is not None:
                    advice[self.parts[k]] = answer.point
            self.fields[k].floor = self.least[last, k]

        with ThreadPoolExecutor(cores()) as pool:
            list(pool.map(look, range(len(self.parts))))
        return advice

    def open_up(self, climb: Climb, until: float) -> None:
        """Let the solver look at the parts that are open, one tier and then all, in turns.

        Args:
            climb: holds the plan, and takes over what is found with a bound.
            until: when to stop, in monotonic seconds.
        """
        last = len(self.aim.goals) - 1
        for effort in EFFORTS:
            for i in range(last + 1):
                waiting = [
                    k
                    for k in range(len(self.parts))
                    if self.looked[i, k] < effort
                    and not self.closed[i, k]
                    and self.distance(i, k, climb.point) > ABSOLUTE_GAP
                ]
                waiting.sort(
                    key=lambda k: -self.distance(i, k, climb.point) / len(self.parts[k]) ** COSTLY
                )
                with ThreadPoolExecutor(cores()) as pool:
                    jobs = [
                        (k, pool.submit(self.look, i, k, effort, climb.point.copy(), until))
                        for k in waiting
                    ]
                    found = [(k, job.result()) for k, job in jobs]
                for k, better in found:
                    if better is not None:
                        climb.put(self.parts[k], better)
                self.point = climb.point
                self.tell()
                if self.clock.over() or time.monotonic() > until:
                    return

    def look(self, i: int, k: int, effort: int, point: Vector, until: float) -> Vector | None:
        """Prove more of a tier of a part, or of all weighed; return what was found with it."""
        if self.clock.over() or time.monotonic() > until:
            return None
        last = len(self.aim.goals) - 1
        part, goal = self.programs[k], self.programs[k].goals[i]
        costs = self.aims[k].costs if i == last else goal.costs
        gap = max(ABSOLUTE_GAP, 0.0 if i == last else goal.step * 0.999 - 10 * ABSOLUTE_GAP)
        limits = Limits(1e-4, gap, until, self.clock.seed, effort)
        start = point[self.parts[k]]
        answer = minimise(part, costs, limits, start=start)
        if answer.ending == "spent":
            self.looked[i, k] = effort
        self.closed[i, k] = answer.ending == "optimal"
        bound = answer.bound if i == last else stepped(answer.bound, goal.step)
        self.least[i, k] = min(max(self.least[i, k], bound), float(costs @ start))
        if i == last:
            self.fields[k].floor = self.least[last, k]
        if i < last or answer.point is None:
            return None
        return np.where(part.whole, np.round(answer.point), answer.point)

    def distance(self, i: int, k: int, point: Vector) -> float:
        """Return how far a part's value lies above what is proven of it."""
        last = len(self.aim.goals) - 1
        costs = self.aim.costs if i == last else self.aim.goals[i].costs
        columns = self.parts[k]
        return float(costs[columns] @ point[columns]) - float(self.least[i, k])

    def bounds(self, point: Vector) -> list[float]:
        """Return, per tier of the program, what no plan that holds the point's earlier ones beats.

        Nothing is known of tiers beyond those that are weighed.
        """
        last = len(self.aim.goals) - 1
        values = [float(goal.costs @ point) for goal in self.aim.goals]
        sums = [math.fsum(row) for row in self.least.tolist()]
        held = sum(w * v for w, v in zip(self.aim.weights, values[:last], strict=False))
        known = [*sums[:last], max(0.0, sums[last] - held)]
        noise = [1e-7 * max(1.0, abs(each)) for each in sums]
        known = [max(0.0, each - slack) for each, slack in zip(known, noise, strict=True)]
        return [*known, *([0.0] * (len(self.program.goals) - len(known)))]

    def heard(self, point: Vector) -> None:
        """Hear of a better plan."""
        self.point = point
        self.tell()

    def tell(self) -> None:
        """Tell where each tier stands."""
        self.clock.course.found(self.point)
        for goal, bound in zip(self.aim.goals, self.bounds(self.point), strict=False):
            value = float(goal.costs @ self.point)
            self.clock.moved(goal.name)
            self.clock.course.proven(goal.name, min(bound, value))
        self.clock.sketch.offer(lambda: self.point)


def stepped(bound: float, step: float) -> float:
    """Return a bound as the next value that there can be."""
    if step <= 20 * ABSOLUTE_GAP or not math.isfinite(bound):
        return bound
    return math.ceil((bound - 5 * ABSOLUTE_GAP) / step) * step
