"""``make bench``: measures, prints tables in Markdown, keeps them in ``benchmarks/results/``.

``python -m benchmarks PART`` runs one part. Without, all run but ``clicks`` and ``busy``: about
an hour on two cores that nothing else uses, three at most. Most of it goes into solves that end at
their limits.
"""

from __future__ import annotations

import argparse
import os
import platform

from benchmarks import busy, clicks, past, questions, theatre
from benchmarks.ablation import SETS, ablation
from benchmarks.building import building
from benchmarks.generate import SIZES
from benchmarks.race import race
from benchmarks.scaling import AXES, scaling
from benchmarks.variants import FULL, VARIANTS
from model import VERSION


def main() -> None:
    """Run the benchmarks and write what was measured."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parts = options.add_subparsers(dest="part", metavar="PART", title="parts")
    shipped = parts.add_parser("theatre", help="the shipped case from the shell")
    shipped.add_argument("--times", type=int, default=7, help="counted runs of each command")
    live = parts.add_parser("questions", help="what-ifs, prices and asks, as parts of a solve")
    live.add_argument("--times", type=int, default=3, help="counted runs of each command")
    cases = ("shipped", *SIZES)
    live.add_argument("--cases", nargs="+", choices=cases, default=["shipped", "conference"])
    live.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], help="of what is drawn")
    live.add_argument("--kinds", choices=("common", "every"), help="of caveats of what is drawn")
    live.add_argument("--limit", type=float, default=60, help="seconds of each solve of those")
    live.add_argument("--switches", type=int, default=8, help="so many are lifted in each of them")
    live.add_argument(
        "--patience", type=float, default=6, help="so many base solves all prices may take"
    )
    page = parts.add_parser("clicks", help="the page in a browser; with what `make test` installs")
    page.add_argument("--every", type=int, default=5, help="lift one caveat of so many")
    page.add_argument(
        "--ahead", type=float, default=110, help="seconds to let the server look ahead"
    )
    small = parts.add_parser("busy", help="a small file while four solves run")
    small.add_argument("--requests", type=int, default=400, help="to each of two servers")
    kept = parts.add_parser("history", help="the history of runs")
    kept.add_argument("--runs", type=int, default=10_000, help="so many are in it")
    off = parts.add_parser("ablation", help="what each tightening of the model brings")
    off.add_argument("--sets", nargs="+", choices=SETS, default=["common"])
    off.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    off.add_argument("--limit", type=float, default=20, help="processor seconds of each solve")
    off.add_argument("--without", nargs="+", choices=VARIANTS, metavar="TIGHTENING")
    peers = parts.add_parser("textbook", help="plain solvers on the textbook formulation")
    peers.add_argument("--sizes", nargs="+", choices=SIZES, default=["conference"])
    peers.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    peers.add_argument("--hard", action="store_true")
    peers.add_argument("--kinds", choices=("common", "every"), help="of caveats")
    peers.add_argument("--limit", type=float, default=120, help="seconds of each solver")
    built = parts.add_parser("building", help="what building costs, stage by stage")
    built.add_argument("--sizes", nargs="+", choices=SIZES, default=["conference", "alliance"])
    built.add_argument("--seeds", nargs="+", type=int, default=[1])
    built.add_argument("--limit", type=float, default=120, help="seconds of each solve")
    grows = parts.add_parser("scaling", help="how cost grows with offers, lines, months, caveats")
    grows.add_argument("--axes", nargs="+", choices=AXES, default=list(AXES))
    grows.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    grows.add_argument("--limit", type=float, default=12, help="processor seconds of each solve")
    given = options.parse_args()
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(f"Muster {VERSION} on Python {platform.python_version()}, {machine}\n")
    if given.part in (None, "theatre"):
        chosen = given if given.part else shipped.parse_args([])
        print(theatre.report(max(1, chosen.times)), end="\n\n")
    if given.part in (None, "textbook"):
        chosen = given if given.part else peers.parse_args([])
        runs = [(size, chosen.seeds) for size in chosen.sizes]
        for size, seeds in runs if given.part else [*runs, ("alliance", [1])]:
            text = race(size, seeds, chosen.limit, hard=chosen.hard, kinds=chosen.kinds)
            print(text, end="\n\n")
    if given.part in (None, "questions"):
        chosen = given if given.part else live.parse_args([])
        for case in chosen.cases:
            if case == "shipped":
                text = questions.report(max(1, chosen.times))
            else:
                text = questions.drawn(
                    case,
                    chosen.seeds,
                    limit=chosen.limit,
                    switches=max(1, chosen.switches),
                    patience=chosen.patience,
                    kinds=chosen.kinds,
                )
            print(text, end="\n\n")
    if given.part == "clicks":
        print(clicks.report(max(1, given.every), given.ahead), end="\n\n")
    if given.part == "busy":
        print(busy.report(max(2, given.requests)), end="\n\n")
    if given.part in (None, "history"):
        chosen = given if given.part else kept.parse_args([])
        print(past.report(max(2, chosen.runs)), end="\n\n")
    if given.part in (None, "ablation"):
        chosen = given if given.part else off.parse_args([])
        without = chosen.without or [name for name in VARIANTS if name != FULL.name]
        print(ablation(chosen.sets, chosen.seeds, without, chosen.limit), end="\n\n")
    if given.part in (None, "building"):
        chosen = given if given.part else built.parse_args([])
        print(building(chosen.sizes, chosen.seeds, chosen.limit), end="\n\n")
    if given.part in (None, "scaling"):
        chosen = given if given.part else grows.parse_args([])
        print(scaling(chosen.axes, chosen.seeds, chosen.limit), end="\n\n")


if __name__ == "__main__":
    main()
