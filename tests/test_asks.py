"""The sets to ask for are all minimal sets that reach a goal, cheapest first, and no others."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import model.terms
from model import relaxing
from model.asks import Asks, _Asked, asks, goal_of
from model.case import Case
from model.domain import Pending, Pin, Settings
from model.formulation import Formulation
from model.highs import Answer
from model.outcome import Contradiction, Options, OutOfTime
from model.plan import Plan
from model.solver import solve
from reports.asked import _proof
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


def least(case: Case, settings: Settings) -> Fraction:
    """Return the least critical shortfall of a case."""
    outcome = solve(Formulation(replace(case, tiers=("critical",)), settings), Options(gap=0))
    return outcome.plan.tier_values["critical"]


def names(found: Asks) -> list[set[str]]:
    return [{caveat.id for caveat in ask.caveats} for ask in found.found]


@pytest.mark.parametrize("seeds", chunks(160, 20), ids=lambda seeds: f"{seeds[0]}+")
def test_all_minimal_sets_are_found_cheapest_first(tmp_path: Path, seeds: range) -> None:
    several = 0
    for seed in seeds:
        rng = random.Random(seed)
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0))
        pending: Pending = "refused" if seed % 3 == 0 else "granted"
        settings = Settings(pending=pending)
        prices = {each.id: Fraction(rng.randint(0, 3)) for each in twice.case.caveats}
        red = frozenset(name for name in prices if rng.random() < 0.2)
        case = replace(
            twice.case,
            caveats=tuple(
                each.model_copy(update={"ask_cost": prices[each.id], "red_line": each.id in red})
                for each in twice.case.caveats
            ),
        )
        free = sorted(each.id for each in case.active_caveats if each.id not in red)
        subsets = [
            frozenset(some)
            for size in range(len(free) + 1)
            for some in itertools.combinations(free, size)
        ]
        reached = {some: least(case.turned(off=some), settings) for some in subsets}
        value = rng.choice(sorted(set(reached.values())))
        enough = [some for some in subsets if reached[some] <= value]
        minimal = {some for some in enough if not any(other < some for other in enough)}
        found = asks(case, settings, goal_of(case, f"critical={value}"), options=Options(gap=0))
        what = f"critical {value}, pending {pending}, red {sorted(red)}, {prices}\n{twice}"
        assert set(map(frozenset, names(found))) == minimal, what
        assert len(found.found) == len(minimal), what
        assert found.complete, what
        costs = [sum(prices[name] for name in each) for each in names(found)]
        assert costs == sorted(costs), what
        assert [ask.cost for ask in found.found] == costs, what
        assert all(ask.reaches <= value for ask in found.found), what
        several += len(minimal) > 1 or any(minimal)
    assert several > len(seeds) / 20


CAMUS = (
    "id: C2, kind: basing, nation: ALB, barred: [ukraine]",
    "id: C3, kind: partner, nation: ALB, with: [BEL], scope: role",
    "id: C4, kind: exclusion, nation: BEL",
    "id: C5, kind: partner, nation: ALB, with: [POL], scope: role",
    "id: C6, kind: basing, nation: POL, barred: [ukraine]",
)


def test_the_published_example_of_minimal_relaxations(mini: Build) -> None:
    # Liffiton and Sakallah: the sets to lift are {2,3,5} {2,3,6} {2,4,5} {2,4,6}, or the gap is
    # accepted. Here the demand C1 that A's battalion deploys is the goal.
    case = mini(
        *CAMUS,
        offers=["A,ALB,1,100", "B,BEL,1,100,capability=eng", "P,POL,1,100,capability=eng"],
        lines=["L,kyiv,1,1", "M,kyiv,0,1,capability=eng", "N,kyiv,0,1,capability=eng"],
        months=3,
        extra="",
    ).case
    found = asks(case, Settings(), goal_of(case, "critical=0"))
    assert sorted(map(sorted, names(found))) == [
        ["C2", "C3", "C5"],
        ["C2", "C3", "C6"],
        ["C2", "C4", "C5"],
        ["C2", "C4", "C6"],
    ]
    assert found.complete


def test_a_goal_that_nothing_reaches_is_answered_by_the_gap_that_stays(mini: Build) -> None:
    case = mini("id: C, kind: exclusion, nation: ALB", lines=["L,kyiv,3,3"], months=3).case
    found = asks(case, Settings(), goal_of(case, "critical=0"))
    assert found.found == ()
    assert found.complete
    assert found.best == 1  # one of three units is missing in three months


def test_a_goal_that_is_reached_already_asks_nobody(mini: Build) -> None:
    case = mini("id: C, kind: exclusion, nation: BEL", months=3).case
    found = asks(case, Settings(), goal_of(case, "coverage=1"))
    assert names(found) == [set()]


def test_a_goal_can_be_about_a_role_or_a_line(mini: Build) -> None:
    case = mini(
        "id: C, kind: exclusion, nation: ALB, applies_to: {lines: [L]}",
        "id: D, kind: exclusion, nation: ALB, applies_to: {lines: [K]}",
        lines=["L,kyiv,1,1", "K,lviv,1,1,role=sea"],
        months=3,
    ).case
    assert names(asks(case, Settings(), goal_of(case, "L=1"))) == [{"C"}]
    assert names(asks(case, Settings(), goal_of(case, "sea=1"))) == [{"D"}]
    assert names(asks(case, Settings(), goal_of(case, "coverage=1"))) == [{"C", "D"}]
    assert names(asks(case, Settings(), goal_of(case, "coverage=0.5"))) == [{"C"}, {"D"}]


def test_a_red_line_is_never_asked_for(mini: Build) -> None:
    case = mini("id: C, kind: exclusion, nation: ALB, red_line: true", months=3).case
    found = asks(case, Settings(), goal_of(case, "critical=0"))
    assert found.found == ()


def test_what_is_asked_for_keeps_every_pin(mini: Build) -> None:
    # Once D is lifted, A1 could serve L in every month; the pin ties it to K.
    case = mini(
        "id: C, kind: exclusion, nation: BEL",
        "id: D, kind: exclusion, nation: ALB, applies_to: {lines: [L]}",
        offers=["A1,ALB,1,100", "B1,BEL,1,100"],
        lines=["L,kyiv,1,1", "K,kyiv,0,1"],
        months=3,
    ).case
    pinned = replace(case, pins=(Pin("A1", "K", 1, 1),))
    assert len(names(asks(case, Settings(), goal_of(case, "L=1")))) == 2
    assert names(asks(pinned, Settings(), goal_of(case, "L=1"))) == [{"C"}]
    kept_by_nobody = replace(case, pins=(Pin("A1", "L", 1, 1),))
    with pytest.raises(Contradiction):
        asks(kept_by_nobody, Settings(), goal_of(case, "L=1"))


def test_sets_found_before_the_time_was_over_are_kept_and_said_not_to_be_all(mini: Build) -> None:
    case = mini(
        "id: C, kind: exclusion, nation: ALB",
        "id: D, kind: exclusion, nation: BEL",
        offers=["A1,ALB,1,100", "B1,BEL,1,100"],
        lines=["L,kyiv,1,1"],
        months=3,
    ).case
    stop: list[bool] = []
    found = asks(
        case,
        Settings(),
        goal_of(case, "critical=0"),
        on_found=lambda ask: stop.append(True),
        stopped=lambda: bool(stop),
    )
    assert [len(each) for each in names(found)] == [1]
    assert not found.complete
    assert not found.in_time
    few = asks(case, Settings(), goal_of(case, "critical=0"), most=1)
    assert [len(each) for each in names(few)] == [1]
    assert not few.complete
    assert few.in_time


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("critical", "allowed: NAME=NUMBER"),
        ("critical=x", "allowed: NAME=NUMBER"),
        ("critical=-1", "0 or more"),
        ("coverage=1.1", "from 0 to 1"),
        ("lnd=0.5", "land"),
        ("L9=1", "nothing to have a goal for"),
        ("critical=1/0", "allowed: NAME=NUMBER"),
    ],
)
def test_what_is_no_goal_is_refused_in_words(mini: Build, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        goal_of(mini().case, text)


# A solver that errs


def either(mini: Build) -> Case:
    """A line that either of two caveats keeps from being covered; the second is cheaper to ask."""
    return mini(
        "id: C, kind: exclusion, nation: ALB, ask_cost: 3",
        "id: D, kind: exclusion, nation: BEL",
        offers=["A1,ALB,1,100", "B1,BEL,1,100"],
        lines=["L,kyiv,1,1"],
        months=3,
    ).case


def test_asks_of_a_solver_that_calls_all_infeasible_are_the_right_ones_and_say_so(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = either(mini)
    right = asks(case, Settings(), goal_of(case, "critical=0"))
    assert (names(right), right.complete, right.events) == ([{"D"}, {"C"}], True, ())
    calls_infeasible(monkeypatch, model.terms, relaxing)
    found = asks(case, Settings(), goal_of(case, "critical=0"))
    assert (names(found), found.complete, found.in_time) == ([{"D"}, {"C"}], True, True)
    assert all(each.proven for each in found.found)
    assert any(NO_SET in each and each.endswith("(2 times)") for each in found.events)


def test_asks_tell_what_the_search_for_the_plan_as_it_is_was_caught_at(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = crossed(mini)
    right = asks(case, Settings(), goal_of(case, "critical=0"))
    calls_infeasible(monkeypatch, model.terms)
    found = asks(case, Settings(), goal_of(case, "critical=0"))
    assert (names(found), found.now) == (names(right), right.now)
    assert any(NEVER in each for each in found.events)


@pytest.mark.parametrize("most", [1, 20])
def test_a_set_of_asks_that_a_cheaper_one_refutes_is_not_said_to_be_the_cheapest(
    mini: Build, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    case = either(mini)
    calls_the_dearest_cheapest(monkeypatch)
    found = asks(case, Settings(), goal_of(case, "critical=0"), most=most)
    costs = [each.cost for each in found.found]
    assert costs == sorted(costs)
    assert not any(each.proven for each in found.found)
    assert not found.complete
    assert not found.in_time
    assert any("gave a cheaper one after it" in each for each in found.events)


def test_asks_do_not_say_that_no_set_is_enough_where_a_plan_shows_one(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = either(mini)
    none = Answer("infeasible", None, -math.inf, "Infeasible")
    monkeypatch.setattr(relaxing, "minimise", lambda *given, **more: none)
    found = asks(case, Settings(), goal_of(case, "critical=0"))
    assert (names(found), found.found[0].cost, found.found[0].proven) == ([{"C", "D"}], 4, False)
    assert not found.complete
    assert not found.in_time
    assert found.best is None
    (event,) = found.events
    assert event.startswith("HiGHS said twice that no set that could be lifted is enough")


def test_asks_do_not_ask_for_anything_where_the_plan_as_it_is_reaches_the_goal(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = either(mini)
    now = asks(case, Settings(), goal_of(case, "critical=0")).now
    none = Answer("infeasible", None, -math.inf, "Infeasible")
    monkeypatch.setattr(relaxing, "minimise", lambda *given, **more: none)
    found = asks(case, Settings(), goal_of(case, f"critical={now}"))
    assert (names(found), found.found[0].proven, found.complete) == ([set()], True, True)
    (event,) = found.events
    assert "that needs none" in event


def test_a_gap_is_not_accepted_as_proven_without_the_plan_that_would_refute_it(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = either(mini)
    none = Answer("infeasible", None, -math.inf, "Infeasible")
    monkeypatch.setattr(relaxing, "minimise", lambda *given, **more: none)
    usual = _Asked.least

    def in_time(self: _Asked, lifted: frozenset[str], *more: Any) -> Plan:
        if lifted:
            raise OutOfTime("the time is over")
        return usual(self, lifted, *more)

    monkeypatch.setattr(_Asked, "least", in_time)
    found = asks(case, Settings(), goal_of(case, "critical=0"))
    assert (found.found, found.complete, found.in_time) == ((), False, False)
    assert found.best is None
    assert "Not proven" in _proof(found)
