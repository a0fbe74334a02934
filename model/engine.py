"""The engine: a process of its own that states programs and searches them.

It loads the modelling language and the solver while the case is still being read, and whatever
happens to a solver in there, the program that asked lives on: a process that is lost is started
once more, and the plan says so. Questions go in, and to each come progress and one answer.

Nothing but the standard library is imported before a process is started: it has no time to lose.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

from model.cores import cores

if TYPE_CHECKING:
    from model.case import Case
    from model.domain import Settings, Stage
    from model.dominance import Worth
    from model.outcome import Found, Options, Outcome, Progress
    from model.session import Flips
    from model.terms import Memo

ROOT = Path(__file__).resolve().parents[1]
GRACE = 60.0
"""Seconds beyond its limit after which an engine is taken to hang: to build, join and tell."""
SOON = 2.0
"""Seconds that a process may take to end once it says no more."""

_BEGIN = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model import engine; engine.serve()"

_STOP = pickle.dumps(None)

Word = Literal["progress", "answer", "raised", "lost"]
Question = tuple[Literal["find", "open", "flip", "call", "work", "prepare"], tuple[Any, ...]]
"""What is asked, see ``_Serving``, and with what arguments."""


class Asked(Protocol):
    """Whatever can be asked to solve a case."""

    def ask(
        self, case: Case, settings: Settings, options: Options, worth: Worth | None = None
    ) -> None:
        """Hand in the question; the caller may go on with something else.

        Args:
            case: the case.
            settings: what pending votes count as.
            options: gap, limit, seed.
            worth: its assignments worth deciding, where somebody listed them already.
        """

    def answer(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Found:
        """Wait for what is found.

        Raises:
            SolverFault: the solver cannot be used, or was lost twice.
            Contradiction, OutOfTime: see ``model/solver.py``.
        """


class Here:
    """Solves in this process, while the answer is waited for."""

    def ask(
        self, case: Case, settings: Settings, options: Options, worth: Worth | None = None
    ) -> None:
        """Keep the question."""
        self._question = case, settings, options, worth

    def answer(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Found:
        """Solve, see :class:`Asked`."""
        from model.formulation import Formulation
        from model.solver import find

        case, settings, options, worth = self._question
        formulation = Formulation(case, settings, worth=worth)
        return find(formulation, options, on_progress, stopped)


class Lost(RuntimeError):
    """Raised where a process ended, or hung, without an answer; says how."""


class Worker:
    """A process that answers one question after the other, and starts to load at once.

    Attributes:
        lost: how the process before this one was lost, until somebody tells it.

    Raises:
        OSError: no process can be started.
    """

    def __init__(self) -> None:
        self.lost = ""
        self._closed = False
        self._turn = threading.Lock()  # one thread may close it while another one starts it again
        self._opening = b""
        self._start()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        with self._turn:
            self._closed = True
            self._end()

    def put(self, question: Question, seconds: float) -> None:
        """Hand in a question that takes no longer than so many seconds.

        A process that takes the place of this one is asked the last ``open`` first.
        """
        self._question = pickle.dumps(question, pickle.HIGHEST_PROTOCOL)
        if question[0] == "open":
            self._opening = self._question
        self._seconds = seconds
        self._until = time.monotonic() + seconds + GRACE
        self._send(self._question)

    def get(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Any:
        """Wait for the answer.

        Raises:
            SolverFault: the process was lost twice.
            Lost: it was closed.
            Exception: whatever was raised over there.
        """
        from model.outcome import SolverFault

        try:
            return self._wait(on_progress, stopped)
        except Lost as lost:
            how = f"the solver's process {lost}; another one was started and gave this answer"
            with self._turn:
                if self._closed:
                    raise
                self._end()
                self._start()
        self._until = time.monotonic() + self._seconds + GRACE
        try:
            if self._opening not in (b"", self._question):
                self._send(self._opening)
                self._wait(on_progress, stopped)
            self._send(self._question)
            answer = self._wait(on_progress, stopped)
        except Lost as lost:
            if self._closed:
                raise
            raise SolverFault(f"the solver's process was lost twice: it {lost}") from None
        self.lost = how
        return answer

    def events(self) -> tuple[str, ...]:
        """Tell, once, how a process was lost."""
        told = (self.lost,) if self.lost else ()
        self.lost = ""
        return told

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with contextlib.suppress(OSError):  # what it never took
            self._stdin.close()

    def _start(self) -> None:
        # Ctrl-C is for the program that asks: it stops the search and keeps the best plan.
        apart: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}
        self._process = subprocess.Popen(  # noqa: S603 - this very Python, and code of ours
            [sys.executable, "-P", "-c", _BEGIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **apart,
        )
        assert self._process.stdin is not None  # noqa: S101 - both were asked for
        assert self._process.stdout is not None  # noqa: S101
        self._stdin = self._process.stdin
        self._sender: threading.Thread | None = None
        self._said: queue.SimpleQueue[tuple[Word, Any]] = queue.SimpleQueue()
        self._listener = threading.Thread(
            target=_listen, args=(self._process.stdout, self._said), daemon=True
        )
        self._listener.start()

    def _send(self, what: bytes) -> None:
        """Send behind what was sent before, without waiting for one that does not listen."""
        self._sender = threading.Thread(
            target=_send, args=(self._stdin, what, self._sender), daemon=True
        )
        self._sender.start()

    def _wait(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Any:
        told = False
        while True:
            if not told and stopped():
                told = True
                self._send(_STOP)
            try:
                word, what = self._said.get(timeout=0.1)
            except queue.Empty:
                if time.monotonic() > self._until:
                    raise Lost(f"gave no answer {GRACE:.0f} s after its time was up") from None
                continue
            if word == "progress":
                on_progress(what)
            elif word == "answer":
                return what
            elif word == "raised":
                raise what
            else:
                raise Lost(_how_it_ended(self._process))


class Engine(Worker):
    """Solves one case in a process of its own, see :class:`Asked`."""

    def ask(
        self, case: Case, settings: Settings, options: Options, worth: Worth | None = None
    ) -> None:
        """Hand in the question."""
        self.put(("find", (case, settings, options, worth)), options.time_limit)

    def answer(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Found:
        """Wait for what is found, see :class:`Asked`."""
        from dataclasses import replace

        from model.events import merged

        try:
            found: Found = self.get(on_progress, stopped)
        except BaseException:
            self.close()
            raise
        return replace(found, events=merged(self.events(), found.events))

    def prepare(self, room: str, function: str, *arguments: Any) -> None:
        """Have a function called over there that nobody waits for, such as one that loads."""
        question: Question = ("prepare", (room, function, arguments))
        self._send(pickle.dumps(question, pickle.HIGHEST_PROTOCOL))

    def call(self, room: str, function: str, *arguments: Any) -> None:
        """Have a function called over there; what it returns is for ``called``."""
        self.put(("call", (room, function, arguments)), GRACE)

    def called(self) -> Any:
        """Wait for what the function that was called returns.

        Raises:
            SolverFault, Lost: the process is gone.
            Exception: whatever the function raised.
        """
        return self.get(lambda at: None, lambda: False)


_started: Engine | None = None
_beside: list[Worker] = []


def start_for(arguments: Sequence[str]) -> None:
    """Start what a command will ask: an engine, or workers beside it; without, it solves here."""
    global _started
    if {"-h", "--help"} & set(arguments):
        return
    with contextlib.suppress(OSError):
        if "plan" in arguments[:2]:
            _started = Engine()
        elif {"prices", "stress"} & set(arguments[:1]):
            while len(_beside) < cores() - 1:
                _beside.append(Worker())


def ready() -> Asked:
    """Return the engine that was started, or one that solves here."""
    return _started or Here()


def beside() -> list[Worker]:
    """Return the workers that were started, one less than there are cores, or none."""
    return _beside


def close() -> None:
    """End every process that was started."""
    for each in (_started, *_beside):
        if each is not None:
            each.close()


def _send(pipe: IO[bytes], what: bytes, before: threading.Thread | None) -> None:
    if before is not None:
        before.join()
    # One that is gone is noticed where its answer is waited for.
    with contextlib.suppress(OSError, ValueError):
        pipe.write(what)
        pipe.flush()


def _listen(pipe: IO[bytes], said: queue.SimpleQueue[tuple[Word, Any]]) -> None:
    """Pass on what an engine says, and that it says no more."""
    with pipe:
        try:
            while True:
                said.put(_pair(pickle.load(pipe)))  # noqa: S301 - a process of ours
        except Exception:  # noqa: BLE001 - the end, or whatever rubbish makes of it
            said.put(("lost", None))


def _pair(told: Any) -> tuple[Word, Any]:
    """Return what an engine says; here, so that who listens on holds nothing of it."""
    word, what = told
    return word, what


def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
    try:
        status = process.wait(SOON)
    except subprocess.TimeoutExpired:  # it lives on, and waits for a question for ever
        return "said what means nothing"
    if status >= 0:
        return f"ended with status {status}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"was ended by signal {-status}"


def serve() -> None:
    """Be a worker: answer the questions that come in, until whoever asks is gone."""
    import gc
    from types import ModuleType

    gc.disable()  # one command, then the end
    # Pyomo loads it to calm SciPy in tests; nothing here does, and it takes as long as NumPy.
    sys.modules["numpy.testing"] = ModuleType("numpy.testing")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    said = threading.Lock()

    def tell(word: Word, what: Any) -> None:
        try:
            whole = pickle.dumps((word, what), pickle.HIGHEST_PROTOCOL)
            with said:
                out.write(whole)
                out.flush()
        except OSError:
            os._exit(0)  # nobody listens any more

    from model import session, solver  # noqa: F401 - before the question, which takes them

    serving = _Serving(lambda at: tell("progress", at))
    questions: queue.SimpleQueue[tuple[float, threading.Event, Question]] = queue.SimpleQueue()

    def hear() -> None:
        stop = threading.Event()
        # Whatever it is that cannot be heard: who waits for the answer notices that it is gone.
        with contextlib.suppress(Exception):
            while True:
                question = pickle.load(sys.stdin.buffer)  # noqa: S301 - from its parent
                if question is None:
                    stop.set()
                else:
                    # A stop that comes too late for its question is none for the next one.
                    stop = stop if question[0] == "prepare" else threading.Event()
                    questions.put((time.monotonic(), stop, question))
        os._exit(0)  # whoever asked is gone

    threading.Thread(target=hear, daemon=True).start()
    while True:
        serving.asked, serving.stop, (what, arguments) = questions.get()
        try:
            answer = getattr(serving, what)(*arguments)
            if what != "prepare":
                tell("answer", answer)
        except Exception as error:  # noqa: BLE001 - raised again where it was asked
            tell("raised", _portable(error))


class _Serving:
    """The questions that a worker answers, a method each.

    Attributes:
        asked: when the question came in, in monotonic seconds.
        stop: set when the search asked for is to end with the best plan found.
    """

    asked = 0.0

    def __init__(self, on_progress: Callable[[Progress], None]) -> None:
        self.stop = threading.Event()
        self._on_progress = on_progress

    def find(
        self, case: Case, settings: Settings, options: Options, worth: Worth | None = None
    ) -> Found:
        """Solve a case once."""
        from model.formulation import Formulation
        from model.solver import find

        formulation = Formulation(case, settings, worth=worth)
        return find(formulation, options, self._on_progress, self.stop.is_set)

    def open(self, case: Case, settings: Settings, options: Options) -> None:
        """Hold a session of a case ready."""
        from model.session import Session

        self._session = Session(case, settings, options)

    def call(self, room: str, function: str, arguments: tuple[Any, ...]) -> Any:
        """Call a function, while the one who asks does something else."""
        from importlib import import_module

        return getattr(import_module(room), function)(*arguments)

    def work(self, room: str, function: str, arguments: tuple[Any, ...]) -> Any:
        """Call a function that tells how far it is, and ends early when asked to.

        Its last two arguments are what to tell, and what to ask whether to stop.
        """
        return self.call(room, function, (*arguments, self._on_progress, self.stop.is_set))

    def prepare(self, room: str, function: str, arguments: tuple[Any, ...]) -> None:
        """Call a function; where it fails, so will what it was to prepare."""
        with contextlib.suppress(Exception):
            self.call(room, function, arguments)

    def flip(
        self, known: Memo, flips: Flips, tiers: Collection[Stage] | None, seconds: float
    ) -> Outcome:
        """Solve the session's case with flips, from what is known and no more."""
        until = self.asked + seconds
        return self._session.solve_from(
            known, flips, tiers=tiers, until=until, stopped=self.stop.is_set
        )


def _portable(error: Exception) -> Exception:
    """Return an error as it can be told to another process, with where it came from."""
    import traceback

    where = traceback.format_exc()
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - any error may have parts that do not travel
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(where)
    return error
