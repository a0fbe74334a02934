"""What nations give, who leads, where the headquarters is, and who is where when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from model.case import Case
from model.domain import Assignment
from model.plan import Plan, Tour
from model.rules.lead_nation import LeadNation
from model.unused import Ground
from model.unused import unused as never_used
from reports import words
from reports.gap_report import GapReport
from reports.shape import number
from reports.told import (
    AreaTold,
    GapTold,
    GroundTold,
    LeadTold,
    NationTold,
    StayTold,
    TourTold,
    UnusedTold,
)


def nations(report: GapReport, gaps: Sequence[GapTold]) -> tuple[NationTold, ...]:
    """Return every nation that offers something, who gives most first."""
    case, plan = report.case, report.plan
    units: defaultdict[str, Counter[int]] = defaultdict(Counter)
    people: defaultdict[str, Counter[int]] = defaultdict(Counter)
    roles: defaultdict[str, set[str]] = defaultdict(set)
    for tour in plan.tours:
        nation = tour.assignment.offer.nation
        roles[nation].add(tour.assignment.line.role)
        for month in tour.assignment.months:
            units[nation][month] += tour.units
            people[nation][month] += tour.personnel
    offered: Counter[str] = Counter()
    for offer in case.offers:
        offered[offer.nation] += offer.units
    keys = {code: float(n.share_key) for code, n in case.nations.items() if n.share_key}
    whole = sum(sum(each.values()) for each in people.values()) or 1
    found = []
    for code, count in offered.items():
        caveats = tuple(each.id for each in case.caveats_of.get(code, ()))
        mine = [gap for gap in gaps if _names(gap, caveats)]
        there = sorted(units[code])
        months = sum(people[code].values())
        found.append(
            NationTold(
                code=words.plain(code),
                name=words.plain(case.nation_name(code)),
                offered=count,
                units=max(units[code].values(), default=0),
                people=max(people[code].values(), default=0),
                people_months=months,
                share=months / whole,
                key=keys[code] / sum(keys.values()) if code in keys else None,
                first=there[0] if there else 0,
                last=there[-1] if there else 0,
                units_by_month=tuple(units[code][month] for month in case.months),
                people_by_month=tuple(people[code][month] for month in case.months),
                roles=tuple(words.plain(each) for each in case.roles if each in roles[code]),
                caveats=caveats,
                named=len(mine),
                cost=sum(gap.weight for gap in mine),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.people_months, each.name)))


def _names(gap: GapTold, caveats: Sequence[str]) -> bool:
    return any(name in caveats for reason in gap.reasons for name in reason.caveats)


def stays(report: GapReport) -> tuple[StayTold, ...]:
    """Return where the headquarters is, in the order of the months."""
    case = report.case
    return tuple(
        StayTold(case.seat(first), title, first, last, words.dated(case, first, last))
        for first, last, title in report.seats
    )


def areas(case: Case) -> tuple[AreaTold, ...]:
    """Return the places of the case, in its order."""
    return tuple(
        AreaTold(
            words.plain(code), words.plain(case.area_title(code)), words.plain(area.within or "")
        )
        for code, area in case.areas.items()
    )


def fullest(tours: Sequence[TourTold]) -> int:
    """Return the first of the months in which most people are in place; 1 where nobody ever is."""
    people: Counter[int] = Counter()
    for tour in tours:
        people.update(dict.fromkeys(range(tour.first, tour.last + 1), tour.people))
    return min(people, key=lambda month: (-people[month], month), default=1)


def leads(report: GapReport) -> tuple[LeadTold, ...]:
    """Return who leads which role, vacancies too, for each rule on leads and each of its terms."""
    case = report.case
    found: list[LeadTold] = []
    for rule in case.active_rules:
        if not isinstance(rule, LeadNation):
            continue
        for months, nation in rule.leaders(report.plan):
            name = words.plain(case.nation_name(nation)) if nation else ""
            first, last = months[0], months[-1]
            before = found[-1] if found else None
            same = before and (before.role, before.nation) == (rule.role, nation or "")
            if before and same and before.last + 1 == first:
                first = before.first
                found.pop()
            when = words.dated(case, first, last)
            found.append(LeadTold(rule.role, nation or "", name, first, last, when))
    return tuple(found)


def tours(plan: Plan) -> tuple[TourTold, ...]:
    """Return who is where when, in the order of ``assignments.csv``."""
    return tuple(_tour(plan.case, each) for each in plan.tours)


def _tour(case: Case, tour: Tour) -> TourTold:
    a: Assignment = tour.assignment
    return TourTold(
        offer=words.plain(a.offer.offer),
        nation=words.plain(a.offer.nation),
        nation_name=words.plain(case.nation_name(a.offer.nation)),
        line=words.plain(a.line.line),
        title=words.plain(case.line_title(a.line)),
        role=words.plain(a.line.role),
        capability=words.plain(a.offer.capability),
        capability_title=words.plain(case.capability_title(a.offer.capability)),
        area=words.plain(a.area),
        areas=tuple(words.plain(case.area_title(each)) for each in dict.fromkeys(a.places)),
        places=tuple(words.plain(each) for each in a.places),
        units=tour.units,
        people=tour.personnel,
        first=a.start,
        last=a.end,
        counts=number(a.rate * tour.units),
        rests=tuple(rest.name for rest in tour.rests),
        substituted=a.substituted,
        basis=a.offer.basis,
    )


def unused(report: GapReport) -> tuple[UnusedTold, ...]:
    """Return every offer with units that are never used, those wholly unused first."""
    case = report.case
    return tuple(
        UnusedTold(
            offer=words.plain(each.offer.offer),
            nation=words.plain(each.offer.nation),
            nation_name=words.plain(case.nation_name(each.offer.nation)),
            capability=words.plain(each.offer.capability),
            capability_title=words.plain(case.capability_title(each.offer.capability)),
            units=each.offer.units,
            spare=each.units,
            basis=each.offer.basis,
            grounds=tuple(_ground(ground) for ground in each.grounds),
        )
        for each in never_used(report.plan, report.candidates)
    )


def _ground(ground: Ground) -> GroundTold:
    return GroundTold(
        ground.kind,
        words.GROUNDS[ground.kind],
        tuple(words.plain(line.line) for line in ground.lines),
        words.plain(ground.text),
        ground.caveats,
    )
