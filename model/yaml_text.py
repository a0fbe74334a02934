"""Where the caveats stand in the text of ``constraints.yaml``, and the text with them changed.

Characters go in and out here; whether the text then holds what was meant is for ``edit`` to check.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any

from model import yaml_source
from model.checks import YAML
from model.faults import Fault, InputError
from model.yaml_source import Node

WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*")
_NOT_TEXT = re.compile("y|n|yes|no|on|off|true|false|null|nan|inf", re.IGNORECASE)
"""Words that some reader of YAML, though not ours, takes for something else than text."""


def with_field(text: str, index: int, field: str, value: Any) -> str:
    """Write one field of an entry.

    Raises:
        InputError: there are no caveats, or a comment inside the value would be lost.
    """
    entry = _caveats(text)[1].items[index]
    if entry.style == "alias":
        return text  # the check after it says that this cannot be done
    for key, held in zip(entry.keys, entry.items, strict=True):
        if yaml_source.parse(text[key.start : key.end], YAML).value == field:
            return _replaced(text, entry, key, held, value)
    at = _last_before(text, entry, field)
    if entry.style == "flow":
        return f"{text[: at.end]}, {as_key(field)}: {as_flow(value)}{text[at.end :]}"
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
            raise InputError(
                [Fault(YAML, 0, text[key.start : key.end], "", message, "edit the file")]
            )
        new = as_flow(value, held.style)
    elif held.style == ">" and isinstance(value, str) and _folds(value):
        inner = re.search(r"\n([ ]*)\S", old)
        indent = inner[1] if inner else " " * (key.start - _line_start(text, key.start) + 2)
        eol = _eol(text)
        header = re.match(r">[-+]?", old)
        new = (header[0] if header else ">-") + tail
        new += "".join(eol + line for line in _folded(value, indent))
    else:
        new = as_flow(value, held.style) + tail
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


def with_entry(text: str, fields: dict[str, Any]) -> str:
    """Write one more entry, after the others and in the style of the last one."""
    root = yaml_source.layout(text)
    section_of = _section(text, root)
    flow = "{" + ", ".join(f"{as_key(k)}: {as_flow(v)}" for k, v in fields.items()) + "}"
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


def without_entry(text: str, index: int) -> str:
    """Take out one entry, its lines and the comments inside it.

    Raises:
        InputError: comments beside it on its line would go too.
    """
    key, section = _caveats(text)
    entry = section.items[index]
    if section.style == "flow":
        start, end = entry.start, entry.end
        if index + 1 < len(section.items):
            end = section.items[index + 1].start
        elif index:
            start = section.items[index - 1].end
        if _comments_in(text[start : entry.start] + text[entry.end : end]):
            message = "has comments beside it, which taking it out would lose"
            raise InputError([Fault(YAML, 0, f"caveats[{index}]", "", message, "edit the file")])
        return text[:start] + text[end:]
    start = _line_start(text, text.rfind("-", 0, entry.start))
    end = text.find("\n", entry.end) + 1 or len(text)
    if len(section.items) == 1:  # a section with nothing in it would be no list
        after = key.end + text[key.end :].index(":") + 1
        return f"{text[:after]} []{text[after:start]}{text[end:]}"
    if re.search(r"\n\r?\n$", text[:start]) and (gap := re.match(r"\r?\n", text[end:])):
        end += gap.end()  # of the blank lines around it, one stays
    return text[:start] + text[end:]


def _entry(fields: dict[str, Any], indent: str) -> list[str]:
    lines = [line for k, v in fields.items() for line in _block(k, v, f"{indent}  ")]
    return [f"{indent}- {lines[0].lstrip()}", *lines[1:]]


def _caveats(text: str) -> tuple[Node, Node]:
    found = _section(text, yaml_source.layout(text))
    if found is None:
        raise InputError([Fault(YAML, 0, "caveats", "", "is missing")])
    return found


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
    line = f"{indent}{as_key(field)}: {as_flow(value)}"
    if isinstance(value, str) and len(line) > WIDTH and _folds(value):
        return [f"{indent}{as_key(field)}: >-", *_folded(value, f"{indent}  ")]
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


def as_key(field: str) -> str:
    """Write the name of a field."""
    return field if _PLAIN.fullmatch(field) and not _NOT_TEXT.fullmatch(field) else _quoted(field)


def as_flow(value: Any, style: str = "") -> str:
    """Write a value on one line, quoted as the one before it was."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        pairs = (
            f"{as_key(k) if isinstance(k, str) else k}: {as_flow(each)}"
            for k, each in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_flow, value)) + "]"
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
