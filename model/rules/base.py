"""What every force rule is. Built like a caveat, but it binds the force and no nation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.limits import Limit

if TYPE_CHECKING:
    from model.case import Case


class Rule(Limit):
    """A rule of the force as a whole."""

    def in_words(self, case: Case) -> str:
        """Render the rule as one sentence, from its fields alone."""
        said = self.rule(case)
        return f"{said[:1].upper()}{said[1:]}{'' if self.active else ' (not active)'}."
