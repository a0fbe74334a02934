"""What the documents say is true: commands run, names exist, examples work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyomo.core import Constraint, Var
from typer.testing import CliRunner, Result

import solve
from model import VERSION, caveats, rules, scenario
from model.case import Case
from model.caveats.base import Caveat, Scope
from model.checks import SECTIONS
from model.domain import Calendar, Forbid, Line, Offer, Pin, Settings, Stay
from model.formulation import Formulation
from model.moves import keeping
from model.plan import TIER_VALUES
from model.read import read_case
from model.rules.base import Rule
from tests import conftest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "data" / "README.md"])
COMMANDS = sorted((ROOT / "commands").glob("*.py"))
CASE = ("capabilities.csv", "requirements.csv", "constraints.yaml")


@cache
def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)


def example(name: str, mark: str) -> str:
    """Return the fenced block that stands after ``<!-- test: mark -->``."""
    found = re.search(
        rf"<!-- test: {re.escape(mark)} -->\n```\w+\n(.*?)^```",
        page(name),
        re.MULTILINE | re.DOTALL,
    )
    assert found, f"{name} has no example {mark}"
    return found[1]


def rows(name: str, heading: str) -> dict[str, list[str]]:
    """Return the first table after a heading: the name in its first cell -> all cells."""
    _, found, after = page(name).partition(f"\n{heading}\n")
    assert found, f"{name} has no heading {heading}"
    lines = [line for line in after.split("\n#")[0].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {each[0].strip("`"): each for each in cells}


def small_case(folder: Path) -> Path:
    folder.mkdir()
    for name in CASE:
        (folder / name).write_text(example("docs/case-format.md", name), encoding="utf-8")
    return folder


@pytest.fixture
def muster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the program as if started in an empty folder, at 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("MUSTER_HISTORY")
    return lambda *arguments: CliRunner().invoke(solve.app, arguments)


# Commands


def test_every_command_of_the_readme_runs(muster: Callable[..., Result], tmp_path: Path) -> None:
    small_case(tmp_path / "data")
    lines = [
        line.split("#")[0].strip()
        for block in blocks("README.md", "sh")
        for line in block.splitlines()
    ]
    commands = list(dict.fromkeys(line for line in lines if "solve.py" in line))
    assert {command.split("solve.py")[1].split()[0] for command in commands} >= {
        "plan",
        "check",
        "verify",
    }
    for command in commands:
        python, program, *arguments = command.split()
        assert (python, program) == (".venv/bin/python", "solve.py")
        if "--scenario" in arguments:  # those that ship are of the case that ships
            arguments += ["--case", str(ROOT / "data")]
        run = muster(*arguments)
        assert run.exit_code == 0, f"{command}\n{run.output}"
        assert run.stdout.strip()


@pytest.mark.parametrize("name", [str(each.relative_to(ROOT)) for each in PAGES])
def test_every_make_target_and_variable_exists(name: str) -> None:
    makefile = page("Makefile")
    for line in (line for block in blocks(name, "sh") for line in block.splitlines()):
        words = line.split("#")[0].split()
        if "make" in words:
            for word in words[words.index("make") + 1 :]:
                variable, equals, _ = word.partition("=")
                known = rf"^{word}:" if not equals else rf"^{variable} \??=|\$\(if \$\({variable}\)"
                assert re.search(known, makefile, re.MULTILINE), f"{name}: make has no {word}"


@pytest.mark.parametrize(
    "options", re.findall(r"`(--[a-z-]+)[ `]", "".join(map(page, ("README.md", "docs/cluster.md"))))
)
def test_every_option_named_exists(options: str) -> None:
    program = [page("solve.py"), *(page(f"commands/{each.name}") for each in COMMANDS)]
    assert any(f'"{options}"' in each for each in program)


def test_the_readme_shows_what_the_shipped_case_gives(muster: Callable[..., Result]) -> None:
    session = re.search(r"<!-- session -->\n```text\n(.*?)```", page("README.md"), re.DOTALL)
    assert session
    lines = session[1].splitlines()
    assert lines[0] == "$ make plan"
    assert max(map(len, lines)) <= 80
    run = muster("plan", "--case", str(ROOT / "data"), "--out", "run")
    assert run.exit_code == 0, run.output
    told = [line.rstrip() for line in run.stdout.splitlines()]
    # Best plans are not unique, but the values of the tiers are, and so is what is proven.
    shown = [line for line in lines if line.split(" ")[0] in TIER_VALUES]
    assert len(shown) >= 4
    stale = [line for line in shown if line not in told]
    assert not stale, f"make the session again (CONTRIBUTING.md tells how): {stale}"
    assert "Proof: every tier is proven." in lines
    assert "Proof: every tier is proven." in told


def test_the_picture_is_there_and_small() -> None:
    picture = ROOT / "docs" / "pictures" / "report.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 300_000


# Pages


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        assert there.exists(), f"{path.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings]
            assert anchor in anchors, f"{path.name}: {target}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_files_named_in_code_spans_exist(path: Path) -> None:
    pattern = (
        r"`((?:commands|model|reports|tests|docs|data|benchmarks)/[\w/.-]*|[\w-]+\.(?:lock|toml))`"
    )
    for name in re.findall(pattern, path.read_text(encoding="utf-8")):
        assert (ROOT / name).exists() or "arrivals" in name, f"{path.name}: {name}"


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{VERSION}]" in page("CHANGELOG.md")


# Kinds


@pytest.mark.parametrize("kind", caveats.KINDS)
def test_the_table_of_kinds_agrees_with_the_registry(kind: str) -> None:
    row = rows("docs/caveats.md", "## The kinds").get(kind)
    assert row, f"docs/caveats.md: the table of kinds has no row for {kind}"
    each = caveats.KINDS[kind]
    own = {
        info.alias or name
        for name, info in each.model_fields.items()
        if name not in Caveat.model_fields
    }
    fields = set(re.findall(r"`(\w+)`", row[1]))
    assert fields == own
    assert row[3] == ("enforced" if each.enforced else "only read")


def test_the_table_of_kinds_has_no_kind_that_is_not() -> None:
    assert set(rows("docs/caveats.md", "## The kinds")) == set(caveats.KINDS)


def test_the_table_of_rules_agrees_with_the_registry() -> None:
    table = rows("docs/case-format.md", "## Force rules")
    assert set(table) == set(rules.KINDS)
    for kind, each in rules.KINDS.items():
        own = {
            info.alias or name
            for name, info in each.model_fields.items()
            if name not in Rule.model_fields
        }
        assert set(re.findall(r"`(\w+)`", table[kind][1])) == own


def test_the_readme_tells_which_kinds_are_enforced() -> None:
    _, _, status = page("README.md").partition("\n## Status\n")
    enforced, found, not_yet = status.partition("\n## ")[0].partition("Read, but not enforced yet:")
    assert found
    kinds: dict[str, type[Any]] = {**caveats.KINDS, **rules.KINDS}
    told = set(re.findall(r"`(\w+)`", enforced)), set(re.findall(r"`(\w+)`", not_yet))
    assert told[0] == {kind for kind, each in kinds.items() if each.enforced}
    assert told[1] == {kind for kind, each in kinds.items() if not each.enforced}


def test_a_new_kind_takes_no_more_than_the_worked_example_says(tmp_path: Path) -> None:
    for name in ("model", "tests"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "cases")
        )
    for name in ("model/caveats/arrivals.py", "tests/caveats/test_arrivals.py"):
        (tmp_path / name).write_text(example("docs/caveats.md", name), encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "tests/caveats/test_arrivals.py",
    ]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


# The case format


@pytest.mark.parametrize(
    ("heading", "noun"), [("## `capabilities.csv`", Offer), ("## `requirements.csv`", Line)]
)
def test_the_columns_are_those_of_the_tables(heading: str, noun: type[Offer | Line]) -> None:
    told = {
        each
        for row in rows("docs/case-format.md", heading).values()
        for each in re.findall(r"`(\w+)`", row[0])
    }
    assert told == {info.alias or name for name, info in noun.model_fields.items()}


def test_the_sections_are_those_of_the_file() -> None:
    table = rows("docs/case-format.md", "## `constraints.yaml`")
    told = {each for row in table.values() for each in re.findall(r"`(\w+)`", row[0])}
    assert told == set(Case.__dataclass_fields__) - {
        "offers", "lines", "files", "scenarios", "pins", "forbids"
    }  # fmt: skip


def test_the_fields_of_every_caveat_are_told() -> None:
    text = page("docs/case-format.md").partition("\n## Caveats\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"`(\w+)`", text))
    assert told >= set(Caveat.model_fields)
    assert told >= set(Scope.model_fields)


def test_every_tier_is_told() -> None:
    assert set(rows("docs/case-format.md", '## Tiers: what "best" means')) == {
        *TIER_VALUES,
    }
    assert set(rows("docs/model.md", "## Tiers")) == set(TIER_VALUES)


def test_the_example_case_holds_and_its_whole_yaml_is_read(tmp_path: Path) -> None:
    case = small_case(tmp_path / "case")
    assert not read_case(case).warnings
    whole, caveats_shown, *_ = blocks("docs/case-format.md", "yaml")
    nations = ["FRA", "DEU", "EST", "IRL", "SWE", "LUX"]
    offers = [f"{n}-1,{n},infantry_battalion,1,100,,,,,,assumed" for n in nations]
    header = example("docs/case-format.md", CASE[0]).splitlines()[0]
    (case / CASE[0]).write_text("\n".join([header, *offers]) + "\n", encoding="utf-8")
    lines = example("docs/case-format.md", CASE[1]).replace("infantry", "infantry_battalion")
    (case / CASE[1]).write_text(lines, encoding="utf-8")
    # The caveats that the page shows, put into the whole file that it shows.
    yaml = whole.replace("caveats: []\n", caveats_shown)
    assert yaml != whole
    (case / CASE[2]).write_text(yaml, encoding="utf-8")
    read = read_case(case).case
    assert {each.kind for each in read.caveats} == {
        k for k, each in caveats.KINDS.items() if each.enforced
    }


def test_the_scenario_shown_does_what_each_of_its_lines_says(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    name = "scenarios/estonia-stays.yaml"
    (folder / "scenarios").mkdir()
    (folder / name).write_text(example("docs/case-format.md", name), encoding="utf-8")
    reading = read_case(folder, scenarios=["estonia-stays"])
    case = reading.case
    assert not case.caveat_by_id["DEU-BASING"].active
    assert case.calendar == Calendar(months=18, rotation_step=3)
    assert list(case.offer_by_id) == ["FRA-LAND-1", "DEU-LAND-1", "LVA-LAND-1"]
    assert case.offer_by_id["FRA-LAND-1"].first_month == 2
    assert case.offer_by_id["DEU-LAND-1"].available_until is None
    assert "LVA-HOME" in case.caveat_by_id
    assert case.pins == (Pin("FRA-LAND-1", "L01", 4, 2, "kyiv", "estonia-stays"),)
    assert case.forbids == (Forbid("DEU-LAND-1", "L01", "estonia-stays"),)
    assert [each.value for each in reading.warnings] == ["EST-RIIGIKOGU"]  # binds nothing now


def test_the_parts_of_a_scenario_are_told_in_the_order_in_which_they_act() -> None:
    assert tuple(rows("docs/case-format.md", "## Scenarios")) == ("title", *scenario.PARTS)
    told = rows("docs/case-format.md", "## Scenarios")["set"][1]
    assert set(re.findall(r"`(\w+)`", told)) >= set(SECTIONS)


def test_the_scenario_in_the_readme_is_the_one_that_ships() -> None:
    shipped = page("data/scenarios/bundestag-no.yaml").splitlines(keepends=True)
    [shown] = blocks("README.md", "yaml")
    assert shown == "".join(line for line in shipped if not line.startswith("#"))


def test_what_is_said_to_be_left_out_is_what_is_assumed(tmp_path: Path) -> None:
    folder = small_case(tmp_path / "case")
    (folder / CASE[2]).write_text(
        "calendar: {months: 12}\ncapabilities: {infantry: {}}\n", encoding="utf-8"
    )
    for name, empty in (
        (CASE[0], example("docs/case-format.md", CASE[0])),
        (CASE[1], example("docs/case-format.md", CASE[1])),
    ):
        (folder / name).write_text(empty.splitlines()[0] + "\n", encoding="utf-8")
    least = read_case(folder).case
    (folder / CASE[2]).write_text(
        "calendar: {months: 12, rotation_step: 3, c_day: null}\ncapabilities: {infantry: {title: null}}\n"
        "defaults: {tour: 6, dwell: 12}\nroles: [land, air, sea, training, hub]\n"
        "priority_weights: {1: 8, 2: 4, 3: 2, 4: 1}\ntiers: [critical, shortfall, conditional, personnel]\n"
        "areas: {}\nnations: {}\nconditions: {}\nsubstitutions: []\ncaveats: []\nrules: []\nforce: ''\n",
        encoding="utf-8",
    )  # fmt: skip
    told = read_case(folder).case
    assert {**vars(least), "files": {}} == {**vars(told), "files": {}}


def test_the_faults_shown_are_those_that_are_told(
    muster: Callable[..., Result], tmp_path: Path
) -> None:
    case = small_case(tmp_path / "case")
    for name, old, new in (
        (CASE[0], ",EST,", ",ESTONIA,"),
        (CASE[0], ",1,12,60", ",14,12,60"),
        (CASE[1], ",1,3,", ",4,3,"),
        (CASE[2], "barred:", "bared:"),
        (CASE[2], "status: pending", "status: maybe"),
    ):
        text = (case / name).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (case / name).write_text(text.replace(old, new), encoding="utf-8")
    kind = "  - {id: FRA-WITH-GBR, kind: partners, nation: FRA, with: [GBR]}\n"
    assert kind.strip(" -\n") in page("docs/case-format.md")
    with (case / CASE[2]).open("a", encoding="utf-8") as file:
        file.write(kind)
    run = muster("check", "--case", str(case))
    assert run.exit_code == 2
    assert run.stderr == example("docs/case-format.md", "faults")


# The model


@cache
def names_written() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return all names of constraints and variables, and the kinds that wrote rows, over cases."""
    constraints: set[str] = set()
    variables: set[str] = set()
    wrote: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        cases = [read_case(ROOT / "data").case]
        cases += [conftest.roomy(seed, Path(folder) / str(seed)).case for seed in range(150)]
    for case in cases:
        kept = tuple(Stay(o.offer, line.line, 1, 2, 1) for o in case.offers for line in case.lines)
        formulation = Formulation(keeping(case), Settings(keep=kept))
        kinds = {each.id: each.kind for each in (*case.caveats, *case.rules)}
        for each in formulation.model.component_objects(Constraint):
            constraints.add(each.local_name)
            block = re.search(r"\[(.+)\]", each.parent_block().name)
            if each.parent_block() is not formulation.model and block:
                wrote.add(kinds[block[1]])
        variables |= {each.local_name for each in formulation.model.component_objects(Var)}
    return frozenset(constraints), frozenset(variables), frozenset(wrote)


def test_every_constraint_and_decision_stands_in_the_page() -> None:
    constraints, variables, wrote = names_written()
    text = page("docs/model.md")
    told = set(re.findall(r"\*\*`(\w+)`\*\*", text))
    assert constraints <= told, f"docs/model.md tells nothing of {sorted(constraints - told)}"
    assert told <= constraints, f"no program has {sorted(told - constraints)}"
    assert variables <= set(re.findall(r"`(\w+)(?:\[[^`]*\])?`", text))
    # Else the names of some kind would not have been seen.
    writing = {
        kind
        for kind in (*conftest.KINDS, *conftest.RULES)
        for each in [{**caveats.KINDS, **rules.KINDS}[kind]]
        if each.constrain is not (Caveat if kind in caveats.KINDS else Rule).constrain
    }
    assert wrote >= writing


def test_the_page_names_the_kind_of_every_block() -> None:
    assert (
        set(rows("docs/model.md", "### Blocks: what caveats and rules add")) >= names_written()[2]
    )


# Without the internet


def test_the_program_knows_no_way_to_the_network() -> None:
    ways = {"socket", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "webbrowser"}
    for path in [
        ROOT / "solve.py",
        *COMMANDS,
        *(ROOT / "model").rglob("*.py"),
        *(ROOT / "reports").rglob("*.py"),
    ]:
        found = re.findall(
            r"^\s*(?:import|from) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        assert not ways & set(found), path
    # The page is reached, and reaches nothing: one room listens, the others only write addresses.
    for path in (ROOT / "web").rglob("*.py"):
        if path.name != "listening.py":
            text = path.read_text(encoding="utf-8").replace("from urllib.parse import", "")
            found = re.findall(r"^\s*(?:import|from) (\w+)", text, re.MULTILINE)
            assert not ways & set(found), path
