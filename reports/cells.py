"""Every demanded month of every line, worked out once for all tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from model.plan import Plan, State


@dataclass(frozen=True)
class CellState:
    """A line in a month: units covered and missing, and the state."""

    covered: Fraction
    shortfall: Fraction
    state: State


Cells = dict[str, dict[int, CellState]]
"""By line, in the order of the case, and by month; a line without demand has none."""


def cells(plan: Plan) -> Cells:
    """Return the cells of a plan."""
    found: Cells = {line.line: {} for line in plan.case.lines}
    for line, month in plan.demanded():
        found[line.line][month] = CellState(
            plan.coverage(line, month), plan.shortfall(line, month), plan.state(line, month)
        )
    return found
