"""What lifting each caveat of the case would bring, worked out while nobody asks for anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from web.address import State
from web.answers import Asked, Foreseen, Price, PriceBatch
from web.solving import Solving

QUIET = 2.0
"""Seconds in which nobody asks for anything before a question is answered that nobody asked."""
PAUSE = 0.5
"""The same before one that lets go at once as soon as somebody asks."""
PATIENCE = 1.5
"""Seconds after which a search that nobody asked for is put behind those that may be shorter."""


@dataclass
class Prices:
    """The prices of a case as far as they are known.

    Attributes:
        stamp: of the case without its scenarios.
        of: how many there will be; 0 where that is not known yet.
        over: whether no more will come.
    """

    stamp: str
    found: dict[str, Price] = field(default_factory=dict)
    of: int = 0
    over: bool = False

    def now(self) -> Prices:
        """Return what is known at this moment, for whoever draws it in a thread.

        The event loop adds to it meanwhile. Whether it is over is read before what was found:
        nothing is added after the end.
        """
        over = self.over
        return Prices(self.stamp, dict(self.found), self.of, over)


class Pricing:
    """Prices of the case as it is, kept for as long as its files stay as they are."""

    def __init__(self, solving: Solving) -> None:
        self.solving = solving
        self._prices = Prices("")
        self._task: asyncio.Task[None] | None = None

    def now(self, stamp: str) -> Prices:
        """Return what is known of the case with that stamp; the work begins if it has not."""
        if self._prices.stamp != stamp:
            self.close()
            self._prices = Prices(stamp)
            self._task = asyncio.get_running_loop().create_task(self._work(self._prices))
        return self._prices

    def close(self) -> None:
        """Let go of the work."""
        if self._task is not None:
            self._task.cancel()

    async def _work(self, prices: Prices) -> None:
        """Price what is to be priced, then look ahead at what a click may ask for.

        Each caveat is searched once: what is found for its price is the answer to whoever lifts it.
        """
        batch = await self._asked(())
        # A case that is wrong is told where it is looked at.
        if not isinstance(batch, PriceBatch):
            prices.over = True
            return
        prices.found |= {each.name: each for each in batch.prices}
        prices.of = len(batch.prices) + len(batch.rest)

        async def priced(name: str) -> None:
            found = await self._foreseen(prices, name)
            if found is not None:
                prices.found[name] = found

        await self._side_by_side(batch.rest, priced, self.solving.size)
        prices.over = True
        order = sorted(prices.found.values(), key=lambda each: each.rank)
        free = {each.name for each in batch.prices}
        # One worker is left to whoever asks: to take one back costs him the wait for it to let go.
        spared = max(1, self.solving.size - 1)
        rest = [each.name for each in order if each.name in free]
        long: list[str] = []
        await self._side_by_side(rest, self._look_on(prices, PATIENCE, long), spared)
        await self._side_by_side(long, self._look_on(prices, None, []), spared)
        await self._side_by_side([each.name for each in order], self._look_ahead, spared)

    async def _asked(
        self, more: tuple[tuple[str, str], ...], seconds: float | None = None
    ) -> object:
        """Return the answer; None where there is none, or not in so many seconds."""
        asked = Asked("price", State(), self.solving.served.stamp(), more)
        job = self.solving.ask(asked, kept=True)
        while not await job.wait(seconds):
            if job.phase == "running":  # one that waits for others takes nobody's time
                self.solving.cancel(job)
        return job.answer

    async def _foreseen(
        self, prices: Prices, name: str, seconds: float | None = None
    ) -> Price | None:
        """Have a caveat lifted; return its price, and keep what was found for whoever lifts it."""
        answer = await self._asked((("of", name),), seconds)
        if not isinstance(answer, Foreseen):
            return None
        if answer.found:
            self.solving.foresee(prices.stamp, State(lift=(name,)), answer.found)
        return answer.price

    def _look_on(
        self, prices: Prices, seconds: float | None, long: list[str]
    ) -> Callable[[str], Awaitable[None]]:
        """Return what lifts a caveat whose price needed no search.

        Args:
            prices: of its case.
            seconds: for each; None for no limit.
            long: takes the names of those that would have taken longer, or came to nothing.
        """

        async def look(name: str) -> None:
            await self.solving.quiet(PAUSE)
            if await self._foreseen(prices, name, seconds) is None:
                long.append(name)

        return look

    async def _look_ahead(self, name: str) -> None:
        """Have all that is told of the case without a caveat ready: a click finds it there."""
        await self.solving.quiet(QUIET)
        stamp = self.solving.served.stamp()
        job = self.solving.look_ahead(Asked("look", State(lift=(name,)), stamp))
        if job is not None:
            await job.wait()

    @staticmethod
    async def _side_by_side(
        names: Iterable[str], each: Callable[[str], Awaitable[None]], many: int
    ) -> None:
        """Do something with every name in their order, so many at once."""
        left = iter(list(names))

        async def one() -> None:
            for name in left:
                await each(name)

        async with asyncio.TaskGroup() as group:
            for _ in range(many):
                group.create_task(one())
