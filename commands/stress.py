"""``stress``: what the loss of each nation, or of each pair, would cost."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.answers import Seconds, answering
from commands.common import DONE, NOT_PROVEN, case_folder, print_json, read_whole, refused
from commands.options import CaseOption, JsonOption, Pending, Scenarios, Seed


def stress(
    case: CaseOption = None,
    scenario: Scenarios = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Lose each pair of nations too (much longer).")
    ] = False,
    pending: Pending = "granted",
    time_limit: Seconds = 600,
    seed: Seed = 0,
    as_json: JsonOption = False,
) -> None:
    """Take each nation out: what coverage falls, what cascades, and who could fill in."""
    from model import engine
    from model import stress as model
    from model.domain import Settings
    from model.faults import InputError
    from model.outcome import Options
    from reports import console, stressed
    from reports.progress import Watch

    try:
        read = read_whole(case_folder(case), scenario or [], pending)[0]
    except InputError as error:
        raise refused(error.faults, as_json) from None
    settings, options = Settings(pending), Options(time_limit=time_limit, seed=seed)
    with answering(read, settings, as_json=as_json), Watch() as watch:
        watch.say("Solving the case as it is")
        found = model.stress(
            read,
            settings,
            pairs=pairs,
            options=options,
            workers=engine.beside(),
            tell=lambda what, done, of: watch.say(f"{done} of {of} lost; now {what}"),
            stopped=watch.stopped,
        )
    if as_json:
        print_json(stressed.values(found))
    else:
        stressed.show(read, found, console.console())
    raise typer.Exit(DONE if found.in_time else NOT_PROVEN)
