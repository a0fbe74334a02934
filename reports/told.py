"""Who is where when, and what is missing: the rows of the content, see ``reports/content.py``."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from model.domain import Basis
from model.obstacles import ReasonKind
from model.plan import State
from model.unused import GroundKind
from reports.rows import Mark
from reports.words import few

Number = int | float


@dataclass(frozen=True)
class Month:
    """A month of the horizon.

    Attributes:
        name: such as ``Nov 2026``; empty where the case gives C-day no date.
        begins: its first day, where C-day has a date.
        seat: title of the place of the headquarters; empty where the case has none.
        moves: whether the headquarters is elsewhere than the month before.
    """

    number: int
    name: str
    begins: datetime.date | None
    seat: str
    moves: bool


@dataclass(frozen=True)
class TierTold:
    """A tier of the plan and what is proven of it.

    Attributes:
        proof: in words.
        before: its value in the baseline; None without one, or where that had no such tier.
    """

    name: str
    counts: str
    value: float
    bound: float
    proven: bool
    proof: str
    before: float | None = None


@dataclass(frozen=True)
class Cell:
    """A line in a month in which it is demanded.

    Attributes:
        before: units missing in the baseline; None without one, or where it was not demanded there.
    """

    month: int
    covered: Number
    missing: Number
    target: Number
    state: State
    before: Number | None = None

    @property
    def share(self) -> float:
        """The share of the target that is missing."""
        return self.missing / self.target

    @property
    def shift(self) -> Literal["", "better", "worse"]:
        """How it moved from the baseline."""
        if self.before is None or self.before == self.missing:
            return ""
        return "better" if self.missing < self.before else "worse"


@dataclass(frozen=True)
class LineTold:
    """A requirement line with its state over time.

    Attributes:
        area: title of the place, elsewhere too with the rate at which a unit there counts.
        first, last: months in which it is demanded at all; 0 where it never is.
        index: its coverage index.
        missing: unit-months missing to the target.
        cells: one per month of the horizon; None where it is not demanded.
        marks: one per period, its worst state; None where it is not demanded.
    """

    line: str
    title: str
    role: str
    capability: str
    area: str
    minimum: Number
    target: Number
    first: int
    last: int
    priority: int
    max_nations: int | None
    basis: Basis
    source: str
    note: str
    index: float
    missing: Number
    cells: tuple[Cell | None, ...]
    marks: tuple[Mark | None, ...]

    @property
    def demanded(self) -> tuple[Cell, ...]:
        """The months in which it is demanded."""
        return tuple(cell for cell in self.cells if cell is not None)

    @property
    def gap(self) -> bool:
        """Whether it misses its target in some month."""
        return bool(self.missing)


@dataclass(frozen=True)
class RoleTold:
    """The coverage index of a role, or of ``all``, over time; None where nothing is demanded.

    Attributes:
        gaps, gaps_first: how many of its lines have a gap, and how many of those are priority 1.
        missing: unit-months missing to targets.
        before, before_by_period, before_by_month: the same of the baseline, empty without one.
    """

    role: str
    lines: int
    gaps: int
    gaps_first: int
    missing: Number
    index: float
    by_period: tuple[float | None, ...]
    by_month: tuple[float | None, ...]
    before: float | None = None
    before_by_period: tuple[float | None, ...] = ()
    before_by_month: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class ReasonTold:
    """One thing that holds a gap open.

    Attributes:
        label: the kind in words.
    """

    kind: ReasonKind
    label: str
    text: str
    caveats: tuple[str, ...]
    offers: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """The text, with the caveats by id."""
        return f"{self.text} ({', '.join(self.caveats)})" if self.caveats else self.text


@dataclass(frozen=True)
class AskTold:
    """A caveat that is named as a reason of a gap, and may be asked to be lifted.

    Attributes:
        nations: names of those bound.
        authority: who can lift it, as far as the case says.
        cost: how hard it is to ask.
    """

    caveat: str
    nations: str
    sentence: str
    authority: str
    cost: Number

    @property
    def in_words(self) -> str:
        """Whom to ask for what."""
        who = f"{self.nations} ({self.authority})" if self.authority else self.nations
        return f"{who} to lift {self.caveat}"


@dataclass(frozen=True)
class GapTold:
    """Consecutive months of a line that miss its target alike.

    Attributes:
        rank: 1 for what weighs most.
        when: its months in words.
        facts: what is missing, in words.
        weight: priority weight x shortfall / target, summed over the months, as tier ``shortfall``
            counts it.
        asks: the negotiable caveats among its reasons. Whether lifting them closes the gap is not
            said here: ``asks --goal LINE=1`` proves which sets do.
    """

    rank: int
    line: str
    title: str
    role: str
    priority: int
    first: int
    last: int
    when: str
    covered: Number
    target: Number
    minimum: Number
    shortfall: Number
    state: State
    facts: str
    weight: float
    reasons: tuple[ReasonTold, ...]
    asks: tuple[AskTold, ...]


@dataclass(frozen=True)
class NationTold:
    """What a nation offers and gives, and where its caveats stand in the way.

    Attributes:
        offered: units offered.
        units, people: most in place at once.
        people_months: over the horizon.
        share: of the person-months of all nations.
        key: its share among the nations that have an agreed ``share_key``; None without one.
        first, last: first and last month with something in place; 0 where there is none.
        units_by_month, people_by_month: one number per month of the horizon.
        roles: the roles in which it has something in place.
        caveats: ids of its active caveats.
        named: gaps of which one of these is a reason.
        cost: the weight of these gaps, as tier ``shortfall`` counts it. A gap can be named for
            several nations, and lifting a caveat need not close it: ``prices`` proves what it does.
    """

    code: str
    name: str
    offered: int
    units: int
    people: int
    people_months: int
    share: float
    key: float | None
    first: int
    last: int
    units_by_month: tuple[int, ...]
    people_by_month: tuple[int, ...]
    roles: tuple[str, ...]
    caveats: tuple[str, ...]
    named: int
    cost: float


@dataclass(frozen=True)
class StayTold:
    """Months in which the headquarters is in one place."""

    area: str
    title: str
    first: int
    last: int
    when: str


@dataclass(frozen=True)
class AreaTold:
    """A place of the case; ``within`` is the code of the place around it, empty where none is."""

    code: str
    title: str
    within: str


@dataclass(frozen=True)
class LeadTold:
    """Who leads a role for a term; nobody (empty ``nation``) where there is a vacancy."""

    role: str
    nation: str
    name: str
    first: int
    last: int
    when: str


@dataclass(frozen=True)
class TourTold:
    """Units that do a tour.

    Attributes:
        area, areas: code of the area it is served from, as the case names it, and the titles of the
            real places in the order in which the units are there (a headquarters moves).
        places: code of the real place, one per month from ``first`` to ``last``.
        people: of all its units.
        counts: what all its units add to the line's coverage.
        rests: ids of the votes and names of the conditions it rests on.
        substituted: whether it stands in for another capability.
    """

    offer: str
    nation: str
    nation_name: str
    line: str
    title: str
    role: str
    capability: str
    capability_title: str
    area: str
    areas: tuple[str, ...]
    places: tuple[str, ...]
    units: int
    people: int
    first: int
    last: int
    counts: Number
    rests: tuple[str, ...]
    substituted: bool
    basis: Basis


@dataclass(frozen=True)
class GroundTold:
    """One thing that keeps units away that are never used.

    Attributes:
        label: the kind in words.
        lines: the lines that it keeps them from; none where no line asks for them.
    """

    kind: GroundKind
    label: str
    lines: tuple[str, ...]
    text: str
    caveats: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """The text, with the lines before it and the caveats by id after it."""
        where = f"{few(self.lines)}: " if self.lines else ""
        return where + self.text + (f" ({', '.join(self.caveats)})" if self.caveats else "")


@dataclass(frozen=True)
class UnusedTold:
    """An offer of which some units are never used: neither in place nor at rest between tours.

    Attributes:
        units: as many as are offered.
        spare: how many of them are never used.
    """

    offer: str
    nation: str
    nation_name: str
    capability: str
    capability_title: str
    units: int
    spare: int
    basis: Basis
    grounds: tuple[GroundTold, ...]
