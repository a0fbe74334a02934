"""``avoid``: never together with named nations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from model.caveats.base import Caveat, listed
from model.fields import Names

if TYPE_CHECKING:
    from model.case import Case


class Avoid(Caveat):
    """Matched units never in a month in the same line, role or area as a unit of those nations."""

    kind: Literal["avoid"]
    with_: Names = Field(alias="with")
    scope: Literal["line", "role", "area"] = "line"

    enforced: ClassVar[bool] = False

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, name in enumerate(self.with_):
            yield ("with", i), "nation", name

    def rule(self, case: Case) -> str:
        others = listed(map(case.nation_name, self.with_), "or")
        return f"may not be in place with a unit of {others} in the same {self.scope}"
