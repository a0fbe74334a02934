"""``package``: offers that come together or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from model.caveats.base import Caveat, listed
from model.fields import Names

if TYPE_CHECKING:
    from model.case import Case


class Package(Caveat):
    """In any month either all of the offers are in place or none is."""

    kind: Literal["package"]
    offers: Names

    enforced: ClassVar[bool] = False

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, name in enumerate(self.offers):
            yield ("offers", i), "offer", name

    def rule(self, case: Case) -> str:
        return f"must have all of {listed(self.offers)} in place in a month, or none"
