"""What the commands share: the case they are about, and how they answer.

Everything heavy is imported inside the functions: ``--help`` answers at once.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.case import Case
    from model.domain import Pending, Settings
    from model.faults import Fault
    from model.scenario import Source
    from reports.history_db import RunHistory
    from reports.kept import Kept

DONE, PROGRAM_FAULT, INPUT_WRONG, NOT_PROVEN = 0, 1, 2, 3
PIPE_CLOSED = 141
"""What a shell says of any tool whose reader, such as ``head``, has gone: 128 + SIGPIPE."""
ROOT = Path(__file__).resolve().parents[1]


# What they are about


def case_folder(named: Path | None) -> Path:
    """Return the case that was named, or data/ here, or data/ beside this program."""
    here = Path("data")
    if named is not None or (here / "constraints.yaml").exists():
        return named or here
    return ROOT / "data"


def located(folder: Path, given: Sequence[str]) -> Sequence[Source]:
    """Return the files of the scenarios that are given."""
    if not given:
        return ()
    from model import scenario

    return scenario.located(folder, given)


def read_whole(
    folder: Path,
    scenarios: Sequence[str] = (),
    pending: Pending = "granted",
    typed: Mapping[str, Any] | None = None,
    *,
    kept: Kept | None = None,
    to_solve: bool = True,
) -> tuple[Case, list[Fault]]:
    """Read a case under scenarios, and one more that was typed, with every warning.

    Args:
        folder: of the case.
        scenarios: names or files.
        pending: what pending votes count as.
        typed: one more scenario, as plain values.
        kept: the plan that tier ``change`` compares with.
        to_solve: False to look at the case only.

    Raises:
        InputError: what is wrong with the case, or that nothing in it can be minimised.
    """
    from model.read import read_case, unkept

    reading = read_case(folder, dataclasses.replace(today(), pending=pending), scenarios, typed)
    warnings = list(reading.warnings)
    if kept is not None:
        return kept.on(reading.case), warnings
    return reading.case, warnings + unkept(reading.case, to_solve=to_solve)


def kept_plan(run: Path | None) -> Kept | None:
    """Return the plan to keep of the run that was named.

    Raises:
        InputError: the run has none that can be read.
    """
    if run is None:
        return None
    from reports import kept

    return kept.read(run)


def today() -> Settings:
    """Return settings that know which day it is."""
    import datetime

    from model.domain import Settings

    return Settings(today=datetime.date.today())


def barred(case: Case) -> list[Fault]:
    """Warn of lines that nobody can ever serve."""
    from model.domain import Settings
    from model.eligibility import barred_lines
    from model.faults import Fault

    message = "is a line that nobody can ever fill: caveats bar every offer that fits"
    return [
        Fault("requirements.csv", 0, f"line {line.line}", line.line, message)
        for line in barred_lines(case, Settings())
    ]


def kept_history(named: Path) -> RunHistory | None:
    """Return the history of runs in a file; None where it is off."""
    from reports.history_db import RunHistory

    return None if str(named) == "off" else RunHistory(named)


# How they answer


def refused(
    faults: Sequence[Fault],
    as_json: bool,
    what: str = "Nothing was written",
    code: int = INPUT_WRONG,
) -> Exception:
    """Tell every fault, and return what ends the program."""
    if as_json:
        print_json({"ok": False, "faults": listed(faults)})
    for fault in faults:
        typer.echo(one_line(fault), err=True)
    typer.echo(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}. {what}.", err=True)
    return typer.Exit(code)


def warned(text: str) -> None:
    """Tell what is not as it should be, but stops nothing."""
    typer.echo(f"warning: {text}", err=True)


def one_line(fault: Fault) -> str:
    """Return a fault so that nothing in it can move the cursor or break the line."""
    from reports.words import plain

    return plain(str(fault))


def listed(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Return faults as plain values."""
    return [dataclasses.asdict(fault) for fault in faults]


def print_json(value: object) -> None:
    """Print a value for a program to read."""
    typer.echo(json.dumps(value, indent=1, allow_nan=False))
