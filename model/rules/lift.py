"""``lift``: the most people that can be moved in a month."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from model.fields import Name, Whole
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case


class Lift(Rule):
    """At most so many people begin a tour (in the area) in any one month."""

    kind: Literal["lift"]
    personnel: Whole
    area: Name | None = None

    enforced: ClassVar[bool] = False

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        if self.area is not None:
            yield ("area",), "area", self.area

    def rule(self, case: Case) -> str:
        where = f" in {case.area_title(self.area)}" if self.area else ""
        return f"at most {self.personnel:,} people begin a tour{where} in any month"
