"""Outlines of countries on a map, with the borders that the United Nations recognise.

The data is made by ``docs/outlines.py``; the projection is the simplest that serves.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache

from reports import svg
from reports.places import DATA
from reports.svg import tag

WEST, SOUTH, EAST, NORTH = 9.0, 37.2, 44.0, 56.2
"""What the map shows, in degrees; who is beyond stands at its edge, with an arrow."""
CRIMEA = (32.4, 44.3, 36.7, 46.2)
"""West, south, east, north of what no label may hide."""
SEA, LAND, UKRAINE, BORDER = "#dfe8ee", "#f7f7f4", "#fff1c9", "#98a2ad"
_MIDDLE = 48.0  # degrees north where the scale is right
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""


def size(width: float) -> tuple[float, float]:
    """Return width and height of a map of that width."""
    step = width / ((EAST - WEST) * math.cos(math.radians(_MIDDLE)))
    return width, (NORTH - SOUTH) * step


def projected(longitude: float, latitude: float, width: float) -> tuple[float, float]:
    """Return where a point is on a map of that width: equirectangular, right at 48 degrees."""
    _, height = size(width)
    return (
        (longitude - WEST) / (EAST - WEST) * width,
        (NORTH - latitude) / (NORTH - SOUTH) * height,
    )


def inside(longitude: float, latitude: float) -> bool:
    """Whether a point is on the map."""
    return WEST < longitude < EAST and SOUTH < latitude < NORTH


@lru_cache(maxsize=1)
def outlines() -> dict[str, list[list[tuple[float, float]]]]:
    """Return the rings of each country in degrees, by ISO 3166 alpha-3 code."""
    told = json.loads((DATA / "outlines.json").read_text("utf-8"))
    return {
        code: [[(x, y) for x, y in ring] for ring in country["rings"]]
        for code, country in told["countries"].items()
    }


@lru_cache(maxsize=2)
def _land(width: float, digits: int) -> str:
    """Return the countries as paths, Ukraine last and in a colour of its own."""
    drawn = {}
    for code, rings in outlines().items():
        path = []
        for ring in rings:
            points = [projected(x, y, width) for x, y in ring]
            places_ = list(dict.fromkeys((round(x, digits), round(y, digits)) for x, y in points))
            if len(places_) > 2 and _touches(places_, size(width)):
                path.append("M" + "L".join(f"{x:g} {y:g}" for x, y in places_) + "Z")
        if path:
            drawn[code] = "".join(path)
    paths = "".join(path for code, path in drawn.items() if code != "UKR")
    others = tag("path", d=paths, fill=LAND, stroke=BORDER, stroke_width=0.8)
    ukraine = tag("path", d=drawn["UKR"], fill=UKRAINE, stroke=svg.FAINT, stroke_width=1.4)
    return tag("g", others + ukraine, stroke_linejoin="round")


def _touches(points: Sequence[tuple[float, float]], size: tuple[float, float]) -> bool:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) > 0 and min(xs) < size[0] and max(ys) > 0 and min(ys) < size[1]


def ground(name: str, width: float, height: float, digits: int) -> str:
    """Return sea and countries as a group with an id, coordinates to so many digits."""
    clip = tag("clipPath", tag("rect", width=width, height=height), id=f"{name}-frame")
    sea = tag("rect", width=width, height=height, fill=SEA)
    land = tag("g", _land(width, digits), clip_path=f"url(#{name}-frame)")
    return tag("g", clip + sea + land, id=f"{name}-ground")


def crimea(width: float) -> Box:
    """Return the box that no label may hide on a map of that width."""
    west, south, east, north = CRIMEA
    return *projected(west, north, width), *projected(east, south, width)
