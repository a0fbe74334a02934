"""Tier ``change``: the distance from a plan to keep, in the program and in the checker."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model.domain import Settings, Stay, Tier
from model.formulation import Formulation
from model.moves import keeping
from model.outcome import Options
from model.plan import Plan, Start
from model.session import Flips, Session
from model.solver import solve
from tests.conftest import Mini, chunks, countable
from tests.enumerated import every_plan, stays, value

Build = Callable[..., Mini]
ORDERS: tuple[tuple[Tier, ...], ...] = (
    ("change",),
    ("critical", "shortfall", "change", "personnel"),
    ("change", "shortfall", "conditional"),
    ("conditional", "change", "burden", "shortfall"),
)


def test_units_more_and_fewer_count_by_line_and_month_wherever_they_stand(mini: Build) -> None:
    case = mini(lines=["L,kyiv,0,2,elsewhere=poland:1", "M,kyiv,0,2"], tiers="change").case
    kept = (Stay("A1", "L", 1, 3, 2),)
    settings = Settings(keep=kept)
    plan = replace(mini(), case=case).plan(("A1", "L", "poland", 1, 1))
    assert "change" not in plan.tier_values
    moved = Plan(case, settings, plan.starts)
    assert moved.tier_values == {"change": 3}  # one unit of two is missing for three months
    moved = Plan(case, settings, [Start("A1", "M", "kyiv", 1, 1)])
    assert moved.tier_values == {"change": 9}  # two are gone, one is new


def test_what_the_case_no_longer_knows_is_gone_and_what_is_beyond_it_does_not_count(
    mini: Build,
) -> None:
    case = mini(tiers="change", months=6).case
    kept = (Stay("A1", "L", 4, 9, 1), Stay("A1", "GONE", 1, 2, 3), Stay("NOBODY", "L", 6, 7, 1))
    outcome = solve(Formulation(case, Settings(keep=kept)), Options(gap=0))
    assert outcome.plan.tier_values == {"change": 6 + 1}
    assert [(each.start, each.units) for each in outcome.plan.starts] == [(4, 1)]


def test_a_plan_to_keep_may_have_more_than_the_target(mini: Build) -> None:
    case = mini(offers=["A1,ALB,5,10"], lines=["L,kyiv,0,1"], months=3, tiers="change").case
    settings = Settings(keep=(Stay("A1", "L", 1, 3, 4),))
    assert solve(Formulation(case, settings), Options(gap=0)).plan.starts[0].units == 4


def test_change_comes_before_personnel_where_the_case_does_not_name_it(mini: Build) -> None:
    case = mini(tiers="critical, shortfall, personnel").case
    assert keeping(case).tiers == ("critical", "shortfall", "change", "personnel")
    assert keeping(replace(case, tiers=("critical",))).tiers == ("critical", "change")
    named = replace(case, tiers=("change", "critical"))
    assert keeping(named) is named


@pytest.mark.parametrize("seeds", chunks(80, 20), ids=lambda seeds: f"{seeds[0]}+")
def test_the_least_change_is_that_of_all_plans(tmp_path: Path, seeds: range) -> None:
    moved = 0
    for seed in seeds:
        rng = random.Random(seed)
        twice = countable(700_000 + seed, tmp_path, 300)
        plans = list(every_plan(twice.reference))
        # What was planned for another case: some of it cannot be any more.
        kept = stays(rng.choice(plans)) + stays(rng.choice(plans))
        tiers = ORDERS[seed % len(ORDERS)]
        case = replace(twice.case, tiers=tiers)
        settings = Settings(keep=kept)
        best = min(
            tuple(value(twice.reference, plan, tier, kept) for tier in tiers) for plan in plans
        )
        outcome = solve(Formulation(case, settings), Options(gap=0))
        what = f"{tiers} {kept}\n{twice}"
        assert outcome.status == "optimal", what
        assert tuple(outcome.plan.tier_values.values()) == best, what
        moved += outcome.plan.tier_values["change"] > 0
        assert Session(case, settings, Options(gap=0)).solve(Flips()).plan.tier_values == (
            outcome.plan.tier_values
        ), what
    assert moved > len(seeds) / 4
