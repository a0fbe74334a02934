"""``support``: supporters by the number of people they support."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from model.fields import Name, PositiveExact, Priority
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case


class Support(Rule):
    """One unit of the capability for every ``per`` people in the area, supporters included."""

    kind: Literal["support"]
    area: Name
    capability: Name
    per: PositiveExact
    priority: Priority = 2

    enforced: ClassVar[bool] = False

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        yield ("area",), "area", self.area
        yield ("capability",), "capability", self.capability

    def rule(self, case: Case) -> str:
        unit = case.capability_title(self.capability)
        return f"one {unit} for every {float(self.per):g} people in {case.area_title(self.area)}"
