"""``lift``: the most people that can be moved in a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from model.domain import Assignment
from model.fields import Name, Whole
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class Lift(Rule):
    """At most so many people begin a tour (in the area) in any one month."""

    kind: Literal["lift"]
    personnel: Whole
    area: Name | None = None

    counts: ClassVar[bool] = True

    def months_seen(self, case: Case, assignment: Assignment) -> Sequence[int]:
        where = assignment.places[0]
        counted = self.area is None or case.inside(where, self.area)
        return (assignment.start,) if counted else ()

    def constrain(self, block: Any, f: Formulation) -> None:
        people = f.tally(lambda a: self.months_seen(f.case, a), lambda a: a.offer.personnel)
        f.write(block, "within_lift", f.binding_rows(people, self.personnel))

    def violations(self, plan: Plan) -> Iterator[str]:
        moved: defaultdict[int, int] = defaultdict(int)
        for tour in plan.tours:
            a = tour.assignment
            where = plan.case.place(a.area, a.start)
            if self.area is None or plan.case.inside(where, self.area):
                moved[a.start] += tour.personnel
        for month, people in sorted(moved.items()):
            if people > self.personnel:
                yield f"{people} people begin a tour in month {month}, lift for {self.personnel}"

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        if self.area is not None:
            yield ("area",), "area", self.area

    def rule(self, case: Case) -> str:
        where = f" in {case.area_title(self.area)}" if self.area else ""
        return f"at most {self.personnel:,} people begin a tour{where} in any month"
