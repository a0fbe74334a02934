"""Frontiers, alternatives and stability, as a planner asks for them from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_cli import OFFERS, YAML, muster, write_case
from tests.test_questions_cli import narrow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case and the run made of it."""
    folder = tmp_path_factory.mktemp("choices")
    write_case(folder / "case", offers=OFFERS + "BEL-LAND-2,BEL,inf,1,90,3,3,assumed,,,\n")
    plan = muster("plan", "--case", folder / "case", "--out", folder / "run")
    assert plan.code == 0
    return folder


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


# pareto


def test_pareto_prints_every_point_and_that_there_are_no_others(folder: Path) -> None:
    answer = muster("pareto", "coverage", "personnel", "--case", folder / "case")
    assert answer.code == 0
    assert "no other plan is on the frontier (proven)" in answer.out
    assert narrow(answer.out)
    told = muster("pareto", "coverage", "personnel", "--case", folder / "case", "--json").json
    assert told["complete"]
    points = [(p["values"]["coverage"], p["values"]["personnel"]) for p in told["points"]]
    assert len(points) > 2
    assert points == sorted(points)  # more people, more coverage
    assert points[0] == (0, 0)
    for each in told["points"]:
        assert each["proven"]
        assert each["values"]["coverage"] == each["coverage"]["index"]
        assert each["bound"] == pytest.approx(each["values"]["coverage"])


def test_pareto_of_fewer_points_says_that_there_may_be_more(folder: Path) -> None:
    case = folder / "case"
    answer = muster(
        "pareto", "shortfall", "personnel", "--case", case, "--points", "3", "--hold", "critical"
    )
    assert answer.code == 0
    assert "3 points; there may be more between them." in answer.out
    assert "Held at their best: critical" in answer.out


def test_pareto_of_change_compares_with_the_run_to_keep(folder: Path) -> None:
    arguments = ("pareto", "shortfall", "change", "--case", folder / "case", "--json")
    told = muster(*arguments, "--keep", folder / "run").json
    assert told["points"][0]["values"]["change"] == 0
    assert muster(*arguments).code == 2


def test_a_frontier_that_was_cut_short_is_marked_and_ends_with_3(folder: Path) -> None:
    case = folder / "case"
    answer = muster("pareto", "shortfall", "personnel", "--case", case, "--time-limit", "0.000001")
    assert answer.code == 3
    assert "The time was over" in answer.out
    assert "open" in answer.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("coverge", "personnel"),
        ("shortfall", "shortfall"),
        ("shortfall", "personnel", "--hold", "coverage"),
        ("shortfall", "personnel", "--keep", "run"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_asked_of_a_frontier_is_an_input_error(
    folder: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    answer = muster("pareto", *arguments, "--case", "case")
    assert (answer.code, answer.out) == (2, "")
    assert "1 fault" in answer.err


# alternatives


def test_alternatives_tell_what_each_trades_and_what_all_share(folder: Path) -> None:
    case = folder / "case"
    answer = muster("alternatives", "-k", "2", "--tolerance", "0.2", "--case", case)
    assert answer.code == 0
    assert "Plan 2" in answer.out
    assert "The core that all share" in answer.out
    assert "at most 20.0% above its best" in answer.out
    assert narrow(answer.out)
    arguments = ("alternatives", "-k", "2", "--tolerance", "0.2", "--case", case, "--json")
    told = muster(*arguments).json
    assert len(told["plans"]) == 2
    assert told["plans"][1]["apart"] >= 0.1
    assert told["plans"][1]["tiers"]["shortfall"] <= told["most"]
    assert told["plans"][1]["tiers"]["critical"] == told["plans"][0]["tiers"]["critical"]
    assert all(row["units"] > 0 for row in told["core"])


def test_alternatives_that_do_not_exist_are_proven_not_to(folder: Path) -> None:
    case = folder / "case"
    answer = muster("alternatives", "-k", "9", "--tolerance", "0", "--apart", "1", "--case", case)
    assert answer.code == 0
    assert "There is no further plan that leaves 100.0%" in " ".join(answer.out.split())


# whatif --keep


def test_keeping_to_a_run_is_told_against_the_free_plan(folder: Path) -> None:
    case, run = folder / "case", folder / "run"
    flags = ("--case", case, "--refuse", "BEL-VOTE", "--keep", run)
    free = muster("whatif", *flags, "--json").json
    least, most = free["moves"]["least"]["value"], free["moves"]["free"]
    assert 0 < least <= most
    answer = muster("whatif", *flags, "--max-change", str(least), "--curve")
    assert answer.code == 0
    assert f"with at most {least} unit-months moved" in " ".join(answer.out.split())
    assert "What moves from" in answer.out
    assert "What each step of change buys" in answer.out
    told = muster("whatif", *flags, "--max-change", str(least), "--curve", "--json").json
    assert told["moves"]["held"] == least
    assert told["moves"]["held"] == sum(
        abs(row["units"]) * (row["until"] - row["from"] + 1) for row in told["moved"]
    )
    points = told["curve"]["points"]
    assert told["curve"]["complete"]
    assert points[0]["values"]["change"] == least
    sides = {tier["name"]: tier["value"] for tier in told["changed"]["tiers"]}
    assert points[0]["values"]["critical"] == sides["critical"]
    assert points[0]["values"]["shortfall"] == pytest.approx(sides["shortfall"])


def test_a_bound_that_no_plan_keeps_is_refused_with_the_least(folder: Path) -> None:
    case, run = folder / "case", folder / "run"
    answer = muster(
        "whatif", "--case", case, "--refuse", "BEL-VOTE", "--keep", run, "--max-change", "0"
    )
    assert (answer.code, answer.out) == (2, "")
    assert "is less than any plan moves" in answer.err
    assert "No plan moves so little (proven)" in answer.err


def test_a_run_of_the_same_case_can_be_kept_whole(folder: Path) -> None:
    told = muster(
        "whatif", "--case", folder / "case", "--keep", folder / "run", "--max-change", "0", "--json"
    ).json
    assert told["moves"] == {"free": 0, "held": 0, "least": {"value": 0, "bound": 0}}
    assert told["moved"] == []


@pytest.mark.parametrize("flags", [("--max-change", "3"), ("--curve",), ("--points", "3")])
def test_what_needs_a_run_to_keep_says_so(folder: Path, flags: tuple[str, ...]) -> None:
    answer = muster("whatif", "--case", folder / "case", "--lift", "CZE-BASING", *flags)
    assert (answer.code, answer.out) == (2, "")
    assert flags[0] in answer.err
    assert "1 fault" in answer.err


def test_burden_is_minimised_verified_and_told(tmp_path: Path) -> None:
    keys = "nations: {ALB: {share_key: 0.3}, BEL: {share_key: 0.1}, CZE: {share_key: 0.4}}\n"
    case = write_case(
        tmp_path / "case", yaml=YAML + keys + "tiers: [critical, burden, shortfall, personnel]\n"
    )
    answer = muster("plan", "--case", case, "--out", tmp_path / "run")
    assert answer.code == 0
    assert "burden    heaviest nation" in answer.out
    assert muster("verify", tmp_path / "run").code == 0
