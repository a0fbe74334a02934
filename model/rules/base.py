"""What every force rule is. Built like a caveat, but it binds the force and no nation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from model.limits import Limit

if TYPE_CHECKING:
    from model.case import Case
    from model.plan import Plan


class Lead(NamedTuple):
    """A nation that leads a role in the months from first to last."""

    role: str
    nation: str
    first: int
    last: int


class Rule(Limit):
    """A rule of the force as a whole."""

    def leads(self, plan: Plan) -> Iterator[Lead]:
        """Yield who leads what in the plan, for a rule that asks for leaders."""
        yield from ()

    def in_words(self, case: Case) -> str:
        """Render the rule as one sentence, from its fields alone."""
        said = self.rule(case)
        return f"{said[:1].upper()}{said[1:]}{'' if self.active else ' (not active)'}."
