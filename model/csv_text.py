"""Text of a table of the case -> the same text with some cells of a row changed. Pure.

Only the characters of the cells themselves are replaced, or a row is added or taken out: order,
columns that nobody knows, quotes, separators and ends of line stay as somebody wrote them. What
comes out is parsed again and must hold exactly what was meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model import csv_source
from model.checks import LINES, OFFERS
from model.csv_source import alike
from model.edit import Change
from model.faults import Fault, InputError, nearest
from model.read import LINE_COLUMNS, OFFER_COLUMNS

KEYS = {OFFERS: "offer", LINES: "line"}
"""The column that holds the id, by file."""
COLUMNS = {OFFERS: OFFER_COLUMNS, LINES: LINE_COLUMNS}
Span = tuple[int, int]
Cells = dict[str, str]


@dataclass(frozen=True)
class _Layout:
    """Where everything stands in a table.

    Attributes:
        records: the spans of the cells of each record, quotes included; the first is the header.
        ends: where each record ends, without and with its end of line.
    """

    separator: str
    columns: tuple[str, ...]
    records: list[list[Span]] = field(default_factory=list)
    ends: list[Span] = field(default_factory=list)


def entries(text: str, file: str) -> dict[str, Cells]:
    """Return the cells of every row by its id, in order; blank cells are empty."""
    table = csv_source.parse(text, file, COLUMNS[file], ())[0]
    return {row.cells.get(KEYS[file], ""): dict(row.cells) for row in table.rows}


def number(text: str, file: str, name: str) -> int:
    """Return the number of a row as a spreadsheet shows it; 0 where no row has the id."""
    table = csv_source.parse(text, file, COLUMNS[file], ())[0]
    return next((row.number for row in table.rows if row.cells.get(KEYS[file]) == name), 0)


def changed(text: str, file: str, name: str, cells: Mapping[str, str]) -> tuple[str, Change]:
    """Return the text with these cells of the row changed; empty makes a cell blank.

    Raises:
        InputError: there is no such row or column, the id is among the cells, or the text is
            written in a way that cannot be edited safely.
    """
    held, layout = entries(text, file), _layout(text)
    if name not in held:
        raise InputError([unknown(file, name, held)])
    before = held[name]
    apart = {each: value for each, value in cells.items() if before.get(each, "") != value}
    _refuse(file, layout, name, apart, fixed=True)
    at = _record(text, file, layout, name)
    spans = layout.records[at]
    edits = []
    for column, value in apart.items():
        place = layout.columns.index(column)
        if place < len(spans):
            start, end = spans[place]
            edits.append((start, end, _spelt(value, layout.separator, text[start:end])))
    short = [column for column in apart if layout.columns.index(column) >= len(spans)]
    if short:
        rest = [apart.get(column, "") for column in layout.columns[len(spans) :]]
        more = "".join(layout.separator + _spelt(each, layout.separator) for each in rest)
        edits.append((layout.ends[at][0], layout.ends[at][0], more))
    new = text
    for start, end, value in sorted(edits, reverse=True):
        new = new[:start] + value + new[end:]
    meant = {**held, name: {**before, **apart}}
    change = Change(name, {each: before.get(each, "") or None for each in apart}, _blank(apart))
    return _checked(new, file, meant), change


def added(text: str, file: str, cells: Mapping[str, str]) -> tuple[str, Change]:
    """Return the text with one more row, after the others.

    Raises:
        InputError: it has no id, one that another row has, or a column that the file has not.
    """
    held, layout = entries(text, file), _layout(text)
    key = KEYS[file]
    name = cells.get(key, "").strip()
    if not name or name in held:
        message = "is the id of another row" if name else f"{key} is missing"
        raise InputError([Fault(file, 0, f"column {key}", name, message, "a new id")])
    filled = {each: value for each, value in cells.items() if value}
    _refuse(file, layout, name, filled, fixed=False)
    row = [_spelt(filled.get(each, ""), layout.separator) for each in layout.columns]
    eol = "\r\n" if "\r\n" in text else "\n"
    last = layout.ends[-1]
    begun = text[: last[1]] + (eol if last[0] == last[1] else "")
    new = f"{begun}{layout.separator.join(row)}{eol}{text[last[1] :]}"
    meant = {**held, name: {each: filled.get(each, "") for each in layout.columns}}
    return _checked(new, file, meant), Change(name, {}, dict(filled))


def removed(text: str, file: str, name: str) -> tuple[str, Change]:
    """Return the text without a row.

    Raises:
        InputError: there is no such row, or the text cannot be edited safely.
    """
    held, layout = entries(text, file), _layout(text)
    if name not in held:
        raise InputError([unknown(file, name, held)])
    at = _record(text, file, layout, name)
    new = text[: layout.records[at][0][0]] + text[layout.ends[at][1] :]
    before = {each: value for each, value in held.pop(name).items() if value}
    return _checked(new, file, held), Change(name, dict(before), dict.fromkeys(before))


def unknown(file: str, name: str, known: Mapping[str, object]) -> Fault:
    """Return the fault of an id that no row has."""
    key = KEYS[file]
    return Fault(file, 0, f"column {key}", name, "is the id of no row", nearest(name, known))


def _blank(cells: Mapping[str, str]) -> dict[str, str | None]:
    return {each: value or None for each, value in cells.items()}


def _refuse(
    file: str, layout: _Layout, name: str, cells: Mapping[str, str], *, fixed: bool
) -> None:
    """Refuse what no cell can hold, and columns that are not there."""
    faults = []
    for column, value in cells.items():
        place = f"row of {name}, column {column}"
        if fixed and column == KEYS[file]:
            message, allowed = f"{column} cannot be changed", "add a new row"
            faults.append(Fault(file, 0, place, value, message, allowed))
        elif any(not (each.isprintable() or each in "\n\t") for each in value):
            message = "holds characters that a case cannot hold"
            faults.append(Fault(file, 0, place, value, message, "text"))
        elif column not in layout.columns:
            like = [each for each in layout.columns if alike(column, each)]
            allowed = f"there: {', '.join(like or layout.columns)}"
            message = "is a column that the file has not; add it to the file's first row"
            faults.append(Fault(file, 0, place, value, message, allowed))
    if faults:
        raise InputError(faults)


def _record(text: str, file: str, layout: _Layout, name: str) -> int:
    """Return the place of a row among the records.

    Raises:
        InputError: the id stands there more than once.
    """
    key = layout.columns.index(KEYS[file])
    found = [
        at
        for at, spans in enumerate(layout.records)
        if at and key < len(spans) and _plain(text[slice(*spans[key])]) == name
    ]
    if len(found) != 1:
        message = "is the id of several rows"
        raise InputError([Fault(file, 0, f"column {KEYS[file]}", name, message, "ids are unique")])
    return found[0]


def _checked(text: str, file: str, meant: Mapping[str, Cells]) -> str:
    """Return the text where it holds what was meant.

    Raises:
        InputError: it does not.
    """
    there = entries(text, file)
    filled = [
        {
            name: {c: v.strip() for c, v in cells.items() if v.strip()}
            for name, cells in each.items()
        }
        for each in (there, meant)
    ]
    if filled[0] == filled[1] and list(there) == list(meant):
        return text
    message = "is written in a way that cannot be edited here without touching more than this"
    raise InputError([Fault(file, 0, "", "", message, "edit the file itself")])


# Cells in text


def _plain(cell: str) -> str:
    """Return what a cell holds; quotes that do not begin it are its own."""
    if cell.startswith('"'):
        return cell.rstrip()[1:-1].replace('""', '"').strip()
    return cell.strip()


def _spelt(value: str, separator: str, before: str = "") -> str:
    """Return a value as a cell is written, in quotes where it needs them or had them."""
    quoted = any(each in value for each in (separator, '"', "\n", "\r")) or value != value.strip()
    if quoted or (value and before.startswith('"')):
        return '"' + value.replace('"', '""') + '"'
    return value


def _layout(text: str) -> _Layout:
    """Return where every cell stands, blank rows apart; what it takes for a table is parsed too."""
    separator = csv_source.separator_of(text)
    records: list[list[Span]] = []
    ends: list[Span] = []
    at = 0
    while at < len(text):
        spans = []
        while True:
            start = at
            if text[at : at + 1] == '"':
                at = _unquoted(text, at)
            while at < len(text) and text[at] not in (separator, "\r", "\n"):
                at += 1
            spans.append((start, at))
            if text[at : at + 1] != separator:
                break
            at += 1
        end = at
        at += 2 if text.startswith("\r\n", at) else 1
        if any(_plain(text[slice(*each)]) for each in spans):
            records.append(spans)
            ends.append((end, min(at, len(text))))
    columns = tuple(_plain(text[slice(*each)]) for each in records[0]) if records else ()
    return _Layout(separator, columns, records, ends)


def _unquoted(text: str, at: int) -> int:
    """Return where a cell in quotes ends, after its closing quote."""
    at += 1
    while at < len(text):
        if text[at] != '"':
            at += 1
        elif text.startswith('""', at):
            at += 2
        else:
            return at + 1
    return at
