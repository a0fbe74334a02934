"""A workbook that came back -> the edits that were made in it, on top of the case of today.

Three things are known of each cell: what it held when it was exported, what it holds, and what the
case says today. Only what was changed in the workbook is taken. What was changed there and in the
case too, and not alike, is a conflict: it is named, and nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from model import caveats, disk, edit, exchange, store
from model.edit import Change, Fields
from model.exchange import Returned, Row
from model.faults import Fault, InputError
from model.sheet import (
    WORDS,
    Cell,
    Column,
    Unfit,
    columns,
    plain,
    put_in,
    same,
    shown,
    without_blanks,
)
from model.store import Author, Edited, Steps
from model.xlsx_source import Broken

_PLACE = re.compile(r"caveats\[\d+\]\.?([\w.]*).*? \((.+)\)")


@dataclass(frozen=True)
class Touched:
    """A cell that was changed in the workbook: its value now, and as it was exported."""

    column: Column
    now: Any
    was: Any


def take(
    folder: Path, path: Path, author: Author | None, *, remove: bool = False
) -> tuple[Edited, tuple[Fault, ...]]:
    """Make the edits of a workbook on disk. Arguments and errors as of ``taken``."""
    return taken(folder, path.name, disk.contents(path), author, remove=remove)


def taken(
    folder: Path, name: str, raw: bytes, author: Author | None, *, remove: bool = False
) -> tuple[Edited, tuple[Fault, ...]]:
    """Make the edits of a workbook, or show them where nobody signs; say also what is odd.

    ``remove`` takes out the caveats whose rows were deleted.

    Raises:
        InputError: with every fault of the workbook and of the case that it would make. Nothing
            was written then.
    """
    back = exchange.read(name, raw)
    merges: list[_Merge] = []

    def steps(text: str) -> Steps:
        merges.append(_Merge(back, text, remove=remove))
        return merges[-1].steps(folder)

    try:
        edited = store.make(folder, steps, author)
    except InputError as error:
        faults = merges[-1].placed(error.faults) if merges else error.faults
        raise InputError(faults) from None
    return edited, (*back.notes, *merges[-1].notes)


class _Merge:
    """Workbook and case side by side, row by row.

    Attributes:
        changes: the fields to change, by id.
        new: the caveats to add.
        gone: the caveats to take out.
        faults: why nothing can be written.
        notes: what is odd, and what was left alone.
    """

    def __init__(self, back: Returned, text: str, *, remove: bool) -> None:
        self.back, self.text = back, text
        self.entries = {str(each["id"]): each for each in edit.caveats_in(text) if "id" in each}
        self.columns = [each for each in columns() if each.name in back.heads]
        self.faults: list[Fault] = []
        self.notes: list[Fault] = []
        self.rows: dict[str, Row] = {}
        self.changes: dict[str, Fields] = {}
        self.new: list[Fields] = []
        for row in back.rows:
            name = self.id_of(row)
            if name is not None:
                self.rows[name] = row
                self.row(name, row)
        self.gone = self.missing(remove=remove)
        self.sentences()
        if exchange.state_of(text) != back.state and (self.changes or self.new or self.gone):
            message = "is older than the case; only what was changed in it is taken"
            self.note(0, "", "", message)

    def fault(self, row: Row, column: str, value: str, message: str, allowed: str = "") -> None:
        self.faults.append(self.back.fault(row.number, column, value, message, allowed))

    def note(self, row: int, column: str, value: str, message: str, allowed: str = "") -> None:
        self.notes.append(self.back.fault(row, column, value, message, allowed))

    # The rows

    def id_of(self, row: Row) -> str | None:
        """Return the id of a row, or None with a fault."""
        if "id" not in row.cells:
            self.fault(row, "id", "", "is missing", "allowed: a new id, or a row without anything")
        name = self.values(row, [each for each in self.columns if each.name == "id"]).get("id")
        if name in self.rows:
            message = f"stands already in row {self.rows[name].number}"
            self.fault(row, "id", name, message, "ids are unique")
            return None
        return name

    def row(self, name: str, row: Row) -> None:
        entry, base = self.entries.get(name), self.back.exported.get(name)
        if entry is not None and base is not None:
            self.changed(name, row, entry, self.touched(row, base, entry["kind"]))
        elif entry is not None:
            self.added_twice(name, row, entry)
        elif base is not None:
            if self.touched(row, base, base["kind"]):
                message = "was taken out of the case since the export, and changed here"
                allowed = "delete the row, or give it a new id"
                self.fault(row, "id", name, message, allowed)
            else:
                message = "was taken out of the case since the export; its row is left alone"
                self.note(row.number, "", name, message)
        else:
            self.added(row)

    def touched(self, row: Row, base: dict[str, Cell], kind: Any) -> list[Touched]:
        """Return the cells that were changed in the workbook, and may be."""
        apart = [
            column
            for column in self.columns
            if plain_of(row.cells.get(column.name)) != plain_of(base.get(column.name))
        ]
        now = self.values(row, apart)
        found = [
            Touched(column, now[column.name], column.value(base.get(column.name)))
            for column in apart
            if column.name in now
        ]
        found = [each for each in found if not same(each.now, each.was)]
        for each in found:
            if each.column.name == "kind":
                allowed = f"put back {each.was}, or add a row with a new id"
                self.fault(row, "kind", str(each.now), "cannot be changed", allowed)
        return [each for each in found if each.column.name != "kind" and self.fits(row, each, kind)]

    def fits(self, row: Row, cell: Touched, kind: Any) -> bool:
        """Whether a caveat of the kind can hold what the cell does; else with a fault."""
        column, said = cell.column, shown(cell.column, cell.now)
        if cell.now is not None and kind in caveats.KINDS and not column.fits(kind):
            own = ", ".join(each.name for each in columns() if each.kinds and each.fits(kind))
            allowed = f"leave it blank; a caveat of kind {kind} has {own or 'no field of its own'}"
            self.fault(row, column.name, said, f"is no field of kind {kind}", allowed)
            return False
        strange = [c for c in said if not (c.isprintable() or c in "\n\t")]
        if strange:
            code = f"the character U+{ord(strange[0]):04X}"
            self.fault(row, column.name, said, f"holds {code}, which a case cannot hold", "text")
            return False
        if (row.number, column.name) in self.back.formulas:
            self.note(row.number, column.name, said, "is what a formula gave; it is taken so")
        return True

    def values(self, row: Row, wanted: Iterable[Column]) -> Fields:
        """Return the values of these columns by name, but for those with a fault."""
        found = {}
        for column in wanted:
            cell = row.cells.get(column.name)
            try:
                if isinstance(cell, Broken):
                    self.fault(row, column.name, cell.text, cell.message, cell.allowed)
                else:
                    found[column.name] = column.value(cell)
            except Unfit as error:
                self.fault(row, column.name, str(cell), error.message, error.allowed)
        return found

    # What was meant

    def changed(self, name: str, row: Row, entry: Fields, touched: list[Touched]) -> None:
        fields: Fields = {}
        for cell in touched:
            column, today = cell.column, cell.column.held(entry)
            if same(today, cell.now):
                continue
            if not same(today, cell.was):
                was, is_ = shown(column, cell.was), shown(column, today)
                message = f"was changed in the case too since the export, from {was} to {is_}"
                allowed = f"type {is_} to agree, or make this change in a new export"
                self.fault(row, column.name, shown(column, cell.now), message, allowed)
                continue
            put_in(fields, column, cell.now, entry)
        if fields:
            self.changes[name] = without_blanks(fields)

    def added(self, row: Row) -> None:
        values = self.values(row, [each for each in self.columns if each.name in row.cells])
        fields: Fields = {}
        for column in self.columns:
            value = values.get(column.name)
            blank = value is None or (column.form == "truth" and value == column.default)
            if not blank and self.fits(row, Touched(column, value, None), values.get("kind")):
                put_in(fields, column, value, {})
        self.new.append(fields)

    def added_twice(self, name: str, row: Row, entry: Fields) -> None:
        """Look at a row whose id the case has by now, but had not when it was exported."""
        values = self.values(row, self.columns)
        unlike = [
            column.name
            for column in self.columns
            if column.name in values and not same(values[column.name], column.held(entry))
        ]
        if unlike:
            message = "was added to the case too since the export, and not alike"
            allowed = f"take another id; other there: {', '.join(unlike)}"
            self.fault(row, "id", name, message, allowed)

    def missing(self, *, remove: bool) -> list[str]:
        """Return the caveats to take out: their rows were deleted, and that was asked for."""
        gone = [
            name for name in self.entries if name in self.back.exported and name not in self.rows
        ]
        if gone and not remove:
            message = "has no row any more; it stays in the case (--remove takes it out)"
            self.note(0, "", ", ".join(gone), message)
            return []
        for name in gone:
            base, entry = self.back.exported[name], self.entries[name]
            unlike = [
                column.name
                for column in columns()
                if not same(column.value(base.get(column.name)), column.held(entry))
            ]
            if unlike:
                message = "has no row any more, but was changed in the case since the export"
                allowed = f"write a new workbook; changed: {', '.join(unlike)}"
                self.faults.append(self.back.fault(0, "", name, message, allowed))
        return gone

    def sentences(self) -> None:
        """Say where the sentence was edited: it follows from the fields, and is not read."""
        rows = [
            str(row.number)
            for name, row in self.rows.items()
            if plain_of(row.cells.get(WORDS))
            != plain_of(self.back.exported.get(name, {}).get(WORDS))
        ]
        if rows:
            message = "was changed, but is only told; change the fields that it tells of"
            self.note(0, WORDS, f"rows {', '.join(rows)}", message)

    # The edits

    def steps(self, folder: Path) -> Steps:
        """Return the edits, one for each caveat.

        Raises:
            InputError: something is wrong; the rest is checked all the same, to tell all at once.
        """
        text = self.text
        steps = []
        changed = [name for name in self.entries if name in self.changes]  # in their order there
        edits: list[Callable[[str], tuple[str, Change]]] = [
            *(partial(edit.change, name=name, fields=self.changes[name]) for name in changed),
            *(partial(edit.added, fields=fields) for fields in self.new),
            *(partial(edit.removed, name=name) for name in self.gone),
        ]
        for make in edits:
            try:
                steps.append(make(text))
                text = steps[-1][0]
            except InputError as error:
                self.faults += error.faults
        if self.faults:
            raise InputError([*self.faults, *store.faults_of(folder, text)])
        return steps

    def placed(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """Give what is wrong in an entry its row and column of the sheet."""
        names = {".".join(column.path): column.name for column in columns()}
        touched = {*self.changes, *(str(each.get("id")) for each in self.new)}
        for fault in faults:
            found = _PLACE.fullmatch(fault.place)
            if found and found[2] in touched:
                row, column = self.rows[found[2]].number, names.get(found[1], "")
                yield self.back.fault(row, column, fault.value, fault.message, fault.allowed)
            else:
                yield fault


def plain_of(cell: Cell | Broken) -> tuple[type, Cell | Broken]:
    """Return what tells two cells apart, 1 and true among them."""
    held = cell if isinstance(cell, Broken) else plain(cell)
    return type(held), held
