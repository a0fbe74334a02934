"""``make bench``: measure, print a table, keep it in ``benchmarks/results/``."""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

from benchmarks import theatre
from model import VERSION


def main() -> None:
    """Run the benchmarks and write what was measured."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--times", type=int, default=7, help="counted runs of each command")
    times = max(1, options.parse_args().times)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    report = "\n\n".join(
        (
            f"# Muster {VERSION} on Python {platform.python_version()}, {machine}",
            f"## The shipped case as a whole process ({times} runs, median, least to most)",
            theatre.whole(times),
            "## Its stages in one process",
            theatre.stages(),
        )
    )
    print(report)
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / "theatre.md").write_text(report + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
