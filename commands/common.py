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
    from reports.progress import Watch
    from reports.run import Run
    from reports.shape import RunOptions

DONE, PROGRAM_FAULT, INPUT_WRONG, NOT_PROVEN = 0, 1, 2, 3
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
) -> tuple[Case, list[Fault]]:
    """Read a case under scenarios, and one more that was typed, with every warning."""
    from model.faults import Fault
    from model.read import read_case

    reading = read_case(folder, dataclasses.replace(today(), pending=pending), scenarios, typed)
    warnings = list(reading.warnings)
    if "change" in reading.case.tiers:
        message = "is left out: there is no reference plan"
        warnings.append(Fault("constraints.yaml", 0, "tiers", "change", message))
    return reading.case, warnings


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


def solved(folder: Path, scenarios: Sequence[str], options: RunOptions, watch: Watch) -> Run:
    """Read, solve and explain a case under scenarios."""
    import datetime

    from model.faults import InputError

    started = datetime.datetime.now(datetime.UTC)
    watch.say("Reading the case")
    case, warnings = read_whole(folder, scenarios, options.pending)

    from model import engine
    from model.domain import Settings
    from model.outcome import Contradiction, Options, OutOfTime, concluded

    watch.say("Writing the program")
    settings = Settings(pending=options.pending)
    limits = Options(gap=options.gap, time_limit=options.time_limit, seed=options.seed)
    asked = engine.ready()
    asked.ask(case, settings, limits)
    # What is needed afterwards, while an engine works.
    from model.eligibility import candidates
    from model.explain import explain
    from reports import console  # noqa: F401 - the terminal's library takes long to load
    from reports.run import make_run

    seen = candidates(case, settings)
    try:
        found = asked.answer(watch.on_progress, watch.stopped)
    except Contradiction:
        watch.say("Looking for what the pins contradict")
        raise InputError([contradicted(case, settings)]) from None
    except OutOfTime:
        typer.echo("No plan that keeps the pins was found in time; nothing was written.", err=True)
        raise typer.Exit(NOT_PROVEN) from None
    watch.say("Explaining the gaps")
    outcome = concluded(case, settings, limits, found)
    gaps = explain(outcome.plan, seen)
    return make_run(outcome, gaps, seen, warnings, folder, options, started)


def contradicted(case: Case, settings: Settings) -> Fault:
    """Say what the pins of a case cannot hold together with."""
    from model import conflict
    from model.faults import Fault

    found = conflict.smallest(case, settings)
    pins = found.pins if found else case.pins
    said = found.in_words(case) if found else "the pins cannot all be kept"
    where = ", ".join(sorted({f"scenario {pin.scenario}" for pin in pins}))
    return Fault(where, 0, "pin", "", said, "take one of them out, or lift what is in its way")


# How they answer


def refused(faults: Sequence[Fault], as_json: bool, what: str = "Nothing was written") -> Exception:
    """Tell every fault, and return what ends the program."""
    if as_json:
        print_json({"ok": False, "faults": listed(faults)})
    for fault in faults:
        typer.echo(one_line(fault), err=True)
    typer.echo(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}. {what}.", err=True)
    return typer.Exit(INPUT_WRONG)


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
