"""What a worker does: it holds built cases and answers what-ifs of them.

Only rooms of its kind import this one: the server has its functions called by name in processes
that load the solver. What a question needs is in the question, so any worker can answer it, and the
answer does not depend on what was asked before.
"""

from __future__ import annotations

import datetime
import gc
import json
import os
import pickle
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import model
from model import conflict, flags
from model.case import Case
from model.domain import Settings
from model.explain import explain
from model.faults import InputError
from model.flips import BASE, Flips
from model.outcome import Contradiction, Options, Outcome, OutOfTime, Progress
from model.read import read_case, unkept
from model.session import OnPlan, Session
from model.terms import Memo
from reports import gathered, verify
from reports.cells import cells
from reports.compared import Changed
from reports.content import Content
from reports.gap_report import GapReport
from reports.rows import TYPED, Origin
from reports.shape import PlanFile, RunOptions, input_hash, run_name, sha256
from reports.versions import versions
from web import board, keeping
from web.address import State
from web.answers import Asked, Counted, Look, NoAnswer, Packed, Served, Sketch
from web.sketching import sketching

NICE = 5
"""By how much a worker stands back for the server, and for the browser, where cores are few."""
HELD = 4
"""So many built cases are kept."""

Tell = Callable[[Progress | Counted | Sketch], None]
Stopped = Callable[[], bool]


K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True)
class Read:
    """A case that was read, with what is odd in it."""

    case: Case
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A built case that was solved as it is.

    Attributes:
        base: its plan without any switch.
        known: what was found out by then.
    """

    session: Session
    base: Outcome
    known: Memo
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Solved:
    """A what-if that is solved and explained.

    Attributes:
        plan: ``plan.json``.
        known: what was found out about the case before any switch.
    """

    outcome: Outcome
    report: GapReport
    plan: str
    known: Memo


_read: OrderedDict[tuple[object, ...], Read] = OrderedDict()
_held: OrderedDict[tuple[object, ...], Held] = OrderedDict()
_keeping: OrderedDict[tuple[str, str], keeping.Keeping] = OrderedDict()
"""Plans to keep, by the stamp of the files and whose they are."""
_runs: OrderedDict[str, GapReport] = OrderedDict()
_bases: dict[str, Solved] = {}
"""The case as it is, by the stamp of its files."""


def warm(served: Served, on_progress: Tell, stopped: Stopped) -> None:
    """Build and solve the case as it is, so that the first question finds it ready."""
    gc.enable()  # a worker of the page lives for days
    if hasattr(os, "nice"):
        os.nice(NICE)
    Desk(served, Asked("look", State(), served.stamp()), on_progress, stopped).base()
    gc.collect()
    gc.freeze()


def look(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> Look | Packed:
    """Solve a state, and tell it against the case as it is, for the page.

    Raises:
        InputError: the state names what the case has not, or the case is wrong.
        NoAnswer: the time was over before there was a plan.
    """
    began = time.monotonic()
    desk, state = Desk(served, asked, on_progress, stopped), asked.state
    desk.sketches = True
    now, said = desk.now()
    content = gathered.content(now.report, desk.against(), seen=desk.picture)
    shown = board.of(desk.read(state.scenario), state, content, served)
    to = desk.kept()
    kept = keeping.told(to, now.outcome.plan) if to else None
    told = Look(content, shown, said, time.monotonic() - began, kept)
    return Packed.of(told) if asked.packed and now.outcome.status != "interrupted" else told


def plan(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> dict[str, Any]:
    """Solve a state, and return what ``plan.json`` says. Raises what ``look`` does."""
    desk = Desk(served, asked, on_progress, stopped)
    now = desk.now()[0]
    told: dict[str, Any] = json.loads(now.plan)
    return {"run": now.report.origin.run, **told}


def whatif(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> dict[str, Any]:
    """Solve a state, and return what ``whatif --json`` prints. Raises what ``look`` does."""
    desk = Desk(served, asked, on_progress, stopped)
    if asked.state.keep:
        return keeping.whatif(desk)
    base = desk.base()
    now, said = desk.now()
    told = Changed(base.outcome, now.outcome, (base.report.gaps, now.report.gaps))
    return {"change": said, **told.values()}


class Desk:
    """One question, with what it takes to answer it.

    Attributes:
        sketches: whether pictures of plans are told before the answer is there.
        picture: that of the plan found, if it was told.
    """

    sketches = False
    picture: Content | None = None

    def __init__(self, served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> None:
        self.served, self.asked = served, asked
        self.on_progress, self.stopped = on_progress, stopped
        self.settings = Settings(pending=served.pending)

    def read(self, scenarios: Sequence[str] = (), typed: Mapping[str, Any] | None = None) -> Case:
        """Return the case under scenarios, and under one more that stands in no file.

        Raises:
            InputError: it is wrong.
        """
        state = self.asked.state
        key = (self.asked.stamp, tuple(scenarios), typed and tuple(state), bool(state.keep))
        if key not in _read:
            files = [str(self.served.files.get(each, each)) for each in scenarios]
            settings = replace(self.settings, today=datetime.date.today())
            reading = read_case(self.served.folder, settings, files, typed)
            warnings = (*reading.warnings, *(() if state.keep else unkept(reading.case)))
            _keep(_read, key, Read(reading.case, tuple(map(str, warnings))))
        _read.move_to_end(key)
        self._warnings = _read[key].warnings
        return _read[key].case

    def beside(self, state: State) -> Desk:
        """Return the same question of another state."""
        asked = replace(self.asked, state=state, found=b"")
        return Desk(self.served, asked, self.on_progress, self.stopped)

    def base(self) -> Solved:
        """Return the case as it is, solved; one that a stop has cut short is not kept."""
        stamp = self.asked.stamp
        if stamp not in _bases:
            desk = self.beside(State())
            desk.sketches = self.sketches and not self.asked.state.differs
            solved = desk.solved(desk.read(), BASE)
            if solved.outcome.status == "interrupted":
                return solved
            _bases.clear()
            _bases[stamp] = solved
        return _bases[stamp]

    def against(self) -> GapReport | None:
        """Return what the answer is held against: a run, the case as it is, or nothing.

        Raises:
            InputError: the run does not hold any more.
        """
        for name in self.asked.state.baseline:
            if name not in _runs:
                folder = next(Path(r.folder) for r in self.served.runs() if r.run == name)
                _keep(_runs, name, verify.holding(folder))
            return _runs[name]
        return self.base().report if self.asked.state else None

    def now(self) -> tuple[Solved, tuple[str, ...]]:
        """Return the state, solved, and in words. Raises what ``solved`` does."""
        if not self.asked.state.differs:
            return self.base(), ()
        meant = self.meant()
        return self.solved(meant.case, meant.flips), meant.said

    def kept(self) -> keeping.Keeping | None:
        """Return the plan that the state keeps to; None where there is none.

        Raises:
            InputError, NoAnswer: it cannot be read, or solved.
        """
        for whose in self.asked.state.keep:
            key = self.asked.stamp, whose
            if key not in _keeping:
                found, whole = keeping.named(self, whose)
                if not whole:
                    return found
                _keep(_keeping, key, found)
            _keeping.move_to_end(key)
            return _keeping[key]
        return None

    def meant(self) -> flags.Understood:
        """Return what the state means, with tier ``change`` where it keeps to a plan."""
        meant, to = flags.understood(self.asked.state.change(), self.read), self.kept()
        return replace(meant, case=to.plan.on(meant.case)) if to else meant

    @property
    def most(self) -> int | None:
        """How many unit-months may move; None for any."""
        return next((int(each) for each in self.asked.state.max_change), None)

    @property
    def options(self) -> Options:
        """The limits of a solve."""
        served = self.served
        return Options(gap=served.gap, time_limit=served.time_limit, seed=served.seed)

    def solved(self, case: Case, flips: Flips) -> Solved:
        """Return a case with flips, solved and explained.

        Raises:
            InputError: its pins contradict it.
            NoAnswer: the time was over.
        """
        try:
            held = self.held(case)
            session = held.session
            if self.most is not None:
                outcome = keeping.held_to(self, held, flips, self.most)
            elif flips == BASE:
                outcome = held.base
            elif self.asked.found:
                outcome = session.again(flips, pickle.loads(self.asked.found))  # noqa: S301 - ours
            else:
                outcome = session.solve_from(
                    held.known,
                    flips,
                    stopped=self.stopped,
                    on_progress=self.on_progress,
                    on_plan=self.on_plan(session, flips),
                )
        except Contradiction:
            raise InputError([conflict.contradicted(case, self.settings)]) from None
        except OutOfTime:
            raise NoAnswer from None
        found = cells(outcome.plan)
        if self.sketches:
            # Why its gaps are there takes as long to tell as such a plan to find: it comes after.
            origin = self._origin(outcome.plan.case, "")
            bare = GapReport(outcome, (), (), held.warnings, origin, found)
            self.picture = gathered.picture(bare, self.against())
            self.on_progress(Sketch(self.picture, last=True))
        seen = session.candidates(flips)
        gaps = explain(outcome.plan, seen)
        told = PlanFile.of(outcome, gaps).text()
        origin = self._origin(outcome.plan.case, told)
        report = GapReport(outcome, gaps, seen, held.warnings, origin, found)
        return Solved(outcome, report, told, held.known)

    def on_plan(self, session: Session, flips: Flips) -> OnPlan | None:
        """Return what is told plans while a session is searched; None where nobody looks on."""
        if not self.sketches:
            return None
        case = session.flipped(flips)
        origin = self._origin(case, "")
        return sketching(case, session.settings, origin, self.against, self.on_progress)

    def held(self, case: Case) -> Held:
        """Return a case, built and solved as it is; one that a stop has cut short is not kept."""
        key = self.asked.session
        if key not in _held:
            to = self.kept()
            settings = replace(self.settings, keep=to.plan.stays if to else None)
            session = Session(case, settings, self.options, known=self._common(case))
            # Whatever is asked of it later begins with what is known by now, so that the answer
            # does not depend on what was asked in between.
            base = session.solve(
                BASE,
                stopped=self.stopped,
                on_progress=self.on_progress,
                on_plan=self.on_plan(session, BASE),
            )
            held = Held(session, base, session.known(), self._warnings)
            if base.status == "interrupted":
                return held
            _keep(_held, key, held)
        _held.move_to_end(key)
        return _held[key]

    def _common(self, case: Case) -> Memo | None:
        """Return what is known of the case as it is: most of it is in any other one, too."""
        return None if case is self.beside(State()).read() else self.base().known

    def _origin(self, case: Case, told: str) -> Origin:
        """Return what names the answer, and how to get it from the command line."""
        served, state, to = self.served, self.asked.state, self.kept()
        options = RunOptions(
            pending=served.pending,
            keep=to.plan.label if to else None,
            gap=served.gap,
            time_limit=served.time_limit,
            seed=served.seed,
            scenarios=state.scenario,
        )
        most = tuple(f"--max-change={each}" for each in state.max_change)
        typed = state.change().arguments() + most
        files = case.files | ({TYPED: sha256("\n".join(typed))} if typed else {})
        inputs = input_hash(files, options, model.VERSION)
        name = served.folder.resolve().name
        return Origin(run_name(inputs, told), inputs, name, files, options, versions(), typed)


def _keep(where: OrderedDict[K, T], key: K, what: T) -> None:
    """Keep a thing, and let go of the one that nobody has wanted for longest."""
    where[key] = what
    while len(where) > HELD:
        where.popitem(last=False)
