"""``support``: one engineer unit (E1) for every 100 people in Ukraine, infantry (A1) above all."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

SUPPORT = "id: R, kind: support, area: ukraine, capability: eng, per: 100, priority: 4"


def shortfall(case: Mini) -> Fraction:
    return case.values()["shortfall"]


def supported(units: int, people: int) -> list[str]:
    """250 people of infantry and so many units of engineers of so many people each."""
    engineers = [f"E1,EST,{units},{people},capability=eng"] if units else []
    return ["A1,ALB,1,250", *engineers]


LINES = ["L,kyiv,1,1", "M,kyiv,0,4,capability=eng"]


@pytest.mark.parametrize(
    ("units", "missing"),
    [
        (0, Fraction(5, 2)),
        (1, Fraction(3, 2)),
        (2, Fraction(1, 2)),
        (3, 0),
        (4, 0),
    ],
)
def test_it_bites_by_fractions_down_to_the_last_supporter(
    mini: Build, units: int, missing: Fraction
) -> None:
    # 250 people want 2.5. M of 4 is short as well, of all the engineers there are not.
    case = mini(rules=[SUPPORT], offers=supported(units, 0), lines=LINES, months=1)
    assert shortfall(case) == missing + Fraction(4 - units, 4)


@pytest.mark.parametrize(
    "rule",
    [
        f"{SUPPORT}, active: false",
        SUPPORT.replace("ukraine", "poland"),
        SUPPORT.replace("ukraine", "lviv"),
        SUPPORT.replace("eng", "inf").replace("100", "250"),  # infantry supports itself
    ],
)
def test_it_does_not_bite(mini: Build, rule: str) -> None:
    case = mini(rules=[rule], offers=supported(0, 0), lines=["L,kyiv,1,1"], months=1)
    assert shortfall(case) == 0


@pytest.mark.parametrize(
    ("people", "missing"), [(0, Fraction(1, 2)), (10, Fraction(7, 10)), (100, Fraction(5, 2)), (25, 1)]
)  # fmt: skip
def test_supporters_count_among_the_people(mini: Build, people: int, missing: Fraction) -> None:
    # Two engineer units on a line of their own (full): (250 + 2 x people) / 100 - 2.
    case = mini(
        rules=[SUPPORT], offers=supported(2, people), months=1,
        lines=["L,kyiv,1,1", "M,kyiv,2,2,capability=eng"],
    )  # fmt: skip
    assert shortfall(case) == missing


@pytest.mark.parametrize(("people", "goes"), [(99, True), (101, False)])
def test_supporters_who_want_more_support_than_they_give_stay(
    mini: Build, people: int, goes: bool
) -> None:
    # Nobody is short without engineers (M asks for next to none): they come if it pays.
    case = mini(
        rules=[SUPPORT], offers=supported(1, people), months=1,
        lines=["L,kyiv,1,1", "M,kyiv,0,1000,capability=eng"],
    )  # fmt: skip
    plan = case.solve().plan
    assert any(start.offer == "E1" for start in plan.starts) is goes


@pytest.mark.parametrize("months", [1, 3])
@pytest.mark.parametrize(
    ("people", "shorted"), [(50, Fraction(1, 2)), (99, Fraction(99, 100)), (150, 1)]
)
def test_who_costs_more_than_he_covers_stays_at_home(
    mini: Build, people: int, shorted: Fraction, months: int
) -> None:
    # In each month the line is short by 1 without A1; with it only support is, by people / 100.
    offers = [f"A1,ALB,1,{people}"]
    case = mini(rules=[SUPPORT], offers=offers, lines=["L,kyiv,0,1"], months=months)
    assert shortfall(case) == shorted * months


def test_supporters_who_stand_in_for_others_still_support(mini: Build) -> None:
    # E1 stands in on L (3/4 short) and supports N from there, or serves M in Poland (1/2 short).
    case = mini(
        "id: C, kind: exclusion, nation: EST, applies_to: {lines: [N]}",
        rules=[SUPPORT], offers=["A1,ALB,1,100", "E1,EST,1,0,capability=eng"], months=1,
        lines=["N,kyiv,1,1", "L,kyiv,0,4", "M,poland,0,2,capability=eng"],
        extra="substitutions: [{offered: eng, serves: inf, rate: 1}]",
    )  # fmt: skip
    assert shortfall(case) == Fraction(3, 4) + 1


@pytest.mark.parametrize(
    ("priority", "weight"), [("", 4), (", priority: 1", 8), (", priority: 2", 4),
                             (", priority: 3", 2), (", priority: 4", 1)],
)  # fmt: skip
def test_each_missing_unit_month_costs_the_weight(mini: Build, priority: str, weight: int) -> None:
    rule = f"id: R, kind: support, area: ukraine, capability: eng, per: 100{priority}"
    case = mini(rules=[rule], offers=["A1,ALB,1,250"], lines=["L,kyiv,1,1"], tour=6)
    # 2.5 units in each of 6 months, as the minimum comes first.
    assert shortfall(case) == 15 * weight


@pytest.mark.parametrize(
    ("area", "missing"), [("kyiv", 0), ("lviv", 0), ("ukraine", 0), ("poland", Fraction(5, 2))]
)
def test_supporters_stand_in_the_area_or_within_it(
    mini: Build, area: str, missing: Fraction
) -> None:
    case = mini(
        rules=[SUPPORT], offers=supported(3, 0), months=1,
        lines=["L,kyiv,1,1", f"M,{area},3,3,capability=eng,role=sea"],
    )  # fmt: skip
    assert shortfall(case) == missing


def test_people_elsewhere_want_none(mini: Build) -> None:
    # From Poland A1 covers all but a tenth of L, and needs nobody there.
    case = mini(
        rules=[SUPPORT], offers=supported(0, 0), lines=["L,kyiv,0,1,elsewhere=poland:0.9"], months=1
    )
    assert shortfall(case) == Fraction(1, 10)


def test_it_is_the_capability_offered_that_supports(mini: Build) -> None:
    # Engineers stand in for infantry on L, and support from there; infantry on M does not.
    extra = "substitutions: [{offered: eng, serves: inf, rate: 1}, {offered: inf, serves: eng, rate: 1}]"
    engineers = mini(
        rules=[SUPPORT], offers=["E1,EST,2,100,capability=eng"], lines=["L,kyiv,2,2"], months=1,
        extra=extra,
    )  # fmt: skip
    assert shortfall(engineers) == 0
    infantry = mini(
        rules=[SUPPORT], offers=["A1,ALB,2,100"], lines=["M,kyiv,2,2,capability=eng"], months=1,
        extra=extra,
    )  # fmt: skip
    assert shortfall(infantry) == 2


def test_a_surplus_in_one_month_makes_up_for_no_other(mini: Build) -> None:
    # Infantry is there throughout, two engineer units in the first half only: 3 months of 1.
    case = mini(
        rules=[SUPPORT], lines=["L,kyiv,1,1", "M,kyiv,2,2,capability=eng,until=3"],
        offers=["A1,ALB,1,100,tour=6", "E1,EST,2,0,capability=eng"],
    )  # fmt: skip
    assert shortfall(case) == 3


@pytest.mark.parametrize(("area", "missing"), [("paris", 3), ("london", 3), ("poland", 0)])
def test_a_headquarters_is_supported_where_it_is(mini: Build, area: str, missing: int) -> None:
    case = mini(
        rules=[SUPPORT.replace("ukraine", area)], lines=["L,hq,1,1"], offers=["A1,ALB,1,100,tour=6"],
        seats="seats: [{area: paris, months: 3}, {area: london, months: 3}]",
    )  # fmt: skip
    assert shortfall(case) == missing


@pytest.mark.parametrize(("per", "missing"), [("62.5", 2), ("0.5", 250), ("125", 1), ("1000", Fraction(1, 8))])  # fmt: skip
def test_per_may_be_any_number_above_0(mini: Build, per: str, missing: Fraction) -> None:
    case = mini(
        rules=[SUPPORT.replace("per: 100", f"per: {per}")], offers=["A1,ALB,1,125"],
        lines=["L,kyiv,1,1"], months=1,
    )  # fmt: skip
    assert shortfall(case) == missing


def test_a_plan_that_lacks_support_is_charged(mini: Build) -> None:
    case = mini(
        rules=[SUPPORT], offers=["A1,ALB,2,130", "E1,EST,3,10,capability=eng"],
        lines=["L,kyiv,0,1,elsewhere=poland:1", "M,lviv,0,1,capability=eng"], months=3, tour=3,
    )  # fmt: skip

    def charged(*starts: tuple[str, str, str, int, int]) -> Fraction:
        plan = case.plan(*starts)
        assert list(plan.violations()) == []
        lines = sum(plan.shortfall(line, month) / line.target for line, month in plan.demanded())
        return plan.tier_values["shortfall"] - lines

    infantry, engineers = ("A1", "L", "kyiv", 1, 2), ("E1", "M", "lviv", 1, 1)
    assert charged() == 0
    assert charged(infantry) == 3 * Fraction(26, 10)
    # 270 people, one supporter; 290 people, three of them.
    assert charged(infantry, engineers) == 3 * Fraction(17, 10)
    assert charged(infantry, ("E1", "M", "lviv", 1, 3)) == 0
    assert charged(("A1", "L", "poland", 1, 2)) == 0


@pytest.mark.parametrize(("per", "said"), [("100", "100"), ("62.5", "62.5")])
def test_it_is_said_with_its_numbers(mini: Build, per: str, said: str) -> None:
    case = mini(rules=[SUPPORT.replace("per: 100", f"per: {per}")]).case
    assert case.rules[0].in_words(case) == f"One eng for every {said} people in Ukraine."
