"""``asks``: whom to call and what to ask, for a goal to be reached."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.answers import Seconds, answering
from commands.common import DONE, NOT_PROVEN, case_folder, print_json, read_whole, refused
from commands.options import CaseOption, JsonOption, Pending, Scenarios, Seed


def asks(
    goal: Annotated[
        str,
        typer.Option(
            "--goal",
            metavar="NAME=NUMBER",
            help="critical=NUMBER (at most), or coverage=SHARE, ROLE=SHARE, LINE=SHARE (at least).",
        ),
    ],
    case: CaseOption = None,
    scenario: Scenarios = None,
    most: Annotated[
        int, typer.Option("--most", metavar="NUMBER", min=1, help="Stop after so many sets.")
    ] = 20,
    pending: Pending = "granted",
    time_limit: Seconds = 600,
    seed: Seed = 0,
    as_json: JsonOption = False,
) -> None:
    """Find the smallest sets of caveats to lift that reach a goal: all of them, cheapest first."""
    from model import asks as model
    from model.domain import Settings
    from model.faults import Fault, InputError
    from model.outcome import Options
    from reports import asked, console
    from reports.progress import Watch

    try:
        read = read_whole(case_folder(case), scenario or [], pending)[0]
        try:
            wanted = model.goal_of(read, goal)
        except ValueError as error:
            raise InputError([Fault("--goal", 0, "", goal, str(error))]) from None
    except InputError as error:
        raise refused(error.faults, as_json) from None
    settings, options = Settings(pending), Options(time_limit=time_limit, seed=seed)
    with answering(read, settings, as_json=as_json), Watch() as watch:
        watch.say("Looking for sets that reach the goal")
        found = model.asks(
            read,
            settings,
            wanted,
            most=most,
            options=options,
            on_found=lambda ask: watch.say(f"Found {', '.join(each.id for each in ask.caveats)}"),
            stopped=watch.stopped,
        )
    if as_json:
        print_json(asked.values(read, found))
    else:
        asked.show(read, found, console.console())
    raise typer.Exit(DONE if found.in_time else NOT_PROVEN)
