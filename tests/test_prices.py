"""Prices are what brute force finds: each caveat lifted alone, and every set that helps together."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import model.terms
from model import relaxing
from model.case import Case
from model.domain import Pending, Settings
from model.formulation import Formulation
from model.highs import Answer
from model.outcome import Options, Outcome
from model.prices import TIERS, PriceList, from_outcomes, prices
from model.session import BASE, Flips, Session
from model.solver import solve
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

Build = Callable[..., Mini]
Values = tuple[Fraction, ...]
CLOSE = 1e-5


def least(case: Case, settings: Settings) -> Values:
    """Return the least critical shortfall, and the least shortfall with it."""
    outcome = solve(Formulation(replace(case, tiers=TIERS), settings), Options(gap=0))
    assert outcome.status == "optimal"
    return tuple(outcome.plan.tier_values[tier] for tier in TIERS)


def names(found: PriceList) -> set[frozenset[str]]:
    return {frozenset(price.names) for price in found.together or ()}


@pytest.mark.parametrize("seeds", chunks(60, 20), ids=lambda seeds: f"{seeds[0]}+")
def test_prices_alone_and_together_are_those_of_brute_force(tmp_path: Path, seeds: range) -> None:
    gained = several = 0
    for seed in seeds:
        rng = random.Random(seed)
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0))
        pending: Pending = "refused" if seed % 3 == 0 else "granted"
        settings = Settings(pending=pending)
        # A second caveat that says the same makes the first worth nothing alone.
        twins = rng.sample(twice.case.active_caveats, min(2, len(twice.case.active_caveats)))
        drawn = (
            *twice.case.caveats,
            *(each.model_copy(update={"id": f"{each.id}-TWIN"}) for each in twins),
        )
        red = frozenset(each.id for each in drawn if rng.random() < 0.1)
        case = replace(
            twice.case,
            caveats=tuple(each.model_copy(update={"red_line": each.id in red}) for each in drawn),
        )
        limits = [each.id for each in (*case.active_caveats, *case.active_rules)]
        what = f"pending {pending}, red {sorted(red)}\n{twice}"
        found = prices(case, settings, also=("rule",))
        now = least(case, settings)
        alone = {name: least(case.turned(off=[name]), settings) for name in limits}
        assert {price.names for price in found.alone} == {(name,) for name in limits}, what
        assert found.in_time, what
        assert found.complete, what
        for price in found.alone:
            after = alone[price.names[0]]
            for tier, before, value in zip(TIERS, now, after, strict=True):
                interval = price.gains[tier]
                assert interval.exact, what
                assert interval.low == pytest.approx(float(before - value), abs=CLOSE), what
            assert price.helps is (after < now), what
            gained += after < now
        idle = sorted(name for name, value in alone.items() if value >= now and name not in red)
        better = [
            frozenset(some)
            for size in range(2, len(idle) + 1)
            for some in itertools.combinations(idle, size)
            if least(case.turned(off=some), settings) < now
        ]
        minimal = {some for some in better if not any(other < some for other in better)}
        assert names(found) == minimal, what
        several += len(minimal)
    assert gained + several > len(seeds) / 4
    assert several


def test_a_solve_of_all_tiers_tells_the_same_price_or_none(tmp_path: Path) -> None:
    told = gained = 0
    for seed in range(24):
        case = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0)).case
        limits = [*case.active_caveats, *case.active_rules]
        alone = {e.names[0]: e for e in prices(case, Settings(), also=("rule",)).alone}
        session = Session(case, Settings(), Options(gap=0))
        base = session.solve()
        for limit in limits:
            flips = Flips(lifted=frozenset({limit.id}))
            other = session.solve(flips)
            found = from_outcomes(limit, base, other)
            if case.tiers[:2] != TIERS:
                assert found is None
                continue
            assert found is not None
            right = alone[limit.id]
            assert (found.names, found.red, found.cost) == (right.names, right.red, right.cost)
            assert found.helps is right.helps, f"{limit.id} {seed}"
            for tier in TIERS:
                assert found.gains[tier].low == pytest.approx(right.gains[tier].low, abs=CLOSE)
                assert found.gains[tier].high == pytest.approx(right.gains[tier].high, abs=CLOSE)
            # What was found, told again, is the same outcome.
            again = session.again(flips, other.found())
            assert (again.tiers, again.status) == (other.tiers, other.status)
            assert again.plan.starts == other.plan.starts
            told, gained = told + 1, gained + bool(found.helps)
            cut = replace(other, tiers=tuple(replace(e, bound=e.value - 1) for e in other.tiers))
            assert from_outcomes(limit, base, cut) is None
    assert told > 20
    assert gained


def test_intervals_hold_the_truth_when_the_search_is_cut_short(tmp_path: Path) -> None:
    cut = 0
    for seed in range(12):
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=1, plans=0))
        whole = prices(twice.case, Settings(), together=False)
        truth = {price.names: price.gains for price in whole.alone}
        for asked in (0, 5, 20, 60):
            calls = itertools.count()
            part = prices(twice.case, Settings(), stopped=lambda c=calls, n=asked: next(c) >= n)  # type: ignore[misc]
            for price in part.alone:
                for tier in TIERS:
                    low, high = price.gains[tier].low, price.gains[tier].high
                    right = truth[price.names][tier].low
                    assert low - CLOSE <= right <= high + CLOSE, f"{asked} {price.names} {twice}"
                    cut += low < high
            assert not (part.in_time and part.complete) or all(
                each.gains[tier].exact for each in part.alone for tier in TIERS
            )
    assert cut


TWO_LOCKS = (
    "id: C, kind: exclusion, nation: ALB",
    "id: D, kind: basing, nation: ALB, barred: [ukraine]",
    "id: E, kind: exclusion, nation: BEL",
)


def test_a_second_lock_makes_two_caveats_worth_nothing_alone_and_much_together(mini: Build) -> None:
    case = mini(*TWO_LOCKS, offers=["A1,ALB,2,100", "B1,BEL,1,100"], months=3).case
    found = prices(case, Settings())
    assert [(price.names, price.helps, price.proof) for price in found.alone] == [
        (("E",), True, "solved"),
        (("C",), False, "same program"),
        (("D",), False, "same program"),
    ]
    assert names(found) == {frozenset("CD")}
    assert found.together is not None
    [pair] = found.together
    # All of the target in three months; the minimum is half of it.
    assert [pair.gains[tier].low for tier in TIERS] == [1.5, 3]
    assert pair.plan.tier_values["shortfall"] == 0


def test_red_lines_are_priced_last_and_stand_in_no_set(mini: Build) -> None:
    red = tuple(f"{each}, red_line: true" if "id: C" in each else each for each in TWO_LOCKS)
    case = mini(*red, offers=["A1,ALB,2,100", "B1,BEL,1,100"], months=3).case
    found = prices(case, Settings())
    assert [price.names for price in found.alone] == [("E",), ("D",), ("C",)]
    assert found.alone[-1].red
    assert names(found) == set()
    assert found.complete


def test_votes_and_conditions_are_priced_where_they_fail(mini: Build) -> None:
    case = mini(
        "id: V, kind: approval, nation: ALB, status: pending, probability: 0.5",
        "id: N, kind: condition, nation: BEL, requires: [y]",
        "id: Z, kind: condition, nation: BEL, requires: [z], active: false",
        offers=["A1,ALB,1,100", "B1,BEL,1,100"],
        months=3,
    ).case
    also = ("vote", "condition")
    for pending, expected in (
        ("granted", {"y": "condition"}),
        ("refused", {"y": "condition", "V": "vote"}),
    ):
        found = prices(case, Settings(pending=pending), also=also)  # type: ignore[arg-type]
        true = {p.names[0]: p.what for p in found.alone if p.what in also}
        assert true == expected
        assert all(p.helps for p in found.alone if p.what in also)


def test_lifting_what_shortens_tours_may_cost(mini: Build) -> None:
    # One month in place and none of rest serves every month; the own tour of three rests for three.
    case = mini(
        "id: T, kind: endurance, nation: ALB, tour: 1",
        offers=["A1,ALB,1,100,dwell=0", "A2,ALB,1,100"],
        lines=["L,kyiv,1,1"],
        step=1,
    ).case
    [price] = prices(case, Settings()).alone
    assert price.helps is False
    assert price.gains["critical"].high <= 0


def test_nothing_solved_leaves_ends_that_are_known_all_the_same(mini: Build) -> None:
    case = mini(*TWO_LOCKS, months=3).case
    calls = itertools.count()
    found = prices(case, Settings(), stopped=lambda: next(calls) > 12)
    for price in found.alone:
        assert price.gains["critical"].low == 0
        assert price.gains["critical"].high < math.inf


# A solver that errs

LOST = "the solver's process ended with status 7; another one was started and gave this answer"


def crossed(mini: Build) -> Case:
    """Nations that may not be on one line together: more than the first guess solves."""
    return mini(
        "id: C, kind: exclusion, nation: ALB, applies_to: {lines: [L]}",
        "id: D, kind: ceiling, nation: BEL, units: 2",
        offers=["A1,ALB,2,100", "B1,BEL,3,70", "D1,DNK,1,30"],
        lines=["L,kyiv,1,2,max_nations=1", "M,kyiv,1,3", "N,lviv,2,2,from=2,until=5"],
        months=8, tour=3, dwell=2, step=1,
    ).case  # fmt: skip


def told(found: PriceList) -> list[object]:
    return [
        (each.names, each.proof, each.gains) for each in (*found.alone, *(found.together or ()))
    ]


def caught_at_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the case as it is, and every flip that is shared out, lose a process."""
    usual, alone = Session.solve_all, Session.solve

    def first(self: Session, flips: Flips = BASE, **more: Any) -> Outcome:
        outcome = alone(self, flips, **more)
        return replace(outcome, events=(LOST, *outcome.events)) if flips == BASE else outcome

    def lost(self: Session, *given: Any, **more: Any) -> list[Outcome | None]:
        return [
            each and replace(each, events=(LOST, *each.events))
            for each in usual(self, *given, **more)
        ]

    monkeypatch.setattr(Session, "solve", first)
    monkeypatch.setattr(Session, "solve_all", lost)


def test_prices_of_a_solver_that_calls_all_infeasible_are_the_right_ones_and_say_so(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = crossed(mini)
    right = prices(case, Settings())
    assert right.events == ()
    calls_infeasible(monkeypatch, model.terms)
    found = prices(case, Settings())
    assert told(found) == told(right)
    assert (found.complete, found.in_time) == (right.complete, right.in_time)
    assert any(NEVER in each for each in found.base.events)
    # Of what each flip met, too.
    assert sum(map(often, found.events)) > sum(map(often, found.base.events))


def often(event: str) -> int:
    """Return how often an event is told to have been met."""
    counted = re.search(r"\((\d+) times\)$", event)
    return int(counted[1]) if counted else 1


def test_prices_of_sets_tell_what_the_search_for_them_was_caught_at(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = mini(*TWO_LOCKS, offers=["A1,ALB,2,100", "B1,BEL,1,100"], months=3).case
    right = prices(case, Settings())
    calls_infeasible(monkeypatch, relaxing)
    found = prices(case, Settings())
    assert told(found) == told(right)
    assert names(found) == {frozenset("CD")}
    assert found.complete
    (event,) = found.events
    assert event.startswith(NO_SET)


def test_prices_do_not_say_that_no_set_helps_where_a_plan_shows_one(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = mini(*TWO_LOCKS, offers=["A1,ALB,2,100", "B1,BEL,1,100"], months=3).case
    none = Answer("infeasible", None, -math.inf, "Infeasible")
    monkeypatch.setattr(relaxing, "minimise", lambda *given, **more: none)
    found = prices(case, Settings())
    assert (found.together, found.complete) == ((), False)
    (event,) = found.events
    assert event.startswith("HiGHS said twice that no set of caveats helps only together")


def test_prices_of_a_set_that_a_smaller_one_refutes_are_not_told(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = mini(
        *TWO_LOCKS,
        "id: F, kind: exclusion, nation: DNK",
        offers=["A1,ALB,2,100", "B1,BEL,1,100"],
        months=3,
    ).case
    right = prices(case, Settings())
    calls_the_dearest_cheapest(monkeypatch)
    found = prices(case, Settings())
    assert right.complete
    assert not found.complete
    assert names(found) == names(right) == {frozenset("CD")}


def test_prices_tell_once_that_processes_were_lost_and_how_often(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = crossed(mini)
    caught_at_lost(monkeypatch)
    found = prices(case, Settings(), together=False)
    solved = sum(each.proof == "solved" for each in found.alone)
    assert solved > 1
    assert found.events == (f"{LOST} ({1 + solved} times)",)
