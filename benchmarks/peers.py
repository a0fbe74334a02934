"""Plain HiGHS, SCIP and CP-SAT on the textbook formulation: two tiers, one after the other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

from benchmarks.textbook import Row, Sum, Textbook
from benchmarks.yardstick import GAP

THREADS = 2
HOLD = Fraction(1, 10_000)  # by how much a held tier may drift, as in Muster's own hands


@dataclass(frozen=True)
class Moment:
    """Where a solver stood: seconds since the start, tier, best value and bound."""

    seconds: float
    tier: str
    best: float
    bound: float

    @property
    def gap(self) -> float:
        """Relative distance of best and bound."""
        if self.best > 1e15 or not math.isfinite(self.bound):  # SCIP's infinity is 1e20
            return math.inf
        return max(0.0, self.best - self.bound) / max(abs(self.best), 1e-9)


class Stopwatch:
    """Counts the seconds spent inside of it: ``with stopwatch: ...``, again and again."""

    def __init__(self) -> None:
        self._before, self._since = 0.0, math.inf

    @property
    def seconds(self) -> float:
        """So many were counted by now."""
        return self._before + max(0.0, time.perf_counter() - self._since)

    def __enter__(self) -> None:
        self._since = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._before, self._since = self.seconds, math.inf


@dataclass
class Course:
    """How a solver went through the tiers.

    Attributes:
        moments: where it stood, in seconds of its own work.
        point: the last plan; None where there is none.
        seconds: so long it worked.
        handed: seconds that it took to hand it the program, tier by tier, and to read what it
            found. The limit and the moments leave them out.
    """

    moments: list[Moment] = field(default_factory=list)
    point: list[float] | None = None
    seconds: float = 0.0
    handed: float = 0.0


@dataclass(frozen=True)
class Task:
    """One tier to minimise.

    Attributes:
        holds: rows that hold earlier tiers.
        start: a point to begin from.
        seconds: time limit.
        gap: relative gap.
        threads: at most; one number for all solves of HiGHS in a process.
        note: told (best, bound) as they move.
        clock: runs while the solver does.
    """

    program: Textbook
    costs: Sum
    holds: Sequence[Row]
    start: Sequence[float] | None
    seconds: float
    gap: float
    threads: int
    note: Callable[[float, float], None]
    clock: Stopwatch

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return [*self.program.rows, *self.holds]


Solver = Callable[[Task], list[float] | None]


def course(
    program: Textbook, solver: Solver, seconds: float, gap: float = GAP, threads: int = THREADS
) -> Course:
    """Minimise the tiers in turn, each with the earlier ones held at the value found."""
    went = Course(point=None if program.upper else [])
    began, clock = time.perf_counter(), Stopwatch()
    holds: list[Row] = []
    for tier, costs in program.tiers.items() if program.upper else ():
        left = seconds - clock.seconds
        if left <= 0:
            break

        def note(best: float, bound: float, tier: str = tier) -> None:
            went.moments.append(Moment(clock.seconds, tier, best, max(bound, 0.0)))

        point = solver(Task(program, costs, holds, went.point, left, gap, threads, note, clock))
        if point is None:
            break
        went.point = point
        value = sum(Fraction(worth) * _exact(program, i, point[i]) for i, worth in costs.items())
        if went.moments and went.moments[-1].gap > gap:
            break
        holds.append(Row(costs, None, value + HOLD))
    went.seconds = clock.seconds
    went.handed = time.perf_counter() - began - went.seconds
    return went


def _exact(program: Textbook, i: int, value: float) -> Fraction:
    grain = program.grain[i]
    return round(value / grain) * grain


def highs(task: Task) -> list[float] | None:
    """Solve with HiGHS as it comes."""
    import highspy
    import numpy as np

    program, rows = task.program, task.rows
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.upper), len(rows)
    costs = np.zeros(len(program.upper))
    for i, worth in task.costs.items():
        costs[i] = float(worth)
    lp.col_cost_, lp.col_lower_ = costs, np.zeros(len(costs))
    lp.col_upper_ = np.array([float(each) for each in program.upper])
    lp.row_lower_ = np.array([_or(row.lower, -highspy.kHighsInf) for row in rows])
    lp.row_upper_ = np.array([_or(row.upper, highspy.kHighsInf) for row in rows])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(row.terms) for row in rows)]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([i for row in rows for i in row.terms], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([float(v) for row in rows for v in row.terms.values()])
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[each] for each in program.whole]
    h = highspy.Highs()
    for option, setting in (
        ("log_to_console", False),
        ("threads", task.threads),
        ("time_limit", task.seconds),
        ("mip_rel_gap", task.gap),
    ):
        h.setOptionValue(option, setting)
    h.passModel(lp)
    if task.start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(task.start)
        h.setSolution(solution)
    h.cbMipLogging += lambda event: task.note(
        event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
    )
    with task.clock:
        h.run()
    info = h.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    task.note(info.objective_function_value, info.mip_dual_bound)
    return list(h.getSolution().col_value)


def _or(bound: Any, otherwise: float) -> float:
    return otherwise if bound is None else float(bound)


def scip(task: Task) -> list[float] | None:
    """Solve with SCIP as it comes (it uses one thread)."""
    from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, Model, quicksum

    class Watch(Eventhdlr):
        """Notes best and bound as SCIP finds plans and ends nodes."""

        events = SCIP_EVENTTYPE.BESTSOLFOUND | SCIP_EVENTTYPE.NODESOLVED

        def eventinit(self) -> None:
            self.model.catchEvent(self.events, self)

        def eventexit(self) -> None:
            self.model.dropEvent(self.events, self)

        def eventexec(self, event: Any) -> None:  # noqa: ARG002 - SCIP's signature
            task.note(self.model.getPrimalbound(), self.model.getDualbound())

    model = Model()
    model.hideOutput()
    model.setParam("limits/time", task.seconds)
    model.setParam("limits/gap", task.gap)
    columns = [
        model.addVar(vtype="I" if whole else "C", lb=0, ub=float(upper))
        for upper, whole in zip(task.program.upper, task.program.whole, strict=True)
    ]
    for row in task.rows:
        total = quicksum(float(value) * columns[i] for i, value in row.terms.items())
        if row.upper is not None:
            model.addCons(total <= float(row.upper))
        if row.lower is not None:
            model.addCons(total >= float(row.lower))
    model.setObjective(quicksum(float(v) * columns[i] for i, v in task.costs.items()))
    model.includeEventhdlr(Watch(), "watch", "notes best and bound")
    if task.start is not None:
        start = model.createSol()
        for column, value in zip(columns, task.start, strict=True):
            model.setSolVal(start, column, value)
        model.addSol(start)
    with task.clock:
        model.optimize()
    if not model.getNSols():
        return None
    task.note(model.getPrimalbound(), model.getDualbound())
    best = model.getBestSol()
    return [model.getSolVal(best, column) for column in columns]


def cp_sat(task: Task) -> list[float] | None:
    """Solve with CP-SAT as it comes; every column counted in its grains, every row whole."""
    from ortools.sat.python import cp_model

    program = task.program
    model = cp_model.CpModel()
    columns = [
        model.new_int_var(0, int(upper / grain), "")
        for upper, grain in zip(program.upper, program.grain, strict=True)
    ]

    def total(terms: Mapping[int, Any], scale: int) -> Any:
        factors = [int(value * program.grain[i] * scale) for i, value in terms.items()]
        return cp_model.LinearExpr.weighted_sum([columns[i] for i in terms], factors)

    def scale_of(terms: Mapping[int, Any]) -> int:
        return lcm(*((Fraction(v) * program.grain[i]).denominator for i, v in terms.items()))

    for row in task.rows:
        scale = scale_of(row.terms)
        if row.upper is not None:
            model.add(total(row.terms, scale) <= math.floor(row.upper * scale))
        if row.lower is not None:
            model.add(total(row.terms, scale) >= math.ceil(row.lower * scale))
    scale = scale_of(task.costs)
    model.minimize(total(task.costs, scale))
    if task.start is not None:
        for i, value in enumerate(task.start):
            model.add_hint(columns[i], round(value / float(program.grain[i])))

    class Watch(cp_model.CpSolverSolutionCallback):
        """Notes best and bound as CP-SAT finds plans."""

        best, bound = math.inf, 0.0

        def on_solution_callback(self) -> None:
            self.best, self.bound = self.objective_value, self.best_objective_bound
            task.note(self.best / scale, self.bound / scale)

        def bounded(self, bound: float) -> None:
            task.note(self.best / scale, bound / scale)

    watch, solver = Watch(), cp_model.CpSolver()
    solver.best_bound_callback = watch.bounded
    solver.parameters.num_workers = task.threads
    solver.parameters.max_time_in_seconds = task.seconds
    solver.parameters.relative_gap_limit = task.gap
    with task.clock:
        status = solver.solve(model, watch)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    task.note(solver.objective_value / scale, solver.best_objective_bound / scale)
    return [
        solver.value(column) * float(grain)
        for column, grain in zip(columns, program.grain, strict=True)
    ]


SOLVERS: dict[str, Solver] = {"HiGHS": highs, "SCIP": scip, "CP-SAT": cp_sat}
