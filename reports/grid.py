"""The picture of missing units, as columns and cells: a month each, or longer on a long horizon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from reports import words
from reports.content import Content
from reports.rows import Period
from reports.told import Cell, LineTold

MONTHS = 60
"""The longest horizon of which every month has a column."""


def columns(content: Content) -> tuple[Period, ...]:
    """Return the columns: the months, or on a horizon beyond ``MONTHS`` the periods."""
    if len(content.months) > MONTHS:
        return content.periods
    return tuple(Period(month.number, month.number) for month in content.months)


def cells(line: LineTold, over: Sequence[Period]) -> list[Cell | None]:
    """Return a cell per column: of several months the worst state, and the most that is missing."""
    if len(over) == len(line.cells):
        return list(line.cells)
    return [_worst(line.cells[column.first - 1 : column.last]) for column in over]


def _worst(several: Iterable[Cell | None]) -> Cell | None:
    there = [each for each in several if each is not None]
    if not there:
        return None
    befores = [each.before for each in there if each.before is not None]
    return Cell(
        there[0].month,
        min(each.covered for each in there),
        max(each.missing for each in there),
        there[0].target,
        max((each.state for each in there), key=words.SEVERITY.__getitem__),
        max(befores, default=None),
    )


def by_role(content: Content) -> list[tuple[str, list[LineTold]]]:
    """Return the lines that are demanded, by role."""
    there = [line for line in content.lines if line.last]
    return [(role, list(lines)) for role, lines in groupby(there, key=lambda line: line.role)]


def moved(content: Content, column: Period) -> bool:
    """Whether the headquarters moves in the column, so that a rule line stands before it."""
    return any(month in column for month in content.moves)


def below_minimum(line: LineTold, cell: Cell) -> bool:
    """Whether the minimum is missed too."""
    return cell.covered < line.minimum
