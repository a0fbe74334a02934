"""Other solvers, driven by Pyomo: the same tiers, limits, checks and answers."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pulp
import pytest
from pyomo.contrib.solver.solvers.scip import scip_direct
from typer.testing import CliRunner

import solve as program
from model import driven
from model.domain import Settings
from model.driven import MAKES, Driven
from model.formulation import Formulation
from model.highs import Answer, Ending, Limits, Watch
from model.outcome import Options, Outcome, SolverFault
from model.program import INFINITY, Program, Row, Vector
from model.solver import ready, solve
from tests.conftest import Mini

Build = Callable[..., Mini]

# Pyomo's own interface to HiGHS is always there, SCIP and CBC come with what the tests need. The
# others run where they are installed; what is free of them takes cases as small as these.
ALWAYS = ("appsi_highs", "scip", "cbc")


@pytest.fixture(autouse=True)
def cbc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the CBC that a test tool carries be found where the system has none."""
    carried = Path(pulp.__file__).parent / "solverdir" / "cbc"
    own = {"Linux": "linux", "Darwin": "osx", "Windows": "win"}[platform.system()]
    kind = "arm64" if platform.machine() in ("arm64", "aarch64") else "i64"
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{carried / own / kind}")


def driver(name: str) -> Driven:
    try:
        return Driven(name)
    except SolverFault:
        assert name not in ALWAYS
        pytest.skip(f"{name} is not installed")


@pytest.fixture
def crowded(mini: Build) -> Mini:
    """A ceiling joins what nation limits make hard; one vote is pending."""
    return mini(
        "id: TOP, kind: ceiling, nation: ALB, personnel: 160",
        "id: VOTE, kind: approval, nation: BEL, status: pending, probability: 0.5",
        offers=["A1,ALB,2,100", "A2,ALB,2,60", "B1,BEL,3,70", "D1,DNK,1,30"],
        lines=["L,kyiv,1,2,max_nations=1", "M,kyiv,1,3", "N,lviv,2,2,from=2,until=5"],
        months=8, tour=3, dwell=2, step=1,
        tiers="critical, shortfall, conditional, personnel",
    )  # fmt: skip


def told(outcome: Outcome) -> list[tuple[str, float, bool]]:
    return [(tier.name, round(tier.value, 6), tier.proven) for tier in outcome.tiers]


@pytest.mark.parametrize("name", ["appsi_highs", *MAKES])
def test_every_solver_proves_the_same_values(crowded: Mini, name: str) -> None:
    driver(name)
    formulation = Formulation(crowded.case, Settings())
    ours = solve(formulation, Options())
    theirs = solve(formulation, Options(solver=name))
    assert told(theirs) == told(ours)
    assert theirs.status == "optimal"
    assert theirs.events == ()


@pytest.mark.parametrize("name", ["appsi_highs", *MAKES])
def test_every_solver_says_how_it_ended_and_what_is_proven(name: str) -> None:
    solver = driver(name)
    one = Program(
        lower=np.zeros(2), upper=np.array([10.0, INFINITY]), whole=np.array([True, False]),
        rows=(Row((0, 1), (2.0, 1.0), 4.5, INFINITY),), goals=(), begin=(), nothing=np.zeros(2),
    )  # fmt: skip
    limits = Limits(0.0, 1e-6, time.monotonic() + 60, 0)
    costs = np.array([3.0, 2.0])
    answer = solver.minimise(one, costs, limits, start=np.array([3.0, 0.0]))
    assert answer.ending == "optimal"
    assert answer.point == pytest.approx([2.0, 0.5])
    assert answer.bound == pytest.approx(7.0, abs=1e-5)
    answer = solver.minimise(one, costs, limits, idle=[0])
    assert answer.point == pytest.approx([0.0, 4.5])
    answer = solver.minimise(one, costs, limits, more=[Row((0, 1), (2.0, 1.0), -INFINITY, 4.0)])
    assert (answer.ending, answer.point, answer.bound) == ("infeasible", None, -INFINITY)


def test_a_stop_or_a_limit_that_is_over_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    solver = Driven("appsi_highs")
    monkeypatch.setattr(driven, "_stated", pytest.fail)
    nothing = Program(
        lower=np.zeros(1), upper=np.ones(1), whole=np.array([True]),
        rows=(), goals=(), begin=(), nothing=np.zeros(1),
    )  # fmt: skip
    over = Limits(0.0, 1e-6, time.monotonic() - 1, 0)
    assert solver.minimise(nothing, np.ones(1), over).ending == "time_limit"
    stopped = Watch(lambda bound: None, lambda: True)
    assert solver.minimise(nothing, np.ones(1), over, watch=stopped).ending == "interrupted"


def test_a_solver_that_answers_wrong_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Driven.minimise

    def wrong(self: Driven, *given: object, **more: object) -> object:
        answer = right(self, *given, **more)  # type: ignore[arg-type]
        return driven.Answer(answer.ending, answer.point * 2, answer.bound, answer.said)  # type: ignore[operator]

    monkeypatch.setattr(Driven, "minimise", wrong)
    with pytest.raises(SolverFault, match="appsi_highs answers 18 where 9 is right"):
        ready("appsi_highs")


@pytest.mark.parametrize("ending", ["infeasible", "optimal"])
def test_a_solver_that_errs_is_told_of_by_its_name_and_not_asked_the_same_again(
    ending: Ending, crowded: Mini, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, asked = Driven.minimise, list[tuple[object, ...]]()

    def wrong(self: Driven, program: Program, costs: Vector, *given: Any, **more: Any) -> Answer:
        if program.size > 2:  # the probe has two columns
            rows = [*more["more"]] if "more" in more else []
            asked.append((program.size, costs.tobytes(), repr(rows)))
            return Answer(ending, None, 1e6 if ending == "optimal" else -INFINITY, ending)
        return right(self, program, costs, *given, **more)

    monkeypatch.setattr(Driven, "minimise", wrong)
    outcome = solve(Formulation(crowded.case, Settings()), Options(solver="appsi_highs"))
    assert not list(outcome.plan.violations())
    assert outcome.status == "within_gap"
    assert len(asked) == len(set(asked))
    assert outcome.events
    for event in outcome.events:
        assert "appsi_highs" in event
        assert "presolve" not in event


def test_a_solver_that_breaks_off_is_one_clear_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        options: dict[str, object] = {}  # noqa: RUF012 - what a solver of Pyomo's has

        def solve(self, *given: object, **more: object) -> object:
            raise RuntimeError("no licence")

    solver = Driven("appsi_highs")
    monkeypatch.setattr(driven, "SolverFactory", lambda name: Broken())
    tiny = Program(
        lower=np.zeros(1), upper=np.ones(1), whole=np.array([True]),
        rows=(), goals=(), begin=(), nothing=np.zeros(1),
    )  # fmt: skip
    limits = Limits(0.0, 1e-6, time.monotonic() + 60, 0)
    with pytest.raises(SolverFault, match="appsi_highs broke off: no licence"):
        solver.minimise(tiny, np.ones(1), limits)


def test_scip_logs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds Python's lock: a log of more than a pipe takes would make it wait forever."""
    log = tmp_path / "log"

    @contextlib.contextmanager
    def into_a_file(*_: object, **more: object) -> Iterator[None]:
        before = os.dup(1)
        with log.open("wb") as file:
            os.dup2(file.fileno(), 1)
            yield
            os.dup2(before, 1)
        os.close(before)

    solver = driver("scip")
    monkeypatch.setattr(scip_direct, "capture_output", into_a_file)
    one = Program(
        lower=np.zeros(1), upper=np.array([9.0]), whole=np.array([True]),
        rows=(Row((0,), (2.0,), 4.5, INFINITY),), goals=(), begin=(), nothing=np.zeros(1),
    )  # fmt: skip
    answer = solver.minimise(one, np.ones(1), Limits(0.0, 1e-6, time.monotonic() + 60, 0))
    assert answer.point == pytest.approx([3.0])
    assert log.read_bytes() == b""


@pytest.mark.parametrize("command", ["plan", "whatif"])
def test_an_unknown_solver_is_refused_before_anything_is_solved(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(program.app, [command, "--solver", "hihgs"])
    assert done.exit_code == 2
    said = " ".join(done.output.split())
    assert "hihgs is not to be had" in said.replace("│ ", "")
    assert list(tmp_path.iterdir()) == []
