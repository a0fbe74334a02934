"""``share``: the largest share of the people in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from model.caveats.base import Caveat
from model.fields import Share as Fraction01

if TYPE_CHECKING:
    from model.case import Case


class Share(Caveat):
    """Its nations' matched people are at most ``max_share`` of all nations' in any month."""

    kind: Literal["share"]
    max_share: Fraction01

    enforced: ClassVar[bool] = False

    def rule(self, case: Case) -> str:
        return f"may be at most {float(self.max_share * 100):g} % of the people in place"
