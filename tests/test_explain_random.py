"""Over random cases: every gap of an optimal plan is explained, and truthfully."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from model.domain import Settings
from model.eligibility import Candidate, candidates
from model.explain import Gap, Reason, explain
from model.formulation import Formulation
from model.obstacles import ORDER, Obstacles
from model.outcome import Options
from model.plan import Plan, Start
from model.read import read_case
from model.solver import solve
from tests.reference.random_cases import SIMPLE_KINDS, Texts, seeded_case, tiny_cases, write


def _optimal(texts: Texts, chosen: Settings) -> tuple[Plan, list[Candidate], list[Gap]]:
    with tempfile.TemporaryDirectory() as folder:
        case = read_case(write(texts, Path(folder))).case
    formulation = Formulation(case, chosen)
    plan = solve(formulation, Options(gap=0)).plan
    return plan, formulation.all_candidates, explain(plan, formulation.all_candidates)


def _covering(ways: list[Candidate], gap: Gap, offers: tuple[str, ...]) -> list[Candidate]:
    return [
        way
        for way in ways
        if way.assignment.line.line == gap.line.line
        and way.assignment.offer.offer in offers
        and way.assignment.start <= gap.last
        and gap.first <= way.assignment.end
    ]


def _explained(texts: Texts, chosen: Settings) -> None:
    plan, ways, gaps = _optimal(texts, chosen)
    _every_cell_once(plan, gaps)
    obstacles = Obstacles(plan, ways)
    for gap in gaps:
        assert gap.reasons
        order = [ORDER.index(reason.kind) for reason in gap.reasons]
        assert order == sorted(order)
        named = {name for each in gap.reasons if each.kind != "no_offer" for name in each.offers}
        for offer in plan.case.fitting(gap.line):
            there = plan.line_tours.get((gap.line.line, gap.first), ())
            units = sum(t.units for t in there if t.assignment.offer is offer)
            assert offer.offer in named or units == offer.units
            for month in range(gap.first, gap.last + 1):
                # What was found once for a span of months is what each month alone would find.
                alone = tuple(Obstacles(plan, ways).of_offer(offer, gap.line, month))
                assert obstacles.of_offer(offer, gap.line, month) == alone
                for found in alone:
                    if found.why in ("later", "later here"):
                        # So many units do begin there then as are said to be kept for it.
                        line = found.cause[0] if found.why == "later" else gap.line.line
                        begin = [
                            tour.units
                            for tour in plan.tours
                            if tour.assignment.offer is offer
                            and tour.assignment.line.line == line
                            and tour.assignment.start == found.cause[-1]
                        ]
                        assert found.units <= sum(begin)
        for reason in gap.reasons:
            assert "proven only" not in reason.text
            if reason.kind == "caveat":
                _caveats_bar(plan, ways, gap, reason)
            if reason.kind == "ceiling":
                _one_more_breaks(plan, ways, gap, reason)


def _every_cell_once(plan: Plan, gaps: list[Gap]) -> None:
    short = [(line.line, m) for line, m in plan.demanded() if plan.shortfall(line, m) > 0]
    assert [(g.line.line, m) for g in gaps for m in range(g.first, g.last + 1)] == short
    for gap in gaps:
        for month in range(gap.first, gap.last + 1):
            assert gap.covered == plan.coverage(gap.line, month)
            assert gap.shortfall == plan.shortfall(gap.line, month)
            assert gap.state == plan.state(gap.line, month)
    weights = sum((gap.weighted for gap in gaps), Fraction(0))
    assert weights == plan.tier_values.get("shortfall", weights)
    for before, gap in pairwise(gaps):
        same = (before.line, before.last + 1) == (gap.line, gap.first)
        assert not same or (before.covered, before.reasons) != (gap.covered, gap.reasons)


def _caveats_bar(plan: Plan, ways: list[Candidate], gap: Gap, reason: Reason) -> None:
    case = plan.case
    named = [case.caveat_by_id[name] for name in reason.caveats]
    if not any(caveat.limits_tours for caveat in named):
        barred = [way.gates for way in _covering(ways, gap, reason.offers)]
        assert set(reason.caveats) <= frozenset().union(*barred)
    lifted = replace(
        case,
        caveats=tuple(
            caveat.model_copy(update={"active": caveat.active and caveat not in named})
            for caveat in case.caveats
        ),
    )
    after = candidates(lifted, plan.settings)
    for offer in reason.offers:
        assert any(not way.gates for way in _covering(after, gap, (offer,)))


def _one_more_breaks(plan: Plan, ways: list[Candidate], gap: Gap, reason: Reason) -> None:
    broken: set[str] = set()
    for way in _covering(ways, gap, reason.offers):
        if not way.gates:
            more = Plan(plan.case, plan.settings, [*plan.starts, Start(*way.assignment.key, 1)])
            broken |= {text.split(":")[0] for text in more.violations()}
    if gap.covered == 0:  # else a unit that is here already may be the one that cannot move
        assert {f"caveat {name}" for name in reason.caveats} <= broken


@pytest.mark.parametrize("first", range(0, 120, 20))
@pytest.mark.parametrize("pending", ["granted", "refused"])
def test_every_gap_of_an_optimal_plan_is_explained_truthfully(first: int, pending: str) -> None:
    chosen = Settings(pending="refused" if pending == "refused" else "granted")
    for seed in range(first, first + 20):
        _explained(seeded_case(seed, SIMPLE_KINDS, ()), chosen)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(tiny_cases(SIMPLE_KINDS, ()))
def test_every_gap_of_a_drawn_case_is_explained_truthfully(texts: Texts) -> None:
    _explained(texts, Settings())
