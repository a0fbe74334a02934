"""``pareto``: what more of one good costs in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

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
from commands.options import CaseOption, JsonOption, Keep, Pending, Scenarios, Seed

Name = TypeVar("Name", bound=str)
NAMES = "coverage, critical, shortfall, conditional, burden, change or personnel"


def pareto(
    first: Annotated[str, typer.Argument(metavar="A", help=f"{NAMES}.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one; it is bounded.")],
    case: CaseOption = None,
    scenario: Scenarios = None,
    hold: Annotated[
        list[str] | None,
        typer.Option(
            "--hold", metavar="TIER", help="Hold a tier at its best in every point. Repeatable."
        ),
    ] = None,
    points: Annotated[
        int | None,
        typer.Option("--points", metavar="N", min=2, help="Stop at so many points (all)."),
    ] = None,
    keep: Keep = None,
    pending: Pending = "granted",
    time_limit: Seconds = 120,
    seed: Seed = 0,
    as_json: JsonOption = False,
) -> None:
    """Print the frontier between two measures: all plans that nothing beats in both.

    Of all other tiers nothing is asked, unless they are held.
    """
    from model import pareto as model
    from model.domain import Settings
    from model.faults import InputError
    from model.outcome import Options
    from reports import console, frontiers
    from reports.progress import Watch

    try:
        one, two = (_known("A", first, model.MEASURES), _known("B", second, model.MEASURES))
        held = [_known("--hold", each, model.TIERS) for each in hold or ()]
        asked = [one, two, *held]
        kept = kept_plan(keep)
        _sensible(asked, keeping=kept is not None)
        read = read_whole(case_folder(case), scenario or [], pending, kept=kept, to_solve=False)[0]
    except InputError as error:
        raise refused(error.faults, as_json) from None
    settings = Settings(pending, keep=kept.stays if kept else None)
    options = Options(time_limit=time_limit, seed=seed)
    with answering(read, settings, as_json=as_json), Watch() as watch:
        found = model.pareto(
            read,
            settings,
            one,
            two,
            hold=held,
            most=points,
            options=options,
            tell=lambda what, count: watch.say(f"{count} points; now {what}"),
            stopped=watch.stopped,
        )
    if as_json:
        print_json({"first": one, "second": two, **frontiers.values(found, (one,), two)})
    else:
        title = f"The frontier between {one} and {two}"
        frontiers.show(found, (one,), two, title, console.console())
    proven = found.in_time and all(each.proven for each in found.points)
    raise typer.Exit(DONE if proven else NOT_PROVEN)


def _known(what: str, name: str, names: tuple[Name, ...]) -> Name:
    """Return the name of a measure.

    Raises:
        InputError: it is none.
    """
    from model.faults import Fault, InputError, nearest

    for each in names:
        if each == name:
            return each
    raise InputError([Fault(what, 0, "", name, "is no measure", nearest(name, names))])


def _sensible(asked: Sequence[str], *, keeping: bool) -> None:
    """Refuse a question that has no answer.

    Raises:
        InputError: a measure stands twice, or ``change`` has nothing to compare with.
    """
    from model.faults import Fault, InputError

    twice = [each for each in dict.fromkeys(asked) if asked.count(each) > 1]
    faults = [Fault("pareto", 0, "", each, "is asked for twice") for each in twice]
    if "change" in asked and not keeping:
        message, allowed = "has no plan to compare with", "name the run to keep with --keep RUN"
        faults.append(Fault("pareto", 0, "", "change", message, allowed))
    if keeping and "change" not in asked:
        message = "matters only where change is asked for"
        faults.append(Fault("--keep", 0, "", "", message, "leave it out, or ask for change"))
    if faults:
        raise InputError(faults)
