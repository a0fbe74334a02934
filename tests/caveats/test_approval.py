"""``approval``: votes; two units take turns in months 1 to 3 and 4 to 6."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

VOTE = "id: C, kind: approval, nation: ALB, body: Parliament"
LINE = ["L,kyiv,1,1"]
TIERS = "critical, conditional"


def test_it_bites(mini: Build) -> None:
    assert mini(f"{VOTE}, status: refused", lines=LINE).values()["critical"] == 6


@pytest.mark.parametrize(
    "vote",
    ["status: granted", "status: granted, probability: 0.1", "status: refused, active: false"],
)
def test_it_does_not_bite(mini: Build, vote: str) -> None:
    assert mini(f"{VOTE}, {vote}", lines=LINE, tiers=TIERS).values() == {
        "critical": 0,
        "conditional": 0,
    }


@pytest.mark.parametrize(
    ("month", "missing"), [(1, 0), (2, 3), (3, 3), (4, 3), (5, 6), (6, 6), (7, 6)]
)
def test_a_vote_must_come_by_the_month_in_which_the_tour_begins(
    mini: Build, month: int, missing: int
) -> None:
    case = mini(f"{VOTE}, status: granted, month: {month}", lines=LINE)
    assert case.values()["critical"] == missing


@pytest.mark.parametrize(
    ("until", "missing"), [(1, 6), (2, 6), (3, 3), (4, 3), (5, 3), (6, 0), (7, 0)]
)
def test_a_mandate_must_last_until_the_tour_ends(mini: Build, until: int, missing: int) -> None:
    case = mini(f"{VOTE}, status: granted, until: {until}", lines=LINE)
    assert case.values()["critical"] == missing


@pytest.mark.parametrize(("grace", "missing"), [(0, 6), (2, 6), (3, 3), (5, 3), (6, 0)])
def test_the_months_of_grace_need_no_vote_even_a_refused_one(
    mini: Build, grace: int, missing: int
) -> None:
    case = mini(f"{VOTE}, status: refused, grace: {grace}", lines=LINE)
    assert case.values()["critical"] == missing


def test_a_vote_may_take_over_where_the_grace_ends(mini: Build) -> None:
    seamless = f"{VOTE}, status: granted, grace: 2, month: 3"
    assert mini(seamless, lines=LINE).values()["critical"] == 0
    late = f"{VOTE}, status: granted, grace: 1, month: 3"
    assert mini(late, lines=LINE).values()["critical"] == 3


def test_a_pending_vote_counts_as_granted_and_is_doubted(mini: Build) -> None:
    case = mini(f"{VOTE}, status: pending, probability: 0.25", lines=LINE, tiers=TIERS)
    # Six unit-months that come with one chance in four.
    assert case.values() == {"critical": 0, "conditional": Fraction(9, 2)}
    assert case.values("refused") == {"critical": 6, "conditional": 0}


def test_a_sure_vote_is_not_doubted(mini: Build) -> None:
    case = mini(f"{VOTE}, status: pending, probability: 1", lines=LINE, tiers=TIERS)
    assert case.values() == {"critical": 0, "conditional": 0}


@pytest.mark.parametrize(
    ("grace", "doubt"), [(2, Fraction(9, 2)), (3, Fraction(9, 4)), (5, Fraction(9, 4)), (6, 0)]
)
def test_a_tour_within_the_grace_rests_on_nothing_and_one_beyond_it_wholly(
    mini: Build, grace: int, doubt: Fraction
) -> None:
    vote = f"{VOTE}, status: pending, probability: 0.25, grace: {grace}"
    assert mini(vote, lines=LINE, tiers=TIERS).values()["conditional"] == doubt


def test_a_vote_on_one_seat_binds_the_months_there(mini: Build) -> None:
    # The seat moves in month 4; the vote on London comes too late for the tour across the move.
    case = mini(
        f"{VOTE}, status: granted, month: 5, applies_to: {{areas: [london]}}",
        lines=["L,hq,1,1"], tour=4, months=8,
        seats="seats: [{area: paris, months: 3}, {area: london, months: 9}]",
    )  # fmt: skip
    gates = case.gates()
    assert gates["A1", "L", "hq", 1] == gates["A1", "L", "hq", 4] == {"C"}
    assert gates["A1", "L", "hq", 7] == set()


def test_a_certain_unit_is_preferred(mini: Build) -> None:
    case = mini(
        f"{VOTE}, status: pending, probability: 0.9",
        offers=["A1,ALB,2,1", "B1,BEL,2,1"], lines=LINE, tiers=TIERS,
    )  # fmt: skip
    assert case.values() == {"critical": 0, "conditional": 0}


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(f"{VOTE}, status: pending, probability: 0.5, month: 2, until: 5", lines=LINE)
    said = "caveat C: A1 on L in kyiv from month {} is in place in month {} without a vote"
    assert case.broken(("A1", "L", "kyiv", 1, 1)) == [said.format(1, 1)]
    assert case.broken(("A1", "L", "kyiv", 4, 1)) == [said.format(4, 6)]
    refused = case.broken(("A1", "L", "kyiv", 4, 1), pending="refused")
    assert refused == [said.format(4, month) for month in (4, 5, 6)]
