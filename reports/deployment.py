"""``deployment.csv``: every movement of the plan, for those who plan transport.

A row per tour, in the order of ``assignments.csv``, and one more where the headquarters moves with
people on it. What the columns mean, and what they are called elsewhere: ``docs/deployment.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports import places
from reports.content import Content
from reports.places import Presence
from reports.tables import Cell, Table, cell

Movement = Literal["first_entry", "reinforcement", "relief", "onward"]
COLUMNS = (
    "serial", "movement", "offer", "nation", "line", "title", "role", "capability", "units",
    "personnel", "origin", "destination", "from", "until", "arrives", "leaves", "back",
    "relieves", "conditional_on",
)  # fmt: skip


@dataclass(frozen=True)
class Move:
    """People who go to a place, and when they come back.

    Attributes:
        serial: number of the tour in ``assignments.csv``, from 1, and ``-2`` for what follows it.
        movement: ``first_entry`` where nobody was on the line in that place the month before,
            ``relief`` where somebody there left at its end, ``reinforcement`` where all there
            stay, ``onward`` where a tour goes on in another place.
        origin: the nation, or the area left on the way.
        back: first month at home again; 0 where the horizon ends the tour, so that nobody knows,
            or where the tour goes on elsewhere.
        relieves: offers that left.
    """

    serial: str
    movement: Movement
    there: Presence
    origin: str
    back: int
    relieves: tuple[str, ...]


def moves(content: Content) -> Iterator[Move]:
    """Yield every movement into a place."""
    on: defaultdict[tuple[str, str], list[Presence]] = defaultdict(list)
    parts: defaultdict[int, list[Presence]] = defaultdict(list)
    every = list(places.presences(content))
    for each in every:
        on[each.tour.line, each.place].append(each)
    number = 0
    for each in every:
        number += not each.moved
        parts[number].append(each)
    for number, several in parts.items():
        for i, each in enumerate(several):
            onward = i > 0
            before = [
                other
                for other in on[each.tour.line, each.place]
                if other.first < each.first and other.last >= each.first - 1
            ]
            left = [other.tour.offer for other in before if other.last == each.first - 1]
            arriving: Movement = "relief" if left else "reinforcement" if before else "first_entry"
            yield Move(
                serial=f"{number}-{i + 1}" if onward else str(number),
                movement="onward" if onward else arriving,
                there=each,
                origin=several[i - 1].place if onward else each.tour.nation,
                back=0 if i + 1 < len(several) else _back(content, each),
                relieves=() if onward else tuple(dict.fromkeys(left)),
            )


def _back(content: Content, there: Presence) -> int:
    return there.last + 1 if there.last < len(content.months) else 0


def rows(content: Content) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of the table, see ``COLUMNS``."""
    for move in moves(content):
        there, tour = move.there, move.there.tour
        yield (
            move.serial,
            move.movement,
            tour.offer,
            tour.nation,
            tour.line,
            tour.title,
            tour.role,
            tour.capability,
            tour.units,
            tour.people,
            move.origin,
            there.place,
            there.first,
            there.last,
            places.begins(content, there.first),
            places.begins(content, there.last + 1),
            move.back or "",
            " ".join(move.relieves),
            " ".join(tour.rests),
        )


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    written = tuple(tuple(map(cell, row)) for row in rows(content))
    return {"deployment.csv": Table("deployment.csv", COLUMNS, written).csv()}
