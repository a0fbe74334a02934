"""``minimum``: on a line so many of them or none."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

MINIMUM = "id: C, kind: minimum, nation: ALB"
TWO = f"{MINIMUM}, units: 2"
TWO_SEATS = "seats: [{area: paris, months: 3}, {area: london, months: 3}]"


def missing(case: Mini) -> Fraction:
    return case.values()["shortfall"]


@pytest.mark.parametrize(("bound", "short"), [(1, 1), (2, 1), (3, 3), (4, 3)])
def test_it_bites_by_units_down_to_the_last_one(mini: Build, bound: int, short: int) -> None:
    # Two units for a line of 3: both go while two are enough, and none when they are not.
    case = mini(f"{MINIMUM}, units: {bound}", lines=["L,kyiv,0,3"], months=1)
    assert missing(case) == Fraction(short, 3)


@pytest.mark.parametrize(
    ("bound", "short"), [(1, 1), (99, 1), (100, 1), (101, 1), (199, 1), (200, 1), (201, 3)]
)
def test_it_bites_by_people_down_to_the_last_one(mini: Build, bound: int, short: int) -> None:
    case = mini(f"{MINIMUM}, personnel: {bound}", lines=["L,kyiv,0,3"], months=1)
    assert missing(case) == Fraction(short, 3)


@pytest.mark.parametrize(
    "caveat",
    [
        f"{MINIMUM}, units: 0",
        f"{MINIMUM}, personnel: 0",
        f"{MINIMUM}, units: 9, active: false",
        f"{MINIMUM}, units: 9, applies_to: {{roles: [sea]}}",
        f"{MINIMUM}, units: 9, applies_to: {{areas: [poland]}}",
        "id: C, kind: minimum, nation: BEL, units: 9",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    assert missing(mini(caveat, lines=["L,kyiv,0,2"], months=1)) == 0


def test_more_than_the_target_may_go_to_reach_it(mini: Build) -> None:
    # One is wanted; three go, since fewer must not, and only people are paid for it.
    case = mini(
        f"{MINIMUM}, units: 3", offers=["A1,ALB,4,100"], lines=["L,kyiv,1,1"], months=1,
        tiers="critical, shortfall, personnel",
    )  # fmt: skip
    assert case.values() == {"critical": 0, "shortfall": 0, "personnel": 300}


@pytest.mark.parametrize(
    ("bounds", "short"),
    [("units: 2, personnel: 200", 1), ("units: 3, personnel: 200", 3), ("units: 2, personnel: 201", 3)],
)  # fmt: skip
def test_of_two_bounds_both_hold(mini: Build, bounds: str, short: int) -> None:
    assert missing(mini(f"{MINIMUM}, {bounds}", lines=["L,kyiv,0,3"], months=1)) == Fraction(
        short, 3
    )


@pytest.mark.parametrize("bound", ["units: 2", "personnel: 150"])
def test_several_nations_are_counted_together(mini: Build, bound: str) -> None:
    offers, lines = ["A1,ALB,1,100", "B1,BEL,1,50"], ["L,kyiv,0,2"]
    together = f"id: C, kind: minimum, nations: [ALB, BEL], {bound}"
    assert missing(mini(together, offers=offers, lines=lines, months=1)) == 0
    # Alone A1 is too few, and B1 is not asked.
    alone = f"{MINIMUM}, {bound}"
    assert missing(mini(alone, offers=offers, lines=lines, months=1)) == Fraction(1, 2)


def test_several_offers_are_counted_together(mini: Build) -> None:
    case = mini(TWO, offers=["A1,ALB,1,1", "A2,ALB,1,1"], lines=["L,kyiv,0,2"], months=1)
    assert missing(case) == 0


def test_each_line_is_counted_alone(mini: Build) -> None:
    # Three units for two lines of 2: two and one may not be, so that one line is empty.
    case = mini(TWO, offers=["A1,ALB,3,1"], lines=["L,kyiv,0,2", "M,kyiv,0,2"], months=1)
    assert missing(case) == 1
    # On one line only it is bound: the other gets the third.
    narrow = f"{TWO}, applies_to: {{lines: [L]}}"
    free = mini(narrow, offers=["A1,ALB,3,1"], lines=["L,kyiv,0,2", "M,kyiv,0,2"], months=1)
    assert missing(free) == Fraction(1, 2)


def test_it_counts_units_and_not_coverage(mini: Build) -> None:
    # Two engineers, half a battalion each, are two units.
    case = mini(
        TWO, offers=["A1,ALB,2,1,capability=eng"], lines=["L,kyiv,0,1"], months=1,
        extra="substitutions: [{offered: eng, serves: inf, rate: 0.5}]",
    )  # fmt: skip
    assert missing(case) == 0


@pytest.mark.parametrize(("narrow", "broken"), [("", 0), (", applies_to: {areas: [kyiv]}", 1)])
def test_one_line_is_one_wherever_it_is_served_from(mini: Build, narrow: str, broken: int) -> None:
    case = mini(f"{TWO}{narrow}", lines=["L,kyiv,0,2,elsewhere=poland:0.5"], months=1)
    apart = [("A1", "L", "kyiv", 1, 1), ("A1", "L", "poland", 1, 1)]
    assert len(case.broken(*apart)) == broken


def test_units_without_people_are_nobody_where_people_are_counted(mini: Build) -> None:
    offers = ["A1,ALB,1,0", "A2,ALB,1,100"]
    lines = ["L,kyiv,0,2"]
    # A1 is nobody and may go; A2 is 100 people and may not.
    by_people = mini(f"{MINIMUM}, personnel: 101", offers=offers, lines=lines, months=1)
    assert missing(by_people) == Fraction(1, 2)
    by_units = mini(TWO, offers=offers, lines=lines, months=1)
    assert missing(by_units) == 0


def test_it_holds_in_every_month(mini: Build) -> None:
    # Two units cannot take turns, one for each half of the year: one half is empty instead.
    lines = ["L,kyiv,1,2"]
    assert mini(lines=lines).values() == {"critical": 0, "shortfall": 3}
    assert mini(TWO, lines=lines).values() == {"critical": Fraction(3, 2), "shortfall": 3}


def test_units_may_relieve_each_other(mini: Build) -> None:
    # Four units of which two are in place: the line of 2 is full for all 6 months.
    assert missing(mini(TWO, offers=["A1,ALB,4,1"], lines=["L,kyiv,2,2"])) == 0


@pytest.mark.parametrize(("tour", "short"), [(3, 3), (6, 6)])
def test_a_caveat_on_one_seat_binds_the_months_there(mini: Build, tour: int, short: int) -> None:
    # One unit may be alone in Paris. Tours of 3 months end before London; those of 6 do not.
    case = mini(
        f"{TWO}, applies_to: {{areas: [london]}}", offers=["A1,ALB,1,1"],
        lines=["L,hq,1,1"], tour=tour, dwell=0, seats=TWO_SEATS,
    )  # fmt: skip
    assert missing(case) == short


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(
        f"{MINIMUM}, units: 2, personnel: 250", offers=["A1,ALB,3,100"],
        lines=["L,kyiv,1,2", "M,kyiv,0,2"], months=1,
    )  # fmt: skip
    assert case.broken(("A1", "L", "kyiv", 1, 3)) == []
    assert set(case.broken(("A1", "L", "kyiv", 1, 1), ("A1", "M", "kyiv", 1, 2))) == {
        "caveat C: 1 units on L in month 1, at least 2 or none",
        "caveat C: 100 personnel on L in month 1, at least 250 or none",
        "caveat C: 200 personnel on M in month 1, at least 250 or none",
    }


def test_it_is_said_with_its_numbers(mini: Build) -> None:
    case = mini(f"{MINIMUM}, units: 2, personnel: 1500, applies_to: {{roles: [land]}}").case
    assert case.caveats[0].in_words(case) == (
        "Albania: must have at least 1,500 people and 2 units on a line, or none"
        " (only for roles land)."
    )
