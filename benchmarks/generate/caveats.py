"""The caveats of a generated case: every kind, in about the shares of the shipped case."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle

from benchmarks.generate.catalogue import CONDITIONS, ROLES
from benchmarks.generate.force import Entry, apportioned, sustained_units

# How many of a hundred caveats are of each kind.
COMMON = {
    "approval": 27,
    "condition": 20,
    "basing": 16,
    "reserve": 9,
    "exclusion": 6,
    "endurance": 6,
    "ceiling": 5,
}
# Kinds that the format knows and the shipped case does not use.
RARE = {"partner": 2, "avoid": 2, "package": 1, "share": 1, "minimum": 2}
HARD = {"ceiling": 10}  # every larger nation bounds its people over all roles


def conditions(lot: random.Random) -> dict[str, Entry]:
    """Return the conditions section, with probabilities of two digits."""
    return {
        name: {"holds": i < 9, "probability": _chance(lot)} for i, name in enumerate(CONDITIONS)
    }


def _chance(lot: random.Random) -> float:
    return lot.randint(15, 95) / 100


def caveats(
    count: int, supply: Sequence[Entry], demand: Sequence[Entry], lot: random.Random, **how: bool
) -> list[Entry]:
    """Return the caveats section.

    Args:
        count: how many.
        supply: rows of capabilities.csv, nations in order of size.
        demand: rows of requirements.csv.
        lot: what draws.
        how: ``hard`` for ceilings of all larger nations; ``rare`` for every kind of the format.
    """
    shares = COMMON | (HARD if how["hard"] else {}) | (RARE if how["rare"] else {})
    counts = apportioned(count, list(shares.values()))
    drawer = _Drawer(supply, demand, lot, hard=how["hard"])
    numbers: Counter[str] = Counter()
    entries = []
    for kind, number in zip(shares, counts, strict=True):
        drawn: Iterator[Entry] = getattr(drawer, kind)()
        for _ in range(number):
            entry = next(drawn)
            owner = entry.get("nation", "XXX")
            numbers[f"{owner}-{kind}"] += 1
            name = f"{owner}-{kind.upper()}-{numbers[f'{owner}-{kind}']}"
            entries.append({"id": name, "kind": kind, **entry, "ask_cost": lot.randint(1, 5)})
    return entries


class _Drawer:
    """One method a kind: an endless row of caveats of it."""

    def __init__(
        self, supply: Sequence[Entry], demand: Sequence[Entry], lot: random.Random, *, hard: bool
    ) -> None:
        self.lot, self.hard, self.demand = lot, hard, demand
        self.offers: defaultdict[str, list[Entry]] = defaultdict(list)
        for row in supply:
            self.offers[row["nation"]].append(row)
        self.nations = list(self.offers)

    def in_turn(self) -> Iterator[str]:
        """Yield all nations in a drawn order, over and over."""
        yield from cycle(self.lot.sample(self.nations, len(self.nations)))

    def an_offer(self, nation: str) -> str:
        return str(self.lot.choice(self.offers[nation])["offer"])

    def several_units(self) -> Iterator[Entry]:
        """Yield offers of more than one unit in a drawn order, over and over."""
        rows = [row for rows in self.offers.values() for row in rows if row["units"] > 1]
        yield from cycle(self.lot.sample(rows, len(rows)))

    def having(self, role: str) -> Iterator[str]:
        """Yield nations with an offer of the role in a drawn order, over and over."""
        able = [
            nation
            for nation, rows in self.offers.items()
            if any(f"-{role.upper()}-" in row["offer"] for row in rows)
        ]
        yield from cycle(self.lot.sample(able, len(able)))

    def approval(self) -> Iterator[Entry]:
        for nation in self.in_turn():
            status = self.lot.choices(("pending", "granted", "refused"), (17, 2, 1))[0]
            entry: Entry = {"nation": nation, "body": "Parliament", "status": status}
            entry["month"] = self.lot.choice((1, 2, 2, 3, 3, 4, 5, 7))
            if status == "pending":
                entry["probability"] = _chance(self.lot)
            if self.lot.random() < 0.1:
                entry["grace"] = self.lot.choice((3, 4))
            narrowed = self.lot.random()
            if narrowed < 0.35:
                entry["applies_to"] = {"areas": ["theatre"]}
            elif narrowed < 0.55:
                entry["applies_to"] = {"offers": [self.an_offer(nation)]}
            yield entry

    def condition(self) -> Iterator[Entry]:
        for nation in self.in_turn():
            number = 1 if self.lot.random() < 0.85 else 2
            entry: Entry = {"nation": nation, "requires": self.lot.sample(CONDITIONS, number)}
            narrowed = self.lot.random()
            if narrowed < 0.4:
                entry["applies_to"] = {"areas": ["theatre"]}
            elif narrowed < 0.6:
                entry["applies_to"] = {"roles": self.lot.sample(ROLES, 2)}
            yield entry

    def basing(self) -> Iterator[Entry]:
        # The large nations are those that go in.
        small = self.nations[len(self.nations) // 5 :]
        for nation in cycle(self.lot.sample(small, len(small))):
            drawn = self.lot.random()
            if drawn < 0.5:
                yield {"nation": nation, "barred": ["theatre"], "red_line": True}
            elif drawn < 0.75:
                yield {"nation": nation, "barred": ["line_belt", "seat_two"]}
            else:
                scope = {"offers": [self.an_offer(nation)]}
                yield {"nation": nation, "applies_to": scope, "barred": ["theatre"]}

    def reserve(self) -> Iterator[Entry]:
        for row in self.several_units():
            bound: Entry = {"units": 1} if self.lot.random() < 0.7 else {"fraction": 0.25}
            yield {"nation": row["nation"], "applies_to": {"offers": [row["offer"]]}, **bound}

    def exclusion(self) -> Iterator[Entry]:
        for nation in self.in_turn():
            own = {row["capability"] for row in self.offers[nation]}
            names = [row["line"] for row in self.demand if row["capability"] in own]
            if names:
                drawn = self.lot.sample(names, (len(names) + 2) // 3)
                yield {"nation": nation, "applies_to": {"lines": sorted(drawn)}}

    def endurance(self) -> Iterator[Entry]:
        for row in self.several_units():
            bound = self.lot.choice(({"tour": 3}, {"dwell": 18}, {"max_months": 8}, {"tour": 4}))
            yield {"nation": row["nation"], "applies_to": {"offers": [row["offer"]]}, **bound}

    def ceiling(self) -> Iterator[Entry]:
        for nation in cycle(self.nations):
            land = not self.hard and self.lot.random() < 0.5
            scope: Entry = {"applies_to": {"areas": ["theatre"], "roles": ["land"]}} if land else {}
            # What it can keep in place for long passes; its units all at once do not.
            people = sum(row["personnel"] * sustained_units(row) for row in self.offers[nation])
            bound = max(50, round(people * self.lot.uniform(1, 1.5), -1))
            yield {"nation": nation, **scope, "personnel": int(bound)}

    def partner(self) -> Iterator[Entry]:
        for nation in self.having("land"):
            large = [code for code in self.nations[:8] if code != nation]
            yield {"nation": nation, "applies_to": {"roles": ["land"]}, "with": large}

    def avoid(self) -> Iterator[Entry]:
        for nation in self.in_turn():
            other = self.lot.choice([code for code in self.nations[:12] if code != nation])
            yield {"nation": nation, "with": [other], "scope": self.lot.choice(("line", "area"))}

    def package(self) -> Iterator[Entry]:
        able = [nation for nation in self.nations if len(self.offers[nation]) > 2]
        for nation in cycle(self.lot.sample(able, len(able))):
            rows = self.lot.sample(self.offers[nation], 2)
            yield {"nation": nation, "offers": sorted(row["offer"] for row in rows)}

    def share(self) -> Iterator[Entry]:
        for nation in cycle(self.nations):
            most = self.lot.randint(20, 40) / 100
            yield {"nation": nation, "applies_to": {"roles": ["land"]}, "max_share": most}

    def minimum(self) -> Iterator[Entry]:
        for nation in self.having("training"):
            yield {"nation": nation, "applies_to": {"roles": ["training"]}, "units": 2}
