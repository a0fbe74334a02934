"""``area_capacity``: two units of 100 people, who need no rest, for a line of two in Kyiv."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

LINE = ["L,kyiv,2,2"]


def room(people: int, area: str = "kyiv", more: str = "") -> list[str]:
    return [f"id: R, kind: area_capacity, area: {area}, personnel: {people}{more}"]


def critical(case: Mini) -> Fraction:
    return case.values()["critical"]


@pytest.mark.parametrize(
    ("people", "missing"), [(0, 6), (99, 6), (100, 3), (101, 3), (199, 3), (200, 0), (201, 0)]
)
def test_it_bites_up_to_the_last_bed(mini: Build, people: int, missing: int) -> None:
    assert critical(mini(rules=room(people), lines=LINE, dwell=0)) == missing


@pytest.mark.parametrize(
    "rule", [room(0, "lviv"), room(0, "poland"), room(0, more=", active: false"), room(200)]
)
def test_it_does_not_bite(mini: Build, rule: list[str]) -> None:
    assert critical(mini(rules=rule, lines=LINE, dwell=0)) == 0


def test_an_area_holds_what_is_in_the_areas_within_it(mini: Build) -> None:
    # A unit each in Kyiv and Lviv: Ukraine has room for one of them, each of the towns has for its.
    lines = ["L,kyiv,1,1", "M,lviv,1,1"]
    assert critical(mini(rules=room(100, "ukraine"), lines=lines, months=1)) == 1
    towns = [*room(100, "kyiv"), *(each.replace("R", "S") for each in room(100, "lviv"))]
    assert critical(mini(rules=towns, lines=lines, months=1)) == 0
    # What is in Ukraine, but no town of it, takes no bed in Kyiv.
    assert critical(mini(rules=room(0), lines=["L,ukraine,2,2"], months=1)) == 0


@pytest.mark.parametrize(
    ("window", "tour", "missing"),
    [
        (", from: 4", 3, 3),
        (", until: 3", 3, 3),
        (", from: 4", 6, 6),  # a tour over all 6 months meets it in month 4
        (", from: 3", 3, 6),
        (", from: 3, until: 3", 3, 3),
        (", from: 6, until: 6", 3, 3),
        (", until: 2", 3, 3),
    ],
)
def test_it_binds_in_its_months_only(mini: Build, window: str, tour: int, missing: int) -> None:
    # Nobody may be there. A tour of which one month is barred is not begun.
    case = mini(rules=room(0, more=window), lines=LINE, tour=tour, dwell=0)
    assert critical(case) == missing


def test_all_nations_and_lines_share_it(mini: Build) -> None:
    case = mini(
        rules=room(150), offers=["A1,ALB,1,100", "B1,BEL,1,50", "D1,DNK,1,50"],
        lines=["L,kyiv,1,1", "M,kyiv,2,2,role=sea"], months=1,
    )  # fmt: skip
    # 150 of 200: on L one of 50, on M one of each, or the like; a half of M, not all of L.
    assert critical(case) == Fraction(1, 2)


def test_who_finds_no_bed_serves_from_elsewhere(mini: Build) -> None:
    # One in Kyiv, one in Poland at a half: 1/2 of 2 is missing.
    case = mini(rules=room(100, "ukraine"), lines=["L,kyiv,2,2,elsewhere=poland:0.5"], months=1)
    assert critical(case) == Fraction(1, 4)


@pytest.mark.parametrize(("area", "missing"), [("paris", 3), ("london", 3), ("poland", 0)])
def test_a_headquarters_takes_beds_where_it_is(mini: Build, area: str, missing: int) -> None:
    case = mini(
        rules=room(0, area), lines=["L,hq,1,1"], dwell=0,
        seats="seats: [{area: paris, months: 3}, {area: london, months: 3}]",
    )  # fmt: skip
    assert critical(case) == missing


def test_a_tour_over_a_move_needs_a_bed_in_both(mini: Build) -> None:
    # Tours of 6 months begin in Paris and are in London from month 4: nobody can be there at all.
    case = mini(
        rules=room(0, "london"), lines=["L,hq,1,1"], tour=6, dwell=0,
        seats="seats: [{area: paris, months: 3}, {area: london, months: 3}]",
    )  # fmt: skip
    assert critical(case) == 6


def test_who_rests_takes_no_bed(mini: Build) -> None:
    assert critical(mini(rules=room(100), lines=["L,kyiv,1,1"], dwell=3)) == 0


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(
        rules=room(150, "ukraine", ", from: 2, until: 4"), lines=["L,kyiv,0,2", "M,lviv,0,2"]
    )
    one, two = ("A1", "L", "kyiv", 1, 1), ("A1", "M", "lviv", 1, 1)
    assert case.broken(one, ("A1", "M", "lviv", 4, 1)) == []
    assert case.broken(one, two) == [
        f"rule R: 200 people in ukraine in month {month}, room for 150" for month in (2, 3)
    ]


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("", ""),
        (", from: 1", ""),
        (", from: 4", " from month 4"),
        (", until: 3", " until month 3"),
        (", from: 2, until: 3", " from month 2 until month 3"),
    ],
)
def test_it_is_said_with_its_numbers(mini: Build, window: str, said: str) -> None:
    case = mini(rules=room(1500, more=window)).case
    assert case.rules[0].in_words(case) == f"Kyiv holds at most 1,500 people at once{said}."
