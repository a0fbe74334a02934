"""``whatif``: a case and a change of it, and only what is different."""

from __future__ import annotations

from typing import Annotated

import typer

from commands import steady
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
    Solver,
)


def whatif(
    case: CaseOption = None,
    scenario: Scenarios = None,
    lift: Annotated[
        list[str] | None,
        typer.Option("--lift", metavar="ID", help="Lift an active caveat or force rule."),
    ] = None,
    restore: Annotated[
        list[str] | None,
        typer.Option("--restore", metavar="ID", help="Let one bind that is not active."),
    ] = None,
    refuse: Annotated[
        list[str] | None,
        typer.Option("--refuse", metavar="ID", help="A vote says no, or a condition fails."),
    ] = None,
    grant: Annotated[
        list[str] | None,
        typer.Option(
            "--grant", metavar="ID", help="A pending vote says yes, or a condition is certain."
        ),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="ID.FIELD=VALUE", help="Set any field of any entry."),
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(
            "--pin",
            metavar="OFFER:LINE:FROM[:UNITS[:AREA]]",
            help="At least so many units (1) begin a tour there in that month.",
        ),
    ] = None,
    forbid: Annotated[
        list[str] | None,
        typer.Option("--forbid", metavar="OFFER[:LINE]", help="Keep an offer off a line, or all."),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            "--add", metavar="YAML", help="One more offer: {offer: ID, nation: CODE, ...}."
        ),
    ] = None,
    keep: Keep = None,
    max_change: Annotated[
        int | None,
        typer.Option(
            "--max-change",
            metavar="N",
            min=0,
            help="With --keep: move at most so many unit-months from the plan of that run.",
        ),
    ] = None,
    curve: Annotated[
        bool,
        typer.Option("--curve", help="With --keep: what coverage each step of change buys."),
    ] = False,
    points: Annotated[
        int | None,
        typer.Option("--points", metavar="N", min=2, help="Stop the curve at so many points."),
    ] = None,
    gap: Gap = 0.0001,
    pending: Pending = "granted",
    time_limit: Seconds = 600,
    seed: Seed = 0,
    solver: Solver = "highs",
    as_json: JsonOption = False,
) -> None:
    """Solve the case, and the case with scenarios and flags on top; print what is different.

    Every flag that changes the case may be repeated. Flags act on top of the scenarios. With --keep
    it prints what it costs to keep to the plan of an earlier run.
    """
    from model import flags, whatif
    from model.domain import Settings
    from model.faults import Fault, InputError
    from model.outcome import Options
    from model.session import flipped
    from reports import console
    from reports.compared import Changed
    from reports.progress import Watch

    folder, given = case_folder(case), scenario or []
    switches = flags.Switches(lift or (), restore or (), refuse or (), grant or ())
    change = flags.Change(given, switches, values or (), pin or (), forbid or (), add or ())
    try:
        kept = kept_plan(keep)
        asked = {"--max-change": max_change is not None, "--curve": curve}
        steady.refuse_odd(asked, points, keep=kept is not None)
        if not (given or values or pin or forbid or add or kept or switches != flags.Switches()):
            message, allowed = "no change is given", "give --scenario, --lift, --set or the like"
            raise InputError([Fault("whatif", 0, "", "", message, allowed)])
        base = read_whole(folder, (), pending, kept=kept)[0]
        meant = flags.understood(
            change,
            lambda names, typed: (
                read_whole(folder, names, pending, typed, kept=kept)[0] if names or typed else base
            ),
        )
    except InputError as error:
        raise refused(error.faults, as_json) from None
    settings = Settings(pending, keep=kept.stays if kept else None)
    options = Options(gap=gap, time_limit=time_limit, seed=seed, solver=solver)
    changed, flips, said = meant.case, meant.flips, list(meant.said)
    if kept:
        question = steady.Question(changed, flips, kept, max_change, curve, points)
        raise typer.Exit(steady.answer(question, settings, options, said, as_json=as_json))
    with answering(flipped(changed, flips), settings, as_json=as_json), Watch() as watch:
        watch.say("Solving the case and the change")
        before, after = whatif.both(base, changed, flips, settings, options, watch.stopped)
    told = Changed(before.outcome, after.outcome, (before.gaps, after.gaps))
    if as_json:
        print_json({"change": said, **told.values()})
    else:
        told.show(console.console(), f"What if: {'; '.join(said)}")
    proven = {before.outcome.status, after.outcome.status} == {"optimal"}
    raise typer.Exit(DONE if proven else NOT_PROVEN)
