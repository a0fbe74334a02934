"""Muster and plain solvers on the same case, on the same cores, one after the other."""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.generate import generate, write
from benchmarks.peers import SOLVERS, THREADS, Moment, course
from benchmarks.plot import picture
from benchmarks.textbook import textbook
from benchmarks.yardstick import RESULTS, ROOT, TIERS, closed, peak
from model.case import Case
from model.domain import Settings
from model.plan import Plan, Start
from model.read import read_case
from tests.reference import contract

MUSTER = "Muster"
BY_PYOMO = "Pyomo's HiGHS"
"""Muster's program as one, without parts, solved by Pyomo's own interface to HiGHS."""
OURS: dict[str, dict[str, Any]] = {
    MUSTER: {},
    BY_PYOMO: {"solver": "appsi_highs", "apart": False},
}
NEEDS = {"SCIP": "pyscipopt", "CP-SAT": "ortools"}
GAPS = (0.01, 0.001)
MARKS = (10, 30, 60, 120)
HEAD = (
    *(f"s to {100 * gap:g} %" for gap in GAPS),
    *(f"gap at {mark} s" for mark in MARKS),
    *TIERS,
    "primal integral",
    "build s",
    "peak MiB",
)


@dataclass(frozen=True)
class Finish:
    """How one contender fared.

    Attributes:
        build: seconds to write the program down, without reading the case.
        peak: MiB of memory of the process.
        moments: where it stood, in order.
        values: tiers of its last plan, worked out by ``model/plan.py``.
        broken: what that plan breaks; empty where it is one.
    """

    build: float
    peak: float
    moments: tuple[Moment, ...]
    values: tuple[float, ...]
    broken: tuple[str, ...]

    def seconds_to(self, gap: float) -> float:
        """Return when the last tier was within the gap, or infinity."""
        return min((m.seconds for m in self._last() if m.gap <= gap), default=math.inf)

    def gap_at(self, seconds: float) -> float:
        """Return the gap of the last tier at a time; infinite while the first tier is open."""
        return next((m.gap for m in reversed(self._last()) if m.seconds <= seconds), math.inf)

    def bound(self, tier: str) -> float:
        """Return what was proven of a tier."""
        return max((m.bound for m in self.moments if m.tier == tier), default=0.0)

    def primal_integral(self, best: Sequence[float], seconds: float) -> float:
        """Return how long the plan in hand was how far from the best one: seconds x distance.

        Counted over the last tier; while the first is not at its best known value, or there is no
        plan, the distance is 1. 0 is the best plan at once, ``seconds`` none in all the time.
        """
        first, last = TIERS
        total, since, distance, reached = 0.0, 0.0, 1.0, False
        for m in self.moments:
            if m.seconds >= seconds:
                break
            total += distance * (m.seconds - since)
            since = m.seconds
            if m.tier == first:
                reached = m.best <= best[0] + max(1e-6, min(GAPS) * abs(best[0]))
            elif m.tier == last and reached and m.best < 1e15:
                distance = min(1.0, max(0.0, m.best - best[1]) / max(abs(m.best), 1e-9))
        return total + distance * (seconds - since)

    def _last(self) -> list[Moment]:
        return [m for m in self.moments if m.tier == TIERS[-1]]


def available() -> list[str]:
    """Return the contenders that are installed here, Muster first."""
    peers = [name for name in SOLVERS if name not in NEEDS or importlib.util.find_spec(NEEDS[name])]
    return [*OURS, *peers]


def race(size: str, seeds: Sequence[int], seconds: float, *, hard: bool, kinds: str | None) -> str:
    """Let all run on each case; return the table, and write it with its numbers.

    Raises:
        AssertionError: a contender's plan breaks a caveat, or one's value is below another's bound.
    """
    RESULTS.mkdir(exist_ok=True)
    what = " ".join((size, *(["hard"] if hard else []), *([f"{kinds} kinds"] if kinds else [])))
    name = f"textbook-{what.replace(' ', '-')}"
    rare = None if kinds is None else kinds == "every"
    report = [f"## {what}: Muster and the textbook formulation, {THREADS} cores, {seconds:g} s"]
    with (
        (RESULTS / f"{name}.csv").open("w", encoding="utf-8", newline="") as file,
        tempfile.TemporaryDirectory() as folder,
    ):
        numbers = csv.writer(file)
        numbers.writerow(["case", "seed", "solver", *HEAD])
        for seed in seeds:
            where = write(generate(size, seed, hard=hard, rare=rare), Path(folder) / str(seed))
            lines = [f"| solver | {' | '.join(HEAD)} |", "|---" * (1 + len(HEAD)) + "|"]
            finishes = {}
            for each in available():
                finish = finishes[each] = in_a_process(where, each, seconds)
                assert not finish.broken, f"{each}, seed {seed}: {finish.broken[0]}"
                print(f"{size} {seed}: {each}: {finish.values}", flush=True)
            agree(finishes)
            best = min(finish.values for finish in finishes.values())
            for each, finish in finishes.items():
                row = _row(finish, best, seconds)
                numbers.writerow([what, seed, each, *row])
                lines.append(f"| {each} | {' | '.join(row)} |")
            file.flush()
            _keep_course(f"{name}-{seed}", f"{what}, seed {seed}", finishes, seconds)
            report += [f"Seed {seed}:", "\n".join(lines)]
            text = "\n\n".join(report)
            (RESULTS / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    return "\n\n".join(report)


def agree(finishes: Mapping[str, Finish]) -> None:
    """Hold the contenders against each other.

    Raises:
        AssertionError: one has proven a bound above a value that another one reached.
    """
    first, last = TIERS
    for name, one in finishes.items():
        for other in finishes.values():
            assert one.bound(first) <= other.values[0] + 1e-6, f"{name}: bound of {first} too high"
            # A bound of the last tier is one for plans that hold the first where it was held.
            if other.values[0] <= one.values[0] + 1e-6:
                assert one.bound(last) <= other.values[1] + 1e-6, (
                    f"{name}: bound of {last} too high"
                )


def _keep_course(name: str, title: str, finishes: Mapping[str, Finish], seconds: float) -> None:
    """Write best and bound over time, as numbers and as a picture of each tier."""
    with (RESULTS / f"{name}-course.csv").open("w", encoding="utf-8", newline="") as file:
        numbers = csv.writer(file)
        numbers.writerow(["solver", "seconds", "tier", "best", "bound"])
        for each, finish in finishes.items():
            numbers.writerows([each, m.seconds, m.tier, m.best, m.bound] for m in finish.moments)
    courses = {each: finish.moments for each, finish in finishes.items()}
    for tier in TIERS:
        drawn = picture(title, courses, tier, seconds)
        (RESULTS / f"{name}-{tier}.svg").write_text(drawn, encoding="utf-8")


def _row(finish: Finish, best: Sequence[float], seconds: float) -> list[str]:
    reached = [finish.seconds_to(gap) for gap in GAPS]
    at = [finish.gap_at(mark) for mark in MARKS]
    return [
        *("-" if math.isinf(each) else f"{each:.1f}" for each in reached),
        *("-" if each > 10 else f"{100 * each:.2f} %" for each in at),
        *(f"{each:.3f}" for each in finish.values),
        f"{finish.primal_integral(best, seconds):.1f}",
        f"{finish.build:.2f}",
        f"{finish.peak:.0f}",
    ]


# One contender in a process of its own


def run(folder: Path, name: str, seconds: float) -> dict[str, Any]:
    """Let one contender run in this process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    case = replace(read_case(folder).case, tiers=TIERS)
    if name in OURS:
        build, moments, plan = _muster(case, seconds, OURS[name])
    else:
        reading = contract.load(folder)
        contract.possible(reading)  # kept in its memory: reading is not what is measured
        began = time.perf_counter()
        program = textbook(reading)
        build = time.perf_counter() - began
        went = course(program, SOLVERS[name], seconds)
        moments = went.moments
        units = [round(each) for each in (went.point or [])[: len(program.assignments)]]
        starts = [
            Start(*a.key, n) for a, n in zip(program.assignments, units, strict=False) if n > 0
        ]
        plan = Plan(case, Settings(), starts)
    return {
        "build": build,
        "peak": peak(),
        "moments": [[m.seconds, m.tier, m.best, m.bound] for m in moments],
        "values": [float(plan.tier_values[tier]) for tier in TIERS],
        "broken": list(plan.violations())[:3],
    }


def _muster(case: Case, seconds: float, how: Mapping[str, Any]) -> tuple[float, list[Moment], Plan]:
    """Solve with growing limits, and take only what each run ends with.

    Its progress adds up parts that may not fit together yet: that is no plan.
    """
    # Only here: CP-SAT brings a HiGHS of its own, and two of them in one process do not load.
    from model.formulation import Formulation
    from model.outcome import Options
    from model.solver import solve

    began = time.perf_counter()
    formulation = Formulation(case, Settings())
    build = time.perf_counter() - began
    moments: list[Moment] = []
    for limit in sorted({*(mark for mark in MARKS if mark < seconds), seconds}):
        outcome = solve(formulation, Options(gap=min(GAPS), time_limit=limit, **how))
        for tier in outcome.tiers:
            # A run that was stopped counts at its limit: checking its plan comes after that.
            seconds_taken = min(outcome.seconds, limit)
            moments.append(Moment(seconds_taken, tier.name, tier.value, tier.bound))
            if not closed(tier.value, tier.bound):
                break
        if moments[-1].tier == TIERS[-1] and moments[-1].gap <= min(GAPS):
            break
    return build, moments, outcome.plan


def in_a_process(folder: Path, name: str, seconds: float) -> Finish:
    """Let one contender run in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.race", str(folder), name, str(seconds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    told = json.loads(done.stdout.splitlines()[-1])
    return Finish(
        build=told["build"],
        peak=told["peak"],
        moments=tuple(Moment(*each) for each in told["moments"]),
        values=tuple(told["values"]),
        broken=tuple(told["broken"]),
    )


def main() -> None:
    """Run one contender on one case and print how it fared."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.race", description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("name", choices=(*OURS, *SOLVERS))
    options.add_argument("seconds", type=float)
    given = options.parse_args()
    print(json.dumps(run(given.folder, given.name, given.seconds)))


if __name__ == "__main__":
    main()
