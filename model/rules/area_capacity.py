"""``area_capacity``: the most people in an area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from model.domain import Assignment
from model.fields import Name, Positive, Whole, refuse
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class AreaCapacity(Rule):
    """At most so many people in place in the area in those months (a hub's beds)."""

    kind: Literal["area_capacity"]
    area: Name
    personnel: Whole
    from_: Positive = Field(default=1, alias="from")
    until: Positive | None = None

    counts: ClassVar[bool] = True

    @model_validator(mode="after")
    def _range(self) -> AreaCapacity:
        if self.until is not None and self.from_ > self.until:
            message, allowed = (
                f"from {self.from_} is after until {self.until}",
                "allowed: from <= until",
            )
            raise refuse(message, allowed, "from", "until")
        return self

    def months_seen(self, case: Case, assignment: Assignment) -> Sequence[int]:
        open_months = case.clipped(self.from_, self.until)
        return tuple(
            month
            for month, place in zip(assignment.months, assignment.places, strict=True)
            if month in open_months and case.inside(place, self.area)
        )

    def constrain(self, block: Any, f: Formulation) -> None:
        people = f.tally(lambda a: self.months_seen(f.case, a), lambda a: a.offer.personnel)
        f.write(block, "within_capacity", f.binding_rows(people, self.personnel))

    def violations(self, plan: Plan) -> Iterator[str]:
        for month in plan.case.clipped(self.from_, self.until):
            there = plan.people_in(self.area, month)
            if there > self.personnel:
                yield f"{there} people in {self.area} in month {month}, room for {self.personnel}"

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        yield ("area",), "area", self.area

    def rule(self, case: Case) -> str:
        says = f"{case.area_title(self.area)} holds at most {self.personnel:,} people at once"
        if self.from_ > 1:
            says += f" from month {self.from_}"
        if self.until is not None:
            says += f" until month {self.until}"
        return says
