"""``report``: a run told again, in other formats, against a baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.common import DONE, print_json, refused
from commands.options import JsonOption


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
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where to write (into the run if not given)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the report of a run again, in other formats or against a baseline, without a solve."""
    from model.faults import InputError
    from reports import formats, gathered, run_folder, verify

    try:
        names = formats.named(form)
        told = verify.holding(run, case)
        against = verify.holding(baseline) if baseline else None
        files = formats.written(gathered.content(told, against), names)
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
