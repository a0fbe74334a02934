"""The gap report as plain values: worked out once, told alike in every format.

Nothing here knows a format, a file or a clock. Texts of the case stand as ``words.plain`` leaves
them, on one line and without control characters; each format escapes them its own way. Months are
numbers from 1 and ranges hold both ends; amounts are units, shares lie between 0 and 1.
``reports/gathered.py`` fills it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from reports.grounds import BasisTold, Card, RestTold, ScenarioTold, SourceTold, Swing
from reports.rows import WORST, Origin, Period
from reports.told import (
    AreaTold,
    GapTold,
    LeadTold,
    LineTold,
    Month,
    NationTold,
    Number,
    RoleTold,
    StayTold,
    TierTold,
    TourTold,
    UnusedTold,
)


@dataclass(frozen=True)
class RoleShift:
    """Coverage of a role, or of ``all``, in the baseline and now."""

    role: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class GapShiftTold:
    """Months of a line that miss more, or less, than in the baseline."""

    line: str
    title: str
    first: int
    last: int
    when: str
    before: Number
    after: Number
    what: str


@dataclass(frozen=True)
class MovedTold:
    """Units of an offer that begin fewer or more tours of one sort than in the baseline."""

    offer: str
    line: str
    area: str
    first: int
    units: int


@dataclass(frozen=True)
class Changes:
    """What is different from a baseline.

    Attributes:
        run, scenario: which run the baseline is, and what it is of; empty for the case as it is.
        status: what was proven of it.
        index, gap_lines, gap_lines_first: the headline numbers of the baseline.
        better, worse: line-months that miss less, or more.
        inputs: what was read or asked for differently, in words.
        now_binding, no_longer_binding: caveats named as a reason of some gap in one run only.
    """

    run: str
    scenario: str
    status: str
    index: float
    gap_lines: int
    gap_lines_first: int
    better: int
    worse: int
    inputs: tuple[str, ...]
    roles: tuple[RoleShift, ...]
    gaps: tuple[GapShiftTold, ...]
    moved: tuple[MovedTold, ...]
    now_binding: tuple[str, ...]
    no_longer_binding: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """All that the gap report says.

    Attributes:
        title: name of the force.
        classification: the marking on top and at the bottom; empty where the case gives none.
        unproven: what stands on every page of a plan that is not proven; empty for one that is.
        index: coverage index of the whole force.
        demanded, gap_lines, gap_lines_first: lines with demand, with a gap, and of priority 1.
        rests_on: on what the coverage rests, in sentences.
        span: what a period is, such as ``quarter``.
        roles: those with demand, and ``all`` last.
        lines: roles together, in the order of the case.
        gaps: all, worst first.
        nations: all that offer something, who gives most first.
        unused: offers with units that are never used, those wholly unused first.
        assumed: the roles and ``all`` last.
        areas: every place of the case.
        shown: the month that pictures of one month show.
        swing: None where it was not asked for.
        cards: every caveat, those named by most gaps first.
        warnings: what is odd in the case; events: what the solver was caught at.
        changes: None without a baseline.
    """

    title: str
    classification: str
    status: str
    status_words: str
    unproven: str
    scenario: str
    scenarios: tuple[ScenarioTold, ...]
    pins: tuple[str, ...]
    origin: Origin
    c_day: datetime.date | None
    index: float
    demanded: int
    gap_lines: int
    gap_lines_first: int
    gap_count: str
    rests_on: tuple[str, ...]
    tiers: tuple[TierTold, ...]
    months: tuple[Month, ...]
    span: str
    periods: tuple[Period, ...]
    roles: tuple[RoleTold, ...]
    lines: tuple[LineTold, ...]
    gaps: tuple[GapTold, ...]
    nations: tuple[NationTold, ...]
    stays: tuple[StayTold, ...]
    leads: tuple[LeadTold, ...]
    tours: tuple[TourTold, ...]
    unused: tuple[UnusedTold, ...]
    areas: tuple[AreaTold, ...]
    shown: int
    rests: tuple[RestTold, ...]
    assumed: tuple[BasisTold, ...]
    swing: Swing | None
    cards: tuple[Card, ...]
    sources: tuple[SourceTold, ...]
    warnings: tuple[str, ...]
    events: tuple[str, ...]
    changes: Changes | None

    @property
    def marks(self) -> tuple[str, ...]:
        """What every product carries: what is not proven, the marking, and of which run it is."""
        named = f"Run {self.origin.run}, input hash {self.origin.input_hash}"
        return tuple(each for each in (self.unproven, self.classification, named) if each)

    @property
    def worst(self) -> Sequence[GapTold]:
        """The ten worst gaps."""
        return self.gaps[:WORST]

    @property
    def whole(self) -> RoleTold:
        """The coverage of the whole force."""
        return self.roles[-1]

    @property
    def moves(self) -> tuple[int, ...]:
        """The months in which the headquarters moves."""
        return tuple(month.number for month in self.months if month.moves)
