"""``ceiling``: two units of 100 people, who need no rest, fill a line of two for six months."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

CEILING = "id: C, kind: ceiling, nation: ALB"
LINE = ["L,kyiv,2,2"]


def critical(case: Mini) -> Fraction:
    return case.values()["critical"]


@pytest.mark.parametrize(
    ("people", "missing"), [(0, 6), (99, 6), (100, 3), (101, 3), (199, 3), (200, 0), (201, 0)]
)
def test_it_bites_by_people_up_to_the_last_one(mini: Build, people: int, missing: int) -> None:
    assert critical(mini(f"{CEILING}, personnel: {people}", lines=LINE, dwell=0)) == missing


@pytest.mark.parametrize(("units", "missing"), [(0, 6), (1, 3), (2, 0), (3, 0)])
def test_it_bites_by_units_up_to_the_last_one(mini: Build, units: int, missing: int) -> None:
    assert critical(mini(f"{CEILING}, units: {units}", lines=LINE, dwell=0)) == missing


@pytest.mark.parametrize(
    "caveat",
    [
        f"{CEILING}, units: 0, active: false",
        f"{CEILING}, units: 0, applies_to: {{lines: [L], roles: [sea]}}",
        f"{CEILING}, units: 0, applies_to: {{areas: [poland]}}",
        "id: C, kind: ceiling, nation: BEL, units: 0",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    assert critical(mini(caveat, lines=LINE, dwell=0)) == 0


@pytest.mark.parametrize(("bounds", "missing"), [("units: 1, personnel: 200", 3), ("units: 2, personnel: 199", 3),
                                                 ("units: 2, personnel: 200", 0)])  # fmt: skip
def test_of_two_bounds_both_hold(mini: Build, bounds: str, missing: int) -> None:
    assert critical(mini(f"{CEILING}, {bounds}", lines=LINE, dwell=0)) == missing


def test_several_nations_are_counted_together(mini: Build) -> None:
    case = mini(
        "id: C, kind: ceiling, nations: [ALB, BEL], units: 1",
        offers=["A1,ALB,1,100", "B1,BEL,1,100"], lines=LINE, dwell=0,
    )  # fmt: skip
    assert critical(case) == 3


def test_units_that_rest_are_not_in_place(mini: Build) -> None:
    case = mini(f"{CEILING}, units: 1", lines=["L,kyiv,1,1"], dwell=3)
    assert critical(case) == 0


@pytest.mark.parametrize(("tour", "missing"), [(3, Fraction(3, 2)), (6, 3)])
def test_a_ceiling_at_one_seat_counts_the_months_there(
    mini: Build, tour: int, missing: Fraction
) -> None:
    # The seat moves in month 4. Tours of three months can halve there; those of six cannot.
    case = mini(
        f"{CEILING}, units: 1, applies_to: {{areas: [london]}}",
        lines=["L,hq,2,2"], tour=tour, dwell=0,
        seats="seats: [{area: paris, months: 3}, {area: london, months: 3}]",
    )  # fmt: skip
    assert critical(case) == missing


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(f"{CEILING}, units: 1, personnel: 150", lines=LINE, months=1)
    assert case.broken(("A1", "L", "kyiv", 1, 1)) == []
    assert set(case.broken(("A1", "L", "kyiv", 1, 2))) == {
        "caveat C: 200 personnel in place in month 1, ceiling 150",
        "caveat C: 2 units in place in month 1, ceiling 1",
    }
