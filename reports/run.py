"""A solved case -> all the files of a run, as text."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import model
from model.eligibility import Candidate
from model.explain import Gap
from model.faults import Fault
from reports import formats, gathered
from reports.cells import cells
from reports.gap_report import GapReport
from reports.rows import Origin
from reports.shape import (
    FORMAT,
    CaseRead,
    Outcome,
    PlanFile,
    RunFile,
    RunOptions,
    TakenFrom,
    TierRun,
    input_hash,
    run_name,
    sha256,
)
from reports.tables import tables
from reports.versions import versions


@dataclass(frozen=True)
class Run:
    """What is told of a solve.

    Attributes:
        files: each file by name, text or bytes; all but ``run.json`` the same for the same plan.
    """

    report: GapReport
    plan: PlanFile
    files: dict[str, str | bytes]
    details: RunFile


def make_run(
    outcome: Outcome,
    gaps: Sequence[Gap],
    candidates: Sequence[Candidate],
    warnings: Sequence[Fault],
    folder: Path,
    options: RunOptions,
    started: datetime.datetime,
    taken_from: TakenFrom | None = None,
    keep: Path | None = None,
    aside: formats.Aside | None = None,
    meanwhile: Callable[[GapReport], None] = lambda report: None,
) -> Run:
    """Return the run of an outcome.

    Args:
        outcome: plan and proof.
        gaps: the plan's gaps with their reasons.
        candidates: every possible assignment, open or closed.
        warnings: what is odd in the case.
        folder: where the case lies.
        options: the options of the run.
        started: when it began, with a time zone.
        taken_from: the run in the history that the outcome is of, if it was not solved anew.
        keep: where the run lies whose plan was to be kept.
        aside: a process that can write a part of it at the same time.
        meanwhile: called with the report, while that process writes.
    """
    plan = outcome.plan
    told = PlanFile.of(outcome, gaps)
    text = told.text()
    inputs = input_hash(plan.case.files, options, model.VERSION)
    name = run_name(inputs, text)
    origin = Origin(name, inputs, folder.resolve().name, plan.case.files, options, versions())
    seen = cells(plan)
    odd = tuple(str(warning) for warning in warnings)
    report = GapReport(outcome, gaps, candidates, odd, origin, seen)
    pages = formats.usual(gathered.content(report), aside)
    files: dict[str, str | bytes] = {"plan.json": text}
    files |= {table.name: table.csv() for table in tables(plan, seen, told)}
    meanwhile(report)
    files |= pages()
    details = RunFile(
        format=FORMAT,
        tool="muster",
        run=name,
        input_hash=inputs,
        case=CaseRead(
            path=str(folder.resolve()),
            files=plan.case.files,
            scenarios={
                label: each.path
                for label, each in zip(options.scenarios, plan.case.scenarios, strict=True)
                if each.path
            },
            keep=str(keep) if keep else None,
        ),
        options=options,
        versions=origin.versions,
        started=started.isoformat(timespec="seconds"),
        seconds=outcome.seconds,
        status=outcome.status,
        tiers=tuple(
            TierRun(
                name=tier.name,
                value=tier.value,
                bound=tier.bound,
                seconds=tier.seconds,
                proven=tier.proven,
            )
            for tier in outcome.tiers
        ),
        events=tuple(outcome.events),
        warnings=odd,
        taken_from=taken_from,
        products={name: sha256(each) for name, each in files.items()},
    )
    return Run(report, told, {"run.json": details.text(), **files}, details)
