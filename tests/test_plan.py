"""The independent checker against an independent reading of the contract, and by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from model.domain import Pending, Settings
from model.eligibility import candidates
from model.plan import Impossible, Plan, Start
from tests.conftest import Mini, Twice, chunks, roomy
from tests.reference import contract

Build = Callable[..., Mini]


def random_plans(twice: Twice, pending: Pending, count: int) -> list[list[Start]]:
    """Draw plans that are legal, broken, or no plans at all."""
    rng = random.Random(twice.seed)
    every = candidates(twice.case, Settings(pending=pending))
    areas = list(twice.case.areas)
    plans = []
    for number in range(count):
        # Closed assignments only in every second plan, or hardly one would hold.
        pool = [c.assignment for c in every if number % 2 or not c.gates]
        drawn = rng.sample(pool, min(len(pool), rng.randint(1, 5))) if pool else []
        starts = [Start(*a.key, rng.choice((1, 1, 1, 2))) for a in drawn]
        if starts and rng.random() < 0.15:
            starts[0] = starts[0]._replace(start=starts[0].start + rng.choice((-1, 1)))
        if starts and rng.random() < 0.1:
            starts[0] = starts[0]._replace(area=rng.choice(areas))
        plans.append(starts)
    return plans


def walked(twice: Twice, pending: Pending, starts: list[Start]) -> Plan | None:
    """Return the plan, or None where it names what is no assignment."""
    try:
        return Plan(twice.case, Settings(pending=pending), starts)
    except Impossible:
        return None


@pytest.mark.parametrize("seeds", chunks(1600, 200), ids=lambda seeds: f"{seeds[0]}+")
def test_a_plan_is_judged_and_valued_as_the_reference_does(tmp_path: Path, seeds: range) -> None:
    held = broken = 0
    for seed in seeds:
        twice = roomy(seed, tmp_path)
        pending: Pending = "refused" if seed % 3 == 0 else "granted"
        for starts in random_plans(twice, pending, 3):
            rows = [(s.offer, s.line, s.area, s.units, s.start) for s in starts]
            what = f"pending {pending}, plan {rows}\n{twice}"
            wanted = contract.violations(twice.reference, rows, pending)
            plan = walked(twice, pending, starts)
            impossible = any(each.startswith("impossible") for each in wanted)
            assert (plan is None) == impossible, f"{wanted}\n{what}"
            if plan is None:
                continue
            found = list(plan.violations())
            assert bool(found) == bool(wanted), f"{found}\n{wanted}\n{what}"
            held, broken = held + (not found), broken + bool(found)
            values = contract.tier_values(twice.reference, rows, pending)
            assert plan.tier_values == {name: values[name] for name in plan.tier_values}, what
            states = {
                (line.line, month): plan.state(line, month) for line, month in plan.demanded()
            }
            assert states == contract.states(twice.reference, rows, pending), what
            index = contract.coverage_index(twice.reference, rows)
            assert plan.coverage_index == index.overall, what
            assert plan.coverage_by_role == index.roles, what
    # The comparison is worth little where all plans are of one sort.
    assert min(held, broken) > len(seeds) / 4


# By hand


def test_units_that_rest_are_busy_too(mini: Build) -> None:
    case = mini(offers=["A1,ALB,1,100"], months=9, tour=3, dwell=3)
    assert case.broken(("A1", "L", "kyiv", 1, 1), ("A1", "L", "kyiv", 7, 1)) == []
    broken = case.broken(("A1", "L", "kyiv", 1, 1), ("A1", "L", "kyiv", 4, 1))
    assert broken == [f"offer A1: 2 units busy in month {month}, 1 offered" for month in (4, 5, 6)]


def test_more_units_than_offered_break_the_plan_even_beyond_the_horizon(mini: Build) -> None:
    case = mini(offers=["A1,ALB,2,100"], months=1, tour=1, dwell=1)
    assert case.broken(("A1", "L", "kyiv", 1, 3)) == [
        "offer A1: 3 units busy in month 1, 2 offered",
        "offer A1: 3 units busy in month 2, 2 offered",
    ]


def test_the_same_start_twice_counts_together(mini: Build) -> None:
    case = mini(offers=["A1,ALB,2,100"])
    once = case.plan(("A1", "L", "kyiv", 1, 2))
    twice = case.plan(("A1", "L", "kyiv", 1, 1), ("A1", "L", "kyiv", 1, 1))
    assert once.starts == twice.starts


def test_at_most_so_many_nations_in_a_month(mini: Build) -> None:
    case = mini(
        offers=["A1,ALB,2,100", "B1,BEL,1,100"], lines=["L,kyiv,0,2,max_nations=1", "M,kyiv,0,2"]
    )
    a, b = ("A1", "L", "kyiv", 1, 1), ("B1", "L", "kyiv", 1, 1)
    assert case.broken(a, ("B1", "L", "kyiv", 4, 1)) == []
    assert case.broken(a, ("B1", "M", "kyiv", 1, 1)) == []
    assert case.broken(a, b) == [f"line L: 2 nations in month {m}, 1 allowed" for m in (1, 2, 3)]


@pytest.mark.parametrize(
    "start",
    [
        ("A9", "L", "kyiv", 1, 1),
        ("A1", "M", "kyiv", 1, 1),
        ("A1", "L", "lviv", 1, 1),
        ("A1", "L", "kyiv", 2, 1),
        ("A1", "L", "kyiv", 0, 1),
        ("A1", "L", "kyiv", 7, 1),
        ("A1", "L", "kyiv", -2, 1),
        ("A1", "L", "kyiv", 1, 0),
        ("A1", "L", "kyiv", 1, -1),
        ("E1", "L", "kyiv", 1, 1),
    ],
)
def test_what_is_no_assignment_is_no_plan(mini: Build, start: tuple[Any, ...]) -> None:
    case = mini(offers=["A1,ALB,2,100", "E1,ALB,1,1,capability=eng"], months=6)
    with pytest.raises(Impossible):
        case.plan(start)


@pytest.fixture
def shaded(mini: Build) -> Mini:
    """A target of 2 with minimum 1, fully weighted, served by sure, unsure and other units."""
    return mini(
        "id: V, kind: approval, nation: BEL, status: pending, probability: 0.25",
        offers=["A1,ALB,2,100", "B1,BEL,2,10", "C1,DNK,4,1,capability=eng"],
        lines=["L,kyiv,1,2,elsewhere=poland:0.5"],
        months=1,
        tiers="critical, shortfall, conditional, burden, personnel",
        extra=(
            "substitutions: [{offered: eng, serves: inf, rate: 0.5}]\n"
            "nations: {ALB: {share_key: 0.2}, BEL: {share_key: 0.5}, DNK: {}}"
        ),
    )


@pytest.mark.parametrize(
    ("units", "state"),
    [
        ((0, 0, 0), "unfilled"),
        ((0, 0, 1), "below_minimum"),
        ((1, 0, 0), "below_target"),
        ((0, 0, 2), "below_target"),
        ((0, 1, 0), "below_target"),
        ((2, 0, 0), "filled"),
        ((2, 1, 0), "filled"),
        ((2, 0, 1), "filled"),
        ((2, 2, 4), "filled"),
        ((1, 0, 2), "substituted"),
        ((0, 0, 4), "substituted"),
        ((1, 1, 0), "conditional"),
        ((1, 1, 1), "conditional"),
        # Without the unsure unit the others reach it, and without the substitutes they too.
        ((1, 1, 2), "filled"),
    ],
)
def test_a_line_month_has_a_state(shaded: Mini, units: tuple[int, ...], state: str) -> None:
    offers = ("A1", "B1", "C1")
    starts = [(o, "L", "kyiv", 1, n) for o, n in zip(offers, units, strict=True) if n]
    plan = shaded.plan(*starts)
    assert plan.state(plan.case.lines[0], 1) == state


def test_tiers_by_hand(shaded: Mini) -> None:
    plan = shaded.plan(("A1", "L", "poland", 1, 1), ("B1", "L", "kyiv", 1, 2))
    # Coverage 2.5 of 2: two unsure units of rate 1, over the target too, three chances in four.
    assert plan.tier_values == {
        "critical": 0,
        "shortfall": 0,
        "conditional": Fraction(2 * 3, 4 * 2),
        "burden": 500,
        "personnel": 120,
    }
    assert list(plan.tier_values) == list(plan.case.tiers)
    assert plan.coverage_index == 1
    half = shaded.plan(("A1", "L", "poland", 1, 1))
    assert half.tier_values["critical"] == Fraction(1, 4)
    assert half.tier_values["shortfall"] == Fraction(3, 4)
    assert half.coverage_index == Fraction(1, 4)


def test_a_clipped_tour_costs_the_months_it_is_in_place(mini: Build) -> None:
    case = mini(offers=["A1,ALB,1,100"], months=5, tour=3, tiers="personnel")
    assert case.plan(("A1", "L", "kyiv", 4, 1)).tier_values == {"personnel": 200}


def test_roles_without_demand_are_left_out_of_the_index(mini: Build) -> None:
    case = mini(lines=["L,kyiv,0,1", "M,kyiv,0,1,role=sea,from=9", "N,kyiv,0,1,role=air"])
    assert case.plan().coverage_by_role == {"land": 0, "air": 0}


def test_the_index_is_one_where_nothing_is_demanded(mini: Build) -> None:
    plan = mini(lines=["L,kyiv,0,1,from=9"]).plan()
    assert plan.coverage_index == 1
    assert plan.coverage_by_role == {}


def test_a_better_paid_line_weighs_more_in_the_index(mini: Build) -> None:
    case = mini(lines=["L,kyiv,0,1,priority=1", "M,kyiv,0,1,priority=4"], months=3)
    assert case.plan(("A1", "L", "kyiv", 1, 1)).coverage_index == Fraction(8, 9)
    assert case.plan(("A1", "M", "kyiv", 1, 1)).coverage_index == Fraction(1, 9)
