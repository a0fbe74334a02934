"""Caveats as rows of a sheet: a column for each field of every kind. Pure; knows no file format.

A cell holds what a spreadsheet can hold: text, a number, a date, yes or no, nothing. Two cells that
give the same value are the same, however they are spelt: 3 and 3.0, one blank and two.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from model import caveats, fields
from model.caveats.base import Caveat, Scope
from model.edit import Fields

Form = Literal["text", "texts", "name", "names", "whole", "number", "date", "truth", "choice"]
Cell = str | int | float | bool | datetime.date | None
Bounds = tuple[int | None, int | None]

FIRST = ("id", "nation", "nations", "kind", "active")
WORDS = "in words"
"""The column in which a caveat is said as a sentence; it is told, not read."""
YES, NO = "yes", "no"

_VALUES: tuple[tuple[Any, Form, Bounds], ...] = (
    (fields.Text, "text", (None, None)),
    (fields.Texts, "texts", (None, None)),
    (fields.Name, "name", (None, None)),
    (fields.Names, "names", (None, None)),
    (fields.Whole, "whole", (0, None)),
    (fields.Positive, "whole", (1, None)),
    (fields.Priority, "whole", (1, 4)),
    (fields.Exact, "number", (0, None)),
    (fields.PositiveExact, "number", (0, None)),
    (fields.Share, "number", (0, 1)),
    (fields.Date, "date", (None, None)),
    (fields.Truth, "truth", (None, None)),
)
"""How each kind of value is written in a cell, and between which numbers it lies."""
_FORMS = {kept.__metadata__[0]: (form, bounds) for kept, form, bounds in _VALUES}
_TRUTHS = {"yes": True, "true": True, "y": True, "no": False, "false": False, "n": False}
_NUMBER = re.compile(r"[-+]?[0-9]{1,12}(\.[0-9]{0,12})?")
_SEPARATORS = re.compile(r"[\s,;]+")
_OLDEST = datetime.date(1901, 1, 1)  # spreadsheets disagree on the days before


class Unfit(Exception):
    """A cell holds another kind of value than its column, and it cannot be told what is meant."""

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.message, self.allowed = message, allowed


@dataclass(frozen=True)
class Column:
    """A column of the sheet.

    Attributes:
        name: its heading, the field's name in the case format.
        path: where the field stands in an entry; one name, or two for a part of ``applies_to``.
        form: how a value is written in a cell.
        bounds: the least and the largest number allowed, where there is one.
        choices: what may be chosen, where that is a fixed list.
        names: what it holds names of: ``nation``, ``area`` ...; empty for no names.
        meanings: what it means, by kind; under ``""`` where it means the same for all of them.
        default: what a blank cell means, where that is a value.
    """

    name: str
    path: tuple[str, ...]
    form: Form
    bounds: Bounds = (None, None)
    choices: tuple[str, ...] = ()
    names: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)
    default: Any = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that have the field; none where all have it."""
        return tuple(kind for kind in self.meanings if kind)

    def fits(self, kind: Any) -> bool:
        """Whether a caveat of the kind has the field."""
        return not self.kinds or kind in self.kinds

    def held(self, entry: Fields) -> Any:
        """Return the value of an entry as a cell can tell it."""
        return self.value(self.cell(entry))

    def cell(self, entry: Fields) -> Cell:
        """Return what is written in the cell for an entry of a case without fault."""
        value: Any = entry
        for name in self.path:
            value = value.get(name) if isinstance(value, dict) else None
        if self.form == "truth":
            return YES if (self.default if value is None else value) else NO
        if value is None:
            return None
        if self.form in ("names", "texts"):
            return (" " if self.form == "names" else "; ").join(
                [value] if isinstance(value, str) else value
            )
        if self.form == "date":
            day = datetime.date.fromisoformat(value)
            return day if day >= _OLDEST else str(value)
        return _rounded(value) if self.form in ("whole", "number") else _tidy(str(value)) or None

    def value(self, cell: Cell) -> Any:
        """Return the value that a cell holds, as the case would; None for a blank one.

        What is of no use here, such as ``few`` for a number, comes back as it is: to say what is
        wrong with it is for those who check the case.

        Raises:
            Unfit: the cell was taken for something else when it was typed.
        """
        said = _tidy(cell) if isinstance(cell, str) else cell
        if said is None or said == "":
            return self.default if self.form == "truth" else None
        if self.form == "truth":
            return _TRUTHS.get(said.casefold(), said) if isinstance(said, str) else said
        if self.form == "date":
            return said.isoformat() if isinstance(said, datetime.date) else said
        if self.form in ("whole", "number"):
            if isinstance(said, datetime.date):
                allowed = "allowed: a number; format the cell as a number and type it again"
                raise Unfit("is a date where a number is meant", allowed)
            if isinstance(said, str) and _NUMBER.fullmatch(said):
                said = float(said)
            return _rounded(said) if type(said) in (int, float) else said
        text = _text(said)
        if self.form == "names":
            return [name for name in _SEPARATORS.split(text) if name]
        if self.form == "texts":
            return [each.strip() for each in text.split(";") if each.strip()]
        meant = {each.casefold(): each for each in self.choices}
        return meant.get(text.casefold(), text)


def same(one: Any, two: Any) -> bool:
    """Whether two values of a column are the same, 1 and true apart."""
    return json.dumps(one) == json.dumps(two)


def plain(cell: Cell) -> Cell:
    """Return what a cell holds, as it still is after any spreadsheet program saved it."""
    if isinstance(cell, str):
        return _tidy(cell) or None
    return _rounded(cell) if type(cell) in (int, float) else cell


def shown(column: Column, value: Any) -> str:
    """Return a value as the sheet shows it, for a message."""
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return (" " if column.form == "names" else "; ").join(map(str, value))
    return str(value)


def put_in(fields: Fields, column: Column, value: Any, entry: Fields) -> None:
    """Set what a column stands for; a part of a field, beside the other parts that it has."""
    first, *rest = column.path
    if rest:
        held = fields.setdefault(first, dict(entry.get(first) or {}))
        held[rest[0]] = value
    else:
        fields[first] = value


def without_blanks(fields: Fields) -> Fields:
    """Leave out the blank parts of a field; one without any other is blank itself."""
    tidy = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            value = {part: each for part, each in value.items() if each is not None} or None
        tidy[name] = value
    return tidy


@cache
def columns() -> tuple[Column, ...]:
    """Return the columns for the kinds there are, in their order."""
    return columns_of(caveats.KINDS)


def columns_of(kinds: Mapping[str, type[Caveat]]) -> tuple[Column, ...]:
    """Return the columns that caveats of these kinds need.

    Raises:
        TypeError: a field holds a kind of value that no cell can hold.
    """
    every = {name: info for name, info in Caveat.model_fields.items() if name != "applies_to"}
    common = {name: _column(name, (name,), "", info) for name, info in every.items()}
    common["kind"] = replace(common["kind"], form="choice", choices=tuple(kinds), names="kind")
    for name in ("nation", "nations"):
        common[name] = replace(common[name], names="nation")
    scope = [
        replace(_column(f"applies_to.{name}", ("applies_to", name), "", info), names=what)
        for (name, info), what in zip(Scope.model_fields.items(), Scope.NAMED.values(), strict=True)
    ]
    first = [common.pop(name) for name in FIRST]
    return (*first, *_own(kinds), *scope, *common.values())


def _own(kinds: Mapping[str, type[Caveat]]) -> list[Column]:
    """Return the columns of fields that not every kind has; what is alike shares one."""
    found: dict[tuple[str, Form], Column] = {}
    for kind, noun in kinds.items():
        own = {
            info.alias or name: info
            for name, info in noun.model_fields.items()
            if name not in Caveat.model_fields
        }
        made = {name: _column(name, (name,), kind, info) for name, info in own.items()}
        naming: Any = {n: ("?",) for n, each in made.items() if each.form in ("name", "names")}
        what = {str(path[0]): what for path, what, _ in noun.model_construct(**naming).names()}
        for name, column in made.items():
            column = replace(column, names=what.get(name, ""))
            twin = found.get((name, column.form))
            if twin:
                column = replace(
                    twin,
                    bounds=_around(twin.bounds, column.bounds),
                    choices=tuple(dict.fromkeys((*twin.choices, *column.choices))),
                    names=twin.names if twin.names == column.names else "",
                    meanings={**twin.meanings, **column.meanings},
                )
            elif any(name == taken for taken, _ in found):
                column = replace(column, name=f"{name} ({kind})")
            found[name, column.form] = column
    return list(found.values())


def _column(name: str, path: tuple[str, ...], kind: str, info: FieldInfo) -> Column:
    form, bounds, choices = form_of(name, info)
    default = info.default if isinstance(info.default, int | str) and info.default != "" else None
    return Column(name, path, form, bounds, choices, "", {kind: info.description or ""}, default)


def form_of(name: str, info: FieldInfo) -> tuple[Form, Bounds, tuple[str, ...]]:
    """Return how a field is written in a cell, its bounds, and what may be chosen.

    Raises:
        TypeError: it holds a kind of value that no cell can hold.
    """
    for annotation in (info.annotation, *get_args(info.annotation)):
        if get_origin(annotation) is Literal:
            return "choice", (None, None), tuple(map(str, get_args(annotation)))
        for validator in (*info.metadata, *getattr(annotation, "__metadata__", ())):
            if validator in _FORMS:
                return *_FORMS[validator], ()
    if info.annotation is str:
        return "text", (None, None), ()
    raise TypeError(f"{name} holds a kind of value that no cell of a sheet can hold")


def _around(one: Bounds, two: Bounds) -> Bounds:
    low, high = zip(one, two, strict=True)
    return (
        None if None in low else min(each for each in low if each is not None),
        None if None in high else max(each for each in high if each is not None),
    )


def _tidy(text: str) -> str:
    """Return text as typing means it: no blanks around it, none that do not break a line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").strip()


def _rounded(number: Any) -> int | float:
    """Return a number with the 15 digits that a spreadsheet keeps, whole where it is whole."""
    held = float(f"{float(number):.15g}")
    return int(held) if held.is_integer() else held


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        what, allowed = "TRUE or FALSE", "format the cell as text, or put ' before it"
        raise Unfit(f"is {what} where text is meant", f"allowed: text; {allowed}")
    if isinstance(cell, datetime.date):
        allowed = "format the cell as text and type it again, or put ' before it"
        raise Unfit("is a date where text is meant", f"allowed: text; {allowed}")
    return str(_rounded(cell)) if isinstance(cell, int | float) else str(cell)
