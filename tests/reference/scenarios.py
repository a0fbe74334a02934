"""Scenarios, read straight off the contract: plain values changed in plain Python.

Nothing here is shared with the program. A scenario is a mapping, a case its two tables and its
YAML; what comes out is a case again, to be written and read like any other.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import contract, random_cases
from .random_cases import NATIONS, Entry, Texts

SECTIONS = ("calendar", "defaults", "headquarters", "priority_weights")
MAPS = ("conditions", "capabilities", "areas", "nations")
IDS = {"offers": "offer", "lines": "line", "caveats": "id", "rules": "id"}


@dataclass
class Values:
    """A case as plain values."""

    offers: list[Entry]
    lines: list[Entry]
    raw: Entry

    def listed(self, section: str) -> list[Entry]:
        if section in ("offers", "lines"):
            return self.offers if section == "offers" else self.lines
        return list(self.raw.get(section) or [])

    def put(self, section: str, entries: list[Entry]) -> None:
        if section == "offers":
            self.offers = entries
        elif section == "lines":
            self.lines = entries
        else:
            self.raw[section] = entries

    def texts(self) -> Texts:
        return random_cases.render(self.offers, self.lines, self.raw)


def applied(values: Values, *scenarios: Mapping[str, Any]) -> Values:
    """The case under the scenarios; LookupError where one names what is not there."""
    case = copy.deepcopy(values)
    for scenario in scenarios:
        _apply(case, copy.deepcopy(dict(scenario)))
    return case


def _apply(case: Values, scenario: Entry) -> None:
    for name in scenario.get("lift", []):
        _entry(case.listed("caveats"), "id", name)["active"] = False
    for name, fields in scenario.get("set", {}).items():
        _target(case, name).update(fields)
    for section, added in scenario.get("add", {}).items():
        case.put(section, case.listed(section) + added)
    for section, names in scenario.get("remove", {}).items():
        for name in names:
            entries = case.listed(section)
            gone = _entry(entries, IDS[section], name)
            case.put(section, [each for each in entries if each is not gone])


def _target(case: Values, name: str) -> Entry:
    if name in SECTIONS:
        return case.raw.setdefault(name, {})
    for section in MAPS:
        if name in case.raw.get(section, {}):
            return case.raw[section][name]
    for section, column in IDS.items():
        for entry in case.listed(section):
            if entry[column] == name:
                return entry
    raise LookupError(name)


def _entry(entries: Sequence[Entry], column: str, name: str) -> Entry:
    return next(each for each in (*entries, LookupError) if _is(each, column, name))


def _is(each: Any, column: str, name: str) -> bool:
    if each is LookupError:
        raise LookupError(name)
    return bool(each[column] == name)


# Pins


def can_be_met(
    case: contract.Case,
    pins: Sequence[tuple[str, str, int, int, str | None]],
    pending: contract.Pending = "granted",
    limit: int = 4_000,
) -> bool:
    """Whether some plan that breaks nothing has, for each pin (offer, line, from, units, area),
    so many units begin; all plans are looked at."""
    for ways in itertools.product(*contract._all_choices(case, pending, limit)):
        placed = list(itertools.chain.from_iterable(ways))
        met = all(
            sum(
                number
                for a, number in placed
                if (a.offer, a.line, a.start) == (offer, line, start) and area in (None, a.area)
            )
            >= units
            for offer, line, start, units, area in pins
        )
        if met and next(contract._violations(case, placed, pending), None) is None:
            return True
    return False


# Random scenarios


class Drawer(random_cases._Recipe):
    """Draws a case and scenarios on top of it, of what exists and, now and then, of what not."""

    def values(self) -> Values:
        self.texts()
        return Values(self.offers, self.lines, self.raw)

    def too_many(self) -> bool:
        return False  # nobody enumerates it

    def scenario(self, case: Values, number: int) -> Entry:
        scenario: Entry = {"title": f"Scenario {number}"}
        caveats = [each["id"] for each in case.listed("caveats")]
        if caveats and self.flag(40):
            scenario["lift"] = self.some(caveats)
        if self.flag(80):
            scenario["set"] = {
                name: self.fields(case, name) for name in self.some(self.targets(case), 4)
            }
        if self.flag(40):
            scenario["add"] = {
                section: [self.fresh(section, f"N{number}{section[0].upper()}")]
                for section in self.some(list(IDS))
            }
        if self.flag(40):
            section = self.pick(list(IDS))
            names = [each[IDS[section]] for each in case.listed(section)]
            if names:
                scenario["remove"] = {section: self.some(names)}
        if self.flag(3):
            scenario["lift"] = ["NOBODY"]
        return scenario

    def targets(self, case: Values) -> list[str]:
        lists = [e[column] for section, column in IDS.items() for e in case.listed(section)]
        maps = [name for section in MAPS for name in case.raw.get(section, {})]
        return [*lists, *lists, *maps, *SECTIONS]

    def fields(self, case: Values, name: str) -> Entry:
        """Some fields of an entry of the same sort, made anew; now and then a blank."""
        fresh = self.another(case, name)
        fields = {key: fresh[key] for key in self.some(list(fresh), 2)} if fresh else {}
        for key in fields:
            if self.flag(10) and name not in ("calendar", "priority_weights"):
                fields[key] = None
        return fields

    def another(self, case: Values, name: str) -> Entry:
        if name == "calendar":
            return {"months": self.months, "rotation_step": self.pick((3, 4, 2, 1))}
        if name == "defaults":
            return {"tour": self.integer(1, 6), "dwell": self.integer(0, 6)}
        if name == "headquarters":
            area = self.pick(("paris", "london"))
            return {"seats": [{"area": area, "months": 3}], "advance_months": self.integer(0, 2)}
        if name == "priority_weights":
            return {self.integer(1, 4): self.integer(1, 9)}
        if name in case.raw.get("conditions", {}):
            return self.condition(name)
        if name in random_cases.AREAS:
            return {"title": "Elsewhere", "within": self.pick((None, "poland", "ukraine"))}
        if name in NATIONS:
            return {"share_key": self.pick((0.2, 0.5))}
        if name in random_cases.CAPABILITIES:
            return {"title": "Another title"}
        section = next(
            section
            for section, column in IDS.items()
            if any(each[column] == name for each in case.listed(section))
        )
        fresh = self.fresh(section, name)
        fresh.pop(IDS[section])
        if "kind" in fresh:  # the fields of the kind that it has
            [entry] = [each for each in case.listed(section) if each["id"] == name]
            fresh = {"active": self.flag(50), "nation": self.pick(NATIONS)}
            fresh |= {key: value for key, value in entry.items() if key not in ("id", "kind")}
        return fresh

    def fresh(self, section: str, name: str) -> Entry:
        if section == "offers":
            return {**self.offer(1), "offer": name}
        if section == "lines":
            return {**self.line(1), "line": name}
        if section == "caveats":
            return self.caveat(name, self.pick([k for k in self.kinds if k != "package"]))
        return self.rule(name, self.pick(self.rule_kinds))
