"""The case: all input together, what follows from it, and the checks across its parts."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

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
    Headquarters,
    Line,
    Nation,
    Offer,
    Substitution,
    Tier,
)
from model.faults import nearest
from model.rules.base import Rule

Where = tuple[str | int, ...]
OFFERS, LINES, YAML = "capabilities.csv", "requirements.csv", "constraints.yaml"
SECTIONS = ("calendar", "defaults", "headquarters", "priority_weights")


@dataclass(frozen=True)
class Problem:
    """A fault across parts of the case, before the reader knows the line it stands on.

    Attributes:
        where: file and then the path in it; for a CSV file row index and column.
    """

    where: Where
    value: str
    message: str
    allowed: str = ""


@dataclass(frozen=True)
class Case:
    """What a planner hands in. Frozen: a what-if makes another case.

    Attributes:
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
        """Return the offers whose capability fits the line."""
        return tuple(offer for offer in self.offers if self.rate(offer, line) is not None)

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

    @cached_property
    def caveats_of(self) -> dict[str, tuple[Caveat, ...]]:
        """The active caveats that bind each nation."""
        bound: dict[str, list[Caveat]] = {}
        for caveat in self.active_caveats:
            for nation in caveat.bound:
                bound.setdefault(nation, []).append(caveat)
        return {nation: tuple(caveats) for nation, caveats in bound.items()}


# Checks across parts


def problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong between the parts of a case whose parts are right in themselves."""
    yield from _double_ids(case)
    yield from _areas(case)
    yield from _yaml_names(case)
    yield from _offers(case)
    yield from _lines(case)
    yield from _caveats(case)
    yield from _tiers(case)


def _double_ids(case: Case) -> Iterator[Problem]:
    owners: list[tuple[str, str, Where]] = [
        *((o.offer, "an offer", (OFFERS, i, "offer")) for i, o in enumerate(case.offers)),
        *((ln.line, "a line", (LINES, i, "line")) for i, ln in enumerate(case.lines)),
        *((c.id, "a caveat", (YAML, "caveats", i, "id")) for i, c in enumerate(case.caveats)),
        *((r.id, "a rule", (YAML, "rules", i, "id")) for i, r in enumerate(case.rules)),
        *((name, "a condition", (YAML, "conditions", name)) for name in case.conditions),
        *((name, "a capability", (YAML, "capabilities", name)) for name in case.capabilities),
        *((name, "an area", (YAML, "areas", name)) for name in case.areas),
        *((name, "a nation", (YAML, "nations", name)) for name in case.nations),
    ]
    first: dict[str, str] = dict.fromkeys(SECTIONS, "a section")
    for name, what, where in owners:
        if name in first:
            yield Problem(
                where,
                name,
                f"is the id of {what}, but {first[name]} has it already",
                "ids are unique over offers, lines, caveats, rules, conditions, capabilities, "
                "areas and nations",
            )
        first.setdefault(name, what)


def _areas(case: Case) -> Iterator[Problem]:
    for code, area in case.areas.items():
        where: Where = (YAML, "areas", code)
        if code in (HQ, HQ_NEXT):
            yield Problem(where, code, "is no place but the seat of the headquarters")
        if area.within is not None:
            yield from _unknown((*where, "within"), area.within, "area", case.areas)
        outer, seen = area.within, {code}
        while outer in case.areas and outer not in seen:
            seen.add(outer)
            outer = case.areas[outer].within
        if outer == code:
            yield Problem((*where, "within"), str(area.within), "makes the area lie within itself")
    if case.headquarters:
        for i, seat in enumerate(case.headquarters.seats):
            where = (YAML, "headquarters", "seats", i, "area")
            yield from _unknown(where, seat.area, "area", case.areas)


def _yaml_names(case: Case) -> Iterator[Problem]:
    for code, capability in case.capabilities.items():
        if capability.role is not None:
            where: Where = (YAML, "capabilities", code, "role")
            yield from _unknown(where, capability.role, "role", case.roles)
    pairs: Counter[tuple[str, str]] = Counter()
    for i, each in enumerate(case.substitutions):
        where = (YAML, "substitutions", i)
        for name in ("offered", "serves"):
            yield from _unknown(
                (*where, name), getattr(each, name), "capability", case.capabilities
            )
        pair = (each.offered, each.serves)
        pairs[pair] += 1
        if each.offered == each.serves:
            yield Problem((*where, "serves"), each.serves, "is a substitution by itself")
        elif pairs[pair] == 2:
            yield Problem((*where, "serves"), each.serves, f"is listed twice for {each.offered}")
    for code in case.nations:
        yield from _no_nation((YAML, "nations", code), code, case)


def _offers(case: Case) -> Iterator[Problem]:
    for i, offer in enumerate(case.offers):
        yield from _no_nation((OFFERS, i, "nation"), offer.nation, case)
        where: Where = (OFFERS, i, "capability")
        yield from _unknown(where, offer.capability, "capability", case.capabilities)


def _lines(case: Case) -> Iterator[Problem]:
    for i, line in enumerate(case.lines):
        row: Where = (LINES, i)
        yield from _unknown((*row, "role"), line.role, "role", case.roles)
        yield from _unknown((*row, "capability"), line.capability, "capability", case.capabilities)
        if line.area in (HQ, HQ_NEXT):
            if case.headquarters is None:
                yield Problem(
                    (*row, "area"),
                    line.area,
                    "needs a headquarters, but constraints.yaml has none",
                    "add headquarters: {seats: [{area: ..., months: ...}]} or name an area",
                )
            if line.elsewhere:
                yield Problem(
                    (*row, "elsewhere"),
                    " ".join(area for area, _ in line.elsewhere),
                    f"is not possible on a line in area {line.area}",
                    "allowed: blank",
                )
        else:
            yield from _unknown((*row, "area"), line.area, "area", (*case.areas, HQ, HQ_NEXT))
        for area, _ in line.elsewhere:
            yield from _unknown((*row, "elsewhere"), area, "area", case.areas)
            if area == line.area:
                yield Problem((*row, "elsewhere"), area, "is the line's own area")


def _caveats(case: Case) -> Iterator[Problem]:
    known = {
        "offer": tuple(case.offer_by_id),
        "capability": tuple(case.capabilities),
        "role": case.roles,
        "line": tuple(case.line_by_id),
        "area": tuple(case.areas),
        "condition": tuple(case.conditions),
    }
    for i, caveat in enumerate(case.caveats):
        where: Where = (YAML, "caveats", i)
        for j, nation in enumerate(caveat.bound):
            at = (*where, "nation") if caveat.nation else (*where, "nations", j)
            yield from _no_nation(at, nation, case)
        for plural, what in (
            ("offers", "offer"),
            ("capabilities", "capability"),
            ("roles", "role"),
            ("lines", "line"),
            ("areas", "area"),
        ):
            for j, name in enumerate(getattr(caveat.applies_to, plural) or ()):
                yield from _unknown((*where, "applies_to", plural, j), name, what, known[what])
    for section, entries in (("caveats", case.caveats), ("rules", case.rules)):
        for i, entry in enumerate(entries):
            for path, what, name in entry.names():
                at = (YAML, section, i, *path)
                if what == "nation":
                    yield from _no_nation(at, name, case)
                else:
                    yield from _unknown(at, name, what, known[what])


def _tiers(case: Case) -> Iterator[Problem]:
    for i, tier in enumerate(case.tiers):
        if tier in case.tiers[:i]:
            yield Problem((YAML, "tiers", i), tier, "stands here twice", "each tier once")


def _unknown(where: Where, name: str, what: str, known: Iterable[str]) -> Iterator[Problem]:
    names = tuple(known)
    if name not in names:
        yield Problem(where, name, f"is no known {what}", nearest(name, names))


def _no_nation(where: Where, code: str, case: Case) -> Iterator[Problem]:
    if code in iso3166.countries_by_alpha3 or (_user_assigned(code) and code in case.nations):
        return
    named = {country.name: each for each, country in iso3166.countries_by_alpha3.items()}
    allowed = f"ISO 3166 alpha-3; {nearest(code, iso3166.countries_by_alpha3)}"
    for name in named:
        if name.casefold() == code.casefold():
            allowed = f"ISO 3166 alpha-3; {name} is {named[name]}"
    yield Problem(where, code, "is no known nation", allowed)


def _user_assigned(code: str) -> bool:
    """Whether ISO 3166 leaves the code to its users; such a nation is declared in ``nations``."""
    three_letters = len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()
    return three_letters and (
        code[0] == "X" or code[:2] in ("AA", "ZZ") or "QM" <= code[:2] <= "QZ"
    )


# What is legal but odd


def oddities(case: Case, today: datetime.date) -> Iterator[Problem]:
    """Yield warnings: legal input that most likely is not what was meant."""
    last = case.calendar.months
    wanted = {line.capability for line in case.lines}
    wanted |= {each.offered for each in case.substitutions if each.serves in wanted}
    for i, offer in enumerate(case.offers):
        for column in ("available_from", "available_until"):
            yield from _beyond((OFFERS, i, column), getattr(offer, column), last)
        if not case.open_months(offer):
            yield Problem((OFFERS, i, "offer"), offer.offer, "is never available in the horizon")
        if offer.capability not in wanted:
            yield Problem((OFFERS, i, "offer"), offer.offer, "is an offer that no line wants")
    for i, line in enumerate(case.lines):
        for name, month in (("from", line.from_), ("until", line.until)):
            yield from _beyond((LINES, i, name), month, last)
        if not case.demanded(line):
            yield Problem((LINES, i, "line"), line.line, "is never demanded in the horizon")
        elif not case.fitting(line):
            yield Problem((LINES, i, "line"), line.line, "is a line that no offer fits")
    for i, caveat in enumerate(case.caveats):
        where: Where = (YAML, "caveats", i)
        if not any(_may_match(case, caveat, offer) for offer in case.offers):
            yield Problem((*where, "id"), caveat.id, "is a caveat that binds nothing")
        if caveat.expires is not None and caveat.expires < today:
            yield Problem(
                (*where, "expires"),
                caveat.expires.isoformat(),
                f"caveat {caveat.id} has expired; it binds until someone lifts it",
            )
        for name in ("month", "until"):
            yield from _beyond((*where, name), getattr(caveat, name, None), last)
    for i, rule in enumerate(case.rules):
        for path, month in (
            ("from", getattr(rule, "from_", None)),
            ("until", getattr(rule, "until", None)),
        ):
            yield from _beyond((YAML, "rules", i, path), month, last)


def _beyond(where: Where, month: int | None, last: int) -> Iterator[Problem]:
    if month is not None and month > last:
        yield Problem(where, str(month), f"lies beyond the horizon of {last} months", "clipped")


def _may_match(case: Case, caveat: Caveat, offer: Offer) -> bool:
    """Whether the caveat could ever match the offer on some line that it fits."""
    scope = caveat.applies_to
    if (
        offer.nation not in caveat.bound
        or (scope.offers is not None and offer.offer not in scope.offers)
        or (scope.capabilities is not None and offer.capability not in scope.capabilities)
    ):
        return False
    for line in case.lines:
        if (
            case.rate(offer, line) is None
            or (scope.roles is not None and line.role not in scope.roles)
            or (scope.lines is not None and line.line not in scope.lines)
        ):
            continue
        places = {case.place(line.area, month) for month in case.demanded(line)}
        places |= {area for area, _ in line.elsewhere}
        if any(caveat.in_named_area(case, place) for place in places):
            return True
    return False
