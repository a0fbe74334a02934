"""How the answer moves where assumed figures are off, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Protocol

from reports import words
from reports.gap_report import GapReport
from reports.grounds import Swing, SwingRow
from reports.shape import Outcome


class Swung(Protocol):
    """A plan where figures of one sort are off; see ``model/swing.py``."""

    @property
    def what(self) -> str: ...  # noqa: D102 - its class says it
    @property
    def change(self) -> Fraction: ...  # noqa: D102 - its class says it
    @property
    def outcome(self) -> Outcome: ...  # noqa: D102 - its class says it


_WHAT = {"units": "Units of assumed offers", "demand": "Demand of assumed lines"}


def swing(report: GapReport, share: Fraction, found: Iterable[Swung]) -> Swing:
    """Return the plan as it is and the plans with other figures, each with what is proven."""
    rows = [_row("As planned", 0.0, report.outcome, None)]
    for each in found:
        off = f"{words.percent(abs(each.change))} {'lower' if each.change < 0 else 'higher'}"
        row = _row(f"{_WHAT[each.what]} {off}", float(each.change), each.outcome, rows[0])
        rows.append(row)
    return Swing(float(share), tuple(rows))


def _row(what: str, change: float, outcome: Outcome, like: SwingRow | None) -> SwingRow:
    tiers: dict[str, float] = {
        tier.name: tier.value
        for tier in outcome.tiers
        if tier.name in ("critical", "shortfall") and (like is None or tier.name in like.tiers)
    }
    proven = outcome.status == "optimal"
    return SwingRow(
        what,
        change,
        tiers,
        float(outcome.plan.coverage_index),
        proven,
        "proven" if proven else "not proven",
    )
