"""What a worker does in the background: it prices caveats, a few at a time."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from model.caveats.base import Caveat
from model.domain import Settings
from model.outcome import Options, OutOfTime
from model.prices import TIERS, Interval, Pricing, rank
from model.prices import Price as Found
from model.rules.base import Rule
from reports import compare
from web.address import State
from web.answers import Asked, NoAnswer, Price, PriceBatch, Served
from web.work import Desk, Stopped, Tell

PIECE = 0.5
"""Seconds after which no other caveat is begun, so that whoever asks for something gets it."""

_held: dict[str, Pricing] = {}
"""The case as it is, by the stamp of its files; one at a time."""


def price(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> PriceBatch:
    """Price the caveats and rules of the case as it is, from the one of that number on.

    Raises:
        NoAnswer: a stop came before the first of them was proven.
    """
    began = time.monotonic()
    work = _pricing(served, asked, on_progress, stopped)
    limits: list[Caveat | Rule] = [*work.case.active_caveats, *work.case.active_rules]
    # What needs no solve stands at the beginning, and is told at once.
    limits.sort(key=lambda each: each.id in work.session.touching)
    at = int(dict(asked.more)["from"])
    done: list[Price] = []
    for limit in limits[at:]:
        [found] = work.alone([limit])
        if stopped():
            break
        done.append(_told(work, found))
        if time.monotonic() - began > PIECE and limit.id in work.session.touching:
            break
    if not done and at < len(limits):
        raise NoAnswer
    return PriceBatch(tuple(done), len(limits))


def _pricing(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> Pricing:
    if asked.stamp not in _held:
        desk = Desk(served, replace(asked, state=State()), on_progress, stopped)
        options = Options(gap=0.0, time_limit=served.time_limit, seed=served.seed)
        case = replace(desk.read(), tiers=TIERS)
        settings = Settings(pending=served.pending)
        try:
            work = Pricing(case, settings, options, (), math.inf, lambda *told: None, stopped)
        except OutOfTime:
            raise NoAnswer from None
        if stopped():
            raise NoAnswer
        _held.clear()
        _held[asked.stamp] = work
    work = _held[asked.stamp]
    work.stopped = stopped
    return work


def _told(work: Pricing, found: Found) -> Price:
    whole = compare.coverage(work.base.plan, found.plan)[-1]
    ends = [found.gains[tier] for tier in TIERS]
    return Price(
        name=found.names[0],
        points=100 * float((whole.after or 0) - (whole.before or 0)) if found.helps else 0.0,
        critical=_ends(ends[0]),
        shortfall=_ends(ends[1]),
        red=found.red,
        rank=tuple(float(each) for each in rank(found)[:-1]),  # type: ignore[arg-type]
    )


def _ends(gain: Interval) -> tuple[float | None, float | None]:
    low, high = (each if math.isfinite(each) else None for each in (gain.low, gain.high))
    return low, high
