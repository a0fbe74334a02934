"""The tables of a run as rows, and as CSV that a spreadsheet opens without surprises.

Numbers are not rounded: a whole number is written without a point (``3``), any other as the
shortest decimal that reads back as the same float. Lists are separated by blanks. A text that a
spreadsheet could take for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from model.case import Case
from model.plan import Plan
from reports.cells import Cells
from reports.shape import PlanFile, number

Cell = str | int | float | Fraction
_FORMULA = tuple("=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}") + tuple(
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)

ASSIGNMENTS = (
    "offer", "nation", "line", "role", "capability", "area",
    "units", "personnel", "from", "until", "conditional_on",
)  # fmt: skip
COVERAGE = ("line", "role", "month", "minimum", "target", "covered", "shortfall", "state")
GAPS = (
    "line", "role", "from", "until", "minimum", "target",
    "covered", "shortfall", "state", "reason", "caveats", "offers",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table of a run: the name of its file, its columns, its rows as they are written."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def csv(self) -> str:
        """Return the table as CSV with a header, commas and line feeds."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()


def tables(plan: Plan, cells: Cells, told: PlanFile) -> tuple[Table, ...]:
    """Return the three tables of a run; the gaps are those that ``plan.json`` tells."""
    return assignments(plan), coverage(plan.case, cells), gaps(plan.case, told)


def assignments(plan: Plan) -> Table:
    """Return who stands where, and from when until when."""
    rows = [
        (
            tour.assignment.offer.offer,
            tour.assignment.offer.nation,
            tour.assignment.line.line,
            tour.assignment.line.role,
            tour.assignment.offer.capability,
            tour.assignment.area,
            tour.units,
            tour.personnel,
            tour.assignment.start,
            tour.assignment.end,
            " ".join(rest.name for rest in tour.rests),
        )
        for tour in plan.tours
    ]
    return Table("assignments.csv", ASSIGNMENTS, _written(rows))


def coverage(case: Case, cells: Cells) -> Table:
    """Return every demanded month of every line."""
    rows = [
        (
            line.line,
            line.role,
            month,
            line.minimum,
            line.target,
            each.covered,
            each.shortfall,
            each.state,
        )
        for line in case.lines
        for month, each in cells[line.line].items()
    ]
    return Table("coverage.csv", COVERAGE, _written(rows))


def gaps(case: Case, told: PlanFile) -> Table:
    """Return every gap with its reasons, each after its kind, as ``plan.json`` tells them."""
    rows = [
        (
            gap.line,
            case.line_by_id[gap.line].role if gap.line in case.line_by_id else "",
            gap.from_,
            gap.until,
            gap.minimum,
            gap.target,
            gap.covered,
            gap.shortfall,
            gap.state,
            "; ".join(f"{reason.kind}: {reason.text}" for reason in gap.reasons),
            _listed(name for reason in gap.reasons for name in reason.caveats),
            _listed(name for reason in gap.reasons for name in reason.offers),
        )
        for gap in told.gaps
    ]
    return Table("gaps.csv", GAPS, _written(rows))


def could_run(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula."""
    return text[:1] in ("\t", "\r") or text.lstrip().startswith(_FORMULA)


def cell(value: Cell) -> str:
    """Return the value as a CSV cell, text that could start a formula neutralised."""
    if not isinstance(value, str):
        return str(number(value))
    return f"'{value}" if could_run(value) else value


def _written(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(cell(value) for value in row) for row in rows)


def _listed(names: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(names))
