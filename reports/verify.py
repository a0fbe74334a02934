"""``verify``: everything in a run worked out again, without the solver.

The case is read again, the plan is rebuilt from its assignments alone, and whatever a file says is
held against that. Nothing a file says is believed on the way.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from model import VERSION
from model.case import Case
from model.eligibility import candidates
from model.explain import explain
from model.faults import Fault, InputError
from model.plan import Plan
from reports import run_folder, shape, stored
from reports.cells import Cells, cells
from reports.gap_report import GapReport
from reports.shape import PlanFile, RunFile, ToldGap, shown, told_gap
from reports.stored import PLAN, RUN, TOLERANCE
from reports.tables import Table, tables

_MOST_CELLS = 20  # differing cells told one by one, per file


def verify(folder: Path, case_folder: Path | None = None) -> list[Fault]:
    """Return everything in the run that does not hold; nothing for a run that does."""
    found = stored.read(folder, case_folder)
    faults = list(found.faults)
    if found.run is None:
        return faults
    if found.told is not None and found.plan is not None:
        wrong = list(_compare(found.plan, found.told))
        # Another version may say the same in other words.
        if not wrong and found.run.versions.get("muster") == VERSION:
            wrong += _reasons(found.plan, found.told)
        faults += wrong
        seen = cells(found.plan)
        for table in tables(found.plan, seen, found.told):
            if table.name in found.texts:
                faults += _table(table, found.texts[table.name])
    others = run_folder.others(folder)
    return faults + list(_changed(found.run, {**found.texts, **others}, faults))


def holding(folder: Path, case_folder: Path | None = None) -> GapReport:
    """Return the report of a run whose inputs and plan hold; its other files are not looked at.

    Raises:
        InputError: something in ``run.json``, ``plan.json`` or the case does not hold.
    """
    found = stored.read(folder, case_folder, (RUN, PLAN))
    faults = list(found.faults)
    if not faults and found.plan is not None and found.told is not None:
        faults += _compare(found.plan, found.told)
    if faults:
        raise InputError(faults)
    return stored.report(found)


# The files as such


def _changed(run: RunFile, files: Mapping[str, str | bytes], found: list[Fault]) -> Iterator[Fault]:
    """Tell files that were changed since, where nothing that stands in them was found wrong."""
    named = {fault.file for fault in found}
    for name, content in files.items():
        if name == RUN or name in named:
            continue
        if name not in run.products:
            yield Fault(RUN, 0, f"products.{name}", "", "is missing")
        elif run.products[name] != shape.sha256(content):
            yield Fault(name, 0, "", "", "has been changed since it was written")


# The plan


def _compare(plan: Plan, told: PlanFile) -> Iterator[Fault]:
    yield from tiers(plan, told)
    yield from _coverage(plan, told)
    if not told.led_as(plan):
        said = " ".join(f"{each.role}:{each.nation}" for each in told.leads)
        yield Fault(PLAN, 0, "leads", said, "are not those that follow from the assignments")
    yield from _gaps(plan.case, cells(plan), told)


def tiers(plan: Plan, told: PlanFile) -> Iterator[Fault]:
    """Yield where the tiers told are not those of the plan."""
    names, values = [tier.name for tier in told.tiers], plan.tier_values
    if names != list(values):
        yield Fault(PLAN, 0, "tiers", " ".join(names), "are not the case's", " ".join(values))
    for i, tier in enumerate(told.tiers):
        if tier.name in values and not _same(tier.value, float(values[tier.name])):
            yield _wrong(f"tiers[{i}].value", tier.value, float(values[tier.name]))
        if tier.bound > tier.value + TOLERANCE * max(1.0, abs(tier.value)):
            message = f"is above the value {tier.value} of {tier.name}"
            yield Fault(PLAN, 0, f"tiers[{i}].bound", str(tier.bound), message)


def _coverage(plan: Plan, told: PlanFile) -> Iterator[Fault]:
    index = float(plan.coverage_index)
    if not _same(told.coverage.index, index):
        yield _wrong("coverage.index", told.coverage.index, index)
    roles = {role: float(each) for role, each in plan.coverage_by_role.items()}
    if set(roles) != set(told.coverage.roles):
        said, right = " ".join(told.coverage.roles), " ".join(roles)
        yield Fault(PLAN, 0, "coverage.roles", said, "are not the roles with demand", right)
    for role, value in told.coverage.roles.items():
        if role in roles and not _same(value, roles[role]):
            yield _wrong(f"coverage.roles.{role}", value, roles[role])


def _gaps(case: Case, seen: Cells, told: PlanFile) -> Iterator[Fault]:
    known = {*case.offer_by_id, *case.caveat_by_id}
    due = {
        (line, month)
        for line, months in seen.items()
        for month, each in months.items()
        if each.shortfall
    }
    for i, gap in enumerate(told.gaps):
        place = f"gaps[{i}]"
        if gap.line not in seen:
            yield Fault(PLAN, 0, f"{place}.line", gap.line, "is no line of the case")
            continue
        if gap.until < gap.from_ or gap.until > case.calendar.months:
            yield Fault(PLAN, 0, f"{place}.until", str(gap.until), "is no month of this gap")
            continue
        for month in range(gap.from_, gap.until + 1):
            if (gap.line, month) not in due:
                message = f"{gap.line} has no gap in month {month}, or it is told twice"
                yield Fault(PLAN, 0, place, "", message)
                continue
            due.discard((gap.line, month))
            yield from _gap(f"{place} in month {month}", case, seen, gap, month)
        for j, reason in enumerate(gap.reasons):
            for name in (*reason.caveats, *reason.offers):
                if name not in known:
                    message = "is no caveat or offer of the case"
                    yield Fault(PLAN, 0, f"{place}.reasons[{j}]", name, message)
    for line, month in sorted(due):
        yield Fault(PLAN, 0, "gaps", "", f"the gap of {line} in month {month} is missing")


def _gap(place: str, case: Case, seen: Cells, gap: ToldGap, month: int) -> Iterator[Fault]:
    line, right = case.line_by_id[gap.line], seen[gap.line][month]
    for name, said, is_ in (
        ("covered", gap.covered, right.covered),
        ("shortfall", gap.shortfall, right.shortfall),
        ("target", gap.target, line.target),
        ("minimum", gap.minimum, line.minimum),
    ):
        if not _same(float(said), float(is_)):
            yield _wrong(f"{place}: {name}", said, float(is_))
    if gap.state != right.state:
        yield Fault(PLAN, 0, f"{place}: state", gap.state, "is not what follows", right.state)


def _reasons(plan: Plan, told: PlanFile) -> Iterator[Fault]:
    """Yield where a gap says something else of why it is open than follows from the plan."""
    explained = explain(plan, candidates(plan.case, plan.settings))
    right = {(gap.line, gap.from_): gap for gap in map(told_gap, explained)}
    for i, gap in enumerate(told.gaps):
        due = right.get((gap.line, gap.from_))
        if due is None or due.until != gap.until:
            message = "are not months with one and the same set of reasons"
            yield Fault(PLAN, 0, f"gaps[{i}]", f"{gap.from_} to {gap.until}", message)
            continue
        for j, reason in enumerate(due.reasons):
            said = gap.reasons[j] if j < len(gap.reasons) else None
            if said != reason:
                place = f"gaps[{i}].reasons[{j}]"
                text, message = (said.text, "is not what follows") if said else ("", "is missing")
                yield Fault(PLAN, 0, place, text, message, reason.text)
        for j, reason in enumerate(gap.reasons[len(due.reasons) :], start=len(due.reasons)):
            message = "does not follow from the plan"
            yield Fault(PLAN, 0, f"gaps[{i}].reasons[{j}]", reason.text, message)


def _table(table: Table, text: str) -> Iterator[Fault]:
    """Hold a CSV file against the rows that follow from plan and case, cell for cell."""
    import pandas as pd

    try:
        found = pd.read_csv(io.StringIO(text), header=None, dtype=str, keep_default_na=False)
    except (ValueError, pd.errors.ParserError) as error:
        yield Fault(table.name, 0, "", "", f"is no CSV with these columns: {error}".strip())
        return
    right = pd.DataFrame([table.columns, *table.rows], dtype=str)
    if found.shape != right.shape:
        message = f"has {_size(found.shape)}; from plan.json follow {_size(right.shape)}"
        yield Fault(table.name, 0, "", "", message)
        return
    differ = (found.to_numpy() != right.to_numpy()).nonzero()
    places = list(zip(*(each.tolist() for each in differ), strict=True))
    for row, column in places[:_MOST_CELLS]:
        place = f"row {row + 1}, column {table.columns[column]}"
        expected = f"from plan.json follows {shown(right.iat[row, column])}"
        value = str(found.iat[row, column])
        yield Fault(table.name, row + 1, place, value or "(blank)", "does not hold", expected)
    if len(places) > _MOST_CELLS:
        more = len(places) - _MOST_CELLS
        yield Fault(table.name, 0, "", "", f"{more} more cells do not hold")


def _size(shape_: tuple[int, ...]) -> str:
    return f"{shape_[0] - 1} rows of {shape_[1]} columns"


def _same(said: float, right: float) -> bool:
    return abs(said - right) <= TOLERANCE * max(1.0, abs(right))


def _wrong(place: str, said: float, right: float) -> Fault:
    return Fault(PLAN, 0, place, str(said), f"does not hold: {right} follows from the assignments")
