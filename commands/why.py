"""``why`` and ``why-gap``: what keeps an offer out, and what keeps a gap open."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.answers import Seconds, answering
from commands.common import DONE, NOT_PROVEN, case_folder, print_json, read_whole, refused
from commands.options import CaseOption, Gap, JsonOption, Pending, Scenarios, Seed


def why(
    offer: Annotated[str, typer.Argument(metavar="OFFER", help="Id of an offer.")],
    line: Annotated[
        str, typer.Option("--line", metavar="LINE", help="On this requirement line only.")
    ] = "",
    month: Annotated[
        int | None, typer.Option("--month", metavar="MONTH", min=1, help="In this month only.")
    ] = None,
    case: CaseOption = None,
    scenario: Scenarios = None,
    gap: Gap = 0.0001,
    pending: Pending = "granted",
    time_limit: Seconds = 600,
    seed: Seed = 0,
    as_json: JsonOption = False,
) -> None:
    """Say why an offer is, or is not, in place: what forbids it, or what having it costs."""
    from model import why as model
    from model.domain import Settings
    from model.faults import Fault, InputError, nearest
    from model.outcome import Options
    from reports import console, whys
    from reports.progress import Watch

    try:
        read = read_whole(case_folder(case), scenario or [], pending)[0]
        faults = [
            Fault(what, 0, "", name, f"is no known {kind}", nearest(name, known))
            for what, kind, name, known in (
                ("OFFER", "offer", offer, read.offer_by_id),
                ("--line", "line", line or next(iter(read.line_by_id), ""), read.line_by_id),
            )
            if name not in known and name
        ]
        if month is not None and month > read.calendar.months:
            allowed = f"allowed: 1 to {read.calendar.months}"
            faults.append(Fault("--month", 0, "", str(month), "lies beyond the horizon", allowed))
        if faults:
            raise InputError(faults)
    except InputError as error:
        raise refused(error.faults, as_json) from None
    settings, options = Settings(pending), Options(gap=gap, time_limit=time_limit, seed=seed)
    with answering(read, settings, as_json=as_json), Watch() as watch:
        watch.say("Solving the case, and the case with the offer in place")
        found = model.why(
            read,
            settings,
            read.offer_by_id[offer],
            line=read.line_by_id[line] if line else None,
            month=month,
            options=options,
            stopped=watch.stopped,
        )
    if as_json:
        print_json(whys.values(read, found))
    else:
        where = (f", on {line}" if line else "") + (f", in month {month}" if month else "")
        whys.show(read, found, where, console.console())
    cut = [each for each in (found.base, found.forced) if each and each.status != "optimal"]
    raise typer.Exit(NOT_PROVEN if cut and found.verdict in ("allowed", "in place") else DONE)


def why_gap(
    line: Annotated[str, typer.Argument(metavar="LINE", help="Id of a requirement line.")],
    case: CaseOption = None,
    scenario: Scenarios = None,
    gap: Gap = 0.0001,
    pending: Pending = "granted",
    time_limit: Seconds = 600,
    seed: Seed = 0,
    as_json: JsonOption = False,
) -> None:
    """Say why a line has a gap: what is in the way, and what closing it as far as can be costs."""
    from model import why as model
    from model.domain import Settings
    from model.faults import Fault, InputError, nearest
    from model.outcome import Options
    from reports import console, whys
    from reports.progress import Watch

    try:
        read = read_whole(case_folder(case), scenario or [], pending)[0]
        if line not in read.line_by_id:
            allowed = nearest(line, read.line_by_id)
            raise InputError([Fault("LINE", 0, "", line, "is no known line", allowed)])
    except InputError as error:
        raise refused(error.faults, as_json) from None
    settings, options = Settings(pending), Options(gap=gap, time_limit=time_limit, seed=seed)
    with answering(read, settings, as_json=as_json), Watch() as watch:
        watch.say("Solving the case, and the case with as little missing here as can be")
        found = model.why_gap(
            read, settings, read.line_by_id[line], options=options, stopped=watch.stopped
        )
    if as_json:
        print_json(whys.gap_values(found))
    else:
        whys.show_gap(read, found, console.console())
    proven = {found.base.status, found.least.status} == {"optimal"} and found.proven
    raise typer.Exit(DONE if proven else NOT_PROVEN)
