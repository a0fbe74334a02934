"""What a session answers is what a fresh solve of the changed case answers, however often asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model import search
from model.case import Case
from model.domain import Pin, Settings
from model.eligibility import candidates
from model.formulation import Formulation
from model.outcome import Contradiction, Options
from model.part import Part
from model.program import Program
from model.read import read_case
from model.session import Flips, Session, Unknown
from model.solver import solve
from tests.conftest import Mini, chunks
from tests.reference.random_cases import Sizes
from tests.test_all_kinds import crowded
from tests.test_search import HEAD, LINES, OFFERS

Build = Callable[..., Mini]
TIERS = ("critical", "shortfall")


def drawn(session: Session, rng: random.Random) -> Flips:
    """Draw a flip or two of any sort."""
    case = session.case

    def some(names: list[str]) -> frozenset[str]:
        return frozenset(name for name in names if rng.random() < 0.25)

    limits = (*case.caveats, *case.rules)
    votes = [each.id for each in case.caveats if each.kind == "approval"]
    pending = [each for each in case.caveats if getattr(each, "status", "") == "pending"]
    refused = some(votes + list(case.conditions))
    unsure = [name for name, each in case.conditions.items() if each.holds]
    return Flips(
        lifted=some([each.id for each in limits if each.active]),
        restored=some([each.id for each in limits if not each.active]),
        refused=refused,
        granted=some([each.id for each in pending] + unsure) - refused,
        away=some([each.offer for each in case.offers]),
    )


@pytest.mark.parametrize("seeds", chunks(160, 20), ids=lambda seeds: f"{seeds[0]}+")
def test_a_flip_is_the_case_with_that_change(tmp_path: Path, seeds: range) -> None:
    moved = 0
    for seed in seeds:
        rng = random.Random(seed)
        twice = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0))
        settings = Settings(pending="refused" if seed % 3 == 0 else "granted")
        session = Session(twice.case, settings, Options(gap=0))
        base = session.solve()
        for _ in range(3):
            flips = drawn(session, rng)
            changed = session.flipped(flips)
            alone = solve(Formulation(changed, settings), Options(gap=0))
            what = f"{settings.pending} {flips}\n{twice}"
            found = session.solve(flips)
            assert found.status == "optimal", what
            assert found.plan.tier_values == alone.plan.tier_values, what
            moved += found.plan.tier_values != base.plan.tier_values
            told = {
                (c.assignment.key, c.gates, frozenset(c.rests)) for c in session.candidates(flips)
            }
            fresh = candidates(changed, settings)
            assert told == {(c.assignment.key, c.gates, frozenset(c.rests)) for c in fresh}, what
        assert session.solve().plan.starts == base.plan.starts
    assert moved > len(seeds) / 4


@pytest.mark.parametrize("seeds", chunks(60, 30), ids=lambda seeds: f"{seeds[0]}+")
def test_what_changes_nothing_is_told_without_a_search_and_is_right(
    tmp_path: Path, seeds: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = 0
    for seed in seeds:
        case = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0)).case
        settings = Settings(pending="refused" if seed % 3 == 0 else "granted")
        session = Session(case, settings, Options(gap=0))
        session.solve()
        for each in (*case.active_caveats, *case.active_rules):
            flips = Flips(lifted=frozenset([each.id]))
            if not session._is_same_program(flips):
                continue
            told += 1
            alone = solve(Formulation(session.flipped(flips), settings), Options(gap=0))
            with monkeypatch.context() as patched:
                patched.setattr(session, "find", None)
                found = session.solve(flips)
            assert found.plan.tier_values == alone.plan.tier_values, (seed, each.id)
            assert found.status == "optimal"
    assert told > len(seeds) / 4


@pytest.mark.parametrize("seeds", chunks(60, 30), ids=lambda seeds: f"{seeds[0]}+")
def test_what_another_case_has_in_common_is_not_solved_again_and_is_right(
    tmp_path: Path, seeds: range
) -> None:
    learnt, anew = 0, 0
    for seed in seeds:
        case = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=2, plans=0)).case
        settings, options = Settings(), Options(gap=0)
        session = Session(case, settings, options)
        session.solve()
        less = session.flipped(Flips(away=frozenset([case.offers[seed % len(case.offers)].offer])))
        knowing = Session(less, settings, options, known=session.known())
        fresh = Session(less, settings, options)
        assert session.known().begins
        assert not knowing.known().begins  # its columns mean something else
        assert knowing.solve().plan.tier_values == fresh.solve().plan.tier_values, seed
        learnt += len(knowing.known().known) - len(session.known().known)
        anew += len(fresh.known().known)
    assert learnt < anew


def test_a_name_that_the_case_does_not_have_is_refused(mini: Build) -> None:
    case = mini(months=1).case
    session = Session(case, Settings())
    for flips in (
        Flips(lifted=frozenset(["C9"])),
        Flips(refused=frozenset(["x9"])),
        Flips(away=frozenset(["A9"])),
        Flips(granted=frozenset(["C9"])),
    ):
        with pytest.raises(Unknown, match="9 is no"):
            session.solve(flips)


def test_only_a_pending_vote_can_be_granted(mini: Build) -> None:
    vote = "id: V, kind: approval, nation: ALB, status: refused"
    case = mini(vote, months=1).case
    with pytest.raises(Unknown, match="V is not pending"):
        Session(case, Settings()).solve(Flips(granted=frozenset(["V"])))


def test_some_tiers_alone_can_be_asked_for(mini: Build) -> None:
    case = mini(offers=["A1,ALB,1,100"], months=1, tiers="critical, shortfall, personnel").case
    found = Session(case, Settings()).solve(tiers=("shortfall",))
    assert [(tier.name, tier.value) for tier in found.tiers] == [("shortfall", 0.5)]


def test_a_pin_that_flips_leave_no_way_to_keep_is_a_contradiction(mini: Build) -> None:
    case = mini("id: C, kind: exclusion, nation: ALB, active: false", months=3).case
    session = Session(replace(case, pins=(Pin("A1", "L", 1, 1),)), Settings())
    assert session.solve().plan.starts[0].offer == "A1"
    for flips in (Flips(restored=frozenset(["C"])), Flips(away=frozenset(["A1"]))):
        with pytest.raises(Contradiction):
            session.solve(flips)


@pytest.fixture
def joined(tmp_path: Path) -> Case:
    """Return a case of three parts; two are solved as one, on the third a caveat binds."""
    offers = [
        "A1,ALB,inf,3,100,,,,,,assumed", "B1,BEL,eng,3,100,,,,,,assumed",
        "C1,CZE,med,3,100,,,,,,assumed", "C2,CZE,med,3,100,,,,,,assumed",
    ]  # fmt: skip
    lines = [
        f"{line},land,{capability},ukraine,1,3,,,1,,,assumed"
        for line, capability in (("L", "inf"), ("M", "eng"), ("N", "med"))
    ]
    (tmp_path / "capabilities.csv").write_text(OFFERS + "\n".join(offers) + "\n")
    (tmp_path / "requirements.csv").write_text(LINES + "\n".join(lines) + "\n")
    (tmp_path / "constraints.yaml").write_text(
        HEAD + "caveats:\n- {id: TWO, kind: ceiling, nations: [ALB, BEL], units: 2}\n"
        "- {id: CZE, kind: ceiling, nation: CZE, units: 1}\n"
    )
    return read_case(tmp_path).case


def test_what_was_solved_as_one_is_not_solved_again_for_a_switch_elsewhere(
    joined: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(joined, Settings(), Options(gap=0))
    counted: list[int] = []
    join = search._join

    def counting(program: Program, *more: Any) -> list[Part]:
        counted.append(program.size)
        return join(program, *more)

    monkeypatch.setattr(search, "_join", counting)
    base = session.solve()
    assert len(counted) == 1
    found = session.solve(Flips(lifted=frozenset({"CZE"})))
    assert len(counted) == 1
    assert found.status == "optimal"
    assert found.plan.tier_values["shortfall"] < base.plan.tier_values["shortfall"]
    assert {each for each in base.plan.starts if each.offer in ("A1", "B1")} <= {*found.plan.starts}


@pytest.mark.parametrize("large", [False, True])
def test_a_switch_that_is_cut_off_is_never_worse_than_the_case_as_it_is(
    joined: Case, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    session = Session(joined, Settings(), Options(gap=0))
    base = session.solve()
    monkeypatch.setattr(search, "LARGE", 0 if large else 20_000)
    for flips in (Flips(lifted=frozenset({"CZE"})), Flips(lifted=frozenset({"TWO"}))):
        found = session.solve(flips, stopped=lambda: True)
        assert found.status == "interrupted"
        ends = [[each.plan.tier_values[tier] for tier in TIERS] for each in (found, base)]
        assert ends[0] <= ends[1]
    fewer = session.solve(Flips(away=frozenset({"A1"})), stopped=lambda: True)
    assert not list(fewer.plan.violations())


def test_parts_of_the_shipped_case_choose_anew_before_they_are_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of these makes a ceiling bind that plans as good as the parts' own can keep."""
    session = Session(read_case(Path(__file__).parents[1] / "data").case, Settings())
    session.solve()

    def joined(*_: object) -> None:
        raise AssertionError("parts were solved as one")

    monkeypatch.setattr(search, "_join", joined)
    for lifted in ("SVN-MANDATE", "LTU-EQUAL-SHARE", "IRL-MANDATE"):
        assert session.solve(Flips(lifted=frozenset({lifted}))).status == "optimal"
