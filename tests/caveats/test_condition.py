"""``condition``: x holds with one chance in two, y does not though it might, z surely does."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

CONDITION = "id: C, kind: condition, nation: ALB"
TIERS = "critical, conditional"
LINE = ["L,kyiv,1,1"]


@pytest.mark.parametrize("requires", ["[y]", "[z, y]", "[x, y]"])
def test_it_bites(mini: Build, requires: str) -> None:
    case = mini(f"{CONDITION}, requires: {requires}", lines=LINE, tiers=TIERS)
    assert case.values() == {"critical": 6, "conditional": 0}


@pytest.mark.parametrize(
    "caveat",
    [
        f"{CONDITION}, requires: [z]",
        f"{CONDITION}, requires: [y], applies_to: {{areas: [poland]}}",
        f"{CONDITION}, requires: [x, y], active: false",
        "id: C, kind: condition, nation: BEL, requires: [x, y]",
    ],
)
def test_it_does_not_bite(mini: Build, caveat: str) -> None:
    case = mini(caveat, lines=LINE, tiers=TIERS)
    assert case.values() == {"critical": 0, "conditional": 0}


@pytest.mark.parametrize("requires", ["[x]", "[x, z]"])
def test_what_rests_on_an_uncertain_condition_is_doubted(mini: Build, requires: str) -> None:
    case = mini(f"{CONDITION}, requires: {requires}", lines=LINE, tiers=TIERS)
    assert case.values() == {"critical": 0, "conditional": 3}


def test_the_same_condition_twice_is_one_doubt_and_two_doubts_multiply(mini: Build) -> None:
    again = "id: D, kind: condition, nation: ALB, requires: [x]"
    case = mini(f"{CONDITION}, requires: [x]", again, lines=LINE, tiers=TIERS)
    assert case.values()["conditional"] == 3
    vote = "id: V, kind: approval, nation: ALB, status: pending, probability: 0.5"
    case = mini(f"{CONDITION}, requires: [x]", vote, lines=LINE, tiers=TIERS)
    assert case.values()["conditional"] == Fraction(9, 2)


def test_one_month_at_the_seat_meant_binds_the_whole_tour(mini: Build) -> None:
    case = mini(
        f"{CONDITION}, requires: [y], applies_to: {{areas: [london]}}",
        lines=["L,hq,1,1"], tour=4,
        seats="seats: [{area: paris, months: 3}, {area: london, months: 3}]",
    )  # fmt: skip
    assert case.gates() == {("A1", "L", "hq", 1): {"C"}, ("A1", "L", "hq", 4): {"C"}}


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini(f"{CONDITION}, requires: [y, z]", lines=LINE, tiers=TIERS)
    assert case.broken(("A1", "L", "kyiv", 4, 1)) == [
        f"caveat C: A1 on L in kyiv from month 4 is in place in month {month} without y"
        for month in (4, 5, 6)
    ]


def test_nothing_rests_on_a_condition_that_does_not_hold(mini: Build) -> None:
    # Refusing what is refused already would forbid nothing more.
    case = mini(f"{CONDITION}, requires: [y]", lines=LINE, tiers=TIERS)
    assert case.plan(("A1", "L", "kyiv", 4, 1)).tier_values["conditional"] == 0
