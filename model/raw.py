"""The plain values of a case before they are checked, and where each of them was written.

A path says to what a value belongs: the file, then row and column of a table or the keys of the
YAML: ``("capabilities.csv", 3, "units")``, ``("constraints.yaml", "caveats", 0, "kind")``.
Scenarios change values and leave the paths of all others as they are: what they remove leaves
None behind, and what they add comes last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from model.checks import LINES, OFFERS, YAML, Problem, Where
from model.csv_source import Table
from model.faults import Fault
from model.yaml_source import Document, Path, path_text

MAPS = ("areas", "capabilities", "nations", "conditions")
LISTS = ("substitutions", "caveats", "rules")
PINS: Where = ("pin",)
FORBIDS: Where = ("forbid",)
ENTRIES: dict[str, tuple[Where, str]] = {
    "offers": ((OFFERS,), "offer"),
    "lines": ((LINES,), "line"),
    "caveats": ((YAML, "caveats"), "id"),
    "rules": ((YAML, "rules"), "id"),
}
"""Where each list of entries stands, and which of their fields is the id."""


@dataclass(frozen=True)
class Origin:
    """Where a scenario says something: a path in its file."""

    scenario: str
    file: str
    document: Document
    path: Path

    @property
    def line(self) -> int:
        """The line in the file."""
        return self.document.line(self.path)

    def below(self, path: Path) -> Origin:
        """Return the place of what lies at the path below this one."""
        return replace(self, path=(*self.path, *path))

    def fault(self, value: str, message: str, allowed: str = "") -> Fault:
        """Return what is wrong here."""
        return Fault(self.file, self.line, path_text(self.path), value, message, allowed)

    def __str__(self) -> str:
        """Name the place in a sentence."""
        return f"{self.file}:{self.line} ({path_text(self.path)})"


@dataclass
class Raw:
    """Plain values of a case.

    Attributes:
        values: both tables as lists of rows (column -> number or text), the sections of the YAML
            under its file's name, and ``pin`` and ``forbid`` of all scenarios as lists.
        tables: how each table was written.
        document: the YAML as it was parsed.
        missing: whether a file has no values at all to go on with.
        whole: whether all of it could be read; names would only seem unknown otherwise.
        origins: what scenarios wrote, by path; the longest path that fits a value tells.
        history: for each entry of which scenarios changed fields, who did and how it was before.
        gone: entries that scenarios took away.
        removed: who took them away, by kind of name and name.
    """

    values: dict[str, Any]
    tables: dict[str, Table]
    document: Document
    missing: bool
    whole: bool
    origins: dict[Where, Origin] = field(default_factory=dict)
    history: dict[Where, list[tuple[Origin, Any]]] = field(default_factory=dict)
    gone: set[Where] = field(default_factory=set)
    removed: dict[tuple[str, str], Origin] = field(default_factory=dict)

    def at(self, where: Where) -> Any:
        """Return what stands at a path, or None."""
        value: Any = self.values
        for key in where:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def put(self, where: Where, value: Any) -> None:
        """Let a value stand at a path; what holds it must be there."""
        self.at(where[:-1])[where[-1]] = value

    def listed(self, where: Where) -> list[Any]:
        """Return the list at a path; nothing where something else stands there."""
        value = self.at(where)
        return value if isinstance(value, list) else []

    def ids(self, section: str) -> Iterator[tuple[str, Where]]:
        """Yield the id and the path of every entry of a section."""
        if section in MAPS:
            entries = self.at((YAML, section))
            if isinstance(entries, dict):
                yield from ((str(name), (YAML, section, name)) for name in entries)
            return
        where, column = ENTRIES[section]
        for i, entry in enumerate(self.listed(where)):
            if isinstance(entry, dict) and isinstance(entry.get(column), str):
                yield entry[column].strip(), (*where, i)

    # Places

    def origin(self, where: Where) -> Origin | None:
        """Return the place in a scenario that brought the value; None where the case did."""
        if self.history.get(where):
            return self.history[where][-1][0]
        for depth in range(len(where), 0, -1):
            origin = self.origins.get(where[:depth])
            if origin is not None:
                return origin.below(where[depth:])
        return None

    def fault(self, problem: Problem) -> Fault:
        """Give a problem the file, line and place that a planner looks at."""
        origin = self.origin(problem.where)
        if origin is not None:
            fault = origin.fault(problem.value, problem.message, problem.allowed)
            if origin.path[0] != "add":
                return fault
            return self._named(fault, problem.where)
        file, *path = problem.where
        if file in self.tables and path:
            row = self.tables[str(file)].rows[int(path[0])]
            place = f"row {row.number}"
            if len(path) > 1:
                place += f", column {path[1]}"
            return Fault(
                str(file), row.line, place, problem.value, problem.message, problem.allowed
            )
        keys = tuple(path)
        line, place = self.document.line(keys), path_text(keys)
        fault = Fault(str(file), line, place, problem.value, problem.message, problem.allowed)
        return self._named(fault, problem.where) if len(keys) > 1 else fault

    def _named(self, fault: Fault, where: Where) -> Fault:
        """Add the id of the entry to the place."""
        depth = 2 if where[0] in self.tables else 3
        entry = self.at(where[:depth])
        column = {OFFERS: "offer", LINES: "line"}.get(str(where[0]), "id")
        name = entry.get(column) if isinstance(entry, dict) else None
        return replace(fault, place=f"{fault.place} ({name})") if isinstance(name, str) else fault
