"""``lift``: two units of 100 people, who need no rest, begin tours on a line of two."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

LINE = ["L,kyiv,2,2"]
TWO_SEATS = "seats: [{area: paris, months: 3}, {area: london, months: 3}]"


def lift(people: int, more: str = "") -> list[str]:
    return [f"id: R, kind: lift, personnel: {people}{more}"]


def critical(case: Mini) -> Fraction:
    return case.values()["critical"]


@pytest.mark.parametrize(
    ("people", "missing"),
    [(0, 6), (99, 6), (100, Fraction(3, 2)), (101, Fraction(3, 2)), (199, Fraction(3, 2)), (200, 0), (201, 0)],
)  # fmt: skip
def test_it_bites_up_to_the_last_seat(mini: Build, people: int, missing: Fraction) -> None:
    # Where one can be moved at a time, the second follows in month 4: a half of 3 months is missing.
    assert critical(mini(rules=lift(people), lines=LINE, tour=6, dwell=0)) == missing


@pytest.mark.parametrize(
    "rule", [lift(0, ", active: false"), lift(0, ", area: poland"), lift(0, ", area: lviv"), lift(200)]
)  # fmt: skip
def test_it_does_not_bite(mini: Build, rule: list[str]) -> None:
    assert critical(mini(rules=rule, lines=LINE, tour=6, dwell=0)) == 0


@pytest.mark.parametrize(("area", "missing"), [("kyiv", 1), ("ukraine", 2), ("lviv", 1), ("poland", 0)])  # fmt: skip
def test_an_area_is_reached_with_all_within_it(mini: Build, area: str, missing: int) -> None:
    # Nobody can be moved to the area: the lines in it, or within it, stay empty.
    case = mini(rules=lift(0, f", area: {area}"), lines=["L,kyiv,1,1", "M,lviv,1,1"], months=1)
    assert critical(case) == missing


def test_all_nations_and_lines_share_it(mini: Build) -> None:
    case = mini(
        rules=lift(150), offers=["A1,ALB,1,100", "B1,BEL,1,100", "D1,DNK,1,50"],
        lines=["L,kyiv,1,1", "M,poland,2,2,role=sea"], months=1,
    )  # fmt: skip
    # 150 people are two units of three: on L and M one each, which leaves a half of M.
    assert critical(case) == Fraction(1, 2)


def test_only_who_begins_is_moved(mini: Build) -> None:
    # On a grid of one month a unit comes in each; the second is complete from month 2 on.
    case = mini(rules=lift(100), lines=LINE, months=4, tour=4, dwell=0, step=1)
    assert critical(case) == Fraction(1, 2)


@pytest.mark.parametrize(("units", "missing"), [(1, 3), (2, 0)])
def test_a_relief_is_moved_too(mini: Build, units: int, missing: int) -> None:
    # In month 4 the second unit relieves the first; one unit alone rests then.
    case = mini(rules=lift(100), offers=[f"A1,ALB,{units},100"], lines=["L,kyiv,1,1"])
    assert critical(case) == missing


@pytest.mark.parametrize(
    ("area", "tour", "missing"),
    [("london", 3, 3), ("london", 6, 0), ("paris", 3, 3), ("paris", 6, 3), ("poland", 6, 0)],
)
def test_a_headquarters_is_reached_where_it_is_when_the_tour_begins(
    mini: Build, area: str, tour: int, missing: int
) -> None:
    # Whoever begins in Paris moves on to London with it, and needs no lift there.
    case = mini(
        rules=lift(0, f", area: {area}"), lines=["L,hq,1,1"], tour=tour, dwell=0, seats=TWO_SEATS
    )
    assert critical(case) == missing


def test_who_cannot_be_moved_in_serves_from_elsewhere(mini: Build) -> None:
    case = mini(
        rules=lift(100, ", area: ukraine"), lines=["L,kyiv,2,2,elsewhere=poland:0.5"], months=1
    )
    assert critical(case) == Fraction(1, 4)


def test_people_of_several_rules_are_bound_by_each(mini: Build) -> None:
    both = [*lift(200), "id: S, kind: lift, personnel: 100, area: kyiv"]
    assert critical(mini(rules=both, lines=["L,kyiv,1,1", "M,kyiv,1,1"], months=1)) == 1
    assert critical(mini(rules=both, lines=["L,kyiv,1,1", "M,lviv,1,1"], months=1)) == 0


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(rules=lift(150), lines=["L,kyiv,0,2", "M,poland,0,2"])
    one, two = ("A1", "L", "kyiv", 1, 1), ("A1", "M", "poland", 1, 1)
    assert case.broken(one, ("A1", "M", "poland", 4, 1)) == []
    assert case.broken(one, two) == ["rule R: 200 people begin a tour in month 1, lift for 150"]
    near = mini(rules=lift(150, ", area: ukraine"), lines=["L,kyiv,0,2", "M,poland,0,2"])
    assert near.broken(one, two) == []
    assert near.broken(("A1", "L", "kyiv", 4, 2)) == [
        "rule R: 200 people begin a tour in month 4, lift for 150"
    ]


def test_it_is_said_with_its_numbers(mini: Build) -> None:
    case = mini(
        rules=[*lift(1500), "id: S, kind: lift, personnel: 0, area: kyiv, active: false"]
    ).case
    assert [rule.in_words(case) for rule in case.rules] == [
        "At most 1,500 people begin a tour in any month.",
        "At most 0 people begin a tour in Kyiv in any month (not active).",
    ]
