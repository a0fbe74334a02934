"""Why an offer is, or is not, in place; and why a line has a gap. Each answer says its proof.

What is asked for is made the first aim of the program: at least one unit in place, or as little
missing on the line as can be. What the tiers then come to is what it costs, proven like any plan.
Where no plan has it, the sets of caveats and rules are looked for without which some plan would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from model.case import Case
from model.domain import Line, Offer, Settings
from model.eligibility import Candidate
from model.events import Events
from model.explain import Gap, explain
from model.formulation import Formulation
from model.outcome import Options, Outcome, OutOfTime, concluded
from model.plan import Plan
from model.program import INFINITY, Goal, Program, Row, compile_program
from model.relaxing import every, keeping_pins
from model.search import search
from model.solver import found_at, kept, solve
from model.terms import Terms

MOST = 10
"""So many sets of what is in the way are looked for."""

Verdict = Literal["no way", "forbidden", "in place", "allowed"]


@dataclass(frozen=True)
class Locks:
    """Minimal sets of caveats, rules and forbids, each of which is enough to lift.

    Attributes:
        complete: whether there are no others.
    """

    sets: tuple[frozenset[str], ...]
    complete: bool


@dataclass(frozen=True)
class Why:
    """Why an offer is or is not in place.

    Attributes:
        verdict: ``no way``: capability or months do not fit; ``forbidden``: no plan has it;
            ``in place``: the best plan found has it; ``allowed``: some plan has it.
        ways: every tour that was meant, with the gates that close it.
        base: the best plan, and its gaps.
        forced: the best plan that has it, and its gaps; only where it is allowed.
        locks: what would have to be lifted; only where it is forbidden.
        events: what the solver was caught at, in all searches.
    """

    verdict: Verdict
    offer: Offer
    ways: tuple[Candidate, ...]
    base: Outcome
    base_gaps: tuple[Gap, ...]
    forced: Outcome | None = None
    forced_gaps: tuple[Gap, ...] = ()
    locks: Locks | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhyGap:
    """Why a line has a gap.

    Attributes:
        base: the best plan, and its gaps.
        least: the best plan of those that miss least on the line, and its gaps.
        now: what the best plan misses: weight x missing / target, summed over the line's months.
        floor: what no plan at all goes below.
        locks: what would have to be lifted to miss less than any plan does now.
        events: what the solver was caught at, in all searches.
    """

    line: Line
    base: Outcome
    base_gaps: tuple[Gap, ...]
    least: Outcome
    least_gaps: tuple[Gap, ...]
    now: float
    floor: float
    locks: Locks | None
    events: tuple[str, ...] = ()

    @property
    def can_narrow(self) -> bool:
        """Whether some plan misses less on the line than the best one."""
        return _missed(self.least.plan, self.line) < _missed(self.base.plan, self.line)

    @property
    def proven(self) -> bool:
        """Whether no plan misses less on the line than the one that misses least."""
        return float(_missed(self.least.plan, self.line)) - self.floor <= 1e-5


def why(
    case: Case,
    settings: Settings,
    offer: Offer,
    *,
    line: Line | None = None,
    month: int | None = None,
    options: Options | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Why:
    """Say why an offer is, or is not, in place: on a line or any, in a month or any.

    Raises:
        Contradiction, OutOfTime: see ``model/solver.py``.
    """
    work = _Asking(case, settings, options or Options(), stopped)
    base, gaps = work.base()

    def meant(each: Candidate) -> bool:
        a = each.assignment
        return (
            a.offer.offer == offer.offer
            and line in (None, a.line)
            and (month is None or a.start <= month <= a.end)
        )

    ways = tuple(each for each in work.formulation.all_candidates if meant(each))
    begun = {start[:4] for start in base.plan.starts}
    if not ways:
        return Why("no way", offer, ways, base, gaps, events=base.events)
    if any(each.assignment.key in begun for each in ways):
        return Why("in place", offer, ways, base, gaps, events=base.events)
    columns = work.columns(meant)
    if columns:
        found = work.forced(columns)
        if found is not None:
            return Why("allowed", offer, ways, base, gaps, *found, events=work.events.told())
    locks = work.locks(meant)
    return Why("forbidden", offer, ways, base, gaps, locks=locks, events=work.events.told())


def why_gap(
    case: Case,
    settings: Settings,
    line: Line,
    *,
    options: Options | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> WhyGap:
    """Say why a line misses its target: what less would cost, and what is in its way.

    Raises:
        Contradiction, OutOfTime: see ``model/solver.py``.
    """
    work = _Asking(case, settings, options or Options(), stopped)
    base, gaps = work.base()
    least, least_gaps, floor = work.least(line)
    locks = work.locks_of_line(line, floor) if floor > 1e-6 else None
    now = float(_missed(base.plan, line))
    events = work.events.told()
    return WhyGap(line, base, gaps, least, least_gaps, now, floor, locks, events)


def _missed(plan: Plan, line: Line) -> Fraction:
    """Return weight x missing / target, summed over the line's months."""
    missing = sum((plan.shortfall(line, m) for m in plan.case.demanded(line)), Fraction(0))
    return plan.case.weight(line) * missing / line.target


class _Asking:
    """A case built once, and asked with one more aim before its tiers.

    Attributes:
        events: takes in what the solver is caught at.
    """

    def __init__(
        self, case: Case, settings: Settings, options: Options, stopped: Callable[[], bool]
    ) -> None:
        if "shortfall" not in case.tiers:  # last, it changes nothing before it
            case = replace(case, tiers=(*case.tiers, "shortfall"))
        self.case, self.settings, self.stopped = case, settings, stopped
        self.options = options
        self.until = time.monotonic() + options.time_limit
        self.formulation = Formulation(case, settings)
        self.program = compile_program(self.formulation)
        self.events = Events()

    def base(self) -> tuple[Outcome, tuple[Gap, ...]]:
        """Return the best plan and its gaps."""
        outcome = solve(self.formulation, self.options, stopped=self.stopped)
        self.events.take(outcome.events)
        return outcome, self.gaps(outcome)

    def gaps(self, outcome: Outcome) -> tuple[Gap, ...]:
        """Return a plan's gaps."""
        return tuple(explain(outcome.plan, self.formulation.all_candidates))

    def columns(self, meant: Callable[[Candidate], bool]) -> list[int]:
        """Return the columns of the open tours that are meant."""
        return [
            self.program.begin[c]
            for c, each in enumerate(self.formulation.candidates)
            if meant(each)
        ]

    def forced(self, columns: Sequence[int]) -> tuple[Outcome, tuple[Gap, ...]] | None:
        """Return the best plan in which one of these begins; None where no plan has one."""
        size = self.program.size
        program = _widened(self.program)
        ask = Row((*columns, size), (1.0,) * (len(columns) + 1), 1.0, INFINITY)
        costs = np.zeros(size + 1)
        costs[size] = 1.0
        first = Goal("pins", costs, 0.0, {size: 1}, 1, ())
        program = replace(program, rows=(*program.rows, ask))
        outcome, missed, bound = self._solved(program, first)
        if missed < 0.5:
            return outcome, self.gaps(outcome)
        if bound > 0.5:
            return None
        raise OutOfTime

    def least(self, line: Line) -> tuple[Outcome, tuple[Gap, ...], float]:
        """Return the best plan of those that miss least on a line, and what none goes below."""
        goal = _of_line(self.program, line)
        outcome, _, bound = self._solved(self.program, goal)
        lost = float(self.formulation.unreachable.get(line.line, 0))
        return outcome, self.gaps(outcome), bound + lost

    def _solved(self, program: Program, first: Goal) -> tuple[Outcome, float, float]:
        """Minimise one aim before the tiers; return what it comes to, and its bound, too."""
        began = time.monotonic()
        pins = [goal for goal in program.goals if goal.name == "pins"]
        tiers = [goal for goal in program.goals if goal.name != "pins"]
        whole = replace(program, goals=(*pins, first, *tiers))
        terms = Terms(
            self.options.gap,
            self.until,
            self.options.seed,
            lambda tier: None,
            self.stopped,
        )
        point, bounds = search(whole, terms)
        kept(replace(whole, goals=tuple(pins)), point, bounds[: len(pins)])
        found = found_at(self.formulation, whole, point, bounds, terms, {}, began)
        outcome = concluded(self.case, self.settings, self.options, found)
        self.events.take(outcome.events)
        return outcome, float(first.costs @ point), bounds[len(pins)]

    # What is in the way

    def locks(self, meant: Callable[[Candidate], bool]) -> Locks:
        """Return what would have to be lifted for one of the tours that are meant to begin."""
        formulation, program = self._switched()
        columns = [program.begin[c] for c, each in enumerate(formulation.candidates) if meant(each)]
        return self._locks(program, Row(tuple(columns), (1.0,) * len(columns), 1.0, INFINITY))

    def locks_of_line(self, line: Line, floor: float) -> Locks:
        """Return what would have to be lifted to miss less on a line than any plan does."""
        formulation, program = self._switched()
        goal = _of_line(program, line)
        less = max(goal.step / 2, 1e-4 * max(1.0, floor))
        columns = np.flatnonzero(goal.costs)
        lost = float(formulation.unreachable.get(line.line, 0))
        row = Row(
            tuple(columns.tolist()),
            tuple(goal.costs[columns].tolist()),
            -INFINITY,
            floor - lost - less,
        )
        return self._locks(program, row)

    def _switched(self) -> tuple[Formulation, Program]:
        """Build the case with every caveat, rule and forbid as a switch."""
        active = (*self.case.active_caveats, *self.case.active_rules)
        names = frozenset(each.id for each in active) | {each.gate for each in self.case.forbids}
        case = replace(self.case, tiers=("critical", "shortfall"))
        formulation = Formulation(case, self.settings, names)
        return formulation, compile_program(formulation)

    def _locks(self, program: Program, row: Row) -> Locks:
        found: list[frozenset[str]] = []
        try:
            for lifting in every(
                program,
                dict.fromkeys(program.lifted, Fraction(1)),
                [row, *keeping_pins(program)],
                until=self.until,
                seed=self.options.seed,
                stopped=self.stopped,
                events=self.events,
            ):
                if not lifting.proven:
                    # Larger ones before it were not the smallest, and may hold more than it takes.
                    found = [each for each in found if len(each) <= lifting.cost]
                    raise OutOfTime
                if len(found) == MOST:
                    return Locks(tuple(found), complete=False)
                found.append(lifting.switches)
        except OutOfTime:
            return Locks(tuple(found), complete=False)
        return Locks(tuple(found), complete=True)


def _widened(program: Program) -> Program:
    """Return the program with one more column, 0 or 1, that is 1 where nothing is deployed."""
    goals = tuple(replace(goal, costs=np.append(goal.costs, 0.0)) for goal in program.goals)
    wider = program.widened(1, [1.0])
    return replace(
        wider,
        upper=np.append(program.upper, 1.0),
        whole=np.append(program.whole, True),
        goals=goals,
    )


def _of_line(program: Program, line: Line) -> Goal:
    """Return what is missing on a line, as an aim: the line's part of tier ``shortfall``."""
    whole = next(goal for goal in program.goals if goal.name == "shortfall")
    columns = [c for c, name in program.missing.items() if name == line.line]
    costs = np.zeros(program.size)
    costs[columns] = whole.costs[columns]
    quanta = {c: whole.quanta[c] for c in columns if c in whole.quanta}
    return Goal("pins", costs, 0.0, quanta, whole.denominator, ())
