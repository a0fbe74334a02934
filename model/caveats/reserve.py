"""``reserve``: units of each offer that stay at home."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from model.caveats.base import Caveat, many
from model.domain import Offer
from model.fields import Share, Whole

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class Reserve(Caveat):
    """Bounds the units of each matched offer in place at once by units less the reserve."""

    kind: Literal["reserve"]
    units: Whole | None = Field(None, description="units of each offer that stay at home")
    fraction: Share | None = Field(
        None, description="share of each offer that stays at home, rounded up"
    )

    counts: ClassVar[bool] = True
    by_month: ClassVar[bool] = True

    @model_validator(mode="after")
    def _bounded(self) -> Reserve:
        self.needs_one_of("units", "fraction")
        return self

    def leaves(self, offer: Offer) -> int:
        """Return the units of the offer that may be in place; the fraction rounds up."""
        held_back = max(self.units or 0, math.ceil((self.fraction or 0) * offer.units))
        return max(0, offer.units - held_back)

    def constrain(self, block: Any, f: Formulation) -> None:
        in_place = f.in_place_of(self, lambda assignment: 1)
        rows = [
            row
            for offer, months in f.by_offer(in_place).items()
            for row in f.binding_rows(months, self.leaves(offer))
        ]
        f.write(block, "keep_back", rows)

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.seen(self).items():
            there: defaultdict[str, int] = defaultdict(int)
            for tour in tours:
                there[tour.assignment.offer.offer] += tour.units
            for offer, units in there.items():
                bound = self.leaves(plan.case.offer_by_id[offer])
                if units > bound:
                    yield f"{units} units of {offer} in place in month {month}, {bound} allowed"

    def rule(self, case: Case) -> str:
        parts = []
        if self.units is not None:
            parts.append(many(self.units, "unit"))
        if self.fraction is not None:
            parts.append(f"{float(self.fraction * 100):g} % of the units (rounded up)")
        most = " or ".join(parts) + (", whichever is more," if len(parts) > 1 else "")
        return f"must keep back {most} of each offer"
