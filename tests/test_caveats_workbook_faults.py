"""``caveats import`` of what will not do: cells, rows and headings, and files that are none."""

from __future__ import annotations

import datetime
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from model import exchange, xlsx_source
from tests.test_caveats_cli import YAML, text
from tests.test_caveats_workbook import (
    HEADS,
    cell,
    changed,
    edited,
    export,
    new_row,
    refused,
    sheet_of,
    take,
)
from tests.test_cli import write_case


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_case(tmp_path / "case", yaml=YAML)


# What is wrong in a cell: all of it at once, each with its place


@pytest.mark.parametrize(
    ("name", "column", "value", "said"),
    [
        ("BEL-VOTE", "status", "gone", "'gone': is not allowed here; allowed: 'granted'"),
        ("BEL-VOTE", "month", "May", "'May': is not allowed here; allowed: a whole number, 1 or"),
        ("BEL-VOTE", "month", 1.5, "'1.5': is not allowed here; allowed: a whole number, 1 or"),
        ("BEL-VOTE", "month", True, "is not allowed here"),
        ("BEL-VOTE", "probability", 60, "a number from 0 to 1"),
        ("BEL-VOTE", "probability", datetime.date(2026, 5, 1), "a date where a number is meant"),
        ("BEL-VOTE", "as_of", "6 Jan 2026", "is not a date; allowed: an ISO date"),
        ("BEL-VOTE", "as_of", datetime.datetime(2026, 1, 6, 14), "is a time of day"),
        ("BEL-VOTE", "text", datetime.date(2026, 1, 6), "is a date where text is meant"),
        ("BEL-VOTE", "text", True, "is TRUE or FALSE where text is meant"),
        ("BEL-VOTE", "text", "a\u200bb", "holds the character U+200B"),
        ("BEL-VOTE", "active", "perhaps", "is neither true nor false"),
        ("BEL-VOTE", "source", "#REF!", "is an error of the sheet"),
        ("BEL-VOTE", "month", "=1+1", "'=1+1': is a formula without a value"),
        ("BEL-VOTE", "units", 3, "is no field of kind approval; leave it blank; a caveat of kind approval has body"),
        ("BEL-VOTE", "nation", "BLE", "is no known nation"),
        ("BEL-VOTE", "kind", "ceiling", "cannot be changed; put back approval"),
        ("ALB-US", "requires", "us eu", "'eu': is no known condition"),
        ("ALB-US", "applies_to.areas", "kiev", "'kiev': is no known area; nearest: kyiv"),
        ("ALB-US", "applies_to.areas", " , ", "is an empty list"),
    ],
)  # fmt: skip
def test_a_cell_that_will_not_do_is_told_with_its_place(
    case: Path, name: str, column: str, value: object, said: str
) -> None:
    book = export(case)
    row = cell(sheet_of(openpyxl.load_workbook(book)), name, column).row

    def type_in(sheet: Any) -> None:
        cell(sheet, name, column).value = value
        cell(sheet, "DNK-OFF", "ask_cost").value = -1

    answer = refused(case, changed(book, type_in), said)
    assert f"book.xlsx:{row}: sheet Caveats, row {row}, column {column}: " in answer.err
    assert "row 8, column ask_cost: '-1': is not allowed here" in answer.err
    assert "2 faults" in answer.err


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "ceiling", "nation": "BEL"}, "column id: is missing"),
        ({"id": "NEW", "nation": "BEL"}, "column kind: kind is missing"),
        ({"id": "NEW", "kind": "cieling", "nation": "BEL"}, "is no known kind; nearest: ceiling"),
        ({"id": "NEW", "kind": "ceiling", "nation": "BEL"}, "row 17: gives no bound"),
        ({"id": "NEW", "kind": "exclusion"}, "row 17: needs either nation or nations"),
        ({"id": "A B", "kind": "exclusion", "nation": "BEL"}, "column id: 'A B': is not a name"),
        ({"id": "BEL-VOTE", "kind": "exclusion", "nation": "BEL"}, "stands already in row 5"),
    ],
)
def test_a_new_row_that_will_not_do_is_told(case: Path, values: dict[str, Any], said: str) -> None:
    book = changed(export(case), lambda sheet: new_row(sheet, **values))
    answer = refused(case, book, said, "row 17")
    assert "1 fault." in answer.err


def test_an_id_that_something_else_has_is_refused(case: Path) -> None:
    values = {"id": "kyiv", "kind": "exclusion", "nation": "BEL"}
    book = changed(export(case), lambda sheet: new_row(sheet, **values))
    refused(case, book, "'kyiv': is the id of a caveat and of an area")


def test_a_date_without_the_form_of_one_is_no_date(case: Path) -> None:
    def type_in(sheet: Any) -> None:
        cell(sheet, "BEL-VOTE", "as_of").number_format = "General"
        cell(sheet, "BEL-VOTE", "as_of").value = 46028

    refused(case, changed(export(case), type_in), "row 5, column as_of: '46028': is not a date")


def test_a_formula_gives_the_value_that_was_last_worked_out(case: Path) -> None:
    book = export(case)
    at = cell(sheet_of(openpyxl.load_workbook(book)), "ALB-CEILING", "units").coordinate
    repack(book, "xl/worksheets/sheet2.xml", f'<c r="{at}"', "<v>1</v>", "<f>3+4</f><v>7</v>")
    answer = take(case, book)
    assert answer.code == 0, answer.err
    assert "column units: '7': is what a formula gave" in answer.out
    assert "units: 7" in text(case)


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Status", "column H: 'Status': looks like a misspelt column; known: status"),
        ("grace", "'grace': stands in the headings twice"),
    ],
)
def test_a_heading_that_will_not_do_is_told(case: Path, heading: str, said: str) -> None:
    def rename(sheet: Any) -> None:
        cell(sheet, "id", "status").value = heading

    refused(case, changed(export(case), rename), said)


def test_a_sheet_without_headings_is_told(case: Path) -> None:
    refused(case, changed(export(case), lambda s: s.delete_rows(HEADS)), "no headings id and kind")


# Files that are none, or not ours


def repack(book: Path, part: str, after: str, old: str, new: str) -> None:
    """Replace text in a part of the archive: the first ``old`` behind ``after``."""
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    head, mark, tail = parts[part].decode().partition(after)
    assert mark
    assert old in tail
    parts[part] = f"{head}{mark}{tail.replace(old, new, 1)}".encode()
    with zipfile.ZipFile(book, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def packed(**parts: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return raw.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is no Excel workbook"),
        (b"id,kind\nA,ceiling\n", "save it as an Excel workbook (.xlsx)"),
        (OLE, "is a workbook of an old kind (.xls)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (packed(mimetype=b"application/vnd.oasis"), "is an OpenDocument file"),
        (packed(xl__workbook_bin=b""), "is a binary workbook (.xlsb)"),
        (packed(a_txt=b"x"), "cannot be read as an Excel workbook"),
        (packed(xl__bomb_xml=bytes(70_000_000)), "unpacks to more than"),
    ],
    ids=["empty", "csv", "xls", "password", "ods", "xlsb", "zip", "bomb"],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused(case: Path, raw: bytes, said: str) -> None:
    book = case.parent / "other.xlsx"
    book.write_bytes(raw)
    refused(case, book, "other.xlsx: ", said)


@pytest.mark.parametrize("cut", [10, 1000, -100])
def test_a_broken_file_is_refused(case: Path, cut: int) -> None:
    book = export(case)
    book.write_bytes(book.read_bytes()[:cut])
    refused(case, book, "is no Excel workbook, or is broken")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_a_part_that_is_no_xml_is_refused(case: Path, part: str) -> None:
    book = export(case)
    repack(book, part, "<?xml", ">", "><oops")
    refused(case, book, "cannot be read as an Excel workbook")


def test_entities_are_not_expanded(case: Path) -> None:
    book = export(case)
    doctype = '>\n<!DOCTYPE sst [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    repack(book, "xl/sharedStrings.xml", "<?xml", ">", doctype)
    refused(case, book, "cannot be read as an Excel workbook: EntitiesForbidden")


def test_a_part_that_says_it_is_smaller_than_it_is_cannot_grow(case: Path) -> None:
    raw = bytearray(packed(xl__bomb_xml=bytes(1_000_000)))
    size = (1_000_000).to_bytes(4, "little")
    assert raw.count(size) == 2
    book = case.parent / "liar.xlsx"
    book.write_bytes(raw.replace(size, (10).to_bytes(4, "little")))
    refused(case, book, "is no Excel workbook, or is broken")


def test_a_sheet_that_holds_too_much_is_refused(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_source, "MAX_CELLS", 600)
    refused(case, export_unproven(case, monkeypatch), "holds too much; at most 600 filled cells")


def export_unproven(case: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with monkeypatch.context() as patched:
        patched.setattr(xlsx_source, "MAX_CELLS", 10**6)
        book = export(case)

    def fill(sheet: Any) -> None:
        for number in range(700):
            sheet.cell(100 + number, 60).value = number

    return changed(book, fill)


def test_a_workbook_that_was_not_exported_is_refused(case: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "kind", "nation"])
    book.save(case.parent / "own.xlsx")
    refused(case, case.parent / "own.xlsx", "was not written by `caveats export`")


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        ("B5", "FRA", "sheet Exported: was changed"),
        ("A1", "x", "was not written by `caveats export`"),
        ("B1", 2, "was written by another version"),
    ],
)
def test_a_record_that_was_changed_is_refused(
    case: Path, at: str, value: object, said: str
) -> None:
    book = openpyxl.load_workbook(export(case))
    book[exchange.RECORD][at].value = value
    book.save(case.parent / "book.xlsx")
    refused(case, case.parent / "book.xlsx", said)


def test_two_sheets_of_caveats_are_told_apart_by_name_or_not_at_all(case: Path) -> None:
    book = openpyxl.load_workbook(export(case))
    copy = book.copy_worksheet(sheet_of(book))
    copy.title = "Copy"
    book.save(case.parent / "book.xlsx")
    assert "Nothing changes" in take(case, case.parent / "book.xlsx").out
    sheet_of(book).title = "Old"
    book.save(case.parent / "book.xlsx")
    refused(case, case.parent / "book.xlsx", "holds several sheets of caveats; sheets: Old, Copy")


@pytest.mark.skipif(os.name != "posix", reason="folders are files there")
def test_a_folder_is_no_workbook(case: Path) -> None:
    refused(case, case, "is no file")
    refused(case, case / "none.xlsx", "none.xlsx: is missing in")


def test_an_import_needs_a_reason(case: Path) -> None:
    book = edited(export(case), BEL_VOTE={"grace": 2})
    answer = take(case, book, "--why", " ")
    assert answer.code == 2
    assert "--why: is missing" in answer.err
    assert text(case) == YAML
