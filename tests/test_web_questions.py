"""Prices, asks, stress, why and reports over the API, and reports to be kept; on a tiny case."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from reports.formats import FORMATS
from tests.test_reports import write_case
from tests.test_web import PARTIAL, ended, opened
from web import view
from web.address import State
from web.answers import Served
from web.app import application


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("questions") / "case"
    write_case(folder)
    app = application(Served(folder), workers=1)
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        yield client


def test_prices_asks_and_stress_are_answered_under_a_change(client: TestClient) -> None:
    prices = ended(client, client.post("/api/prices", json={"together": False}).json())["result"]
    assert prices["alone"][0]["ids"] == ["CZE-BASING"]
    assert prices["together"] is None
    assert prices["events"] == []
    asked = {"goal": "L01=0.9"}
    asks = ended(client, client.post("/api/asks", json=asked).json())["result"]
    assert [each["id"] for each in asks["sets"][0]["caveats"]] == ["CZE-BASING"]
    lifted = {"goal": "L01=0.9", "lift": ["CZE-BASING"]}
    asks = ended(client, client.post("/api/asks", json=lifted).json())["result"]
    assert asks["sets"][0]["caveats"] == []
    stress = ended(client, client.post("/api/stress", json={}).json())["result"]
    assert {each["nations"][0] for each in stress["nations"]} == {"ALB", "BEL", "CZE", "DNK"}


def test_the_tab_of_asks_tells_what_the_solver_was_caught_at_and_what_is_not_proven() -> None:
    ask = {"cost": 4, "reaches": 0, "cheapest_proven": False, "caveats": [{"id": "C", "words": ""}]}
    found = {"sets": [ask], "complete": False, "events": ["HiGHS <lied>"]}
    told = view.asks(State(), "critical=0", "1", "done", None, found, [])
    assert "The solver: HiGHS &lt;lied&gt;" in told
    assert "not proven: a part of it, or a cheaper one, may do" in told
    assert "There may be other sets, cheaper ones too." in told
    found["events"] = []
    assert "The solver" not in view.asks(State(), "critical=0", "1", "done", None, found, [])
    assert "The solver" not in view.asks(State(), "critical=0", "1", "running", None, None, [])


def test_why_is_asked_of_an_offer_or_of_a_line(client: TestClient) -> None:
    said = client.post("/api/why", json={"offer": "CZE-LAND-1", "month": 1}).json()
    assert "verdict" in ended(client, said)["result"]
    said = client.post("/api/why", json={"line": "L01"}).json()
    assert ended(client, said)["phase"] == "done"


@pytest.mark.parametrize(
    ("question", "asked", "told"),
    [
        ("asks", {"goal": "nonsense"}, "nonsense"),
        ("asks", {"goal": "L99=1"}, "L01"),
        ("why", {"offer": "CZE-LAND-2"}, "CZE-LAND-1"),
        ("why", {"line": "L01", "month": 99}, "1 to 9"),
        ("why", {}, "neither"),
        ("prices", {"lift": ["NONE"]}, "NONE"),
    ],
)
def test_what_is_wrong_with_a_question_is_told(
    client: TestClient, question: str, asked: dict[str, object], told: str
) -> None:
    job = ended(client, client.post(f"/api/{question}", json=asked).json())
    assert job["phase"] == "failed"
    assert told in str(job["error"]["faults"])


def test_every_question_is_described(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    for name in ("prices", "asks", "stress", "why", "report"):
        assert paths[f"/api/{name}"]["post"]["description"]


def test_a_report_is_a_job_too_and_is_fetched_as_a_file(client: TestClient) -> None:
    job = ended(client, client.post("/api/report", json={"format": "md"}).json())
    found = client.get(job["result"]["file"])
    assert "# Test force: gap report" in found.text
    assert len(found.content) == job["result"]["bytes"]
    assert client.post("/api/report", json={"format": "mdx"}).status_code == 422
    plan = ended(client, client.post("/api/plan", json={}).json())
    assert client.get(f"/api/jobs/{plan['id']}/file").status_code == 404


def test_the_open_scenario_is_sent_as_a_workbook_that_says_what_it_is(client: TestClient) -> None:
    opened(client, "/?lift=CZE-BASING")
    sent = client.get("/api/export/xlsx?lift=CZE-BASING")
    assert sent.headers["content-disposition"] == 'attachment; filename="report.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(sent.content), read_only=True)
    cells = {str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row}
    assert any("CZE-BASING" in each for each in cells)
    assert any("TEST RESTRICTED" in each for each in cells)


def test_a_format_of_several_files_is_sent_as_an_archive_the_same_each_time(
    client: TestClient,
) -> None:
    sent = [client.get("/api/export/orbat").content for _ in range(2)]
    assert sent[0] == sent[1]
    assert set(zipfile.ZipFile(io.BytesIO(sent[0])).namelist()) <= set(FORMATS["orbat"].files)
    assert client.get("/api/export/nothing").status_code == 422


def test_a_program_exports_as_the_page_does_and_finds_it_described(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    for path in ("/api/export/{name}", "/api/run"):
        described = paths[path]["get"]
        assert described["description"]
        assert {"lift", "set", "keep"} <= {each["name"] for each in described["parameters"]}
    job = ended(client, client.post("/api/report", json={"format": "md"}).json())
    fetched = client.get(job["result"]["file"])
    assert fetched.headers["content-disposition"] == 'attachment; filename="report.md"'
    assert fetched.text == client.get("/api/export/md").text


def test_a_file_that_cannot_be_made_is_told_to_programs_and_to_people(client: TestClient) -> None:
    path = "/api/export/md?lift=CZE-BASIN"
    program, person = client.get(path), client.get(path, headers={"Accept": "text/html,*/*"})
    assert (program.status_code, person.status_code) == (422, 422)
    assert "CZE-BASING" in program.json()["faults"][0]["allowed"]
    assert "<h1>This cannot be opened</h1>" in person.text
    assert "TEST RESTRICTED" in person.text
    unknown = {"format": "md", "baseline": "nobody"}
    for refused in (
        client.get("/api/export/md?baseline=nobody"),
        client.post("/api/report", json=unknown),
    ):
        assert refused.status_code == 422
        assert "nobody" in refused.text
    assert client.get("/api/export/md?lifted=CZE-BASING").status_code == 422


def test_every_format_can_be_had_from_the_page(client: TestClient) -> None:
    said = client.get("/tab?tab=export&lift=CZE-BASING", headers=PARTIAL).text
    for name in FORMATS:
        assert f'href="/api/export/{name}?lift=CZE-BASING"' in said


def test_the_checks_say_what_is_odd(client: TestClient, tmp_path: Path) -> None:
    said = client.get("/tab?tab=checks", headers=PARTIAL).text
    assert "L03" in said  # nobody offers engineers


def test_whom_to_ask_is_told_on_the_page_with_a_way_to_try_it(client: TestClient) -> None:
    assert 'hx-post="/asks"' in client.get("/tab?tab=asks", headers=PARTIAL).text
    said = found(client, "L01=0.9")
    assert "<strong>CZE-BASING</strong>" in said
    assert 'href="/?lift=CZE-BASING"' in said
    assert "(proven)" in said
    assert "No set of caveats reaches" in found(client, "L03=1")
    assert "nobody need be asked" in found(client, "L01=0.5")
    assert "<li>goal: &#39;nonsense&#39; is no goal: allowed:" in found(client, "nonsense")
    assert client.get("/asks/none", headers=PARTIAL).status_code == 422


def found(client: TestClient, goal: str) -> str:
    """Return what the tab shows in the end."""
    said = client.post("/asks", data={"goal": goal}, headers=PARTIAL).text
    until = time.monotonic() + 60
    while again := re.search(r'hx-get="(/asks/[^"]+)"', said):
        assert time.monotonic() < until
        said = client.get(again[1], headers=PARTIAL).text
    return said
