"""Rows of a linear program as plain data, and which of them are worth writing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Number = int | Fraction
Terms = dict[int, Number]


@dataclass(frozen=True)
class Row:
    """``sum of coefficient x begin[candidate] + sum of coefficient x other <= bound``."""

    terms: Terms
    bound: Number
    others: tuple[tuple[Number, Any], ...] = ()


def undominated(rows: Iterable[Terms]) -> list[Terms]:
    """Return the rows that no other row implies, where all share one bound.

    With coefficients and variables >= 0 a row implies every row that is a part of it, so that of
    the months of a horizon only those remain in which the most tours overlap.
    """
    unique = {frozenset(terms.items()): terms for terms in rows if terms}
    by_size = sorted(unique, key=len, reverse=True)
    kept: list[frozenset[tuple[int, Number]]] = []
    holders: defaultdict[tuple[int, Number], set[int]] = defaultdict(set)
    for row in by_size:
        # A kept row contains this one where it stands among the holders of each of its terms.
        around = set.intersection(*(holders[term] for term in row)) if row else set()
        if not around:
            for term in row:
                holders[term].add(len(kept))
            kept.append(row)
    return [unique[row] for row in kept]


def most_at_once(terms: Mapping[int, Number], units: Mapping[int, tuple[str, int]]) -> Number:
    """Return the largest value the terms can take when an offer's units are in one place at once.

    Args:
        terms: coefficient by candidate.
        units: offer and number of its units by candidate.
    """
    largest: dict[str, Number] = {}
    for candidate, coefficient in terms.items():
        offer, count = units[candidate]
        largest[offer] = max(largest.get(offer, 0), coefficient * count)
    return sum(largest.values(), start=0)


def common_divisor(one: Fraction, two: Fraction) -> Fraction:
    """Return the greatest common divisor of two fractions."""
    denominator = math.lcm(one.denominator, two.denominator)
    return Fraction(
        math.gcd(
            one.numerator * (denominator // one.denominator),
            two.numerator * (denominator // two.denominator),
        ),
        denominator,
    )
