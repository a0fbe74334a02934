"""A program with switches, any of them lifted, is the program of the case without these."""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import relaxing
from model.domain import Pending, Settings
from model.events import Events
from model.formulation import Formulation
from model.highs import Answer
from model.outcome import Options, OutOfTime
from model.program import INFINITY, Program, Row, compile_program
from model.relaxing import cheapest, every
from model.search import search
from model.solver import solve
from model.terms import Terms
from tests.conftest import NO_SET, calls_infeasible, chunks
from tests.reference.random_cases import Sizes
from tests.test_all_kinds import crowded

DRIFT = 1e-3
"""What is missing may be a little more than it must be while its tier is held."""


def least(program: Program) -> list[float]:
    """Return the least value of each tier in turn."""
    terms = Terms(0.0, time.monotonic() + 60, 0, lambda tier: None, lambda: False)
    point, bounds = search(program, terms)
    values = [goal.constant + float(goal.costs @ point) for goal in program.goals]
    proven = [goal.constant + bound for goal, bound in zip(program.goals, bounds, strict=True)]
    assert values == pytest.approx(proven, abs=DRIFT)
    return values


def at(formulation: Formulation, lifted: Collection[str]) -> Program:
    """Return the program with its switches set."""
    program = compile_program(formulation)
    if "conditional" in formulation.tiers:
        program = program.doubting(formulation.doubtful(frozenset(lifted)))
    return program.switched(lifted)


@pytest.mark.parametrize("seeds", chunks(240, 30), ids=lambda seeds: f"{seeds[0]}+")
def test_lifting_a_switch_is_lifting_the_caveat(tmp_path: Path, seeds: range) -> None:
    changed = 0
    for seed in seeds:
        rng = random.Random(seed)
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0))
        pending: Pending = "refused" if seed % 3 == 0 else "granted"
        case, settings = twice.case, Settings(pending=pending)
        ids = [each.id for each in (*case.active_caveats, *case.active_rules)]
        liftable = frozenset(rng.sample(ids, rng.randint(1, len(ids)))) if ids else frozenset()
        formulation = Formulation(case, settings, liftable)
        lifted = frozenset(each for each in sorted(liftable) if rng.random() < 0.5)
        if seed % 2:
            lifted = frozenset(rng.sample(sorted(liftable), min(1, len(liftable))))
        alone = solve(Formulation(case.turned(off=lifted), settings), Options(gap=0))
        wanted = [float(tier.value) for tier in alone.tiers]
        what = f"pending {pending}, of {sorted(liftable)} lifted {sorted(lifted)}\n{twice}"
        assert least(at(formulation, lifted)) == pytest.approx(wanted, abs=DRIFT), what
        base = solve(Formulation(case, settings), Options(gap=0))
        changed += [float(tier.value) for tier in base.tiers] != wanted
    # The comparison is worth little where lifting changes nothing.
    assert changed > len(seeds) / 20


@pytest.mark.parametrize("or_fewer", [True, False])
def test_units_that_are_held_where_candidates_are_left_out_hold_no_other_column(
    or_fewer: bool,
) -> None:
    zeros = np.zeros(3)
    program = Program(zeros, zeros + 9, zeros == 0, (), (), (1, -1), zeros)
    held = program.with_units_at(np.array([1.0, 2.0, 3.0]), or_fewer=or_fewer)
    assert held.upper.tolist() == [9, 2, 9]
    assert held.lower.tolist() == [0, 0 if or_fewer else 2, 0]


def either() -> tuple[Program, dict[str, Fraction], list[Row]]:
    """Two switches, what lifting each costs, and that one of them is wanted."""
    zeros = np.zeros(2)
    program = Program(zeros, zeros + 1, zeros == 0, (), (), (), zeros, {"A": 0, "B": 1})
    wanted = Row((0, 1), (1.0, 1.0), 1.0, INFINITY)
    return program, {"A": Fraction(2), "B": Fraction(1)}, [wanted]


@pytest.mark.parametrize("bound", [-INFINITY, 1e6])
def test_a_cheapest_set_without_a_bound_that_holds_is_not_said_to_be_proven(
    bound: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, prices, wanted = either()
    right = relaxing.minimise
    (cheap, dear) = every(program, prices, wanted)
    assert [(each.cost, each.proven) for each in (cheap, dear)] == [(1, True), (2, True)]

    def wrong(*given: Any, **more: Any) -> Answer:
        return replace(right(*given, **more), bound=bound)

    monkeypatch.setattr(relaxing, "minimise", wrong)
    events = Events()
    found = cheapest(program, prices, wanted, events=events)
    assert found is not None
    assert (found.cost, found.proven) == (1, False)
    assert ["the bound was thrown away" in each for each in events.told()] == [True] * (bound > 0)


def test_a_set_that_is_cheaper_than_the_one_before_refutes_that_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program, prices, wanted = either()
    right = relaxing.minimise
    first = iter([Answer("optimal", np.array([1.0, 0.0]), 2.001, "Optimal")])

    def wrong(*given: Any, **more: Any) -> Answer:
        return next(first, None) or right(*given, **more)

    monkeypatch.setattr(relaxing, "minimise", wrong)
    events = Events()
    found = list(every(program, prices, wanted, events=events))
    assert [(each.cost, each.proven) for each in found] == [(2, True), (1, False)]
    (event,) = events.told()
    assert event.startswith("HiGHS called a set to lift the cheapest, and gave a cheaper one after")


def test_a_dearer_set_that_was_not_called_the_cheapest_is_no_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program, prices, wanted = either()
    right = relaxing.minimise
    first = iter([Answer("time_limit", np.array([1.0, 0.0]), 0.0, "Time limit reached")])

    def cut(*given: Any, **more: Any) -> Answer:
        return next(first, None) or right(*given, **more)

    monkeypatch.setattr(relaxing, "minimise", cut)
    events = Events()
    list(every(program, prices, wanted, events=events))
    assert events.told() == ()


def test_a_set_that_is_found_after_the_solver_said_that_there_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program, prices, wanted = either()
    events = Events()
    right = [each.switches for each in every(program, prices, wanted, events=events)]
    assert events.told() == ()
    calls_infeasible(monkeypatch, relaxing)
    assert [each.switches for each in every(program, prices, wanted, events=events)] == right
    (event,) = events.told()
    assert event.startswith(NO_SET)
    assert event.endswith("the first answer was thrown away (2 times)")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer("failed", None, -INFINITY, "Solve error"), "HiGHS ended with Solve error where"),
        (Answer("optimal", np.zeros(2), 0.0, "Optimal"), "a set to lift that HiGHS gave was"),
    ],
)
def test_a_search_for_sets_that_fails_or_gives_what_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, said: str
) -> None:
    program, prices, wanted = either()
    monkeypatch.setattr(relaxing, "minimise", lambda *given, **more: answer)
    events = Events()
    with pytest.raises(OutOfTime):
        cheapest(program, prices, wanted, events=events)
    (event,) = events.told()
    assert event.startswith(said)
