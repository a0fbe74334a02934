"""``reserve``: units of each offer that stay at home."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

RESERVE = "id: C, kind: reserve, nation: ALB"


def in_place(mini: Build, caveat: str, units: int) -> int:
    """Return how many units are in place at most, where nobody rests and all are wanted."""
    case = mini(caveat, offers=[f"A1,ALB,{units},1"], lines=[f"L,kyiv,0,{units}"], months=1)
    plan = case.solve().plan
    return int(plan.coverage(plan.case.lines[0], 1))


@pytest.mark.parametrize(
    ("fraction", "units", "left"),
    [
        ("0.1", 30, 27),  # as decimals are written, not as floats have them
        ("0.1", 31, 27),
        ("0.1", 29, 26),
        ("0.3", 10, 7),
        ("0.7", 10, 3),
        ("0.34", 3, 1),
        ("0.5", 3, 1),
        ("0.01", 1, 0),
        ("1", 5, 0),
    ],
)
def test_it_bites_by_a_fraction_rounded_up(
    mini: Build, fraction: str, units: int, left: int
) -> None:
    assert in_place(mini, f"{RESERVE}, fraction: {fraction}", units) == left


@pytest.mark.parametrize(("held", "left"), [(1, 2), (2, 1), (3, 0), (4, 0)])
def test_it_bites_by_units(mini: Build, held: int, left: int) -> None:
    assert in_place(mini, f"{RESERVE}, units: {held}", 3) == left


@pytest.mark.parametrize(
    "caveat",
    [
        f"{RESERVE}, units: 0",
        f"{RESERVE}, fraction: 0",
        f"{RESERVE}, units: 3, active: false",
        f"{RESERVE}, units: 3, applies_to: {{areas: [poland]}}",
        "id: C, kind: reserve, nation: BEL, units: 3",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    assert in_place(mini, caveat, 3) == 3


@pytest.mark.parametrize(("bounds", "left"), [("units: 1, fraction: 0.5", 2), ("units: 3, fraction: 0.5", 1),
                                              ("units: 2, fraction: 0.1", 2)])  # fmt: skip
def test_of_two_bounds_both_hold(mini: Build, bounds: str, left: int) -> None:
    assert in_place(mini, f"{RESERVE}, {bounds}", 4) == left


def test_units_in_place_are_held_back_and_not_busy_ones(mini: Build) -> None:
    # One is in place while the other rests: both are busy, and one is enough in reserve.
    case = mini(f"{RESERVE}, units: 1", lines=["L,kyiv,1,1"])
    assert case.values()["critical"] == 0


def test_each_offer_keeps_its_own_reserve(mini: Build) -> None:
    case = mini(
        f"{RESERVE}, units: 1",
        offers=["A1,ALB,2,1", "A2,ALB,2,1"], lines=["L,kyiv,0,4"], months=1, tiers="shortfall",
    )  # fmt: skip
    assert case.values()["shortfall"] == Fraction(2, 4)


def test_all_matched_assignments_of_an_offer_count_together(mini: Build) -> None:
    case = mini(
        f"{RESERVE}, units: 1",
        offers=["A1,ALB,2,1"], lines=["L,kyiv,0,1", "M,kyiv,0,1"], months=1, tiers="shortfall",
    )  # fmt: skip
    assert case.values()["shortfall"] == 1


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(f"{RESERVE}, fraction: 0.1", offers=["A1,ALB,30,1"], months=2)
    assert case.broken(("A1", "L", "kyiv", 1, 27)) == []
    assert case.broken(("A1", "L", "kyiv", 1, 28)) == [
        f"caveat C: 28 units of A1 in place in month {month}, 27 allowed" for month in (1, 2)
    ]
