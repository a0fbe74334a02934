"""One measured solve in a process of its own: what it cost and what it proved, as JSON."""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.variants import VARIANTS, Variant
from benchmarks.yardstick import GAP, ROOT, TIERS, closed, peak
from model.domain import Settings
from model.formulation import Formulation
from model.highs import ABSOLUTE_GAP, Limits, minimise
from model.outcome import Options, Outcome
from model.program import Program, compile_program
from model.read import read_case
from model.solver import solve


@dataclass(frozen=True)
class Measured:
    """What came of one solve of the tiers ``critical`` and ``shortfall``.

    Attributes:
        build, wall: seconds of building the program and of solving it.
        cpu: processor seconds of solving it, over all threads: what others on the same cores
            disturb least.
        peak: MiB of memory of the process.
        values, bounds: of each tier.
        relaxed: of each tier, minimised alone over units that need not be whole.
    """

    status: str
    build: float
    wall: float
    cpu: float
    peak: float
    columns: int
    rows: int
    terms: int
    parts: int
    values: tuple[float, ...]
    bounds: tuple[float, ...]
    relaxed: tuple[float, ...]
    events: tuple[str, ...]

    @property
    def gap(self) -> float:
        """Distance of value and bound of the last tier; infinite while the first is open."""
        if not closed(self.values[0], self.bounds[0]):
            return math.inf
        return (self.values[1] - self.bounds[1]) / max(self.values[1], 1e-9)


def measured(folder: Path, variant: Variant, limit: float, gap: float = GAP) -> Measured:
    """Build and solve the case of the folder in this process.

    The limit is in processor seconds: a wall clock would measure who else is on the machine.
    """
    case = replace(read_case(folder).case, tiers=TIERS)
    with variant.at_work():
        began = time.perf_counter()
        formulation = variant.formulation(case, Settings())
        built = time.perf_counter()
        program = compile_program(formulation)
        cpu, started = time.process_time(), time.perf_counter()
        outcome = solve(
            formulation,
            Options(gap=gap, time_limit=20 * limit, apart=variant.apart),
            stopped=lambda: time.process_time() - cpu > limit,
        )
        wall, spent = time.perf_counter() - started, time.process_time() - cpu
        relaxed = _relaxed(program, formulation)
    return _told(outcome, program, relaxed, built - began, wall, spent)


def _relaxed(program: Program, formulation: Formulation) -> tuple[float, ...]:
    whole = replace(program, whole=np.zeros(program.size, dtype=bool))
    limits = Limits(0.0, ABSOLUTE_GAP, time.monotonic() + 60, 0)
    return tuple(
        minimise(whole, goal.costs, limits).bound + float(formulation.tiers[goal.name].constant)
        for goal in program.goals
    )


def _told(
    outcome: Outcome,
    program: Program,
    relaxed: tuple[float, ...],
    build: float,
    wall: float,
    cpu: float,
) -> Measured:
    return Measured(
        status=outcome.status,
        build=build,
        wall=wall,
        cpu=cpu,
        peak=peak(),
        columns=program.size,
        rows=len(program.rows),
        terms=sum(len(row.columns) for row in program.rows),
        parts=len(program.parts()),
        values=tuple(tier.value for tier in outcome.tiers),
        bounds=tuple(tier.bound for tier in outcome.tiers),
        relaxed=relaxed,
        events=outcome.events,
    )


def in_a_process(folder: Path, variant: str, limit: float) -> Measured:
    """Measure in a fresh process, so that neither memory nor patches are another's."""
    command = [sys.executable, "-m", "benchmarks.measure", str(folder), variant, str(limit)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    told: dict[str, Any] = json.loads(done.stdout)
    return Measured(**(told | {k: tuple(v) for k, v in told.items() if isinstance(v, list)}))


def main() -> None:
    """Measure one variant on one case and print it."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.measure", description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("variant", choices=VARIANTS)
    options.add_argument("limit", type=float, help="processor seconds")
    given = options.parse_args()
    print(json.dumps(asdict(measured(given.folder, VARIANTS[given.variant], given.limit))))


if __name__ == "__main__":
    main()
