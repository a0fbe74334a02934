"""The history of runs with 10,000 of them: what it costs to keep one, and to find one."""

from __future__ import annotations

import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.processes import in_turn, spread
from benchmarks.yardstick import RESULTS, ROOT
from commands.planning import begin, finish
from reports.history_db import RunHistory
from reports.progress import Watch
from reports.recall import Recall
from reports.shape import RunOptions

ASKED_SECONDS = 1.0
_REPEATS = 5


def report(runs: int) -> str:
    """Fill a history with runs of the shipped case, ask it, and keep what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        text = "\n\n".join(
            (f"## A history of {runs:,} runs of the shipped case", _measured(Path(folder), runs))
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "history.md").write_text(text + "\n", encoding="utf-8")
    return text


def _measured(folder: Path, runs: int) -> str:
    history = RunHistory(folder / "runs.sqlite")
    data = ROOT / "data"
    with Watch() as watch:
        options = RunOptions(pending="granted", gap=1e-4, time_limit=600, seed=0)
        begun = begin(data, (), options.pending, options.limits, watch, None)
        run = finish(begun, options, watch, Recall(None, print))
    Recall(history, print).keep(run, data, folder)
    [first] = history.entries()
    files, inputs = history.files(first.run), history.inputs(first.run)
    seconds = []
    for number in range(1, runs):
        name = hashlib.sha256(b"%d" % number).hexdigest()
        made = f"{2000 + number // 365:04}-01-01T00:00:00+00:00"
        each = replace(first, run=name[:12], request=name, made=made)
        began = time.perf_counter()
        history.add(each, files, inputs, [])
        seconds.append(time.perf_counter() - began)
    some = history.entries()[runs // 2]
    history.tag(some.run, "wanted")
    lines = ["| | ms |", "|---|---|", f"| keep one | {spread([1e3 * s for s in seconds])} |"]
    lines += [
        _row("list the newest 20", lambda: history.entries(most=20)),
        _row("list all", history.entries),
        _row("find by tag", lambda: history.named("wanted")),
        _row("find by scenario", lambda: history.entries(scenario="none")),
        _row("look up a request", lambda: history.answering(some.request, 600)),
        _row("read a run", lambda: history.files(some.run)),
    ]
    shell = [sys.executable, "solve.py", "runs", "list", "--history", str(history.path)]
    walls = [each.wall for each in in_turn({"list": shell}, _REPEATS)["list"]]
    lines.append(
        f"| `runs list` from the shell | {spread([1e3 * wall for wall in walls], '.0f')} |"
    )
    size = history.path.stat().st_size / 2**20
    lines.append(
        f"\n{size:.0f} MiB; asked: an answer in {ASKED_SECONDS:g} s, "
        f"median of `runs list` {statistics.median(walls):.2f} s"
    )
    return "\n".join(lines)


def _row(what: str, job: Callable[[], object]) -> str:
    seconds = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - began)
    return f"| {what} | {spread([1e3 * each for each in seconds])} |"
