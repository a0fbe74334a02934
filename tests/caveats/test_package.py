"""``package``: A1 (infantry, line L) and B1 (engineers, line M) come together or not at all."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

PACKAGE = "id: C, kind: package, nation: ALB, offers: [A1, B1]"
BOTH = ["A1,ALB,1,100", "B1,BEL,1,100,capability=eng"]
L, M = "L,kyiv,1,1", "M,poland,1,1,role=sea,capability=eng"
TWO_SEATS = "seats: [{area: paris, months: 3}, {area: london, months: 3}]"


def critical(case: Mini) -> Fraction:
    return case.values()["critical"]


def test_it_bites_an_offer_that_cannot_be_there_keeps_the_others_out(mini: Build) -> None:
    # Nobody asks for engineers, so that infantry stays at home too.
    assert critical(mini(PACKAGE, offers=BOTH, lines=[L], months=1)) == 1


@pytest.mark.parametrize(
    "caveat",
    [
        f"{PACKAGE}, active: false",
        f"{PACKAGE}, applies_to: {{lines: [N]}}",
        f"{PACKAGE}, applies_to: {{roles: [sea]}}",
        f"{PACKAGE}, applies_to: {{areas: [poland]}}",
        f"{PACKAGE}, applies_to: {{capabilities: [eng]}}",
        f"{PACKAGE}, applies_to: {{offers: [B1]}}",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    # None of these sees A1 on L, and nobody asks for engineers.
    lines = [L, "N,poland,0,1,role=sea"]
    assert critical(mini(caveat, offers=BOTH, lines=lines, months=1)) == 0


@pytest.mark.parametrize("nation", ["nation: ALB", "nations: [BEL]", "nation: EST"])
def test_it_does_not_bite_where_all_can_come_of_whatever_nation(mini: Build, nation: str) -> None:
    # Two lines and two places: any line counts. Whose caveat it is narrows nothing.
    caveat = f"id: C, kind: package, {nation}, offers: [A1, B1]"
    assert critical(mini(caveat, offers=BOTH, lines=[L, M], months=1)) == 0
    assert critical(mini(caveat, offers=BOTH, lines=[L], months=1)) == 1


@pytest.mark.parametrize("units", [1, 2, 3])
def test_the_numbers_need_not_be_equal(mini: Build, units: int) -> None:
    offers = ["A1,ALB,2,100", f"B1,BEL,{units},100,capability=eng"]
    lines = ["L,kyiv,2,2", f"M,kyiv,{units},{units},capability=eng"]
    assert critical(mini(PACKAGE, offers=offers, lines=lines, months=1)) == 0


@pytest.mark.parametrize(("first", "missing"), [(1, 0), (2, 2), (3, 4)])
def test_of_three_none_may_be_missing(mini: Build, first: int, missing: int) -> None:
    # L and M stay empty in each month before D1, who has a line of its own, is available.
    case = mini(
        "id: C, kind: package, nation: ALB, offers: [A1, B1, D1]",
        offers=[*BOTH, f"D1,DNK,1,1,available_from={first}"],
        lines=[L, M, "N,poland,0,1"], months=3, tour=1, dwell=0, step=1,
    )  # fmt: skip
    assert critical(case) == missing


def test_it_binds_month_by_month(mini: Build) -> None:
    # Engineers come in month 4. Infantry waits for them: 3 months without either.
    offers = ["A1,ALB,1,100", "B1,BEL,1,100,capability=eng,available_from=4"]
    assert critical(mini(PACKAGE, offers=offers, lines=[L, M], dwell=0)) == 6


@pytest.mark.parametrize(("units", "missing"), [(1, 6), (2, 0), (3, 0)])
def test_the_others_must_last_as_long_as_the_longest_tour(
    mini: Build, units: int, missing: int
) -> None:
    # Engineers stay for 6 months, or 3 from month 4. Two of A1 take turns beside them; one alone
    # cannot, and goes with them for the second half.
    offers = [f"A1,ALB,{units},100", "B1,BEL,1,100,capability=eng,tour=6"]
    assert critical(mini(PACKAGE, offers=offers, lines=[L, M])) == missing


def test_only_lines_that_it_applies_to_count_as_being_there(mini: Build) -> None:
    # One of each on a line of one: both on L, or neither, so that one of the lines is empty.
    offers = ["A1,ALB,1,100", "B1,BEL,1,100"]
    lines = ["L,kyiv,1,1", "M,kyiv,1,1"]
    narrow = f"{PACKAGE}, applies_to: {{lines: [L]}}"
    assert critical(mini(narrow, offers=offers, lines=lines, months=1)) == 1
    assert critical(mini(PACKAGE, offers=offers, lines=lines, months=1)) == 0
    # With two of each, one more goes to M.
    more = ["A1,ALB,2,100", "B1,BEL,2,100"]
    assert critical(mini(narrow, offers=more, lines=lines, months=1)) == 0


@pytest.mark.parametrize(("tour", "missing"), [(3, 3), (6, 6)])
def test_a_caveat_on_one_seat_binds_the_months_there(mini: Build, tour: int, missing: int) -> None:
    # Engineers are nowhere. Tours of 3 months end before London; those of 6 months do not.
    case = mini(
        f"{PACKAGE}, applies_to: {{areas: [london]}}", offers=BOTH,
        lines=["L,hq,1,1"], tour=tour, dwell=0, seats=TWO_SEATS,
    )  # fmt: skip
    assert critical(case) == missing


def test_packages_that_share_an_offer_are_one(mini: Build) -> None:
    # A1 needs B1 and B1 needs D1, who cannot come: nobody does.
    case = mini(
        PACKAGE, "id: D, kind: package, nation: BEL, offers: [B1, D1]",
        offers=[*BOTH, "D1,DNK,1,1,available_from=9"], lines=[L, M], months=1,
    )  # fmt: skip
    assert critical(case) == 2


def test_pending_votes_close_a_whole_package(mini: Build) -> None:
    vote = "id: V, kind: approval, nation: BEL, status: pending, probability: 0.5"
    case = mini(PACKAGE, vote, offers=BOTH, lines=[L, M], months=1, tiers="critical, conditional")
    # Only B1 rests on the vote: one unit-month of one, unsure by a half.
    assert case.values() == {"critical": 0, "conditional": Fraction(1, 2)}
    assert case.values("refused") == {"critical": 2, "conditional": 0}


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(
        "id: C, kind: package, nation: EST, offers: [A1, B1, D1]",
        offers=[*BOTH, "D1,DNK,1,1"], lines=["L,kyiv,1,2", M],
    )  # fmt: skip
    a1, b1, d1 = ("A1", "L", "kyiv", 1, 1), ("B1", "M", "poland", 1, 1), ("D1", "L", "kyiv", 1, 1)
    assert case.broken(a1, b1, d1) == []
    said = "caveat C: {} in place in month {} without {}"
    assert case.broken(a1, b1) == [said.format("A1 and B1", m, "D1") for m in (1, 2, 3)]
    later = ("D1", "L", "kyiv", 4, 1)
    assert case.broken(later) == [said.format("D1", m, "A1 and B1") for m in (4, 5, 6)]
    assert case.broken() == []


def test_it_is_said_with_its_names(mini: Build) -> None:
    case = mini(f"{PACKAGE}, applies_to: {{lines: [L]}}", offers=BOTH).case
    assert case.caveats[0].in_words(case) == (
        "Albania: must have all of A1 and B1 in place in a month, or none (only for lines L)."
    )
