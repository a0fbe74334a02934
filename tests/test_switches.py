"""A program with switches, any of them lifted, is the program of the case without these."""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from model.domain import Pending, Settings
from model.formulation import Formulation
from model.outcome import Options
from model.program import Program, compile_program
from model.search import search
from model.solver import solve
from model.terms import Terms
from tests.conftest import chunks
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
