"""``condition``: matched units come only while named conditions hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from model.caveats.base import Caveat, listed
from model.domain import Assignment, Rest, Settings
from model.fields import Names

if TYPE_CHECKING:
    from model.case import Case
    from model.plan import Plan


class Condition(Caveat):
    """Forbids a matched assignment while one of the required conditions does not hold."""

    kind: Literal["condition"]
    requires: Names = Field(description="conditions that must hold")

    def blocks(self, case: Case, assignment: Assignment, settings: Settings) -> bool:
        return not all(case.conditions[name].holds for name in self.requires) and bool(
            self.months_seen(case, assignment)
        )

    def hangs_on(self, case: Case, assignment: Assignment, settings: Settings) -> tuple[Rest, ...]:
        if not self.months_seen(case, assignment):
            return ()
        return tuple(
            Rest(name, case.conditions[name].probability)
            for name in self.requires
            if case.conditions[name].holds
        )

    def violations(self, plan: Plan) -> Iterator[str]:
        missing = [name for name in self.requires if not plan.case.conditions[name].holds]
        if missing:
            for month, tours in plan.seen(self).items():
                for tour in tours:
                    yield f"{tour.label} is in place in month {month} without {listed(missing)}"

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, name in enumerate(self.requires):
            yield ("requires", i), "condition", name

    def rule(self, case: Case) -> str:
        titles = (case.conditions[name].title or name for name in self.requires)
        return f"may deploy only while this holds: {listed(titles)}"
