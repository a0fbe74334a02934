"""Solves that do not wait for each other, shared out to this process and to workers beside it.

Nobody is told beforehand what to solve: whoever is free takes the next one. A worker that still
loads takes none, so that a small case is solved before any has joined in.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from model.case import Case
from model.domain import Settings
from model.engine import Question, Worker
from model.events import merged
from model.outcome import Options, Outcome


@dataclass
class _Round:
    """What is shared out.

    Attributes:
        asked: gives the question to put to a worker: which one, within how many seconds.
        until: when to stop, in monotonic seconds.
        begun: how many have begun; they begin in order.
        found: what was found, or what was raised, by which one it was.
        over: whether what has not begun never will.
    """

    count: int
    asked: Callable[[int, float], Question]
    until: float
    stopped: Callable[[], bool]
    tell: Callable[[int, int], None]
    begun: int = 0
    found: dict[int, Outcome | Exception] = field(default_factory=dict)
    over: bool = False

    def next(self) -> int | None:
        """Return which one begins now, or None where none is left or the time is over."""
        self.over = self.over or self.stopped() or time.monotonic() >= self.until
        if self.over or self.begun == self.count:
            return None
        self.begun += 1
        self.tell(self.begun - 1, len(self.found))
        return self.begun - 1


class Crowd:
    """This process and the workers beside it, which hold the same session."""

    def __init__(
        self, workers: Sequence[Worker], case: Case, settings: Settings, options: Options
    ) -> None:
        self._turn = threading.Condition()
        self._round: _Round | None = None
        for worker in workers:
            worker.put(("open", (case, settings, options)), options.time_limit)
            threading.Thread(target=self._work, args=(worker,), daemon=True).start()

    def share(
        self,
        count: int,
        here: Callable[[int], Outcome],
        asked: Callable[[int, float], Question],
        until: float,
        stopped: Callable[[], bool],
        tell: Callable[[int, int], None],
    ) -> list[Outcome | None]:
        """Return what each of so many solves finds; None for what had not begun in time.

        Args:
            count: how many there are.
            here: solves one of them in this process.
            asked: see :class:`_Round`.
            until: when to stop, in monotonic seconds.
            stopped: asked often, by several threads; true ends it.
            tell: told which one begins, and how many are done; by one thread at a time.

        Raises:
            Exception: what the first that failed raised.
        """
        shared = _Round(count, asked, until, stopped, tell)
        with self._turn:
            self._round = shared
            self._turn.notify_all()
        while (which := self._next(shared)) is not None:
            # A default binds the number now; mypy gives such a lambda no type.
            self._solved(shared, which, lambda which=which: here(which))  # type: ignore[misc]
        with self._turn:
            self._round = None
            while len(shared.found) < shared.begun:
                self._turn.wait()
        answers: list[Outcome | None] = []
        for which in range(count):
            found = shared.found.get(which)
            if isinstance(found, Exception):
                raise found
            answers.append(found)
        return answers

    def _next(self, shared: _Round) -> int | None:
        with self._turn:
            return shared.next()

    def _solved(self, shared: _Round, which: int, solve: Callable[[], Outcome]) -> None:
        """Note what a solve finds, or that it fails: then nothing more need begin."""
        found: Outcome | Exception
        try:
            found = solve()
        except Exception as error:  # noqa: BLE001 - raised again by who shared it out
            found = error
        with self._turn:
            shared.found[which] = found
            shared.over = shared.over or isinstance(found, Exception)
            self._turn.notify_all()

    def _work(self, worker: Worker) -> None:
        """Take solves for a worker whenever there are any."""
        try:
            worker.get(lambda at: None, lambda: False)
        except Exception:  # noqa: BLE001 - what one cannot open the others solve without it
            return
        while True:
            with self._turn:
                while (shared := self._round) is None or (which := shared.next()) is None:
                    self._turn.wait()
            self._solved(shared, which, lambda: _there(worker, shared, which))


def _there(worker: Worker, shared: _Round, which: int) -> Outcome:
    seconds = shared.until - time.monotonic()
    worker.put(shared.asked(which, seconds), seconds)
    found: Outcome = worker.get(lambda at: None, shared.stopped)
    return replace(found, events=merged(worker.events(), found.events))
