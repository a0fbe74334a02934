"""The case format, read straight off the contract: plain enumeration and exact fractions.

Nothing here is shared with the program. Every rule is evaluated month by month from the plan,
so that a mistake in one of the two readings shows up as a difference between them.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import yaml

Pending = Literal["granted", "refused"]
Row = tuple[str, str, str, int, int]
"""One row of a plan: offer, line, area, units, start month."""

DEFAULT_TIERS = ("critical", "shortfall", "conditional", "personnel")
DEFAULT_WEIGHTS = {1: Fraction(8), 2: Fraction(4), 3: Fraction(2), 4: Fraction(1)}
GATES = ("exclusion", "basing", "approval", "condition")


class TooLarge(Exception):
    """There are more plans than the caller wants to look at."""


# ---------------------------------------------------------------------------------------------
# What a case holds


@dataclass(frozen=True)
class Offer:
    id: str
    nation: str
    capability: str
    units: int
    personnel: int
    first: int
    last: int
    tour: int
    dwell: int


@dataclass(frozen=True)
class Line:
    id: str
    role: str
    capability: str
    area: str
    elsewhere: Mapping[str, Fraction]
    minimum: Fraction
    target: Fraction
    first: int
    last: int
    weight: Fraction
    max_nations: int | None


@dataclass(frozen=True)
class Condition:
    holds: bool
    probability: Fraction


@dataclass(frozen=True)
class Caveat:
    id: str
    kind: str
    nations: tuple[str, ...]
    active: bool
    applies_to: Mapping[str, tuple[str, ...]]
    allowed: tuple[str, ...] | None = None
    barred: tuple[str, ...] | None = None
    status: str = ""
    month: int = 1
    until: int = 0
    probability: Fraction = Fraction(1)
    grace: int = 0
    requires: tuple[str, ...] = ()
    units: Fraction | None = None
    personnel: Fraction | None = None
    fraction: Fraction | None = None
    tour: int | None = None
    dwell: int | None = None
    max_months: Fraction | None = None
    partners: tuple[str, ...] = ()
    scope: str = "line"
    offers: tuple[str, ...] = ()
    max_share: Fraction = Fraction(1)


@dataclass(frozen=True)
class Rule:
    id: str
    kind: str
    active: bool
    weight: Fraction
    role: str = ""
    candidates: tuple[str, ...] = ()
    term: int = 0
    area: str | None = None
    personnel: Fraction = Fraction(0)
    first: int = 1
    last: int = 0
    capability: str = ""
    per: Fraction = Fraction(1)
    nations: int = 0


@dataclass(frozen=True)
class Assignment:
    """Units of an offer that begin a tour on a line, in an area, in a month."""

    offer: str
    line: str
    area: str
    start: int
    end: int
    busy_until: int
    rate: Fraction
    nation: str
    personnel: int
    capability: str
    role: str
    substitute: bool
    places: Mapping[int, str]
    """The real place in each month in which the units are there."""
    rests_on: Mapping[str, Fraction]
    """Votes (by caveat) and conditions (by name) with their probabilities, all below 1."""

    @property
    def key(self) -> tuple[str, str, str, int]:
        return self.offer, self.line, self.area, self.start

    @property
    def months(self) -> range:
        return range(self.start, self.end + 1)


@dataclass(eq=False)
class Case:
    months: int
    rotation_step: int
    offers: dict[str, Offer]
    lines: dict[str, Line]
    within: dict[str, str | None]
    seats: list[tuple[str, int]]
    advance_months: int
    substitutions: dict[tuple[str, str], Fraction]
    conditions: dict[str, Condition]
    share_keys: dict[str, Fraction]
    caveats: list[Caveat]
    rules: list[Rule]
    tiers: list[str]
    memory: dict[Any, Any] = field(default_factory=dict, repr=False)
    """Answers already worked out, which the enumeration asks for again and again."""


# ---------------------------------------------------------------------------------------------
# Reading the files


def load(folder: Path) -> Case:
    """The case in a folder, which must be valid."""
    return parse({name: (folder / name).read_text(encoding="utf-8-sig") for name in FILES})


FILES = ("capabilities.csv", "requirements.csv", "constraints.yaml")


def parse(texts: Mapping[str, str]) -> Case:
    """The same from the text of the three files."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return build(
        _table(texts["capabilities.csv"]),
        _table(texts["requirements.csv"]),
        # Every scalar as the text that was written: a decimal never passes through a float.
        yaml.load(texts["constraints.yaml"], Loader=loader) or {},
    )


def _table(text: str) -> list[dict[str, str]]:
    text = text.removeprefix("\ufeff")
    header = text.partition("\n")[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    if not rows:
        return []
    names = [name.strip() for name in rows[0]]
    cells = [[cell.strip() for cell in row] for row in rows[1:]]
    return [dict(zip(names, row, strict=False)) for row in cells if any(row)]


def _blank(value: Any) -> bool:
    return value is None or value == "" or value in ("null", "Null", "NULL", "~")


def _decimal(value: Any) -> Fraction:
    return Fraction(str(value).strip())


def _whole(value: Any) -> int:
    number = _decimal(value)
    if number.denominator != 1:
        raise ValueError(f"{value} is no whole number")
    return int(number)


def _truth(value: Any, blank: bool) -> bool:
    return blank if _blank(value) else str(value).lower() == "true"


def _names(value: Any) -> tuple[str, ...]:
    return () if _blank(value) else tuple(str(name) for name in value)


def _or(read: Callable[[Any], Any], value: Any, blank: Any) -> Any:
    return blank if _blank(value) else read(value)


def _section(raw: Mapping[str, Any], name: str, empty: Any) -> Any:
    value = raw.get(name)
    return empty if _blank(value) else value


def build(
    capability_rows: Iterable[Mapping[str, Any]],
    requirement_rows: Iterable[Mapping[str, Any]],
    raw: Mapping[str, Any],
) -> Case:
    calendar = raw["calendar"]
    months = _whole(calendar["months"])
    defaults = _section(raw, "defaults", {})
    tour = _or(_whole, defaults.get("tour"), 6)
    dwell = _or(_whole, defaults.get("dwell"), 12)
    weights = dict(DEFAULT_WEIGHTS)
    for priority, weight in _section(raw, "priority_weights", {}).items():
        weights[_whole(priority)] = _decimal(weight)

    offers: dict[str, Offer] = {}
    for row in capability_rows:
        notice = _or(_whole, row.get("notice_days"), 0)
        offers[row["offer"]] = Offer(
            id=row["offer"],
            nation=row["nation"],
            capability=row["capability"],
            units=_whole(row["units"]),
            personnel=_whole(row["personnel"]),
            first=max(_or(_whole, row.get("available_from"), 1), 1 + notice // 30),
            last=min(_or(_whole, row.get("available_until"), months), months),
            tour=_or(_whole, row.get("tour"), tour),
            dwell=_or(_whole, row.get("dwell"), dwell),
        )

    lines: dict[str, Line] = {}
    for row in requirement_rows:
        elsewhere = {}
        for pair in str(_or(str, row.get("elsewhere"), "")).split():
            area, _, rate = pair.partition(":")
            elsewhere[area] = _decimal(rate)
        lines[row["line"]] = Line(
            id=row["line"],
            role=row["role"],
            capability=row["capability"],
            area=row["area"],
            elsewhere=elsewhere,
            minimum=_decimal(row["minimum"]),
            target=_decimal(row["target"]),
            first=_or(_whole, row.get("from"), 1),
            last=min(_or(_whole, row.get("until"), months), months),
            weight=weights[_or(_whole, row.get("priority"), 2)],
            max_nations=_or(_whole, row.get("max_nations"), None),
        )

    headquarters = _section(raw, "headquarters", {})
    conditions = {
        name: Condition(
            holds=_truth(_entry(entry).get("holds"), True),
            probability=_or(_decimal, _entry(entry).get("probability"), Fraction(1)),
        )
        for name, entry in _section(raw, "conditions", {}).items()
    }
    return Case(
        months=months,
        rotation_step=_or(_whole, calendar.get("rotation_step"), 3),
        offers=offers,
        lines=lines,
        within={
            area: _or(str, _entry(entry).get("within"), None)
            for area, entry in _section(raw, "areas", {}).items()
        },
        seats=[(seat["area"], _whole(seat["months"])) for seat in headquarters.get("seats", [])],
        advance_months=_or(_whole, headquarters.get("advance_months"), 1),
        substitutions={
            (entry["offered"], entry["serves"]): _decimal(entry["rate"])
            for entry in _section(raw, "substitutions", [])
        },
        conditions=conditions,
        share_keys={
            nation: _decimal(_entry(entry)["share_key"])
            for nation, entry in _section(raw, "nations", {}).items()
            if not _blank(_entry(entry).get("share_key"))
        },
        caveats=[_caveat(entry, months) for entry in _section(raw, "caveats", [])],
        rules=[_rule(entry, months, weights) for entry in _section(raw, "rules", [])],
        tiers=list(_section(raw, "tiers", DEFAULT_TIERS)),
    )


def _entry(value: Any) -> Mapping[str, Any]:
    return {} if _blank(value) else value


def _caveat(raw: Mapping[str, Any], months: int) -> Caveat:
    nations = _names(raw.get("nations"))
    return Caveat(
        id=raw["id"],
        kind=raw["kind"],
        nations=nations if nations else (raw["nation"],),
        active=_truth(raw.get("active"), True),
        applies_to={
            name: _names(listed)
            for name, listed in _section(raw, "applies_to", {}).items()
            if not _blank(listed)
        },
        allowed=_or(_names, raw.get("allowed"), None),
        barred=_or(_names, raw.get("barred"), None),
        status=_or(str, raw.get("status"), ""),
        month=_or(_whole, raw.get("month"), 1),
        until=_or(_whole, raw.get("until"), months),
        probability=_or(_decimal, raw.get("probability"), Fraction(1)),
        grace=_or(_whole, raw.get("grace"), 0),
        requires=_names(raw.get("requires")),
        units=_or(_decimal, raw.get("units"), None),
        personnel=_or(_decimal, raw.get("personnel"), None),
        fraction=_or(_decimal, raw.get("fraction"), None),
        tour=_or(_whole, raw.get("tour"), None),
        dwell=_or(_whole, raw.get("dwell"), None),
        max_months=_or(_decimal, raw.get("max_months"), None),
        partners=_names(raw.get("with")),
        scope=_or(str, raw.get("scope"), "line"),
        offers=_names(raw.get("offers")),
        max_share=_or(_decimal, raw.get("max_share"), Fraction(1)),
    )


def _rule(raw: Mapping[str, Any], months: int, weights: Mapping[int, Fraction]) -> Rule:
    return Rule(
        id=raw["id"],
        kind=raw["kind"],
        active=_truth(raw.get("active"), True),
        weight=weights[_or(_whole, raw.get("priority"), 2)],
        role=_or(str, raw.get("role"), ""),
        candidates=_names(raw.get("candidates")),
        term=_or(_whole, raw.get("term"), months),
        area=_or(str, raw.get("area"), None),
        personnel=_or(_decimal, raw.get("personnel"), Fraction(0)),
        first=_or(_whole, raw.get("from"), 1),
        last=_or(_whole, raw.get("until"), months),
        capability=_or(str, raw.get("capability"), ""),
        per=_or(_decimal, raw.get("per"), Fraction(1)),
        nations=_or(_whole, raw.get("nations"), 0),
    )


# ---------------------------------------------------------------------------------------------
# Time and place


def inside(case: Case, place: str, areas: Iterable[str]) -> bool:
    """Is the place one of these areas, or inside one of them?"""
    wanted = set(areas)
    step: str | None = place
    while step is not None:
        if step in wanted:
            return True
        step = case.within.get(step)
    return False


def seat(case: Case, month: int) -> str:
    """Where the headquarters is in a month."""
    around = [area for area, months in case.seats for _ in range(months)]
    return around[(month - 1) % len(around)]


def moves(case: Case) -> list[int]:
    """The months that begin at another seat than the month before."""
    if not case.seats:
        return []
    return [m for m in range(2, case.months + 1) if seat(case, m) != seat(case, m - 1)]


def next_move(case: Case, month: int) -> int | None:
    """The nearest move to come whose advance party is out in this month."""
    coming = [m for m in moves(case) if m - case.advance_months <= month < m]
    return min(coming, default=None)


def demanded(case: Case, line: Line) -> set[int]:
    """The months in which a line is open."""
    months = set(range(max(1, line.first), min(line.last, case.months) + 1))
    if line.area == "hq_next":
        return {m for m in months if next_move(case, m) is not None}
    return months


def available(case: Case, offer: Offer) -> set[int]:
    """The months in which an offer is open."""
    return set(range(max(1, offer.first), min(offer.last, case.months) + 1))


def place_of(case: Case, area: str, month: int) -> str:
    """The real place of an assignment's area in a month."""
    if area == "hq":
        return seat(case, month)
    if area == "hq_next":
        move = next_move(case, month)
        assert move is not None, "an advance party outside its window"
        return seat(case, move)
    return area


def start_months(case: Case, offer: Offer, line: Line) -> list[int]:
    both = available(case, offer) & demanded(case, line)
    grid = set(range(1, case.months + 1, case.rotation_step))
    return sorted(m for m in both if m in grid or m - 1 not in both)


# ---------------------------------------------------------------------------------------------
# Which caveat sees what


def passes(case: Case, caveat: Caveat, offer: Offer, line: Line, place: str) -> bool:
    """Does an assignment pass `applies_to` while it is in this place?"""
    wanted = caveat.applies_to
    return (
        ("offers" not in wanted or offer.id in wanted["offers"])
        and ("capabilities" not in wanted or offer.capability in wanted["capabilities"])
        and ("roles" not in wanted or line.role in wanted["roles"])
        and ("lines" not in wanted or line.id in wanted["lines"])
        and ("areas" not in wanted or inside(case, place, wanted["areas"]))
    )


def passes_in(case: Case, caveat: Caveat, a: Assignment, month: int) -> bool:
    """Does the assignment pass `applies_to` in this month, whoever's it is?"""
    key = ("passes", caveat.id, a.offer, a.line, a.places[month])
    if key not in case.memory:
        case.memory[key] = passes(
            case, caveat, case.offers[a.offer], case.lines[a.line], a.places[month]
        )
    answer: bool = case.memory[key]
    return answer


def sees_in(case: Case, caveat: Caveat, a: Assignment, month: int) -> bool:
    """Does the caveat see the assignment, as one of its nations', in this month?"""
    return a.nation in caveat.nations and passes_in(case, caveat, a, month)


def binding(case: Case, *kinds: str) -> list[Caveat]:
    return [caveat for caveat in case.caveats if caveat.active and caveat.kind in kinds]


# ---------------------------------------------------------------------------------------------
# Assignments


def rate_of(case: Case, offer: Offer, line: Line, area: str) -> Fraction | None:
    """How much of the line one unit covers from the area; None where it cannot."""
    if offer.capability == line.capability:
        rate = Fraction(1)
    else:
        substituted = case.substitutions.get((offer.capability, line.capability))
        if substituted is None:
            return None
        rate = substituted
    if area == line.area:
        return rate
    if area in line.elsewhere:
        return rate * line.elsewhere[area]
    return None


def _end(case: Case, offer: Offer, line: Line, start: int, tour: int) -> int:
    """The last month of a tour: as long as it may be, and until one of the two is not open."""
    both = available(case, offer) & demanded(case, line)
    end = start
    while end + 1 <= start + tour - 1 and end + 1 in both:
        end += 1
    return end


def assignment(
    case: Case,
    offer_id: str,
    line_id: str,
    area: str,
    start: int,
    pending: Pending = "granted",
) -> Assignment | None:
    """One assignment, or None where capability, area or start month do not fit.

    Whether a caveat closes it is another question: see `closed_by`.
    """
    key = ("assignment", offer_id, line_id, area, start, pending)
    if key not in case.memory:
        case.memory[key] = _assignment(case, offer_id, line_id, area, start, pending)
    found: Assignment | None = case.memory[key]
    return found


def _assignment(
    case: Case, offer_id: str, line_id: str, area: str, start: int, pending: Pending
) -> Assignment | None:
    if offer_id not in case.offers or line_id not in case.lines:
        return None
    offer, line = case.offers[offer_id], case.lines[line_id]
    rate = rate_of(case, offer, line, area)
    if rate is None or start not in start_months(case, offer, line):
        return None

    # Endurance binds if one month of the tour before endurance is in its areas.
    tour, dwell = offer.tour, offer.dwell
    before = range(start, _end(case, offer, line, start, offer.tour) + 1)
    for caveat in binding(case, "endurance"):
        if offer.nation in caveat.nations and any(
            passes(case, caveat, offer, line, place_of(case, area, m)) for m in before
        ):
            tour = tour if caveat.tour is None else min(tour, caveat.tour)
            dwell = dwell if caveat.dwell is None else max(dwell, caveat.dwell)

    end = _end(case, offer, line, start, tour)
    bare = Assignment(
        offer=offer.id,
        line=line.id,
        area=area,
        start=start,
        end=end,
        busy_until=end + dwell,
        rate=rate,
        nation=offer.nation,
        personnel=offer.personnel,
        capability=offer.capability,
        role=line.role,
        substitute=offer.capability != line.capability,
        places={m: place_of(case, area, m) for m in range(start, end + 1)},
        rests_on={},
    )
    return Assignment(**{**vars(bare), "rests_on": _rests_on(case, bare, pending)})


def _rests_on(case: Case, a: Assignment, pending: Pending) -> dict[str, Fraction]:
    resting: dict[str, Fraction] = {}
    for caveat in binding(case, "approval"):
        unsure = caveat.status == "pending" and pending == "granted" and caveat.probability < 1
        if unsure and any(m > caveat.grace for m in a.months if sees_in(case, caveat, a, m)):
            resting[caveat.id] = caveat.probability
    for caveat in binding(case, "condition"):
        if any(sees_in(case, caveat, a, m) for m in a.months):
            for name in caveat.requires:
                if case.conditions[name].holds and case.conditions[name].probability < 1:
                    resting[name] = case.conditions[name].probability
    return resting


def closed_by(case: Case, a: Assignment, pending: Pending = "granted") -> list[Caveat]:
    """The caveats that forbid an assignment by itself."""
    closing = []
    for caveat in binding(case, *GATES):
        seen = [m for m in a.months if sees_in(case, caveat, a, m)]
        if not seen:
            continue
        if caveat.kind == "exclusion":
            closing.append(caveat)
        elif caveat.kind == "basing":
            # One month in the named areas binds it; then every month counts.
            outside = caveat.allowed is not None and any(
                not inside(case, a.places[m], caveat.allowed) for m in a.months
            )
            barred = caveat.barred is not None and any(
                inside(case, a.places[m], caveat.barred) for m in a.months
            )
            if outside or barred:
                closing.append(caveat)
        elif caveat.kind == "approval":
            if any(not covered_by_vote(caveat, m, pending) for m in seen):
                closing.append(caveat)
        elif not all(case.conditions[name].holds for name in caveat.requires):
            closing.append(caveat)
    return closing


def covered_by_vote(caveat: Caveat, month: int, pending: Pending) -> bool:
    refused = caveat.status == "refused" or (caveat.status == "pending" and pending == "refused")
    return (not refused and caveat.month <= month <= caveat.until) or month <= caveat.grace


def possible(case: Case, pending: Pending = "granted") -> list[Assignment]:
    """Every assignment that the contract allows on its own."""
    found = []
    for offer in case.offers.values():
        for line in case.lines.values():
            for area in (line.area, *line.elsewhere):
                for start in start_months(case, offer, line):
                    a = assignment(case, offer.id, line.id, area, start, pending)
                    if a is not None and not closed_by(case, a, pending):
                        found.append(a)
    return found


# ---------------------------------------------------------------------------------------------
# A plan, month by month


def _resolve(
    case: Case, plan: Sequence[Row], pending: Pending
) -> tuple[list[tuple[Assignment, int]], list[str]]:
    """The assignments of a plan with their units, and what is no assignment at all."""
    units_of: dict[tuple[str, str, str, int], int] = defaultdict(int)
    faults = []
    for offer, line, area, units, start in plan:
        if units < 0:
            faults.append(f"impossible {offer}: {units} units")
            continue
        units_of[offer, line, area, start] += units
    placed = []
    for (offer, line, area, start), units in units_of.items():
        a = assignment(case, offer, line, area, start, pending)
        if a is None:
            faults.append(f"impossible {offer}: on {line} in {area} from month {start}")
        elif units:
            placed.append((a, units))
    return placed, faults


def _placed(case: Case, plan: Sequence[Row], pending: Pending) -> list[tuple[Assignment, int]]:
    placed, faults = _resolve(case, plan, pending)
    if faults:
        raise ValueError("; ".join(faults))
    return placed


Placed = Sequence[tuple[Assignment, int]]


def _in_place(placed: Placed, month: int) -> list[tuple[Assignment, int]]:
    return [(a, units) for a, units in placed if a.start <= month <= a.end]


def _people(there: Iterable[tuple[Assignment, int]]) -> int:
    return sum(units * a.personnel for a, units in there)


def _units(there: Iterable[tuple[Assignment, int]]) -> int:
    return sum(units for _, units in there)


def violations(case: Case, plan: Sequence[Row], pending: Pending = "granted") -> list[str]:
    """Everything in the contract that a plan breaks, each as `kind id: what`."""
    placed, faults = _resolve(case, plan, pending)
    return [*faults, *_violations(case, placed, pending)]


def _violations(case: Case, placed: Placed, pending: Pending) -> Iterator[str]:
    yield from _busy(case, placed)
    yield from _max_nations(case, placed)
    for a, _ in placed:
        for caveat in closed_by(case, a, pending):
            yield f"{caveat.kind} {caveat.id}: {a.offer} on {a.line} in {a.area} from {a.start}"
    for caveat in case.caveats:
        if caveat.active and caveat.kind not in GATES:
            yield from _CAVEAT_CHECKS[caveat.kind](case, caveat, placed)
    for rule in case.rules:
        if rule.active and rule.kind in _RULE_CHECKS:
            yield from _RULE_CHECKS[rule.kind](case, rule, placed)


def _busy(case: Case, placed: Placed) -> Iterator[str]:
    for offer in case.offers.values():
        for m in range(1, case.months + 1):
            busy = sum(
                units for a, units in placed if a.offer == offer.id and a.start <= m <= a.busy_until
            )
            if busy > offer.units:
                yield f"units {offer.id}: {busy} busy of {offer.units} in month {m}"


def _max_nations(case: Case, placed: Placed) -> Iterator[str]:
    for line in case.lines.values():
        if line.max_nations is None:
            continue
        for m in range(1, case.months + 1):
            nations = {a.nation for a, _ in _in_place(placed, m) if a.line == line.id}
            if len(nations) > line.max_nations:
                yield f"max_nations {line.id}: {len(nations)} in month {m}"


def _seen(case: Case, caveat: Caveat, placed: Placed, month: int) -> list[tuple[Assignment, int]]:
    """What a caveat sees of its nations' units in place in a month."""
    return [(a, n) for a, n in _in_place(placed, month) if sees_in(case, caveat, a, month)]


def _ceiling(case: Case, caveat: Caveat, placed: Placed) -> Iterator[str]:
    for m in range(1, case.months + 1):
        seen = _seen(case, caveat, placed, m)
        if caveat.units is not None and _units(seen) > caveat.units:
            yield f"ceiling {caveat.id}: {_units(seen)} units in month {m}"
        if caveat.personnel is not None and _people(seen) > caveat.personnel:
            yield f"ceiling {caveat.id}: {_people(seen)} people in month {m}"


def _reserve(case: Case, caveat: Caveat, placed: Placed) -> Iterator[str]:
    for offer in case.offers.values():
        held = [Fraction(0)]
        if caveat.units is not None:
            held.append(caveat.units)
        if caveat.fraction is not None:
            held.append(Fraction(math.ceil(caveat.fraction * offer.units)))
        # A reserve larger than the offer keeps all of it at home.
        free = max(Fraction(0), offer.units - max(held))
        for m in range(1, case.months + 1):
            there = _units(s for s in _seen(case, caveat, placed, m) if s[0].offer == offer.id)
            if there > free:
                yield f"reserve {caveat.id}: {there} of {offer.id} in place in month {m}"


def _endurance(case: Case, caveat: Caveat, placed: Placed) -> Iterator[str]:
    if caveat.max_months is None:
        return
    for offer in case.offers.values():
        unit_months = sum(
            units
            for m in range(1, case.months + 1)
            for a, units in _seen(case, caveat, placed, m)
            if a.offer == offer.id
        )
        if unit_months > caveat.max_months * offer.units:
            yield f"endurance {caveat.id}: {unit_months} unit-months of {offer.id}"


def _together(caveat: Caveat, a: Assignment, b: Assignment, month: int) -> bool:
    """Are both in the same line, role or area in a month in which both are in place?"""
    if caveat.scope == "line":
        return a.line == b.line
    if caveat.scope == "role":
        return a.role == b.role
    return a.places[month] == b.places[month]


def _companions(case: Case, caveat: Caveat, placed: Placed) -> Iterator[tuple[Assignment, int]]:
    """The matched assignments with each month in which a nation of `with` stands beside them."""
    for m in range(1, case.months + 1):
        there = _in_place(placed, m)
        for a, _ in _seen(case, caveat, placed, m):
            if any(
                b.nation in caveat.partners and b.nation != a.nation and _together(caveat, a, b, m)
                for b, _ in there
            ):
                yield a, m


def _partner(case: Case, caveat: Caveat, placed: Placed) -> Iterator[str]:
    accompanied = {(a.key, m) for a, m in _companions(case, caveat, placed)}
    for m in range(1, case.months + 1):
        for a, _ in _seen(case, caveat, placed, m):
            if (a.key, m) not in accompanied:
                yield f"partner {caveat.id}: {a.offer} alone on {a.line} in month {m}"


def _avoid(case: Case, caveat: Caveat, placed: Placed) -> Iterator[str]:
    for a, m in _companions(case, caveat, placed):
        yield f"avoid {caveat.id}: {a.offer} not alone on {a.line} in month {m}"


def _package(case: Case, caveat: Caveat, placed: Placed) -> Iterator[str]:
    for m in range(1, case.months + 1):
        # The offers may be of several nations: the caveat's own nation narrows nothing.
        there = {
            a.offer
            for a, _ in _in_place(placed, m)
            if a.offer in caveat.offers and passes_in(case, caveat, a, m)
        }
        if there and there != set(caveat.offers):
            yield f"package {caveat.id}: only {sorted(there)} in month {m}"


def _share(case: Case, caveat: Caveat, placed: Placed) -> Iterator[str]:
    for m in range(1, case.months + 1):
        everyone = [(a, n) for a, n in _in_place(placed, m) if passes_in(case, caveat, a, m)]
        own = _people((a, n) for a, n in everyone if a.nation in caveat.nations)
        if own > caveat.max_share * _people(everyone):
            yield f"share {caveat.id}: {own} of {_people(everyone)} people in month {m}"


def _minimum(case: Case, caveat: Caveat, placed: Placed) -> Iterator[str]:
    for line in case.lines.values():
        for m in range(1, case.months + 1):
            seen = [s for s in _seen(case, caveat, placed, m) if s[0].line == line.id]
            if caveat.units is not None and 0 < _units(seen) < caveat.units:
                yield f"minimum {caveat.id}: {_units(seen)} units on {line.id} in month {m}"
            if caveat.personnel is not None and 0 < _people(seen) < caveat.personnel:
                yield f"minimum {caveat.id}: {_people(seen)} people on {line.id} in month {m}"


_CAVEAT_CHECKS: dict[str, Callable[[Case, Caveat, Placed], Iterator[str]]] = {
    "ceiling": _ceiling,
    "reserve": _reserve,
    "endurance": _endurance,
    "partner": _partner,
    "avoid": _avoid,
    "package": _package,
    "share": _share,
    "minimum": _minimum,
}


def _in_area(case: Case, rule: Rule, placed: Placed, month: int) -> list[tuple[Assignment, int]]:
    return [
        (a, units)
        for a, units in _in_place(placed, month)
        if rule.area is None or inside(case, a.places[month], (rule.area,))
    ]


def _area_capacity(case: Case, rule: Rule, placed: Placed) -> Iterator[str]:
    for m in range(max(1, rule.first), min(rule.last, case.months) + 1):
        people = _people(_in_area(case, rule, placed, m))
        if people > rule.personnel:
            yield f"area_capacity {rule.id}: {people} people in month {m}"


def _lift(case: Case, rule: Rule, placed: Placed) -> Iterator[str]:
    for m in range(1, case.months + 1):
        people = _people((a, n) for a, n in _in_area(case, rule, placed, m) if a.start == m)
        if people > rule.personnel:
            yield f"lift {rule.id}: {people} people begin in month {m}"


_RULE_CHECKS: dict[str, Callable[[Case, Rule, Placed], Iterator[str]]] = {
    "area_capacity": _area_capacity,
    "lift": _lift,
}


# ---------------------------------------------------------------------------------------------
# What a plan is worth


def _line_months(case: Case) -> list[tuple[str, int]]:
    if "line-months" not in case.memory:
        case.memory["line-months"] = [
            (line.id, m) for line in case.lines.values() for m in sorted(demanded(case, line))
        ]
    found: list[tuple[str, int]] = case.memory["line-months"]
    return found


def coverage(case: Case, plan: Sequence[Row]) -> dict[tuple[str, int], Fraction]:
    """Coverage of each demanded line-month."""
    return _coverage(case, _placed(case, plan, "granted"))


def _scale(case: Case) -> int:
    """A number that makes every rate, minimum and target of the case whole: sums stay exact,
    and the enumeration adds whole numbers instead of fractions."""
    if "scale" not in case.memory:
        lines = case.lines.values()
        wanted = [number for line in lines for number in (line.minimum, line.target)]
        elsewhere = [rate for line in lines for rate in line.elsewhere.values()]
        # A rate from elsewhere multiplies the rate of the substitution.
        case.memory["scale"] = (
            math.lcm(*(number.denominator for number in wanted))
            * math.lcm(*(rate.denominator for rate in elsewhere))
            * math.lcm(*(rate.denominator for rate in case.substitutions.values()))
        )
    scale: int = case.memory["scale"]
    return scale


def _scaled_coverage(case: Case, placed: Placed) -> dict[tuple[str, int], int]:
    covered = dict.fromkeys(_line_months(case), 0)
    for a, units in placed:
        key = ("scaled rate", a.offer, a.line, a.area)
        if key not in case.memory:
            whole = a.rate * _scale(case)
            assert whole.denominator == 1
            case.memory[key] = whole.numerator
        for m in a.months:
            covered[a.line, m] += units * case.memory[key]
    return covered


def _coverage(case: Case, placed: Placed) -> dict[tuple[str, int], Fraction]:
    scale = _scale(case)
    return {key: Fraction(n, scale) for key, n in _scaled_coverage(case, placed).items()}


def _missing(case: Case, placed: Placed, wanted: Literal["minimum", "target"]) -> Fraction:
    """The sum over demanded line-months of weight x what is missing / target."""
    key = ("wanted", wanted)
    if key not in case.memory:
        scale = _scale(case)
        case.memory[key] = {
            line.id: (int(getattr(line, wanted) * scale), line.weight / (line.target * scale))
            for line in case.lines.values()
        }
    bars: dict[str, tuple[int, Fraction]] = case.memory[key]
    short = dict.fromkeys(case.lines, 0)
    for (line_id, _), covered in _scaled_coverage(case, placed).items():
        if covered < bars[line_id][0]:
            short[line_id] += bars[line_id][0] - covered
    return sum((short[line_id] * bar[1] for line_id, bar in bars.items()), Fraction(0))


def states(
    case: Case, plan: Sequence[Row], pending: Pending = "granted"
) -> dict[tuple[str, int], str]:
    """The state of each demanded line-month."""
    placed = _placed(case, plan, pending)
    everything = _coverage(case, placed)
    certain = _coverage(case, [(a, n) for a, n in placed if not a.rests_on])
    proper = _coverage(case, [(a, n) for a, n in placed if not a.substitute])
    found = {}
    for line_id, m in everything:
        line = case.lines[line_id]
        covered = everything[line_id, m]
        if covered >= line.target:
            if certain[line_id, m] < line.target:
                state = "conditional"
            elif proper[line_id, m] < line.target:
                state = "substituted"
            else:
                state = "filled"
        elif covered == 0:
            state = "unfilled"
        elif covered < line.minimum:
            state = "below_minimum"
        else:
            state = "below_target"
        found[line_id, m] = state
    return found


@dataclass(frozen=True)
class Index:
    overall: Fraction
    roles: dict[str, Fraction]
    lines: dict[str, Fraction]
    months: dict[int, Fraction]


def coverage_index(case: Case, plan: Sequence[Row]) -> Index:
    """The coverage index; roles, lines and months without demand are left out."""
    covered = coverage(case, plan)

    def index(pairs: Sequence[tuple[str, int]]) -> Fraction:
        missing = Fraction(0)
        weight = Fraction(0)
        for line_id, m in pairs:
            line = case.lines[line_id]
            short = max(Fraction(0), line.target - covered[line_id, m])
            missing += line.weight * short / line.target
            weight += line.weight
        return 1 - missing / weight if weight else Fraction(1)

    pairs = list(covered)
    by_role: dict[str, list[tuple[str, int]]] = defaultdict(list)
    by_line: dict[str, list[tuple[str, int]]] = defaultdict(list)
    by_month: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for line_id, m in pairs:
        by_role[case.lines[line_id].role].append((line_id, m))
        by_line[line_id].append((line_id, m))
        by_month[m].append((line_id, m))
    return Index(
        overall=index(pairs),
        roles={role: index(some) for role, some in by_role.items()},
        lines={line: index(some) for line, some in by_line.items()},
        months={m: index(some) for m, some in sorted(by_month.items())},
    )


def role_months(case: Case, role: str) -> list[int]:
    """The months in which a role is demanded."""
    return sorted({m for line_id, m in _line_months(case) if case.lines[line_id].role == role})


def vacancies(
    case: Case, plan: Sequence[Row], pending: Pending = "granted"
) -> list[tuple[str, int, int]]:
    """The terms that nobody leads: rule, first and last month."""
    return _vacancies(case, _placed(case, plan, pending))


def _vacancies(case: Case, placed: Placed) -> list[tuple[str, int, int]]:
    vacant = []
    for rule in case.rules:
        if not rule.active or rule.kind != "lead_nation":
            continue
        needed = role_months(case, rule.role)
        for first in range(1, case.months + 1, rule.term):
            last = min(first + rule.term - 1, case.months)
            months = [m for m in needed if first <= m <= last]
            if not months:
                continue
            led = any(
                all(
                    any(
                        a.nation == candidate and a.role == rule.role
                        for a, _ in _in_place(placed, m)
                    )
                    for m in months
                )
                for candidate in rule.candidates
            )
            if not led:
                vacant.append((rule.id, first, last))
    return vacant


def _critical(case: Case, placed: Placed) -> Fraction:
    value = _missing(case, placed, "minimum")
    weight = {rule.id: rule.weight for rule in case.rules}
    for rule_id, first, last in _vacancies(case, placed):
        value += weight[rule_id] * (last - first + 1)
    return value


def _shortfall(case: Case, placed: Placed) -> Fraction:
    value = _missing(case, placed, "target")
    for rule in case.rules:
        if not rule.active:
            continue
        if rule.kind == "support":
            for m in range(1, case.months + 1):
                there = _in_area(case, rule, placed, m)
                needed = _people(there) / rule.per
                supporting = _units((a, n) for a, n in there if a.capability == rule.capability)
                value += rule.weight * max(Fraction(0), needed - supporting)
        elif rule.kind == "breadth":
            for m in role_months(case, rule.role):
                nations = {a.nation for a, _ in _in_place(placed, m) if a.role == rule.role}
                value += rule.weight * max(0, rule.nations - len(nations))
    return value


def _conditional(case: Case, placed: Placed) -> Fraction:
    value = Fraction(0)
    for a, units in placed:
        if not a.rests_on:
            continue
        line = case.lines[a.line]
        doubt = 1 - math.prod(a.rests_on.values(), start=Fraction(1))
        value += len(a.months) * line.weight * a.rate * units * doubt / line.target
    return value


def _burden(case: Case, placed: Placed) -> Fraction:
    carried = dict.fromkeys(case.share_keys, 0)
    for a, units in placed:
        if a.nation in carried:
            carried[a.nation] += units * a.personnel * len(a.months)
    return max(
        (people / case.share_keys[nation] for nation, people in carried.items()),
        default=Fraction(0),
    )


def _personnel(case: Case, placed: Placed) -> Fraction:
    return Fraction(sum(units * a.personnel * len(a.months) for a, units in placed))


TIERS: dict[str, Callable[[Case, Placed], Fraction]] = {
    "critical": _critical,
    "shortfall": _shortfall,
    "conditional": _conditional,
    "burden": _burden,
    "personnel": _personnel,
}


def tier_values(
    case: Case, plan: Sequence[Row], pending: Pending = "granted"
) -> dict[str, Fraction]:
    """The value of every tier for a plan; `change` needs another plan and is left out."""
    placed = _placed(case, plan, pending)
    return {name: value(case, placed) for name, value in TIERS.items()}


# ---------------------------------------------------------------------------------------------
# The best plan, by looking at all of them


def _choices(
    case: Case, offer: Offer, assignments: Sequence[Assignment], limit: int
) -> list[list[tuple[Assignment, int]]]:
    """Every way to use one offer in which no unit is in two places; nothing comes first."""
    found: list[list[tuple[Assignment, int]]] = []
    busy = [0] * (case.months + 1)

    def walk(index: int, chosen: list[tuple[Assignment, int]]) -> None:
        if index == len(assignments):
            found.append(list(chosen))
            if len(found) > limit:
                raise TooLarge(f"more than {limit} ways to use {offer.id} alone")
            return
        a = assignments[index]
        span = range(a.start, min(a.busy_until, case.months) + 1)
        free = offer.units - max(busy[m] for m in span)
        walk(index + 1, chosen)
        for units in range(1, free + 1):
            for m in span:
                busy[m] += units
            chosen.append((a, units))
            walk(index + 1, chosen)
            chosen.pop()
            for m in span:
                busy[m] -= units

    walk(0, [])
    return found


def _all_choices(
    case: Case, pending: Pending, limit: int
) -> list[list[list[tuple[Assignment, int]]]]:
    by_offer: dict[str, list[Assignment]] = {offer: [] for offer in case.offers}
    for a in possible(case, pending):
        by_offer[a.offer].append(a)
    choices = []
    total = 1
    for offer in case.offers.values():
        choices.append(_choices(case, offer, by_offer[offer.id], limit))
        total *= len(choices[-1])
        if total > limit:
            raise TooLarge(f"more than {limit} plans")
    return choices


def plan_count(case: Case, pending: Pending = "granted", limit: int = 20_000) -> int:
    """How many plans the enumeration looks at; TooLarge beyond the limit."""
    return math.prod(len(ways) for ways in _all_choices(case, pending, limit))


def best_plan(
    case: Case,
    tiers: Sequence[str] | None = None,
    pending: Pending = "granted",
    limit: int = 20_000,
) -> tuple[dict[str, Fraction], list[Row]]:
    """The lexicographic optimum of the tiers and one plan that reaches it."""
    names = [name for name in (case.tiers if tiers is None else tiers) if name != "change"]
    measures = [TIERS[name] for name in names]
    # Nothing deployed is a plan, and the first of the enumeration.
    best_placed: list[tuple[Assignment, int]] = []
    best = [measure(case, best_placed) for measure in measures]
    for combination in itertools.product(*_all_choices(case, pending, limit)):
        placed = list(itertools.chain.from_iterable(combination))
        values = _better(case, placed, measures, best)
        # Caveats are checked on whole plans only: some forbid less when more is deployed.
        if values is not None and next(_violations(case, placed, pending), None) is None:
            best, best_placed = values, placed
    rows = [(a.offer, a.line, a.area, units, a.start) for a, units in best_placed]
    return dict(zip(names, best, strict=True)), rows


def _better(
    case: Case,
    placed: Placed,
    measures: Sequence[Callable[[Case, Placed], Fraction]],
    best: Sequence[Fraction],
) -> list[Fraction] | None:
    """The tier values, where they are lexicographically below the best so far."""
    values: list[Fraction] = []
    ahead = False
    for measure, bar in zip(measures, best, strict=True):
        value = measure(case, placed)
        if not ahead and value > bar:
            return None
        ahead = ahead or value < bar
        values.append(value)
    return values if ahead else None


def optimum(
    case: Case,
    tiers: Sequence[str] | None = None,
    pending: Pending = "granted",
    limit: int = 20_000,
) -> dict[str, Fraction]:
    """The lexicographic optimum of the tiers, in their order (the case's own if left out)."""
    return best_plan(case, tiers, pending, limit)[0]
