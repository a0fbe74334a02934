"""The frontier between two measures is that of all plans, whichever they are."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from model.domain import Settings, Stay
from model.outcome import Options
from model.pareto import MEASURES, Measure, Tracing, cost, pareto
from model.read import read_case
from model.session import BASE, Session
from tests.conftest import SOAK, Mini
from tests.enumerated import every_plan, frontier, stays, value
from tests.reference import contract, random_cases
from tests.reference.random_cases import Sizes, Texts, tiny_cases

Build = Callable[..., Mini]
PAIRS = [pair for pair in permutations(MEASURES, 2) if set(pair) != {"coverage", "shortfall"}]

MANY = {
    "offers": [
        "A1,ALB,1,70", "A2,ALB,1,150,available_from=2", "A3,ALB,1,310",
        "B1,BEL,1,130,available_from=3", "B2,BEL,1,260,available_until=2", "B3,BEL,1,190",
    ],
    "lines": ["L,kyiv,1,2,priority=1", "M,lviv,0,2,priority=3", "N,lviv,0,1,elsewhere=poland:0.5"],
    "months": 3,
    "extra": "nations: {ALB: {share_key: 0.3}, BEL: {share_key: 0.2}}",
}  # fmt: skip


def enumerated(
    case: contract.Case, measures: Sequence[Measure], kept: Sequence[Stay] = ()
) -> list[tuple[Fraction, ...]]:
    plans = every_plan(case, 60_000)
    return frontier(tuple(value(case, plan, each, kept) for each in measures) for plan in plans)


def test_a_frontier_of_many_points_is_complete_and_each_is_proven(
    mini: Build, tmp_path: Path
) -> None:
    case = mini(**MANY).case
    wanted = enumerated(contract.load(tmp_path / "mini"), ("shortfall", "personnel"))
    assert len(wanted) >= 15
    found = pareto(case, Settings(), "shortfall", "personnel")
    assert [(*each.firsts, each.second) for each in found.points] == wanted
    assert found.complete
    assert found.in_time
    assert all(each.proven for each in found.points)
    for each in found.points:
        assert not list(each.plan.violations())


@settings(
    max_examples=25 * SOAK,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(texts=tiny_cases(random_cases.KINDS, random_cases.RULES, Sizes(plans=400)))
def test_the_frontier_of_a_random_case_is_that_of_all_its_plans(texts: Texts) -> None:
    rng = random.Random(str(texts))
    first, second = rng.choice(PAIRS)
    with tempfile.TemporaryDirectory() as folder:
        random_cases.write(texts, Path(folder))
        case = read_case(Path(folder)).case
    seen = contract.parse(texts)
    kept = stays(rng.choice(list(every_plan(seen))))
    found = pareto(case, Settings(keep=kept), first, second)
    wanted = enumerated(seen, (first, second), kept)
    what = "\n".join([f"{first} against {second}", *texts.values()])
    assert [(*each.firsts, each.second) for each in found.points] == wanted, what
    assert found.complete, what
    for each in found.points:
        assert each.bound == pytest.approx(float(each.firsts[0]), abs=1e-6), what


def test_what_is_held_is_as_good_as_it_can_be_in_every_point(mini: Build, tmp_path: Path) -> None:
    case = mini(**MANY).case
    seen = contract.load(tmp_path / "mini")
    plans = list(every_plan(seen, 60_000))
    least = min(value(seen, plan, "critical") for plan in plans)
    wanted = frontier(
        (value(seen, plan, "shortfall"), value(seen, plan, "burden"))
        for plan in plans
        if value(seen, plan, "critical") == least
    )
    found = pareto(case, Settings(), "shortfall", "burden", hold=("critical",))
    assert [(*each.firsts, each.second) for each in found.points] == wanted
    assert found.held == {"critical": least}
    assert found.complete


def test_two_measures_in_turn_can_be_one_side(mini: Build, tmp_path: Path) -> None:
    case = mini(**{**MANY, "offers": MANY["offers"][:4]}).case
    seen = contract.load(tmp_path / "mini")
    measures: tuple[Measure, ...] = ("critical", "shortfall", "change")
    kept = (Stay("B1", "M", 1, 3, 2), Stay("A1", "L", 2, 3, 1))
    wanted = enumerated(seen, measures, kept)
    session = Session(
        replace(case, tiers=("critical", "shortfall", "change")),
        Settings(keep=kept),
        Options(gap=0),
    )
    found = Tracing(session, BASE, measures[:2], "change", float("inf")).trace()
    assert [(*each.firsts, each.second) for each in found.points] == wanted
    assert found.complete


def test_a_frontier_that_was_cut_short_says_so_and_what_it_shows_is_true(mini: Build) -> None:
    case = mini(**MANY).case
    whole = pareto(case, Settings(), "shortfall", "personnel")
    some = pareto(case, Settings(), "shortfall", "personnel", most=5)
    assert (len(some.points), some.complete, some.in_time) == (5, False, True)
    true = {(each.firsts, each.second) for each in whole.points}
    assert {(each.firsts, each.second) for each in some.points if each.proven} <= true
    none = pareto(case, Settings(), "shortfall", "personnel", options=Options(time_limit=1e-6))
    assert not none.complete
    assert not none.in_time
    for each in none.points:
        assert not each.proven
        assert each.firsts == (cost(each.plan, "shortfall"),)
        assert each.bound <= whole.points[0].firsts[0]
