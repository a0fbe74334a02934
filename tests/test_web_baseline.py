"""The page against an earlier run of the history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import solve
from reports.history_db import RunHistory
from tests.test_reports import write_case
from tests.test_web import opened
from web.answers import Served
from web.app import application


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A case, and a history with one run of it that has one offer less in force."""
    folder = tmp_path_factory.mktemp("baseline")
    write_case(folder / "case")
    less = folder / "less.yaml"
    offer = (folder / "case" / "capabilities.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    less.write_text(f"title: One less\nforbid: [{{offer: {offer}}}]\n", encoding="utf-8")
    history = folder / "runs.sqlite"
    done = CliRunner().invoke(
        solve.app,
        ["plan", "--case", str(folder / "case"), "--scenario", str(less),
         "--out", str(folder / "run"), "--history", str(history)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return Served(folder / "case", history=history)


@pytest.fixture(scope="module")
def client(kept: Served) -> Iterator[TestClient]:
    with TestClient(application(kept, workers=1), base_url="http://127.0.0.1:8765") as client:
        yield client


def run_of(kept: Served) -> str:
    assert kept.history is not None
    [entry] = RunHistory(kept.history).entries()
    return entry.run


def test_an_answer_is_held_against_a_run(client: TestClient, kept: Served) -> None:
    run = run_of(kept)
    page = opened(client, f"/?baseline={run}")
    assert f"Held against run</span> <b>{run}" in page
    assert f'<option value="{run}" selected>' in page
    assert f"in run {run}" in page
    assert 'id="tab-changes"' in page
    assert "in run" not in opened(client, "/")


def test_an_unknown_run_is_told_with_the_nearest(client: TestClient, kept: Served) -> None:
    run = run_of(kept)
    page = client.get(f"/?baseline={run[:-1]}")
    assert page.status_code == 422
    assert f"nearest: {run}" in page.text
    assert "is no run of the history" in page.text


def test_a_run_that_was_changed_since_is_told_and_is_no_baseline(
    client: TestClient, kept: Served, tmp_path: Path
) -> None:
    assert kept.history is not None
    [entry] = RunHistory(kept.history).entries()
    plan = Path(entry.folder) / "plan.json"
    text = plan.read_text("utf-8")
    plan.write_text(text.replace('"units": 1', '"units": 3'), encoding="utf-8")
    try:
        with TestClient(application(kept, workers=1), base_url="http://127.0.0.1:8765") as another:
            another.get(f"/events?baseline={entry.run}")
            page = another.get(f"/?baseline={entry.run}")
            assert page.status_code == 422
            assert "plan.json" in page.text or "run.json" in page.text
    finally:
        plan.write_text(text, encoding="utf-8")


def test_a_run_that_is_gone_is_offered_no_more(kept: Served) -> None:
    assert kept.history is not None
    [entry] = kept.runs()
    place = Path(entry.folder)
    away = place.rename(place.with_name("away"))
    try:
        assert kept.runs() == []
    finally:
        away.rename(place)
