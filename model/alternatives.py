"""Clearly different plans that are nearly as good as the best one, and what all of them share.

Tiers before the one with the tolerance are held exactly. Of what each earlier plan has in place, in
unit-months by offer, line and month, the next one keeps as small a share as can be: the largest
of these shares is minimised. What stands in more places than before makes no plan different: nobody
is sent out only to be different. Then the tiers are minimised again, the shares held.

The search begins with a plan that is as good as the best one and keeps as little as can be of the
others in all: that falls into parts, as the best plan does, and is found as soon.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from model.case import Case
from model.domain import Settings, Stage, Tier
from model.greedy import told_exactly
from model.moves import Spot, spots, stays
from model.outcome import Options, Outcome
from model.plan import Plan
from model.program import INFINITY, Goal, Program, Row, Vector
from model.session import BASE, Session

PERCENT = 100.0
TOLERANCE, APART = 0.01, 0.1
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Alternative:
    """One of the plans.

    Attributes:
        apart: the share of each plan before it that it does not keep, the least of them; 1 where
            there is none before it.
        most_apart: what is proven that no plan within the tolerance can exceed.
        proven: for the first plan that it is the best, for others that none is further apart.
    """

    plan: Plan
    apart: float
    most_apart: float
    proven: bool


@dataclass(frozen=True)
class Alternatives:
    """What was found.

    Attributes:
        best: the outcome of the first plan.
        tier: the tier with the tolerance; it comes to at most ``most`` in every plan.
        held: the tiers before it, which are as good as in the best plan.
        next_apart: what no further plan can exceed, where fewer than asked for were found.
        exhausted: whether no further plan is far enough apart (proven).
        in_time: False where the time was over before that was known.
    """

    best: Outcome
    plans: tuple[Alternative, ...]
    tier: Tier
    most: float
    held: tuple[Tier, ...]
    next_apart: float
    exhausted: bool
    in_time: bool

    @property
    def core(self) -> Counter[Spot]:
        """The units that are in place in every plan, by offer, line and month."""
        return reduce(lambda one, two: one & two, (_there(each.plan) for each in self.plans))


def alternatives(
    case: Case,
    settings: Settings,
    count: int,
    *,
    tolerance: float = TOLERANCE,
    apart: float = APART,
    options: Options | None = None,
    tell: Tell = lambda what, done, of: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Alternatives:
    """Return the best plan and others that are clearly different, ``count`` in all.

    Args:
        case: the case.
        settings: what pending votes count as, and the plan to keep.
        count: how many plans, the best one included.
        tolerance: by which share of its best value tier ``shortfall`` may be worse (in a case
            without it the last tier).
        apart: of each plan before it a plan must leave at least this share.
        options: gap and limits of time for all of it; the seed.
        tell: told what is being looked for, how many are found, of how many.
        stopped: asked often; true ends the search.

    Raises:
        Contradiction, OutOfTime: see ``Session.solve``.
    """
    options = options or Options()
    until = time.monotonic() + options.time_limit
    session = Session(case, settings, options)
    tell("the best plan", 0, count)
    program = session.program(BASE)
    best = session.find(program, case, until=until, stopped=stopped)
    tiers = [tier.name for tier in best.outcome.tiers]
    tier: Tier = "shortfall" if "shortfall" in tiers else tiers[-1]
    held = tiers[: tiers.index(tier)]
    values = {each.name: each.value for each in best.outcome.tiers}
    near = program.aimed(*tiers)
    for goal in near.goals:
        if goal.name in held:
            drift = max(1e-6, 1e-9 * abs(values[goal.name]), min(1e-4, goal.step / 4))
            near = near.bounded(goal.name, values[goal.name] + drift, best.point)
    most = values[tier] * (1 + tolerance) + 1e-6
    near = near.bounded(tier, most, best.point)
    near = replace(near, nothing=told_exactly(near, best.point))
    plans = [Alternative(best.outcome.plan, 1.0, 1.0, best.outcome.status == "optimal")]
    upto, later = [*held, tier], tiers[len(held) :]
    next_apart, exhausted = 1.0, False
    while len(plans) < count and not (stopped() or time.monotonic() >= until):
        tell("a plan that is clearly different", len(plans), count)
        share = (until - time.monotonic()) / (count - len(plans))
        found = _next(session, case, near, plans, upto, later, share, stopped)
        next_apart = found.most_apart
        if found.apart < apart - 1e-9:
            exhausted = found.most_apart < apart
            break
        plans.append(found)
    in_time = len(plans) == count or exhausted
    return Alternatives(
        best.outcome, tuple(plans), tier, most, tuple(held), next_apart, exhausted, in_time
    )


def _next(
    session: Session,
    case: Case,
    near: Program,
    plans: Sequence[Alternative],
    tiers: Sequence[Tier],
    after: Sequence[Tier],
    seconds: float,
    stopped: Callable[[], bool],
) -> Alternative:
    """Return the plan that keeps the smallest share of each plan before it."""
    told = [_there(each.plan) for each in plans]
    began = time.monotonic()
    sharing = _Sharing(session, near, told)
    first = session.find(sharing.in_all(*tiers), case, until=began + 0.4 * seconds, stopped=stopped)
    program = sharing.largest(first.point)
    found = session.find(
        program.aimed("shared"), case, until=began + 0.7 * seconds, stopped=stopped
    )
    shared = min(found.point[-1], PERCENT)
    floor = found.floors[-1]
    # With what is shared held, the rest is made as good as it can be again.
    again = program.bounded("shared", shared + 1e-4, found.point).aimed(*after)
    polished = session.find(again, case, until=began + seconds, stopped=stopped)
    plan = polished.outcome.plan
    apart = min(1 - (there & _there(plan)).total() / max(1, there.total()) for there in told)
    most_apart = max(apart, 1 - max(0.0, floor) / PERCENT)
    return Alternative(plan, apart, most_apart, most_apart - apart <= 1e-4)


class _Sharing:
    """A program with columns for what it keeps of each of several plans.

    What is in place of an offer on a line, and stood there before, is min(in place, before). Where
    the offer has no more units than stood there, that is what is in place; else one more column
    is at least that, and a switch says which of the two it is.

    Args:
        session: the session of the program.
        program: the program.
        told: what each of the plans has in place.
    """

    def __init__(self, session: Session, program: Program, told: Sequence[Counter[Spot]]) -> None:
        self._size, start = program.size, program.nothing
        self._new: list[tuple[float, bool]] = []  # at the start, and whether a switch
        self._rows: list[Row] = []
        self._line: dict[int, str] = {}
        columns: defaultdict[Spot, list[int]] = defaultdict(list)
        units: dict[str, int] = {}
        for c, a in enumerate(session.formulation.assignments):
            units[a.offer.offer] = a.offer.units
            self._line[program.begin[c]] = a.line.line
            if program.begin[c] >= 0:
                for month in a.months:
                    columns[a.offer.offer, a.line.line, month].append(program.begin[c])
        self._totals = [max(1, there.total()) for there in told]
        self._sums = [self._shared(there, columns, units, start) for there in told]
        self._program = self._widened(program, start)

    def _shared(
        self,
        there: Counter[Spot],
        columns: dict[Spot, list[int]],
        units: dict[str, int],
        start: Vector,
    ) -> dict[int, int]:
        """Return how many unit-months of a plan each column keeps."""
        groups: Counter[tuple[int, int, tuple[int, ...]]] = Counter()
        for spot, before in there.items():
            if spot in columns:
                groups[before, units[spot[0]], tuple(columns[spot])] += 1
        sums: defaultdict[int, int] = defaultdict(int)
        for (before, most, among), months in groups.items():
            if most <= before:
                for c in among:
                    sums[c] += months
                continue
            in_place = float(start[list(among)].sum())
            kept = self._column(min(in_place, before))
            full = self._column(float(in_place > before), switch=True)
            self._line[kept] = self._line[among[0]]
            ones = (1.0,) * len(among)
            row = Row((*among, kept, full), (*ones, -1.0, float(before - most)), -INFINITY, 0.0)
            self._rows += [row, Row((full, kept), (float(before), -1.0), -INFINITY, 0.0)]
            sums[kept] += months
        return sums

    def _column(self, at: float, *, switch: bool = False) -> int:
        self._new.append((at, switch))
        return self._size + len(self._new) - 1

    def _widened(self, program: Program, start: Vector) -> Program:
        at = [each for each, _ in self._new]
        switch = np.array([each for _, each in self._new], dtype=bool)
        zeros = np.zeros(len(at))
        return replace(
            program,
            lower=np.concatenate([program.lower, zeros]),
            upper=np.concatenate([program.upper, np.where(switch, 1.0, INFINITY)]),
            whole=np.concatenate([program.whole, switch]),
            nothing=np.concatenate([start, at]),
            rows=(*program.rows, *self._rows),
            goals=tuple(
                replace(goal, costs=np.concatenate([goal.costs, zeros])) for goal in program.goals
            ),
            traits=None,  # the field has no word for the new columns
        )

    def in_all(self, *tiers: Stage) -> Program:
        """Return the program that keeps the tiers, and then as little as can be of all plans.

        On each line one of the plans counts for more, in turn: what can only be as in one of them
        is as in this one here and as in that one there, and never the whole of one plan.
        """
        costs = np.zeros(self._program.size)
        turn = {line: i for i, line in enumerate(dict.fromkeys(self._line.values()))}
        for j, sums in enumerate(self._sums):
            for c, months in sums.items():
                mine = turn[self._line[c]] % len(self._sums) == j
                costs[c] += months * (3 if mine else 2)
        quanta = {c: int(each) for c, each in enumerate(costs) if each}
        aimed = self._program.aimed(*tiers)
        goal = Goal("weighted", costs, 0.0, quanta or {0: 1}, 1, ())
        return replace(aimed, goals=(*aimed.goals, goal))

    def largest(self, start: Vector) -> Program:
        """Return the program with a goal ``shared``: the largest share of any plan, in percent.

        Args:
            start: a point of the program to begin with.
        """
        last = self._program.size
        rows = [
            Row(
                (*sums, last),
                (*(PERCENT * each / total for each in sums.values()), -1.0),
                -INFINITY,
                0.0,
            )
            for sums, total in zip(self._sums, self._totals, strict=True)
        ]
        wide = self._program.widened(1, [max(row.value(np.append(start, 0.0)) for row in rows)])
        costs = np.zeros(last + 1)
        costs[last] = 1.0
        return replace(
            wide,
            nothing=np.append(start, wide.nothing[-1]),
            rows=(*wide.rows, *rows),
            goals=(
                *(replace(g, costs=np.append(g.costs, 0.0)) for g in self._program.goals),
                Goal("shared", costs, 0.0, {last: 0}, 1, ()),
            ),
        )


def _there(plan: Plan) -> Counter[Spot]:
    return spots(stays(plan), plan.case.calendar.months)
