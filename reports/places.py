"""Where the places of a case are, and who is at which of them when.

Coordinates stand in ``reports/data/places.csv``, one point per area code, each with what it rests
on. A place that is not there is never guessed: it is listed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from reports.content import Content
from reports.told import AreaTold, TourTold

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Place:
    """A point that stands for an area: degrees east and north, and why it is there."""

    area: str
    point: str
    longitude: float
    latitude: float
    basis: str


@dataclass(frozen=True)
class Presence:
    """A tour, or the part of it, that is spent in one place."""

    tour: TourTold
    place: str
    first: int
    last: int

    @property
    def moved(self) -> bool:
        """Whether the units were already on this tour, in another place, the month before."""
        return self.first > self.tour.first


@lru_cache(maxsize=1)
def known() -> dict[str, Place]:
    """Return the places with coordinates, by area code."""
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["area"]: Place(
                row["area"],
                row["point"],
                float(row["longitude"]),
                float(row["latitude"]),
                row["basis"],
            )
            for row in csv.DictReader(lines)
        }


def presences(content: Content) -> Iterator[Presence]:
    """Yield who is where, in the order of ``assignments.csv``; a move ends one and begins one."""
    for tour in content.tours:
        month = tour.first
        for place, same in groupby(tour.places):
            last = month + len(list(same)) - 1
            yield Presence(tour, place, month, last)
            month = last + 1


def used(content: Content) -> list[AreaTold]:
    """Return the areas in which somebody is at some time, in the order of the case."""
    there = {place for tour in content.tours for place in tour.places}
    return [area for area in content.areas if area.code in there]


def unlocated(content: Content) -> list[AreaTold]:
    """Return the areas in which somebody is at some time, but of which no coordinates are known."""
    return [area for area in used(content) if area.code not in known()]


def told_unlocated(content: Content) -> str:
    """Return in one sentence which places are on no map; empty where all are."""
    missing = unlocated(content)
    if not missing:
        return ""
    return f"Without coordinates, on no map: {', '.join(area.title for area in missing)}."


def titles(content: Content) -> dict[str, str]:
    """Return the titles of the areas, by code."""
    return {area.code: area.title for area in content.areas}


def begins(content: Content, month: int) -> str:
    """Return the ISO date on which a month begins; empty where the calendar has no dates.

    The month after the last one is the day on which the horizon ends; it has no date of its own.
    """
    if not 1 <= month <= len(content.months):
        return ""
    day = content.months[month - 1].begins
    return day.isoformat() if day else ""
