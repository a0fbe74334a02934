"""What is told of a search is the best and the bound of the whole, and only gets better."""

from __future__ import annotations

from itertools import groupby, pairwise
from pathlib import Path

import pytest

import model.search
from model.domain import Settings
from model.formulation import Formulation
from model.outcome import Options, Progress
from model.read import read_case
from model.solver import solve
from tests.conftest import SOAK, countable
from tests.test_search import HEAD, LINES, OFFERS, joined_case

CLOSE = 1e-6


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("seed", range(12 * SOAK))
def test_best_and_bound_close_in_on_the_optimum_from_both_sides(
    seed: int, large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(model.search, "LARGE", 0)
    if seed % 2:
        offers, lines, caveats = joined_case(seed)
        (tmp_path / "capabilities.csv").write_text(OFFERS + offers)
        (tmp_path / "requirements.csv").write_text(LINES + lines)
        (tmp_path / "constraints.yaml").write_text(HEAD + caveats)
        case = read_case(tmp_path).case
    else:
        case = countable(seed, tmp_path, 400).case
    seen: list[Progress] = []
    outcome = solve(Formulation(case, Settings()), Options(gap=0), seen.append)
    assert outcome.status == "optimal"
    optimum = {tier.name: tier.value for tier in outcome.tiers}
    order = [tier.name for tier in outcome.tiers]
    told = [order.index(each.tier) for each in seen]
    assert told == sorted(told)  # a tier that is closed stays so
    for tier, each in groupby(seen, lambda at: at.tier):
        records = list(each)
        for at in records:
            assert at.bound - CLOSE <= optimum[tier] <= at.best + CLOSE
        for one, two in pairwise(records):
            assert two.best <= one.best + CLOSE
            assert two.bound >= one.bound - CLOSE
        assert records[-1].best == pytest.approx(optimum[tier], abs=1e-5)
        assert records[-1].gap <= 1e-5
