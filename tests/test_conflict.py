"""Pins in the program: kept where any plan keeps them, else answered with a smallest conflict."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from model.case import Case
from model.conflict import Conflict, smallest
from model.domain import Forbid, Pin, Settings
from model.formulation import Formulation
from model.outcome import Contradiction, Options, Outcome
from model.solver import solve
from tests.conftest import Mini, Twice, chunks, countable
from tests.reference import contract
from tests.test_pins import _random_pins

Build = Callable[..., Mini]
GRANTED = Settings()


def planned(case: Case) -> Outcome | None:
    """Return the best plan; None where pins contradict something."""
    try:
        return solve(Formulation(case, GRANTED), Options(gap=0))
    except Contradiction:
        return None


def best(twice: Twice, pins: Iterable[Pin]) -> dict[str, Fraction] | None:
    """Return the least tiers of all plans that keep the pins, by looking at every plan."""
    case, least = twice.reference, None
    for ways in itertools.product(*contract._all_choices(case, "granted", 2_000)):
        placed = list(itertools.chain.from_iterable(ways))
        begun = [(a.offer, a.line, a.start, a.area, number) for a, number in placed]
        kept = all(
            sum(
                number
                for offer, line, start, area, number in begun
                if (offer, line, start) == (pin.offer, pin.line, pin.start)
                and pin.area in (None, area)
            )
            >= pin.units
            for pin in pins
        )
        if kept and next(contract._violations(case, placed, "granted"), None) is None:
            rows = [(o, li, area, number, s) for o, li, s, area, number in begun if number]
            values = contract.tier_values(case, rows, "granted")
            wanted = {name: values[name] for name in twice.case.tiers if name in values}
            if least is None or list(wanted.values()) < list(least.values()):
                least = wanted
    return least


@pytest.mark.parametrize("seeds", chunks(120, 30), ids=lambda seeds: f"{seeds[0]}+")
def test_pins_are_kept_by_the_best_plan_that_keeps_them(tmp_path: Path, seeds: range) -> None:
    kept = contradicted = 0
    for seed in seeds:
        twice = countable(70_000 + seed, tmp_path, plans=400)
        pins = _random_pins(twice.case, random.Random(seed))
        try:
            wanted = best(twice, pins)
        except contract.TooLarge:
            continue
        found = planned(replace(twice.case, pins=pins))
        what = f"{pins}\n{twice}"
        if wanted is None:
            assert found is None, what
            contradicted += 1
        else:
            assert found is not None, what
            assert found.status == "optimal", what
            assert dict(found.plan.tier_values) == wanted, what
            kept += bool(pins)
    assert min(kept, contradicted) > len(seeds) / 6


def only(case: Case, conflict: Conflict | Iterable[str], pins: Iterable[Pin]) -> Case:
    """Return the case with these pins, and of its caveats, rules and forbids only some."""
    names = (
        {each.id for each in conflict.limits} | set(conflict.forbids)
        if isinstance(conflict, Conflict)
        else set(conflict)
    )
    return replace(
        case,
        pins=tuple(pins),
        caveats=tuple(each for each in case.caveats if each.id in names),
        rules=tuple(each for each in case.rules if each.id in names),
        forbids=tuple(each for each in case.forbids if each.gate in names),
    )


@pytest.mark.parametrize("seeds", chunks(60, 15), ids=lambda seeds: f"{seeds[0]}+")
def test_a_conflict_is_one_and_no_smaller_set_is(tmp_path: Path, seeds: range) -> None:
    found = 0
    for seed in seeds:
        twice = countable(90_000 + seed, tmp_path, plans=4_000)
        case = replace(twice.case, pins=_random_pins(twice.case, random.Random(seed)))
        conflict = smallest(case, GRANTED)
        what = f"{conflict}\n{twice}"
        assert (conflict is None) == (planned(case) is not None), what
        if conflict is None:
            continue
        found += 1
        assert planned(only(case, conflict, conflict.pins)) is None, what
        active = [each.id for each in (*case.active_caveats, *case.active_rules)]
        demands = [*((None, pin) for pin in case.pins), *((name, None) for name in active)]
        fewer = len(conflict.pins) + len(conflict.limits) - 1
        for some in itertools.combinations(demands, min(fewer, 2)):
            names = [name for name, _ in some if name]
            pins = [pin for _, pin in some if pin]
            assert planned(only(case, names, pins)) is not None, f"{some}\n{what}"
    assert found > 3


def test_two_pins_that_need_the_same_unit_are_named_together(mini: Build) -> None:
    case = mini(offers=["A1,ALB,1,100"], lines=["L,kyiv,1,1", "K,lviv,1,1"]).case
    case = replace(case, pins=(Pin("A1", "L", 1, 1), Pin("A1", "K", 4, 1)))
    assert planned(case) is None
    conflict = smallest(case, GRANTED)
    assert conflict is not None
    assert conflict.in_words(case) == (
        "pin A1 on L from 1 and pin A1 on K from 4 cannot all be kept with the units offered and "
        "the limit of nations of K and L"
    )


def test_a_pin_against_a_partner_who_may_not_come_names_both_caveats(mini: Build) -> None:
    case = mini(
        "id: WITH, kind: partner, nation: ALB, with: [BEL]",
        "id: NO, kind: exclusion, nation: BEL",
        "id: OTHER, kind: ceiling, nation: ALB, units: 2",
        offers=["A1,ALB,2,100", "B1,BEL,1,100"],
    ).case
    case = replace(case, pins=(Pin("A1", "L", 1, 1),))
    conflict = smallest(case, GRANTED)
    assert conflict is not None
    assert [each.id for each in conflict.limits] == ["WITH", "NO"]
    assert conflict.in_words(case).startswith(
        "pin A1 on L from 1 contradicts caveat WITH: Albania: may be in place only with"
    )


def test_a_forbid_in_the_way_of_a_pin_is_named(mini: Build) -> None:
    case = mini().case
    case = replace(case, pins=(Pin("A1", "L", 1, 1),), forbids=(Forbid("A1", "L", "what-if"),))
    conflict = smallest(case, GRANTED)
    assert conflict is not None
    assert conflict.in_words(case) == (
        "pin A1 on L from 1 contradicts a forbid of scenario what-if"
    )


def test_pins_that_can_be_kept_have_no_conflict(mini: Build) -> None:
    case = replace(mini().case, pins=(Pin("A1", "L", 1, 1),))
    assert smallest(case, GRANTED) is None
