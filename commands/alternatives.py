"""``alternatives``: clearly different plans that are nearly as good as the best one."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.answers import Seconds, answering
from commands.common import (
    DONE,
    NOT_PROVEN,
    case_folder,
    kept_plan,
    print_json,
    read_whole,
    refused,
)
from commands.options import (
    CaseOption,
    Gap,
    JsonOption,
    Keep,
    Pending,
    Scenarios,
    Seed,
    finite,
)


def alternatives(
    case: CaseOption = None,
    scenario: Scenarios = None,
    count: Annotated[
        int,
        typer.Option("-k", metavar="N", min=2, help="How many plans, the best one included."),
    ] = 3,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            metavar="SHARE",
            min=0,
            callback=finite,
            help="By which share of its best value tier shortfall may be worse; tiers before it "
            "are held exactly.",
        ),
    ] = 0.01,
    apart: Annotated[
        float,
        typer.Option(
            "--apart",
            metavar="SHARE",
            min=0,
            max=1,
            callback=finite,
            help="Which share of the unit-months of each plan before it a plan must leave.",
        ),
    ] = 0.1,
    keep: Keep = None,
    gap: Gap = 0.0001,
    pending: Pending = "granted",
    time_limit: Seconds = 120,
    seed: Seed = 0,
    as_json: JsonOption = False,
) -> None:
    """Find clearly different plans within a tolerance of the best one, and what all share."""
    from model import alternatives as model
    from model.domain import Settings
    from model.faults import InputError
    from model.outcome import Options
    from reports import choices, console
    from reports.progress import Watch

    try:
        kept = kept_plan(keep)
        read = read_whole(case_folder(case), scenario or [], pending, kept=kept)[0]
    except InputError as error:
        raise refused(error.faults, as_json) from None
    settings = Settings(pending, keep=kept.stays if kept else None)
    options = Options(gap=gap, time_limit=time_limit, seed=seed)
    with answering(read, settings, as_json=as_json), Watch() as watch:
        found = model.alternatives(
            read,
            settings,
            count,
            tolerance=tolerance,
            apart=apart,
            options=options,
            tell=lambda what, done, of: watch.say(f"{done} of {of} found; now {what}"),
            stopped=watch.stopped,
        )
    if as_json:
        print_json({"tolerance": tolerance, "least_apart": apart, **choices.values(found)})
    else:
        choices.show(found, tolerance, apart, console.console())
    proven = found.in_time and found.best.status == "optimal"
    raise typer.Exit(DONE if proven else NOT_PROVEN)
