"""Text of ``constraints.yaml`` -> the same text with some fields of a caveat changed. Pure.

Nothing is loaded and dumped again: only the characters of the value itself are replaced, or a line
is added, so every other line stays as somebody wrote it, byte for byte. What comes out is parsed
again and must hold exactly what was meant; a text written so that this fails is left to a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from model import caveats, yaml_source, yaml_text
from model.caveats.base import Caveat
from model.checks import YAML
from model.entries import text_of
from model.faults import Fault, InputError, nearest

Fields = dict[str, Any]
FIXED = ("id", "kind")
_KEY = re.compile(r"[A-Za-z_][\w.-]*")


@dataclass(frozen=True)
class Change:
    """What an edit did to one caveat: the fields concerned, before and after; null is blank.

    A caveat without fields before is new; one without an id after was taken out.
    """

    id: str
    before: Fields
    after: Fields


def caveats_in(text: str) -> list[Fields]:
    """Return the plain fields of every caveat that the text holds, right or wrong.

    Raises:
        InputError: the text is no YAML.
    """
    root = _parsed(text)
    entries = root.get("caveats") if isinstance(root, dict) else None
    return [dict(e) for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []


def unknown(name: str, known: list[str]) -> Fault:
    """Return the fault of an id that no caveat has."""
    return Fault(YAML, 0, "caveats", name, "is the id of no caveat", nearest(name, known))


def value_of(field: str, typed: str, kind: type[Caveat] | None) -> Any:
    """Return the value that somebody typed for a field: YAML, but plain text as it stands.

    Raises:
        InputError: it is no YAML, or holds what no case may hold.
    """
    if any(not (c.isprintable() or c in "\n\t") for c in typed):
        raise InputError([_fault(field, typed, "holds characters that a case cannot hold")])
    known = kind.model_fields if kind else {}
    names = {info.alias or name: info for name, info in known.items()}
    info = names.get(field)
    blank = typed.strip() in ("", "~", "null")
    if info and info.annotation is str and not blank and typed.strip()[0] not in "'\"":
        return typed.strip()
    try:
        return yaml_source.parse(typed, f"{field}=").value
    except InputError as error:
        said = (Fault(YAML, 0, field, typed, each.message, each.allowed) for each in error.faults)
        raise InputError(said) from None


def assignments_of(arguments: list[str]) -> dict[str, str]:
    """Split what somebody typed as ``field=value``.

    Raises:
        InputError: one is no such pair, stands there twice, or names what cannot be changed.
    """
    found: dict[str, str] = {}
    faults = []
    for each in arguments:
        field, equals, typed = each.partition("=")
        if not equals or not _KEY.fullmatch(field):
            faults.append(_fault("", each, "is no field=value", "such as status=granted"))
        elif field in found:
            faults.append(_fault(field, typed, "is given twice", "each field once"))
        found[field] = typed
    if faults:
        raise InputError(faults)
    return found


def change(text: str, name: str, fields: Fields) -> tuple[str, Change]:
    """Return the text with these fields of the caveat changed; null blanks a field.

    Raises:
        InputError: there is no such caveat, a field may not be changed, or the text is written in
            a way that cannot be edited safely.
    """
    faults = [
        _fault(field, text_of(fields[field]), f"{field} cannot be changed", "add a new caveat")
        for field in FIXED
        if field in fields
    ]
    if faults:
        raise InputError(faults)
    root = _parsed(text)
    entries, index = _place(text, name)
    entry = entries[index]
    before: Fields = {}
    after: Fields = {}
    for field, value in fields.items():
        if field in entry and _same(entry[field], value):
            continue
        if field not in entry and value is None:
            continue
        before[field], after[field] = entry.get(field), value
        edited = yaml_text.with_field(text, index, field, value)
        meant = {**entry, field: value}
        entries = [*entries[:index], meant, *entries[index + 1 :]]
        root, entry = {**root, "caveats": entries}, meant
        text = _checked(edited, root, f"caveats[{index}].{field} ({name})")
    return text, Change(name, before, after)


def added(text: str, fields: Fields) -> tuple[str, Change]:
    """Return the text with one more caveat, after the others and in the style of the last one.

    Raises:
        InputError: the text is written in a way that cannot be edited safely.
    """
    if not isinstance(fields.get("id"), str):
        raise InputError([_fault("id", text_of(fields.get("id")), "id is missing", "such as id=X")])
    root = _parsed(text)
    if not isinstance(root, dict):
        raise InputError([Fault(YAML, 0, "", "", "is no mapping of sections")])
    entries = root.get("caveats")
    meant = {**root, "caveats": [*(entries if isinstance(entries, list) else []), fields]}
    edited = _checked(yaml_text.with_entry(text, fields), meant, "caveats")
    return edited, Change(str(fields.get("id")), {}, dict(fields))


def removed(text: str, name: str) -> tuple[str, Change]:
    """Return the text without a caveat, its lines and the comments inside it.

    Raises:
        InputError: there is no such caveat, or it is written in a way that cannot be taken out
            safely.
    """
    entries, index = _place(text, name)
    rest = [*entries[:index], *entries[index + 1 :]]
    meant = {**_parsed(text), "caveats": rest}
    edited = _checked(yaml_text.without_entry(text, index), meant, f"caveats[{index}] ({name})")
    before = dict(entries[index])
    return edited, Change(name, before, dict.fromkeys(before))


def switched(text: str, names: list[str], *, active: bool) -> list[tuple[str, Change]]:
    """Return the text after each of these caveats is made active, or not.

    Raises:
        InputError: there is no such caveat, or the text cannot be edited safely.
    """
    known = [str(each["id"]) for each in caveats_in(text) if "id" in each]
    faults = [unknown(name, known) for name in names if name not in known]
    if faults:
        raise InputError(faults)
    entries = {str(each.get("id")): each for each in caveats_in(text)}
    steps = []
    for name in dict.fromkeys(names):
        now = entries[name].get("active")
        if (True if now is None else now) is active:
            continue
        text, done = change(text, name, {"active": active})
        steps.append((text, done))
    return steps


def typed_fields(text: str, name: str, arguments: list[str]) -> Fields:
    """Return the fields that somebody typed for a caveat of the text.

    Raises:
        InputError: what was typed is no list of fields and values.
    """
    named = [each.get("kind") for each in caveats_in(text) if each.get("id") == name]
    return _fields(arguments, named[0] if named else None)


def new_fields(kind: str, arguments: list[str], file: str | None) -> Fields:
    """Return the fields of a caveat to add, from what was typed and from the text of a file.

    Raises:
        InputError: what was typed is no list of fields and values, or the file is no mapping.
    """
    fields: Fields = {}
    if file is not None:
        value = yaml_source.parse(file, "--from-yaml").value
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            allowed = "id: ..., kind: ..., nation: ..."
            raise InputError([Fault("--from-yaml", 0, "", "", "is no mapping of fields", allowed)])
        fields = dict(value)
    if "=" in kind:  # the file names the kind
        arguments, kind = [kind, *arguments], ""
    typed = _fields(arguments, kind or fields.get("kind"))
    if kind and "kind" in typed:
        raise InputError([_fault("kind", str(typed["kind"]), "is given twice", "each field once")])
    fields = {**({"kind": kind} if kind else {}), **fields, **typed}
    if kind:
        fields["kind"] = kind
    first = [name for name in ("id", "nation", "nations", "kind") if name in fields]
    return {name: fields[name] for name in dict.fromkeys((*first, *fields))}


def _fields(arguments: list[str], kind: Any) -> Fields:
    known = caveats.KINDS.get(kind) if isinstance(kind, str) else None
    found: Fields = {}
    faults: list[Fault] = []
    for field, typed in assignments_of(arguments).items():
        try:
            found[field] = value_of(field, typed, known)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return found


def _place(text: str, name: str) -> tuple[list[Any], int]:
    """Return all entries, and which of them is the caveat."""
    root = _parsed(text)
    held = root.get("caveats") if isinstance(root, dict) else None
    entries: list[Any] = held if isinstance(held, list) else []
    places = [
        i for i, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("id") == name
    ]
    if len(places) != 1:
        known = [str(each["id"]) for each in caveats_in(text) if "id" in each]
        twice = Fault(YAML, 0, "caveats", name, "is the id of several caveats", "ids are unique")
        raise InputError([twice if places else unknown(name, known)])
    return entries, places[0]


@lru_cache(maxsize=2)
def _parsed(text: str) -> Any:
    """Return the plain values of the text: of a long edit, each text is parsed once."""
    return yaml_source.parse(text, YAML).value


# The check of what was written


def _checked(text: str, meant: Any, place: str) -> str:
    """Return the text where it holds what was meant.

    Raises:
        InputError: it does not.
    """
    try:
        if _same(_parsed(text), meant):
            return text
    except InputError:
        pass
    message = "is written in a way that cannot be edited here without touching more than this"
    raise InputError([Fault(YAML, 0, place, "", message, "edit the file itself")])


def _same(one: Any, two: Any) -> bool:
    """Whether two values are the same, 1 and true apart."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_same, one, two))
    return type(one) is type(two) and bool(one == two)


def _fault(field: str, value: str, message: str, allowed: str = "") -> Fault:
    return Fault(YAML, 0, field, value, message, allowed)
