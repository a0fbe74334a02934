"""Pins and forbids: what they ask of a plan, and which contradictions need no solver."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model.case import Case
from model.domain import Forbid, Pending, Pin, Settings
from model.eligibility import candidates
from model.explain import explain
from model.formulation import Formulation
from model.outcome import Options
from model.pins import contradictions
from model.plan import Plan, Start
from model.solver import solve
from tests.conftest import Files, Mini, chunks, countable
from tests.reference import contract
from tests.reference.scenarios import can_be_met
from tests.test_scenario import fault_under, faults_under, under

Build = Callable[..., Mini]
GRANTED = Settings()


def said(case: Case, *pins: Pin, settings: Settings = GRANTED) -> list[str]:
    """Return what the pins contradict."""
    return [each.message for each in contradictions(replace(case, pins=pins), settings)]


# What a plan is held to


def test_a_plan_in_which_too_few_units_begin_breaks_a_pin(mini: Build) -> None:
    case = replace(mini(lines=["L,kyiv,1,2,elsewhere=poland:1"]).case, pins=(Pin("A1", "L", 1, 2),))

    def broken(*starts: tuple[str, str, str, int, int]) -> list[str]:
        return list(Plan(case, GRANTED, [Start(*each) for each in starts]).violations())

    assert broken() == ["pin A1 on L from 1: 0 units begin, 2 are asked for"]
    assert broken(("A1", "L", "kyiv", 1, 1)) == [
        "pin A1 on L from 1: 1 units begin, 2 are asked for"
    ]
    assert broken(("A1", "L", "kyiv", 4, 2)) == [
        "pin A1 on L from 1: 0 units begin, 2 are asked for"
    ]
    assert broken(("A1", "L", "kyiv", 1, 2)) == []
    assert broken(("A1", "L", "kyiv", 1, 1), ("A1", "L", "poland", 1, 1)) == []
    case = replace(case, pins=(Pin("A1", "L", 1, 1, "poland"),))
    assert broken(("A1", "L", "kyiv", 1, 2)) == [
        "pin A1 on L in poland from 1: 0 units begin, 1 are asked for"
    ]


def test_a_plan_with_a_unit_where_it_is_forbidden_breaks_the_forbid(mini: Build) -> None:
    case = mini(lines=["L,kyiv,1,2", "K,lviv,1,2"]).case
    starts = [Start("A1", "L", "kyiv", 1, 1), Start("A1", "K", "lviv", 1, 1)]
    one = replace(case, forbids=(Forbid("A1", "L", "what-if"),))
    assert list(Plan(one, GRANTED, starts).violations()) == [
        "a forbid of scenario what-if: A1 on L in kyiv from month 1 is in place"
    ]
    both = replace(case, forbids=(Forbid("A1", None, "what-if"),))
    assert len(list(Plan(both, GRANTED, starts).violations())) == 2


def test_a_forbid_closes_what_it_names_and_the_best_plan_keeps_it(mini: Build) -> None:
    case = mini(offers=["A1,ALB,2,100", "B1,BEL,1,100"], lines=["L,kyiv,1,2", "K,lviv,1,2"]).case
    forbidden = replace(case, forbids=(Forbid("A1", "L", "x"), Forbid("B1", None, "y")))
    found = {c.assignment.key[:2]: c.gates for c in candidates(forbidden, GRANTED)}
    assert found == {
        ("A1", "L"): {"a forbid of scenario x"},
        ("B1", "L"): {"a forbid of scenario y"},
        ("A1", "K"): frozenset(),
        ("B1", "K"): {"a forbid of scenario y"},
    }
    plan = solve(Formulation(forbidden, GRANTED), Options(gap=0)).plan
    assert {start.line for start in plan.starts} == {"K"}
    assert {
        start.line for start in solve(Formulation(case, GRANTED), Options(gap=0)).plan.starts
    } == {"K", "L"}


def test_a_gap_names_the_forbid_that_holds_it_open_beside_the_caveats(mini: Build) -> None:
    case = mini("id: C, kind: exclusion, nation: BEL", offers=["A1,ALB,2,100", "B1,BEL,1,100"]).case
    forbidden = replace(case, forbids=(Forbid("A1", "L", "x"), Forbid("B1", "L", "x")))
    for pending in ("granted", "refused"):
        plan = Plan(forbidden, Settings(pending=pending), [])
        [gap] = explain(plan, candidates(forbidden, plan.settings))
        assert [(each.kind, each.caveats, each.offers, each.text) for each in gap.reasons] == [
            (
                "caveat", ("C",), ("B1",),
                "Belgium (1 unit): may not be assigned; also a forbid of scenario x.",
            ),
            ("rule", (), ("A1",), "Albania (2 units): a forbid of scenario x."),
        ]  # fmt: skip


# What a pin alone can contradict


def test_a_pin_that_can_be_met_contradicts_nothing(mini: Build) -> None:
    case = mini(
        "id: C, kind: basing, nation: ALB, barred: [ukraine]",
        lines=["L,kyiv,1,2,elsewhere=poland:1"],
    ).case
    assert said(case, Pin("A1", "L", 1, 2)) == []
    assert said(case, Pin("A1", "L", 1, 2, "poland")) == []


@pytest.mark.parametrize(
    ("caveat", "sentence"),
    [
        ("kind: exclusion", "Albania: may not be assigned."),
        ("kind: basing, barred: [ukraine]", "Albania: may not be based in Ukraine."),
        ("kind: approval, status: refused", "Albania: may not deploy: a vote was refused."),
        (
            "kind: approval, status: granted, month: 3",
            "Albania: may deploy by a vote from month 3.",
        ),
        ("kind: condition, requires: [y]", "Albania: may deploy only while this holds: y."),
    ],
)
def test_a_pin_against_a_gate_names_both(mini: Build, caveat: str, sentence: str) -> None:
    case = mini(f"id: C, nation: ALB, {caveat}").case
    assert said(case, Pin("A1", "L", 1, 1)) == [
        f"pin A1 on L from 1 contradicts caveat C: {sentence}"
    ]


def test_each_gate_that_alone_is_in_the_way_is_named(mini: Build) -> None:
    case = mini(
        "id: C, kind: exclusion, nation: ALB", "id: D, kind: condition, nation: ALB, requires: [y]"
    ).case
    case = replace(case, forbids=(Forbid("A1", None, "what-if"),))
    assert [each.partition(" contradicts ")[2] for each in said(case, Pin("A1", "L", 1, 1))] == [
        "caveat C: Albania: may not be assigned.",
        "caveat D: Albania: may deploy only while this holds: y.",
        "a forbid of scenario what-if, which forbids A1 there",
    ]


def test_gates_that_differ_from_place_to_place_are_named_with_the_place(mini: Build) -> None:
    case = mini(
        "id: C, kind: basing, nation: ALB, barred: [ukraine]",
        "id: D, kind: basing, nation: ALB, barred: [poland]",
        lines=["L,kyiv,1,2,elsewhere=poland:1"],
    ).case
    assert said(case, Pin("A1", "L", 1, 1)) == [
        "pin A1 on L from 1 contradicts, wherever it may be: "
        "from kyiv: caveat C: Albania: may not be based in Ukraine.; "
        "from poland: caveat D: Albania: may not be based in Poland."
    ]
    assert said(case, Pin("A1", "L", 1, 1, "poland")) == [
        "pin A1 on L in poland from 1 contradicts caveat D: Albania: may not be based in Poland."
    ]


def test_a_pending_vote_is_in_the_way_only_where_it_counts_as_refused(mini: Build) -> None:
    case = mini("id: C, kind: approval, nation: ALB, status: pending, probability: 0.5").case
    assert said(case, Pin("A1", "L", 1, 1)) == []
    [text] = said(case, Pin("A1", "L", 1, 1), settings=Settings(pending="refused"))
    assert text.startswith(
        "pin A1 on L from 1 contradicts caveat C: Albania: may deploy only after"
    )
    assert text.endswith(". Pending votes count as refused.")


@pytest.mark.parametrize(
    ("pin", "place", "value", "message", "allowed"),
    [
        (Pin("A1", "L", 2, 1), "from", "2", "is no start month of A1 on L", "allowed: 1, 4"),
        (Pin("A1", "L", 99, 1), "from", "99", "is no start month of A1 on L", "allowed: 1, 4"),
        (Pin("A2", "L", 1, 1), "from", "1", "is no start month of A2 on L", "A2 is never available in the horizon"),
        (Pin("A3", "M", 4, 1), "from", "4", "is no start month of A3 on M", "the two are never open in the same month"),
        (Pin("E1", "L", 1, 1), "line", "L", "is a line that E1 does not fit", "known: E"),
        (Pin("A1", "L", 1, 1, "paris"), "area", "paris", "is no place from which L is served", "allowed: kyiv, poland"),
    ],
)  # fmt: skip
def test_a_pin_on_no_assignment_is_told_with_what_there_is(
    mini: Build, pin: Pin, place: str, value: str, message: str, allowed: str
) -> None:
    case = mini(
        offers=[
            "A1,ALB,2,100",
            "A2,ALB,2,100,available_from=9",
            "A3,ALB,2,100,available_from=4",
            "E1,ALB,1,50,capability=eng",
        ],
        lines=["L,kyiv,1,2,elsewhere=poland:1", "M,kyiv,1,2,until=3", "E,kyiv,0,1,capability=eng"],
    ).case
    [found] = contradictions(replace(case, pins=(pin,)), GRANTED)
    assert (found.where, found.value) == (("pin", 0, place), value)
    assert (found.message, found.allowed) == (message, allowed)


# What pins contradict together


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ([("L", 1, 3)], "pin A1 on L from 1 contradicts the units of offer A1 (3 units busy in month 1, 2 offered)"),
        ([("L", 1, 1), ("K", 1, 1), ("L", 4, 1)], "pin A1 on L from 4, pin A1 on K from 1 and pin A1 on L from 1 contradict"),
        ([("L", 1, 2), ("L", 1, 1)], ""),
        ([("L", 1, 1), ("K", 1, 1)], ""),
        ([("L", 1, 2), ("L", 4, 1)], "pin A1 on L from 4 and pin A1 on L from 1 contradict the units of offer A1 (3 units busy in month 4, 2 offered)"),
        ([("L", 1, 2), ("L", 7, 2)], ""),
    ],
)  # fmt: skip
def test_pins_may_not_need_more_units_than_there_are_rest_included(
    mini: Build, pins: list[tuple[str, int, int]], expected: str
) -> None:
    case = mini(lines=["L,kyiv,1,2", "K,lviv,1,2"], months=12).case
    found = said(case, *(Pin("A1", line, start, units) for line, start, units in pins))
    assert len(found) == bool(expected)
    assert all(each.startswith(expected) for each in found)


def test_units_with_a_choice_of_place_are_counted_where_they_are_free_again_first(
    mini: Build,
) -> None:
    case = mini(
        "id: C, kind: endurance, nation: ALB, dwell: 9, applies_to: {areas: [ukraine]}",
        lines=["L,kyiv,1,2,elsewhere=poland:1"],
        months=12,
    ).case
    assert said(case, Pin("A1", "L", 1, 2), Pin("A1", "L", 7, 1)) == []
    [text] = said(case, Pin("A1", "L", 1, 2, "kyiv"), Pin("A1", "L", 7, 1))
    assert text.startswith("pin A1 on L from 7 and pin A1 on L in kyiv from 1 contradict the units")


@pytest.mark.parametrize(
    ("caveat", "rule", "pins", "expected"),
    [
        (
            "kind: ceiling, nation: ALB, personnel: 150", "", [Pin("A1", "L", 1, 2)],
            "pin A1 on L from 1 contradicts caveat C: Albania: may have at most 150 people in place at once. (200 ",
        ),
        (
            "kind: reserve, nation: ALB, units: 1", "", [Pin("A1", "L", 1, 2)],
            "pin A1 on L from 1 contradicts caveat C: Albania: must keep back 1 unit of each offer. (2 units",
        ),
        (
            "", "kind: lift, personnel: 150", [Pin("A1", "L", 1, 1), Pin("B1", "K", 1, 1)],
            "pin B1 on K from 1 and pin A1 on L from 1 contradict rule R: ",
        ),
        (
            "", "", [Pin("A1", "K", 1, 1), Pin("B1", "K", 1, 1)],
            "pin B1 on K from 1 and pin A1 on K from 1 contradict the limit of nations of line K (2 nations in month 1, 1 allowed)",
        ),
        # More units can mend these, and what avoid says depends on the place: a solver's business.
        ("kind: avoid, nation: ALB, with: [BEL]", "", [Pin("A1", "L", 1, 1), Pin("B1", "L", 1, 1)], ""),
        ("kind: partner, nation: ALB, with: [BEL]", "", [Pin("A1", "L", 1, 1)], ""),
        ("kind: minimum, nation: ALB, units: 2", "", [Pin("A1", "L", 1, 1)], ""),
        ("kind: share, nation: ALB, max_share: 0.5", "", [Pin("A1", "L", 1, 1)], ""),
    ],
)  # fmt: skip
def test_pins_that_break_a_bound_by_themselves_are_told_with_it(
    mini: Build, caveat: str, rule: str, pins: list[Pin], expected: str
) -> None:
    case = mini(
        *([f"id: C, {caveat}"] if caveat else []),
        rules=[f"id: R, {rule}"] if rule else [],
        offers=["A1,ALB,2,100", "B1,BEL,2,100"],
        lines=["L,kyiv,1,2", "K,lviv,1,2,max_nations=1"],
    ).case
    found = said(case, *pins)
    assert len(found) == bool(expected), found
    assert all(each.startswith(expected) for each in found), found


def test_a_set_of_pins_that_is_told_has_no_pin_too_many(mini: Build) -> None:
    case = mini(
        "id: C, kind: ceiling, nation: ALB, units: 2",
        offers=["A1,ALB,9,1"],
        lines=["L,kyiv,1,9", "K,lviv,1,9", "M,kyiv,1,9"],
        months=24,
    ).case
    pins = [Pin("A1", line, start, 1) for start in (1, 13, 7) for line in "LKM"]
    [text] = said(case, *pins)
    assert text.startswith(
        "pin A1 on M from 1, pin A1 on K from 1 and pin A1 on L from 1 contradict"
    )


# Against all plans


def _random_pins(case: Case, chance: random.Random) -> tuple[Pin, ...]:
    ways = [c.assignment for c in candidates(case, GRANTED)]
    pins = []
    for way in chance.choices(ways, k=chance.randint(1, 3)) if ways else ():
        offer, line, area, start = way.key
        there = area if chance.random() < 0.6 else None
        pins.append(Pin(offer, line, start, chance.randint(1, way.offer.units), there))
    return tuple(pins)


@pytest.mark.parametrize("seeds", chunks(240, 60), ids=lambda seeds: f"{seeds[0]}+")
def test_pins_that_are_called_a_contradiction_are_met_by_no_plan(seeds: range) -> None:
    pendings: tuple[Pending, ...] = ("granted", "refused")
    told = open_ = missed = 0
    for seed in seeds:
        chance = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            twice = countable(70_000 + seed, Path(folder), plans=600)
        pins = _random_pins(twice.case, chance)
        for pending in pendings:
            found = said(twice.case, *pins, settings=Settings(pending=pending))
            asked = [(p.offer, p.line, p.start, p.units, p.area) for p in pins]
            try:
                possible = can_be_met(twice.reference, asked, pending, 2_000)
            except contract.TooLarge:
                continue
            assert not (found and possible), f"{found} {pins} pending {pending}\n{twice}"
            told += bool(found)
            open_ += possible
            missed += not possible and not found
    assert told > 10
    assert open_ > 10
    # Most needs no solver; the rest are kinds that more units may mend, and choices of place.
    assert missed < told


# In a scenario


def test_a_contradiction_is_told_where_the_pin_stands(files: Files) -> None:
    text = "title: x\npin:\n  - {offer: DEU-LAND-1, line: L01, from: 4, units: 1}\n"
    what_if = "set: {DEU-BUNDESTAG: {status: refused}}\n"
    fault = fault_under(files, what_if, text)
    assert str(fault) == (
        "scenarios/s2.yaml:3: pin[0]: pin DEU-LAND-1 on L01 from 4 contradicts caveat DEU-BUNDESTAG: "
        "Germany: may not deploy: a vote of the Bundestag was refused."
    )
    assert under(files, text).case.pins
    refused = Settings(pending="refused")
    assert under(files, "title: y\n", settings=refused)
    assert fault_under(files, "forbid: [{offer: DEU-LAND-1}]\n", text).message.endswith(
        "contradicts a forbid of scenario s1, which forbids DEU-LAND-1 there"
    )


def test_contradictions_of_two_pins_are_told_at_once(files: Files) -> None:
    text = (
        "pin:\n"
        "  - {offer: FRA-LAND-1, line: L01, from: 2, units: 1}\n"
        "  - {offer: FRA-LAND-1, line: L01, from: 1, units: 4, area: kyiv}\n"
        "  - {offer: FRA-LAND-1, line: L01, from: 1, units: 7}\n"
    )
    found = faults_under(files, text)
    assert [(fault.line, fault.place) for fault in found] == [
        (2, "pin[0].from"),
        (3, "pin[1]"),
        (4, "pin[2]"),
    ]
    assert "caveat FRA-CEILING" in found[1].message
    assert "the units of offer FRA-LAND-1" in found[2].message
