"""Why an offer is in place or not agrees with the checker and with a forced solve, always."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import model.terms
from model import relaxing
from model.asks import goal_of
from model.case import Case
from model.domain import Pending, Pin, Settings
from model.eligibility import candidates
from model.events import merged
from model.formulation import Formulation
from model.outcome import Contradiction, Options
from model.solver import solve
from model.why import Why, why, why_gap
from tests.conftest import (
    NEVER,
    NO_SET,
    Mini,
    calls_infeasible,
    calls_the_dearest_cheapest,
    chunks,
)
from tests.reference.random_cases import Sizes
from tests.test_all_kinds import crowded
from tests.test_prices import crossed

Build = Callable[..., Mini]
EXACT = Options(gap=0)


def forced(case: Case, settings: Settings, pin: Pin) -> dict[str, Fraction] | None:
    """Return the tiers of the best plan that keeps a pin; None where there is none."""
    pinned = replace(case, pins=(*case.pins, pin))
    try:
        outcome = solve(Formulation(pinned, settings), EXACT)
    except Contradiction:
        return None
    assert not list(outcome.plan.violations())
    return outcome.plan.tier_values


def lifted(case: Case, names: frozenset[str]) -> Case:
    kept = tuple(each for each in case.forbids if each.gate not in names)
    return replace(case.turned(off=names), forbids=kept)


@pytest.mark.parametrize("seeds", chunks(40, 20), ids=lambda seeds: f"{seeds[0]}+")
def test_why_agrees_with_a_solve_for_every_tour_that_was_meant(
    tmp_path: Path, seeds: range
) -> None:
    told: dict[str, int] = {}
    for seed in seeds:
        rng = random.Random(seed)
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=1, plans=0))
        pending: Pending = "refused" if seed % 3 == 0 else "granted"
        case, settings = twice.case, Settings(pending=pending)
        base = solve(Formulation(case, settings), EXACT).plan
        meant = [
            (offer, line)
            for offer in case.offers
            for line in (None, *(each for each in case.lines if case.rate(offer, each)))
        ]
        for offer, line in meant:
            month = rng.choice([None, None, *case.months])
            found = why(case, settings, offer, line=line, month=month, options=EXACT)
            told[found.verdict] = told.get(found.verdict, 0) + 1
            what = f"{offer.offer} on {line and line.line} in {month} {pending}\n{twice}"
            ways = [
                each
                for each in candidates(case, settings)
                if each.assignment.offer is offer
                and line in (None, each.assignment.line)
                and (month is None or month in each.assignment.months)
            ]
            assert {way.assignment.key for way in found.ways} == {
                way.assignment.key for way in ways
            }, what
            assert (found.verdict == "no way") is (not ways), what
            pins = [
                Pin(
                    offer.offer,
                    way.assignment.line.line,
                    way.assignment.start,
                    1,
                    way.assignment.area,
                )
                for way in ways
            ]
            values = [value for pin in pins if (value := forced(case, settings, pin))]
            if found.verdict == "forbidden":
                assert not values, what
                assert found.locks is not None, what
                assert found.locks.complete, what
                for some in found.locks.sets:
                    free = lifted(case, some)
                    assert why(free, settings, offer, line=line, month=month).verdict in (
                        "allowed",
                        "in place",
                    ), what
                    for name in some:
                        less = lifted(case, some - {name})
                        again = why(less, settings, offer, line=line, month=month)
                        assert again.verdict in ("forbidden", "no way"), what
            if found.verdict == "in place":
                assert base.tier_values == found.base.plan.tier_values, what
                assert any(list(v.values()) == list(base.tier_values.values()) for v in values), (
                    what
                )
            if found.verdict == "allowed":
                assert found.forced is not None, what
                best = min(list(value.values()) for value in values)
                assert list(found.forced.plan.tier_values.values()) == best, what
                assert any(
                    start[:4] in {way.assignment.key for way in ways}
                    for start in found.forced.plan.starts
                ), what
    assert {verdict for verdict, count in told.items() if count > 2} >= {
        "forbidden",
        "allowed",
        "in place",
    }, told


def test_why_gap_finds_the_least_that_any_plan_misses(tmp_path: Path) -> None:
    narrower = locked = 0
    for seed in range(30):
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=4, rules=1, plans=0))
        case, settings = twice.case, Settings()
        for line in case.lines:
            if not case.demanded(line):
                continue
            found = why_gap(case, settings, line, options=EXACT)
            assert found.proven, f"{line.line} {twice}"
            assert found.floor <= found.now + 1e-6
            goal = goal_of(case, f"{line.line}=0")
            covered = goal.measure(found.least.plan)
            months = case.weight(line) * len(case.demanded(line))
            assert float((1 - covered) * months) == pytest.approx(found.floor, abs=1e-5)
            assert found.can_narrow is (goal.measure(found.base.plan) < covered)
            narrower += found.can_narrow
            if found.locks is None:
                assert covered == 1
                continue
            for some in found.locks.sets:
                better = why_gap(lifted(case, some), settings, line, options=EXACT)
                assert better.floor < found.floor - 1e-6, f"{line.line} {some} {twice}"
                locked += 1
    assert narrower > 2
    assert locked > 2


def test_a_cell_that_two_caveats_lock_needs_both_lifted(mini: Build) -> None:
    case = mini(
        "id: C, kind: exclusion, nation: ALB",
        "id: D, kind: ceiling, nation: ALB, units: 0",
        offers=["A1,ALB,1,100"],
        lines=["L,kyiv,1,1"],
        months=3,
    ).case
    [offer] = case.offers
    found = why(case, Settings(), offer)
    assert found.verdict == "forbidden"
    assert found.locks is not None
    assert found.locks.sets == (frozenset("CD"),)
    assert found.locks.complete
    gap = why_gap(case, Settings(), case.lines[0])
    assert not gap.can_narrow
    assert gap.locks is not None
    assert gap.locks.sets == (frozenset("CD"),)


def test_what_an_offer_displaces_is_what_it_costs(mini: Build) -> None:
    # Either serves L, one may: the dearer one costs its people.
    case = mini(
        offers=["A1,ALB,1,100", "B1,BEL,1,150"],
        lines=["L,kyiv,1,1"],
        months=3,
        tiers="critical, shortfall, personnel",
    ).case
    found = why(case, Settings(), case.offer_by_id["B1"])
    assert found.verdict == "allowed"
    assert found.forced is not None
    costs = {
        tier: found.forced.plan.tier_values[tier] - value
        for tier, value in found.base.plan.tier_values.items()
    }
    assert costs == {"critical": 0, "shortfall": 0, "personnel": 150}
    assert why(case, Settings(), case.offer_by_id["A1"]).verdict == "in place"
    assert why(case, Settings(), case.offer_by_id["A1"], month=9).verdict == "no way"


def test_a_gap_can_be_asked_of_where_the_case_leaves_the_tier_out(mini: Build) -> None:
    case = mini(offers=["A1,ALB,1,100"], months=3, tiers="critical").case
    gap = why_gap(case, Settings(), case.lines[0])
    assert gap.floor == pytest.approx(1.5)
    assert gap.locks is not None
    assert gap.locks.sets == ()


# A solver that errs


def test_why_of_a_solver_that_calls_all_infeasible_is_the_right_one_and_says_so(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = crossed(mini)
    cells = [(offer, line) for offer in case.offers for line in case.lines]
    right = [why(case, Settings(), offer, line=line) for offer, line in cells]
    assert not any(each.events for each in right)
    calls_infeasible(monkeypatch, model.terms, relaxing)
    found = [why(case, Settings(), offer, line=line) for offer, line in cells]
    # A plan that is as good may have in place what the other only could have.
    assert [_said(each) for each in found] == [_said(each) for each in right]
    assert {"forbidden", "allowed"} < {each.verdict for each in found}
    for each in found:
        assert any(NEVER in event for event in each.base.events)
        if each.forced is not None:
            assert any(NEVER in event for event in each.forced.events)
            assert each.events == merged(each.base.events, each.forced.events)
        elif each.locks is not None:
            assert each.events[:-1] == each.base.events
            assert each.events[-1].startswith(NO_SET)


def _said(found: Why) -> tuple[object, ...]:
    costs = [tier.value for tier in (found.forced or found.base).tiers]
    return found.verdict == "forbidden", found.locks, costs


def test_why_gap_of_a_solver_that_calls_all_infeasible_is_the_right_one_and_says_so(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = crossed(mini)
    right = why_gap(case, Settings(), case.lines[0])
    assert right.events == ()
    calls_infeasible(monkeypatch, model.terms, relaxing)
    found = why_gap(case, Settings(), case.lines[0])
    assert (found.now, found.floor, found.locks) == (right.now, right.floor, right.locks)
    assert found.proven
    assert found.events[:-1] == merged(found.base.events, found.least.events)
    assert found.base.events
    assert found.least.events
    assert found.events[-1].startswith(NO_SET)


def test_a_set_in_the_way_that_a_smaller_one_refutes_is_not_told(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = mini(
        "id: C, kind: exclusion, nation: ALB",
        "id: D, kind: exclusion, nation: BEL",
        offers=["A1,ALB,1,100", "B1,BEL,1,100"],
        lines=["L,kyiv,1,1"],
        months=3,
    ).case
    calls_the_dearest_cheapest(monkeypatch)
    gap = why_gap(case, Settings(), case.lines[0])
    assert gap.locks is not None
    assert (gap.locks.sets, gap.locks.complete) == ((), False)
    assert any("gave a cheaper one after it" in event for event in gap.events)
