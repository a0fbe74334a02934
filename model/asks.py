"""Whom to ask for what: all minimal sets of caveats whose lifting reaches a goal, cheapest first.

A caveat is negotiable unless it is a red line; asking for it costs its ``ask_cost``. Every set is
shown by a plan that the checker has walked through, and that a goal is reached is read off that
plan. That there is no cheaper set is the solver's proof, asked for twice where it says "none".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from model.case import Case
from model.caveats.base import Caveat
from model.domain import Line, Settings
from model.events import Events
from model.faults import nearest
from model.formulation import Formulation
from model.outcome import Options, OutOfTime, SolverFault, checked
from model.plan import Plan
from model.program import INFINITY, Program, Row, compile_program
from model.relaxing import Lifting, every, keeping_pins
from model.search import search
from model.solver import kept, starts
from model.terms import Terms

__all__ = ["Ask", "Asks", "Goal", "asks", "goal_of"]


@dataclass(frozen=True)
class Goal:
    """What a plan is to reach: tier ``critical`` at most, or a coverage index at least ``value``.

    Coverage is never bought with a critical shortfall: that stays at most what it is now.

    Attributes:
        what: ``critical``, ``coverage``, a role or the id of a line.
        lines: the lines whose coverage counts; empty for ``critical``.
    """

    what: str
    value: Fraction
    lines: tuple[Line, ...] = ()

    def reached(self, plan: Plan) -> bool:
        """Whether a plan reaches it, in exact numbers."""
        measure = self.measure(plan)
        return measure >= self.value if self.lines else measure <= self.value

    def measure(self, plan: Plan) -> Fraction:
        """Return what the plan comes to in what the goal is about."""
        if not self.lines:
            return plan.tier_values["critical"]
        wanted = {line.line for line in self.lines}
        index = plan.index(wanted, plan.case.months)
        return Fraction(1) if index is None else index

    def row(self, case: Case, program: Program, unreachable: Mapping[str, Fraction]) -> Row:
        """Return the goal as a row over a program with tiers ``critical`` and ``shortfall``."""
        goals = {goal.name: goal for goal in program.goals}
        if not self.lines:
            goal = goals["critical"]
            columns = np.flatnonzero(goal.costs)
            bound = float(self.value) - goal.constant
        else:
            goal = goals["shortfall"]
            wanted = {line.line for line in self.lines}
            columns = np.array(
                [c for c, line in program.missing.items() if line in wanted], dtype=int
            )
            weights = sum(
                (case.weight(line) * len(case.demanded(line)) for line in self.lines), Fraction(0)
            )
            lost = sum((unreachable.get(line, Fraction(0)) for line in wanted), Fraction(0))
            bound = float((1 - self.value) * weights - lost)
        slack = 1e-6 * max(1.0, abs(bound))
        values = goal.costs[columns]
        return Row(tuple(columns.tolist()), tuple(values.tolist()), -INFINITY, bound + slack)


def goal_of(case: Case, text: str) -> Goal:
    """Return the goal that a text such as ``critical=0`` or ``land=0.9`` names.

    Raises:
        ValueError: in words that say what is allowed.
    """
    what, _, number = (part.strip() for part in text.partition("="))
    try:
        value = Fraction(number)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{text!r} is no goal: allowed: NAME=NUMBER, such as critical=0") from None
    roles = {line.role for line in case.lines if case.demanded(line)}
    if what == "critical":
        if value < 0:
            raise ValueError(f"{text!r}: a critical shortfall is 0 or more")
        return Goal(what, value)
    if what == "coverage":
        lines = case.lines
    elif what in roles:
        lines = tuple(line for line in case.lines if line.role == what)
    elif what in case.line_by_id:
        lines = (case.line_by_id[what],)
    else:
        names = ["critical", "coverage", *sorted(roles), *case.line_by_id]
        raise ValueError(f"{what!r} is nothing to have a goal for; {nearest(what, names)}")
    if not 0 <= value <= 1:
        raise ValueError(f"{text!r}: a coverage is a number from 0 to 1")
    return Goal(what, value, lines)


@dataclass(frozen=True)
class Ask:
    """A minimal set of caveats to have lifted.

    Attributes:
        cost: the sum of their ask costs.
        reaches: what a plan without them comes to in what the goal is about.
        proven: whether every set that costs less was told before; False where time ran out over it.
    """

    caveats: tuple[Caveat, ...]
    cost: Fraction
    reaches: Fraction
    plan: Plan
    proven: bool


@dataclass(frozen=True)
class Asks:
    """Everything there is to ask for.

    Attributes:
        now: what the case as it is comes to in what the goal is about.
        found: the minimal sets, cheapest first; one that is empty where the goal is reached as is.
        complete: whether there are no others.
        in_time: whether the search ended by itself, or after as many sets as were asked for.
        best: what lifting every negotiable caveat at once comes to, where no set reaches the goal.
        events: what the solver was caught at, in all searches.
    """

    goal: Goal
    now: Fraction
    found: tuple[Ask, ...]
    complete: bool
    in_time: bool
    best: Fraction | None = None
    events: tuple[str, ...] = ()


def asks(
    case: Case,
    settings: Settings,
    goal: Goal,
    *,
    most: int = 20,
    options: Options | None = None,
    on_found: Callable[[Ask], None] = lambda ask: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Asks:
    """Return the minimal sets of negotiable caveats whose lifting reaches a goal.

    Args:
        case: the case.
        settings: what pending votes count as.
        goal: see :func:`goal_of`.
        most: stop after so many sets.
        options: limits of time; the seed.
        on_found: told each set as it is found.
        stopped: asked often; true ends the search.

    Raises:
        Contradiction: the pins of the case cannot be kept, see ``model/conflict.py``.
        OutOfTime: the time was over before the first answer.
    """
    options = options or Options()
    until = time.monotonic() + options.time_limit
    prices = {c.id: c.ask_cost for c in case.active_caveats if not c.red_line}
    asked = _Asked(replace(case, tiers=("critical", "shortfall")), settings, goal, options)
    now = asked.least(frozenset(), until, stopped)
    found: list[Ask] = []
    complete = in_time = True
    try:
        for each in every(
            asked.program,
            prices,
            asked.rows(now),
            until=until,
            seed=options.seed,
            stopped=stopped,
            events=asked.events,
        ):
            # One that is cheaper shows that those before it, if dearer, were not the cheapest.
            found = [replace(ask, proven=ask.proven and ask.cost <= each.cost) for ask in found]
            if len(found) < most:
                found.append(asked.shown(each))
                on_found(found[-1])
            elif each.proven:
                complete = False
                break
            if not each.proven or stopped():
                raise OutOfTime
    except OutOfTime:
        if not found:
            raise
        complete = in_time = False
    best = None
    if not found:
        try:
            # "None" is refuted by a plan, if there is one: as it is, or with all that may be asked.
            for lifted in (frozenset[str](), frozenset(prices)):
                plan = asked.least(lifted, until, stopped) if lifted else now
                if asked.suffices(plan, now):
                    found.append(asked.refuting(lifted, plan))
                    on_found(found[-1])
                    complete = in_time = found[-1].proven
                    break
            else:
                best = goal.measure(plan)
        except OutOfTime:
            complete = in_time = False
    found.sort(key=lambda ask: ask.cost)
    events = asked.events.told()
    return Asks(goal, goal.measure(now), tuple(found), complete, in_time, best, events)


class _Asked:
    """A case built with its negotiable caveats as switches, and what the solver is caught at."""

    def __init__(self, case: Case, settings: Settings, goal: Goal, options: Options) -> None:
        self.case, self.settings, self.goal, self.options = case, settings, goal, options
        negotiable = frozenset(each.id for each in case.active_caveats if not each.red_line)
        self.formulation = Formulation(case, settings, negotiable)
        self.program = compile_program(self.formulation)
        self.events = Events()

    def rows(self, now: Plan) -> list[Row]:
        """Return what is wanted: the goal, all pins, and for coverage nothing critical."""
        unreachable = self.formulation.unreachable
        wanted = [self.goal.row(self.case, self.program, unreachable)]
        wanted += keeping_pins(self.program)
        if self.goal.lines:
            critical = Goal("critical", now.tier_values["critical"])
            wanted.append(critical.row(self.case, self.program, unreachable))
        return wanted

    def suffices(self, plan: Plan, now: Plan) -> bool:
        """Whether a plan is what ``rows`` ask for."""
        critical = [each.tier_values["critical"] for each in (plan, now)]
        return self.goal.reached(plan) and (not self.goal.lines or critical[0] <= critical[1])

    def refuting(self, lifted: frozenset[str], plan: Plan) -> Ask:
        """Return a set that is enough, by its plan, though the solver said that there is none."""
        self.events.note(
            "HiGHS said twice that no set that could be lifted is enough, though a plan is known "
            f"{'without all of it' if lifted else 'that needs none'}; the answer was thrown away"
        )
        cost = sum((self.case.caveat_by_id[name].ask_cost for name in lifted), Fraction(0))
        return self.told(lifted, cost, plan, proven=not lifted)

    def shown(self, lifting: Lifting) -> Ask:
        """Return the set with the plan that shows it, once the checker has walked through it."""
        case = self.case.turned(off=lifting.switches)
        begun = starts(self.formulation, self.program, lifting.point)
        plan = checked(case, self.settings, begun)
        if not self.goal.reached(plan):
            names = sorted(lifting.switches)
            raise SolverFault(f"lifting {names} does not reach {self.goal.what} after all")
        return self.told(lifting.switches, lifting.cost, plan, proven=lifting.proven)

    def told(self, names: frozenset[str], cost: Fraction, plan: Plan, *, proven: bool) -> Ask:
        """Return a set as it is told."""
        caveats = tuple(self.case.caveat_by_id[name] for name in sorted(names))
        return Ask(caveats, cost, self.goal.measure(plan), plan, proven)

    def least(self, lifted: frozenset[str], until: float, stopped: Callable[[], bool]) -> Plan:
        """Return the best plan without these caveats.

        Raises:
            Contradiction, OutOfTime: see ``asks``.
        """
        terms = Terms(
            self.options.gap,
            until,
            self.options.seed,
            lambda tier: None,
            stopped,
            events=self.events,
        )
        program = self.program.switched(lifted)
        point, bounds = search(program, terms)
        kept(program, point, bounds)
        if terms.ended is not None:
            raise OutOfTime(f"the search ended early: {terms.ended}")
        begun = starts(self.formulation, program, point)
        return checked(self.case.turned(off=lifted), self.settings, begun)
