"""In the workers: pictures of plans that are found while a search goes on."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from model.case import Case
from model.domain import Settings
from model.outcome import Outcome, SolverFault, checked
from model.plan import Start
from reports import gathered
from reports.cells import cells
from reports.gap_report import GapReport
from reports.rows import Origin
from web.answers import Sketch


def sketching(
    case: Case,
    settings: Settings,
    origin: Origin,
    against: Callable[[], GapReport | None],
    tell: Callable[[Sketch], None],
) -> Callable[[tuple[Start, ...]], None]:
    """Return what is told plans of a case, and tells the picture of each that is better.

    Args:
        case: as its switches leave it.
        settings: with the plan to keep.
        origin: what names the answer to be.
        against: gives what the pictures are held against.
        tell: hears of the pictures.
    """
    best: list[tuple[Fraction, ...]] = []

    def told(begun: tuple[Start, ...]) -> None:
        try:
            plan = checked(case, settings, begun)
        except SolverFault:  # a plan on the way may break a pin yet
            return
        values = tuple(plan.tier_values.values())
        if best and values >= best[-1]:
            return
        best.append(values)
        outcome = Outcome(plan, (), "interrupted", 0.0)
        report = GapReport(outcome, (), (), (), origin, cells(plan))
        tell(Sketch(gathered.picture(report, against())))

    return told
