"""The tiers in turn over a program that falls into parts. Knows columns and rows, not the field.

A force is many small problems: field hospitals, tankers and instructors share no unit. Only
ceilings over a nation's people join them. So the parts are first solved apart, each exactly and
with all its tiers, as if the joining rows were not there. Where the whole keeps those rows all the
same, nothing better can exist. Where it breaks some, the parts they join are solved as one, with
what was proven of each part as a floor under it.
"""

from __future__ import annotations

import heapq
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from model.cores import cores
from model.course import EVERY, Proven
from model.domain import Stage
from model.greedy import filled, taken_over, told_exactly
from model.large import LARGE, Ahead, Clock
from model.part import Part
from model.program import Goal, Program, Row, Vector
from model.sharing import settle
from model.sketch import seen
from model.terms import Begin, Terms
from model.weighing import better_of, weighed
from model.whole import Whole, as_one, bounds_of, broken_rows, so_far

CORE = 1000
"""Parts that fall short of what is proven of them are joined before all that a broken row touches,
where they have no more columns than this: more of them take as long by themselves."""


def search(program: Program, terms: Terms) -> tuple[Vector, list[float]]:
    """Return the best point found and, per tier, a bound that holds while earlier ones are held."""
    large = program.size >= LARGE and program.traits is not None and terms.driven is None
    # A small program settles sooner with what blocks decide apart: two thirds of the time.
    parts = [list(range(program.size))]
    if terms.apart:
        parts = program.parts(decided_apart=not large)
    if not program.size:
        return np.zeros(0), [0.0] * len(program.goals)
    programs = program.split(parts)
    terms.course.begin(program, programs, parts)
    if not large:
        point, bounds = _proven(program, parts, programs, terms)
        if terms.ended is not None and program.goals:
            # What nobody had the time to look at.
            costs = weighed(program.goals).costs
            point = better_of(program.goals, point, filled(program, point, costs))
            if terms.begin is not None:
                # A plan that was there before is not lost for a lack of time.
                before = taken_over(program, costs, terms.begin.point)
                point = better_of(program.goals, point, before)
        return point, bounds
    clock = Clock(
        terms.until, terms.seed, terms.over, terms.moved, terms.events, terms.sketch, terms.course
    )
    ahead = Ahead(program, parts, programs, clock, terms.begin and terms.begin.point)
    ahead.run()
    if terms.over():
        return ahead.point, ahead.bounds(ahead.point)
    starts = [
        each.beginning_at(ahead.point[columns])
        for each, columns in zip(programs, parts, strict=True)
    ]
    point, bounds = _proven(program, parts, starts, terms)
    if terms.ended is None:
        return point, bounds
    ahead.offer(parts, point)
    return ahead.point, ahead.bounds(ahead.point)


def _proven(
    program: Program, parts: list[list[int]], programs: Sequence[Program], terms: Terms
) -> tuple[Vector, list[float]]:
    """Solve the parts apart, and as one what then breaks a joining row; see ``search``."""
    if len(parts) == 1:

        def proven(tier: Stage, bound: float) -> None:
            terms.moved(tier)
            terms.course.proven(tier, bound)

        def better(point: Vector) -> None:
            terms.course.found(point)
            terms.sketch.offer(lambda: point)

        start = None
        if terms.begin is not None and program.fault(terms.begin.point) is None:
            start = terms.begin.point[parts[0]]
        only = Part(programs[0], parts[0], terms, proven, gap=terms.gap, start=start)
        only.better = better
        only.solve()
        return only.standing.point, only.standing.bounds
    board = _Board(program.goals, terms)
    solvers = [
        Part(each, columns, terms, board.seat())
        for each, columns in zip(programs, parts, strict=True)
    ]
    standings, told = [each.standing for each in solvers], seen(program.goals)

    last = time.monotonic()

    def moved() -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= EVERY:
            last = now
            terms.course.found(as_one(program, standings))
        terms.sketch.offer(
            lambda: so_far(program, standings),
            settled=all(each.tier >= told for each in solvers),
        )

    _side_by_side([each for each in solvers if each.recall()], moved)
    if terms.begin is not None:
        solvers = _as_before(program, solvers, terms.begin, terms)
    whole: Whole | None = None
    fewer = True
    while True:
        settle(program, solvers, terms)
        standings = [each.standing for each in solvers]
        point = told_exactly(program, as_one(program, standings))
        broken = broken_rows(program, point)
        if not broken:
            terms.course.found(point)
            return point, bounds_of(program, standings)
        if whole is None:
            whole = Whole(program, parts, programs, standings, point, terms)
        else:
            whole.offer(standings, point)
        bounds = whole.unrefuted(bounds_of(program, standings, whole.values(whole.point)))
        if terms.over() or whole.reaches(bounds) or not fewer:
            return whole.point, bounds
        before = len(solvers)
        solvers = _join(program, solvers, broken, whole.point, terms)
        # A row that is broken within one part, by less than the part minds, is so for ever.
        fewer = len(solvers) < before


def _side_by_side(parts: Sequence[Part], moved: Callable[[], None]) -> None:
    """Solve the parts on all cores, tier by tier, the largest first.

    Nobody waits for a tier to end everywhere, but an earlier tier goes before a later one: where
    time runs out, the first tiers have been looked at in every part.
    """
    waiting = [(0, k) for k in range(len(parts))]  # parts come largest first
    running: set[int] = set()
    turn = threading.Condition()

    def work() -> None:
        while True:
            with turn:
                while not waiting and running:
                    turn.wait()
                if not waiting:
                    return
                _, k = heapq.heappop(waiting)
                running.add(k)
            more = False
            try:
                more = parts[k].advance()
                moved()
            finally:
                with turn:
                    running.discard(k)
                    if more:
                        heapq.heappush(waiting, (parts[k].tier, k))
                    turn.notify_all()

    with ThreadPoolExecutor(cores()) as pool:
        for job in [pool.submit(work) for _ in range(cores())]:
            job.result()


def _as_before(program: Program, parts: Sequence[Part], begin: Begin, terms: Terms) -> list[Part]:
    """Stand where a plan of a similar program does, wherever that is as good.

    What was solved as one then is one again where nothing about it has changed.
    """
    parts = list(parts)
    for columns in begin.joined:
        inside = [each for each in parts if np.isin(each.standing.columns, columns).all()]
        if sum(each.program.size for each in inside) < len(columns):
            continue
        others = [each for each in parts if each not in inside]
        one = _one(program, inside, others, terms)
        if not one.recall():
            terms.joined.append(columns)
            parts = [*others, one]
    for each in parts:
        each.stand_at(begin.point[each.standing.columns])
    return parts


def _one(
    program: Program,
    parts: Sequence[Part],
    others: Sequence[Part],
    terms: Terms,
    start: Vector | None = None,
) -> Part:
    """Return several parts as one, with what was proven of each as a floor under it."""
    # In an order that hangs on the parts alone: what is known of them is found by it.
    joined = sorted((each.standing for each in parts), key=lambda each: each.columns[0])
    columns = sorted(column for each in joined for column in each.columns)
    tiers = [goal.name for goal in program.goals]
    least = [sum(part.standing.bounds[i] for part in others) for i in range(len(tiers))]

    def proven(tier: Stage, bound: float) -> None:
        terms.moved(tier)
        terms.course.proven(tier, bound + least[tiers.index(tier)])

    begin = None if start is None else start[columns]
    return Part(program.split([columns])[0], columns, terms, proven, floors=joined, start=begin)


def _join(
    program: Program,
    parts: Sequence[Part],
    broken: list[Row],
    start: Vector,
    terms: Terms,
) -> list[Part]:
    """Solve as one the parts that the broken rows join."""
    # A ceiling that breaks in one month is felt in all of them: its other months come along.
    sources = {row.block for row in broken}
    touched = {column for row in program.rows if row.block in sources for column in row.columns}
    joined = [each for each in parts if not touched.isdisjoint(each.standing.columns)]
    # What it costs is mostly between a few of them, and proven sooner of those alone.
    core = [each for each in joined if each.falls_short(start[each.standing.columns])]
    if len(core) > 1 and sum(each.program.size for each in core) <= CORE:
        joined = core
    joined = _with_decisions(program, parts, joined)
    others = [each for each in parts if each not in joined]
    part = _one(program, joined, others, terms, start)
    columns = np.array(part.standing.columns)
    terms.joined.append(columns)

    def better(point: Vector) -> None:
        whole = start.copy()
        whole[columns] = point
        terms.course.found(whole)
        terms.sketch.offer(lambda: None if broken_rows(program, whole) else whole)

    part.better = better
    part.solve()
    return [*others, part]


def _with_decisions(program: Program, parts: Sequence[Part], joined: Sequence[Part]) -> list[Part]:
    """Return the joined parts, and those without units that decide something about theirs alone.

    They are a few columns now, and a second search of all the others where they are missed later.
    """
    unit = program.units
    apart = np.ones(program.size, dtype=bool)
    for each in joined:
        apart[each.standing.columns] = False
    rows = program.matrix
    at = rows.index
    mine = (rows.total(unit[at] & ~apart[at]) > 0) & (rows.total(unit[at] & apart[at]) == 0)
    decided = np.zeros(program.size, dtype=bool)
    decided[at[mine[rows.row] & ~unit[at] & apart[at]]] = True
    return [
        each
        for each in parts
        if each in joined
        or (decided[each.standing.columns].any() and not unit[each.standing.columns].any())
    ]


class _Board:
    """Adds up the bounds of parts that are solved at the same time."""

    def __init__(self, goals: Sequence[Goal], terms: Terms) -> None:
        self._tiers = [goal.name for goal in goals]
        self._terms = terms
        self._bound = [0.0] * len(goals)
        self._lock = threading.Lock()

    def seat(self) -> Proven:
        """Return what one more part tells its bounds."""
        bound = [0.0] * len(self._tiers)

        def proven(tier: Stage, floor: float) -> None:
            i = self._tiers.index(tier)
            if not math.isfinite(floor):
                return
            with self._lock:
                self._bound[i] += floor - bound[i]
                bound[i] = floor
                self._terms.moved(tier)
                self._terms.course.proven(tier, self._bound[i])

        return proven
