"""What lifting each caveat would bring, as proven intervals, and what helps only together.

A price is the difference of two proofs: what no plan of the case as it is goes below, against what
a plan without the caveat comes to, and the other way round. Where both are proven the ends meet.

Lifting adds plans and takes none away, so tier ``critical``, and among equals tier ``shortfall``,
never gets worse by it. Only ``endurance`` is different: it gives each tour its length, and units
that stay longer rest later, so that lifting it can cost.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Literal

import numpy as np

from model.case import Case
from model.caveats.base import Caveat
from model.domain import Settings, Tier
from model.engine import Worker
from model.events import Events
from model.formulation import Formulation
from model.outcome import Options, Outcome, OutOfTime, TierResult
from model.plan import Plan
from model.program import INFINITY, Goal, Program, Row, compile_program
from model.relaxing import every, keeping_pins
from model.rules.base import Rule
from model.session import Flips, Session
from model.solver import solve

TIERS: tuple[Tier, ...] = ("critical", "shortfall")
MOST_TURNING = 3
"""So many caveats that change tours are tried in every way before sets are looked for."""
_NOISE = 2e-6
"""Relative distance of two numbers that is the solver's tolerance and no difference."""

What = Literal["caveat", "rule", "vote", "condition"]
Proof = Literal["solved", "same program", "not solved"]
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Interval:
    """A number that lies between two; an end that is not known is infinite."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether the ends meet."""
        return self.low == self.high


Gains = dict[Tier, Interval]


@dataclass(frozen=True)
class Price:
    """What a change brings: a caveat or rule that is lifted, a vote that says yes, and so on.

    Attributes:
        names: ids of what is lifted, granted or true.
        gains: by how much each tier falls.
        proof: ``solved``; ``same program``: the program without it is the same one; ``not solved``:
            the time was over, and the ends are what is known all the same.
        plan: the best plan found; of the case as it is, where it brings nothing or is not solved.
        cost: what asking for it costs.
        red: whether it is never to be asked for.
    """

    names: tuple[str, ...]
    what: What
    gains: Gains
    proof: Proof
    plan: Plan
    cost: Fraction = Fraction(0)
    red: bool = False

    @property
    def helps(self) -> bool | None:
        """Whether it improves the plan; None where that is not proven either way."""
        return helps(self.gains)


@dataclass(frozen=True)
class PriceList:
    """The price of every caveat, and the sets of caveats that help only together.

    Attributes:
        base: the best plan of the case as it is, with its proof.
        alone: what each brings alone, what brings most first, red lines last.
        together: minimal sets of two or more that help although no part of them does; None where
            they were not looked for.
        complete: whether there are no other such sets.
        in_time: whether everything was solved before the time was over.
        events: what the solver was caught at, in all searches.
    """

    base: Outcome
    alone: tuple[Price, ...]
    together: tuple[Price, ...] | None
    complete: bool
    in_time: bool
    events: tuple[str, ...] = ()


def prices(
    case: Case,
    settings: Settings,
    *,
    also: Collection[What] = (),
    together: bool = True,
    options: Options | None = None,
    workers: Sequence[Worker] = (),
    tell: Tell = lambda what, done, of: None,
    stopped: Callable[[], bool] = lambda: False,
) -> PriceList:
    """Return what lifting each active caveat brings, alone and where only sets help.

    Args:
        case: the case.
        settings: what pending votes count as.
        also: what else is priced: active force rules, votes that count as refused, conditions that
            do not hold.
        together: whether sets that help only together are looked for.
        options: limits of time for all of it; the seed. Tiers are always proven exactly.
        workers: processes that share in it: see :class:`Session`.
        tell: told what is being solved, how many are done, of how many.
        stopped: asked often; true ends the search.

    Raises:
        Contradiction: the pins of the case cannot be kept, see ``model/conflict.py``.
        OutOfTime: the time was over before there was a plan that keeps the pins.
    """
    options = replace(options or Options(), gap=0.0)
    until = time.monotonic() + options.time_limit
    work = Pricing(replace(case, tiers=TIERS), settings, options, workers, until, tell, stopped)
    limits: list[Caveat | Rule] = [*case.active_caveats]
    if "rule" in also:
        limits += case.active_rules
    alone = work.alone(limits)
    for what in ("vote", "condition"):
        if what in also:
            alone += work.come_true(what)
    found: list[Price] = []
    complete = False
    if together:
        tell("sets that help only together", len(alone), len(alone))
        lifts = [each for each in alone if each.what in ("caveat", "rule") and not each.red]
        complete = all(each.helps is not None for each in lifts)
        try:
            found += work.together([each.names[0] for each in lifts if each.helps is False])
        except OutOfTime:
            complete = False
    return PriceList(
        work.base,
        tuple(sorted(alone, key=rank)),
        tuple(sorted(_minimal(found), key=rank)) if together else None,
        complete,
        not work.over(),
        work.events.told(),
    )


def gains(base: Outcome, other: Outcome, *, adds: bool) -> Gains:
    """Return by how much each tier falls from one outcome to the other.

    Args:
        base: the case as it is.
        other: the case with something changed.
        adds: whether the change only adds plans.
    """
    found: Gains = {}
    known, level = [True, True], True
    for one, two in zip(base.tiers, other.tiers, strict=True):
        # A bound holds for all plans that are best in the earlier tiers. A value is the most that
        # these come to only where the earlier tiers are proven.
        most = [t.value if sure else INFINITY for t, sure in zip((one, two), known, strict=True)]
        low, high = one.bound - most[1], most[0] - two.bound
        if adds and level:
            low, high = max(low, 0.0), max(high, 0.0)
        if high - low <= _noise(most[0]):
            low = high = 0.0 if abs(high) <= _noise(most[0]) else (low + high) / 2
        found[one.name] = Interval(float(low), float(high))
        known = [sure and _proven(t) for t, sure in zip((one, two), known, strict=True)]
        level = level and low == high == 0.0
    return found


def from_outcomes(limit: Caveat | Rule, base: Outcome, other: Outcome) -> Price | None:
    """Return what lifting a limit brings, from outcomes in which all tiers were minimised.

    Args:
        limit: a caveat or a rule.
        base: of the case as it is.
        other: of the case without the limit.

    Returns:
        None where other tiers come first, or these are not proven to the end: then it takes a
        search of these tiers alone.
    """
    both = _of_tiers(base), _of_tiers(other)
    if both[0] is None or both[1] is None:
        return None
    told = gains(both[0], both[1], adds=not _turns(limit))
    plan = base.plan if helps(told) is False else other.plan
    return _of_limits([limit], (limit.id,), told, "solved", plan)


def _of_tiers(outcome: Outcome) -> Outcome | None:
    """Return an outcome of all tiers as one of these alone, None where it does not tell it."""
    first = outcome.tiers[: len(TIERS)]
    if tuple(each.name for each in first) != TIERS or not all(map(_proven, first)):
        return None
    return replace(outcome, tiers=first)


def _of_limits(
    limits: Sequence[Caveat | Rule], names: tuple[str, ...], told: Gains, proof: Proof, plan: Plan
) -> Price:
    caveats = [each for each in limits if isinstance(each, Caveat)]
    return Price(
        names,
        "caveat" if caveats else "rule",
        told,
        proof,
        plan,
        sum((each.ask_cost for each in caveats), Fraction(0)),
        any(each.red_line for each in caveats),
    )


def helps(found: Gains) -> bool | None:
    """Whether the first tier that changes falls; None where that is not proven either way."""
    level = True
    for gain in found.values():
        if gain.low > 0:
            return True if level else None
        if gain.high > 0:
            return None
        if gain.high < 0:
            return False
        level = level and gain.low == 0
    return False


class Pricing:
    """The work of ``prices``, see there; in pieces for whoever has other things to do between.

    Attributes:
        base: the best plan of the case as it is, of these tiers.
        stopped: asked often; true ends the search.
        events: takes in what the solver is caught at.
    """

    def __init__(
        self,
        case: Case,
        settings: Settings,
        options: Options,
        workers: Sequence[Worker],
        until: float,
        tell: Tell,
        stopped: Callable[[], bool],
    ) -> None:
        self.case, self.settings, self.options = case, settings, options
        self.until, self.tell, self.stopped = until, tell, stopped
        self.limits: dict[str, Caveat | Rule] = {each.id: each for each in case.active_caveats}
        self.limits |= {each.id: each for each in case.active_rules}
        self.session = Session(case, settings, options, workers)
        self.base = self.session.solve(until=until, stopped=stopped)
        self.events = Events()
        self.events.take(self.base.events)

    def over(self) -> bool:
        """Whether no time is left, or a stop was asked."""
        return self.stopped() or time.monotonic() >= self.until

    def alone(self, limits: Iterable[Caveat | Rule]) -> list[Price]:
        """Return what lifting each brings."""
        names = [each.id for each in limits]
        solvable = [name for name in names if name in self.session.touching]
        none = {tier: Interval(0.0, 0.0) for tier in TIERS}
        outcomes = self.session.solve_all(
            [Flips(lifted=frozenset({name})) for name in solvable],
            until=self.until,
            stopped=self.stopped,
            tell=lambda which, done: self.tell(solvable[which], done, len(solvable)),
        )
        return [
            self._price((name,), none, "same program", self.base.plan)
            for name in names
            if name not in self.session.touching
        ] + [
            self._told((name,), self._adds((name,)), outcome)
            for name, outcome in zip(solvable, outcomes, strict=True)
        ]

    def lifted(self, names: Collection[str]) -> Price:
        """Return what lifting these together brings."""
        outcome = None
        if not self.over():
            flips = Flips(lifted=frozenset(names))
            outcome = self.session.solve(flips, until=self.until, stopped=self.stopped)
        return self._told(tuple(sorted(names)), self._adds(names), outcome)

    def _adds(self, names: Iterable[str]) -> bool:
        return not any(_turns(self.limits[name]) for name in names)

    def come_true(self, what: What) -> list[Price]:
        """Return what each vote that counts as refused, or condition that fails, would bring."""
        return [
            replace(
                self._told((name,), True, None if self.over() else self._fresh(changed)),
                what=what,
                cost=Fraction(0),
                red=False,
            )
            for name, changed in self._true(what)
        ]

    def _fresh(self, changed: Case) -> Outcome:
        options = replace(self.options, time_limit=max(1e-3, self.until - time.monotonic()))
        return solve(Formulation(changed, self.settings), options, stopped=self.stopped)

    def _true(self, what: What) -> Iterator[tuple[str, Case]]:
        if what == "condition":
            for name, each in self.case.conditions.items():
                if not each.holds:
                    true = each.model_copy(update={"holds": True})
                    yield name, replace(self.case, conditions={**self.case.conditions, name: true})
            return
        no = ("refused",) if self.settings.pending == "granted" else ("refused", "pending")
        for caveat in self.case.active_caveats:
            if getattr(caveat, "status", None) in no:
                yes = caveat.model_copy(update={"status": "granted"})
                caveats = [yes if each is caveat else each for each in self.case.caveats]
                yield caveat.id, replace(self.case, caveats=tuple(caveats))

    def _told(self, names: tuple[str, ...], adds: bool, outcome: Outcome | None) -> Price:
        """Return the price that an outcome comes to; without one all is unknown."""
        self.events.take(outcome.events if outcome else ())
        if outcome is None:
            unknown = [TierResult(name, INFINITY, 0.0, 0.0, False) for name in TIERS]
            told = gains(self.base, replace(self.base, tiers=tuple(unknown)), adds=adds)
            return self._price(names, told, "not solved", self.base.plan)
        told = gains(self.base, outcome, adds=adds)
        # An equally good plan may look different for no reason: what brings nothing moves nothing.
        plan = self.base.plan if helps(told) is False else outcome.plan
        return self._price(names, told, "solved", plan)

    def _price(self, names: tuple[str, ...], told: Gains, proof: Proof, plan: Plan) -> Price:
        limits = [self.limits[name] for name in names if name in self.limits]
        return _of_limits(limits, names, told, proof, plan)

    # Sets

    def together(self, names: Collection[str]) -> Iterator[Price]:
        """Yield all minimal sets, of these that bring nothing alone, that bring something.

        Raises:
            OutOfTime: there may be more.
        """
        if len(names) < 2:
            return
        tried = self._in_every_way(names)
        if tried and tried[-1].helps is False:
            return
        formulation = Formulation(self.case, self.settings, frozenset(names))
        program = compile_program(formulation)
        costs = dict.fromkeys(names, Fraction(1))
        known: list[frozenset[str]] = []
        for rows in self._wanted(program):
            for lifting in every(
                program,
                costs,
                [*rows, *keeping_pins(program)],
                barred=known,
                until=self.until,
                seed=self.options.seed,
                stopped=self.stopped,
                events=self.events,
            ):
                if self.over():
                    raise OutOfTime
                known.append(lifting.switches)
                price = self.lifted(lifting.switches)
                if price.helps:
                    yield price
                if not lifting.proven:
                    raise OutOfTime
        if not known and any(self._is_wanted(program, price) for price in tried):
            self.events.note(
                "HiGHS said twice that no set of caveats helps only together, though a plan "
                "without all of them is better; the answer was thrown away"
            )
            raise OutOfTime

    def _in_every_way(self, names: Collection[str]) -> list[Price]:
        """Return what lifting these at once brings, up to the first way that may help.

        What lifting all at once does not bring, no part of it does: a part has fewer plans. Only
        what changes tours is tried in every way; with too many of those, nothing is.
        """
        turning = [name for name in names if _turns(self.limits[name])]
        if len(turning) > MOST_TURNING:
            return []
        rest = [name for name in names if name not in turning]
        tried: list[Price] = []
        for size in range(len(turning) + 1):
            for some in combinations(turning, size):
                tried.append(self.lifted([*rest, *some]))
                if tried[-1].helps is not False:
                    return tried
        return tried

    def _is_wanted(self, program: Program, price: Price) -> bool:
        """Whether a price is one that ``_wanted`` asks for."""
        goals = {goal.name: goal for goal in program.goals}
        for tier in self.base.tiers:
            gain = price.gains[tier.name]
            if gain.low >= _least_gain(goals[tier.name], tier.value):
                return True
            if (gain.low, gain.high) != (0.0, 0.0):
                return False
        return False

    def _wanted(self, program: Program) -> Iterator[list[Row]]:
        """Yield rows for each way to be better: less critical, or as critical and less short."""
        goals = {goal.name: goal for goal in program.goals}
        critical, shortfall = (goals[tier] for tier in TIERS)
        now = {tier.name: tier.value for tier in self.base.tiers}
        yield [_at_most(critical, now["critical"] - _least_gain(critical, now["critical"]))]
        yield [
            _at_most(critical, now["critical"] + _noise(now["critical"]) / 2),
            _at_most(shortfall, now["shortfall"] - _least_gain(shortfall, now["shortfall"])),
        ]


def _turns(limit: Caveat | Rule) -> bool:
    """Whether lifting it changes tours, and so may take plans away."""
    return isinstance(limit, Caveat) and limit.limits_tours


def _at_most(goal: Goal, value: float) -> Row:
    columns = np.flatnonzero(goal.costs)
    values = goal.costs[columns]
    return Row(tuple(columns.tolist()), tuple(values.tolist()), -INFINITY, value - goal.constant)


def _least_gain(goal: Goal, now: float) -> float:
    """Return less than which a tier cannot fall: half its step, or what is worth telling."""
    return max(goal.step / 2, 10 * _noise(now))


def _minimal(found: Iterable[Price]) -> list[Price]:
    several = list(found)
    sets = [set(each.names) for each in several]
    return [each for each in several if not any(other < set(each.names) for other in sets)]


def rank(price: Price) -> tuple[object, ...]:
    """Return what sorts prices: what brings most first, red lines last."""
    ends = [price.gains[tier] for tier in TIERS]
    return (
        price.red,
        *(-each.low for each in ends),
        *(-each.high for each in ends),
        price.cost,
        price.names,
    )


def _proven(tier: TierResult) -> bool:
    return tier.value - tier.bound <= _noise(tier.value)


def _noise(value: float) -> float:
    return _NOISE * max(1.0, abs(value)) if math.isfinite(value) else _NOISE
