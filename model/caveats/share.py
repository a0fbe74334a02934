"""``share``: the largest share of the people in place."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from model.caveats.base import Caveat
from model.fields import Share as FromZeroToOne
from model.rows import Row

if TYPE_CHECKING:
    from model.case import Case
    from model.domain import Assignment, Line, Offer
    from model.formulation import Formulation
    from model.plan import Plan


class Share(Caveat):
    """Its nations' matched people are at most ``max_share`` of all nations' in any month."""

    kind: Literal["share"]
    max_share: FromZeroToOne = Field(description="largest share of the people in place")

    counts: ClassVar[bool] = True
    by_month: ClassVar[bool] = True

    def may_lean_on(self, offer: Offer, line: Line) -> bool:
        return self.in_scope(offer, line)

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        # The share of the others' people is what its own are held against.
        offer = assignment.offer
        others = offer.nation not in self.bound and self.in_scope(offer, assignment.line)
        return self.months_covered(case, assignment) if others else ()

    def constrain(self, block: Any, f: Formulation) -> None:
        everyone = f.tally(
            lambda a: self.months_covered(f.case, a) if self.in_scope(a.offer, a.line) else (),
            lambda a: a.offer.personnel,
        )
        rows: dict[frozenset[Any], Row] = {}
        for terms in everyone.values():
            # Whole coefficients: people x (denominator or less) of the share.
            top, bottom = self.max_share.numerator, self.max_share.denominator
            row = {
                c: people * (bottom - top if f.assignments[c].offer.nation in self.bound else -top)
                for c, people in terms.items()
            }
            if any(each > 0 for each in row.values()):
                rows[frozenset(row.items())] = Row(row, 0)
        f.write(block, "within_share", rows.values())

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.in_place.items():
            matched = [
                tour
                for tour in tours
                if self.in_scope(tour.assignment.offer, tour.assignment.line)
                and self.in_named_area(plan.case, plan.case.place(tour.assignment.area, month))
            ]
            total = sum(tour.personnel for tour in matched)
            own = sum(t.personnel for t in matched if t.assignment.offer.nation in self.bound)
            if own > self.max_share * total:
                yield f"{own} of {total} people in month {month}, {float(self.max_share):g} allowed"

    def rule(self, case: Case) -> str:
        return f"may be at most {float(self.max_share * 100):g} % of the people in place"
