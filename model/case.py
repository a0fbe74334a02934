"""The case: all input together, what follows from it, and the checks across its parts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

import iso3166

from model.caveats.base import Caveat
from model.domain import (
    HQ,
    HQ_NEXT,
    ROLES,
    Area,
    Calendar,
    Capability,
    Condition,
    Defaults,
    Forbid,
    Headquarters,
    Line,
    Nation,
    Offer,
    Pin,
    Scenario,
    Substitution,
    Tier,
)
from model.limits import Limit
from model.rules.base import Rule

L_ = TypeVar("L_", bound=Limit)


@dataclass(frozen=True)
class Case:
    """What a planner hands in. Frozen: a what-if makes another case.

    Attributes:
        scenarios: the what-ifs that made it what it is, in the order in which they were stacked.
        pins, forbids: what they ask of the plan itself.
        files: SHA-256 of each file that was read, by name.
    """

    offers: tuple[Offer, ...]
    lines: tuple[Line, ...]
    calendar: Calendar
    force: str = ""
    classification: str = ""
    defaults: Defaults = field(default_factory=Defaults)
    roles: tuple[str, ...] = ROLES
    priority_weights: dict[int, Fraction] = field(
        default_factory=lambda: {1: Fraction(8), 2: Fraction(4), 3: Fraction(2), 4: Fraction(1)}
    )
    areas: dict[str, Area] = field(default_factory=dict)
    headquarters: Headquarters | None = None
    capabilities: dict[str, Capability] = field(default_factory=dict)
    substitutions: tuple[Substitution, ...] = ()
    nations: dict[str, Nation] = field(default_factory=dict)
    conditions: dict[str, Condition] = field(default_factory=dict)
    caveats: tuple[Caveat, ...] = ()
    rules: tuple[Rule, ...] = ()
    tiers: tuple[Tier, ...] = ("critical", "shortfall", "conditional", "personnel")
    scenarios: tuple[Scenario, ...] = ()
    pins: tuple[Pin, ...] = ()
    forbids: tuple[Forbid, ...] = ()
    files: dict[str, str] = field(default_factory=dict)

    # Words

    def nation_name(self, code: str) -> str:
        """Return the nation's name, as the case gives it or as ISO 3166 does."""
        known = self.nations.get(code)
        if known and known.name:
            return known.name
        country = iso3166.countries_by_alpha3.get(code)
        return country.name if country else code

    def capability_title(self, code: str) -> str:
        """Return the capability's title, or its code."""
        known = self.capabilities.get(code)
        return (known and known.title) or code

    def area_title(self, code: str) -> str:
        """Return the area's title, or its code in words."""
        known = self.areas.get(code)
        return (known and known.title) or code.replace("_", " ").title()

    def line_title(self, line: Line) -> str:
        """Return the line's title, or its capability's."""
        return line.title or self.capability_title(line.capability)

    # Time and place

    @property
    def months(self) -> range:
        """All months of the horizon."""
        return range(1, self.calendar.months + 1)

    def clipped(self, first: int, last: int | None) -> range:
        """Return the months from first to last that lie inside the horizon."""
        end = self.calendar.months if last is None else min(last, self.calendar.months)
        return range(first, end + 1)

    def open_months(self, offer: Offer) -> range:
        """Return the months in which the offer can be in place."""
        return self.clipped(offer.first_month, offer.available_until)

    @cached_property
    def _seats(self) -> dict[int, str]:
        if self.headquarters is None:
            return {}
        round_trip = [
            seat.area for seat in self.headquarters.seats for _ in range(min(seat.months, 600))
        ]
        return {month: round_trip[(month - 1) % len(round_trip)] for month in self.months}

    @cached_property
    def moves(self) -> tuple[int, ...]:
        """The months whose seat is another area than the month before's."""
        seats = self._seats
        return tuple(
            month for month in self.months[1:] if seats and seats[month] != seats[month - 1]
        )

    def seat(self, month: int) -> str:
        """Return the area of the headquarters in the month."""
        return self._seats[month]

    @cached_property
    def _advance(self) -> dict[int, str]:
        """The seat moved to, for each month in which an advance party is demanded."""
        lead = self.headquarters.advance_months if self.headquarters else 0
        return {
            month: self._seats[move]
            for move in reversed(self.moves)  # the nearest move to come is written last
            for month in range(max(1, move - lead), move)
        }

    @cached_property
    def _demanded(self) -> dict[str, tuple[int, ...]]:
        return {
            line.line: tuple(
                month
                for month in self.clipped(line.from_, line.until)
                if line.area != HQ_NEXT or month in self._advance
            )
            for line in self.lines
        }

    def demanded(self, line: Line) -> tuple[int, ...]:
        """Return the months in which the line is demanded, in order."""
        return self._demanded[line.line]

    def role_months(self, role: str) -> tuple[int, ...]:
        """Return the months in which some line of the role is demanded, in order."""
        demanded = {m for line in self.lines if line.role == role for m in self.demanded(line)}
        return tuple(sorted(demanded))

    def place(self, area: str, month: int) -> str:
        """Return the real area that a line's area means in the month."""
        if area == HQ:
            return self._seats[month]
        if area == HQ_NEXT:
            return self._advance[month]
        return area

    @cached_property
    def _around(self) -> dict[str, frozenset[str]]:
        around: dict[str, frozenset[str]] = {}
        for code in self.areas:
            chain: list[str] = []
            outer: str | None = code
            while outer is not None and outer not in chain:
                chain.append(outer)
                area = self.areas.get(outer)
                outer = area.within if area else None
            around[code] = frozenset(chain)
        return around

    def inside(self, place: str, area: str) -> bool:
        """Whether the place is the area or lies within it."""
        return area in self._around[place]

    @cached_property
    def _covered(self) -> dict[tuple[str, tuple[str, ...]], tuple[int, ...] | None]:
        return {}

    def covered_of(self, caveat: Caveat, places: tuple[str, ...]) -> tuple[int, ...] | None:
        """Return the positions of places that the caveat covers, or None where it covers all.

        Asked so often that it is remembered.
        """
        key = (caveat.id, places)
        if key not in self._covered:
            covered = {place: caveat.in_named_area(self, place) for place in set(places)}
            found = tuple(i for i, place in enumerate(places) if covered[place])
            self._covered[key] = None if len(found) == len(places) else found
        return self._covered[key]

    # Supply and demand

    @cached_property
    def _rates(self) -> dict[tuple[str, str], Fraction]:
        return {(each.offered, each.serves): each.rate for each in self.substitutions}

    def rate(self, offer: Offer, line: Line) -> Fraction | None:
        """Return what one unit of the offer covers on the line, or None where it does not fit."""
        if offer.capability == line.capability:
            return Fraction(1)
        return self._rates.get((offer.capability, line.capability))

    def fitting(self, line: Line) -> tuple[Offer, ...]:
        """Return the offers whose capability fits the line; found once for each capability."""
        known = self._fitting.get(line.capability)
        if known is None:
            found = tuple(offer for offer in self.offers if self.rate(offer, line) is not None)
            known = self._fitting[line.capability] = found
        return known

    @cached_property
    def _fitting(self) -> dict[str, tuple[Offer, ...]]:
        return {}

    def forbidding(self, offer: Offer, line: Line) -> frozenset[str]:
        """Return the gates that forbids of scenarios put between an offer and a line."""
        return frozenset(
            each.gate
            for each in self.forbids
            if each.offer == offer.offer and each.line in (None, line.line)
        )

    def weight(self, line: Line) -> Fraction:
        """Return the weight of the line's priority."""
        return self.priority_weights[line.priority]

    @cached_property
    def offer_by_id(self) -> dict[str, Offer]:
        """The offers by id."""
        return {offer.offer: offer for offer in self.offers}

    @cached_property
    def line_by_id(self) -> dict[str, Line]:
        """The lines by id."""
        return {line.line: line for line in self.lines}

    @cached_property
    def caveat_by_id(self) -> dict[str, Caveat]:
        """The caveats by id, active or not."""
        return {caveat.id: caveat for caveat in self.caveats}

    @cached_property
    def active_caveats(self) -> tuple[Caveat, ...]:
        """The caveats that bind."""
        return tuple(caveat for caveat in self.caveats if caveat.active)

    @cached_property
    def active_rules(self) -> tuple[Rule, ...]:
        """The force rules that bind."""
        return tuple(rule for rule in self.rules if rule.active)

    def turned(self, off: Collection[str] = (), on: Collection[str] = ()) -> Case:
        """Return the case with some caveats and rules not active, and others active."""

        def turn(limit: L_) -> L_:
            active = limit.id in on or (limit.active and limit.id not in off)
            same = active == limit.active
            return limit if same else limit.model_copy(update={"active": active})

        return replace(
            self, caveats=tuple(map(turn, self.caveats)), rules=tuple(map(turn, self.rules))
        )

    @cached_property
    def leaning(self) -> tuple[Limit, ...]:
        """The active caveats and rules of a kind that may have too few units somewhere."""
        limits: tuple[Limit, ...] = (*self.active_caveats, *self.active_rules)
        return tuple(each for each in limits if type(each).leans_on is not Limit.leans_on)

    def leaning_on(self, offer: Offer, line: Line) -> tuple[Limit, ...]:
        """Return those of ``leaning`` that may lean on the offer on the line; found once."""
        key = offer.offer, line.line
        if key not in self._leaning_on:
            found = tuple(each for each in self.leaning if each.may_lean_on(offer, line))
            self._leaning_on[key] = found
        return self._leaning_on[key]

    @cached_property
    def _leaning_on(self) -> dict[tuple[str, str], tuple[Limit, ...]]:
        return {}

    def counting(self, offer: Offer, line: Line) -> tuple[Limit, ...]:
        """Return the limits that write rows over what they see of the offer on the line."""
        limits: tuple[Limit, ...] = (*self.caveats_of.get(offer.nation, ()), *self.active_rules)
        # A package binds offers of nations it does not name.
        named = set(map(id, limits))  # to compare what they say would take long
        limits += tuple(each for each in self.leaning if id(each) not in named)
        return tuple(each for each in limits if each.counts and each.concerns(offer, line))

    @cached_property
    def caveats_of(self) -> dict[str, tuple[Caveat, ...]]:
        """The active caveats that bind each nation."""
        bound: dict[str, list[Caveat]] = {}
        for caveat in self.active_caveats:
            for nation in caveat.bound:
                bound.setdefault(nation, []).append(caveat)
        return {nation: tuple(caveats) for nation, caveats in bound.items()}
