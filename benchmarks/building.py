"""What building costs, stage by stage, as assignments grow: list, state, compile, hand over."""

from __future__ import annotations

import argparse
import csv
import gc
import itertools
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import highspy

from benchmarks.generate import SIZES, generate, write
from benchmarks.scaling import exponent
from benchmarks.yardstick import GAP, RESULTS, ROOT, TIERS, Between, markdown, peak
from model.domain import Settings
from model.dominance import worth_deciding
from model.eligibility import candidates
from model.formulation import Formulation
from model.highs import ABSOLUTE_GAP, Limits, minimise
from model.outcome import Options
from model.program import compile_program
from model.read import read_case
from model.solver import solve

ASKED = 0.1
"""Of the solve."""
STAGES = ("list", "state", "compile", "hand_over")
FACTORS = (0.5, 1.0, 2.0)
"""Of the offers that a size has."""


@dataclass(frozen=True)
class Built:
    """What it took to build one case, in processor seconds: it is all done by one thread.

    Attributes:
        listed: assignments that there are, open or closed.
        decided: those that the program decides.
        list: to find both.
        state: of the statement in Pyomo.
        compile: from there to rows and columns.
        hand_over: to give these to HiGHS, which then does nothing.
        peak: MiB of memory of the process by then.
        solve: seconds of the clock to solve the tiers, infinite where that was cut off; nan where
            it was not asked.
    """

    listed: int
    decided: int
    columns: int
    rows: int
    terms: int
    list: float
    state: float
    compile: float
    hand_over: float
    peak: float
    solve: float

    @property
    def build(self) -> float:
        """All seconds before the solver can begin."""
        return self.list + self.state + self.compile + self.hand_over


class Idle(highspy.Highs):
    """HiGHS that takes a program and does nothing with it."""

    def run(self) -> Any:
        return highspy.HighsStatus.kOk


def built(folder: Path, limit: float) -> Built:
    """Build the case of a folder in this process, and solve it if there is a limit for that."""
    case, settings = replace(read_case(folder).case, tiers=TIERS), Settings()
    marks = [time.process_time()]
    worth = worth_deciding(case, listed := candidates(case, settings))
    marks.append(time.process_time())
    formulation = Formulation(case, settings, worth=worth)
    marks.append(time.process_time())
    program = compile_program(formulation)
    marks.append(time.process_time())
    with patch.object(highspy, "Highs", Idle):
        limits = Limits(GAP, ABSOLUTE_GAP, time.monotonic() + 60, 0)
        minimise(program, program.goals[0].costs, limits)
    marks.append(time.process_time())
    listing, stating, compiling, handing = (b - a for a, b in itertools.pairwise(marks))
    most, solving = peak(), math.nan
    if limit > 0:
        outcome = solve(formulation, Options(gap=GAP, time_limit=limit))
        solving = math.inf if outcome.status == "time_limit" else outcome.seconds
    terms = sum(len(row.columns) for row in program.rows)
    sizes = (len(listed), len(formulation.candidates), program.size, len(program.rows), terms)
    return Built(*sizes, listing, stating, compiling, handing, most, solving)


def in_a_process(folder: Path, limit: float) -> Built:
    """Build in a fresh process, so that its memory is nobody else's."""
    command = [sys.executable, "-m", "benchmarks.building", str(folder), str(limit)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return Built(**json.loads(done.stdout))


def building(sizes: Sequence[str], seeds: Sequence[int], limit: float) -> str:
    """Measure; return the report and write it with its numbers.

    Args:
        sizes: with half, all and twice their offers.
        seeds: of the generator.
        limit: seconds of the solve that building is held against, with all offers.
    """
    RESULTS.mkdir(exist_ok=True)
    found: dict[tuple[str, int], list[Built]] = {}
    with (
        (RESULTS / "building.csv").open("w", encoding="utf-8", newline="") as file,
        tempfile.TemporaryDirectory() as folder,
    ):
        numbers = csv.writer(file)
        numbers.writerow(["size", "offers", "seed", *Built.__annotations__])
        for size in sizes:
            for factor in FACTORS:
                shape = replace(SIZES[size], offers=round(factor * SIZES[size].offers))
                mine = found[size, shape.offers] = []
                for seed in seeds:
                    where = Path(folder) / f"{size}-{shape.offers}-{seed}"
                    write(generate(size, seed, shape=shape), where)
                    one = in_a_process(where, limit if factor == 1 else 0.0)
                    mine.append(one)
                    numbers.writerow([size, shape.offers, seed, *asdict(one).values()])
                    file.flush()
                    print(f"{size}, {shape.offers} offers, seed {seed}: {one.build:.2f} s")
    text = "\n\n".join(
        (
            f"# What building costs\n\nMedians of seeds {', '.join(map(str, seeds))}. *Listed*: "
            "assignments that there are; *decided*: those in the program. Processor "
            "seconds to list them, to state the program in Pyomo (all that `Formulation` does), to "
            "compile it to a matrix, to hand that to HiGHS.",
            markdown(told(found, limit)),
            "Exponent of listed assignments, over all cases (1 is linear): "
            + ", ".join(f"{name} **{each:.2f}**" for name, each in exponents(found).items())
            + f". Asked: linear, and below {ASKED:g} of the solve on an alliance.",
        )
    )
    (RESULTS / "building.md").write_text(text + "\n", encoding="utf-8")
    return text


def exponents(found: dict[tuple[str, int], list[Built]]) -> dict[str, float]:
    """Return how each stage, and all together, grow with the assignments that are listed."""
    all_ = [one for each in found.values() for one in each]
    return {
        stage.replace("_", " "): exponent([(one.listed, getattr(one, stage)) for one in all_])
        for stage in (*STAGES, "build")
    }


def told(found: dict[tuple[str, int], list[Built]], limit: float) -> list[list[str]]:
    """Return the table: a head, and a row of medians for each size and number of offers.

    A solve that was cut off takes longer than the limit, so that building is a smaller part of it.
    """
    rows = []
    for (size, offers), several in found.items():
        median = {
            name: statistics.median(getattr(one, name) for one in several)
            for name in ("listed", "decided", "terms", *STAGES, "build", "peak")
        }
        solved = [one for one in several if not math.isnan(one.solve)]
        share = [
            Between.ratio(Between(one.build, one.build), Between.until(one.solve, limit))
            for one in solved
        ]
        rows.append(
            [
                *(size, str(offers)),
                *(f"{median[name]:,.0f}" for name in ("listed", "decided", "terms")),
                *(f"{median[name]:.2f}" for name in (*STAGES, "build")),
                f"{median['state'] / median['build']:.2f}",
                str(Between.median(share)) if share else "",
                f"{median['peak']:.0f}",
            ]
        )
    head = ["size", "offers", "listed", "decided", "terms", *(f"{name} s" for name in STAGES)]
    head += ["build s", "state / build", "build / solve", "peak MiB"]
    return [[each.replace("_", " ") for each in head], *rows]


def main() -> None:
    """Build one case and print what it took."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.building", description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("limit", type=float, help="seconds of the solve; 0 for none")
    given = options.parse_args()
    gc.disable()  # as every command and engine process has it
    print(json.dumps(asdict(built(given.folder, given.limit))))


if __name__ == "__main__":
    main()
