"""A search under way: one line that moves where a person looks on, and Ctrl-C once or twice."""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
from types import TracebackType
from typing import Protocol, TextIO

from reports import words


class Progress(Protocol):
    """Where the search stands, as the solver tells it."""

    @property
    def tier(self) -> str: ...  # noqa: D102 - its class says it
    @property
    def best(self) -> float: ...  # noqa: D102 - its class says it
    @property
    def bound(self) -> float: ...  # noqa: D102 - its class says it
    @property
    def gap(self) -> float: ...  # noqa: D102 - its class says it
    @property
    def seconds(self) -> float: ...  # noqa: D102 - its class says it


class Watch:
    """Shows progress and listens for Ctrl-C while it is entered.

    Once asks the search to stop and keep its best plan (``stopped``). Twice ends the program at
    once with exit code 130; nothing has been written by then.

    A thread listens: the solver may stay in its own code for seconds, in which Python runs no
    signal handler in the main thread, and two signals become one.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._moving = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._asked = False
        self._listening: tuple[int, int, threading.Thread] | None = None

    def __enter__(self) -> Watch:
        if threading.current_thread() is threading.main_thread():
            hear, tell = os.pipe()
            os.set_blocking(tell, False)
            self._before = signal.signal(signal.SIGINT, lambda number, frame: None)
            self._fd_before = signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
            thread = threading.Thread(target=self._listen, args=(hear,), daemon=True)
            thread.start()
            self._listening = hear, tell, thread
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._listening is not None:
            hear, tell, thread = self._listening
            signal.set_wakeup_fd(self._fd_before)
            signal.signal(signal.SIGINT, self._before)
            os.close(tell)
            thread.join()
            os.close(hear)
        self._write("")

    def stopped(self) -> bool:
        """Whether the search is asked to stop."""
        return self._asked

    def say(self, what: str) -> None:
        """Show what is being done before the search moves."""
        self._write(what)

    def on_progress(self, at: Progress) -> None:
        """Show where the search stands."""
        best = words.tier_value(at.best) if math.isfinite(at.best) and abs(at.best) < 1e30 else "-"
        bound = (
            words.tier_value(at.bound) if math.isfinite(at.bound) and abs(at.bound) < 1e30 else "-"
        )
        gap = words.percent(at.gap) if math.isfinite(at.gap) and at.gap < 1e6 else "-"
        hint = "stopping" if self._asked else "Ctrl-C keeps the best"
        self._write(
            f"{at.tier:<11}  best {best:>10}  bound {bound:>10}  gap {gap:>6}  "
            f"{at.seconds:4.0f} s  {hint}"
        )

    def _write(self, line: str) -> None:
        if self._moving:
            self._stream.write(f"\r\x1b[K{line[: self._width()]}")
            self._stream.flush()

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns - 1
        except (OSError, ValueError):
            return 79

    def _listen(self, hear: int) -> None:
        clear = b"\r\x1b[K" if self._moving else b""
        while numbers := os.read(hear, 16):
            for _ in range(numbers.count(signal.SIGINT)):
                if self._asked:
                    os.write(2, clear + b"Stopped at once; nothing was written.\n")
                    os._exit(130)
                self._asked = True
                os.write(
                    2, clear + b"Stopping; the best plan is kept. Ctrl-C again stops at once.\n"
                )
