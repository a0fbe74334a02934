"""Workers beside this process find what it would find, and the loss of one loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from model import engine
from model.case import Case
from model.crowd import Crowd
from model.domain import Settings
from model.engine import Question, Worker
from model.outcome import Options, Outcome, SolverFault
from model.session import Flips, Session
from model.terms import Memo
from tests.conftest import Mini

ROOT = Path(__file__).resolve().parents[1]
SERVE = engine._BEGIN
FLIPS = [Flips(lifted=frozenset(["N"])), Flips(away=frozenset(["B1"]))]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Worker]]:
    """Start a worker that runs some code of the test's first."""
    started: list[Worker] = []

    def start(first: str = "") -> Worker:
        monkeypatch.setattr(engine, "_BEGIN", f"{first}\n{SERVE}")
        started.append(Worker())
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def case(mini: Callable[..., Mini]) -> Case:
    return mini(
        "id: N, kind: exclusion, nation: ALB",
        offers=["A1,ALB,1,100", "B1,BEL,1,100"],
        lines=["L,kyiv,2,2"],
        months=3,
    ).case


def told(outcome: Outcome | None) -> object:
    assert outcome is not None
    return outcome.plan.starts, [(each.name, each.value, each.bound) for each in outcome.tiers]


def one_there(case: Case, worker: Worker) -> list[Outcome | None]:
    """Solve both flips: one here, which waits until the worker has begun the other."""
    session = Session(case, Settings())
    both = threading.Event()

    def here(which: int) -> Outcome:
        assert both.wait(60)
        return session.solve_from(Memo(), FLIPS[which])

    def asked(which: int, seconds: float) -> Question:
        both.set()
        return "flip", (Memo(), FLIPS[which], None, seconds)

    crowd = Crowd([worker], case, Settings(), Options())
    never = lambda: False  # noqa: E731
    return crowd.share(2, here, asked, 1e12, never, lambda which, done: None)


def losing(how: str) -> str:
    """Code that makes a worker's flip go through some code of the test's."""
    return (
        f"import os, pathlib, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from model import engine\n"
        "flip = engine._Serving.flip\n"
        "def through(self, *arguments):\n"
        f"    {how}\n"
        "    return flip(self, *arguments)\n"
        "engine._Serving.flip = through"
    )


def test_a_worker_finds_what_is_found_here(case: Case, begin: Callable[[str], Worker]) -> None:
    alone = Session(case, Settings()).solve_all(FLIPS)
    shared = one_there(case, begin(""))
    assert [told(each) for each in shared] == [told(each) for each in alone]
    assert told(alone[0]) != told(alone[1])


def test_a_worker_that_is_lost_is_started_once_more_and_opens_the_session_again(
    case: Case, begin: Callable[[str], Worker], tmp_path: Path
) -> None:
    flag = tmp_path / "lost"
    how = f"flag = pathlib.Path({str(flag)!r}); flag.exists() or (flag.touch(), os._exit(7))"
    shared = one_there(case, begin(losing(how)))
    alone = Session(case, Settings()).solve_all(FLIPS)
    assert [told(each) for each in shared] == [told(each) for each in alone]
    events = [event for each in shared if each for event in each.events]
    assert events == [
        "the solver's process ended with status 7; another one was started and gave this answer"
    ]


def test_a_worker_that_is_lost_twice_over_a_flip_is_a_fault_of_the_solver(
    case: Case, begin: Callable[[str], Worker]
) -> None:
    with pytest.raises(SolverFault, match="lost twice: it ended with status 7"):
        one_there(case, begin(losing("os._exit(7)")))


def test_what_no_worker_can_open_is_solved_here(case: Case, begin: Callable[[str], Worker]) -> None:
    session = Session(case, Settings(), workers=[begin("import os; os._exit(7)")])
    alone = Session(case, Settings()).solve_all(FLIPS)
    assert [told(each) for each in session.solve_all(FLIPS)] == [told(each) for each in alone]


def test_what_has_not_begun_when_a_stop_is_asked_gives_nothing(case: Case) -> None:
    begun: list[int] = []
    outcomes = Session(case, Settings()).solve_all(
        FLIPS, stopped=lambda: bool(begun), tell=lambda which, done: begun.append(which)
    )
    assert begun == [0]
    assert outcomes[0] is not None
    assert outcomes[1] is None
    assert Session(case, Settings()).solve_all(FLIPS, until=0.0) == [None, None]


def test_a_flip_finds_the_same_whatever_was_solved_before(case: Case) -> None:
    session = Session(case, Settings())
    first = session.solve_all(FLIPS)
    backward = session.solve_all(FLIPS[::-1])
    assert [told(each) for each in backward] == [told(each) for each in first[::-1]]


def test_the_commands_that_share_start_a_worker_for_every_other_core(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "_beside", [])
    monkeypatch.setattr(engine, "cores", lambda: 2)
    for none in (["why", "prices"], ["prices", "--help"], ["runs"]):
        engine.start_for(none)
        assert engine.beside() == []
    engine.start_for(["prices", "--json"])
    (worker,) = engine.beside()
    engine.close()
    assert worker._process.returncode is not None
