"""A gap report -> its content: every value of ``reports/content.py``, worked out once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from model.case import Case
from model.caveats.base import Caveat, listed
from model.explain import Gap, Reason, worst
from model.faults import Fault, InputError
from reports import words
from reports.cells import CellState
from reports.changed import binding, changes
from reports.content import Content
from reports.gap_report import GapReport
from reports.given import areas, fullest, leads, nations, stays, tours, unused
from reports.grounds import ScenarioTold, Swing
from reports.resting import assumed, cards, rests, sources
from reports.rows import LineRow, Period, RoleRow
from reports.shape import number
from reports.told import (
    AskTold,
    Cell,
    GapTold,
    LineTold,
    Month,
    ReasonTold,
    RoleTold,
    TierTold,
)


def content(
    report: GapReport,
    baseline: GapReport | None = None,
    swing: Swing | None = None,
    month: int | None = None,
    seen: Content | None = None,
) -> Content:
    """Return all that the report says.

    Args:
        report: the run.
        baseline: another run, which it is held against.
        swing: how the answer moves where assumed figures are off, if that was asked for.
        month: which month pictures of one month show; the fullest where it is None.
        seen: the picture of the same plan against the same run, where there is one already.

    Raises:
        InputError: the case has no such month.
    """
    case = report.case
    if month is not None and month not in case.months:
        allowed = f"allowed: 1 to {case.calendar.months}"
        raise InputError([Fault("--month", 0, "", str(month), "is no month of the case", allowed)])
    seen = seen or picture(report, baseline)
    told, gaps = tours(report.plan), _gaps(report)
    return replace(
        seen,
        origin=report.origin,
        gap_count=report.gap_count,
        gaps=gaps,
        nations=nations(report, gaps),
        tours=told,
        unused=unused(report),
        areas=areas(case),
        shown=month or fullest(told),
        rests_on=tuple(report.rests_on()),
        rests=rests(report),
        assumed=assumed(report),
        swing=swing,
        cards=cards(report, gaps),
        sources=sources(case),
        changes=binding(seen.changes, baseline, report) if baseline and seen.changes else None,
    )


def picture(report: GapReport, baseline: GapReport | None = None) -> Content:
    """Return what can be told of a plan at once: not why its gaps are there, nor who gives what.

    What takes as long to work out as the plan of a what-if is left empty; ``content`` fills it.
    """
    case, outcome = report.case, report.outcome
    lines = _lines(report, baseline)
    return Content(
        title=report.title,
        classification=report.classification,
        status=outcome.status,
        status_words=report.status,
        unproven="" if outcome.status == "optimal" else f"NOT PROVEN: {report.status}",
        scenario=report.scenario,
        scenarios=tuple(
            ScenarioTold(words.plain(each.name), words.plain(each.title)) for each in case.scenarios
        ),
        pins=tuple(words.plain(str(each)) for each in case.pins)
        + tuple(_forbid(each.offer, each.line) for each in case.forbids),
        origin=report.origin,
        c_day=case.calendar.c_day,
        index=float(report.plan.coverage_index),
        demanded=report.demanded_lines,
        gap_lines=len(report.lines_with_gap),
        gap_lines_first=sum(line.priority == 1 for line in report.lines_with_gap),
        gap_count="",
        rests_on=(),
        tiers=_tiers(report, baseline),
        months=tuple(_month(case, month) for month in case.months),
        span=report.span,
        periods=report.periods,
        roles=tuple(_role(report, row, baseline) for row in report.role_rows),
        lines=lines,
        gaps=(),
        nations=(),
        stays=stays(report),
        leads=leads(report),
        tours=(),
        unused=(),
        areas=(),
        shown=1,
        rests=(),
        assumed=(),
        swing=None,
        cards=(),
        sources=(),
        warnings=tuple(words.plain(each) for each in report.warnings),
        events=tuple(words.plain(each) for each in outcome.events),
        changes=changes(baseline, report, lines) if baseline else None,
    )


def _forbid(offer: str, line: str | None) -> str:
    return words.plain(f"{offer} is kept off {line or 'every line'}")


def _tiers(report: GapReport, baseline: GapReport | None) -> tuple[TierTold, ...]:
    before = {each.name: each.value for each in baseline.outcome.tiers} if baseline else {}
    return tuple(
        TierTold(
            tier.name,
            words.TIERS[tier.name],
            tier.value,
            tier.bound,
            tier.proven,
            words.proof(tier.value, tier.bound, tier.proven),
            before.get(tier.name),
        )
        for tier in report.outcome.tiers
    )


def _month(case: Case, month: int) -> Month:
    c_day = case.calendar.c_day
    begins: datetime.date | None = None
    if c_day is not None:
        with suppress(ValueError):  # beyond what a calendar holds
            begins = words.first_day(c_day, month)
    return Month(
        month,
        words.month_name(c_day, month) if c_day else "",
        begins,
        words.plain(case.area_title(case.seat(month))) if case.headquarters else "",
        month in case.moves,
    )


# Lines


def _lines(report: GapReport, baseline: GapReport | None) -> tuple[LineTold, ...]:
    before = baseline.cells if baseline else {}
    return tuple(_line(report, row, before.get(row.line.line, {})) for row in report.line_rows)


def _line(report: GapReport, row: LineRow, before: dict[int, CellState]) -> LineTold:
    case, line, seen = report.case, row.line, report.cells[row.line.line]
    cells = tuple(
        _cell(month, seen[month], line.target, before.get(month)) if month in seen else None
        for month in case.months
    )
    missing = sum((each.shortfall for each in seen.values()), Fraction(0))
    elsewhere = [
        f"{case.area_title(area)} (counts {words.amount(rate)})" for area, rate in line.elsewhere
    ]
    return LineTold(
        line=words.plain(line.line),
        title=row.title,
        role=words.plain(line.role),
        capability=words.plain(case.capability_title(line.capability)),
        area=words.plain("; ".join([_place(case, line.area), *elsewhere])),
        minimum=number(line.minimum),
        target=number(line.target),
        first=min(seen, default=0),
        last=max(seen, default=0),
        priority=line.priority,
        max_nations=line.max_nations,
        basis=line.basis,
        source=words.plain(line.source),
        note=words.plain(line.note),
        index=1 - float(missing / line.target) / len(seen) if seen else 1.0,
        missing=number(missing),
        cells=cells,
        marks=row.marks,
    )


def _place(case: Case, area: str) -> str:
    if area in case.areas:
        return case.area_title(area)
    return "the headquarters" if area == "hq" else "the next headquarters"


def _cell(month: int, now: CellState, target: Fraction, before: CellState | None) -> Cell:
    return Cell(
        month,
        number(now.covered),
        number(now.shortfall),
        number(target),
        now.state,
        None if before is None else number(before.shortfall),
    )


# Roles


def _role(report: GapReport, row: RoleRow, baseline: GapReport | None) -> RoleTold:
    lines = [each for each in report.case.lines if row.role in (each.role, "all")]
    gaps = [each for each in report.lines_with_gap if row.role in (each.role, "all")]
    missing = sum(
        (cell.shortfall for line in lines for cell in report.cells[line.line].values()),
        Fraction(0),
    )
    told = RoleTold(
        role=words.plain(row.role),
        lines=row.lines,
        gaps=row.gaps,
        gaps_first=sum(line.priority == 1 for line in gaps),
        missing=number(missing),
        index=row.index,
        by_period=row.by_period,
        by_month=_by_month(report, row.role, report.case.months),
    )
    if baseline is None:
        return told
    whole = [Period(1, baseline.case.calendar.months)]
    return RoleTold(
        **{name: getattr(told, name) for name in _NOW},
        before=_by_period(baseline, row.role, whole)[0],
        before_by_period=_by_period(baseline, row.role, report.periods),
        before_by_month=_by_month(baseline, row.role, report.case.months),
    )


_NOW = ("role", "lines", "gaps", "gaps_first", "missing", "index", "by_period", "by_month")


def _by_month(report: GapReport, role: str, months: Iterable[int]) -> tuple[float | None, ...]:
    return _by_period(report, role, [Period(month, month) for month in months])


def _by_period(report: GapReport, role: str, periods: Sequence[Period]) -> tuple[float | None, ...]:
    return tuple(report.index_of(role, period) for period in periods)


# Gaps


def _gaps(report: GapReport) -> tuple[GapTold, ...]:
    ranked = worst(report.gaps, len(report.gaps))
    return tuple(_gap(report, rank, gap) for rank, gap in enumerate(ranked, start=1))


def _gap(report: GapReport, rank: int, gap: Gap) -> GapTold:
    case = report.case
    named = dict.fromkeys(name for reason in gap.reasons for name in reason.caveats)
    caveats = [case.caveat_by_id[name] for name in named if name in case.caveat_by_id]
    return GapTold(
        rank=rank,
        line=words.plain(gap.line.line),
        title=words.plain(case.line_title(gap.line)),
        role=words.plain(gap.line.role),
        priority=gap.line.priority,
        first=gap.first,
        last=gap.last,
        when=words.dated(case, gap.first, gap.last),
        covered=number(gap.covered),
        target=number(gap.line.target),
        minimum=number(gap.line.minimum),
        shortfall=number(gap.shortfall),
        state=gap.state,
        facts=words.plain(report.gap_facts(gap)),
        weight=float(gap.weighted),
        reasons=tuple(_reason(each) for each in gap.reasons),
        asks=tuple(_ask(case, each) for each in caveats if not each.red_line),
    )


def _reason(reason: Reason) -> ReasonTold:
    return ReasonTold(
        reason.kind,
        words.REASONS[reason.kind],
        words.plain(reason.text),
        reason.caveats,
        reason.offers,
    )


def _ask(case: Case, caveat: Caveat) -> AskTold:
    return AskTold(
        caveat.id,
        words.plain(listed(case.nation_name(code) for code in caveat.bound)),
        words.plain(caveat.in_words(case)),
        words.plain(caveat.authority),
        number(caveat.ask_cost),
    )
