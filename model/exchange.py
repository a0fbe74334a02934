"""Caveats out into a workbook, and a workbook that came back.

Beside the sheet that people edit, the workbook keeps what every cell held when it was exported, on
a sheet of its own under a seal: so it can be told later what was changed in it (see ``merge``).
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from model import edit
from model.case import Case
from model.checks import YAML
from model.csv_source import alike
from model.faults import Fault, InputError
from model.history import sha256
from model.sheet import FIRST, WORDS, Cell, columns, plain
from model.xlsx_source import Book, Broken, Grid, letter

CAVEATS, RECORD = "Caveats", "Exported"
"""The sheet that people edit, and the one that keeps what was exported."""
RECORD_HEAD = 4
"""The row of the record in which its headings stand."""
_MARK, _FORMAT = "Muster: caveats", 1
_EXPORT = "write one with `caveats export` and make the changes in that"
_HEAD_WITHIN = 20

Cells = dict[str, Cell | Broken]
"""The cells of a row that hold something, by heading."""


# Out


@dataclass(frozen=True)
class Sheet:
    """What a workbook has to hold.

    Attributes:
        heads: the headings, ``WORDS`` among them.
        rows: one row for each caveat of the case, a cell for each heading.
        record: all rows of the sheet that keeps what was exported.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    record: tuple[tuple[Cell, ...], ...]


def sheet_of(case: Case, text: str) -> Sheet:
    """Return the caveats of a case as rows; ``text`` is what the case was read from."""
    names = [column.name for column in columns()]
    heads = (*names[: len(FIRST)], WORDS, *names[len(FIRST) :])
    rows = []
    for entry in edit.caveats_in(text):
        cells = {column.name: column.cell(entry) for column in columns()}
        cells[WORDS] = case.caveat_by_id[entry["id"]].in_words(case)
        rows.append(tuple(cells[name] for name in heads))
    kept = ((_MARK, _FORMAT), (YAML, state_of(text)), ("seal", _seal((heads, *rows))))
    return Sheet(heads, tuple(rows), (*kept, heads, *rows))


def state_of(text: str) -> str:
    """Return what tells one text of ``constraints.yaml`` from another."""
    return sha256(text.encode("utf-8"))


def _seal(rows: Iterable[Sequence[Cell]]) -> str:
    cells = [[plain(cell) for cell in row] for row in rows]
    return sha256(json.dumps(cells, default=datetime.date.isoformat).encode())


def lost(sheet: Sheet, raw: bytes) -> list[Fault]:
    """Return what does not come back out of the workbook as it went in, such as endless text."""
    grid = Book(YAML, raw).grid(RECORD)
    faults = []
    for number, row in enumerate(sheet.record, start=1):
        back = _line(grid, number, len(row))
        for head, cell, held in zip(sheet.heads, row, back, strict=False):
            if plain(cell) != plain(held):
                message = f"{head} holds what no cell of a workbook can hold"
                place, allowed = f"caveats ({row[0]})", "at most 32,767 characters, all printable"
                faults.append(Fault(YAML, 0, place, str(cell), message, allowed))
    return faults


# Back


@dataclass(frozen=True)
class Row:
    """A row of the sheet: its number, and its cells under headings that are known."""

    number: int
    cells: Cells


@dataclass(frozen=True)
class Returned:
    """A workbook that came back.

    Attributes:
        file: its name.
        sheet: the name of the sheet with the caveats.
        heads: the known headings that are still there.
        rows: the rows that hold something under them.
        exported: by id, what each row held when it was exported.
        state: of the text that was exported.
        formulas: row and heading of cells whose value a formula gave.
        notes: what is odd in it.
    """

    file: str
    sheet: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    exported: dict[str, dict[str, Cell]]
    state: str
    formulas: frozenset[tuple[int, str]]
    notes: tuple[Fault, ...]

    def fault(self, row: int, column: str, value: str, message: str, allowed: str = "") -> Fault:
        """Return what is wrong, or odd, in a row (0 for none) and column of the sheet."""
        return fault_in(self.file, self.sheet, row, column, value, message, allowed)


def fault_in(
    file: str, sheet: str, row: int, column: str, value: str, message: str, allowed: str = ""
) -> Fault:
    """Return what is wrong, or odd, in a row (0 for none) and column of a sheet."""
    place = f"sheet {sheet}"
    place += f", row {row}" if row else ""
    place += f", column {column}" if column else ""
    return Fault(file, row, place, value, message, allowed)


def read(name: str, raw: bytes) -> Returned:
    """Read a workbook that came back, under the name that faults call it.

    Raises:
        InputError: it cannot be read, was not written by ``sheet_of``, or its headings are wrong.
    """
    book = Book(name, raw)
    exported, state = _recorded(book)
    name = _sheet(book)
    grid = book.grid(name)
    top = _head_row(grid)
    if top is None:
        message = f"has no headings id and kind in its first {_HEAD_WITHIN} rows"
        raise InputError([fault_in(book.file, name, 0, "", "", message, _EXPORT)])
    heads, faults = _heads(book.file, name, top, grid)
    if faults:
        raise InputError(faults)
    known = {number: head for number, head in heads.items() if head in _known()}
    rows = [
        Row(number, {known[at]: cell for at, cell in cells.items() if at in known})
        for number, cells in grid.rows.items()
        if number > top
    ]
    return Returned(
        file=book.file,
        sheet=name,
        heads=tuple(known.values()),
        rows=tuple(row for row in rows if set(row.cells) - {WORDS}),
        exported=exported,
        state=state,
        formulas=frozenset((row, known[at]) for row, at in grid.formulas if at in known),
        notes=tuple(_odd(book.file, name, top, grid, heads)),
    )


def _known() -> tuple[str, ...]:
    return (*(column.name for column in columns()), WORDS)


def _recorded(book: Book) -> tuple[dict[str, dict[str, Cell]], str]:
    """Return what was exported, and from which state of the text."""
    message = "was not written by `caveats export`, or has lost what it keeps of that"
    if RECORD not in book.sheets:
        raise InputError([Fault(book.file, 0, "", "", message, _EXPORT)])
    grid = book.grid(RECORD)
    top = [_line(grid, number, 2) for number in range(1, RECORD_HEAD)]
    if top[0] != (_MARK, _FORMAT):
        if top[0][0] == _MARK:
            message = "was written by another version of Muster"
        raise InputError([fault_in(book.file, RECORD, 0, "", "", message, _EXPORT)])
    width = len(grid.rows.get(RECORD_HEAD, ()))
    heads = tuple(map(str, _line(grid, RECORD_HEAD, width)))
    rows = [_line(grid, number, width) for number in grid.rows if number > RECORD_HEAD]
    if top[2][1] != _seal((heads, *rows)):
        message = "was changed: it is no longer known what was exported"
        raise InputError([fault_in(book.file, RECORD, 0, "", "", message, _EXPORT)])
    exported = [dict(zip(heads, row, strict=True)) for row in rows]
    return {str(cells["id"]): cells for cells in exported}, str(top[1][1])


def _line(grid: Grid, number: int, width: int) -> tuple[Cell, ...]:
    cells = (grid.rows.get(number, {}).get(at) for at in range(1, width + 1))
    return tuple(each.text if isinstance(each, Broken) else each for each in cells)


def _sheet(book: Book) -> str:
    """Return the name of the sheet with the caveats, also where it was renamed."""
    if CAVEATS in book.sheets:
        return CAVEATS
    others = [name for name in book.sheets if name != RECORD]
    found = [name for name in others if _head_row(book.grid(name)) is not None]
    if len(found) != 1:
        message = f"has no sheet {CAVEATS}" if not found else "holds several sheets of caveats"
        names = f"sheets: {', '.join(found or others)}"
        allowed = f"{names}; name the one with the caveats {CAVEATS}"
        raise InputError([Fault(book.file, 0, "", "", message, allowed)])
    return found[0]


def _head_row(grid: Grid) -> int | None:
    for number, cells in grid.rows.items():
        named = {_heading(cell).casefold() for cell in cells.values()}
        if number <= _HEAD_WITHIN and {"id", "kind"} <= named:
            return number
    return None


def _heading(cell: Cell | Broken) -> str:
    return " ".join(str(cell.text if isinstance(cell, Broken) else cell).split())


def _heads(file: str, sheet: str, top: int, grid: Grid) -> tuple[dict[int, str], list[Fault]]:
    """Return the headings by column number, and what is wrong with them."""
    heads = {at: _heading(cell) for at, cell in grid.rows[top].items()}
    faults = []
    for at, name in heads.items():
        said = None
        if name in [each for before, each in heads.items() if before < at]:
            said = "stands in the headings twice", "each column once"
        elif name not in _known():
            like = [k for k in _known() if alike(name, k) and k not in heads.values()]
            if like:
                said = "looks like a misspelt column", f"known: {like[0]}"
        if said:
            faults.append(fault_in(file, sheet, top, letter(at), name, *said))
    return heads, faults


def _odd(file: str, sheet: str, top: int, grid: Grid, heads: dict[int, str]) -> Iterator[Fault]:
    """Say which columns are not read, and which are not there."""
    filled = {at for number, cells in grid.rows.items() if number > top for at in cells}
    strange = [
        heads.get(at) or letter(at)
        for at in sorted(filled | set(heads))
        if heads.get(at) not in _known()
    ]
    if strange:
        message = "not known here: what stands there is not read, and stays in the workbook"
        yield fault_in(file, sheet, top, "", ", ".join(strange), message)
    missing = [name for name in _known() if name not in heads.values()]
    if missing:
        message = "no longer there: the case keeps what it has"
        yield fault_in(file, sheet, top, "", ", ".join(missing), message)
