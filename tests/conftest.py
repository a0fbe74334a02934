"""What tests begin with: a valid case to change one thing in, tiny cases, and random ones.

Longer runs than CI's: ``MUSTER_SOAK=20`` looks at twenty times as many random cases.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from model import caveats, relaxing, rules
from model.case import Case
from model.domain import Settings
from model.faults import Fault, InputError
from model.formulation import Formulation
from model.highs import Answer
from model.outcome import Options, Outcome
from model.plan import Plan, Start
from model.read import Reading, read_case
from model.solver import solve
from tests.reference import contract, random_cases

OFFERS = """\
offer,nation,capability,units,personnel,available_from,available_until,notice_days,tour,dwell,basis,source,as_of,note
FRA-LAND-1,FRA,infantry,6,700,,,,,,reported,a paper,2026-01-06,
DEU-LAND-1,DEU,armour,3,800,2,20,30,4,8,inferred,,,
FRA-HQ-1,FRA,staff,4,10,,,,,,assumed,,,
"""
LINES = """\
line,title,role,capability,area,elsewhere,minimum,target,from,until,priority,max_nations,basis,source,note
L01,Battalions,land,infantry,kyiv,poland:0.5,1,3,,,1,,assumed,,
L02,Staff,hub,staff,hq,,1,2,,,,,assumed,,
L03,Advance party,hub,staff,hq_next,,0,1,,,3,,assumed,,
"""
YAML = """\
force: Test force
calendar: {months: 24, c_day: null, rotation_step: 3}
areas:
  ukraine: {}
  kyiv: {within: ukraine}
  poland: {}
  paris: {}
  london: {}
headquarters:
  seats:
    - {area: paris, months: 12}
    - {area: london, months: 12}
capabilities:
  infantry: {title: Infantry battalion, role: land}
  armour: {title: Armoured battalion, role: land}
  staff: {title: Staff, role: hub}
substitutions:
  - {offered: armour, serves: infantry, rate: 0.8}
nations:
  FRA: {name: France, share_key: 0.18}
conditions:
  us_backstop: {title: US backstop, holds: true, probability: 0.6}
caveats:
  - id: DEU-BUNDESTAG
    kind: approval
    nation: DEU
    body: Bundestag
    status: pending
    month: 4
    probability: 0.5
  - id: FRA-CEILING
    kind: ceiling
    nation: FRA
    applies_to: {areas: [ukraine], roles: [land]}
    personnel: 2100
rules: []
tiers: [critical, shortfall, conditional, personnel]
"""


@pytest.fixture(autouse=True, scope="session")
def no_history() -> Iterator[None]:
    """Solve what is to be solved: a test that wants a history names its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_HISTORY", "off")
        yield


class Files:
    """The three files of a case, as bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.contents = {
            "capabilities.csv": OFFERS.encode(),
            "requirements.csv": LINES.encode(),
            "constraints.yaml": YAML.encode(),
        }

    def change(self, file: str, old: str, new: str) -> Files:
        """Replace one text that stands exactly once in the file."""
        assert self.contents[file].count(old.encode()) == 1, f"{old!r} is not once in {file}"
        self.contents[file] = self.contents[file].replace(old.encode(), new.encode())
        return self

    def add(self, file: str, text: str) -> Files:
        """Write a text at the end of the file."""
        self.contents[file] += text.encode()
        return self

    def replace(self, file: str, content: str | bytes) -> Files:
        """Put something else in the place of the file."""
        self.contents[file] = content.encode() if isinstance(content, str) else content
        return self

    def remove(self, file: str) -> Files:
        """Leave the file out."""
        del self.contents[file]
        return self

    def line_of(self, file: str, text: str) -> int:
        """Return the line in which the text first stands."""
        before, found, _ = self.contents[file].partition(text.encode())
        assert found, f"{text!r} is not in {file}"
        return before.count(b"\n") + 1

    def write(self) -> Path:
        self.folder.mkdir(exist_ok=True)
        for name, content in self.contents.items():
            (self.folder / name).write_bytes(content)
        return self.folder

    def read(self, settings: Settings | None = None) -> Reading:
        return read_case(self.write(), settings)

    def faults(self) -> list[Fault]:
        """Return what the reader complains of; it must complain."""
        with pytest.raises(InputError) as caught:
            self.read()
        assert caught.value.faults
        return caught.value.faults

    def fault(self) -> Fault:
        """Return the one thing the reader complains of."""
        faults = self.faults()
        assert len(faults) == 1, "\n".join(map(str, faults))
        return faults[0]

    def warnings(self, settings: Settings | None = None) -> tuple[Fault, ...]:
        return self.read(settings).warnings


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A valid case; tests change one thing in it."""
    return Files(tmp_path / "case")


@dataclass(frozen=True)
class Mini:
    """A case small enough to solve in one's head: see ``mini``."""

    case: Case

    def plan(self, *starts: tuple[Any, ...], pending: str = "granted") -> Plan:
        """Walk through a plan of (offer, line, area, start month, units)."""
        settings = Settings(pending=pending)  # type: ignore[arg-type]
        return Plan(self.case, settings, [Start(*start) for start in starts])

    def broken(self, *starts: tuple[Any, ...], pending: str = "granted") -> list[str]:
        """Return what such a plan breaks."""
        return list(self.plan(*starts, pending=pending).violations())

    def solve(self, pending: str = "granted") -> Outcome:
        """Prove the best plan."""
        settings = Settings(pending=pending)  # type: ignore[arg-type]
        return solve(Formulation(self.case, settings), Options(gap=0))

    def values(self, pending: str = "granted") -> dict[str, Any]:
        """Return the tier values of the best plan."""
        return dict(self.solve(pending).plan.tier_values)

    def gates(self, pending: str = "granted") -> dict[tuple[str, str, str, int], set[str]]:
        """Return every possible assignment and what closes it."""
        formulation = Formulation(self.case, Settings(pending=pending))  # type: ignore[arg-type]
        return {c.assignment.key: set(c.gates) for c in formulation.all_candidates}


@pytest.fixture
def mini(tmp_path: Path) -> Callable[..., Mini]:
    """Build a case from rows: ALB and BEL, infantry, tours of 3 months and 3 of rest.

    Lines are on weight 1 (priority 4), so that a tier's value is the share missing, summed over
    months. ``offers`` are (id, nation, units, people each), ``lines`` (id, area, minimum, target),
    both with more columns after them as ``name=value``; ``caveats`` YAML flow mappings.
    """

    def build(
        *caveats: str,
        offers: Iterable[str] = ("A1,ALB,2,100",),
        lines: Iterable[str] = ("L,kyiv,1,2",),
        months: int = 6,
        tour: int = 3,
        dwell: int = 3,
        step: int = 3,
        tiers: str = "critical, shortfall",
        seats: str = "",
        rules: Iterable[str] = (),
        extra: str = "",
    ) -> Mini:
        yaml = [
            f"calendar: {{months: {months}, rotation_step: {step}}}",
            f"defaults: {{tour: {tour}, dwell: {dwell}}}",
            "areas: {ukraine: {}, kyiv: {within: ukraine}, lviv: {within: ukraine}, poland: {},"
            " paris: {}, london: {}}",
            "capabilities: {inf: {}, eng: {}}",
            "conditions: {x: {probability: 0.5}, y: {holds: false, probability: 0.5}, z: {}}",
            f"tiers: [{tiers}]",
            f"headquarters: {{{seats}}}" if seats else "",
            extra,
            "caveats:",
            *(f"  - {{{caveat}}}" for caveat in caveats),
            "rules:",
            *(f"  - {{{rule}}}" for rule in rules),
        ]
        folder = tmp_path / "mini"
        folder.mkdir(exist_ok=True)
        tables = {
            "capabilities.csv": _table(
                "offer,nation,units,personnel",
                {"capability": "inf", "basis": "assumed"},
                "available_from,available_until,notice_days,tour,dwell",
                offers,
            ),
            "requirements.csv": _table(
                "line,area,minimum,target",
                {"role": "land", "capability": "inf", "priority": "4", "basis": "assumed"},
                "elsewhere,from,until,max_nations",
                lines,
            ),
            "constraints.yaml": "\n".join(yaml),
        }
        for name, text in tables.items():
            (folder / name).write_text(text, encoding="utf-8")
        return Mini(read_case(folder).case)

    return build


def _table(first: str, defaults: dict[str, str], blank: str, rows: Iterable[str]) -> str:
    names = first.split(",")
    columns = [*names, *defaults, *blank.split(",")]
    out = [",".join(columns)]
    for row in rows:
        cells = row.split(",")
        values = dict(zip(names, cells, strict=False)) | {}
        given = dict(cell.strip().split("=", 1) for cell in cells[len(names) :])
        assert set(given) <= set(columns), f"no such column in {row}"
        values = {**defaults, **values, **given}
        out.append(",".join(values.get(column, "") for column in columns))
    return "\n".join(out) + "\n"


# Random cases, read by the program and by the reference

SOAK = int(os.environ.get("MUSTER_SOAK", "1"))
KINDS = tuple(kind for kind in random_cases.KINDS if caveats.KINDS[kind].enforced)
RULES = tuple(kind for kind in random_cases.RULES if rules.KINDS[kind].enforced)


class _Roomy(random_cases._Recipe):
    """Cases that nobody enumerates need not be small: they are quicker to make, and richer."""

    def too_many(self) -> bool:
        return False


@dataclass(frozen=True)
class Twice:
    """A random case in both readings; its text is what a failure prints."""

    seed: int
    texts: random_cases.Texts
    case: Case
    reference: contract.Case

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}", *self.texts.values()])


def roomy(seed: int, folder: Path) -> Twice:
    """Return a random case of any number of plans, of the kinds that are enforced."""
    chooser = random_cases._Seeded(seed)
    recipe = _Roomy(chooser, KINDS, RULES, random_cases.Sizes(), random_cases.TIERS)
    return _twice(seed, recipe.texts(), folder)


def countable(seed: int, folder: Path, plans: int) -> Twice:
    """Return a random case of about so many plans at most."""
    sizes = random_cases.Sizes(plans=plans)
    return _twice(seed, random_cases.seeded_case(seed, KINDS, RULES, sizes), folder)


def _twice(seed: int, texts: random_cases.Texts, folder: Path) -> Twice:
    random_cases.write(texts, folder)
    return Twice(seed, texts, read_case(folder).case, contract.parse(texts))


def chunks(count: int, size: int) -> list[range]:
    """Split so many seeds into parts that parallel workers can share."""
    total = count * SOAK
    return [range(first, min(first + size, total)) for first in range(0, total, size)]


NEVER = "though the plan in hand satisfies it; the answer was thrown away"
"""How an event ends that tells of a false "infeasible" in a search for a plan."""
NO_SET = "HiGHS said that no set that could be lifted is enough, and gave one"
"""How an event begins that tells of the same in a search for sets to lift."""


def calls_infeasible(monkeypatch: pytest.MonkeyPatch, *rooms: Any) -> None:
    """Let the solver that rooms ask call whatever is asked with presolve infeasible."""
    for room in rooms:
        right = room.minimise

        def wrong(*given: Any, right: Any = right, presolve: bool = True, **more: Any) -> Answer:
            if presolve:
                return Answer("infeasible", None, -math.inf, "Infeasible")
            answer: Answer = right(*given, presolve=presolve, **more)
            return answer

        monkeypatch.setattr(room, "minimise", wrong)


def calls_the_dearest_cheapest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first set to lift that is looked for be the dearest one, with a bound to prove it."""
    right = relaxing.minimise
    asked: list[bool] = []

    def wrong(*given: Any, **more: Any) -> Answer:
        asked.append(True)
        if len(asked) > 1:
            return right(*given, **more)
        program, costs, limits = given
        answer = right(program, -costs, limits, **more)
        assert answer.point is not None
        return replace(answer, bound=float(costs @ answer.point))

    monkeypatch.setattr(relaxing, "minimise", wrong)
