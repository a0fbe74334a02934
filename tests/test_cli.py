"""The program as a planner meets it: commands, exit codes, and what ``verify`` catches."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import solve
from commands import common
from model import outcome, solver

ROOT = Path(solve.__file__).parent
ORACLES = ROOT / "tests" / "oracles" / "cases"

OFFERS = """\
offer,nation,capability,units,personnel,tour,dwell,basis,available_from,available_until,notice_days
ALB-LAND-1,ALB,inf,2,100,3,3,assumed,,,
BEL-LAND-1,BEL,inf,1,150,6,6,reported,,,
CZE-LAND-1,CZE,inf,1,120,6,6,inferred,,,
DNK-HQ-1,DNK,staff,3,10,6,6,inferred,,,
"""
LINES = """\
line,title,role,capability,area,elsewhere,minimum,target,from,until,priority,basis
L01,Battalions,land,inf,kyiv,poland:0.5,1,3,1,6,1,assumed
L02,Staff,hub,staff,hq,,1,2,,,2,reported
L03,Engineers,land,eng,kyiv,,0,1,4,6,3,assumed
"""
YAML = """\
force: Test force
calendar: {months: 9, rotation_step: 3}
areas: {ukraine: {}, kyiv: {within: ukraine}, poland: {}, paris: {}, london: {}}
headquarters: {seats: [{area: paris, months: 6}, {area: london, months: 6}]}
capabilities: {inf: {}, staff: {}, eng: {}}
caveats:
  - {id: BEL-VOTE, kind: approval, nation: BEL, body: Parliament, status: pending, probability: 0.5}
  - {id: CZE-BASING, kind: basing, nation: CZE, barred: [ukraine]}
"""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def muster(*arguments: object) -> Answer:
    """Run a command inside this process."""
    result = CliRunner().invoke(solve.app, [str(each) for each in arguments])
    assert "Traceback" not in result.output
    return Answer(result.exit_code, result.stdout, result.stderr)


def write_case(folder: Path, offers: str = OFFERS, lines: str = LINES, yaml: str = YAML) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "capabilities.csv").write_text(offers, "utf-8")
    (folder / "requirements.csv").write_text(lines, "utf-8")
    (folder / "constraints.yaml").write_text(yaml, "utf-8")
    return folder


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_case(tmp_path / "case")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A folder with a case and the run made of it, and what was printed."""
    folder = tmp_path_factory.mktemp("planned")
    write_case(folder / "case")
    return folder, muster("plan", "--case", folder / "case", "--out", folder / "run")


@pytest.fixture
def run(planned: tuple[Path, Answer], tmp_path: Path) -> Path:
    """A copy of that run, to be tampered with."""
    return Path(shutil.copytree(planned[0] / "run", tmp_path / "run"))


# plan


def test_plan_writes_a_run_prints_it_and_ends_with_0(planned: tuple[Path, Answer]) -> None:
    folder, answer = planned
    assert answer.code == 0
    assert answer.err == ""
    assert {each.name for each in (folder / "run").iterdir()} == {
        "run.json", "plan.json", "assignments.csv", "coverage.csv", "gaps.csv", "report.md", "report.html", "report.xlsx"
    }  # fmt: skip
    assert "Coverage by role" in answer.out
    assert "Proof: every tier is proven." in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "\x1b" not in answer.out


def test_plan_prints_json_for_a_program(case: Path, tmp_path: Path) -> None:
    answer = muster("plan", "--case", case, "--out", tmp_path / "run", "--json")
    written = json.loads((tmp_path / "run" / "plan.json").read_text("utf-8"))
    assert answer.code == 0
    assert {name: answer.json[name] for name in written} == written
    assert answer.json["out"] == str(tmp_path / "run")


def test_the_same_case_gives_the_same_files_but_for_the_times(case: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert muster("plan", "--case", case, "--out", tmp_path / name).code == 0
    for each in (tmp_path / "one").iterdir():
        same = each.read_bytes() == (tmp_path / "two" / each.name).read_bytes()
        assert same is (each.name != "run.json"), each.name


def test_a_plan_replaces_the_run_that_was_there(run: Path, case: Path) -> None:
    before = (run / "plan.json").read_text("utf-8")
    assert muster("plan", "--case", case, "--out", run, "--pending", "refused").code == 0
    assert json.loads((run / "run.json").read_text("utf-8"))["options"]["pending"] == "refused"
    assert (run / "plan.json").read_text("utf-8") != before
    assert muster("verify", run).code == 0


def test_a_search_that_runs_out_of_time_is_written_marked_and_ends_with_3(
    case: Path, tmp_path: Path
) -> None:
    answer = muster("plan", "--case", case, "--out", tmp_path / "run", "--time-limit", "1e-9")
    assert answer.code == 3
    assert json.loads((tmp_path / "run" / "plan.json").read_text())["status"] == "time_limit"
    assert "the time limit ended the search" in answer.out.replace("\n", " ")
    assert muster("verify", tmp_path / "run").code == 0


@pytest.mark.parametrize("status", ["within_gap", "interrupted"])
def test_any_answer_that_is_not_proven_ends_with_3(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    whole = outcome.concluded

    def cut_short(*arguments: Any) -> Any:
        return dataclasses.replace(whole(*arguments), status=status)

    monkeypatch.setattr(outcome, "concluded", cut_short)
    assert muster("plan", "--case", case, "--out", tmp_path / "run").code == 3
    assert json.loads((tmp_path / "run" / "plan.json").read_text())["status"] == status


def test_a_tier_without_a_reference_plan_is_left_out_with_a_note(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", yaml=f"{YAML}tiers: [critical, change, personnel]\n")
    answer = muster("plan", "--case", case, "--out", tmp_path / "run", "--json")
    assert [tier["name"] for tier in answer.json["tiers"]] == ["critical", "personnel"]
    report = (tmp_path / "run" / "report.md").read_text("utf-8")
    assert "'change': is left out: there is no reference plan" in report
    assert muster("verify", tmp_path / "run").code == 0


def test_the_shipped_case_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()  # somebody else's
    monkeypatch.chdir(tmp_path)
    assert common.case_folder(None) == ROOT / "data"
    write_case(tmp_path / "data")
    assert common.case_folder(None) == Path("data")
    assert muster("check", "--json").json["counts"]["offers"] == 4


@pytest.mark.parametrize("name", ["05", "09", "11", "22", "25"])
def test_a_case_with_a_known_answer_is_planned_and_holds(tmp_path: Path, name: str) -> None:
    case = next(ORACLES.glob(f"{name}-*"))
    expected = json.loads((case / "expected.json").read_text("utf-8"))["tiers"]
    answer = muster("plan", "--case", case, "--out", tmp_path / "run", "--gap", 0, "--json")
    assert answer.code == 0
    found = {tier["name"]: tier["value"] for tier in answer.json["tiers"]}
    assert found == pytest.approx(expected)
    verified = muster("verify", tmp_path / "run")
    assert (verified.code, verified.err) == (0, "")


# What is wrong with the input: 2, on stderr, without a traceback, and nothing is written


@pytest.mark.parametrize(
    "arguments",
    [
        ["--gap", "-1"],
        ["--gap", "nan"],
        ["--gap", "much"],
        ["--time-limit", "0"],
        ["--time-limit", "inf"],
        ["--time-limit", "-3"],
        ["--pending", "maybe"],
        ["--seed", "-1"],
        ["--seed", "1.5"],
        ["--case", "/nowhere"],
        ["--case", __file__],
        ["--no-such-option"],
        ["surplus"],
    ],
)
def test_wrong_options_end_with_2_and_write_nothing(
    case: Path, tmp_path: Path, arguments: list[str]
) -> None:
    answer = muster("plan", "--case", case, "--out", tmp_path / "run", *arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("arguments", [["plann"], ["--nothing"], ["verify"]])
def test_an_unknown_command_ends_with_2(arguments: list[str]) -> None:
    assert muster(*arguments).code == 2


BAD_CASES = {
    "number": {"offers": OFFERS.replace(",2,100", ",many,100")},
    "column": {"offers": OFFERS.replace("personnel", "persons")},
    "binary": {"lines": "\x00\x01"},
    "empty": {"yaml": ""},
    "yaml": {"yaml": "calendar: {months: [}"},
    "name": {"lines": LINES.replace("eng,kyiv", "eng,kiew")},
    "control": {"yaml": YAML.replace("Test force", '"\\e[31m"').replace("CZE, b", "XYZ, b")},
}


@pytest.mark.parametrize("name", BAD_CASES)
@pytest.mark.parametrize("command", ["plan", "check"])
def test_a_wrong_case_is_told_fault_by_fault_with_a_count(
    tmp_path: Path, name: str, command: str
) -> None:
    case = write_case(tmp_path / "case", **BAD_CASES[name])
    out = ["--out", tmp_path / "run"] if command == "plan" else []
    answer = muster(command, "--case", case, *out)
    assert (answer.code, answer.out) == (2, "")
    *faults, count = answer.err.splitlines()
    assert count == f"{len(faults)} fault{'s' * (len(faults) > 1)}. Nothing was written."
    assert all(re.match(r"(capabilities|requirements|constraints)\.", each) for each in faults)
    assert "\x1b" not in answer.err
    assert not (tmp_path / "run").exists()
    told = muster(command, "--case", case, *out, "--json")
    assert told.code == 2
    assert len(told.json["faults"]) == len(faults)
    assert set(told.json["faults"][0]) == {"file", "line", "place", "value", "message", "allowed"}


def test_several_faults_are_told_together(tmp_path: Path) -> None:
    wrong = OFFERS.replace(",2,100", ",0,100").replace("BEL,inf", "BEX,inf")
    answer = muster("check", "--case", write_case(tmp_path / "case", wrong))
    assert answer.err.splitlines()[-1] == "2 faults. Nothing was written."


def test_a_folder_with_foreign_files_is_refused_before_the_search(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine")
    monkeypatch.setattr(solver, "find", None)
    answer = muster("plan", "--case", case, "--out", tmp_path / "run")
    assert answer.code == 2
    assert "thesis.txt" in answer.err
    assert [each.name for each in (tmp_path / "run").iterdir()] == ["thesis.txt"]


# check


def test_check_counts_and_warns(tmp_path: Path) -> None:
    case = write_case(
        tmp_path / "case", yaml=YAML.replace("[ukraine]", "[ukraine], expires: 2020-01-01")
    )
    answer = muster("check", "--case", case)
    assert (answer.code, answer.err) == (0, "")
    assert "4 offers, 4 nations, 3 lines, 2 caveats, 0 rules, 9 months." in answer.out
    assert "No fault, 2 warnings." in answer.out
    assert "CZE-BASING has expired" in answer.out
    told = muster("check", "--case", case, "--json").json
    assert told["ok"] is True
    assert len(told["warnings"]) == 2


# The program itself


def test_help_and_version_answer_without_loading_anything_heavy() -> None:
    code = (
        "import sys, solve\n"
        "from typer.testing import CliRunner\n"
        "for words in (['--help'], ['plan', '--help'], ['caveats', '--help'], ['--version']):\n"
        "    assert CliRunner().invoke(solve.app, words).exit_code == 0\n"
        "heavy = {'pandas', 'pyomo', 'highspy', 'numpy', 'rich', 'yaml', 'openpyxl', 'xlsxwriter'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_verify_loads_no_solver_and_plan_no_pandas(run: Path, case: Path, tmp_path: Path) -> None:
    code = (
        "import sys, solve\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(solve.app, sys.argv[2:]).exit_code == 0\n"
        "print(sorted(set(sys.argv[1].split()) & set(sys.modules)))"
    )
    for unwanted, words in (
        ("pyomo highspy", ["verify", run]),
        ("pandas", ["plan", "--case", case, "--out", tmp_path / "new"]),
        ("openpyxl xlsxwriter numpy", ["caveats", "list", "--case", case]),
    ):
        command = [sys.executable, "-c", code, unwanted, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.stdout.strip() == "[]", done.stderr


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"muster \d+\.\d+\.\d+\n", muster("--version").out)


def test_a_fault_of_the_program_is_one_line_and_ends_with_1(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> Any:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(solver, "find", broken)
    words = ["plan", "--case", case, "--out", tmp_path / "run"]
    answer = muster(*words)
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1
    assert "RuntimeError: two lines" in answer.err
    assert not (tmp_path / "run").exists()
    result = CliRunner().invoke(solve.app, ["--debug", *map(str, words)])
    assert result.exit_code == 1
    assert isinstance(result.exception, RuntimeError)


INTERRUPTED = """
import os, signal, sys, time
sys.path.insert(0, os.getcwd())
signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background ignores it
from reports.progress import Watch
with Watch() as watch:
    for _ in range(int(sys.argv[1])):
        os.kill(os.getpid(), signal.SIGINT)
        until = time.monotonic() + 20
        while not watch.stopped() and time.monotonic() < until:
            time.sleep(0.01)
    if sys.argv[1] == "2":
        time.sleep(20)
print("kept" if watch.stopped() else "lost")
os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.mark.parametrize(("times", "out", "code"), [(1, "kept\n", -signal.SIGINT), (2, "", 130)])
def test_ctrl_c_once_keeps_the_best_plan_and_twice_stops_at_once(
    times: int, out: str, code: int
) -> None:
    """After the search Ctrl-C is what it always was."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(times)],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert (done.stdout, done.returncode) == (out, code)
    assert "Stopping; the best plan is kept." in done.stderr


# verify

Change = Callable[[Any], None]


def edit(name: str, change: Change) -> Change:
    """Return what changes the values of a JSON file of a run."""

    def apply(run: Path) -> None:
        value = json.loads((run / name).read_text("utf-8"))
        change(value)
        (run / name).write_text(json.dumps(value), "utf-8")

    return apply


def put(name: str, *path: Any, value: Any) -> Change:
    """Return what writes one value into a JSON file of a run."""

    def change(holder: Any) -> None:
        for key in path[:-1]:
            holder = holder[key]
        assert repr(holder[path[-1]]) != repr(value)
        holder[path[-1]] = value

    return edit(name, change)


def cell(name: str, row: int, column: int, value: str) -> Change:
    """Return what writes one cell of a CSV file of a run."""

    def apply(run: Path) -> None:
        with (run / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[row][column] != value
        rows[row][column] = value
        with (run / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return apply


def text(name: str, old: str, new: str) -> Change:
    """Return what replaces a text in a file of a run."""

    def apply(run: Path) -> None:
        before = (run / name).read_text("utf-8")
        assert old in before
        (run / name).write_text(before.replace(old, new, 1), "utf-8")

    return apply


def content(name: str, new: bytes) -> Change:
    """Return what puts other bytes in the place of a file."""
    return lambda run: (run / name).write_bytes(new)


def more_units(plan: Any) -> None:
    plan["assignments"][0]["units"] = 2
    plan["assignments"][1]["units"] = 2


def moved(run: Any) -> None:
    run["case"]["path"] = "/nowhere"


def halved(plan: Any) -> None:
    """Tell the first gap of several months as two."""
    at = next(i for i, gap in enumerate(plan["gaps"]) if gap["until"] > gap["from"])
    first, rest = plan["gaps"][at], dict(plan["gaps"][at])
    first["until"], rest["from"] = first["from"], first["from"] + 1
    plan["gaps"].insert(at + 1, rest)


PLAN, RUN = "plan.json", "run.json"
TAMPERED: dict[str, tuple[Change, str]] = {
    "an offer busy twice": (
        put(PLAN, "assignments", 0, "units", value=3),
        r"3 units busy in month 1, 2 offered",
    ),
    "a caveat broken": (
        put(PLAN, "assignments", 3, "area", value="kyiv"),
        r"caveat CZE-BASING: ",
    ),
    "an unknown offer": (
        put(PLAN, "assignments", 0, "offer", value="NONE"),
        r"no offer NONE or no line L01",
    ),
    "no start month": (
        put(PLAN, "assignments", 0, "from", value=2),
        r"month 2 is no start month",
    ),
    "a tour's end": (
        put(PLAN, "assignments", 0, "until", value=4),
        r"assignments\[0\]\.until: '4': the tour of ALB-LAND-1 on L01 ends in month 3",
    ),
    "what a tour rests on": (
        put(PLAN, "assignments", 2, "conditional_on", value=[]),
        r"the tour of BEL-LAND-1 on L01 rests on BEL-VOTE",
    ),
    "an assignment left out": (edit(PLAN, lambda p: p["assignments"].pop()), r"tiers\[\d\]\.value"),
    "an assignment twice": (
        edit(PLAN, lambda p: p["assignments"].append(p["assignments"][0])),
        r"stands here twice",
    ),
    "a tier's value": (put(PLAN, "tiers", 1, "value", value=19.5), r"tiers\[1\]\.value: '19.5'"),
    "a bound above": (
        put(PLAN, "tiers", 0, "bound", value=1.0),
        r"is above the value 0.0 of critical",
    ),
    "a tier left out": (edit(PLAN, lambda p: p["tiers"].pop()), r"tiers: .*are not the case's"),
    "the index": (put(PLAN, "coverage", "index", value=0.99), r"coverage\.index: '0.99'"),
    "a role's index": (put(PLAN, "coverage", "roles", "land", value=0.99), r"coverage.roles.land"),
    "a role more": (put(PLAN, "coverage", "roles", value={"air": 1.0}), r"are not the roles"),
    "covered": (put(PLAN, "gaps", 0, "covered", value=1), r"gaps\[0\] in month \d: covered: '1'"),
    "shortfall": (put(PLAN, "gaps", 0, "shortfall", value=1), r"in month \d: shortfall"),
    "target": (put(PLAN, "gaps", 0, "target", value=4), r"in month \d: target"),
    "minimum": (put(PLAN, "gaps", 0, "minimum", value=0), r"in month \d: minimum"),
    "state": (put(PLAN, "gaps", 0, "state", value="unfilled"), r"state: 'unfilled'"),
    "a gap left out": (
        edit(PLAN, lambda p: p["gaps"].pop()), r"the gap of L03 in month 6 is missing"
    ),
    "a gap twice": (
        edit(PLAN, lambda p: p["gaps"].append(p["gaps"][0])), r"or it is told twice"
    ),
    "a gap that is none": (put(PLAN, "gaps", -1, "from", value=3), r"L03 has no gap in month 3"),
    "a gap without end": (put(PLAN, "gaps", -1, "until", value=10**9), r"is no month of this gap"),
    "a gap's line": (put(PLAN, "gaps", 0, "line", value="L99"), r"'L99': is no line of the case"),
    "a reason's name": (
        edit(PLAN, lambda p: p["gaps"][0]["reasons"][0]["offers"].append("X")),
        r"'X': is no caveat or offer",
    ),
    "a reason's text": (
        edit(PLAN, lambda p: p["gaps"][0]["reasons"][0].update(text="None.")),
        r"plan\.json: gaps\[0\]\.reasons\[0\]: 'None\.': is not what follows",
    ),
    "a reason's text in a table": (
        edit(PLAN, lambda p: p["gaps"][0]["reasons"][0].update(text="None.")),
        r"gaps\.csv:2: row 2, column reason",
    ),
    "a reason left out": (
        edit(PLAN, lambda p: p["gaps"][0]["reasons"].clear()),
        r"gaps\[0\]\.reasons\[0\]: is missing; ",
    ),
    "a reason made up": (
        edit(PLAN, lambda p: p["gaps"][0]["reasons"].append(p["gaps"][0]["reasons"][0])),
        r"reasons\[\d+\]: .*: does not follow from the plan",
    ),
    "a gap told in two": (edit(PLAN, halved), r"are not months with one and the same set of"),
    "the status": (put(PLAN, "status", value="within_gap"), r"status: 'optimal': differs"),
    "another status in both": (
        lambda run: [put(each, "status", value="time_limit")(run) for each in (PLAN, RUN)].clear(),
        r"does not fit what is proven",
    ),
    "proven": (put(RUN, "tiers", 0, "proven", value=False), r"say otherwise"),
    "tiers of the run": (put(RUN, "tiers", 0, "value", value=7.0), r"tiers: differ from plan.json"),
    "the input hash": (put(RUN, "input_hash", value="0" * 64), r"is not the hash of the case"),
    "the id": (put(RUN, "run", value="0" * 12), r"does not follow from the inputs"),
    "a hash of the case": (
        put(RUN, "case", "files", "capabilities.csv", value="0" * 64),
        r"case capabilities\.csv: SHA-256: .* is not the file that the run was made from",
    ),
    "pending": (put(RUN, "options", "pending", value="refused"), r"without a vote"),
    "where the case lies": (edit(RUN, moved), r"'/nowhere': is no folder; name it with --case"),
    "units in a table": (cell("assignments.csv", 1, 6, "7"), r"assignments\.csv:2: .*column units"),
    "a state in a table": (cell("coverage.csv", 1, 7, "filled"), r"coverage\.csv:2: .*state"),
    "a reason in a table": (cell("gaps.csv", 1, 9, "fate"), r"gaps\.csv:2: .*column reason"),
    "a column's name": (cell("gaps.csv", 0, 0, "row"), r"gaps\.csv:1: row 1, column line"),
    "a row left out": (text("coverage.csv", "L02,hub,1,", ""), r"coverage\.csv"),
    "a row more": (
        text("coverage.csv", "L02,hub,1,", "L02,hub,0,1,2,2,0,filled\nL02,hub,1,"),
        r"has 19 rows of 8 columns; from plan.json follow 18 rows",
    ),
    "a cell more": (text("gaps.csv", "\n", ",more\n"), r"gaps\.csv: "),
    "an open quote": (content("gaps.csv", b'line,"role\n'), r"gaps\.csv: "),
    "an empty table": (content("gaps.csv", b""), r"gaps\.csv: "),
    "the report": (text("report.md", "Test", "Best"), r"report\.md: has been changed"),
    "bad JSON": (content(PLAN, b'{"format": 1,'), r"plan\.json: is no JSON"),
    "no bytes": (content(PLAN, b""), r"plan\.json: is no JSON"),
    "binary": (content(PLAN, b"\xff\xfe\x00"), r"plan\.json: is no UTF-8"),
    "a list": (content(PLAN, b"[]"), r"plan\.json"),
    "depth": (content(PLAN, b"[" * 100_000), r"plan\.json: is no JSON"),
    "NaN": (put(PLAN, "coverage", "index", value=float("nan")), r"coverage\.index"),
    "infinity": (put(PLAN, "tiers", 0, "value", value=float("inf")), r"tiers\[0\]\.value"),
    "a huge number": (put(PLAN, "gaps", 0, "covered", value=10**400), r"gaps\[0\]\.covered"),
    "a huge float": (text(PLAN, '"covered": ', '"covered": 1e999'), r"plan\.json"),
    "many units": (put(PLAN, "assignments", 0, "units", value=10**12), r"assignments\[0\]\.units"),
    "no units": (put(PLAN, "assignments", 0, "units", value=0), r"assignments\[0\]\.units"),
    "a text for a number": (put(PLAN, "assignments", 0, "units", value="1"), r"\.units: .*1"),
    "true for a number": (put(PLAN, "assignments", 0, "units", value=True), r"\.units"),
    "a field more": (edit(PLAN, lambda p: p.update(more=1)), r"plan\.json: more"),
    "a field less": (edit(PLAN, lambda p: p.pop("leads")), r"plan\.json: leads"),
    "another format": (put(PLAN, "format", value=2), r"plan\.json: format"),
    "no plan": (lambda run: (run / PLAN).unlink(), r"plan\.json: is missing"),
    "no run": (lambda run: (run / RUN).unlink(), r"run\.json: is missing"),
    "no table": (lambda run: (run / "gaps.csv").unlink(), r"gaps\.csv: is missing"),
    "a folder": (
        lambda run: [(run / PLAN).unlink(), (run / PLAN).mkdir()][1], r"plan\.json: is no file"
    ),
    "a pipe": (
        lambda run: [(run / PLAN).unlink(), os.mkfifo(run / PLAN)][1], r"plan\.json: is no file"
    ),
}  # fmt: skip


def test_verify_finds_that_an_honest_run_holds(run: Path) -> None:
    answer = muster("verify", run)
    assert (answer.code, answer.err) == (0, "")
    assert "holds" in answer.out
    assert muster("verify", run, "--json").json == {"ok": True, "faults": []}


@pytest.mark.parametrize("what", TAMPERED)
def test_verify_tells_what_was_tampered_with(run: Path, what: str) -> None:
    change, said = TAMPERED[what]
    change(run)
    answer = muster("verify", run)
    assert (answer.code, answer.out) == (2, "")
    assert re.search(said, answer.err), answer.err
    assert re.search(rf"^\d+ faults?\. {re.escape(str(run))} does not hold\.$", answer.err, re.M)


def test_verify_tells_all_that_does_not_hold_at_once(run: Path) -> None:
    for what in ("a tour's end", "the index", "units in a table", "the report"):
        TAMPERED[what][0](run)
    answer = muster("verify", run, "--json")
    assert answer.code == 2
    said = "\n".join(f"{each['file']} {each['place']}" for each in answer.json["faults"])
    for place in ("assignments[0].until", "coverage.index", "column units", "report.md"):
        assert place in said


def test_a_case_that_has_moved_is_named_by_hand(
    planned: tuple[Path, Answer], run: Path, tmp_path: Path
) -> None:
    edit(RUN, moved)(run)
    shutil.copytree(planned[0] / "case", tmp_path / "elsewhere")
    assert muster("verify", run, "--case", tmp_path / "elsewhere").code == 0
    (tmp_path / "elsewhere" / "capabilities.csv").write_text(OFFERS.replace("150", "151"))
    answer = muster("verify", run, "--case", tmp_path / "elsewhere")
    assert answer.code == 2
    assert "is not the file that the run was made from" in answer.err


@pytest.mark.parametrize("place", ["/nowhere", __file__, "a\0b"])
def test_verify_of_no_run_at_all_ends_with_2(place: str) -> None:
    assert muster("verify", place).code == 2


def test_check_warns_of_a_line_that_every_caveat_bars(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/oracles/cases/01-one-unit-3-of-6-months", tmp_path / "case")
    rules = tmp_path / "case" / "constraints.yaml"
    bar = "caveats:\n- {id: NO, kind: exclusion, nation: ALB}\n"
    rules.write_text(rules.read_text().replace("caveats: []\n", bar))
    told = muster("check", "--case", tmp_path / "case")
    assert told.code == 0
    assert "nobody can ever fill" in told.out
