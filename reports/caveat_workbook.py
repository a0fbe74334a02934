"""The caveats of a case as one Excel workbook that people can edit, and hand back.

Four sheets: what it is and how to edit it, the caveats, the names that may be used, and, hidden,
what every cell held (``model.exchange``). Text stays text: nothing becomes a formula or a link.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from model import VERSION, caveats, exchange
from model.case import Case
from model.caveats.base import Caveat
from model.checks import YAML
from model.exchange import CAVEATS, RECORD, Sheet
from model.faults import InputError
from model.sheet import NO, WORDS, columns
from reports import caveat_sheet, names
from reports.caveat_sheet import TOP
from reports.words import count, plain
from reports.workbook import (
    A3,
    AS_TEXT,
    BANDS,
    GRID,
    MUTED,
    PAPER,
    Look,
    height,
    lines,
    page,
    put,
)

README, NAMES = "Read me", "Names"
_README_WIDTHS = (25, 74, 46, 13, 32)
_HELP = (
    f"Change cells on the sheet {CAVEATS}: what was changed turns yellow.",
    "For a new caveat fill a row below the last one, under an id that nothing has yet: it turns "
    "green. It needs id, kind, nation (or nations), and what its kind needs.",
    "Grey cells are not to be filled: fields that the kind has not, and what stays as it is. "
    "Any other blank cell is a blank field.",
    f"The id and the kind of a caveat stay what they are. The sentence ({WORDS}) follows from the "
    "fields; it is not read.",
    f"To switch a caveat off, set active to {NO}. A row that is deleted here stays in the case, "
    "unless the import is told --remove.",
    f"Which nations, areas, offers ... there are stands on the sheet {NAMES}.",
    "Sort, filter and hide as you like. Columns of your own are not read, and stay.",
    "Hand it back: `caveats import FILE.xlsx --dry-run` shows what would change and what is wrong, "
    "row by row. With --why TEXT instead, the changes are checked, logged and written.",
    "Only what was changed here is taken, so the case may be edited meanwhile. Where the same "
    "field was changed in both, the import names it and writes nothing.",
)


def workbook(case: Case, text: str, day: datetime.date) -> bytes:
    """Return the workbook; ``text`` is what the case was read from, ``day`` the day it is made.

    Raises:
        InputError: the case holds what no cell can hold.
    """
    content = exchange.sheet_of(case, text)
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True, **AS_TEXT}) as book:
        _write(book, case, content, day)
    faults = exchange.lost(content, raw.getvalue())
    if faults:
        raise InputError(faults)
    return raw.getvalue()


def _write(book: Any, case: Case, content: Sheet, day: datetime.date) -> None:
    title = f"Caveats of {plain(case.force) or 'the force'}"
    made = datetime.datetime.combine(day, datetime.time())
    book.set_properties({"title": title, "comments": f"Muster {VERSION}", "created": made})
    look = Look(book, plain(case.classification))
    sheets = {name: book.add_worksheet(name) for name in (README, CAVEATS, NAMES, RECORD)}
    _readme(sheets[README], look, case, title, day)
    listed = _names(sheets[NAMES], look, case)
    caveat_sheet.write(sheets[CAVEATS], look, content, listed)
    _record(sheets[RECORD], look, content)
    for name in (README, CAVEATS, NAMES):
        page(sheets[name], look, title, A3)


def _record(sheet: Any, look: Look, content: Sheet) -> None:
    plain_cell, day = look.style(), look.style(num_format="yyyy-mm-dd")
    for number, row in enumerate(content.record):
        for at, cell in enumerate(row):
            form = day if isinstance(cell, datetime.date) else plain_cell
            put(sheet, number, at, cell, form)
    sheet.very_hidden()


# Read me


def _readme(sheet: Any, look: Look, case: Case, title: str, day: datetime.date) -> None:
    for at, width in enumerate(_README_WIDTHS):
        sheet.set_column(at, at, width)
    look.banner(sheet, title)
    active = sum(each.active for each in case.caveats)
    told = (
        f"{count(len(case.caveats), 'caveat')}, {active} of them active. Exported on "
        f"{day.isoformat()} by Muster {VERSION} from {YAML} {case.files[YAML][:12]}."
    )
    sheet.write_string(2, 0, told, look.style(font_color=MUTED))
    row = _heading(sheet, look, 4, ("How to edit it",))
    for number, line in enumerate(_HELP, start=1):
        sheet.write_string(row, 0, str(number), look.style(align="right"))
        sheet.write_string(row, 1, line, look.style())
        row += 1
    row = _heading(sheet, look, row + 1, ("Kind", "What it does", "Its own columns"))
    for kind, noun in caveats.KINDS.items():
        own = ", ".join(each.name for each in columns() if each.kinds and each.fits(kind))
        row = _line(sheet, look, row, (kind, _does(noun), own or "none"))
    heads = ("Column", "What it means", "What a cell holds", "Blank means", "Of the kinds")
    row = _heading(sheet, look, row + 1, heads)
    row = _line(sheet, look, row, (WORDS, "the caveat as a sentence; not read", "text", "", "all"))
    for column in columns():
        said = caveat_sheet.meaning(column), caveat_sheet.holds(column), caveat_sheet.blank(column)
        row = _line(sheet, look, row, (column.name, *said, ", ".join(column.kinds) or "all"))
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 1)
    sheet.activate()


def _does(kind: type[Caveat]) -> str:
    """Return what a kind says of itself first."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split()).replace("`", "")


def _heading(sheet: Any, look: Look, row: int, heads: Iterable[str]) -> int:
    top = look.style(bold=True, font_color="#FFFFFF", bg_color=BANDS[0])
    for at, head in enumerate([*heads, *[""] * 5][:5]):
        sheet.write_string(row, at, head, top)
    return row + 1


def _line(sheet: Any, look: Look, row: int, cells: tuple[str, ...]) -> int:
    high = max(map(lines, cells, _README_WIDTHS))
    sheet.set_row(row, height(high))
    for at, cell in enumerate(cells):
        form = look.style(text_wrap=True, bottom=1, bottom_color=GRID, bold=at == 0)
        sheet.write_string(row, at, cell, form)
    return row + 1


# Names


def _names(sheet: Any, look: Look, case: Case) -> set[str]:
    """Write the names that may be used; return the sorts of which there are any."""
    look.banner(sheet, "Names that may be used")
    at = 0
    for number, (what, heads, rows) in enumerate(names.lists(case)):
        band = look.style(bold=True, font_color="#FFFFFF", bg_color=BANDS[number % len(BANDS)])
        for i, head in enumerate(heads):
            sheet.write_string(TOP - 2, at + i, what.capitalize() if i == 0 else "", band)
            sheet.write_string(TOP - 1, at + i, head, look.style(bold=True, bg_color=PAPER))
            longest = max((len(str(row[i])) for row in rows), default=0)
            sheet.set_column(at + i, at + i, min(48, max(longest, len(head)) + 2))
            for below, row in enumerate(rows, start=TOP):
                form = look.style(bottom=1, bottom_color=GRID, bold=i == 0)
                put(sheet, below, at + i, row[i], form)
        if rows:
            column = xl_col_to_name(at, col_abs=True)
            place = f"={NAMES}!{column}${TOP + 1}:{column}${TOP + len(rows)}"
            look.book.define_name(caveat_sheet.list_of(what), place)
        sheet.set_column(at + len(heads), at + len(heads), 2)
        at += len(heads) + 1
    sheet.freeze_panes(TOP, 0)
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(2, 0)
    return {what for what, _, rows in names.lists(case) if rows}
