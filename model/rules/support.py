"""``support``: supporters by the number of people they support."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from model.domain import Assignment, Tier
from model.fields import Name, PositiveExact, Priority
from model.rows import Row, common_divisor
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class Support(Rule):
    """One unit of the capability for every ``per`` people in the area, supporters included.

    Each missing unit-month, fractions too, counts weight x 1 in tier ``shortfall``.
    """

    kind: Literal["support"]
    area: Name
    capability: Name
    per: PositiveExact
    priority: Priority = 2

    counts: ClassVar[bool] = True

    def months_seen(self, case: Case, assignment: Assignment) -> Sequence[int]:
        return tuple(
            month
            for month, place in zip(assignment.months, assignment.places, strict=True)
            if case.inside(place, self.area)
        )

    def _wants(self, assignment: Assignment) -> Fraction:
        """What one unit in the area adds to the supporters wanting there."""
        own = assignment.offer.capability == self.capability
        return assignment.offer.personnel / self.per - (1 if own else 0)

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        supporter = assignment.offer.capability == self.capability
        return self.months_seen(case, assignment) if supporter else ()

    def constrain(self, block: Any, f: Formulation) -> None:
        months: dict[frozenset[Any], list[int]] = {}
        wanting = f.tally(lambda a: self.months_seen(f.case, a), self._wants)
        for month, terms in wanting.items():
            months.setdefault(frozenset(terms.items()), []).append(month)
        missing = f.amounts(block, "missing_support", range(len(months)))
        rows = []
        for i, (items, same) in enumerate(months.items()):
            rows.append(Row(dict(items), 0, ((-1, missing[i]),)))
            grain = reduce(common_divisor, (Fraction(each) for _, each in items))
            worth = f.case.priority_weights[self.priority] * len(same)
            f.price("shortfall", missing[i], worth, grain)
        f.write(block, "be_supported", rows)

    def costs(self, plan: Plan) -> dict[Tier, Fraction]:
        weight = plan.case.priority_weights[self.priority]
        missing = Fraction(0)
        for month, tours in plan.in_place.items():
            supporters = sum(
                tour.units
                for tour in tours
                if tour.assignment.offer.capability == self.capability
                and plan.case.inside(plan.case.place(tour.assignment.area, month), self.area)
            )
            missing += max(Fraction(0), plan.people_in(self.area, month) / self.per - supporters)
        return {"shortfall": weight * missing}

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        yield ("area",), "area", self.area
        yield ("capability",), "capability", self.capability

    def rule(self, case: Case) -> str:
        unit = case.capability_title(self.capability)
        return f"one {unit} for every {float(self.per):g} people in {case.area_title(self.area)}"
