"""``endurance``: how long tours may be, and the rest after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from model.caveats.base import Caveat, many
from model.fields import Positive, Whole
from model.rows import Number, Row

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class Endurance(Caveat):
    """Shortens matched tours, lengthens their rest, and bounds each offer's unit-months.

    ``tour`` and ``dwell`` act where tours are derived (``limit_tour``): they forbid nothing, and as
    a plan names only the start of a tour none can break them. ``max_months`` bounds the unit-months
    in place over the horizon, per matched offer, by ``max_months`` x units.
    """

    kind: Literal["endurance"]
    tour: Positive | None = Field(None, description="most months in place at a stretch")
    dwell: Whole | None = Field(None, description="fewest months at home after a tour")
    max_months: Whole | None = Field(None, description="most months in place in all, per unit")

    @model_validator(mode="after")
    def _bounded(self) -> Endurance:
        self.needs_one_of("tour", "dwell", "max_months")
        return self

    counts: ClassVar[bool] = True
    limits_tours: ClassVar[bool] = True

    def limit_tour(self, tour: int, dwell: int) -> tuple[int, int]:
        return min(tour, self.tour or tour), max(dwell, self.dwell or 0)

    def constrain(self, block: Any, f: Formulation) -> None:
        if self.max_months is None:
            return
        rows = []
        in_place = f.in_place_of(self, lambda assignment: 1)
        for offer, months in f.by_offer(in_place).items():
            unit_months: defaultdict[int, Number] = defaultdict(int)
            for terms in months.values():
                for candidate, units in terms.items():
                    unit_months[candidate] += units
            rows.append(Row(dict(unit_months), self.max_months * offer.units))
        f.write(block, "within_months", rows)

    def violations(self, plan: Plan) -> Iterator[str]:
        if self.max_months is None:
            return
        there: defaultdict[str, int] = defaultdict(int)
        for tours in plan.seen(self).values():
            for tour in tours:
                there[tour.assignment.offer.offer] += tour.units
        for offer, months in there.items():
            bound = self.max_months * plan.case.offer_by_id[offer].units
            if months > bound:
                yield f"{months} unit-months of {offer}, {bound} allowed"

    def rule(self, case: Case) -> str:
        parts = []
        if self.tour is not None:
            parts.append(f"tours last at most {many(self.tour, 'month')}")
        if self.dwell is not None:
            parts.append(f"units rest at least {many(self.dwell, 'month')} after a tour")
        if self.max_months is not None:
            parts.append(
                f"at most {many(self.max_months, 'month')} in place per unit over the horizon"
            )
        return "; ".join(parts)
