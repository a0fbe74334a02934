"""How far a plan is from one to keep: what tier ``change`` counts. No solver, no files.

The distance is counted in unit-months: for each offer, line and month of the horizon the units in
place that are more or fewer than in the plan to keep, wherever the line is served from. Nothing is
weighted by people or priority. What the plan to keep has of an offer or a line that the case no
longer knows counts as gone; what it has beyond the horizon cannot be compared and does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from model.domain import Settings, Stay, Tier

if TYPE_CHECKING:
    from model.case import Case
    from model.plan import Plan

Spot = tuple[str, str, int]
"""Offer, line, month."""


def spots(stays: Iterable[Stay], months: int) -> Counter[Spot]:
    """Return the units in place by offer, line and month, in months 1 to ``months``."""
    there: Counter[Spot] = Counter()
    for stay in stays:
        for month in range(stay.first, min(stay.last, months) + 1):
            there[stay.offer, stay.line, month] += stay.units
    return there


def stays(plan: Plan) -> tuple[Stay, ...]:
    """Return what a plan has in place, as a plan to keep."""
    return tuple(
        Stay(t.assignment.offer.offer, t.assignment.line.line, t.assignment.start,
             t.assignment.end, t.units)
        for t in plan.tours
    )  # fmt: skip


def distance(one: Counter[Spot], two: Counter[Spot]) -> int:
    """Return the unit-months by which two plans differ."""
    return sum(abs(one[spot] - two[spot]) for spot in one.keys() | two.keys())


def runs(there: Mapping[Spot, int]) -> list[tuple[str, str, int, int, int]]:
    """Return offer, line, first and last month, units: consecutive months with the same units."""
    found: list[tuple[str, str, int, int, int]] = []
    for (offer, line, month), units in sorted(there.items()):
        if not units:
            continue
        if found and found[-1][:2] == (offer, line) and found[-1][3:] == (month - 1, units):
            found[-1] = (*found[-1][:3], month, units)
        else:
            found.append((offer, line, month, month, units))
    return found


def shifts(before: Counter[Spot], now: Counter[Spot]) -> list[tuple[str, str, int, int, int]]:
    """Return what moves: offer, line, first and last month, units more or (below 0) fewer."""
    change = Counter(now)
    change.subtract(before)
    return runs(change)


def compared_tiers(case: Case, settings: Settings) -> tuple[Tier, ...]:
    """Return the tiers that can be valued: ``change`` is left out without a plan to keep."""
    return tuple(each for each in case.tiers if each != "change" or settings.keep is not None)


def keeping(case: Case) -> Case:
    """Return the case with the tier ``change``: where it has none, just before ``personnel``.

    So of all plans that are as good, and before people are saved, the one nearest to the plan to
    keep is taken.
    """
    if "change" in case.tiers:
        return case
    before = [each for each in case.tiers if each != "personnel"]
    place = case.tiers.index("personnel") if "personnel" in case.tiers else len(before)
    return replace(case, tiers=(*case.tiers[:place], "change", *case.tiers[place:]))
