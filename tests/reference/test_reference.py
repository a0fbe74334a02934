"""The reference reaches the answers worked out by hand, and sees what a plan breaks."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from . import contract
from .contract import Case, Row
from .random_cases import (
    KINDS,
    RULES,
    SIMPLE_KINDS,
    Sizes,
    Texts,
    seeded_case,
    tiny_cases,
    write,
)

ORACLES = sorted((Path(__file__).resolve().parents[1] / "oracles" / "cases").iterdir())
SMALL = Sizes(plans=300)


@pytest.mark.parametrize("folder", ORACLES, ids=lambda folder: folder.name[:2])
def test_the_oracle_optimum_is_reached(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["tiers"]
    case = contract.load(folder)
    values, plan = contract.best_plan(case)
    assert list(values) == list(expected)
    assert values == {name: Fraction(str(value)) for name, value in expected.items()}
    assert contract.violations(case, plan) == []


def test_all_the_oracles_are_here() -> None:
    assert len(ORACLES) == 25


# Random cases


def _consistent(texts: Texts) -> None:
    case = contract.parse(texts)
    assert contract.violations(case, []) == []
    assert contract.violations(case, [], pending="refused") == []
    for pending in ("granted", "refused"):
        for a in contract.possible(case, pending):
            assert a.end <= case.months
            assert a.busy_until >= a.end
            assert list(a.places) == list(a.months)
            assert all(0 <= p < 1 for p in a.rests_on.values())
            alone = contract.violations(case, [(*a.key[:3], 1, a.start)], pending)
            assert not {text.split()[0] for text in alone} & {*contract.GATES, "impossible"}
    try:
        values, plan = contract.best_plan(case, limit=1_000)
    except contract.TooLarge:
        return
    assert contract.violations(case, plan) == []
    found = contract.tier_values(case, plan)
    assert values == {name: found[name] for name in case.tiers}
    assert 0 <= contract.coverage_index(case, plan).overall <= 1
    assert set(contract.states(case, plan)) == set(contract.coverage(case, plan))


@pytest.mark.parametrize("start", range(0, 200, 25))
def test_seeded_cases_hold_together(start: int) -> None:
    for seed in range(start, start + 25):
        _consistent(seeded_case(seed, sizes=SMALL))


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(tiny_cases(sizes=SMALL))
def test_drawn_cases_hold_together(texts: Texts) -> None:
    _consistent(texts)


def test_a_seed_is_one_case_and_files_keep_it(tmp_path: Path) -> None:
    texts = seeded_case(7)
    assert texts == seeded_case(7) != seeded_case(8)
    folder = write(texts, tmp_path / "case")
    read, parsed = contract.load(folder), contract.parse(texts)
    assert read.offers == parsed.offers
    assert read.lines == parsed.lines
    assert read.caveats == parsed.caveats
    assert read.rules == parsed.rules


def test_kinds_and_rules_can_be_restricted() -> None:
    seen: set[str] = set()
    for seed in range(60):
        case = contract.parse(seeded_case(seed, SIMPLE_KINDS, (), SMALL))
        assert case.rules == []
        seen |= {caveat.kind for caveat in case.caveats}
    assert seen == set(SIMPLE_KINDS)


def test_every_kind_is_drawn_and_most_cases_deploy_something() -> None:
    kinds: set[str] = set()
    rules: set[str] = set()
    deployed = 0
    for seed in range(120):
        case = contract.parse(seeded_case(seed, sizes=SMALL))
        kinds |= {caveat.kind for caveat in case.caveats}
        rules |= {rule.kind for rule in case.rules}
        deployed += bool(contract.possible(case))
    assert kinds == set(KINDS)
    assert rules == set(RULES)
    assert deployed > 60


def test_without_its_caveats_a_case_is_never_worse() -> None:
    # Endurance is left out: it makes other tours, not fewer.
    kinds = [kind for kind in KINDS if kind != "endurance"]
    better = 0
    for seed in range(60):
        case = contract.parse(seeded_case(seed, kinds, RULES, SMALL))
        bound = list(contract.optimum(case, limit=1_000).values())
        free = contract.parse(seeded_case(seed, kinds, RULES, SMALL))
        # Votes and conditions decide what is conditional, so only the first tier compares.
        free.caveats = []
        try:
            best = list(contract.optimum(free, limit=1_000).values())
        except contract.TooLarge:
            continue
        if case.tiers[0] != "conditional":
            assert best[0] <= bound[0]
            better += best[0] < bound[0]
    assert better > 5


# Violations, by hand


def _case(
    caveat: dict[str, Any] | None = None, rule: dict[str, Any] | None = None, **raw: Any
) -> Case:
    """Two nations with two battalions of 100 each; lines in Kyiv (L, K) and at the seat (H)."""
    base = {"capability": "inf", "units": 2, "personnel": 100}
    line = {"role": "land", "capability": "inf", "minimum": 1, "target": 2, "priority": 1}
    return contract.build(
        [{"offer": "A1", "nation": "ALB", **base}, {"offer": "B1", "nation": "BEL", **base}],
        [
            {"line": "L", "area": "kyiv", "elsewhere": "poland:0.5", **line},
            {"line": "K", "area": "kyiv", **line, "role": "training", "max_nations": 1},
            {"line": "H", "area": "hq", **line},
        ],
        {
            "calendar": {"months": 6, "rotation_step": 3},
            "defaults": {"tour": 3, "dwell": 0},
            "areas": {
                "ukraine": {},
                "kyiv": {"within": "ukraine"},
                "poland": {},
                "paris": {},
                "london": {},
            },
            "headquarters": {
                "seats": [{"area": "paris", "months": 3}, {"area": "london", "months": 3}]
            },
            "capabilities": {"inf": {}, "hospital": {}},
            "conditions": {"x": {"holds": True, "probability": 0.5}, "y": {"holds": False}},
            "nations": {"ALB": {"share_key": 0.1}, "BEL": {"share_key": 0.5}},
            "caveats": [{"id": "C", "nation": "ALB", **caveat}] if caveat else [],
            "rules": [{"id": "R", **rule}] if rule else [],
            **raw,
        },
    )


A_IN: Row = ("A1", "L", "kyiv", 1, 1)
A_OUT: Row = ("A1", "L", "poland", 1, 1)
A_BOTH: Row = ("A1", "L", "kyiv", 2, 1)
A_LATER: Row = ("A1", "L", "kyiv", 1, 4)
A_TRAINS: Row = ("A1", "K", "kyiv", 1, 1)
A_PARIS: Row = ("A1", "H", "hq", 1, 1)
A_LONDON: Row = ("A1", "H", "hq", 1, 4)
B_IN: Row = ("B1", "L", "kyiv", 1, 1)
B_OUT: Row = ("B1", "L", "poland", 1, 1)
B_TRAINS: Row = ("B1", "K", "kyiv", 1, 1)

CAVEATS: list[tuple[dict[str, Any], list[Row], list[Row]]] = [
    # the caveat, a plan that it allows, a plan that it does not
    ({"kind": "exclusion"}, [B_IN], [A_IN]),
    ({"kind": "exclusion", "active": False}, [A_IN], []),
    ({"kind": "exclusion", "applies_to": {"areas": ["ukraine"]}}, [A_OUT], [A_IN]),
    ({"kind": "exclusion", "applies_to": {"roles": ["training"]}}, [A_IN], [A_TRAINS]),
    ({"kind": "exclusion", "applies_to": {"lines": ["L"]}}, [A_PARIS], [A_OUT]),
    ({"kind": "exclusion", "applies_to": {"areas": ["london"]}}, [A_PARIS], [A_LONDON]),
    ({"kind": "basing", "barred": ["ukraine"]}, [A_OUT, A_PARIS], [A_IN]),
    ({"kind": "basing", "allowed": ["ukraine", "paris"]}, [A_IN, A_PARIS], [A_LONDON]),
    ({"kind": "approval", "status": "refused"}, [B_IN], [A_IN]),
    ({"kind": "approval", "status": "refused", "grace": 3}, [A_IN], [A_LATER]),
    ({"kind": "approval", "status": "granted", "month": 2}, [A_LATER], [A_IN]),
    ({"kind": "approval", "status": "granted", "until": 3}, [A_IN], [A_LATER]),
    ({"kind": "condition", "requires": ["x"]}, [A_IN], []),
    ({"kind": "condition", "requires": ["x", "y"]}, [B_IN], [A_IN]),
    ({"kind": "ceiling", "units": 1}, [A_IN, A_LATER], [A_IN, A_OUT]),
    ({"kind": "ceiling", "personnel": 199}, [A_IN, B_IN], [A_BOTH]),
    ({"kind": "reserve", "units": 1}, [A_IN], [A_BOTH]),
    ({"kind": "reserve", "fraction": 0.1}, [A_IN], [A_BOTH]),
    ({"kind": "reserve", "units": 5}, [B_IN], [A_IN]),
    ({"kind": "endurance", "max_months": 2}, [A_IN], [A_IN, A_LATER]),
    ({"kind": "endurance", "dwell": 1}, [A_IN, A_LATER], [A_BOTH, A_LATER]),
    ({"kind": "partner", "with": ["BEL"]}, [A_IN, B_OUT], [A_IN, B_TRAINS]),
    ({"kind": "partner", "with": ["BEL"], "scope": "role"}, [A_PARIS, B_IN], [A_TRAINS, B_IN]),
    ({"kind": "partner", "with": ["BEL"], "scope": "area"}, [A_TRAINS, B_IN], [A_OUT, B_IN]),
    ({"kind": "partner", "with": ["BEL"]}, [B_IN], [A_LATER, B_IN]),
    ({"kind": "avoid", "with": ["BEL"]}, [A_IN, B_TRAINS], [A_IN, B_OUT]),
    ({"kind": "avoid", "with": ["BEL"], "scope": "area"}, [A_OUT, B_IN], [A_TRAINS, B_IN]),
    ({"kind": "package", "offers": ["A1", "B1"]}, [A_BOTH, B_TRAINS], [A_LATER, B_IN]),
    ({"kind": "share", "max_share": 0.5}, [A_IN, B_OUT], [A_BOTH, B_OUT]),
    ({"kind": "minimum", "units": 2}, [A_BOTH], [A_IN]),
    ({"kind": "minimum", "personnel": 150}, [A_IN, A_OUT], [A_IN, A_TRAINS]),
]


@pytest.mark.parametrize(("caveat", "allowed", "broken"), CAVEATS, ids=lambda value: "")
def test_a_caveat_is_broken_and_kept(
    caveat: dict[str, Any], allowed: list[Row], broken: list[Row]
) -> None:
    case = _case(caveat)
    assert contract.violations(case, allowed) == []
    kinds = {text.split()[0] for text in contract.violations(case, broken)}
    # Endurance lengthens the time at home; that no unit is in two places is another rule.
    expected = "units" if "dwell" in caveat else caveat["kind"]
    assert kinds == ({expected} if broken else set())


@pytest.mark.parametrize(
    ("rule", "allowed", "broken"),
    [
        ({"kind": "area_capacity", "area": "ukraine", "personnel": 100}, [A_OUT, B_IN], [A_BOTH]),
        (
            {"kind": "area_capacity", "area": "kyiv", "personnel": 0, "until": 3},
            [A_LATER],
            [A_IN],
        ),
        ({"kind": "lift", "personnel": 100}, [A_IN, A_LATER], [A_IN, B_OUT]),
        ({"kind": "lift", "personnel": 0, "area": "ukraine"}, [A_OUT, A_PARIS], [A_IN]),
    ],
)
def test_a_rule_is_broken_and_kept(
    rule: dict[str, Any], allowed: list[Row], broken: list[Row]
) -> None:
    case = _case(rule=rule)
    assert contract.violations(case, allowed) == []
    assert {text.split()[0] for text in contract.violations(case, broken)} == {rule["kind"]}


def test_units_nations_and_what_is_no_assignment() -> None:
    case = _case()

    def kinds(*plan: Row) -> set[str]:
        return {text.split()[0] for text in contract.violations(case, list(plan))}

    assert kinds(A_BOTH, B_IN) == set()
    assert kinds(A_BOTH, A_PARIS) == {"units"}
    assert kinds(A_TRAINS, B_TRAINS) == {"max_nations"}
    assert kinds(("A1", "L", "kyiv", 1, 2)) == {"impossible"}
    assert kinds(("A1", "L", "paris", 1, 1)) == {"impossible"}
    assert kinds(("A1", "X", "kyiv", 1, 1)) == {"impossible"}


def test_a_pending_vote_is_granted_conditionally_or_refused() -> None:
    case = _case({"kind": "approval", "status": "pending", "probability": 0.25})
    assert contract.violations(case, [A_BOTH]) == []
    assert contract.violations(case, [A_BOTH], pending="refused")
    # Two of two units, three months, weight 8, and three chances in four that they stay at home.
    assert contract.tier_values(case, [A_BOTH])["conditional"] == 18
    assert contract.states(case, [A_BOTH])["L", 1] == "conditional"
    assert contract.states(case, [A_IN])["L", 1] == "below_target"
    assert contract.states(case, [A_OUT])["L", 1] == "below_minimum"
    assert contract.states(case, [])["L", 1] == "unfilled"


def test_tier_values_by_hand() -> None:
    case = _case(rule={"kind": "breadth", "role": "land", "nations": 2, "priority": 4})
    values = contract.tier_values(case, [A_BOTH, B_TRAINS])
    assert values == {
        "critical": 8 * (Fraction(3, 2) + Fraction(3, 2) + 3),
        "shortfall": 8 * (3 + Fraction(9, 2) + 6) + 3 * 1 + 3 * 2,
        "conditional": 0,
        "burden": 6000,
        "personnel": 900,
    }
    index = contract.coverage_index(case, [A_BOTH, B_TRAINS])
    assert index.roles == {"land": Fraction(1, 4), "training": Fraction(1, 4)}
    assert index.overall == Fraction(1, 4)


def test_a_lead_needs_every_month_of_its_term() -> None:
    rule = {"kind": "lead_nation", "role": "land", "candidates": ["ALB"], "term": 4}
    case = _case(rule=rule)
    assert contract.vacancies(case, []) == [("R", 1, 4), ("R", 5, 6)]
    assert contract.vacancies(case, [A_LATER]) == [("R", 1, 4)]
    assert contract.vacancies(case, [A_IN, A_LATER]) == []
    assert contract.vacancies(case, [A_PARIS, A_LATER]) == []
    assert contract.vacancies(case, [A_TRAINS, A_LATER]) == [("R", 1, 4)]


def test_too_many_plans_are_refused() -> None:
    with pytest.raises(contract.TooLarge):
        contract.optimum(_case(), limit=50)
