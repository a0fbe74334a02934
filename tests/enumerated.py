"""Every plan of a small case, as the reference sees it, with what each measure comes to."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from model.domain import Stay
from tests.reference import contract

Placed = list[tuple[contract.Assignment, int]]


def every_plan(case: contract.Case, limit: int = 20_000) -> Iterator[Placed]:
    """Yield every plan that breaks nothing; nothing deployed comes first."""
    for combination in itertools.product(*contract._all_choices(case, "granted", limit)):
        placed = list(itertools.chain.from_iterable(combination))
        if next(contract._violations(case, placed, "granted"), None) is None:
            yield placed


def stays(placed: Placed) -> tuple[Stay, ...]:
    return tuple(Stay(a.offer, a.line, a.start, a.end, units) for a, units in placed)


def change(case: contract.Case, placed: Placed, kept: Iterable[Stay]) -> Fraction:
    """Return tier ``change``, month by month."""
    difference: Counter[tuple[str, str, int]] = Counter()
    for sign, tours in ((1, stays(placed)), (-1, kept)):
        for stay in tours:
            for month in range(stay.first, stay.last + 1):
                if month <= case.months:
                    difference[stay.offer, stay.line, month] += sign * stay.units
    return Fraction(sum(map(abs, difference.values())))


def value(case: contract.Case, placed: Placed, measure: str, kept: Sequence[Stay] = ()) -> Fraction:
    """Return a measure as something to make small; ``coverage`` is what is missing, by weight."""
    if measure == "change":
        return change(case, placed, kept)
    if measure == "coverage":
        return contract._missing(case, placed, "target")
    return contract.TIERS[measure](case, placed)


def frontier(pairs: Iterable[tuple[Fraction, ...]]) -> list[tuple[Fraction, ...]]:
    """Return the pairs that no other one beats, by the last value."""
    kept: list[tuple[Fraction, ...]] = []
    for pair in sorted(set(pairs), key=lambda each: (each[-1], each)):
        if not kept or pair[:-1] < kept[-1][:-1]:
            kept.append(pair)
    return kept
