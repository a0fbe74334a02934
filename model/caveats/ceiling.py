"""``ceiling``: the most people or units that may be in place at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from model.caveats.base import PeopleOrUnits

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class Ceiling(PeopleOrUnits):
    """Bounds the matched people or units in place at once, over all its nations together."""

    kind: Literal["ceiling"]

    def constrain(self, block: Any, f: Formulation) -> None:
        for name, bound, counts in self.bounds():
            in_place = f.in_place_of(self, counts)
            f.write(block, f"within_{name}", f.binding_rows(in_place, bound))

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.seen(self).items():
            for name, bound, counts in self.bounds():
                there = sum(tour.units * counts(tour.assignment) for tour in tours)
                if there > bound:
                    yield f"{there} {name} in place in month {month}, ceiling {bound}"

    def rule(self, case: Case) -> str:
        return f"may have at most {self.bounds_in_words()} in place at once"
