"""``endurance``: shorter tours, longer rest, and fewer months in all, of one unit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

ENDURANCE = "id: C, kind: endurance, nation: ALB"
ONE = {"offers": ["A1,ALB,1,100"], "lines": ["L,kyiv,1,1"]}


def missing(mini: Build, *caveats: str, **case: object) -> int:
    return int(mini(*caveats, **{**ONE, **case}).values()["critical"])


@pytest.mark.parametrize(("tour", "gaps"), [(1, 4), (2, 2), (3, 0), (4, 0)])
def test_it_bites_by_shorter_tours_and_never_lengthens_them(
    mini: Build, tour: int, gaps: int
) -> None:
    # Tours of three months begin in months 1 and 4 and need no rest.
    assert missing(mini, f"{ENDURANCE}, tour: {tour}", dwell=0) == gaps


@pytest.mark.parametrize(("dwell", "gaps"), [(0, 0), (1, 3), (2, 3), (3, 3), (4, 4)])
def test_it_bites_by_rest_that_is_exactly_met_or_one_month_short(
    mini: Build, dwell: int, gaps: int
) -> None:
    # Seven months, starts in 1, 4 and 7: after the first tour month 7 is the fourth of rest.
    assert missing(mini, f"{ENDURANCE}, dwell: {dwell}", months=7, dwell=0) == gaps


@pytest.mark.parametrize(("most", "gaps"), [(0, 6), (2, 6), (3, 3), (5, 3), (6, 0), (7, 0)])
def test_it_bites_by_months_in_all(mini: Build, most: int, gaps: int) -> None:
    assert missing(mini, f"{ENDURANCE}, max_months: {most}", dwell=0) == gaps


@pytest.mark.parametrize(
    "caveat",
    [
        f"{ENDURANCE}, tour: 1, dwell: 9, max_months: 0, active: false",
        f"{ENDURANCE}, tour: 1, dwell: 9, max_months: 0, applies_to: {{areas: [poland]}}",
        "id: C, kind: endurance, nation: BEL, tour: 1, dwell: 9, max_months: 0",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    assert missing(mini, caveat, dwell=0) == 0


def test_rest_is_never_made_shorter(mini: Build) -> None:
    assert missing(mini, f"{ENDURANCE}, dwell: 0", dwell=3) == 3


def test_the_strictest_of_two_wins(mini: Build) -> None:
    other = "id: D, kind: endurance, nation: ALB, tour: 2, dwell: 0"
    assert missing(mini, f"{ENDURANCE}, tour: 1, dwell: 1", other, dwell=0) == 4


def test_the_bound_grows_with_the_units_of_the_offer(mini: Build) -> None:
    offers = ["A1,ALB,2,100"]
    assert missing(mini, f"{ENDURANCE}, max_months: 3", offers=offers, dwell=0) == 0
    assert missing(mini, f"{ENDURANCE}, max_months: 2", offers=offers, dwell=0) == 3


def test_clipped_tours_count_by_their_real_months(mini: Build) -> None:
    # Five months: the second tour is clipped to two, and five months in all are enough.
    assert missing(mini, f"{ENDURANCE}, max_months: 5", months=5, dwell=0) == 0
    assert missing(mini, f"{ENDURANCE}, max_months: 4", months=5, dwell=0) == 2


def test_one_month_of_the_tour_before_endurance_binds_it(mini: Build) -> None:
    # The seat moves in month 4. A tour of four from month 1 would see London, one of three not.
    seats = "seats: [{area: paris, months: 3}, {area: london, months: 9}]"
    caveat = f"{ENDURANCE}, tour: 2, applies_to: {{areas: [london]}}"
    for tour, end in ((4, 2), (3, 3)):
        case = mini(caveat, **{**ONE, "lines": ["L,hq,1,1"]}, tour=tour, seats=seats)
        (first,) = case.plan(("A1", "L", "hq", 1, 1)).tours
        assert first.assignment.end == end


def test_months_elsewhere_are_not_counted(mini: Build) -> None:
    seats = "seats: [{area: paris, months: 3}, {area: london, months: 9}]"
    caveat = f"{ENDURANCE}, max_months: 3, applies_to: {{areas: [london]}}"
    assert missing(mini, caveat, lines=["L,hq,1,1"], dwell=0, seats=seats) == 0


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    both = [("A1", "L", "kyiv", 1, 1), ("A1", "L", "kyiv", 4, 1)]
    case = mini(f"{ENDURANCE}, max_months: 5", **ONE, dwell=0)
    assert case.broken(*both) == ["caveat C: 6 unit-months of A1, 5 allowed"]
    # Too little rest shows as a unit in two tours at once.
    case = mini(f"{ENDURANCE}, dwell: 1", **ONE, dwell=0)
    assert case.broken(*both) == ["offer A1: 2 units busy in month 4, 1 offered"]
