"""A plan to keep, from the shell: what is recorded, what is verified, what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import YAML, muster, write_case

CHANGED = YAML.replace("pending, probability: 0.5", "refused")
NAMED = "tiers: [critical, shortfall, change, personnel]\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case, a run of it, the changed case, and a run of that which keeps."""
    folder = tmp_path_factory.mktemp("kept")
    write_case(folder / "case")
    assert muster("plan", "--case", folder / "case", "--out", folder / "run").code == 0
    write_case(folder / "later", yaml=CHANGED + NAMED)
    answer = muster(
        "plan", "--case", folder / "later", "--keep", folder / "run", "--out", folder / "next"
    )
    assert (answer.code, answer.err) == (0, "")
    assert "moved from before" in answer.out
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "80")
    return Path(shutil.copytree(made, tmp_path / "kept"))


def told(run: Path, name: str) -> Any:
    return json.loads((run / name).read_text("utf-8"))


def moved(one: Path, two: Path) -> int:
    """Return the unit-months by which two written plans differ."""
    months: dict[tuple[str, str, int], int] = {}
    for run, sign in ((one, 1), (two, -1)):
        for row in told(run, "plan.json")["assignments"]:
            for month in range(row["from"], row["until"] + 1):
                spot = (row["offer"], row["line"], month)
                months[spot] = months.get(spot, 0) + sign * row["units"]
    return sum(map(abs, months.values()))


def test_a_run_records_what_it_keeps_and_how_far_it_moved(made: Path) -> None:
    run = told(made / "next", "run.json")
    assert run["options"]["keep"] == str(made / "run")
    assert run["case"]["keep"] == str((made / "run").resolve())
    tiers = {tier["name"]: tier["value"] for tier in told(made / "next", "plan.json")["tiers"]}
    assert list(tiers) == ["critical", "shortfall", "change", "personnel"]
    assert tiers["change"] == moved(made / "run", made / "next") > 0
    assert "--keep" in (made / "next" / "report.md").read_text("utf-8")


def test_verify_works_the_change_out_again(folder: Path, made: Path) -> None:
    assert muster("verify", made / "next").code == 0
    plan = told(folder / "next", "plan.json")
    plan["tiers"][2]["value"] += 1
    (folder / "next" / "plan.json").write_text(json.dumps(plan), "utf-8")
    answer = muster("verify", folder / "next")
    assert answer.code == 2
    assert "tiers[2].value" in answer.err


def test_verify_tells_a_kept_plan_that_is_gone_or_was_replaced(folder: Path) -> None:
    path = folder / "next" / "run.json"
    run = told(folder / "next", "run.json")
    run["case"]["keep"] = str(folder / "run")
    path.write_text(json.dumps(run), "utf-8")
    assert muster("verify", folder / "next").code == 0
    muster("plan", "--case", folder / "later", "--out", folder / "run")
    answer = muster("verify", folder / "next")
    assert answer.code == 2
    assert "kept plan.json: SHA-256" in answer.err
    shutil.rmtree(folder / "run")
    answer = muster("verify", folder / "next")
    assert answer.code == 2
    assert "plan to keep: " in answer.err


def test_a_case_that_does_not_name_the_tier_has_it_before_personnel(folder: Path) -> None:
    write_case(folder / "later", yaml=CHANGED)
    out = folder / "other"
    answer = muster("plan", "--case", folder / "later", "--keep", folder / "run", "--out", out)
    assert answer.code == 0
    names = [tier["name"] for tier in told(out, "plan.json")["tiers"]]
    assert names == ["critical", "shortfall", "conditional", "change", "personnel"]
    assert muster("verify", out).code == 0


def test_change_alone_without_a_plan_to_keep_is_refused(folder: Path) -> None:
    write_case(folder / "case", yaml=YAML + "tiers: [change]\n")
    answer = muster("plan", "--case", folder / "case", "--out", folder / "none")
    assert (answer.code, answer.out) == (2, "")
    assert "'change': is the only tier" in answer.err
    assert "--keep RUN" in answer.err
    assert not (folder / "none").exists()
    assert muster("check", "--case", folder / "case").code == 0
    out = folder / "same"
    answer = muster("plan", "--case", folder / "case", "--keep", folder / "run", "--out", out)
    assert answer.code == 0
    assert moved(folder / "run", out) == 0


def test_change_that_is_left_out_is_said_where_the_plan_is_made(folder: Path) -> None:
    answer = muster("plan", "--case", folder / "later", "--out", folder / "none")
    assert answer.code == 0
    assert answer.err.startswith("warning: constraints.yaml: tiers: 'change': is left out")


@pytest.mark.parametrize("what", ["nowhere", "case", "torn", "itself"])
def test_what_is_no_run_to_keep_is_one_clear_error(folder: Path, what: str) -> None:
    keep, out = folder / what, folder / "none"
    if what == "torn":
        keep.mkdir()
        (keep / "plan.json").write_text('{"format": 1}', "utf-8")
    if what == "itself":
        keep = out = folder / "run"
    answer = muster("plan", "--case", folder / "case", "--keep", keep, "--out", out)
    assert (answer.code, answer.out) == (2, "")
    where = "--out: " if what == "itself" else str(keep)
    assert answer.err.startswith(where)
    assert answer.err.endswith("Nothing was written.\n")
    assert not (folder / "none").exists()
