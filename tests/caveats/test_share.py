"""``share``: of the people in place only so large a part may be the nation's."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

SHARE = "id: C, kind: share, nation: ALB"
HALF = f"{SHARE}, max_share: 0.5"
TWO_SEATS = "seats: [{area: paris, months: 3}, {area: london, months: 3}]"


def critical(case: Mini) -> Fraction:
    return case.values()["critical"]


@pytest.mark.parametrize(
    ("ours", "theirs", "missing"), [(2, 0, 4), (2, 1, 2), (2, 2, 0), (1, 2, 1), (3, 1, 2), (1, 3, 0)]
)  # fmt: skip
def test_it_bites_beyond_half_and_half(mini: Build, ours: int, theirs: int, missing: int) -> None:
    # On a line of 4 as many of A1 as of B1 may stand, and no more.
    offers = [f"A1,ALB,{ours},100"] + ([f"B1,BEL,{theirs},100"] if theirs else [])
    case = mini(HALF, offers=offers, lines=["L,kyiv,4,4"], months=1)
    assert critical(case) == Fraction(missing, 4)


@pytest.mark.parametrize(
    "caveat",
    [
        f"{SHARE}, max_share: 1",
        f"{SHARE}, max_share: 0, active: false",
        f"{SHARE}, max_share: 0, applies_to: {{roles: [sea]}}",
        f"{SHARE}, max_share: 0, applies_to: {{areas: [poland]}}",
        "id: C, kind: share, nation: BEL, max_share: 0",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    assert critical(mini(caveat, lines=["L,kyiv,2,2"], months=1)) == 0


def test_a_share_of_nothing_is_none(mini: Build) -> None:
    case = mini(f"{SHARE}, max_share: 0", lines=["L,kyiv,2,2"], months=1)
    assert case.broken() == []
    assert critical(case) == 1
    # People who are none are no share of anything.
    nobody = mini(f"{SHARE}, max_share: 0", offers=["A1,ALB,2,0"], lines=["L,kyiv,2,2"], months=1)
    assert critical(nobody) == 0


@pytest.mark.parametrize(
    ("share", "less", "ours"),
    [("0.1", "0.0999", 1), ("0.3", "0.2999", 3), ("0.7", "0.6999", 7), ("0.9", "0.8999", 9)],
)
def test_decimals_mean_what_is_written(mini: Build, share: str, less: str, ours: int) -> None:
    # So many tenths of ten people are exactly the share; at a little less, one must stay away.
    offers, lines = [f"A1,ALB,{ours},1", f"B1,BEL,{10 - ours},1"], ["L,kyiv,10,10"]
    exact = mini(f"{SHARE}, max_share: {share}", offers=offers, lines=lines, months=1)
    assert critical(exact) == 0
    plan = [("A1", "L", "kyiv", 1, ours), ("B1", "L", "kyiv", 1, 10 - ours)]
    assert exact.broken(*plan) == []
    below = mini(f"{SHARE}, max_share: {less}", offers=offers, lines=lines, months=1)
    assert critical(below) == Fraction(1, 10)
    assert len(below.broken(*plan)) == 1


@pytest.mark.parametrize(("theirs", "missing"), [(2, 1), (3, 0), (4, 0)])
def test_it_is_people_that_count_and_not_units(mini: Build, theirs: int, missing: int) -> None:
    # One of A1 is 300 people: it takes three of B1, on another line, to match it.
    case = mini(
        HALF, offers=["A1,ALB,1,300", f"B1,BEL,{theirs},100,capability=eng"],
        lines=["L,kyiv,1,1", "M,poland,0,9,capability=eng"], months=1, tiers="critical",
    )  # fmt: skip
    assert critical(case) == missing


def test_several_nations_are_counted_together(mini: Build) -> None:
    # A1 and B1 together may be as many as D1 is: one of the three stays away.
    offers, lines = ["A1,ALB,1,1", "B1,BEL,1,1", "D1,DNK,1,1"], ["L,kyiv,3,3"]
    together = "id: C, kind: share, nations: [ALB, BEL], max_share: 0.5"
    assert critical(mini(together, offers=offers, lines=lines, months=1)) == Fraction(1, 3)
    assert critical(mini(HALF, offers=offers, lines=lines, months=1)) == 0


@pytest.mark.parametrize(
    ("narrow", "missing"),
    [
        ("", 0),
        ("applies_to: {roles: [land, sea]}", 0),
        ("applies_to: {roles: [land]}", 1),
        ("applies_to: {lines: [L]}", 1),
        ("applies_to: {areas: [ukraine]}", 1),
        ("applies_to: {offers: [A1]}", 1),
        ("applies_to: {capabilities: [inf]}", 1),
        ("applies_to: {offers: [A1, B1], areas: [kyiv, poland]}", 0),
    ],
)
def test_what_it_applies_to_narrows_the_whole_as_well(
    mini: Build, narrow: str, missing: int
) -> None:
    # Where B1 is not counted, A1 is all of what is, and a half is too much.
    case = mini(
        f"{HALF}, {narrow}" if narrow else HALF, months=1, tiers="critical",
        offers=["A1,ALB,1,100", "B1,BEL,1,100,capability=eng"],
        lines=["L,kyiv,1,1", "M,poland,1,1,role=sea,capability=eng"],
    )  # fmt: skip
    assert critical(case) == missing


def test_it_holds_in_every_month(mini: Build) -> None:
    # B1 comes in month 4, and A1 no sooner: 3 months without anybody.
    case = mini(
        HALF, offers=["A1,ALB,1,1", "B1,BEL,1,1,available_from=4"], lines=["L,kyiv,2,2"], dwell=0
    )
    assert critical(case) == 3


@pytest.mark.parametrize(("tour", "missing"), [(3, 3), (6, 6)])
def test_a_caveat_on_one_seat_binds_the_months_there(mini: Build, tour: int, missing: int) -> None:
    # Alone in Paris A1 is free. Tours of 3 months end before London; those of 6 months do not.
    narrow = f"{HALF}, applies_to: {{areas: [london]}}"
    lines = ["L,hq,1,1", "M,london,0,1,capability=eng"]
    alone = mini(narrow, lines=lines, tour=tour, dwell=0, seats=TWO_SEATS)
    assert critical(alone) == missing
    # In London, on a line of its own, B1 makes up the other half.
    offers = ["A1,ALB,1,100", "B1,BEL,1,100,capability=eng"]
    both = mini(narrow, offers=offers, lines=lines, tour=tour, dwell=0, seats=TWO_SEATS)
    assert critical(both) == 0


def test_people_of_no_use_may_be_called_in_for_their_number(mini: Build) -> None:
    # B1 is beyond the target of its line, which counts for nothing there but for the share.
    case = mini(
        HALF, offers=["A1,ALB,1,200", "B1,BEL,2,100,capability=eng"], months=1,
        lines=["L,kyiv,1,1", "M,kyiv,1,1,capability=eng"], tiers="critical, shortfall, personnel",
    )  # fmt: skip
    assert case.values() == {"critical": 0, "shortfall": 0, "personnel": 400}


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(
        f"{SHARE}, max_share: 0.25", offers=["A1,ALB,2,100", "B1,BEL,3,100"],
        lines=["L,kyiv,1,5"], months=2,
    )  # fmt: skip
    three = ("B1", "L", "kyiv", 1, 3)
    assert case.broken(("A1", "L", "kyiv", 1, 1), three) == []
    assert case.broken(("A1", "L", "kyiv", 1, 2), three) == [
        f"caveat C: 200 of 500 people in month {month}, 0.25 allowed" for month in (1, 2)
    ]


@pytest.mark.parametrize(("share", "said"), [("0.5", "50"), ("0.125", "12.5"), ("1", "100")])
def test_it_is_said_with_its_number(mini: Build, share: str, said: str) -> None:
    case = mini(f"id: C, kind: share, nations: [ALB, BEL], max_share: {share}").case
    assert case.caveats[0].in_words(case) == (
        f"Albania and Belgium: may be at most {said} % of the people in place."
    )
