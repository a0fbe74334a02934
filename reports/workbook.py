"""What our Excel workbooks have in common: formats, the marking on every page, cells."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field
from typing import Any

from model.sheet import Cell

INK, PAPER, GRID, MUTED, RED = "#1F2D3A", "#EEF1F4", "#C9D1D9", "#57606A", "#9C0006"
BANDS = ("#1F3A4D", "#44546A", "#2F5D7C", "#2E6B5E", "#6B4E2E", "#5B4A7A")
A3, A4 = 8, 9
"""Sizes of paper, as Excel counts them."""
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False}
"""Options of a workbook in which text stays text."""


@dataclass
class Look:
    """The formats of a workbook, each made once, and the marking that all its sheets carry."""

    book: Any
    marking: str
    made: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def style(self, **given: Any) -> Any:
        """Return the format of a cell."""
        wishes = {"font_name": "Calibri", "font_size": 10, "valign": "top", **given}
        key = tuple(sorted(wishes.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(wishes)
        return self.made[key]

    def banner(self, sheet: Any, title: str, said: str = "", at: int = 0) -> None:
        """Write what stands on top of every sheet: the marking, what it is, what is said of it."""
        if self.marking:
            mark = self.style(bold=True, font_size=11, font_color=RED)
            sheet.write_string(0, 0, self.marking, mark)
        head = self.style(bold=True, font_size=14, font_color=INK)
        sheet.write_string(1, 0, title, head)
        sheet.set_row(1, 22)
        if said:
            sheet.write_string(1, at, said, self.style(font_color=MUTED, valign="vcenter"))


def put(sheet: Any, row: int, at: int, cell: Cell, form: Any) -> None:
    """Write a value as what it is; a date needs a format of a date."""
    if isinstance(cell, datetime.date):
        sheet.write_datetime(row, at, cell, form)
    elif cell is None:
        sheet.write_blank(row, at, None, form)
    elif isinstance(cell, str):
        sheet.write_string(row, at, cell, form)
    else:
        sheet.write_number(row, at, cell, form)


def lines(text: str, width: int) -> int:
    """Return about how many lines a text takes in a cell; its width is that of so many digits."""
    return sum(max(1, math.ceil(len(each) / (1.12 * width))) for each in text.split("\n"))


def height(lines: int) -> float:
    """Return the height of a row of so many lines, in points."""
    return 13.5 * lines + 2


def page(sheet: Any, look: Look, title: str, paper: int, notice: str = "") -> None:
    """Set how a sheet is printed; the marking, and a notice, stand on every page."""
    mark, name, told = (_in_margin(each) for each in (look.marking, title, notice))
    top = "\n".join(each for each in (mark, told) if each)
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    sheet.set_header(f'&C&"Calibri,Bold"{top}' if top else "")
    sheet.set_footer(f"&L{name}&C{mark}&R&A, page &P of &N")


def _in_margin(text: str) -> str:
    """Return a text that is no code of a margin; all of a margin has 255 characters at most."""
    short = text if len(text) <= 80 else f"{text[:79]}…"
    return short.replace("&", "&&")[:100].rstrip("&") if "&" in short else short
