"""``lead_nation``: who leads on land, over six months, on lines that ask for no minimum."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.conftest import Mini

Build = Callable[..., Mini]

ALONE = "id: R, kind: lead_nation, role: land, candidates: [ALB], priority: 4"
TWO = "id: R, kind: lead_nation, role: land, candidates: [ALB, BEL], priority: 4"
LINE = ["L,kyiv,0,2"]


def critical(case: Mini) -> Fraction:
    return case.values()["critical"]


@pytest.mark.parametrize(("units", "vacant"), [(1, 6), (2, 0), (3, 0)])
def test_it_bites_where_units_do_not_last_the_term(mini: Build, units: int, vacant: int) -> None:
    # Of 6 months one unit is there for 3, which leads nothing; two take turns.
    assert critical(mini(rules=[ALONE], offers=[f"A1,ALB,{units},1"], lines=LINE)) == vacant


@pytest.mark.parametrize(
    "rule",
    [
        f"{ALONE}, active: false",
        "id: R, kind: lead_nation, role: sea, candidates: [ALB]",
        "id: R, kind: lead_nation, role: land, candidates: [DNK]",
    ],
)
def test_it_does_not_bite(mini: Build, rule: str) -> None:
    # Not in force; no line of the role; and where D1 is there all the time.
    offers = ["A1,ALB,1,1", "D1,DNK,1,1,tour=6"]
    assert critical(mini(rules=[rule], offers=offers, lines=LINE)) == 0


@pytest.mark.parametrize(("term", "vacant"), [(1, 3), (2, 4), (3, 3), (4, 4), (6, 6), (9, 6)])
def test_each_term_is_led_or_vacant_as_a_whole(mini: Build, term: int, vacant: int) -> None:
    # One unit is there in 1-3 or in 4-6: of terms 12 34 56 it leads one, of 123 456 either, of 1234
    # 56 only the second, and none of six. A longer term counts its months inside the horizon.
    rule = f"{ALONE}, term: {term}"
    assert critical(mini(rules=[rule], offers=["A1,ALB,1,1"], lines=LINE)) == vacant


@pytest.mark.parametrize(
    ("first", "last", "vacant"),
    [(1, 12, 0), (1, 5, 7), (1, 4, 12), (6, 10, 7), (6, 12, 5), (7, 12, 10), (11, 12, 10), (12, 12, 12), (1, 10, 2)],
)  # fmt: skip
def test_terms_of_5_5_and_the_2_that_are_left(
    mini: Build, first: int, last: int, vacant: int
) -> None:
    case = mini(
        rules=[f"{ALONE}, term: 5"], lines=LINE, months=12, tour=1, dwell=0, step=1,
        offers=[f"A1,ALB,1,1,available_from={first},available_until={last}"],
    )  # fmt: skip
    assert critical(case) == vacant


@pytest.mark.parametrize(
    ("priority", "weight"), [("", 4), (", priority: 1", 8), (", priority: 2", 4),
                             (", priority: 3", 2), (", priority: 4", 1)],
)  # fmt: skip
def test_a_vacancy_costs_the_weight_for_each_month_of_the_term(
    mini: Build, priority: str, weight: int
) -> None:
    rule = f"id: R, kind: lead_nation, role: land, candidates: [BEL]{priority}"
    assert critical(mini(rules=[rule], lines=LINE)) == 6 * weight


def test_one_candidate_leads_the_whole_term(mini: Build) -> None:
    # One unit of each: whoever goes first, the term of 6 months has two leaders, and so none.
    offers = ["A1,ALB,1,1", "B1,BEL,1,1"]
    assert critical(mini(rules=[TWO], offers=offers, lines=LINE)) == 6
    assert critical(mini(rules=[f"{TWO}, term: 3"], offers=offers, lines=LINE)) == 0


def test_others_may_be_there_and_do_not_lead(mini: Build) -> None:
    offers = ["A1,ALB,2,1", "D1,DNK,2,1,tour=6"]
    assert critical(mini(rules=[ALONE], offers=offers, lines=LINE)) == 0
    assert critical(mini(rules=[ALONE], offers=offers[1:], lines=LINE)) == 6


def test_nobody_is_needed_in_months_in_which_the_role_is_not_demanded(mini: Build) -> None:
    # Demanded in months 2 to 4 only: those three are enough, and without them all 6 are vacant.
    line = ["L,kyiv,0,1,from=2,until=4"]
    assert critical(mini(rules=[ALONE], offers=["A1,ALB,1,1"], lines=line)) == 0
    assert critical(mini(rules=[ALONE], offers=["B1,BEL,1,1"], lines=line)) == 6


@pytest.mark.parametrize(("until", "vacant"), [(2, 3), (3, 3), (4, 6)])
def test_a_term_without_demand_is_no_vacancy(mini: Build, until: int, vacant: int) -> None:
    lines = [f"L,kyiv,0,1,until={until}"]
    case = mini(rules=[f"{ALONE}, term: 3"], offers=["B1,BEL,1,1"], lines=lines)
    assert critical(case) == vacant
    (rule,) = case.case.rules
    assert 3 * len(list(rule.leaders(case.plan()))) == vacant  # type: ignore[attr-defined]


def test_a_role_that_is_never_demanded_is_led_by_nobody(mini: Build) -> None:
    case = mini(rules=[ALONE.replace("land", "sea")], lines=LINE)
    assert critical(case) == 0


def test_the_role_is_led_from_any_of_its_lines_and_no_others(mini: Build) -> None:
    # In months 1 to 3 only L is open, in 4 to 6 only M: the leader changes over from one to the other.
    lines = ["L,kyiv,0,1,until=3", "M,poland,0,1,from=4,role={}"]
    one = [lines[0], lines[1].format("land")]
    assert critical(mini(rules=[ALONE], lines=one)) == 0
    # With L open throughout, units on a line of another role lead nothing.
    other = ["L,kyiv,0,1,until=6", "M,poland,1,1,from=4,role=sea"]
    case = mini(rules=[ALONE], offers=["A1,ALB,2,1"], lines=other, tour=6, dwell=0)
    assert critical(case) == 0
    seaborne = case.plan(("A1", "L", "kyiv", 1, 1), ("A1", "M", "poland", 4, 1))
    assert seaborne.tier_values["critical"] == 0
    assert case.plan(("A1", "M", "poland", 4, 1)).tier_values["critical"] == 6
    assert case.plan(("A1", "L", "kyiv", 1, 1)).tier_values["critical"] == 3


def test_an_advance_party_is_demanded_before_a_move_only(mini: Build) -> None:
    # The one move is in month 4: the party is out in month 3, and in the second term not at all.
    seats = "seats: [{area: paris, months: 3}, {area: london, months: 9}]"
    rule, line = f"{ALONE}, term: 3", ["L,hq_next,0,1"]
    assert critical(mini(rules=[rule], lines=line, seats=seats)) == 0
    empty = mini(rules=[rule], offers=["B1,BEL,1,1"], lines=line, seats=seats)
    assert critical(empty) == 3


def test_a_leader_is_weighed_against_what_is_missing_on_the_lines(mini: Build) -> None:
    # One unit of ALB: on L it leads for 2 months of weight 1, on M it covers 2 of weight 2.
    lines = ["L,kyiv,0,1", "M,kyiv,1,1,role=sea,priority=3"]
    offers = ["A1,ALB,1,1"]
    assert critical(mini(rules=[ALONE], offers=offers, lines=lines, months=2)) == 2
    dear = ALONE.replace("priority: 4", "priority: 1")
    assert critical(mini(rules=[dear], offers=offers, lines=lines, months=2)) == 4


def test_the_months_in_which_nobody_is_needed_weigh_too(mini: Build) -> None:
    # Only month 1 is demanded. Leading it saves a vacancy of 3 months, the line at sea 1 of weight 2.
    lines = ["L,kyiv,0,1,until=1", "M,kyiv,1,1,role=sea,priority=3,until=1"]
    assert critical(mini(rules=[ALONE], offers=["A1,ALB,1,1"], lines=lines, months=3)) == 2


def test_it_costs_nothing_in_other_tiers_and_where_its_tier_is_left_out(mini: Build) -> None:
    assert mini(rules=[TWO], offers=["D1,DNK,1,1,tour=6"], lines=LINE, tiers="shortfall").values() == {
        "shortfall": 3
    }  # fmt: skip


def test_two_rules_of_one_role_both_count(mini: Build) -> None:
    other = "id: S, kind: lead_nation, role: land, candidates: [BEL], priority: 3"
    # L has room for one nation: better the one that the dearer rule wants.
    case = mini(
        rules=[ALONE, other], offers=["A1,ALB,2,1", "B1,BEL,2,1"],
        lines=["L,kyiv,0,2,max_nations=1"],
    )  # fmt: skip
    assert critical(case) == 6


def test_a_plan_that_lacks_a_leader_is_charged(mini: Build) -> None:
    case = mini(
        rules=[f"{TWO}, term: 5"], offers=["A1,ALB,1,1", "B1,BEL,2,1"],
        lines=LINE, months=12, tour=5, dwell=0, step=5,
    )  # fmt: skip
    a, b = ("A1", "L", "kyiv", 1, 1), ("B1", "L", "kyiv", 6, 2)
    for starts, vacant, leaders in (
        ((), 12, [None, None, None]),
        ((a,), 7, ["ALB", None, None]),
        ((a, b), 2, ["ALB", "BEL", None]),
        ((b, ("A1", "L", "kyiv", 11, 1)), 5, [None, "BEL", "ALB"]),
    ):
        plan = case.plan(*starts)
        assert list(plan.violations()) == []
        assert plan.tier_values["critical"] == vacant
        (rule,) = plan.case.rules
        found = list(rule.leaders(plan))  # type: ignore[attr-defined]
        assert [leader for _, leader in found] == leaders
        assert [(months[0], months[-1]) for months, _ in found] == [(1, 5), (6, 10), (11, 12)]


def test_it_is_said_with_its_names(mini: Build) -> None:
    case = mini(rules=[f"{TWO}, term: 5", ALONE.replace("R", "S")]).case
    assert [rule.in_words(case) for rule in case.rules] == [
        "Albania or Belgium leads land in each term of 5 months.",
        "Albania leads land throughout.",
    ]
