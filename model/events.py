"""What the solver is caught at: bounds that a plan refutes, and what is told of it, each once."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable

NOISE = 1e-5
"""Relative distance by which a bound may lie above a plan's value: rows are kept to as much."""

_OFTEN = re.compile(r"(.+) \((\d+) times\)", re.DOTALL)


def refuted(bound: float, value: float, step: float = 0.0) -> bool:
    """Whether a plan shows that a bound is wrong, beyond what tolerances explain.

    Args:
        bound: what no plan is said to go below.
        value: what a plan comes to that the bound is said to hold for.
        step: of what all values are multiples; 0 where that is not known.
    """
    noise = NOISE * max(1.0, abs(value))
    # Of several tiers in one goal, a step of the last is little beside the value of all.
    return bound > value + (min(noise, step / 2) if step > 2 * NOISE else noise)


class Events:
    """What the solver was caught at, in the order in which it first was; from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._often: Counter[str] = Counter()

    def note(self, what: str) -> None:
        """Take in an event; what is caught thousands of times stays one event, and is counted."""
        with self._turn:
            self._often[what] += 1

    def take(self, told: Iterable[str]) -> None:
        """Take in what others tell, see ``told``: what they met too is counted on."""
        for each in told:
            counted = _OFTEN.fullmatch(each)
            what, often = (counted[1], int(counted[2])) if counted else (each, 1)
            with self._turn:
                self._often[what] += often

    def told(self) -> tuple[str, ...]:
        """Return the events, each with how often it was met, if more than once."""
        with self._turn:
            several = tuple(self._often.items())
        return tuple(what if often == 1 else f"{what} ({often} times)" for what, often in several)


def merged(*told: Iterable[str]) -> tuple[str, ...]:
    """Return what several tell as one tells it: each event once, in the order first met."""
    events = Events()
    for each in told:
        events.take(each)
    return events.told()
