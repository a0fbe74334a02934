"""``plan``: solve a case and write the run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from commands.common import (
    DONE,
    NOT_PROVEN,
    case_folder,
    kept_history,
    kept_plan,
    located,
    print_json,
    refused,
    warned,
)
from commands.options import (
    HISTORY,
    CaseOption,
    Format,
    Fresh,
    Gap,
    HistoryOption,
    JsonOption,
    Keep,
    Out,
    Pending,
    Scenarios,
    Seed,
    Solver,
    TimeLimit,
)
from commands.planning import begin, finish

if TYPE_CHECKING:
    from reports.gap_report import GapReport


def plan(
    case: CaseOption = None,
    scenario: Scenarios = None,
    out: Out = None,
    keep: Keep = None,
    gap: Gap = 0.0001,
    time_limit: TimeLimit = 600,
    pending: Pending = "granted",
    seed: Seed = 0,
    solver: Solver = "highs",
    fresh: Fresh = False,
    history: HistoryOption = HISTORY,
    form: Format = "",
    as_json: JsonOption = False,
) -> None:
    """Solve a case, write the run, show coverage, gaps with reasons, and what is proven.

    A request that the history knows the answer to is not solved again.
    """
    from model.faults import Fault, InputError
    from model.outcome import Options
    from reports.progress import Watch

    folder, given = case_folder(case), scenario or []
    try:
        kept = kept_plan(keep)
        limits = Options(gap, time_limit, seed, solver=solver)
        with Watch() as watch:
            begun = begin(folder, given, pending, limits, watch, kept)
            # Only now, while an engine works: what writes takes as long to load as the case.
            from reports import formats, run_folder
            from reports.recall import Recall, in_words
            from reports.shape import RunOptions

            more = [f for f in formats.named(form) if f not in formats.USUAL] if form else []
            what_ifs = located(folder, given)
            out = out or Path("out", "+".join(each.name for each in what_ifs) or "base")
            run_folder.writable(out)
            if kept and kept.path == out.resolve():
                message = "is the run to keep, which would be written over"
                raise InputError([Fault("--out", 0, "", str(out), message, "name another folder")])
            options = RunOptions(
                pending=pending,
                keep=kept.label if kept else None,
                gap=gap,
                time_limit=time_limit,
                seed=seed,
                solver=solver,
                scenarios=tuple(each.label for each in what_ifs),
            )
            recall = Recall(kept_history(history), warned, fresh=fresh)
            shown: list[str] = []

            def show(report: GapReport, folder: Path = out) -> None:
                from reports import console

                if not as_json:
                    shown.append(console.told(report, folder, console.console()))

            run = finish(begun, options, watch, recall, show)
            run_folder.write(out, run.files)
            if more:
                from reports import gathered

                watch.say("Writing the report")
                run_folder.add(out, formats.written(gathered.content(run.report), more))
        recall.keep(run, folder, out)
    except InputError as error:
        raise refused(error.faults, as_json) from None
    if as_json:
        source = run.details.taken_from
        told = {
            "run": run.details.run,
            "out": str(out),
            "scenarios": options.scenarios,
            "taken_from": source and source.model_dump(),
        }
        print_json({**told, **run.plan.model_dump()})
    else:
        from reports import console

        sys.stdout.write("".join(shown))
        if run.details.taken_from:
            console.console().print(in_words(run.details.taken_from), markup=False)
    raise typer.Exit(DONE if run.plan.status == "optimal" else NOT_PROVEN)
