"""CSV as people's spreadsheets write it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from model import csv_source
from model.csv_source import Table
from model.faults import Fault
from model.read import LINE_COLUMNS, OFFER_COLUMNS
from tests.conftest import LINES as LINES_TEXT
from tests.conftest import OFFERS as OFFERS_TEXT
from tests.conftest import Files

OFFERS, LINES = "capabilities.csv", "requirements.csv"


def parse(text: str) -> tuple[Table, list[Fault]]:
    return csv_source.parse(text, "f.csv", ("offer", "units", "note"), ("offer", "units"))


def cells(text: str) -> list[dict[str, str]]:
    table, faults = parse(text)
    assert not faults
    return [row.cells for row in table.rows]


PLAIN = [{"offer": "A", "units": "3", "note": "x"}]


@pytest.mark.parametrize(
    "text",
    [
        "offer,units,note\nA,3,x\n",
        "offer,units,note\nA,3,x",
        "offer,units,note\r\nA,3,x\r\n",
        "offer,units,note\rA,3,x\r",
        "offer;units;note\nA;3;x\n",
        " offer , units ,note\n A ,\t3, x \n",
        '"offer","units","note"\n"A","3","x"\n',
        "\n,,\noffer,units,note\n,,\n\nA,3,x\n , ,\n",
        "note,units,offer\nx,3,A\n",
        "offer,units,note,,\nA,3,x,,\n",
        "offer,units,note\nA,3,x,,,\n",
    ],
)
def test_spreadsheets_write_the_same_table_in_many_ways(text: str) -> None:
    assert cells(text) == PLAIN


def test_a_quoted_cell_may_hold_separators_quotes_and_newlines() -> None:
    assert cells('offer,units,note\nA,3,"a, ""b""\nc"\n')[0]["note"] == 'a, "b"\nc'
    assert cells('offer;units;note\nA;3;"a; b"\n')[0]["note"] == "a; b"


def test_a_short_row_ends_in_blanks() -> None:
    assert cells("offer,units,note\nA,3\n") == [{**PLAIN[0], "note": ""}]


def test_a_row_is_counted_as_the_spreadsheet_does_and_lies_where_the_file_says() -> None:
    table, _ = parse('offer,units,note\n\nA,3,"x\ny"\n,,\nB,1,\n')
    assert [(row.number, row.line) for row in table.rows] == [(3, 3), (5, 6)]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("3", 3), ("3.0", 3), ("3.", 3), ("+3", 3), ("-3", -3), ("003", 3),
        ("0.1", Fraction(1, 10)), (".5", Fraction(1, 2)), ("-0.5", Fraction(-1, 2)),
        ("2.50", Fraction(5, 2)), ("1e3", "1e3"), ("0x1F", "0x1F"), ("3 000", "3 000"), ("", ""),
        ("1,5", "1,5"), ("inf", "inf"), ("nan", "nan"), ("½", "½"), ("٣", "٣"), ("--3", "--3"),
        ("1" * 13, 1111111111111), ("1" * 41, "1" * 41),
    ],
)  # fmt: skip
def test_a_number_is_exactly_what_is_written(cell: str, meant: object) -> None:
    table, _ = parse("offer,units\nA,3\n")
    assert table.number(cell) == meant


def test_a_decimal_comma_needs_the_semicolon() -> None:
    table, _ = parse("offer;units\nA;3\n")
    assert table.number("1,5") == Fraction(3, 2)
    assert table.number("1.5") == Fraction(3, 2)
    assert table.number("1,5,0") == "1,5,0"


# The shape of the table


def places(text: str) -> list[tuple[int, str, str, str]]:
    return [(f.line, f.place, f.value, f.message) for f in parse(text)[1]]


def test_a_missing_column_is_named() -> None:
    assert places("offer,note\nA,x\n") == [(1, "header", "", "column units is missing")]


@pytest.mark.parametrize("name", ["unit", "Units", "UNITS", "un its", "u-n_its", "unitz"])
def test_a_misspelt_column_is_an_error_that_names_the_known_one(name: str) -> None:
    (fault,) = parse(f"offer,{name},note\nA,3,x\n")[1]
    assert (fault.line, fault.place, fault.value) == (1, "column 2", name.strip())
    assert fault.allowed == "known: units"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("avialable_from", "available_from"),  # two edits, from eight letters on
        ("Available From", "available_from"),
        ("availabel_until", "available_until"),
        ("personell", "personnel"),
        ("notice days", "notice_days"),
        ("touer", "tour"),
        ("as of", "as_of"),
    ],
)
def test_a_misspelt_column_of_the_contract_is_found(files: Files, name: str, meant: str) -> None:
    header = OFFERS_TEXT.splitlines()[0]
    assert meant in OFFER_COLUMNS
    fault = files.change(OFFERS, header, header.replace(meant, name)).fault()
    assert (fault.file, fault.line, fault.value) == (OFFERS, 1, name)
    assert fault.allowed == f"known: {meant}"


@pytest.mark.parametrize("name", ["readiness", "cost", "tur_nr", "until_when", "uints", "x"])
def test_a_column_that_is_like_none_is_no_error(name: str) -> None:
    table, faults = parse(f"offer,units,note,{name}\nA,3,x,7\n")
    assert not faults
    assert table.unknown == (name,)


def test_no_known_column_is_like_another() -> None:
    for columns in (OFFER_COLUMNS, LINE_COLUMNS):
        assert not csv_source.parse(",".join(columns), "f.csv", columns, columns)[1]


def test_a_column_twice_is_an_error() -> None:
    assert places("offer,units,units\nA,3,4\n") == [
        (1, "column 3", "units", "stands in the header twice")
    ]


def test_an_unknown_column_twice_is_an_error_too() -> None:
    assert places("offer,units,cost,cost\nA,3,4,5\n") == [
        (1, "column 4", "cost", "stands in the header twice")
    ]


def test_a_row_longer_than_the_header_is_an_error() -> None:
    assert places("offer,units,note\nA,3,x\nB,1,a, b\n") == [
        (3, "row 3", "b", "the row has 4 cells, the header 3")
    ]


def test_a_cell_under_no_name_is_an_error() -> None:
    assert places("offer,units,,note\nA,3,lost,x\n") == [
        (2, "row 2", "lost", "column 3 has no name")
    ]


@pytest.mark.parametrize(
    ("text", "line", "row"),
    [
        ('offer,units,note\nA,3,"x\nB,1,y\n', 2, "row 2"),
        ('offer,units,note\nA,3,x\nB,1,"y" z\n', 3, "row 3"),
        ('"offer,units,note\nA,3,x\n', 1, "row 1"),
    ],
)
def test_quoting_that_does_not_end_is_named_where_it_begins(text: str, line: int, row: str) -> None:
    found = places(text)
    assert found[0][:2] == (line, row)
    assert found[0][3].startswith("is no CSV: ")


def test_a_cell_beyond_all_measure_is_an_error() -> None:
    assert places(f"offer,units,note\nA,3,{'x' * 200_000}\n")[0][:2] == (2, "row 2")


def test_rows_beyond_all_measure_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_source, "MAX_ROWS", 2)
    assert places("offer,units\nA,3\nB,3\nC,3\nD,3\n") == [(4, "", "", "has more than 2 rows")]


# The same through the reader


def test_a_header_alone_is_a_table_without_rows(files: Files) -> None:
    files.replace(OFFERS, OFFERS_TEXT.splitlines()[0] + "\n").replace(
        LINES, LINES_TEXT.splitlines()[0]
    )
    case = files.read().case
    assert case.offers == case.lines == ()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("semicolon", [False, True])
def test_a_spreadsheet_s_files_are_the_same_case(
    files: Files, mark: str, end: str, semicolon: bool
) -> None:
    plain = files.read().case
    for file, text in ((OFFERS, OFFERS_TEXT), (LINES, LINES_TEXT)):
        if semicolon:
            text = text.replace(",", ";").replace("0.5", "0,5")
        files.replace(file, mark + text.replace("\n", end))
    files.replace("constraints.yaml", mark.encode() + files.contents["constraints.yaml"])
    case = files.read().case
    assert (case.offers, case.lines, case.caveats) == (plain.offers, plain.lines, plain.caveats)


def test_three_point_nought_is_three_and_decimals_are_exact(files: Files) -> None:
    files.change(OFFERS, "infantry,6,700", "infantry,6.0,700.00").change(
        LINES, "0.5,1,3", "0.1,0.7,3.0"
    )
    case = files.read().case
    assert (case.offers[0].units, case.offers[0].personnel) == (6, 700)
    line = case.lines[0]
    assert (line.minimum, line.target) == (Fraction(7, 10), 3)
    assert line.elsewhere == (("poland", Fraction(1, 10)),)


def test_a_line_of_the_yaml_is_found_after_windows_newlines(files: Files) -> None:
    text = files.contents["constraints.yaml"].replace(b"\n", b"\r\n")
    files.replace("constraints.yaml", text).change("constraints.yaml", "rate: 0.8", "rate: 0")
    assert files.fault().line == 18


def test_a_row_after_a_cell_of_two_lines_is_named_by_row_and_by_line(files: Files) -> None:
    files.change(OFFERS, "a paper", '"a paper,\nof two lines"').change(
        OFFERS, "armour,3", "armour,0"
    )
    fault = files.fault()
    assert (fault.line, fault.place) == (4, "row 3, column units")
