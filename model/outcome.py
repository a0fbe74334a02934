"""What a solve is asked and what it answers: a checked plan with its proof. Knows no solver.

Nothing is taken on trust. What a search found is a list of starts and of bounds; here the plan is
walked through by ``model/plan.py`` and valued there. A plan that breaks something is a fault of
this program and never a product.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from model.case import Case
from model.domain import Settings, Stage, Tier
from model.events import Events, refuted
from model.plan import Plan, Start

Status = Literal["optimal", "within_gap", "time_limit", "interrupted"]
Ended = Literal["time_limit", "interrupted"]
PROVEN_ABSOLUTE = 1e-6
DEFAULT_GAP = 1e-4
HIGHS = "highs"
"""The solver that is asked unless another one is named."""


class SolverFault(RuntimeError):
    """Raised when the solver cannot be used, or what it found fails the checker."""


class Contradiction(ValueError):
    """Raised where no plan keeps every pin: see ``model/conflict.py`` for why."""


class OutOfTime(RuntimeError):
    """Raised where the time was over before there was any answer to give."""


@dataclass(frozen=True)
class Options:
    """How hard to look.

    Attributes:
        gap: relative gap to which each tier is proven; 0 proves it exactly.
        time_limit: seconds for all tiers together.
        seed: random seed of the solver.
        apart: whether parts that only ceilings join are solved apart first; False to compare.
        solver: ``highs``, or another one that Pyomo drives, see ``model/driven.py``.
    """

    gap: float = DEFAULT_GAP
    time_limit: float = 600.0
    seed: int = 0
    apart: bool = True
    solver: str = HIGHS


@dataclass(frozen=True)
class Progress:
    """Where the search stands: tier, best value, bound, relative gap, seconds since the start."""

    tier: Tier
    best: float
    bound: float
    gap: float
    seconds: float


@dataclass(frozen=True)
class Found:
    """What a search found, before anybody has checked it.

    Attributes:
        begun: the plan.
        floors: what no plan that holds the earlier tiers can go below, in each tier, in order.
        moved: when, after the start, the bound of a tier last moved.
        ended: why the search ended early, if it did.
        seconds: wall time of the search.
        events: what the solver was caught at and how it was survived.
    """

    begun: tuple[Start, ...]
    floors: tuple[tuple[Tier, float], ...]
    moved: Mapping[Stage, float]
    ended: Ended | None
    seconds: float
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class TierResult:
    """A tier of the final plan.

    Attributes:
        value: recomputed from whole units.
        bound: what no plan that holds the earlier tiers can go below.
        seconds: when, after the start, the tier's bound last moved.
        proven: whether value and bound meet within the gap asked for.
    """

    name: Tier
    value: float
    bound: float
    seconds: float
    proven: bool


@dataclass(frozen=True)
class Outcome:
    """The plan with its proof.

    Attributes:
        seconds: wall time of the search.
        events: what the solver was caught at and how it was survived.
    """

    plan: Plan
    tiers: tuple[TierResult, ...]
    status: Status
    seconds: float
    events: tuple[str, ...] = ()

    def found(self) -> Found:
        """Return what a search that ended found, so that ``concluded`` gives the same again."""
        floors = tuple((tier.name, tier.bound) for tier in self.tiers)
        moved: dict[Stage, float] = {tier.name: tier.seconds for tier in self.tiers}
        return Found(self.plan.starts, floors, moved, None, self.seconds, self.events)


def checked(case: Case, settings: Settings, begun: Iterable[Start]) -> Plan:
    """Return the plan, walked through by the independent checker.

    Raises:
        SolverFault: the plan breaks something.
    """
    plan = Plan(case, settings, begun)
    broken = next(plan.violations(), None)
    if broken is not None:
        raise SolverFault(f"the plan found fails the independent check: {broken}")
    return plan


def concluded(case: Case, settings: Settings, options: Options, found: Found) -> Outcome:
    """Check what was found, value it, and hold it against its bounds.

    Raises:
        SolverFault: the plan breaks something.
    """
    plan = checked(case, settings, found.begun)
    tiers, events = [], Events()
    events.take(found.events)
    for name, bound in found.floors:
        value = float(plan.tier_values[name])
        if refuted(bound, value):
            events.note(
                f"tier {name}: a bound of {bound:.9g} lies above the plan found, which comes to "
                f"{value:.9g}; it was thrown away"
            )
            bound = 0.0  # what is missing, or sent, is never less
        floor = min(bound, value)
        met = value - floor <= max(PROVEN_ABSOLUTE, options.gap * abs(value))
        tiers.append(TierResult(name, value, floor, found.moved.get(name, 0.0), met))
    status: Status = "optimal" if all(tier.proven for tier in tiers) else "within_gap"
    if status != "optimal" and found.ended is not None:
        status = found.ended
    return Outcome(plan, tuple(tiers), status, found.seconds, events.told())


def relative_gap(value: float, bound: float) -> float:
    """Return how far a value lies above its bound, as a part of it; 0 where nothing is known."""
    return (value - bound) / abs(value) if value and math.isfinite(value) else 0.0
