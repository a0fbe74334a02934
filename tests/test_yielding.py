"""Parts bettered as if nothing joined them yield until every row of the whole holds."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from benchmarks.generate import generate, write
from model.domain import Settings
from model.formulation import Formulation
from model.greedy import filled, thinned
from model.neighbourhood import Field
from model.outcome import checked
from model.program import Numbers, Program, Vector, compile_program
from model.read import read_case
from model.solver import starts
from model.weighing import Weighed, weighed
from model.yielding import BROKEN, LITTLE, Yielding, apart, joining
from tests.conftest import SOAK, roomy

TIGHT = 1e-6


class Stated(NamedTuple):
    """A program, its parts, and which rows join them."""

    program: Program
    parts: list[Numbers]
    rows: list[int]
    aim: Weighed

    def fields(self) -> list[Field]:
        units = np.zeros(self.program.size, dtype=bool)
        units[[c for c in self.program.begin if c >= 0]] = True
        return [Field(columns[units[columns]], columns, 0.0) for columns in self.parts]

    def yielding(self, point: Vector) -> Yielding:
        clock = (0, math.inf, lambda: False)
        return Yielding(self.program, self.rows, point, self.aim, self.fields(), clock)

    def beyond(self, point: Vector) -> list[float]:
        """Return by how many of its largest units the point breaks each joining row."""
        rows = [self.program.rows[i] for i in self.rows]
        return [max(0.0, row.value(point) - row.upper) / max(map(abs, row.values)) for row in rows]


def stated(formulation: Formulation) -> Stated:
    program = compile_program(formulation)
    parts = [np.array(columns) for columns in program.parts()]
    return Stated(program, parts, joining(program, parts), weighed(program.goals))


@pytest.fixture
def joined(tmp_path: Path) -> Stated:
    """A case whose parts use more together than its ceilings let them."""
    case = read_case(write(generate("theatre", 1, hard=True), tmp_path)).case
    return stated(Formulation(case, Settings()))


@pytest.mark.parametrize("seed", range(40 * SOAK))
def test_what_keeps_the_rows_of_the_parts_is_thinned_to_a_plan_of_the_whole(
    seed: int, tmp_path: Path
) -> None:
    case = roomy(seed, tmp_path).case
    formulation = Formulation(case, Settings())
    s = stated(formulation)
    alone = apart(s.program, s.rows, s.parts)
    lot = np.random.default_rng(seed)
    for advice in (None, s.program.upper.clip(0, 9) * lot.random(s.program.size)):
        # Whatever plan there is of the whole is one of the parts.
        whole = filled(s.program, s.program.nothing, s.aim.costs, advice=advice)
        assert alone.fault(whole) is None
        point = filled(alone, alone.nothing, s.aim.costs, advice=advice)
        plan = thinned(s.program, point, s.aim.costs)
        if plan is None:
            assert case.pins  # only they ask for units that may have to go
        elif not case.pins:
            checked(case, Settings(), starts(formulation, s.program, plan))


def test_units_are_taken_away_only_where_they_are_too_many(joined: Stated) -> None:
    program, costs = joined.program, joined.aim.costs
    alone = apart(program, joined.rows, joined.parts)
    point = filled(alone, alone.nothing, costs)
    assert sum(joined.beyond(point)) > 1
    plan = thinned(program, point, costs)
    assert plan is not None
    assert program.fault(plan) is None
    nothing = filled(program, program.nothing, costs)
    assert costs @ point < costs @ plan < costs @ program.nothing
    assert costs @ plan < costs @ nothing * 1.5
    # A plan that keeps every row stays as it is.
    again = thinned(program, plan, costs)
    assert again is not None
    assert costs @ again <= costs @ plan + TIGHT


def test_parts_yield_until_hardly_a_row_is_broken(joined: Stated) -> None:
    program, costs = joined.program, joined.aim.costs
    alone = apart(program, joined.rows, joined.parts)
    climb = joined.yielding(filled(alone, alone.nothing, costs))
    first = climb.beyond
    assert climb.point[program.size :] == pytest.approx(joined.beyond(climb.point[: program.size]))
    told = []
    climb.settle(lambda point: told.append(sum(joined.beyond(point))), lambda: False)
    assert climb.beyond <= LITTLE < first
    assert told[-1] == pytest.approx(climb.beyond, abs=BROKEN)
    point = climb.point[: program.size]
    plan = thinned(program, point, costs)
    at_once = thinned(program, filled(alone, alone.nothing, costs), costs)
    assert plan is not None
    assert at_once is not None
    assert costs @ plan < costs @ at_once


def test_two_neighbourhoods_may_count_on_the_same_room(joined: Stated) -> None:
    program = joined.program
    alone = apart(program, joined.rows, joined.parts)
    climb = joined.yielding(filled(alone, alone.nothing, joined.aim.costs))
    climb.costs = np.zeros(climb.program.size)
    climb.tiers = [climb.costs]
    lot = np.random.default_rng(1)
    missing = sorted(program.missing)
    rows = [climb.rows[j] for j in climb.broken]
    units = sorted({c for row in rows for c in row.columns if climb.point[c] > 0})
    seen = set()
    for _ in range(100):
        column = lot.choice(units)
        columns = climb.ground.with_followers(np.array([column]))
        other = climb.point[columns].copy()
        other[columns == column] += lot.choice([-1.0, 1.0])
        other[np.isin(columns, missing)] = 9.0
        other[columns >= program.size] = 0.0  # as if nobody else used any of it
        climb.put(columns, other)
        real = joined.beyond(climb.point[: program.size])
        assert climb.point[program.size :] == pytest.approx(real, abs=BROKEN)
        assert climb.sums == pytest.approx(climb.ground.sums(climb.point))
        seen.add(round(sum(real), 6))
    assert len(seen) > 5
