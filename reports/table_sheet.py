"""One table as one sheet of ``report.xlsx``: columns, cells, colours, links, how it is printed."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from reports import grid, tables
from reports.columns import Column, Value
from reports.sheets import Sheet
from reports.svg import BLUE, SHADES
from reports.told import LineTold
from reports.workbook import GRID, INK, MUTED, PAPER, Look, height, lines

TOP = 5
"""Rows above the first row of a table: marking, title, what it is, headings, names."""
_MOST = 32_767  # characters of a cell
_FORMATS = {"share": "0.0%", "date": "yyyy-mm-dd", "whole": "#,##0", "decimal": "#,##0.00"}
_WIDTHS = {"text": (12, 60), "name": (8, 24), "number": (9, 9), "share": (9, 9), "date": (11, 11)}
_MONTH = 6.3
_ACROSS = 290  # digits across a printed page that can still be read
_STATES = {"conditional": '0.##;;"•"', "substituted": '0.##;;"/"'}


def put(look: Look, sheet: Any, row: int, at: int, value: Value, **wishes: Any) -> None:
    """Write a value as what it is; nothing where there is none."""
    if value is None:
        return
    if isinstance(value, str):
        wishes |= {"quote_prefix": True} if tables.could_run(value) else {}
        sheet.write_string(row, at, _short(value), look.style(**wishes))
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, at, value, look.style(num_format=_FORMATS["date"], **wishes))
    else:
        form = _FORMATS["whole" if isinstance(value, int) else "decimal"]
        sheet.write_number(row, at, value, look.style(**{"num_format": form, **wishes}))


def _short(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def back(look: Look, sheet: Any) -> None:
    """Write the link that leads back to the index."""
    sheet.write_url(2, 0, "internal:'Index'!A1", linked(look), "Index")


def linked(look: Look, **wishes: Any) -> Any:
    """Return the format of a link."""
    return look.style(font_color=BLUE, underline=1, **wishes)


class TableSheet:
    """Writes a table; rows and columns are counted from 0, as the library does."""

    def __init__(
        self, look: Look, sheet: Any, table: Sheet, links: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Begin a sheet.

        Args:
            look: the formats of the workbook.
            sheet: that of the library.
            table: what is written.
            links: of columns whose cells lead elsewhere, where to, by what stands in the cell.
        """
        self.look, self.sheet, self.table, self.links = look, sheet, table, links
        self.last = TOP + len(table.rows) - 1
        self.months = [at for at, column in enumerate(table.columns) if _of_month(column)]
        self.line = {"bottom": 1, "bottom_color": GRID}

    def write(self) -> None:
        """Write all of it below the banner."""
        sheet, table = self.sheet, self.table
        back(self.look, sheet)
        if table.said:
            muted = self.look.style(font_color=MUTED)
            sheet.write_string(2, 1, table.said, muted)
        high = [1] * len(table.rows)
        above, whole = 1, 0.0
        for at, column in enumerate(table.columns):
            width = self.column(at, column, high)
            whole += width
            above = max(above, lines(column.heading, int(width)))
        sheet.set_row(TOP - 2, height(above))
        for row, several in enumerate(high, start=TOP):
            if several > 1:  # not every program finds the height of a row by itself
                sheet.set_row(row, height(min(several, 25)))
        if table.name == "Missing":
            self.shades()
        fixed = 2 if self.months and table.name != "Roles" else 1
        sheet.autofilter(TOP - 1, 0, self.last, len(table.columns) - 1)
        sheet.freeze_panes(TOP, fixed)
        sheet.repeat_rows(TOP - 2, TOP - 1)
        sheet.repeat_columns(0, fixed - 1)
        sheet.print_area(0, 0, self.last, len(table.columns) - 1)
        sheet.fit_to_pages(math.ceil(whole / _ACROSS), 0)

    def column(self, at: int, column: Column, high: list[int]) -> float:
        """Write a column; raise the heights of rows, in lines, to what its cells take."""
        values = [column.of(row) for row in self.table.rows]
        width = self.width(at, column, values)
        self.sheet.set_column(at, at, width)
        apart = self.apart(at)
        head = {"bold": True, "bg_color": PAPER, "text_wrap": True, "valign": "bottom", **apart}
        self.sheet.write_string(TOP - 2, at, column.heading, self.look.style(**head))
        name = {"font_color": MUTED, "font_size": 8, "bg_color": PAPER, "bottom": 2, **apart}
        self.sheet.write_string(TOP - 1, at, column.name, self.look.style(**name))
        self.cells(at, column, values)
        if column.kind == "text":
            for i, value in enumerate(values):
                if value and len(str(value)) > width:
                    high[i] = max(high[i], lines(str(value), int(width)))
        return width

    def width(self, at: int, column: Column, values: list[Value]) -> float:
        """Return the width of a column, in digits."""
        if at in self.months:
            return _MONTH if column.kind == "share" or self.table.name == "Missing" else 8.5
        low, most = _WIDTHS[column.kind]
        longest = max((len(str(v)) for v in values), default=0) if most > low else low
        room = 1.5 if self.apart(at) else 0
        return min(most, max(low, longest + 2, len(column.name) + 3)) + room

    def apart(self, at: int) -> dict[str, Any]:
        """Return what keeps a text off the number beside it, which ends where the text begins."""
        kinds = [column.kind for column in self.table.columns[max(0, at - 1) : at + 1]]
        ends = kinds[0] not in ("text", "name") and kinds[-1] in ("text", "name")
        return {"align": "left", "indent": 1} if ends else {}

    def cells(self, at: int, column: Column, values: list[Value]) -> None:
        """Write the cells of a column, each as what it is."""
        if at in self.months and self.table.name == "Missing":
            self.missing(at, values)
        elif column.name in self.links:
            self.linked(at, column.name, values)
        elif column.kind in ("text", "name"):
            wishes = {**self.line, **self.apart(at), "text_wrap": column.kind == "text"}
            self.texts(at, values, wishes)
        else:
            self.numbers(at, column, values)

    def numbers(self, at: int, column: Column, values: list[Value]) -> None:
        """Write numbers, shares or dates; where there is none the cell stays empty."""
        whole = all(v is None or isinstance(v, int) for v in values)
        kind = ("whole" if whole else "decimal") if column.kind == "number" else column.kind
        form = self.look.style(num_format=_FORMATS[kind], **self.line)
        write = self.sheet.write_datetime if kind == "date" else self.sheet.write_number
        for row, value in enumerate(values, start=TOP):
            if value is not None and value != "":
                write(row, at, value, form)

    def texts(self, at: int, values: list[Value], wishes: dict[str, Any]) -> None:
        """Write texts, those that could run so that no spreadsheet ever takes them for more."""
        form, quoted = self.look.style(**wishes), self.look.style(**wishes, quote_prefix=True)
        write = self.sheet.write_string
        forms = {text: quoted if tables.could_run(text) else form for text in map(str, set(values))}
        for row, value in enumerate(values, start=TOP):
            if value is not None and value != "":
                write(row, at, _short(str(value)), forms[str(value)])

    def linked(self, at: int, name: str, values: list[Value]) -> None:
        """Write cells that lead to their row on another sheet, where there is one."""
        line = {**self.line, **self.apart(at)}
        goal, form = self.links[name], linked(self.look, **line)
        for row, value in enumerate(values, start=TOP):
            text = str(value or "")
            if text in goal:
                self.sheet.write_url(row, at, goal[text], form, text)
            else:
                put(self.look, self.sheet, row, at, text, **line)

    # The picture

    def missing(self, at: int, values: list[Value]) -> None:
        """Write what is missing in a month; marks and frames tell states apart without colour."""
        month = self.months.index(at)
        rows: list[LineTold] = list(self.table.rows)
        for row, (line, value) in enumerate(zip(rows, values, strict=True), start=TOP):
            cell = line.cells[month]
            if cell is None or not isinstance(value, int | float):
                continue
            form = _STATES.get(cell.state, "0.##;;")
            if isinstance(value, int):
                form = form.replace("0.##", "0")
            wishes: dict[str, Any] = {"num_format": form, "align": "center"}
            if value and grid.below_minimum(line, cell):
                wishes |= {"border": 1, "border_color": INK, "bold": True}
            else:
                wishes |= {"border": 1, "border_color": "#FFFFFF"}
            self.sheet.write_number(row, at, value, self.look.style(**wishes))

    def shades(self) -> None:
        """Colour what is missing as the picture does, by its share of the target."""
        first, last = self.months[0], self.months[-1]
        names = [column.name for column in self.table.columns]
        target = f"${xl_col_to_name(names.index('target'))}{TOP + 1}"
        cell = f"{xl_col_to_name(first)}{TOP + 1}"
        for colour in range(len(SHADES) - 1, -1, -1):
            more = f"{cell}>{target}*{(colour - 1) / 4}+0.000000001" if colour > 1 else ""
            rule = more or (f"{cell}>0" if colour else f"{cell}=0")
            ink = {"font_color": "#FFFFFF"} if colour == len(SHADES) - 1 else {}
            form = self.look.book.add_format({"bg_color": SHADES[colour], **ink})
            formula = f"=AND(ISNUMBER({cell}),{rule})"
            wishes = {"type": "formula", "criteria": formula, "format": form, "stop_if_true": True}
            self.sheet.conditional_format(TOP, first, self.last, last, wishes)


def _of_month(column: Column) -> bool:
    return column.name[:1] == "m" and column.name[1:].isdigit()
