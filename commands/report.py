"""``report``: a run told again, in other formats, against a baseline."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.answers import answering
from commands.common import DONE, print_json, refused
from commands.options import JsonOption, finite

if TYPE_CHECKING:
    from reports.gap_report import GapReport
    from reports.grounds import Swing


def share(percent: float | None) -> float | None:
    """Refuse what is no share of a figure."""
    if percent is not None and not 0 < finite(percent) < 100:
        raise typer.BadParameter(f"{percent:g} is not between 0 and 100")
    return percent


def swinging(report: GapReport, percent: float, *, as_json: bool) -> Swing:
    """Solve the case of a run again with other figures, and say how the answer moves."""
    from fractions import Fraction

    from model import swing
    from reports import swinging
    from reports.progress import Watch

    case, settings, options = report.case, report.plan.settings, report.origin.options.limits
    off = Fraction(str(percent)) / 100
    with answering(case, settings, as_json=as_json), Watch() as watch:
        found = swing.swings(case, settings, off, options, watch.say, watch.stopped)
        return swinging.swing(report, off, found)


def earlier(folder: Path, case: Path | None) -> GapReport:
    """Return the report of a baseline; a case that has moved may be the one of both runs."""
    from model.faults import InputError
    from reports import verify

    try:
        return verify.holding(folder)
    except InputError as error:
        if case is not None:
            with suppress(InputError):
                return verify.holding(folder, case)
        faults = [replace(each, file=f"baseline: {each.file}") for each in error.faults]
        raise InputError(faults) from None


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME,...",
            help="What to write, separated by commas, or all (html if not given).",
        ),
    ] = "html",
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="RUN", help="Tell what is different from this run."),
    ] = None,
    case: Annotated[
        Path | None,
        typer.Option("--case", metavar="DIR", help="Folder of the case, if it has moved."),
    ] = None,
    templates: Annotated[
        Path | None,
        typer.Option(
            "--templates",
            metavar="DIR",
            help="Folder of your own templates, columns and style; needs --out.",
        ),
    ] = None,
    swing: Annotated[
        float | None,
        typer.Option(
            "--swing",
            metavar="PERCENT",
            callback=share,
            help="Solve again with all assumed figures so much lower and higher (seconds each).",
        ),
    ] = None,
    month: Annotated[
        int | None,
        typer.Option(
            "--month",
            metavar="MONTH",
            help="Month of the force structure and the map (with most people if not given).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where to write (into the run if not given)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the report of a run again: in other formats, against a baseline, with a swing."""
    from model.faults import Fault, InputError
    from reports import formats, gathered, own, run_folder, verify

    try:
        names = formats.named(form)
        if templates is not None and out is None:
            message = "writes files of your own, and a run holds none"
            raise InputError([Fault("--templates", 0, "", str(templates), message, "give --out")])
        told = verify.holding(run, case)
        content = gathered.content(told, earlier(baseline, case) if baseline else None, None, month)
        if out is None:
            run_folder.writable(run)
        mine = own.write(content, templates) if templates else {}
        if swing:  # last, as it takes long: what else is wrong has been told
            content = replace(content, swing=swinging(told, swing, as_json=as_json))
            mine = own.write(content, templates) if templates else {}
        files = formats.written(content, names) | mine
        if out is None:
            run_folder.add(run, files)
        else:
            run_folder.put(out, files)
    except InputError as error:
        raise refused(error.faults, as_json) from None
    folder = out or run
    if as_json:
        print_json({"ok": True, "out": str(folder), "files": sorted(files)})
    else:
        for name in sorted(files):
            typer.echo(folder / name)
    raise typer.Exit(DONE)
