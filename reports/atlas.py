"""``map.svg``: who is based where in a month, over the outlines of countries that ship with Muster.

``map-over-time.svg`` shows the first month of each period side by side. The outlines, with the
borders that the United Nations recognise, are made by ``docs/outlines.py``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports import places, svg
from reports.content import Content
from reports.orbat import in_place
from reports.outlines import EAST, NORTH, WEST, Box, crimea, ground, inside, projected, size
from reports.svg import tag, wrapped
from reports.tables import Table, cell
from reports.told import Month

COLUMNS = (
    "month",
    "area",
    "title",
    "longitude",
    "latitude",
    "nation",
    "units",
    "personnel",
    "seat",
)

_NAMES = {
    "AUT": "Austria", "BGR": "Bulgaria", "BLR": "Belarus", "CZE": "Czechia", "DEU": "Germany",
    "GRC": "Greece", "HUN": "Hungary", "ITA": "Italy", "LTU": "Lithuania", "LVA": "Latvia",
    "MDA": "Moldova", "POL": "Poland", "ROU": "Romania", "RUS": "Russia", "SRB": "Serbia",
    "SVK": "Slovakia", "TUR": "Türkiye", "UKR": "Ukraine",
}  # fmt: skip
_AT = {
    "AUT": (14.0, 47.45), "BGR": (25.2, 42.75), "BLR": (27.8, 53.6), "CZE": (15.3, 49.8),
    "DEU": (10.6, 51.2), "GRC": (21.8, 39.6), "HUN": (19.3, 47.1), "ITA": (11.6, 44.6),
    "LTU": (23.7, 55.5), "LVA": (25.0, 56.6), "MDA": (28.35, 47.35), "POL": (18.8, 52.5),
    "ROU": (24.8, 45.9), "RUS": (39.5, 53.0), "SRB": (20.9, 44.0), "SVK": (19.4, 48.75),
    "TUR": (36.5, 39.3), "UKR": (29.0, 49.2),
}  # fmt: skip
"""Names of countries and where they stand, in degrees; a name that is in the way is left out."""


@dataclass(frozen=True)
class Based:
    """Who is in a place in a month.

    Attributes:
        people: by nation, most first.
        seat: whether the headquarters is there.
    """

    area: str
    title: str
    people: tuple[tuple[str, int], ...]
    units: tuple[tuple[str, int], ...]
    seat: bool

    @property
    def whole(self) -> int:
        """People of all nations."""
        return sum(count for _, count in self.people)


def write(content: Content) -> dict[str, str | bytes]:
    """Return the files of this format."""
    return {
        "map.svg": svg.headed(picture(content), content.title),
        "map-over-time.svg": svg.headed(over_time(content), content.title),
        "map.csv": table(content).csv(),
    }


def based(content: Content, month: int) -> list[Based]:
    """Return who is in each place in the month, in the order of the case."""
    people: dict[str, Counter[str]] = {}
    units: dict[str, Counter[str]] = {}
    for tour in in_place(content, month):
        place = tour.places[month - tour.first]
        people.setdefault(place, Counter())[tour.nation] += tour.people
        units.setdefault(place, Counter())[tour.nation] += tour.units
    seats = {stay.area for stay in content.stays if stay.first <= month <= stay.last}
    return [
        Based(
            area.code,
            area.title,
            tuple(sorted(people.get(area.code, {}).items(), key=lambda each: (-each[1], each[0]))),
            tuple(sorted(units.get(area.code, {}).items())),
            area.code in seats,
        )
        for area in content.areas
        if area.code in people or area.code in seats
    ]


def table(content: Content) -> Table:
    """Return who is where in every month."""
    rows = []
    for month in content.months:
        for each in based(content, month.number):
            known = places.known().get(each.area)
            at = (known.longitude, known.latitude) if known else ("", "")
            count = dict(each.units)
            rows += [
                (month.number, each.area, each.title, *at, nation, count[nation], people,
                 "yes" if each.seat else "no")
                for nation, people in each.people
            ]  # fmt: skip
    return Table("map", COLUMNS, tuple(tuple(map(cell, row)) for row in rows))


# The map of a month


def picture(content: Content) -> str:
    """Return the map of the month shown, each place with its nations."""
    month = content.months[content.shown - 1]
    there = based(content, month.number)
    width, height = size(svg.WIDTH)
    on = [each for each in there if each.area in places.known()]
    taken = [crimea(width), *(_marker_box(each, width) for each in on)]
    foot = _foot(content)
    parts = [ground("map", width, height, 1)]
    for each in sorted(on, key=lambda each: (-each.whole, each.area)):
        parts += _marker(each, width)
        parts += _label(each, width, height, taken)
    parts[1:1] = _countries(width, taken)
    parts += [
        svg.write(4, height + 16 + 14 * i, line, class_="faint") for i, line in enumerate(foot)
    ]
    said = "; ".join(f"{each.title} {each.whole:,}" for each in there)
    return svg.drawing(
        "map",
        f"Basing by nation, {_named(month)}",
        f"People in place: {said or 'none'}. The headquarters is in {month.seat or 'no place'}.",
        width,
        height + 22 + 14 * len(foot),
        "".join(parts),
    )


def _named(month: Month) -> str:
    return f"month {month.number}" + (f" ({month.name})" if month.name else "")


def radius(people: int, width: float) -> float:
    """Return the radius of the circle of so many people: its area grows with them."""
    shrunk: float = (width / svg.WIDTH) ** 0.8
    return (3.5 + 0.25 * math.sqrt(people)) * shrunk


def _at(each: Based, width: float) -> tuple[float, float]:
    """Return where a place is on the map; what is beyond is at its edge."""
    known = places.known()[each.area]
    x, y = projected(known.longitude, known.latitude, width)
    edge = 14 * width / svg.WIDTH
    return min(max(x, edge), width - edge), min(max(y, edge), size(width)[1] - edge)


def _arrow(each: Based) -> str:
    """Return where a place beyond the map lies, as an arrow; empty for one on it."""
    known = places.known()[each.area]
    if inside(known.longitude, known.latitude):
        return ""
    if not WEST < known.longitude < EAST:
        return "← " if known.longitude <= WEST else "→ "
    return "↑ " if known.latitude >= NORTH else "↓ "


def _marker_box(each: Based, width: float) -> Box:
    (x, y), r = _at(each, width), radius(each.whole, width) + 2
    if each.seat:
        return x - r, min(y - r, y - 18), max(x + r, x + 13), y + r
    return x - r, y - r, x + r, y + r


def _marker(each: Based, width: float) -> list[str]:
    """Return a circle for the people, and a flag where the headquarters is."""
    (x, y), r = _at(each, width), radius(each.whole, width)
    drawn = [
        tag(
            "circle",
            tag("title", svg.escape(f"{each.title}: {each.whole:,} people")),
            cx=x,
            cy=y,
            r=r,
            fill=svg.BLUE,
            fill_opacity="0.82",
            stroke="#ffffff",
            stroke_width=1.2,
        )
    ]
    if each.seat:
        drawn.append(_flag(x, y))
    return drawn


def _flag(x: float, y: float) -> str:
    return tag("path", d=f"M{x:.1f} {y:.1f}v-16h11v7h-11", fill="#ffffff", stroke=svg.INK)


def _label(each: Based, width: float, height: float, taken: list[Box]) -> list[str]:
    """Return title and nations of a place, beside its circle where nothing else is."""
    short = each.title.split(" (")[0].split(",")[0]
    heads = wrapped(f"{_arrow(each)}{short} {each.whole:,}", 176, 2, 11)
    nations = wrapped(" ".join(f"{n}\u00a0{p:,}" for n, p in each.people), 176, 6, 10)
    lines = [(line, 11) for line in heads] + [(line, 10) for line in nations]
    wide = max(svg.wide(line, size) * (svg.BOLD if size == 11 else 1) for line, size in lines) + 6
    tall = 12.5 * len(lines) + 3
    (x, y), r = _at(each, width), radius(each.whole, width)
    box = _free(x, y, r, wide, tall, (width, height), taken)
    taken.append(box)
    left, top = box[0], box[1]
    near = (min(max(x, left), left + wide), min(max(y, top), top + tall))
    drawn = []
    if math.dist(near, (x, y)) > r + 8:
        drawn.append(tag("path", d=f"M{x:.1f} {y:.1f}L{near[0]:.1f} {near[1]:.1f}", stroke=svg.INK))
    drawn.append(
        tag("rect", x=left, y=top, width=wide, height=tall, rx=2, fill="#ffffff",
            fill_opacity="0.86", stroke=svg.RULE)
    )  # fmt: skip
    drawn += [
        svg.write(left + 3, top + 11.5 + 12.5 * i, line, font_size=size,
                  font_weight="bold" if i < len(heads) else None)
        for i, (line, size) in enumerate(lines)
    ]  # fmt: skip
    return drawn


def _free(
    x: float, y: float, r: float, wide: float, tall: float, size: tuple[float, float],
    taken: Sequence[Box],
) -> Box:  # fmt: skip
    """Return the nearest box around a point that meets no other; the one that meets least."""
    best: tuple[float, float, Box] | None = None
    for step in range(24):
        away = r + 4 + 8 * step
        for turn in range(16):
            angle = turn * math.pi / 8
            dx, dy = math.cos(angle), math.sin(angle)
            left = x + dx * away - wide * (1 - dx) / 2
            top = y + dy * away - tall * (1 - dy) / 2
            left = min(max(left, 2), size[0] - wide - 2)
            top = min(max(top, 2), size[1] - tall - 2)
            box = (left, top, left + wide, top + tall)
            meets = sum(_meeting(box, other) for other in taken)
            if best is None or (meets, away) < best[:2]:
                best = (meets, away, box)
        if best and not best[0]:
            break
    assert best is not None  # noqa: S101 - rounds were made
    return best[2]


def _meeting(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0]) + 2
    tall = min(one[3], other[3]) - max(one[1], other[1]) + 2
    return max(0.0, wide) * max(0.0, tall)


def _countries(width: float, taken: Sequence[Box]) -> list[str]:
    drawn = []
    for code, name in _NAMES.items():
        (x, y), half = projected(*_AT[code], width), len(name) * 3.9
        box = (x - half, y - 10, x + half, y + 4)
        if inside(*_AT[code]) and not any(_meeting(box, other) for other in taken):
            drawn.append(
                svg.write(x, y, name, fill=svg.FAINT, font_size=12, text_anchor="middle",
                          font_style="italic")
            )  # fmt: skip
    return drawn


def _foot(content: Content) -> list[str]:
    """Return how to read the map, what is on no map, and the marking."""
    missing = places.told_unlocated(content)
    return [
        "The area of a circle grows with the people in place; a flag is the headquarters; an arrow "
        "points to what lies beyond. A point stands for an area.",
        *(wrapped(missing, svg.WIDTH - 8, 3, 11) if missing else []),
        *(line for mark in content.marks for line in wrapped(mark, svg.WIDTH - 8, 3, 11)),
    ]


# Month by month


def over_time(content: Content) -> str:
    """Return the first month of every period as a small map, all on the same scale."""
    across, gap = 3 if len(content.periods) > 4 else 2, 10.0
    width = (svg.WIDTH - gap * (across - 1)) / across
    width, height = size(width)
    parts = [tag("defs", ground("small", width, height, 0))]
    for i, period in enumerate(content.periods):
        month = content.months[period.first - 1]
        x, y = i % across * (width + gap), i // across * (height + 34)
        parts.append(
            tag(
                "g",
                "".join(_small(content, month, width, height)),
                transform=f"translate({x:.1f} {y:.1f})",
            )
        )
    rows = -(-len(content.periods) // across)
    said = "; ".join(
        f"{_named(content.months[p.first - 1])}: "
        f"{sum(each.whole for each in based(content, p.first)):,} people"
        for p in content.periods
    )
    foot = [
        "A number is people in place, k for thousands; a flag is the headquarters; what is at the "
        "edge lies beyond.",
        *_foot(content)[1:],
    ]
    below = rows * (height + 34) + 8
    parts += [svg.write(2, below + 14 * i, line) for i, line in enumerate(foot)]
    return svg.drawing(
        "map-over-time",
        "Basing over time",
        f"{said}.",
        svg.WIDTH,
        below + 14 * len(foot),
        "".join(parts),
    )


def _small(content: Content, month: Month, width: float, height: float) -> Iterator[str]:
    there = based(content, month.number)
    seat = f"; headquarters in {month.seat}" if month.seat else ""
    head = f"{_named(month).capitalize()}: {sum(each.whole for each in there):,} people{seat}"
    yield svg.write(0, 13, svg.fitted(head, width, 11), font_weight="bold")
    drawn = [tag("use", href="#small-ground")]
    on = [each for each in there if each.area in places.known()]
    taken = [crimea(width), *(_marker_box(each, width) for each in on)]
    for each in sorted(on, key=lambda each: (-each.whole, each.area)):
        drawn += _marker(each, width)
        text = f"{each.whole / 1000:.1f}k" if each.whole >= 1000 else str(each.whole)
        (x, y), r = _at(each, width), radius(each.whole, width)
        wide = len(text) * 6.0 + 3
        box = _free(x, y, r, wide, 11, (width, height), taken)
        taken.append(box)
        drawn.append(
            tag(
                "rect",
                x=box[0],
                y=box[1],
                width=wide,
                height=11,
                fill="#ffffff",
                fill_opacity="0.8",
            )
        )
        drawn.append(svg.write(box[0] + 1.5, box[1] + 9, text, font_size=10))
    yield tag("g", "".join(drawn), transform="translate(0 18)")
