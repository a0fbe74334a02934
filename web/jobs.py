"""A question on its way to its answer: what whoever asked follows, and waits for."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import Any, Literal

from model.outcome import Progress
from web.answers import BEHIND, Asked, Counted, Packed, Sketch

Phase = Literal["queued", "running", "done", "failed", "cancelled"]


class Job:
    """A question on its way to its answer.

    Attributes:
        phase: ``done`` with an answer, ``failed`` with an error.
        progress: where the search stands; None before it moved.
        sketch: the picture of the best plan so far; None before there is one.
        drawn: how many pictures there have been.
        kept: whether it goes on though nobody waits for it, as one that was posted does.
        ahead: whether nobody has asked for it yet, but somebody may.
        put_off: whether it is ended for now, to begin again when nobody asks for anything else.
    """

    def __init__(self, asked: Asked, *, kept: bool = False, ahead: bool = False) -> None:
        self.id = secrets.token_urlsafe(12)
        self.asked, self.kept, self.ahead = asked, kept, ahead
        self.phase: Phase = "queued"
        self.progress: Progress | Counted | None = None
        self.sketch: Sketch | None = None
        self.drawn = 0
        self.answer: Any = None
        self.error: Exception | None = None
        self.stopping = self.put_off = False
        self.waiting = 0
        self._moved = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.phase in ("done", "failed", "cancelled")

    @property
    def behind(self) -> bool:
        """Whether it stands back for any other question."""
        return self.ahead or self.asked.kind in BEHIND

    def move(self, phase: Phase | None = None, progress: Progress | Counted | None = None) -> None:
        """Note that it got on, and tell whoever waits."""
        self.phase = phase or self.phase
        self.progress = progress or self.progress
        self._moved.set()
        self._moved = asyncio.Event()

    def draw(self, sketch: Sketch) -> None:
        """Note the best plan so far, and tell whoever waits."""
        self.sketch = sketch
        self.drawn += 1
        self.move()

    async def follow(self) -> AsyncIterator[None]:
        """Yield whenever it moved, and once at the end; whoever follows it keeps it going."""
        self.waiting += 1
        try:
            while not self.over:
                moved = self._moved
                yield
                if not self.over:
                    await moved.wait()
            yield
        finally:
            self.waiting -= 1

    async def wait(self, seconds: float | None = None, *, drawn: bool = False) -> bool:
        """Wait until it is over, or has a picture if that will do, or for so long.

        Returns:
            Whether it is over.
        """

        async def end() -> None:
            async for _ in self.follow():
                if drawn and self.drawn:
                    return

        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(end(), seconds)
        return self.over

    def result(self) -> Any:
        """Return the answer.

        Raises:
            Exception: what kept it from being given.
        """
        if self.answer is None:
            raise self.error or RuntimeError("there is no answer yet")
        if isinstance(self.answer, Packed):
            self.answer = self.answer.unpacked()
        return self.answer
