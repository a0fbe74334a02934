"""``places.kml``: every place with known coordinates, and who is there when (KML 2.2).

Each stay is a placemark of its own with a time span where the calendar has dates, so that a globe
can play the horizon. Places without coordinates are named in the description of the document.
"""

from __future__ import annotations

from collections.abc import Iterator

from reports import geojson, places, words
from reports.content import Content
from reports.places import Place, Presence
from reports.svg import escape, tag
from reports.told import AreaTold


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    inside = "\n".join(_document(content))
    kml = tag("kml", f"\n{tag('Document', inside)}\n", xmlns="http://www.opengis.net/kml/2.2")
    return {"places.kml": f'<?xml version="1.0" encoding="UTF-8"?>\n{kml}\n'}


def _document(content: Content) -> Iterator[str]:
    said = [
        content.classification,
        content.unproven,
        f"Run {content.origin.run}, input hash {content.origin.input_hash}.",
        places.told_unlocated(content),
    ]
    yield tag("name", escape(content.title))
    yield tag("description", escape("\n".join(each for each in said if each)))
    there = geojson.by_place(content)
    for area in places.used(content):
        known = places.known().get(area.code)
        if known:
            yield tag("Folder", "\n".join(_folder(content, area, known, there[area.code])))


def _folder(content: Content, area: AreaTold, known: Place, there: list[Presence]) -> Iterator[str]:
    point = tag("Point", tag("coordinates", f"{known.longitude},{known.latitude}"))
    yield tag("name", escape(area.title))
    yield tag(
        "Placemark",
        tag("name", escape(area.title))
        + tag("description", escape(f"{known.point}: {known.basis}"))
        + point,
    )
    for each in there:
        tour = each.tour
        rests = f"\nRests on {', '.join(tour.rests)}." if tour.rests else ""
        said = (
            f"{tour.line} {tour.title}\n{words.months(each.first, each.last)}, "
            f"{tour.people:,} people{rests}"
        )
        yield tag(
            "Placemark",
            tag("name", escape(f"{tour.units} × {tour.capability_title}, {tour.nation_name}"))
            + tag("description", escape(said))
            + _span(content, each)
            + point,
        )


def _span(content: Content, there: Presence) -> str:
    begin, end = (places.begins(content, month) for month in (there.first, there.last + 1))
    inside = (tag("begin", begin) if begin else "") + (tag("end", end) if end else "")
    return tag("TimeSpan", inside) if inside else ""
