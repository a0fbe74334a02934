"""What a plan rests on: votes, figures, caveats, sources; rows of ``reports/content.py``."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from model.domain import Basis
from reports.told import Number


@dataclass(frozen=True)
class RestTold:
    """A vote that is open, or a condition that is not certain, with what rests on it.

    Attributes:
        name: id of the caveat, or name of the condition.
        status: ``pending``, or ``holds`` for a condition.
        month: from when the vote is taken to cover; None for a condition.
        share: of what is covered.
        lost: by how much the coverage index falls where it fails and the rest of the plan stays as
            it is; a new plan may lose less.
        tours, units, lines: what rests on it.
    """

    name: str
    what: str
    status: str
    month: int | None
    probability: float
    share: float
    lost: float
    tours: int
    units: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class BasisTold:
    """On what figures a role, or ``all``, rests.

    Attributes:
        supply: shares of what is covered, by the basis of the offers' number of units.
        demand: shares of the weighted demand, by the basis of the lines' figures.
    """

    role: str
    supply: dict[Basis, float]
    demand: dict[Basis, float]


@dataclass(frozen=True)
class SwingRow:
    """The best plan where assumed figures are off.

    Attributes:
        what: in words.
        change: by what share the figures are off, such as -0.2.
        tiers: value of each tier that was solved, by name.
        proven: whether all of them are.
        index: the coverage index of the plan found.
        proof: in words.
    """

    what: str
    change: float
    tiers: dict[str, float]
    index: float
    proven: bool
    proof: str


@dataclass(frozen=True)
class Swing:
    """How the answer moves where assumed figures are off, each row a plan solved anew."""

    share: float
    rows: tuple[SwingRow, ...]


@dataclass(frozen=True)
class Card:
    """A caveat in words.

    Attributes:
        nations: names of those bound.
        states: such as active, pending, expired; most telling first.
        gaps: how many gaps name it as a reason.
        weight: the weight of these gaps, as tier ``shortfall`` counts it.
        lines: the lines it keeps offers from.
        share: of what is covered, that rests on it (a vote, or a condition it requires).
    """

    caveat: str
    nations: str
    codes: tuple[str, ...]
    kind: str
    states: tuple[str, ...]
    sentence: str
    text: str
    authority: str
    source: str
    as_of: datetime.date | None
    expires: datetime.date | None
    red_line: bool
    ask_cost: Number
    releasable_to: tuple[str, ...]
    gaps: int
    weight: float
    lines: tuple[str, ...]
    share: float

    @property
    def costs(self) -> bool:
        """Whether it forbids a possible assignment or holds a gap open."""
        return bool(self.gaps or self.lines)


@dataclass(frozen=True)
class ScenarioTold:
    """A what-if on top of the case, in the order in which they are stacked."""

    name: str
    title: str


@dataclass(frozen=True)
class SourceTold:
    """A source and what rests on it: ids of lines, offers and caveats."""

    text: str
    lines: tuple[str, ...]
    offers: tuple[str, ...]
    caveats: tuple[str, ...]
