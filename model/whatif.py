"""A case and a change of it, both solved: what a comparison is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.case import Case
from model.domain import Settings
from model.explain import Gap, explain
from model.formulation import Formulation
from model.outcome import Options, Outcome
from model.session import BASE, Flips, Session
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


def _flipped(session: Session, flips: Flips, stopped: Callable[[], bool]) -> Side:
    outcome = session.solve(flips, stopped=stopped)
    return Side(outcome, tuple(explain(outcome.plan, session.candidates(flips))))


def _fresh(case: Case, settings: Settings, options: Options, stopped: Callable[[], bool]) -> Side:
    formulation = Formulation(case, settings)
    outcome = solve(formulation, options, stopped=stopped)
    return Side(outcome, tuple(explain(outcome.plan, formulation.all_candidates)))
