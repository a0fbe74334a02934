"""``ceiling``: the most people or units that may be in place at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import model_validator

from model.caveats.base import Caveat
from model.domain import Assignment
from model.fields import Whole

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan

_COUNTS: dict[str, Callable[[Assignment], int]] = {
    "personnel": lambda assignment: assignment.offer.personnel,
    "units": lambda assignment: 1,
}


class Ceiling(Caveat):
    """Bounds the matched people or units in place at once, over all its nations together."""

    kind: Literal["ceiling"]
    personnel: Whole | None = None
    units: Whole | None = None

    counts: ClassVar[bool] = True

    @model_validator(mode="after")
    def _bounded(self) -> Ceiling:
        self.needs_one_of("personnel", "units")
        return self

    def bounds(self) -> Iterator[tuple[str, int]]:
        """Yield what is counted and the most that may be in place of it."""
        for name in _COUNTS:
            bound = getattr(self, name)
            if bound is not None:
                yield name, bound

    def constrain(self, block: Any, f: Formulation) -> None:
        for name, bound in self.bounds():
            in_place = f.in_place_of(self, _COUNTS[name])
            f.write(block, f"within_{name}", f.binding_rows(in_place, bound))

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.seen(self).items():
            for name, bound in self.bounds():
                there = sum(tour.units * _COUNTS[name](tour.assignment) for tour in tours)
                if there > bound:
                    yield f"{there} {name} in place in month {month}, ceiling {bound}"

    def rule(self, case: Case) -> str:
        words = {"personnel": "people", "units": "units"}
        bounds = " and ".join(f"{bound:,} {words[name]}" for name, bound in self.bounds())
        return f"may have at most {bounds} in place at once"
