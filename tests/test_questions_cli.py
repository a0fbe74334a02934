"""Questions as a planner asks them from the shell: answers, exit codes, faults."""

from __future__ import annotations

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
