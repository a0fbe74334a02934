"""The tables of a report: which columns each can have, and which it shows if nobody says else.

The same columns stand in every format that has tables; their names are stable, so that a staff can
list those it wants (``docs/templates.md``).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from reports import words
from reports.content import Content

Kind = Literal["text", "name", "number", "share", "date"]
Value = str | int | float | datetime.date | None


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: as a list of columns names it; stable.
        heading: what stands above it.
        of: its value in a row.
        kind: how it is shown; ``share`` lies between 0 and 1 and is shown in percent, a ``name`` is
            short and not broken over lines.
        usual: whether it is shown where nobody says else.
    """

    name: str
    heading: str
    of: Callable[[Any], Value]
    kind: Kind = "text"
    usual: bool = True

    def text(self, row: Any) -> str:
        """Return what stands in the cell."""
        return shown(self.of(row), self.kind)


@dataclass(frozen=True)
class TableOf:
    """A table of a report.

    Attributes:
        name: as a list of columns names it.
        rows: of a content, the rows that its columns know.
        columns: all that it can have; the first names the row.
    """

    name: str
    rows: Callable[[Content], Sequence[Any]]
    columns: tuple[Column, ...]

    @property
    def usual(self) -> tuple[Column, ...]:
        """The columns that are shown where nobody says else."""
        return tuple(column for column in self.columns if column.usual)


def shown(value: Value, kind: Kind) -> str:
    """Return a value as text: shares in percent without the sign, amounts with two decimals."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    return words.percentage(value) if kind == "share" else words.amount(value)


def _joined(name: str, row: Any) -> str:
    return ", ".join(getattr(row, name))


def _own(name: str, row: Any) -> Value:
    value: Value = getattr(row, name)
    return value


def _column(
    name: str,
    heading: str,
    kind: Kind = "text",
    *,
    of: Callable[[Any], Value] | None = None,
    joined: bool = False,
    usual: bool = True,
) -> Column:
    return Column(name, heading, of or partial(_joined if joined else _own, name), kind, usual)


def _state(row: Any) -> str:
    states = [cell.state for cell in row.demanded]
    return words.STATES[max(states, key=words.SEVERITY.__getitem__)] if states else "not demanded"


def _months(row: Any) -> str:
    return words.span(row.first, row.last) if row.last else ""


TABLES = {
    each.name: each
    for each in (
        TableOf(
            "lines",
            lambda content: content.lines,
            (
                _column("line", "Line", "name"),
                _column("title", "What"),
                _column("role", "Role", "name"),
                _column("area", "Where"),
                _column("capability", "Capability", usual=False),
                _column("priority", "Priority", "number"),
                _column("minimum", "Minimum", "number"),
                _column("target", "Target", "number"),
                _column("months", "Months", "name", of=_months),
                _column("index", "Covered, %", "share"),
                _column("missing", "Unit-months missing", "number"),
                _column("state", "Worst state", of=_state),
                _column("max_nations", "Most nations", "number", usual=False),
                _column("basis", "Figures are", "name"),
                _column("source", "Source", usual=False),
                _column("note", "Note", usual=False),
            ),
        ),
        TableOf(
            "gaps",
            lambda content: content.gaps,
            (
                _column("rank", "Rank", "number"),
                _column("line", "Line", "name"),
                _column("title", "What"),
                _column("role", "Role", "name", usual=False),
                _column("priority", "Priority", "number"),
                _column("months", "Months", "name", of=_months),
                _column("covered", "Covered", "number", usual=False),
                _column("target", "Target", "number"),
                _column("minimum", "Minimum", "number", usual=False),
                _column("shortfall", "Missing", "number"),
                _column("state", "State", of=lambda gap: words.STATES[gap.state]),
                _column("weight", "Weight", "number", usual=False),
                _column(
                    "reasons",
                    "Reasons",
                    of=lambda gap: " ".join(reason.in_words for reason in gap.reasons),
                ),
                _column(
                    "asks",
                    "Whom to ask",
                    of=lambda gap: "; ".join(ask.in_words for ask in gap.asks),
                    usual=False,
                ),
            ),
        ),
        TableOf(
            "nations",
            lambda content: content.nations,
            (
                _column("name", "Nation"),
                _column("code", "Code", "name", usual=False),
                _column("offered", "Units offered", "number"),
                _column("units", "Most units at once", "number"),
                _column("people", "Most people at once", "number"),
                _column("people_months", "Person-months", "number"),
                _column("share", "Share, %", "share"),
                _column("key", "Agreed share, %", "share", usual=False),
                _column("months", "Months", "name", of=_months),
                _column("roles", "Roles", joined=True),
                _column("named", "Gaps with its caveats among the reasons", "number"),
                _column("cost", "Weight of these gaps", "number"),
                _column("caveats", "Caveats", joined=True, usual=False),
            ),
        ),
        TableOf(
            "tours",
            lambda content: content.tours,
            (
                _column("offer", "Offer", "name"),
                _column("nation", "Nation", "name"),
                _column("line", "Line", "name"),
                _column("title", "What", usual=False),
                _column("role", "Role", "name", usual=False),
                _column("capability", "Capability", of=lambda tour: tour.capability_title),
                _column("areas", "Where", joined=True),
                _column("units", "Units", "number"),
                _column("people", "People", "number"),
                _column("first", "From", "number"),
                _column("last", "Until", "number"),
                _column("counts", "Counts", "number"),
                _column("rests", "Rests on", joined=True),
                _column("basis", "Figures are", "name", usual=False),
            ),
        ),
        TableOf(
            "unused",
            lambda content: content.unused,
            (
                _column("offer", "Offer", "name"),
                _column("nation", "Nation", "name"),
                _column("capability", "Capability", of=lambda offer: offer.capability_title),
                _column("units", "Units offered", "number"),
                _column("spare", "Never used", "number"),
                _column(
                    "grounds",
                    "Why",
                    of=lambda offer: " ".join(each.in_words for each in offer.grounds),
                ),
                _column("basis", "Figures are", "name", usual=False),
            ),
        ),
        TableOf(
            "rests",
            lambda content: content.rests,
            (
                _column("name", "Vote or condition", "name"),
                _column("what", "What it is"),
                _column("month", "From month", "number"),
                _column("probability", "Probability, %", "share"),
                _column("share", "Of what is covered, %", "share"),
                _column("lost", "Coverage lost if it fails, points", "share"),
                _column("units", "Units in tours", "number"),
                _column("lines", "Lines", joined=True),
            ),
        ),
        TableOf(
            "caveats",
            lambda content: content.cards,
            (
                _column("caveat", "Caveat", "name"),
                _column("nations", "Nations"),
                _column("kind", "Kind", "name"),
                _column("states", "State", joined=True),
                _column("sentence", "In words"),
                _column("gaps", "Gaps", "number"),
                _column("weight", "Weight of these gaps", "number"),
                _column("lines", "Keeps offers from", joined=True),
                _column("authority", "Owner"),
                _column("ask_cost", "Ask cost", "number"),
                _column("red_line", "Red line", of=lambda card: "yes" if card.red_line else ""),
                _column("as_of", "As of", "date"),
                _column("expires", "Expires", "date"),
                _column("source", "Source"),
            ),
        ),
    )
}
"""The tables whose columns can be chosen, by name."""
