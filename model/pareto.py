"""The frontier between two measures: every plan that is better in one only by being worse in other.

A plan is on it where no plan is as good in both and better in one. One point comes from one
search: the best of the first measure with the second one bounded, and then the best of the second
with the first one held. Between two neighbours nothing is left once the search with a bound just
below the one gives the other again: that is the proof that the frontier is complete.

The widest stretch that is still open is looked into first, in its middle, so that a frontier that
was cut short is coarse and not half.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from typing import Literal, get_args

from model.case import Case
from model.domain import Settings, Tier
from model.outcome import PROVEN_ABSOLUTE, Options
from model.plan import TIER_VALUES, Plan
from model.program import Program, Vector
from model.rows import common_divisor
from model.session import BASE, Flips, Session

Measure = Tier | Literal["coverage"]
TIERS: tuple[Tier, ...] = get_args(Tier)
MEASURES: tuple[Measure, ...] = ("coverage", *TIERS)
SLICES = 20
"""One search has this part of the time; what it does not prove in it is told as not proven."""

CLOSEST = 1e-4
"""Two values of the second measure that are closer than this count as one: the solver's tolerance
could not tell them apart."""

Tell = Callable[[str, int], None]


@dataclass(frozen=True)
class Point:
    """A plan on the frontier, as far as is known.

    Attributes:
        firsts: value of each first measure, as something to make small.
        second: value of the second measure, the same way.
        proven: whether no plan is as good in both and better in one.
        bound: what is proven of the (last) first measure, the others and the second held.
        at: where the program stands.
    """

    plan: Plan
    firsts: tuple[Fraction, ...]
    second: Fraction
    proven: bool
    bound: float
    at: Vector


@dataclass(frozen=True)
class Frontier:
    """What is known of a frontier.

    Attributes:
        points: by the second measure, the smallest first.
        held: what the tiers that are held came to.
        complete: whether there is proven to be no other point.
        spacing: values of the second measure that are closer than this count as one; 0 where no
            two of them are.
        in_time: False where the time was over, or a stop asked, before what was asked was done.
    """

    points: tuple[Point, ...]
    held: dict[Tier, Fraction]
    complete: bool
    spacing: float
    in_time: bool


@dataclass(frozen=True)
class _Open:
    """A stretch of the second measure in which there may be more points.

    Attributes:
        low, high: the points around it.
        floor: nothing is between ``low`` and this, or could be found there in time.
        straight: whether no plan lies below the line from one point to the other.
        tried: whether its middle gave nothing new.
    """

    low: Point
    high: Point
    floor: float
    straight: bool = False
    tried: bool = False


def cost(plan: Plan, measure: Measure) -> Fraction:
    """Return a measure of a plan as something to make small; see ``index`` for ``coverage``."""
    if measure == "coverage":
        return (1 - plan.coverage_index) * _demand(plan)
    return TIER_VALUES[measure](plan)


def index(plan: Plan, missing: Fraction) -> Fraction:
    """Return the coverage index where so much is missing, by weight."""
    demand = _demand(plan)
    return 1 - missing / demand if demand else Fraction(1)


def _demand(plan: Plan) -> Fraction:
    return sum((plan.case.weight(line) for line, _ in plan.demanded()), Fraction(0))


def pareto(
    case: Case,
    settings: Settings,
    first: Measure,
    second: Measure,
    *,
    hold: Sequence[Tier] = (),
    most: int | None = None,
    options: Options | None = None,
    tell: Tell = lambda what, count: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Frontier:
    """Return the frontier between two measures, over all plans of the case.

    Args:
        case: the case; its own tiers count only where they are named here.
        settings: what pending votes count as, and the plan that ``change`` compares with.
        first: is made as good as can be under a bound on the other.
        second: is bounded.
        hold: tiers that are held at their best, in this order; of all others nothing is asked.
        most: stop once there are so many points; all by default.
        options: limits of time for all of it; the seed. Points are always proven exactly.
        tell: told what is being looked for and how many points there are.
        stopped: asked often; true ends the search.

    Raises:
        Contradiction, OutOfTime: see ``Session.solve``.
    """
    options = replace(options or Options(), gap=0.0)
    asked = [*hold, first, second]
    tiers: tuple[Tier, ...] = tuple(
        dict.fromkeys("shortfall" if each == "coverage" else each for each in asked)
    )
    session = Session(replace(case, tiers=tiers), settings, options)
    until = time.monotonic() + options.time_limit
    tracing = Tracing(session, BASE, (first,), second, until, stopped, tell, hold)
    return tracing.trace(most)


class Tracing:
    """The work of ``pareto``.

    Args:
        session: a session whose case has the measures among its tiers.
        flips: how the case is changed.
        firsts: minimised in turn; together they are the one side of the frontier.
        second: the other side.
        until: when to stop, in monotonic seconds.
        stopped: asked often; true ends the search.
        tell: told what is being looked for and how many points there are.
        hold: tiers that are held at their best.
    """

    def __init__(
        self,
        session: Session,
        flips: Flips,
        firsts: tuple[Measure, ...],
        second: Measure,
        until: float,
        stopped: Callable[[], bool] = lambda: False,
        tell: Tell = lambda what, count: None,
        hold: Sequence[Tier] = (),
    ) -> None:
        self.session, self.until, self.stopped, self.tell = session, until, stopped, tell
        self.firsts, self.second = firsts, second
        self.case = session.flipped(flips)
        self.program = session.program(flips, {*hold, *firsts, second})
        self.steps = {goal.name: goal.step for goal in self.program.goals}
        if "burden" in self.steps:
            self.steps["burden"] = _burden_step(self.case)
        self.spacing = max(CLOSEST, self.steps[second] / 2)
        self.hold = tuple(each for each in hold if each not in (*firsts, second))
        self.slice = max(1.0, (until - time.monotonic()) / SLICES)
        self.points: list[Point] = []
        self.whole = True
        self.least_gain = 0.0  # in a weighted sum, by what is better in one measure only

    def over(self) -> bool:
        """Whether no time is left, or a stop was asked."""
        return self.stopped() or time.monotonic() >= self.until

    def least(self) -> Point:
        """Return the point with the least of the second measure."""
        self.tell(f"the least of {self.second}", 0)
        return self._solved(self.program.aimed(*self.hold, self.second, *self.firsts))

    def best(self, most: float = math.inf, start: Point | None = None) -> Point:
        """Return the point with the best firsts, the second measure being at most so much.

        Args:
            most: the bound.
            start: a point that keeps it.
        """
        program = self.program.aimed(*self.hold, *self.firsts, self.second)
        if start is not None:
            program = program.bounded(self.second, most, start.at)
        return self._solved(program, self.slice if start else math.inf)

    def _solved(self, program: Program, seconds: float = math.inf) -> Point:
        until = min(self.until, time.monotonic() + seconds)
        found = self.session.find(program, self.case, until=until, stopped=self.stopped)
        plan = found.outcome.plan
        values = {each: cost(plan, each) for each in (*self.firsts, self.second)}
        firsts = tuple(values[each] for each in self.firsts)
        proven, bound = True, float(firsts[-1])
        for goal, floor in zip(program.goals, found.floors, strict=True):
            if goal.name == "weighted":
                # A plan that is better in one measure and as good in the other gains a step.
                worth = float(goal.costs @ found.point)
                proven = proven and worth - floor < 0.999 * self.least_gain
            elif goal.name in values:
                value = float(values[goal.name])
                near = value - floor <= max(PROVEN_ABSOLUTE, 1e-9 * abs(value))
                proven = proven and near
                if goal.name == self.firsts[-1]:
                    bound = min(floor, value)
        return Point(plan, firsts, values[self.second], bool(proven), float(bound), found.point)

    def trace(self, most: int | None = None) -> Frontier:
        """Return the frontier, or so many of its points."""
        low = self.least()
        self.points, self.whole = [low], low.proven
        open_ones: list[_Open] = []
        if not self.over():
            self.tell(f"the best of {self.firsts[-1]}", 1)
            high = self.best()
            self.whole &= high.proven
            if high.firsts < low.firsts:
                self.points.append(high)
                open_ones = [_Open(low, high, float(low.second))]
        while open_ones and not self.over() and (most is None or len(self.points) < most):
            stretch = max(open_ones, key=self._width)
            open_ones.remove(stretch)
            if not self._closed(stretch):
                self.tell(
                    f"{self.second} from {float(stretch.low.second):g} "
                    f"to {float(stretch.high.second):g}",
                    len(self.points),
                )
                open_ones += self._look(stretch)
        # Whatever is still open may yet prove to be empty without a search.
        rest = [each for each in open_ones if not self._closed(each)]
        found = tuple(_undominated(self.points))
        held = {tier: cost(low.plan, tier) for tier in self.hold}
        complete = self.whole and not rest
        in_time = complete or (most is not None and len(self.points) >= most)
        exact = self.spacing <= self.steps[self.second] / 2
        return Frontier(found, held, complete, 0.0 if exact else self.spacing, in_time)

    @staticmethod
    def _width(stretch: _Open) -> float:
        return float(stretch.high.second) - stretch.floor

    def _closed(self, stretch: _Open) -> bool:
        """Whether there is no room between two points for another one."""
        if stretch.floor > float(stretch.high.second) - self.spacing:
            return True
        rise = float(stretch.low.firsts[0] - stretch.high.firsts[0])
        return len(self.firsts) == 1 and rise < self.steps[self.firsts[0]] * 1.5

    def _look(self, stretch: _Open) -> list[_Open]:
        """Search in a stretch and return what of it stays open."""
        low, high = stretch.low, stretch.high
        if not stretch.straight and stretch.floor == float(low.second):
            between = self._below_line(low, high)
            if between is None:
                return [replace(stretch, straight=True)]
            self.points.append(between)
            return [_Open(low, between, stretch.floor), _Open(between, high, float(between.second))]
        end = float(high.second) - self.spacing
        middle = (stretch.floor + float(high.second)) / 2
        if stretch.tried or middle >= end:
            middle = end
        found = self.best(middle, low)
        exact = found.proven and float(found.second) <= middle + CLOSEST / 2
        self.whole &= exact
        if found.firsts >= low.firsts:
            return [] if middle == end else [replace(stretch, floor=middle, tried=True)]
        self.points.append(replace(found, proven=exact))
        below = _Open(low, found, stretch.floor, straight=stretch.straight)
        above = _Open(found, high, max(middle, float(found.second)), straight=True)
        return [below, above]

    def _below_line(self, low: Point, high: Point) -> Point | None:
        """Return a point between two that is below the line from the one to the other.

        The least of a weighted sum is on the frontier, and found as soon as any plan is. Of several
        first measures the first one that differs is weighed, and those before it are bounded.
        """
        k = next(i for i, one in enumerate(low.firsts) if one != high.firsts[i])
        program = self.program
        for measure, value in zip(self.firsts[:k], low.firsts, strict=False):
            drift = min(CLOSEST, self.steps[measure] / 4)
            program = program.bounded(measure, float(value) + drift, low.at)
        one, two = program.aimed(self.firsts[k], self.second).goals[-2:]
        rise = float(low.firsts[k] - high.firsts[k])
        goal, rate = one.weighed(two, rise, float(high.second - low.second))
        self.least_gain = min(self.steps[self.firsts[k]], rate * self.steps[self.second])
        before = program.aimed(*self.hold).goals
        after = program.aimed(*self.firsts[k:]).goals[-len(self.firsts[k:]) :]
        after = after if len(after) > 1 else ()
        found = self._solved(replace(program, goals=(*before, goal, *after)), self.slice)
        between = low.second < found.second < high.second
        if not (between and low.firsts > found.firsts > high.firsts):
            return None
        self.whole &= found.proven
        return found


def _undominated(points: Sequence[Point]) -> list[Point]:
    """Return the points that none of the others beats, by the second measure."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda each: (each.second, each.firsts, not each.proven)):
        if not kept or point.firsts < kept[-1].firsts:
            kept.append(point)
    return kept


def _burden_step(case: Case) -> float:
    """Return a number of which every nation's burden is a multiple."""
    parts = {
        offer.personnel / key
        for offer in case.offers
        if (nation := case.nations.get(offer.nation)) and (key := nation.share_key)
        and offer.personnel
    }  # fmt: skip
    return float(reduce(common_divisor, parts)) if parts else 0.0
