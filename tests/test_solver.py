"""No answer of the solver is taken on trust: limits, stops, wrong answers, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import highspy
import numpy as np
import pytest

from model.domain import Settings
from model.formulation import Formulation
from model.highs import Answer, Limits, minimise
from model.outcome import Options, Outcome, Progress, SolverFault
from model.part import Part
from model.program import Goal, Program, Row
from model.solver import solve
from model.terms import Terms
from tests.conftest import Mini, countable

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


def test_the_false_infeasible_of_highs_is_solved_all_the_same(false_infeasible: Program) -> None:
    asked: list[tuple[bool, str]] = []

    def without_start(*given: Any, start: Any, presolve: bool, **more: Any) -> Answer:
        # A start happens to keep HiGHS from the error, but nothing promises that it does.
        answer = minimise(*given, presolve=presolve, **more)
        asked.append((presolve, answer.ending))
        return answer

    terms = Terms(0, math.inf, 0, lambda _: None, lambda: False, driven=without_start)
    columns = list(range(false_infeasible.size))
    part = Part(false_infeasible, columns, terms, lambda *_: None)
    assert part.standing.values[0] > 0
    standing = part.solve()
    assert false_infeasible.fault(standing.point) is None
    assert (standing.values, standing.bounds) == ([0], [0])
    # Where a later HiGHS is right at once there is nothing to ask again, and to tell.
    refused = asked[0] == (True, "infeasible")
    assert len(asked) == 1 + refused
    assert [("infeasible with presolve" in event) for event in terms.events] == [True] * refused


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


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Change what HiGHS says of our programs, from and up to a certain run on; the probe passes."""
    tamper = SimpleNamespace(status=None, point=None, first=1, last=10**9, runs=0)
    run = highspy.Highs.run
    status, solution = highspy.Highs.getModelStatus, highspy.Highs.getSolution

    def counted(h: Any) -> Any:
        if h.getNumCol() > PROBE:
            tamper.runs += 1
        return run(h)

    def active(h: Any) -> bool:
        return h.getNumCol() > PROBE and tamper.first <= tamper.runs <= tamper.last

    def get_status(h: Any) -> Any:
        return tamper.status if tamper.status is not None and active(h) else status(h)

    def get_solution(h: Any) -> Any:
        if tamper.point is None or not active(h):
            return solution(h)
        return SimpleNamespace(col_value=tamper.point(h.getLp()))

    monkeypatch.setattr(highspy.Highs, "run", counted)
    monkeypatch.setattr(highspy.Highs, "getModelStatus", get_status)
    monkeypatch.setattr(highspy.Highs, "getSolution", get_solution)
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
    if first == 1:
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
