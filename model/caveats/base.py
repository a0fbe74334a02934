"""What every caveat is: its fields, whom it binds, and what a kind has to say.

A kind is one file in this folder, named after it, with one class derived from :class:`Caveat`; the
folder is the registry. A kind says four things: which assignments it forbids outright (``blocks``),
which rows it adds to the program (``constrain``), how a finished plan breaks it, month by month
and without the solver (``violations``), and what it means in a sentence (``rule``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from model.domain import Assignment, Line, Offer, Rest, Settings
from model.fields import Date, Entry, Exact, Name, Names, Text, Texts, Truth, Whole, refuse
from model.limits import Limit

if TYPE_CHECKING:
    from model.case import Case


class Scope(Entry):
    """Narrows a caveat: any of each list, all that are given."""

    offers: Names | None = Field(None, description="only these offers")
    capabilities: Names | None = Field(None, description="only offers of these capabilities")
    roles: Names | None = Field(None, description="only lines of these roles")
    lines: Names | None = Field(None, description="only these lines")
    areas: Names | None = Field(None, description="only while in these areas")

    NAMED: ClassVar[dict[str, str]] = {
        "offers": "offer",
        "capabilities": "capability",
        "roles": "role",
        "lines": "line",
        "areas": "area",
    }
    """What each list holds names of."""

    def in_words(self, case: Case) -> str:
        """Say to what the caveat is narrowed; empty where nothing is given."""
        parts = []
        if self.offers:
            parts.append(f"offers {listed(self.offers)}")
        if self.capabilities:
            titles = (case.capability_title(code).lower() for code in self.capabilities)
            parts.append(f"capabilities {listed(titles)}")
        if self.roles:
            parts.append(f"roles {listed(self.roles)}")
        if self.lines:
            parts.append(f"lines {listed(self.lines)}")
        if self.areas:
            parts.append(f"areas {listed(case.area_title(code) for code in self.areas)}")
        return "; ".join(parts)


class Caveat(Limit):
    """A national rule that limits how that nation's units may be used."""

    nation: Name | None = Field(None, description="the nation bound, where it is one")
    nations: Names | None = Field(None, description="the nations bound, where they are several")
    applies_to: Scope = Field(default_factory=Scope)
    red_line: Truth = Field(False, description="yes: not to be asked to be lifted")
    ask_cost: Exact = Field(
        default=1, validate_default=True, description="how hard it is to ask for, 0 or more"
    )
    text: Text = Field("", description="what was said")
    authority: Text = Field("", description="who said so, and may lift it")
    as_of: Date | None = Field(None, description="when it was said")
    expires: Date | None = Field(
        None, description="when to ask again; it binds until somebody lifts it"
    )
    source: Text = Field("", description="where it is to be read")
    releasable_to: Texts = Field((), description="to whom it may be told")

    limits_tours: ClassVar[bool] = False
    """True for a kind whose ``limit_tour`` changes tours or rests."""
    is_gate: ClassVar[bool] = False
    """True for a kind that says which assignments it ``blocks``, or what they ``hangs_on``."""
    by_month: ClassVar[bool] = False
    """True for a kind whose ``violations`` in a month hang on that month's tours alone, as the
    plan's ``seen`` and ``in_place`` tell them: a change elsewhere need not be looked at."""
    may_doubt: ClassVar[bool] = False
    """True for a kind that says what assignments ``hangs_on``."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.may_doubt = cls.hangs_on is not Caveat.hangs_on
        cls.is_gate = cls.may_doubt or cls.blocks is not Caveat.blocks

    @model_validator(mode="after")
    def _bound(self) -> Caveat:
        if (self.nation is None) == (self.nations is None):
            spare = "nation" if self.nation is None else "nations"
            allowed = "allowed: exactly one of the two"
            raise refuse("needs either nation or nations", allowed, spare)
        return self

    @cached_property
    def bound(self) -> tuple[str, ...]:
        """The nations that the caveat binds."""
        return self.nations or (self.nation or "",)

    def needs_one_of(self, *fields: str) -> None:
        """Refuse the caveat where none of the fields is given."""
        if all(getattr(self, name) is None for name in fields):
            raise refuse("gives no bound", f"allowed: at least one of {', '.join(fields)}", *fields)

    # What it sees

    def matches(self, assignment: Assignment) -> bool:
        """Whether the assignment is one of the bound nations' and within ``applies_to``."""
        return self.concerns(assignment.offer, assignment.line)

    def concerns(self, offer: Offer, line: Line) -> bool:
        """Whether the offer is one of the bound nations' and within ``applies_to`` on the line."""
        return offer.nation in self.bound and self.in_scope(offer, line)

    def in_scope(self, offer: Offer, line: Line) -> bool:
        """Whether offer, capability, role and line are meant, whosever the offer is.

        The area is not asked here: it can change from month to month (see ``months_covered``).
        """
        if self._any_scope:
            return True
        scope = self.applies_to
        return (
            (scope.offers is None or offer.offer in scope.offers)
            and (scope.capabilities is None or offer.capability in scope.capabilities)
            and (scope.roles is None or line.role in scope.roles)
            and (scope.lines is None or line.line in scope.lines)
        )

    def in_named_area(self, case: Case, place: str) -> bool:
        """Whether the caveat covers the place: no areas named, or inside one of them."""
        areas = self.applies_to.areas
        return areas is None or any(case.inside(place, area) for area in areas)

    @cached_property
    def _any_scope(self) -> bool:
        scope = self.applies_to
        return not (scope.offers or scope.capabilities or scope.roles or scope.lines)

    def months_seen(self, case: Case, assignment: Assignment) -> Sequence[int]:
        """Months in which the assignment is in one of the named areas, and so matched."""
        return self.months_covered(case, assignment) if self.matches(assignment) else ()

    def months_covered(self, case: Case, assignment: Assignment) -> Sequence[int]:
        """Months in which the assignment is in one of the named areas, if any are named."""
        if self.applies_to.areas is None:
            return assignment.months
        covered = case.covered_of(self, assignment.places)
        if covered is None:
            return assignment.months
        return tuple(assignment.start + i for i in covered)

    # What a kind says

    def blocks(self, case: Case, assignment: Assignment, settings: Settings) -> bool:
        """Whether the caveat alone forbids the assignment (a gate)."""
        return False

    def hangs_on(self, case: Case, assignment: Assignment, settings: Settings) -> tuple[Rest, ...]:
        """Votes and conditions whose refusal would forbid the assignment because of this caveat.

        Sure ones have probability 1.
        """
        return ()

    def rests(self, case: Case, assignment: Assignment, settings: Settings) -> tuple[Rest, ...]:
        """Of what the assignment hangs on the uncertain: what it rests on."""
        hanging = self.hangs_on(case, assignment, settings)
        return tuple(rest for rest in hanging if rest.probability < 1)

    def limit_tour(self, tour: int, dwell: int) -> tuple[int, int]:
        """Return the months in place and of rest that the caveat leaves of these."""
        return tour, dwell

    def in_words(self, case: Case) -> str:
        """Render the caveat as one sentence, from its fields alone."""
        subject = listed(case.nation_name(nation) for nation in self.bound)
        sentence = f"{subject}: {self.rule(case)}"
        scope = self.applies_to.in_words(case)
        if scope:
            sentence += f" (only for {scope})"
        if not self.active:
            sentence += " (not active)"
        return sentence + "."


def many(count: int, noun: str) -> str:
    """Return ``1 unit``, ``6,000 units``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(names: Any, last: str = "and") -> str:
    """Join names the way a sentence does: ``a, b and c``."""
    items = [str(name) for name in names]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


class PeopleOrUnits(Caveat):
    """A caveat that bounds people, units or both in place at once."""

    personnel: Whole | None = Field(None, description="bound on the people in place")
    units: Whole | None = Field(None, description="bound on the units in place")

    counts: ClassVar[bool] = True
    by_month: ClassVar[bool] = True

    @model_validator(mode="after")
    def _bounded(self) -> PeopleOrUnits:
        self.needs_one_of("personnel", "units")
        return self

    def bounds(self) -> Iterator[tuple[str, int, Callable[[Assignment], int]]]:
        """Yield what is counted, its bound, and what one unit of an assignment counts."""
        if self.personnel is not None:
            yield "personnel", self.personnel, lambda assignment: assignment.offer.personnel
        if self.units is not None:
            yield "units", self.units, lambda assignment: 1

    def bounds_in_words(self) -> str:
        """Say the bounds: ``6,000 people and 8 units``."""
        return " and ".join(
            many(bound, "unit") if name == "units" else f"{bound:,} people"
            for name, bound, _ in self.bounds()
        )


Meeting = Literal["line", "role", "area"]


def meeting(scope: Meeting, assignment: Assignment, month: int) -> str:
    """Return where units meet in a month: the line, the role, or the area with hq resolved."""
    if scope == "area":
        return assignment.places[month - assignment.start]
    return assignment.line.line if scope == "line" else assignment.line.role
