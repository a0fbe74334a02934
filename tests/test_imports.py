"""Who may import what: the rooms stay rooms."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("commands", "model", "reports", "web")
FILES = sorted(
    [path for name in FOLDERS for path in (ROOT / name).rglob("*.py")] + [ROOT / "solve.py"]
)


def room(path: Path) -> str:
    """Return ``model.read`` for ``model/read.py``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported(path: Path, *, typing_too: bool = True) -> Iterator[str]:
    """Yield every module that the file imports, wherever in it the import stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    if not typing_too:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                skipped |= {inner for each in node.body for inner in ast.walk(each)}
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers(package: str) -> set[str]:
    """Return the rooms that import the package or a part of it."""
    return {
        room(path)
        for path in FILES
        if any(name == package or name.startswith(f"{package}.") for name in imported(path))
    }


def under(rooms: set[str], *parents: str) -> bool:
    return all(any(r == p or r.startswith(f"{p}.") for p in parents) for r in rooms)


def test_the_nouns_know_nothing_of_ours_but_their_fields() -> None:
    ours = {name for name in imported(ROOT / "model/domain.py") if name.startswith("model")}
    assert {name.split(".")[1] for name in ours} == {"fields"}
    assert not any(name.split(".")[0] in FOLDERS for name in imported(ROOT / "model/fields.py"))


def test_pyomo_is_known_only_where_the_program_is_stated() -> None:
    rooms = importers("pyomo")
    assert "model.formulation" in rooms
    # ``program`` is the solver's reader of the standard form.
    assert under(
        rooms, "model.formulation", "model.program", "model.solver", "model.caveats", "model.rules",
        "model.driven",
    )  # fmt: skip


def test_highs_is_known_only_to_the_solver() -> None:
    assert under(importers("highspy"), "model.highs", "model.solver")
    searching = (
        "model.steps",
        "model.terms",
        "model.part",
        "model.sharing",
        "model.whole",
        "model.large",
        "model.neighbourhood",
        "model.relaxing",
    )
    assert under(importers("model.highs"), "model.solver", "model.driven", *searching)


@pytest.mark.parametrize("package", ["yaml", "csv"])
def test_file_formats_are_known_only_where_a_case_is_read(package: str) -> None:
    rooms = {each for each in importers(package) if not each.startswith("reports")}
    # A what-if is a YAML file too, but it is parsed by the same room.
    assert under(rooms, "model.read", "model.yaml_source", "model.csv_source")


def test_workbooks_are_read_in_one_room_and_written_by_reports() -> None:
    assert importers("openpyxl") == {"model.xlsx_source"}
    rooms = importers("xlsxwriter")
    assert rooms
    assert under(rooms, "reports")


def test_reports_never_look_at_the_program_or_the_solver() -> None:
    for package in ("model.formulation", "model.solver", "pyomo", "highspy"):
        assert not {each for each in importers(package) if each.startswith("reports")}


def test_the_model_never_looks_at_the_reports() -> None:
    assert not {each for each in importers("reports") if each.startswith("model")}


def test_the_command_line_is_only_in_the_program_and_its_commands() -> None:
    rooms = importers("typer")
    assert "solve" in rooms
    assert under(rooms, "solve", "commands")
    assert under(importers("commands"), "solve", "commands")
    assert importers("solve") == set()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "commands").glob("*.py")), ids=lambda path: path.stem
)
def test_a_command_loads_what_it_needs_when_it_runs(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not [
        each for each in map(ast.unparse, top) if re.search(r"\b(model|reports|web)\b", each)
    ]


def test_the_page_stands_on_the_model_and_the_reports_and_only_serve_knows_it() -> None:
    assert under(importers("web"), "web", "commands.serve")
    # The rooms of the server know no solver; what loads one is called in another process.
    workers = (
        "web.work", "web.keeping", "web.pricing_work", "web.run_work", "web.saving_work",
        "web.questions",
    )  # fmt: skip
    for package in ("model.session", "model.formulation", "model.solver", "model.prices", *workers):
        assert under({each for each in importers(package) if under({each}, "web")}, *workers)


def test_nothing_of_the_program_imports_its_tests() -> None:
    assert not importers("tests")


PURE = (
    "plan",
    "eligibility",
    "case",
    "read",
    "explain",
    "domain",
    "store",
    "edit",
    "examples",
    "scenario",
    "pins",
    "caveats.base",
)


@pytest.mark.parametrize("name", PURE)
def test_no_solver_is_loaded_where_none_is_needed(name: str) -> None:
    code = (
        f"import sys, model.{name}\n"
        "loaded = {each.split('.')[0] for each in sys.modules}\n"
        "print(sorted(loaded & {'pyomo', 'highspy', 'numpy', 'scipy', 'pandas', 'typer'}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("folder", ["caveats", "rules"])
def test_a_kind_reaches_for_the_program_only_while_it_writes_its_rows(folder: str) -> None:
    for path in sorted((ROOT / "model" / folder).glob("*.py")):
        for name in imported(path, typing_too=False):
            assert not name.startswith(("model.formulation", "model.solver", "model.plan")), path
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert "pyomo" not in " ".join(ast.unparse(node) for node in top), path


def test_a_case_without_scenarios_loads_nothing_that_knows_them() -> None:
    code = (
        "import sys; from pathlib import Path; from model.read import read_case\n"
        "read_case(Path('data'))\n"
        "print(sorted({'model.scenario', 'model.pins'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
