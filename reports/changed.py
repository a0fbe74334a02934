"""What is different from a baseline, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reports import words
from reports.compare import Comparison, GapShift, Moved, coverage
from reports.content import Changes, GapShiftTold, MovedTold, RoleShift
from reports.gap_report import GapReport
from reports.rows import TYPED
from reports.shape import number
from reports.told import LineTold


def changes(before: GapReport, after: GapReport, lines: Sequence[LineTold]) -> Changes:
    """Return what is different from the baseline but for the caveats that bind: see ``binding``.

    ``lines`` are those of the later run.
    """
    found = Comparison(before.plan, after.plan, (), ())
    shifts = [cell.shift for line in lines for cell in line.demanded]
    return Changes(
        run=before.origin.run,
        scenario=before.scenario,
        status=before.status,
        index=float(before.plan.coverage_index),
        gap_lines=len(before.lines_with_gap),
        gap_lines_first=sum(line.priority == 1 for line in before.lines_with_gap),
        better=shifts.count("better"),
        worse=shifts.count("worse"),
        inputs=tuple(_inputs(before, after)),
        roles=tuple(
            RoleShift(
                words.plain(each.role),
                None if each.before is None else float(each.before),
                None if each.after is None else float(each.after),
            )
            for each in coverage(before.plan, after.plan)
        ),
        gaps=tuple(_gap(after, each) for each in found.gaps),
        moved=tuple(_moved(each) for each in found.moved),
        now_binding=(),
        no_longer_binding=(),
    )


def binding(told: Changes, before: GapReport, after: GapReport) -> Changes:
    """Return changes with the caveats that hold some gap open now and did not before, or did."""
    found = Comparison(before.plan, after.plan, before.gaps, after.gaps)
    return replace(
        told,
        now_binding=tuple(found.now_binding),
        no_longer_binding=tuple(found.no_longer_binding),
    )


def _inputs(before: GapReport, after: GapReport) -> Iterator[str]:
    one, two = before.origin, after.origin
    for name in sorted({*one.files, *two.files}):
        then, now = one.files.get(name), two.files.get(name)
        if then != now and name != TYPED:
            what = "is new" if then is None else "is gone" if now is None else "has been changed"
            yield words.plain(f"{name} {what}")
    for flags, others, told in ((two.flags, one.flags, ""), (one.flags, two.flags, "no longer ")):
        for flag in flags:
            if flag not in others:
                yield words.plain(told + flag.removeprefix("--").replace("=", " ", 1))
    was, is_ = one.options.model_dump(), two.options.model_dump()
    for name, value in is_.items():
        if was[name] != value:
            yield words.plain(f"{name.replace('_', ' ')}: {_shown(was[name])}, now {_shown(value)}")
    for name in sorted({*one.versions, *two.versions}):
        if one.versions.get(name) != two.versions.get(name):
            then, now = (each.versions.get(name, "not known") for each in (one, two))
            yield words.plain(f"{name} {then}, now {now}")


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _gap(after: GapReport, shift: GapShift) -> GapShiftTold:
    line, case = shift.line, after.case
    return GapShiftTold(
        words.plain(line.line),
        words.plain(line.title or case.capability_title(line.capability)),
        shift.first,
        shift.last,
        words.dated(case, shift.first, shift.last),
        number(shift.before),
        number(shift.after),
        shift.what,
    )


def _moved(moved: Moved) -> MovedTold:
    return MovedTold(
        words.plain(moved.offer),
        words.plain(moved.line),
        words.plain(moved.area),
        moved.start,
        moved.units,
    )
