"""``verify``: everything in a run worked out again, without the solver.

The case is read again, the plan is rebuilt from its assignments alone, and whatever a file says is
held against that. Nothing a file says is believed on the way.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from model.case import Case
from model.domain import Settings
from model.faults import Fault, InputError
from model.moves import keeping
from model.plan import Impossible, Plan, Start
from model.read import read_case
from reports import kept, run_folder, shape
from reports.cells import Cells, cells
from reports.shape import Assigned, PlanFile, RunFile, ToldGap, shown
from reports.tables import Table, tables

PLAN, RUN = "plan.json", "run.json"
TOLERANCE = 1e-6
_MOST_CELLS = 20  # differing cells told one by one, per file
S = TypeVar("S", bound=BaseModel)


def verify(folder: Path, case_folder: Path | None = None) -> list[Fault]:
    """Return everything in the run that does not hold; nothing for a run that does."""
    texts, faults = run_folder.read(folder)
    run, wrong = parse(RunFile, RUN, texts)
    told, bad = parse(PlanFile, PLAN, texts)
    faults += wrong + bad
    if run is None:
        return faults
    path = case_folder or Path(run.case.path)
    settings, lost = settings_of(run)
    case, unread = _case(path, run, settings)
    faults += lost + unread
    if told is not None:
        faults += agree(run, told)
        if case is not None and not lost:
            plan, broken = rebuild(case, settings, told)
            faults += broken
            faults += _compare(case, plan, told, texts) if plan is not None else []
    return faults + list(_changed(run, texts, faults))


# The files as such


def parse(kind: type[S], name: str, texts: dict[str, str]) -> tuple[S | None, list[Fault]]:
    """Return a JSON file of a run in its shape, or what is wrong with it."""
    return shape.parse(kind, name, texts[name]) if name in texts else (None, [])


def _changed(run: RunFile, texts: dict[str, str], found: list[Fault]) -> Iterator[Fault]:
    """Tell files that were changed since, where nothing that stands in them was found wrong."""
    named = {fault.file for fault in found}
    for name, text in texts.items():
        if name == RUN or name in named:
            continue
        if name not in run.products:
            yield Fault(RUN, 0, f"products.{name}", "", "is missing")
        elif run.products[name] != shape.sha256(text):
            yield Fault(name, 0, "", "", "has been changed since it was written")


def settings_of(run: RunFile) -> tuple[Settings, list[Fault]]:
    """Return what the plan is held against: with the plan to keep, which may have been lost."""
    settings = Settings(pending=run.options.pending)
    if run.options.keep is None:
        return settings, []
    lay = Path(run.case.keep or run.options.keep)
    try:
        found = kept.read(lay)
    except InputError as error:
        return settings, [replace(each, file=f"plan to keep: {each.file}") for each in error.faults]
    faults = []
    then = run.case.files.get(kept.FILE, "")
    if found.sha256 != then:
        message = "is not the plan that the run was made with"
        faults = [Fault(kept.FILE, 0, "SHA-256", found.sha256, message, f"run.json: {then}")]
    return replace(settings, keep=found.stays), faults


def _case(path: Path, run: RunFile, settings: Settings) -> tuple[Case | None, list[Fault]]:
    try:
        case = read_case(path, settings, _scenarios(run)).case
    except InputError as error:
        told = [replace(fault, file=f"case {fault.file}") for fault in error.faults]
        if not path.is_dir():
            told = [Fault(RUN, 0, "case.path", str(path), "is no folder", "name it with --case")]
        return None, told
    faults = []
    for name in sorted({*case.files, *run.case.files} - {kept.FILE}):
        now, then = case.files.get(name, ""), run.case.files.get(name, "")
        if now != then:
            message = "is not the file that the run was made from"
            faults.append(Fault(f"case {name}", 0, "SHA-256", now, message, f"run.json: {then}"))
    return case if settings.keep is None else keeping(case), faults


def _scenarios(run: RunFile) -> list[str]:
    """Return the scenarios of the run: names, and files where they lay, or lie beside us now."""
    return [
        lay if (lay := run.case.scenarios.get(label)) and _is_file(Path(lay)) else label
        for label in run.options.scenarios
    ]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


# What the two JSON files say of each other


def agree(run: RunFile, told: PlanFile) -> Iterator[Fault]:
    """Yield where the two files contradict each other, or themselves."""
    version = run.versions.get("muster", "")
    if run.input_hash != shape.input_hash(run.case.files, run.options, version):
        message = "is not the hash of the case files, options and version"
        yield Fault(RUN, 0, "input_hash", run.input_hash, message)
    if run.run != shape.run_name(run.input_hash, told.text()):
        yield Fault(RUN, 0, "run", run.run, "does not follow from the inputs and the plan")
    if run.status != told.status:
        yield Fault(RUN, 0, "status", run.status, "differs from plan.json", told.status)
    if [(t.name, t.value, t.bound) for t in run.tiers] != [
        (t.name, t.value, t.bound) for t in told.tiers
    ]:
        yield Fault(RUN, 0, "tiers", "", "differ from plan.json")
    for i, tier in enumerate(run.tiers):
        distance = tier.value - tier.bound
        near = distance <= TOLERANCE + max(TOLERANCE, 1e-9 * abs(tier.value))
        near = near or distance <= run.options.gap * abs(tier.value)
        if tier.proven != near:
            message = f"value {tier.value} and bound {tier.bound} say otherwise"
            yield Fault(RUN, 0, f"tiers[{i}].proven", str(tier.proven), message)
    if (run.status == "optimal") != all(tier.proven for tier in run.tiers):
        yield Fault(RUN, 0, "status", run.status, "does not fit what is proven of the tiers")


# The plan


def rebuild(case: Case, settings: Settings, told: PlanFile) -> tuple[Plan | None, list[Fault]]:
    """Return the plan that the assignments make, and what does not hold of it or them."""
    faults = []
    starts = []
    seen: Counter[tuple[str, str, str, int]] = Counter()
    for i, row in enumerate(told.assignments):
        start = Start(row.offer, row.line, row.area, row.from_, row.units)
        place = f"assignments[{i}]"
        seen[start[:4]] += 1
        if seen[start[:4]] == 2:
            message = "stands here twice: same offer, line, area and from"
            faults.append(Fault(PLAN, 0, place, row.offer, message))
        try:
            alone = Plan(case, settings, [start])
        except Impossible as error:
            faults.append(Fault(PLAN, 0, place, row.offer, str(error)))
            continue
        starts.append(start)
        faults += _tour(place, row, alone)
    if len(starts) < len(told.assignments):
        return None, faults
    plan = Plan(case, settings, starts)
    faults += [Fault(PLAN, 0, "assignments", "", text) for text in plan.violations()]
    return plan, faults


def _tour(place: str, row: Assigned, alone: Plan) -> Iterator[Fault]:
    tour = alone.tours[0]
    if row.until != tour.assignment.end:
        message = f"the tour of {row.offer} on {row.line} ends in month {tour.assignment.end}"
        yield Fault(PLAN, 0, f"{place}.until", str(row.until), message)
    rests = sorted(rest.name for rest in tour.rests)
    if sorted(row.conditional_on) != rests:
        message = f"the tour of {row.offer} on {row.line} rests on {' '.join(rests) or 'nothing'}"
        yield Fault(PLAN, 0, f"{place}.conditional_on", " ".join(row.conditional_on), message)


def _compare(case: Case, plan: Plan, told: PlanFile, texts: dict[str, str]) -> Iterator[Fault]:
    seen = cells(plan)
    yield from tiers(plan, told)
    yield from _coverage(plan, told)
    if not told.led_as(plan):
        said = " ".join(f"{each.role}:{each.nation}" for each in told.leads)
        yield Fault(PLAN, 0, "leads", said, "are not those that follow from the assignments")
    yield from _gaps(case, seen, told)
    for table in tables(plan, seen, told):
        if table.name in texts:
            yield from _table(table, texts[table.name])


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
