"""Losses are what a fresh solve without the offers finds, and what follows from them is told."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import model.terms
from model.domain import Pending, Settings
from model.prices import TIERS
from model.stress import stress
from tests.conftest import NEVER, Mini, calls_infeasible, chunks
from tests.reference.random_cases import Sizes
from tests.test_all_kinds import crowded
from tests.test_prices import CLOSE, LOST, caught_at_lost, crossed, least, often

Build = Callable[..., Mini]


@pytest.mark.parametrize("seeds", chunks(40, 20), ids=lambda seeds: f"{seeds[0]}+")
def test_losses_of_one_and_of_two_are_those_of_brute_force(tmp_path: Path, seeds: range) -> None:
    lost = two = 0
    for seed in seeds:
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0))
        pending: Pending = "refused" if seed % 3 == 0 else "granted"
        case, settings = twice.case, Settings(pending=pending)
        found = stress(case, settings, pairs=True)
        now = least(case, settings)
        nations = sorted({offer.nation for offer in case.offers})
        assert {each.nations for each in found.losses} == {(nation,) for nation in nations}
        assert len(found.pairs) == math.comb(len(nations), 2)
        assert found.in_time
        for each in (*found.losses, *found.pairs):
            left = tuple(offer for offer in case.offers if offer.nation not in each.nations)
            after = least(replace(case, offers=left), settings)
            for tier, before, value in zip(TIERS, now, after, strict=True):
                ends = each.losses[tier]
                assert ends.exact, f"{each.nations} {pending}\n{twice}"
                assert ends.low == pytest.approx(float(value - before), abs=CLOSE), (
                    f"{each.nations} {pending}\n{twice}"
                )
            assert not any(tour.assignment.offer.nation in each.nations for tour in each.plan.tours)
            lost += after != now
            two += after != now and len(each.nations) == 2
    assert lost > len(seeds) / 2
    assert two


def test_intervals_hold_the_truth_when_the_search_is_cut_short(tmp_path: Path) -> None:
    cut = 0
    for seed in range(12):
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=1, plans=0))
        truth = {each.nations: each.losses for each in stress(twice.case, Settings()).losses}
        for asked in (0, 5, 20, 60):
            calls = itertools.count()
            part = stress(twice.case, Settings(), stopped=lambda c=calls, n=asked: next(c) >= n)  # type: ignore[misc]
            for each in part.losses:
                for tier in TIERS:
                    ends = each.losses[tier]
                    right = truth[each.nations][tier].low
                    assert ends.low - CLOSE <= right <= ends.high + CLOSE, f"{asked} {twice}"
                    cut += ends.low < ends.high
    assert cut


def test_a_partner_a_lead_and_who_fills_in_are_told(mini: Build) -> None:
    case = mini(
        "id: P, kind: partner, nation: BEL, with: [ALB], scope: role",
        offers=["A1,ALB,1,100", "B1,BEL,1,100,capability=eng", "C1,CZE,1,100"],
        lines=["L,kyiv,1,1,max_nations=1", "M,kyiv,1,1,capability=eng"],
        months=3,
        rules=["id: R, kind: lead_nation, role: land, candidates: [ALB]"],
    ).case
    found = stress(case, Settings())
    worst = found.losses[0]
    assert worst.nations == ("ALB",)
    # Nobody leads for three months at weight 4; B1 may not stay alone; C1 takes the line over.
    assert worst.losses["critical"].low == 12 + 3
    assert [text.split(":")[0] for text in worst.breaks] == ["caveat P"] * len(worst.breaks)
    assert worst.breaks
    assert [(each.role, each.first, each.last) for each in worst.leads] == [("land", 1, 3)]
    assert worst.fill_in == {"CZE": 3}
    free = found.losses[-1]
    assert (free.nations, free.solved, free.breaks) == (("CZE",), False, ())
    assert all(each.low == each.high == 0 for each in free.losses.values())


# A solver that errs


def test_losses_of_a_solver_that_calls_all_infeasible_are_the_right_ones_and_say_so(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = crossed(mini)
    right = stress(case, Settings())
    assert right.events == ()
    calls_infeasible(monkeypatch, model.terms)
    found = stress(case, Settings())
    assert [(each.nations, each.losses) for each in found.losses] == [
        (each.nations, each.losses) for each in right.losses
    ]
    assert found.in_time
    assert any(NEVER in each for each in found.events)
    assert sum(map(often, found.events)) > sum(map(often, found.base.events))


def test_stress_tells_once_that_processes_were_lost_and_how_often(
    mini: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught_at_lost(monkeypatch)
    found = stress(crossed(mini), Settings())
    solved = sum(each.solved for each in found.losses)
    assert solved > 1
    assert found.events == (f"{LOST} ({1 + solved} times)",)
