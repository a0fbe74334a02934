"""``exclusion``: a matched assignment may not be.

Without it the two units of ALB take turns and fill the line for all six months.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

SEATS = "seats: [{area: paris, months: 3}, {area: london, months: 3}]"
LINE = ["L,kyiv,1,1"]


def test_it_bites(mini: Build) -> None:
    case = mini("id: C, kind: exclusion, nation: ALB", lines=LINE)
    assert case.values()["critical"] == 6
    assert case.solve().plan.starts == ()


@pytest.mark.parametrize(
    "caveat",
    [
        "id: C, kind: exclusion, nation: BEL",
        "id: C, kind: exclusion, nation: ALB, active: false",
        "id: C, kind: exclusion, nation: ALB, applies_to: {roles: [sea]}",
        "id: C, kind: exclusion, nation: ALB, applies_to: {areas: [poland, lviv]}",
        "id: C, kind: exclusion, nation: ALB, applies_to: {capabilities: [eng]}",
        "id: C, kind: exclusion, nation: ALB, applies_to: {areas: [ukraine], roles: [sea]}",
    ],
)
def test_it_does_not_bite_what_it_does_not_match(mini: Build, caveat: str) -> None:
    assert mini(caveat, lines=LINE).values()["critical"] == 0


@pytest.mark.parametrize(
    "scope",
    ["offers: [A1]", "capabilities: [inf, eng]", "roles: [land]", "lines: [L]", "areas: [kyiv]"],
)
def test_each_list_of_applies_to_can_match(mini: Build, scope: str) -> None:
    caveat = f"id: C, kind: exclusion, nation: ALB, applies_to: {{{scope}}}"
    assert mini(caveat, lines=LINE).values()["critical"] == 6


def test_an_area_covers_the_areas_within_it_and_leaves_elsewhere_open(mini: Build) -> None:
    # Two units, half a unit each from Poland: for three months one, or for six a half.
    case = mini(
        "id: C, kind: exclusion, nation: ALB, applies_to: {areas: [ukraine]}",
        lines=["L,kyiv,1,1,elsewhere=poland:0.5"],
    )
    assert case.values()["critical"] == 3
    assert {start.area for start in case.solve().plan.starts} == {"poland"}


@pytest.mark.parametrize(("tour", "missing"), [(3, 3), (4, 6)])
def test_one_month_at_the_excluded_seat_closes_the_whole_tour(
    mini: Build, tour: int, missing: int
) -> None:
    # The seat moves in month 4: a tour of three months ends before, one of four does not.
    case = mini(
        "id: C, kind: exclusion, nation: ALB, applies_to: {areas: [london]}",
        lines=["L,hq,1,1"], seats=SEATS, tour=tour,
    )  # fmt: skip
    assert case.values()["critical"] == missing


def test_each_of_several_nations_is_bound_alone(mini: Build) -> None:
    case = mini(
        "id: C, kind: exclusion, nations: [ALB, BEL]",
        offers=["A1,ALB,2,1", "B1,BEL,2,1", "D1,DNK,1,1"], lines=LINE,
    )  # fmt: skip
    assert {start.offer for start in case.solve().plan.starts} == {"D1"}
    assert case.values()["critical"] == 3


def test_a_plan_that_breaks_it_is_caught(mini: Build) -> None:
    case = mini("id: C, kind: exclusion, nation: ALB", lines=LINE)
    label = "A1 on L in kyiv from month 4"
    assert case.broken(("A1", "L", "kyiv", 4, 1)) == [
        f"caveat C: {label} is in place in month {month}" for month in (4, 5, 6)
    ]
