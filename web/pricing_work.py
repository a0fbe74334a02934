"""What a worker does in the background: it lifts one caveat after the other before anybody does."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from dataclasses import replace

from model.caveats.base import Caveat
from model.domain import Settings
from model.flips import Flips
from model.outcome import Options, OutOfTime
from model.plan import Plan
from model.prices import TIERS, Interval, Pricing, from_outcomes, rank
from model.prices import Price as Found
from model.rules.base import Rule
from reports import compare
from web.address import State
from web.answers import Asked, Foreseen, NoAnswer, Price, PriceBatch, Served
from web.work import Desk, Stopped, Tell

_held: dict[str, Pricing] = {}
"""The case as it is, with the tiers of prices alone, by the stamp of its files; one at a time."""


def price(
    served: Served, asked: Asked, on_progress: Tell, stopped: Stopped
) -> PriceBatch | Foreseen:
    """Price a caveat or rule of the case as it is, or all those that need no solve.

    All tiers are minimised, and what is found is the answer to whoever lifts it.

    Raises:
        NoAnswer: a stop came before it was proven.
    """

    def over() -> bool:
        # Nobody wants the best plan so far, and whoever asks for something else waits.
        if stopped():
            raise NoAnswer
        return False

    desk = Desk(served, replace(asked, kind="look", state=State()), on_progress, over)
    case = desk.read()
    base, held = desk.base().outcome, desk.held(case)
    limits: list[Caveat | Rule] = [*case.active_caveats, *case.active_rules]
    named = dict(asked.more).get("of")
    if named is None:
        touching = held.session.touching
        free = [from_outcomes(each, base, base) for each in limits if each.id not in touching]
        done = [_told(base.plan, each) for each in free if each is not None]
        known = {each.name for each in done}
        return PriceBatch(tuple(done), tuple(e.id for e in limits if e.id not in known))
    [limit] = (each for each in limits if each.id == named)
    flips = Flips(lifted=frozenset({named}))
    outcome = held.session.solve_from(held.known, flips, stopped=over)
    found = from_outcomes(limit, base, outcome)
    told = _told(base.plan, found) if found else _searched(desk, limit, over)
    proven = outcome.status in ("optimal", "within_gap")
    return Foreseen(told, pickle.dumps(outcome.found()) if proven else b"")


def _searched(desk: Desk, limit: Caveat | Rule, stopped: Callable[[], bool]) -> Price:
    """Return a price from a search of the tiers of prices alone, to the end."""
    stamp, served = desk.asked.stamp, desk.served
    if stamp not in _held:
        options = Options(gap=0.0, time_limit=served.time_limit, seed=served.seed)
        case = replace(desk.read(), tiers=TIERS)
        settings = Settings(pending=served.pending)
        try:
            work = Pricing(case, settings, options, (), math.inf, lambda *told: None, stopped)
        except OutOfTime:
            raise NoAnswer from None
        _held.clear()
        _held[stamp] = work
    work = _held[stamp]
    work.stopped = stopped
    [found] = work.alone([limit])
    return _told(work.base.plan, found)


def _told(base: Plan, found: Found) -> Price:
    whole = compare.coverage(base, found.plan)[-1]
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
