"""The engine's process: it answers, stops when told, and its loss is survived or said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from model import engine
from model.case import Case
from model.domain import Settings
from model.engine import Engine, Here
from model.outcome import Contradiction, Found, Options, Progress, SolverFault, concluded
from model.read import read_case
from reports import formats, gathered
from tests import test_cli
from tests.conftest import Mini
from tests.test_reports import run_of, write_case

ROOT = Path(__file__).resolve().parents[1]
SERVE = engine._BEGIN


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Engine]]:
    """Start an engine that runs some code of the test's first."""
    started: list[Engine] = []

    def start(first: str = "") -> Engine:
        monkeypatch.setattr(engine, "_BEGIN", f"{first}\n{SERVE}")
        started.append(Engine())
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture(scope="module")
def shipped() -> Case:
    return read_case(ROOT / "data").case


def asked(it: Engine | Here, case: Case, options: Options | None = None) -> Found:
    it.ask(case, Settings(), options or Options())
    return it.answer(lambda at: None, lambda: False)


def test_an_engine_finds_what_is_found_here_and_tells_how_it_goes(
    shipped: Case, begin: Callable[[str], Engine]
) -> None:
    seen: list[Progress] = []
    it = begin("")
    it.ask(shipped, Settings(), Options())
    found = it.answer(seen.append, lambda: False)
    assert found.begun == asked(Here(), shipped).begun
    assert concluded(shipped, Settings(), Options(), found).status == "optimal"
    assert {each.tier for each in seen} == set(shipped.tiers)


def lost_once(flag: Path, how: str) -> str:
    """Code that loses the first process and leaves the next one alone."""
    return (
        "import os, pathlib, signal, sys\n"
        f"flag = pathlib.Path({str(flag)!r})\n"
        "if not flag.exists():\n"
        f"    flag.touch(); {how}"
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "was ended by SIGSEGV"),
        ("os._exit(7)", "ended with status 7"),
        ("sys.stdin.buffer.read(99); os.write(1, b'rubbish'); os._exit(0)", "ended with status 0"),
        ("import time; os.write(1, b'rubbish'); time.sleep(999)", "said what means nothing"),
        ("import time; os.write(1, b'cno\\nroom\\n.'); time.sleep(999)", "said what means nothing"),
        ("import time; os.write(1, b'N.'); time.sleep(999)", "said what means nothing"),
        ("import pickle; pickle.load = lambda pipe: 1 / 0", "ended with status 0"),
    ],
)
def test_a_process_that_is_lost_is_started_once_more_and_the_plan_says_so(
    how: str, said: str, mini: Callable[..., Mini], tmp_path: Path, begin: Callable[[str], Engine]
) -> None:
    case = mini().case
    found = asked(begin(lost_once(tmp_path / "lost", how)), case)
    assert found.begun == asked(Here(), case).begun
    (event,) = found.events
    assert event == f"the solver's process {said}; another one was started and gave this answer"


def test_a_process_that_is_lost_twice_is_a_fault_of_the_solver(
    mini: Callable[..., Mini], begin: Callable[[str], Engine]
) -> None:
    with pytest.raises(SolverFault, match="lost twice: it was ended by SIGKILL"):
        asked(begin("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"), mini().case)


def test_a_process_that_hangs_is_ended_and_another_one_answers(
    shipped: Case,
    tmp_path: Path,
    begin: Callable[[str], Engine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "GRACE", 0.5)
    it = begin(lost_once(tmp_path / "hung", "import time; time.sleep(99)"))
    monkeypatch.setattr(it, "_wait", _patient(it, monkeypatch))
    # The question is longer than what a pipe takes that nobody reads.
    found = asked(it, shipped, Options(time_limit=0.5))
    assert "gave no answer" in found.events[0]


def _patient(it: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Found]:
    """Give the second process all the time that a slow machine needs."""
    waits = []

    def wait(*watching: Callable[..., bool]) -> Found:
        waits.append(1)
        if len(waits) == 2:
            it._until = time.monotonic() + 60
        return Engine._wait(it, *watching)

    return wait


def test_what_is_raised_over_there_is_raised_here(
    shipped: Case, begin: Callable[[str], Engine]
) -> None:
    pin = {"offer": "EST-LAND-1", "line": "L08", "from": 4, "units": 1}
    (first,) = read_case(ROOT / "data", typed={"pin": [pin]}).case.pins
    impossible = replace(shipped, pins=(replace(first, units=99),))
    with pytest.raises(Contradiction):
        asked(begin(""), impossible)


def test_a_stop_keeps_the_best_plan(shipped: Case, begin: Callable[[str], Engine]) -> None:
    it = begin("")
    it.ask(shipped, Settings(), Options())
    found = it.answer(lambda at: None, lambda: True)
    assert found.ended == "interrupted"
    concluded(shipped, Settings(), Options(), found)


@pytest.mark.parametrize("first", ["", "import os; os._exit(7)"], ids=["alive", "lost"])
def test_formats_that_are_written_aside_are_those_written_here_even_if_that_fails(
    first: str, tmp_path: Path, begin: Callable[[str], Engine]
) -> None:
    content = gathered.content(run_of(write_case(tmp_path / "case"), tmp_path).report)
    it = begin(first)
    it.prepare("reports.formats", "ready", formats.SLOW)
    assert formats.SLOW
    assert formats.usual(content, it)() == formats.written(content, formats.USUAL)


@pytest.mark.skipif(os.name != "posix", reason="asks the system for a process by its number")
def test_no_engine_outlives_the_program_that_asked() -> None:
    code = (
        "import os, sys, time; sys.path.insert(0, os.getcwd())\n"
        "from model.engine import Engine\n"
        "print(Engine()._process.pid, flush=True); os._exit(0)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    number = int(run.stdout)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        state = Path(f"/proc/{number}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail(f"process {number} still runs")


# What the solver is caught at stands in the run


FILES = ("run.json", "plan.json")
LIES = """
import highspy, types
status, info = highspy.Highs.getModelStatus, highspy.Highs.getInfo

def lies(h):
    return h.getNumCol() > 2 and h.getOptionValue("presolve")[1] == "on"

def get_status(h):
    return highspy.HighsModelStatus.kInfeasible if lies(h) else status(h)

def get_info(h):
    told = info(h)
    return types.SimpleNamespace(
        mip_dual_bound=told.mip_dual_bound + 1000,
        objective_function_value=told.objective_function_value,
        primal_solution_status=told.primal_solution_status,
    ) if lies(h) else told

"""
"""What is said with presolve, of all programs but the probe, is wrong in one way or another."""


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("highspy.Highs.getModelStatus = get_status", "called a program infeasible with presolve"),
        ("highspy.Highs.getInfo = get_info", "with presolve, above the plan in hand"),
    ],
)
def test_what_the_solver_of_a_plan_is_caught_at_is_in_the_files_of_its_run(
    lie: str,
    said: str,
    tmp_path: Path,
    begin: Callable[[str], Engine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = test_cli.write_case(tmp_path / "case")
    assert test_cli.muster("plan", "--case", case, "--out", tmp_path / "right").code == 0
    monkeypatch.setattr(engine, "_started", begin(LIES + lie))
    assert test_cli.muster("plan", "--case", case, "--out", tmp_path / "run").code == 0

    run, right = (
        [json.loads((tmp_path / name / file).read_text("utf-8")) for file in FILES]
        for name in ("run", "right")
    )
    assert right[0]["events"] == []
    assert run[0]["events"]
    for event in run[0]["events"]:
        assert event.startswith("tier ")
        assert said in event
        assert event in (tmp_path / "run" / "report.md").read_text("utf-8")
    assert (run[1]["status"], run[1]["tiers"]) == ("optimal", right[1]["tiers"])
    assert test_cli.muster("verify", tmp_path / "run").code == 0
