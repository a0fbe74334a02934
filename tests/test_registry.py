"""The folder is the registry; every kind keeps the contract of kinds."""

from __future__ import annotations

import importlib
import inspect
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from model import caveats, rules
from model.case import Case
from model.caveats.base import Caveat
from model.domain import Calendar, Condition
from model.registry import kinds_in
from model.rules.base import Rule

ROOT = Path(__file__).resolve().parents[1]
KINDS: dict[str, type[Any]] = {**caveats.KINDS, **rules.KINDS}

FIELDS: dict[str, dict[str, Any]] = {
    "approval": {"status": "pending", "probability": 0.5},
    "avoid": {"with": ["BEL"]},
    "basing": {"barred": ["kyiv"]},
    "ceiling": {"units": 1},
    "condition": {"requires": ["x"]},
    "endurance": {"tour": 2},
    "exclusion": {},
    "minimum": {"units": 2},
    "package": {"offers": ["A1", "B1"]},
    "partner": {"with": ["BEL"]},
    "reserve": {"units": 1},
    "share": {"max_share": 0.5},
    "area_capacity": {"area": "kyiv", "personnel": 100},
    "breadth": {"role": "land", "nations": 2},
    "lead_nation": {"role": "land", "candidates": ["ALB"]},
    "lift": {"personnel": 100},
    "support": {"area": "kyiv", "capability": "inf", "per": 100},
}
CASE = Case(
    offers=(), lines=(), calendar=Calendar(months=6), conditions={"x": Condition(title="a truce")}
)


def entry(kind: str) -> Any:
    """Return a plain entry of the kind."""
    bound = {"nation": "ALB"} if kind in caveats.KINDS else {}
    return KINDS[kind].model_validate({"id": "C", "kind": kind, **bound, **FIELDS[kind]})


def test_the_kinds_are_those_of_the_contract_at_least() -> None:
    assert set(KINDS) >= set(FIELDS)
    assert not set(caveats.KINDS) & set(rules.KINDS)


def test_a_new_kind_has_its_example_here() -> None:
    assert set(FIELDS) >= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_named_as_the_kind_is(kind: str) -> None:
    each = KINDS[kind]
    assert each.__module__.rpartition(".")[2] == kind
    assert get_args(each.model_fields["kind"].annotation) == (kind,)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_documented_where_it_is_written(kind: str) -> None:
    each = KINDS[kind]
    assert each.__doc__ != each.__mro__[1].__doc__
    assert inspect.getdoc(each)
    assert f"``{kind}``" in (importlib.import_module(each.__module__).__doc__ or "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_its_rule_in_words(kind: str) -> None:
    said = entry(kind).rule(CASE)
    assert said == said.strip()
    assert len(said.split()) >= 3
    assert not said.endswith(".")
    assert not {"None", "Fraction", "{", "}", "['"} & set(said.split())


@pytest.mark.parametrize("kind", caveats.KINDS)
def test_a_caveat_in_words_is_one_sentence_of_its_nation(kind: str) -> None:
    said = entry(kind).in_words(CASE)
    assert said.startswith("Albania: ")
    assert said.endswith(".")
    scoped = entry(kind).model_copy(update={"active": False}).in_words(CASE)
    assert "not active" in scoped


@pytest.mark.parametrize("kind", KINDS)
def test_an_enforced_kind_states_its_rule_for_the_program_and_for_the_checker(kind: str) -> None:
    each = KINDS[kind]
    if not each.enforced:
        pytest.skip("read and checked, but refused for now")
    base = Caveat if kind in caveats.KINDS else Rule
    # By mathematics or as a gate, and once more in plain Python; a rule may price what it lacks.
    stated = {
        name
        for name in dir(each)
        if not name.startswith("__") and getattr(each, name, None) is not getattr(base, name, None)
    }
    assert "violations" in stated or kind in ("lead_nation", "support", "breadth")
    assert stated & {"blocks", "constrain", "limit_tour"} or base is Rule


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].enforced])
def test_no_enforced_kind_is_without_its_tests(kind: str) -> None:
    folder = "caveats" if kind in caveats.KINDS else "rules"
    path = ROOT / "tests" / folder / f"test_{kind}.py"
    assert path.is_file(), f"write {path.relative_to(ROOT)}"
    text = path.read_text(encoding="utf-8")
    assert "def test_it_bites" in text
    assert "def test_it_does_not_bite" in text
    assert "def test_a_plan_that_breaks_it_is_caught" in text or kind in (
        "lead_nation",
        "support",
        "breadth",
    )


# A new kind is one new file

NEW_KIND = '''
"""``curfew``: a kind of this test."""

from typing import Literal

from model.caveats.base import Caveat


class Curfew(Caveat):
    """Forbids what begins in the month."""

    kind: Literal["curfew"]
    month: int

    def blocks(self, case, assignment, settings):
        return self.matches(assignment) and assignment.start == self.month

    def violations(self, plan):
        for tour in plan.tours_seen(self):
            if tour.assignment.start == self.month:
                yield f"{tour.label} begins in month {self.month}"

    def rule(self, case):
        return f"may begin no tour in month {self.month}"
'''


def test_a_kind_is_one_new_file_and_no_edit_anywhere_else(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "model", tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "model" / "caveats" / "curfew.py").write_text(NEW_KIND, encoding="utf-8")
    case = tmp_path / "case"
    case.mkdir()
    (case / "capabilities.csv").write_text(
        "offer,nation,capability,units,personnel,available_from,available_until,notice_days,tour,"
        "dwell,basis\nA1,ALB,inf,1,100,,,,3,0,assumed\n"
    )
    (case / "requirements.csv").write_text(
        "line,role,capability,area,minimum,target,from,until,priority,basis\n"
        "L,land,inf,kyiv,1,1,,,4,assumed\n"
    )
    (case / "constraints.yaml").write_text(
        "calendar: {months: 6}\ncapabilities: {inf: {}}\nareas: {kyiv: {}}\ntiers: [critical]\n"
        "caveats:\n  - {id: C, kind: curfew, nation: ALB, month: 4}\n"
    )
    code = """
from pathlib import Path
from model import caveats
from model.domain import Settings
from model.formulation import Formulation
from model.plan import Plan, Start
from model.read import read_case
from model.outcome import Options
from model.solver import solve
case = read_case(Path("case")).case
print(case.caveats[0].in_words(case))
plan = solve(Formulation(case, Settings()), Options(gap=0)).plan
print(plan.starts, plan.tier_values["critical"])
print(*Plan(case, Settings(), [Start("A1", "L", "kyiv", 4, 1)]).violations())
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "Albania: may begin no tour in month 4.",
        "(Start(offer='A1', line='L', area='kyiv', start=1, units=1),) 3",
        "caveat C: A1 on L in kyiv from month 4 begins in month 4",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("X = 1\n", "must hold one Caveat"),
        (NEW_KIND + NEW_KIND.replace("Curfew", "Other"), "Other"),
    ],
)
def test_a_file_with_no_kind_or_two_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    package = tmp_path / f"odd_kinds_{len(text)}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "curfew.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=said):
        kinds_in(package.name, [str(package)], Caveat)
