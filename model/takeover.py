"""A file of a case that somebody hands in whole -> the file of the case, entry by entry logged.

What is handed in is checked with the rest of the case before anything is written. It replaces the
file that was there, so it is only taken where that is still the file against which it was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from model import csv_source, csv_text, disk, edit, store, yaml_source
from model.checks import LINES, OFFERS, YAML
from model.edit import Change
from model.faults import Fault, InputError
from model.history import sha256
from model.store import Author, Edited, Steps
from model.text_source import text_of

FILES = (OFFERS, LINES, YAML)
"""The files that can be handed in."""


def take(
    folder: Path, file: str, raw: bytes, author: Author | None, *, against: str = ""
) -> Edited:
    """Let a file take the place of one of the case, or show that where nobody signs.

    Args:
        folder: of the case.
        file: one of ``FILES``; what it was called by whoever hands it in does not matter.
        raw: what it holds.
        author: who signs.
        against: the hash of the file against which the change was shown.

    Raises:
        InputError: with all that is wrong with it and with the case that it would make, or with
            what was changed in the meantime. Nothing was written then.
    """
    text = text_of(raw, file)
    faults = list(_formulas(text, file)) if file != YAML else []

    def steps(now: str) -> Steps:
        if author is not None and state(folder, file) != against:
            raise InputError(_meanwhile(folder, file, against))
        if faults:
            raise InputError([*faults, *store.faults_of(folder, text, file)])
        if now == text:
            return []
        changes = list(_changes(now, text, file))
        # Comments and layout are worth keeping too, though no entry is another one for it.
        return [
            (text, each) for each in changes or [Change(file, {"layout": ""}, {"layout": "new"})]
        ]

    return store.make(folder, steps, author, file)


def state(folder: Path, file: str) -> str:
    """Return what tells a file of the case from any other.

    Raises:
        InputError: it cannot be read.
    """
    return sha256(disk.contents(folder / file))


def _formulas(text: str, file: str) -> Iterator[Fault]:
    """Yield the cells that a spreadsheet program would take for formulas."""
    for row in csv_source.parse(text, file, csv_text.COLUMNS[file], ())[0].rows:
        for column, cell in row.cells.items():
            if cell.startswith(("=", "@")):
                place, allowed = f"row {row.number}, column {column}", "its value"
                yield Fault(file, row.line, place, cell, "is a formula", allowed)


def _meanwhile(folder: Path, file: str, against: str) -> list[Fault]:
    """Say that a file was changed since, and what in it as far as the log tells."""
    records = store.log_of(folder, file)[0].records
    since = [n for n, each in enumerate(records) if each["sha256_before"] == against]
    told = [f"{each['id']} ({each['who']})" for each in records[since[0] :]] if since else []
    message = "was changed by somebody else in the meantime"
    allowed = f"changed: {', '.join(told)}; " if told else ""
    return [Fault(file, 0, "", "", message, f"{allowed}look at the difference again")]


def _changes(now: str, text: str, file: str) -> Iterator[Change]:
    """Yield each entry that is another one, new, or gone."""
    before, after = _parts(now, file), _parts(text, file)
    for name in dict.fromkeys((*before, *after)):
        was, is_ = before.get(name, {}), after.get(name, {})
        apart = {key: None for key in (*was, *is_) if was.get(key) != is_.get(key)}
        if apart:
            yield Change(
                name,
                {key: was.get(key) for key in apart} if was else {},
                {key: is_.get(key) for key in apart},
            )


def _parts(text: str, file: str) -> Mapping[str, dict[str, Any]]:
    if file != YAML:
        held = csv_text.entries(text, file)
        return {name: {k: v for k, v in cells.items() if v} for name, cells in held.items()}
    root = yaml_source.parse(text, file).value
    sections = root if isinstance(root, dict) else {}
    others = {f"section {key}": {"value": v} for key, v in sections.items() if key != "caveats"}
    return {**others, **{str(each.get("id")): each for each in edit.caveats_in(text)}}
