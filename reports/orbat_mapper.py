"""``orbat.json``: the plan as a scenario of ORBAT Mapper (https://orbat-mapper.app).

One side is the force, its groups are the components, a unit per nation and below it one per tour,
in the order of ``assignments.csv``. Times are milliseconds since 1970; where the case gives C-day
no date, the first day of 2000 stands for it, and the scenario says so.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from reports import places, symbols, words
from reports.content import Content
from reports.told import TourTold

VERSION = "2.0.0"
"""The oldest format of the file that knows all that stands in this one."""

NOMINAL = datetime.date(2000, 1, 1)
IN_PLACE, AT_HOME = "In place", "At home"
PEOPLE = "People"


def scenario_text(content: Content) -> str:
    """Return the file."""
    return json.dumps(scenario(content), indent=1, ensure_ascii=False) + "\n"


def scenario(content: Content) -> dict[str, Any]:
    """Return the scenario as plain values."""
    return {
        "type": "ORBAT-mapper",
        "id": f"muster-{content.origin.run}",
        "version": VERSION,
        "name": " - ".join(each for each in (content.title, content.scenario) if each),
        "description": " ".join(_said(content)),
        "startTime": time(content, 1),
        "timeZone": "UTC",
        "symbologyStandard": "app6",
        "sides": [
            {
                "id": "force",
                "name": content.title,
                "standardIdentity": "3",
                "groups": [_group(content, role.role) for role in content.roles[:-1]],
                "subUnits": _headquarters(content),
            }
        ],
        "events": [
            {
                "id": f"seat-{stay.first}",
                "title": f"Headquarters in {stay.title}",
                "startTime": time(content, stay.first),
            }
            for stay in content.stays
        ],
        "layers": [],
        "mapLayers": [],
        "equipment": [],
        "personnel": [{"name": PEOPLE}],
        "settings": {
            "rangeRingGroups": [],
            "statuses": [{"name": IN_PLACE}, {"name": AT_HOME}],
            "supplyClasses": [],
            "supplyUoMs": [],
        },
    }


def _said(content: Content) -> Iterator[str]:
    if content.classification:
        yield f"{content.classification}."
    if content.unproven:
        yield f"{content.unproven}."
    yield f"Run {content.origin.run}, input hash {content.origin.input_hash}."
    if content.c_day is None:
        yield f"C-day has no date; {NOMINAL} stands for it."
    unknown = symbols.unknown(tour.capability for tour in content.tours)
    if unknown:
        yield f"Without a symbol of their own: {', '.join(unknown)}."
    missing = places.told_unlocated(content)
    if missing:
        yield missing


def time(content: Content, month: int) -> int:
    """Return when a month begins, in milliseconds since 1970; the one after the last too."""
    day = words.first_day(content.c_day or NOMINAL, month)
    moment = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return int(moment.timestamp()) * 1000


def _headquarters(content: Content) -> list[dict[str, Any]]:
    if not content.stays:
        return []
    return [
        {
            "id": "headquarters",
            "name": f"Headquarters of {content.title}",
            "sidc": symbols.HEADQUARTERS,
            "subUnits": [],
            "state": [
                {
                    "id": f"headquarters-{stay.first}",
                    "t": time(content, stay.first),
                    "title": f"In {stay.title}",
                    "location": _point(stay.area),
                }
                for stay in content.stays
            ],
        }
    ]


def _group(content: Content, role: str) -> dict[str, Any]:
    nations: defaultdict[str, list[tuple[int, TourTold]]] = defaultdict(list)
    for number, tour in enumerate(content.tours, start=1):
        if tour.role == role:
            nations[tour.nation].append((number, tour))
    return {
        "id": f"role-{role}",
        "name": role,
        "subUnits": [
            {
                "id": f"{role}-{nation}",
                "name": tours[0][1].nation_name,
                "shortName": nation,
                "sidc": symbols.component(role),
                "subUnits": [_unit(content, number, tour) for number, tour in tours],
            }
            for nation, tours in sorted(nations.items())
        ],
    }


def _unit(content: Content, number: int, tour: TourTold) -> dict[str, Any]:
    """Return the units of a tour as one, which has a state where it comes, moves and leaves."""
    code = symbols.sidc(tour.capability, planned=bool(tour.rests))
    rests = f" Rests on {', '.join(tour.rests)}." if tour.rests else ""
    return {
        "id": f"tour-{number}",
        "name": f"{tour.units} × {tour.capability_title}",
        "shortName": tour.offer,
        "description": f"{tour.offer} on {tour.line} {tour.title}, "
        f"{words.months(tour.first, tour.last)}.{rests}",
        "sidc": code,
        "subUnits": [],
        "personnel": [{"name": PEOPLE, "count": tour.people}],
        "status": AT_HOME,
        "state": list(_states(content, number, tour)),
    }


def _states(content: Content, number: int, tour: TourTold) -> Iterator[dict[str, Any]]:
    titles = places.titles(content)
    months = range(tour.first, tour.last + 1)
    stops = [(tour.first, tour.places[0])]
    stops += [
        (month, there)
        for (_, before), (month, there) in pairwise(zip(months, tour.places, strict=True))
        if there != before
    ]
    for month, place in stops:
        yield {
            "id": f"tour-{number}-{month}",
            "t": time(content, month),
            "title": f"In {titles.get(place, place)}",
            "location": _point(place),
            "status": IN_PLACE,
        }
    if tour.last < len(content.months):
        yield {
            "id": f"tour-{number}-home",
            "t": time(content, tour.last + 1),
            "title": "Home",
            "location": None,
            "status": AT_HOME,
        }


def _point(area: str) -> list[float] | None:
    place = places.known().get(area)
    return [place.longitude, place.latitude] if place else None
