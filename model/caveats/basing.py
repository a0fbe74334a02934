"""``basing``: where matched units may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from model.caveats.base import Caveat, listed
from model.domain import Assignment, Settings
from model.fields import Names

if TYPE_CHECKING:
    from model.case import Case
    from model.plan import Plan


class Basing(Caveat):
    """Forbids a matched assignment in a month outside the allowed or inside a barred area."""

    kind: Literal["basing"]
    allowed: Names | None = Field(None, description="areas outside which it may not be based")
    barred: Names | None = Field(None, description="areas inside which it may not be based")

    @model_validator(mode="after")
    def _bounded(self) -> Basing:
        self.needs_one_of("allowed", "barred")
        return self

    def permits(self, case: Case, place: str) -> bool:
        """Whether units may be in the place."""
        inside_allowed = self.allowed is None or any(case.inside(place, a) for a in self.allowed)
        return inside_allowed and not any(case.inside(place, a) for a in self.barred or ())

    def blocks(self, case: Case, assignment: Assignment, settings: Settings) -> bool:
        return bool(self.months_seen(case, assignment)) and not all(
            self.permits(case, place) for place in set(assignment.places)
        )

    def violations(self, plan: Plan) -> Iterator[str]:
        for tour in plan.tours_seen(self):
            a = tour.assignment
            barred = {place for place in set(a.places) if not self.permits(plan.case, place)}
            for month, place in zip(a.months, a.places, strict=True):
                if place in barred:
                    yield f"{tour.label} is in {place} in month {month}"

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for field in ("allowed", "barred"):
            for i, name in enumerate(getattr(self, field) or ()):
                yield (field, i), "area", name

    def rule(self, case: Case) -> str:
        parts = []
        if self.allowed:
            parts.append(f"may be based only in {listed(map(case.area_title, self.allowed), 'or')}")
        if self.barred:
            parts.append(f"may not be based in {listed(map(case.area_title, self.barred), 'or')}")
        return " and ".join(parts)
