"""The engine: a process of its own that states the program and searches it.

It loads the modelling language and the solver while the case is still being read, and whatever
happens to a solver in there, the program that asked lives on: a process that is lost is started
once more, and the plan says so. A question goes in once; progress and one answer come out.

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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from model.case import Case
    from model.domain import Settings
    from model.outcome import Found, Options, Progress

ROOT = Path(__file__).resolve().parents[1]
GRACE = 60.0
"""Seconds beyond its limit after which an engine is taken to hang: to build, join and tell."""

_BEGIN = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model import engine; engine.serve()"

Word = Literal["progress", "found", "raised", "lost"]


class Asked(Protocol):
    """Whatever can be asked to solve a case."""

    def ask(self, case: Case, settings: Settings, options: Options) -> None:
        """Hand in the question; the caller may go on with something else."""

    def answer(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Found:
        """Wait for what is found.

        Raises:
            SolverFault: the solver cannot be used, or was lost twice.
            Contradiction, OutOfTime: see ``model/solver.py``.
        """


class Here:
    """Solves in this process, while the answer is waited for."""

    def ask(self, case: Case, settings: Settings, options: Options) -> None:
        """Keep the question."""
        self._question = case, settings, options

    def answer(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Found:
        """Solve, see :class:`Asked`."""
        from model.formulation import Formulation
        from model.solver import find

        case, settings, options = self._question
        return find(Formulation(case, settings), options, on_progress, stopped)


class Lost(RuntimeError):
    """Raised where a process ended, or hung, without an answer; says how."""


class Engine:
    """Solves in a process of its own, which starts to load at once.

    Raises:
        OSError: no process can be started.
    """

    def __init__(self) -> None:
        self._start()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with contextlib.suppress(OSError):  # what it never took
            self._stdin.close()

    def ask(self, case: Case, settings: Settings, options: Options) -> None:
        """Hand in the question."""
        self._question = pickle.dumps((case, settings, options), pickle.HIGHEST_PROTOCOL)
        self._until = time.monotonic() + options.time_limit + GRACE
        self._send(self._question)

    def answer(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Found:
        """Wait for what is found, see :class:`Asked`."""
        from dataclasses import replace

        from model.outcome import SolverFault

        try:
            return self._wait(on_progress, stopped)
        except Lost as lost:
            event = f"the solver's process {lost}; another one was started and gave this answer"
        self.close()
        self._start()
        self._until += GRACE
        self._send(self._question)
        try:
            found = self._wait(on_progress, stopped)
        except Lost as lost:
            raise SolverFault(f"the solver's process was lost twice: it {lost}") from None
        return replace(found, events=(event, *found.events))

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

    def _wait(self, on_progress: Callable[[Progress], None], stopped: Callable[[], bool]) -> Found:
        told = False
        while True:
            if not told and stopped():
                told = True
                self._send(b"s")
            try:
                word, what = self._said.get(timeout=0.1)
            except queue.Empty:
                if time.monotonic() > self._until:
                    raise Lost(f"gave no answer {GRACE:.0f} s after its time was up") from None
                continue
            if word == "progress":
                on_progress(what)
            elif word == "found":
                self.close()
                return what  # type: ignore[no-any-return]
            elif word == "raised":
                self.close()
                raise what
            else:
                raise Lost(_how_it_ended(self._process.wait()))


_started: Engine | None = None


def start_for(arguments: Sequence[str]) -> None:
    """Start an engine for a command that will ask one; without one it solves here."""
    global _started
    if "plan" in arguments[:2] and not {"-h", "--help"} & set(arguments):
        with contextlib.suppress(OSError):
            _started = Engine()


def ready() -> Asked:
    """Return the engine that was started, or one that solves here."""
    return _started or Here()


def close() -> None:
    """End the engine that was started, if one was."""
    if _started is not None:
        _started.close()


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
                said.put(pickle.load(pipe))  # noqa: S301 - a process of ours
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            said.put(("lost", None))


def _how_it_ended(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"was ended by signal {-status}"


def serve() -> None:
    """Be an engine: answer one question that comes in, and end."""
    import gc
    from types import ModuleType

    gc.disable()  # one search, then the end
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

    from model.formulation import Formulation
    from model.solver import find

    try:
        case, settings, options = pickle.load(sys.stdin.buffer)  # noqa: S301 - from its parent
    except EOFError:
        os._exit(0)
    stop = threading.Event()

    def hear() -> None:
        while sys.stdin.buffer.read(1):
            stop.set()
        os._exit(0)  # whoever asked is gone

    threading.Thread(target=hear, daemon=True).start()
    try:
        found = find(
            Formulation(case, settings), options, lambda at: tell("progress", at), stop.is_set
        )
        tell("found", found)
    except Exception as error:  # noqa: BLE001 - raised again where it was asked
        tell("raised", _portable(error))
    os._exit(0)


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
