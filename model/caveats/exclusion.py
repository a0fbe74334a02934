"""``exclusion``: a matched assignment may not be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from model.caveats.base import Caveat
from model.domain import Assignment, Settings

if TYPE_CHECKING:
    from model.case import Case
    from model.plan import Plan


class Exclusion(Caveat):
    """Forbids every assignment that it matches in one of its months."""

    kind: Literal["exclusion"]

    def blocks(self, case: Case, assignment: Assignment, settings: Settings) -> bool:
        return bool(self.months_seen(case, assignment))

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.seen(self).items():
            for tour in tours:
                yield f"{tour.label} is in place in month {month}"

    def rule(self, case: Case) -> str:
        return "may not be assigned"
