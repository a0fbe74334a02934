"""The history as a planner meets it: nothing is solved twice, and no run is lost."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from model import solver
from reports.history_db import RunHistory
from tests.test_cli import OFFERS, ROOT, YAML, Answer, muster, write_case

REFUSED = "set:\n  BEL-VOTE: {status: refused}\n"


@dataclasses.dataclass(frozen=True)
class Desk:
    """A folder with a case, ``case``, and the history of what is planned there, ``h.sqlite``."""

    folder: Path

    @property
    def history(self) -> RunHistory:
        return RunHistory(self.folder / "h.sqlite")

    def plan(self, name: str, *more: object) -> Answer:
        case, out = self.folder / "case", self.folder / name
        given = ("--history", self.history.path, "--case", case, "--out", out)
        return muster("plan", *given, *more)

    def ask(self, *words: object) -> Answer:
        return muster(*words, "--history", self.history.path)

    def details(self, name: str) -> dict[str, Any]:
        values: dict[str, Any] = json.loads((self.folder / name / "run.json").read_text("utf-8"))
        return values


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk at which the case and its scenario were planned."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    case = write_case(desk.folder / "case")
    (case / "scenarios").mkdir()
    (case / "scenarios" / "no.yaml").write_text(REFUSED)
    assert (desk.plan("base").code, desk.plan("no", "--scenario", "no").code) == (0, 0)
    return desk


@pytest.fixture
def desk(planned: Desk, tmp_path: Path) -> Desk:
    """A copy of that desk, to be changed; its case lies where the copy is."""
    shutil.copytree(planned.folder, tmp_path / "desk")
    return Desk(tmp_path / "desk")


@pytest.fixture
def no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever solves now fails."""
    monkeypatch.setattr(solver, "solve", None)


# plan takes what is known


@pytest.mark.usefixtures("no_solver")
def test_the_same_request_is_not_solved_again_and_says_so(desk: Desk) -> None:
    answer = desk.plan("again")
    first, again = desk.details("base"), desk.details("again")
    assert (answer.code, answer.err) == (0, "")
    said = " ".join(answer.out.split())
    assert f"Same request as run {first['run']} of " in said
    assert said.endswith("not solved again; --fresh solves it anew.")
    assert first["taken_from"] is None
    assert again["taken_from"] == {"run": first["run"], "made": first["started"]}
    assert again["run"] == first["run"]
    assert again["products"] == first["products"]
    for name in again["products"]:
        one, two = ((desk.folder / each / name).read_bytes() for each in ("base", "again"))
        assert one == two
    assert muster("verify", desk.folder / "again").code == 0
    assert desk.plan("again", "--json").json["taken_from"] == again["taken_from"]
    assert len(desk.history.entries()) == 2


@pytest.mark.usefixtures("no_solver")
def test_a_proven_answer_holds_for_any_time_limit(desk: Desk) -> None:
    assert desk.plan("again", "--time-limit", 1).code == 0
    again = desk.details("again")
    assert again["options"]["time_limit"] == 1
    assert again["taken_from"]["run"] == desk.details("base")["run"] != again["run"]
    assert muster("verify", desk.folder / "again").code == 0
    # What was taken leads back to what was solved.
    desk.history.delete([desk.details("base")["run"]])
    assert desk.plan("third").code == 0
    assert desk.details("third")["taken_from"] == again["taken_from"]


CHANGES: dict[str, Callable[[Path], list[object]]] = {
    "fresh": lambda case: ["--fresh"],
    "no history": lambda case: ["--history", "off"],
    "gap": lambda case: ["--gap", 0],
    "seed": lambda case: ["--seed", 1],
    "pending": lambda case: ["--pending", "refused"],
    "offers": lambda case: ["--case", write_case(case, OFFERS.replace("BEL,inf,1", "BEL,inf,2"))],
    "a comment": lambda case: ["--case", write_case(case, yaml=YAML + "# to be asked again\n")],
}


@pytest.mark.parametrize("name", CHANGES)
def test_any_other_request_is_solved(desk: Desk, name: str) -> None:
    assert desk.plan("again", *CHANGES[name](desk.folder / "case")).code == 0
    assert desk.details("again")["taken_from"] is None


def test_another_program_solves_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from reports import recall

    monkeypatch.setattr(recall, "_program", lambda: "other")
    assert desk.plan("again").code == 0
    assert desk.details("again")["taken_from"] is None


def test_what_was_not_proven_is_taken_for_the_same_time_or_less(desk: Desk) -> None:
    limits = (1e-9, 1e-9, 1e-10, 2e-9)
    codes = [desk.plan(f"cut{i}", "--gap", 0, "--time-limit", t).code for i, t in enumerate(limits)]
    assert codes == [3] * 4
    taken = [desk.details(f"cut{i}")["taken_from"] is not None for i in range(4)]
    assert taken == [False, True, True, False]
    assert muster("verify", desk.folder / "cut2").code == 0


def changed_plan(desk: Desk) -> None:
    """Let the history tell of one unit less than was found."""
    run = desk.details("base")["run"]
    files = desk.history.files(run)
    plan = json.loads(files["plan.json"])
    plan["assignments"].pop()
    entry = desk.history.named(run)[0]
    inputs = desk.history.inputs(run)
    desk.history.delete([run])
    desk.history.add(entry, {**files, "plan.json": json.dumps(plan)}, inputs, [])


def no_database(desk: Desk) -> None:
    desk.history.path.write_bytes(b"not a database at all, though long enough" * 100)


def no_folder(desk: Desk) -> None:
    desk.history.path.unlink()
    desk.history.path.mkdir()


def locked_out(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.history.path)) as database:
        database.execute("PRAGMA user_version=7")


@pytest.mark.parametrize("harm", [changed_plan, no_database, no_folder, locked_out])
def test_a_history_that_fails_is_one_warning_and_the_plan_is_written(
    desk: Desk, harm: Callable[[Desk], None]
) -> None:
    harm(desk)
    answer = desk.plan("again")
    assert answer.code == 0
    [line] = answer.err.splitlines()
    assert line.startswith("warning: ")
    assert desk.details("again")["taken_from"] is None
    assert muster("verify", desk.folder / "again").code == 0


def test_the_history_lies_beside_the_runs_unless_it_is_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = write_case(tmp_path / "case")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MUSTER_HISTORY")
    assert muster("runs", "list").out == "No run is like that.\n"
    assert not (tmp_path / "out").exists()
    assert muster("plan", "--case", case).code == 0
    assert len(RunHistory(tmp_path / "out" / "runs.sqlite").entries()) == 1
    monkeypatch.setenv("MUSTER_HISTORY", str(tmp_path / "mine.sqlite"))
    assert muster("plan", "--case", case, "--seed", 1).code == 0
    assert len(RunHistory(tmp_path / "mine.sqlite").entries()) == 1
    monkeypatch.setenv("MUSTER_HISTORY", "off")
    assert muster("runs", "list").code == 2


def test_looking_up_an_answer_loads_no_solver(desk: Desk) -> None:
    code = (
        "import sys, solve\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(solve.app, sys.argv[1:]).exit_code == 0\n"
        "print(sorted({'highspy', 'pandas', 'pyomo'} & set(sys.modules)))"
    )
    words = ["plan", "--case", desk.folder / "case", "--out", desk.folder / "again"]
    words += ["--history", desk.history.path]
    command = [sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


# runs


def test_runs_are_listed_shown_tagged_and_found(desk: Desk) -> None:
    base, no = (desk.details(name)["run"] for name in ("base", "no"))
    listed = desk.ask("runs", "list")
    assert (listed.code, listed.err) == (0, "")
    assert [line.split()[0] for line in listed.out.splitlines()[3:5]] in ([no, base], [base, no])
    assert "case + no" in listed.out
    assert listed.out.endswith("2 runs.\n")
    assert max(map(len, listed.out.splitlines())) <= 80
    assert desk.ask("runs", "tag", base[:6], "brief-1").code == 0
    for words, runs in (
        (["--tag", "brief-1"], [base]),
        (["--scenario", "no"], [no]),
        (["--case", desk.folder / "nowhere"], []),
    ):
        found = desk.ask("runs", "list", "--json", *words).json
        assert [each["run"] for each in found["runs"]] == runs
    assert desk.ask("runs", "list", "--most", 1).out.endswith(
        "2 runs; 1 more: --most 0 shows all.\n"
    )
    shown = desk.ask("runs", "show", "brief-1")
    assert f"Run {base}" in shown.out
    assert desk.details("base")["case"]["files"]["constraints.yaml"][:12] in shown.out
    assert desk.ask("runs", "show", base, "--json").json["details"] == desk.details("base")
    assert desk.ask("runs", "untag", base, "brief-1").code == 0
    assert desk.ask("runs", "list", "--tag", "brief-1").out == "No run is like that.\n"


def test_a_run_with_a_tag_is_not_deleted_and_one_without_is(desk: Desk) -> None:
    base, no = (desk.details(name)["run"] for name in ("base", "no"))
    desk.ask("runs", "tag", base, "kept")
    refused = desk.ask("runs", "delete", no, "kept")
    assert refused.code == 2
    assert "has the tag kept; untag it first" in refused.err
    assert len(desk.history.entries()) == 2
    assert desk.ask("runs", "delete", no).out == f"Forgotten: {no}.\n"
    assert [each.run for each in desk.history.entries()] == [base]
    assert (desk.folder / "no").is_dir()


def test_a_run_is_restored_byte_for_byte_with_its_case_after_both_are_gone(desk: Desk) -> None:
    before = {each.name: each.read_bytes() for each in (desk.folder / "no").iterdir()}
    run = desk.details("no")["run"]
    write_case(desk.folder / "case", yaml=YAML.replace("Test", "Other"))
    shutil.rmtree(desk.folder / "no")
    then = desk.folder / "then"
    answer = desk.ask("runs", "restore", run, "--out", desk.folder / "no", "--inputs", then)
    assert answer.code == 0
    made = {name: before.pop(name) for name in ("report.html", "report.xlsx")}
    assert {each.name: each.read_bytes() for each in (desk.folder / "no").iterdir()} == before
    assert (then / "scenarios" / "no.yaml").read_text() == REFUSED
    assert muster("verify", desk.folder / "no", "--case", then).code == 0
    again = muster("report", desk.folder / "no", "--case", then, "--format", "html,xlsx")
    assert again.code == 0
    assert {name: (desk.folder / "no" / name).read_bytes() for name in made} == made


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "nothing"], "'nothing': is no folder with a run, and no id or tag in"),
        (["tag", "{base}", "two words"], "'two words': is no tag; allowed: 1 to 64 letters"),
        (["tag", "{base}", "beef"], "could be the beginning of an id"),
        (["untag", "{base}", "brief"], "'brief': is no tag of run"),
        (["restore", "{base}", "--out", "{case}"], "holds files that Muster did not write"),
        (["restore", "{base}", "--inputs", "{case}"], "holds files already"),
        (["journal", "none"], "none"),
    ],
)
def test_what_cannot_be_done_with_the_history_is_one_fault(
    planned: Desk, words: list[str], said: str
) -> None:
    names = {"base": planned.details("base")["run"], "case": planned.folder / "case"}
    answer = planned.ask("runs", *(each.format(**names) for each in words))
    assert (answer.code, answer.out) == (2, "")
    assert said in " ".join(answer.err.split())


def test_a_tag_that_several_runs_have_must_be_told_apart(desk: Desk) -> None:
    runs = {desk.details(name)["run"] for name in ("base", "no")}
    for run in runs:
        desk.ask("runs", "tag", run, "both")
    answer = desk.ask("runs", "show", "both")
    assert answer.code == 2
    assert "'both': means 2 runs; give the id of one: " in answer.err
    assert all(run in answer.err for run in runs)


# A reader that has gone


@pytest.mark.parametrize("words", [["caveats", "list"], ["caveats", "list", "--json"]])
def test_a_closed_pipe_ends_the_program_quietly_as_it_ends_other_tools(words: list[str]) -> None:
    command = [sys.executable, "solve.py", *words]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (141, b"")
