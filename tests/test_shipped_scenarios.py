"""The scenarios that ship with the case: they are legal, change something, and say why."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from model.case import Case
from model.domain import Settings
from model.eligibility import candidates
from model.flips import Flips
from model.read import read_case
from model.session import Session

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
FILES = sorted((DATA / "scenarios").glob("*"))
NAMES = [each.stem for each in FILES]


@cache
def under(*names: str) -> Case:
    return read_case(DATA, scenarios=names).case


def test_there_are_a_dozen_and_the_page_tells_of_each() -> None:
    assert len(FILES) >= 12
    assert {each.suffix for each in FILES} == {".yaml"}
    page = (DATA / "README.md").read_text("utf-8").partition("\n## Scenarios\n")[2]
    assert re.findall(r"^\| `([\w-]+)` \|", page.partition("\n## ")[0], re.MULTILINE) == NAMES


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_scenario_is_legal_changes_the_case_and_says_on_what_it_stands(path: Path) -> None:
    base, case = under(), under(path.stem)
    told = {"files", "scenarios"}
    parts = {name for name in vars(base) if name in Case.__dataclass_fields__} - told
    assert any(getattr(base, name) != getattr(case, name) for name in parts)
    assert case.scenarios[0].title
    text = path.read_text("utf-8")
    assert re.search(r"^# Stands on: .*", text, re.MULTILINE)
    assert re.search(r"^# Assumed: .*", text, re.MULTILINE)
    assert re.search(r"\b20(12|25|26)\b", text)  # a date
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_a_scenario_adds_passes_for_published(name: str) -> None:
    known = set(under().offer_by_id)
    assert all(each.basis == "assumed" for each in under(name).offers if each.offer not in known)


def test_every_vote_lost_is_what_the_option_makes_of_open_votes() -> None:
    lost = candidates(under("all-votes-lost"), Settings())
    refused = candidates(under(), Settings(pending="refused"))
    assert [(c.assignment.key, c.gates, c.rests) for c in lost] == [
        (c.assignment.key, c.gates, c.rests) for c in refused
    ]


def test_scenarios_of_the_case_stack() -> None:
    alone = under("paris-and-london-need-us")
    both = under("no-us-backstop", "paris-and-london-need-us")

    def open_in_ukraine(case: Case) -> set[str]:
        return {
            c.assignment.offer.nation
            for c in candidates(case, Settings())
            if not c.gates and case.inside(c.assignment.places[0], "ukraine")
        }

    assert {"FRA", "GBR"} <= open_in_ukraine(alone)
    assert not {"FRA", "GBR"} & open_in_ukraine(both)


def test_a_ceiling_that_joins_parts_of_the_shipped_case_leaves_every_tier_proven() -> None:
    """Rounded to the small steps of the whole, a point seemed worse than its parts together."""
    session = Session(under(), Settings())
    session.solve()
    found = session.solve(Flips(lifted=frozenset({"DEU-BASING"})))
    assert [(tier.name, tier.proven) for tier in found.tiers] == [
        ("critical", True), ("shortfall", True), ("conditional", True), ("personnel", True),
    ]  # fmt: skip
    assert found.status == "optimal"
