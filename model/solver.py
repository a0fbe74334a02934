"""Formulation -> Found: a search through the program, watched, with its bounds in the case's terms.

The search rounds every point to whole units and holds it against the rows. ``model/outcome.py``
then checks the plan without a solver.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from model.course import Course
from model.domain import Stage, Tier, is_tier
from model.formulation import Formulation
from model.highs import Answer, probe
from model.outcome import (
    HIGHS,
    Contradiction,
    Found,
    Options,
    Outcome,
    OutOfTime,
    Progress,
    concluded,
    relative_gap,
)
from model.plan import Start
from model.program import Program, Vector, compile_program
from model.search import search
from model.terms import Terms

__all__ = ["find", "found_at", "kept", "named", "ready", "reporting", "solve", "starts"]


def solve(
    formulation: Formulation,
    options: Options,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Return the plan that ``find`` finds, checked.

    Raises:
        SolverFault: the solver fails the start-up probe, or its plan fails the checker.
        Contradiction, OutOfTime: see ``kept``.
    """
    found = find(formulation, options, on_progress, stopped)
    return concluded(formulation.case, formulation.settings, options, found)


def find(
    formulation: Formulation,
    options: Options,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Found:
    """Minimise the tiers in turn, each with the earlier ones held at the plan found.

    Args:
        formulation: the program.
        options: gap, limit, seed.
        on_progress: called as the search moves, a few times a second; from several threads.
        stopped: asked often; true ends the search with the best plan found.

    Raises:
        SolverFault: the solver fails the start-up probe.
        Contradiction, OutOfTime: see ``kept``.
    """
    began = time.monotonic()
    driven = ready(options.solver)
    moved: dict[Stage, float] = {}
    constants = {name: float(each.constant) for name, each in formulation.tiers.items()}
    note, course = reporting(constants, moved, began, options.gap, on_progress)
    program = compile_program(formulation)
    terms = Terms(
        options.gap,
        began + options.time_limit,
        options.seed,
        note,
        stopped,
        options.apart,
        driven=driven,
        who=named(options.solver),
        course=course,
    )
    point, bounds = search(program, terms)
    kept(program, point, bounds)
    return found_at(formulation, program, point, bounds, terms, moved, began)


def ready(solver: str) -> Callable[..., Answer] | None:
    """Return what asks the solver in place of HiGHS, None for HiGHS; it was tried on a probe.

    Raises:
        SolverFault: the solver is not to be had, or fails the probe.
    """
    if solver == HIGHS:
        probe()
        return None
    from model.driven import Driven

    driven = Driven(solver).minimise
    probe(driven, solver)
    return driven


def named(solver: str) -> str:
    """Return the name by which events tell of a solver."""
    return "HiGHS" if solver == HIGHS else solver


def reporting(
    constants: Mapping[Tier, float] | Mapping[Stage, float],
    moved: dict[Stage, float],
    began: float,
    gap: float,
    on_progress: Callable[[Progress], None],
) -> tuple[Callable[[Stage], None], Course]:
    """Return what hears which tier moves in a search of a program with these constants, its course.

    The first notes in ``moved`` when each tier last did, in seconds since it ``began``; the second
    tells where the whole stands.
    """
    whole: dict[str, float] = {str(name): each for name, each in constants.items()}

    def note(tier: Stage) -> None:
        moved[tier] = time.monotonic() - began

    def tell(tier: Stage, best: float, bound: float) -> None:
        if is_tier(tier):
            value, floor = best + whole[tier], bound + whole[tier]
            seconds = time.monotonic() - began
            on_progress(Progress(tier, value, floor, relative_gap(value, floor), seconds))

    return note, Course(tell, gap)


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


def starts(formulation: Formulation, program: Program, point: Vector) -> tuple[Start, ...]:
    """Return what begins at a point of a formulation's program."""
    return tuple(
        Start(*assignment.key, round(point[column]))
        for assignment, column in zip(formulation.assignments, program.begin, strict=True)
        if column >= 0 and round(point[column]) > 0
    )


def found_at(
    formulation: Formulation,
    program: Program,
    point: Vector,
    bounds: Sequence[float],
    terms: Terms,
    moved: Mapping[Stage, float],
    began: float,
) -> Found:
    """Tell a point, and the bounds of the search that ``began`` then, in the case's terms."""
    floors = tuple(
        (goal.name, bound + goal.constant)
        for goal, bound in zip(program.goals, bounds, strict=True)
        if is_tier(goal.name)
    )
    begun = starts(formulation, program, point)
    seconds = time.monotonic() - began
    return Found(begun, floors, moved, terms.ended, seconds, terms.events.told())
