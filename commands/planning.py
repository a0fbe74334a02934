"""What ``plan`` does between its options and its files.

In its order lies a quarter of its time: what a solve needs is loaded and done first, and all that
only tells of it while another process solves.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from commands.common import NOT_PROVEN, one_line, read_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from model.case import Case
    from model.domain import Pending, Settings
    from model.eligibility import Candidate
    from model.engine import Asked
    from model.faults import Fault
    from model.outcome import Options, Outcome
    from reports.gap_report import GapReport
    from reports.kept import Kept
    from reports.progress import Watch
    from reports.recall import Recall
    from reports.run import Run
    from reports.shape import RunOptions


@dataclass(frozen=True)
class Begun:
    """A case that was read, and is being solved.

    Attributes:
        folder: where it lies.
        warnings: what is odd in it.
        settings: what pending votes count as, and the plan to keep.
        limits: what the solver was asked.
        seen: every possible assignment, open or closed.
        asked: who solves it.
        started: when it began, with a time zone.
    """

    folder: Path
    case: Case
    warnings: Sequence[Fault]
    settings: Settings
    limits: Options
    seen: list[Candidate]
    asked: Asked
    kept: Kept | None
    started: datetime.datetime


def begin(
    folder: Path,
    scenarios: Sequence[str],
    pending: Pending,
    limits: Options,
    watch: Watch,
    kept: Kept | None,
) -> Begun:
    """Read a case under scenarios, and have it solved.

    Raises:
        InputError: the case is wrong.
    """
    started = datetime.datetime.now(datetime.UTC)
    watch.say("Reading the case")
    case, warnings = read_whole(folder, scenarios, pending, kept=kept)
    for warning in warnings:
        if warning.place == "tiers":  # what is minimised is no matter for the small print
            typer.echo(f"warning: {one_line(warning)}", err=True)
    watch.say("Writing the program")

    from model import engine
    from model.domain import Settings
    from model.dominance import worth_deciding
    from model.eligibility import candidates

    settings = Settings(pending=pending, keep=kept.stays if kept else None)
    # Listed and sifted while an engine still loads, which then need not do it itself.
    seen = candidates(case, settings)
    asked = engine.ready()
    asked.ask(case, settings, limits, worth_deciding(case, seen))
    return Begun(folder, case, warnings, settings, limits, seen, asked, kept, started)


def finish(
    begun: Begun,
    options: RunOptions,
    watch: Watch,
    recall: Recall,
    meanwhile: Callable[[GapReport], None] = lambda report: None,
) -> Run:
    """Wait for the plan and explain it; what was solved before is not solved again.

    ``meanwhile`` is called with the report while its files are written.

    Raises:
        InputError: the pins of the case contradict it.
    """
    from model import engine

    known = recall.answer(begun.case, options)
    if known is not None:
        engine.close()
    outcome = known.answer if known else _answered(begun, watch, recall)
    aside = begun.asked if isinstance(begun.asked, engine.Engine) and not known else None

    from model.explain import explain
    from reports.run import make_run

    watch.say("Explaining the gaps")
    return make_run(
        outcome,
        explain(outcome.plan, begun.seen),
        begun.seen,
        begun.warnings,
        begun.folder,
        options,
        begun.started,
        known.source if known else None,
        begun.kept.path if begun.kept else None,
        aside,
        meanwhile,
    )


def _answered(begun: Begun, watch: Watch, recall: Recall) -> Outcome:
    # What takes long to load, while an engine works.
    from model.engine import Engine
    from model.faults import InputError
    from model.outcome import Contradiction, OutOfTime, concluded
    from reports import console, formats, run  # noqa: F401 - loaded for later

    asked = begun.asked
    formats.ready(formats.QUICK if isinstance(asked, Engine) else formats.USUAL)
    recall.prepare()
    try:
        found = asked.answer(watch.on_progress, watch.stopped)
    except Contradiction:
        watch.say("Looking for what the pins contradict")
        from model.conflict import contradicted

        raise InputError([contradicted(begun.case, begun.settings)]) from None
    except OutOfTime:
        typer.echo("No plan that keeps the pins was found in time; nothing was written.", err=True)
        raise typer.Exit(NOT_PROVEN) from None
    if isinstance(asked, Engine):
        asked.prepare("reports.formats", "ready", formats.SLOW)
    return concluded(begun.case, begun.settings, begun.limits, found)
