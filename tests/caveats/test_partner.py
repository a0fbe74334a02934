"""``partner``: A1 (infantry) goes only where B1 (engineers, or infantry too) is beside it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

PARTNER = "id: C, kind: partner, nation: ALB, with: [BEL]"
BOTH = ["A1,ALB,1,100", "B1,BEL,1,100,capability=eng"]
TWO_SEATS = "seats: [{area: paris, months: 3}, {area: london, months: 3}]"


def other(role: str = "land", area: str = "kyiv", **more: str) -> str:
    """Return the line of the engineers, whom nothing keeps from going there."""
    cells = [f"M,{area},1,1,role={role},capability=eng"]
    return ",".join([*cells, *(f"{name}={value}" for name, value in more.items())])


def critical(case: Mini) -> Fraction:
    return case.values()["critical"]


@pytest.mark.parametrize("scope", ["", ", scope: line", ", scope: role", ", scope: area"])
def test_it_bites_where_nobody_else_is(mini: Build, scope: str) -> None:
    # Only A1 could serve L, and may not be there alone: one of one missing in one month.
    assert critical(mini(f"{PARTNER}{scope}", lines=["L,kyiv,1,1"], months=1)) == 1


@pytest.mark.parametrize(
    "caveat",
    [
        f"{PARTNER}, active: false",
        "id: C, kind: partner, nation: BEL, with: [ALB]",
        f"{PARTNER}, applies_to: {{lines: [L], roles: [sea]}}",
        f"{PARTNER}, applies_to: {{areas: [poland]}}",
        f"{PARTNER}, applies_to: {{capabilities: [eng]}}",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    assert critical(mini(caveat, lines=["L,kyiv,1,1"], months=1)) == 0


@pytest.mark.parametrize(
    ("scope", "role", "area", "missing"),
    [
        ("line", "land", "kyiv", 1),  # beside it, but on another line
        ("role", "land", "poland", 0),
        ("role", "sea", "kyiv", 1),
        ("area", "sea", "kyiv", 0),
        ("area", "land", "lviv", 1),
        ("area", "land", "ukraine", 1),  # the same code: nesting does not count
    ],
)
def test_the_scope_says_where_they_meet(
    mini: Build, scope: str, role: str, area: str, missing: int
) -> None:
    case = mini(
        f"{PARTNER}, scope: {scope}", offers=BOTH, lines=["L,kyiv,1,1", other(role, area)], months=1
    )
    assert critical(case) == missing


def test_of_the_same_area_only_the_area_served_from_counts(mini: Build) -> None:
    # B1 is in Poland: A1 goes there too and counts a half; in Kyiv it would be alone.
    case = mini(
        f"{PARTNER}, scope: area", offers=BOTH,
        lines=["L,kyiv,1,1,elsewhere=poland:0.5", other(area="poland")], months=1,
    )  # fmt: skip
    assert critical(case) == Fraction(1, 2)


@pytest.mark.parametrize(("partners", "missing"), [(0, 1), (1, 0), (2, 0)])
def test_one_partner_unit_is_enough_for_all(mini: Build, partners: int, missing: int) -> None:
    # Five of A1 and the partners fill a line of 5; without one of them all 5 are missing.
    offers = ["A1,ALB,5,100"] + ([f"B1,BEL,{partners},100"] if partners else [])
    assert critical(mini(PARTNER, offers=offers, lines=["L,kyiv,5,5"], months=1)) == missing


def test_every_month_in_place_needs_a_partner(mini: Build) -> None:
    # B1 comes in month 4. Until then A1 must stay away: 3 months without anybody.
    case = mini(
        PARTNER, offers=["A1,ALB,1,1", "B1,BEL,1,1,available_from=4"], lines=["L,kyiv,2,2"], dwell=0
    )
    assert critical(case) == 3


@pytest.mark.parametrize(("last", "missing"), [(2, 3), (3, 0), (4, 0)])
def test_a_tour_is_as_long_as_it_is_and_so_must_the_partners_be(
    mini: Build, last: int, missing: int
) -> None:
    # Tours of 3 months in a horizon of 3: with B1 gone in month 3 nobody of A1 can come.
    case = mini(
        f"{PARTNER}, scope: role", months=3, lines=["L,kyiv,1,1", other(until=str(last))],
        offers=BOTH,
    )  # fmt: skip
    assert critical(case) == missing


def test_any_of_several_partners_will_do(mini: Build) -> None:
    offers = ["A1,ALB,1,1", "D1,DNK,1,1"]
    lines = ["L,kyiv,2,2"]
    either = "id: C, kind: partner, nation: ALB, with: [BEL, DNK]"
    assert critical(mini(either, offers=offers, lines=lines, months=1)) == 0
    # Without BEL there is nobody for A1: only D1 comes.
    assert critical(mini(PARTNER, offers=offers, lines=lines, months=1)) == Fraction(1, 2)


def test_partners_may_take_turns(mini: Build) -> None:
    # A1's one tour of 6 months is beside B1 for three and beside D1 for three.
    case = mini(
        "id: C, kind: partner, nation: ALB, with: [BEL, DNK]",
        offers=["A1,ALB,1,1", "B1,BEL,1,1,available_until=3", "D1,DNK,1,1,available_from=4"],
        lines=["L,kyiv,2,2"], tour=6,
    )  # fmt: skip
    assert critical(case) == 0


def test_each_of_several_nations_is_bound_alone_and_no_partner_of_itself(mini: Build) -> None:
    lines, offers = ["L,kyiv,2,2"], ["A1,ALB,1,1", "A2,ALB,1,1", "B1,BEL,2,1"]
    each_other = "id: C, kind: partner, nations: [ALB, BEL], with: [ALB, BEL]"
    assert critical(mini(each_other, offers=offers, lines=lines, months=1)) == 0
    # Without the Belgians A1 and A2 would only be beside each other: 2 of 2 missing.
    alone = mini(each_other, offers=offers[:2], lines=lines, months=1)
    assert critical(alone) == 1
    assert len(alone.broken(("A1", "L", "kyiv", 1, 1), ("A2", "L", "kyiv", 1, 1))) == 2


def test_partners_need_not_pass_what_it_applies_to(mini: Build) -> None:
    case = mini(
        f"{PARTNER}, scope: role, applies_to: {{lines: [L], offers: [A1], capabilities: [inf]}}",
        offers=BOTH, lines=["L,kyiv,1,1", other()], months=1,
    )  # fmt: skip
    assert critical(case) == 0


@pytest.mark.parametrize(("seat", "tour", "missing"), [("london", 3, 3), ("london", 6, 3), ("paris", 3, 3), ("paris", 6, 6), ("poland", 3, 6)])  # fmt: skip
def test_a_seat_is_the_area_of_its_months(mini: Build, seat: str, tour: int, missing: int) -> None:
    # The seat moves in month 4 and B1 does not: a tour across the move would be alone for
    # a while, and one of 6 months that begins in London ends with the horizon.
    case = mini(
        f"{PARTNER}, scope: area", offers=BOTH, tour=tour, dwell=0,
        lines=["L,hq,1,1", other(area=seat)], seats=TWO_SEATS,
    )  # fmt: skip
    assert critical(case) == missing


@pytest.mark.parametrize(("tour", "missing"), [(3, 3), (6, 6)])
def test_a_caveat_on_one_seat_binds_the_months_there(mini: Build, tour: int, missing: int) -> None:
    # Paris needs no partner. Tours of 3 months end before London; those of 6 months do not.
    case = mini(
        f"{PARTNER}, applies_to: {{areas: [london]}}",
        lines=["L,hq,1,1"], tour=tour, dwell=0, seats=TWO_SEATS,
    )  # fmt: skip
    assert critical(case) == missing


def test_beside_a_conditional_unit_nobody_becomes_conditional(mini: Build) -> None:
    vote = "id: V, kind: approval, nation: BEL, status: pending, probability: 0.5"
    case = mini(
        PARTNER, vote, offers=["A1,ALB,1,1", "B1,BEL,1,1"], lines=["L,kyiv,2,2"], months=1,
        tiers="critical, conditional",
    )  # fmt: skip
    # Of two units of 2 one is unsure by a half; where the vote fails, neither goes.
    assert case.values() == {"critical": 0, "conditional": Fraction(1, 4)}
    assert case.values("refused") == {"critical": 1, "conditional": 0}


def test_a_line_of_one_nation_has_no_room_for_a_partner(mini: Build) -> None:
    case = mini(
        PARTNER, offers=["A1,ALB,2,1", "B1,BEL,1,1"], lines=["L,kyiv,2,2,max_nations=1"], months=1
    )
    assert critical(case) == Fraction(1, 2)


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(PARTNER, offers=["A1,ALB,2,1", "B1,BEL,1,1"], lines=["L,kyiv,1,2", "M,kyiv,1,1"])
    a1, said = ("A1", "L", "kyiv", 1, 2), "caveat C: A1 on L in kyiv from month 1 is in line L alone in month {}"  # fmt: skip
    assert case.broken(a1, ("B1", "L", "kyiv", 1, 1)) == []
    for beside in (("B1", "M", "kyiv", 1, 1), ("B1", "L", "kyiv", 4, 1)):
        assert case.broken(a1, beside) == [said.format(month) for month in (1, 2, 3)]


def test_it_is_said_with_its_names(mini: Build) -> None:
    case = mini(
        "id: C, kind: partner, nations: [ALB, EST], with: [BEL, DNK], scope: area, active: false,"
        " applies_to: {areas: [kyiv]}"
    ).case
    assert case.caveats[0].in_words(case) == (
        "Albania and Estonia: may be in place only with a unit of Belgium or Denmark in the same"
        " area (only for areas Kyiv) (not active)."
    )
