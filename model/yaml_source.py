"""YAML text -> plain values, each with the line where it stands.

The parser is libyaml through PyYAML, used only for its events: what a plain scalar means is decided
here by the YAML 1.2 core schema (``no`` and ``on`` are text, ``012`` is twelve), tags and duplicate
keys are refused, and aliases are bounded so that a small file cannot grow without end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from model.faults import Fault, InputError

PathKey = str | int
Path = tuple[PathKey, ...]

MAX_VALUES = 200_000
MAX_DEPTH = 40

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass
class Document:
    """A parsed YAML file.

    Attributes:
        value: the plain value (dict, list, str, int, float, bool, None).
        lines: line number, from 1, of every key path in it.
    """

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of the path, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def path_text(path: Path) -> str:
    """Write a path the way people do: ``caveats[2].applies_to.roles``."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else (f".{key}" if text else str(key))
    return text


def parse(text: str, file: str) -> Document:
    """Parse one YAML 1.2 document.

    Raises:
        InputError: the text is no YAML, holds several documents, a tag, a duplicate key, or
            aliases that expand to more than ``MAX_VALUES`` values.
    """
    reader = _Reader(file)
    try:
        reader.read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        reader.fault(line, f"column {column}", "", f"is not valid YAML: {said}")
    except yaml.YAMLError as error:
        said = str(error).splitlines()[0]
        reader.fault(0, "", "", f"is not valid YAML: {said}")
    except RecursionError:
        reader.fault(0, "", "", f"is nested deeper than {MAX_DEPTH} levels")
    if reader.faults:
        raise InputError(reader.faults)
    return reader.document


class _Reader:
    """Builds a document from parser events; see the module's docstring for what it refuses."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.document = Document(None)
        self._anchors: dict[str, Any] = {}
        self._sizes: dict[str, int] = {}
        self._values = 0

    def fault(self, line: int, place: str, value: str, message: str, allowed: str = "") -> None:
        self.faults.append(Fault(self.file, line, place, value, message, allowed))

    def read(self, text: str) -> None:
        self._events = yaml.parse(text, Loader=_LOADER)
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    line = _line(event)
                    self.fault(line, "", "", "holds a second document", "one document per file")
                    return
                self.document.value = self._node(next(self._events), ())

    def _node(self, event: Any, path: Path) -> Any:
        line = _line(event)
        if path and not isinstance(path[-1], int):
            self.document.lines.setdefault(path, line)
        else:
            self.document.lines[path] = line
        if len(path) > MAX_DEPTH:
            raise RecursionError
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path, line)
        before = self._values
        self._count(1)
        if event.tag not in (None, "!"):
            self.fault(line, path_text(path), event.tag, "tags are not allowed", "plain values")
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None or event.style == ""
            value: Any = _scalar(event.value) if plain and event.tag is None else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path)
        else:
            value = self._mapping(path)
        if event.anchor:
            self._anchors[event.anchor] = value
            self._sizes[event.anchor] = self._values - before
        return value

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[PathKey, Any]:
        entries: dict[PathKey, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            key = self._node(event, (*path, "?"))
            self.document.lines.pop((*path, "?"), None)
            if not isinstance(key, str | int) or isinstance(key, bool):
                self.fault(line, path_text(path), str(key), "cannot be a key", "text or a number")
                key = str(key)
            if key in entries:
                self.fault(line, path_text(path), str(key), "stands here twice", "each key once")
            self.document.lines[(*path, key)] = line
            entries[key] = self._node(next(self._events), (*path, key))
        return entries

    def _alias(self, event: yaml.AliasEvent, path: Path, line: int) -> Any:
        if event.anchor not in self._anchors:
            self.fault(line, path_text(path), f"*{event.anchor}", "refers to nothing before it")
            return None
        self._count(self._sizes[event.anchor])
        return self._anchors[event.anchor]

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise yaml.YAMLError(f"it expands to more than {MAX_VALUES} values")


def _end(event: Any) -> int:
    return int(event.end_mark.index)


def _line(event: Any) -> int:
    """Return the line, from 1, on which an event begins (PyYAML's events carry no useful types)."""
    return int(event.start_mark.line) + 1


def _scalar(text: str) -> Any:
    """Resolve a plain scalar by the core schema of YAML 1.2 (infinities and NaN stay text)."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if len(text) <= 400:
        if _INT.fullmatch(text):
            return int(text)
        if _OCTAL.fullmatch(text):
            return int(text, 8)
        if _HEX.fullmatch(text):
            return int(text, 16)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


# Where things stand, for those who edit the text


@dataclass(frozen=True)
class Node:
    """Where a value stands in the text: from ``start`` up to ``end``, blanks and comments apart.

    Attributes:
        style: ``flow`` or ``block`` for a mapping or a list, ``alias``, or how text is quoted:
            ``'``, ``"``, ``|``, ``>``, or nothing.
        items: the values in it, in order.
        keys: for a mapping, its keys in the order of ``items``.
    """

    start: int
    end: int
    style: str
    items: tuple[Node, ...] = ()
    keys: tuple[Node, ...] = ()


def layout(text: str) -> Node | None:
    """Return where everything stands in a text that ``parse`` has accepted."""
    parsed: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    events = (
        event for event in parsed if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent)
    )
    first = next(events, None)
    return None if first is None else _place(text, first, events)


def _place(text: str, event: Any, events: Iterator[Any]) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Node(start, end, "alias")
    if isinstance(event, yaml.ScalarEvent):
        if event.style in ("|", ">"):  # what is blank below it is not its own
            end = start + len(text[start:end].rstrip())
        return Node(start, end, event.style or "")
    found: list[Node] = []
    after: Any = next(events)
    while not isinstance(after, yaml.CollectionEndEvent):
        found.append(_place(text, after, events))
        after = next(events)
    # Where a list in block style ends is told only by what comes next: its last value says more.
    style = "flow" if event.flow_style else "block"
    end = _end(after) if event.flow_style else max([end, *(each.end for each in found)])
    if isinstance(event, yaml.MappingStartEvent):
        return Node(start, end, style, tuple(found[1::2]), tuple(found[::2]))
    return Node(start, end, style, tuple(found))
