"""Scenarios against plain Python: the same values change, whoever changes them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.case import Case
from model.faults import InputError
from model.read import read_case
from tests.conftest import SOAK, chunks
from tests.reference import random_cases, scenarios
from tests.reference.random_cases import KINDS, RULES, TIERS, Sizes


def _read(folder: Path, *names: str) -> Case | None:
    try:
        case = read_case(folder, scenarios=names).case
    except InputError:
        return None
    return replace(case, files={}, scenarios=())


def _same(chooser: random_cases.Chooser) -> bool:
    """Whether a drawn case under drawn scenarios was a case at all; it must be the plain one."""
    drawer = scenarios.Drawer(chooser, KINDS, RULES, Sizes(), TIERS)
    values = drawer.values()
    stack: list[random_cases.Entry] = []
    after = values
    for number in range(1, drawer.integer(1, 3) + 1):
        stack.append(drawer.scenario(after, number))
        try:
            after = scenarios.applied(values, *stack)
        except LookupError:
            break
    with tempfile.TemporaryDirectory() as name:
        folder = random_cases.write(values.texts(), Path(name) / "case")
        names = [f"s{number}" for number in range(1, len(stack) + 1)]
        texts = {f"{n}.yaml": random_cases._document(s) for n, s in zip(names, stack, strict=True)}
        random_cases.write(texts, folder / "scenarios")
        try:
            plain = scenarios.applied(values, *stack)
        except LookupError:
            expected = None
        else:
            expected = _read(random_cases.write(plain.texts(), Path(name) / "plain"))
        found = _read(folder, *names)
    told = "\n".join([*values.texts().values(), *texts.values()])
    assert found == expected, told
    return found is not None


@pytest.mark.parametrize("seeds", chunks(600, 100), ids=lambda seeds: f"{seeds[0]}+")
def test_a_stack_makes_the_case_that_plain_python_makes(seeds: range) -> None:
    legal = sum(_same(random_cases._Seeded(seed)) for seed in seeds)
    assert len(seeds) / 4 < legal < len(seeds)  # both sorts must have been seen


@settings(max_examples=30 * SOAK, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_drawn_stack_makes_the_case_that_plain_python_makes(data: st.DataObject) -> None:
    _same(random_cases._Drawn(data.draw))
