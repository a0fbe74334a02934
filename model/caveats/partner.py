"""``partner``: only together with named nations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from model.caveats.base import Caveat, listed
from model.fields import Names

if TYPE_CHECKING:
    from model.case import Case


class Partner(Caveat):
    """Matched units in a month only where a unit of a partner is in the same line, role or area."""

    kind: Literal["partner"]
    with_: Names = Field(alias="with")
    scope: Literal["line", "role", "area"] = "line"

    enforced: ClassVar[bool] = False

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, name in enumerate(self.with_):
            yield ("with", i), "nation", name

    def rule(self, case: Case) -> str:
        partners = listed(map(case.nation_name, self.with_), "or")
        return f"may be in place only with a unit of {partners} in the same {self.scope}"
