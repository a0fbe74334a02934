"""Which switches must be lifted for something to hold: the cheapest sets, one after the other.

The program's switches are free here: one search chooses what to lift and the plan that shows that
it is enough. A set that was found is barred, with all that contain it, and the next one is asked
for, until there is none: so the list is complete, cheapest first, and every set in it minimal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from model.events import Events, refuted
from model.highs import Limits, Watch, minimise
from model.outcome import OutOfTime
from model.program import INFINITY, Program, Row, Vector

EXTRA = 1e-3
"""What lifting costs beside its price, so that what costs nothing is not lifted for nothing."""


@dataclass(frozen=True)
class Lifting:
    """A set of switches that is enough.

    Attributes:
        cost: the sum of their prices.
        proven: whether no set that was not told before is cheaper.
        point: a plan that shows it.
    """

    switches: frozenset[str]
    cost: Fraction
    proven: bool
    point: Vector


def cheapest(
    program: Program,
    prices: Mapping[str, Fraction],
    rows: Sequence[Row],
    *,
    lifted: Iterable[str] = (),
    barred: Iterable[frozenset[str]] = (),
    until: float = INFINITY,
    seed: int = 0,
    stopped: Callable[[], bool] = lambda: False,
    events: Events | None = None,
) -> Lifting | None:
    """Return the cheapest set of switches that lets the rows hold; None where none does.

    Args:
        program: a program with switches.
        prices: what lifting each costs, at least 0; switches without one bind.
        rows: what is wanted, over the program's columns.
        lifted: switches that are lifted anyway, for nothing.
        barred: sets that the answer may not contain.
        until: when to stop, in monotonic seconds.
        seed: random seed of the solver.
        stopped: asked often; true ends the search.
        events: takes in what the solver is caught at.

    Raises:
        OutOfTime: nothing was found, nor proven that there is nothing.
    """
    if not program.size:  # HiGHS has no answer for a program without columns
        holds = all(row.lower <= 0 <= row.upper for row in rows)
        return Lifting(frozenset(), Fraction(0), True, program.nothing) if holds else None
    events = Events() if events is None else events
    upper, lower = program.upper.copy(), program.lower.copy()
    costs = np.zeros(program.size)
    anyway = frozenset(lifted)
    for name, column in program.lifted.items():
        if name in anyway:
            lower[column] = 1.0
        elif name in prices:
            costs[column] = float(prices[name]) + EXTRA
        else:
            upper[column] = 0.0
    bars = [
        Row(tuple(program.lifted[name] for name in names), (1.0,) * len(names), -INFINITY, size)
        for names in barred
        if (size := len(names) - 1.0) >= 0
    ]
    free = replace(program, lower=lower, upper=upper)
    limits = Limits(0.0, EXTRA / 2, min(until, time.monotonic() + 1e6), seed)
    watch = Watch(lambda bound: None, stopped)
    for presolve in (True, False):
        answer = minimise(free, costs, limits, more=[*rows, *bars], watch=watch, presolve=presolve)
        if answer.ending != "infeasible":
            break
        # An answer "there is none" is a claim like every other: it is asked for twice.
    else:
        return None
    if answer.ending == "failed":
        events.note(f"HiGHS ended with {answer.said} where sets to lift were looked for")
    if answer.point is None:
        raise OutOfTime(f"HiGHS ended with {answer.said}")
    point = np.where(program.whole, np.round(answer.point), answer.point)
    wrong = free.fault(point, [*rows, *bars])
    if wrong is not None:
        events.note(f"a set to lift that HiGHS gave was thrown away: {wrong}")
        raise OutOfTime(wrong)
    if not presolve:
        events.note(
            "HiGHS said that no set that could be lifted is enough, and gave one when it was asked "
            "again without presolve; the first answer was thrown away"
        )
    names = frozenset(
        name for name, column in program.lifted.items() if point[column] > 0.5 and name in prices
    )
    cost = sum((prices[name] for name in names), Fraction(0))
    # A bound above what was found is no proof, and neither is an ending without any bound.
    value = float(costs @ point)
    proven = answer.ending == "optimal" and value - answer.bound <= EXTRA
    if refuted(answer.bound, value):
        events.note(
            "HiGHS gave a bound on what a set to lift costs, above the set found, which costs "
            "less; the bound was thrown away"
        )
        proven = False
    return Lifting(names, cost, proven, point)


def every(
    program: Program,
    prices: Mapping[str, Fraction],
    rows: Sequence[Row],
    *,
    lifted: Iterable[str] = (),
    barred: Iterable[frozenset[str]] = (),
    until: float = INFINITY,
    seed: int = 0,
    stopped: Callable[[], bool] = lambda: False,
    events: Events | None = None,
) -> Iterator[Lifting]:
    """Yield all minimal sets of switches that let the rows hold, cheapest first.

    None of them holds a set that is barred. The end of the iteration is the proof that there are
    no more.

    Raises:
        OutOfTime: see :func:`cheapest`.
    """
    events = Events() if events is None else events
    found, least, sure = list(barred), Fraction(0), True
    while True:
        next_one = cheapest(
            program,
            prices,
            rows,
            lifted=lifted,
            barred=found,
            until=until,
            seed=seed,
            stopped=stopped,
            events=events,
        )
        if next_one is None:
            return
        if least - next_one.cost > EXTRA * (1 + len(next_one.switches)):
            # The one before was not the cheapest, whatever the solver said of it.
            if sure:
                events.note(
                    "HiGHS called a set to lift the cheapest, and gave a cheaper one after it; "
                    "neither is taken to be proven"
                )
            next_one = replace(next_one, proven=False)
        least, sure = next_one.cost, next_one.proven
        yield next_one
        if not next_one.switches:
            return
        found.append(next_one.switches)


def keeping_pins(program: Program) -> list[Row]:
    """Return rows that let no pin be dropped."""
    return [Row((column,), (1.0,), -INFINITY, 0.0) for column in program.dropped]
