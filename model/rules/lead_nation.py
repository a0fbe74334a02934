"""``lead_nation``: one nation leads a role in each term."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from model.caveats.base import listed
from model.fields import Name, Names, Positive, Priority
from model.rules.base import Rule

if TYPE_CHECKING:
    from model.case import Case


class LeadNation(Rule):
    """In each term one candidate leads, with units in place in every demanded month of the role."""

    kind: Literal["lead_nation"]
    role: Name
    candidates: Names
    term: Positive | None = None
    priority: Priority = 2

    enforced: ClassVar[bool] = False

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        yield ("role",), "role", self.role
        for i, name in enumerate(self.candidates):
            yield ("candidates", i), "nation", name

    def rule(self, case: Case) -> str:
        term = f"each term of {self.term} months" if self.term else "the whole time"
        return f"{listed(map(case.nation_name, self.candidates), 'or')} leads {self.role} in {term}"
