"""What the terminal shows: reads at 80 columns, without colour, and when it is no terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TextIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from model.explain import Gap
from reports import words
from reports.gap_report import GapReport
from reports.rows import Mark

REASONS_SHOWN = 3
# One hue, checked in grey and for colour-blind readers; the number in the cell says the same.
_SHADES = ((0.34, "#000000 on #fdd9b5"), (0.67, "#000000 on #fda55a"), (0.99, "#000000 on #d9580b"))
_WIDTH = 5
_DARKEST = "white on #7a2a05"


class _Quiet(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the program what to do where nobody reads any more."""
        raise BrokenPipeError


def console(stream: TextIO | None = None) -> Console:
    """Return a console for the stream; no escape codes at all under ``NO_COLOR``."""
    to = stream or sys.stdout
    if os.environ.get("NO_COLOR"):
        return _Quiet(file=to, color_system=None, highlight=False, soft_wrap=False)
    return _Quiet(file=to, highlight=False)


def told(report: GapReport, folder: Path, to: Console) -> str:
    """Return what ``show`` prints on a console, for later."""
    with to.capture() as caught:
        show(report, folder, to)
    return caught.get()


def show(report: GapReport, folder: Path, to: Console) -> None:
    """Print the report after a solve; what matters most comes last, next to the prompt."""
    banner = Text(report.classification, style="bold", justify="center")
    parts: list[RenderableType] = [
        _heading(report),
        _roles(report),
        _picture(report),
        *([_worst(report)] if report.worst else []),
        _proof(report),
        _summary(report, folder),
    ]
    if report.classification:
        parts = [banner, *parts, banner]
    for i, part in enumerate(parts):
        if i:
            to.print()
        to.print(part)


def _heading(report: GapReport) -> RenderableType:
    return Text("\n".join(each for each in (report.title, report.scenario) if each), style="bold")


def _roles(report: GapReport) -> RenderableType:
    table = ruled("Coverage by role, in percent")
    table.add_column("Role", no_wrap=True, ratio=1, overflow="ellipsis")
    for heading in ("Lines", "Gaps", "All"):
        table.add_column(heading, justify="right", no_wrap=True)
    _add_periods(table, report)
    for row in report.role_rows:
        table.add_row(
            Text(row.role),
            str(row.lines),
            str(row.gaps),
            words.percentage(row.index),
            *("" if each is None else words.percentage(each) for each in row.by_period),
            style="bold" if row.role == "all" else "",
        )
    return table


def _picture(report: GapReport) -> RenderableType:
    if not report.lines_with_gap:
        return Text("Every line reaches its target in every month.")
    table = ruled(f"Missing units by line and {report.span}")
    table.add_column("Line", no_wrap=True)
    table.add_column("What", no_wrap=True, ratio=1, overflow="ellipsis")
    table.add_column("Pri", justify="right", no_wrap=True)
    _add_periods(table, report)
    role = ""
    for row in report.line_rows:
        if not row.gap:
            continue
        if row.line.role != role:
            role = row.line.role
            table.add_row("", Text(role, style="bold"))
        table.add_row(
            Text(words.plain(row.line.line)),
            Text(row.title),
            str(row.line.priority),
            *(_cell(mark) for mark in row.marks),
        )
    legend = words.LEGEND
    hidden = report.demanded_lines - len(report.lines_with_gap)
    if hidden:
        legend += f" {words.count(hidden, 'line')} without a gap not shown."
    return Group(table, Text(legend, style="dim"))


def _cell(mark: Mark | None) -> Text:
    if mark is None:
        return Text("")
    if not mark.missing:
        return Text(mark.text, style="dim")
    shade = next((style for most, style in _SHADES if mark.share < most), _DARKEST)
    return Text(mark.text.rjust(_WIDTH), style=shade)  # the shade fills the cell


def _worst(report: GapReport) -> RenderableType:
    parts: list[RenderableType] = [Text("Worst gaps", style="bold")]
    for rank, gap in enumerate(report.worst, start=1):
        parts.append(_gap(report, rank, gap))
    rest = len(report.gaps) - len(report.worst)
    if rest > 0:
        parts.append(Text(f"{words.count(rest, 'more gap')} in gaps.csv.", style="dim"))
    return Group(*parts)


def _gap(report: GapReport, rank: int, gap: Gap) -> RenderableType:
    head = Text(words.plain(f"{gap.line.line} {report.case.line_title(gap.line)}"), style="bold")
    head.append(f", {words.dated(report.case, gap.first, gap.last)}", style="not bold")
    reasons = labelled(10)
    for reason in gap.reasons[:REASONS_SHOWN]:
        kind = Text(words.REASONS[reason.kind], style="dim")
        reasons.add_row(kind, Text(words.plain(report.reason(reason))))
    more = len(gap.reasons) - REASONS_SHOWN
    if more > 0:
        reasons.add_row(
            "", Text(f"and {words.count(more, 'more reason')} in report.md", style="dim")
        )
    numbered = labelled(2, justify="right")
    facts = Text(words.plain(report.gap_facts(gap)))
    numbered.add_row(Text(str(rank)), Group(head, facts, reasons))
    return numbered


def _proof(report: GapReport) -> RenderableType:
    table = ruled("Proof")
    table.add_column("Tier", no_wrap=True)
    table.add_column("Counts", no_wrap=True, ratio=1)
    table.add_column("Value", justify="right", no_wrap=True)
    table.add_column("Bound", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for tier in report.outcome.tiers:
        table.add_row(
            tier.name,
            words.TIERS[tier.name],
            words.tier_value(tier.value),
            words.tier_value(tier.bound),
            words.proof(tier.value, tier.bound, tier.proven),
        )
    return table


def _summary(report: GapReport, folder: Path) -> RenderableType:
    text = Text()
    text.append(f"Coverage index {words.percent(report.plan.coverage_index)}", style="bold")
    text.append(f"; {report.gap_count}. {' '.join(report.rests_on())}\n")
    text.append(f"Proof: {report.status}.\n", style="bold")
    for each in caught(report.outcome.events):
        text.append_text(each).append("\n")
    if report.warnings:
        text.append(f"{words.count(len(report.warnings), 'warning')} on the case, in report.md.\n")
    text.append(f"Report: {words.plain(str(folder / 'report.html'))}", style="bold")
    text.append(f" (run {report.origin.run}, solved in {report.outcome.seconds:.1f} s)")
    return text


def caught(events: Iterable[str]) -> list[Text]:
    """Say what the solver was caught at, a line each."""
    return [Text(f"The solver: {words.plain(each)}") for each in events]


def ruled(title: str) -> Table:
    """Return a table as wide as the terminal."""
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        expand=True,
        padding=(0, 0),
        pad_edge=False,
        header_style="",
    )


def labelled(width: int, justify: Literal["left", "right"] = "left") -> Table:
    """Return two columns without lines: a narrow label, and text that wraps beside it."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify=justify, width=width, no_wrap=True)
    grid.add_column(ratio=1)
    return grid


def _add_periods(table: Table, report: GapReport) -> None:
    for period in report.periods:
        table.add_column(period.label, justify="right", no_wrap=True, min_width=_WIDTH)
