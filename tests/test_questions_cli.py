"""Questions as a planner asks them from the shell: answers, exit codes, faults."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import model.terms
from model import engine, relaxing
from model.highs import Answer
from tests.conftest import NEVER, NO_SET, calls_infeasible
from tests.test_cli import LINES, YAML, muster, write_case

EST = "{offer: EST-ENG-1, nation: EST, capability: eng, units: 1, personnel: 90, basis: reported}"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "80")
    return write_case(tmp_path / "case")


def narrow(text: str) -> bool:
    """Whether the text fits a small terminal, without colour."""
    return max(map(len, text.splitlines())) <= 80 and "\x1b" not in text


# asks


def test_asks_names_the_sets_and_says_that_there_are_no_others(case: Path) -> None:
    answer = muster("asks", "--case", case, "--goal", "L01=0.9")
    assert answer.code == 0
    assert "CZE-BASING, cost 1, comes to" in answer.out
    assert "There is no other set" in answer.out
    assert narrow(answer.out)
    told = muster("asks", "--case", case, "--goal", "L01=0.9", "--json").json
    assert [[each["id"] for each in one["caveats"]] for one in told["sets"]] == [["CZE-BASING"]]
    assert told["complete"]
    assert told["now"] < 0.9 <= told["sets"][0]["reaches"]


def test_asks_tells_to_accept_a_gap_that_no_set_closes(case: Path) -> None:
    answer = muster("asks", "--case", case, "--goal", "L03=1")
    assert answer.code == 0
    assert "No set of caveats reaches the goal" in answer.out
    assert "Accept the gap" in answer.out


def test_asks_of_a_goal_that_is_reached_names_nobody(case: Path) -> None:
    answer = muster("asks", "--case", case, "--goal", "critical=1000")
    assert (answer.code, answer.err) == (0, "")
    assert "nobody need be asked" in answer.out


def test_a_red_line_is_named_in_no_set(case: Path) -> None:
    write_case(case, yaml=YAML.replace("barred: [ukraine]", "barred: [ukraine], red_line: true"))
    answer = muster("asks", "--case", case, "--goal", "L01=0.9", "--json")
    assert answer.json["sets"] == []
    assert answer.json["best"] < 0.9


@pytest.mark.parametrize("goal", ["lnd=0.5", "critical", "coverage=2"])
def test_what_is_no_goal_is_an_input_error(case: Path, goal: str) -> None:
    answer = muster("asks", "--case", case, "--goal", goal)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("--goal: ")
    assert goal in answer.err


def test_no_answer_in_time_ends_with_3(case: Path) -> None:
    answer = muster("asks", "--case", case, "--goal", "L01=0.9", "--time-limit", "0.000001")
    assert (answer.code, answer.out) == (3, "")
    assert "The time was over" in answer.err


# prices


def test_prices_rank_the_caveats_and_say_what_is_proven(case: Path) -> None:
    answer = muster("prices", "--case", case)
    assert answer.code == 0
    assert re.search(r"1 CZE-BASING +1 +0 +-\d", answer.out)
    assert "Czechia: may not be based in Ukraine." in answer.out
    assert "1 of 2 bring nothing alone" in answer.out
    assert "There is no set of caveats" in answer.out
    assert narrow(answer.out)


def test_prices_as_json_hold_both_ends_and_coverage_by_role_and_time(case: Path) -> None:
    told = muster("prices", "--case", case, "--json").json
    first, second = told["alone"]
    assert (first["ids"], second["ids"]) == (["CZE-BASING"], ["BEL-VOTE"])
    low, high = first["gains"]["shortfall"]
    assert low == high > 0
    assert {each["role"] for each in first["coverage"]} == {"land", "all"}
    assert second["gains"] == {"critical": [0, 0], "shortfall": [0, 0]}
    assert second["coverage"] == []
    assert told["together"] == {"complete": True, "sets": []}
    assert muster("prices", "--case", case, "--alone", "--json").json["together"] is None


def test_prices_of_votes_are_asked_for(case: Path) -> None:
    answer = muster("prices", "--case", case, "--pending", "refused", "--votes", "--json")
    assert [each["what"] for each in answer.json["alone"] if each["what"] != "caveat"] == ["vote"]


def test_prices_that_were_not_solved_in_time_are_marked_and_end_with_3(case: Path) -> None:
    answer = muster("prices", "--case", case, "--time-limit", "0.000001")
    assert answer.code == 3
    assert "to 0" in answer.out
    assert "The time was over before everything was solved." in answer.out


# whatif


def test_whatif_prints_what_a_lifted_caveat_changes_and_nothing_else(case: Path) -> None:
    answer = muster("whatif", "--case", case, "--lift", "CZE-BASING")
    assert answer.code == 0
    assert answer.out.startswith("What if: lift CZE-BASING\n")
    assert re.search(r"^shortfall .* -\d.* proven$", answer.out, re.MULTILINE)
    assert re.search(r"^CZE-LAND-1 ", answer.out, re.MULTILINE)
    assert "L02" not in answer.out
    assert "L03" not in answer.out
    assert narrow(answer.out)


@pytest.mark.parametrize(
    ("flags", "scenario"),
    [
        (["--lift", "CZE-BASING"], "lift: [CZE-BASING]"),
        (["--refuse", "BEL-VOTE"], "set: {BEL-VOTE: {status: refused}}"),
        (["--grant", "BEL-VOTE"], "set: {BEL-VOTE: {status: granted}}"),
        (["--set", "ALB-LAND-1.units=5"], "set: {ALB-LAND-1: {units: 5}}"),
        (["--set", "calendar.months=6"], "set: {calendar: {months: 6, rotation_step: 3}}"),
        (["--pin", "ALB-LAND-1:L01:4"], "pin: [{offer: ALB-LAND-1, line: L01, from: 4, units: 1}]"),
        (
            ["--pin", "ALB-LAND-1:L01:4:2:poland"],
            "pin: [{offer: ALB-LAND-1, line: L01, from: 4, units: 2, area: poland}]",
        ),
        (["--forbid", "ALB-LAND-1:L01"], "forbid: [{offer: ALB-LAND-1, line: L01}]"),
        (["--forbid", "ALB-LAND-1"], "forbid: [{offer: ALB-LAND-1}]"),
        (
            ["--pin", "CZE-LAND-1:L01:1:1:kyiv", "--lift", "CZE-BASING"],
            "lift: [CZE-BASING]\n"
            "pin: [{offer: CZE-LAND-1, line: L01, from: 1, units: 1, area: kyiv}]",
        ),
        (["--add", EST], f"add: {{offers: [{EST}]}}"),
        (
            ["--set", "ALB-LAND-1.units=5", "--lift", "CZE-BASING", "--refuse", "BEL-VOTE"],
            "lift: [CZE-BASING]\nset: {ALB-LAND-1: {units: 5}, BEL-VOTE: {status: refused}}",
        ),
    ],
)
def test_flags_are_the_scenario_that_says_the_same(
    case: Path, flags: list[str], scenario: str
) -> None:
    (case / "scenarios").mkdir()
    (case / "scenarios" / "same.yaml").write_text(scenario, "utf-8")
    typed = muster("whatif", "--case", case, *flags, "--json")
    read = muster("whatif", "--case", case, "--scenario", "same", "--json")
    assert (typed.code, read.code) == (0, 0), typed.err + read.err
    assert typed.json["base"] == read.json["base"]
    assert typed.json["changed"] == read.json["changed"]
    assert typed.json["coverage"] == read.json["coverage"]


def test_an_offer_that_is_added_fills_what_nobody_else_can(case: Path) -> None:
    answer = muster("whatif", "--case", case, "--add", EST, "--json")
    assert answer.code == 0
    assert answer.json["change"] == ["add 1 of EST-ENG-1"]
    before, after = (answer.json[side]["tiers"][1]["value"] for side in ("base", "changed"))
    assert before > after


def test_restoring_is_lifting_the_other_way_round(case: Path) -> None:
    write_case(case, yaml=YAML.replace("barred: [ukraine]", "barred: [ukraine], active: false"))
    answer = muster("whatif", "--case", case, "--restore", "CZE-BASING", "--json")
    assert answer.code == 0
    before, after = (answer.json[side]["tiers"][1]["value"] for side in ("base", "changed"))
    assert before < after
    assert answer.json["caveats"]["now_binding"] == ["CZE-BASING"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "no change is given"),
        (["--lift", "CZE-BASIN"], "'CZE-BASIN': is no caveat or rule; nearest: CZE-BASING"),
        (["--restore", "CZE-BASING"], "is active already"),
        (["--refuse", "us"], "is no vote or condition"),
        (["--refuse", "BEL-VOTE", "--grant", "BEL-VOTE"], "is refused too"),
        (["--set", "ALB-LAND-1"], "allowed: ID.FIELD=VALUE"),
        (["--set", "ALB-LAND-1.units=x"], "typed: set.ALB-LAND-1.units: 'x'"),
        (["--set", "ALB-LAND-2.units=1"], "is no known id or section; nearest: ALB-LAND-1"),
        (["--set", "ALB-LAND-1.units=1", "--set", "ALB-LAND-1.units=2"], "is given twice"),
        (["--set", "CZE-BASING.active=true", "--lift", "CZE-BASING"], "switched by a flag too"),
        (["--set", "ALB-LAND-1.units=[1"], "is not valid YAML"),
        (["--pin", "ALB-LAND-1:L01"], "allowed: OFFER:LINE:FROM[:UNITS[:AREA]]"),
        (["--pin", "ALB-LAND-1:L01:one"], "allowed: OFFER:LINE:FROM[:UNITS[:AREA]]"),
        (["--pin", "ALB-LAND-1:L9:1"], "'L9': is no known line; "),
        (["--add", "EST-ENG-1"], "allowed: {offer: ID, nation: CODE, capability: NAME, units: 1"),
        (["--add", EST.replace("eng", "engr")], "typed: add.offers[0].capability"),
        (["--add", EST.replace("EST-ENG-1", "ALB-LAND-1")], "ALB-LAND-1"),
        (["--forbid", ":L01"], "allowed: OFFER or OFFER:LINE"),
        (["--forbid", "ALB-LAND-9"], "is no known offer; nearest: ALB-LAND-1"),
        (["--scenario", "nowhere"], "is no known scenario"),
        (["--pin", "CZE-LAND-1:L01:1:1:kyiv"], "contradicts caveat CZE-BASING: Czechia"),
        (["--pin", "CZE-LAND-1:L01:1", "--forbid", "CZE-LAND-1"], "forbid of scenario typed"),
        (["--pin", "BEL-LAND-1:L01:1", "--refuse", "BEL-VOTE"], "caveat BEL-VOTE"),
        (
            ["--pin", "ALB-LAND-1:L01:1:2", "--pin", "ALB-LAND-1:L01:4:2"],
            "pin ALB-LAND-1 on L01 from 4 and pin ALB-LAND-1 on L01 from 1 contradict the units",
        ),
    ],
)
def test_what_cannot_be_is_an_input_error_that_names_it(
    case: Path, flags: list[str], said: str
) -> None:
    answer = muster("whatif", "--case", case, *flags)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_whatif_that_runs_out_of_time_is_marked_and_ends_with_3(case: Path) -> None:
    answer = muster("whatif", "--case", case, "--lift", "CZE-BASING", "--time-limit", "0.000001")
    assert answer.code == 3
    assert "the time limit ended the search" in " ".join(answer.out.split())


# why, why-gap


def test_why_names_every_caveat_that_forbids_an_offer_and_what_to_lift(case: Path) -> None:
    write_case(case, lines=LINES.replace("poland:0.5", ""))
    answer = muster("why", "CZE-LAND-1", "--case", case, "--line", "L01")
    assert answer.code == 0
    assert "Forbidden: no plan has it in place." in answer.out
    assert "CZE-BASING, closes 2 of 2 tours" in answer.out
    assert "Proof: read off the caveats" in answer.out
    assert narrow(answer.out)
    told = muster("why", "CZE-LAND-1", "--case", case, "--json").json
    assert told["verdict"] == "forbidden"
    assert told["locks"] == {"complete": True, "sets": [["CZE-BASING"]]}


def test_why_says_what_having_an_offer_costs(case: Path) -> None:
    forbid = muster("why", "BEL-LAND-1", "--case", case, "--month", "9", "--json").json
    assert forbid["verdict"] == "no way"  # the line is demanded until month 6
    write_case(
        case,
        lines=LINES.replace(
            "L01,Battalions,land,inf,kyiv,poland:0.5,1,3", "L01,Battalions,land,inf,kyiv,,1,2"
        ),
    )
    answer = muster("why", "BEL-LAND-1", "--case", case, "--month", "4")
    assert answer.code == 0
    assert re.search("In place in the best plan|To have one unit in place costs", answer.out)
    assert "Proof: " in answer.out


def test_why_gap_says_what_is_in_the_way(case: Path) -> None:
    answer = muster("why-gap", "L01", "--case", case)
    assert answer.code == 0
    assert "No plan misses less here" in answer.out
    assert "1 CZE-BASING" in answer.out
    assert "its bound meets the plan shown" in answer.out
    assert narrow(answer.out)
    told = muster("why-gap", "L03", "--case", case, "--json").json
    assert told["locks"] == {"complete": True, "sets": []}
    assert told["missing"]["now"] == told["missing"]["floor"] == 6
    write_case(
        case,
        lines=LINES.replace("L02,Staff,hub,staff,hq,,1,2,,", "L02,Staff,hub,staff,hq,,1,2,1,6"),
    )
    assert "No gap: the best plan" in muster("why-gap", "L02", "--case", case).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["why", "CZE-LAND-2"], "is no known offer; nearest: CZE-LAND-1"),
        (["why", "CZE-LAND-1", "--line", "L9"], "is no known line"),
        (["why", "CZE-LAND-1", "--month", "10"], "allowed: 1 to 9"),
        (["why-gap", "L9"], "is no known line"),
    ],
)
def test_why_of_what_does_not_exist_is_an_input_error(
    case: Path, arguments: list[str], said: str
) -> None:
    answer = muster(*arguments, "--case", case)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


# stress


def test_stress_ranks_the_nations_by_what_their_loss_costs(case: Path) -> None:
    answer = muster("stress", "--case", case)
    assert answer.code == 0
    assert re.search(r"^ ?1 \S+ +\+\d", answer.out, re.MULTILINE)
    assert "The loss of" in answer.out or "Denmark" in answer.out
    assert narrow(answer.out)
    told = muster("stress", "--case", case, "--pairs", "--json").json
    assert {tuple(each["nations"]) for each in told["nations"]} == {
        ("ALB",), ("BEL",), ("CZE",), ("DNK",)
    }  # fmt: skip
    assert len(told["pairs"]) == 6
    assert told["in_time"]


def test_stress_cut_short_is_marked_and_ends_with_3(case: Path) -> None:
    answer = muster("stress", "--case", case, "--time-limit", "0.000001")
    assert answer.code == 3
    assert "The time was over before everything was solved." in " ".join(answer.out.split())


# A solver that errs

QUESTIONS = [
    (("prices",), NEVER),
    (("asks", "--goal", "L01=0.9"), NO_SET),
    (("asks", "--goal", "critical=1000"), NEVER),
    (("why", "CZE-LAND-1"), NEVER),
    (("why-gap", "L01"), NO_SET),
    (("stress",), NEVER),
]


@pytest.mark.parametrize(("asked", "said"), QUESTIONS, ids=lambda each: " ".join(each[:1]))
def test_what_the_solver_of_an_answer_is_caught_at_is_printed_and_in_its_json(
    case: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr(engine, "beside", list)  # a process beside this one would not lie
    right = muster(*asked, "--case", case, "--json").json
    assert right.pop("events") == []
    usual = muster(*asked, "--case", case)
    assert "The solver:" not in usual.out
    calls_infeasible(monkeypatch, model.terms, relaxing)
    told = muster(*asked, "--case", case, "--json").json
    events = told.pop("events")
    for answer in (told, right):
        for each in answer.get("sets", ()):
            del each["reaches"]  # what some plan comes to, of all that reach the goal
    assert told == right
    assert any(said in each for each in events)
    shown = muster(*asked, "--case", case)
    assert shown.code == usual.code == 0
    # Parts that are searched side by side meet theirs in any order.
    before, *lines = " ".join(shown.out.split()).split(" The solver: ")
    assert before == " ".join(usual.out.split())
    assert sorted(lines) == sorted(events)
    assert narrow(shown.out)


def test_a_line_without_a_gap_tells_what_the_solver_was_caught_at(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_case(case, lines=LINES.replace("hq,,1,2", "hq,,1,1"))
    calls_infeasible(monkeypatch, model.terms)
    shown = " ".join(muster("why-gap", "L02", "--case", case).out.split())
    assert "No gap" in shown
    assert NEVER in shown


def test_asks_that_the_solver_cannot_prove_say_so_and_end_with_3(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = Answer("infeasible", None, -math.inf, "Infeasible")
    monkeypatch.setattr(relaxing, "minimise", lambda *given, **more: none)
    answer = muster("asks", "--case", case, "--goal", "L01=0.9")
    assert answer.code == 3
    assert "Not proven: a part of this set, or a cheaper one, may do." in answer.out
    assert "there may be other sets, cheaper ones too." in " ".join(answer.out.split())
    assert "The solver: HiGHS said twice that no set" in answer.out
