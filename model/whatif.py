"""A case and a change of it, both solved: what a comparison is made of."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from model.case import Case
from model.domain import Settings, Tier, is_tier
from model.explain import Gap, explain
from model.faults import Fault
from model.formulation import Formulation
from model.outcome import Options, Outcome, Progress
from model.pareto import Frontier, Tell, Tracing
from model.session import BASE, Flips, OnPlan, Session
from model.solver import solve


@dataclass(frozen=True)
class Side:
    """One of two cases: its best plan with the proof, and its gaps with their reasons."""

    outcome: Outcome
    gaps: tuple[Gap, ...]


def both(
    base: Case,
    changed: Case,
    flips: Flips,
    settings: Settings,
    options: Options,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[Side, Side]:
    """Solve a case, and the changed case with some of its switches flipped.

    Where the two cases are one, it is built once. A part of the force that the change does not
    reach is the same program on both sides, and so gets the same plan.

    Raises:
        Contradiction, OutOfTime: see ``model/solver.py``.
    """
    if changed is base:
        session = Session(base, settings, options)
        return _flipped(session, BASE, stopped), _flipped(session, flips, stopped)
    before = _fresh(base, settings, options, stopped)
    if flips == BASE:
        return before, _fresh(changed, settings, options, stopped)
    return before, _flipped(Session(changed, settings, options), flips, stopped)


def _flipped(
    session: Session, flips: Flips, stopped: Callable[[], bool], until: float = math.inf
) -> Side:
    outcome = session.solve(flips, stopped=stopped, until=until)
    return Side(outcome, _told(session, flips, outcome))


def _told(session: Session, flips: Flips, outcome: Outcome) -> tuple[Gap, ...]:
    return tuple(explain(outcome.plan, session.candidates(flips)))


def _fresh(case: Case, settings: Settings, options: Options, stopped: Callable[[], bool]) -> Side:
    formulation = Formulation(case, settings)
    outcome = solve(formulation, options, stopped=stopped)
    return Side(outcome, tuple(explain(outcome.plan, formulation.all_candidates)))


Least = tuple[int, float]
"""The fewest unit-months that any plan moves, as found, and the proven bound."""


@dataclass(frozen=True)
class Stability:
    """What it costs to keep to a plan.

    Attributes:
        free: the best plan, which moves as far as that takes.
        held: the best plan that moves no more than asked; None where that was not asked, or no
            plan moves so little.
        least: how little any plan moves.
        curve: what each step of change buys; None where that was not asked.
    """

    free: Side
    held: Side | None
    least: Least
    curve: Frontier | None


def steadied(
    case: Case,
    flips: Flips,
    settings: Settings,
    options: Options,
    *,
    most: int | None,
    curve: bool = False,
    points: int | None = None,
    tell: Tell = lambda what, count: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Stability:
    """Solve a case freely, and with no more than ``most`` unit-months moved from the plan to keep.

    Args:
        case: the case, with tier ``change``.
        flips: how it is changed.
        settings: with the plan to keep.
        options: gap, seed, and seconds for all of it.
        most: how many unit-months may move; None for no such plan.
        curve: whether to trace what each step of change buys.
        points: at most so many points of the curve.
        tell: told what the curve looks for and how many points it has.
        stopped: asked often; true ends the search.

    Raises:
        Contradiction, OutOfTime: see ``model/solver.py``.
    """
    until = time.monotonic() + options.time_limit
    # A point of the curve is on it only where nothing better is left at all.
    session = Session(case, settings, replace(options, gap=0.0) if curve else options)
    free = _flipped(session, flips, stopped, until)
    least, found = holding(session, flips, most, until=until, stopped=stopped)
    held = Side(found, _told(session, flips, found)) if found else None
    frontier = None
    if curve:
        order: list[Tier] = [tier.name for tier in free.outcome.tiers]
        firsts = tuple(tier for tier in order if tier in ("critical", "shortfall")) or (order[0],)
        tracing = Tracing(session, flips, firsts, "change", until, stopped, tell)
        frontier = tracing.trace(points)
    return Stability(free, held, least, frontier)


def holding(
    session: Session,
    flips: Flips,
    most: int | None,
    *,
    until: float = math.inf,
    stopped: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_plan: OnPlan | None = None,
) -> tuple[Least, Outcome | None]:
    """Return how little any plan moves, and the best plan that moves no more than ``most``.

    Args:
        session: of a case with tier ``change`` and a plan to keep.
        flips: how it is changed.
        most: how many unit-months may move; None for no such plan.
        until: when to stop, in monotonic seconds, if that is before the session's limit.
        stopped: asked often; true ends the search.
        on_progress: told as the search for the best plan moves.
        on_plan: told plans while that goes on, see ``Session.solve``.

    Returns:
        No plan where none was asked for, or the least that was found is more than ``most``.

    Raises:
        Contradiction, OutOfTime: see ``model/solver.py``.
    """
    after, program = session.flipped(flips), session.program(flips)
    first = session.find(program.aimed("change"), after, until=until, stopped=stopped)
    nearest = first.outcome.tiers[0]
    least = round(nearest.value), nearest.bound
    if most is None or nearest.value > most:
        return least, None
    order = [goal.name for goal in program.goals if is_tier(goal.name)]
    bounded = program.bounded("change", most + 0.5, first.point).aimed(*order)
    found = session.find(
        bounded, after, until=until, stopped=stopped, on_progress=on_progress, on_plan=on_plan
    )
    return least, found.outcome


def too_little(flag: str, most: int, least: Least, label: str) -> Fault:
    """Say why there is no plan that moves so little: proven where the bound is beyond it."""
    value, bound = least
    if bound > most + 0.5:
        message = f"is less than any plan moves from {label}"
        return Fault(flag, 0, "", str(most), message, f"allowed: {value} or more")
    message = f"no plan was found in time that moves so little; the nearest moves {value}"
    return Fault(flag, 0, "", str(most), message)
