"""The tables of ``report.xlsx``: sheets, columns and rows of a content, without the workbook.

Names of sheets and columns are stable, ``docs/workbook.md`` lists them. *Assignments* and *Gaps*
begin with the columns of the CSV files of a run, under the same names; what ``coverage.csv`` says
stands on *Missing*, *Covered*, *States* and *Lines*, where months are columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any

from model.domain import Basis
from reports import words
from reports.columns import TABLES, Column, Kind, Value
from reports.content import Content
from reports.told import GapTold, LineTold, RoleTold

BASES: tuple[Basis, ...] = ("reported", "inferred", "assumed")


@dataclass(frozen=True)
class Sheet:
    """A sheet with one table.

    Attributes:
        name: of the sheet, and what a link names.
        title: what it is.
        said: how it is read, in a sentence.
        columns: the first names the row.
        rows: what the columns know.
    """

    name: str
    title: str
    said: str
    columns: tuple[Column, ...]
    rows: Sequence[Any]


def sheets(content: Content) -> list[Sheet]:
    """Return every sheet that a content has; an empty table has none."""
    every = (
        _missing(content),
        _roles(content),
        _tiers(content),
        _gaps(content),
        _of("Lines", "Every requirement line", "lines", content),
        _months(content, "Covered", "Units covered by line and month", "covered", "number"),
        _months(content, "States", "State by line and month", "state", "name"),
        _assignments(content),
        _of("Nations", "What each nation gives, and what its caveats cost", "nations", content),
        _of("Unused", "Offers with units that are never used", "unused", content),
        _people(content),
        _headquarters(content),
        _of("Votes", "What rests on votes and conditions", "rests", content),
        _assumed(content),
        _swing(content),
        _of("Caveats", "Every caveat", "caveats", content),
        _changes(content),
        _sources(content),
        _run(content),
    )
    return [sheet for sheet in every if sheet.rows]


def _of(name: str, title: str, table: str, content: Content) -> Sheet:
    """Return a table of the page, with all columns that it can have."""
    its = TABLES[table]
    return Sheet(name, title, "", its.columns, its.rows(content))


def _col(name: str, heading: str, of: Callable[[Any], Value] | str, kind: Kind = "text") -> Column:
    return Column(name, heading, attrgetter(of) if isinstance(of, str) else of, kind)


def _begins(content: Content, month: int) -> Value:
    return content.months[month - 1].begins if month else None


def _by_month(content: Content, of: Callable[[Any, int], Value], kind: Kind) -> Iterator[Column]:
    """Return a column for each month; ``of`` takes the row and the index of the month."""
    for i, month in enumerate(content.months):
        heading = month.name or str(month.number)
        yield Column(f"m{month.number}", heading, partial(_at, of, i), kind)


def _at(of: Callable[[Any, int], Value], index: int, row: Any) -> Value:
    return of(row, index)


# Lines and months


def _missing(content: Content) -> Sheet:
    def missing(line: LineTold, index: int) -> Value:
        cell = line.cells[index]
        return None if cell is None else cell.missing

    columns = (
        _col("line", "Line", "line", "name"),
        _col("title", "What", "title"),
        _col("role", "Role", "role", "name"),
        _col("priority", "Priority", "priority", "number"),
        _col("target", "Target", "target", "number"),
        *_by_month(content, missing, "number"),
    )
    said = (
        "Units missing to the target. Pale: filled; dot: conditional; stroke: with substitutes. "
        "The darker, the more is missing; a frame: below the minimum. Blank: not demanded."
    )
    lines = [line for line in content.lines if line.last]
    return Sheet("Missing", "Missing units by line and month", said, columns, lines)


def _months(content: Content, name: str, title: str, of: str, kind: Kind) -> Sheet:
    """Return one fact of every demanded month of every line, a column for each month."""

    def fact(line: LineTold, index: int) -> Value:
        cell = line.cells[index]
        value: Value = None if cell is None else getattr(cell, of)
        return value

    columns = (
        _col("line", "Line", "line", "name"),
        _col("role", "Role", "role", "name"),
        *_by_month(content, fact, kind),
    )
    lines = [line for line in content.lines if line.last]
    return Sheet(name, title, "Blank: not demanded.", columns, lines)


def _roles(content: Content) -> Sheet:
    def covered(role: RoleTold, index: int) -> Value:
        return role.by_month[index]

    columns = (
        _col("role", "Role", "role", "name"),
        _col("lines", "Lines", "lines", "number"),
        _col("gaps", "Lines with a gap", "gaps", "number"),
        _col("gaps_first", "Of them priority 1", "gaps_first", "number"),
        _col("missing", "Unit-months missing", "missing", "number"),
        _col("index", "Coverage index", "index", "share"),
        *([_col("before", "Baseline", "before", "share")] if content.changes else []),
        *_by_month(content, covered, "share"),
    )
    said = "The coverage index over all months, and in each."
    return Sheet("Roles", "Coverage by role and month", said, columns, content.roles)


def _tiers(content: Content) -> Sheet:
    columns = (
        _col("tier", "Tier", "name", "name"),
        _col("counts", "Counts", "counts"),
        _col("value", "Value", "value", "number"),
        _col("bound", "No plan below", "bound", "number"),
        _col("proof", "Proof", "proof"),
        *([_col("before", "Baseline", "before", "number")] if content.changes else []),
    )
    said = "Each tier is the least possible with all earlier ones held."
    return Sheet("Proof", "What is proven", said, columns, content.tiers)


# Gaps and tours


def _gaps(content: Content) -> Sheet:
    def told(gap: GapTold) -> str:
        return "; ".join(f"{reason.kind}: {reason.text}" for reason in gap.reasons)

    def named(what: str, gap: GapTold) -> str:
        each = attrgetter(what)
        return " ".join(dict.fromkeys(chain.from_iterable(map(each, gap.reasons))))

    columns = (
        _col("line", "Line", "line", "name"),
        _col("role", "Role", "role", "name"),
        _col("from", "From month", "first", "number"),
        _col("until", "Until month", "last", "number"),
        _col("minimum", "Minimum", "minimum", "number"),
        _col("target", "Target", "target", "number"),
        _col("covered", "Covered", "covered", "number"),
        _col("shortfall", "Missing", "shortfall", "number"),
        _col("state", "State", "state", "name"),
        _col("reason", "Reasons", told),
        _col("caveats", "Caveats", partial(named, "caveats")),
        _col("offers", "Offers", partial(named, "offers")),
        _col("rank", "Rank", "rank", "number"),
        _col("title", "What", "title"),
        _col("priority", "Priority", "priority", "number"),
        _col("weight", "Weight", "weight", "number"),
        _col("begins", "Begins", lambda gap: _begins(content, gap.first), "date"),
        _col("asks", "Whom to ask", lambda gap: "; ".join(ask.in_words for ask in gap.asks)),
    )
    said = "Consecutive months of a line with one shortfall and one set of reasons, worst first."
    return Sheet("Gaps", "Every gap with its reasons", said, columns, content.gaps)


def _assignments(content: Content) -> Sheet:
    columns = (
        _col("offer", "Offer", "offer", "name"),
        _col("nation", "Nation", "nation", "name"),
        _col("line", "Line", "line", "name"),
        _col("role", "Role", "role", "name"),
        _col("capability", "Capability", "capability", "name"),
        _col("area", "Area", "area", "name"),
        _col("units", "Units", "units", "number"),
        _col("personnel", "People", "people", "number"),
        _col("from", "From month", "first", "number"),
        _col("until", "Until month", "last", "number"),
        _col("conditional_on", "Rests on", lambda tour: " ".join(tour.rests)),
        _col("areas", "Where", lambda tour: ", ".join(tour.areas)),
        _col("counts", "Counts", "counts", "number"),
        _col("begins", "Begins", lambda tour: _begins(content, tour.first), "date"),
        _col("basis", "Figures are", "basis", "name"),
    )
    return Sheet("Assignments", "Who stands where, and when", "", columns, content.tours)


def _people(content: Content) -> Sheet:
    columns = (
        _col("code", "Code", "code", "name"),
        _col("name", "Nation", "name"),
        *_by_month(content, lambda nation, i: nation.people_by_month[i], "number"),
    )
    there = [nation for nation in content.nations if nation.people]
    return Sheet("People", "People in place, by nation and month", "", columns, there)


def _headquarters(content: Content) -> Sheet:
    rows = [
        *(("headquarters", each.title, each.first, each.last) for each in content.stays),
        *((each.role, each.name or "nobody", each.first, each.last) for each in content.leads),
    ]
    columns = (
        _col("what", "Headquarters, or role led", lambda row: row[0], "name"),
        _col("who", "Where, or who", lambda row: row[1]),
        _col("from", "From month", lambda row: row[2], "number"),
        _col("until", "Until month", lambda row: row[3], "number"),
        _col("begins", "Begins", lambda row: _begins(content, row[2]), "date"),
    )
    return Sheet("Headquarters", "Headquarters and lead nations", "", columns, rows)


# What it rests on


def _assumed(content: Content) -> Sheet:
    columns = [_col("role", "Role", "role", "name")]
    for side, heading in (("supply", "Covered"), ("demand", "Demand")):
        for basis in BASES:
            of = partial(lambda side, basis, row: getattr(row, side)[basis], side, basis)
            columns.append(_col(f"{side}_{basis}", f"{heading}, {basis}", of, "share"))
    said = "Shares of what is covered, and of the weighted demand, by what the figures rest on."
    title = "What rests on assumed figures"
    return Sheet("Assumed", title, said, tuple(columns), content.assumed)


def _swing(content: Content) -> Sheet:
    rows = content.swing.rows if content.swing else ()
    columns = [
        _col("what", "What is off", "what"),
        _col("change", "By", "change", "share"),
        _col("index", "Coverage index", "index", "share"),
    ]
    for name in rows[0].tiers if rows else ():
        of = partial(lambda name, row: row.tiers[name], name)
        columns.append(_col(f"tier_{name}", f"Tier {name}", of, "number"))
    columns.append(_col("proof", "Proof", "proof"))
    said = words.SWING.format(words.percent(content.swing.share)) if content.swing else ""
    return Sheet("Swing", "If assumed figures are off", said, tuple(columns), rows)


def _changes(content: Content) -> Sheet:
    changes = content.changes
    columns = (
        _col("line", "Line", "line", "name"),
        _col("title", "What", "title"),
        _col("from", "From month", "first", "number"),
        _col("until", "Until month", "last", "number"),
        _col("before", "Missing before", "before", "number"),
        _col("after", "Missing now", "after", "number"),
        _col("what", "Gap", "what"),
    )
    said = ""
    if changes:
        base = changes.scenario or "the case as it is"
        better = words.count(changes.better, "line-month")
        said = f"Baseline: run {changes.run}, {base}. {better} better, {changes.worse} worse."
    rows = changes.gaps if changes else ()
    return Sheet("Changes", "What is different from the baseline", said, columns, rows)


def _sources(content: Content) -> Sheet:
    def named(what: str, row: Any) -> str:
        return " ".join(getattr(row, what))

    columns = (
        _col("source", "Source", lambda row: row.text or "no source given"),
        *(
            _col(name, name.capitalize(), partial(named, name))
            for name in ("lines", "offers", "caveats")
        ),
    )
    return Sheet("Sources", "Sources, and what rests on them", "", columns, content.sources)


def _run(content: Content) -> Sheet:
    rows = [
        *content.origin.details(),
        ("To repeat it", content.origin.command),
        *(("Scenario", f"{each.name}: {each.title}") for each in content.scenarios),
        *(("Asked of the plan", each) for each in content.pins),
        *(("The solver", each) for each in content.events),
        *(("Warning", each) for each in content.warnings),
    ]
    columns = (
        _col("what", "What", lambda row: row[0], "name"),
        _col("value", "Value", lambda row: row[1]),
    )
    return Sheet("Run", "How the run was made", "", columns, rows)
