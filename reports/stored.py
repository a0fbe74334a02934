"""A run on disk -> the run, its case and its plan, each held against what it says of itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from model.case import Case
from model.domain import Settings
from model.eligibility import candidates
from model.explain import Reason, gap_of
from model.faults import Fault, InputError
from model.moves import keeping
from model.plan import Impossible, Plan, Start
from model.read import read_case
from reports import kept, run_folder, shape
from reports.cells import cells
from reports.gap_report import GapReport
from reports.rows import Origin
from reports.shape import FORMAT, Assigned, PlanFile, RunFile, Status, TierRun

PLAN, RUN = "plan.json", "run.json"
TOLERANCE = 1e-6
S = TypeVar("S", bound=BaseModel)


@dataclass
class Stored:
    """What could be read of a run; what is wrong with it is among the faults.

    Attributes:
        texts: text of each file that was asked for and is there.
    """

    texts: dict[str, str]
    faults: list[Fault]
    run: RunFile | None = None
    told: PlanFile | None = None
    plan: Plan | None = None


@dataclass(frozen=True)
class Answer:
    """What a run found, with its proof."""

    plan: Plan
    tiers: tuple[TierRun, ...]
    status: Status
    seconds: float
    events: tuple[str, ...]


def read(
    folder: Path, case_folder: Path | None = None, names: Collection[str] = run_folder.FILES
) -> Stored:
    """Read a run and its case.

    Args:
        folder: the run.
        case_folder: where the case lies now, if it has moved.
        names: the files to read.
    """
    texts, faults = run_folder.read(folder, names)
    found = Stored(texts, faults)
    found.run, wrong = parse(RunFile, RUN, texts)
    found.told, bad = parse(PlanFile, PLAN, texts)
    found.faults += wrong + bad
    if found.run is None:
        return found
    settings, lost = settings_of(found.run, folder)
    lies = case_folder or Path(found.run.case.path)
    case, unread = _case(lies, found.run, settings, folder)
    found.faults += lost + unread
    if found.told is not None:
        found.faults += agree(found.run, found.told)
        if case is not None and not lost:
            found.plan, broken = rebuild(case, settings, found.told)
            found.faults += broken
    return found


def report(found: Stored) -> GapReport:
    """Return the report of a run without faults: the same as when it was written."""
    run, told, plan = found.run, found.told, found.plan
    if run is None or told is None or plan is None:
        raise InputError(found.faults)
    case = plan.case
    gaps = [
        gap_of(
            plan,
            case.line_by_id[gap.line],
            gap.from_,
            gap.until,
            tuple(Reason(r.kind, r.caveats, r.offers, r.text) for r in gap.reasons),
        )
        for gap in told.gaps
    ]
    origin = Origin(
        run.run,
        run.input_hash,
        Path(run.case.path).name,
        run.case.files,
        run.options,
        run.versions,
    )
    outcome = Answer(plan, run.tiers, run.status, run.seconds, run.events)
    seen = candidates(case, plan.settings)
    return GapReport(outcome, gaps, seen, run.warnings, origin, cells(plan))


# The files


def parse(kind: type[S], name: str, texts: dict[str, str]) -> tuple[S | None, list[Fault]]:
    """Return a JSON file of a run in its shape, or what is wrong with it."""
    if name not in texts:
        return None, []
    try:
        version = json.loads(texts[name]).get("format")
    except (ValueError, AttributeError, RecursionError):
        version = FORMAT  # told below, with its place
    if isinstance(version, int) and version != FORMAT:
        message = f"is of format {version}, written by another version of Muster"
        return None, [Fault(name, 0, "format", str(version), message, "solve the case again")]
    return shape.parse(kind, name, texts[name])


def settings_of(run: RunFile, folder: Path | None = None) -> tuple[Settings, list[Fault]]:
    """Return what the plan is held against: with the plan to keep, which may have been lost.

    Args:
        run: the run.
        folder: where it lies, if it does: the plan to keep may lie beside it.
    """
    settings = Settings(pending=run.options.pending)
    if run.options.keep is None:
        return settings, []
    lay = _lies(run.case.keep or run.options.keep, folder)
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


def _case(
    path: Path, run: RunFile, settings: Settings, folder: Path
) -> tuple[Case | None, list[Fault]]:
    try:
        case = read_case(path, settings, _scenarios(run, folder)).case
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


def _scenarios(run: RunFile, folder: Path) -> list[str]:
    """Return the scenarios of the run: names, and files where they lay, or lie now.

    That is beside the run, or beside us.
    """
    return [
        str(way) if lay and _exists(way := _lies(lay, folder)) else label
        for label in run.options.scenarios
        for lay in [run.case.scenarios.get(label)]
    ]


def _lies(lay: str, folder: Path | None) -> Path:
    """Return where something lay, or where it lies beside a run if it is not there any more."""
    way = Path(lay)
    if folder is None or _exists(way):
        return way
    beside = folder.resolve().parent / way.name
    return beside if _exists(beside) else way


def _exists(path: Path) -> bool:
    try:
        return path.exists()
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
