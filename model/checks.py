"""What is wrong, or odd, between the parts of a case whose parts are right in themselves."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import iso3166

from model.case import Case
from model.caveats.base import Caveat, Scope
from model.domain import HQ, HQ_NEXT, Offer
from model.faults import nearest

Where = tuple[str | int, ...]
OFFERS, LINES, YAML = "capabilities.csv", "requirements.csv", "constraints.yaml"
SECTIONS = ("calendar", "defaults", "headquarters", "priority_weights")


@dataclass(frozen=True)
class Problem:
    """A fault across parts of the case, before the reader knows the line it stands on.

    Attributes:
        where: file and then the path in it; for a CSV file row index and column.
        unknown: what the value should name, where nothing has that name.
        twin: where else the value stands that may stand only once.
    """

    where: Where
    value: str
    message: str
    allowed: str = ""
    unknown: str = ""
    twin: Where = ()


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
    yield from _wishes(case)


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
    first: dict[str, tuple[str, Where]] = dict.fromkeys(SECTIONS, ("a section", ()))
    for name, what, where in owners:
        if name in first:
            other, there = first[name]
            yield Problem(
                where,
                name,
                f"is the id of {other} and of {'another' if other == what else what}",
                "ids are unique over offers, lines, caveats, rules, conditions, capabilities, "
                "areas and nations",
                twin=there,
            )
        first.setdefault(name, (what, where))


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
                    unknown="headquarters",
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
        for plural, what in Scope.NAMED.items():
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


def _wishes(case: Case) -> Iterator[Problem]:
    """Yield the names in pins and forbids that nothing has."""
    wishes = [
        *(("pin", i, pin.offer, pin.line) for i, pin in enumerate(case.pins)),
        *(("forbid", i, each.offer, each.line) for i, each in enumerate(case.forbids)),
    ]
    for part, i, offer, line in wishes:
        yield from _unknown((part, i, "offer"), offer, "offer", case.offer_by_id)
        if line is not None:
            yield from _unknown((part, i, "line"), line, "line", case.line_by_id)


def _unknown(where: Where, name: str, what: str, known: Iterable[str]) -> Iterator[Problem]:
    names = tuple(known)
    if name not in names:
        yield Problem(where, name, f"is no known {what}", nearest(name, names), unknown=what)


def _no_nation(where: Where, code: str, case: Case) -> Iterator[Problem]:
    if code in iso3166.countries_by_alpha3 or (_user_assigned(code) and code in case.nations):
        return
    named = {country.name: each for each, country in iso3166.countries_by_alpha3.items()}
    allowed = f"ISO 3166 alpha-3; {nearest(code, iso3166.countries_by_alpha3)}"
    for name in named:
        if name.casefold() == code.casefold():
            allowed = f"ISO 3166 alpha-3; {name} is {named[name]}"
    # Only a code of one's own may be one that the case declares.
    unknown = "nation" if _user_assigned(code) else ""
    yield Problem(where, code, "is no known nation", allowed, unknown=unknown)


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
        if not any(may_match(case, caveat, offer) for offer in case.offers):
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
    for i, forbid in enumerate(case.forbids):
        offer = case.offer_by_id[forbid.offer]
        fits = {line.line for line in case.lines if case.rate(offer, line) is not None}
        if not (fits if forbid.line is None else fits & {forbid.line}):
            message = f"is forbidden here, but would not fit {forbid.line or 'any line'} anyway"
            yield Problem(("forbid", i), offer.offer, message)


def _beyond(where: Where, month: int | None, last: int) -> Iterator[Problem]:
    if month is not None and month > last:
        yield Problem(where, str(month), f"lies beyond the horizon of {last} months", "clipped")


def may_match(case: Case, caveat: Caveat, offer: Offer) -> bool:
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
