"""The page with a plan to keep: the same as on the command line; on a tiny case."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import solve
from reports.history_db import RunHistory
from tests.test_reports import YAML, write_case
from tests.test_web import PARTIAL, ended, opened
from tests.test_web_offering import OFFER
from web.answers import Served
from web.app import application

LESS = "title: One less\nforbid: [{offer: ALB-LAND-1}]\n"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A case, and a history with one run of it, in which one offer stays at home."""
    folder = tmp_path_factory.mktemp("keeping")
    write_case(folder / "case", yaml=YAML.replace("kind: basing", "kind: basing, active: false"))
    (folder / "less.yaml").write_text(LESS, encoding="utf-8")
    history = folder / "runs.sqlite"
    told("plan", "--case", folder / "case", "--scenario", folder / "less.yaml",
         "--out", folder / "run", "--history", history)  # fmt: skip
    return Served(folder / "case", history=history)


@pytest.fixture(scope="module")
def client(kept: Served) -> Iterator[TestClient]:
    with TestClient(application(kept, workers=1), base_url="http://127.0.0.1:8765") as client:
        yield client


def told(*arguments: object) -> Any:
    """Return what a command prints for a program."""
    done = CliRunner().invoke(solve.app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def run_of(kept: Served) -> str:
    assert kept.history is not None
    [entry] = RunHistory(kept.history).entries()
    return entry.run


def result(client: TestClient, question: str, **asked: object) -> dict[str, Any]:
    job = ended(client, client.post(f"/api/{question}", json=asked).json())
    assert job["phase"] == "done", job
    found: dict[str, Any] = job["result"]
    return found


def test_a_plan_that_keeps_to_a_run_is_that_of_plan_keep(client: TestClient, kept: Served) -> None:
    out = kept.folder.parent
    there = told("plan", "--case", kept.folder, "--keep", out / "run", "--out", out / "next")
    here = result(client, "plan", keep=run_of(kept))
    assert [each["name"] for each in here["tiers"]][-2:] == ["change", "personnel"]
    for part in ("status", "tiers", "coverage", "assignments", "leads", "gaps"):
        assert here[part] == there[part]


def test_a_what_if_that_keeps_is_that_of_the_command_line(client: TestClient, kept: Served) -> None:
    out = kept.folder.parent
    asked = ["--case", kept.folder, "--keep", out / "run", "--max-change", 8]
    there = told("whatif", *asked, "--restore", "CZE-BASING")
    here = result(client, "whatif", keep=run_of(kept), max_change=8, restore=["CZE-BASING"])
    assert here["moves"]["held"] <= 8
    assert {**here, "keep": ""} == {**there, "keep": ""}
    held = result(client, "plan", keep=run_of(kept), max_change=8, restore=["CZE-BASING"])
    values = [each["value"] for each in held["tiers"]]
    assert values == [each["value"] for each in here["changed"]["tiers"]]


def test_the_page_says_what_moves_for_a_new_offer_and_little_does(client: TestClient) -> None:
    answer = client.post("/offer?keep=case", data=OFFER, headers=PARTIAL)
    said = opened(client, answer.headers["hx-push-url"])
    # Nobody else offers engineers: in its three months the new unit is all that moves.
    assert "<b>3 unit-months</b> moved" in said
    assert "EST-ENG-1<td" in said
    assert answer.headers["hx-push-url"].startswith("/?add=")
    assert "keep=case" in answer.headers["hx-push-url"]
    assert "unit-months</b> moved" not in opened(client, "/?lift=BEL-VOTE")


def test_a_vote_and_a_switch_keep_to_the_last_picture_shown(client: TestClient) -> None:
    first = opened(client, "/?refuse=BEL-VOTE")
    this = re.search(r'<option value="([^"]+)">as in this picture', first)
    assert this
    picture = unescape(this[1])
    assert picture == "?refuse=BEL-VOTE"
    kept = opened(client, f"/?refuse=BEL-VOTE&keep={picture.replace('=', '%3D')}")
    assert "<b>0 unit-months</b> moved" in kept
    assert "the picture: refuse BEL-VOTE" in kept
    assert "as in the picture: refused BEL-VOTE</option>" in kept
    back = opened(client, f"/?keep={picture.replace('=', '%3D')}")
    assert 'name="moves"' in back
    before = months(result(client, "plan", refuse=["BEL-VOTE"]))
    now = result(client, "plan", keep=picture)
    moved = (months(now) - before).total() + (before - months(now)).total()
    assert f"<b>{moved} unit-months</b> moved" in back
    assert {each["name"]: each["value"] for each in now["tiers"]}["change"] == moved > 0


def months(plan: dict[str, Any]) -> Counter[tuple[str, str, int]]:
    """Return the units in place by offer, line and month."""
    there: Counter[tuple[str, str, int]] = Counter()
    for row in plan["assignments"]:
        for month in range(row["from"], row["until"] + 1):
            there[row["offer"], row["line"], month] += row["units"]
    return there


def test_no_more_moves_than_is_allowed_and_too_little_is_told(client: TestClient) -> None:
    page = opened(client, "/?keep=case&refuse=BEL-VOTE&max_change=6")
    assert "with at most 6 unit-months moved" in page
    assert client.get("/?keep=case&refuse=BEL-VOTE&max_change=2").status_code == 422
    job = client.post("/api/plan", json={"keep": "case", "refuse": ["BEL-VOTE"], "max_change": 2})
    [fault] = ended(client, job.json())["error"]["faults"]
    assert (fault["file"], fault["value"]) == ("max_change", "2")
    assert "is less than any plan moves from the case as it is" in fault["message"]
    assert fault["allowed"] == "allowed: 6 or more"


def test_a_run_that_is_none_is_told_with_the_nearest(client: TestClient, kept: Served) -> None:
    run = run_of(kept)
    answer = client.post("/api/plan", json={"keep": run[:-1]})
    assert answer.status_code == 422
    assert f"nearest: {run}" in answer.json()["faults"][0]["allowed"]


def test_what_keeps_is_described(client: TestClient) -> None:
    schemas = client.get("/api/openapi.json").json()["components"]["schemas"]
    assert {"keep", "max_change"} <= schemas["Planned"]["properties"].keys()
    assert "keep" not in schemas["Asks"]["properties"]


def test_a_scenario_that_is_saved_opens_still_kept_to_the_plan(client: TestClient) -> None:
    state = "restore=CZE-BASING&keep=case&max_change=8"
    before = opened(client, f"/?{state}")
    assert "It holds what is changed, not whose plan is kept" in before
    said = client.post(f"/scenario?{state}", data={"name": "kept-czech"}).text
    link = re.search(r'href="([^"]+)">Open it by its name', said)
    assert link
    to = unescape(link[1])
    assert to == "/?scenario=kept-czech&keep=case&max_change=8"
    assert "kept to the plan of the case as it is" in said
    moved = re.compile(r"<b>[\d,]+ unit-months?</b> moved, of [\d,]+|<b>[\d.]+%</b>")
    after = opened(client, to)
    assert moved.findall(after) == moved.findall(before)
    # The file itself says what whatif --scenario understands.
    assert client.post("/api/plan", json={"scenario": ["kept-czech"]}).status_code == 202
