"""``places.geojson``: every place in use, with who is there from when until when (RFC 7946).

A place without known coordinates has no geometry, which the format allows, and is named in
``unlocated``.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from reports import places
from reports.content import Content
from reports.places import Presence
from reports.told import AreaTold


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    return {"places.geojson": json.dumps(collection(content), indent=1, ensure_ascii=False) + "\n"}


def by_place(content: Content) -> dict[str, list[Presence]]:
    """Return who is where, by area code."""
    found: defaultdict[str, list[Presence]] = defaultdict(list)
    for each in places.presences(content):
        found[each.place].append(each)
    return found


def collection(content: Content) -> dict[str, Any]:
    """Return the collection of features as plain values."""
    there = by_place(content)
    return {
        "type": "FeatureCollection",
        "name": content.title,
        "classification": content.classification,
        "unproven": content.unproven,
        "run": content.origin.run,
        "input_hash": content.origin.input_hash,
        "unlocated": [area.code for area in places.unlocated(content)],
        "features": [_feature(content, area, there[area.code]) for area in places.used(content)],
    }


def _feature(content: Content, area: AreaTold, there: list[Presence]) -> dict[str, Any]:
    known = places.known().get(area.code)
    point = known and {"type": "Point", "coordinates": [known.longitude, known.latitude]}
    people: Counter[int] = Counter()
    for each in there:
        people.update(dict.fromkeys(range(each.first, each.last + 1), each.tour.people))
    return {
        "type": "Feature",
        "id": area.code,
        "geometry": point,
        "properties": {
            "area": area.code,
            "title": area.title,
            "within": area.within,
            "point": known.point if known else "",
            "basis": known.basis if known else "no coordinates are known",
            "headquarters": [
                {"from": stay.first, "until": stay.last, **_dates(content, stay.first, stay.last)}
                for stay in content.stays
                if stay.area == area.code
            ],
            "people_by_month": [people[month.number] for month in content.months],
            "contents": [
                {
                    "offer": each.tour.offer,
                    "nation": each.tour.nation,
                    "line": each.tour.line,
                    "role": each.tour.role,
                    "capability": each.tour.capability,
                    "units": each.tour.units,
                    "personnel": each.tour.people,
                    "from": each.first,
                    "until": each.last,
                    **_dates(content, each.first, each.last),
                    "conditional_on": list(each.tour.rests),
                }
                for each in there
            ],
        },
    }


def _dates(content: Content, first: int, last: int) -> dict[str, str]:
    """Return the days on which a stay begins and ends; empty where the calendar has no dates."""
    return {
        "begins": places.begins(content, first),
        "ends_before": places.begins(content, last + 1),
    }
