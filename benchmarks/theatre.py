"""The shipped case: ``solve.py plan`` from the shell, and where the time goes."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time

from benchmarks.processes import Run, in_turn, spread
from benchmarks.yardstick import RESULTS, ROOT

ASKED_SECONDS, ASKED_MEBIBYTES = 2.0, 400.0
IMPORTS = "import model.read, model.explain, model.solver, typer, rich.table"


def report(times: int) -> str:
    """Time the main job and its stages, and keep what was measured."""
    text = "\n\n".join(
        (
            f"## The shipped case as a whole process ({times} runs, median, least to most)",
            whole(times),
            "## Its stages in one process",
            stages(),
        )
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "theatre.md").write_text(text + "\n", encoding="utf-8")
    return text


def whole(times: int) -> str:
    """Time the main job as a whole process, beside the imports that it cannot do without."""
    with tempfile.TemporaryDirectory() as folder:
        plan = [sys.executable, "solve.py", "plan", "--case", str(ROOT / "data")]
        plan += ["--history", f"{folder}/runs.sqlite", "--out", f"{folder}/run"]
        runs = in_turn(
            {
                "plan": [*plan, "--fresh"],
                "plan, known": plan,
                "imports alone": [sys.executable, "-c", IMPORTS],
            },
            times,
        )
    lines = ["| command | wall s | processor s | peak MiB |", "|---|---|---|---|"]
    for name, each in runs.items():
        lines.append(_row(name, each))
    if any(each.code for each in runs["plan"]):
        lines.append(f"\nplan ended with codes {sorted({each.code for each in runs['plan']})}")
    ratio = [
        plan.wall / alone.wall
        for plan, alone in zip(runs["plan"], runs["imports alone"], strict=True)
    ]
    lines.append(f"\nplan / imports alone, wall, pair by pair: {spread(ratio)}")
    wall = statistics.median(each.wall for each in runs["plan"])
    peak = max(each.peak for each in runs["plan"])
    lines.append(
        f"asked: {ASKED_SECONDS:g} s and {ASKED_MEBIBYTES:g} MiB; "
        f"median {wall:.2f} s, peak {peak:.0f} MiB"
    )
    return "\n".join(lines)


def _row(name: str, runs: list[Run]) -> str:
    wall, cpu = spread([each.wall for each in runs]), spread([each.cpu for each in runs])
    return f"| {name} | {wall} | {cpu} | {spread([each.peak for each in runs], '.0f')} |"


def stages() -> str:
    """Say what each stage of one run costs, and what solving the parts apart brings."""
    from model.domain import Settings
    from model.explain import explain
    from model.formulation import Formulation
    from model.outcome import Options
    from model.program import compile_program
    from model.read import read_case
    from model.solver import solve

    lines = ["| stage | s |", "|---|---|"]
    marks = [time.perf_counter()]

    def mark(stage: str) -> float:
        marks.append(time.perf_counter())
        seconds = marks[-1] - marks[-2]
        lines.append(f"| {stage} | {seconds:.2f} |")
        return seconds

    case = read_case(ROOT / "data").case
    mark("read and check")
    formulation = Formulation(case, Settings())
    built = mark("build")
    outcome = solve(formulation, Options())
    apart = mark("solve, all tiers")
    explain(outcome.plan, formulation.all_candidates)
    mark("explain")
    program = compile_program(formulation)
    parts = program.parts(decided_apart=True)
    lines.append(
        f"\n{len(formulation.candidates)} candidates of {len(formulation.all_candidates)}, "
        f"{program.size} columns, {len(program.rows)} rows, {len(parts)} parts; "
        f"status {outcome.status}; build / solve {built / apart:.2f}"
    )
    limit = max(60.0, 20 * apart)
    began = time.perf_counter()
    as_one = solve(formulation, Options(time_limit=limit, apart=False))
    seconds = time.perf_counter() - began
    lines.append(
        f"the same program solved as one: {seconds:.1f} s, status {as_one.status}: "
        f"parts apart are {seconds / apart:.0f} times as fast"
        + ("" if as_one.status == "optimal" else " or more (it was stopped)")
    )
    return "\n".join(lines)
