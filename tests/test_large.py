"""A large program has a good plan at once; whatever stops the search, it never gets worse."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import model.large
import model.neighbourhood
import model.search
from benchmarks.generate import generate, write
from model.domain import Assignment, Settings
from model.events import Events
from model.formulation import Formulation
from model.greedy import filled, trimmed
from model.highs import Answer
from model.large import Ahead, Clock
from model.neighbourhood import Climb, Field, Ground, Kind
from model.outcome import Options, Outcome, checked
from model.program import INFINITY, Piece, Program, Vector, compile_program
from model.read import read_case
from model.solver import solve, starts
from model.weighing import better_of, weighed
from tests.conftest import SOAK, countable, roomy

TIGHT = 1e-6


def compiled(formulation: Formulation) -> tuple[Program, Vector]:
    program = compile_program(formulation)
    return program, weighed(program.goals).costs


def values(program: Program, point: Vector) -> list[float]:
    return [round(float(goal.costs @ point), 6) for goal in program.goals]


@pytest.fixture
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every program be searched as large ones are."""
    monkeypatch.setattr(model.search, "LARGE", 0)


@pytest.mark.parametrize("seed", range(40 * SOAK))
def test_a_plan_filled_at_once_breaks_nothing_and_misses_no_more(seed: int, tmp_path: Path) -> None:
    case = roomy(seed, tmp_path).case
    formulation = Formulation(case, Settings())
    program, costs = compiled(formulation)
    lot = np.random.default_rng(seed)
    for advice in (None, program.upper.clip(0, 9) * lot.random(program.size)):
        point = filled(program, program.nothing, costs, advice=advice)
        thin = trimmed(program, point, costs)
        for each in (point, thin):
            assert program.fault(each) is None
            if not case.pins:
                checked(case, Settings(), starts(formulation, program, each))
        missing = list(program.missing)  # on lines; what a unit costs a rule is not looked at
        assert (point[missing] <= program.nothing[missing] + TIGHT).all()
        assert costs[missing] @ thin[missing] <= costs[missing] @ point[missing] + TIGHT


def test_a_stopped_filling_is_a_plan_too(tmp_path: Path) -> None:
    case = read_case(write(generate("theatre", 1), tmp_path)).case
    formulation = Formulation(case, Settings())
    program, costs = compiled(formulation)
    cut, whole = (
        filled(program, program.nothing, costs, stopped)
        for stopped in (lambda: True, lambda: False)
    )
    assert values(program, whole)[:2] < values(program, cut)[:2] < values(program, program.nothing)
    checked(case, Settings(), starts(formulation, program, cut))
    # Of two points the first tier that differs decides.
    assert better_of(program.goals, cut, whole) is whole
    assert better_of(program.goals, whole, cut) is whole


def test_a_piece_of_a_program_holds_exactly_where_the_whole_does(tmp_path: Path) -> None:
    case = roomy(5, tmp_path).case
    program, costs = compiled(Formulation(case, Settings()))
    point = filled(program, program.nothing, costs)
    ground = Ground(program)
    lot = np.random.default_rng(5)
    seen = set()
    for _ in range(200):
        chosen = np.sort(lot.choice(program.size, min(3, program.size), replace=False))
        other = point.copy()
        other[chosen] = lot.integers(0, 3, len(chosen)).clip(max=program.upper[chosen])
        piece = ground.piece(chosen, point, ground.sums(point))
        holds = program.matrix.fault(other, TIGHT) is None
        assert (piece.matrix.fault(other[chosen], TIGHT) is None) == holds
        seen.add(holds)
    assert seen == {True, False}


def test_a_neighbourhood_is_what_its_kind_says(theatre: Formulation) -> None:
    program, costs = compiled(theatre)
    of = dict(zip(program.begin, theatre.assignments, strict=True))
    parts = [np.array(part) for part in program.parts()]
    fields = [Field(part[program.units[part]], part, 0.0, size=150.0) for part in parts]
    tiers = [goal.costs for goal in program.goals]
    point = filled(program, program.nothing, costs)
    climb = Climb(program, point, costs, tiers, fields, 0, 0.0, lambda: True)

    def drawn(kind: Kind) -> list[Assignment]:
        return [of[c] for c in climb.neighbourhood(fields[0], kind).tolist()]

    def whole(several: list[Assignment], by: Callable[[Assignment], object]) -> bool:
        """Say whether of each line or nation it has all that the part has."""
        names = {by(each) for each in several}
        return len(several) == sum(by(of[c]) in names for c in fields[0].units.tolist())

    apart = {of[c]: k for k, field in enumerate(fields) for c in field.units.tolist()}
    beyond: set[int] = set()
    for _ in range(20):
        for kind in ("gaps", "lines"):
            assert whole(drawn(kind), lambda each: each.line)
        if len(several := drawn("nations")) < 2 * fields[0].size:
            assert whole(several, lambda each: each.offer.nation)
        starts = [each.start for each in drawn("window")]
        assert max(starts) - min(starts) < len(theatre.case.months) - 1
        beyond |= {apart[each] for each in drawn("caveat")}
    assert len(beyond) > 1  # what a caveat joins lies in several parts


def test_a_climb_is_held_against_what_lies_below_every_plan(theatre: Formulation) -> None:
    program, costs = compiled(theatre)
    parts = program.parts()
    never: Callable[..., bool] = lambda *told: False  # noqa: E731
    clock = Clock(time.monotonic() + 60, 0, never, never, Events())
    ahead = Ahead(program, parts, program.split(parts), clock)
    ahead.relax()
    point = filled(program, program.nothing, costs)
    floors = []
    for times in (1.0, 10.0):
        ahead.better(times, 0.0, None)
        ahead.climb.point = point
        assert min(map(ahead.climb.gap, ahead.fields)) >= -TIGHT
        floors.append(sum(field.floor for field in ahead.fields))
        # It minimises the first tier so many times more beside the others.
        first = ahead.aim.weights[0] * program.goals[0].costs
        assert ahead.climb.costs == pytest.approx(costs + (times - 1) * first)
    assert floors[0] < floors[1]


@pytest.mark.parametrize("seed", range(25 * SOAK))
def test_searched_as_large_a_case_has_the_same_optimum(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = countable(seed, tmp_path, 400).case
    usual = solve(Formulation(case, Settings()), Options(gap=0))
    monkeypatch.setattr(model.search, "LARGE", 0)
    once, again = (solve(Formulation(case, Settings()), Options(gap=0)) for _ in range(2))
    assert once.status == usual.status == "optimal"
    assert once.plan.tier_values == usual.plan.tier_values
    assert once.plan.starts == again.plan.starts


@pytest.mark.usefixtures("small_is_large")
def test_stopped_at_any_time_a_large_search_has_a_plan_and_bounds_below_it(tmp_path: Path) -> None:
    case = read_case(write(generate("theatre", 2, hard=True), tmp_path)).case
    formulation = Formulation(case, Settings())
    empty = [float(each) for each in checked(case, Settings(), ()).tier_values.values()]

    def stopped_after(asked: int) -> Outcome:
        left = iter(range(asked))
        return solve(formulation, Options(gap=0), stopped=lambda: next(left, None) is None)

    found = [stopped_after(asked) for asked in (0, 8, 40)]
    for outcome in found:
        assert outcome.status == "interrupted"
        assert not list(outcome.plan.violations())
        assert all(tier.bound <= tier.value for tier in outcome.tiers)
        assert outcome.tiers[0].value < empty[0] / 2


@pytest.mark.usefixtures("small_is_large")
def test_a_tier_before_what_is_missing_is_never_made_worse_by_filling(tmp_path: Path) -> None:
    texts = generate("theatre", 1)
    old = "tiers:\n- critical\n- shortfall\n- conditional\n- personnel\n"
    assert old in texts["constraints.yaml"]
    texts["constraints.yaml"] = texts["constraints.yaml"].replace(
        old, "tiers: [personnel, critical]\n"
    )
    case = read_case(write(texts, tmp_path)).case
    outcome = solve(Formulation(case, Settings()), Options(gap=0), stopped=lambda: True)
    assert outcome.tiers[0].value == 0


# A solver that errs: see also test_solver.py, whose faults are met by this search, too


@pytest.fixture
def theatre(tmp_path: Path) -> Formulation:
    case = read_case(write(generate("theatre", 2, hard=True), tmp_path)).case
    return Formulation(case, Settings())


def stopped_after(asked: int) -> Callable[[], bool]:
    left = iter(range(asked))
    return lambda: next(left, None) is None


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("room", [model.large, model.neighbourhood])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer("infeasible", None, -INFINITY, "Infeasible"), "infeasible, though"),
        (Answer("failed", None, -INFINITY, "Solve error"), "ended with Solve error"),
    ],
)
def test_an_error_in_a_part_or_a_neighbourhood_is_one_event_and_counted(
    theatre: Formulation, room: ModuleType, answer: Answer, said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(room, "minimise", lambda *given, **more: answer)
    outcome = solve(theatre, Options(gap=0), stopped=stopped_after(60))
    assert not list(outcome.plan.violations())
    assert outcome.status == "interrupted"
    (event,) = outcome.events
    assert said in event
    assert event.endswith(" times)")


@pytest.mark.usefixtures("small_is_large")
def test_a_neighbourhood_that_breaks_a_row_is_thrown_away_and_told(
    theatre: Formulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_missing(piece: Piece, *given: object, **more: object) -> Answer:
        return Answer("optimal", piece.lower.copy(), 0.0, "Optimal")

    monkeypatch.setattr(model.neighbourhood, "minimise", nothing_missing)
    outcome = solve(theatre, Options(gap=0), stopped=stopped_after(60))
    assert not list(outcome.plan.violations())
    (event,) = outcome.events
    assert event.startswith("HiGHS gave a neighbourhood that breaks a row")


@pytest.mark.usefixtures("small_is_large")
def test_a_bound_of_a_part_that_a_plan_refutes_is_thrown_away_and_told(
    theatre: Formulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = model.large.minimise

    def wrong(*given: Any, **more: Any) -> Answer:
        answer = right(*given, **more)
        return replace(answer, bound=answer.bound + 1e6)

    monkeypatch.setattr(model.large, "minimise", wrong)
    outcome = solve(theatre, Options(gap=0), stopped=stopped_after(200))
    assert not list(outcome.plan.violations())
    assert outcome.status == "interrupted"
    for tier in outcome.tiers:  # what no offer can serve is all that is known
        assert tier.bound == pytest.approx(float(theatre.tiers[tier.name].constant))
    assert any("critical: HiGHS gave a bound of a part" in event for event in outcome.events)
