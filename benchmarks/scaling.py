"""How cost grows: one axis of a conference at a time, and the exponent that fits."""

from __future__ import annotations

import csv
import math
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.generate import SIZES, generate, write
from benchmarks.measure import Measured, in_a_process
from benchmarks.variants import FULL
from benchmarks.yardstick import RESULTS

AXES: dict[str, tuple[int, ...]] = {
    "offers": (80, 160, 320, 640),
    "lines": (30, 60, 120, 240),
    "months": (18, 24, 36, 48),
    "caveats": (30, 60, 120, 240),
}
HEAD = ("axis", "at", "seed", "status", "build_s", "processor_s", "columns", "rows", "terms", "gap")


def scaling(axes: Sequence[str], seeds: Sequence[int], limit: float) -> str:
    """Measure; return the report and write it with its numbers.

    Args:
        axes: names of ``AXES``; all else stays as in a conference of the common kinds of caveats.
        seeds: of the generator.
        limit: processor seconds of each solve; solves that it cuts off are left out of the fit.
    """
    RESULTS.mkdir(exist_ok=True)
    report = [
        "# How cost grows",
        f"Conference, one axis at a time, seeds {', '.join(map(str, seeds))}; at most {limit:g} "
        "processor seconds for `critical` and `shortfall` to 0.1 %. *Exponent*: 1 is linear; "
        "`>` marks times that were cut off and left out.",
        "| axis | at | build s | exponent | solve s | exponent |",
    ]
    lines = ["|---|---|---|---|---|---|"]
    with (
        (RESULTS / "scaling.csv").open("w", encoding="utf-8", newline="") as file,
        tempfile.TemporaryDirectory() as folder,
    ):
        numbers = csv.writer(file)
        numbers.writerow(HEAD)
        for axis in axes:
            found: dict[int, list[Measured]] = {at: [] for at in AXES[axis]}
            for at, mine in found.items():
                changed: dict[str, Any] = {axis: at, "rare": False}
                shape = replace(SIZES["conference"], **changed)
                for seed in seeds:
                    where = Path(folder) / f"{axis}-{at}-{seed}"
                    write(generate("conference", seed, shape=shape), where)
                    m = in_a_process(where, FULL.name, limit)
                    mine.append(m)
                    row = (m.status, m.build, m.cpu, m.columns, m.rows, m.terms, m.gap)
                    numbers.writerow([axis, at, seed, *row])
                    file.flush()
                    print(f"{axis} {at}, seed {seed}: {m.build:.2f} {m.cpu:.2f} s", flush=True)
            lines.append(_line(axis, found, limit))
    text = "\n\n".join(report[:2]) + "\n\n" + "\n".join([report[2], *lines])
    (RESULTS / "scaling.md").write_text(text + "\n", encoding="utf-8")
    return text


def _line(axis: str, found: dict[int, list[Measured]], limit: float) -> str:
    build = [(at, statistics.median(m.build for m in all_)) for at, all_ in found.items()]
    solve = [(at, m.cpu) for at, all_ in found.items() for m in all_ if m.cpu < limit]
    medians = [statistics.median(m.cpu for m in all_) for all_ in found.values()]
    cells = [
        axis,
        " / ".join(map(str, found)),
        " / ".join(f"{seconds:.2f}" for _, seconds in build),
        f"**{exponent(build):.2f}**",
        " / ".join(f"{'> ' if each >= limit else ''}{each:.2f}" for each in medians),
        f"**{exponent(solve):.2f}**",
    ]
    return f"| {' | '.join(cells)} |"


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Return p of the power law seconds = c x size ** p that fits best, in logarithms.

    NaN where the points have fewer than two sizes.
    """
    if len({size for size, _ in points}) < 2:
        return math.nan
    sizes = [math.log(size) for size, _ in points]
    seconds = [math.log(max(each, 1e-6)) for _, each in points]
    return statistics.linear_regression(sizes, seconds).slope
