"""``minimum``: enough of them, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from model.caveats.base import Caveat
from model.fields import Whole

if TYPE_CHECKING:
    from model.case import Case


class Minimum(Caveat):
    """On a matched line in any month nothing, or at least that many units or people in place."""

    kind: Literal["minimum"]
    units: Whole | None = None
    personnel: Whole | None = None

    enforced: ClassVar[bool] = False

    @model_validator(mode="after")
    def _bounded(self) -> Minimum:
        self.needs_one_of("units", "personnel")
        return self

    def rule(self, case: Case) -> str:
        parts = []
        if self.units is not None:
            parts.append(f"{self.units} units")
        if self.personnel is not None:
            parts.append(f"{self.personnel:,} people")
        return f"must have at least {' and '.join(parts)} on a line, or none"
