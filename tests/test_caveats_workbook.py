"""``caveats export`` and ``caveats import``: out into a workbook, edited there, and back."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from model import edit, exchange
from tests.conftest import SOAK
from tests.test_caveats_cli import ROOT, YAML, entries, files, muster, text
from tests.test_cli import Answer, write_case

Edit = Callable[[Any], None]
CASE_ALONE = shutil.ignore_patterns("scenarios")
HEADS = 4
"""The row with the headings."""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_case(tmp_path / "case", yaml=YAML)


EXPORTED: dict[str, bytes] = {}
"""The same text gives the same workbook: each is written once."""


def export(case: Path) -> Path:
    book = case.parent / "book.xlsx"
    if text(case) not in EXPORTED:
        answer = muster("export", book, "--case", case, "--replace")
        assert answer.code == 0, answer.err
        EXPORTED[text(case)] = book.read_bytes()
    book.write_bytes(EXPORTED[text(case)])
    return book


def take(case: Path, book: Path, *more: str) -> Answer:
    return muster("import", book, "--case", case, *(more or ("--why", "x")))


def sheet_of(book: Any) -> Any:
    return book[exchange.CAVEATS]


def cell(sheet: Any, name: str, column: str) -> Any:
    """Return the cell of a caveat, wherever row and column stand by now."""
    heads = {each.value: each.column for row in sheet.iter_rows(max_row=8) for each in row}
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=HEADS)}
    return sheet.cell(rows[name], heads[column])


def edited(book: Path, **by_id: dict[str, Any]) -> Path:
    """Type values into cells, as a person would; ids with ``_`` for ``-``."""

    def type_in(sheet: Any) -> None:
        for name, values in by_id.items():
            for column, value in values.items():
                found = cell(sheet, name.replace("_", "-"), column)
                found.value = value
                if found.data_type == "f" and column in ("text", "source"):
                    found.data_type = "s"  # the cell is one for text

    return changed(book, type_in)


def changed(book: Path, edit: Edit) -> Path:
    opened = openpyxl.load_workbook(book)
    edit(sheet_of(opened))
    opened.save(book)
    return book


def new_row(sheet: Any, **values: Any) -> None:
    row = sheet.max_row + 1
    for column, value in values.items():
        sheet.cell(row, cell(sheet, "id", column).column).value = value


def refused(case: Path, book: Path, *said: str, more: tuple[str, ...] = ()) -> Answer:
    """Import what is wrong, tried or meant: the faults are told, and nothing is written."""
    before = files(case)
    for way in (("--dry-run", *more), ("--why", "x", *more)):
        answer = take(case, book, *way)
        assert answer.code == 2, answer.out
        for each in said:
            assert each in answer.err
        assert answer.err.endswith("Nothing was written.\n")
        assert files(case) == before
    return answer


# Out


def test_the_workbook_holds_texts_numbers_and_dates_as_what_they_are(case: Path) -> None:
    (case / "constraints.yaml").write_text(
        YAML.replace("force: T", "classification: TOP & SECRET\nforce: T").replace(
            "'a paper'", "'=1+1'"
        )
    )
    book = openpyxl.load_workbook(export(case))
    assert [(each.title, each.sheet_state) for each in book] == [
        ("Read me", "visible"), ("Caveats", "visible"), ("Names", "visible"),
        (exchange.RECORD, "veryHidden"),
    ]  # fmt: skip
    for each in book.worksheets[:3]:
        assert each["A1"].value == "TOP & SECRET"
        assert "TOP && SECRET" in each.oddHeader.center.text
    sheet = sheet_of(book)
    for name, column, value, kind in (
        ("BEL-VOTE", "status", "pending", "s"),
        ("BEL-VOTE", "probability", 0.5, "n"),
        ("BEL-VOTE", "as_of", datetime.datetime(2026, 1, 6), "d"),
        ("BEL-VOTE", "source", "=1+1", "s"),
        ("BEL-VOTE", "active", "yes", "s"),
        ("DNK-OFF", "active", "no", "s"),
        ("BEL-TWO", "offers", "CZE-LAND-1 BEL-LAND-1", "s"),
        ("ALB-US", "applies_to.roles", "land", "s"),
        ("ALB-CEILING", "units", 1, "n"),
        ("ALB-CEILING", "personnel", None, "n"),
    ):
        found = cell(sheet, name, column)
        assert (found.value, found.data_type) == (value, kind)
    assert "Belgium: may deploy" in cell(sheet, "BEL-VOTE", "in words").value
    assert cell(sheet, "BEL-VOTE", "text").number_format == "@"
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref.startswith("A4:")
    assert "us" in [each.value for row in book["Names"].iter_rows() for each in row]


def test_what_can_be_chosen_is_offered(case: Path) -> None:
    sheet = sheet_of(openpyxl.load_workbook(export(case)))
    offered = {
        column: [
            rule.formula1
            for rule in sheet.data_validations.dataValidation
            if rule.type == "list" and cell(sheet, name, column).coordinate in rule.sqref
        ]
        for name, column in (
            ("BEL-VOTE", "status"), ("BEL-VOTE", "active"), ("BEL-VOTE", "nation"),
            ("ALB-WITH", "scope"),
        )
    }  # fmt: skip
    assert offered == {
        "status": ['"granted,pending,refused"'],
        "active": ['"yes,no"'],
        "nation": ["names_nation"],
        "scope": ['"line,role,area"'],
    }


def test_a_file_that_is_there_is_only_replaced_when_told_to(case: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_text("somebody's work")
    answer = muster("export", book, "--case", case)
    assert answer.code == 2
    assert "exists already; another name, or --replace" in answer.err
    assert book.read_text() == "somebody's work"
    assert muster("export", book, "--case", case, "--replace").code == 0
    assert take(case, book, "--dry-run").code == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["book.xlsx", "case"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("book.csv", "ends in .xlsx"),
        ("no/folder/book.xlsx", "cannot be written"),
        ("case/../folder.xlsx", "is no file"),
    ],
)
def test_a_place_that_will_not_do_is_refused(
    case: Path, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    answer = muster("export", tmp_path / name, "--case", case)
    assert answer.code == 2
    assert said in answer.err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["case", "folder.xlsx"]


@pytest.mark.parametrize(
    ("value", "said"), [("x" * 40_000, "source holds what"), ('"\\a"', "source holds what")]
)
def test_what_no_cell_can_hold_is_refused_and_named(case: Path, value: str, said: str) -> None:
    (case / "constraints.yaml").write_text(YAML.replace("'a paper'", value))
    answer = muster("export", case.parent / "book.xlsx", "--case", case)
    assert answer.code == 2
    assert f"caveats (BEL-VOTE): {said}" in answer.err.replace(f"'{value[:57]}...': ", "").replace("'\\x07': ", "")  # fmt: skip
    assert not (case.parent / "book.xlsx").exists()


def test_a_case_with_a_fault_is_not_exported(case: Path) -> None:
    (case / "constraints.yaml").write_text(YAML.replace("status: pending", "status: maybe"))
    answer = muster("export", case.parent / "book.xlsx", "--case", case)
    assert answer.code == 2
    assert "'maybe': is not allowed here" in answer.err
    assert not (case.parent / "book.xlsx").exists()


def test_the_same_case_gives_the_same_workbook(case: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        assert muster("export", case / name, "--case", case).code == 0
    assert (case / "one.xlsx").read_bytes() == (case / "two.xlsx").read_bytes()


# Back, without a change


@pytest.mark.parametrize("resaved", [False, True])
@pytest.mark.parametrize("shipped", [False, True])
def test_an_unedited_workbook_changes_nothing(
    tmp_path: Path, case: Path, shipped: bool, resaved: bool
) -> None:
    if shipped:
        case = Path(shutil.copytree(ROOT / "data", tmp_path / "data", ignore=CASE_ALONE))
    book = export(case)
    if resaved:
        changed(book, lambda sheet: None)
    before = files(case)
    answer = take(case, book)
    assert (answer.code, answer.out) == (0, "Nothing changes: the case says so already.\n")
    assert files(case) == before


STRANGE = (
    'text: "two\\r\\nlines "', "text: '_x0041_'", "text: '007'", "text: ' =1'", 'text: "a\\u00a0b"',
    'text: "a\\u00adb"', "text: 'true'", "text: '2026-01-06'", "text: ''", "text: 1e5 of them",
    "releasable_to: NATO", "releasable_to: [The EU, 'a; b']", "releasable_to: []", "ask_cost: 0.1",
    "ask_cost: 0.30000000000000004", "ask_cost: 1e-7", "ask_cost: 3.0", "ask_cost: 999999999",
    "as_of: '1899-12-31'", "as_of: '9999-12-31'", "expires: null", "applies_to: {}",
    "applies_to: {roles: null}", "active: null", "red_line: true", "authority: |\n      a\n\n      b",
)  # fmt: skip


@pytest.mark.parametrize("field", STRANGE)
def test_whatever_a_field_holds_it_comes_back_unchanged(case: Path, field: str) -> None:
    yaml = YAML.replace("    authority: Chamber\n    ", "    ")
    yaml = yaml.replace("    authority: Chamber\n", f"    {field}\n")
    if field.startswith("as_of"):
        yaml = yaml.replace('    as_of: "2026-01-06"\n', "")
    (case / "constraints.yaml").write_bytes(yaml.encode())
    before = files(case)
    assert "Nothing changes" in take(case, changed(export(case), lambda sheet: None)).out
    assert files(case) == before


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_what_libreoffice_saves_again_means_the_same(case: Path, tmp_path: Path) -> None:
    book = edited(export(case), ALB_CEILING={"units": 5}, BEL_VOTE={"as_of": None})
    told = take(case, book, "--dry-run").out
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    kind = "xlsx:Calc MS Excel 2007 XML"
    command = ["soffice", home, "--headless", "--convert-to", kind, "--outdir", "saved", book.name]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert take(case, tmp_path / "saved" / book.name, "--dry-run").out == told
    assert "units: 5" in told


# Back, with changes: the same as by ``caveats set``

EDITS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("BEL-VOTE", {"status": "granted"}, ["status=granted"]),
    ("BEL-VOTE", {"status": " Granted "}, ["status=granted"]),
    ("BEL-VOTE", {"active": "no", "probability": 0.25}, ["active=false", "probability=0.25"]),
    ("BEL-VOTE", {"active": False, "grace": "3"}, ["active=false", "grace=3"]),
    ("BEL-VOTE", {"grace": 3.0, "body": None}, ["body=null", "grace=3"]),
    ("BEL-VOTE", {"as_of": datetime.date(2026, 2, 1)}, ['as_of="2026-02-01"']),
    ("BEL-VOTE", {"as_of": "2026-02-01"}, ['as_of="2026-02-01"']),
    ("BEL-VOTE", {"source": 2026, "text": "  no: #1  "}, ["text=no: #1", "source=2026"]),
    ("BEL-VOTE", {"text": "a\u00a0b"}, ["text=a b"]),
    ("BEL-VOTE", {"releasable_to": "the EU; NATO"}, ["releasable_to=[the EU, NATO]"]),
    ("BEL-VOTE", {"applies_to.areas": "kyiv"}, ["applies_to={areas: [kyiv]}"]),
    ("ALB-US", {"applies_to.roles": None}, ["applies_to=null"]),
    ("ALB-US", {"applies_to.lines": "L01"}, ["applies_to={roles: [land], lines: [L01]}"]),
    ("BEL-TWO", {"offers": "BEL-LAND-1, CZE-LAND-1"}, ["offers=[BEL-LAND-1, CZE-LAND-1]"]),
    ("CZE-BASING", {"barred": None, "allowed": "poland paris"},
     ["allowed=[poland, paris]", "barred=null"]),
    ("CZE-BASING", {"red_line": "no", "nation": None, "nations": "CZE BEL"},
     ["nation=null", "nations=[CZE, BEL]", "red_line=false"]),
    ("DNK-OFF", {"active": True}, ["active=true"]),
    ("DNK-OFF", {"active": None, "ask_cost": 2.5}, ["active=true", "ask_cost=2.5"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "typed", "set_"), EDITS)
def test_an_edit_in_the_workbook_is_the_edit_by_set(
    case: Path, tmp_path: Path, name: str, typed: dict[str, Any], set_: list[str]
) -> None:
    twin = Path(shutil.copytree(case, tmp_path / "twin"))
    book = edited(export(case), **{name: typed})
    before = files(case)
    tried = take(case, book, "--dry-run", "--json").json
    assert files(case) == before
    assert take(case, book, "--why", "voted", "--who", "Ann").code == 0
    assert muster("set", name, *set_, "--case", twin, "--why", "x").code == 0
    assert text(case) == text(twin) != YAML
    (entry,) = entries(case)
    assert (entry["command"], entry["id"], entry["who"], entry["why"]) == (
        "import", name, "Ann", "voted"
    )  # fmt: skip
    assert tried["after"] == entry["sha256_after"]
    assert (entry["before"], entry["after"]) == (
        entries(twin)[0]["before"], entries(twin)[0]["after"]
    )  # fmt: skip
    assert muster("history", "--verify", "--case", case).code == 0
    assert "Nothing changes" in take(case, book).out


LISTS = {"releasable_to": "; ", "requires": " ", "barred": " ", "offers": " "}
TYPED: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "ask_cost": ("", st.integers(0, 9) | st.sampled_from([0.5, 0.125])),
    "red_line": ("", st.booleans()),
    "active": ("", st.booleans()),
    "text": ("", st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S"]))),
    "expires": ("", st.dates(datetime.date(1950, 1, 1), datetime.date(2200, 1, 1)).map(str)),
    "releasable_to": ("", st.lists(st.sampled_from(["NATO", "the EU", "no", "#1"]), max_size=3)),
    "month": ("approval", st.integers(1, 9)),
    "probability": ("approval", st.sampled_from([0.1, 0.7, 1])),
    "status": ("approval", st.sampled_from(["granted", "pending", "refused"])),
    "units": ("ceiling", st.integers(0, 5)),
    "fraction": ("reserve", st.sampled_from([0, 0.3, 1])),
    "barred": ("basing", st.sampled_from([["ukraine"], ["kyiv", "poland"]])),
    "offers": ("package", st.sampled_from([["BEL-LAND-1"], ["ALB-LAND-1", "BEL-LAND-1"]])),
}
"""By field, the kind that has it (none: all), and what may be typed."""


def typed(field: str, value: Any) -> Any:
    """Return a value as a person types it into a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field in LISTS:
        return LISTS[field].join(value) or None
    if field == "expires":
        return datetime.date.fromisoformat(value)
    return None if value == "" else value


@settings(
    max_examples=15 * SOAK, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
@given(st.data())
def test_random_edits_in_the_workbook_are_those_by_set(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("twins")
    case, twin = (write_case(folder / name, yaml=YAML) for name in ("one", "two"))
    held = {each["id"]: each for each in edit.caveats_in(YAML)}
    book = export(case)
    heads = [each.value for each in sheet_of(openpyxl.load_workbook(book))[HEADS]]
    cells: dict[str, dict[str, Any]] = {}
    for name in data.draw(
        st.lists(st.sampled_from(list(held)), min_size=1, max_size=3, unique=True)
    ):
        fit = [field for field, (kind, _) in TYPED.items() if kind in ("", held[name]["kind"])]
        for field in data.draw(st.lists(st.sampled_from(fit), min_size=1, max_size=3, unique=True)):
            value = data.draw(TYPED[field][1], label=f"{name}.{field}")
            if value != held[name].get(field, {"active": True, "red_line": False}.get(field)):
                cells.setdefault(name, {})[field] = value
    wrong = 0
    for name in [each for each in held if each in cells]:
        fields = sorted(cells[name], key=heads.index)
        values = {each: cells[name][each] for each in fields}
        said = [
            f"{each}={'null' if v in ('', []) else json.dumps(v)}" for each, v in values.items()
        ]
        wrong += muster("set", name, *said, "--case", twin, "--why", "x").code != 0
    edited(book, **{n: {f: typed(f, v) for f, v in values.items()} for n, values in cells.items()})
    answer = take(case, book)
    assert (answer.code != 0) == (wrong > 0), answer.err
    # One wrong edit keeps all of them out of the case.
    assert text(case) == (YAML if wrong else text(twin))


def test_a_new_row_is_a_new_caveat(case: Path, tmp_path: Path) -> None:
    twin = Path(shutil.copytree(case, tmp_path / "twin"))
    values = {"id": "NEW", "nation": "BEL", "kind": "ceiling", "active": "yes", "units": 3}
    book = changed(export(case), lambda sheet: new_row(sheet, **values, text="no: more"))
    assert take(case, book).code == 0
    more = ("id=NEW", "nation=BEL", "units=3", "text=no: more")
    assert muster("add", "ceiling", *more, "--case", twin, "--why", "x").code == 0
    assert text(case) == text(twin)
    assert [each["id"] for each in entries(case)] == ["NEW"]


def test_rows_columns_and_sheets_may_be_moved_hidden_renamed_and_added(case: Path) -> None:
    def rearrange(sheet: Any) -> None:
        cell(sheet, "BEL-VOTE", "status").value = "granted"
        rows = [[each.value for each in row] for row in sheet.iter_rows(min_row=HEADS + 1)]
        for number, row in enumerate(reversed(rows), start=HEADS + 1):
            for at, value in enumerate(row, start=1):
                sheet.cell(number, at).value = value
        sheet.row_dimensions[HEADS + 2].hidden = True
        sheet.column_dimensions["H"].hidden = True
        sheet.auto_filter.add_filter_column(0, ["BEL-VOTE"])
        sheet.insert_rows(1, 3)
        sheet.insert_cols(2)
        sheet.cell(HEADS + 3, 2).value = "Remark"
        sheet.cell(HEADS + 5, 2).value = "called them"
        sheet.title = "Caveats of 3 May"

    answer = take(case, changed(export(case), rearrange))
    assert answer.code == 0, answer.err
    assert "'Remark': not known here" in answer.out
    assert text(case) == YAML.replace("status: pending", "status: granted")


def test_a_column_that_was_taken_out_is_left_as_the_case_has_it(case: Path) -> None:
    def cut(sheet: Any) -> None:
        cell(sheet, "BEL-VOTE", "grace").value = 2
        sheet.delete_cols(cell(sheet, "BEL-VOTE", "source").column)

    answer = take(case, changed(export(case), cut))
    assert "'source': no longer there" in answer.out
    assert text(case) == YAML.replace("Chamber\n", "Chamber\n    grace: 2\n")


def test_a_deleted_row_stays_unless_it_is_to_be_removed(case: Path) -> None:
    def cut(sheet: Any) -> None:
        for name in ("ALB-CEILING", "BEL-VOTE"):
            sheet.delete_rows(cell(sheet, name, "id").row)

    book = changed(export(case), cut)
    answer = take(case, book)
    assert "'BEL-VOTE, ALB-CEILING': has no row any more; it stays in the case" in answer.out
    assert "Nothing changes" in answer.out
    assert text(case) == YAML
    answer = take(case, book, "--remove", "--why", "x")
    assert "BEL-VOTE: taken out, was approval" in answer.out
    start, end = YAML.index("  - id: BEL-VOTE"), YAML.index("\n  - {id: CZE")
    line = '  - {id: ALB-CEILING, kind: ceiling, nation: ALB, units: 1, expires: "2026-01-01"}\n'
    assert text(case) == (YAML[:start] + YAML[end:]).replace(line, "")
    assert [each["id"] for each in entries(case)] == ["BEL-VOTE", "ALB-CEILING"]
    assert "BEL-VOTE: taken out" in muster("history", "BEL-VOTE", "--case", case).out


def test_the_sentence_is_only_told(case: Path) -> None:
    answer = take(case, edited(export(case), BEL_VOTE={"in words": "Belgium may."}))
    assert "column in words: 'rows 5': was changed, but is only told" in answer.out
    assert text(case) == YAML


# Two sides


def test_what_others_changed_meanwhile_stays(case: Path) -> None:
    book = edited(export(case), BEL_VOTE={"grace": 2}, ALB_CEILING={"units": 4})
    for fields in (["BEL-VOTE", "status=granted"], ["ALB-CEILING", "units=4"],
                   ["CZE-BASING", "barred=[kyiv]"]):  # fmt: skip
        muster("set", *fields, "--case", case, "--why", "x")
    muster("add", "exclusion", "id=NEW", "nation=BEL", "--case", case, "--why", "x")
    theirs = text(case)
    answer = take(case, book)
    assert "is older than the case" in answer.out
    assert text(case) == theirs.replace("Chamber\n", "Chamber\n    grace: 2\n")


def test_a_field_changed_on_both_sides_is_a_conflict(case: Path) -> None:
    book = edited(
        export(case),
        BEL_VOTE={"status": "granted"},
        ALB_US={"applies_to.roles": "air"},
        ALB_CEILING={"units": 4},
    )
    muster("set", "BEL-VOTE", "status=refused", "--case", case, "--why", "x")
    muster("set", "ALB-US", "applies_to={lines: [L01]}", "--case", case, "--why", "x")
    answer = refused(
        case,
        book,
        "sheet Caveats, row 5, column status: 'granted': was changed in the case too since the "
        "export, from pending to refused",
        "column applies_to.roles: 'air': was changed in the case too since the export, from land "
        "to blank",
    )
    assert "2 faults" in answer.err


def test_a_caveat_taken_out_meanwhile_is_a_conflict_only_where_it_was_edited(case: Path) -> None:
    book = export(case)
    path = case / "constraints.yaml"
    path.write_text(path.read_text().replace("  - {id: ALB-KEEP, kind: reserve, nation: ALB, units: 1}\n", ""))  # fmt: skip
    edited(book, BEL_VOTE={"grace": 2})
    answer = take(case, book, "--dry-run")
    assert answer.code == 0
    assert "'ALB-KEEP': was taken out of the case since the export; its row is left" in answer.out
    edited(book, ALB_KEEP={"units": 2})
    refused(case, book, "'ALB-KEEP': was taken out of the case since the export, and changed here")


def test_a_row_deleted_here_and_edited_there_is_a_conflict(case: Path) -> None:
    book = changed(export(case), lambda s: s.delete_rows(cell(s, "ALB-KEEP", "id").row))
    muster("set", "ALB-KEEP", "units=2", "--case", case, "--why", "x")
    said = "'ALB-KEEP': has no row any more, but was changed in the case since the export"
    refused(case, book, said, "changed: units", more=("--remove",))


@pytest.mark.parametrize(("units", "alike"), [(3, True), (4, False)])
def test_an_id_that_both_sides_added(case: Path, units: int, alike: bool) -> None:
    values = {"id": "NEW", "nation": "BEL", "kind": "ceiling", "units": units}
    book = changed(export(case), lambda sheet: new_row(sheet, **values))
    muster("add", "ceiling", "id=NEW", "nation=BEL", "units=3", "--case", case, "--why", "x")
    if alike:
        assert "Nothing changes" in take(case, book).out
    else:
        refused(case, book, "'NEW': was added to the case too since the export", "units")


def test_of_a_case_without_caveats_the_first_come_from_the_workbook(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", yaml=YAML[: YAML.index("caveats:")])
    book = export(case)
    assert "Nothing changes" in take(case, book).out
    changed(book, lambda s: new_row(s, id="A", nation="BEL", kind="exclusion"))
    assert take(case, book).code == 0
    assert text(case).endswith("caveats:\n  - id: A\n    nation: BEL\n    kind: exclusion\n")
