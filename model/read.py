"""Files -> Case. The only room that knows the formats; it collects all faults, then gives up."""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from model import caveats, csv_source, rules, yaml_source
from model.case import Case
from model.checks import LINES, OFFERS, YAML, Problem, Where, oddities, problems
from model.domain import (
    ROLES,
    Area,
    Calendar,
    Capability,
    Condition,
    Defaults,
    Headquarters,
    Line,
    Nation,
    Offer,
    Settings,
    Substitution,
    Tier,
)
from model.entries import REQUIRED, entry_of, text_of
from model.faults import Fault, InputError, nearest
from model.fields import MAX_NUMBER, Entry, Text, exact

MAX_BYTES = 50_000_000
OFFER_COLUMNS = tuple(Offer.model_fields)
LINE_COLUMNS = tuple(field.alias or name for name, field in Line.model_fields.items())
_NUMBERS = frozenset(
    [
        "units",
        "personnel",
        "available_from",
        "available_until",
        "notice_days",
        "tour",
        "dwell",
        "minimum",
        "target",
        "from",
        "until",
        "priority",
        "max_nations",
    ]
)
_MAY_BE_MISSING = frozenset(("title", "elsewhere", "max_nations", "source", "as_of", "note"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
E_ = TypeVar("E_", bound=Entry)


class _Unreadable(Exception):
    """A file has no text to read."""

    def __init__(self, message: str, line: int = 0, allowed: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.allowed = message, line, allowed


@dataclass(frozen=True)
class Reading:
    """A case that was read, and what is legal in it but odd."""

    case: Case
    warnings: tuple[Fault, ...]


def read_case(folder: Path, settings: Settings | None = None) -> Reading:
    """Read and check a whole case.

    Raises:
        InputError: with every fault of every file.
    """
    reader = _Reader(folder)
    case = reader.read()
    today = settings.today if settings else datetime.date.min
    return Reading(case, (*reader.warnings, *map(reader.fault, oddities(case, today))))


class _Constraints(Entry):
    """The sections of ``constraints.yaml`` that are one value each."""

    force: Text = ""
    classification: Text = ""
    calendar: Calendar
    defaults: Defaults = Defaults()
    headquarters: Headquarters | None = None


class _Reader:
    """Holds the places of everything read, so that each fault can name its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.files: dict[str, str] = {}
        self.rows: dict[str, list[csv_source.Row]] = {OFFERS: [], LINES: []}
        self.kept: dict[Where, list[int]] = {}
        """Where in its file each entry stands that was right enough to keep."""
        self.incomplete = False
        """Whether so much could not be read that names would only seem unknown."""
        self.yaml = yaml_source.Document({})

    def read(self) -> Case:
        if not self.folder.is_dir():
            raise InputError([Fault(str(self.folder), 0, "", "", "is no folder with a case")])
        texts = {name: self.text(name) for name in (OFFERS, LINES, YAML)}
        offers = self.table(OFFERS, texts[OFFERS], Offer, OFFER_COLUMNS)
        lines = self.table(LINES, texts[LINES], Line, LINE_COLUMNS)
        parts = self.constraints(texts[YAML])
        if parts is None or None in texts.values():
            raise InputError(self.faults)
        case = Case(offers=tuple(offers), lines=tuple(lines), files=self.files, **parts)
        # Names are checked even where other faults were found, so that all are told at once; what
        # was dropped as faulty must not make innocent names unknown, though.
        if not self.incomplete:
            told = {(fault.file, fault.line, fault.place) for fault in self.faults}
            dropped = self.dropped(case) if self.faults else set()
            found = [self.fault(self.in_file(problem)) for problem in problems(case)]
            self.faults += [
                fault
                for fault in found
                if fault.value not in dropped and (fault.file, fault.line, fault.place) not in told
            ]
        if self.faults:
            raise InputError(self.faults)
        return case

    def in_file(self, problem: Problem) -> Problem:
        """Count entries as the file does: faulty ones were not kept, but stand there."""
        where = problem.where
        for depth in (1, 2):
            kept = self.kept.get(where[:depth])
            if kept is not None and len(where) > depth:
                place = kept[int(where[depth])]
                moved = (*where[:depth], place, *where[depth + 1 :])
                return Problem(moved, problem.value, problem.message, problem.allowed)
        return problem

    def dropped(self, case: Case) -> set[str]:
        """Return the ids that stand in the files but whose entry was too faulty to keep."""
        ids = {row.cells.get("offer", "") for row in self.rows[OFFERS]}
        ids |= {row.cells.get("line", "") for row in self.rows[LINES]}
        for section in ("areas", "capabilities", "nations", "conditions"):
            value = self.yaml.value.get(section) if isinstance(self.yaml.value, dict) else None
            ids |= set(map(str, value)) if isinstance(value, dict) else set()
        roles = self.yaml.value.get("roles") if isinstance(self.yaml.value, dict) else None
        ids |= set(map(str, roles)) if isinstance(roles, list) else set()
        kept = {*case.offer_by_id, *case.line_by_id, *case.areas, *case.capabilities}
        kept |= {*case.nations, *case.conditions, *case.roles}
        return ids - kept

    # Files

    def text(self, name: str) -> str | None:
        """Return the file's text, or None with a fault."""
        try:
            return self.contents(name)
        except _Unreadable as error:
            self.faults.append(Fault(name, error.line, "", "", error.message, error.allowed))
            return None

    def contents(self, name: str) -> str:
        """Return the file's text.

        Raises:
            _Unreadable: there is none.
        """
        path = self.folder / name
        try:
            if path.exists() and not path.is_file():
                raise _Unreadable("is no file")
            if path.stat().st_size > MAX_BYTES:
                raise _Unreadable(f"is larger than {MAX_BYTES:,} bytes")
            raw = path.read_bytes()
        except FileNotFoundError:
            raise _Unreadable(f"is missing in {self.folder}") from None
        except OSError as error:
            raise _Unreadable(f"cannot be read: {error.strerror}") from None
        self.files[name] = hashlib.sha256(raw).hexdigest()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            allowed = "allowed: UTF-8, with or without BOM"
            raise _Unreadable("is no UTF-8 text", line, allowed) from None
        control = _CONTROL.search(text)
        if control is not None:
            line = text.count("\n", 0, control.start()) + 1
            raise _Unreadable("holds binary data", line, "allowed: UTF-8 text")
        if not text.strip():
            raise _Unreadable("is empty")
        return text

    # Tables

    def table(
        self, file: str, text: str | None, noun: type[E_], columns: tuple[str, ...]
    ) -> list[E_]:
        if text is None:
            return []
        required = [name for name in columns if name not in _MAY_BE_MISSING]
        table, faults = csv_source.parse(text, file, columns, required)
        self.faults += faults
        self.incomplete |= not table.complete
        for name in table.unknown:
            message = "is a column that nobody knows; it is kept"
            self.warnings.append(Fault(file, 1, "header", name, message))
        entries = []
        kept = self.kept[(file,)] = []
        for row in table.rows:
            self.rows[file].append(row)
            values: dict[str, Any] = {
                name: table.number(cell) if name in _NUMBERS else cell
                for name, cell in row.cells.items()
                if cell
            }
            if "elsewhere" in values:
                values["elsewhere"] = self.elsewhere(file, row, table)
            path: tuple[str, int] = (file, len(self.rows[file]) - 1)
            entry = self.build(noun, values, path, table.absent)
            if entry is not None:
                entries.append(entry)
                kept.append(path[1])
        self.double_rows(file, columns[0])
        return entries

    def double_rows(self, file: str, column: str) -> None:
        first: dict[str, int] = {}
        for row in self.rows[file]:
            name = row.cells.get(column, "")
            if name and name in first:
                place = f"row {row.number}, column {column}"
                message = f"stands already in row {first[name]}"
                self.faults.append(Fault(file, row.line, place, name, message, "ids are unique"))
            first.setdefault(name, row.number)

    def elsewhere(
        self, file: str, row: csv_source.Row, table: csv_source.Table
    ) -> tuple[tuple[str, Any], ...]:
        """Read ``poland:0.5 romania:0.5``."""
        pairs: list[tuple[str, Any]] = []
        for word in row.cells["elsewhere"].split():
            area, colon, written = word.partition(":")
            rate = table.number(written)
            bad = not area or not colon or isinstance(rate, str) or rate <= 0
            if bad or area in (each for each, _ in pairs):
                message = "names an area twice" if not bad else "is no area with a rate"
                place = f"row {row.number}, column elsewhere"
                allowed = "allowed: area:rate with a rate above 0, such as poland:0.5 romania:0.5"
                self.faults.append(Fault(file, row.line, place, word, message, allowed))
            else:
                pairs.append((area, rate))
        return tuple(pairs)

    # YAML

    def constraints(self, text: str | None) -> dict[str, Any] | None:
        if text is None:
            return None
        try:
            self.yaml = yaml_source.parse(text, YAML)
        except InputError as error:
            self.faults += error.faults
            return None
        root = self.yaml.value
        if not isinstance(root, dict):
            allowed = "allowed: calendar: {months: 24} ..."
            self.complain((YAML,), "", "is no mapping of sections", allowed)
            return None
        root = {key: value for key, value in root.items() if value is not None}
        sections = (
            *_Constraints.model_fields,
            "roles",
            "priority_weights",
            "tiers",
            *_MAPS,
            *_LISTS,
        )
        for key in set(root) - set(sections):
            self.complain((YAML, key), str(key), "is no known section", nearest(str(key), sections))
            self.incomplete = True
        parts = {key: value for key, value in root.items() if key in _Constraints.model_fields}
        single = self.build(_Constraints, parts, (YAML,))
        if single is None:
            # Stand-ins, so that the checks across parts can say what else is wrong.
            seated = Headquarters.model_construct(seats=()) if "headquarters" in parts else None
            single = _Constraints.model_construct(calendar=Calendar(months=1), headquarters=seated)
        if "capabilities" not in root:
            self.complain((YAML, "capabilities"), "", "is missing", "allowed: code: {title, role}")
            self.incomplete = True
        values: dict[str, Any] = {
            name: self.mapping(name, root.get(name, {}), noun) for name, noun in _MAPS.items()
        }
        values["substitutions"] = self.entries("substitutions", root, lambda _: Substitution)
        values["caveats"] = self.entries("caveats", root, lambda e: self.kind(e, caveats.KINDS))
        values["rules"] = self.entries("rules", root, lambda e: self.kind(e, rules.KINDS))
        values["roles"] = self.roles(root.get("roles", list(ROLES)))
        values["tiers"] = self.tiers(root.get("tiers"))
        if "priority_weights" in root:
            values["priority_weights"] = self.weights(root["priority_weights"])
        values.update({name: getattr(single, name) for name in _Constraints.model_fields})
        return {key: value for key, value in values.items() if value is not None}

    def mapping(self, section: str, value: Any, noun: type[E_]) -> dict[str, E_]:
        if not isinstance(value, dict):
            self.complain((YAML, section), text_of(value), "is no mapping", "allowed: id: {fields}")
            self.incomplete = True
            return {}
        found = {}
        for key, fields in value.items():
            path = (YAML, section, key)
            if not isinstance(key, str) or not key or any(each.isspace() for each in key):
                self.complain(path, str(key), "is no id", "allowed: text without blanks, in quotes")
                continue
            entry = self.build(noun, {} if fields is None else fields, path)
            if entry is not None:
                found[key] = entry
        return found

    def entries(self, section: str, root: dict[Any, Any], noun: Any) -> tuple[Any, ...]:
        value = root.get(section, [])
        if not isinstance(value, list):
            self.complain((YAML, section), text_of(value), "is no list", "allowed: - {fields} ...")
            return ()
        found = []
        kept = self.kept[YAML, section] = []
        for i, fields in enumerate(value):
            path = (YAML, section, i)
            if not isinstance(fields, dict):
                self.complain(path, text_of(fields), "is no entry", "allowed: fields and values")
                continue
            answer = noun(fields)
            if isinstance(answer, str):
                known = caveats.KINDS if section == "caveats" else rules.KINDS
                said = fields.get("kind")
                message = "is no known kind" if said is not None else "kind is missing"
                self.complain((*path, "kind"), text_of(said), message, nearest(answer, known))
                continue
            entry = self.build(answer, fields, path)
            if entry is None:
                continue
            if not getattr(entry, "enforced", True):
                self.complain(
                    (*path, "kind"),
                    entry.kind,
                    f"{entry.id} is of a kind that this version reads but does not enforce",
                    "remove it, or use a version that does; it is never ignored",
                )
            found.append(entry)
            kept.append(i)
        return tuple(found)

    @staticmethod
    def kind(fields: dict[Any, Any], known: dict[str, Any]) -> Any:
        """Return the class of the entry's kind, or the unknown name."""
        name = fields.get("kind")
        return known.get(name, str(name)) if isinstance(name, str) else str(name or "")

    def roles(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            self.complain((YAML, "roles"), text_of(value), "is no list", f"such as {list(ROLES)}")
            self.incomplete = True
            return ROLES
        for i, role in enumerate(value):
            if not isinstance(role, str) or not role or any(each.isspace() for each in role):
                self.complain(
                    (YAML, "roles", i), text_of(role), "is no role", "text without blanks"
                )
            elif role in value[:i]:
                self.complain((YAML, "roles", i), role, "stands here twice", "each role once")
        named = [role for role in value if isinstance(role, str)]
        return tuple(dict.fromkeys((*ROLES, *named)))

    def tiers(self, value: Any) -> tuple[Tier, ...]:
        default: tuple[Tier, ...] = Case.tiers
        if value is None:
            return default
        if not isinstance(value, list) or not value:
            self.complain(
                (YAML, "tiers"), text_of(value), "is no list of tiers", f"such as {list(default)}"
            )
            return default
        known = get_args(Tier)
        for i, tier in enumerate(value):
            if tier not in known:
                said = text_of(tier)
                self.complain((YAML, "tiers", i), said, "is no known tier", nearest(said, known))
        # A name that is no tier keeps its place, so that the faults after it name theirs: the type
        # is not yet what it says, and a case with a fault never leaves the reader.
        return tuple(map(text_of, value))  # type: ignore[arg-type]

    def weights(self, value: Any) -> dict[int, Any] | None:
        allowed = "allowed: a number above 0 for each of 1, 2, 3, 4"
        if not isinstance(value, dict):
            self.complain((YAML, "priority_weights"), text_of(value), "is no mapping", allowed)
            return None
        found: dict[int, Any] = {}
        for key, number in value.items():
            path = (YAML, "priority_weights", key)
            if key not in (1, 2, 3, 4):
                self.complain(path, str(key), "is no priority", allowed)
                continue
            weight = exact(number)
            if weight is None or not 0 < weight <= MAX_NUMBER:
                self.complain(path, text_of(number), "is not allowed here", allowed)
            found[key] = weight
        for key in (1, 2, 3, 4):
            if key not in found:
                self.complain((YAML, "priority_weights"), "", f"priority {key} is missing", allowed)
        return found if len(found) == 4 else None

    # Faults and their places

    def build(
        self, noun: type[E_], values: Any, path: Where, absent: frozenset[str] = frozenset()
    ) -> E_ | None:
        """Make an entry, or complain of each thing wrong in it but of columns that are absent."""
        entry, complaints = entry_of(noun, values)
        for where, value, message, allowed in complaints:
            if allowed != REQUIRED or where[-1] not in absent:
                self.complain((*path, *where), value, message, allowed)
        return None if complaints and noun is _Constraints else entry

    def complain(
        self, where: tuple[str | int, ...], value: str, message: str, allowed: str = ""
    ) -> None:
        self.faults.append(self.fault(Problem(where, value, message, allowed)))

    def fault(self, problem: Problem) -> Fault:
        """Give a problem the file, line and place that a planner looks at."""
        file, *path = problem.where
        if file in self.rows and path:
            row = self.rows[str(file)][int(path[0])]
            place = f"row {row.number}"
            if len(path) > 1:
                place += f", column {path[1]}"
            return Fault(
                str(file), row.line, place, problem.value, problem.message, problem.allowed
            )
        keys = tuple(path)
        line = self.yaml.line(keys)
        place = yaml_source.path_text(keys)
        entry = self.yaml.value
        for key in keys[:2]:
            try:
                entry = entry[key]
            except (KeyError, IndexError, TypeError):
                entry = None
        if len(keys) > 1 and isinstance(entry, dict) and isinstance(entry.get("id"), str):
            place += f" ({entry['id']})"
        return Fault(str(file), line, place, problem.value, problem.message, problem.allowed)


_MAPS: dict[str, type[Entry]] = {
    "areas": Area,
    "capabilities": Capability,
    "nations": Nation,
    "conditions": Condition,
}
_LISTS = ("substitutions", "caveats", "rules")
