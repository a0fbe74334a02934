"""``breadth``: many nations in a role."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from model.domain import Assignment, Line, Offer, Tier
from model.fields import Name, Positive, Priority
from model.rows import Row
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class Breadth(Rule):
    """At least so many nations in place in the role in each month in which it is demanded.

    Each nation-month missing counts weight x 1 in tier ``shortfall``.
    """

    kind: Literal["breadth"]
    role: Name
    nations: Positive
    priority: Priority = 2

    counts: ClassVar[bool] = True

    def may_lean_on(self, offer: Offer, line: Line) -> bool:
        return line.role == self.role

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        return assignment.months if self.may_lean_on(assignment.offer, assignment.line) else ()

    def constrain(self, block: Any, f: Formulation) -> None:
        in_place = f.tally(lambda a: a.months if a.line.role == self.role else ())
        months: dict[frozenset[int], int] = {}
        for month in f.case.role_months(self.role):
            tours = frozenset(in_place.get(month, {}))
            months[tours] = months.get(tours, 0) + 1
        nations = {
            tours: sorted({f.assignments[c].offer.nation for c in tours}) for tours in months
        }
        keys = [(i, nation) for i, tours in enumerate(months) for nation in nations[tours]]
        # Never above what is in place, so whole wherever units are.
        counted = f.amounts(block, "counted", keys, most=1)
        missing = f.amounts(
            block, "missing_nations", range(len(months)), self.nations, self.nations
        )
        rows = []
        for i, (tours, same) in enumerate(months.items()):
            for nation in nations[tours]:
                own = {c: -1 for c in tours if f.assignments[c].offer.nation == nation}
                rows.append(Row(dict(own), 0, ((1, counted[i, nation]),)))
            there = tuple((-1, counted[i, nation]) for nation in nations[tours])
            rows.append(Row({}, -self.nations, (*there, (-1, missing[i]))))
            worth = f.case.priority_weights[self.priority] * same
            f.price("shortfall", missing[i], worth, 1)
        f.write(block, "be_broad", rows)

    def costs(self, plan: Plan) -> dict[Tier, Fraction]:
        weight = plan.case.priority_weights[self.priority]
        missing = sum(
            max(0, self.nations - len(plan.nations_in(self.role, month)))
            for month in plan.case.role_months(self.role)
        )
        return {"shortfall": weight * missing}

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        yield ("role",), "role", self.role

    def rule(self, case: Case) -> str:
        return f"at least {self.nations} nations in place in {self.role}"
