"""``basing``: where matched units may be; of two units, taking turns, both are needed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

SEATS = "seats: [{area: paris, months: 3}, {area: london, months: 3}]"
BASING = "id: C, kind: basing, nation: ALB"


@pytest.mark.parametrize(
    "where",
    [
        "barred: [kyiv]",
        "barred: [ukraine]",
        "allowed: [poland]",
        "allowed: [lviv]",
        "allowed: [ukraine], barred: [kyiv]",
        "allowed: [kyiv], barred: [ukraine]",
    ],
)
def test_it_bites(mini: Build, where: str) -> None:
    assert mini(f"{BASING}, {where}", lines=["L,kyiv,1,1"]).values()["critical"] == 6


@pytest.mark.parametrize(
    "where",
    [
        "barred: [poland]",
        "barred: [lviv]",
        "allowed: [kyiv]",
        "allowed: [ukraine]",
        "allowed: [poland, ukraine]",
        "allowed: [ukraine], barred: [lviv]",
        "barred: [kyiv], applies_to: {areas: [poland]}",
    ],
)
def test_it_does_not_bite(mini: Build, where: str) -> None:
    assert mini(f"{BASING}, {where}", lines=["L,kyiv,1,1"]).values()["critical"] == 0


def test_a_line_in_the_whole_country_is_not_inside_one_of_its_towns(mini: Build) -> None:
    assert mini(f"{BASING}, allowed: [kyiv]", lines=["L,ukraine,1,1"]).values()["critical"] == 6
    assert mini(f"{BASING}, barred: [kyiv]", lines=["L,ukraine,1,1"]).values()["critical"] == 0


def test_what_may_not_be_inside_can_serve_from_elsewhere(mini: Build) -> None:
    case = mini(f"{BASING}, barred: [ukraine]", lines=["L,kyiv,1,1,elsewhere=poland:0.5"])
    assert case.values()["critical"] == 3


@pytest.mark.parametrize(("tour", "missing"), [(3, 3), (4, 6)])
def test_a_tour_across_the_move_to_a_barred_seat_is_impossible(
    mini: Build, tour: int, missing: int
) -> None:
    # The seat moves to London in month 4; tours begin in months 1 and 4.
    case = mini(f"{BASING}, barred: [london]", lines=["L,hq,1,1"], seats=SEATS, tour=tour)
    assert case.values()["critical"] == missing


def test_a_tour_that_begins_after_the_move_may_be_where_the_seat_then_is(mini: Build) -> None:
    case = mini(f"{BASING}, barred: [paris]", lines=["L,hq,1,1"], seats=SEATS, tour=4)
    assert case.gates() == {("A1", "L", "hq", 1): {"C"}, ("A1", "L", "hq", 4): set()}


def test_one_month_in_the_named_areas_binds_and_then_every_month_counts(mini: Build) -> None:
    # Seen in Paris, barred from London: only the tour that is in both is closed by it.
    case = mini(
        f"{BASING}, barred: [london], applies_to: {{areas: [paris]}}",
        lines=["L,hq,1,1"], seats=SEATS, tour=4,
    )  # fmt: skip
    assert case.gates() == {("A1", "L", "hq", 1): {"C"}, ("A1", "L", "hq", 4): set()}


def test_the_advance_party_is_where_it_goes(mini: Build) -> None:
    case = mini(f"{BASING}, barred: [london]", lines=["L,hq_next,1,1"], seats=SEATS)
    assert case.gates() == {("A1", "L", "hq_next", 3): {"C"}}


def test_a_plan_that_breaks_it_is_caught_in_the_months_in_which_it_does(mini: Build) -> None:
    case = mini(f"{BASING}, barred: [london]", lines=["L,hq,1,1"], seats=SEATS, tour=5)
    label = "A1 on L in hq from month 1"
    assert case.broken(("A1", "L", "hq", 1, 1)) == [
        f"caveat C: {label} is in london in month {month}" for month in (4, 5)
    ]
