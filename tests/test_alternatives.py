"""Alternatives are within the tolerance, as far apart as can be, and as many as there are."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from model.alternatives import alternatives
from model.domain import Settings
from model.moves import Spot, spots, stays
from model.outcome import Options
from model.plan import Plan
from tests import enumerated
from tests.conftest import Mini, chunks, countable
from tests.reference import contract

Build = Callable[..., Mini]


def there(plan: Plan) -> dict[Spot, int]:
    return dict(spots(stays(plan), plan.case.calendar.months))


def left(old: dict[Spot, int], new: dict[Spot, int]) -> Fraction:
    """Return the share of a plan's unit-months that another one does not keep."""
    kept = sum(min(units, new.get(spot, 0)) for spot, units in old.items())
    return 1 - Fraction(kept, max(1, sum(old.values())))


@pytest.mark.parametrize("seeds", chunks(40, 20), ids=lambda seeds: f"{seeds[0]}+")
def test_each_is_as_far_from_those_before_it_as_any_plan_could_be(
    tmp_path: Path, seeds: range
) -> None:
    several = 0
    for seed in seeds:
        twice = countable(800_000 + seed, tmp_path, 200)
        tolerance = random.Random(seed).choice((0.0, 0.1, 0.5))
        found = alternatives(twice.case, Settings(), 3, tolerance=tolerance, options=Options(gap=0))
        what = f"tolerance {tolerance}\n{twice}"
        assert found.in_time, what
        near = within(twice.reference, twice.case.tiers, found.tier, tolerance)
        earlier = [there(found.plans[0].plan)]
        for each in found.plans[1:]:
            most = max(min(left(old, new) for old in earlier) for new in near)
            assert each.apart == pytest.approx(float(most), abs=1e-6), what
            assert each.proven, what
            assert there(each.plan) in near, what
            earlier.append(there(each.plan))
        if len(found.plans) < 3:
            most = max(min(left(old, new) for old in earlier) for new in near)
            assert found.exhausted, what
            assert float(most) <= found.next_apart + 1e-6, what
            assert found.next_apart < 0.1, what
        several += len(found.plans) > 1
        core = found.core
        assert core == {
            spot: units
            for spot in earlier[0]
            if (units := min(each.get(spot, 0) for each in earlier))
        }, what
    assert several > len(seeds) / 4


def within(
    case: contract.Case, tiers: tuple[str, ...], tier: str, tolerance: float
) -> list[dict[Spot, int]]:
    """Return every plan within the tolerance, the tiers before the one with it held."""
    names = tiers[: tiers.index(tier) + 1]
    plans = [
        (tuple(enumerated.value(case, plan, each) for each in names), plan)
        for plan in enumerated.every_plan(case)
    ]
    best = min(values for values, _ in plans)
    most = float(best[-1]) * (1 + tolerance) + 1e-6
    return [
        dict(spots(enumerated.stays(plan), case.months))
        for values, plan in plans
        if values[:-1] == best[:-1] and float(values[-1]) <= most
    ]


def test_nobody_is_sent_out_only_to_be_different(mini: Build) -> None:
    case = mini(
        offers=["A1,ALB,1,10", "B1,BEL,1,10"],
        lines=["L,kyiv,0,1"],
        months=3,
        tiers="critical, shortfall, personnel",
    ).case
    found = alternatives(case, Settings(), 3)
    assert [each.plan.tier_values["personnel"] for each in found.plans] == [30, 30]
    assert {each.plan.starts[0].offer for each in found.plans} == {"A1", "B1"}
    assert (found.exhausted, found.next_apart) == (True, 0)


def test_a_search_that_had_no_time_says_so(mini: Build) -> None:
    case = mini(offers=["A1,ALB,2,10", "B1,BEL,2,10"], months=3).case
    found = alternatives(case, Settings(), 3, options=Options(time_limit=1e-6))
    assert (len(found.plans), found.exhausted, found.in_time) == (1, False, False)
