"""Plans that are told while a search goes on: the first one soon, later ones ever less often."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from model.program import Vector

FIRST = 1.0
"""Seconds of search before the first plan is told; most searches are over by then."""
PAUSE = 2.0
"""Seconds between two plans, at the least."""
PART = 0.1
"""The most of a search's time that goes into telling them."""

Tell = Callable[[Vector], None]
Find = Callable[[], Vector | None]
"""What gives a point that keeps every row; None where there is none."""


class Sketcher:
    """Tells points of a program as they are found, from whichever thread; it changes no search.

    Args:
        tell: what is told a point that keeps every row; None where nobody wants to hear.
    """

    def __init__(self, tell: Tell | None = None) -> None:
        self._tell = tell
        self._next = time.monotonic() + FIRST
        self._turn = threading.Lock()

    def offer(self, find: Find) -> None:
        """Tell a point if it is time for one; only then it is looked for."""
        if self._tell is None or time.monotonic() < self._next or not self._turn.acquire(False):
            return
        try:
            began = time.monotonic()
            point = find()
            if point is not None:
                self._tell(point)
            now = time.monotonic()
            self._next = now + max(PAUSE, (now - began) / PART)
        finally:
            self._turn.release()
