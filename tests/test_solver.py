"""No answer of the solver is taken on trust: limits, stops, wrong answers, and what is said of them."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import highspy
import numpy as np
import pytest

import model.search
import model.terms
from model.domain import Settings
from model.formulation import Formulation
from model.highs import Answer, Limits, minimise
from model.outcome import Options, Outcome, Progress, SolverFault
from model.part import Part
from model.program import INFINITY, Goal, Program, Row
from model.solver import solve
from model.terms import Memo, Terms
from tests.conftest import SOAK, Mini, countable

Build = Callable[..., Mini]
FALSE_INFEASIBLE = Path(__file__).parent / "oracles" / "highs_presolve_false_infeasible.mps"
FOUND = highspy.SolutionStatus.kSolutionStatusFeasible
PROBE = 2  # columns of the start-up probe; every case here has more


def formulated(mini: Mini) -> Formulation:
    return Formulation(mini.case, Settings())


@pytest.fixture
def hard(mini: Build) -> Mini:
    """Three nations, of which a line takes one at a time: more than the first guess solves."""
    return mini(
        offers=["A1,ALB,2,100", "B1,BEL,3,70", "D1,DNK,1,30"],
        lines=["L,kyiv,1,2,max_nations=1", "M,kyiv,1,3", "N,lviv,2,2,from=2,until=5"],
        months=8, tour=3, dwell=2, step=1,
        tiers="critical, shortfall, personnel",
    )  # fmt: skip


def sound(outcome: Outcome) -> None:
    """Whatever happened, the plan holds and no bound lies above its value."""
    assert list(outcome.plan.violations()) == []
    assert [tier.name for tier in outcome.tiers] == list(outcome.plan.tier_values)
    for tier in outcome.tiers:
        assert tier.value == pytest.approx(float(outcome.plan.tier_values[tier.name]), abs=1e-9)
        assert tier.bound <= tier.value
        assert not tier.proven or tier.value - tier.bound <= 1e-4 * max(1.0, tier.value)
    assert (outcome.status == "optimal") <= all(tier.proven for tier in outcome.tiers)


def honest(outcome: Outcome, right: Outcome) -> None:
    """Nothing is said to be proven that is not so, held against what the solver finds untouched."""
    sound(outcome)
    for tier, best in zip(outcome.tiers, right.tiers, strict=True):
        near = 1e-4 * max(1.0, best.value)
        assert tier.bound <= best.value + near
        if tier.value > best.value + near:
            assert not tier.proven
            return  # later tiers are of another plan


# The solver itself


@pytest.fixture
def false_infeasible() -> Program:
    """83 rows that can all be kept, of which HiGHS 1.15.1 says after its presolve that none can."""
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.readModel(str(FALSE_INFEASIBLE))
    lp = h.getLp()
    entries = lp.a_matrix_
    rows: list[list[tuple[int, float]]] = [[] for _ in range(lp.num_row_)]
    for c in range(lp.num_col_):
        for k in range(entries.start_[c], entries.start_[c + 1]):
            rows[entries.index_[k]].append((c, entries.value_[k]))
    costs = np.array(lp.col_cost_)
    program = Program(
        lower=np.array(lp.col_lower_),
        upper=np.array(lp.col_upper_),
        whole=np.array([kind == highspy.HighsVarType.kInteger for kind in lp.integrality_]),
        rows=tuple(
            Row(tuple(c for c, _ in row), tuple(value for _, value in row), lower, upper)
            for row, lower, upper in zip(rows, lp.row_lower_, lp.row_upper_, strict=True)
        ),
        goals=(Goal("critical", costs, 0.0, {}, 1, ()),),
        begin=(),
        nothing=np.zeros(lp.num_col_),
    )
    # The plan in hand is the worst one, so that something is left to be found.
    worst = minimise(program, -costs, Limits(0, 1e-6, math.inf, 0), presolve=False).point
    assert worst is not None
    return replace(program, nothing=np.round(worst))


def test_the_false_infeasible_of_highs_is_solved_all_the_same(
    false_infeasible: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[bool, str]] = []

    def without_start(*given: Any, start: Any, presolve: bool, **more: Any) -> Answer:
        # A start happens to keep HiGHS from the error, but nothing promises that it does.
        answer = minimise(*given, presolve=presolve, **more)
        asked.append((presolve, answer.ending))
        return answer

    monkeypatch.setattr(model.terms, "minimise", without_start)
    terms = Terms(0, math.inf, 0, lambda _: None, lambda: False)
    columns = list(range(false_infeasible.size))
    part = Part(false_infeasible, columns, terms, lambda *_: None)
    assert part.standing.values[0] > 0
    standing = part.solve()
    assert false_infeasible.fault(standing.point) is None
    assert (standing.values, standing.bounds) == ([0], [0])
    # Where a later HiGHS is right at once there is nothing to ask again, and to tell.
    refused = asked[0] == (True, "infeasible")
    assert len(asked) == 1 + refused
    assert [("infeasible with presolve" in event) for event in terms.events.told()] == [
        True
    ] * refused


def test_a_solver_that_fails_the_probe_is_not_used(
    hard: Mini, monkeypatch: pytest.MonkeyPatch
) -> None:
    solution, info = highspy.Highs.getSolution, highspy.Highs.getInfo

    def wrong_solution(h: Any) -> Any:
        # What highspy 1.14.0 answers: 15 where 9 is right.
        return SimpleNamespace(col_value=[0.0, 5.0]) if h.getNumCol() == PROBE else solution(h)

    def wrong_info(h: Any) -> Any:
        if h.getNumCol() == PROBE:
            return SimpleNamespace(
                objective_function_value=15.0, mip_dual_bound=15.0, primal_solution_status=FOUND
            )
        return info(h)

    monkeypatch.setattr(highspy.Highs, "getSolution", wrong_solution)
    monkeypatch.setattr(highspy.Highs, "getInfo", wrong_info)
    with pytest.raises(SolverFault, match="15 where 9 is right"):
        solve(formulated(hard), Options())


# A solver that errs


@pytest.fixture(params=["as usual", "as large ones"])
def answers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Change what HiGHS says of our programs, from and up to a certain run on; the probe passes.

    Programs are searched as usual, and as large ones are.
    """
    large = request.param != "as usual"
    tamper = SimpleNamespace(
        status=None, point=None, bound=None, first=1, last=10**9, runs=0, large=large
    )
    if large:
        monkeypatch.setattr(model.search, "LARGE", 0)
    run, give = highspy.Highs.run, highspy.Highs.setSolution
    status, solution = highspy.Highs.getModelStatus, highspy.Highs.getSolution
    info, turn = highspy.Highs.getInfo, threading.Lock()

    def counted(h: Any) -> Any:
        if h.getNumCol() > PROBE:
            with turn:
                tamper.runs += 1
                h.run_number = tamper.runs
        return run(h)

    def active(h: Any) -> bool:
        return h.getNumCol() > PROBE and tamper.first <= h.run_number <= tamper.last

    def given(h: Any, start: Any, *more: Any) -> Any:
        h.start = list(start.col_value)
        return give(h, start, *more)

    def get_status(h: Any) -> Any:
        return tamper.status if tamper.status is not None and active(h) else status(h)

    def get_solution(h: Any) -> Any:
        if tamper.point is None or not active(h):
            return solution(h)
        if tamper.point == "start":
            return SimpleNamespace(col_value=getattr(h, "start", [0.0] * h.getNumCol()))
        return SimpleNamespace(col_value=tamper.point(h.getLp()))

    def get_info(h: Any) -> Any:
        told = info(h)
        if tamper.bound is None or not active(h):
            return told
        return SimpleNamespace(
            mip_dual_bound=tamper.bound(told.mip_dual_bound),
            objective_function_value=tamper.bound(told.objective_function_value),
            primal_solution_status=told.primal_solution_status,
        )

    monkeypatch.setattr(highspy.Highs, "run", counted)
    monkeypatch.setattr(highspy.Highs, "setSolution", given)
    monkeypatch.setattr(highspy.Highs, "getModelStatus", get_status)
    monkeypatch.setattr(highspy.Highs, "getSolution", get_solution)
    monkeypatch.setattr(highspy.Highs, "getInfo", get_info)
    return tamper


def test_a_false_infeasible_is_asked_again_and_told(hard: Mini, answers: SimpleNamespace) -> None:
    right = hard.solve()
    assert answers.runs
    answers.runs, answers.last = 0, 1
    answers.status = highspy.HighsModelStatus.kInfeasible
    outcome = solve(formulated(hard), Options(gap=0))
    sound(outcome)
    assert outcome.plan.tier_values == right.plan.tier_values
    assert outcome.status == "optimal"
    assert any("infeasible" in event for event in outcome.events)


@pytest.mark.parametrize(
    "status",
    [
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kSolveError,
        highspy.HighsModelStatus.kUnknown,
        highspy.HighsModelStatus.kUnbounded,
    ],
)
def test_a_solver_that_only_errs_still_leaves_a_plan_that_holds(
    hard: Mini, answers: SimpleNamespace, status: Any
) -> None:
    answers.status = status
    outcome = solve(formulated(hard), Options(gap=0))
    sound(outcome)
    assert outcome.events


def nowhere(lp: Any) -> list[float]:
    """Nobody goes, and yet nothing is missing."""
    return [0.0] * lp.num_col_


def everywhere(lp: Any) -> list[float]:
    """Every unit is in every tour at once."""
    return [min(upper, 1e6) for upper in lp.col_upper_]


def no_numbers(lp: Any) -> list[float]:
    return [float("nan")] * lp.num_col_


def too_short(lp: Any) -> list[float]:
    return [0.0]


def negative(lp: Any) -> list[float]:
    return [-1.0] * lp.num_col_


@pytest.mark.parametrize("point", [nowhere, everywhere, no_numbers, too_short, negative])
@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_plan_that_breaks_something_is_thrown_away(
    hard: Mini, answers: SimpleNamespace, point: Callable[[Any], list[float]], first: int
) -> None:
    answers.point, answers.first = point, first
    outcome = solve(formulated(hard), Options(gap=0))
    sound(outcome)
    if first == 1 and not answers.large:
        # Nothing usable ever came: the plan is the one that always exists, and no proof is claimed.
        assert outcome.plan.starts == ()
        assert outcome.status == "within_gap"
    if point in (nowhere, everywhere) and answers.runs >= first:
        assert any("thrown away" in event for event in outcome.events)


def test_a_plan_worse_than_the_start_is_thrown_away(
    mini: Build, answers: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One unit of three may go and covers the line; the first tier does not mind which.
    case = mini(
        "id: C, kind: ceiling, nations: [ALB, BEL, DNK], units: 1",
        offers=["A1,ALB,1,50", "B1,BEL,1,100", "D1,DNK,1,70"], lines=["L,kyiv,0,1"],
        months=1, tiers="shortfall, personnel",
    )  # fmt: skip
    people = {"A1": 50, "B1": 100, "D1": 70}
    starts: list[float] = []
    set_solution = highspy.Highs.setSolution

    def watched(h: Any, solution: Any, *more: Any) -> Any:
        if h.getNumCol() > PROBE:
            costs = h.getLp().col_cost_
            starts.append(sum(c * x for c, x in zip(costs, solution.col_value, strict=True)))
        return set_solution(h, solution, *more)

    def dearest(lp: Any) -> list[float]:
        costs = list(lp.col_cost_)
        return [float(i == costs.index(max(costs))) for i in range(len(costs))]

    monkeypatch.setattr(highspy.Highs, "setSolution", watched)
    answers.point, answers.first = dearest, 2
    outcome = solve(formulated(case), Options(gap=0))
    sound(outcome)
    assert outcome.tiers[0].value == 0
    (start,) = outcome.plan.starts
    assert start.units == 1
    assert people[start.offer] <= (starts[1] if len(starts) > 1 else 100)


# A bound that a plan refutes


def bounds_too_high(outcome: Outcome) -> list[str]:
    return [event for event in outcome.events if "bound" in event and "thrown away" in event]


@pytest.mark.parametrize("gap", [0.0, 1e-4])
@pytest.mark.parametrize("by", [0.01, 1.0, 1e9])
def test_a_bound_above_the_plan_is_asked_for_again_and_told(
    hard: Mini, answers: SimpleNamespace, by: float, gap: float
) -> None:
    right = hard.solve()
    answers.runs, answers.last = 0, 1
    answers.bound = lambda bound: bound + by
    outcome = solve(formulated(hard), Options(gap=gap))
    honest(outcome, right)
    assert outcome.plan.tier_values == right.plan.tier_values
    assert outcome.status == "optimal"
    if not answers.large:  # that of a relaxation may be wrong, and still below every plan
        (event,) = bounds_too_high(outcome)
        assert event.startswith("tier critical: HiGHS gave a bound of ")
        assert "with presolve, above the plan in hand" in event


@pytest.mark.parametrize("gap", [0.0, 1e-4])
def test_bounds_that_are_always_above_the_plan_prove_nothing(
    hard: Mini, answers: SimpleNamespace, gap: float
) -> None:
    right = hard.solve()
    answers.bound = lambda bound: bound + 1000
    outcome = solve(formulated(hard), Options(gap=gap))
    honest(outcome, right)
    assert outcome.status == "within_gap"
    assert {tier.bound for tier in outcome.tiers} == {0.0}
    assert bounds_too_high(outcome)


@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_a_proof_that_no_plan_is_better_than_a_worse_one_is_none(
    hard: Mini, answers: SimpleNamespace, first: int
) -> None:
    right = hard.solve()
    # It gives back what it was given, and a bound above it; or nothing deployed.
    for point in ("start", nowhere):
        answers.runs, answers.first, answers.point = 0, first, point
        answers.bound = lambda bound: bound + 1e6
        outcome = solve(formulated(hard), Options(gap=0))
        honest(outcome, right)
        if answers.runs >= first and not answers.large:
            assert bounds_too_high(outcome)


@pytest.mark.parametrize("seed", range(20 * SOAK))
def test_whatever_bounds_are_said_none_counts_that_a_plan_refutes(
    seed: int, answers: SimpleNamespace, tmp_path: Path
) -> None:
    lot = random.Random(seed)
    mini = countable(seed, tmp_path, 400)
    right = solve(Formulation(mini.case, Settings()), Options(gap=0))
    answers.runs, answers.first = 0, lot.choice((1, 1, 2, 3))
    answers.last = lot.choice((answers.first, 10**9))
    answers.bound = lambda bound: 2 * abs(bound) + 50
    outcome = solve(Formulation(mini.case, Settings()), Options(gap=lot.choice((0.0, 1e-4))))
    honest(outcome, right)


def test_a_bound_above_the_plan_of_parts_that_are_joined_is_no_proof(
    mini: Build, answers: SimpleNamespace
) -> None:
    # A ceiling joins what two lines need: solved apart first, then as one on their floors.
    joined = mini(
        "id: C, kind: ceiling, nations: [ALB, BEL], units: 3",
        offers=["A1,ALB,3,100", "B1,BEL,3,70,capability=eng"],
        lines=["L,kyiv,1,3,max_nations=1", "M,kyiv,1,3,capability=eng"],
        tiers="critical, shortfall, personnel",
    )  # fmt: skip
    right = joined.solve()
    runs = answers.runs
    for first in range(1, runs + 1):
        for last in (first, 10**9):
            answers.bound = lambda bound: bound + 7
            answers.runs, answers.first, answers.last = 0, first, last
            honest(solve(formulated(joined), Options(gap=0)), right)


class Scripted:
    """A solver that gives the answers it is handed, and keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.asked = list(answers), list[tuple[bool, int]]()

    def __call__(self, program: Program, costs: Any, limits: Any, **more: Any) -> Answer:
        self.asked.append((more["presolve"], len(more["more"])))
        return self.answers.pop(0)


def one_of_two(said: Scripted, who: str = "", memo: Memo | None = None) -> tuple[Part, Terms]:
    """A part that begins with the dearer of two units, of which one must go."""
    program = Program(
        lower=np.zeros(2), upper=np.ones(2), whole=np.array([True, True]),
        rows=(Row((0, 1), (1.0, 1.0), 1.0, INFINITY),),
        goals=(
            Goal("critical", np.array([1.0, 2.0]), 0.0, {0: 0, 1: 0}, 1, ()),
            Goal("shortfall", np.array([3.0, 3.0]), 0.0, {0: 0, 1: 0}, 1, ()),
        ),
        begin=(0, 1), nothing=np.array([0.0, 1.0]),
    )  # fmt: skip
    terms = Terms(
        0.0, time.monotonic() + 60, 0, lambda tier: None, lambda: False,
        memo=memo, driven=said if who else None, who=who or "HiGHS",
    )  # fmt: skip
    return Part(program, [0, 1], terms, lambda tier, bound: None), terms


def proven(bound: float, *point: float) -> Answer:
    return Answer("optimal", np.array(point) if point else None, bound, "Optimal")


def test_a_proof_that_a_later_tier_refutes_is_thrown_away_and_not_remembered() -> None:
    memo = Memo()
    # The first tier is "proven" at 2, where the plan that the second comes with has 1.
    part, terms = one_of_two(Scripted(proven(2.0), proven(3.0, 1.0, 0.0)), "other", memo)
    standing = part.solve()
    assert (standing.values, standing.bounds) == ([1.0, 3.0], [0.0, 3.0])
    (event,) = terms.events.told()
    assert event.startswith("tier critical: other gave a bound of 2, above the plan in hand")
    assert not memo.known


def test_another_solver_is_named_and_never_asked_the_same_twice() -> None:
    never = Answer("infeasible", None, -INFINITY, "infeasible")
    said = Scripted(never, never)
    part, terms = one_of_two(said, "other")
    standing = part.solve()
    assert standing.bounds == [0.0, 0.0]
    assert said.asked == [(True, 0), (True, 1)]  # once in each tier, the second with the first held
    assert [event.split(", though")[0] for event in terms.events.told()] == [
        f"tier {tier}: other called a program infeasible" for tier in ("critical", "shortfall")
    ]


def test_highs_is_asked_once_more_without_presolve(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Scripted(proven(9.0), proven(9.0), proven(9.0, 1.0, 0.0), proven(3.0))
    monkeypatch.setattr("model.terms.minimise", said)
    part, terms = one_of_two(said)
    standing = part.solve()
    assert said.asked == [(True, 0), (False, 0), (True, 1), (False, 1)]
    # Of the first tier nothing is known; in the second the better plan is kept, its bound is not.
    assert (standing.values, standing.bounds) == ([1.0, 3.0], [0.0, 3.0])
    assert len(terms.events.told()) == 3


# Limits and stops


def test_no_time_at_all_still_gives_a_plan(hard: Mini) -> None:
    outcome = solve(formulated(hard), Options(time_limit=0))
    sound(outcome)
    assert outcome.status == "time_limit"


def test_a_tiny_time_limit_gives_a_plan_and_says_so(hard: Mini) -> None:
    outcome = solve(formulated(hard), Options(gap=0, time_limit=1e-3))
    sound(outcome)
    assert outcome.status in ("time_limit", "optimal")


def test_a_stop_at_once_gives_a_plan_and_says_so(hard: Mini) -> None:
    outcome = solve(formulated(hard), Options(gap=0), stopped=lambda: True)
    sound(outcome)
    assert outcome.status == "interrupted"


@pytest.mark.parametrize("after", [1, 2, 3, 5, 10])
def test_a_stop_after_a_while_gives_the_best_plan_so_far(hard: Mini, after: int) -> None:
    asked = []

    def stopped() -> bool:
        asked.append(True)
        return len(asked) > after

    outcome = solve(formulated(hard), Options(gap=0), stopped=stopped)
    sound(outcome)
    assert outcome.status in ("interrupted", "optimal")


def test_a_case_that_needs_no_search_is_proven_without_any_time(mini: Build) -> None:
    nothing = mini(lines=[]).case
    outcome = solve(Formulation(nothing, Settings()), Options(time_limit=0))
    assert (outcome.status, outcome.plan.starts) == ("optimal", ())


def test_an_error_of_whoever_watches_is_not_swallowed(hard: Mini) -> None:
    def fails(progress: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        solve(formulated(hard), Options(gap=0), on_progress=fails)


def test_an_error_of_whoever_stops_is_not_swallowed(hard: Mini) -> None:
    def fails() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        solve(formulated(hard), Options(gap=0), stopped=fails)


def test_progress_tells_tiers_values_and_bounds(hard: Mini) -> None:
    seen: list[Progress] = []
    outcome = solve(formulated(hard), Options(gap=0), on_progress=seen.append)
    last = {progress.tier: progress for progress in seen}
    assert set(last) <= {tier.name for tier in outcome.tiers}
    assert set(last)
    for progress in seen:
        assert progress.bound <= progress.best + 1e-6
        assert progress.gap >= 0
        assert 0 <= progress.seconds <= outcome.seconds


# Proof and gap


@pytest.mark.parametrize("gap", [0.0, 1e-4, 0.1, 0.5])
def test_a_gap_is_kept_and_never_overstated(tmp_path: Path, gap: float) -> None:
    for seed in range(15):
        formulation = Formulation(countable(seed, tmp_path, 400).case, Settings())
        outcome = solve(formulation, Options(gap=gap))
        assert list(outcome.plan.violations()) == []
        assert outcome.status in ("optimal", "within_gap")
        for tier in outcome.tiers:
            assert tier.bound <= tier.value
        first = outcome.tiers[0]
        assert first.value - first.bound <= max(1e-5, gap * abs(first.value))


def test_the_same_seed_gives_the_same_plan(hard: Mini) -> None:
    plans = [solve(formulated(hard), Options(gap=0, seed=7)).plan.starts for _ in range(2)]
    assert plans[0] == plans[1]


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_the_optimum_does_not_depend_on_the_seed(hard: Mini, seed: int) -> None:
    outcome = solve(formulated(hard), Options(gap=0, seed=seed))
    assert outcome.plan.tier_values == hard.solve().plan.tier_values


def test_a_bound_of_minus_infinity_is_no_proof(hard: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    # HiGHS 1.15.1 was seen to call a start "optimal" with no node explored and no bound at all.
    info = highspy.Highs.getInfo

    def no_bound(h: Any) -> Any:
        if h.getNumCol() == PROBE:
            return info(h)
        return SimpleNamespace(
            mip_dual_bound=-highspy.kHighsInf,
            objective_function_value=info(h).objective_function_value,
            primal_solution_status=info(h).primal_solution_status,
        )

    monkeypatch.setattr(highspy.Highs, "getInfo", no_bound)
    outcome = solve(formulated(hard), Options(gap=0))
    sound(outcome)
    assert outcome.status == "within_gap"
    assert all(tier.bound >= 0 for tier in outcome.tiers)
