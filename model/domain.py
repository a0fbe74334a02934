"""The nouns of force generation. No solver, no files.

Months are whole numbers from 1; ranges include both ends. Names of fields are those of the case
format, so that a fault can name the column or the YAML path.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal, TypeGuard, get_args

from pydantic import Field, model_validator

from model.fields import (
    Date,
    Entry,
    Exact,
    Name,
    Positive,
    PositiveExact,
    Priority,
    Share,
    Text,
    Truth,
    Whole,
    refuse,
)

HQ = "hq"
HQ_NEXT = "hq_next"
ROLES = ("land", "air", "sea", "training", "hub")

Basis = Literal["reported", "inferred", "assumed"]
Tier = Literal["critical", "shortfall", "conditional", "burden", "change", "personnel"]
Stage = Literal["pins", "coverage", "weighted", "shared"] | Tier
"""What is minimised in turn: pins that are not kept come before every tier. ``coverage`` is tier
``shortfall`` without what rules add, ``weighted`` the sum of two tiers, ``shared`` what a plan has
in common with others."""


def is_tier(stage: Stage) -> TypeGuard[Tier]:
    """Whether what is minimised is a tier of a case."""
    return stage in get_args(Tier)


Pending = Literal["granted", "refused"]


class Offer(Entry):
    """Identical units that one nation offers: a row of ``capabilities.csv``."""

    offer: Name
    nation: Name
    capability: Name
    units: Positive
    personnel: Whole
    available_from: Positive = 1
    available_until: Positive | None = None
    notice_days: Whole = 0
    tour: Positive | None = None
    dwell: Whole | None = None
    basis: Basis
    source: Text = ""
    as_of: Date | None = None
    note: Text = ""

    @model_validator(mode="after")
    def _range(self) -> Offer:
        if self.available_until is not None and self.available_from > self.available_until:
            raise refuse(
                f"available_from {self.available_from} is after available_until "
                f"{self.available_until}",
                "allowed: available_from at or before available_until",
                "available_from",
                "available_until",
            )
        return self

    @property
    def first_month(self) -> int:
        """First month in which the units can be in place, notice included."""
        return max(self.available_from, 1 + self.notice_days // 30)


class Line(Entry):
    """One entry of the statement of requirements: a row of ``requirements.csv``."""

    line: Name
    title: Text = ""
    role: Name
    capability: Name
    area: Name
    elsewhere: tuple[tuple[str, Fraction], ...] = ()
    minimum: Exact
    target: PositiveExact
    from_: Positive = Field(default=1, alias="from")
    until: Positive | None = None
    priority: Priority = 2
    max_nations: Positive | None = None
    basis: Basis
    source: Text = ""
    note: Text = ""

    @model_validator(mode="after")
    def _ranges(self) -> Line:
        if self.until is not None and self.from_ > self.until:
            raise refuse(
                f"from {self.from_} is after until {self.until}",
                "allowed: from at or before until",
                "from",
                "until",
            )
        if self.minimum > self.target:
            raise refuse(
                f"minimum {float(self.minimum):g} is above target {float(self.target):g}",
                "allowed: 0 <= minimum <= target",
                "minimum",
                "target",
            )
        return self


class Calendar(Entry):
    """The horizon, in months, and the grid on which tours start."""

    months: Positive
    c_day: Date | None = None
    rotation_step: Positive = 3

    @model_validator(mode="after")
    def _short(self) -> Calendar:
        if self.months > 600:
            raise refuse(f"months {self.months} is too long a horizon", "allowed: 1 to 600 months")
        return self


class Defaults(Entry):
    """What a blank ``tour`` or ``dwell`` of an offer means, in months."""

    tour: Positive = 6
    dwell: Whole = 12


class Area(Entry):
    """A place; what binds an area binds every area within it."""

    within: Name | None = None
    title: Text | None = None


class Seat(Entry):
    """Where the headquarters is for so many months."""

    area: Name
    months: Positive


class Headquarters(Entry):
    """The seats of the headquarters, in order and over again, and its advance party's lead."""

    seats: tuple[Seat, ...]
    advance_months: Whole = 1

    @model_validator(mode="after")
    def _seated(self) -> Headquarters:
        if not self.seats:
            raise refuse("seats is an empty list", "allowed: at least one {area, months}")
        return self


class Capability(Entry):
    """What a unit can do. The role only groups offers in reports."""

    title: Text | None = None
    role: Name | None = None


class Substitution(Entry):
    """A unit of ``offered`` covers ``rate`` of a unit of ``serves``."""

    offered: Name
    serves: Name
    rate: PositiveExact


class Nation(Entry):
    """A nation's name and its agreed share of the burden (any positive scale)."""

    name: Text | None = None
    share_key: PositiveExact | None = None


class Condition(Entry):
    """A state of the world on which caveats rest."""

    title: Text | None = None
    holds: Truth = True
    probability: Share = Fraction(1)


@dataclass(frozen=True)
class Assignment:
    """Units of an offer that begin a tour on a line in month ``start``: one possible decision.

    Attributes:
        area: the code the line or its ``elsewhere`` names; ``hq`` stays ``hq``.
        end: last month in place.
        busy_until: last month of the rest after the tour; may lie beyond the horizon.
        places: the real area of each month from ``start`` to ``end``, ``hq`` resolved.
        rate: what one unit adds to the line's coverage.
    """

    offer: Offer
    line: Line
    area: str
    start: int
    end: int
    busy_until: int
    places: tuple[str, ...]
    rate: Fraction

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What names the decision: offer, line, area, start month."""
        return (self.offer.offer, self.line.line, self.area, self.start)

    @cached_property
    def months(self) -> range:
        """The months in place."""
        return range(self.start, self.end + 1)

    @property
    def substituted(self) -> bool:
        """Whether the unit stands in for another capability."""
        return self.offer.capability != self.line.capability


@dataclass(frozen=True)
class Scenario:
    """A what-if on top of a case.

    Attributes:
        path: where its file lies, if not among the scenarios of the case.
    """

    name: str
    title: str = ""
    path: str = ""


@dataclass(frozen=True)
class Pin:
    """At least so many units of an offer begin a tour on a line in month ``start``.

    Attributes:
        area: from where the line is served; None: from anywhere.
        scenario: name of the scenario that asks for it.
    """

    offer: str
    line: str
    start: int
    units: int
    area: str | None = None
    scenario: str = ""

    def means(self, assignment: Assignment) -> bool:
        """Whether units that begin this assignment are what the pin asks for."""
        return (
            assignment.offer.offer == self.offer
            and assignment.line.line == self.line
            and assignment.start == self.start
            and self.area in (None, assignment.area)
        )

    def __str__(self) -> str:
        """Name the pin in a sentence."""
        there = f" in {self.area}" if self.area else ""
        return f"pin {self.offer} on {self.line}{there} from {self.start}"


@dataclass(frozen=True)
class Forbid:
    """No unit of an offer serves a line; without a line, none at all.

    Attributes:
        scenario: name of the scenario that asks for it.
    """

    offer: str
    line: str | None = None
    scenario: str = ""

    @property
    def gate(self) -> str:
        """What closes an assignment because of it; no caveat can have such an id."""
        return f"a forbid of scenario {self.scenario}"


@dataclass(frozen=True)
class Rest:
    """What an assignment rests on: a pending vote (by caveat id) or a condition (by name)."""

    name: str
    probability: Fraction

    def __hash__(self) -> int:
        return hash(self.name)  # a fraction's own takes a modular inverse each time


@lru_cache(maxsize=4096)
def certainty(rests: tuple[Rest, ...]) -> Fraction:
    """Return the probability that all of them come true, taken as independent."""
    product = Fraction(1)
    for rest in rests:
        product *= rest.probability
    return product


@dataclass(frozen=True)
class Stay:
    """Units of an offer that are in place on a line from ``first`` to ``last``: a plan to keep."""

    offer: str
    line: str
    first: int
    last: int
    units: int


@dataclass(frozen=True)
class Settings:
    """Choices of a run that change what the case means.

    Attributes:
        pending: whether votes that are pending count as granted or as refused.
        today: the day against which ``expires`` is held, for warnings only.
        keep: what stands where in the plan that tier ``change`` compares with; None: no such plan.
    """

    pending: Pending = "granted"
    today: datetime.date = datetime.date.min
    keep: tuple[Stay, ...] | None = None
