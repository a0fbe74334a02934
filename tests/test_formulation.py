"""The program reaches what enumeration finds, what was worked out by hand, and what is published."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from model import caveats, rules
from model.domain import Pending, Settings
from model.faults import InputError
from model.formulation import Formulation
from model.outcome import Options, Outcome
from model.program import compile_program
from model.read import read_case
from model.solver import solve
from tests.conftest import SOAK, Mini, chunks, countable
from tests.reference import contract

Build = Callable[..., Mini]
ORACLES = sorted((Path(__file__).parent / "oracles" / "cases").iterdir())
PLANS = 400


def prove(case: contract.Case, formulation: Formulation, what: str) -> Outcome:
    """Solve, and hold the plan against both checkers."""
    outcome = solve(formulation, Options(gap=0))
    assert list(outcome.plan.violations()) == [], what
    rows = [(s.offer, s.line, s.area, s.units, s.start) for s in outcome.plan.starts]
    pending = formulation.settings.pending
    assert contract.violations(case, rows, pending) == [], what
    values = contract.tier_values(case, rows, pending)
    assert [tier.name for tier in outcome.tiers] == list(outcome.plan.tier_values)
    for tier in outcome.tiers:
        assert tier.value == pytest.approx(float(values[tier.name]), abs=1e-9), what
        assert tier.bound <= tier.value, what
    return outcome


@pytest.mark.parametrize("seeds", chunks(240, 30), ids=lambda seeds: f"{seeds[0]}+")
def test_the_optimum_is_the_one_that_enumeration_finds(tmp_path: Path, seeds: range) -> None:
    counted = 0
    for seed in seeds:
        twice = countable(seed, tmp_path, PLANS)
        pending: Pending = "refused" if seed % 4 == 0 else "granted"
        what = f"pending {pending}\n{twice}"
        try:
            wanted = contract.optimum(twice.reference, pending=pending, limit=20 * PLANS)
        except contract.TooLarge:
            continue
        counted += 1
        formulation = Formulation(twice.case, Settings(pending=pending))
        outcome = prove(twice.reference, formulation, what)
        # Plans are of whole units, so that their exact values can be compared exactly.
        assert dict(outcome.plan.tier_values) == wanted, what
    assert counted > 0.9 * len(seeds)


@pytest.mark.parametrize("folder", ORACLES, ids=lambda folder: folder.name[:2])
def test_an_oracle_is_reached_or_its_kind_is_refused_by_name(folder: Path) -> None:
    reference = contract.load(folder)
    kinds = {caveat.kind: caveats.KINDS[caveat.kind] for caveat in reference.caveats}
    kinds |= {rule.kind: rules.KINDS[rule.kind] for rule in reference.rules}
    missing = {kind for kind, each in kinds.items() if not each.enforced}
    if missing:
        with pytest.raises(InputError) as caught:
            read_case(folder)
        assert {fault.value for fault in caught.value.faults} == missing
        return
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["tiers"]
    formulation = Formulation(read_case(folder).case, Settings())
    outcome = prove(reference, formulation, folder.name)
    found = outcome.plan.tier_values
    assert found == {name: Fraction(str(value)) for name, value in expected.items()}


def test_gap_0_proves_every_tier(tmp_path: Path) -> None:
    for seed in range(50 * SOAK):
        twice = countable(seed, tmp_path, PLANS)
        outcome = solve(Formulation(twice.case, Settings()), Options(gap=0))
        what = f"{outcome.status} {outcome.tiers}\n{twice}"
        assert outcome.status == "optimal", what
        assert all(tier.proven for tier in outcome.tiers), what
        for tier in outcome.tiers:
            assert tier.bound == pytest.approx(tier.value, rel=1e-6, abs=1e-5), what


# Published answers


def rotation(mini: Build, units: int, target: str, tour: int, dwell: int, months: int) -> Mini:
    """So many brigades of one nation, tours and rest as given, on a grid of one month."""
    return mini(
        offers=[f"A1,USA,{units},1"],
        lines=[f"L,kyiv,{target}"],
        tour=tour,
        dwell=dwell,
        months=months,
        step=1,
        tiers="critical",
    )


def test_42_brigades_at_one_to_two_sustain_14(mini: Build) -> None:
    # RAND, Considering a Cadre Augmented Army: 12 months away, 24 at home.
    held = rotation(mini, 42, "14,42", 12, 24, 72).solve()
    assert held.plan.tier_values == {"critical": 0}
    line = held.plan.case.lines[0]
    assert all(held.plan.coverage(line, month) >= 14 for month in range(1, 73))


def test_42_brigades_at_one_to_two_do_not_sustain_15(mini: Build) -> None:
    # 42 x 72 / 3 unit-months are not 15 x 72: at least one unit is missing in most months.
    values = rotation(mini, 42, "15,42", 12, 24, 72).values()
    assert values["critical"] > 0


def test_the_target_of_42_gives_exactly_14_in_every_month(mini: Build) -> None:
    case = mini(
        offers=["A1,USA,42,1"],
        lines=["L,kyiv,14,42"],
        tour=12,
        dwell=24,
        months=72,
        step=12,
        tiers="critical, shortfall",
    )
    plan = case.solve().plan
    assert [plan.coverage(plan.case.lines[0], m) for m in range(1, 73)] == [14] * 72


@pytest.mark.parametrize(
    ("tour", "dwell", "ratio"), [(8, 24, 4), (12, 36, 4), (9, 18, 3), (6, 18, 4)]
)
@pytest.mark.parametrize("step", ["tour", 1])
def test_one_unit_deployed_needs_so_many_units(
    mini: Build, tour: int, dwell: int, ratio: int, step: str | int
) -> None:
    def missing(units: int) -> Fraction:
        return mini(
            offers=[f"A1,USA,{units},1"],
            lines=["L,kyiv,1,1"],
            tour=tour,
            dwell=dwell,
            months=2 * (tour + dwell),
            step=tour if step == "tour" else 1,
            tiers="critical",
        ).values()["critical"]

    assert missing(ratio) == 0
    # One unit fewer leaves one tour in each cycle unfilled.
    assert missing(ratio - 1) == 2 * tour


# What the program looks like


def test_nothing_deployed_satisfies_every_row(tmp_path: Path) -> None:
    for seed in range(40 * SOAK):
        twice = countable(seed, tmp_path, PLANS)
        program = compile_program(Formulation(twice.case, Settings()))
        wrong = program.fault(program.nothing)
        assert wrong is None, f"{wrong}\n{twice}"


def test_candidates_are_the_open_ones_of_all_candidates(mini: Build) -> None:
    case = mini(
        "id: X, kind: exclusion, nation: ALB",
        offers=["A1,ALB,1,1", "B1,BEL,1,1"],
    ).case
    formulation = Formulation(case, Settings())
    assert len(formulation.all_candidates) == 4
    assert {c.assignment.offer.offer for c in formulation.candidates} == {"B1"}


@pytest.mark.parametrize(
    "tiers",
    ["critical, shortfall, personnel", "personnel, critical", "shortfall", "burden, critical"],
)
def test_tiers_are_minimised_in_the_order_of_the_case(mini: Build, tiers: str) -> None:
    outcome = mini(
        offers=["A1,ALB,2,100"], tiers=tiers, extra="nations: {ALB: {share_key: 1}}"
    ).solve()
    assert ", ".join(tier.name for tier in outcome.tiers) == tiers
    # Where people or burden come first, nobody goes; else both units do, in one of two halves.
    values = outcome.plan.tier_values
    if tiers.split(",")[0] in ("personnel", "burden"):
        assert outcome.plan.starts == ()
    elif "shortfall" in values:
        assert values["shortfall"] == 3


def test_the_change_tier_needs_a_plan_to_compare_with(mini: Build) -> None:
    outcome = mini(tiers="critical, change, personnel").solve()
    assert [tier.name for tier in outcome.tiers] == ["critical", "personnel"]
