"""``compare``: what is different between two runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.common import kept_history, print_json, refused
from commands.options import HISTORY, HistoryOption, JsonOption

_METAVAR, _HELP = "RUN", "Folder of a run, or its id or tag in the history."


def compare(
    before: Annotated[str, typer.Argument(metavar=_METAVAR, help=_HELP)],
    after: Annotated[str, typer.Argument(metavar=_METAVAR, help=_HELP)],
    case: Annotated[
        list[Path] | None,
        typer.Option(
            "--case",
            metavar="DIR",
            help="Folder where the case of a run lies as it was then, if it has moved; the "
            "history is searched too. May be repeated.",
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="DIR", help="Write the differences to a new folder, too."),
    ] = None,
    history: HistoryOption = HISTORY,
    as_json: JsonOption = False,
) -> None:
    """Show what differs between two runs: in what they were made from, and in what came of it."""
    from model.faults import Fault, InputError
    from reports import console, past
    from reports.runs_compared import RunsCompared

    kept = kept_history(history)
    told, answers, faults = [], [], list[Fault]()
    for name in (before, after):
        try:
            told.append(past.found(name, kept))
            then = past.case_then(told[-1], case or (), kept)
            answers.append(past.answer(told[-1], then))
        except InputError as error:
            faults += error.faults
    try:
        if faults:
            raise InputError(faults)
        compared = RunsCompared((told[0], told[1]), (answers[0], answers[1]))
        if csv is not None:
            past.laid_new(csv, {each.name: each.csv().encode() for each in compared.tables()})
    except InputError as error:
        raise refused(error.faults, as_json) from None
    if as_json:
        print_json(compared.values())
    else:
        compared.show(console.console())
