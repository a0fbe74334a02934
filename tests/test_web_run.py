"""The open scenario sent as a run, which verify holds against the case; on a tiny case."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import solve
from reports import run_folder
from tests.test_reports import write_case
from tests.test_web import PARTIAL, ended
from web.answers import Served
from web.app import application

OFFER = "{offer: EST-ENG-1, nation: EST, capability: eng, units: 1, personnel: 90, basis: reported}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("runs")
    write_case(folder / "case")
    (folder / "case" / "scenarios").mkdir()
    (folder / "case" / "scenarios" / "czech-in.yaml").write_text("lift: [CZE-BASING]\n", "utf-8")
    (folder / "less.yaml").write_text("forbid: [{offer: BEL-LAND-1}]\n", "utf-8")
    return Served(folder / "case", files={"less.yaml": folder / "less.yaml"})


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[TestClient]:
    with TestClient(application(served, workers=1), base_url="http://127.0.0.1:8765") as client:
        yield client


def unpacked(client: TestClient, address: str, folder: Path) -> Path:
    """Fetch a run and unpack it; return its folder."""
    sent = client.get(address)
    assert sent.status_code == 200, sent.text
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        archive.extractall(folder)
    [run] = folder.rglob("run.json")
    assert f'filename="run-{run.parent.name}.zip"' in sent.headers["content-disposition"]
    return run.parent


def verified(run: Path) -> str:
    """Return what ``verify`` says of a run that holds."""
    done = CliRunner().invoke(solve.app, ["verify", str(run)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_case_as_it_is_is_sent_as_plan_writes_it(
    client: TestClient, served: Served, tmp_path: Path
) -> None:
    run = unpacked(client, "/api/run?format=geojson&format=deployment", tmp_path / "sent")
    verified(run)
    out = tmp_path / "planned"
    asked = ["plan", "--case", str(served.folder), "--time-limit", "60", "--out", str(out)]
    done = CliRunner().invoke(solve.app, [*asked, "--format", "geojson,deployment"])
    assert done.exit_code == 0, done.output
    assert sorted(each.name for each in run.iterdir()) == sorted(e.name for e in out.iterdir())
    for path in out.iterdir():
        if path.name != "run.json":  # which tells when
            assert (run / path.name).read_bytes() == path.read_bytes(), path.name
    here, there = (json.loads((each / "run.json").read_text("utf-8")) for each in (run, out))
    assert here["run"] == there["run"] == run.name
    assert here["products"] == there["products"]


@pytest.mark.parametrize(
    ("query", "beside"),
    [
        ("scenario=czech-in", []),
        ("scenario=czech-in&scenario=less.yaml", ["less.yaml"]),
        (f"scenario=czech-in&refuse=BEL-VOTE&add={OFFER}", ["open-scenario.yaml"]),
    ],
)
def test_an_open_scenario_is_sent_with_what_verify_needs(
    client: TestClient, tmp_path: Path, query: str, beside: list[str]
) -> None:
    run = unpacked(client, f"/api/run?{query}", tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([run.name, *beside])
    verified(run)
    assert set(run_folder.FILES) <= {each.name for each in run.iterdir()}
    plan = client.post("/api/plan", json=change(query)).json()
    here = json.loads((run / "plan.json").read_text("utf-8"))
    assert here["assignments"] == ended(client, plan)["result"]["assignments"]


def change(query: str) -> dict[str, list[str]]:
    """Return a query as the API takes it."""
    found: dict[str, list[str]] = {}
    for each in query.split("&"):
        part, _, value = each.partition("=")
        found.setdefault(part, []).append(value)
    return found


def test_a_plan_that_was_kept_goes_along(client: TestClient, tmp_path: Path) -> None:
    asked = {"keep": "?lift=CZE-BASING", "refuse": ["BEL-VOTE"], "formats": ["geojson"]}
    job = ended(client, client.post("/api/run", json=asked).json())
    assert job["phase"] == "done", job
    with zipfile.ZipFile(io.BytesIO(client.get(job["result"]["file"]).content)) as archive:
        archive.extractall(tmp_path)
    [path] = tmp_path.rglob("run.json")
    keep = json.loads(path.read_text("utf-8"))["options"]["keep"]
    assert (tmp_path / keep / "plan.json").is_file()
    verified(path.parent)
    (tmp_path / keep / "plan.json").unlink()
    done = CliRunner().invoke(solve.app, ["verify", str(path.parent)])
    assert (done.exit_code, "plan to keep" in done.output) == (2, True)


def test_what_is_no_run_is_told(client: TestClient) -> None:
    assert client.get("/api/run?format=dox").status_code == 422
    limited = client.get("/api/run?keep=case&max_change=9&lift=CZE-BASING")
    assert limited.status_code == 422
    assert "nothing that a run can say of itself" in limited.text
    assert client.post("/api/run", json={"formats": ["dox"]}).status_code == 422


def test_the_page_offers_the_run_with_the_formats_to_choose(client: TestClient) -> None:
    said = client.get("/tab?tab=export&lift=CZE-BASING", headers=PARTIAL).text
    assert '<form class="run" action="/api/run"' in said
    assert '<input type="hidden" name="lift" value="CZE-BASING">' in said
    assert 'name="format" value="pptx"' in said
