"""``breadth``: so many nations on land; one unit each of Albania and Belgium for a line of one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

LINE = ["L,kyiv,1,1"]
BOTH = ["A1,ALB,1,100", "B1,BEL,1,100"]


def breadth(nations: int, more: str = "") -> list[str]:
    return [f"id: R, kind: breadth, role: land, nations: {nations}, priority: 4{more}"]


def shortfall(case: Mini) -> Fraction:
    return case.values()["shortfall"]


@pytest.mark.parametrize(("nations", "missing"), [(1, 0), (2, 0), (3, 1), (4, 2)])
def test_it_bites_by_each_nation_missing(mini: Build, nations: int, missing: int) -> None:
    case = mini(rules=breadth(nations), offers=BOTH, lines=LINE, months=1)
    assert shortfall(case) == missing


@pytest.mark.parametrize(
    "rule", [breadth(9, ", active: false"), [breadth(9)[0].replace("land", "sea")]]
)
def test_it_does_not_bite(mini: Build, rule: list[str]) -> None:
    assert shortfall(mini(rules=rule, offers=BOTH, lines=LINE, months=1)) == 0


@pytest.mark.parametrize(("nations", "people"), [(1, 70), (2, 170), (3, 270)])
def test_units_beyond_the_target_come_for_it_and_no_others(
    mini: Build, nations: int, people: int
) -> None:
    # The line wants one; the cheapest of so many nations come, and nobody is missing.
    case = mini(
        rules=breadth(nations), offers=[*BOTH, "D1,DNK,3,70"], lines=LINE, months=1,
        tiers="critical, shortfall, personnel",
    )  # fmt: skip
    assert case.values() == {"critical": 0, "shortfall": 0, "personnel": people}


def test_a_nation_counts_once_however_many_units_it_has(mini: Build) -> None:
    case = mini(rules=breadth(2), offers=["A1,ALB,2,1", "A2,ALB,1,1"], lines=LINE, months=1)
    assert shortfall(case) == 1


def test_a_nation_counts_once_on_however_many_lines_it_is(mini: Build) -> None:
    case = mini(
        rules=breadth(2), offers=["A1,ALB,2,1"], lines=["L,kyiv,1,1", "M,lviv,1,1"], months=1
    )
    assert shortfall(case) == 1


@pytest.mark.parametrize(("role", "missing"), [("land", 0), ("sea", 1)])
def test_lines_of_the_role_count_together_and_no_others(
    mini: Build, role: str, missing: int
) -> None:
    # B1 is an engineer and serves M only.
    case = mini(
        rules=breadth(2), offers=["A1,ALB,1,1", "B1,BEL,1,1,capability=eng"], months=1,
        lines=["L,kyiv,1,1", f"M,poland,1,1,role={role},capability=eng"],
    )  # fmt: skip
    assert shortfall(case) == missing


@pytest.mark.parametrize(
    ("priority", "weight"), [("", 4), (", priority: 1", 8), (", priority: 2", 4),
                             (", priority: 3", 2), (", priority: 4", 1)],
)  # fmt: skip
def test_each_missing_nation_month_costs_the_weight(
    mini: Build, priority: str, weight: int
) -> None:
    # In each of 6 months A1 is there and two of 3 nations are not.
    case = mini(
        rules=[f"id: R, kind: breadth, role: land, nations: 3{priority}"],
        offers=["A1,ALB,1,1,tour=6"], lines=LINE,
    )  # fmt: skip
    assert shortfall(case) == 12 * weight


def test_only_months_in_which_the_role_is_demanded_count(mini: Build) -> None:
    # Months 2 to 3 of L and 5 of M; nobody comes: 2 nations in each of 3 months, and the lines' own.
    lines = ["L,kyiv,0,1,from=2,until=3", "M,lviv,0,1,from=5,until=5"]
    case = mini(rules=breadth(2), offers=["A1,ALB,1,1,capability=eng"], lines=lines)
    assert shortfall(case) == 6 + 3


def test_each_month_is_counted_alone(mini: Build) -> None:
    # B1 comes in month 4: in the first three one nation is missing.
    case = mini(
        rules=breadth(2), offers=["A1,ALB,1,1", "B1,BEL,1,1,available_from=4"], lines=LINE, dwell=0
    )
    assert shortfall(case) == 3


def test_a_line_of_one_nation_has_no_room_for_a_second(mini: Build) -> None:
    lines = ["L,kyiv,1,1,max_nations=1"]
    assert shortfall(mini(rules=breadth(2), offers=BOTH, lines=lines, months=1)) == 1
    more = [*lines, "M,kyiv,0,2,max_nations=1"]
    # One on each, of different nations: M of 2 is short by a half, but no nation is missing.
    assert shortfall(mini(rules=breadth(2), offers=BOTH, lines=more, months=1)) == Fraction(1, 2)


@pytest.mark.parametrize("months", [1, 3])
@pytest.mark.parametrize(("priority", "missing"), [(4, 1), (2, 2)])
def test_it_is_weighed_against_what_is_missing_on_the_lines(
    mini: Build, priority: int, missing: int, months: int
) -> None:
    # One unit of BEL may go: to sea, where the line weighs 2, or ashore as the second nation, which
    # weighs 1 or 4. What weighs less is missing in every month.
    case = mini(
        "id: C, kind: ceiling, nation: BEL, units: 1",
        rules=[breadth(2)[0].replace("priority: 4", f"priority: {priority}")],
        offers=["A1,ALB,1,1", "B1,BEL,2,1"], months=months,
        lines=["L,kyiv,1,1", "M,poland,0,1,role=sea,priority=3"],
    )  # fmt: skip
    assert shortfall(case) == missing * months


def test_a_headquarters_is_of_its_role_wherever_it_is(mini: Build) -> None:
    case = mini(
        rules=breadth(2), offers=BOTH, lines=["L,hq,1,1"], tour=6,
        seats="seats: [{area: paris, months: 3}, {area: london, months: 3}]",
    )  # fmt: skip
    assert shortfall(case) == 0


def test_a_plan_that_lacks_nations_is_charged(mini: Build) -> None:
    case = mini(
        rules=breadth(3), offers=["A1,ALB,2,1", "B1,BEL,1,1", "D1,DNK,1,1"],
        lines=["L,kyiv,0,1", "M,lviv,0,1,role=sea"], months=3,
    )  # fmt: skip

    def charged(*starts: tuple[str, str, str, int, int]) -> Fraction:
        plan = case.plan(*starts)
        assert list(plan.violations()) == []
        lines = sum(plan.shortfall(line, month) / line.target for line, month in plan.demanded())
        return plan.tier_values["shortfall"] - lines

    a, b, d = ((offer, "L", "kyiv", 1, 1) for offer in ("A1", "B1", "D1"))
    assert [charged(), charged(a), charged(a, b), charged(a, b, d)] == [9, 6, 3, 0]
    assert charged(("A1", "L", "kyiv", 1, 2), ("B1", "M", "lviv", 1, 1)) == 6


def test_it_is_said_with_its_number(mini: Build) -> None:
    case = mini(rules=breadth(3, ", active: false")).case
    assert case.rules[0].in_words(case) == ("At least 3 nations in place in land (not active).")
