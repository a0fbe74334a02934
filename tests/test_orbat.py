"""Force structure, map, places and deployment: the same units in each, and the right borders."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
import pytest
from defusedxml import ElementTree
from PIL import ImageFont
from typer.testing import CliRunner

from model.read import read_case
from reports import (
    atlas,
    deployment,
    formats,
    gathered,
    geojson,
    html,
    kml,
    orbat,
    outlines,
    places,
    symbols,
    tables,
    xlsx,
)
from reports.content import Content
from reports.gap_report import GapReport
from reports.typeset import FONTS
from solve import app
from tests.test_html import hostile, run_of_nothing
from tests.test_reports import LINES, OFFERS, STARTS, YAML, run_of, write_case

ROOT = Path(__file__).parents[1]
WANTED = ("orbat", "map", "geojson", "kml", "deployment")
SVG = "{http://www.w3.org/2000/svg}"
KML = "{http://www.opengis.net/kml/2.2}"
UNDATED = YAML.replace("c_day: 2026-11-15", "c_day: null")


def made(folder: Path, yaml: str = YAML, **given: Any) -> tuple[GapReport, Content]:
    """Return the report of a small run, and what is told of it."""
    report = run_of(write_case(folder, yaml=yaml), folder).report
    return report, gathered.content(report, **given)


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return made(tmp_path / "case")[1]


def rows(text: str | bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(str(text))))


def tours_of(scenario: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the units of ORBAT Mapper that stand for tours, in the order of their numbers."""
    units = [
        unit
        for group in scenario["sides"][0]["groups"]
        for nation in group["subUnits"]
        for unit in nation["subUnits"]
    ]
    return sorted(units, key=lambda unit: int(unit["id"].removeprefix("tour-")))


# The same units everywhere


def test_orbat_json_deployment_places_workbook_page_and_assignments_hold_the_same_units(
    tmp_path: Path,
) -> None:
    report, content = made(tmp_path / "case")
    assigned = rows(tables.assignments(report.plan).csv())
    deployed = [
        row
        for row in rows(deployment.write(content)["deployment.csv"])
        if row["movement"] != "onward"
    ]
    named = [(r["offer"], r["line"], r["units"], r["personnel"], r["from"]) for r in assigned]
    assert named
    assert [
        (r["offer"], r["line"], r["units"], r["personnel"], r["from"]) for r in deployed
    ] == named
    scenario = json.loads(str(orbat.write(content)["orbat.json"]))
    units = tours_of(scenario)
    assert [
        (u["shortName"], u["name"].split(" ")[0], str(u["personnel"][0]["count"])) for u in units
    ] == [(offer, count, people) for offer, _, count, people, _ in named]
    there = [
        (each["offer"], each["line"], str(each["units"]), str(each["personnel"]))
        for feature in geojson.collection(content)["features"]
        for each in feature["properties"]["contents"]
        if each["from"] in {int(r["from"]) for r in assigned}
    ]
    assert set(there) == {each[:4] for each in named}
    book = openpyxl.load_workbook(io.BytesIO(bytes(xlsx.write(content)["report.xlsx"])))
    lines = [row for row in book["Assignments"].iter_rows(values_only=True) if any(row)]
    (top,) = (i for i, row in enumerate(lines) if "Offer" in row and "Line" in row)
    columns = [
        lines[top].index(name) for name in ("Offer", "Line", "Units", "People", "From month")
    ]
    assert [tuple(str(row[c]) for c in columns) for row in lines[top + 2 :]] == named
    page = lxml.html.fromstring(str(html.write(content)["report.html"]))
    (table,) = page.find_class("t-tours")
    titles, *cells = (
        [each.text_content().strip() for each in row.iter("th", "td")] for row in table.iter("tr")
    )
    columns = [titles.index(name) for name in ("Offer", "Line", "Units", "People", "From")]
    shown = [tuple(row[c].replace(",", "") for c in columns) for row in cells]
    assert sorted(shown) == sorted(named)


def test_the_picture_holds_the_units_of_its_month_and_their_table_too(tmp_path: Path) -> None:
    report, content = made(tmp_path / "case", month=5)
    there = [
        (row["offer"], row["line"], row["units"])
        for row in rows(tables.assignments(report.plan).csv())
        if int(row["from"]) <= 5 <= int(row["until"])
    ]
    files = orbat.write(content)
    assert sorted((r["offer"], r["line"], r["units"]) for r in rows(files["orbat.csv"])) == sorted(
        there
    )
    drawn = ElementTree.fromstring(str(files["orbat.svg"]))
    said = [each.text or "" for each in drawn.iter(f"{SVG}title")][1:]
    assert len(said) == len(there)
    assert all(any(f" of {offer} on {line} " in each for each in said) for offer, line, _ in there)


# The month


def test_the_month_shown_is_the_first_with_most_people(content: Content) -> None:
    people = {
        m.number: sum(t.people for t in content.tours if t.first <= m.number <= t.last)
        for m in content.months
    }
    assert people[content.shown] == max(people.values())
    assert all(people[m] < people[content.shown] for m in range(1, content.shown))


def test_a_month_that_the_case_does_not_have_is_refused(tmp_path: Path) -> None:
    write_case(tmp_path / "case")
    folder = tmp_path / "run"
    CliRunner().invoke(app, ["plan", "--case", str(tmp_path / "case"), "--out", str(folder)])
    asked = ["report", str(folder), "--format", "orbat", "--month"]
    refused = CliRunner().invoke(app, [*asked, "10"])
    assert refused.exit_code == 2
    assert "--month: '10': is no month of the case; allowed: 1 to 9" in " ".join(
        refused.output.split()
    )
    assert not (folder / "orbat.svg").exists()
    assert CliRunner().invoke(app, [*asked, "9"]).exit_code == 0
    products = json.loads((folder / "run.json").read_text("utf-8"))["products"]
    assert {"orbat.svg", "orbat.csv", "orbat.json"} <= set(products)
    assert "month 9" in (folder / "orbat.svg").read_text("utf-8")


# Symbols


def test_every_capability_of_the_shipped_case_has_a_symbol_that_is_drawn() -> None:
    case = read_case(ROOT / "data").case
    assert symbols.unknown(case.capabilities) == []
    for capability in case.capabilities:
        assert "?" not in symbols.drawn(symbols.sidc(capability), 0.27)


def test_a_capability_without_a_symbol_is_an_empty_frame_and_is_listed(content: Content) -> None:
    assert symbols.unknown(["infantry_battalion", "inf", "inf"]) == ["inf"]
    assert symbols.sidc("inf") == symbols.UNKNOWN
    picture = str(orbat.write(content)["orbat.svg"])
    assert "drawn as an empty frame: inf" in picture
    assert "inf" in json.loads(str(orbat.write(content)["orbat.json"]))["description"]


def test_what_rests_on_a_vote_is_planned_and_its_frame_is_dashed(content: Content) -> None:
    by_offer = {r["offer"]: r for r in rows(orbat.table(content).csv())}
    assert by_offer["BEL-LAND-1"]["conditional_on"] == "BEL-VOTE"
    assert by_offer["BEL-LAND-1"]["sidc"][6] == "1"
    assert by_offer["ALB-LAND-1"]["sidc"][6] == "0"
    assert "stroke-dasharray" in symbols.drawn(by_offer["BEL-LAND-1"]["sidc"], 1.0)
    assert "stroke-dasharray" not in symbols.drawn(by_offer["ALB-LAND-1"]["sidc"], 1.0)


# ORBAT Mapper: the shape of its files, as its types `Scenario`, `Side`, `Unit` and `State` had it

STATE = {"id": str, "t": int, "title": str, "location": (list, type(None)), "status": str}
UNIT = {
    "id": str, "name": str, "sidc": str, "shortName": str, "description": str, "subUnits": list,
    "state": list, "personnel": list, "status": str,
}  # fmt: skip
GROUP = {"id": str, "name": str, "subUnits": list}
SIDE = {"id": str, "name": str, "standardIdentity": str, "groups": list, "subUnits": list}
SCENARIO = {
    "type": str, "id": str, "version": str, "name": str, "description": str, "startTime": int,
    "timeZone": str, "symbologyStandard": str, "sides": list, "events": list, "layers": list,
    "mapLayers": list, "equipment": list, "personnel": list, "settings": dict,
}  # fmt: skip
NEEDED = {"id", "name", "sidc"}


def shaped(value: dict[str, Any], shape: dict[str, Any], needed: set[str]) -> None:
    assert needed <= set(value) <= set(shape)
    for name, each in value.items():
        assert isinstance(each, shape[name]), name


def unit_shaped(unit: dict[str, Any], seen: set[str]) -> None:
    shaped(unit, UNIT, NEEDED)
    assert re.fullmatch(r"\d{20}", unit["sidc"])
    assert unit["id"] not in seen
    seen.add(unit["id"])
    times = [state["t"] for state in unit.get("state", [])]
    assert times == sorted(times)
    for state in unit.get("state", []):
        shaped(state, STATE, {"id", "t"})
        assert state["location"] is None or len(state["location"]) == 2
    for below in unit["subUnits"]:
        unit_shaped(below, seen)


@pytest.mark.parametrize("yaml", [UNDATED, YAML], ids=["no date", "dated"])
def test_orbat_json_has_the_shape_of_a_scenario_of_orbat_mapper(tmp_path: Path, yaml: str) -> None:
    _, content = made(tmp_path / "case", yaml)
    scenario = json.loads(str(orbat.write(content)["orbat.json"]))
    shaped(scenario, SCENARIO, set(SCENARIO))
    assert scenario["type"] == "ORBAT-mapper"
    assert scenario["symbologyStandard"] == "app6"
    seen: set[str] = set()
    for side in scenario["sides"]:
        shaped(side, SIDE, {"id", "name", "standardIdentity", "groups"})
        for group in side["groups"]:
            shaped(group, GROUP, set(GROUP))
            for unit in group["subUnits"]:
                unit_shaped(unit, seen)
        for unit in side["subUnits"]:
            unit_shaped(unit, seen)
    statuses = {each["name"] for each in scenario["settings"]["statuses"]}
    assert {s["status"] for u in tours_of(scenario) for s in u["state"]} <= statuses
    begins = 1794700800000 if yaml is YAML else 946684800000
    assert scenario["startTime"] == begins
    assert ("C-day has no date" in scenario["description"]) == (yaml is UNDATED)


# Deployment


def test_a_movement_is_an_entry_a_relief_or_a_reinforcement(content: Content) -> None:
    told = {
        (row["offer"], row["from"]): (row["movement"], row["relieves"])
        for row in rows(deployment.write(content)["deployment.csv"])
    }
    assert told["ALB-LAND-1", "1"] == ("first_entry", "")
    assert told["ALB-LAND-1", "4"] == ("relief", "ALB-LAND-1")
    assert told["CZE-LAND-1", "1"] == ("first_entry", "")
    assert told["DNK-HQ-1", "7"] == ("first_entry", "")  # in London, where nobody was before


def test_who_moves_with_the_headquarters_goes_onward_and_is_back_once(tmp_path: Path) -> None:
    case = write_case(tmp_path)
    starts = (("DNK-HQ-1", "L02", "hq", 4, 1),)
    content = gathered.content(run_of(case, tmp_path, starts).report)
    assert [(stay.area, stay.first) for stay in content.stays] == [("paris", 1), ("london", 7)]
    told = rows(deployment.write(content)["deployment.csv"])
    assert [
        (
            r["serial"],
            r["movement"],
            r["origin"],
            r["destination"],
            r["from"],
            r["until"],
            r["back"],
        )
        for r in told
    ] == [
        ("1", "first_entry", "DNK", "paris", "4", "6", ""),
        ("1-2", "onward", "paris", "london", "7", "9", ""),
    ]


def test_dates_stand_where_c_day_has_one_and_nowhere_else(tmp_path: Path) -> None:
    _, dated = made(tmp_path / "dated")
    row = rows(deployment.write(dated)["deployment.csv"])[1]
    assert (row["from"], row["arrives"], row["leaves"]) == ("4", "2027-02-15", "2027-05-15")
    _, plain = made(tmp_path / "plain", UNDATED)
    assert {r["arrives"] for r in rows(deployment.write(plain)["deployment.csv"])} == {""}
    spans = ElementTree.fromstring(str(kml.write(dated)["places.kml"])).iter(f"{KML}TimeSpan")
    assert next(spans)[0].text == "2026-11-15"
    assert "TimeSpan" not in str(kml.write(plain)["places.kml"])


# Places and the map


def within(point: tuple[float, float], country: str) -> bool:
    """Whether a point in degrees is inside a country: rays cross its rings an odd number of times."""
    x, y = point
    crossed = 0
    for ring in outlines.outlines()[country]:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                crossed += 1
    return crossed % 2 == 1


@pytest.mark.parametrize(
    "point",
    [(34.10, 44.95), (33.60, 44.58), (36.3, 45.3), (34.4, 45.7), (37.8, 48.0), (30.5, 50.4)],
    ids=["Simferopol", "Sevastopol", "Kerch", "Dzhankoi", "Donetsk", "Kyiv"],
)
def test_crimea_is_drawn_as_ukraine(point: tuple[float, float]) -> None:
    assert within(point, "UKR")
    assert not within(point, "RUS")


def test_rostov_is_russia_and_the_outlines_are_small() -> None:
    assert within((39.7, 47.4), "RUS")
    assert (places.DATA / "outlines.json").stat().st_size <= 100_000


def test_every_area_of_the_shipped_case_has_coordinates_and_their_basis() -> None:
    areas = set(read_case(ROOT / "data").case.areas)
    assert areas == set(places.known())
    assert all(place.basis for place in places.known().values())


def test_a_place_without_coordinates_is_listed_and_not_guessed(tmp_path: Path) -> None:
    yaml = YAML.replace("poland", "atlantis")
    case = write_case(tmp_path, yaml=yaml, lines=LINES.replace("poland", "atlantis"))
    starts = tuple(tuple("atlantis" if e == "poland" else e for e in s) for s in STARTS)
    content = gathered.content(run_of(case, tmp_path, starts).report)
    collection = geojson.collection(content)
    assert collection["unlocated"] == ["atlantis"]
    feature = next(f for f in collection["features"] if f["id"] == "atlantis")
    assert feature["geometry"] is None
    assert feature["properties"]["contents"]
    assert "on no map: Atlantis" in atlas.picture(content)
    assert "on no map: Atlantis" in str(kml.write(content)["places.kml"])


def test_a_map_says_of_what_it_is_and_of_which_month(content: Content) -> None:
    for name, said in (
        ("map.svg", "Basing by nation, month"),
        ("map-over-time.svg", "Basing over"),
    ):
        root = ElementTree.fromstring(str(atlas.write(content)[name]))
        first = next(root.iter(f"{SVG}text")).text or ""
        assert first.startswith(said)
        assert content.title in first
    month = content.months[content.shown - 1]
    assert f"month {month.number}" in str(atlas.write(content)["map.svg"]).split("<text", 2)[1]


def test_a_label_of_the_map_is_as_wide_as_what_stands_in_it() -> None:
    """A name of a place is bold, and so wider than other text of its size."""
    font = ImageFont.truetype(FONTS / "DejaVuSansCondensed-Bold.ttf", 100)
    for name in ("Odesa and the ports", "Bulgaria", "Kyiv and its region", "West"):
        each = atlas.Based("odesa", f"{name}", (("FRA", 1150),), (("FRA", 1),), seat=False)
        drawn = "".join(atlas._label(each, *outlines.size(960), []))
        (wide,) = re.findall(r'<rect[^>]* width="([\d.]+)"', drawn)
        for head in re.findall(r'font-weight="bold">([^<]*)<', drawn):
            assert font.getlength(head) * 0.11 / 0.9 + 6 <= float(wide), head


def test_labels_of_the_map_meet_neither_each_other_nor_a_circle_nor_crimea(
    content: Content,
) -> None:
    taken = [outlines.crimea(960)]
    there = [each for each in atlas.based(content, content.shown) if each.area in places.known()]
    taken += [atlas._marker_box(each, 960) for each in there]
    before = len(taken)
    for each in there:
        atlas._label(each, *outlines.size(960), taken)
    labels = taken[before:]
    assert len(labels) == len(there) > 1
    for i, box in enumerate(labels):
        assert not any(atlas._meeting(box, other) > 4 for other in taken[: before + i])
        assert 0 <= box[0] < box[2] <= 960


# Safe, and the same each time


def test_every_file_is_well_formed_with_hostile_text_and_the_same_each_time(
    tmp_path: Path,
) -> None:
    content = hostile(tmp_path / "case")
    files = formats.written(content, WANTED)
    assert files == formats.written(content, WANTED)
    assert set(files) == {name for each in WANTED for name in formats.FORMATS[each].files}
    for name, text in files.items():
        if name.endswith((".svg", ".kml")):
            root = ElementTree.fromstring(str(text))
            assert not [each for each in root.iter() if each.tag.endswith("script")]
        elif name.endswith("json"):
            json.loads(str(text))
        else:
            assert not [c for row in rows(text) for c in row.values() if c[:1] in "=+@" and c]
        if name.endswith(".svg"):
            head = [each.tag for each in list(root)[:2]]
            assert head == [f"{SVG}title", f"{SVG}desc"]


def test_a_plan_that_is_not_proven_and_its_marking_stand_on_every_picture(tmp_path: Path) -> None:
    content = hostile(tmp_path / "case")
    files = formats.written(content, [*WANTED, "svg"])
    pictures = [name for name in files if name.endswith(".svg")]
    assert len(pictures) == 3 + len(formats.PICTURES)
    assert "NOT PROVEN" in str(files["orbat.json"])
    for name in (*pictures, "places.kml"):
        text = unescape(str(files[name]))
        for mark in ("NOT PROVEN", content.classification, content.origin.run):
            assert mark in text, (name, mark)


def test_a_plan_in_which_nobody_is_anywhere_is_told_too(tmp_path: Path) -> None:
    case = write_case(tmp_path, OFFERS)
    content = gathered.content(run_of_nothing(case, tmp_path))
    files = formats.written(content, WANTED)
    assert rows(files["deployment.csv"]) == []
    assert "Nobody is in place." in str(files["orbat.svg"])
