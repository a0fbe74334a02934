"""``avoid``: A1 (infantry) and B1 (engineers, or infantry too) are never in one place."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

AVOID = "id: C, kind: avoid, nation: ALB, with: [BEL]"
ALIKE = ["A1,ALB,1,100", "B1,BEL,1,100"]
BOTH = ["A1,ALB,1,100", "B1,BEL,1,100,capability=eng"]
TWO_SEATS = "seats: [{area: paris, months: 3}, {area: london, months: 3}]"


def critical(case: Mini) -> Fraction:
    return case.values()["critical"]


@pytest.mark.parametrize(("ours", "theirs"), [(1, 1), (3, 2), (2, 3), (1, 4)])
def test_it_bites_and_the_larger_side_goes(mini: Build, ours: int, theirs: int) -> None:
    wanted = ours + theirs
    case = mini(
        AVOID, offers=[f"A1,ALB,{ours},1", f"B1,BEL,{theirs},1"],
        lines=[f"L,kyiv,{wanted},{wanted}"], months=1,
    )  # fmt: skip
    assert critical(case) == Fraction(min(ours, theirs), wanted)


@pytest.mark.parametrize(
    "caveat",
    [
        f"{AVOID}, active: false",
        "id: C, kind: avoid, nation: ALB, with: [DNK]",
        "id: C, kind: avoid, nation: DNK, with: [ALB, BEL]",
        f"{AVOID}, applies_to: {{lines: [L], roles: [sea]}}",
        f"{AVOID}, applies_to: {{areas: [poland]}}",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    assert critical(mini(caveat, offers=ALIKE, lines=["L,kyiv,2,2"], months=1)) == 0


def test_it_does_not_bite_in_different_months(mini: Build) -> None:
    # One in months 1 to 3 and the other in 4 to 6: the line of one is full throughout.
    assert critical(mini(AVOID, offers=ALIKE, lines=["L,kyiv,1,1"])) == 0


@pytest.mark.parametrize(
    ("scope", "role", "area", "missing"),
    [
        ("line", "land", "kyiv", 0),
        ("role", "land", "poland", 1),
        ("role", "sea", "kyiv", 0),
        ("area", "sea", "kyiv", 1),
        ("area", "land", "lviv", 0),
        ("area", "land", "ukraine", 0),  # the same code: nesting does not count
    ],
)
def test_the_scope_says_where_they_meet(
    mini: Build, scope: str, role: str, area: str, missing: int
) -> None:
    # Each has a line of one of its own; where the two meet, one of the lines is empty.
    case = mini(
        f"{AVOID}, scope: {scope}", offers=BOTH, months=1,
        lines=["L,kyiv,1,1", f"M,{area},1,1,role={role},capability=eng"],
    )  # fmt: skip
    assert critical(case) == missing


def test_the_area_served_from_is_where_they_meet(mini: Build) -> None:
    # A1 moves to Poland, out of the way of B1, and counts a half there.
    case = mini(
        f"{AVOID}, scope: area", offers=BOTH, months=1,
        lines=["L,kyiv,1,1,elsewhere=poland:0.5", "M,kyiv,1,1,capability=eng"],
    )  # fmt: skip
    assert critical(case) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("offers", "missing"),
    [
        (["A1,ALB,1,1", "A2,ALB,1,1", "B1,BEL,1,1"], Fraction(1, 3)),
        (["A1,ALB,1,1", "B1,BEL,1,1", "B2,BEL,1,1"], Fraction(1, 3)),
        (["A1,ALB,1,1", "B1,BEL,1,1", "D1,DNK,1,1"], Fraction(1, 3)),
    ],
)
def test_all_offers_of_a_side_go_or_stay(mini: Build, offers: list[str], missing: Fraction) -> None:
    # Three of one each on a line of 3: the two that get on, or do not mind, fill two.
    assert critical(mini(AVOID, offers=offers, lines=["L,kyiv,3,3"], months=1)) == missing


@pytest.mark.parametrize(
    ("caveat", "missing"),
    [
        # All are kept from each other, but nobody from itself: the two of ALB stay.
        ("id: C, kind: avoid, nations: [ALB, BEL, DNK], with: [ALB, BEL, DNK]", Fraction(2, 4)),
        # ALB and BEL may be together, and D1 stays away.
        ("id: C, kind: avoid, nations: [ALB, BEL], with: [DNK]", Fraction(1, 4)),
    ],
)
def test_each_of_several_nations_is_bound_alone(
    mini: Build, caveat: str, missing: Fraction
) -> None:
    offers = ["A1,ALB,1,1", "A2,ALB,1,1", "B1,BEL,1,1", "D1,DNK,1,1"]
    assert critical(mini(caveat, offers=offers, lines=["L,kyiv,4,4"], months=1)) == missing


@pytest.mark.parametrize(("narrow", "missing"), [("", 1), (", applies_to: {lines: [L]}", 0)])
def test_what_it_applies_to_narrows_its_own_side_only(
    mini: Build, narrow: str, missing: int
) -> None:
    # N, in the same role, wants A1 as much as L does: there it is not matched, so B1 does not mind.
    case = mini(
        f"{AVOID}, scope: role{narrow}", offers=BOTH, months=1,
        lines=["L,kyiv,0,1", "M,kyiv,1,1,capability=eng", "N,kyiv,1,1"],
    )  # fmt: skip
    assert critical(case) == missing
    on_l = (("A1", "L", "kyiv", 1, 1), ("B1", "M", "kyiv", 1, 1))
    assert len(case.broken(*on_l)) == 1


@pytest.mark.parametrize(("seat", "missing"), [("paris", 3), ("london", 3), ("poland", 0)])
def test_a_seat_is_the_area_of_its_months(mini: Build, seat: str, missing: int) -> None:
    # For 3 months the headquarters is where B1's line is: then only one of the two is manned.
    case = mini(
        f"{AVOID}, scope: area", offers=BOTH, dwell=0, seats=TWO_SEATS,
        lines=["L,hq,1,1", f"M,{seat},1,1,capability=eng"],
    )  # fmt: skip
    assert critical(case) == missing


@pytest.mark.parametrize(("tour", "missing"), [(3, Fraction(3, 2)), (6, 3)])
def test_a_caveat_on_one_seat_binds_the_months_there(
    mini: Build, tour: int, missing: Fraction
) -> None:
    # In Paris both are there. Tours of 3 months part in London; of 6 months only one can be begun.
    case = mini(
        f"{AVOID}, applies_to: {{areas: [london]}}", offers=ALIKE,
        lines=["L,hq,2,2"], tour=tour, dwell=0, seats=TWO_SEATS,
    )  # fmt: skip
    assert critical(case) == missing


def test_it_gives_way_only_where_they_would_meet(mini: Build) -> None:
    # Two lines of two and two units of each: each takes a line, and nobody is missing.
    case = mini(
        AVOID, offers=["A1,ALB,2,1", "B1,BEL,2,1"], lines=["L,kyiv,2,2", "M,kyiv,2,2"], months=1
    )
    assert critical(case) == 0
    mixed = [(offer, line, "kyiv", 1, 1) for offer in ("A1", "B1") for line in ("L", "M")]
    assert len(case.broken(*mixed)) == 2


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(AVOID, offers=ALIKE, lines=["L,kyiv,1,2", "M,kyiv,1,1"], step=1)
    a1 = ("A1", "L", "kyiv", 1, 1)
    assert case.broken(a1, ("B1", "L", "kyiv", 4, 1)) == []
    assert case.broken(a1, ("B1", "M", "kyiv", 1, 1)) == []
    assert case.broken(a1, ("B1", "L", "kyiv", 2, 1)) == [
        f"caveat C: A1 on L in kyiv from month 1 meets B1 on L in kyiv from month 2 in month {m}"
        for m in (2, 3)
    ]


def test_it_is_said_with_its_names(mini: Build) -> None:
    case = mini("id: C, kind: avoid, nation: ALB, with: [BEL, DNK, EST], scope: role").case
    assert case.caveats[0].in_words(case) == (
        "Albania: may not be in place with a unit of Belgium, Denmark or Estonia in the same role."
    )
