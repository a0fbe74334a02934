"""Scenarios as one: what several of them do, and flags on top, told in the text of one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from model import scenario, yaml_source
from model.raw import ENTRIES
from model.text_source import read_text
from model.yaml_text import as_flow, as_key


def documents(folder: Path, given: Sequence[str]) -> list[dict[str, Any]]:
    """Return what the files of scenarios say.

    Raises:
        InputError: one is not there, or cannot be read.
    """
    found = []
    for source in scenario.located(folder, given):
        value = yaml_source.parse(read_text(source.path, source.file)[0], source.file).value
        found.append(value if isinstance(value, dict) else {})
    return found


def merged(several: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one scenario that does what several do one after the other.

    Whether it does is for the reader to find: one that takes away what an earlier one leans on may
    be impossible to tell as one.
    """
    fields: dict[Any, dict[Any, Any]] = {}
    added: dict[str, list[Any]] = {}
    removed: dict[str, list[Any]] = {}
    lists: dict[str, list[Any]] = {"pin": [], "forbid": []}
    for each in several:
        for name in each.get("lift") or ():
            _entry(fields, added, name)["active"] = False
        for name, values in (each.get("set") or {}).items():
            _entry(fields, added, name).update(values or {})
        for section, entries in (each.get("add") or {}).items():
            added.setdefault(section, []).extend(
                dict(e) if isinstance(e, dict) else e for e in entries or ()
            )
        for section, names in (each.get("remove") or {}).items():
            for name in names or ():
                _remove(added, removed, section, name)
        for part, wishes in lists.items():
            wishes.extend(each.get(part) or ())
    parts = {"set": fields, "add": added, "remove": removed, **lists}
    return {
        part: {name: each for name, each in told.items() if each}
        if isinstance(told, dict)
        else told
        for part, told in parts.items()
        if told and (not isinstance(told, dict) or any(told.values()))
    }


def text(title: str, document: Mapping[str, Any]) -> str:
    """Return a scenario as the text of its file: an entry a line."""
    lines = [f"title: {as_flow(title)}"] if title else []
    for part, told in document.items():
        lines.append(f"{as_key(part)}:")
        if isinstance(told, dict):
            for name, each in told.items():
                if isinstance(each, list):
                    lines.append(f"  {as_key(str(name))}:")
                    lines += [f"    - {as_flow(one)}" for one in each]
                else:
                    lines.append(f"  {as_key(str(name))}: {as_flow(each)}")
        else:
            lines += [f"  - {as_flow(one)}" for one in told]
    return "\n".join(lines) + "\n"


def _entry(fields: dict[Any, dict[Any, Any]], added: dict[str, list[Any]], name: Any) -> Any:
    """Return what is changed of an entry: itself, where an earlier scenario adds it."""
    for section, entries in added.items():
        column = ENTRIES[section][1] if section in ENTRIES else ""
        for each in entries:
            if isinstance(each, dict) and each.get(column) == name:
                return each
    return fields.setdefault(name, {})


def _remove(
    added: dict[str, list[Any]], removed: dict[str, list[Any]], section: str, name: Any
) -> None:
    column = ENTRIES[section][1] if section in ENTRIES else ""
    several = added.get(section, [])
    kept = [each for each in several if not (isinstance(each, dict) and each.get(column) == name)]
    if len(kept) < len(several):
        added[section] = kept
    else:
        removed.setdefault(section, []).append(name)
