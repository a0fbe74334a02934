"""Any other solver that Pyomo drives, asked as HiGHS is: one program, one goal, one answer.

The standard form goes to Pyomo as it stands, and Pyomo hands it to the solver: by a file or by the
solver's own library, as that solver wants it. It is slower than ``model/highs.py``, cannot be
watched, and a stop waits for the solve that runs; the tiers, the limits and all checks are the
same.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import sys
import threading
import time
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyomo.core import ConcreteModel, ConstraintList, Integers, Objective, Reals, Var
from pyomo.core.expr import LinearExpression
from pyomo.opt import SolverFactory

from model.highs import Answer, Ending, Limits, Watch
from model.outcome import SolverFault
from model.program import INFINITY, Program, Row, Vector


@dataclass(frozen=True)
class Make:
    """What is known of a make of solver.

    Attributes:
        interfaces: Pyomo's names for it, the one to try first at first.
        relative, absolute, seed, threads: what it calls its options; "" where it has none.
        quiet: an option that keeps it from logging, and its value. A library that holds Python's
            lock while it solves would wait forever for its log to be read.
        tells_bound: whether the bound that Pyomo reads is one; else it is the value once more.
    """

    interfaces: tuple[str, ...]
    relative: str = ""
    absolute: str = ""
    seed: str = ""
    threads: str = ""
    quiet: tuple[str, int] = ("", 0)
    tells_bound: bool = False


MAKES: Mapping[str, Make] = {
    "cbc": Make(("cbc",), "ratioGap", "allowableGap", "randomCbcSeed"),
    "cplex": Make(
        ("cplex_direct", "cplex"), "mip_tolerances_mipgap", "mip_tolerances_absmipgap",
        "randomseed", "threads", tells_bound=True,
    ),
    "glpk": Make(("glpk",), "mipgap"),
    "gurobi": Make(
        ("gurobi_direct", "gurobi"), "MIPGap", "MIPGapAbs", "Seed", "Threads",
        ("OutputFlag", 0), tells_bound=True,
    ),
    "scip": Make(
        ("scip_direct", "scip"), "limits/gap", "limits/absgap", "randomization/randomseedshift",
        quiet=("display/verblevel", 0), tells_bound=True,
    ),
    "xpress": Make(
        ("xpress_direct",), "miprelstop", "mipabsstop", "randomseed", "threads",
        ("outputlog", 0), tells_bound=True,
    ),
}  # fmt: skip
"""The makes whose options are known. Any other solver of Pyomo's works to its own gap."""

_ENDINGS: Mapping[str, Ending] = {
    "optimal": "optimal",
    "globallyOptimal": "optimal",
    "infeasible": "infeasible",
    "infeasibleOrUnbounded": "infeasible",
    "maxTimeLimit": "time_limit",
}

UNBOUNDED = 1e20
"""What solvers write for a bound that is none."""

_ONE_AT_A_TIME = threading.Lock()
"""Pyomo captures the output of a whole process: two solves at once wait for each other."""


class Driven:
    """A solver that Pyomo drives.

    Args:
        name: a make, or Pyomo's own name for a solver.

    Raises:
        SolverFault: Pyomo knows no such solver, or it is not installed.
    """

    def __init__(self, name: str) -> None:
        # Pyomo's solvers register themselves when this is loaded; nothing else needs it.
        import pyomo.environ

        del pyomo
        self.name = name
        self.make = MAKES.get(name, Make((name,)))
        for interface in self.make.interfaces:
            if _available(interface):
                self._interface = interface
                return
        raise SolverFault(
            f"the solver {name} is not to be had: Pyomo does not know it, or it is not installed "
            f"here; known by name are highs, {', '.join(MAKES)}"
        )

    def minimise(
        self,
        program: Program,
        costs: Vector,
        limits: Limits,
        *,
        more: Sequence[Row] = (),
        idle: Sequence[int] = (),
        start: Vector | None = None,
        watch: Watch | None = None,
        presolve: bool = True,
    ) -> Answer:
        """Minimise one goal over a program, see :func:`model.highs.minimise`.

        Raises:
            SolverFault: the solver broke off, for want of a licence or of size for instance.
        """
        del presolve  # each make has another word for it, most have none
        if watch is not None and watch.stopped():
            return Answer("interrupted", None, -INFINITY, "stopped")
        with _ONE_AT_A_TIME:
            left = limits.until - time.monotonic()
            if left <= 0:
                return Answer("time_limit", None, -INFINITY, "no time left")
            model = _stated(program, costs, [*program.rows, *more], idle, start)
            return self._solve(model, costs, limits, left)

    def _solve(self, model: ConcreteModel, costs: Vector, limits: Limits, seconds: float) -> Answer:
        solver = SolverFactory(self._interface)
        make = self.make
        for option, setting in (
            (make.relative, limits.gap),
            (make.absolute, limits.absolute_gap),
            (make.seed, limits.seed),
            (make.threads, 1),
            make.quiet,
        ):
            if option:
                solver.options[option] = setting
        asked: dict[str, Any] = {"load_solutions": False, "timelimit": math.ceil(seconds)}
        if _takes_starts(solver):
            asked["warmstart"] = True
        try:
            with _quiet():
                results = solver.solve(model, **asked)
        except Exception as error:
            raise SolverFault(f"{self.name} broke off: {error}") from error
        said = str(results.solver.termination_condition)
        ending = _ENDINGS.get(said, "failed")
        if ending not in ("optimal", "time_limit"):
            return Answer(ending, None, -INFINITY, said)
        point = None
        with _quiet(), contextlib.suppress(ValueError, RuntimeError, AttributeError):
            model.solutions.load_from(results)
            found = np.array([each.value for each in model.columns.values()], dtype=float)
            point = found if np.isfinite(found).all() else None
        bound = results.problem.lower_bound
        bound = float(bound) if isinstance(bound, int | float) else -INFINITY
        told = make.tells_bound and bound > -INFINITY
        if ending == "optimal" and point is not None and not told:
            # Nothing is better by more than the gap: that is all that some makes say.
            value = float(costs @ point)
            bound = value - max(limits.absolute_gap, limits.gap * abs(value))
        # Some say 1e40 where they know nothing.
        return Answer(ending, point, bound if abs(bound) < UNBOUNDED else -INFINITY, said)


def _available(interface: str) -> bool:
    try:
        with _quiet():
            return bool(SolverFactory(interface).available(exception_flag=False))
    except Exception:  # noqa: BLE001 - each interface has its own ways of not being there
        return False


def _takes_starts(solver: Any) -> bool:
    asks = getattr(solver, "warm_start_capable", None)
    return bool(asks and asks())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Pyomo and a solver have to say: licences, warnings, logs.

    Nothing reads it: a pipe that fills up would stop a solver that holds Python's lock.
    """
    logger = logging.getLogger("pyomo")
    before, logger.disabled = logger.disabled, True
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for number, own in enumerate(kept, start=1):
            os.dup2(own, number)
            os.close(own)
        os.close(nowhere)
        logger.disabled = before


def _stated(
    program: Program,
    costs: Vector,
    rows: Sequence[Row],
    idle: Collection[int],
    start: Vector | None,
) -> ConcreteModel:
    """Return the program as Pyomo takes it: one variable a column, ``columns``."""
    model = ConcreteModel()
    upper = program.upper.copy()
    upper[list(idle)] = 0.0
    lows, tops = program.lower.tolist(), upper.tolist()
    columns = model.columns = Var(
        range(program.size),
        domain=lambda _, c: Integers if program.whole[c] else Reals,
        bounds=lambda _, c: (_finite(lows[c]), _finite(tops[c])),
    )
    if start is not None:
        for column, value in zip(columns.values(), start.tolist(), strict=True):
            column.set_value(value, skip_validation=True)
    model.rows = ConstraintList()
    for row in rows:
        if row.columns:
            those = [columns[c] for c in row.columns]
            body = LinearExpression(linear_coefs=row.values, linear_vars=those)
            model.rows.add((_finite(row.lower), body, _finite(row.upper)))
    paid = np.flatnonzero(costs).tolist()
    those = [columns[c] for c in paid] or [columns[0]]
    weights = costs[paid].tolist() or [0.0]
    model.costs = Objective(expr=LinearExpression(linear_coefs=weights, linear_vars=those))
    return model


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
