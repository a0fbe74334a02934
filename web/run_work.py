"""What a worker does to send the open scenario as a run: the folder that ``plan`` writes, packed.

What the run is made from and the case does not hold goes along beside it, so that ``verify`` finds
it there: the open scenario as one file, and the plan that was kept.
"""

from __future__ import annotations

import datetime
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from model import scenario
from model.eligibility import candidates
from model.explain import explain
from model.faults import Fault, InputError
from model.outcome import checked
from model.read import read_case, unkept
from reports import formats, gathered, run_folder
from reports.kept import PLAN
from reports.run import make_run
from reports.shape import RunOptions
from web import saving_work
from web.address import MAX_CHANGE, State
from web.answers import Asked, Report, Served
from web.work import Desk, Stopped, Tell

OPEN = "open-scenario.yaml"
"""The file of what is open, where that is more than scenarios of the case."""


def run(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> Report:
    """Return a state as a run: an archive of what ``plan --out`` writes of it.

    Raises:
        InputError: the state is wrong, cannot be told as scenarios, or is limited in what may move;
            or one of the formats is none.
        NoAnswer: the time was over before there was a plan.
    """
    state = asked.state
    more = formats.named(dict(asked.more)["formats"]) if dict(asked.more)["formats"] else ()
    if state.max_change:
        message = "is nothing that a run can say of itself"
        allowed = "take it back; a run may keep to a plan as far as nothing better is lost"
        raise InputError([Fault(MAX_CHANGE, 0, "", state.max_change[0], message, allowed)])
    desk = Desk(served, asked, on_progress, stopped)
    with tempfile.TemporaryDirectory(prefix="muster-") as name:
        folder = Path(name)
        made = _written(desk, folder, _scenarios(desk, folder), more)
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(each for each in folder.rglob("*") if each.is_file()):
                archive.write(path, path.relative_to(folder))
    return Report(f"run-{made}.zip", packed.getvalue())


def _scenarios(desk: Desk, folder: Path) -> list[str]:
    """Return the scenarios that the state comes to; those of no case lie in the folder then."""
    served, state = desk.served, desk.asked.state
    if replace(state.freely, baseline=()) != State(scenario=state.scenario):
        asked = replace(desk.asked, more=())
        told = saving_work.scenario(served, asked, desk.on_progress, desk.stopped)
        (folder / OPEN).write_text(told, "utf-8")
        return [str(folder / OPEN)]
    given = [str(served.files.get(each, each)) for each in state.scenario]
    for source in scenario.located(served.folder, given):
        if not source.own:
            (folder / source.label).write_bytes(source.path.read_bytes())
    return given


def _written(desk: Desk, folder: Path, given: Sequence[str], more: Sequence[str]) -> str:
    """Write the run into a folder, and the plan that it keeps beside it; return its name."""
    served, started = desk.served, datetime.datetime.now(datetime.UTC)
    solved, to = desk.now()[0], desk.kept()
    settings = replace(desk.settings, keep=to.plan.stays if to else None)
    reading = read_case(served.folder, replace(settings, today=started.date()), given)
    case = to.plan.on(reading.case) if to else reading.case
    warnings = [*reading.warnings, *([] if to else unkept(case))]
    outcome = replace(solved.outcome, plan=checked(case, settings, solved.outcome.plan.starts))
    seen = candidates(case, settings)
    options = RunOptions(
        pending=served.pending,
        keep=to.plan.label if to else None,
        gap=served.gap,
        time_limit=served.time_limit,
        seed=served.seed,
        scenarios=tuple(each.label for each in scenario.located(served.folder, given)),
    )
    gaps = explain(outcome.plan, seen)
    keep = Path(to.plan.label) if to else None
    run = make_run(outcome, gaps, seen, warnings, served.folder, options, started, keep=keep)
    place = folder / run.details.run
    run_folder.write(place, run.files)
    extra = [name for name in more if name not in formats.USUAL]
    if extra:
        run_folder.add(place, formats.written(gathered.content(run.report), extra))
    if to:
        run_folder.put(folder / to.plan.label, {PLAN: to.text})
    return run.details.run
