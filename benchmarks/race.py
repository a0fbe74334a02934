"""Muster and plain solvers on the same case, on the same cores, one after the other.

Two clocks, and what is in doubt counts against Muster:

* *Build* is Muster's listing of assignments, its statement in Pyomo and its standard form; of the
  peers, the textbook's rows and columns, the handing over to the solver, and the reading of what it
  found. To list the assignments is left out for the peers: their reader of the case is made to be
  plain, not quick.
* The *seconds* of a peer are those that its solver works, in both tiers together. Muster's begin
  where its search does, so that they have the standard form in them once more, and all handing over
  to HiGHS. The limit is one of these seconds.
"""

from __future__ import annotations

import argparse
import csv
import gc
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.generate import SIZES, generate, write
from benchmarks.peers import SOLVERS, THREADS, Moment, Stopwatch, course
from benchmarks.plot import picture
from benchmarks.textbook import Textbook, textbook
from benchmarks.yardstick import RESULTS, ROOT, TIERS, Between, closed, markdown, peak
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
GRACE = 1.01
"""Of the limit: who has not ended by then is told by *ended*, and what came later counts nowhere
but in the values of its plan."""
PATIENCE = 1200.0
"""Seconds beyond three times the limit after which a contender is taken to hang: to read the case,
to build, to check."""


@dataclass(frozen=True)
class Finish:
    """How one contender fared.

    Attributes:
        build: seconds to write the program down, without reading the case.
        ended: seconds after which it came back; later than the limit where it did not keep it.
        peak: MiB of memory of the process.
        moments: where it stood, in order.
        values: tiers of its last plan, worked out by ``model/plan.py``; infinite without a plan.
        broken: what that plan breaks; empty where it is one.
        failed: how its process ended, where it did not answer.
    """

    build: float = math.nan
    ended: float = math.nan
    peak: float = math.nan
    moments: tuple[Moment, ...] = ()
    values: tuple[float, ...] = (math.inf,) * len(TIERS)
    broken: tuple[str, ...] = ()
    failed: str = ""

    def seconds_to(self, gap: float) -> float:
        """Return when the last tier was within the gap, or infinity."""
        return min((m.seconds for m in self._last() if m.gap <= gap), default=math.inf)

    def gap_at(self, seconds: float, tier: str = TIERS[-1]) -> float:
        """Return the gap of a tier at a time; infinite before it was looked at.

        The last one is looked at once the first is proven.
        """
        theirs = (m.gap for m in reversed(self.moments) if m.tier == tier and m.seconds <= seconds)
        return next(theirs, math.inf)

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


def head(seconds: float) -> list[str]:
    """Return the names of a table's columns."""
    return [
        *(f"s to {100 * gap:g} %" for gap in GAPS),
        *(f"gap at {mark:g} s" for mark in marks(seconds)),
        f"of {TIERS[0]}",
        *TIERS,
        *("primal integral", "build s", "ended s", "peak MiB"),
    ]


def marks(seconds: float) -> list[float]:
    """Return when the gaps of a race are told: nobody was asked what comes after its limit."""
    return [*(mark for mark in MARKS if mark < seconds), seconds]


def race(size: str, seeds: Sequence[int], seconds: float, *, hard: bool, kinds: str | None) -> str:
    """Let all run on each case; return the table, and write it with its numbers.

    Raises:
        AssertionError: a contender's plan breaks a caveat, or one's value is below another's bound.
    """
    RESULTS.mkdir(exist_ok=True)
    what, rare = which(size, kinds, hard=hard)
    name = f"textbook-{what.replace(' ', '-')}"
    report = [f"## {what}: Muster and the textbook formulation, {THREADS} cores, {seconds:g} s"]
    columns = head(seconds)
    all_: dict[int, dict[str, Finish]] = {}
    text = report[0]
    with (
        (RESULTS / f"{name}.csv").open("w", encoding="utf-8", newline="") as file,
        (RESULTS / f"{name}-ratios.csv").open("w", encoding="utf-8", newline="") as ratios,
        tempfile.TemporaryDirectory() as folder,
    ):
        numbers = csv.writer(file)
        numbers.writerow(["case", "seed", "solver", *columns])
        for seed in seeds:
            where = write(generate(size, seed, hard=hard, rare=rare), Path(folder) / str(seed))
            lines = [f"| solver | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
            finishes = all_[seed] = {}
            for each in available():
                finish = finishes[each] = in_a_process(where, each, seconds)
                assert not finish.broken, f"{each}, seed {seed}: {finish.broken[0]}"
                print(f"{what} {seed}: {each}: {finish.failed or finish.values}", flush=True)
            agree(finishes)
            best = min(finish.values for finish in finishes.values())
            for each, finish in finishes.items():
                row = _row(finish, best, seconds)
                numbers.writerow([what, seed, each, *row])
                lines.append(f"| {each} | {' | '.join(row)} |")
            file.flush()
            _keep_course(f"{name}-{seed}", f"{what}, seed {seed}", finishes, seconds)
            report += [f"Seed {seed}:", "\n".join(lines)]
            table = against(all_, seconds)
            text = "\n\n".join([*report, "Muster and the best of its peers:", markdown(table)])
            (RESULTS / f"{name}.md").write_text(text + "\n", encoding="utf-8")
        csv.writer(ratios).writerows(table if seeds else [])
    return text


def which(size: str, kinds: str | None, *, hard: bool = False) -> tuple[str, bool]:
    """Say which cases these are, and whether the rare kinds of caveats are among them."""
    rare = SIZES[size].rare if kinds is None else kinds == "every"
    said = "every kind" if rare else "common kinds"
    return f"{size}{' hard' if hard else ''} {said}", rare


def against(all_: Mapping[int, Mapping[str, Finish]], seconds: float) -> list[list[str]]:
    """Return Muster beside the best of the plain solvers: a head, a row for each seed, the medians.

    Best peer / Muster: ``>`` where no peer arrived within the limit, ``<`` where Muster did not,
    ``-`` where nobody did. The median is as sure as these leave it.
    """
    rows: list[list[str]] = []
    ratios: list[list[Between]] = [[] for _ in GAPS]
    gaps: list[list[float]] = [[] for _ in range(2 * len(TIERS))]
    for seed, finishes in all_.items():
        peers = [finish for name, finish in finishes.items() if name in SOLVERS]
        mine = finishes[MUSTER]
        for gap, mine_and_others in zip(GAPS, ratios, strict=True):
            soonest = min((each.seconds_to(gap) for each in peers), default=math.inf)
            mine_and_others.append(
                Between.ratio(
                    Between.until(soonest, seconds), Between.until(mine.seconds_to(gap), seconds)
                )
            )
        for i, tier in enumerate(reversed(TIERS)):
            gaps[2 * i].append(mine.gap_at(seconds, tier))
            theirs = (each.gap_at(seconds, tier) for each in peers)
            gaps[2 * i + 1].append(min(theirs, default=math.inf))
        rows.append([str(seed), *(str(each[-1]) for each in ratios), *(_gap(g[-1]) for g in gaps)])
    return [
        [
            "seed",
            *(f"best peer / Muster to {100 * gap:g} %" for gap in GAPS),
            *(f"gap at {seconds:g} s, {who}" for who in (MUSTER, "best peer")),
            *(f"of {TIERS[0]}, {who}" for who in (MUSTER, "best peer")),
        ],
        *rows,
        [
            "median",
            *(str(Between.median(each)) for each in ratios),
            *(_gap(statistics.median(each)) for each in gaps),
        ],
    ]


def _gap(gap: float) -> str:
    return "-" if math.isinf(gap) else f"{100 * gap:.2f} %"


def agree(finishes: Mapping[str, Finish]) -> None:
    """Hold the contenders against each other.

    Raises:
        AssertionError: one has proven a bound above a value that another one reached.
    """
    first, last = TIERS

    def holds(name: str, tier: str, bound: float, value: float) -> None:
        assert bound <= value + 1e-6 * max(1.0, abs(value)), f"{name}: bound of {tier} too high"

    for name, one in finishes.items():
        for other in finishes.values():
            holds(name, first, one.bound(first), other.values[0])
            # A bound of the last tier is one for plans that hold the first where it was held.
            if other.values[0] <= one.values[0] + 1e-6:
                holds(name, last, one.bound(last), other.values[1])


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
    nothing = finish.failed or "no plan"
    return [
        *(_number(finish.seconds_to(gap), "-") for gap in GAPS),
        *(_gap(finish.gap_at(mark)) for mark in marks(seconds)),
        _gap(finish.gap_at(seconds, TIERS[0])),
        *(_number(each, nothing, ".3f") for each in finish.values),
        f"{finish.primal_integral(best, seconds):.1f}",
        _number(finish.build, "-", ".2f"),
        _number(finish.ended, "-"),
        _number(finish.peak, "-", ".0f"),
    ]


def _number(value: float, otherwise: str, form: str = ".1f") -> str:
    return f"{value:{form}}" if math.isfinite(value) else otherwise


# One contender in a process of its own


def run(folder: Path, name: str, seconds: float) -> dict[str, Any]:
    """Let one contender run in this process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    case = replace(read_case(folder).case, tiers=TIERS)
    plan: Plan | None
    if name in OURS:
        build, ended, moments, plan = _muster(case, seconds, name)
    else:
        reading = contract.load(folder)
        possible = _listed(reading)
        began = time.perf_counter()
        program = textbook(reading, possible)
        build = time.perf_counter() - began
        went = course(program, SOLVERS[name], seconds)
        build, ended, moments = build + went.handed, went.seconds, went.moments
        plan = None if went.point is None else _planned(case, program, went.point)
    return {
        "build": build,
        "ended": ended,
        "peak": peak(),
        "moments": [[m.seconds, m.tier, m.best, m.bound] for m in in_time(moments, seconds)],
        "values": [float(plan.tier_values[tier]) if plan else math.inf for tier in TIERS],
        "broken": list(plan.violations())[:3] if plan else [],
    }


def in_time(moments: Sequence[Moment], seconds: float) -> list[Moment]:
    """Return what counts: at the limit also what a contender ends with right after it."""
    return [
        replace(m, seconds=min(m.seconds, seconds)) for m in moments if m.seconds <= GRACE * seconds
    ]


def _listed(reading: contract.Case) -> list[contract.Assignment]:
    """List the assignments in another process, whose memory is not the contender's."""
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        return other.submit(contract.possible, reading).result()


def _planned(case: Case, program: Textbook, point: Sequence[float]) -> Plan:
    units = [round(each) for each in point[: len(program.assignments)]]
    starts = [Start(*a.key, n) for a, n in zip(program.assignments, units, strict=True) if n > 0]
    return Plan(case, Settings(), starts)


def _muster(case: Case, seconds: float, name: str) -> tuple[float, float, list[Moment], Plan]:
    """Solve once, and take down what is told of the whole on the way; at last what it ends with.

    Pyomo's interface tells nothing on its way: it runs with growing limits, and only what each run
    ends with is taken down.
    """
    # Only here: CP-SAT brings a HiGHS of its own, and two of them in one process do not load.
    import model.solver
    from model.formulation import Formulation
    from model.outcome import Options, Progress
    from model.program import Program, compile_program

    building = Stopwatch()

    def compiled(formulation: Formulation) -> Program:
        with building:
            return compile_program(formulation)

    with building:
        formulation = Formulation(case, Settings())
    moments: list[Moment] = []

    def told(now: Progress) -> None:
        moments.append(Moment(now.seconds, now.tier, now.best, now.bound))

    built = None
    with patch.object(model.solver, "compile_program", compiled):
        for limit in [seconds] if name == MUSTER else marks(seconds):
            hear: Callable[[Progress], None] = told if name == MUSTER else lambda now: None
            options = Options(gap=min(GAPS), time_limit=limit, **OURS[name])
            outcome = model.solver.solve(formulation, options, on_progress=hear)
            built = built or building.seconds
            for tier in outcome.tiers:
                moments.append(Moment(outcome.seconds, tier.name, tier.value, tier.bound))
                if not closed(tier.value, tier.bound):
                    # What the answer does not prove was not proven.
                    moments = [m for m in moments if TIERS.index(m.tier) <= TIERS.index(tier.name)]
                    break
            if all(closed(tier.value, tier.bound) for tier in outcome.tiers):
                break
    assert built is not None
    return built, outcome.seconds, moments, outcome.plan


def in_a_process(folder: Path, name: str, seconds: float) -> Finish:
    """Let one contender run in a fresh process; a peer may fail, Muster may not.

    Raises:
        CalledProcessError, TimeoutExpired: Muster did not answer.
    """
    command = [sys.executable, "-m", "benchmarks.race", str(folder), name, str(seconds)]
    try:
        done = subprocess.run(
            command,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            timeout=PATIENCE + 3 * seconds,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        if name == MUSTER:
            raise
        code = getattr(error, "returncode", None)
        return Finish(failed="did not end" if code is None else f"ended with {code}")
    told = json.loads(done.stdout.splitlines()[-1])
    moments = tuple(Moment(*each) for each in told.pop("moments"))
    values, broken = tuple(told.pop("values")), tuple(told.pop("broken"))
    return Finish(**told, moments=moments, values=values, broken=broken)


def main() -> None:
    """Run one contender on one case and print how it fared."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.race", description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("name", choices=(*OURS, *SOLVERS))
    options.add_argument("seconds", type=float)
    given = options.parse_args()
    gc.disable()  # as every command and engine process has it, for all alike
    print(json.dumps(run(given.folder, given.name, given.seconds)))


if __name__ == "__main__":
    main()
