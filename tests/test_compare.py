"""Two plans side by side: differences, all of them, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from model.domain import Settings
from model.outcome import Options
from model.session import BASE, Flips
from model.whatif import both
from reports.compare import Comparison, coverage
from tests.conftest import Mini
from tests.reference.random_cases import Sizes
from tests.test_all_kinds import crowded

Build = Callable[..., Mini]


def test_gaps_coverage_and_assignments_that_changed_are_told(mini: Build) -> None:
    small = mini(offers=["A1,ALB,2,100", "B1,BEL,1,100"], lines=["L,kyiv,1,2", "K,lviv,0,1"])
    before = small.plan(("A1", "L", "kyiv", 1, 2), ("B1", "K", "lviv", 1, 1))
    after = small.plan(("A1", "L", "kyiv", 1, 1), ("A1", "L", "kyiv", 4, 1))
    found = Comparison(before, after, (), ())
    assert [(g.line.line, g.first, g.last, g.before, g.after, g.what) for g in found.gaps] == [
        ("L", 1, 3, 0, 1, "opened"),
        ("L", 4, 6, 2, 1, "narrower"),
        ("K", 1, 3, 0, 1, "opened"),
    ]
    assert [(m.offer, m.line, m.start, m.units) for m in found.moved] == [
        ("A1", "L", 1, -1),
        ("A1", "L", 4, 1),
        ("B1", "K", 1, -1),
    ]
    land, whole = coverage(before, after)
    assert (land.role, whole.role) == ("land", "all")
    assert (land.before, land.after) == (Fraction(1, 2), Fraction(1, 4))
    assert land.by_period == ((Fraction(1), Fraction(1, 4)), (Fraction(0), Fraction(1, 4)))


def test_a_plan_compared_with_itself_shows_nothing(mini: Build) -> None:
    plan = mini().plan(("A1", "L", "kyiv", 1, 2))
    found = Comparison(plan, plan, (), ())
    assert (found.shifts, found.gaps, found.moved) == ([], [], [])


def test_a_line_that_only_one_case_has_is_demanded_in_that_one(mini: Build) -> None:
    one = mini(lines=["L,kyiv,1,2"]).plan()
    two = mini(lines=["L,kyiv,1,2", "M,kyiv,0,1,until=2"]).plan()
    assert [(g.line.line, g.first, g.last, g.what) for g in Comparison(one, two, (), ()).gaps] == [
        ("M", 1, 2, "opened")
    ]
    assert [g.what for g in Comparison(two, one, (), ()).gaps] == ["closed"]


def test_gaps_of_random_changes_add_up_to_what_each_plan_misses(tmp_path: Path) -> None:
    changed = 0
    for seed in range(25):
        rng = random.Random(seed)
        case = crowded(seed, tmp_path, Sizes(months=6, caveats=5, rules=1, plans=0)).case
        names = [each.id for each in case.active_caveats]
        flips = Flips(lifted=frozenset(name for name in names if rng.random() < 0.4))
        sides = both(case, case, flips, Settings(), Options())
        one, two = (side.outcome.plan for side in sides)
        found = Comparison(one, two, sides[0].gaps, sides[1].gaps)
        difference = {
            (line.line, month): two.shortfall(line, month) - one.shortfall(line, month)
            for line, month in one.demanded()
        }
        told = {
            (each.line.line, month): each.after - each.before
            for each in found.gaps
            for month in range(each.first, each.last + 1)
        }
        assert told == {cell: value for cell, value in difference.items() if value}
        begun = {start[:4]: start.units for start in one.starts}
        for each in found.moved:
            key = (each.offer, each.line, each.area, each.start)
            begun[key] = begun.get(key, 0) + each.units
        assert {key: n for key, n in begun.items() if n} == {s[:4]: s.units for s in two.starts}
        assert not flips.lifted & set(found.now_binding)
        changed += bool(told)
    assert changed > 3


def test_what_a_change_does_not_reach_keeps_its_plan(mini: Build) -> None:
    case = mini(
        "id: C, kind: exclusion, nation: ALB",
        offers=["A1,ALB,1,100", "B1,BEL,3,100,capability=eng"],
        lines=["L,kyiv,1,1", "K,kyiv,1,2,capability=eng"],
    ).case
    before, after = both(case, case, Flips(lifted=frozenset("C")), Settings(), Options())
    moved = Comparison(before.outcome.plan, after.outcome.plan, before.gaps, after.gaps).moved
    assert {each.offer for each in moved} == {"A1"}
    same = both(case, case, BASE, Settings(), Options())
    assert same[0].outcome.plan.starts == same[1].outcome.plan.starts
