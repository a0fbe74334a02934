"""What the forms know of a case on disk: its entries, the names in it, who changed what.

A case with faults can be edited too: what cannot be told of it then is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from model import amend, store, yaml_source
from model.amend import FILES, KEYS, Sort, Texts
from model.case import Case
from model.checks import YAML
from model.faults import Fault, InputError
from model.history import FOUND
from model.read import read_case
from reports import names, words
from web.answers import Served

LATEST = 30
"""So many changes of the log are shown."""
NOUNS: dict[Sort, str] = {"caveats": "caveat", "offers": "offer", "lines": "requirement line"}


@dataclass(frozen=True)
class Read:
    """A case as it was read from disk.

    Attributes:
        case: None where it has faults.
        force: its name; empty where the case has faults.
        marking: its classification; what there is of it where the case has faults.
        names: code and title of what can be named, by what it is.
    """

    case: Case | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    force: str
    marking: str
    names: dict[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Item:
    """An entry in a list: its id, what else is told of it, and what it can be found by."""

    name: str
    told: tuple[str, ...]
    find: str


@dataclass(frozen=True)
class Past:
    """A change that was logged."""

    when: str
    who: str
    why: str
    name: str
    what: tuple[str, ...]


def read(served: Served) -> Read:
    """Read the case, or say what is wrong with it."""
    return _read(served.folder, served.stamp())


@lru_cache(maxsize=2)
def _read(folder: Path, stamp: str) -> Read:  # noqa: ARG001 - another stamp, another case
    try:
        reading = read_case(folder)
    except InputError as error:
        return Read(None, tuple(error.faults), (), "", _marking(folder), {})
    case = reading.case
    known = {
        what: tuple((str(row[0]), str(row[1]) if len(row) > 1 else "") for row in rows)
        for what, _, rows in names.lists(case)
    }
    marking = words.plain(case.classification)
    force = words.plain(case.force)
    return Read(case, (), tuple(reading.warnings), force, marking, known)


def _marking(folder: Path) -> str:
    """Return the marking of a case that cannot be read as a whole."""
    try:
        root = yaml_source.parse(store.text_at(folder / YAML), YAML).value
    except InputError:
        return ""
    return words.plain(str(root.get("classification") or "")) if isinstance(root, dict) else ""


def items(served: Served, sort: Sort) -> list[Item]:
    """Return the entries of a sort, as their file has them; none where it cannot be read."""
    try:
        held = amend.texts(store.text_at(served.folder / FILES[sort]), sort)
    except InputError:
        return []
    case = read(served).case
    return [_item(sort, name, cells, case) for name, cells in held.items() if name]


def _item(sort: Sort, name: str, cells: Texts, case: Case | None) -> Item:
    if sort == "caveats":
        caveat = case.caveat_by_id.get(name) if case else None
        sentence = words.plain(caveat.in_words(case)) if caveat and case else ""
        off = "" if cells.get("active") != "no" else "inactive"
        nations = cells.get("nation") or cells.get("nations") or ""
        told = (cells.get("kind", ""), nations, sentence, off)
    elif sort == "offers":
        title = case.capability_title(cells["capability"]) if case else cells.get("capability", "")
        told = (cells.get("nation", ""), title, f"{cells.get('units', '')} units", "")
    else:
        need = f"{cells.get('minimum', '')} to {cells.get('target', '')}"
        told = (cells.get("role", ""), cells.get("area", ""), cells.get("title", ""), need)
    shown = tuple(words.plain(each) for each in told)
    return Item(name, shown, " ".join((name, *shown)).lower())


def fixed(sort: Sort) -> tuple[str, ...]:
    """Return the fields that an entry keeps for good: its id, and a caveat its kind."""
    return (KEYS[sort], "kind") if sort == "caveats" else (KEYS[sort],)


def past(served: Served) -> list[Past]:
    """Return the latest changes of the case, the last one first."""
    found: list[Past] = []
    for file in FILES.values():
        try:
            records = store.log_of(served.folder, file)[0].records
        except InputError:
            continue
        found += [_past(each) for each in records[-LATEST:] if each["command"] != FOUND]
    return sorted(found, key=lambda each: each.when, reverse=True)[:LATEST]


def _past(record: dict[str, Any]) -> Past:
    return Past(
        record["when"],
        words.plain(record["who"]),
        words.plain(record["why"]),
        words.plain(record["id"]),
        tuple(differences(record["before"], record["after"])),
    )


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what a change did to an entry."""
    if not before:
        return ["new"]
    if all(value is None for value in after.values()) and any(key in after for key in ID_FIELDS):
        return ["taken out"]
    return [
        words.plain(f"{name}: {words.value(before.get(name))} → {words.value(value)}")[:300]
        for name, value in after.items()
    ]


ID_FIELDS = frozenset(KEYS.values())
