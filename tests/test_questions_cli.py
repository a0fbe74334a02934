"""Questions as a planner asks them from the shell: answers, exit codes, faults."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_cli import YAML, muster, write_case


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
