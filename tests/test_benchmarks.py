"""What the benchmarks stand on: generated cases that are valid, and variants that are exact."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import race
from benchmarks.ablation import agree
from benchmarks.generate import SIZES, generate, write
from benchmarks.measure import measured
from benchmarks.peers import Moment, course, highs
from benchmarks.plot import picture
from benchmarks.race import Finish
from benchmarks.scaling import exponent
from benchmarks.textbook import textbook
from benchmarks.variants import FULL, VARIANTS
from benchmarks.yardstick import TIERS
from model import caveats
from model.case import Case
from model.domain import Settings
from model.outcome import Options
from model.plan import Plan, Start
from model.program import compile_program
from model.read import read_case
from model.solver import solve
from tests.conftest import KINDS, SOAK, countable
from tests.reference import contract, random_cases

ROOT = Path(__file__).resolve().parents[1]


def made(
    folder: Path, size: str, seed: int, *, hard: bool = False, rare: bool | None = None
) -> Case:
    return read_case(write(generate(size, seed, hard=hard, rare=rare), folder)).case


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hard", [False, True], ids=["plain", "hard"])
def test_a_generated_case_has_its_size_every_kind_of_caveat_and_no_fault(
    tmp_path: Path, size: str, hard: bool
) -> None:
    case, shape = made(tmp_path, size, 3, hard=hard, rare=True), SIZES[size]
    assert len(case.offers) == shape.offers
    assert len({offer.nation for offer in case.offers}) == shape.nations
    assert len(case.lines) == shape.lines
    assert case.calendar.months == shape.months
    assert len(case.caveats) == shape.caveats
    assert {caveat.kind for caveat in case.caveats} == set(caveats.KINDS)


def test_equal_seeds_give_equal_bytes_in_any_process_and_others_do_not(tmp_path: Path) -> None:
    digests = []
    for hashing, seed in (("1", 3), ("2", 3), ("2", 4)):
        folder = tmp_path / f"{hashing}-{seed}"
        command = [sys.executable, "-m", "benchmarks.generate", "conference", "--hard"]
        subprocess.run(
            [*command, "--seed", str(seed), "--out", str(folder)],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hashing},
        )
        files = sorted(folder.iterdir())
        digests.append(hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest())
    assert digests[0] == digests[1] != digests[2]


def test_a_hard_case_differs_only_in_its_limits(tmp_path: Path) -> None:
    plain, hard = (made(tmp_path / str(each), "conference", 3, hard=each) for each in (False, True))
    assert hard.offers == plain.offers
    limited = [line for line in hard.lines if line.max_nations is not None]
    assert 0.4 < len(limited) / len(hard.lines) < 0.6
    assert [line.model_copy(update={"max_nations": None}) for line in hard.lines] == [
        line.model_copy(update={"max_nations": None}) for line in plain.lines
    ]
    over_all_roles = [
        caveat
        for caveat in hard.caveats
        if caveat.kind == "ceiling" and not caveat.applies_to.model_fields_set
    ]
    assert len(over_all_roles) >= 5


@pytest.mark.parametrize("name", VARIANTS)
def test_a_program_with_a_tightening_switched_off_has_the_same_optimum(
    tmp_path: Path, name: str
) -> None:
    variant = VARIANTS[name]
    for seed in range(12 * SOAK):
        case = countable(seed, tmp_path, 400).case
        full = solve(FULL.formulation(case, Settings()), Options(gap=0))
        with variant.at_work():
            formulation = variant.formulation(case, Settings())
            other = solve(formulation, Options(gap=0, apart=variant.apart))
        assert other.plan.tier_values == full.plan.tier_values, f"seed {seed}"


def test_a_variant_of_the_formulation_states_another_program(tmp_path: Path) -> None:
    whole = made(tmp_path, "theatre", 1, hard=True)
    case = replace(whole, lines=whole.lines[::3])
    programs = {}
    for name, variant in VARIANTS.items():
        with variant.at_work():
            program = compile_program(variant.formulation(case, Settings()))
        programs[name] = (program.rows, tuple(program.upper))
    same = {name for name, each in programs.items() if each == programs[FULL.name]}
    # What these change lies in the search.
    assert same == {
        FULL.name,
        "steps",
        "two tiers in one search",
        "parts solved apart",
        "parts choose anew",
        "feasibility jump off",
        "each search started",
    }


def test_the_textbook_formulation_has_the_same_optimum(tmp_path: Path) -> None:
    for seed in range(40 * SOAK):
        texts = random_cases.seeded_case(seed, KINDS, (), tiers=[TIERS])
        case = read_case(random_cases.write(texts, tmp_path)).case
        best = solve(FULL.formulation(case, Settings()), Options(gap=0)).plan.tier_values
        program = textbook(contract.parse(texts))
        found = course(program, highs, 60, gap=0, threads=1)
        assert found.point is not None
        units = [round(each) for each in found.point[: len(program.assignments)]]
        starts = [Start(*a.key, n) for a, n in zip(program.assignments, units, strict=True) if n]
        plan = Plan(case, Settings(), starts)
        assert list(plan.violations()) == [], f"seed {seed}"
        assert plan.tier_values == best, f"seed {seed}"


def test_variants_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    countable(1, tmp_path, 400)
    one = measured(tmp_path, FULL, 5)
    agree([one, one])
    for i in range(len(one.values)):
        bounds = tuple(value + (1 if i == k else 0) for k, value in enumerate(one.values))
        with pytest.raises(AssertionError):
            agree([one, replace(one, bounds=bounds)])


def test_the_fitted_exponent_is_that_of_the_power_law() -> None:
    assert exponent([(n, 3 * n**1.5) for n in (10, 20, 40)]) == pytest.approx(1.5)
    assert math.isnan(exponent([(10, 1.0), (10, 2.0)]))


def test_the_primal_integral_counts_the_time_without_the_best_plan() -> None:
    def finish(*moments: Moment) -> Finish:
        return Finish(0.0, 0.0, moments, (1.0, 10.0), ())

    at_once = (Moment(0, "critical", 1, 1), Moment(0, "shortfall", 10, 5))
    assert finish(*at_once).primal_integral((1, 10), 60) == 0
    late = (Moment(10, "critical", 1, 1), Moment(20, "shortfall", 20, 5))
    assert finish(*late).primal_integral((1, 10), 60) == 20 + 40 / 2
    assert finish(Moment(5, "critical", 9, 0)).primal_integral((1, 10), 60) == 60


def test_the_picture_of_a_race_is_xml_and_names_who_has_no_plan() -> None:
    moments = [Moment(1, "shortfall", 900, 100), Moment(9, "shortfall", 300, 250)]
    drawn = picture("A & B", {"one": moments, "two": []}, "shortfall", 60)
    text = "".join(ElementTree.fromstring(drawn).itertext())  # noqa: S314 - drawn here
    assert "A & B" in text
    assert "two: no plan" in text
    assert "one: no plan" not in text


def test_pyomos_own_interface_ends_within_the_gap_of_muster(tmp_path: Path) -> None:
    shape = replace(SIZES["theatre"], offers=25, lines=8)
    case = replace(
        read_case(write(generate("theatre", 1, shape=shape), tmp_path)).case, tiers=TIERS
    )
    ours = {name: race._muster(case, 10, how) for name, how in race.OURS.items()}
    mine, theirs = ([float(each) for each in ours[name][2].tier_values.values()] for name in ours)
    assert theirs == pytest.approx(mine, rel=2 * min(race.GAPS))
    assert not list(ours[race.BY_PYOMO][2].violations())
