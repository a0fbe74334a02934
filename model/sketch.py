"""Plans that are told while a search goes on: the first one soon, later ones ever less often."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from model.domain import Stage
from model.program import Goal, Vector

SOON = 0.04
"""Seconds of search before a plan is told that is as good as any in what its picture shows."""
FIRST = 1.0
"""Seconds before any other one is told; most searches are over by then."""
PAUSE = 2.0
"""Seconds between two plans, at the least."""
PART = 0.1
"""The most of a search's time that goes into telling them."""
SEEN: frozenset[Stage] = frozenset({"pins", "critical", "shortfall"})
"""The tiers that say what is missing, which is what the picture of a plan shows."""

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
        self._soon = time.monotonic() + SOON
        self._next = self._soon - SOON + FIRST
        self._turn = threading.Lock()
        self._settled: Find | None = None
        self._clock: threading.Timer | None = None
        if tell is not None:
            # The search may be deep in a long tier by then, and offer nothing.
            self._clock = threading.Timer(SOON, self._ring)
            self._clock.daemon = True
            self._clock.start()

    def offer(self, find: Find, *, settled: bool = False) -> None:
        """Tell a point if it is time for one; only then it is looked for.

        Args:
            find: gives the point; called from another thread where it is time later.
            settled: whether the tiers in ``SEEN`` are minimised already.
        """
        if self._tell is None:
            return
        if settled:
            self._settled = find
        due = min(self._soon, self._next) if settled else self._next
        if time.monotonic() < due or not self._turn.acquire(False):
            return
        try:
            began = time.monotonic()
            point = find()
            if point is not None and self._tell is not None:
                self._tell(point)
            now = time.monotonic()
            self._soon = self._next = now + max(PAUSE, (now - began) / PART)
        finally:
            self._turn.release()

    def _ring(self) -> None:
        if self._settled is not None:
            self.offer(self._settled, settled=True)

    def close(self) -> None:
        """Tell nothing more; what is being told is told to its end."""
        if self._clock is not None:
            self._clock.cancel()
        with self._turn:
            self._tell = None


def seen(goals: Sequence[Goal]) -> int:
    """Return after how many goals the tiers in ``SEEN`` are minimised."""
    return max((i for i, goal in enumerate(goals, start=1) if goal.name in SEEN), default=0)
