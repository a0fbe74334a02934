"""A program too large to be proven soon: first a plan, then a better one, next to it the bounds.

1. Every part is solved over units that need not be whole: a bound of it, and advice.
2. From the advice and from what is missing a plan is made at once (``model/greedy.py``).
3. Neighbourhood after neighbourhood makes it better (``model/neighbourhood.py``).
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
from model.events import Events, refuted
from model.greedy import filled, taken_over, trimmed
from model.highs import ABSOLUTE_GAP, Answer, Limits, minimise
from model.neighbourhood import Climb, Field
from model.program import Program, Vector
from model.sketch import Sketcher
from model.weighing import better_of, weighed, weighed_as

LARGE = 20_000
"""So many columns make a program large."""

CLIMBS = ((1.0, 0.45), (10.0, 0.8))
"""How many times more the earlier tiers weigh in each climb, and the part of the time that is left
once there is a plan by which it ends. With little to choose from at first a heavy weight leads
astray; later, what is missing of the last tier hides what is missing of the first."""

AT_LEAST = 5.0
"""Seconds that the first plan may take, even when time is up: without it there is none."""

EFFORTS = (60, 240, 960)
"""How long the solver looks at a part that is open, in turns: see ``Limits``."""

COSTLY = 1.5
"""A look takes about as long as the part's columns to this power: what may be proven for the time
decides who is looked at first."""


class Clock(NamedTuple):
    """When to stop, the seed, and who is told what of plans, bounds, faults: see ``Terms``."""

    until: float
    seed: int
    over: Callable[[], bool]
    moved: Callable[[Stage], None]
    events: Events
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
        begin: Vector | None = None,
    ) -> None:
        self.program, self.clock = program, clock
        self.parts = [np.array(columns) for columns in parts]
        self.order, self.first = np.concatenate(self.parts), np.cumsum([0, *map(len, parts[:-1])])
        self.programs = programs
        self.aim = weighed(program.goals)
        self.aims = [weighed_as(each, self.aim) for each in programs]
        self.fields = [
            Field(columns[program.units[columns]], columns, 0.0) for columns in self.parts
        ]
        # What is proven of each tier alone, and of their weighed sum, by part.
        self.least = np.zeros((len(self.aim.goals), len(parts)))
        # Where the solver has proven all there is, though plans of the whole may lie above it.
        self.closed = np.zeros((len(self.aim.goals), len(parts)), dtype=bool)
        self.point = program.nothing
        if begin is not None:
            self.point = taken_over(program, self.aim.costs, begin)

    def run(self) -> None:
        """Find a good plan and bounds."""
        clock = self.clock
        advice = self.relax()
        enough = time.monotonic() + AT_LEAST
        full = filled(
            self.program,
            self.point,
            self.aim.costs,
            lambda: clock.over() and time.monotonic() > enough,
            advice,
        )
        self.point = better_of(self.aim.goals, self.point, full)
        self.tell()
        assert self.program.traits is not None  # noqa: S101 - asked by who calls
        began = time.monotonic()
        for times, part in CLIMBS if len(self.aim.goals) > 1 else CLIMBS[:1]:
            first = times == 1.0
            self.better(times, began + part * (clock.until - began), advice if first else None)
        self.open_up()
        self.trim()
        self.tell()

    def better(self, times: float, until: float, advice: Vector | None) -> None:
        """Better the plan piece by piece, with earlier tiers that weigh so many times more."""
        clock, aim, last = self.clock, self.aim, len(self.aim.goals) - 1
        extra = [(times - 1.0) * weight for weight in aim.weights[:last]]
        costs = sum((w * g.costs for w, g in zip(extra, aim.goals, strict=False)), aim.costs)
        floors = self.least[last] + np.array(extra) @ self.least[:last]
        self.fields = [
            replace(field, floor=floor, tired=0)
            for field, floor in zip(self.fields, floors.tolist(), strict=True)
        ]
        self.climb = Climb(
            self.program, self.point, costs,
            [goal.costs for goal in aim.goals], self.fields,
            clock.seed, clock.until, clock.over, events=clock.events,
        )  # fmt: skip
        self.climb.run(self.heard, advice, lambda: time.monotonic() > until)
        self.point = self.climb.point

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
                self.watched(answer)
                self.least[i, k] = max(0.0, answer.bound)
                if i < last:
                    self.least[i, k] = stepped(self.least[i, k], part.goals[i].step)
                elif answer.point is not None:
                    advice[self.parts[k]] = answer.point
            self.fields[k].floor = self.least[last, k]

        with ThreadPoolExecutor(cores()) as pool:
            list(pool.map(look, range(len(self.parts))))
        return advice

    def open_up(self) -> None:
        """Let the solver look at the parts that are open, one tier and then all, in turns."""
        last = len(self.aim.goals) - 1
        for effort in EFFORTS:
            for i in range(last + 1):
                waiting = [
                    k
                    for k in range(len(self.parts))
                    if not self.closed[i, k] and self.distance(i, k) > ABSOLUTE_GAP
                ]
                waiting.sort(key=lambda k: -self.distance(i, k) / len(self.parts[k]) ** COSTLY)
                with ThreadPoolExecutor(cores()) as pool:
                    jobs = [(k, pool.submit(self.look, i, k, effort)) for k in waiting]
                    found = [(k, job.result()) for k, job in jobs]
                for k, better in found:
                    if better is not None and self.climb.put(self.parts[k], better):
                        self.point = self.climb.point
                self.tell()
                if self.clock.over():
                    return

    def look(self, i: int, k: int, effort: int) -> Vector | None:
        """Prove more of a tier of a part, or of all weighed; return what was found with it."""
        if self.clock.over():
            return None
        last = len(self.aim.goals) - 1
        part, goal = self.programs[k], self.programs[k].goals[i]
        costs = self.aims[k].costs if i == last else goal.costs
        gap = max(ABSOLUTE_GAP, 0.0 if i == last else goal.step * 0.999 - 10 * ABSOLUTE_GAP)
        limits = Limits(1e-4, gap, self.clock.until, self.clock.seed, effort)
        start = self.point[self.parts[k]]
        answer = minimise(part, costs, limits, start=start)
        self.watched(answer)
        self.closed[i, k] = answer.ending == "optimal"
        bound = answer.bound if i == last else stepped(answer.bound, goal.step)
        self.least[i, k] = max(self.least[i, k], bound)
        if i < last or answer.point is None:
            return None
        point = np.where(part.whole, np.round(answer.point), answer.point)
        # Only where it is said to be better: what is not is thrown away in any case.
        wrong = part.fault(point) if costs @ point < costs @ start else None
        if wrong is None:
            return point
        self.clock.events.note(f"a plan of a part that HiGHS gave was thrown away: {wrong}")
        return None

    def watched(self, answer: Answer) -> None:
        """Note what cannot be right of an answer about a part; nothing deployed is a plan of it."""
        if answer.ending == "infeasible":
            self.clock.events.note(
                "HiGHS called a part infeasible, though a plan satisfies it; the answer was thrown "
                "away"
            )
        elif answer.ending == "failed":
            self.clock.events.note(f"HiGHS ended with {answer.said} in a part")

    def doubt(self, point: Vector) -> None:
        """Throw away what is said of a part's tier, or of all weighed, that a plan refutes.

        All of that holds for every plan, and for what a plan has of the part.
        """
        last = len(self.aim.goals) - 1
        for i in range(last + 1):
            costs = self.aim.costs if i == last else self.aim.goals[i].costs
            values = np.add.reduceat((costs * point)[self.order], self.first)
            for k in np.flatnonzero(self.least[i] > values).tolist():
                if not refuted(self.least[i, k], values[k]):
                    self.least[i, k] = values[k]
                    continue
                what = self.aim.goals[i].name if i < last else "tiers weighed"
                self.clock.events.note(
                    f"{what}: HiGHS gave a bound of a part that lies above what a plan comes to "
                    "in it; the bound was thrown away"
                )
                self.least[i, k], self.closed[i, k] = 0.0, False
                self.fields[k].floor = 0.0

    def distance(self, i: int, k: int) -> float:
        """Return how far a part's value lies above what is proven of it."""
        last = len(self.aim.goals) - 1
        costs = self.aim.costs if i == last else self.aim.goals[i].costs
        columns = self.parts[k]
        return float(costs[columns] @ self.point[columns]) - float(self.least[i, k])

    def bounds(self, point: Vector) -> list[float]:
        """Return, per tier of the program, what no plan that holds the point's earlier ones beats.

        Nothing is known of tiers beyond those that are weighed.
        """
        self.doubt(point)
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
