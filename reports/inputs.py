"""What is different in what two runs were made from: files, options, versions, entries by field."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from model.case import Case
from reports.shape import RunFile, number

Plain = Any
"""What JSON can hold."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same.

    Attributes:
        part: ``file``, ``option``, ``version``, or the section of the case, as it is called there.
        id: of the entry; the name of the file, option or version.
        field: of the entry, ``applies_to.areas`` for one in another; empty where all of it is
            meant.
        before, after: the values; None where there is none, or no such entry.
    """

    part: str
    id: str
    field: str
    before: Plain
    after: Plain


def differences(before: RunFile, after: RunFile, cases: tuple[Case, Case]) -> list[Difference]:
    """Return everything that differs, files first, then options, versions and the cases."""
    one, two = ({"scenarios": (), **run.options.model_dump()} for run in (before, after))
    return [
        *_named("file", before.case.files, after.case.files),
        *_named("option", one, two),
        *_named("version", before.versions, after.versions),
        *_entries(*map(_held, cases)),
    ]


def _named(
    part: str, before: Mapping[str, Plain], after: Mapping[str, Plain]
) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        one, two = _plain(before.get(name)), _plain(after.get(name))
        if one != two:
            yield Difference(part, name, "", one, two)


def _held(case: Case) -> dict[tuple[str, str], dict[str, Plain]]:
    """Return the fields of every entry by section and id; scalars stand under their section."""
    held: dict[tuple[str, str], dict[str, Plain]] = {}
    for offer in case.offers:
        held["offers", offer.offer] = _fields(offer)
    for line in case.lines:
        held["lines", line.line] = _fields(line)
    for limits, part in ((case.caveats, "caveats"), (case.rules, "rules")):
        for limit in limits:
            held[part, limit.id] = _fields(limit)
    maps: dict[str, Mapping[str, BaseModel]] = {
        "conditions": case.conditions,
        "nations": case.nations,
        "areas": case.areas,
        "capabilities": case.capabilities,
    }
    for part, entries in maps.items():
        for name, entry in entries.items():
            held[part, name] = _fields(entry)
    for each in case.substitutions:
        held["substitutions", f"{each.offered} for {each.serves}"] = _fields(each)
    for pin in sorted(case.pins, key=lambda each: each.units):  # the most is what must be kept
        held["pin", str(pin)] = {"units": pin.units}
    for forbid in case.forbids:
        held["forbid", " ".join(filter(None, (forbid.offer, forbid.line)))] = {}
    whole: dict[str, BaseModel | None] = {
        "calendar": case.calendar,
        "defaults": case.defaults,
        "headquarters": case.headquarters,
    }
    for part, section in whole.items():
        held[part, ""] = _fields(section) if section else {}
    for part in ("force", "classification", "roles", "tiers", "priority_weights"):
        held[part, ""] = {"": _plain(getattr(case, part))}
    return held


def _fields(entry: BaseModel) -> dict[str, Plain]:
    return dict(_flat("", entry))


def _flat(path: str, value: Any) -> Iterator[tuple[str, Plain]]:
    """Yield the fields that are given, fields of a field with both names."""
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            own = info.alias or name
            yield from _flat(f"{path}.{own}" if path else own, getattr(value, name))
    elif value not in (None, "", ()):
        yield path, _plain(value)


def _plain(value: Any) -> Plain:
    if isinstance(value, Fraction):
        return number(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return _fields(value)
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _entries(
    before: Mapping[tuple[str, str], dict[str, Plain]],
    after: Mapping[tuple[str, str], dict[str, Plain]],
) -> Iterator[Difference]:
    order = {part: i for i, part in enumerate(dict.fromkeys(p for p, _ in (*before, *after)))}
    keys = dict.fromkeys((*before, *after))
    for part, name in sorted(keys, key=lambda key: order[key[0]]):
        one, two = before.get((part, name)), after.get((part, name))
        if one is None or two is None:
            yield Difference(part, name, "", one, two)
            continue
        for field in dict.fromkeys((*one, *two)):
            if one.get(field) != two.get(field):
                yield Difference(part, name, field, one.get(field), two.get(field))
