"""A staff's own reports: a folder of Jinja templates, ``columns.yaml`` and ``report.css``.

Templates run in Jinja's sandbox and see plain values only. What is wrong with one is told with its
file and line. ``docs/templates.md`` is the manual.
"""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from model.faults import Fault, InputError, nearest
from reports import html, markdown, run_folder, tables
from reports.columns import TABLES, Column
from reports.content import Content
from reports.html import TEMPLATES, Columns

PAGE, COLUMNS, STYLE = "report.html", "columns.yaml", "report.css"
_ESCAPED = (".html", ".htm", ".xml", ".svg")


def write(content: Content, folder: Path) -> dict[str, str | bytes]:
    """Return ``report.html`` as the folder has it, and a file for each other template in it.

    Args:
        content: what the report says.
        folder: templates ``NAME.j2`` become files ``NAME``; those that begin with ``_`` are parts.

    Raises:
        InputError: a template, the list of columns or the style sheet is wrong; with its line.
    """
    if not folder.is_dir():
        raise InputError([Fault("--templates", 0, "", str(folder), "is no folder")])
    if not any((folder / each).exists() for each in (COLUMNS, STYLE, "parts")) and not any(
        folder.glob("*.j2")
    ):
        allowed = f"it may hold NAME.j2, {COLUMNS}, {STYLE}, parts/NAME.html.j2"
        raise InputError([Fault("--templates", 0, "", str(folder), "holds no template", allowed)])
    names = [path.name for path in sorted(folder.glob("*.j2")) if not path.name.startswith("_")]
    taken = [name for name in names if name.removesuffix(".j2") in run_folder.FILES[:5]]
    faults = [Fault(name, 0, "", "", "would stand for a file of the run itself") for name in taken]
    columns, wrong = _columns(folder / COLUMNS)
    style, bad = _style(folder / STYLE)
    if faults := [*faults, *wrong, *bad]:
        raise InputError(faults)
    environment = _environment(folder, content, columns)
    known = html.known(content, columns, style)
    files: dict[str, str | bytes] = {}
    for name in dict.fromkeys([f"{PAGE}.j2", *names]):
        try:
            files[name.removesuffix(".j2")] = environment.get_template(name).render(known)
        except Exception as error:  # noqa: BLE001 - whatever a template does is a fault of it
            faults.append(_fault(name, error))
    if faults:
        raise InputError(faults)
    return files


def _environment(folder: Path, content: Content, columns: Columns) -> ImmutableSandboxedEnvironment:
    ours = FileSystemLoader(TEMPLATES)
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder), ours, PrefixLoader({"muster": ours})]),
        autoescape=lambda name: (name or "").removesuffix(".j2").endswith(_ESCAPED),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html.prepared(environment)
    environment.filters["md"] = lambda value: markdown.escape(str(value))

    def table(name: str) -> str:
        """Return a table as CSV, with the columns that were chosen."""
        if name not in TABLES:
            raise ValueError(f"{name!r} is no table; {nearest(str(name), list(TABLES))}")
        chosen = columns.get(name, TABLES[name].usual)
        rows = [
            tuple("" if (v := col.of(row)) is None else tables.cell(_cell(v)) for col in chosen)
            for row in TABLES[name].rows(content)
        ]
        return tables.Table(name, tuple(col.name for col in chosen), tuple(rows)).csv()

    environment.globals["csv"] = table
    return environment


def _cell(value: Any) -> tables.Cell:
    return value if isinstance(value, str | int | float) else str(value)


# Columns and style


def _columns(path: Path) -> tuple[Columns, list[Fault]]:
    if not path.exists():
        return {}, []
    try:
        given = yaml.safe_load(io.StringIO(path.read_text("utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        return {}, [Fault(COLUMNS, mark.line + 1 if mark else 0, "", "", f"is no YAML: {said}")]
    if given is None:
        return {}, []
    if not isinstance(given, dict):
        return {}, [Fault(COLUMNS, 0, "", "", "is no list of columns by table", "TABLE: [COLUMN]")]
    faults: list[Fault] = []
    chosen: dict[str, tuple[Column, ...]] = {}
    for name, wanted in given.items():
        if name not in TABLES:
            known = nearest(str(name), list(TABLES))
            faults.append(Fault(COLUMNS, 0, "", str(name), "is no table", known))
        elif not isinstance(wanted, list) or not wanted:
            faults.append(Fault(COLUMNS, 0, name, str(wanted), "is no list of columns"))
        else:
            chosen[name] = tuple(_chosen(name, wanted, faults))
    return chosen, faults


def _chosen(name: str, wanted: list[Any], faults: list[Fault]) -> Iterator[Column]:
    known = {column.name: column for column in TABLES[name].columns}
    for i, each in enumerate(wanted):
        if each in known:
            yield known[each]
        else:
            place, allowed = f"{name}[{i}]", nearest(str(each), list(known))
            faults.append(Fault(COLUMNS, 0, place, str(each), "is no column", allowed))


def _style(path: Path) -> tuple[str, list[Fault]]:
    if not path.exists():
        return "", []
    try:
        style = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        return "", [Fault(STYLE, 0, "", "", f"cannot be read: {error}")]
    if "</" in style:
        line = style[: style.index("</")].count("\n") + 1
        return "", [Fault(STYLE, line, "", "</", "would end the style sheet")]
    return style, []


# What is wrong with a template


def _fault(name: str, error: Exception) -> Fault:
    if isinstance(error, TemplateSyntaxError):
        return Fault(_short(error.filename or name), error.lineno, "", "", str(error.message))
    if isinstance(error, TemplateNotFound):
        return Fault(name, _line(error)[1], "", str(error.name), "is no template here")
    where, line = _line(error)
    said = re.sub(r"^'[\w.]+ object' has", "it has", str(error)) or type(error).__name__
    return Fault(where or name, line, "", "", said)


def _line(error: Exception) -> tuple[str, int]:
    """Return the innermost template in the traceback, and the line in it."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [each for each in frames if each.filename.endswith(".j2")]
    return (_short(inside[-1].filename), inside[-1].lineno or 0) if inside else ("", 0)


def _short(filename: str) -> str:
    return Path(filename).name
