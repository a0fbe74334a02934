"""A case that is solved again and again: the program stays built, and what is known stays known.

A what-if flips switches: caveats and rules are lifted or bind again, votes and conditions fail or
become certain, offers stay at home. The program is built once with all of them; a flip leaves out
columns and rows, and only those parts of the program are solved that were never met before.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from model import outcome
from model.case import Case
from model.crowd import Crowd
from model.domain import Settings, Stage
from model.eligibility import Candidate
from model.engine import Question, Worker
from model.flips import BASE, Flips
from model.formulation import Formulation
from model.outcome import Options, Outcome, Progress, concluded
from model.plan import Start
from model.program import Numbers, Program, Vector, compile_program
from model.search import search
from model.sketch import Sketcher
from model.solver import found_at, kept, named, ready, reporting, starts
from model.terms import Begin, Memo, Terms

__all__ = ["BASE", "Flips", "Found", "Session", "Unknown"]


class Unknown(ValueError):
    """Raised when a flip names what the case does not have."""


OnPlan = Callable[[tuple[Start, ...]], None]

MOST_PROGRAMS = 64
"""How many sets of doubts a session remembers the program of."""


@dataclass(frozen=True)
class Found:
    """What a search of a session's program found.

    Attributes:
        point: the value of each column of the program.
        floors: what is proven of each goal of the program, the constant included.
        joined: columns of the parts that were solved as one, in turn.
    """

    outcome: Outcome
    point: Vector
    floors: tuple[float, ...]
    joined: tuple[Numbers, ...]


class Session:
    """A built case with everything that was found out about it.

    Args:
        case: the case.
        settings: what pending votes count as.
        options: limits of each solve; the seed.
        workers: processes that share in flips that are asked for together, see ``solve_all``;
            they hold the same session, and build it while this one does.
        known: what was found out about another case; what the two have in common is not solved
            again, and gets the same plan.
    """

    def __init__(
        self,
        case: Case,
        settings: Settings,
        options: Options | None = None,
        workers: Sequence[Worker] = (),
        known: Memo | None = None,
    ) -> None:
        self.case, self.settings = case, settings
        self.options = options or Options()
        self._crowd = Crowd(workers, case, settings, self.options)
        self._driven = ready(self.options.solver)
        self._memo = known.copy() if known else Memo()
        self._memo.begins.clear()  # another case's columns mean something else
        self._programs: dict[tuple[frozenset[Stage] | None, *tuple[frozenset[str], ...]], Program]
        self._programs = {}
        self._bases: dict[frozenset[Stage] | None, Outcome] = {}  # proven, of BASE, by its tiers
        limits = (*case.caveats, *case.rules)
        self._off = frozenset(each.id for each in limits if not each.active)
        self._limits = frozenset(each.id for each in limits)
        # Built with every pending vote granted: a run that refuses them flips them all.
        self._no = frozenset[str]() if settings.pending == "granted" else _pending(case)
        everything = case.turned(on=self._off)
        granted = replace(settings, pending="granted")
        self.formulation = Formulation(everything, granted, self._limits)
        self._program = compile_program(self.formulation)
        self._doubts = frozenset[str]().union(
            *(
                each.hangs_on[rest.name]
                for each in self.formulation.candidates
                for rest in each.rests
            )
        )

    def flipped(self, flips: Flips) -> Case:
        """Return the case as the flips leave it: what the checker holds a plan against.

        Raises:
            Unknown: a flip names what the case does not have, or cannot be.
        """
        return flipped(self.case, flips)

    def program(self, flips: Flips, tiers: Collection[Stage] | None = None) -> Program:
        """Return the program as the flips leave it, with all tiers or some."""
        flips = self._with_run(flips)
        lifted = (self._off - flips.restored) | flips.lifted
        asked = None if tiers is None else frozenset(tiers)
        program = self._doubted(asked, lifted & self._doubts, flips.granted)
        shut = [
            c
            for c, each in enumerate(self.formulation.candidates)
            if each.assignment.offer.offer in flips.away or not _refusing(each, flips) <= lifted
        ]
        return program.switched(lifted, shut)

    def _doubted(
        self, tiers: frozenset[Stage] | None, lifted: frozenset[str], granted: frozenset[str]
    ) -> Program:
        """Return the program in which nothing rests on what is lifted or granted.

        Most flips change no doubt, and ask for the same one again.
        """
        key = tiers, lifted, granted
        if key not in self._programs:
            program = self._program if tiers is None else self._program.first({"pins", *tiers})
            if (lifted or granted) and any(goal.name == "conditional" for goal in program.goals):
                program = program.doubting(self.formulation.doubtful(lifted, granted))
            if len(self._programs) >= MOST_PROGRAMS:
                del self._programs[next(iter(self._programs))]
            self._programs[key] = program
        return self._programs[key]

    def _with_run(self, flips: Flips) -> Flips:
        return replace(flips, refused=flips.refused | (self._no - flips.granted))

    def solve(
        self,
        flips: Flips = BASE,
        *,
        tiers: Collection[Stage] | None = None,
        until: float = math.inf,
        stopped: Callable[[], bool] = lambda: False,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        on_plan: OnPlan | None = None,
    ) -> Outcome:
        """Return the best plan as the flips leave the case.

        Args:
            flips: what is different.
            tiers: minimise these only, in the order of the case; all by default.
            until: when to stop, in monotonic seconds, if that is before the options' limit.
            stopped: asked often; true ends the search with the best plan found.
            on_progress: told as the search moves, see ``model/solver.py``.
            on_plan: told plans while a long search goes on, each perhaps not yet the best one.

        Raises:
            Unknown: a flip names what the case does not have.
            Contradiction, OutOfTime: pins cannot be kept, see ``model/solver.py``.
        """
        case = self.flipped(flips)
        asked = None if tiers is None else frozenset(tiers)
        base = self._bases.get(asked)
        if base is not None and self._is_same_program(flips):
            same = replace(base.found(), moved={}, seconds=0.0, events=())
            return concluded(case, self.settings, self.options, same)
        program = self.program(flips, tiers)
        whole = self.find(
            program, case, until=until, stopped=stopped, on_progress=on_progress, on_plan=on_plan,
            begin=self._begin(program, asked),
        )  # fmt: skip
        proven = whole.outcome.status == "optimal"
        if flips == BASE and (proven or asked not in self._bases):
            self._memo.begins[asked] = self._placed(program, whole)
        if flips == BASE and proven:
            self._bases[asked] = whole.outcome
        return whole.outcome

    def _begin(self, program: Program, tiers: frozenset[Stage] | None) -> Begin | None:
        """Return the plan of the case as it is, over the columns of a program."""
        known, origin = self._memo.begins.get(tiers), program.origin
        if known is None or origin is None:
            return None
        place = np.full(self._program.size, -1)
        place[origin] = np.arange(program.size)
        joined = tuple(here[here >= 0] for here in (place[each] for each in known.joined))
        return Begin(known.point[origin], joined)

    def _placed(self, program: Program, found: Found) -> Begin:
        """Return what was found, over the columns of all that switches can bring in."""
        origin, point = program.origin, self._program.nothing.copy()
        assert origin is not None  # noqa: S101 - switches were set
        point[origin] = found.point
        return Begin(point, tuple(origin[each] for each in found.joined))

    def _is_same_program(self, flips: Flips) -> bool:
        """Whether the flips lift one limit that changes neither rows nor tours nor a doubt."""
        only = flips.lifted
        return (
            len(only) == 1
            and flips == Flips(lifted=only)
            and only.isdisjoint(self.touching | self._doubts | self._off)
        )

    def again(self, flips: Flips, found: outcome.Found) -> Outcome:
        """Return the outcome of what was found under flips before, checked anew.

        Raises:
            Unknown: a flip names what the case does not have.
            SolverFault: it breaks something: it was found under other flips, or in another case.
        """
        return concluded(self.flipped(flips), self.settings, self.options, found)

    def known(self) -> Memo:
        """Return what was found out by now, for ``solve_from``."""
        return self._memo.copy()

    def solve_from(
        self,
        known: Memo,
        flips: Flips,
        *,
        tiers: Collection[Stage] | None = None,
        until: float = math.inf,
        stopped: Callable[[], bool] = lambda: False,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        on_plan: OnPlan | None = None,
    ) -> Outcome:
        """Return what ``solve`` does with what is known by then and no more; learn nothing by it.

        Equally good plans may differ by what was solved before. This one does not.
        """
        with self.knowing(known):
            return self.solve(
                flips,
                tiers=tiers,
                until=until,
                stopped=stopped,
                on_progress=on_progress,
                on_plan=on_plan,
            )

    @contextlib.contextmanager
    def knowing(self, known: Memo) -> Iterator[None]:
        """Search with what is known by then and no more, and forget what is learnt by it."""
        mine, self._memo = self._memo, known.copy()
        try:
            yield
        finally:
            self._memo = mine

    def solve_all(
        self,
        several: Sequence[Flips],
        *,
        tiers: Collection[Stage] | None = None,
        until: float = math.inf,
        stopped: Callable[[], bool] = lambda: False,
        tell: Callable[[int, int], None] = lambda which, done: None,
    ) -> list[Outcome | None]:
        """Return the best plan under each of several flips, solved here and by the workers.

        Who solves which, and when, makes no difference to any plan.

        Args:
            several: what is different, each time from the case.
            tiers: as for ``solve``.
            until: when to stop, in monotonic seconds; a flip whose turn comes later gives None.
            stopped: asked often; true ends every search, and what has not begun gives None.
            tell: told which one begins, and how many are done.

        Raises:
            Unknown, Contradiction, OutOfTime: as ``solve``, of the first flip that does.
            SolverFault: a worker was lost twice over the same flip.
        """
        known = self.known()

        def here(which: int) -> Outcome:
            return self.solve_from(known, several[which], tiers=tiers, until=until, stopped=stopped)

        def asked(which: int, seconds: float) -> Question:
            return "flip", (known, several[which], tiers, seconds)

        return self._crowd.share(len(several), here, asked, until, stopped, tell)

    def find(
        self,
        program: Program,
        case: Case,
        *,
        until: float = math.inf,
        stopped: Callable[[], bool] = lambda: False,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        on_plan: OnPlan | None = None,
        begin: Begin | None = None,
    ) -> Found:
        """Return the best point of a program of this session's, narrowed or aimed elsewhere.

        Args:
            program: what ``program`` gave, perhaps with more rows and other goals.
            case: the case as its flips leave it, which the plan is held against.
            until: when to stop, as for ``solve``.
            stopped: asked often; true ends the search.
            on_progress: told as the search moves.
            on_plan: as for ``solve``.
            begin: where to begin.

        Raises:
            Contradiction, OutOfTime: as ``solve``.
        """
        began = time.monotonic()
        moved: dict[Stage, float] = {}
        constants = {goal.name: goal.constant for goal in program.goals}
        note, course = reporting(constants, moved, began, self.options.gap, on_progress)

        def tell(point: Vector) -> None:
            if on_plan is not None:
                on_plan(starts(self.formulation, program, point))

        terms = Terms(
            self.options.gap,
            min(until, began + self.options.time_limit),
            self.options.seed,
            note,
            stopped,
            memo=self._memo,
            begin=begin,
            driven=self._driven,
            who=named(self.options.solver),
            course=course,
            sketch=Sketcher(tell if on_plan else None),
        )
        try:
            point, bounds = search(program, terms)
        finally:
            terms.sketch.close()
        kept(program, point, bounds)
        found = found_at(self.formulation, program, point, bounds, terms, moved, began)
        outcome = concluded(case, self.settings, self.options, found)
        floors = tuple(b + goal.constant for b, goal in zip(bounds, program.goals, strict=True))
        return Found(outcome, point, floors, tuple(terms.joined))

    @cached_property
    def touching(self) -> frozenset[str]:
        """The caveats and rules whose lifting alone changes the program at all.

        Any other is the only bar of no tour, changes the length of none, and writes no row that
        could bind: the program without it is the same one.
        """
        switch = {column: name for name, column in self._program.lifted.items()}
        found = {switch[c] for row in self._program.rows if row.block for c in row.columns
                 if c in switch}  # fmt: skip
        refusing = self._with_run(BASE)
        for each in self.formulation.candidates:
            found |= each.lifted | each.kept
            bars = (each.gates | _refusing(each, refusing)) - self._off
            if len(bars) == 1:
                found |= bars
        return frozenset(found - self._off)

    def candidates(self, flips: Flips = BASE) -> list[Candidate]:
        """Return every possible assignment as the flips leave the case, to explain a plan."""
        flips = self._with_run(flips)
        lifted = (self._off - flips.restored) | flips.lifted
        return [
            Candidate(
                each.assignment,
                (each.gates | _refusing(each, flips)) - lifted,
                each.resting(lifted | _refusing(each, flips), flips.granted),
                each.hangs_on,
            )
            for each in self.formulation.all_candidates
            if each.lifted <= lifted
            and not each.kept & lifted
            and each.assignment.offer.offer not in flips.away
        ]


def flipped(case: Case, flips: Flips) -> Case:
    """Return a case as flips leave it.

    Raises:
        Unknown: a flip names what the case does not have, or cannot be.
    """
    votes = {each.id: each for each in case.caveats if each.kind == "approval"}
    limits = {each.id for each in (*case.caveats, *case.rules)}
    for what, names, known in (
        ("caveat or rule", flips.lifted | flips.restored, limits),
        ("vote or condition", flips.refused | flips.granted, votes.keys() | case.conditions.keys()),
        ("offer", flips.away, case.offer_by_id.keys()),
    ):
        for name in sorted(names - known):
            raise Unknown(f"{name} is no {what} of the case")
    changes: dict[str, dict[str, Any]] = {name: {"status": "refused"} for name in flips.refused}
    for name in flips.granted:
        if name in votes and name not in _pending(case):
            raise Unknown(f"{name} is not pending: only a pending vote can be granted")
        changes[name] = {"status": "granted"}
    conditions = dict(case.conditions)
    for name in flips.refused & conditions.keys():
        conditions[name] = conditions[name].model_copy(update={"holds": False})
    for name in flips.granted & conditions.keys():
        if not conditions[name].holds:
            raise Unknown(f"{name} does not hold: only a condition that holds can be certain")
        conditions[name] = conditions[name].model_copy(update={"probability": 1})
    turned = case.turned(off=flips.lifted, on=flips.restored)
    return replace(
        turned,
        offers=tuple(each for each in case.offers if each.offer not in flips.away),
        caveats=tuple(
            each.model_copy(update=changes[each.id]) if each.id in changes else each
            for each in turned.caveats
        ),
        conditions=conditions,
    )


def _pending(case: Case) -> frozenset[str]:
    return frozenset(each.id for each in case.caveats if getattr(each, "status", "") == "pending")


def _refusing(candidate: Candidate, flips: Flips) -> frozenset[str]:
    """Return the caveats that forbid the candidate since what it hangs on is refused."""
    if flips.refused.isdisjoint(candidate.hangs_on):
        return frozenset()
    names = flips.refused & candidate.hangs_on.keys()
    return frozenset[str]().union(*(candidate.hangs_on[name] for name in names))
