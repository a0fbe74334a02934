"""What lifting each caveat of the case would bring, worked out while nobody asks for anything."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from web.address import State
from web.answers import Asked, Price, PriceBatch
from web.solving import Solving

QUIET = 2.0
"""Seconds in which nobody asks for anything before a question is answered that nobody asked."""


@dataclass
class Prices:
    """The prices of a case as far as they are known.

    Attributes:
        of: how many there will be; 0 where that is not known yet.
        over: whether no more will come.
    """

    stamp: str
    found: dict[str, Price] = field(default_factory=dict)
    of: int = 0
    over: bool = False


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
        while not prices.over:
            more = (("from", str(len(prices.found))),)
            job = self.solving.ask(Asked("price", State(), prices.stamp, more), kept=True)
            await job.wait()
            # A case that is wrong is told where it is looked at.
            if not isinstance(job.answer, PriceBatch):
                prices.over = True
                return
            prices.found |= {each.name: each for each in job.answer.prices}
            prices.of = job.answer.of
            prices.over = len(prices.found) >= prices.of
        await self._look_ahead(prices)

    async def _look_ahead(self, prices: Prices) -> None:
        """Have the case solved with each caveat lifted, what brings most first.

        A click on one then finds its picture there. Whoever asks for anything goes first.
        """
        for each in sorted(prices.found.values(), key=lambda each: each.rank):
            await self.solving.quiet(QUIET)
            stamp = self.solving.served.stamp()
            job = self.solving.look_ahead(Asked("look", State(lift=(each.name,)), stamp))
            if job is not None:
                await job.wait()
