"""An entry of a case as a form shows it, and what somebody changed in that form.

Three things are known of each field: what it held when the form was opened, what it holds in the
form, and what the case says by now. Only what was changed in the form is written. What was changed
there and in the case too, and not alike, is said with both values, and nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from model import csv_text, edit, sheet, store
from model.checks import LINES, OFFERS, YAML
from model.domain import Line, Offer
from model.edit import Fields
from model.faults import Fault, InputError, nearest
from model.sheet import Column, Unfit
from model.store import Author, Edited, Steps

Sort = Literal["caveats", "offers", "lines"]
FILES: dict[Sort, str] = {"caveats": YAML, "offers": OFFERS, "lines": LINES}
KEYS: dict[Sort, str] = {"caveats": "id", "offers": "offer", "lines": "line"}
Texts = dict[str, str]
"""What the fields of a form hold, by name."""
_YAML_PLACE = re.compile(r"caveats\[\d+\]\.?([\w.]*).*? \((.+)\)")
_CSV_PLACE = re.compile(r"row (\d+)(?:, column (\w+))?")


@dataclass(frozen=True)
class Field:
    """A field of a form.

    Attributes:
        form: how its value is typed, as in ``sheet.Column``.
        choices: what may be chosen, where that is a fixed list.
        names: what it holds names of; empty for no names.
        meaning: what it means, where that is told.
        needed: whether it may not be blank.
    """

    name: str
    form: str
    choices: tuple[str, ...] = ()
    names: str = ""
    meaning: str = ""
    needed: bool = False


class Refused(Exception):
    """What keeps an entry from being written.

    Attributes:
        at: what is wrong with each field, by its name.
        others: what is wrong besides.
        now: what the case says by now of fields that were changed there in the meantime.
    """

    def __init__(self, at: dict[str, list[Fault]], others: list[Fault], now: Texts) -> None:
        super().__init__("the entry cannot be written")
        self.at, self.others, self.now = at, others, now


@cache
def fields(sort: Sort, kind: str = "") -> tuple[Field, ...]:
    """Return the fields that an entry has, in the order of its file."""
    if sort == "caveats":
        needed = ("id", "kind")
        return tuple(
            Field(
                column.name,
                column.form,
                column.choices,
                column.names,
                column.meanings.get(kind) or column.meanings.get("", ""),
                column.name in needed,
            )
            for column in _columns(kind)
        )
    noun = Offer if sort == "offers" else Line
    # A table names its fields as a sheet of caveats does, but for the places from elsewhere.
    named = {
        "nation": "nation", "capability": "capability", "role": "role", "area": "area",
    }  # fmt: skip
    return tuple(
        Field(
            info.alias or name,
            form,
            choices,
            named.get(name, ""),
            "",
            info.is_required(),
        )
        for name, info in noun.model_fields.items()
        for form, _, choices in [
            ("text", (None, None), ()) if name == "elsewhere" else sheet.form_of(name, info)
        ]
    )


def texts(text: str, sort: Sort) -> dict[str, Texts]:
    """Return what a form shows of every entry of a file's text, by id.

    Raises:
        InputError: the text cannot be read.
    """
    if sort != "caveats":
        return csv_text.entries(text, FILES[sort])
    found = {}
    for entry in edit.caveats_in(text):
        if isinstance(entry.get("id"), str):
            shown = {
                column.name: _shown(column, entry) for column in _columns(str(entry.get("kind")))
            }
            found[entry["id"]] = shown
    return found


def of(folder: Path, sort: Sort, name: str) -> Texts:
    """Return what a form shows of an entry.

    Raises:
        InputError: there is no such entry, or its file cannot be read.
    """
    known = texts(store.text_at(folder / FILES[sort]), sort)
    if name not in known:
        message = f"is the id of none of the {sort}"
        raise InputError([Fault(FILES[sort], 0, "", name, message, nearest(name, known))])
    return known[name]


def amend(
    folder: Path, sort: Sort, name: str, now: Texts, was: Texts, author: Author | None
) -> Edited:
    """Change an entry as somebody did in a form, or show that where nobody signs.

    Args:
        folder: of the case.
        sort: what sort of entry it is.
        name: its id.
        now: what the fields of the form hold.
        was: what they held when it was opened.
        author: who signs.

    Raises:
        Refused: something is wrong with it, or was changed by somebody else. Nothing was written.
    """
    touched = {
        each: value.strip() for each, value in now.items() if value.strip() != was.get(each, "")
    }

    def steps(text: str) -> Steps:
        known = texts(text, sort)
        if name not in known:
            message, allowed = "was taken out of the case in the meantime", "add it anew"
            raise InputError([Fault(FILES[sort], 0, "", name, message, allowed)])
        today = known[name]
        clashes = {
            each: today.get(each, "")
            for each, value in touched.items()
            if today.get(each, "") not in (was.get(each, ""), value)
        }
        if clashes:
            at = {
                each: [Fault(FILES[sort], 0, each, touched[each], _meanwhile(was, each, value))]
                for each, value in clashes.items()
            }
            raise Refused(at, [], today)
        if not touched:
            return []
        if sort == "caveats":
            entry = next(e for e in edit.caveats_in(text) if e.get("id") == name)
            return [edit.change(text, name, _values(touched, entry, str(entry.get("kind"))))]
        return [csv_text.changed(text, FILES[sort], name, touched)]

    return _made(folder, sort, name, steps, author)


def add(folder: Path, sort: Sort, now: Texts, author: Author | None) -> Edited:
    """Add an entry as somebody typed it into a form, after the others.

    Raises:
        Refused: something is wrong with it. Nothing was written.
    """
    filled = {name: value.strip() for name, value in now.items() if value.strip()}
    name = filled.get(KEYS[sort], "")

    def steps(text: str) -> Steps:
        if name in texts(text, sort):
            message = "is the id of another one already"
            raise InputError([Fault(FILES[sort], 0, KEYS[sort], name, message, "a new id")])
        if sort == "caveats":
            return [edit.added(text, _values(filled, {}, filled.get("kind", "")))]
        return [csv_text.added(text, FILES[sort], filled)]

    return _made(folder, sort, name, steps, author)


def remove(folder: Path, sort: Sort, name: str, was: Texts, author: Author | None) -> Edited:
    """Take out an entry that is still as it was when its form was opened.

    Raises:
        Refused: it is not, or the case is wrong without it. Nothing was written.
    """

    def steps(text: str) -> Steps:
        today = texts(text, sort).get(name)
        if today is not None and today != was:
            at = {
                each: [Fault(FILES[sort], 0, each, "", _meanwhile(was, each, value))]
                for each, value in today.items()
                if value != was.get(each, "")
            }
            raise Refused(at, [], today)
        if sort == "caveats":
            return [edit.removed(text, name)]
        return [csv_text.removed(text, FILES[sort], name)]

    return _made(folder, sort, name, steps, author)


def _made(
    folder: Path, sort: Sort, name: str, steps: Callable[[str], Steps], author: Author | None
) -> Edited:
    after: list[str] = []

    def kept(text: str) -> Steps:
        done = steps(text)
        after[:] = [done[-1][0] if done else text]
        return done

    try:
        return store.make(folder, kept, author, FILES[sort])
    except InputError as error:
        raise _placed(error.faults, sort, name, after[0] if after else "") from None


def _meanwhile(was: Mapping[str, str], field: str, now: str) -> str:
    before = was.get(field, "") or "blank"
    return f"was changed by somebody else in the meantime, from {before} to {now or 'blank'}"


def _placed(faults: Iterable[Fault], sort: Sort, name: str, text: str) -> Refused:
    """Sort what is wrong by the fields of the form."""
    at: dict[str, list[Fault]] = {}
    others = []
    known = {".".join(c.path): c.name for c in sheet.columns()} if sort == "caveats" else {}
    row = csv_text.number(text, FILES[sort], name) if sort != "caveats" and text else 0
    for fault in faults:
        field = None
        if fault.file == FILES[sort]:
            if sort == "caveats":
                found = _YAML_PLACE.fullmatch(fault.place)
                field = known.get(found[1]) if found and found[2] == name else None
                field = field or next((c for c in known.values() if c == fault.place), None)
            else:
                found = _CSV_PLACE.fullmatch(fault.place)
                if found and int(found[1]) == row:
                    field = found[2] or _named(fault, sort)
                elif fault.place.startswith((f"row of {name}, column ", "column ")):
                    field = fault.place.rsplit(" ", 1)[-1]
                elif fault.place == KEYS[sort]:
                    field = fault.place
        if field:
            at.setdefault(field, []).append(fault)
        else:
            others.append(fault)
    return Refused(at, others, {})


def _named(fault: Fault, sort: Sort) -> str | None:
    """Return the field that a fault of a whole row begins with, such as ``minimum 2 is above``."""
    names = {each.name for each in fields(sort)}
    return next((word for word in fault.message.split() if word in names), None)


# Caveats as text


def _columns(kind: str) -> tuple[Column, ...]:
    return tuple(each for each in sheet.columns() if each.fits(kind))


def _shown(column: Column, entry: Fields) -> str:
    try:
        value = column.held(entry)
    except (Unfit, ValueError, TypeError):  # of a case that is wrong
        value = entry.get(column.path[0])
    return "" if value is None else sheet.shown(column, value)


def _values(texts: Texts, entry: Fields, kind: str) -> Fields:
    """Return the values that texts stand for; None for a blank one.

    Raises:
        InputError: one stands for none, or is no field of the kind.
    """
    found: Fields = {}
    faults = []
    known = {column.name: column for column in _columns(kind)}
    for name, text in texts.items():
        if name not in known:
            message = f"is no field of kind {kind}"
            faults.append(Fault(YAML, 0, name, text, message, nearest(name, known)))
        elif any(not (each.isprintable() or each in "\n\t") for each in text):
            message = "holds characters that a case cannot hold"
            faults.append(Fault(YAML, 0, name, text, message, "text"))
        else:
            try:
                value = known[name].value(text)
            except Unfit as error:
                faults.append(Fault(YAML, 0, name, text, error.message, error.allowed))
                continue
            if entry or value is not None:
                sheet.put_in(found, known[name], value, entry)
    if faults:
        raise InputError(faults)
    return sheet.without_blanks(found)
