"""What several commands may be given, each option said once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import typer


def finite(number: float) -> float:
    """Refuse what is no number to compute with."""
    if not math.isfinite(number):
        raise typer.BadParameter(f"{number} is no finite number")
    return number


def above_zero(number: float) -> float:
    """Refuse a limit that leaves no time."""
    if finite(number) <= 0:
        raise typer.BadParameter(f"{number:g} is not above 0")
    return number


def to_be_had(solver: str) -> str:
    """Refuse a solver that is not here; HiGHS always is."""
    if solver != "highs":
        from model.driven import Driven
        from model.outcome import SolverFault

        try:
            Driven(solver)
        except SolverFault as fault:
            raise typer.BadParameter(str(fault)) from None
    return solver


CaseOption = Annotated[
    Path | None,
    typer.Option("--case", metavar="DIR", help="Folder of the case (data if not given)."),
]
Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        metavar="NAME|FILE",
        help="What-if to put on top: scenarios/NAME.yaml of the case, or a file. May be repeated.",
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="NAME,...",
        help="More formats of the report, separated by commas, or all.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Pending = Annotated[
    Literal["granted", "refused"],
    typer.Option("--pending", help="What votes that are still pending count as."),
]
Gap = Annotated[
    float,
    typer.Option(
        "--gap",
        metavar="SHARE",
        min=0,
        max=1,
        callback=finite,
        help="Prove each tier to this relative gap; parts of a case that only ceilings join are "
        "always proven exactly.",
    ),
]
TimeLimit = Annotated[
    float,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        callback=above_zero,
        help="Seconds for all tiers together.",
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="NUMBER", min=0, max=2**31 - 1, help="Random seed of the solver."
    ),
]
Solver = Annotated[
    str,
    typer.Option(
        "--solver",
        metavar="NAME",
        callback=to_be_had,
        help="Another solver than HiGHS, of those that Pyomo drives: scip, cbc, gurobi, cplex, "
        "xpress, glpk, or Pyomo's own name for it.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder to write the run to (out/base if not given, or out/ and the scenarios).",
    ),
]
HistoryOption = Annotated[
    Path,
    typer.Option(
        "--history",
        metavar="FILE",
        envvar="MUSTER_HISTORY",
        help="Database with the history of runs; off: none.",
    ),
]
HISTORY = Path("out", "runs.sqlite")
"""Where the history is if nothing else is said."""
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Solve anew, even if the history knows the answer.")
]
Keep = Annotated[
    Path | None,
    typer.Option(
        "--keep", metavar="RUN", help="Folder of a run whose plan tier change compares with."
    ),
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", help="Why it is changed; goes into the log.")
]
Who = Annotated[
    str, typer.Option("--who", metavar="NAME", help="Who changes it (your login if not given).")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")
]
