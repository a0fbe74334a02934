"""Questions on the shipped case in a live session, against a fresh model for each of them."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Sequence

from benchmarks.processes import in_turn, spread
from benchmarks.yardstick import RESULTS, ROOT

ASKED_FLIP, ASKED_COMMAND, ASKED_RATIO = 0.3, 10.0, 3.0
SAMPLE = 9
"""So many flips are also solved the long way, evenly spread over the caveats."""


def report(times: int) -> str:
    """Measure flips, prices and asks, and keep what was measured."""
    flips, fresh, count = _flips()
    text = "\n\n".join(
        (
            "## One switch in a live session, all tiers proven (the shipped case)",
            flips,
            f"## Questions as whole processes ({times} runs, median, least to most)",
            _commands(times, fresh, count),
        )
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "questions.md").write_text(text + "\n", encoding="utf-8")
    return text


def _flips() -> tuple[str, float, int]:
    """Time each caveat's flip, and a sample of them with a fresh model; seconds of a fresh one."""
    from model.domain import Settings
    from model.formulation import Formulation
    from model.outcome import Options
    from model.read import read_case
    from model.session import Flips, Session
    from model.solver import solve

    case = read_case(ROOT / "data").case
    names = [each.id for each in case.active_caveats]
    gc.disable()  # as every command and engine process has it
    began = time.perf_counter()
    session = Session(case, Settings(), Options())
    session.solve()
    opened = time.perf_counter() - began
    live: dict[str, float] = {}
    for name in names:
        began = time.perf_counter()
        session.solve(Flips(lifted=frozenset({name})))
        live[name] = time.perf_counter() - began
    fresh: dict[str, float] = {}
    for name in names[:: max(1, len(names) // SAMPLE)]:
        began = time.perf_counter()
        turned = case.turned(off={name})
        solve(Formulation(turned, Settings()), Options())
        fresh[name] = time.perf_counter() - began
    gc.enable()
    ratio = [fresh[name] / live[name] for name in fresh]
    typical, slow = statistics.median(live.values()), sorted(live, key=lambda n: -live[n])[:3]
    lines = [
        "| | s |",
        "|---|---|",
        f"| open the session, base plan proven | {opened:.2f} |",
        f"| lift one of {len(names)} caveats, live | {spread(list(live.values()))} |",
        f"| the same with a fresh model ({len(fresh)} of them) | {spread(list(fresh.values()))} |",
        f"\nfresh / live, pair by pair: {spread(ratio)}; asked: {ASKED_FLIP:g} s and "
        f"{ASKED_RATIO:g} times; median {typical:.2f} s",
        "slowest: " + ", ".join(f"{name} {live[name]:.1f} s" for name in slow),
    ]
    return "\n".join(lines), statistics.median(fresh.values()), len(names)


def _commands(times: int, fresh: float, count: int) -> str:
    run = [sys.executable, "solve.py"]
    case = ["--case", str(ROOT / "data")]
    commands: dict[str, Sequence[str]] = {
        "prices": [*run, "prices", *case],
        "asks --goal critical=0": [*run, "asks", *case, "--goal", "critical=0"],
    }
    lines = [
        "| command | wall s | processor s | one fresh model a caveat / it |",
        "|---|---|---|---|",
    ]
    for name, each in in_turn(commands, times).items():
        wall = [one.wall for one in each]
        ratio = f"{count * fresh / statistics.median(wall):.0f}"
        lines.append(f"| {name} | {spread(wall)} | {spread([one.cpu for one in each])} | {ratio} |")
    lines.append(
        f"\nasked: {ASKED_COMMAND:g} s each and {ASKED_RATIO:g} times. The ratio is to {count} "
        f"fresh models of {fresh:.2f} s each, one for every caveat lifted alone."
    )
    return "\n".join(lines)
