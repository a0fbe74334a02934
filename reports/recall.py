"""What ``plan`` takes from the history and gives to it; a history that fails never stops it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import model
from model import disk
from model.case import Case
from model.faults import InputError
from reports import run_folder, words
from reports.history_db import Entry, RunHistory
from reports.shape import RunOptions, TakenFrom, sha256
from reports.versions import SOLVERS, versions

if TYPE_CHECKING:
    from reports.run import Run  # loads all that a report needs: later, while an engine works
    from reports.stored import Answer


@dataclass(frozen=True)
class Recalled:
    """An answer that was found before, and of which run."""

    answer: Answer
    source: TakenFrom


class Recall:
    """Looks requests up in the history, and keeps the runs that are made.

    Args:
        history: where; None keeps nothing and finds nothing.
        warn: told once, in one line, where the history fails; from then on there is none.
        fresh: whether every request is solved, known or not.
    """

    def __init__(
        self, history: RunHistory | None, warn: Callable[[str], None], *, fresh: bool = False
    ) -> None:
        self.history, self.warn, self.fresh = history, warn, fresh

    @staticmethod
    def prepare() -> None:
        """Find out what takes a while and is asked later, while there is something to wait for."""
        versions()
        _program()

    def answer(self, case: Case, options: RunOptions) -> Recalled | None:
        """Return what is known to answer a request, held against the case by the checker."""
        # What a plan was kept close to is no input that is told by its hash.
        if self.history is None or self.fresh or options.keep is not None:
            return None
        try:
            entry = self.history.answering(request(case.files, options), options.time_limit)
            if entry is None:
                return None
            from reports import past  # reads runs and scenarios: not worth loading for nothing

            files = self.history.files(entry.run)
            texts = {name: text.decode("utf-8", "replace") for name, text in files.items()}
            told = past.told(entry.run, texts)
            # One that was taken itself leads on to the run that was solved.
            source = told.run.taken_from or TakenFrom(run=entry.run, made=entry.made)
            return Recalled(past.answer(told, case), source)
        except InputError as error:
            self._give_up(error)
            return None

    def keep(self, run: Run, case: Path, written: Path) -> None:
        """Keep a run that was written, with all that it was made from.

        Args:
            run: the run.
            case: where its case lies.
            written: where the run was written.
        """
        if self.history is None:
            return
        inputs = run.report.case.files
        # Other formats are large, and `report` makes them again.
        files = {name: each for name, each in run.files.items() if name in run_folder.FILES}
        try:
            self.history.add(_entry(run, case, written), files, inputs, _contents(run, case))
        except InputError as error:
            self._give_up(error)

    def _give_up(self, error: InputError) -> None:
        self.history = None
        self.warn(f"{words.plain(str(error.faults[0]))}; the run is not kept there")


def in_words(source: TakenFrom) -> str:
    """Say that nothing was solved, and what to do where it should be."""
    return (
        f"Same request as run {source.run} of {words.moment(source.made)}: not solved again; "
        "--fresh solves it anew."
    )


def request(files: Mapping[str, str], options: RunOptions) -> str:
    """Return the hash of all that decides an answer but the time limit.

    The program itself is a part of it: a changed formulation may prove something else.
    """
    asked = {
        "files": dict(files),
        "options": options.model_dump(exclude={"time_limit"}),
        "versions": {name: versions()[name] for name in SOLVERS},
        "program": _program(),
    }
    return sha256(json.dumps(asked, sort_keys=True))


@cache
def _program() -> str:
    """Return the hash of the program's text, from case to plan."""
    home = Path(model.__file__).parent
    texts = sorted(home.rglob("*.py"))
    return sha256(json.dumps([(str(t.relative_to(home)), sha256(t.read_bytes())) for t in texts]))


def _entry(run: Run, case: Path, written: Path) -> Entry:
    details, plan = run.details, run.plan
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return Entry(
        run=details.run,
        request=request(details.case.files, details.options),
        status=details.status,
        time_limit=details.options.time_limit,
        made=details.started,
        asked=now,
        folder=str(written.resolve()),
        case_path=str(case.resolve()),
        scenarios=details.options.scenarios,
        pending=details.options.pending,
        coverage=plan.coverage.index,
        tiers={tier.name: tier.value for tier in plan.tiers},
        version=details.versions["muster"],
    )


def _contents(run: Run, folder: Path) -> list[bytes]:
    """Return the inputs of a run that are still what they were when they were read."""
    foreign = {f"scenarios/{Path(each.path).name}": Path(each.path)
               for each in run.report.case.scenarios if each.path}  # fmt: skip
    contents = []
    for name, digest in run.report.case.files.items():
        try:
            content = disk.contents(foreign.get(name, folder / name))
        except InputError:
            continue
        if sha256(content) == digest:
            contents.append(content)
    return contents
