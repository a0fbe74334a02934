"""The plain values of a case -> its parts, with everything that is wrong in each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, get_args

from model import caveats, rules
from model.case import Case
from model.caveats.base import Caveat
from model.checks import LINES, OFFERS, YAML, Problem, Where
from model.csv_source import number_in
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
    Substitution,
    Tier,
)
from model.entries import REQUIRED, STAND_IN, entry_of, text_of
from model.faults import Fault, nearest
from model.fields import MAX_NUMBER, Entry, Text, exact
from model.raw import ENTRIES, FORBIDS, LISTS, MAPS, PINS, Raw
from model.rules.base import Rule

E_ = TypeVar("E_", bound=Entry)
_NOUNS: dict[str, type[Entry]] = {
    "areas": Area,
    "capabilities": Capability,
    "nations": Nation,
    "conditions": Condition,
}
_RATES = "allowed: area:rate with a rate above 0, such as poland:0.5 romania:0.5"


class _Single(Entry):
    """The sections of ``constraints.yaml`` that are one value each."""

    force: Text = ""
    classification: Text = ""
    calendar: Calendar
    defaults: Defaults = Defaults()
    headquarters: Headquarters | None = None


SECTIONS = (*_Single.model_fields, "roles", "priority_weights", "tiers", *MAPS, *LISTS)
_NAMED: dict[str, str] = {
    "areas": "area",
    "capabilities": "capability",
    "nations": "nation",
    "conditions": "condition",
    "roles": "role",
    "headquarters": "headquarters",
}
"""What a name in the sections of the YAML is the name of."""


class Builder:
    """Makes the parts of a case, and complains of each thing wrong in them.

    Attributes:
        faults: all complaints so far.
        kept: for each list, where each entry stands in it that was right enough to keep.
        unsure: kinds of names of which not all could be read: one that nobody knows may exist.
    """

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.faults: list[Fault] = []
        self.kept: dict[Where, list[int]] = {}
        self.unsure = {
            what
            for file, what in ((OFFERS, "offer"), (LINES, "line"))
            if not raw.tables[file].complete
        }

    def tables(self) -> dict[str, Any]:
        """Return offers and lines."""
        parts = {
            "offers": self._entries((OFFERS,), lambda _: Offer),
            "lines": self._entries((LINES,), lambda _: Line),
        }
        for section in parts:
            self._double_rows(*ENTRIES[section])
        return parts

    def sections(self) -> dict[str, Any]:
        """Return what the sections of the YAML say; next to nothing where there is none."""
        if YAML not in self.raw.values:
            self.unsure.update(_NAMED.values())
            return {"calendar": Calendar(months=1)}
        root = {key: value for key, value in self.raw.at((YAML,)).items() if value is not None}
        for key in set(root) - set(SECTIONS):
            self._complain(
                (YAML, key), str(key), "is no known section", nearest(str(key), SECTIONS)
            )
            self.unsure.update(_NAMED.values())  # it may be any of them, misspelt
        single = self._single(root)
        if "capabilities" not in root:
            self._complain((YAML, "capabilities"), "", "is missing", "allowed: code: {title, role}")
            self.unsure.add("capability")
        values: dict[str, Any] = {
            name: self._mapping(name, root.get(name, {}), noun) for name, noun in _NOUNS.items()
        }
        values["substitutions"] = self._entries((YAML, "substitutions"), lambda _: Substitution)
        values["caveats"] = self._entries(
            (YAML, "caveats"), lambda each: self._kind(each, caveats.KINDS)
        )
        values["rules"] = self._entries((YAML, "rules"), lambda each: self._kind(each, rules.KINDS))
        values["roles"] = self._roles(root.get("roles", list(ROLES)))
        values["tiers"] = self._tiers(root.get("tiers"))
        if "priority_weights" in root:
            values["priority_weights"] = self._weights(root["priority_weights"])
        values.update({name: getattr(single, name) for name in _Single.model_fields})
        return {key: value for key, value in values.items() if value is not None}

    def wishes(self) -> dict[str, Any]:
        """Return the pins and forbids of the scenarios."""
        from model.pins import Forbidden, Pinned  # a case without scenarios has none

        def asked(where: Where, noun: type[Pinned] | type[Forbidden]) -> tuple[Any, ...]:
            wishes = self._entries(where, lambda _: noun)
            origins = (self.raw.origins[*where, i] for i in self.kept.get(where, ()))
            return tuple(
                each.of(origin.scenario) for each, origin in zip(wishes, origins, strict=True)
            )

        return {"pins": asked(PINS, Pinned), "forbids": asked(FORBIDS, Forbidden)}

    def in_file(self, problem: Problem) -> Problem:
        """Count entries as the file does: faulty ones were not kept, but stand there."""
        return replace(problem, where=self._place(problem.where), twin=self._place(problem.twin))

    def _place(self, where: Where) -> Where:
        """Return the path in the plain values of a path in the case."""
        for depth in (1, 2):
            kept = self.kept.get(where[:depth])
            if kept is not None and len(where) > depth:
                return (*where[:depth], kept[int(where[depth])], *where[depth + 1 :])
        return where

    def dropped(self, case: Case) -> set[str]:
        """Return the ids that stand in the files but whose entry was too faulty to keep.

        And the name that stands in for faulty ones.
        """
        ids = {name for section in (*MAPS, "offers", "lines") for name, _ in self.raw.ids(section)}
        ids |= set(map(str, self.raw.listed((YAML, "roles"))))
        kept = {*case.offer_by_id, *case.line_by_id, *case.areas, *case.capabilities}
        kept |= {*case.nations, *case.conditions, *case.roles}
        return (ids - kept) | {STAND_IN}

    # Parts

    def _single(self, root: dict[Any, Any]) -> _Single:
        parts = {key: value for key, value in root.items() if key in _Single.model_fields}
        entry, complaints = entry_of(_Single, parts)
        for where, value, message, allowed in complaints:
            self._complain((YAML, *where), value, message, allowed)
        if entry is not None and not complaints:
            return entry
        # Stand-ins, so that the checks across parts can say what else is wrong.
        seated = Headquarters.model_construct(seats=()) if "headquarters" in parts else None
        return _Single.model_construct(calendar=Calendar(months=1), headquarters=seated)

    def _mapping(self, section: str, value: Any, noun: type[E_]) -> dict[str, E_]:
        if not isinstance(value, dict):
            self._complain(
                (YAML, section), text_of(value), "is no mapping", "allowed: id: {fields}"
            )
            self.unsure.add(_NAMED[section])
            return {}
        found = {}
        for key, fields in value.items():
            path = (YAML, section, key)
            if not isinstance(key, str) or not key or any(each.isspace() for each in key):
                self._complain(
                    path, str(key), "is no id", "allowed: text without blanks, in quotes"
                )
                continue
            entry = self._build(noun, {} if fields is None else fields, path)
            if entry is not None:
                found[key] = entry
        return found

    def _entries(self, where: Where, noun: Callable[[dict[Any, Any]], Any]) -> tuple[Any, ...]:
        """Make the entries of a list; ``noun`` says what each is, or the kind that nobody knows."""
        value = self.raw.at(where)
        if value is None:
            return ()
        if not isinstance(value, list):
            self._complain(where, text_of(value), "is no list", "allowed: - {fields} ...")
            return ()
        found = []
        kept = self.kept[where] = []
        for i, fields in enumerate(value):
            path = (*where, i)
            if path in self.raw.gone:
                continue
            if not isinstance(fields, dict):
                self._complain(path, text_of(fields), "is no entry", "allowed: fields and values")
                continue
            answer = noun(fields)
            if isinstance(answer, str):
                known, base = (
                    (caveats.KINDS, Caveat) if where[-1] == "caveats" else (rules.KINDS, Rule)
                )
                said = fields.get("kind")
                message = "is no known kind" if said is not None else "kind is missing"
                self._complain((*path, "kind"), text_of(said), message, nearest(answer, known))
                # What every kind has can be checked all the same.
                shared = {key: each for key, each in fields.items() if key in base.model_fields}
                entry = self._build(base, {**shared, "kind": STAND_IN}, path)
                if entry is not None:
                    found.append(entry)
                    kept.append(i)
                continue
            entry = self._build(answer, fields, path)
            if entry is None:
                continue
            if not getattr(entry, "enforced", True):
                self._complain(
                    (*path, "kind"),
                    entry.kind,
                    f"{entry.id} is of a kind that this version reads but does not enforce",
                    "remove it, or use a version that does; it is never ignored",
                )
            found.append(entry)
            kept.append(i)
        return tuple(found)

    @staticmethod
    def _kind(fields: dict[Any, Any], known: dict[str, Any]) -> Any:
        """Return the class of the entry's kind, or the unknown name."""
        name = fields.get("kind")
        return known.get(name, str(name)) if isinstance(name, str) else str(name or "")

    def _double_rows(self, where: Where, column: str) -> None:
        first: dict[str, Where] = {}
        for i, row in enumerate(self.raw.listed(where)):
            name = row.get(column) if isinstance(row, dict) else None
            if not isinstance(name, str) or not name:
                continue
            path = (*where, i)
            if name in first:
                fault = self.raw.fault(Problem(first[name], name, ""))
                there = (
                    fault.place if self.raw.origin(path) is None else f"{fault.file}, {fault.place}"
                )
                message = f"stands already in {there}"
                self._complain((*path, column), name, message, "ids are unique")
            first.setdefault(name, path)

    def _elsewhere(self, path: Where, text: str) -> tuple[tuple[str, Any], ...]:
        """Read ``poland:0.5 romania:0.5``."""
        table = self.raw.tables[str(path[0])]
        # A scenario is YAML, where 0,5 is no number.
        comma = table.decimal_comma and self.raw.origin(path) is None
        pairs: list[tuple[str, Any]] = []
        for word in text.split():
            area, colon, written = word.partition(":")
            rate = number_in(written, decimal_comma=comma)
            bad = not area or not colon or isinstance(rate, str) or not 0 < rate <= MAX_NUMBER
            if bad or area in (each for each, _ in pairs):
                message = "names an area twice" if not bad else "is no area with a rate"
                self._complain(path, word, message, _RATES)
            else:
                pairs.append((area, rate))
        return tuple(pairs)

    def _roles(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            self._complain((YAML, "roles"), text_of(value), "is no list", f"such as {list(ROLES)}")
            self.unsure.add("role")
            return ROLES
        for i, role in enumerate(value):
            if not isinstance(role, str) or not role or any(each.isspace() for each in role):
                self._complain(
                    (YAML, "roles", i), text_of(role), "is no role", "text without blanks"
                )
            elif role in value[:i]:
                self._complain((YAML, "roles", i), role, "stands here twice", "each role once")
        named = [role for role in value if isinstance(role, str)]
        return tuple(dict.fromkeys((*ROLES, *named)))

    def _tiers(self, value: Any) -> tuple[Tier, ...]:
        default: tuple[Tier, ...] = Case.tiers
        if value is None:
            return default
        if not isinstance(value, list) or not value:
            self._complain(
                (YAML, "tiers"), text_of(value), "is no list of tiers", f"such as {list(default)}"
            )
            return default
        known = get_args(Tier)
        for i, tier in enumerate(value):
            if tier not in known:
                said = text_of(tier)
                self._complain((YAML, "tiers", i), said, "is no known tier", nearest(said, known))
        # A name that is no tier keeps its place, so that the faults after it name theirs: the type
        # is not yet what it says, and a case with a fault never leaves the reader.
        return tuple(map(text_of, value))  # type: ignore[arg-type]

    def _weights(self, value: Any) -> dict[int, Any] | None:
        allowed = "allowed: a number above 0 for each of 1, 2, 3, 4"
        if not isinstance(value, dict):
            self._complain((YAML, "priority_weights"), text_of(value), "is no mapping", allowed)
            return None
        found: dict[int, Any] = {}
        for key, number in value.items():
            path = (YAML, "priority_weights", key)
            if key not in (1, 2, 3, 4):
                self._complain(path, str(key), "is no priority", allowed)
                continue
            weight = exact(number)
            if weight is None or not 0 < weight <= MAX_NUMBER:
                self._complain(path, text_of(number), "is not allowed here", allowed)
            found[key] = weight
        for key in (1, 2, 3, 4):
            if key not in found:
                self._complain(
                    (YAML, "priority_weights"), "", f"priority {key} is missing", allowed
                )
        return found if len(found) == 4 else None

    # Faults

    def _build(self, noun: type[E_], values: Any, path: Where) -> E_ | None:
        """Make an entry, or complain of each thing wrong in it but of columns that are absent."""
        if noun is Line and isinstance(values.get("elsewhere"), str):
            values = {
                **values,
                "elsewhere": self._elsewhere((*path, "elsewhere"), values["elsewhere"]),
            }
        entry, complaints = entry_of(noun, values)
        table = self.raw.tables.get(str(path[0]))
        absent = table.absent if table and path not in self.raw.origins else frozenset()
        for where, value, message, allowed in complaints:
            if allowed != REQUIRED or where[-1] not in absent:
                if not where:
                    self._forget_later(noun, path, message)
                self._complain((*path, *where), value, message, allowed)
        return entry

    def _forget_later(self, noun: type[Entry], path: Where, message: str) -> None:
        """Forget the scenarios that changed an entry only after it had become wrong like this."""
        steps = self.raw.history.get(path, [])
        while steps:
            before = {**steps[-1][1], "elsewhere": None}  # still a text, and told by itself
            if message not in (said for _, _, said, _ in entry_of(noun, before)[1]):
                break
            steps.pop()

    def _complain(self, where: Where, value: str, message: str, allowed: str = "") -> None:
        self.faults.append(self.raw.fault(Problem(where, value, message, allowed)))
