"""What a plan rests on: votes and conditions, assumed figures, caveats, sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from model.case import Case
from model.caveats.base import Caveat, listed
from model.plan import Tour
from reports import words
from reports.cards import states
from reports.gap_report import GapReport
from reports.grounds import BasisTold, Card, RestTold, SourceTold
from reports.shape import number
from reports.told import GapTold


def rests(report: GapReport) -> tuple[RestTold, ...]:
    """Return the open votes and unsure conditions, those on which most rests first."""
    case = report.case
    tours: defaultdict[str, list[Tour]] = defaultdict(list)
    for tour in report.plan.tours:
        for rest in tour.rests:
            tours[rest.name].append(tour)
    lost = _lost(report)
    return tuple(
        RestTold(
            name=name,
            what=report.rest_words(name),
            status="pending" if name in case.caveat_by_id else "holds",
            month=getattr(case.caveat_by_id.get(name), "month", None),
            probability=next(
                float(rest.probability) for rest in tours[name][0].rests if rest.name == name
            ),
            share=share,
            lost=lost[name],
            tours=len(tours[name]),
            units=sum(tour.units for tour in tours[name]),
            lines=tuple(dict.fromkeys(words.plain(t.assignment.line.line) for t in tours[name])),
        )
        for name, share in report.shares.by_rest.items()
    )


def _lost(report: GapReport) -> dict[str, float]:
    """Return by how much the index falls where one fails and nothing takes its place."""
    weights = 0.0
    lost: defaultdict[str, float] = defaultdict(float)
    for line, stretches in report.plan.stretches:
        weight, target = float(report.case.weight(line)), float(line.target)
        for months, tours, counted, _ in stretches:
            covered, weighed = float(counted), len(months) * weight
            weights += weighed
            parts: defaultdict[str, float] = defaultdict(float)
            for tour in tours:
                for rest in tour.rests:
                    parts[rest.name] += float(tour.covers)
            for name, part in parts.items():
                falls = min(covered, target) - min(covered - part, target)
                lost[name] += weighed * falls / target
    return defaultdict(float, {name: each / weights for name, each in lost.items()})


def assumed(report: GapReport) -> tuple[BasisTold, ...]:
    """Return on what figures each role rests, and ``all`` last."""
    return tuple(
        BasisTold(
            words.plain(role),
            shares.by_basis,
            {basis: float(each) for basis, each in report.demand_by_role[role].items()},
        )
        for role, shares in report.shares_by_role.items()
    )


def cards(report: GapReport, gaps: Sequence[GapTold]) -> tuple[Card, ...]:
    """Return every caveat in words, those named by gaps of most weight first."""
    named: Counter[str] = Counter()
    weights: defaultdict[str, float] = defaultdict(float)
    for gap in gaps:
        for name in dict.fromkeys(name for reason in gap.reasons for name in reason.caveats):
            named[name] += 1
            weights[name] += gap.weight
    lines = {each.caveat.id: each.lines for each in report.blocking}
    found = [
        _card(report, each, named[each.id], weights[each.id], lines.get(each.id, ()))
        for each in report.case.caveats
    ]
    return tuple(sorted(found, key=lambda each: (-each.gaps, -each.weight)))


def _card(
    report: GapReport, caveat: Caveat, gaps: int, weight: float, lines: tuple[str, ...]
) -> Card:
    case = report.case
    return Card(
        caveat=caveat.id,
        nations=words.plain(listed(case.nation_name(code) for code in caveat.bound)),
        codes=caveat.bound,
        kind=caveat.kind,
        states=states(caveat, report.plan.settings),
        sentence=words.plain(caveat.in_words(case)),
        text=words.plain(caveat.text),
        authority=words.plain(caveat.authority),
        source=words.plain(caveat.source),
        as_of=caveat.as_of,
        expires=caveat.expires,
        red_line=caveat.red_line,
        ask_cost=number(caveat.ask_cost),
        releasable_to=tuple(words.plain(each) for each in caveat.releasable_to),
        gaps=gaps,
        weight=weight,
        lines=tuple(words.plain(each) for each in lines),
        share=report.shares.by_rest.get(caveat.id, 0.0),
    )


def sources(case: Case) -> tuple[SourceTold, ...]:
    """Return every source with what rests on it, in the order in which the case names them."""
    named = (
        [(line.source, line.line) for line in case.lines],
        [(offer.source, offer.offer) for offer in case.offers],
        [(caveat.source, caveat.id) for caveat in case.caveats],
    )
    found: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for rank, several in enumerate(named):
        for text, name in several:
            found.setdefault(words.plain(text), ([], [], []))[rank].append(words.plain(name))
    return tuple(
        SourceTold(text, *(tuple(names) for names in several)) for text, several in found.items()
    )
