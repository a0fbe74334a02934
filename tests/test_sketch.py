"""Plans that are told while a search goes on: each holds, and telling them changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from model import sketch
from model.domain import Settings
from model.outcome import Options, checked
from model.plan import Start
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


def test_a_search_that_is_soon_over_tells_nothing(tmp_path: Path) -> None:
    case = crowded(1, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0)).case
    told: list[tuple[Start, ...]] = []
    Session(case, Settings(), Options(gap=0)).solve(BASE, on_plan=told.append)
    assert told == []
