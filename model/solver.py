"""Formulation -> Outcome: the plan with its proof, each answer of the solver checked.

Nothing is taken on trust. The search rounds every point to whole units and holds it against the
rows; here the final plan is walked through by ``model/plan.py``, which knows no solver, and valued
there. A plan that breaks something is a fault of this program and never a product.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from model.case import Case
from model.domain import Settings, Stage, Tier
from model.formulation import Formulation
from model.highs import SolverFault, probe
from model.plan import Plan, Start
from model.program import Program, Vector, compile_program
from model.search import Terms, search

Status = Literal["optimal", "within_gap", "time_limit", "interrupted"]
PROVEN_ABSOLUTE = 1e-6
DEFAULT_GAP = 1e-4

__all__ = [
    "Contradiction",
    "Options",
    "OutOfTime",
    "Outcome",
    "Progress",
    "SolverFault",
    "TierResult",
    "checked",
    "kept",
    "probe",
    "proven",
    "solve",
    "starts",
]


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
    """

    gap: float = DEFAULT_GAP
    time_limit: float = 600.0
    seed: int = 0
    apart: bool = True


@dataclass(frozen=True)
class Progress:
    """Where the search stands: tier, best value, bound, relative gap, seconds since the start."""

    tier: Tier
    best: float
    bound: float
    gap: float
    seconds: float


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


def solve(
    formulation: Formulation,
    options: Options,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Minimise the tiers in turn, each with the earlier ones held at the plan found.

    Args:
        formulation: the program.
        options: gap, limit, seed.
        on_progress: called as the search moves, a few times a second; from several threads.
        stopped: asked often; true ends the search with the best plan found.

    Raises:
        SolverFault: the solver fails the start-up probe, or its plan fails the checker.
        Contradiction, OutOfTime: see ``kept``.
    """
    began = time.monotonic()
    probe()
    moved: dict[Stage, float] = {}
    constants = {name: float(each.constant) for name, each in formulation.tiers.items()}

    def report(tier: Stage, best: float, bound: float) -> None:
        moved[tier] = time.monotonic() - began
        if tier == "pins":
            return
        value, floor = best + constants[tier], bound + constants[tier]
        gap = (value - floor) / abs(value) if value and math.isfinite(value) else 0.0
        on_progress(Progress(tier, value, floor, gap, moved[tier]))

    program = compile_program(formulation)
    terms = Terms(
        options.gap, began + options.time_limit, options.seed, report, stopped, options.apart
    )
    point, bounds = search(program, terms)
    case, settings = formulation.case, formulation.settings
    kept(program, point, bounds)
    plan = checked(case, settings, starts(formulation, program, point))
    return proven(plan, program, bounds, terms, options, moved, began)


def kept(program: Program, point: Vector, bounds: Sequence[float]) -> None:
    """Make sure that a point keeps every pin.

    Raises:
        Contradiction: no plan keeps them all.
        OutOfTime: none that does was found in time.
    """
    for goal, bound in zip(program.goals, bounds, strict=True):
        # A pin whose every way is shut has no column left: it is in the constant.
        if goal.name == "pins" and goal.constant + float(goal.costs @ point) > 0.5:
            raise Contradiction if goal.constant + bound > 0.5 else OutOfTime


def starts(formulation: Formulation, program: Program, point: Vector) -> list[Start]:
    """Return what begins at a point of a formulation's program."""
    return [
        Start(*assignment.key, round(point[column]))
        for assignment, column in zip(formulation.assignments, program.begin, strict=True)
        if column >= 0 and round(point[column]) > 0
    ]


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


def proven(
    plan: Plan,
    program: Program,
    bounds: Sequence[float],
    terms: Terms,
    options: Options,
    moved: Mapping[Stage, float],
    began: float,
) -> Outcome:
    """Hold a checked plan against the bounds of a search that ``began`` then."""
    tiers = []
    for goal, bound in zip(program.goals, bounds, strict=True):
        if goal.name == "pins":
            continue
        value = float(plan.tier_values[goal.name])
        floor = min(bound + goal.constant, value)
        met = value - floor <= max(PROVEN_ABSOLUTE, options.gap * abs(value))
        tiers.append(TierResult(goal.name, value, floor, moved.get(goal.name, 0.0), met))
    status: Status = "optimal" if all(tier.proven for tier in tiers) else "within_gap"
    if status != "optimal" and terms.ended is not None:
        status = terms.ended
    return Outcome(plan, tuple(tiers), status, time.monotonic() - began, tuple(terms.events))
