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
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from model.domain import Stage
from model.engine import cores
from model.greedy import filled
from model.highs import ABSOLUTE_GAP, Answer, Limits, Watch, minimise
from model.large import LARGE, Ahead, Clock, better_of, weighed
from model.neighbourhood import Climb, Field
from model.outcome import Ended
from model.program import INFINITY, Goal, Program, Row, Vector
from model.sketch import Sketcher, Tell

NOISE = 1e-7
"""Relative distance of value and bound that is the solver's tolerance and no gap."""

TOLERANCE = 1e-6
"""By how much HiGHS lets a column or row stray."""

START_SECONDS = 5.0
"""How long a plan to start from may be looked for, even when time is up."""

STARTING, YIELDING = 30, 25
"""How long the solver may look for such a plan, and for another plan of a part that is as good:
see ``Limits``."""

PATIENCE = 3
"""How many neighbourhoods of a part may bring nothing where parts are joined: see ``Climb``."""

ROUNDS = 3
"""How often parts that break joining rows may all choose anew: as long as the excess halves."""

LATE = 256
"""A part of so many columns is asked to choose anew only where that may be of use."""

Report = Callable[[Stage, float, float], None]


class Known(NamedTuple):
    """What was found for a part in its first tiers: see :class:`_Part`."""

    point: Vector
    bounds: list[float]
    holds: list[Row]
    on_floor: bool


ALTERNATIVES = 30
"""How many equally good plans of a part are remembered."""


class Memo:
    """What searches found, for later ones that meet the same parts.

    Attributes:
        known: where a part stood after so many of its tiers, by what tells it from all others.
        plans: equally good plans of a whole part.
    """

    def __init__(self) -> None:
        self.known: dict[bytes, Known] = {}
        self.plans: defaultdict[bytes, list[Vector]] = defaultdict(list)

    def copy(self) -> Memo:
        """Return another one that knows the same, and learns on its own."""
        other = Memo()
        other.known |= self.known
        other.plans.update({part: list(plans) for part, plans in self.plans.items()})
        return other


@dataclass
class Terms:
    """What is asked of a search, and what it meets on its way.

    Attributes:
        gap: relative gap for a program that is one part; several parts are solved exactly.
        until: when to stop, in monotonic seconds.
        report: told (tier, best, bound), constants left out, as either moves.
        stopped: asked often; true ends the search.
        apart: False solves every program as one, to compare.
        memo: what was found for parts that may come again, kept between searches.
        driven: minimises a program in place of HiGHS, see ``model/driven.py``.
        sketch: told plans of the whole as they are found.
        events: what the solver was caught at.
        ended: why the search ended early, if it did.
    """

    gap: float
    until: float
    seed: int
    report: Report
    stopped: Callable[[], bool]
    apart: bool = True
    memo: Memo | None = None
    driven: Callable[..., Answer] | None = None
    sketch: Sketcher = field(default_factory=Sketcher)
    events: list[str] = field(default_factory=list)
    ended: Ended | None = None

    def minimise(self, program: Program, costs: Vector, limits: Limits, **more: Any) -> Answer:
        """Minimise one goal over a program, see :func:`model.highs.minimise`."""
        return (self.driven or minimise)(program, costs, limits, **more)

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
        steps: of what the values of each tier are multiples; 0 where that is not known.
    """

    columns: list[int]
    point: Vector
    values: list[float]
    bounds: list[float]
    steps: list[float]


def search(program: Program, terms: Terms) -> tuple[Vector, list[float]]:
    """Return the best point found and, per tier, a bound that holds while earlier ones are held."""
    parts = program.parts() if terms.apart else [list(range(program.size))]
    if not program.size:
        return np.zeros(0), [0.0] * len(program.goals)
    programs = program.split(parts)
    if program.size < LARGE or program.traits is None or terms.driven is not None:
        point, bounds = _proven(program, parts, programs, terms)
        if terms.ended is not None and program.goals:
            # What nobody had the time to look at.
            full = filled(program, point, weighed(program.goals).costs)
            point = better_of(program.goals, point, full)
        return point, bounds
    clock = Clock(terms.until, terms.seed, terms.over, terms.report, terms.sketch)
    ahead = Ahead(program, parts, programs, clock)
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
        only = _Part(programs[0], parts[0], terms, terms.report, gap=terms.gap)
        only.better = lambda point: terms.sketch.offer(lambda: point)
        only.solve()
        return only.standing.point, only.standing.bounds
    board = _Board(program.goals, terms.report)
    solvers = [
        _Part(each, columns, terms, board.seat(each))
        for each, columns in zip(programs, parts, strict=True)
    ]
    standings = [each.standing for each in solvers]
    _side_by_side(
        [each for each in solvers if each.recall()],
        lambda: terms.sketch.offer(lambda: _so_far(program, standings)),
    )
    whole: _Whole | None = None
    while True:
        _settle(program, solvers, terms)
        standings = [each.standing for each in solvers]
        point = _as_one(program, standings)
        broken = _broken(program, point)
        if not broken:
            return point, _bounds(program, standings)
        if whole is None:
            whole = _Whole(program, parts, programs, standings, point, terms)
        else:
            whole.offer(standings[-1], point)
        bounds = _bounds(program, standings, whole.values(whole.point))
        if terms.over() or whole.reaches(bounds):
            return whole.point, bounds
        solvers = _join(program, solvers, broken, whole.point, terms)


def _as_one(program: Program, standings: Sequence[Standing]) -> Vector:
    point = np.zeros(program.size)
    for standing in standings:
        point[standing.columns] = standing.point
    return point


def _broken(program: Program, point: Vector) -> list[Row]:
    """Return the joining rows that a point breaks."""
    return [row for row in program.rows if row.block and row.breaks(point)]


def _so_far(program: Program, standings: Sequence[Standing]) -> Vector:
    """Return a plan near where the parts stand."""
    point = _as_one(program, standings)
    if not _broken(program, point):
        return point
    return filled(program, program.nothing, weighed(program.goals).costs, advice=point)


class _Whole:
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
        aim = weighed(program.goals)
        self.costs = aim.costs
        self.climb: Climb | None = None
        point = self.point = self.near(point)
        if program.traits is None or terms.driven is not None:
            return  # neighbourhoods are for a solver that is quick to ask
        units = np.zeros(program.size, dtype=bool)
        units[[c for c in program.begin if c >= 0]] = True
        fields = []
        for columns, standing in zip(map(np.array, parts), standings, strict=True):
            floor = sum(w * b for w, b in zip(aim.weights, standing.bounds, strict=False))
            fields.append(Field(columns[units[columns]], columns, floor))
        tiers = [goal.costs for goal in aim.goals]
        self.climb = Climb(
            program, point, aim.costs, tiers, fields,
            terms.seed, terms.until, terms.over, PATIENCE,
        )  # fmt: skip
        least = _bounds(program, standings, self.values(point))

        def told(point: Vector) -> None:
            for goal, bound in zip(aim.goals, least, strict=False):
                value = _exact(goal, point)
                terms.report(goal.name, value, min(value, bound))
            terms.sketch.offer(lambda: point)

        self.climb.run(told)
        self.point = self.climb.point
        terms.sketch.offer(lambda: self.point)

    def values(self, point: Vector) -> list[float]:
        """Return the value of every tier.

        Part by part: their steps are wider than that of the whole, beyond what the solver's
        tolerances add up to.
        """
        return [
            sum(_exact(goals[i], point[columns]) for goals, columns in self._parts)
            for i in range(len(self.goals))
        ]

    def near(self, point: Vector) -> Vector:
        """Return a plan near a point that breaks joining rows."""
        program, costs = self.program, self.costs
        followed = filled(program, program.nothing, costs, advice=point)
        thinned = _thinned(program, point, self.terms)
        return min(filled(program, thinned, costs), thinned, followed, key=self.values)

    def offer(self, part: Standing, point: Vector) -> None:
        """Take over what was found for a part, or for all, where the whole is better for it."""
        if self.climb is not None:
            self.climb.put(np.array(part.columns), part.point)
            self.climb.put(np.arange(self.program.size), self.near(point))
            self.point = self.climb.point

    def reaches(self, bounds: Sequence[float]) -> bool:
        """Whether no better plan than this can exist."""
        return all(
            _met(value, bound, goal.step)
            for goal, value, bound in zip(self.goals, self.values(self.point), bounds, strict=True)
        )


def _side_by_side(parts: Sequence[_Part], moved: Callable[[], None]) -> None:
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


def _bounds(
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


def _settle(program: Program, parts: Sequence[_Part], terms: Terms) -> None:
    """Let parts that break joining rows choose anew among their equally good plans.

    One part at a time takes what the others leave of each row; its tiers all stay as proven. Where
    that is enough the whole is proven without ever being solved as one. Parts without units, such
    as who leads, go first, since they can follow the units, and again at the end. Among the others
    a small one goes before a large one: it is solved in no time, and may be all it takes.
    """
    units = set(program.begin)
    led = [part for part in parts if units.isdisjoint(part.standing.columns)]
    others = [part for part in parts if not units.isdisjoint(part.standing.columns)]
    others.sort(key=lambda part: len(part.standing.columns))
    shared = _Shared(program, parts)
    for again in range(ROUNDS):
        before = shared.excess()
        for part in (*led, *others, *led):
            if not shared.over() or terms.over():
                return
            if part.program.size >= LATE and not again and shared.hopeless(terms):
                return
            shared.ask(part)
            terms.sketch.offer(lambda: _so_far(program, [each.standing for each in parts]))
        if shared.excess() > before / 2:
            return


class _Shared:
    """The rows that join parts, and how much of each the parts use between them."""

    def __init__(self, program: Program, parts: Sequence[_Part]) -> None:
        self.program, self.parts = program, parts
        home = {c: (part, here) for part in parts for here, c in enumerate(part.standing.columns)}
        self.usage: dict[int, float] = {}
        self.mine: defaultdict[int, dict[int, tuple[list[int], list[float]]]] = defaultdict(dict)
        self.looked = self.none = False
        for i, row in enumerate(program.rows):
            if row.block:
                self.usage[i] = 0.0
                for c, value in zip(row.columns, row.values, strict=True):
                    part, here = home[c]
                    columns, values = self.mine[id(part)].setdefault(i, ([], []))
                    columns.append(here)
                    values.append(value)
                    self.usage[i] += value * part.standing.point[here]

    def over(self) -> set[int]:
        """Return the rows that are broken."""
        rows = self.program.rows
        return {i for i, used in self.usage.items() if used > rows[i].upper + 1e-6}

    def excess(self) -> float:
        """Return by how much rows are broken, together."""
        return sum(self.usage[i] - self.program.rows[i].upper for i in self.over())

    def ask(self, part: _Part) -> None:
        """Let a part take what the others leave of each row, if it has to do with a broken one."""
        if self.over().isdisjoint(self.mine[id(part)]):
            return
        shares = {}
        for i, (columns, values) in self.mine[id(part)].items():
            now = float(np.dot(part.standing.point[columns], values))
            left = self.program.rows[i].upper - (self.usage[i] - now)
            shares[i] = Row(tuple(columns), tuple(values), -INFINITY, left)
            self.usage[i] -= now
        part.yield_to(list(shares.values()))
        for i, share in shares.items():
            self.usage[i] += share.value(part.standing.point)

    def hopeless(self, terms: Terms) -> bool:
        """Whether not even units that need not be whole could keep the broken rows.

        Asked once: it is the same for all plans that are as good in every part.
        """
        if not self.looked:
            self.looked = True
            blocks = {self.program.rows[i].block for i in self.over()}
            rows = [i for i in self.usage if self.program.rows[i].block in blocks]
            joined = [
                each for each in self.parts if not self.mine[id(each)].keys().isdisjoint(rows)
            ]
            columns = sorted(c for each in joined for c in each.standing.columns)
            place = {c: here for here, c in enumerate(columns)}
            holds = [
                hold._replace(columns=tuple(place[each.standing.columns[c]] for c in hold.columns))
                for each in joined
                for hold in each.holds
            ]
            whole = self.program.split([columns])[0]
            free = replace(whole, whole=np.zeros(whole.size, dtype=bool))
            limits = Limits(0.0, ABSOLUTE_GAP, terms.until, terms.seed)
            answer = terms.minimise(free, np.zeros(whole.size), limits, more=holds)
            self.none = answer.ending == "infeasible"
        return self.none


def _join(
    program: Program,
    parts: Sequence[_Part],
    broken: list[Row],
    start: Vector,
    terms: Terms,
) -> list[_Part]:
    """Solve as one the parts that the broken rows join."""
    # A ceiling that breaks in one month is felt in all of them: its other months come along.
    sources = {row.block for row in broken}
    touched = {column for row in program.rows if row.block in sources for column in row.columns}
    joined = [each.standing for each in parts if not touched.isdisjoint(each.standing.columns)]
    others = [each for each in parts if touched.isdisjoint(each.standing.columns)]
    apart = [sum(each) for each in zip(*(part.standing.values for part in others), strict=True)]
    known = apart or [0.0] * len(program.goals)
    tiers = [goal.name for goal in program.goals]

    def report(tier: Stage, best: float, bound: float) -> None:
        rest = known[tiers.index(tier)]
        terms.report(tier, best + rest, bound + rest)

    columns = sorted(column for each in joined for column in each.columns)
    begin = start[columns]
    part = _Part(program.split([columns])[0], columns, terms, report, floors=joined, start=begin)

    def beside_the_rest(point: Vector) -> Vector | None:
        whole = start.copy()
        whole[columns] = point
        return None if _broken(program, whole) else whole

    part.better = lambda point: terms.sketch.offer(lambda: beside_the_rest(point))
    part.solve()
    return [*others, part]


class _Board:
    """Adds up best and bound over parts that are solved at the same time."""

    def __init__(self, goals: Sequence[Goal], report: Report) -> None:
        self._tiers = [goal.name for goal in goals]
        self._report = report
        self._best = [0.0] * len(goals)
        self._bound = [0.0] * len(goals)
        self._lock = threading.Lock()

    def seat(self, part: Program) -> Report:
        """Return a report for one more part, in which nothing is deployed yet."""
        best = [_exact(goal, part.nothing) for goal in part.goals]
        bound = [0.0] * len(best)
        self._best = [one + two for one, two in zip(self._best, best, strict=True)]

        def report(tier: Stage, value: float, floor: float) -> None:
            i = self._tiers.index(tier)
            if not math.isfinite(value) or not math.isfinite(floor):
                return
            with self._lock:
                self._best[i] += value - best[i]
                self._bound[i] += floor - bound[i]
                best[i], bound[i] = value, floor
                self._report(tier, self._best[i], self._bound[i])

        return report


@dataclass(frozen=True)
class _Aim:
    """What one search minimises: see :class:`Goal`."""

    name: Stage
    costs: Vector
    step: float
    idle: tuple[int, ...]


def _aim(goal: Goal) -> _Aim:
    return _Aim(goal.name, goal.costs, goal.step, goal.idle)


class _Two(NamedTuple):
    """``weight`` x a tier + the next one, which never comes to more than ``most``."""

    aim: _Aim
    weight: float
    most: float


class _Part:
    """Some columns of a program, with what its rows ask of them alone."""

    def __init__(
        self,
        program: Program,
        columns: list[int],
        terms: Terms,
        report: Report,
        *,
        floors: Sequence[Standing] = (),
        start: Vector | None = None,
        gap: float = 0.0,
    ) -> None:
        self.program, self.terms, self.report, self.gap = program, terms, report, gap
        goals = self.program.goals
        here = {column: i for i, column in enumerate(columns)}
        self.floors = [
            ([here[column] for column in floor.columns], floor.values, floor.bounds)
            for floor in floors
        ]
        self.holds: list[Row] = []
        point = self.program.nothing
        if start is not None:
            point = start
        values = [_exact(goal, point) for goal in goals]
        steps = [goal.step for goal in goals]
        self.standing = Standing(columns, point, values, [0.0] * len(goals), steps)
        self.better: Tell | None = None  # told points that keep the rows and what is held
        self.tier = 0  # the next one to minimise
        self.on_floor = bool(floors)  # while each floor's value is reached, its later ones hold
        self.keys: list[bytes] = []  # of what is known once so many tiers are minimised
        if terms.memo is not None:
            for i, digest in enumerate(program.digests()):
                told = [(cols, v[: i + 1], b[: i + 1]) for cols, v, b in self.floors]
                self.keys.append(digest + repr((gap, told)).encode())

    def recall(self) -> bool:
        """Stand where such a part stood when it was met before; return whether a tier is left."""
        memo = self.terms.memo.known if self.terms.memo else {}
        for tier in range(len(self.keys), 0, -1):
            known = memo.get(self.keys[tier - 1])
            if known is not None:
                self._stand(known, tier)
                break
        return self.tier < len(self.program.goals)

    def _stand(self, known: Known, tier: int) -> None:
        goals, standing = self.program.goals, self.standing
        standing.point = known.point
        standing.values = [_exact(goal, known.point) for goal in goals]
        standing.bounds = [*known.bounds[:tier], *([0.0] * (len(goals) - tier))]
        self.holds, self.tier, self.on_floor = list(known.holds), tier, known.on_floor
        for goal, value, bound in zip(goals, standing.values, standing.bounds, strict=True):
            self.report(goal.name, value, bound)

    def _remember(self, key: bytes) -> None:
        """Keep where the part stands, if nothing cut its search short."""
        terms, standing = self.terms, self.standing
        if terms.memo is not None and terms.ended is None:
            terms.memo.known[key] = Known(
                standing.point, list(standing.bounds), list(self.holds), self.on_floor
            )

    def solve(self) -> Standing:
        """Minimise every tier with the earlier ones held."""
        if self.recall():
            while self.advance():
                pass
        return self.standing

    def advance(self) -> bool:
        """Minimise the next tier with the earlier ones held; return whether one is left."""
        i = self.tier
        goal = self.program.goals[i]
        floor = sum(bounds[i] for _, _, bounds in self.floors) if self.on_floor else 0.0
        if _met(_exact(goal, self.standing.point), floor, goal.step) or self.terms.over():
            self._ends(i, floor, floor)
        elif (two := self._two_in_one(i)) is not None:
            bound = self._minimise(two.aim, [])
            self._ends(i, (bound - two.most) / two.weight, floor)
            first = _exact(goal, self.standing.point)
            self._ends(i + 1, bound - two.weight * first, floor)
        else:
            bound = self._minimise(_aim(goal), self._cuts(i) if self.on_floor else [])
            self._ends(i, bound, floor)
        if self.keys:
            self._remember(self.keys[self.tier - 1])
        return self.tier < len(self.program.goals)

    def _ends(self, i: int, bound: float, floor: float) -> None:
        """Note what was found for a tier and hold it."""
        goal, standing = self.program.goals[i], self.standing
        value = _exact(goal, standing.point)
        bound = max(bound, floor)
        if goal.step > 20 * ABSOLUTE_GAP:
            # Values are whole multiples of the step, and so is the least of them.
            bound = math.ceil((bound - 5 * ABSOLUTE_GAP) / goal.step) * goal.step
        standing.bounds[i] = min(bound, value)
        # A later tier may have drifted the earlier ones, as far as they let it.
        standing.values = [_exact(each, standing.point) for each in self.program.goals]
        self.on_floor = self.on_floor and _met(value, floor, goal.step)
        self.holds += self._hold(goal, i, value, self.on_floor)
        self.report(goal.name, value, standing.bounds[i])
        if self.better is not None:
            self.better(standing.point)
        self.tier = i + 1

    def _two_in_one(self, i: int) -> _Two | None:
        """Return a tier and the next one as one objective, where numbers allow it.

        A step of the first weighs more than all that the second can come to, so that the least of
        the sum is the least of the first and, with it, of the second: one search instead of two.
        """
        goals = self.program.goals
        if i + 1 == len(goals) or self.floors or self.gap:
            return None
        first, second = goals[i], goals[i + 1]
        paid = np.flatnonzero(second.costs)
        most = float(second.costs[paid] @ self.program.upper[paid])
        if min(first.step, second.step) <= 20 * ABSOLUTE_GAP or not math.isfinite(most):
            return None
        # A whole number, so that all values are multiples of its step; one more than would do,
        # since the bound may stay a step below the value.
        times = math.floor(most / second.step) + 2
        weight = times * second.step / first.step
        # What the solver lets a column stray by must not look like a step.
        if weight * float(np.abs(first.costs).max()) * TOLERANCE > second.step / 4:
            return None
        idle = tuple(set(first.idle) & set(second.idle))
        costs = weight * first.costs + second.costs
        return _Two(_Aim(first.name, costs, second.step, idle), weight, most)

    def yield_to(self, rows: list[Row]) -> None:
        """Move to the plan, among the equally good, that goes least beyond the rows."""
        program, standing = self.program, self.standing
        last = _aim(program.goals[-1])
        plans = self.terms.memo.plans[self.keys[-1]] if self.terms.memo else []
        for plan in plans:
            if not any(row.breaks(plan) for row in rows):
                self._take(last, plan)
                return
        memo = self.terms.memo.known if self.terms.memo else {}
        key = self.keys[-1] + repr(rows).encode() if self.keys else b""
        if key in memo:
            self._stand(memo[key], len(program.goals))
            return
        beyond = [max(0.0, row.value(standing.point) - row.upper) for row in rows]
        widened = program.widened(len(rows), beyond)
        costs = np.concatenate([np.zeros(program.size), np.ones(len(rows))])
        soft = [
            Row((*row.columns, program.size + k), (*row.values, -1.0), row.lower, row.upper)
            for k, row in enumerate(rows)
        ]
        limits = Limits(0.0, 0.5, self.terms.until, self.terms.seed, YIELDING)
        watch = Watch(lambda best, bound: None, self.terms.stopped)
        answer = self.terms.minimise(
            widened,
            costs,
            limits,
            more=[*self.holds, *soft],
            start=np.concatenate([standing.point, beyond]),
            watch=watch,
        )
        if answer.point is not None:
            self._take(last, answer.point[: program.size])
            if len(plans) < ALTERNATIVES:
                plans.append(standing.point)
        if key:
            self._remember(key)

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

    def _minimise(self, goal: _Aim, cuts: list[Row]) -> float:
        """Minimise one tier, keep a better point, return the bound that was proven."""
        terms, standing = self.terms, self.standing
        exact = goal.step * 0.999 - 10 * ABSOLUTE_GAP
        limits = Limits(self.gap, max(ABSOLUTE_GAP, exact), terms.until, terms.seed)
        watch = Watch(
            lambda best, bound: self.report(goal.name, best, max(bound, 0.0)),
            terms.stopped,
            self._hear if self.better else None,
        )
        for presolve, rows in ((True, cuts), (False, cuts), (False, [])):
            answer = terms.minimise(
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

    def _hear(self, point: Vector) -> None:
        """Hear of a better point while the solver goes on."""
        rounded = np.where(self.program.whole, np.round(point), point)
        if self.better is not None and self.program.fault(rounded, self.holds) is None:
            self.better(rounded)

    def _take(self, goal: _Aim, point: Vector) -> None:
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
            if program.fault(start) is None:
                return start
    return program.nothing


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


def _exact(goal: Goal | _Aim, point: Vector) -> float:
    """Return the goal's value at a point of whole units, free of the solver's tolerances."""
    value = float(goal.costs @ point)
    return round(value / goal.step) * goal.step if goal.step > 20 * ABSOLUTE_GAP else value


def _met(value: float, bound: float, step: float) -> bool:
    """Whether no better value than this can exist."""
    return value - bound <= max(_slack(value), step * 0.999 - 10 * ABSOLUTE_GAP)
