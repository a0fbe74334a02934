"""CSV text, as people's spreadsheets write it -> cells, each with the row where it stands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from model.faults import Fault

MAX_ROWS = 100_000
_WHOLE = re.compile(r"[-+]?[0-9]{1,40}(\.0*)?")
_DECIMAL = re.compile(r"[-+]?([0-9]{1,40}(\.[0-9]{0,12})?|\.[0-9]{1,12})")


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it, its line in the file, its cells by column."""

    number: int
    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """The rows of a CSV file under known column names.

    Attributes:
        rows: rows that hold at least one cell.
        unknown: columns that nobody knows, kept out of ``rows``.
        absent: required columns that the header has not.
        complete: whether every row and every required column was there to read.
        decimal_comma: whether the file separates by semicolon, so that 0,5 is one half.
    """

    rows: tuple[Row, ...]
    unknown: tuple[str, ...]
    absent: frozenset[str]
    complete: bool
    decimal_comma: bool

    def number(self, cell: str) -> int | Fraction | str:
        """Return the number a cell holds, exactly, or the text where it holds none."""
        return number_in(cell, decimal_comma=self.decimal_comma)


NO_TABLE = Table((), (), frozenset(), complete=False, decimal_comma=False)


def number_in(text: str, *, decimal_comma: bool = False) -> int | Fraction | str:
    """Return the number that a text holds, exactly, or the text where it holds none."""
    plain = text.replace(",", ".") if decimal_comma and "." not in text else text
    if _WHOLE.fullmatch(plain):
        return int(plain.split(".")[0])
    return Fraction(plain) if _DECIMAL.fullmatch(plain) else text


def parse(
    text: str, file: str, columns: Iterable[str], required: Iterable[str]
) -> tuple[Table, list[Fault]]:
    """Parse a table and say everything that is wrong with its shape.

    Faults: no header, a required column missing, a column twice, a column that looks like a
    misspelt known one, a row longer than the header, quoting that does not end.
    """
    known = tuple(columns)
    faults: list[Fault] = []
    # csv wants its newlines untouched: a quoted cell may hold them.
    separator = separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] | None = None
    meant: list[str] = []
    complete = True
    rows: list[Row] = []
    number, began = 0, 1
    try:
        for number, cells in enumerate(reader, start=1):
            line, began = began, reader.line_num + 1
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            if header is None:
                header = stripped
                meant, said = _header(file, line, header, known, required)
                faults += said
                continue
            stray = [i for i, cell in enumerate(stripped) if cell and not any(header[i : i + 1])]
            if stray:
                message = f"the row has {len(stripped)} cells, the header {len(header)}"
                if stray[0] < len(header):
                    message = f"column {stray[0] + 1} has no name"
                allowed = "quote cells that contain the separator"
                faults.append(
                    Fault(file, line, f"row {number}", stripped[stray[0]], message, allowed)
                )
            padded = stripped + [""] * (len(meant) - len(stripped))
            named = {name: cell for name, cell in zip(meant, padded, strict=False) if name in known}
            rows.append(Row(number, line, named))
            if len(rows) > MAX_ROWS:
                faults.append(Fault(file, line, "", "", f"has more than {MAX_ROWS} rows"))
                complete = False
                break
    except csv.Error as error:
        faults.append(Fault(file, began, f"row {number + 1}", "", f"is no CSV: {error}"))
        complete = False
    if header is None:
        faults.append(Fault(file, 0, "", "", "is empty", f"columns: {', '.join(known)}"))
    unknown = tuple(name for name in header or () if name and name not in known)
    absent = frozenset(name for name in required if name not in meant)
    complete = complete and not absent
    return Table(tuple(rows), unknown, absent, complete, separator == ";"), faults


def separator_of(text: str) -> str:
    """Return what stands between the cells of a table: a comma, or a semicolon."""
    first = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    return ";" if first.count(";") > first.count(",") else ","


def _header(
    file: str, line: int, header: list[str], known: tuple[str, ...], required: Iterable[str]
) -> tuple[list[str], list[Fault]]:
    """Return the names as they were meant, and what is wrong with them."""
    faults = []
    meant = list(header)
    for i, name in enumerate(header):
        place = f"column {i + 1}"
        if name and name in header[:i]:
            faults.append(Fault(file, line, place, name, "stands in the header twice"))
        elif name not in known:
            like = [each for each in known if alike(name, each)]
            free = [each for each in like if each not in meant]
            if like:
                meant[i] = (free or like)[0]
                message = "looks like a misspelt column"
                faults.append(Fault(file, line, place, name, message, f"known: {meant[i]}"))
    columns = f"columns: {', '.join(known)}"
    faults += [
        Fault(file, line, "header", "", f"column {name} is missing", columns)
        for name in required
        if name not in meant
    ]
    return meant, faults


def alike(name: str, known: str) -> bool:
    """Whether a name differs from a known one only as typing does.

    Equal after dropping case, blanks, ``_`` and ``-``, or one edit away, two from eight letters on.
    """
    one, two = (re.sub(r"[\s_-]", "", each.casefold()) for each in (name, known))
    return bool(one) and (one == two or _edits(one, two) <= (2 if len(two) >= 8 else 1))


def _edits(one: str, two: str) -> int:
    """Return the Levenshtein distance of two short words."""
    if abs(len(one) - len(two)) > 2:
        return 3
    row = list(range(len(two) + 1))
    for i, left in enumerate(one, start=1):
        last, row[0] = row[0], i
        for j, right in enumerate(two, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (left != right))
    return row[-1]
