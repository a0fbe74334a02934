"""The thin hand on HiGHS: one program, one goal, one answer. Nothing here trusts the answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np

from model.outcome import SolverFault
from model.program import INFINITY, Matrix, Piece, Program, Row, Vector

Ending = Literal["optimal", "infeasible", "time_limit", "interrupted", "spent", "failed"]
ABSOLUTE_GAP = 1e-6

_ENDINGS: dict[Any, Ending] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kTimeLimit: "time_limit",
    highspy.HighsModelStatus.kInterrupt: "interrupted",
}

_ROUNDED = 600
"""Columns up to which HiGHS rounds its relaxations once more: beyond, that costs more than it
brings (parts of the shipped case have 480 at most, joined ones 1,580: a third more time)."""


@dataclass(frozen=True)
class Limits:
    """When to stop.

    Attributes:
        gap, absolute_gap: relative and absolute distance of best and bound.
        until: the moment, in monotonic seconds.
        effort: so many times HiGHS asks whether to go on: at every node and every round of cuts.
            Unlike seconds they end a search at the same point on every machine.
    """

    gap: float
    absolute_gap: float
    until: float
    seed: int
    effort: float = INFINITY


@dataclass(frozen=True)
class Answer:
    """What HiGHS said.

    Attributes:
        point: value of every column, or None where it gave none.
        bound: proven lower bound of the goal; -inf where there is none.
        said: HiGHS's own word for how it ended.
        effort: how often HiGHS asked whether to go on; 0 where no effort was set.
    """

    ending: Ending
    point: Vector | None
    bound: float
    said: str
    effort: int = 0


class Watch:
    """Passes on the bound as it moves, and better points; carries a stop to the solver."""

    EVERY = 0.2  # seconds between two reports

    def __init__(
        self,
        proven: Callable[[float], None],
        stopped: Callable[[], bool],
        better: Callable[[Vector], None] | None = None,
    ) -> None:
        self.proven, self.stopped, self.better = proven, stopped, better
        self.last = time.monotonic()
        self.error: BaseException | None = None

    def attach(self, h: Any) -> None:
        """Hook into a HiGHS object; logging callbacks fire only with its output on."""
        h.cbMipLogging += self._progress
        h.cbMipInterrupt += self._stop
        h.cbSimplexInterrupt += self._stop
        if self.better is not None:
            h.cbMipImprovingSolution += self._improve

    def _progress(self, event: Any) -> None:
        now = time.monotonic()
        if now - self.last >= self.EVERY:
            self.last = now
            bound = event.data_out.mip_dual_bound
            self._guard(lambda: self.proven(bound))

    def _improve(self, event: Any) -> None:
        better, point = self.better, np.array(event.data_out.mip_solution)
        if better is not None and len(point):
            self._guard(lambda: better(point))

    def _stop(self, event: Any) -> None:
        if self.error is not None or self._guard(self.stopped):
            event.interrupt()

    def _guard(self, call: Callable[[], Any]) -> Any:
        """Run a callback of ours; an error in it may not unwind through the solver's frames."""
        try:
            return call()
        except BaseException as error:  # noqa: BLE001 - raised again once the solver has returned
            self.error = error
            return True


def probe(driven: Callable[..., Answer] | None = None, name: str = "") -> None:
    """Solve a tiny program that a released HiGHS got wrong.

    Args:
        driven: minimises it in place of HiGHS.
        name: of its solver.

    Raises:
        SolverFault: min 2x + 3z with x + z >= 4.5, 0 <= x, z <= 10, z whole is not 9.
    """
    program = Program(
        lower=np.zeros(2),
        upper=np.full(2, 10.0),
        whole=np.array([False, True]),
        rows=(Row((0, 1), (1.0, 1.0), 4.5, INFINITY),),
        goals=(),
        begin=(),
        nothing=np.zeros(2),
    )
    limits = Limits(0.0, ABSOLUTE_GAP, time.monotonic() + 60, 0)
    answer = (driven or minimise)(program, np.array([2.0, 3.0]), limits)
    found = math.nan if answer.point is None else 2 * answer.point[0] + 3 * answer.point[1]
    if not abs(found - 9) <= 1e-6:
        who = name if driven else f"HiGHS {version()}"
        do = "use another solver" if driven else "install highspy 1.15.1 or later"
        raise SolverFault(f"{who} answers {found:g} where 9 is right; {do}")


def version() -> str:
    """Return the version of HiGHS that is loaded."""
    return str(highspy.Highs().version())


class _Purse:
    """Stops a search whose effort is spent."""

    def __init__(self, effort: float) -> None:
        self.effort, self.used = effort, 0

    def attach(self, h: Any) -> None:
        """Hook into a HiGHS object."""
        h.cbMipInterrupt += self._pay

    def _pay(self, event: Any) -> None:
        self.used += 1
        if self.used >= self.effort:
            event.interrupt()


def minimise(
    program: Program | Piece,
    costs: Vector,
    limits: Limits,
    *,
    more: Sequence[Row] = (),
    idle: Sequence[int] = (),
    start: Vector | None = None,
    watch: Watch | None = None,
    presolve: bool = True,
) -> Answer:
    """Minimise one goal over a program.

    Args:
        program: columns and rows.
        costs: one per column.
        limits: when to stop.
        more: rows beside the program's own.
        idle: columns fixed at 0.
        start: a point to begin from.
        watch: progress and stop.
        presolve: whether HiGHS may presolve.
    """
    h = highspy.Highs()
    for option, setting in (
        ("output_flag", watch is not None),  # the progress callback fires only with output on
        ("log_to_console", False),
        ("presolve", "on" if presolve else "off"),
        ("time_limit", max(0.0, limits.until - time.monotonic())),
        ("random_seed", limits.seed),
        ("threads", 1),  # parts are solved side by side; one thread gives one answer
        ("mip_rel_gap", limits.gap),
        ("mip_abs_gap", limits.absolute_gap),
        # It looks for a first plan, and there always is one: nothing deployed, or a better start.
        ("mip_heuristic_run_feasibility_jump", False),
        # These two: over twelve seeds of the shipped case a fifth less time in the median.
        ("mip_heuristic_run_root_reduced_cost", False),
        ("mip_heuristic_run_zi_round", program.size <= _ROUNDED),
    ):
        h.setOptionValue(option, setting)
    h.passModel(_lp(program, costs, more, idle))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        h.setSolution(solution)
    if watch is not None:
        watch.attach(h)
    purse = _Purse(limits.effort)
    if limits.effort < INFINITY:
        purse.attach(h)
    h.run()
    if watch is not None and watch.error is not None:
        raise watch.error
    status = h.getModelStatus()
    info = h.getInfo()
    point = np.array(h.getSolution().col_value)
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    usable = feasible and len(point) == program.size and bool(np.isfinite(point).all())
    if program.whole.any():
        bound = float(info.mip_dual_bound)
    else:
        ended = status == highspy.HighsModelStatus.kOptimal
        bound = float(info.objective_function_value) if ended else -INFINITY
    ending = _ENDINGS.get(status, "failed")
    return Answer(
        "spent" if purse.used >= limits.effort and ending == "interrupted" else ending,
        point if usable else None,
        bound if math.isfinite(bound) and abs(bound) < highspy.kHighsInf else -INFINITY,
        h.modelStatusToString(status),
        purse.used,
    )


def _lp(program: Program | Piece, costs: Vector, more: Sequence[Row], idle: Sequence[int]) -> Any:
    """Lay the program out as HiGHS takes it."""
    rows = program.matrix.and_then(Matrix.of(more)) if more else program.matrix
    upper = program.upper.copy()
    upper[list(idle)] = 0.0
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.size, len(rows.lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = costs, program.lower, upper
    lp.row_lower_, lp.row_upper_ = rows.lower, rows.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = rows.start
    lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.index, rows.value
    if program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(each)] for each in program.whole]
    return lp
