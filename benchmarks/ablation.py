"""What each tightening brings: everything measured with one of them switched off, all with all."""

from __future__ import annotations

import csv
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import generate, write
from benchmarks.measure import Measured, in_a_process
from benchmarks.variants import FULL, VARIANTS
from benchmarks.yardstick import RESULTS, TIERS, closed

SETS = {
    "common": "conference, the shipped case's kinds of caveats",
    "every": "conference, every kind of caveat",
    "hard": "conference, every kind of caveat, nations limited on half of the lines",
}

COLUMNS = (
    *("set", "seed", "without", "status", "processor_s", "wall_s", "build_s", "peak_mib"),
    *("columns", "rows", "terms", "parts"),
    *(f"{tier}{what}" for tier in TIERS for what in ("", "_bound")),
    *(f"{tier}_lp" for tier in TIERS),
)

Runs = Mapping[str, Mapping[int, Measured]]  # by variant and seed


@dataclass(frozen=True)
class Ratio:
    """How many times as long as the full formulation; ``least`` where it was stopped before."""

    times: float
    least: bool

    def __str__(self) -> str:
        return f"{'> ' if self.least else ''}{self.times:.1f}"


def case(which: str, seed: int, folder: Path) -> Path:
    """Write the case of a set."""
    return write(generate("conference", seed, hard=which == "hard", rare=which != "common"), folder)


def ablation(
    sets: Sequence[str], seeds: Sequence[int], variants: Sequence[str], limit: float
) -> str:
    """Measure the variants on the sets' cases; return the report and write it with its numbers.

    Args:
        sets: names of ``SETS``.
        seeds: of the generator.
        variants: names of ``VARIANTS``; the full formulation is measured in any case.
        limit: processor seconds for each.

    Raises:
        AssertionError: a variant contradicts another one's proof.
    """
    RESULTS.mkdir(exist_ok=True)
    report = [
        "# What each tightening brings",
        f"Tiers {' and '.join(TIERS)} to 0.1 %, at most {limit:g} processor seconds each. "
        "*LP* is the bound of `shortfall` alone over units that need not be whole, in % of the "
        "best value known. *Times* is processor time over that of the full formulation, median "
        "over seeds (then each seed). *Gap* is what was left at the end, in %; `-` where "
        "`critical` was still open.",
    ]
    with (
        (RESULTS / "ablation.csv").open("w", encoding="utf-8", newline="") as file,
        tempfile.TemporaryDirectory() as folder,
    ):
        numbers = csv.writer(file)
        numbers.writerow(COLUMNS)
        for which in sets:
            runs: dict[str, dict[int, Measured]] = {name: {} for name in (FULL.name, *variants)}
            for seed in seeds:
                where = case(which, seed, Path(folder) / f"{which}-{seed}")
                for name, mine in runs.items():
                    m = mine[seed] = in_a_process(where, name, limit)
                    numbers.writerow(_numbers(which, seed, name, m))
                    file.flush()
                    print(f"{which} {seed}: without {name}: {m.status}, {m.cpu:.1f} s", flush=True)
                agree([each[seed] for each in runs.values()])
            seeds_said = ", ".join(map(str, seeds))
            report += [f"## {SETS[which]} (seeds {seeds_said})", table(runs)]
            (RESULTS / "ablation.md").write_text("\n\n".join(report) + "\n", encoding="utf-8")
    return "\n\n".join(report)


def agree(results: Sequence[Measured]) -> None:
    """Hold the results for one case against each other: all variants have the same optimum.

    Raises:
        AssertionError: one has proven a bound above a value that another one reached.
    """
    among = list(results)
    for i, tier in enumerate(TIERS):
        least = min(each.values[i] for each in among)
        most = max(each.bounds[i] for each in among)
        assert most <= least + 1e-6 * max(1.0, least), f"{tier}: bound {most} above value {least}"
        # The next tier is one of plans that hold this one, and means the same only among those.
        among = [each for each in among if each.values[i] <= least + 1e-6]


def table(runs: Runs) -> str:
    """Return the variants as a Markdown table, the full formulation first."""
    full = runs[FULL.name]
    best = {seed: min(each[seed].values[1] for each in runs.values()) for seed in full}
    lines = ["| without | columns | rows | LP | times | gap |", "|---|---|---|---|---|---|"]
    for name, mine in runs.items():
        relaxed = statistics.median(100 * m.relaxed[1] / best[seed] for seed, m in mine.items())
        cells = [
            f"**{name}** ({VARIANTS[name].instead})",
            f"{statistics.median(m.columns for m in mine.values()):,.0f}",
            f"{statistics.median(m.rows for m in mine.values()):,.0f}",
            f"{relaxed:.1f}",
            _times(mine, full),
            " / ".join("-" if m.gap > 10 else f"{100 * m.gap:.2f}" for m in mine.values()),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _times(mine: Mapping[int, Measured], full: Mapping[int, Measured]) -> str:
    ratios = [ratio(m, full[seed]) for seed, m in mine.items()]
    known = sorted((each for each in ratios if each), key=lambda each: (each.times, each.least))
    if not known:
        return "-"
    said = " / ".join(str(each) if each else "-" for each in ratios)
    return f"**{known[len(known) // 2]}** ({said})"


def proven(m: Measured) -> bool:
    """Whether both tiers are proven to 0.1 %."""
    return all(closed(value, bound) for value, bound in zip(m.values, m.bounds, strict=True))


def ratio(one: Measured, full: Measured) -> Ratio | None:
    """Return how many times as long as the full one; None where that was stopped itself."""
    return Ratio(one.cpu / full.cpu, not proven(one)) if proven(full) else None


def _numbers(which: str, seed: int, name: str, m: Measured) -> list[object]:
    ends = [each for pair in zip(m.values, m.bounds, strict=True) for each in pair]
    sizes = [m.columns, m.rows, m.terms, m.parts]
    seconds = [f"{each:.3f}" for each in (m.cpu, m.wall, m.build, m.peak)]
    return [which, seed, name, m.status, *seconds, *sizes, *ends, *m.relaxed]
