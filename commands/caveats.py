"""``caveats ...``: look at caveats in words, and adjust them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.common import (
    case_folder,
    listed,
    one_line,
    print_json,
    read_whole,
    refused,
    today,
)
from commands.options import CaseOption, DryRun, JsonOption, Who, Why

# Everything heavy is imported inside the commands: --help answers at once.
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from model.faults import Fault
    from model.store import Author, Edited, Steps

app = typer.Typer(
    help="Look at caveats in words, and adjust them. Edits touch only the lines concerned, are "
    "checked with the whole case before they are written, and go into data/history.jsonl.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Id = Annotated[str, typer.Argument(metavar="ID", help="Id of a caveat.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of caveats.")]
Pairs = Annotated[
    list[str],
    typer.Argument(metavar="FIELD=VALUE...", help="Values are YAML: roles=[land], until=null."),
]


@app.command("list", short_help="List caveats in words.")
def list_caveats(
    case: CaseOption = None,
    nation: Annotated[
        list[str] | None, typer.Option("--nation", metavar="CODE", help="Of this nation.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help="Of this kind.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="On lines of this role.")
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help="active, inactive, granted, pending, refused, expired or red-line.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List caveats in words; filters of one sort widen, different ones narrow."""
    from model.faults import InputError
    from reports import cards, console

    try:
        read = read_whole(case_folder(case))[0]
        found = cards.chosen(read, today(), nation or (), kind or (), role or (), state or ())
    except InputError as error:
        raise refused(error.faults, as_json) from None
    if as_json:
        print_json({"caveats": cards.rows(read, found, today())})
    else:
        cards.show_list(read, found, today(), console.console())


@app.command(short_help="Show the card of a caveat.")
def show(name: Id, case: CaseOption = None, as_json: JsonOption = False) -> None:
    """Show the card of a caveat: what it says, matches, allows and forbids, and whose it is."""
    from model import edit
    from model.faults import InputError
    from reports import cards, console

    try:
        read = read_whole(case_folder(case))[0]
        if name not in read.caveat_by_id:
            raise InputError([edit.unknown(name, list(read.caveat_by_id))])
    except InputError as error:
        raise refused(error.faults, as_json) from None
    values = cards.card(read, name, today())
    if as_json:
        print_json(values)
    else:
        cards.show_card(values, console.console())


@app.command("set", short_help="Change fields of a caveat.")
def set_fields(
    name: Id,
    pairs: Pairs,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Change fields of a caveat; null makes a field blank."""
    from model import edit

    edited(
        lambda text: [edit.change(text, name, edit.typed_fields(text, name, pairs))],
        *(case, why, who, "set", dry_run, as_json),
    )


@app.command(short_help="Make caveats inactive.")
def lift(
    names: Ids,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Make caveats inactive: they stay in the file and bind nothing."""
    from model import edit

    edited(
        lambda text: edit.switched(text, names, active=False),
        *(case, why, who, "lift", dry_run, as_json),
    )


@app.command(short_help="Make caveats active again.")
def restore(
    names: Ids,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Make caveats active again."""
    from model import edit

    edited(
        lambda text: edit.switched(text, names, active=True),
        *(case, why, who, "restore", dry_run, as_json),
    )


@app.command(short_help="Add a caveat.")
def add(
    kind: Annotated[str, typer.Argument(metavar="[KIND]", help="Kind of the caveat.")] = "",
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="FIELD=VALUE...", help="Its fields, id= and nation= among them."),
    ] = None,
    from_yaml: Annotated[
        Path | None,
        typer.Option("--from-yaml", metavar="FILE", help="A file with the fields, as YAML."),
    ] = None,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Add a caveat after the others, from fields or from a file."""
    from model import edit, store

    edited(
        lambda text: [
            edit.added(
                text,
                edit.new_fields(kind, pairs or [], store.text_at(from_yaml) if from_yaml else None),
            )
        ],
        *(case, why, who, "add", dry_run, as_json),
    )


@app.command("export", short_help="Write the caveats into an Excel workbook.")
def export_workbook(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Workbook to write.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a file that is there already.")
    ] = False,
    case: CaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the caveats into an Excel workbook, to edit there and hand to import."""
    from model import disk, store
    from model.faults import Fault, InputError
    from reports.caveat_workbook import workbook
    from reports.words import count

    folder = case_folder(case)
    try:
        if file.suffix.lower() != ".xlsx":
            message = "is no name of a workbook"
            raise InputError([Fault(str(file), 0, "", "", message, "a name that ends in .xlsx")])
        read, text = store.snapshot(folder)
        disk.put(file, workbook(read, text, today().today), replace=replace)
    except InputError as error:
        raise refused(error.faults, as_json) from None
    if as_json:
        print_json({"ok": True, "file": str(file), "caveats": len(read.caveats)})
    else:
        total = count(len(read.caveats), "caveat")
        typer.echo(f"{file}: {total}. Edit it, then hand it to caveats import.")


@app.command("import", short_help="Take the changes that were made in a workbook.")
def import_workbook(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Workbook to read.")],
    remove: Annotated[
        bool, typer.Option("--remove", help="Take out the caveats whose rows were deleted.")
    ] = False,
    case: CaseOption = None,
    why: Why = "",
    who: Who = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Take the changes that were made in an exported workbook, and nothing else of it."""
    from model import merge
    from model.faults import InputError

    folder = case_folder(case)
    try:
        author = signed(why, who, "import", dry_run)
        done, notes = merge.take(folder, file, author, remove=remove)
    except InputError as error:
        raise refused(error.faults, as_json) from None
    told(done, notes, dry_run, as_json)


@app.command("history", short_help="Show who changed what, when and why.")
def show_log(
    name: Annotated[str, typer.Argument(metavar="[ID]", help="Only this caveat.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Check the chain of the log.")] = False,
    case: CaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who changed what, when and why; and check that nobody touched the log."""
    from model import history, store
    from model.faults import InputError
    from reports import cards, console

    try:
        log, file = store.log_of(case_folder(case))
        if (verify and (faults := history.faults_of(log, file))) or (faults := list(log.faults)):
            raise InputError(faults)
    except InputError as error:
        raise refused(error.faults, as_json, "The log does not hold") from None
    records = cards.history_rows(log, name or None)
    if as_json:
        print_json({"ok": True, "verified": verify, "entries": records})
        return
    cards.show_history(records, name or None, console.console())
    if verify:
        typer.echo(f"The chain holds over {len(log.records)} entries and the file agrees.")


def edited(
    edit: Callable[[str], Steps],
    case: Path | None,
    why: str,
    who: str,
    command: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make an edit of a case, or show what it would be."""
    from model import store
    from model.faults import InputError

    folder = case_folder(case)
    try:
        done = store.make(folder, edit, signed(why, who, command, dry_run))
    except InputError as error:
        raise refused(error.faults, as_json) from None
    told(done, (), dry_run, as_json)


def signed(why: str, who: str, command: str, dry_run: bool) -> Author | None:
    """Return who makes an edit and why; nobody makes one that is only tried."""
    from model import store
    from model.faults import Fault, InputError

    if dry_run:
        return None
    if not why.strip():
        message, allowed = "is missing", "say why it is changed, or try it with --dry-run"
        raise InputError([Fault("--why", 0, "", "", message, allowed)])
    return store.Author(who.strip() or store.login(), why.strip(), command)


def told(done: Edited, notes: Sequence[Fault], dry_run: bool, as_json: bool) -> None:
    """Tell what an edit did, or would do."""
    from reports import cards, console

    if as_json:
        print_json({"ok": True, **dataclasses.asdict(done), "warnings": listed(notes)})
        return
    for note in notes:
        typer.echo(f"warning: {one_line(note)}")
    cards.show_edit(done, console.console(), dry=dry_run)
