"""The sheet of a workbook on which caveats are edited: one row each, a column for each field.

What may be typed is offered or checked in the cell where a spreadsheet can do that. It is a help,
not a wall: the import checks everything again.
"""

from __future__ import annotations

import datetime
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from model.exchange import RECORD, RECORD_HEAD, Sheet
from model.sheet import FIRST, NO, WORDS, YES, Column, columns
from reports.words import count
from reports.workbook import BANDS, GRID, INK, PAPER, Look, height, lines, put

TOP = 4
"""Rows above the first caveat or name: marking, title, bands, headings."""
MORE_ROWS = 300
"""Rows below the last caveat that are made ready for new ones."""

_CHANGED, _NEW, _CLOSED = "#FFF2A8", "#D5F0D5", "#E3E7EB"
_WIDTHS = {"id": 25, WORDS: 70, "text": 80, "source": 60, "body": 30, "authority": 42}
_MOST_LINES = 5
"""Lines of a cell that are shown; the rest of a longer one is seen when it is opened."""
_BY_FORM = {
    "text": 24, "texts": 20, "name": 9, "names": 24, "whole": 9, "number": 9,
    "date": 12, "truth": 8, "choice": 11,
}  # fmt: skip
_NUMBERS = {"whole": "0", "number": "General", "date": "yyyy-mm-dd"}
_TO_TYPE = {
    "text": "text",
    "texts": "texts, separated by semicolons",
    "name": "a name without blanks",
    "names": "names, separated by blanks",
    "whole": "a whole number",
    "number": "a number",
    "date": "a date",
    "truth": f"{YES} or {NO}",
}


def holds(column: Column) -> str:
    """Say what a cell of the column holds."""
    if column.form == "choice":
        return f"one of {', '.join(column.choices)}"
    low, high = column.bounds
    said = _TO_TYPE[column.form]
    if column.names:
        several = "ies" if column.names.endswith("y") else f"{column.names[-1]}s"
        said = said.replace("names", f"{column.names[:-1]}{several}")
    if low is not None:
        said += f" from {low} to {high}" if high is not None else f", {low} or more"
    return said


def meaning(column: Column) -> str:
    """Say what the column means, kind by kind where they differ."""
    said: dict[str, list[str]] = {}
    for kind, words in column.meanings.items():
        said.setdefault(words or "see the kind", []).append(kind)
    if len(said) == 1:
        return next(iter(said))
    return "; ".join(f"{', '.join(kinds)}: {words}" for words, kinds in said.items())


def blank(column: Column) -> str:
    """Say what a blank cell means, where that is a value."""
    if column.form == "truth":
        return YES if column.default else NO
    return "" if column.default is None else str(column.default)


def list_of(what: str) -> str:
    """Return the name of the range with the names of a sort, in the workbook."""
    return f"names_{what}"


def write(sheet: Any, look: Look, content: Sheet, listed: set[str]) -> None:
    """Write the caveats, ready for editing; ``listed`` are the sorts of names with a list."""
    _Writer(sheet, look, content, listed).write()


class _Writer:
    """Writes the sheet; rows and columns are counted from 0, as the library does."""

    def __init__(self, sheet: Any, look: Look, content: Sheet, listed: set[str]) -> None:
        self.sheet, self.look, self.content, self.listed = sheet, look, content, listed
        self.by_name = {column.name: column for column in columns()}
        self.at = {name: i for i, name in enumerate(content.heads)}
        self.first = TOP
        self.new = TOP + len(content.rows)
        """The first row for a new caveat."""
        self.end = self.new + MORE_ROWS

    def write(self) -> None:
        total = count(len(self.content.rows), "caveat")
        said = f"{total}. Yellow: changed here. Green: new. Grey: not to be filled."
        self.look.banner(self.sheet, "Caveats", said, len(FIRST))
        for at, name in enumerate(self.content.heads):
            self.column(at, name)
        self.bands()
        for row, cells in enumerate(self.content.rows, start=self.first):
            pairs = list(zip(self.content.heads, cells, strict=True))
            for at, (name, cell) in enumerate(pairs):
                put(self.sheet, row, at, cell, self.form(name, given=True))
            # Not every program finds the height of a row by itself.
            wrapped = [(n, str(cell)) for n, cell in pairs if cell and n != "source"]
            high = max(lines(cell, self.width(n)) for n, cell in wrapped)
            self.sheet.set_row(row, height(min(high, _MOST_LINES)))
        self.colours()
        last = self.new - 1 if self.content.rows else self.first
        self.sheet.autofilter(TOP - 1, 0, last, len(self.content.heads) - 1)
        self.sheet.freeze_panes(TOP, 1)
        self.sheet.repeat_rows(TOP - 1)
        self.sheet.repeat_columns(0)
        self.sheet.fit_to_pages(5, 0)
        everything = f"A1:{xl_col_to_name(len(self.at) - 1)}{self.end + 1}"
        self.sheet.ignore_errors({"number_stored_as_text": everything})

    def form(self, name: str, *, given: bool = False) -> Any:
        """Return the format of a column's cells; of a given row what stays as it is is shaded."""
        column = self.by_name.get(name)
        wishes: dict[str, Any] = {
            "num_format": _NUMBERS.get(column.form if column else "", "@"),
            "text_wrap": name != "source"
            and (column is None or column.form in ("text", "names", "texts")),
        }
        if column and column.form in ("truth", "choice", "date"):
            wishes["align"] = "left"
        if given:
            wishes |= {"bottom": 1, "bottom_color": GRID}
        if given and name in ("id", "kind", WORDS):
            wishes |= {"bg_color": PAPER, "bold": name == "id"}
        return self.look.style(**wishes)

    def width(self, name: str) -> int:
        column = self.by_name.get(name)
        return _WIDTHS.get(name) or max(_BY_FORM[column.form] if column else 0, len(name) + 4)

    def column(self, at: int, name: str) -> None:
        column = self.by_name.get(name)
        self.sheet.set_column(at, at, self.width(name), self.form(name))
        head = self.look.style(bold=True, bg_color=PAPER, bottom=2, bottom_color=INK)
        self.sheet.write_string(TOP - 1, at, name, head)
        note = "The caveat as a sentence, told from its fields. It is not read."
        if column:
            parts = [meaning(column), holds(column)]
            parts += [f"blank: {blank(column)}"] if blank(column) else []
            parts += [f"of {', '.join(column.kinds)}"] if column.kinds else []
            note = ".\n".join(f"{part[:1].upper()}{part[1:]}" for part in parts) + "."
            self.check(at, column)
        self.sheet.write_comment(
            TOP - 1, at, note, {"x_scale": 1.9, "y_scale": 0.5 + 0.18 * (len(note) // 34 + 1)}
        )
        if name in ("id", "kind", WORDS) and self.content.rows:
            words = {
                "id": "The id names the caveat for good. A new caveat goes into a row below.",
                "kind": "The kind stays what it is. A new caveat goes into a row below.",
                WORDS: "The sentence follows from the fields: change those.",
            }[name]
            self.rule(
                at, {"validate": "custom", "value": "=1=0"}, words, (self.first, self.new - 1)
            )

    def bands(self) -> None:
        """Write what groups of columns have in common above their headings."""
        titles = {
            "id": "Which caveat",
            WORDS: "What it says",
            self.content.heads[len(FIRST) + 1]: "Fields of its kind",
            "applies_to.offers": "Narrowed to (applies_to); blank: everything",
            "red_line": "How firm",
            "text": "Where it comes from",
        }
        band, title = None, ""
        starts = {self.at[name]: name for name in titles}
        for at in range(len(self.at)):
            if at in starts:
                title = titles[starts[at]]
                colour = BANDS[list(titles.values()).index(title) % len(BANDS)]
                band = self.look.style(bold=True, font_color="#FFFFFF", bg_color=colour)
            self.sheet.write_string(TOP - 2, at, title if at in starts else "", band)

    # What may be typed

    def check(self, at: int, column: Column) -> None:
        """Offer or check what is typed into a column."""
        rows = (self.new if column.name in ("id", "kind") else self.first, self.end)
        low, high = column.bounds
        allowed = f"{column.name}: {holds(column)}."
        cell = f"{xl_col_to_name(at)}{rows[0] + 1}"
        if column.form in ("choice", "truth"):
            named = f"={list_of(column.names)}" if column.names else None
            source = named or list(column.choices or (YES, NO))
            self.rule(at, {"validate": "list", "source": source}, allowed, rows)
        elif column.form == "name" and column.names in self.listed:
            # A warning only: other names may be right, a nation's that the case has not yet.
            words = f"{column.name}: not a name of the sheet Names. Keep it all the same?"
            wishes = {"validate": "list", "source": f"={list_of(column.names)}"}
            self.rule(at, {**wishes, "error_type": "warning"}, words, rows)
        elif column.name == "id":
            ids = f"${xl_col_to_name(at)}${self.first + 1}:${xl_col_to_name(at)}${self.end + 1}"
            value = f'=AND(COUNTIF({ids},{cell})=1,ISERROR(FIND(" ",{cell})))'
            words = "A new id, without blanks, that no other row has."
            self.rule(at, {"validate": "custom", "value": value}, words, rows)
        elif column.form in ("whole", "number") and low is not None:
            kind = "integer" if column.form == "whole" else "decimal"
            bounds = {"criteria": ">=", "value": low}
            if high is not None:
                bounds = {"criteria": "between", "minimum": low, "maximum": high}
            self.rule(at, {"validate": kind, **bounds}, allowed, rows)
        elif column.form == "date":
            oldest = {"criteria": ">=", "value": datetime.date(1901, 1, 1)}
            self.rule(at, {"validate": "date", **oldest}, allowed, rows)

    def rule(self, at: int, wishes: dict[str, Any], words: str, rows: tuple[int, int]) -> None:
        shown = {"error_title": "Muster", "error_message": words[:255]}
        self.sheet.data_validation(rows[0], at, rows[1], at, {**wishes, **shown})

    # Colours that follow what is typed

    def colours(self) -> None:
        """Grey what a kind has not, and show what was changed, what is new, what is off."""
        row, width = self.first + 1, len(self.at)
        book = self.look.book
        fills = {each: book.add_format({"bg_color": each}) for each in (_CHANGED, _NEW, _CLOSED)}
        name = f"${xl_col_to_name(self.at['id'])}{row}"
        kind = f"${xl_col_to_name(self.at['kind'])}{row}"
        active = f"${xl_col_to_name(self.at['active'])}{row}"
        for at, column in ((self.at[c.name], c) for c in columns() if c.kinds):
            others = ",".join(f'{kind}<>"{each}"' for each in column.kinds)
            self.when(f'=AND({kind}<>"",{others})', fills[_CLOSED], at, at)
        off = book.add_format({"font_color": "#8A929A", "italic": True})
        for head in ("id", "kind", WORDS):  # others may be yellow, and only one of the two shows
            self.when(f'={active}="{NO}"', off, self.at[head], self.at[head])
        if not self.content.rows:
            return
        top, last = RECORD_HEAD + 1, RECORD_HEAD + len(self.content.rows)
        book.define_name("exported_ids", f"={RECORD}!$A${top}:$A${last}")
        end = xl_col_to_name(width - 1)
        book.define_name("exported_values", f"={RECORD}!$A${top}:${end}${last}")
        place = f"MATCH({name},exported_ids,0)"
        self.when(f'=AND({name}<>"",ISNA({place}))', fills[_NEW], 0, width - 1)
        for at, head in enumerate(self.content.heads):
            if head not in ("id", "kind", WORDS):
                cell = f"{xl_col_to_name(at)}{row}"
                held = f"INDEX(exported_values,{place},{at + 1})"
                self.when(f"=AND(ISNUMBER({place}),{cell}<>{held})", fills[_CHANGED], at, at)

    def when(self, formula: str, form: Any, first: int, last: int) -> None:
        wishes = {"type": "formula", "criteria": formula, "format": form}
        self.sheet.conditional_format(self.first, first, self.end, last, wishes)
