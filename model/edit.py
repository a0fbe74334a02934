"""Text of ``constraints.yaml`` -> the same text with some fields of a caveat changed. Pure.

Nothing is loaded and dumped again: only the characters of the value itself are replaced, or a line
is added, so every other line stays as somebody wrote it, byte for byte. What comes out is parsed
again and must hold exactly what was meant; a text written so that this fails is left to a person.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Any

from model import caveats, yaml_source
from model.caveats.base import Caveat
from model.checks import YAML
from model.entries import text_of
from model.faults import Fault, InputError, nearest
from model.yaml_source import Node

Fields = dict[str, Any]
WIDTH = 100
FIXED = ("id", "kind")
_KEY = re.compile(r"[A-Za-z_][\w.-]*")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*")
_NOT_TEXT = re.compile("y|n|yes|no|on|off|true|false|null|nan|inf", re.IGNORECASE)
"""Words that some reader of YAML, though not ours, takes for something else than text."""


@dataclass(frozen=True)
class Change:
    """What an edit did to one caveat: the fields concerned, before and after; null is blank."""

    id: str
    before: Fields
    after: Fields


def caveats_in(text: str) -> list[Fields]:
    """Return the plain fields of every caveat that the text holds, right or wrong.

    Raises:
        InputError: the text is no YAML.
    """
    root = yaml_source.parse(text, YAML).value
    entries = root.get("caveats") if isinstance(root, dict) else None
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []


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
    root = yaml_source.parse(text, YAML).value
    held = root.get("caveats") if isinstance(root, dict) else None
    entries: list[Any] = held if isinstance(held, list) else []
    places = [
        i for i, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("id") == name
    ]
    if len(places) != 1:
        known = [str(each["id"]) for each in caveats_in(text) if "id" in each]
        twice = Fault(YAML, 0, "caveats", name, "is the id of several caveats", "ids are unique")
        raise InputError([twice if places else unknown(name, known)])
    index = places[0]
    entry = entries[index]
    before: Fields = {}
    after: Fields = {}
    for field, value in fields.items():
        if field in entry and _same(entry[field], value):
            continue
        if field not in entry and value is None:
            continue
        before[field], after[field] = entry.get(field), value
        edited = _with_field(text, index, field, value)
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
    root = yaml_source.parse(text, YAML).value
    if not isinstance(root, dict):
        raise InputError([Fault(YAML, 0, "", "", "is no mapping of sections")])
    entries = root.get("caveats")
    meant = {**root, "caveats": [*(entries if isinstance(entries, list) else []), fields]}
    edited = _checked(_with_entry(text, fields), meant, "caveats")
    return edited, Change(str(fields.get("id")), {}, dict(fields))


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


# The text


def _with_field(text: str, index: int, field: str, value: Any) -> str:
    """Write one field of an entry."""
    entry = _caveats(text).items[index]
    if entry.style == "alias":
        return text  # the check after it says that this cannot be done
    for key, held in zip(entry.keys, entry.items, strict=True):
        if yaml_source.parse(text[key.start : key.end], YAML).value == field:
            return _replaced(text, entry, key, held, value)
    at = _last_before(text, entry, field)
    if entry.style == "flow":
        return f"{text[: at.end]}, {_key(field)}: {_flow(value)}{text[at.end :]}"
    key = entry.keys[0]
    indent = " " * (key.start - _line_start(text, key.start))
    lines = _block(field, value, indent)
    return _with_lines(text, at.end, lines)


def _last_before(text: str, entry: Node, field: str) -> Node:
    """Return the value after which a new field goes: ``active`` beside the kind, others last."""
    if field == "active":
        for key, held in zip(entry.keys, entry.items, strict=True):
            if text[key.start : key.end] == "kind":
                return held
    return entry.items[-1]


def _replaced(text: str, entry: Node, key: Node, held: Node, value: Any) -> str:
    old = text[held.start : held.end]
    comments = list(_comments(text, held))
    start, end = held.start, held.end
    tail = ""
    if held.style in ("|", ">") and comments:
        tail = f" {comments.pop(0)}"  # it stands on the line that stays
    if entry.style == "flow":
        if comments:
            message = "has comments inside its value, which an edit would lose"
            raise InputError([_fault(text[key.start : key.end], "", message, "edit the file")])
        new = _flow(value, held.style)
    elif held.style == ">" and isinstance(value, str) and _folds(value):
        inner = re.search(r"\n([ ]*)\S", old)
        indent = inner[1] if inner else " " * (key.start - _line_start(text, key.start) + 2)
        eol = _eol(text)
        header = re.match(r">[-+]?", old)
        new = (header[0] if header else ">-") + tail
        new += "".join(eol + line for line in _folded(value, indent))
    else:
        new = _flow(value, held.style) + tail
    if "\n" in text[key.end : start]:
        # The value began on a line of its own: it moves up beside its key.
        start = key.end + text[key.end : start].index(":") + 1
        comments = [*_comments_in(text[start : held.start]), *comments]
    if text[start - 1] == ":":
        new = f" {new}"
    edited = text[:start] + new + text[end:]
    if comments and entry.style != "flow":
        first = _line_start(text, key.start)
        margin = " " * (key.start - first)
        if text[first : key.start].strip():  # beside the dash: below it, then
            return _with_lines(edited, start + len(new), [margin + each for each in comments])
        eol = _eol(text)
        above = "".join(f"{margin}{each}{eol}" for each in comments)
        edited = edited[:first] + above + edited[first:]
    return edited


def _with_entry(text: str, fields: Fields) -> str:
    root = yaml_source.layout(text)
    section_of = _section(text, root)
    flow = "{" + ", ".join(f"{_key(k)}: {_flow(v)}" for k, v in fields.items()) + "}"
    if section_of is None:
        return _with_lines(text, len(text), ["caveats:", *_entry(fields, "  ")])
    key, section = section_of
    if not section.items:
        after = key.end + text[key.end :].index(":") + 1
        bare = text[:after] + text[section.end :] if section.end > after else text
        return _with_lines(bare, after, _entry(fields, "  "))
    last = section.items[-1]
    if section.style == "flow":
        return f"{text[: last.end]}, {flow}{text[last.end :]}"
    first = _line_start(text, last.start)
    margin = re.match(r" *", text[first:])
    indent = margin[0] if margin else "  "
    lines = [f"{indent}- {flow}"] if last.style == "flow" else _entry(fields, indent)
    before = text[section.items[-2].end if len(section.items) > 1 else last.start : last.start]
    if re.search(r"\n[ \t]*\r?\n", before):
        lines = ["", *lines]
    return _with_lines(text, last.end, lines)


def _entry(fields: Fields, indent: str) -> list[str]:
    lines = [line for k, v in fields.items() for line in _block(k, v, f"{indent}  ")]
    return [f"{indent}- {lines[0].lstrip()}", *lines[1:]]


def _caveats(text: str) -> Node:
    found = _section(text, yaml_source.layout(text))
    if found is None:
        raise InputError([Fault(YAML, 0, "caveats", "", "is missing")])
    return found[1]


def _section(text: str, root: Node | None) -> tuple[Node, Node] | None:
    for key, held in zip(root.keys, root.items, strict=True) if root else ():
        if text[key.start : key.end].strip("\"'") == "caveats":
            return key, held
    return None


def _with_lines(text: str, at: int, lines: list[str]) -> str:
    """Write lines below the line in which ``at`` stands."""
    eol = _eol(text)
    end = text.find("\n", at)
    if end < 0:
        gap = "" if text.endswith(("\n", "\r")) or not text else eol
        return text + gap + eol.join(lines) + eol
    return text[: end + 1] + "".join(line + eol for line in lines) + text[end + 1 :]


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _eol(text: str) -> str:
    end = text.find("\n")
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def _comments(text: str, node: Node) -> list[str]:
    """Return the comments that stand inside a value."""
    if node.style in ("|", ">"):
        header = text[node.start : node.end].split("\n", 1)[0]
        return _comments_in(header)
    if not node.items:
        return []
    found = []
    at = node.start
    parts = sorted((*node.keys, *node.items), key=lambda each: each.start)
    for part in parts:
        found += _comments_in(text[at : part.start])
        found += _comments(text, part)
        at = part.end
    return found + _comments_in(text[at : node.end])


def _comments_in(gap: str) -> list[str]:
    return [each.rstrip() for each in re.findall(r"#[^\n]*", gap)]


# Values


def _block(field: str, value: Any, indent: str) -> list[str]:
    """Write a field on lines of its own; long text is folded."""
    line = f"{indent}{_key(field)}: {_flow(value)}"
    if isinstance(value, str) and len(line) > WIDTH and _folds(value):
        return [f"{indent}{_key(field)}: >-", *_folded(value, f"{indent}  ")]
    return [line]


def _folds(value: str) -> bool:
    """Whether the text comes out of ``>-`` as it went in."""
    return len(value) > 40 and value.split() == value.split(" ")


def _folded(value: str, indent: str) -> list[str]:
    return textwrap.wrap(
        value,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _key(field: str) -> str:
    return field if _PLAIN.fullmatch(field) and not _NOT_TEXT.fullmatch(field) else _quoted(field)


def _flow(value: Any, style: str = "") -> str:
    """Write a value on one line, quoted as the one before it was."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        pairs = (
            f"{_key(k) if isinstance(k, str) else k}: {_flow(each)}" for k, each in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if not isinstance(value, str):
        return str(value)
    if style == "'" and "'" not in value and value.isprintable():
        return f"'{value}'"
    if style != '"' and _PLAIN.fullmatch(value) and not _NOT_TEXT.fullmatch(value):
        return value
    return _quoted(value)


def _quoted(value: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return (
        '"' + "".join(escapes.get(c) or (c if c.isprintable() else _code(c)) for c in value) + '"'
    )


def _code(c: str) -> str:
    return f"\\U{ord(c):08X}"


# The check of what was written


def _checked(text: str, meant: Any, place: str) -> str:
    """Return the text where it holds what was meant.

    Raises:
        InputError: it does not.
    """
    try:
        if _same(yaml_source.parse(text, YAML).value, meant):
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
