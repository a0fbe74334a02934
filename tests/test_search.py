"""Parts of a program that only ceilings join are solved apart, and as one where they must be."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import model.terms
from model import search, sharing
from model.domain import Settings
from model.formulation import Formulation
from model.greedy import told_exactly
from model.highs import Answer, Limits
from model.outcome import Options, Outcome
from model.part import YIELDING, Part
from model.program import Program, Vector, compile_program
from model.read import read_case
from model.solver import solve
from model.terms import Standing, Terms
from model.whole import Whole, as_one, broken_rows
from tests.reference import contract

OFFERS = "offer,nation,capability,units,personnel,available_from,available_until,notice_days,tour,dwell,basis\n"
LINES = "line,role,capability,area,minimum,target,from,until,priority,max_nations,elsewhere,basis\n"
HEAD = (
    "calendar: {months: 6}\ndefaults: {tour: 3, dwell: 3}\nareas: {ukraine: {}, poland: {}}\n"
    "capabilities: {inf: {}, eng: {}, med: {}}\n"
)

Make = Callable[[str, str, str], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a case of offers, lines and caveats and return its folder."""

    def write(offers: str, lines: str, caveats: str) -> Path:
        (tmp_path / "capabilities.csv").write_text(OFFERS + offers)
        (tmp_path / "requirements.csv").write_text(LINES + lines)
        (tmp_path / "constraints.yaml").write_text(HEAD + caveats)
        return tmp_path

    return write


def solved(folder: Path, **options: bool) -> tuple[Formulation, Outcome]:
    formulation = Formulation(read_case(folder).case, Settings())
    return formulation, solve(formulation, Options(gap=0, **options))


TWO_OFFERS = "A1,ALB,inf,3,100,,,,,,assumed\nB1,BEL,eng,3,100,,,,,,assumed\n"
TWO_LINES = "L,land,inf,ukraine,1,3,,,1,,,assumed\nM,land,eng,ukraine,1,3,,,1,,,assumed\n"


def test_lines_that_share_nothing_are_parts_of_their_own(make: Make) -> None:
    formulation, outcome = solved(make(TWO_OFFERS, TWO_LINES, ""))
    assert len(compile_program(formulation).parts()) == 2
    assert outcome.status == "optimal"


@pytest.mark.parametrize(
    ("caveat", "parts"),
    [
        # On which side a line is to be is for its own part; whether the package comes is neither's.
        ("{id: A, kind: avoid, nation: ALB, with: [BEL]}", 2),
        ("{id: P, kind: package, nation: ALB, offers: [A1, A2]}", 3),
    ],
)
def test_what_a_caveat_decides_beside_units_is_in_the_one_part_it_meets(
    make: Make, caveat: str, parts: int
) -> None:
    more = "A2,ALB,eng,3,100,,,,,,assumed\nB2,BEL,inf,3,100,,,,,,assumed\n"
    formulation, outcome = solved(make(TWO_OFFERS + more, TWO_LINES, f"caveats: [{caveat}]\n"))
    assert len(compile_program(formulation).parts()) == parts
    assert outcome.status == "optimal"


def test_a_ceiling_over_two_parts_holds_in_the_whole(make: Make) -> None:
    ceiling = "caveats: [{id: C, kind: ceiling, nations: [ALB, BEL], units: 2}]\n"
    folder = make(TWO_OFFERS, TWO_LINES, ceiling)
    formulation, outcome = solved(folder)
    assert len(compile_program(formulation).parts()) == 2
    assert outcome.status == "optimal"
    tiers = [tier.name for tier in outcome.tiers]
    best = contract.optimum(contract.load(folder), tiers)
    assert [tier.value for tier in outcome.tiers] == pytest.approx([float(best[t]) for t in tiers])


def test_what_only_decides_about_units_of_joined_parts_is_joined_with_them(make: Make) -> None:
    offers = TWO_OFFERS + "A2,ALB,eng,3,100,,,,,,assumed\nC1,CZE,med,3,100,,,,,,assumed\n"
    lines = TWO_LINES + "N,land,med,ukraine,1,3,,,1,,,assumed\n"
    minima = (
        "caveats:\n- {id: D, kind: minimum, nation: ALB, units: 2}\n"
        "- {id: E, kind: minimum, nation: CZE, units: 2}\n"
    )
    program = compile_program(Formulation(read_case(make(offers, lines, minima)).case, Settings()))
    columns = program.parts(decided_apart=True)
    parts = [
        Part(each, here, terms(), lambda tier, bound: None)
        for each, here in zip(program.split(columns), columns, strict=True)
    ]
    deciding = [each for each in parts if set(program.begin).isdisjoint(each.standing.columns)]
    assert len(parts) == 5
    assert len(deciding) == 2

    def joined(block: str) -> list[Part]:
        of_block = {c for row in program.rows if row.block == block for c in row.columns}
        there = [each for each in parts if not of_block.isdisjoint(each.standing.columns)]
        with_units = [each for each in there if each not in deciding]
        assert search._with_decisions(program, parts, with_units) == there
        return there

    assert len(joined("'caveat[D]'")) == 3
    assert len(joined("'caveat[E]'")) == 2


def test_parts_that_fall_short_are_joined_before_those_that_only_share_the_row(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    ceiling = "caveats: [{id: C, kind: ceiling, nations: [ALB, BEL, CZE], units: 1}]\n"
    offers = TWO_OFFERS + "C1,CZE,med,1,100,,,,,,assumed\n"
    # The last line comes before the others: its part has all that it asks for.
    lines = TWO_LINES.replace(",1,3,,,1,", ",0,3,,,4,") + "N,land,med,ukraine,1,1,,,1,,,assumed\n"
    folder = make(offers, lines, ceiling)
    joined: list[int] = []
    one = search._one

    def counting(program: Program, parts: Sequence[Part], *more: Any) -> Part:
        joined.append(len(parts))
        return one(program, parts, *more)

    monkeypatch.setattr(search, "_one", counting)
    _, outcome = solved(folder)
    assert joined[0] == 2
    assert outcome.status == "optimal"
    _, whole = solved(folder, apart=False)
    assert [each.value for each in outcome.tiers] == [each.value for each in whole.tiers]


def test_a_part_stands_at_another_point_only_if_that_is_as_good_in_every_tier(make: Make) -> None:
    program = compile_program(
        Formulation(read_case(make(TWO_OFFERS, TWO_LINES, "")).case, Settings())
    )
    columns = program.parts()[0]
    split = program.split([columns])[0]
    # So much dearer that a worse point lies within what the solver's rows tolerate.
    dear = replace(split.goals[1], costs=split.goals[1].costs * 1e6, quanta={0: 0})
    part = Part(
        replace(split, goals=(split.goals[0], dear)), columns, terms(), lambda tier, bound: None
    )
    part.solve()
    best = part.standing.point
    missing = int(np.flatnonzero(dear.costs)[-1])
    worse = best.copy()
    worse[missing] += 5e-6
    assert part.program.fault(worse, part.holds) is None
    part.stand_at(worse)
    assert (part.standing.point == best).all()
    part.stand_at(other := best.copy())
    assert part.standing.point is other


def test_a_start_that_cannot_be_thinned_is_no_start(make: Make) -> None:
    # Taking a unit of ALB away breaks its minimum: the joined search must begin from nothing.
    caveats = (
        "caveats:\n- {id: C, kind: ceiling, nations: [ALB, BEL], units: 4}\n"
        "- {id: D, kind: minimum, nation: ALB, units: 3}\n"
    )
    folder = make(TWO_OFFERS.replace(",3,100", ",6,100"), TWO_LINES.replace("1,3", "3,3"), caveats)
    _, outcome = solved(folder)
    tiers = [tier.name for tier in outcome.tiers]
    best = contract.optimum(contract.load(folder), tiers, limit=10**7)
    assert outcome.status == "optimal"
    assert [tier.value for tier in outcome.tiers] == pytest.approx([float(best[t]) for t in tiers])


def joined_case(seed: int) -> tuple[str, str, str]:
    """Return a case of two or three parts under ceilings that join them."""
    rng = random.Random(seed)
    capabilities = ["inf", "eng", "med"][: rng.randint(2, 3)]
    offers = "".join(
        f"{nation}-{capability},{nation},{capability},{rng.randint(1, 2)},{rng.choice((50, 100))},,,,"
        f"{rng.choice(('', '6'))},{rng.choice(('', '0'))},assumed\n"
        for capability in capabilities
        for nation in rng.sample(("ALB", "BEL"), rng.randint(1, 2))
    )
    lines = "".join(
        f"L-{capability},land,{capability},ukraine,{rng.randint(0, 1)},{rng.randint(1, 2)},,,"
        f"{rng.randint(1, 4)},,{rng.choice(('', 'poland:0.5'))},assumed\n"
        for capability in capabilities
    )
    caveats = [
        f"{{id: C{i}, kind: ceiling, nations: [{rng.choice(('ALB', 'BEL', 'ALB, BEL'))}], "
        f"{rng.choice(('units: 1', 'units: 2', 'personnel: 100', 'personnel: 150'))}"
        f"{rng.choice(('', ', applies_to: {areas: [ukraine]}'))}}}"
        for i in range(rng.randint(1, 2))
    ]
    if rng.random() < 0.5:
        caveats.append("{id: V, kind: approval, nation: ALB, status: pending, probability: 0.5}")
    if rng.random() < 0.3:
        caveats.append("{id: M, kind: minimum, nation: BEL, units: 2}")
    return offers, lines, "caveats:\n" + "".join(f"- {caveat}\n" for caveat in caveats)


@pytest.mark.parametrize("seed", range(60))
def test_parts_apart_reach_what_enumeration_and_the_whole_reach(make: Make, seed: int) -> None:
    folder = make(*joined_case(seed))
    _, apart = solved(folder)
    _, whole = solved(folder, apart=False)
    tiers = [tier.name for tier in apart.tiers]
    assert apart.status == whole.status == "optimal"
    wanted = pytest.approx([tier.value for tier in whole.tiers])
    assert [tier.value for tier in apart.tiers] == wanted
    assert [tier.bound for tier in apart.tiers] == wanted
    try:
        best = contract.optimum(contract.load(folder), tiers, limit=5_000)
    except contract.TooLarge:
        return  # the whole, held to enumeration elsewhere, is what it is held to here
    assert [float(best[tier]) for tier in tiers] == wanted


def test_stopped_at_once_the_joined_plan_still_keeps_every_ceiling(make: Make) -> None:
    ceiling = "caveats: [{id: C, kind: ceiling, nations: [ALB, BEL], units: 2}]\n"
    formulation = Formulation(read_case(make(TWO_OFFERS, TWO_LINES, ceiling)).case, Settings())
    outcome = solve(formulation, Options(), stopped=lambda: True)
    assert outcome.status == "interrupted"
    assert not list(outcome.plan.violations())
    assert all(tier.bound <= tier.value for tier in outcome.tiers)


def terms() -> Terms:
    return Terms(0.0, math.inf, 0, lambda tier: None, lambda: False)


def solved_apart(program: Program) -> list[Standing]:
    parts = program.parts()
    return [
        Part(each, columns, terms(), lambda tier, bound: None).solve()
        for each, columns in zip(program.split(parts), parts, strict=True)
    ]


def begun(folder: Path) -> tuple[Program, list[Standing], Whole]:
    """Return a program that the field has no word for, its parts, and a whole that has nothing.

    The parts break a row that joins them.
    """
    program = compile_program(Formulation(read_case(folder).case, Settings()))
    program = replace(program, traits=None)
    parts, standings = program.parts(), solved_apart(program)
    apart = as_one(program, standings)
    assert broken_rows(program, apart)
    programs, asked = program.split(parts), terms()
    asked.course.begin(program, programs, parts)
    whole = Whole(program, parts, programs, standings, apart, asked)
    whole.point = program.nothing
    return program, standings, whole


def test_what_joined_parts_reach_is_kept_though_no_neighbourhoods_are_searched(make: Make) -> None:
    ceiling = "caveats: [{id: C, kind: ceiling, nations: [ALB, BEL], units: 3}]\n"
    program, _, whole = begun(make(TWO_OFFERS, TWO_LINES, ceiling))
    together = Part(program, list(range(program.size)), terms(), lambda tier, bound: None).solve()
    whole.offer([together], together.point)
    assert whole.values(whole.point) == pytest.approx(together.values)


def test_of_parts_that_break_a_row_together_as_many_are_taken_over_as_fit(make: Make) -> None:
    ceiling = "caveats: [{id: C, kind: ceiling, nations: [ALB, BEL], units: 3}]\n"
    offers = TWO_OFFERS + "C1,CZE,med,3,100,,,,,,assumed\n"
    lines = TWO_LINES + "N,land,med,ukraine,1,3,,,1,,,assumed\n"
    program, standings, whole = begun(make(offers, lines, ceiling))
    mixed = whole._mixed(as_one(program, standings), standings)
    assert program.fault(mixed) is None
    taken = [(mixed[each.columns] == each.point).all() for each in standings]
    assert sum(taken) == 2
    for each, there in zip(standings, taken, strict=True):
        if not there:
            mixed[each.columns] = each.point
            assert broken_rows(program, mixed)


def test_no_more_is_told_to_be_missing_than_is_where_a_row_bounds_it(make: Make) -> None:
    formulation, outcome = solved(make(TWO_OFFERS, TWO_LINES, ""))
    program = compile_program(formulation)
    exact = as_one(program, solved_apart(program))
    program = program.bounded("shortfall", outcome.tiers[1].value + 1e-5, program.nothing)
    units = {column for column in program.begin if column >= 0}
    drifted = exact.copy()
    for column in range(program.size):
        if column not in units and drifted[column] + 1e-3 <= program.upper[column]:
            drifted[column] += 1e-3
    assert broken_rows(program, drifted)
    assert not broken_rows(program, told_exactly(program, drifted))
    assert told_exactly(program, drifted) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(("critical", "beneath"), [(3.0, [([0], 4.0), ([1], 5.0)]), (4.0, [])])
def test_what_was_proven_of_joined_parts_holds_while_each_stands_on_its_floor(
    critical: float, beneath: list[tuple[list[int], float]]
) -> None:
    floors = [
        Standing([0], np.zeros(1), [1.0, 4.0], [1.0, 4.0], [1.0, 1.0]),
        Standing([1], np.zeros(1), [2.0, 6.0], [2.0, 5.0], [1.0, 1.0]),
    ]
    joined = Standing([0, 1], np.zeros(2), [critical, 12.0], [critical, 12.0], [1.0, 1.0], floors)
    assert list(joined.beneath(0)) == [([0], 1.0), ([1], 2.0)]
    assert list(joined.beneath(1)) == beneath
    again = Standing(
        [0, 1, 2], np.zeros(3), [critical, 13.0], [critical, 13.0], [1.0, 1.0], [joined]
    )
    assert list(again.beneath(1)) == [([0, 1], 12.0), *beneath]


# A solver that errs


def test_bounds_of_parts_that_a_plan_of_all_refutes_are_thrown_away(make: Make) -> None:
    ceiling = "caveats: [{id: C, kind: ceiling, nations: [ALB, BEL], units: 3}]\n"
    program, _, whole = begun(make(TWO_OFFERS, TWO_LINES, ceiling))
    values = whole.values(whole.point)
    near = [value + 1e-7 for value in values]
    assert whole.unrefuted(near) == near
    assert whole.terms.events.told() == ()
    assert whole.unrefuted([values[0] + 1, *values[1:]]) == [0.0, *values[1:]]
    (event,) = whole.terms.events.told()
    assert event.startswith(f"tier {program.goals[0].name}: what was proven of parts lies above")


def test_a_floor_above_what_the_parts_come_to_together_is_not_stood_upon(make: Make) -> None:
    ceiling = "caveats: [{id: C, kind: ceiling, nations: [ALB, BEL], units: 3}]\n"
    program, standings, _ = begun(make(TWO_OFFERS, TWO_LINES, ceiling))
    every = list(range(program.size))
    right = Part(program, every, terms(), lambda tier, bound: None).solve()
    for wrong in standings:
        wrong.bounds = [bound + 50 for bound in wrong.bounds]
    asked = terms()
    part = Part(
        program, every, asked, lambda tier, bound: None, floors=standings, start=right.point
    )
    standing = part.solve()
    assert standing.values == pytest.approx(right.values)
    assert standing.bounds == pytest.approx(right.bounds)
    (event,) = asked.events.told()
    assert "what was proven of parts lies above what they come to together" in event


@pytest.mark.parametrize("seed", range(20))
def test_a_false_word_on_what_parts_can_yield_changes_nothing_that_is_proven(
    make: Make, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    folder = make(*joined_case(seed))
    _, right = solved(folder)
    wanted = [each for tier in right.tiers for each in (tier.value, tier.bound)]
    usual, yielding = model.terms.minimise, []

    def wrong(program: Program, costs: Vector, limits: Limits, **more: Any) -> Answer:
        hopeless = "start" not in more and not program.whole.any()
        if hopeless or limits.effort == YIELDING:
            yielding.append(limits.effort == YIELDING)
            return Answer("infeasible", None, -math.inf, "Infeasible")
        return usual(program, costs, limits, **more)

    monkeypatch.setattr(model.terms, "minimise", wrong)
    for late in (0, 10**6):
        monkeypatch.setattr(sharing, "LATE", late)  # whether it is asked if there is any hope
        yielding.clear()
        _, outcome = solved(folder)
        assert outcome.status == "optimal"
        found = [each for tier in outcome.tiers for each in (tier.value, tier.bound)]
        assert found == pytest.approx(wanted)
        told = [
            event
            for event in outcome.events
            if "ended with Infeasible where a part was to choose anew" in event
        ]
        assert len(told) == any(yielding)
