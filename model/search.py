"""The tiers in turn over a program that falls into parts. Knows columns and rows, not the field.

A force is many small problems: field hospitals, tankers and instructors share no unit. Only
ceilings over a nation's people join them. So the parts are first solved apart, each exactly and
with all its tiers, as if the joining rows were not there. Where the whole keeps those rows all the
same, nothing better can exist. Where it breaks some, the parts they join are solved as one, with
what was proven of each part as a floor under it.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from model.domain import Tier
from model.highs import ABSOLUTE_GAP, Limits, Watch, minimise
from model.program import INFINITY, Goal, Program, Row, Vector

NOISE = 1e-7
"""Relative distance of value and bound that is the solver's tolerance and no gap."""

Ended = Literal["time_limit", "interrupted"]
Report = Callable[[Tier, float, float], None]


@dataclass
class Terms:
    """What is asked of a search, and what it meets on its way.

    Attributes:
        gap: relative gap for a program that is one part; several parts are solved exactly.
        until: when to stop, in monotonic seconds.
        report: told (tier, best, bound), constants left out, as either moves.
        stopped: asked often; true ends the search.
        apart: False solves every program as one, to compare.
        events: what the solver was caught at.
        ended: why the search ended early, if it did.
    """

    gap: float
    until: float
    seed: int
    report: Report
    stopped: Callable[[], bool]
    apart: bool = True
    events: list[str] = field(default_factory=list)
    ended: Ended | None = None

    def over(self) -> bool:
        """Whether time is up or a stop was asked."""
        if self.ended is None and self.stopped():
            self.ended = "interrupted"
        if self.ended is None and time.monotonic() >= self.until:
            self.ended = "time_limit"
        return self.ended is not None


@dataclass
class Standing:
    """Where a part of the program stands.

    Attributes:
        columns: its columns in the whole program, and ``point`` the value of each.
        values, bounds: of each tier, constants left out.
    """

    columns: list[int]
    point: Vector
    values: list[float]
    bounds: list[float]


def search(program: Program, terms: Terms) -> tuple[Vector, list[float]]:
    """Return the best point found and, per tier, a bound that holds while earlier ones are held."""
    parts = program.parts() if terms.apart else [list(range(program.size))]
    if not program.size:
        return np.zeros(0), [0.0] * len(program.goals)
    if len(parts) == 1:
        standing = _Part(program, parts[0], terms, gap=terms.gap).solve(terms.report)
        return standing.point, standing.bounds
    board = _Board(program.goals, terms.report)
    # Small ones first: where time runs out it has not been spent on one of them.
    solvers = [_Part(program, columns, terms) for columns in reversed(parts)]
    with ThreadPoolExecutor(_cores()) as pool:
        jobs = [pool.submit(each.solve, board.seat(each.standing.values)) for each in solvers]
        standings = [job.result() for job in jobs]
    _settle(program, solvers, terms)
    while True:
        point = np.zeros(program.size)
        for standing in standings:
            point[standing.columns] = standing.point
        broken = [row for row in program.rows if row.couples and row.breaks(point)]
        if not broken:
            return point, _bounds(program, standings)
        standings = _join(program, standings, broken, terms)


def _bounds(program: Program, standings: Sequence[Standing]) -> list[float]:
    """Add up the parts' bounds, as far as they hold for the whole.

    A part's bound holds while its own earlier tiers do. Where one of these is not proven, the whole
    could let that part be worse and another better: of later tiers nothing is known then.
    """
    bounds = []
    proven = True
    for i, goal in enumerate(program.goals):
        bounds.append(sum(each.bounds[i] for each in standings) if proven else 0.0)
        value = sum(each.values[i] for each in standings)
        # Proven up to what the solver's tolerance leaves over all rows that hold earlier tiers.
        met = value - bounds[i] <= NOISE * max(1.0, abs(value))
        proven = proven and (
            met or all(_met(s.values[i], s.bounds[i], goal.step) for s in standings)
        )
    return bounds


def _settle(program: Program, parts: Sequence[_Part], terms: Terms) -> None:
    """Let parts that break joining rows choose anew among their equally good plans.

    One part at a time takes what the others leave of each row; its tiers all stay as proven. Where
    that is enough the whole is proven without ever being solved as one.
    """
    usage = np.zeros(len(program.rows))
    place = [i for i, row in enumerate(program.rows) if row.couples]
    point = np.zeros(program.size)
    for part in parts:
        point[part.standing.columns] = part.standing.point
    for i in place:
        usage[i] = program.rows[i].value(point)
    for part in parts:
        over = [i for i in place if usage[i] > program.rows[i].upper + 1e-6]
        if not over or terms.over():
            return
        here = {column: k for k, column in enumerate(part.standing.columns)}
        shares = {}
        for i in place:
            row = program.rows[i]
            mine = [(here[c], v) for c, v in zip(row.columns, row.values, strict=True) if c in here]
            if mine:
                columns, values = zip(*mine, strict=True)
                now = float(np.dot(part.standing.point[list(columns)], values))
                shares[i] = (Row(columns, values, -INFINITY, row.upper - (usage[i] - now)), now)
        if not any(i in shares and shares[i][1] > 0 for i in over):
            continue
        part.yield_to([share for share, _ in shares.values()])
        for i, (share, now) in shares.items():
            usage[i] += share.value(part.standing.point) - now


def _cores() -> int:
    return max(1, min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2))


def _join(
    program: Program, standings: list[Standing], broken: list[Row], terms: Terms
) -> list[Standing]:
    """Solve as one the parts that the broken rows join."""
    # A ceiling that breaks in one month is felt in all of them: its other months come along.
    sources = {row.couples for row in broken}
    touched = {column for row in program.rows if row.couples in sources for column in row.columns}
    joined = [each for each in standings if not touched.isdisjoint(each.columns)]
    others = [each for each in standings if touched.isdisjoint(each.columns)]
    apart = [sum(values) for values in zip(*(each.values for each in others), strict=True)]
    known = apart or [0.0] * len(program.goals)
    tiers = [goal.name for goal in program.goals]

    def report(tier: Tier, best: float, bound: float) -> None:
        rest = known[tiers.index(tier)]
        terms.report(tier, best + rest, bound + rest)

    columns = sorted(column for each in joined for column in each.columns)
    return [*others, _Part(program, columns, terms, floors=joined).solve(report)]


class _Board:
    """Adds up best and bound over parts that are solved at the same time."""

    def __init__(self, goals: Sequence[Goal], report: Report) -> None:
        self._tiers = [goal.name for goal in goals]
        self._report = report
        self._best = [0.0] * len(goals)
        self._bound = [0.0] * len(goals)
        self._lock = threading.Lock()

    def seat(self, values: list[float]) -> Report:
        """Return a report for one more part that stands at the values."""
        best, bound = list(values), [0.0] * len(values)
        self._best = [one + two for one, two in zip(self._best, best, strict=True)]

        def report(tier: Tier, value: float, floor: float) -> None:
            i = self._tiers.index(tier)
            if not math.isfinite(value) or not math.isfinite(floor):
                return
            with self._lock:
                self._best[i] += value - best[i]
                self._bound[i] += floor - bound[i]
                best[i], bound[i] = value, floor
                self._report(tier, self._best[i], self._bound[i])

        return report


class _Part:
    """Some columns of a program, with what its rows ask of them alone."""

    def __init__(
        self,
        program: Program,
        columns: list[int],
        terms: Terms,
        *,
        floors: Sequence[Standing] = (),
        gap: float = 0.0,
    ) -> None:
        self.terms, self.gap = terms, gap
        self.program = program.among(columns)
        goals = self.program.goals
        here = {column: i for i, column in enumerate(columns)}
        self.floors = [
            ([here[column] for column in floor.columns], floor.values, floor.bounds)
            for floor in floors
        ]
        self.holds: list[Row] = []
        point = self.program.nothing
        if floors:
            point = self._thinned(floors, here)
        values = [_exact(goal, point) for goal in goals]
        self.standing = Standing(columns, point, values, [0.0] * len(goals))

    def solve(self, report: Report) -> Standing:
        """Minimise every tier with the earlier ones held."""
        standing = self.standing
        on_floor = bool(self.floors)  # while each floor's value is reached, its later ones hold
        for i, goal in enumerate(self.program.goals):
            floor = sum(bounds[i] for _, _, bounds in self.floors) if on_floor else 0.0
            value = _exact(goal, standing.point)
            bound = floor
            if not _met(value, floor, goal.step) and not self.terms.over():
                bound = max(floor, self._minimise(goal, self._cuts(i) if on_floor else [], report))
                value = _exact(goal, standing.point)
            if goal.step > 20 * ABSOLUTE_GAP:
                # Values are whole multiples of the step, and so is the least of them.
                bound = math.ceil((bound - 5 * ABSOLUTE_GAP) / goal.step) * goal.step
            standing.values[i], standing.bounds[i] = value, min(bound, value)
            on_floor = on_floor and _met(value, floor, goal.step)
            self.holds += self._hold(goal, i, value, on_floor)
            report(goal.name, value, standing.bounds[i])
        for i, goal in enumerate(self.program.goals):
            standing.values[i] = _exact(goal, standing.point)
        return standing

    def yield_to(self, rows: list[Row]) -> None:
        """Move to the plan, among the equally good, that goes least beyond the rows."""
        program, standing = self.program, self.standing
        beyond = [max(0.0, row.value(standing.point) - row.upper) for row in rows]
        widened = program.widened(len(rows), beyond)
        costs = np.concatenate([np.zeros(program.size), np.ones(len(rows))])
        soft = [
            Row((*row.columns, program.size + k), (*row.values, -1.0), row.lower, row.upper)
            for k, row in enumerate(rows)
        ]
        limits = Limits(0.0, 0.5, self.terms.until, self.terms.seed)
        watch = Watch(lambda best, bound: None, self.terms.stopped)
        answer = minimise(
            widened,
            costs,
            limits,
            more=[*self.holds, *soft],
            start=np.concatenate([standing.point, beyond]),
            watch=watch,
        )
        if answer.point is not None:
            self._take(program.goals[-1], answer.point[: program.size])

    def _hold(self, goal: Goal, i: int, value: float, on_floor: bool) -> list[Row]:
        """Hold a tier: part by part while each stands on its floor, which is tighter."""
        if not on_floor:
            return [_weighing(goal.costs, None, -INFINITY, value + _drift(value, goal.step))]
        return [
            _weighing(goal.costs, columns, -INFINITY, values[i] + _drift(values[i], goal.step))
            for columns, values, _ in self.floors
            if goal.costs[columns].any()
        ]

    def _cuts(self, i: int) -> list[Row]:
        """Return what is proven of each floor for a tier, as rows."""
        costs = self.program.goals[i].costs
        return [
            _weighing(costs, columns, bounds[i] - _slack(bounds[i]), INFINITY)
            for columns, _, bounds in self.floors
            if bounds[i] > 0 and costs[columns].any()
        ]

    def _minimise(self, goal: Goal, cuts: list[Row], report: Report) -> float:
        """Minimise one tier, keep a better point, return the bound that was proven."""
        terms, standing = self.terms, self.standing
        exact = goal.step * 0.999 - 10 * ABSOLUTE_GAP
        limits = Limits(self.gap, max(ABSOLUTE_GAP, exact), terms.until, terms.seed)
        watch = Watch(lambda best, bound: report(goal.name, best, max(bound, 0.0)), terms.stopped)
        for presolve, rows in ((True, cuts), (False, cuts), (False, [])):
            answer = minimise(
                self.program,
                goal.costs,
                limits,
                more=[*self.holds, *rows],
                idle=goal.idle,
                start=standing.point,
                watch=watch,
                presolve=presolve,
            )
            if answer.ending != "infeasible":
                break
            # The point in hand keeps every row: the answer is a contradiction.
            how = "with" if presolve else "without"
            terms.events.append(
                f"tier {goal.name}: HiGHS called a program infeasible {how} presolve, though the "
                "plan in hand satisfies it; the answer was thrown away"
            )
        else:
            return -INFINITY
        if answer.ending in ("time_limit", "interrupted"):
            terms.over()
            terms.ended = terms.ended or (
                "time_limit" if answer.ending == "time_limit" else "interrupted"
            )
        elif answer.ending != "optimal":
            terms.events.append(f"tier {goal.name}: HiGHS ended with {answer.said}")
        if answer.point is not None:
            self._take(goal, answer.point)
        return answer.bound

    def _take(self, goal: Goal, point: Vector) -> None:
        """Keep the solver's point where it holds and is no worse than the one in hand."""
        rounded = np.where(self.program.whole, np.round(point), point)
        wrong = self.program.fault(rounded, self.holds)
        if wrong is not None:
            self.terms.events.append(
                f"tier {goal.name}: an answer of HiGHS was thrown away: {wrong}"
            )
            return
        new, old = _exact(goal, rounded), _exact(goal, self.standing.point)
        if new <= old + _slack(old):
            self.standing.point = rounded
        else:
            self.terms.events.append(
                f"tier {goal.name}: HiGHS gave {new:.9g}, worse than {old:.9g} that it started from"
            )

    def _thinned(self, floors: Sequence[Standing], here: dict[int, int]) -> Vector:
        """Return the floors' points with units taken away until every row among them holds."""
        point = self.program.nothing.copy()
        for floor in floors:
            point[[here[column] for column in floor.columns]] = floor.point
        for row in self.program.rows:
            if not row.couples:
                continue
            columns = list(row.columns)
            for column in sorted(columns, key=lambda c: -point[c]):
                while point[column] >= 1 and row.breaks(point):
                    point[column] -= 1
        fixed = self.program.with_whole_at(point)
        costs = np.sum([goal.costs for goal in self.program.goals], axis=0)
        limits = Limits(0.0, ABSOLUTE_GAP, time.monotonic() + 10, self.terms.seed)
        answer = minimise(fixed, costs, limits)
        if answer.point is None or self.program.fault(answer.point) is not None:
            return self.program.nothing
        return answer.point


def _weighing(costs: Vector, columns: list[int] | None, lower: float, upper: float) -> Row:
    """Return the row ``lower <= costs x columns <= upper``."""
    among = np.flatnonzero(costs) if columns is None else np.array(columns)[costs[columns] != 0]
    return Row(tuple(among.tolist()), tuple(costs[among].tolist()), lower, upper)


def _slack(value: float) -> float:
    """Return what the contract lets a held tier drift."""
    return max(1e-6, 1e-9 * abs(value))


def _drift(value: float, step: float) -> float:
    """Return how far a held tier may drift in the solver's hands.

    As far as the contract lets it, and where values come in steps well beyond the solver's own
    tolerance, which otherwise cuts off plans that hold the tier exactly; never as far as a step.
    """
    return max(_slack(value), min(1e-4, step / 4))


def _exact(goal: Goal, point: Vector) -> float:
    """Return the goal's value at a point of whole units, free of the solver's tolerances."""
    value = float(goal.costs @ point)
    return round(value / goal.step) * goal.step if goal.step > 20 * ABSOLUTE_GAP else value


def _met(value: float, bound: float, step: float) -> bool:
    """Whether no better value than this can exist."""
    return value - bound <= max(_slack(value), step * 0.999 - 10 * ABSOLUTE_GAP)
