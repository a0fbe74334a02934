"""Muster: turns what nations offer into a force that holds. ``python solve.py --help``."""

from __future__ import annotations

import gc
import os
import signal
import sys

from model import engine

if __name__ == "__main__":
    # One command, then the end: looking for garbage takes a tenth of a plan and finds none.
    gc.disable()
    # Pydantic would look through everything installed for plugins; no room here has any.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Until a command listens itself, Ctrl-C ends the program without a word.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Before all that takes time: it loads the solver while this process reads the case.
    engine.start_for(sys.argv[1:])

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from commands import (
    alternatives,
    asks,
    caveats,
    compare,
    pareto,
    prices,
    report,
    runs,
    serve,
    stress,
    whatif,
    why,
)
from commands.common import (
    DONE,
    NOT_PROVEN,
    PIPE_CLOSED,
    PROGRAM_FAULT,
    barred,
    case_folder,
    kept_history,
    kept_plan,
    listed,
    located,
    one_line,
    print_json,
    read_whole,
    refused,
    warned,
)
from commands.options import (
    HISTORY,
    CaseOption,
    Format,
    Fresh,
    Gap,
    HistoryOption,
    JsonOption,
    Keep,
    Out,
    Pending,
    Scenarios,
    Seed,
    Solver,
    TimeLimit,
)
from commands.planning import begin, finish

if TYPE_CHECKING:
    from reports.gap_report import GapReport


class Program(TyperGroup):
    """Turns what commands raise into the exit codes of the contract, for all of them alike."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise typer.Exit(PIPE_CLOSED) from None
        except (typer.Exit, typer.Abort, typer.TyperException):
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
    keep: Keep = None,
    gap: Gap = 0.0001,
    time_limit: TimeLimit = 600,
    pending: Pending = "granted",
    seed: Seed = 0,
    solver: Solver = "highs",
    fresh: Fresh = False,
    history: HistoryOption = HISTORY,
    form: Format = "",
    as_json: JsonOption = False,
) -> None:
    """Solve a case, write the run, show coverage, gaps with reasons, and what is proven.

    A request that the history knows the answer to is not solved again.
    """
    from model.faults import Fault, InputError
    from model.outcome import Options
    from reports.progress import Watch

    folder, given = case_folder(case), scenario or []
    try:
        kept = kept_plan(keep)
        limits = Options(gap, time_limit, seed, solver=solver)
        with Watch() as watch:
            begun = begin(folder, given, pending, limits, watch, kept)
            # Only now, while an engine works: what writes takes as long to load as the case.
            from reports import formats, run_folder
            from reports.recall import Recall, in_words
            from reports.shape import RunOptions

            more = [f for f in formats.named(form) if f not in formats.USUAL] if form else []
            what_ifs = located(folder, given)
            out = out or Path("out", "+".join(each.name for each in what_ifs) or "base")
            run_folder.writable(out)
            if kept and kept.path == out.resolve():
                message = "is the run to keep, which would be written over"
                raise InputError([Fault("--out", 0, "", str(out), message, "name another folder")])
            options = RunOptions(
                pending=pending,
                keep=kept.label if kept else None,
                gap=gap,
                time_limit=time_limit,
                seed=seed,
                solver=solver,
                scenarios=tuple(each.label for each in what_ifs),
            )
            recall = Recall(kept_history(history), warned, fresh=fresh)
            shown: list[str] = []

            def show(report: GapReport, folder: Path = out) -> None:
                from reports import console

                if not as_json:
                    shown.append(console.told(report, folder, console.console()))

            run = finish(begun, options, watch, recall, show)
            run_folder.write(out, run.files)
            if more:
                from reports import gathered

                watch.say("Writing the report")
                run_folder.add(out, formats.written(gathered.content(run.report), more))
        recall.keep(run, folder, out)
    except InputError as error:
        raise refused(error.faults, as_json) from None
    if as_json:
        source = run.details.taken_from
        told = {
            "run": run.details.run,
            "out": str(out),
            "scenarios": options.scenarios,
            "taken_from": source and source.model_dump(),
        }
        print_json({**told, **run.plan.model_dump()})
    else:
        from reports import console

        sys.stdout.write("".join(shown))
        if run.details.taken_from:
            console.console().print(in_words(run.details.taken_from), markup=False)
    raise typer.Exit(DONE if run.plan.status == "optimal" else NOT_PROVEN)


@app.command(short_help="Validate a case without solving it.")
def check(case: CaseOption = None, scenario: Scenarios = None, as_json: JsonOption = False) -> None:
    """Validate a case without solving it: every fault at once, and what is odd."""
    from model.faults import InputError

    folder = case_folder(case)
    try:
        read, warnings = read_whole(folder, scenario or [], to_solve=False)
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


app.command(short_help="Write the report of a run in other formats.")(report.report)
app.command(short_help="Print what a change would change.")(whatif.whatif)
app.command(short_help="Find the smallest sets of caveats to lift that reach a goal.")(asks.asks)
app.command(short_help="Say why an offer is, or is not, in place.")(why.why)
app.command("why-gap", short_help="Say why a line has a gap.")(why.why_gap)
app.command(short_help="Price every caveat: what lifting it would bring.")(prices.prices)
app.command(short_help="Say what the loss of each nation would cost.")(stress.stress)
app.command(short_help="Trace the frontier between two measures.")(pareto.pareto)
app.command(short_help="Find clearly different plans that are nearly as good.")(
    alternatives.alternatives
)
app.command(short_help="Show what differs between two runs.")(compare.compare)
app.command(short_help="Open the page of a case in the browser.")(serve.serve)
app.add_typer(runs.app, name="runs", short_help="Look through the history of runs.")
app.add_typer(caveats.app, name="caveats", short_help="Look at caveats in words, and adjust them.")

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal need not know every letter
    status = 0
    try:
        app()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    engine.close()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            status = status or PIPE_CLOSED
        except (OSError, ValueError):  # nobody listens any more
            pass
    # All files are closed. Taking the case, the program and the solver apart again would take
    # longer than reading the case did.
    os._exit(status)
