"""``report.xlsx``: the tables of the run read back, text that stays text, the same bytes."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from reports import formats, xlsx
from reports.content import Content
from reports.run import Run
from reports.sheets import sheets
from reports.svg import SHADES
from reports.table_sheet import TOP
from reports.tables import cell
from tests.test_html import HOSTILE, compared, hostile
from tests.test_reports import run_of, write_case

DOCS = Path(__file__).resolve().parents[1] / "docs" / "workbook.md"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("case")
    return run_of(write_case(folder), folder)


@pytest.fixture(scope="module")
def book(run: Run) -> Workbook:
    raw = run.files["report.xlsx"]
    assert isinstance(raw, bytes)
    return load_workbook(io.BytesIO(raw))


def opened(content: Content) -> Workbook:
    raw = xlsx.write(content)["report.xlsx"]
    assert isinstance(raw, bytes)
    return load_workbook(io.BytesIO(raw))


def table(book: Workbook, name: str) -> list[dict[str, Any]]:
    names, *rows = book[name].iter_rows(min_row=TOP, values_only=True)
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def links(sheet: Any) -> list[Any]:
    return [each.hyperlink for row in sheet.iter_rows() for each in row if each.hyperlink]


def rows_of(run: Run, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(str(run.files[name]))))


@pytest.mark.parametrize("name", ["Assignments", "Gaps"])
def test_assignments_and_gaps_read_back_are_those_of_the_csv_files(
    run: Run, book: Workbook, name: str
) -> None:
    told = rows_of(run, f"{name.lower()}.csv")
    read = [
        {column: cell("" if row[column] is None else row[column]) for column in told[0]}
        for row in table(book, name)
    ]
    key = lambda row: tuple(row.values())  # noqa: E731
    assert sorted(read, key=key) == sorted(told, key=key)


def test_coverage_read_back_is_that_of_the_csv_file(run: Run, book: Workbook) -> None:
    told = rows_of(run, "coverage.csv")
    lines = {row["line"]: row for row in table(book, "Lines")}
    by_line = {
        name: {row["line"]: row for row in table(book, name)}
        for name in ("Missing", "Covered", "States")
    }
    read = [
        {
            "line": line,
            "role": row["role"],
            "month": str(month),
            "minimum": cell(lines[line]["minimum"]),
            "target": cell(lines[line]["target"]),
            "covered": cell(row[f"m{month}"]),
            "shortfall": cell(by_line["Missing"][line][f"m{month}"]),
            "state": by_line["States"][line][f"m{month}"],
        }
        for line, row in by_line["Covered"].items()
        for month in range(1, 10)
        if row[f"m{month}"] is not None
    ]
    key = lambda row: (row["line"], int(row["month"]))  # noqa: E731
    assert sorted(read, key=key) == sorted(told, key=key)


def test_dates_are_dates_and_shares_are_shares(book: Workbook) -> None:
    begins = [row["begins"] for row in table(book, "Assignments")]
    assert begins[0] == datetime.datetime(2026, 11, 15)
    index = table(book, "Roles")[-1]["index"]
    assert 0 < index < 1
    assert book["Index"]["B4"].value == pytest.approx(index)
    assert book["Index"]["B4"].number_format == "0.0%"


def test_a_filter_frozen_names_and_a_page_of_a4_with_the_marking_on_every_sheet(
    book: Workbook,
) -> None:
    for sheet in book.worksheets:
        assert sheet["A1"].value == "TEST RESTRICTED"
        assert sheet.oddHeader is not None
        assert sheet.oddHeader.center.text == "TEST RESTRICTED"
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.print_area
        if sheet.title not in ("Index", "Charts"):
            assert sheet.auto_filter.ref == f"A{TOP}:{sheet.dimensions.split(':')[1]}"
            assert sheet.freeze_panes in (f"B{TOP + 1}", f"C{TOP + 1}")
            assert sheet.print_title_rows == f"${TOP - 1}:${TOP}"


def test_no_text_begins_where_the_number_beside_it_ends(book: Workbook) -> None:
    """Numbers end at the right edge of their cell, so that the two would be read as one."""
    seen = 0
    for sheet in book.worksheets[2:]:
        for row in sheet.iter_rows(min_row=TOP + 1):
            for number, text in pairwise(row):
                if isinstance(number.value, int | float) and isinstance(text.value, str):
                    seen += 1
                    look = (text.alignment.horizontal, text.alignment.indent)
                    centred = number.alignment.horizontal == "center"
                    assert centred or look == ("left", 1), (sheet.title, text.coordinate)
    assert seen > 10


def test_every_link_leads_to_a_cell_that_is_there(book: Workbook) -> None:
    linked = set()
    for sheet in book.worksheets:
        for link in links(sheet):
            assert link.location
            goal, place = link.location.split("!")
            linked.add((sheet.title, goal.strip("'")))
            assert book[goal.strip("'")][place].value
            assert not link.target
    assert {("Index", name) for name in book.sheetnames[1:]} <= linked
    assert ("Gaps", "Lines") in linked


def test_what_is_missing_has_the_colours_of_the_picture(book: Workbook) -> None:
    rules = [rule for each in book["Missing"].conditional_formatting for rule in each.rules]
    fills = {str(rule.dxf.fill.bgColor.rgb)[-6:].lower() for rule in rules}
    assert fills == {shade[1:] for shade in SHADES}


def test_charts_are_the_spreadsheets_own_and_take_every_row(run: Run) -> None:
    raw = run.files["report.xlsx"]
    assert isinstance(raw, bytes)
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        charts = [packed.read(n).decode() for n in packed.namelist() if "charts/chart" in n]
    assert [each.count("<c:ser>") for each in charts] == [3, 4, 1]


def test_what_a_chart_tells_apart_differs_in_more_than_its_colour(run: Run) -> None:
    raw = run.files["report.xlsx"]
    assert isinstance(raw, bytes)
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        coverage, people = (packed.read(f"xl/charts/chart{i}.xml").decode() for i in (1, 2))

    def looks(xml: str, what: str) -> list[tuple[str, ...]]:
        return [tuple(re.findall(what, each)) for each in xml.split("<c:ser>")[1:]]

    lines = looks(coverage, r'a:prstDash val="(\w+)"|c:symbol val="(\w+)"')
    assert len(set(lines)) == len(lines)
    hatched = looks(people, r'a:pattFill prst="(\w+)"|<a:solidFill><a:srgbClr val="(\w+)"')
    assert len(set(hatched)) == len(hatched)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return hostile(tmp_path_factory.mktemp("hostile"))


def test_text_of_the_case_is_text_and_never_a_formula_or_a_link_out(bad: Content) -> None:
    book = opened(bad)
    seen = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for each in row:
                assert each.data_type != "f"
                if isinstance(each.value, str):
                    seen.add(each.value)
                    if each.value.startswith("="):
                        assert each.quotePrefix
        assert all(not link.target for link in links(sheet))
    for each in (*HOSTILE[:2], HOSTILE[5]):
        assert any(each in text for text in seen)


def test_a_plan_that_is_not_proven_says_so_on_every_sheet_and_page(bad: Content) -> None:
    for sheet in opened(bad).worksheets:
        assert f"{HOSTILE[0]} \\22 ; }}. NOT PROVEN" in str(sheet["A1"].value)
        assert "NOT PROVEN" in str(sheet.oddHeader.center.text)


def test_the_workbook_is_the_same_bytes_each_time(bad: Content) -> None:
    assert xlsx.write(bad) == xlsx.write(bad)


def test_the_names_of_sheets_and_columns_are_those_of_the_docs(tmp_path: Path) -> None:
    content = compared(tmp_path / "case")
    told = {}
    for row in re.findall(r"^\| ([A-Z]\w+) \| [^|]+ \| (.+) \|$", DOCS.read_text("utf-8"), re.M):
        told[row[0]] = re.findall(
            r"`(\w+)`", row[1].split(":", 1)[-1] if ".csv" in row[1] else row[1]
        )
    for sheet in sheets(content):
        names = [each.name for each in sheet.columns if not re.fullmatch(r"m[2-9]", each.name)]
        listed = [each for each in told[sheet.name] if each in names]
        assert (
            listed == names if sheet.name not in ("Roles", "Proof") else set(listed) == set(names)
        )
    assert "report.xlsx" in formats.FILES
