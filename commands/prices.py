"""``prices``: what lifting each caveat would bring."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.answers import Seconds, answering
from commands.common import DONE, NOT_PROVEN, case_folder, print_json, read_whole, refused
from commands.options import CaseOption, JsonOption, Pending, Scenarios, Seed


def prices(
    case: CaseOption = None,
    scenario: Scenarios = None,
    rules: Annotated[bool, typer.Option("--rules", help="Price active force rules too.")] = False,
    votes: Annotated[
        bool, typer.Option("--votes", help="Price a yes of each vote that counts as refused too.")
    ] = False,
    conditions: Annotated[
        bool, typer.Option("--conditions", help="Price each condition that does not hold too.")
    ] = False,
    together: Annotated[
        bool,
        typer.Option(
            "--together/--alone", help="Whether to look for sets that only help together."
        ),
    ] = True,
    pending: Pending = "granted",
    time_limit: Seconds = 600,
    seed: Seed = 0,
    as_json: JsonOption = False,
) -> None:
    """Price every caveat: what lifting it alone brings, and what helps only together."""
    from model import engine
    from model import prices as model
    from model.domain import Settings
    from model.faults import InputError
    from model.outcome import Options
    from reports import console, priced
    from reports.progress import Watch

    try:
        read = read_whole(case_folder(case), scenario or [], pending)[0]
    except InputError as error:
        raise refused(error.faults, as_json) from None
    asked: tuple[tuple[model.What, bool], ...]
    asked = (("rule", rules), ("vote", votes), ("condition", conditions))
    settings, options = Settings(pending), Options(time_limit=time_limit, seed=seed)
    with answering(read, settings, as_json=as_json), Watch() as watch:
        watch.say("Solving the case as it is")
        found = model.prices(
            read,
            settings,
            also=[what for what, wanted in asked if wanted],
            together=together,
            options=options,
            workers=engine.beside(),
            tell=lambda what, done, of: watch.say(f"{done} of {of} priced; now {what}"),
            stopped=watch.stopped,
        )
    if as_json:
        print_json(priced.values(read, found))
    else:
        priced.show(read, found, console.console())
    raise typer.Exit(DONE if found.in_time else NOT_PROVEN)
