"""What-ifs: overrides that are put on top of a case before it is checked.

A scenario changes plain values, and only then is the case made of them and checked, once, however
many scenarios are stacked. So an override is read as strictly as what it replaces, and what is
wrong because of it is told where it stands. Within a scenario the order is that of ``PARTS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import Field

from model import yaml_source
from model.checks import SECTIONS, YAML, Where
from model.domain import Scenario
from model.entries import entry_of, text_of
from model.faults import Fault, InputError, nearest
from model.fields import Entry, Text
from model.raw import ENTRIES, FORBIDS, MAPS, PINS, Origin, Raw
from model.text_source import read_text

FOLDER = "scenarios"
TYPED = "typed"
"""What a scenario is called that stands in no file."""
PARTS = ("lift", "set", "add", "remove", "pin", "forbid")
_SUFFIXES = (".yaml", ".yml")
_WHAT = {where: section.removesuffix("s") for section, (where, _) in ENTRIES.items()}
_COLUMNS = dict(ENTRIES.values())


class _Lists(Entry):
    """What is added or removed, by the list in which it stands."""

    offers: tuple[Any, ...] = ()
    lines: tuple[Any, ...] = ()
    caveats: tuple[Any, ...] = ()
    rules: tuple[Any, ...] = ()


class _File(Entry):
    """The shape of a scenario. What stands in its parts is checked while it is applied."""

    title: Text = ""
    lift: tuple[Any, ...] = ()
    set: dict[Any, Any] = Field(default_factory=dict)
    add: _Lists = _Lists()
    remove: _Lists = _Lists()
    pin: tuple[Any, ...] = ()
    forbid: tuple[Any, ...] = ()


# Names and files


@dataclass(frozen=True)
class Source:
    """The file of a scenario.

    Attributes:
        name: what the scenario is called: the name of its file without the ending.
        label: what to type for it beside the case, or beside the file if it is not the case's own.
        file: what faults call the file.
        own: whether it is one of the case's own.
    """

    name: str
    label: str
    file: str
    path: Path
    own: bool


def located(folder: Path, given: Sequence[str]) -> tuple[Source, ...]:
    """Return the files that are meant: ``NAME`` is ``scenarios/NAME.yaml`` of the case.

    What ends in ``.yaml`` or ``.yml`` or holds a slash is the way to a FILE.

    Raises:
        InputError: a name that the case has not, or one scenario twice.
    """
    sources = tuple(_source(folder, each) for each in given)
    faults = []
    own = sorted(each.stem for each in (folder / FOLDER).glob(f"*{_SUFFIXES[0]}"))
    for i, source in enumerate(sources):
        if source.own and source.name not in own:
            allowed = f"{nearest(source.name, own)}; the way to any other file ends in .yaml"
            faults.append(Fault(FOLDER, 0, "", source.name, "is no known scenario", allowed))
        if source.name in (each.name for each in sources[:i]):
            message, allowed = "is given twice", "each scenario once, by a name of its own"
            faults.append(Fault(FOLDER, 0, "", source.name, message, allowed))
    if faults:
        raise InputError(faults)
    return sources


def _source(folder: Path, given: str) -> Source:
    path = Path(given)
    if path.suffix not in _SUFFIXES and path.name == given:
        path = folder / FOLDER / f"{given}{_SUFFIXES[0]}"
        return Source(given, given, f"{FOLDER}/{path.name}", path, own=True)
    if path.suffix == _SUFFIXES[0] and path.parent.absolute() == (folder / FOLDER).absolute():
        return Source(path.stem, path.stem, f"{FOLDER}/{path.name}", path, own=True)
    return Source(path.stem or given, path.name, given, path, own=False)


@dataclass
class Stack:
    """Scenarios in the order in which they are put on a case.

    Attributes:
        names: what each is called.
        hashes: SHA-256 of each file, under the name that it has, or would have, in the case.
        faults: what is wrong with the files as such.
    """

    names: tuple[Scenario, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    overrides: list[Origin] = field(default_factory=list)

    def apply_to(self, raw: Raw) -> list[Fault]:
        """Change the values of a case; what is wrong with the overrides themselves is returned."""
        _unshare(raw)
        return [fault for each in self.overrides for fault in _Overrides(raw, each).apply()]


def read(folder: Path, given: Sequence[str], typed: Mapping[str, Any] | None = None) -> Stack:
    """Read scenarios, and say what is wrong with their files and their shape.

    Args:
        folder: where the case lies.
        given: names of the case's own, or files.
        typed: one more on top of them that stands in no file, see ``model/flags.py``.

    Raises:
        InputError: see ``located``.
    """
    stack = Stack()
    for source in located(folder, given):
        title = ""
        try:
            text, stack.hashes[f"{FOLDER}/{source.path.name}"] = read_text(source.path, source.file)
            document = yaml_source.parse(text, source.file)
        except InputError as error:
            stack.faults += error.faults
        else:
            whole = Origin(source.name, source.file, document, ())
            stack.faults += _shape(whole)
            values = document.value if isinstance(document.value, dict) else {}
            title = text_of(values.get("title")).strip()
            path = "" if source.own else str(source.path.resolve())
            stack.overrides.append(whole)
            stack.names = (*stack.names, Scenario(source.name, title, path))
    if typed:
        whole = Origin(TYPED, TYPED, yaml_source.Document(dict(typed)), ())
        stack.faults += _shape(whole)
        stack.overrides.append(whole)
        stack.names = (*stack.names, Scenario(TYPED))
    return stack


def _shape(whole: Origin) -> Iterator[Fault]:
    if not isinstance(whole.document.value, dict):
        allowed = f"allowed: title, {', '.join(PARTS)}"
        yield whole.fault("", "is no mapping of overrides", allowed)
        return
    for where, value, message, allowed in entry_of(_File, whole.document.value)[1]:
        yield whole.below(where).fault(value, message, allowed)


# Overrides


def _unshare(raw: Raw) -> None:
    """Give every list and mapping of entries to itself: an alias in the YAML shares them."""
    root = raw.values[YAML]
    raw.values[YAML] = {
        key: each.copy() if isinstance(each, dict | list) else each for key, each in root.items()
    }


class _Overrides:
    """One scenario, put on the values of a case."""

    def __init__(self, raw: Raw, origin: Origin) -> None:
        self.raw, self.origin = raw, origin
        self.faults: list[Fault] = []
        entries = [raw.at((YAML, each)) for each in (*MAPS, "caveats", "rules")]
        self.whole = raw.whole and all(isinstance(each, dict | list | None) for each in entries)

    def apply(self) -> list[Fault]:
        """Apply every part, and return what is wrong with it."""
        for part in PARTS:
            getattr(self, f"_{part}")()
        return self.faults

    def _part(self, *path: str) -> Any:
        value = self.origin.document.value
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def _items(self, *path: str) -> Iterator[tuple[Any, Origin]]:
        """Yield what stands in a list, and where; what is no list was told with the shape."""
        value = self._part(*path)
        for i, item in enumerate(value if isinstance(value, list) else []):
            yield item, self.origin.below((*path, i))

    def _names(self, *path: str) -> Iterator[tuple[str, Origin]]:
        for item, origin in self._items(*path):
            if isinstance(item, str):
                yield item.strip(), origin
            else:
                allowed = "allowed: an id; put numbers, true and null in quotes"
                self.faults.append(origin.fault(text_of(item), "is no name", allowed))

    def _unknown(self, origin: Origin, name: str, what: str, known: Iterable[str]) -> None:
        """Complain of a name; where the case is not whole it may only seem unknown."""
        gone = next((each for key, each in self.raw.removed.items() if key[1] == name), None)
        if self.whole:
            allowed = f"{gone} removes it" if gone else nearest(name, known)
            self.faults.append(origin.fault(name, f"is no known {what}", allowed))

    # The parts

    def _lift(self) -> None:
        caveats = _first(self.raw.ids("caveats"))
        for name, origin in self._names("lift"):
            if name in caveats:
                self._write(caveats[name], "active", False, origin)
            else:
                self._unknown(origin, name, "caveat", caveats)

    def _set(self) -> None:
        part = self._part("set")
        targets = self._targets()
        for name, fields in part.items() if isinstance(part, dict) else ():
            origin = self.origin.below(("set", name))
            where = targets.get(name)
            if not isinstance(name, str):
                allowed = "allowed: an id; put numbers in quotes"
                self.faults.append(origin.fault(text_of(name), "is no name", allowed))
            elif where is None:
                self._unknown(origin, name, "id or section", targets)
            elif not isinstance(fields, dict):
                allowed = "allowed: fields and values"
                self.faults.append(origin.fault(text_of(fields), "is no mapping", allowed))
            elif self._opened(where, origin):
                for key, value in fields.items():
                    self._write(where, key, value, origin.below((key,)))
                column = _COLUMNS.get(where[:-1])
                if column and fields.get(column, name) != name:
                    self.raw.removed[_WHAT[where[:-1]], name] = origin.below((column,))
                    targets = self._targets()

    def _targets(self) -> dict[str, Where]:
        """Return everything that can be changed, by name."""
        sections: dict[str, Where] = {name: (YAML, name) for name in SECTIONS}
        return sections | _first(
            each for section in (*ENTRIES, *MAPS) for each in self.raw.ids(section)
        )

    def _add(self) -> None:
        for section, (where, _) in ENTRIES.items():
            for item, origin in self._items("add", section):
                if self.raw.at(where) is None:
                    self.raw.put(where, [])
                entries = self.raw.at(where)
                if isinstance(entries, list):  # what else it may be is told with the case
                    self.raw.origins[*where, len(entries)] = origin
                    entries.append(item)

    def _remove(self) -> None:
        for section in ENTRIES:
            entries = _first(self.raw.ids(section))
            for name, origin in self._names("remove", section):
                where = entries.pop(name, None)
                if where is None:
                    self._unknown(origin, name, _WHAT[ENTRIES[section][0]], entries)
                else:
                    self.raw.put(where, None)
                    self.raw.gone.add(where)
                    self.raw.removed[_WHAT[where[:-1]], name] = origin

    def _pin(self) -> None:
        self._wish("pin", PINS)

    def _forbid(self) -> None:
        self._wish("forbid", FORBIDS)

    def _wish(self, part: str, where: Where) -> None:
        wishes = self.raw.values.setdefault(part, [])
        for item, origin in self._items(part):
            self.raw.origins[*where, len(wishes)] = origin
            wishes.append(item)

    # Values

    def _opened(self, where: Where, origin: Origin) -> bool:
        """Make sure that fields can be written; what is no mapping was told with the case."""
        if self.raw.at(where) is None:
            self.raw.put(where, {})
            if where[1] in SECTIONS:
                self.raw.origins[where] = origin
        return isinstance(self.raw.at(where), dict)

    def _write(self, where: Where, key: Any, value: Any, origin: Origin) -> None:
        entry = self.raw.at(where)
        steps, step = self.raw.history.setdefault(where, []), replace(origin, path=origin.path[:2])
        if not steps or steps[-1][0] != step:
            steps.append((step, entry))
        self.raw.put(where, {**entry, key: value})
        self.raw.origins[*where, key] = origin


def _first(ids: Iterable[tuple[str, Where]]) -> dict[str, Where]:
    """Return the path of each id; one that stands twice is told with the case."""
    first: dict[str, Where] = {}
    for name, where in ids:
        first.setdefault(name, where)
    return first
