"""How the best plan moves where assumed figures are off: the case solved again with other figures.

Only entries whose ``basis`` is ``assumed`` are moved. Demand moves exactly: minimum and target are
fractions. Units stay whole: of each capability the sum of the assumed units moves, rounded, and the
difference is spread over the offers in the order of the case.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Literal

from model.case import Case
from model.domain import Line, Offer, Settings
from model.formulation import Formulation
from model.outcome import Options, Outcome
from model.solver import solve

Figures = Literal["units", "demand"]


@dataclass(frozen=True)
class Swung:
    """The best plan where the assumed figures of one sort are off by ``change``, -0.2 for 20 %."""

    what: Figures
    change: Fraction
    outcome: Outcome


def swings(
    case: Case,
    settings: Settings,
    share: Fraction,
    options: Options,
    tell: Callable[[str], None] = lambda what: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Swung]:
    """Yield the best plans with fewer and more assumed units, and with less and more demand.

    Only the tiers ``critical`` and ``shortfall`` are minimised.

    Args:
        case: the case.
        settings: what pending votes count as.
        share: by how much figures are off, between 0 and 1.
        options: gap, seed, and the limit of time for all four together.
        tell: told what is being solved.
        stopped: asked often; true ends the search with the plans found.

    Raises:
        Contradiction, OutOfTime: the pins of the case cannot be kept, see ``model/solver.py``.
    """
    until = time.monotonic() + options.time_limit
    tiers = tuple(tier for tier in case.tiers if tier in ("critical", "shortfall"))
    moved: tuple[tuple[Figures, Callable[[Case, Fraction], Case]], ...] = (
        ("units", with_units),
        ("demand", with_demand),
    )
    for what, move in moved:
        for change in (-share, share):
            tell(f"Assumed {what} {float(change):+.0%}")
            other = replace(move(case, change), tiers=tiers)
            left = replace(options, time_limit=max(0.1, until - time.monotonic()))
            yield Swung(what, change, solve(Formulation(other, settings), left, stopped=stopped))


def with_demand(case: Case, change: Fraction) -> Case:
    """Return the case with minimum and target of its assumed lines moved by a share."""

    def move(line: Line) -> Line:
        new = {"minimum": line.minimum * (1 + change), "target": line.target * (1 + change)}
        return line.model_copy(update=new) if line.basis == "assumed" else line

    return replace(case, lines=tuple(map(move, case.lines)))


def with_units(case: Case, change: Fraction) -> Case:
    """Return the case with the assumed units of each capability moved by a share, whole again.

    An offer of which nothing is left stays at home.
    """
    before: defaultdict[str, int] = defaultdict(int)
    offers: list[Offer] = []
    for offer in case.offers:
        units = offer.units
        if offer.basis == "assumed":
            so_far = before[offer.capability]
            before[offer.capability] += units
            ends = (floor(n * (1 + change) + Fraction(1, 2)) for n in (so_far, so_far + units))
            units = -next(ends) + next(ends)
        if units:
            offers.append(offer.model_copy(update={"units": units}))
    return replace(case, offers=tuple(offers))
