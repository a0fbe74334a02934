"""``orbat.svg``: the force structure of a month, headquarters, components, units by nation.

Beside it the units as ``orbat.csv``, and over the whole horizon as ``orbat.json``, see
``reports/orbat_mapper.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reports import orbat_mapper, places, svg, symbols, words
from reports.content import Content
from reports.svg import tag
from reports.tables import Cell, Table, cell
from reports.told import TourTold

COLUMNS = (
    "month", "role", "nation", "offer", "line", "capability", "sidc", "units", "personnel", "area",
    "conditional_on",
)  # fmt: skip

_LEFT, _WIDE, _TALL, _HEAD, _PAD = 132.0, 102.0, 102.0, 20.0, 6.0
_ACROSS = int((svg.WIDTH - _LEFT) // _WIDE)
_SCALE, _SMALL = 0.27, 9.0


@dataclass(frozen=True)
class Group:
    """The tours of a nation in a component in the month."""

    nation: str
    tours: tuple[TourTold, ...]

    @property
    def people(self) -> int:
        """People of the nation in the component."""
        return sum(tour.people for tour in self.tours)


def write(content: Content) -> dict[str, str | bytes]:
    """Return the files of this format."""
    return {
        "orbat.svg": picture(content) + "\n",
        "orbat.csv": table(content).csv(),
        "orbat.json": orbat_mapper.scenario_text(content),
    }


def in_place(content: Content, month: int) -> list[TourTold]:
    """Return the tours in place in the month."""
    return [tour for tour in content.tours if tour.first <= month <= tour.last]


def components(content: Content) -> dict[str, list[Group]]:
    """Return by role the nations in place in the month shown, most people first."""
    found: defaultdict[str, defaultdict[str, list[TourTold]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for tour in in_place(content, content.shown):
        found[tour.role][tour.nation_name].append(tour)
    roles = [role.role for role in content.roles[:-1]]
    return {
        role: sorted(
            (Group(name, tuple(tours)) for name, tours in found[role].items()),
            key=lambda group: (-group.people, group.nation),
        )
        for role in [*roles, *sorted(set(found) - set(roles))]
        if role in found
    }


def table(content: Content) -> Table:
    """Return the units of the month shown."""
    rows: list[tuple[Cell, ...]] = [
        (
            content.shown,
            tour.role,
            tour.nation,
            tour.offer,
            tour.line,
            tour.capability,
            symbols.sidc(tour.capability, planned=bool(tour.rests)),
            tour.units,
            tour.people,
            tour.places[content.shown - tour.first],
            " ".join(tour.rests),
        )
        for groups in components(content).values()
        for group in groups
        for tour in group.tours
    ]
    return Table("orbat", COLUMNS, tuple(tuple(map(cell, row)) for row in rows))


def picture(content: Content) -> str:
    """Return the force structure of the month shown."""
    month = content.months[content.shown - 1]
    groups = components(content)
    tours = [tour for each in groups.values() for group in each for tour in group.tours]
    people = sum(tour.people for tour in tours)
    named = f"month {month.number}" + (f" ({month.name})" if month.name else "")
    parts = [
        tag("g", symbols.drawn(symbols.HEADQUARTERS, _SCALE), transform="translate(36 34)"),
        svg.write(
            66, 30, svg.fitted(content.title, svg.WIDTH - 70, 17), font_size=15, font_weight="bold"
        ),
        svg.write(
            66,
            48,
            f"{named}: {people:,} people, {words.count(sum(t.units for t in tours), 'unit')} of "
            f"{words.count(len({t.nation for t in tours}), 'nation')}"
            + (f"; headquarters in {month.seat}" if month.seat else ""),
            fill=svg.FAINT,
        ),
    ]
    y, joints = 76.0, []
    for role, several in groups.items():
        joints.append(y + 34)
        drawn, y = _component(content, role, several, y)
        parts.append(drawn)
    if joints:
        spine = f"M15.5 63V{joints[-1]:g}" + "".join(f"M15.5 {at:g}H30" for at in joints)
        parts.insert(0, tag("path", d=spine, fill="none", stroke=svg.FAINT, class_="tick"))
    for line in _notes(content, tours):
        y += 15
        parts.append(svg.write(4, y, line, font_size=10, fill=svg.FAINT, class_="faint"))
    told = "; ".join(
        f"{role}: {sum(g.people for g in several):,} people of "
        f"{', '.join(group.nation for group in several)}"
        for role, several in groups.items()
    )
    return svg.drawing(
        "orbat",
        f"Force structure of {content.title}, {named}",
        f"{people:,} people in place. {told}." if told else "Nobody is in place.",
        svg.WIDTH,
        y + 10,
        "".join(parts),
    )


def _component(content: Content, role: str, several: list[Group], y: float) -> tuple[str, float]:
    """Return a component with its units, and where the next one begins."""
    code = symbols.component(role)
    people = sum(group.people for group in several)
    parts = [
        tag("path", d=f"M4 {y:g}H{svg.WIDTH}", stroke=svg.RULE, class_="rule"),
        tag("g", symbols.drawn(code, _SCALE), transform=f"translate(50.5 {y + 34:g})"),
        svg.write(24, y + 88, svg.fitted(role, _LEFT - 30, 12), font_size=12, font_weight="bold"),
        svg.write(24, y + 103, f"{people:,} people", font_size=10),
    ]
    top, column, deep = y + _PAD, 0, 0
    for group in several:
        count = len(group.tours)
        wide = min(count, _ACROSS)
        if column and column + wide > _ACROSS:
            top, column, deep = top + deep * _TALL + _HEAD + _PAD, 0, 0
        rows = -(-count // _ACROSS)
        parts.append(_group(content, group, _LEFT + column * _WIDE, top, wide, rows))
        column, deep = column + wide, max(deep, rows)
    end = top + deep * _TALL + _HEAD + _PAD
    return "".join(parts), max(end, y + 112)


def _group(content: Content, group: Group, x: float, y: float, wide: int, rows: int) -> str:
    """Return a nation in a component: a frame with its name over its units."""
    width, height = wide * _WIDE - 4, rows * _TALL + _HEAD - 2
    whole = f"{group.nation}  {group.people:,}"
    short = f"{group.tours[0].nation}  {group.people:,}"
    label = whole if svg.fitted(whole, width - 8, 11) == whole else svg.fitted(short, width, 11)
    parts = [
        tag("rect", x=x, y=y, width=width, height=height, rx=3, fill="none", stroke=svg.RULE),
        svg.write(x + 5, y + 13, label, font_weight="bold"),
    ]
    for i, tour in enumerate(group.tours):
        left, top = x + i % _ACROSS * _WIDE, y + _HEAD + i // _ACROSS * _TALL
        parts.append(_unit(content, tour, left, top))
    return "".join(parts)


def _unit(content: Content, tour: TourTold, x: float, y: float) -> str:
    middle = x + (_WIDE - 4) / 2
    code = symbols.sidc(tour.capability, planned=bool(tour.rests))
    place = places.titles(content).get(tour.places[content.shown - tour.first], "")
    said = (
        f"{words.count(tour.units, 'unit')} of {tour.offer} on {tour.line} {tour.title}, "
        f"{tour.people:,} people, {place}"
        + (f", rests on {', '.join(tour.rests)}" if tour.rests else "")
    )
    head = svg.fitted(f"{tour.units} × {tour.line}", _WIDE - 26, 10)
    staff = code[symbols.STAFF] == "2"  # it stands where the text begins
    lines = svg.wrapped(tour.capability_title.split(" (")[0], _WIDE - 8, 3, _SMALL)
    parts = [
        tag("title", svg.escape(said)),
        tag("g", symbols.drawn(code, _SCALE), transform=f"translate({middle:.1f} {y + 27:.1f})"),
        svg.write(
            middle + (-15 if staff else 0),
            y + 57,
            head,
            font_size=10,
            font_weight="bold",
            text_anchor=None if staff else "middle",
        ),
        *(
            svg.write(middle, y + (77 if staff else 69) + 11 * i, line, font_size=_SMALL,
                      text_anchor="middle")
            for i, line in enumerate(lines)
        ),
    ]  # fmt: skip
    return tag("g", "".join(parts))


def _notes(content: Content, tours: list[TourTold]) -> Iterator[str]:
    """Yield what has to be known to read the picture."""
    yield (
        "A number stands for so many alike units on that line; what has a dashed frame rests on a "
        "vote or a condition."
    )
    unknown = symbols.unknown(tour.capability for tour in tours)
    if unknown:
        told = f"Without a symbol, drawn as an empty frame: {', '.join(unknown)}."
        yield from svg.wrapped(told, svg.WIDTH - 8, 3, 10)
    for mark in content.marks:
        yield from svg.wrapped(mark, svg.WIDTH - 8, 3, 10)
