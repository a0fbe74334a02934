"""``area_capacity``: the most people in an area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from model.fields import Name, Positive, Whole, refuse
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case


class AreaCapacity(Rule):
    """At most so many people in place in the area in those months."""

    kind: Literal["area_capacity"]
    area: Name
    personnel: Whole
    from_: Positive = Field(default=1, alias="from")
    until: Positive | None = None

    enforced: ClassVar[bool] = False

    @model_validator(mode="after")
    def _range(self) -> AreaCapacity:
        if self.until is not None and self.from_ > self.until:
            raise refuse(f"from {self.from_} is after until {self.until}", "allowed: from <= until")
        return self

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        yield ("area",), "area", self.area

    def rule(self, case: Case) -> str:
        return f"{case.area_title(self.area)} holds at most {self.personnel:,} people at once"
