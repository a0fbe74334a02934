"""The nations, their offers and the requirement lines of a generated case."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.generate.catalogue import CORE, FURTHER, PLACES, REAR, ROLES, Kind

Entry = dict[str, Any]
TOUR, DWELL = 6, 12


@dataclass(frozen=True)
class Size:
    """How much of each a case has.

    Attributes:
        rare: whether there are kinds of caveats that the shipped case does not use.
        further: whether there are capabilities beyond those of the shipped case.
    """

    nations: int
    offers: int
    lines: int
    months: int
    caveats: int
    rare: bool = True
    further: bool = False

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The capabilities."""
        return (*CORE, *FURTHER) if self.further else CORE


SIZES = {
    "theatre": Size(nations=31, offers=125, lines=57, months=24, caveats=80, rare=False),
    "conference": Size(nations=40, offers=160, lines=60, months=24, caveats=60),
    "alliance": Size(nations=40, offers=1000, lines=300, months=36, caveats=150, further=True),
}


def nations(size: Size) -> list[str]:
    """Return codes, the largest nation first. ISO 3166 leaves XAA to XZZ to users: nobody's."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [f"X{letters[i // 26]}{letters[i % 26]}" for i in range(size.nations)]


def share_keys(codes: Sequence[str]) -> dict[str, Entry]:
    """Return the nations section: few large ones, many small ones."""
    return {
        code: {"name": f"Nation {rank}", "share_key": round(0.2 / rank**0.9, 4)}
        for rank, code in enumerate(codes, 1)
    }


def apportioned(total: int, weights: Sequence[float], least: int = 1) -> list[int]:
    """Split a whole number by weight, at least so much to each, largest remainders first."""
    spare = total - least * len(weights)
    exact = [spare * weight / sum(weights) for weight in weights]
    parts = [int(each) for each in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: spare - sum(parts)]:
        parts[i] += 1
    return [least + each for each in parts]


def offers(size: Size, codes: Sequence[str], lot: random.Random) -> list[Entry]:
    """Return the rows of capabilities.csv: large nations offer many things and more units."""
    counts = apportioned(size.offers, [1 / rank**0.9 for rank in range(1, len(codes) + 1)])
    rows = []
    for rank, (nation, count) in enumerate(zip(codes, counts, strict=True)):
        drawn = _drawn(size.kinds, count, lot)
        numbers: defaultdict[str, int] = defaultdict(int)
        for kind in sorted(drawn, key=size.kinds.index):
            numbers[kind.role] += 1
            rows.append(
                {
                    "offer": f"{nation}-{kind.role.upper()}-{numbers[kind.role]}",
                    "nation": nation,
                    "capability": kind.code,
                    "units": _units(kind, rank / len(codes), lot),
                    "personnel": kind.people,
                    **_times(size, lot),
                    "basis": lot.choices(("reported", "inferred", "assumed"), (1, 1, 8))[0],
                    "note": "drawn by lot",
                }
            )
    return rows


def _drawn(kinds: Sequence[Kind], count: int, lot: random.Random) -> list[Kind]:
    """Return what a nation offers: each thing once before any twice."""
    drawn: list[Kind] = []
    while len(drawn) < count:
        drawn += lot.sample(kinds, min(len(kinds), count - len(drawn)))
    return drawn


def _units(kind: Kind, standing: float, lot: random.Random) -> int:
    """Draw units by the nation's standing, 0 the largest to 1 the smallest."""
    if standing < 0.15:
        return lot.choice((3, 4, 6, 8, 9) if kind.mass else (2, 3, 3, 3, 4))
    if standing < 0.5:
        return lot.choice((2, 3, 3, 4, 6) if kind.mass else (1, 2, 2, 3, 3))
    return lot.choice((1, 1, 2, 2, 3))


def _times(size: Size, lot: random.Random) -> Entry:
    """Draw when units can come, how long they stay and rest; most by the case's defaults."""
    times: Entry = {"notice_days": lot.choices((0, 15, 30, 60, 90, 180), (6, 4, 6, 8, 3, 1))[0]}
    if lot.random() < 0.05:
        times["available_from"] = lot.choice((3, 4, 7))
    if lot.random() < 0.05:
        times["available_until"] = size.months - lot.choice((3, 6, 9))
    if lot.random() < 0.3:
        tour, dwell = lot.choice(((12, 12), (6, 6), (3, 3), (3, 6), (3, 9), (12, 24), (6, 0)))
        times |= {"tour": tour, "dwell": dwell}
    return times


def lines(
    size: Size, supply: Sequence[Entry], hard: bool, lot: random.Random, limits: random.Random
) -> list[Entry]:
    """Return the rows of requirements.csv, sized by what is offered.

    Args:
        supply: rows of capabilities.csv.
        hard: whether half of the lines may be shared by one or two nations only; else a fifth.
        lot: draws all but ``max_nations``, so that ``hard`` changes nothing else.
        limits: draws ``max_nations``.
    """
    sustained: defaultdict[str, float] = defaultdict(float)
    for row in supply:
        sustained[row["capability"]] += sustained_units(row)
    wanted = [kind for kind in size.kinds if sustained[kind.code]]
    counts = apportioned(size.lines, [sustained[kind.code] ** 0.5 for kind in wanted])
    rows: list[Entry] = []
    numbers: defaultdict[str, int] = defaultdict(int)
    for kind, count in sorted(
        zip(wanted, counts, strict=True), key=lambda pair: ROLES.index(pair[0].role)
    ):
        # About what can be kept up. Caveats, and other lines that the same units fit, take of it.
        asked = sustained[kind.code] * lot.uniform(0.65, 1.15)
        shares = [lot.uniform(0.5, 1.5) for _ in range(count)]
        for i, share in enumerate(shares):
            numbers[kind.role] += 1
            target = max(1, round(asked * share / sum(shares)))
            rows.append(
                {
                    "line": f"{kind.role[0].upper()}{numbers[kind.role]:02}",
                    "title": f"{kind.code.replace('_', ' ').capitalize()}, {i + 1}",
                    "role": kind.role,
                    "capability": kind.code,
                    **_place(kind, i, lot),
                    "minimum": min(target, round(target * lot.choice((0, 0.3, 0.5, 0.5, 0.7)))),
                    "target": target,
                    **_window(size, lot),
                    "priority": lot.choices((1, 2, 3, 4), (3, 5, 4, 1))[0],
                    "basis": "assumed",
                    "note": "drawn by lot",
                }
            )
    for row in rows:
        limited, most = limits.random(), limits.choice((1, 2, 2))
        if limited < (0.5 if hard else 0.2):
            row["max_nations"] = most
    return rows


def sustained_units(row: Entry) -> float:
    """Return how many units of an offer can be kept in place in the long run."""
    tour, dwell = row.get("tour", TOUR), row.get("dwell", DWELL)
    return float(row["units"] * tour / (tour + dwell))


def _place(kind: Kind, i: int, lot: random.Random) -> Entry:
    """Draw a line's area and from where else it can be served, at which rates."""
    if kind.code == "hq_staff" and i < 2:
        return {"area": ("hq", "hq_next")[i]}
    own, share, most = PLACES[kind.role]
    area = lot.choice(own)
    others = [code for code in REAR if code != area]
    number = lot.randint(1, most)
    drawn = sorted(lot.sample(others, min(number, len(others))))
    rates = [lot.choice((0.5, 0.5, 1.0)) for _ in drawn]
    if lot.random() >= share:
        return {"area": area}
    pairs = zip(drawn, rates, strict=True)
    return {"area": area, "elsewhere": " ".join(f"{code}:{rate:g}" for code, rate in pairs)}


def _window(size: Size, lot: random.Random) -> Entry:
    """Draw the months of a line: most are wanted throughout, some later, some at first only."""
    draws: tuple[tuple[float, Callable[[], Entry]], ...] = (
        (0.6, lambda: {}),
        (0.2, lambda: {"from": 4}),
        (0.1, lambda: {"from": 7}),
        (0.1, lambda: {"from": 1, "until": lot.choice((6, 12, size.months - 6))}),
    )
    return lot.choices([each for _, each in draws], [weight for weight, _ in draws])[0]()
