"""Where the units of an offer are, month by month, and what one unit more would break."""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from model.caveats.base import Caveat
from model.domain import Assignment, Line, Offer
from model.eligibility import Candidate
from model.plan import Plan, Start, Tour
from model.rules.base import Rule


class Broken(NamedTuple):
    """What a plan with one unit more would break; ``tier`` where it breaks nothing.

    Attributes:
        nations: months in which the line has as many nations as it may have.
        tier: the first tier that would be worse, "better" or "same".
    """

    caveats: frozenset[str]
    rules: frozenset[str]
    nations: tuple[int, ...]
    tier: str

    @property
    def parts(self) -> frozenset[str]:
        """All that is in the way, to compare two ways of serving a line."""
        return self.caveats | self.rules | frozenset({"max_nations"} if self.nations else ())


class Use:
    """Where the units of one offer are, month by month."""

    def __init__(self, offer: Offer, tours: Iterable[Tour], horizon: int) -> None:
        self.units = offer.units
        self.busy = [0] * (horizon + 2)
        self.in_place: defaultdict[int, list[Tour]] = defaultdict(list)
        self.resting: defaultdict[int, list[Tour]] = defaultdict(list)
        self.begins: defaultdict[int, list[Tour]] = defaultdict(list)
        self.rested: defaultdict[int, list[Tour]] = defaultdict(list)
        for tour in tours:
            a = tour.assignment
            self.begins[a.start].append(tour)
            self.rested[a.busy_until].append(tour)
            for month in range(a.start, min(a.busy_until, horizon) + 1):
                self.busy[month] += tour.units
                (self.in_place if month <= a.end else self.resting)[month].append(tour)
        self.full = [m for m in range(1, horizon + 1) if self.busy[m] >= self.units]

    def full_before(self, month: int) -> int:
        """Return the last month before this one in which no unit is free; 0 where there is none."""
        i = bisect_left(self.full, month)
        return self.full[i - 1] if i else 0

    def full_after(self, month: int) -> int | None:
        """Return the first month after this one in which no unit is free."""
        i = bisect_right(self.full, month)
        return self.full[i] if i < len(self.full) else None


class Trials:
    """What a plan with some units more would break, asked of the caveats and rules themselves."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        case = plan.case
        self.caveats = [c for c in case.active_caveats if type(c).constrain is not Caveat.constrain]
        self.rules = [r for r in case.active_rules if type(r).violations is not Rule.violations]
        self.mentioned = {
            c.id: {name for _, what, name in c.names() if what in ("nation", "offer")}
            for c in self.caveats
        }
        self._before: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[int, int, int], Broken] = {}
        self._seen: dict[str, dict[int, list[Tour]]] = {}
        self._fresh = copy.copy(plan)
        for name in list(vars(plan)):
            if isinstance(getattr(type(plan), name, None), cached_property):
                del vars(self._fresh)[name]

    def broken(self, way: Candidate, units: int = 1, instead_of: Tour | None = None) -> Broken:
        """Return what breaks when so many units more go that way.

        Args:
            way: the assignment.
            units: how many.
            instead_of: a tour that gives up as many units for it.
        """
        key = (id(way), units, id(instead_of))
        if key not in self._known:
            self._known[key] = self._try(way, units, instead_of)
        return self._known[key]

    def _try(self, way: Candidate, units: int, instead_of: Tour | None) -> Broken:
        a = way.assignment
        moved = instead_of is not None
        asked = [c for c in self.caveats if moved or self._concerns(c, a)]
        nations = self._too_many_nations(a)
        if not (asked or self.rules or nations or moved) and self._plainly_better:
            return Broken(frozenset(), frozenset(), (), "better")
        begun = [Tour(a, units, way.rests)]
        if instead_of is not None and instead_of.units > units:
            begun.append(replace(instead_of, units=instead_of.units - units))
        trial = self._with(begun, instead_of)
        near = _Near(self.plan, self._seen, begun, instead_of)
        caveats = frozenset(
            each.id for each in asked if self._newly(each, near if each.by_month else trial)
        )
        rules = frozenset(each.id for each in self.rules if self._newly(each, trial))
        if caveats or rules or nations:
            return Broken(caveats, rules, nations, "")
        better = self._plainly_better and not moved
        return Broken(caveats, rules, nations, "better" if better else self._tier(trial))

    def _with(self, begun: Sequence[Tour], instead_of: Tour | None) -> Plan:
        trial = copy.copy(self._fresh)
        trial.tours = (*self.plan.tours, *begun)
        trial.starts = (*self.plan.starts, Start(*begun[0].assignment.key, begun[0].units))
        if instead_of is not None:
            trial.tours = tuple(each for each in trial.tours if each is not instead_of)
            trial.starts = tuple(Start(*each.assignment.key, each.units) for each in trial.tours)
        return trial

    def _concerns(self, caveat: Caveat, a: Assignment) -> bool:
        """Whether the caveat sees the assignment, or names its nation or offer."""
        mentioned = self.mentioned[caveat.id]
        return (
            a.offer.nation in mentioned
            or a.offer.offer in mentioned
            or bool(caveat.months_seen(self.plan.case, a))
        )

    def _newly(self, entry: Caveat | Rule, trial: Plan) -> bool:
        if entry.id not in self._before:
            self._before[entry.id] = frozenset(entry.violations(self.plan))
        before = self._before[entry.id]
        return any(text not in before for text in entry.violations(trial))

    def _too_many_nations(self, a: Assignment) -> tuple[int, ...]:
        most = a.line.max_nations
        if most is None:
            return ()
        there = {month: nations_there(self.plan, a.line, month) for month in a.months}
        return tuple(
            month
            for month, nations in there.items()
            if len(nations) >= most and a.offer.nation not in nations
        )

    @cached_property
    def _plainly_better(self) -> bool:
        """Whether a unit more where some are missing is better, whatever it costs.

        It is where nothing comes before the shortfall but the minimums, which it never lowers.
        """
        case = self.plan.case
        before = case.tiers[: case.tiers.index("shortfall")] if "shortfall" in case.tiers else None
        return before is not None and set(before) <= {"critical"} and not case.active_rules

    def _tier(self, trial: Plan) -> str:
        """Return the first tier that would be worse, "better" where one is better before."""
        now = self.plan.tier_values
        for name, value in trial.tier_values.items():
            if value != now[name]:
                return "better" if value < now[name] else name
        return "same"


class _Near(Plan):
    """A changed plan in the months of the change alone: what a caveat ``by_month`` has to look at.

    Args:
        plan: the plan before the change; what was worked out of it is kept for the next one.
        known: what each caveat sees of it.
        begun: tours that are added.
        gone: a tour that is taken away.
    """

    def __init__(
        self,
        plan: Plan,
        known: dict[str, dict[int, list[Tour]]],
        begun: Sequence[Tour],
        gone: Tour | None,
    ) -> None:
        self.case, self.settings = plan.case, plan.settings
        self._plan, self._known, self._begun, self._gone = plan, known, begun, gone
        changed = begun if gone is None else (*begun, gone)
        self._months = sorted({month for each in changed for month in each.assignment.months})

    def seen(self, caveat: Caveat) -> dict[int, list[Tour]]:
        """Return the tours in place that the caveat sees, in each month of the change."""
        if caveat.id not in self._known:
            self._known[caveat.id] = self._plan.seen(caveat)
        before = self._known[caveat.id]
        added = [
            (each, set(caveat.months_seen(self.case, each.assignment))) for each in self._begun
        ]
        found = {}
        for month in self._months:
            there = [each for each in before.get(month, ()) if each is not self._gone]
            there += [each for each, months in added if month in months]
            if there:
                found[month] = there
        return found

    @cached_property
    def in_place(self) -> dict[int, tuple[Tour, ...]]:
        """The tours in place in each month of the change."""
        before = self._plan.in_place
        return {
            month: tuple(
                each
                for each in (*before[month], *self._begun)
                if each is not self._gone and month in each.assignment.months
            )
            for month in self._months
        }


def nations_there(plan: Plan, line: Line, month: int) -> tuple[str, ...]:
    """Return the nations in place on the line in the month, sorted."""
    tours = plan.line_tours.get((line.line, month), ())
    return tuple(sorted({tour.assignment.offer.nation for tour in tours}))
