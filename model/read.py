"""Files -> Case. The only room that knows the formats; it collects all faults, then gives up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from model import csv_source, yaml_source
from model.build import Builder
from model.case import Case
from model.checks import LINES, OFFERS, YAML, Problem, oddities, problems
from model.domain import Line, Offer, Settings
from model.faults import Fault, InputError
from model.raw import Raw
from model.text_source import read_text

OFFER_COLUMNS = tuple(Offer.model_fields)
LINE_COLUMNS = tuple(field.alias or name for name, field in Line.model_fields.items())
_COLUMNS = {OFFERS: OFFER_COLUMNS, LINES: LINE_COLUMNS}
_NUMBERS = frozenset(
    [
        "units",
        "personnel",
        "available_from",
        "available_until",
        "notice_days",
        "tour",
        "dwell",
        "minimum",
        "target",
        "from",
        "until",
        "priority",
        "max_nations",
    ]
)
_MAY_BE_MISSING = frozenset(("title", "elsewhere", "max_nations", "source", "as_of", "note"))


@dataclass(frozen=True)
class Reading:
    """A case that was read, and what is legal in it but odd."""

    case: Case
    warnings: tuple[Fault, ...]


def read_case(
    folder: Path,
    settings: Settings | None = None,
    scenarios: Sequence[str] = (),
    typed: Mapping[str, Any] | None = None,
) -> Reading:
    """Read and check a whole case.

    Args:
        folder: where it lies.
        settings: the day against which dates are held, and what pending votes count as.
        scenarios: what-ifs to put on top of it, in this order: names of the case's own, or files.
        typed: one more what-if on top of these, as a scenario file would hold it.

    Raises:
        InputError: with every fault of every file.
    """
    settings = settings or Settings()
    if not folder.is_dir():
        raise InputError([Fault(str(folder), 0, "", "", "is no folder with a case")])
    files = _Files(folder)
    raw = files.raw()
    what_ifs: dict[str, Any] = {}
    if scenarios or typed:
        # Not worth loading where there is none.
        from model import scenario

        stack = scenario.read(folder, scenarios, typed)
        files.hashes |= stack.hashes
        files.faults += stack.faults
        if not raw.missing:
            files.faults += stack.apply_to(raw)
        what_ifs["scenarios"] = stack.names
    builder = Builder(raw)
    parts = builder.tables()
    if raw.missing and (scenarios or typed):
        # What a scenario would have changed cannot be told from what is wrong.
        raise InputError([*files.faults, *builder.faults])
    parts |= builder.sections()
    if scenarios or typed:
        parts |= builder.wishes()
    case = Case(files=files.hashes, **what_ifs, **parts)
    faults = [*files.faults, *builder.faults]
    faults += _across(case, raw, builder, faults)
    if not faults and case.pins:
        from model.pins import contradictions

        faults += [raw.fault(each) for each in contradictions(case, settings)]
    if faults:
        raise InputError(faults)
    warnings = (raw.fault(builder.in_file(each)) for each in oddities(case, settings.today))
    return Reading(case, (*files.warnings, *warnings))


def unkept(case: Case, *, to_solve: bool = True) -> list[Fault]:
    """Warn where tier ``change`` is left out, since there is no plan to keep.

    Raises:
        InputError: nothing else is minimised, and it is to be solved.
    """
    if case.tiers == ("change",) and to_solve:
        message = "is the only tier, and there is no reference plan: nothing would be minimised"
        allowed = "name the run to keep with --keep RUN (plan, whatif), or another tier"
        raise InputError([Fault(YAML, 0, "tiers", "change", message, allowed)])
    if "change" not in case.tiers:
        return []
    message = "is left out: there is no reference plan"
    allowed = "plan and whatif take one with --keep RUN"
    return [Fault(YAML, 0, "tiers", "change", message, allowed)]


def _across(case: Case, raw: Raw, builder: Builder, told: list[Fault]) -> Iterator[Fault]:
    """Yield what is wrong between the parts of a case of which some may be wrong themselves.

    Names are checked even where other faults were found, so that all are told at once; what was
    dropped as faulty, or could not be read at all, must not make innocent names unknown, though.
    """
    places = {(fault.file, fault.line, fault.place) for fault in told}
    dropped = builder.dropped(case) if told else set()
    for problem in problems(case):
        if problem.unknown in builder.unsure:
            continue
        fault = _placed(builder.in_file(problem), raw)
        if fault.value not in dropped and (fault.file, fault.line, fault.place) not in places:
            yield fault


def _placed(problem: Problem, raw: Raw) -> Fault:
    """Return a fault across parts where a scenario brought it, if one did."""
    removed = raw.removed.get((problem.unknown, problem.value))
    if removed is not None:
        there = raw.fault(problem)
        message = f"is removed here, but {there.file}:{there.line} ({there.place}) still names it"
        return removed.fault(problem.value, message)
    if problem.twin and raw.origin(problem.where) is None and raw.origin(problem.twin) is not None:
        problem = replace(problem, where=problem.twin)
    return raw.fault(problem)


class _Files:
    """Reads the files of a case, and says what is wrong with them as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.hashes: dict[str, str] = {}

    def raw(self) -> Raw:
        """Return the plain values of the case."""
        texts = {name: self.text(name) for name in (OFFERS, LINES, YAML)}
        values: dict[str, Any] = {}
        tables = {}
        for name in (OFFERS, LINES):
            tables[name] = self.table(name, texts[name])
            values[name] = [_typed(tables[name], row) for row in tables[name].rows]
        document = self.document(texts[YAML])
        if document is not None:
            values[YAML] = document.value
        missing = document is None or None in texts.values()
        whole = all(table.complete for table in tables.values())
        return Raw(values, tables, document or yaml_source.Document({}), missing, whole)

    def text(self, name: str) -> str | None:
        """Return the file's text, or None with a fault."""
        try:
            text, self.hashes[name] = read_text(self.folder / name, name)
        except InputError as error:
            self.faults += error.faults
            return None
        return text

    def table(self, name: str, text: str | None) -> csv_source.Table:
        if text is None:
            return csv_source.NO_TABLE
        columns = _COLUMNS[name]
        required = [each for each in columns if each not in _MAY_BE_MISSING]
        table, faults = csv_source.parse(text, name, columns, required)
        self.faults += faults
        for each in table.unknown:
            message = "is a column that nobody knows; it is kept"
            self.warnings.append(Fault(name, 1, "header", each, message))
        return table

    def document(self, text: str | None) -> yaml_source.Document | None:
        """Return the YAML as a mapping of sections, or None with a fault."""
        if text is None:
            return None
        try:
            document = yaml_source.parse(text, YAML)
        except InputError as error:
            self.faults += error.faults
            return None
        if not isinstance(document.value, dict):
            message, allowed = "is no mapping of sections", "allowed: calendar: {months: 24} ..."
            self.faults.append(Fault(YAML, document.line(()), "", "", message, allowed))
            return None
        return document


def _typed(table: csv_source.Table, row: csv_source.Row) -> dict[str, Any]:
    """Return the filled cells of a row, numbers as numbers."""
    return {
        name: table.number(cell) if name in _NUMBERS else cell
        for name, cell in row.cells.items()
        if cell
    }
