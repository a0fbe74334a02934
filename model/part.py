"""One part of a program: its tiers in turn, each with the earlier ones held.

Knows columns and rows, not the field. What comes back from the solver is rounded to whole units
and held against every row before it counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from model.course import Proven
from model.domain import Stage
from model.events import refuted
from model.highs import ABSOLUTE_GAP, Limits, Watch
from model.program import INFINITY, Goal, Matrix, Program, Row, Vector
from model.sketch import Tell
from model.steps import drift, exact, met, slack
from model.terms import Known, Standing, Terms

TOLERANCE = 1e-6
"""By how much HiGHS lets a column or row stray."""

YIELDING = 25
"""How long the solver may look for another plan that is as good: see ``Limits``."""

ALTERNATIVES = 30
"""How many equally good plans of a part are remembered."""


@dataclass(frozen=True)
class _Aim:
    """What one search minimises: see :class:`Goal`."""

    name: Stage
    costs: Vector
    step: float
    idle: tuple[int, ...]


def _aim(goal: Goal) -> _Aim:
    return _Aim(goal.name, goal.costs, goal.step, goal.idle)


class _Two(NamedTuple):
    """``weight`` x a tier + the next one, never more than ``most``."""

    aim: _Aim
    weight: float
    most: float


class Part:
    """Some columns of a program, with what its rows ask of them alone."""

    def __init__(
        self,
        program: Program,
        columns: list[int],
        terms: Terms,
        proven: Proven,
        *,
        floors: Sequence[Standing] = (),
        start: Vector | None = None,
        gap: float = 0.0,
    ) -> None:
        self.program, self.terms, self.proven, self.gap = program, terms, proven, gap
        goals = self.program.goals
        here = {column: i for i, column in enumerate(columns)}
        self.floors = [
            ([here[column] for column in floor.columns], floor.values, floor.bounds)
            for floor in floors
        ]
        # A bound of parts that were joined before gives the solver no direction: those of each
        # part beneath them go with it.
        self.beneath = [
            [
                ([here[column] for column in among], bound)
                for floor in floors
                for among, bound in floor.beneath(i)
            ]
            for i in range(len(goals))
        ]
        self.holds: list[Row] = []
        point = self.program.nothing
        if start is not None:
            point = start
        values = [exact(goal, point) for goal in goals]
        steps = [goal.step for goal in goals]
        self.standing = Standing(columns, point, values, [0.0] * len(goals), steps, floors)
        self.better: Tell | None = None  # told points that keep the rows and what is held
        self.tier = 0  # the next one to minimise
        self.on_floor = bool(floors)  # while each floor's value is reached, its later ones hold
        self.doubted = False  # whether the solver contradicted itself and nothing came of it
        self.keys: list[bytes] = []  # of what is known once so many tiers are minimised
        if terms.memo is not None:
            for i, digest in enumerate(program.digests()):
                told = [(cols, v[: i + 1], b[: i + 1]) for cols, v, b in self.floors]
                self.keys.append(digest + repr((gap, told)).encode())

    def recall(self) -> bool:
        """Stand where such a part stood when it was met before; return whether a tier is left."""
        memo = self.terms.memo.known if self.terms.memo else {}
        for tier in range(len(self.keys), 0, -1):
            known = memo.get(self.keys[tier - 1])
            if known is not None:
                self._stand(known, tier)
                break
        return self.tier < len(self.program.goals)

    def _stand(self, known: Known, tier: int) -> None:
        goals, standing = self.program.goals, self.standing
        standing.point = known.point
        standing.values = [exact(goal, known.point) for goal in goals]
        standing.bounds = [*known.bounds[:tier], *([0.0] * (len(goals) - tier))]
        self.holds, self.tier, self.on_floor = list(known.holds), tier, known.on_floor
        for goal, bound in zip(goals, standing.bounds, strict=True):
            self.proven(goal.name, bound)

    def _remember(self, key: bytes) -> None:
        """Keep where the part stands, if nothing cut its search short or put it in doubt."""
        terms, standing = self.terms, self.standing
        if terms.memo is not None and terms.ended is None and not self.doubted:
            terms.memo.known[key] = Known(
                standing.point, list(standing.bounds), list(self.holds), self.on_floor
            )

    def _forget(self) -> None:
        """Remember nothing of the part: what was proven of a tier has turned out wrong."""
        self.doubted, memo = True, self.terms.memo
        if memo is not None:
            for key in self.keys:
                memo.known.pop(key, None)

    def solve(self) -> Standing:
        """Minimise every tier with the earlier ones held."""
        if self.recall():
            while self.advance():
                pass
        return self.standing

    def advance(self) -> bool:
        """Minimise the next tier with the earlier ones held; return whether one is left."""
        i = self.tier
        goal = self.program.goals[i]
        floor = self._floor(i)
        if met(exact(goal, self.standing.point), floor, goal.step) or self.terms.over():
            self._ends(i, floor, floor)
        elif (two := self._two_in_one(i)) is not None:
            bound = self._minimise(two.aim, [], two)
            self._ends(i, (bound - two.most) / two.weight, floor)
            first = exact(goal, self.standing.point)
            self._ends(i + 1, bound - two.weight * first, floor)
        else:
            bound = self._minimise(_aim(goal), self._cuts(i) if self.on_floor else [])
            self._ends(i, bound, floor if self.on_floor else 0.0)
        if self.keys:
            self._remember(self.keys[self.tier - 1])
        return self.tier < len(self.program.goals)

    def _floor(self, i: int) -> float:
        """Return what the floors say that a tier cannot go below; 0 where they say nothing."""
        if not self.on_floor:
            return 0.0
        goal = self.program.goals[i]
        floor = sum(bounds[i] for _, _, bounds in self.floors)
        value = exact(goal, self.standing.point)
        if not refuted(floor, value, goal.step):
            return floor
        self.terms.events.note(
            f"tier {goal.name}: what was proven of parts lies above what they come to together; "
            "it was thrown away"
        )
        self.on_floor, self.doubted = False, True
        return 0.0

    def _ends(self, i: int, bound: float, floor: float) -> None:
        """Note what was found for a tier and hold it."""
        goal, standing = self.program.goals[i], self.standing
        value = exact(goal, standing.point)
        bound = max(bound, floor)
        if goal.step > 20 * ABSOLUTE_GAP:
            # Values are whole multiples of the step, and so is the least of them.
            bound = math.ceil((bound - 5 * ABSOLUTE_GAP) / goal.step) * goal.step
        standing.bounds[i] = min(bound, value)
        # A later tier may have drifted the earlier ones, as far as they let it.
        standing.values = [exact(each, standing.point) for each in self.program.goals]
        for j, each in enumerate(self.program.goals[:i]):
            if refuted(standing.bounds[j], standing.values[j], each.step):
                self._refute(each.name, standing.bounds[j], standing.values[j])
                standing.bounds[j] = 0.0
                self._forget()
        self.on_floor = self.on_floor and met(value, floor, goal.step)
        self.holds += self._hold(goal, i, value, self.on_floor)
        self.proven(goal.name, standing.bounds[i])
        if self.better is not None:
            self.better(standing.point)
        self.tier = i + 1

    def _two_in_one(self, i: int) -> _Two | None:
        """Return a tier and the next one as one objective, where numbers allow it.

        A step of the first weighs more than all that the second can come to, so that the least of
        the sum is the least of the first and, with it, of the second: one search instead of two.
        """
        goals = self.program.goals
        if i + 1 == len(goals) or self.floors or self.gap:
            return None
        first, second = goals[i], goals[i + 1]
        paid = np.flatnonzero(second.costs)
        most = float(second.costs[paid] @ self.program.upper[paid])
        if min(first.step, second.step) <= 20 * ABSOLUTE_GAP or not math.isfinite(most):
            return None
        # A whole number, so that all values are multiples of its step; one more than would do,
        # since the bound may stay a step below the value.
        times = math.floor(most / second.step) + 2
        weight = times * second.step / first.step
        # What the solver lets a column stray by must not look like a step.
        if weight * float(np.abs(first.costs).max()) * TOLERANCE > second.step / 4:
            return None
        idle = tuple(set(first.idle) & set(second.idle))
        costs = weight * first.costs + second.costs
        return _Two(_Aim(first.name, costs, second.step, idle), weight, most)

    def falls_short(self, point: Vector) -> bool:
        """Whether a point lies above what is proven of the part in some tier."""
        return any(
            not met(exact(goal, point), bound, goal.step)
            for goal, bound in zip(self.program.goals, self.standing.bounds, strict=True)
        )

    def stand_at(self, point: Vector) -> None:
        """Stand at another point, if it is as good in every tier and keeps the part's rows."""
        values = [exact(goal, point) for goal in self.program.goals]
        as_good = all(
            new <= old + slack(old) for new, old in zip(values, self.standing.values, strict=True)
        )
        if as_good and self.program.fault(point, self.holds) is None:
            self.standing.point, self.standing.values = point, values

    def yield_to(self, rows: list[Row]) -> None:
        """Move to the plan, among the equally good, that goes least beyond the rows."""
        program, standing = self.program, self.standing
        last = _aim(program.goals[-1])
        plans = self.terms.memo.plans[self.keys[-1]] if self.terms.memo else []
        laid = Matrix.of(rows)
        for plan in plans:
            if not laid.beyond(plan).any():
                self._take(last, plan)
                return
        memo = self.terms.memo.known if self.terms.memo else {}
        key = self.keys[-1] + repr(rows).encode() if self.keys else b""
        if key in memo:
            self._stand(memo[key], len(program.goals))
            return
        beyond = [max(0.0, row.value(standing.point) - row.upper) for row in rows]
        widened = program.widened(len(rows), beyond)
        costs = np.concatenate([np.zeros(program.size), np.ones(len(rows))])
        soft = [
            Row((*row.columns, program.size + k), (*row.values, -1.0), row.lower, row.upper)
            for k, row in enumerate(rows)
        ]
        limits = Limits(0.0, 0.5, self.terms.until, self.terms.seed, YIELDING)
        watch = Watch(lambda bound: None, self.terms.stopped)
        answer = self.terms.minimise(
            widened,
            costs,
            limits,
            more=[*self.holds, *soft],
            start=np.concatenate([standing.point, beyond]),
            watch=watch,
        )
        wrong = answer.ending in ("infeasible", "failed")
        if wrong:
            # It is only advice, and not asked for again: the plan in hand is as good.
            self.terms.events.note(
                f"{self.terms.who} ended with {answer.said} where a part was to choose anew among "
                "its equally good plans, of which the plan in hand is one"
            )
        if answer.point is not None:
            self._take(last, answer.point[: program.size])
            if len(plans) < ALTERNATIVES:
                plans.append(standing.point)
        if key and not wrong:
            self._remember(key)

    def _hold(self, goal: Goal, i: int, value: float, on_floor: bool) -> list[Row]:
        """Hold a tier: part by part while each stands on its floor, which is tighter."""
        if not on_floor:
            return [_weighing(goal.costs, None, -INFINITY, value + drift(value, goal.step))]
        return [
            _weighing(goal.costs, columns, -INFINITY, values[i] + drift(values[i], goal.step))
            for columns, values, _ in self.floors
            if goal.costs[columns].any()
        ]

    def _cuts(self, i: int) -> list[Row]:
        """Return what is proven of each floor for a tier, as rows."""
        costs = self.program.goals[i].costs
        proven = [(columns, bounds[i]) for columns, _, bounds in self.floors]
        return [
            _weighing(costs, columns, bound - slack(bound), INFINITY)
            for columns, bound in proven + self.beneath[i]
            if bound > 0 and costs[columns].any()
        ]

    def _minimise(self, goal: _Aim, cuts: list[Row], two: _Two | None = None) -> float:
        """Minimise one tier, keep a better point, return the bound that was proven.

        An answer that the point in hand refutes is thrown away, and the question asked once more
        in each other way there is. Where all are refuted nothing is proven: -inf.
        """
        terms, standing = self.terms, self.standing
        gap = goal.step * 0.999 - 10 * ABSOLUTE_GAP
        limits = Limits(self.gap, max(ABSOLUTE_GAP, gap), terms.until, terms.seed)

        def told(bound: float) -> None:
            if refuted(bound, exact(goal, standing.point), goal.step):
                return  # an event follows if it is the bound in the end, too
            if two is not None:
                bound = (bound - two.most) / two.weight
            self.proven(goal.name, max(bound, 0.0))

        watch = Watch(told, terms.stopped, self._hear if self.better else None)
        for presolve, rows in self._ways(cuts):
            answer = terms.minimise(
                self.program,
                goal.costs,
                limits,
                more=[*self.holds, *rows],
                idle=goal.idle,
                start=standing.point,
                watch=watch,
                presolve=presolve,
            )
            how = "" if terms.driven else f" {'with' if presolve else 'without'} presolve"
            if answer.ending == "infeasible":
                # The point in hand keeps every row: the answer is a contradiction.
                terms.events.note(
                    f"tier {goal.name}: {terms.who} called a program infeasible{how}, though the "
                    "plan in hand satisfies it; the answer was thrown away"
                )
                continue
            if answer.ending in ("time_limit", "interrupted"):
                terms.over()
                terms.ended = terms.ended or (
                    "time_limit" if answer.ending == "time_limit" else "interrupted"
                )
            elif answer.ending != "optimal":
                terms.events.note(f"tier {goal.name}: {terms.who} ended with {answer.said}")
            if answer.point is not None:
                self._take(goal, answer.point)
            value = exact(goal, standing.point)
            if not refuted(answer.bound, value, goal.step):
                self.on_floor = self.on_floor and rows is cuts
                return answer.bound
            self._refute(goal.name, answer.bound, value, how)
            if terms.ended is not None:
                break
        self.doubted = True
        return -INFINITY

    def _ways(self, cuts: list[Row]) -> list[tuple[bool, list[Row]]]:
        """Return in which ways a question can be asked: with presolve or not, with which cuts.

        Another solver than HiGHS is told nothing of presolve: its second way would be its first.
        """
        ways = [(True, cuts)] if self.terms.driven else [(True, cuts), (False, cuts)]
        return [*ways, (bool(self.terms.driven), [])] if cuts else ways

    def _refute(self, tier: Stage, bound: float, value: float, how: str = "") -> None:
        """Note a bound that the plan in hand refutes."""
        self.terms.events.note(
            f"tier {tier}: {self.terms.who} gave a bound of {bound:.9g}{how}, above the plan in "
            f"hand, which comes to {value:.9g}; the bound was thrown away"
        )

    def _hear(self, point: Vector) -> None:
        """Hear of a better point while the solver goes on."""
        rounded = np.where(self.program.whole, np.round(point), point)
        if self.better is not None and self.program.fault(rounded, self.holds) is None:
            self.better(rounded)

    def _take(self, goal: _Aim, point: Vector) -> None:
        """Keep the solver's point where it holds and is no worse than the one in hand."""
        rounded = np.where(self.program.whole, np.round(point), point)
        wrong = self.program.fault(rounded, self.holds)
        if wrong is not None:
            self.terms.events.note(
                f"tier {goal.name}: an answer of {self.terms.who} was thrown away: {wrong}"
            )
            return
        new, old = exact(goal, rounded), exact(goal, self.standing.point)
        if new <= old + slack(old):
            self.standing.point = rounded
        else:
            self.terms.events.note(
                f"tier {goal.name}: {self.terms.who} gave {new:.9g}, worse than {old:.9g} that it "
                "started from; it was thrown away"
            )


def _weighing(costs: Vector, columns: list[int] | None, lower: float, upper: float) -> Row:
    """Return the row ``lower <= costs x columns <= upper``."""
    among = np.flatnonzero(costs) if columns is None else np.array(columns)[costs[columns] != 0]
    return Row(tuple(among.tolist()), tuple(costs[among].tolist()), lower, upper)
