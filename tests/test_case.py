"""What follows from a case: its calendar, its places, its demand; and the checks across parts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import pytest

from model.checks import problems
from tests.conftest import Files, Mini

Y = "constraints.yaml"
Build = Callable[..., Mini]


def seats(*pairs: tuple[str, int], advance: int = 1) -> str:
    written = ", ".join(f"{{area: {area}, months: {months}}}" for area, months in pairs)
    return f"seats: [{written}], advance_months: {advance}"


def test_seats_follow_in_order_and_start_again(mini: Build) -> None:
    case = mini(months=8, seats=seats(("paris", 3), ("london", 2))).case
    assert [case.seat(m) for m in case.months] == ["paris"] * 3 + ["london"] * 2 + ["paris"] * 3
    assert case.moves == (4, 6)


@pytest.mark.parametrize(
    ("pairs", "moves"),
    [
        ([("paris", 12)], ()),
        ([("paris", 2), ("paris", 2)], ()),
        ([("paris", 2), ("london", 2)], (3, 5, 7)),
        ([("paris", 2), ("paris", 1), ("london", 3)], (4, 7)),
        ([("london", 7), ("paris", 1)], (8,)),
        ([("london", 8), ("paris", 1)], ()),
    ],
)
def test_a_move_is_a_month_inside_the_horizon_with_another_seat(
    mini: Build, pairs: list[tuple[str, int]], moves: tuple[int, ...]
) -> None:
    assert mini(months=8, seats=seats(*pairs)).case.moves == moves


@pytest.mark.parametrize(
    ("advance", "demanded"),
    [(0, ()), (1, (4, 6)), (2, (3, 4, 5, 6)), (3, (2, 3, 4, 5, 6)), (99, (1, 2, 3, 4, 5, 6))],
)
def test_an_advance_party_is_demanded_in_the_months_before_a_move(
    mini: Build, advance: int, demanded: tuple[int, ...]
) -> None:
    # The seat moves in months 5 and 7; the horizon ends with month 8.
    three = seats(("paris", 4), ("london", 2), ("poland", 9), advance=advance)
    case = mini(lines=["L,hq_next,0,1"], months=8, seats=three).case
    assert case.demanded(case.lines[0]) == demanded


def test_where_windows_overlap_the_advance_party_is_at_the_nearest_seat_to_come(
    mini: Build,
) -> None:
    three = seats(("paris", 4), ("london", 2), ("poland", 9), advance=3)
    case = mini(lines=["L,hq_next,0,1"], months=8, seats=three).case
    assert [case.place("hq_next", m) for m in range(2, 7)] == ["london"] * 3 + ["poland"] * 2


def test_an_advance_party_is_demanded_only_in_the_line_s_own_months(mini: Build) -> None:
    two = seats(("paris", 4), ("london", 4), advance=3)
    case = mini(lines=["L,hq_next,0,1,from=3,until=3"], months=8, seats=two).case
    assert case.demanded(case.lines[0]) == (3,)


def test_areas_nest_to_any_depth_but_not_upwards(files: Files) -> None:
    files.change(Y, "poland: {}", "podil: {within: kyiv}\n  poland: {}")
    case = files.read().case
    assert case.inside("podil", "ukraine")
    assert case.inside("podil", "podil")
    assert not case.inside("ukraine", "kyiv")
    assert not case.inside("poland", "ukraine")


def test_notice_counts_whole_months_of_thirty_days(mini: Build) -> None:
    days = {0: 1, 29: 1, 30: 2, 59: 2, 60: 3, 150: 6, 180: 7}
    offers = [f"A{d},ALB,1,1,notice_days={d}" for d in days]
    case = mini(offers=offers, months=6).case
    assert [offer.first_month for offer in case.offers] == list(days.values())
    assert [case.open_months(offer) for offer in case.offers] == [
        range(first, 7) for first in days.values()
    ]


def test_the_later_of_notice_and_availability_counts(mini: Build) -> None:
    case = mini(
        offers=["A,ALB,1,1,notice_days=60,available_from=2", "B,ALB,1,1,available_from=5,notice_days=60"]
    ).case  # fmt: skip
    assert [offer.first_month for offer in case.offers] == [3, 5]


def test_substitution_does_not_chain_and_a_unit_of_its_own_covers_one(files: Files) -> None:
    files.change(Y, "rate: 0.8}", "rate: 0.8}\n  - {offered: staff, serves: armour, rate: 0.3}")
    case = files.read().case
    line = case.line_by_id["L01"]
    rates = [case.rate(offer, line) for offer in case.offers]
    assert rates == [1, Fraction(4, 5), None]
    assert [offer.offer for offer in case.fitting(line)] == ["FRA-LAND-1", "DEU-LAND-1"]


def test_names_come_from_the_case_then_from_iso_3166_then_from_the_code(files: Files) -> None:
    case = files.read().case
    assert case.nation_name("FRA") == "France"
    assert case.nation_name("BEL") == "Belgium"
    assert case.nation_name("XYZ") == "XYZ"
    assert case.area_title("black_sea") == "Black Sea"
    assert case.capability_title("staff") == "Staff"


def test_a_nation_that_iso_leaves_to_its_users_needs_declaring(files: Files) -> None:
    # ISO 3166 leaves the codes from XAA to XZZ to its users.
    files.change("capabilities.csv", "FRA-HQ-1,FRA", "FRA-HQ-1,XAN")
    assert files.fault().value == "XAN"
    files.change(Y, "FRA: {name", "XAN: {name: NATO staff}\n  FRA: {name")
    assert files.read().case.nation_name("XAN") == "NATO staff"


def test_only_active_caveats_bind(files: Files) -> None:
    case = files.change(Y, "month: 4", "active: false").read().case
    assert [caveat.id for caveat in case.active_caveats] == ["FRA-CEILING"]
    assert case.caveats_of == {"FRA": (case.caveat_by_id["FRA-CEILING"],)}
    assert set(case.caveat_by_id) == {"DEU-BUNDESTAG", "FRA-CEILING"}


@pytest.mark.parametrize(
    "section", ["offers", "lines", "caveats", "conditions", "capabilities", "areas", "nations"]
)
def test_ids_are_unique_over_everything_that_a_scenario_can_name(
    files: Files, section: str
) -> None:
    # Every kind of thing gets the id of another kind, one at a time.
    taken = {
        "offers": ("capabilities.csv", "FRA-HQ-1,", "L03,"),
        "lines": ("requirements.csv", "L03,", "us_backstop,"),
        "caveats": (Y, "id: FRA-CEILING", "id: poland"),
        "conditions": (Y, "us_backstop: {", "DEU-LAND-1: {"),
        "capabilities": (Y, "  staff: {title", "  kyiv: {}\n  staff: {title"),
        "areas": (Y, "poland: {}", "poland: {}\n  FRA: {}"),
        "nations": (Y, "FRA: {name", "FRA: {name: France}\n  XAA: {name"),
    }
    if section == "nations":
        files.change("requirements.csv", "L03,", "XAA,")
    fault = files.change(*taken[section]).fault()
    assert "ids are unique over" in fault.allowed


@pytest.mark.parametrize("name", ["calendar", "defaults", "headquarters", "priority_weights"])
def test_no_id_is_the_name_of_a_section_that_a_scenario_sets(files: Files, name: str) -> None:
    assert files.change(Y, "id: FRA-CEILING", f"id: {name}").fault().value == name


def test_a_whole_case_has_no_problems(files: Files) -> None:
    assert list(problems(files.read().case)) == []


def test_months_are_counted_without_a_gap(mini: Build) -> None:
    case = mini(months=600).case
    assert case.months == range(1, 601)
    assert all(b - a == 1 for a, b in pairwise(case.demanded(case.lines[0])))


@pytest.mark.parametrize(
    "case",
    [
        {"offers": []},
        {"lines": []},
        {"offers": [], "lines": []},
        {"months": 1},
        {"lines": ["L,kyiv,0,1"]},
    ],
)
def test_nothing_deployed_is_a_plan(mini: Build, case: dict[str, object]) -> None:
    empty = mini(**case)
    plan = empty.plan()
    assert list(plan.violations()) == []
    assert (plan.coverage_index == 1) == (not empty.case.lines)
    assert empty.solve().status == "optimal"
