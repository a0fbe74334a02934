"""Questions in a live session: on the shipped case, and on cases drawn by lot."""

from __future__ import annotations

import csv
import gc
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.generate import generate, write
from benchmarks.processes import in_turn, spread
from benchmarks.race import which
from benchmarks.yardstick import GAP, RESULTS, ROOT, TIERS, Between, markdown
from model.case import Case

ASKED_FLIP, ASKED_COMMAND, ASKED_RATIO = 0.3, 10.0, 3.0
SAMPLE = 9
"""So many flips are also solved the long way, evenly spread over the caveats."""
ASKED_SWITCH, ASKED_PRICES = 0.1, 5.0
"""Of the base solve of a case drawn by lot."""


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


# Cases drawn by lot


@dataclass(frozen=True)
class Asked:
    """What the questions on one case took, in seconds; what was cut off took longer.

    Attributes:
        base: the first solve of a session that is built.
        switches: lifting one caveat alone, by its id.
        changing: those of them that change the program.
        prices: of all caveats, each alone, with all they need; None where the base was cut off.
    """

    base: Between
    switches: dict[str, Between]
    changing: frozenset[str]
    prices: Between | None


def drawn(
    size: str,
    seeds: Sequence[int],
    *,
    limit: float,
    switches: int,
    patience: float,
    kinds: str | None = None,
) -> str:
    """Measure questions on generated cases; return the table and write it with its numbers.

    Args:
        size: of the cases.
        seeds: of the generator.
        limit: seconds of each solve.
        switches: so many caveats are lifted, evenly spread over all.
        patience: so many base solves all prices may take, if that is more than the limit.
        kinds: of caveats, ``common`` or ``every``; the size says so where it is None.
    """
    from model.read import read_case

    RESULTS.mkdir(exist_ok=True)
    what, rare = which(size, kinds)
    found: dict[int, Asked] = {}
    text = ""
    name = f"questions-{what.replace(' ', '-')}"
    with (
        (RESULTS / f"{name}.csv").open("w", encoding="utf-8", newline="") as file,
        tempfile.TemporaryDirectory() as folder,
    ):
        numbers = csv.writer(file)
        numbers.writerow(["seed", "what", "least_s", "most_s"])
        for seed in seeds:
            where = write(generate(size, seed, rare=rare), Path(folder) / str(seed))
            case = replace(read_case(where).case, tiers=TIERS)
            one = found[seed] = asked(case, limit, switches, patience)
            numbers.writerow([seed, "base", *one.base])
            numbers.writerows([seed, lifted, *each] for lifted, each in one.switches.items())
            if one.prices:
                numbers.writerow([seed, "prices", *one.prices])
            file.flush()
            print(f"{what} {seed}: base {one.base} s, prices {one.prices or '-'} s", flush=True)
            text = "\n\n".join(
                (
                    f"## Questions on cases drawn by lot, {what}: tiers "
                    f"{' and '.join(TIERS)} to {100 * GAP:g} %, at most {limit:g} s a solve",
                    markdown(told(found)),
                    f"Asked: a switch {ASKED_SWITCH:g}, prices {ASKED_PRICES:g} of the base solve. "
                    "*Changing*: only the switches that change the program. `>`, `<` and `-` stand "
                    "where the one, the other or both were cut off. The base solve begins with a "
                    "session that is built; prices, of each caveat alone, build their own, and are "
                    "proven to the end.",
                )
            )
            (RESULTS / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    return text


def asked(case: Case, limit: float, switches: int, patience: float) -> Asked:
    """Ask a case for its plan, for one with each of so many caveats lifted, for all prices."""
    from model.domain import Settings
    from model.outcome import Options
    from model.session import BASE, Flips, Session

    gc.disable()  # as every command and engine process has it
    session = Session(case, Settings(), Options(gap=GAP, time_limit=limit))

    def solved(flips: Flips) -> Between:
        began = time.perf_counter()
        outcome = session.solve(flips)
        cut_off = outcome.status in ("time_limit", "interrupted")
        return Between.until(math.inf if cut_off else time.perf_counter() - began, limit)

    names = [each.id for each in case.active_caveats]
    base = solved(BASE)
    chosen = names[:: max(1, len(names) // switches)][:switches]
    flips = {name: solved(Flips(lifted=frozenset({name}))) for name in chosen}
    changing = session.touching & flips.keys()
    prices = None if math.isinf(base.high) else _prices(case, max(limit, patience * base.high))
    gc.enable()
    gc.collect()
    return Asked(base, flips, changing, prices)


def _prices(case: Case, limit: float) -> Between:
    """Price all caveats as the command does: with workers, on all cores."""
    from model.cores import cores
    from model.domain import Settings
    from model.engine import Worker
    from model.outcome import Options
    from model.prices import prices

    began = time.perf_counter()
    workers = [Worker() for _ in range(cores() - 1)]
    try:
        options = Options(time_limit=limit)
        done = prices(case, Settings(), together=False, options=options, workers=workers)
    finally:
        for each in workers:
            each.close()
    return Between.until(time.perf_counter() - began if done.in_time else math.inf, limit)


def told(found: dict[int, Asked]) -> list[list[str]]:
    """Return the table: a head, a row for each seed, the medians over seeds."""
    rows, medians = [], []
    for seed, one in found.items():
        ratios = {name: Between.ratio(each, one.base) for name, each in one.switches.items()}
        three = (
            _median(list(ratios.values())),
            _median([ratios[name] for name in sorted(one.changing)]),
            Between.ratio(one.prices, one.base) if one.prices else UNKNOWN,
        )
        medians.append(three)
        rows.append(
            [
                *(str(seed), str(one.base), str(_median(list(one.switches.values())))),
                *map(str, three),
                f"{len(one.changing)} of {len(one.switches)}",
            ]
        )
    return [
        [
            *("seed", "base s", "switch s", "switch / base", "the same, changing"),
            *("prices / base", "changing"),
        ],
        *rows,
        ["median", "", "", *(str(_median(each)) for each in zip(*medians, strict=True)), ""],
    ]


UNKNOWN = Between(0.0, math.inf)


def _median(several: Sequence[Between]) -> Between:
    return Between.median(several) if several else UNKNOWN
