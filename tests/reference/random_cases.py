"""Tiny random cases in the case format: valid, awkward, and small enough to enumerate.

The same recipe is followed twice: by Hypothesis, which shrinks what it finds (`tiny_cases`), and
by a plain seeded generator, which is cheap enough for thousands of cases (`seeded_case`).
In every choice the simplest option comes first, so that small numbers mean a simple case.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from . import contract

T = TypeVar("T")
Texts = dict[str, str]
Entry = dict[str, Any]

KINDS = (
    "exclusion",
    "basing",
    "approval",
    "condition",
    "ceiling",
    "reserve",
    "endurance",
    "partner",
    "avoid",
    "package",
    "share",
    "minimum",
)
SIMPLE_KINDS = KINDS[:7]
"""The kinds that look at one nation's own units only."""
RULES = ("lead_nation", "area_capacity", "lift", "support", "breadth")

NATIONS = ("ALB", "BEL", "DNK", "EST")
CAPABILITIES = ("inf", "eng", "hospital")
ROLES = ("land", "sea", "training")
AREAS: dict[str, Entry] = {
    "ukraine": {},
    "kyiv": {"within": "ukraine"},
    "lviv": {"within": "ukraine"},
    "poland": {},
    "black_sea": {},
    "paris": {},
    "london": {},
}
TIERS = (
    ("critical", "shortfall", "conditional", "personnel"),
    ("critical", "shortfall"),
    ("critical", "shortfall", "conditional", "burden", "personnel"),
    ("shortfall", "conditional", "burden"),
    ("critical", "personnel", "shortfall", "conditional"),
    ("conditional", "shortfall", "personnel"),
    ("critical", "conditional", "shortfall", "burden"),
)

OFFER_COLUMNS = (
    "offer",
    "nation",
    "capability",
    "units",
    "personnel",
    "available_from",
    "available_until",
    "notice_days",
    "tour",
    "dwell",
    "basis",
)
LINE_COLUMNS = (
    "line",
    "role",
    "capability",
    "area",
    "elsewhere",
    "minimum",
    "target",
    "from",
    "until",
    "priority",
    "max_nations",
    "basis",
)


@dataclass(frozen=True)
class Sizes:
    """The most that a case holds of each thing; `plans` is what enumeration should look at."""

    months: int = 9
    offers: int = 4
    units: int = 3
    lines: int = 3
    caveats: int = 4
    rules: int = 2
    plans: int = 4_000


class Chooser(Protocol):
    """Where the decisions come from: Hypothesis or a seeded generator."""

    def integer(self, low: int, high: int) -> int: ...


class _Seeded:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def integer(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


class _Drawn:
    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))


class _Recipe:
    """One case, decision by decision."""

    def __init__(
        self,
        chooser: Chooser,
        kinds: Sequence[str],
        rules: Sequence[str],
        sizes: Sizes,
        tiers: Sequence[Sequence[str]],
    ) -> None:
        self.integer = chooser.integer
        self.kinds = kinds
        self.rule_kinds = rules
        self.sizes = sizes
        self.tiers = tiers
        self.months = 1
        self.offers: list[Entry] = []
        self.lines: list[Entry] = []
        self.raw: Entry = {}

    # Small decisions

    def pick(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]

    def flag(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent

    def some(self, options: Sequence[T], most: int = 2) -> list[T]:
        """One or more different options, in the order drawn."""
        left = list(options)
        count = self.integer(1, min(most, len(left)))
        return [left.pop(self.integer(0, len(left) - 1)) for _ in range(count)]

    def window(self, entry: Entry, first: str, last: str, percent: int = 35) -> None:
        """Sometimes a part of the horizon; either end may stay blank."""
        if not self.flag(percent):
            return
        low = self.integer(1, self.months)
        high = self.integer(low, self.months)
        bounds = self.integer(0, 2)
        if bounds in (0, 1):
            entry[first] = low
        if bounds in (0, 2):
            entry[last] = high

    # The case

    def texts(self) -> Texts:
        self.calendar()
        self.lines = [self.line(i) for i in range(1, self.integer(1, self.sizes.lines) + 1)]
        self.offers = [self.offer(i) for i in range(1, self.integer(1, self.sizes.offers) + 1)]
        self.fit()
        caveats = self.entries(self.integer(0, self.sizes.caveats), self.caveat_kinds(), "C")
        rules = self.entries(self.integer(0, self.sizes.rules), self.rule_kinds, "R")
        self.raw["caveats"] = [self.caveat(*entry) for entry in caveats]
        self.raw["rules"] = [self.rule(*entry) for entry in rules]
        self.fit_caveats()
        return render(self.offers, self.lines, self.raw)

    def entries(self, count: int, kinds: Sequence[str], letter: str) -> list[tuple[str, str]]:
        if not kinds:
            return []
        return [(f"{letter}{i}", self.pick(kinds)) for i in range(1, count + 1)]

    def calendar(self) -> None:
        raw = self.raw
        self.months = self.integer(1, self.sizes.months)
        raw["calendar"] = {"months": self.months, "rotation_step": self.pick((3, 4, 2, 1))}
        raw["defaults"] = {"tour": self.pick((3, 2, 1, 4, 6)), "dwell": self.pick((3, 0, 1, 2, 6))}
        raw["areas"] = AREAS
        raw["capabilities"] = {
            code: {"title": code.capitalize(), "role": "land"} for code in CAPABILITIES
        }
        raw["tiers"] = list(self.pick(self.tiers))
        if self.flag(40):
            cities = ("paris", "london", "poland")
            seats = [
                {"area": self.pick(cities[i:] + cities[:i]), "months": self.integer(1, 4)}
                for i in range(self.pick((2, 3, 1)))
            ]
            raw["headquarters"] = {"seats": seats}
            if self.flag(70):
                raw["headquarters"]["advance_months"] = self.integer(0, 3)
        if self.flag(50):
            pairs = [(a, b) for a in CAPABILITIES for b in CAPABILITIES if a != b]
            raw["substitutions"] = [
                {"offered": offered, "serves": serves, "rate": self.pick(RATES)}
                for offered, serves in self.some(pairs, 4)
            ]
        if self.flag(50):
            raw["nations"] = {
                nation: {"name": nation.title(), "share_key": self.pick((0.1, 0.25, 0.18, 0.3))}
                for nation in self.some(NATIONS, 3)
            }
        if self.flag(20):
            raw["priority_weights"] = self.pick(
                ({1: 5, 2: 3, 3: 2, 4: 1}, {1: 9, 2: 3, 3: 1, 4: 0.5})
            )
        if "condition" in self.kinds:
            raw["conditions"] = {
                name: self.condition(name) for name in ("x", "y", "z")[: self.integer(1, 3)]
            }

    def condition(self, name: str) -> Entry:
        entry: Entry = {"title": name.upper(), "holds": not self.flag(20)}
        if self.flag(80):
            entry["probability"] = self.pick((0.5, 0.9, 0.3, 1, 0))
        return entry

    def line(self, number: int) -> Entry:
        areas = ["kyiv", "ukraine", "lviv", "poland", "black_sea"]
        if "headquarters" in self.raw:
            areas += ["hq_next", "hq", "hq_next", "hq", "hq_next"]
        area = self.pick(areas)
        entry: Entry = {
            "line": f"L{number}",
            "role": self.pick(ROLES),
            "capability": self.pick((CAPABILITIES[0], *CAPABILITIES)),
            "area": area,
            "basis": "assumed",
        }
        entry["target"] = self.integer(1, 3)
        entry["minimum"] = self.integer(0, entry["target"])
        if area not in ("hq", "hq_next") and self.flag(40):
            others = [code for code in AREAS if code != area]
            entry["elsewhere"] = " ".join(
                f"{code}:{self.pick(RATES)}" for code in self.some(others, 2)
            )
        self.window(entry, "from", "until")
        if self.flag(70):
            entry["priority"] = self.integer(1, 4)
        if self.flag(25):
            entry["max_nations"] = self.integer(1, 2)
        return entry

    def offer(self, number: int) -> Entry:
        wanted = [str(line["capability"]) for line in self.lines]
        entry: Entry = {
            "offer": f"O{number}",
            "nation": self.pick(NATIONS),
            "capability": self.pick(CAPABILITIES if self.flag(20) else wanted),
            "units": self.integer(1, self.sizes.units),
            "personnel": self.pick((100, 50, 250, 30, 7, 0)),
            "basis": "assumed",
        }
        self.window(entry, "available_from", "available_until")
        if self.flag(30):
            entry["notice_days"] = self.pick((0, 30, 29, 59, 60, 100))
        if self.flag(40):
            entry["tour"] = self.integer(1, 6)
        if self.flag(40):
            entry["dwell"] = self.integer(0, 6)
        return entry

    # Small enough to enumerate

    def too_many(self) -> bool:
        case = contract.build(self.offers, self.lines, self.raw)
        try:
            contract.plan_count(case, limit=self.sizes.plans)
        except contract.TooLarge:
            return True
        return False

    def fit(self) -> None:
        """Take away, one thing after the other, until there are few enough plans."""
        while self.too_many():
            largest = max(self.offers, key=lambda offer: int(offer["units"]))
            calendar = self.raw["calendar"]
            crowded = [line for line in self.lines if " " in line.get("elsewhere", "")]
            served = [line for line in self.lines if "elsewhere" in line]
            if largest["units"] > 2:
                largest["units"] -= 1
            elif len(self.offers) > 3:
                self.offers.pop()
            elif crowded:
                crowded[-1]["elsewhere"] = crowded[-1]["elsewhere"].split()[0]
            elif calendar["rotation_step"] == 1:
                calendar["rotation_step"] = 2
            elif largest["units"] > 1 and len(self.offers) > 2:
                largest["units"] -= 1
            elif len(self.lines) > 2:
                self.lines.pop()
            elif served:
                del served[-1]["elsewhere"]
            elif calendar["rotation_step"] < 4:
                calendar["rotation_step"] += 1
            elif len(self.offers) > 2:
                self.offers.pop()
            elif largest["units"] > 1:
                largest["units"] -= 1
            elif len(self.lines) > 1:
                self.lines.pop()
            elif len(self.offers) > 1:
                self.offers.pop()
            else:
                break  # more is not to be had; the enumeration will say so

    def fit_caveats(self) -> None:
        """Shorter tours leave room for more of them: drop what shortens, where it is too much."""
        while self.too_many():
            shortening = [c for c in self.raw["caveats"] if "tour" in c]
            if not shortening:
                break
            self.raw["caveats"].remove(shortening[-1])

    # Caveats

    def caveat_kinds(self) -> list[str]:
        return [kind for kind in self.kinds if kind != "package" or len(self.offers) > 1]

    def caveat(self, name: str, kind: str) -> Entry:
        # Mostly nations that offer something, now and then one that does not.
        offering = list(dict.fromkeys(str(offer["nation"]) for offer in self.offers))
        pool = list(NATIONS) if self.flag(10) else offering
        nations = self.some(pool, 3) if self.flag(30) else [self.pick(pool)]
        entry: Entry = {"id": name, "kind": kind}
        if len(nations) == 1 and not self.flag(10):
            entry["nation"] = nations[0]
        else:
            entry["nations"] = nations
        if self.flag(45):
            entry["applies_to"] = self.applies_to()
        entry.update(getattr(self, f"_{kind}")(nations))
        if self.flag(10):
            entry["active"] = False
        if self.flag(5):
            entry.update({"red_line": True, "ask_cost": 3, "text": "As the parliament: decided."})
        return entry

    def applies_to(self) -> dict[str, list[str]]:
        options: dict[str, list[str]] = {
            "areas": ["ukraine", "kyiv", "poland", "paris", "london", "lviv", "black_sea"],
            "lines": [str(line["line"]) for line in self.lines],
            "offers": [str(offer["offer"]) for offer in self.offers],
            "roles": list(ROLES),
            "capabilities": list(CAPABILITIES),
        }
        return {field: self.some(options[field], 3) for field in self.some(list(options), 2)}

    def _exclusion(self, nations: list[str]) -> Entry:
        return {}

    def _basing(self, nations: list[str]) -> Entry:
        areas = ["ukraine", "kyiv", "poland", "london", "paris", "lviv", "black_sea"]
        bounds = self.pick((["barred"], ["allowed"], ["allowed", "barred"]))
        return {bound: self.some(areas, 3) for bound in bounds}

    def _approval(self, nations: list[str]) -> Entry:
        entry: Entry = {
            "body": "Parliament",
            "status": self.pick(("pending", "granted", "refused")),
        }
        if entry["status"] == "pending" or self.flag(20):
            entry["probability"] = self.pick((0.5, 0.8, 0.9, 0.3, 1, 0))
        self.window(entry, "month", "until", 50)
        if self.flag(40):
            entry["grace"] = self.integer(0, min(4, self.months))
        return entry

    def _condition(self, nations: list[str]) -> Entry:
        return {"requires": self.some(list(self.raw["conditions"]), 2)}

    def _ceiling(self, nations: list[str]) -> Entry:
        entry: Entry = {}
        bounds = self.pick((["units"], ["personnel"], ["units", "personnel"]))
        if "units" in bounds:
            entry["units"] = self.integer(0, 3)
        if "personnel" in bounds:
            entry["personnel"] = self.pick((100, 0, 50, 99, 200, 300, 350))
        return entry

    def _reserve(self, nations: list[str]) -> Entry:
        entry: Entry = {}
        bounds = self.pick((["units"], ["fraction"], ["units", "fraction"]))
        if "units" in bounds:
            entry["units"] = self.integer(0, 3)
        if "fraction" in bounds:
            entry["fraction"] = self.pick((0.5, 0.1, 0.3, 0.34, 0, 1))
        return entry

    def _endurance(self, nations: list[str]) -> Entry:
        entry: Entry = {}
        for field in self.some(["max_months", "dwell", "tour"], 3):
            low, high = {"max_months": (0, 5), "dwell": (0, 6), "tour": (1, 5)}[field]
            entry[field] = self.integer(low, high)
        return entry

    def _beside(self, nations: list[str]) -> Entry:
        # Each nation of the caveat must have a partner other than itself.
        strangers = [nation for nation in NATIONS if nation not in nations]
        offering = [n for n in strangers if n in {offer["nation"] for offer in self.offers}]
        partners = self.some(offering or strangers, 2) if strangers else list(NATIONS)
        if self.flag(15):
            partners += [nation for nation in nations if nation not in partners]
        entry: Entry = {"with": partners}
        if self.flag(65):
            entry["scope"] = self.pick(("line", "role", "area"))
        return entry

    _partner = _beside
    _avoid = _beside

    def _package(self, nations: list[str]) -> Entry:
        offers = [str(offer["offer"]) for offer in self.offers]
        first = self.integer(0, len(offers) - 1)
        rest = [name for name in offers if name != offers[first]]
        return {"offers": [offers[first], *self.some(rest, 2)]}

    def _share(self, nations: list[str]) -> Entry:
        return {"max_share": self.pick((0.5, 0.3, 0.4, 0.7, 0, 1))}

    def _minimum(self, nations: list[str]) -> Entry:
        entry: Entry = {}
        bounds = self.pick((["units"], ["personnel"], ["units", "personnel"]))
        if "units" in bounds:
            entry["units"] = self.integer(1, 4)
        if "personnel" in bounds:
            entry["personnel"] = self.pick((100, 101, 200, 50, 350))
        return entry

    # Rules

    def rule(self, name: str, kind: str) -> Entry:
        entry: Entry = {"id": name, "kind": kind}
        areas = ["ukraine", "poland", "kyiv", "paris", "london", "black_sea"]
        roles = list(dict.fromkeys([str(line["role"]) for line in self.lines] + [ROLES[0]]))
        if kind == "lead_nation":
            entry["role"] = self.pick(roles)
            entry["candidates"] = self.some(NATIONS, 3)
            if self.flag(60):
                entry["term"] = self.integer(1, self.months)
        elif kind == "area_capacity":
            entry["area"] = self.pick(areas)
            entry["personnel"] = self.pick((100, 0, 50, 200, 300))
            self.window(entry, "from", "until", 50)
        elif kind == "lift":
            entry["personnel"] = self.pick((100, 0, 50, 200, 300))
            if self.flag(50):
                entry["area"] = self.pick(areas)
        elif kind == "support":
            entry["area"] = self.pick(areas)
            entry["capability"] = self.pick(("hospital", "eng", "inf"))
            entry["per"] = self.pick((100, 250, 60, 300, 7))
        else:
            entry["role"] = self.pick(roles)
            entry["nations"] = self.integer(1, 3)
        if kind in ("lead_nation", "support", "breadth") and self.flag(60):
            entry["priority"] = self.integer(1, 4)
        if self.flag(10):
            entry["active"] = False
        return entry


RATES = (0.5, 0.3, 1, 0.7, 0.25, 0.1, 1.5)


# ---------------------------------------------------------------------------------------------
# Files


def render(offers: Sequence[Entry], lines: Sequence[Entry], raw: Mapping[str, Any]) -> Texts:
    """The three files of a case."""
    return {
        "capabilities.csv": _table(OFFER_COLUMNS, offers),
        "requirements.csv": _table(LINE_COLUMNS, lines),
        "constraints.yaml": _document(raw),
    }


def _table(columns: Sequence[str], rows: Sequence[Entry]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue()


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _flow(value: Any) -> str:
    """One value in YAML's flow style, where a decimal stays what it is."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(name)}: {_flow(v)}" for name, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(entry) for entry in value) + "]"
    plain = re.compile(r"(?!(?:y|yes|n|no|on|off|true|false|null)$)[A-Za-z_][A-Za-z0-9_-]*", re.I)
    if isinstance(value, str) and not plain.fullmatch(value):
        return json.dumps(value)
    return _scalar(value)


def _document(raw: Mapping[str, Any]) -> str:
    """The YAML file, one entry a line."""
    out = []
    for section, value in raw.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            out.append(f"{section}:")
            out.extend(f"  - {_flow(entry)}" for entry in value)
        else:
            out.append(f"{section}: {_flow(value)}")
    return "\n".join(out) + "\n"


def write(texts: Mapping[str, str], folder: Path) -> Path:
    """Write the files of a case into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


# ---------------------------------------------------------------------------------------------
# The two ways to get a case


@st.composite
def tiny_cases(
    draw: st.DrawFn,
    kinds: Sequence[str] = KINDS,
    rules: Sequence[str] = RULES,
    sizes: Sizes = Sizes(),
    tiers: Sequence[Sequence[str]] = TIERS,
) -> Texts:
    """Tiny valid cases as file texts, with caveats and rules of these kinds only."""
    return _Recipe(_Drawn(draw), kinds, rules, sizes, tiers).texts()


def seeded_case(
    seed: int,
    kinds: Sequence[str] = KINDS,
    rules: Sequence[str] = RULES,
    sizes: Sizes = Sizes(),
    tiers: Sequence[Sequence[str]] = TIERS,
) -> Texts:
    """The same kind of case from a seed; the same seed and arguments give the same case."""
    return _Recipe(_Seeded(seed), kinds, rules, sizes, tiers).texts()
