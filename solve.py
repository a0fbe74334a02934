"""Muster: turns what nations offer into a force that holds. ``python solve.py --help``."""

from __future__ import annotations

import os
import signal

if __name__ == "__main__":
    # Pydantic would look through everything installed for plugins; no room here has any.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Until a command listens itself, Ctrl-C ends the program without a word.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import dataclasses
import gc
import io
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

# Everything heavy is imported inside the commands: --help answers at once.
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from model.case import Case
    from model.domain import Settings
    from model.faults import Fault
    from model.scenario import Source
    from model.store import Steps
    from reports.progress import Watch
    from reports.run import Run
    from reports.shape import RunOptions

DONE, PROGRAM_FAULT, INPUT_WRONG, NOT_PROVEN = 0, 1, 2, 3
ROOT = Path(__file__).resolve().parent


class Program(TyperGroup):
    """Turns what commands raise into the exit codes of the contract, for all of them alike."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            said = " ".join(str(error).split()) or "no more is known"
            typer.echo(
                f"A fault of Muster, not of your input: {type(error).__name__}: {said}. Please "
                "report it where you got Muster, with the details that "
                "`python solve.py --debug COMMAND ...` shows.",
                err=True,
            )
            raise typer.Exit(PROGRAM_FAULT) from None


app = typer.Typer(
    cls=Program,
    help="Assigns the offers of nations to the requirement lines of a multinational force, under "
    "national caveats. Exit codes: 0 done, 1 a fault of the program, 2 the input is wrong "
    "(nothing was written), 3 no proven answer within the limit (what was found is written).",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def version(wanted: bool) -> None:
    """Print the version where it is asked for."""
    if wanted:
        from model import VERSION

        typer.echo(f"muster {VERSION}")
        raise typer.Exit(DONE)


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
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder to write the run to (out/base if not given, or out/ and the scenarios).",
    ),
]


@app.callback()
def muster(
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the details of a fault of the program.")
    ] = False,
) -> None:
    """Set what holds for every command."""


@app.command(short_help="Solve a case and write the run.")
def plan(
    case: CaseOption = None,
    scenario: Scenarios = None,
    out: Out = None,
    gap: Gap = 0.0001,
    time_limit: TimeLimit = 600,
    pending: Pending = "granted",
    seed: Seed = 0,
    as_json: JsonOption = False,
) -> None:
    """Solve a case, write the run, show coverage, gaps with reasons, and what is proven."""
    from model.faults import InputError
    from reports import run_folder
    from reports.progress import Watch
    from reports.shape import RunOptions

    folder, given = case_folder(case), scenario or []
    try:
        what_ifs = located(folder, given)
        out = out or Path("out", "+".join(each.name for each in what_ifs) or "base")
        run_folder.writable(out)
        options = RunOptions(
            pending=pending,
            gap=gap,
            time_limit=time_limit,
            seed=seed,
            scenarios=tuple(each.label for each in what_ifs),
        )
        with Watch() as watch:
            run = solved(folder, given, options, watch)
            run_folder.write(out, run.files)
    except InputError as error:
        raise refused(error.faults, as_json) from None
    if as_json:
        told = {"run": run.report.origin.run, "out": str(out), "scenarios": options.scenarios}
        print_json({**told, **run.plan.model_dump()})
    else:
        from reports import console

        console.show(run.report, out, console.console())
    raise typer.Exit(DONE if run.plan.status == "optimal" else NOT_PROVEN)


@app.command(short_help="Validate a case without solving it.")
def check(case: CaseOption = None, scenario: Scenarios = None, as_json: JsonOption = False) -> None:
    """Validate a case without solving it: every fault at once, and what is odd."""
    from model.faults import InputError

    folder = case_folder(case)
    try:
        read, warnings = read_whole(folder, scenario or [])
    except InputError as error:
        raise refused(error.faults, as_json) from None
    warnings += barred(read)
    counts = {
        "offers": len(read.offers),
        "nations": len({offer.nation for offer in read.offers}),
        "lines": len(read.lines),
        "caveats": len(read.caveats),
        "rules": len(read.rules),
        "months": read.calendar.months,
    }
    if as_json:
        print_json({"ok": True, "counts": counts, "faults": [], "warnings": listed(warnings)})
        return
    for warning in warnings:
        typer.echo(f"warning: {one_line(warning)}")
    whole = " + ".join([str(folder), *(each.name for each in read.scenarios)])
    typer.echo(f"{whole}: {', '.join(f'{n} {what}' for what, n in counts.items())}.")
    typer.echo(f"No fault, {len(warnings)} warning{'' if len(warnings) == 1 else 's'}.")


@app.command(short_help="Work out a run again without the solver.")
def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    case: Annotated[
        Path | None,
        typer.Option("--case", metavar="DIR", help="Folder of the case, if it has moved."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Work out everything in a run again without the solver, and say what does not hold."""
    from reports.verify import verify as faults_of

    faults = faults_of(run, case)
    if faults:
        raise refused(faults, as_json, f"{run} does not hold")
    if as_json:
        print_json({"ok": True, "faults": []})
    else:
        typer.echo(f"{run} holds: case, plan, tiers, coverage, gaps and tables agree.")


caveats = typer.Typer(
    help="Look at caveats in words, and adjust them. Edits touch only the lines concerned, are "
    "checked with the whole case before they are written, and go into data/history.jsonl.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(caveats, name="caveats", short_help="Look at caveats in words, and adjust them.")

Id = Annotated[str, typer.Argument(metavar="ID", help="Id of a caveat.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of caveats.")]
Pairs = Annotated[
    list[str],
    typer.Argument(metavar="FIELD=VALUE...", help="Values are YAML: roles=[land], until=null."),
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


@caveats.command("list", short_help="List caveats in words.")
def list_caveats(
    case: CaseOption = None,
    nation: Annotated[
        list[str] | None, typer.Option("--nation", metavar="CODE", help="Of this nation.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help="Of this kind.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="On lines of this role.")
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help="active, inactive, granted, pending, refused, expired or red-line.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List caveats in words; filters of one sort widen, different ones narrow."""
    from model.faults import InputError
    from reports import cards, console

    try:
        read = read_whole(case_folder(case))[0]
        found = cards.chosen(read, today(), nation or (), kind or (), role or (), state or ())
    except InputError as error:
        raise refused(error.faults, as_json) from None
    if as_json:
        print_json({"caveats": cards.rows(read, found, today())})
    else:
        cards.show_list(read, found, today(), console.console())


@caveats.command(short_help="Show the card of a caveat.")
def show(name: Id, case: CaseOption = None, as_json: JsonOption = False) -> None:
    """Show the card of a caveat: what it says, matches, allows and forbids, and whose it is."""
    from model import edit
    from model.faults import InputError
    from reports import cards, console

    try:
        read = read_whole(case_folder(case))[0]
        if name not in read.caveat_by_id:
            raise InputError([edit.unknown(name, list(read.caveat_by_id))])
    except InputError as error:
        raise refused(error.faults, as_json) from None
    values = cards.card(read, name, today())
    if as_json:
        print_json(values)
    else:
        cards.show_card(values, console.console())


@caveats.command("set", short_help="Change fields of a caveat.")
def set_fields(
    name: Id,
    pairs: Pairs,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Change fields of a caveat; null makes a field blank."""
    from model import edit

    edited(
        lambda text: [edit.change(text, name, edit.typed_fields(text, name, pairs))],
        *(case, why, who, "set", dry_run, as_json),
    )


@caveats.command(short_help="Make caveats inactive.")
def lift(
    names: Ids,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Make caveats inactive: they stay in the file and bind nothing."""
    from model import edit

    edited(
        lambda text: edit.switched(text, names, active=False),
        *(case, why, who, "lift", dry_run, as_json),
    )


@caveats.command(short_help="Make caveats active again.")
def restore(
    names: Ids,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Make caveats active again."""
    from model import edit

    edited(
        lambda text: edit.switched(text, names, active=True),
        *(case, why, who, "restore", dry_run, as_json),
    )


@caveats.command(short_help="Add a caveat.")
def add(
    kind: Annotated[str, typer.Argument(metavar="[KIND]", help="Kind of the caveat.")] = "",
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="FIELD=VALUE...", help="Its fields, id= and nation= among them."),
    ] = None,
    from_yaml: Annotated[
        Path | None,
        typer.Option("--from-yaml", metavar="FILE", help="A file with the fields, as YAML."),
    ] = None,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Add a caveat after the others, from fields or from a file."""
    from model import edit, store

    edited(
        lambda text: [
            edit.added(
                text,
                edit.new_fields(kind, pairs or [], store.text_at(from_yaml) if from_yaml else None),
            )
        ],
        *(case, why, who, "add", dry_run, as_json),
    )


@caveats.command("history", short_help="Show who changed what, when and why.")
def show_log(
    name: Annotated[str, typer.Argument(metavar="[ID]", help="Only this caveat.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Check the chain of the log.")] = False,
    case: CaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who changed what, when and why; and check that nobody touched the log."""
    from model import history, store
    from model.faults import InputError
    from reports import cards, console

    try:
        log, file = store.log_of(case_folder(case))
        if (verify and (faults := history.faults_of(log, file))) or (faults := list(log.faults)):
            raise InputError(faults)
    except InputError as error:
        raise refused(error.faults, as_json, "The log does not hold") from None
    records = cards.history_rows(log, name or None)
    if as_json:
        print_json({"ok": True, "verified": verify, "entries": records})
        return
    cards.show_history(records, name or None, console.console())
    if verify:
        typer.echo(f"The chain holds over {len(log.records)} entries and the file agrees.")


# What the commands share


def today() -> Settings:
    """Return settings that know which day it is."""
    import datetime

    from model.domain import Settings

    return Settings(today=datetime.date.today())


def edited(
    edit: Callable[[str], Steps],
    case: Path | None,
    why: str,
    who: str,
    command: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make an edit of a case, or show what it would be."""
    from model import store
    from model.faults import Fault, InputError
    from reports import cards, console

    folder = case_folder(case)
    try:
        if dry_run:
            done = store.preview(folder, edit)
        elif not why.strip():
            message, allowed = "is missing", "say why it is changed, or try it with --dry-run"
            raise InputError([Fault("--why", 0, "", "", message, allowed)])
        else:
            author = store.Author(who.strip() or store.login(), why.strip(), command)
            done = store.apply(folder, edit, author)
    except InputError as error:
        raise refused(error.faults, as_json) from None
    if as_json:
        print_json({"ok": True, **dataclasses.asdict(done)})
    else:
        cards.show_edit(done, console.console(), dry=dry_run)


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
    folder: Path, scenarios: Sequence[str] = (), pending: Pending = "granted"
) -> tuple[Case, list[Fault]]:
    """Read a case under scenarios, with every warning."""
    from model.faults import Fault
    from model.read import read_case

    reading = read_case(folder, dataclasses.replace(today(), pending=pending), scenarios)
    warnings = list(reading.warnings)
    if "change" in reading.case.tiers:
        message = "is left out: there is no reference plan"
        warnings.append(Fault("constraints.yaml", 0, "tiers", "change", message))
    return reading.case, warnings


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

    from model.domain import Settings
    from model.explain import explain
    from model.formulation import Formulation
    from model.solver import Contradiction, Options, OutOfTime, solve
    from reports.run import make_run

    watch.say("Writing the program")
    settings = Settings(pending=options.pending)
    formulation = Formulation(case, settings)
    limits = Options(gap=options.gap, time_limit=options.time_limit, seed=options.seed)
    try:
        outcome = solve(formulation, limits, watch.on_progress, watch.stopped)
    except Contradiction:
        watch.say("Looking for what the pins contradict")
        raise InputError([contradicted(case, settings)]) from None
    except OutOfTime:
        typer.echo("No plan that keeps the pins was found in time; nothing was written.", err=True)
        raise typer.Exit(NOT_PROVEN) from None
    watch.say("Explaining the gaps")
    gaps = explain(outcome.plan, formulation.all_candidates)
    seen = formulation.all_candidates
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


if __name__ == "__main__":
    # One command, then the end: looking for garbage takes a tenth of a plan and finds none.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal need not know every letter
    app()
