"""``runs``: the history of runs, which ``plan`` keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from commands.common import kept_history, print_json, refused
from commands.options import HISTORY, HistoryOption, JsonOption

if TYPE_CHECKING:
    from reports.history_db import RunHistory

app = typer.Typer(
    help="Look through the history of runs that plan keeps; tag, restore and delete them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Run = Annotated[
    str, typer.Argument(metavar="RUN", help="Id of a run, the beginning of one, or a tag.")
]
Tag = Annotated[str, typer.Argument(metavar="TAG", help="A word: letters, digits, . _ -")]
_SHOWN = 20


@contextmanager
def _kept(named: Path, *, as_json: bool = False) -> Iterator[RunHistory]:
    """Give the history; what is wrong with it, or with what is asked of it, ends the program."""
    from model.faults import Fault, InputError

    try:
        history = kept_history(named)
        if history is None:
            message, allowed = "the history is off", "name its file with --history"
            raise InputError([Fault("runs", 0, "", "", message, allowed)])
        yield history
    except InputError as error:
        raise refused(error.faults, as_json) from None


@app.command("list", short_help="List the runs, newest first.")
def list_(
    tag: Annotated[str, typer.Option("--tag", metavar="TAG", help="Only runs with it.")] = "",
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME", help="Only runs under it.")
    ] = "",
    case: Annotated[
        str, typer.Option("--case", metavar="DIR", help="Only runs of it: its path, or its end.")
    ] = "",
    most: Annotated[
        int, typer.Option("--most", metavar="NUMBER", min=0, help="Show so many; 0: all.")
    ] = _SHOWN,
    history: HistoryOption = HISTORY,
    as_json: JsonOption = False,
) -> None:
    """List the runs of the history, newest first: all, or those with a tag, scenario or case."""
    from reports import console, runs_told

    with _kept(history, as_json=as_json) as kept:
        entries = kept.entries(tag, scenario, case, most)
        found = kept.count(tag, scenario, case)
    if as_json:
        print_json({"runs": [runs_told.values(each) for each in entries], "found": found})
    else:
        runs_told.show_list(entries, found, console.console())


@app.command(short_help="Show one run.")
def show(run: Run, history: HistoryOption = HISTORY, as_json: JsonOption = False) -> None:
    """Show a run of the history: options, tiers, and the hashes of what it was made from."""
    from reports import console, past, runs_told

    with _kept(history, as_json=as_json) as kept:
        entry = past.kept(run, kept)
        told = past.found(entry.run, kept)
    if as_json:
        print_json({**runs_told.values(entry), "details": told.run.model_dump(mode="json")})
    else:
        runs_told.show(entry, told.run, console.console())


@app.command(short_help="Tag a run.")
def tag(run: Run, tag: Tag, history: HistoryOption = HISTORY) -> None:
    """Give a run a tag, to find it by and to keep it from being deleted."""
    from reports import past, runs_told

    with _kept(history) as kept:
        runs_told.fit_tag(tag)
        entry = past.kept(run, kept)
        kept.tag(entry.run, tag)
    typer.echo(f"Run {entry.run} has the tag {tag}.")


@app.command(short_help="Take a tag from a run.")
def untag(run: Run, tag: Tag, history: HistoryOption = HISTORY) -> None:
    """Take a tag from a run."""
    from model.faults import Fault, InputError, nearest
    from reports import past

    with _kept(history) as kept:
        entry = past.kept(run, kept)
        if not kept.untag(entry.run, tag):
            message = f"is no tag of run {entry.run}"
            raise InputError([Fault("runs", 0, "", tag, message, nearest(tag, entry.tags))])
    typer.echo(f"Run {entry.run} no longer has the tag {tag}.")


@app.command(short_help="Forget runs.")
def delete(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN...", help="Ids of runs, or beginnings of them.")
    ],
    history: HistoryOption = HISTORY,
) -> None:
    """Forget runs, with what they were made from. Folders on disk stay as they are."""
    from model.faults import Fault, InputError
    from reports import past

    with _kept(history) as kept:
        faults, entries = [], []
        for name in runs:
            try:
                entries.append(past.kept(name, kept))
            except InputError as error:
                faults += error.faults
        faults += [
            Fault("runs", 0, "", each.run, f"has the tag {each.tags[0]}", "untag it first")
            for each in entries
            if each.tags
        ]
        if faults:
            raise InputError(faults)
        names = list(dict.fromkeys(each.run for each in entries))
        kept.delete(names)
    typer.echo(f"Forgotten: {' '.join(names)}.")


@app.command(short_help="Write a run of the history to a folder again.")
def restore(
    run: Run,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder (where it was last, if not given)."),
    ] = None,
    inputs: Annotated[
        Path | None,
        typer.Option("--inputs", metavar="DIR", help="New folder for its case as it was, too."),
    ] = None,
    history: HistoryOption = HISTORY,
) -> None:
    """Write the files of a run again, byte for byte, and its case as it was, if asked for."""
    from reports import past, run_folder

    with _kept(history) as kept:
        entry = past.kept(run, kept)
        files = {name: content.decode() for name, content in kept.files(entry.run).items()}
        to = out or Path(entry.folder)
        run_folder.writable(to)
        if inputs is not None:
            past.laid_new(inputs, past.inputs_then(past.found(entry.run, kept), (), kept))
        run_folder.write(to, files)
    typer.echo(f"Run {entry.run} is in {to}.")


@app.command(short_help="Set how the history writes.")
def journal(
    mode: Annotated[
        Literal["wal", "delete"],
        typer.Argument(metavar="wal|delete", help="delete: for network shares."),
    ],
    history: HistoryOption = HISTORY,
) -> None:
    """Choose the journal of the history's file. On a network share only `delete` is safe."""
    with _kept(history) as kept:
        kept.journal(mode)
    typer.echo(f"The history {kept.path} keeps its journal: {mode}.")
