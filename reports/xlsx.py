"""``report.xlsx``: a workbook that a staff can work in, see ``docs/workbook.md``.

An index, one sheet per table of ``reports/sheets.py``, and charts that are the spreadsheet's own.
Text stays text. The bytes follow from the content alone.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from model import VERSION
from reports.charts import Charts
from reports.columns import Value
from reports.content import Content
from reports.sheets import sheets
from reports.table_sheet import TOP, TableSheet, linked, put
from reports.workbook import A4, AS_TEXT, MUTED, PAPER, RED, Look, page

_MADE = datetime.datetime(2000, 1, 1)
_LINKS = (
    ("Missing", "line", "Lines", "line"),
    ("Gaps", "line", "Lines", "line"),
    ("Lines", "line", "Gaps", "line"),
    ("Nations", "code", "Assignments", "nation"),
    ("Assignments", "line", "Lines", "line"),
    ("Votes", "name", "Caveats", "caveat"),
    ("Changes", "line", "Lines", "line"),
)
"""Sheet and column whose cells lead to the first row of another with the same in a column."""


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True, **AS_TEXT}) as book:
        _Writer(book, content).write()
    return {"report.xlsx": raw.getvalue()}


class _Writer:
    """Writes the workbook; rows and columns are counted from 0, as the library does."""

    def __init__(self, book: Any, content: Content) -> None:
        self.book, self.content = book, content
        self.look = Look(book, content.classification)
        self.tables = {sheet.name: sheet for sheet in sheets(content)}
        self.made: dict[str, Any] = {}

    def write(self) -> None:
        content = self.content
        self.book.set_properties(
            {
                "title": f"{content.title}: gap report",
                "comments": f"Muster {VERSION}, run {content.origin.run}",
                "created": _MADE,
            }
        )
        titles = {"Index": f"{content.title}: gap report", "Charts": "Charts"}
        titles |= {sheet.name: sheet.title for sheet in self.tables.values()}
        for name, title in titles.items():
            self.made[name] = self.sheet(name, title)
        for name, table in self.tables.items():
            links = {
                column: self.places(goal, key)
                for sheet, column, goal, key in _LINKS
                if sheet == name and goal in self.tables
            }
            TableSheet(self.look, self.made[name], table, links).write()
        self.index()
        Charts(self.book, self.look, self.made["Charts"], self.tables).write()

    def sheet(self, name: str, title: str) -> Any:
        """Return a new sheet with what all sheets have."""
        content, sheet = self.content, self.book.add_worksheet(name)
        named = f"{content.title}, run {content.origin.run}"
        page(sheet, self.look, named, A4, content.unproven)
        sheet.hide_gridlines(2)
        self.look.banner(sheet, title)
        if content.unproven:
            bold = self.look.style(bold=True, font_color=RED)
            both = [each for each in (content.classification, content.unproven) if each]
            sheet.write_string(0, 0, ". ".join(both), bold)
        return sheet

    def places(self, goal: str, key: str) -> dict[str, str]:
        """Return by key where a link to its first row on a sheet leads."""
        table = self.tables[goal]
        of = next(column.of for column in table.columns if column.name == key)
        rows: dict[str, str] = {}
        for row, each in enumerate(table.rows, start=TOP + 1):
            rows.setdefault(str(of(each)), f"internal:'{goal}'!A{row}")
        return rows

    # The index

    def index(self) -> None:
        """Write the headline numbers, and a link to every sheet."""
        sheet, style = self.made["Index"], self.look.style
        for at, width in enumerate((22, 12, 66, 30)):
            sheet.set_column(at, at, width)
        row = 3
        for name, value in self.facts():
            sheet.write_string(row, 0, name, style(bold=True))
            share = {"num_format": "0.0%"} if isinstance(value, float) else {}
            put(self.look, sheet, row, 1, value, align="left", **share)
            row += 1
        muted = style(font_color=MUTED, text_wrap=True)
        for each in self.content.rests_on:
            sheet.merge_range(row + 1, 0, row + 1, 3, each, muted)
            row += 1
        row += 2
        for at, head in enumerate(("Sheet", "Rows", "What it is")):
            sheet.write_string(row, at, head, style(bold=True, bg_color=PAPER, bottom=2))
        there: list[tuple[str, int | None, str]] = [
            ("Charts", None, "Coverage and people by month, person-months by nation"),
            *((name, len(each.rows), each.title) for name, each in self.tables.items()),
        ]
        for name, count, title in there:
            row += 1
            sheet.write_url(row, 0, f"internal:'{name}'!A1", linked(self.look), name)
            put(self.look, sheet, row, 1, count, align="left")
            sheet.write_string(row, 2, title, style())
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, row, 3)
        sheet.activate()

    def facts(self) -> Sequence[tuple[str, Value]]:
        """Return the headline numbers."""
        content = self.content
        return (
            ("Coverage index", content.index),
            ("Lines with demand", content.demanded),
            ("Lines with a gap", content.gap_lines),
            ("Of them priority 1", content.gap_lines_first),
            ("Proof", content.status_words),
            ("Scenario", content.scenario or "the case as it is"),
            ("C-day", content.c_day or "not given"),
            ("Run", content.origin.run),
            ("Input hash", content.origin.input_hash),
        )
