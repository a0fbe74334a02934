"""Scenarios as a planner meets them: plan, check and verify, and what a run says of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.test_cli import muster, write_case

NO_VOTE = "title: The <vote> is lost\nset: {BEL-VOTE: {status: refused}}\n"
MORE = "title: More of ALB\nset: {ALB-LAND-1: {units: 6}}\n"
FORBID = "forbid: [{offer: ALB-LAND-1}]\n"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case with scenarios no-vote and more, in a folder in which commands are started."""
    folder = write_case(tmp_path / "case")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "no-vote.yaml").write_text(NO_VOTE, "utf-8")
    (folder / "scenarios" / "more.yaml").write_text(MORE, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return folder


def test_a_plan_of_scenarios_is_written_beside_the_base_and_says_so(case: Path) -> None:
    base = muster("plan", "--case", "case")
    what_if = muster("plan", "--case", "case", "--scenario", "no-vote", "--scenario", "more")
    assert (base.code, what_if.code) == (0, 0)
    assert "Scenario" not in base.out
    said = "Scenarios: The <vote> is lost (no-vote); and on top: More of ALB (more)"
    assert what_if.out.splitlines()[1] == said
    run = Path("out", "no-vote+more")
    assert said.replace("<", "&lt;").replace(">", "&gt;") in (run / "report.md").read_text("utf-8")
    assert "--scenario no-vote --scenario more" in (run / "report.md").read_text("utf-8")
    told = json.loads((run / "run.json").read_text("utf-8"))
    assert told["options"]["scenarios"] == ["no-vote", "more"]
    assert list(told["case"]["files"])[3:] == ["scenarios/no-vote.yaml", "scenarios/more.yaml"]
    assert told["case"]["scenarios"] == {}
    assert told["run"] != json.loads(Path("out", "base", "run.json").read_text("utf-8"))["run"]
    assert "BEL-VOTE" not in (run / "assignments.csv").read_text("utf-8")


def test_the_order_of_scenarios_is_part_of_the_run(case: Path) -> None:
    (case / "scenarios" / "fewer.yaml").write_text(MORE.replace("6", "1"), "utf-8")
    for names in (("more", "fewer"), ("fewer", "more")):
        given = [word for name in names for word in ("--scenario", name)]
        answer = muster("plan", "--case", case, *given, "--json")
        assert answer.json["scenarios"] == list(names)
        assert answer.json["out"] == str(Path("out", "+".join(names)))
    one, two = (
        json.loads(Path("out", name, "plan.json").read_text("utf-8"))
        for name in ("more+fewer", "fewer+more")
    )
    assert one["tiers"] != two["tiers"]


def test_out_is_where_it_is_told(case: Path) -> None:
    assert muster("plan", "--case", case, "--scenario", "more", "--out", "here").code == 0
    assert Path("here", "run.json").exists()
    assert not Path("out").exists()


def test_check_reads_the_case_under_scenarios(case: Path) -> None:
    answer = muster("check", "--case", "case", "--scenario", "no-vote", "--scenario", "more")
    assert answer.code == 0
    assert answer.out.splitlines()[-2].startswith("case + no-vote + more: 4 offers")
    (case / "scenarios" / "wrong.yaml").write_text("set:\n  ALB-LAND-1: {units: 0}\n", "utf-8")
    answer = muster("check", "--case", "case", "--scenario", "wrong")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines() == [
        "scenarios/wrong.yaml:2: set.ALB-LAND-1.units: '0': is not allowed here; "
        "allowed: a whole number, 1 or more",
        "1 fault. Nothing was written.",
    ]
    answer = muster("check", "--case", "case", "--scenario", "mor")
    assert answer.code == 2
    assert "'mor': is no known scenario; nearest: more; the way to any other" in answer.err


def test_check_says_that_a_forbid_leaves_a_line_to_nobody(case: Path) -> None:
    (case / "scenarios" / "forbid.yaml").write_text("forbid: [{offer: DNK-HQ-1}]\n", "utf-8")
    answer = muster("check", "--case", "case", "--scenario", "forbid")
    assert "line L02: 'L02': is a line that nobody can ever fill" in answer.out


def test_a_wrong_scenario_leaves_an_earlier_run_alone(case: Path) -> None:
    assert muster("plan", "--case", case, "--scenario", "more").code == 0
    before = {each.name: each.read_bytes() for each in Path("out", "more").iterdir()}
    (case / "scenarios" / "more.yaml").write_text("set: {ALB: {units: 1}}\n", "utf-8")
    assert muster("plan", "--case", case, "--scenario", "more").code == 2
    assert {each.name: each.read_bytes() for each in Path("out", "more").iterdir()} == before


def test_a_gap_report_names_a_forbid(case: Path) -> None:
    (case / "scenarios" / "forbid.yaml").write_text(FORBID, "utf-8")
    assert muster("plan", "--case", case, "--scenario", "forbid").code == 0
    run = Path("out", "forbid")
    assert "Albania (2 units): a forbid of scenario forbid." in (run / "report.md").read_text(
        "utf-8"
    )
    assert "ALB-LAND-1" not in (run / "assignments.csv").read_text("utf-8")
    assert muster("verify", run).code == 0


def test_a_plan_keeps_pins_and_verify_asks_for_them(case: Path) -> None:
    pin = "pin: [{offer: CZE-LAND-1, line: L01, from: 4, units: 1}]\n"
    (case / "scenarios" / "pinned.yaml").write_text(pin, "utf-8")
    assert muster("plan", "--case", case, "--scenario", "pinned").code == 0
    run = Path("out", "pinned")
    assert "CZE-LAND-1,CZE,L01,land,inf,poland,1,120,4" in (run / "assignments.csv").read_text(
        "utf-8"
    )
    assert muster("verify", run).code == 0
    told = json.loads((run / "plan.json").read_text("utf-8"))
    told["assignments"] = [a for a in told["assignments"] if a["offer"] != "CZE-LAND-1"]
    (run / "plan.json").write_text(json.dumps(told), "utf-8")
    assert (
        "pin CZE-LAND-1 on L01 from 4: 0 units begin, 1 are asked for" in muster("verify", run).err
    )


def test_what_only_a_solver_sees_is_told_by_plan_and_nothing_is_written(case: Path) -> None:
    text = (
        "add: {caveats: [{id: ALB-WITH-BEL, kind: partner, nation: ALB, with: [BEL]}]}\n"
        "pin: [{offer: ALB-LAND-1, line: L01, from: 1, units: 1}]\n"
        "forbid: [{offer: BEL-LAND-1}]\n"
    )
    (case / "scenarios" / "pinned.yaml").write_text(text, "utf-8")
    assert muster("check", "--case", case, "--scenario", "pinned").code == 0
    answer = muster("plan", "--case", case, "--scenario", "pinned")
    assert answer.code == 2
    assert "pin ALB-LAND-1 on L01 from 1" in answer.err
    assert "ALB-WITH-BEL" in answer.err
    assert not Path("out").exists()


def test_a_pin_against_a_pending_vote_is_refused_where_the_run_takes_it_as_refused(
    case: Path,
) -> None:
    pin = "pin: [{offer: BEL-LAND-1, line: L01, from: 1, units: 1}]\n"
    (case / "scenarios" / "pinned.yaml").write_text(pin, "utf-8")
    words = ("plan", "--case", case, "--scenario", "pinned", "--pending")
    assert "contradicts caveat BEL-VOTE" in muster(*words, "refused").err
    assert "contradicts caveat BEL-VOTE" not in muster(*words, "granted").err


# verify


def test_verify_reads_the_scenarios_again(case: Path) -> None:
    muster("plan", "--case", case, "--scenario", "no-vote", "--scenario", "more")
    run = Path("out", "no-vote+more")
    assert muster("verify", run).code == 0
    changed = MORE.replace("6", "5")
    (case / "scenarios" / "more.yaml").write_text(changed, "utf-8")
    answer = muster("verify", run)
    assert answer.code == 2
    assert "case scenarios/more.yaml: SHA-256" in answer.err
    (case / "scenarios" / "more.yaml").unlink()
    answer = muster("verify", run)
    assert answer.code == 2
    assert "case scenarios: 'more': is no known scenario" in answer.err


def test_verify_does_not_take_a_run_for_one_without_its_scenarios(case: Path) -> None:
    muster("plan", "--case", case, "--scenario", "no-vote")
    file = Path("out", "no-vote", "run.json")
    told = json.loads(file.read_text("utf-8"))
    told["options"]["scenarios"] = []
    file.write_text(json.dumps(told), "utf-8")
    answer = muster("verify", file.parent)
    assert answer.code == 2
    assert "input_hash" in answer.err
    assert "case scenarios/no-vote.yaml: SHA-256" in answer.err


def test_a_scenario_from_elsewhere_is_found_again_and_its_place_is_no_input(case: Path) -> None:
    names = []
    for folder in ("one", "two"):
        Path(folder).mkdir()
        shutil.copy(case / "scenarios" / "more.yaml", Path(folder, "mine.yaml"))
        answer = muster("plan", "--case", "case", "--scenario", f"{folder}/mine.yaml", "--json")
        assert answer.json["out"] == str(Path("out", "mine"))
        names.append(answer.json["run"])
        told = json.loads(Path("out", "mine", "run.json").read_text("utf-8"))
        assert told["options"]["scenarios"] == ["mine.yaml"]
        assert told["case"]["scenarios"] == {"mine.yaml": str(Path(folder, "mine.yaml").resolve())}
        assert muster("verify", "out/mine").code == 0
    assert names[0] == names[1]
    # The case and the scenario have moved: both are looked for where one is now.
    case.rename("moved")
    Path("two", "mine.yaml").rename("mine.yaml")
    assert muster("verify", "out/mine", "--case", "moved").code == 0
    Path("mine.yaml").unlink()
    answer = muster("verify", "out/mine", "--case", "moved")
    assert answer.code == 2
    assert "case mine.yaml: is missing" in answer.err


@pytest.mark.parametrize("name", ["../run.json", "a\0b.yaml", "", "no-vote\n", "x" * 300])
def test_verify_survives_names_that_nobody_can_have_given(case: Path, name: str) -> None:
    muster("plan", "--case", case, "--scenario", "no-vote")
    file = Path("out", "no-vote", "run.json")
    told = json.loads(file.read_text("utf-8"))
    told["options"]["scenarios"] = [name]
    told["case"]["scenarios"] = {name: name}
    file.write_text(json.dumps(told), "utf-8")
    assert muster("verify", file.parent).code == 2
