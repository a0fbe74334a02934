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
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from commands.common import DONE, PIPE_CLOSED, PROGRAM_FAULT

COMMANDS = {
    "plan": ("plan", "plan", "Solve a case and write the run."),
    "check": ("checking", "check", "Validate a case without solving it."),
    "verify": ("checking", "verify", "Work out a run again without the solver."),
    "report": ("report", "report", "Write the report of a run in other formats."),
    "whatif": ("whatif", "whatif", "Print what a change would change."),
    "asks": ("asks", "asks", "Find the smallest sets of caveats to lift that reach a goal."),
    "why": ("why", "why", "Say why an offer is, or is not, in place."),
    "why-gap": ("why", "why_gap", "Say why a line has a gap."),
    "prices": ("prices", "prices", "Price every caveat: what lifting it would bring."),
    "stress": ("stress", "stress", "Say what the loss of each nation would cost."),
    "pareto": ("pareto", "pareto", "Trace the frontier between two measures."),
    "alternatives": (
        "alternatives",
        "alternatives",
        "Find clearly different plans that are nearly as good.",
    ),
    "compare": ("compare", "compare", "Show what differs between two runs."),
    "serve": ("serve", "serve", "Open the page of a case in the browser."),
    "runs": ("runs", "app", "Look through the history of runs."),
    "caveats": ("caveats", "app", "Look at caveats in words, and adjust them."),
}
"""By name: the room in ``commands`` and what is there, a command or several; what it does."""


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


def version(wanted: bool) -> None:
    """Print the version where it is asked for."""
    if wanted:
        from model import VERSION

        typer.echo(f"muster {VERSION}")
        raise typer.Exit(DONE)


def muster(
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the details of a fault of the program.")
    ] = False,
) -> None:
    """Set what holds for every command."""


def program(first: str = "") -> typer.Typer:
    """Return the program with all its commands, or with the one alone that comes first.

    To load and lay out the others takes as long as reading the case.
    """
    app = typer.Typer(
        cls=Program,
        help="Assigns the offers of nations to the requirement lines of a multinational force, "
        "under national caveats. Exit codes: 0 done, 1 a fault of the program, 2 the input is "
        "wrong (nothing was written), 3 no proven answer within the limit (what was found is "
        "written).",
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(muster)
    for name in (first,) if first in COMMANDS else COMMANDS:
        room, what, does = COMMANDS[name]
        found = getattr(import_module(f"commands.{room}"), what)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, short_help=does)
        else:
            app.command(name, short_help=does)(found)
    return app


app = program(*(sys.argv[1:2] if __name__ == "__main__" else ()))

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
