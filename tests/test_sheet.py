"""Columns and cells: what each field of each kind is in a sheet."""

from __future__ import annotations

import datetime
from typing import Any, Literal

import pytest
from pydantic import Field

from model import caveats
from model.caveats.base import Caveat
from model.caveats.ceiling import Ceiling
from model.fields import Names
from model.sheet import Column, Unfit, columns, columns_of, same
from tests.test_registry import FIELDS


def column(name: str) -> Column:
    return next(each for each in columns() if each.name == name)


def test_every_field_of_every_kind_has_one_column_that_says_what_it_means() -> None:
    names = [each.name for each in columns()]
    assert len(set(names)) == len(names)
    for kind, noun in caveats.KINDS.items():
        fields = {info.alias or name for name, info in noun.model_fields.items()}
        assert fields == {each.path[0] for each in columns() if each.fits(kind)}
    assert all(words for each in columns() for words in each.meanings.values())


@pytest.mark.parametrize(
    ("name", "form", "bounds", "names"),
    [
        ("id", "name", (None, None), ""),
        ("kind", "choice", (None, None), "kind"),
        ("active", "truth", (None, None), ""),
        ("status", "choice", (None, None), ""),
        ("month", "whole", (1, None), ""),
        ("units", "whole", (0, None), ""),
        ("probability", "number", (0, 1), ""),
        ("ask_cost", "number", (0, None), ""),
        ("with", "names", (None, None), "nation"),
        ("barred", "names", (None, None), "area"),
        ("requires", "names", (None, None), "condition"),
        ("offers", "names", (None, None), "offer"),
        ("applies_to.lines", "names", (None, None), "line"),
        ("releasable_to", "texts", (None, None), ""),
        ("as_of", "date", (None, None), ""),
        ("body", "text", (None, None), ""),
    ],
)
def test_a_column_knows_what_its_cells_hold(name: str, form: str, bounds: Any, names: str) -> None:
    found = column(name)
    assert (found.form, found.bounds, found.names) == (form, bounds, names)


@pytest.mark.parametrize("kind", caveats.KINDS)
def test_what_is_written_into_a_row_is_read_from_it(kind: str) -> None:
    entry = {"id": "A", "kind": kind, "nation": "ALB", **FIELDS[kind]}
    for each in columns():
        held: Any = entry
        for name in each.path:
            held = held.get(name) if isinstance(held, dict) else None
        assert same(each.value(each.cell(entry)), each.default if each.form == "truth" else held)


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("units", 3.0, 3), ("units", " 3 ", 3), ("units", "3,5", "3,5"), ("units", True, True),
        ("units", 0.1 + 0.2, 0.3), ("probability", "0.50", 0.5), ("units", "", None),
        ("active", "YES", True), ("active", None, True), ("red_line", None, False),
        ("active", "ja", "ja"), ("status", " PENDING", "pending"), ("status", "gone", "gone"),
        ("as_of", datetime.date(2026, 1, 6), "2026-01-06"), ("as_of", " 2026-01-06 ", "2026-01-06"),
        ("barred", "a b,c;d\n e", ["a", "b", "c", "d", "e"]), ("barred", 7, ["7"]),
        ("releasable_to", "the EU; NATO;", ["the EU", "NATO"]), ("text", 2026.0, "2026"),
        ("text", "a\r\nb ", "a\nb"), ("text", " \u00a0", None),
    ],
)  # fmt: skip
def test_a_cell_gives_the_value_that_is_meant(name: str, cell: Any, value: Any) -> None:
    found = column(name).value(cell)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("units", datetime.date(2026, 1, 6)), ("text", datetime.date(2026, 1, 6)),
        ("text", False), ("barred", True), ("status", datetime.date(2026, 1, 6)),
    ],
)  # fmt: skip
def test_a_cell_that_was_taken_for_something_else_is_unfit(name: str, cell: Any) -> None:
    with pytest.raises(Unfit):
        column(name).value(cell)


class Unlike(Caveat):
    """A field that is called as that of another kind, and is something else."""

    kind: Literal["unlike"]
    units: Names = Field(description="other units")


class Like(Ceiling):
    """A field that is only of this kind, and those of a ceiling."""

    kind: Literal["like"]  # type: ignore[assignment]
    more: Names | None = None


class Other(Caveat):
    """A field that no cell can hold."""

    kind: Literal["other"]
    table: dict[str, int]


def test_fields_that_are_alike_share_a_column_and_others_have_their_own() -> None:
    both = columns_of({"ceiling": Ceiling, "unlike": Unlike, "like": Like})
    own = {each.name: (each.form, each.kinds) for each in both if each.kinds}
    assert own == {
        "personnel": ("whole", ("ceiling", "like")),
        "units": ("whole", ("ceiling", "like")),
        "units (unlike)": ("names", ("unlike",)),
        "more": ("names", ("like",)),
    }


def test_a_field_that_no_cell_can_hold_is_an_error_of_the_kind() -> None:
    with pytest.raises(TypeError, match="table"):
        columns_of({"other": Other})
