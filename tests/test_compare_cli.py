"""``compare``: two runs side by side, whatever became of their cases since."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.faults import InputError
from reports import past
from tests.test_cli import LINES, OFFERS, YAML, content, edit, muster, put, write_case
from tests.test_runs_cli import Desk

SCENARIO = """\
lift: [CZE-BASING]
pin: [{offer: ALB-LAND-1, line: L01, from: 1, units: 1}]
forbid: [{offer: DNK-HQ-1, line: L02}]
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Two runs: of a case, and of what it was edited to since, under a scenario from elsewhere."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    write_case(desk.folder / "case")
    assert desk.plan("old").code == 0
    write_case(
        desk.folder / "case",
        OFFERS.replace("BEL,inf,1,150", "BEL,inf,2,150").replace("ALB,inf,2", "ALB,inf,1"),
        LINES.replace("L03,Engineers,land,eng,kyiv,,0,1,4,6,3,assumed\n", ""),
        YAML.replace("months: 9", "months: 12").replace(
            "probability: 0.5", "probability: 0.7, month: 4"
        )
        + "  - {id: ALB-CAP, kind: ceiling, nation: ALB, personnel: 100}\n"
        + "tiers: [critical, shortfall, personnel]\n",
    )
    (desk.folder / "new.yaml").write_text(SCENARIO)
    scenario = desk.folder / "new.yaml"
    assert desk.plan("new", "--scenario", scenario, "--gap", 0, "--fresh").code == 0
    return desk


@pytest.fixture(scope="module")
def told(desk: Desk) -> Any:
    """What the two compare to, as JSON."""
    answer = desk.ask("compare", desk.folder / "old", desk.folder / "new", "--json")
    assert (answer.code, answer.err) == (0, "")
    return answer.json


def test_every_input_that_differs_is_named_by_id_and_field_and_no_other(told: Any) -> None:
    inputs = {
        (each["part"], each["id"], each["field"]): (each["before"], each["after"])
        for each in told["inputs"]
    }
    files = {key[1] for key in inputs if key[0] == "file"}
    assert files == {
        "capabilities.csv",
        "requirements.csv",
        "constraints.yaml",
        "scenarios/new.yaml",
    }
    whole = {key: value for key, value in inputs.items() if None in value and not key[2]}
    assert {key[:2] for key in whole if key[0] != "file"} == {
        ("lines", "L03"), ("caveats", "ALB-CAP"), ("forbid", "DNK-HQ-1 L02"),
        ("pin", "pin ALB-LAND-1 on L01 from 1"),
    }  # fmt: skip
    assert inputs["caveats", "ALB-CAP", ""][1]["personnel"] == 100
    assert {
        key: value for key, value in inputs.items() if key[0] != "file" and key not in whole
    } == {
        ("option", "gap", ""): (0.0001, 0.0),
        ("option", "scenarios", ""): ([], ["new.yaml"]),
        ("offers", "ALB-LAND-1", "units"): (2, 1),
        ("offers", "BEL-LAND-1", "units"): (1, 2),
        ("caveats", "BEL-VOTE", "probability"): (0.5, 0.7),
        ("caveats", "BEL-VOTE", "month"): (1, 4),
        ("caveats", "CZE-BASING", "active"): (True, False),
        ("calendar", "", "months"): (9, 12),
        ("tiers", "", ""): (
            ["critical", "shortfall", "conditional", "personnel"],
            ["critical", "shortfall", "personnel"],
        ),
    }


def test_what_came_of_it_adds_up_to_the_difference_of_the_plans(desk: Desk, told: Any) -> None:
    plans = [json.loads((desk.folder / each / "plan.json").read_text()) for each in ("old", "new")]
    for plan, side in zip(plans, ("base", "changed"), strict=True):
        assert [{**each, "value": float(each["value"])} for each in told[side]["tiers"]] == plan[
            "tiers"
        ]
    units: dict[tuple[Any, ...], int] = {}
    for plan, sign in zip(plans, (-1, 1), strict=True):
        for row in plan["assignments"]:
            key = tuple(row[name] for name in ("offer", "line", "area", "from"))
            units[key] = units.get(key, 0) + sign * row["units"]
    moved = {(r["offer"], r["line"], r["area"], r["from"]): r["units"] for r in told["assignments"]}
    assert moved == {key: count for key, count in units.items() if count}
    missing: dict[tuple[str, int], float] = {}
    for plan, sign in zip(plans, (-1, 1), strict=True):
        for gap in plan["gaps"]:
            for month in range(gap["from"], gap["until"] + 1):
                cell = gap["line"], month
                missing[cell] = missing.get(cell, 0) + sign * gap["shortfall"]
    assert {
        (gap["line"], month): gap["after"] - gap["before"]
        for gap in told["gaps"]
        for month in range(gap["from"], gap["until"] + 1)
    } == {cell: value for cell, value in missing.items() if value}
    assert {"L03"} <= {gap["line"] for gap in told["gaps"] if gap["what"] == "closed"}
    roles = {each["role"]: (each["before"], each["after"]) for each in told["coverage"]}
    assert roles["all"] == tuple(plan["coverage"]["index"] for plan in plans)


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_shows_the_same_within_its_width(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    answer = desk.ask("compare", desk.folder / "old", desk.folder / "new")
    assert answer.code == 0
    assert max(map(len, answer.out.splitlines())) <= width
    for text in (
        "BEL-LAND-1 units",
        "CZE-BASING active",
        "Gaps: missing",
        "ALB-CAP",
        "conditional",
    ):
        assert text in answer.out


def test_the_tables_hold_what_the_json_tells(desk: Desk, told: Any, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    words = ["compare", desk.folder / "old", desk.folder / "new", "--csv", folder]
    assert desk.ask(*words).code == 0
    found = {
        path.name: list(csv.DictReader(path.read_text("utf-8").splitlines()))
        for path in folder.iterdir()
    }
    assert set(found) == {
        f"{n}.csv" for n in ("inputs", "tiers", "coverage", "gaps", "assignments", "caveats")
    }
    for name in ("inputs", "gaps", "assignments"):
        assert len(found[f"{name}.csv"]) == len(told[name]) > 0
    assert {
        "part": "offers",
        "id": "BEL-LAND-1",
        "field": "units",
        "before": "1",
        "after": "2",
    } in (found["inputs.csv"])
    [conditional] = [row for row in found["tiers.csv"] if row["tier"] == "conditional"]
    assert conditional["before"]
    assert conditional["after"] == ""
    again = desk.ask(*words)
    assert again.code == 2
    assert "holds files already" in again.err


def test_a_run_compared_with_itself_differs_in_nothing(desk: Desk) -> None:
    answer = desk.ask("compare", desk.folder / "new", desk.details("new")["run"])
    assert answer.code == 0
    assert "Both were made from the same inputs." in answer.out
    assert "Nothing changes in the plan." in answer.out
    told = desk.ask("compare", desk.folder / "new", desk.folder / "new", "--json").json
    assert not any(told[name] for name in ("inputs", "coverage", "gaps", "assignments"))


def test_a_case_is_found_where_it_is_named_if_it_has_moved(desk: Desk, tmp_path: Path) -> None:
    words = ["compare", desk.folder / "old", desk.folder / "new", "--history", "off", "--json"]
    lost = muster(*words)
    assert lost.code == 2
    assert [each["value"] for each in lost.json["faults"]] == [
        "capabilities.csv", "constraints.yaml", "requirements.csv"
    ]  # fmt: skip
    assert {each["allowed"] for each in lost.json["faults"]} == {
        "name a folder that holds it with --case"
    }
    assert muster(*words, "--case", write_case(tmp_path / "elsewhere")).code == 0


def older(run: Any) -> None:
    run["versions"]["muster"] = "0.0.9"
    del run["events"], run["warnings"]


HARM: dict[str, tuple[Callable[[Path], None], str]] = {
    "no run": (shutil.rmtree, r"is no folder with a run"),
    "no plan": (lambda run: (run / "plan.json").unlink(), r"plan\.json: is missing"),
    "an older version": (
        edit("run.json", older),
        r"run\.json: versions\.muster: '0\.0\.9': is not read by Muster \d.*: events Field required",
    ),
    "no JSON": (content("plan.json", b"{"), r"plan\.json: is no JSON"),
    "another plan": (
        edit("plan.json", lambda plan: plan["assignments"].pop()),
        r"run\.json: run: .*: does not follow from the inputs and the plan",
    ),
    "other inputs": (
        put("run.json", "case", "files", "capabilities.csv", value="0" * 64), r"input_hash"
    ),
    "binary": (content("run.json", b"\xff\xfe\x00"), r"run\.json: is no UTF-8 text"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARM)
def test_a_damaged_run_is_told_and_nothing_is_compared(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    harm, said = HARM[name]
    run = Path(shutil.copytree(desk.folder / "old", tmp_path / "run"))
    harm(run)
    answer = desk.ask("compare", run, desk.folder / "new")
    assert (answer.code, answer.out) == (2, "")
    faults = answer.err.splitlines()[:-1]
    assert len(faults) == 1
    assert re.search(said, faults[0]), faults


def test_files_that_lead_out_of_the_case_are_not_written(desk: Desk, tmp_path: Path) -> None:
    """The names in a run that somebody else sent are not believed."""
    with pytest.raises(InputError, match="lies outside the case"):
        past.laid(tmp_path / "inside", {"../outside.csv": b""})
    assert not (tmp_path / "outside.csv").exists()
