"""``package``: offers that come together or not at all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from model.caveats.base import Caveat, listed
from model.domain import Assignment, Line, Offer
from model.fields import Names
from model.rows import Row

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class Package(Caveat):
    """In any month either all of the offers are in place or none is.

    An offer is in place if any of its units is, on any line that passes ``applies_to``. The offers
    may be of several nations; one that cannot be there keeps the others out.
    """

    kind: Literal["package"]
    offers: Names = Field(description="in place together or not at all")

    counts: ClassVar[bool] = True
    by_month: ClassVar[bool] = True

    def concerns(self, offer: Offer, line: Line) -> bool:
        return offer.offer in self.offers and self.in_scope(offer, line)

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        return self.months_seen(case, assignment)

    def constrain(self, block: Any, f: Formulation) -> None:
        in_place = f.in_place_of(self, lambda assignment: 1)
        months = list({frozenset(terms): terms for terms in in_place.values()}.values())
        together = f.switches(block, "together", range(len(months)))
        rows = []
        for i, terms in enumerate(months):
            for offer in self.offers:
                own = {c: 1 for c in terms if f.assignments[c].offer.offer == offer}
                if own:
                    units = f.case.offer_by_id[offer].units
                    rows.append(Row(dict(own), 0, ((-units, together[i]),)))
                rows.append(Row(dict.fromkeys(own, -1), 0, ((1, together[i]),)))
        f.write(block, "all_or_none", rows)

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.seen(self).items():
            there = {tour.assignment.offer.offer for tour in tours}
            missing = [offer for offer in self.offers if offer not in there]
            if missing:
                yield f"{listed(sorted(there))} in place in month {month} without {listed(missing)}"

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, name in enumerate(self.offers):
            yield ("offers", i), "offer", name

    def rule(self, case: Case) -> str:
        return f"must have all of {listed(self.offers)} in place in a month, or none"
