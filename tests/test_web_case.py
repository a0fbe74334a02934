"""The case on the page: forms that say what is wrong at the field, files that come and go."""

from __future__ import annotations

import base64
import html
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from tests.test_reports import write_case
from web.answers import Served
from web.app import application
from web.security import LARGEST

BASE = "http://127.0.0.1:8765"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Path]]:
    folder = tmp_path_factory.mktemp("web") / "case"
    write_case(folder)
    with TestClient(application(Served(folder), workers=1), base_url=BASE) as client:
        yield client, folder


@pytest.fixture
def client(server: tuple[TestClient, Path]) -> TestClient:
    return server[0]


@pytest.fixture
def case(server: tuple[TestClient, Path]) -> Path:
    """The case, as it is at first."""
    for each in server[1].iterdir():
        if each.is_file():
            each.unlink()
    write_case(server[1])
    return server[1]


def form(client: TestClient, address: str) -> dict[str, str]:
    """Return what a form holds."""
    page = client.get(address).text
    fields = dict(re.findall(r'<input id="[^"]*" name="([^"]+)"[^>]* value="([^"]*)"', page))
    was = re.search(r'name="was" value="([^"]*)"', page)
    assert was
    return {**fields, "was": html.unescape(was[1]), "why": "talks", "who": "desk"}


def upload(client: TestClient, name: str, raw: bytes, called: str = "x.csv") -> tuple[int, str]:
    """Hand a file in; return the status, and what is said."""
    answer = client.post("/case/upload", data={"name": name}, files={"file": (called, raw)})
    return answer.status_code, html.unescape(answer.text)


def held(case: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in case.iterdir() if each.is_file()}


def test_a_change_in_a_form_is_written_logged_and_told(client: TestClient, case: Path) -> None:
    fields = form(client, "/case/offers/ALB-LAND-1")
    assert fields["f.units"] == "2"
    answer = client.post("/case/offers/ALB-LAND-1", data={**fields, "f.units": "3"})
    assert "ALB-LAND-1 saved" in answer.text
    assert "units: 2 → 3" in answer.text
    assert b"ALB-LAND-1,ALB,inf,3,100" in held(case)["capabilities.csv"]
    assert b'"who":"desk","why":"talks"' in held(case)["capabilities.history.jsonl"]


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    client: TestClient, case: Path
) -> None:
    before = held(case)
    fields = form(client, "/case/caveats/CZE-BASING")
    answer = client.post("/case/caveats/CZE-BASING", data={**fields, "f.barred": "ukrain"})
    assert answer.status_code == 422
    said = re.search(
        r'id="(f-\d+)" name="f.barred" aria-invalid="true"[^>]*value="ukrain"', answer.text
    )
    assert said
    assert f'id="{said[1]}-e">“ukrain” is no known area; nearest: ukraine' in answer.text
    unsigned = client.post("/case/caveats/CZE-BASING", data={**fields, "why": ""})
    assert "say why" in unsigned.text
    assert held(case) == before


def test_two_who_have_a_form_open_do_not_lose_an_edit(client: TestClient, case: Path) -> None:
    one = form(client, "/case/offers/ALB-LAND-1")
    client.post("/case/offers/ALB-LAND-1", data={**one, "f.units": "5"})
    late = client.post("/case/offers/ALB-LAND-1", data={**one, "f.units": "7", "f.tour": "4"})
    assert late.status_code == 422
    assert "somebody else in the meantime, from 2 to 5" in html.unescape(late.text)
    other = client.post("/case/offers/ALB-LAND-1", data={**one, "f.tour": "4"})
    assert "units is 5" in other.text
    assert b"ALB-LAND-1,ALB,inf,5,100,4,3" in held(case)["capabilities.csv"]


def test_an_entry_is_added_and_taken_out(client: TestClient, case: Path) -> None:
    before = held(case)["capabilities.csv"]
    new = {"f.offer": "X-1", "f.nation": "BEL", "f.capability": "inf", "f.units": "1"}
    new |= {"f.personnel": "90", "f.basis": "assumed", "why": "pledged", "was": "{}"}
    assert "X-1 added" in client.post("/case/new/offers", data=new).text
    gone = {**form(client, "/case/offers/X-1"), "remove": "1"}
    assert "X-1 taken out" in client.post("/case/offers/X-1", data=gone).text
    assert held(case)["capabilities.csv"] == before


def test_an_entry_may_be_called_new(client: TestClient, case: Path) -> None:
    before = held(case)["capabilities.csv"]
    offer = {"f.offer": "new", "f.nation": "BEL", "f.capability": "inf", "f.units": "1"}
    offer |= {"f.personnel": "90", "f.basis": "assumed", "why": "pledged", "was": "{}"}
    assert "new added" in client.post("/case/new/offers", data=offer).text
    there = form(client, "/case/offers/new")
    assert there["f.units"] == "1"
    client.post("/case/offers/new", data={**there, "f.units": "4"})
    assert b"new,BEL,inf,4,90" in held(case)["capabilities.csv"]
    client.post("/case/offers/new", data={**form(client, "/case/offers/new"), "remove": "1"})
    assert held(case)["capabilities.csv"] == before


def test_a_new_caveat_begins_with_its_kind(client: TestClient, case: Path) -> None:
    assert "<option>basing</option>" in client.get("/case/new/caveats").text
    assert 'name="f.barred"' in client.get("/case/new/caveats?kind=basing").text
    unknown = client.get("/case/new/caveats?kind=basin")
    assert unknown.status_code == 422
    assert "nearest: basing" in unknown.text


def test_a_file_goes_out_comes_back_and_its_difference_is_shown_first(
    client: TestClient, case: Path
) -> None:
    before = held(case)
    raw = client.get("/case/file/requirements.csv").content
    assert raw == before["requirements.csv"]
    status, said = upload(client, "requirements.csv", raw.replace(b"1,3,1,6", b"1,2,1,6"))
    assert status == 200
    assert "target: 3 → 2" in said
    assert held(case) == before
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', said))
    assert "1 entries" not in client.post("/case/take", data=fields).text  # nobody signed
    assert held(case) == before
    done = client.post("/case/take", data={**fields, "why": "a paper"})
    assert "requirements.csv: 1 entry changed" in done.text
    again = client.post("/case/take", data={**fields, "why": "a paper"})
    assert "somebody else in the meantime" in again.text


def test_who_takes_a_file_over_and_why_is_kept_where_it_must_be_looked_at_again(
    client: TestClient, case: Path
) -> None:
    raw = held(case)["requirements.csv"]
    fields = {}
    for old, new in ((b"1,3,1,6", b"1,2,1,6"), (b"1,3,1,6", b"1,1,1,6")):
        said = upload(client, "requirements.csv", raw.replace(old, new))[1]
        fields[new] = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', said))
    signed = {"why": "a paper", "who": "Ann & Bo"}
    client.post("/case/take", data={**fields[b"1,2,1,6"], **signed})
    again = client.post("/case/take", data={**fields[b"1,1,1,6"], **signed}).text
    assert "somebody else in the meantime" in again
    assert 'name="why" value="a paper"' in again
    assert 'name="who" value="Ann &amp; Bo"' in again


def test_a_workbook_goes_out_and_its_changes_come_back(client: TestClient, case: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(client.get("/case/file/caveats.xlsx").content))
    sheet = book["Caveats"]
    heads = {cell.value: int(cell.column or 0) for cell in sheet[4]}
    row = next(r for r in range(5, 9) if sheet.cell(r, heads["id"]).value == "BEL-VOTE")
    sheet.cell(row, heads["probability"]).value = 0.9
    raw = io.BytesIO()
    book.save(raw)
    status, said = upload(client, "caveats.xlsx", raw.getvalue(), "caveats.xlsx")
    assert status == 200
    assert "probability: 0.5 → 0.9" in said
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', said))
    client.post("/case/take", data={**fields, "why": "a paper"})
    assert b"probability: 0.9" in held(case)["constraints.yaml"]


def bomb() -> bytes:
    """A workbook of some kilobytes that unpacks to 100 MB."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", b" " * 100_000_000)
    return raw.getvalue()


HEAD = b"offer,nation,capability,units,personnel,basis\n"


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("capabilities.csv", b"", ["is empty"]),
        ("capabilities.csv", b"PK\x03\x04\x00\x00", ["holds binary data"]),
        ("capabilities.csv", b"offer,nation\nM\xfcnchen,DEU\n", ["capabilities.csv:2", "UTF-8"]),
        ("capabilities.csv", "offer\n".encode("utf-16"), ["UTF-8"]),
        ("capabilities.csv", b"a,b\n1,2\n", ["column offer is missing", "column basis is missing"]),
        (
            "capabilities.csv",
            HEAD + b"A-1,ALB,inf,=2+2,9,assumed\nB 1,XXX,inf,-1,9,assumed\n",
            ["row 2, column units", "is a formula", "row 3, column offer", "row 3, column units"],
        ),
        ("constraints.yaml", b"areas: [\n", ["is not valid YAML"]),
        ("constraints.yaml", b"- 1\n", ["is no mapping of sections"]),
        ("constraints.yaml", b"a: &a [1]\nb: !!python/object x\n", ["tags are not allowed"]),
        ("caveats.xlsx", b"no workbook", ["is no Excel workbook"]),
        ("caveats.xlsx", bomb(), ["unpacks to more than"]),
    ],
)
def test_a_bad_upload_is_told_with_every_fault_and_nothing_is_written(
    client: TestClient, case: Path, name: str, raw: bytes, said: list[str]
) -> None:
    before = held(case)
    status, told = upload(client, name, raw, "../../etc/passwd")
    assert status == 422
    for each in said:
        assert each in told
    assert "Nothing was taken over" in told
    forged = {"name": name, "content": base64.b64encode(raw).decode(), "why": "x", "against": ""}
    assert client.post("/case/take", data=forged).status_code == 422
    assert held(case) == before


def test_what_is_too_large_is_refused_and_names_lead_nowhere(
    client: TestClient, case: Path
) -> None:
    before = held(case)
    assert upload(client, "capabilities.csv", b"x" * (LARGEST + 1))[0] == 413
    for name in ("../README.md", "history.jsonl", "/etc/passwd", ""):
        assert upload(client, name, b"x")[0] == 422
    for path in ("/case/file/..%2F..%2Fetc%2Fpasswd", "/case/file/history.jsonl"):
        assert client.get(path).status_code in (404, 422)
    assert held(case) == before


def test_a_form_from_elsewhere_changes_nothing(client: TestClient, case: Path) -> None:
    before = held(case)
    fields = {**form(client, "/case/offers/ALB-LAND-1"), "f.units": "9"}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
        answer = client.post("/case/offers/ALB-LAND-1", data=fields, headers=headers)
        assert answer.status_code == 403
    assert held(case) == before


def test_a_case_with_faults_can_be_mended_on_the_page(client: TestClient, case: Path) -> None:
    good = (case / "capabilities.csv").read_bytes()
    (case / "capabilities.csv").write_bytes(good.replace(b"inf,2", b"inf,two"))
    page = client.get("/case")
    assert page.status_code == 200
    assert "The case cannot be read" in page.text
    assert "TEST RESTRICTED" in page.text
    fields = form(client, "/case/offers/ALB-LAND-1")
    assert fields["f.units"] == "two"
    answer = client.post("/case/offers/ALB-LAND-1", data={**fields, "f.units": "2"})
    assert "ALB-LAND-1 saved" in answer.text
    assert (case / "capabilities.csv").read_bytes() == good
