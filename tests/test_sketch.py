"""Plans that are told while a search goes on: each holds, and telling them changes nothing."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from model import sketch
from model.domain import Settings
from model.outcome import Options, checked
from model.plan import Start
from model.program import Vector
from model.session import BASE, Session
from tests.conftest import chunks
from tests.reference.random_cases import Sizes
from tests.test_all_kinds import crowded


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell every plan that is found, as a search of many hours would."""
    monkeypatch.setattr(sketch, "FIRST", 0.0)
    monkeypatch.setattr(sketch, "PAUSE", 0.0)
    monkeypatch.setattr(sketch, "PART", float("inf"))


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("seeds", chunks(40, 20), ids=lambda seeds: f"{seeds[0]}+")
def test_every_plan_that_is_told_passes_the_checker_and_none_beats_the_answer(
    tmp_path: Path, seeds: range
) -> None:
    heard = 0
    for seed in seeds:
        case = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0)).case
        told: list[tuple[Start, ...]] = []
        found = Session(case, Settings(), Options(gap=0)).solve(BASE, on_plan=told.append)
        alone = Session(case, Settings(), Options(gap=0)).solve(BASE)
        assert found.plan.starts == alone.plan.starts, seed
        best = tuple(found.plan.tier_values.values())
        for each in told:
            assert tuple(checked(case, Settings(), each).tier_values.values()) >= best, seed
        heard += len(told)
    assert heard > len(seeds)


def test_a_search_that_is_soon_over_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sketch, "SOON", 60.0)
    monkeypatch.setattr(sketch, "FIRST", 60.0)
    case = crowded(1, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0)).case
    told: list[tuple[Start, ...]] = []
    Session(case, Settings(), Options(gap=0)).solve(BASE, on_plan=told.append)
    assert told == []


def test_a_plan_that_shows_all_there_will_be_is_told_before_its_last_tiers_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sketch, "SOON", 0.01)
    told: list[float] = []
    heard = threading.Event()

    def tell(point: Vector) -> None:
        told.append(float(point[0]))
        heard.set()

    sketcher = sketch.Sketcher(tell)
    sketcher.offer(lambda: np.array([1.0]))
    sketcher.offer(lambda: np.array([2.0]), settled=True)
    assert heard.wait(60)  # nothing more is offered, as in the midst of a long tier
    sketcher.offer(lambda: np.array([3.0]), settled=True)
    sketcher.close()
    assert told == [2.0]


def test_nothing_is_told_once_the_search_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketch, "SOON", 0.01)
    monkeypatch.setattr(sketch, "FIRST", 0.0)
    told: list[float] = []
    sketcher = sketch.Sketcher(lambda point: told.append(float(point[0])))
    sketcher.close()
    sketcher.offer(lambda: np.array([1.0]), settled=True)
    time.sleep(0.05)
    assert told == []
