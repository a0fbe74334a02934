"""``check`` and ``verify``: hold a case, and a run, against the rules without a solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.common import (
    barred,
    case_folder,
    listed,
    one_line,
    print_json,
    read_whole,
    refused,
)
from commands.options import CaseOption, JsonOption, Scenarios


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
