"""The standard form of a formulation, and the parts it falls into. No solver.

Every row of the Pyomo model is a ``LinearExpression`` (see ``Formulation.sum_of``), so that its
coefficients and variables are read as they stand. Pyomo's general compiler would walk every
expression again and brings SciPy with it: half a second of imports for nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from pyomo.core import Constraint, Var

from model.domain import Stage
from model.formulation import Formulation, Objective

TOLERANCE = 1e-6
"""How far beyond its upper bound a row may lie before it counts as broken."""
Vector = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]
Places = dict[int, tuple[int, int]]
"""Part and number in it, by column."""
INFINITY = math.inf
STRAY = 2.5e5
"""The most that a column may weigh in whole steps: HiGHS lets it stray by a millionth."""

BOUND = "bound"
"""Begins the name of the block of a row that bounds a goal."""


class Row(NamedTuple):
    """``lower <= sum of value x column <= upper``.

    Attributes:
        block: name of the caveat's or rule's block that it is from; empty for the force's own.
            Parts of the program that only rows of blocks join are solved apart first.
        couples: whether any plan with fewer units keeps the row of a block too: a part that has
            some of its columns can be held to these.
    """

    columns: tuple[int, ...]
    values: tuple[float, ...]
    lower: float
    upper: float
    block: str = ""
    couples: bool = False

    def told(self, units: frozenset[int]) -> Row:
        """Return the row with ``couples`` worked out; ``units`` are the columns of ``begin``."""
        # Only rows over units alone: a switch in it could not be taken away like a unit.
        thins = self.lower == -INFINITY and all(value >= 0 for value in self.values)
        couples = bool(self.block) and thins and units.issuperset(self.columns)
        return self._replace(couples=couples) if couples != self.couples else self

    def value(self, point: Vector) -> float:
        """Return the row's sum at a point."""
        return float(np.dot(point[list(self.columns)], self.values))

    def breaks(self, point: Vector) -> bool:
        """Whether the point lies beyond the row's upper bound."""
        return self.value(point) > self.upper + TOLERANCE


@dataclass(frozen=True)
class Goal:
    """A tier in standard form.

    Attributes:
        costs: one per column.
        constant: what no decision changes.
        quanta: of what each column's part in the value is a whole multiple, as numerators over
            ``denominator``; 0 where unknown.
        idle: columns that may be fixed at 0 while this tier is minimised.
    """

    name: Stage
    costs: Vector
    constant: float
    quanta: dict[int, int]
    denominator: int
    idle: tuple[int, ...]

    @cached_property
    def step(self) -> float:
        """A number of which the value of every point of whole units is a multiple, or 0."""
        numerators = set(self.quanta.values())
        return 0.0 if 0 in numerators else math.gcd(*numerators) / self.denominator

    def among(self, name: Stage, columns: Collection[int]) -> Goal:
        """Return the goal over some columns only, under another name."""
        costs = np.zeros(len(self.costs))
        chosen = list(columns)
        costs[chosen] = self.costs[chosen]
        quanta = {c: each for c, each in self.quanta.items() if c in columns}
        return replace(self, name=name, costs=costs, quanta=quanta, idle=())

    def weighed(self, other: Goal, rise: float, run: float) -> tuple[Goal, float]:
        """Return this goal + rate x another one, and the rate.

        The rate is near that for which ``rise`` of this goal weighs as much as ``run`` of the
        other. Where whole numbers of steps of both can be added up, the sum has steps too.
        """
        rate = rise / run
        if self.step and other.step:
            costs = self.costs / self.step, other.costs / other.step
            most = STRAY / max(float(np.abs(each).max()) for each in costs)
            ratio = rate * other.step / self.step
            near = Fraction(ratio).limit_denominator(max(1, math.floor(min(most, most / ratio))))
            if 0 < near.numerator <= most and near.denominator <= most:
                mine, theirs = near.denominator, near.numerator
                least = math.gcd(*self.quanta.values())
                quanta = {c: mine * each for c, each in self.quanta.items()}
                for c, each in _in_steps(other).items():
                    quanta[c] = quanta.get(c, 0) + theirs * least * each
                # Divided by ``mine`` it reads in this goal's own measure.
                rate = theirs / mine * self.step / other.step
                weights = self.costs + rate * other.costs
                denominator = self.denominator * mine
                return Goal("weighted", weights, 0.0, quanta, denominator, ()), rate
        weights = self.costs + rate * other.costs
        return Goal("weighted", weights, 0.0, {0: 0}, 1, ()), rate

    def split(self, parts: list[list[int]], place: Places) -> list[Goal]:
        """Return the goal over each part's columns, renumbered, without the constant."""
        quanta: list[dict[int, int]] = [{} for _ in parts]
        idle: list[list[int]] = [[] for _ in parts]
        for c, each in self.quanta.items():
            if c in place:
                part, here = place[c]
                quanta[part][here] = each
        for c in self.idle:
            if c in place:
                part, here = place[c]
                idle[part].append(here)
        return [
            Goal(self.name, self.costs[columns], 0.0, quanta[k], self.denominator, tuple(idle[k]))
            for k, columns in enumerate(parts)
        ]


@dataclass(frozen=True)
class Matrix:
    """Rows laid out one after the other, as HiGHS takes them.

    Attributes:
        start: where each row begins in ``index`` and ``value``, and where the last one ends.
    """

    start: np.ndarray[Any, np.dtype[np.int32]]
    index: np.ndarray[Any, np.dtype[np.int32]]
    value: Vector
    lower: Vector
    upper: Vector

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Matrix:
        """Lay rows out."""
        lengths = np.array([0, *(len(row.columns) for row in rows)], dtype=np.int64)
        return cls(
            np.cumsum(lengths).astype(np.int32),
            np.array([c for row in rows for c in row.columns], dtype=np.int32),
            np.array([v for row in rows for v in row.values], dtype=float),
            np.array([row.lower for row in rows], dtype=float),
            np.array([row.upper for row in rows], dtype=float),
        )

    def and_then(self, other: Matrix) -> Matrix:
        """Return the rows of both."""
        return Matrix(
            np.concatenate([self.start, other.start[1:] + self.start[-1]]),
            np.concatenate([self.index, other.index]),
            np.concatenate([self.value, other.value]),
            np.concatenate([self.lower, other.lower]),
            np.concatenate([self.upper, other.upper]),
        )

    @cached_property
    def row(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Which row each entry of ``index`` and ``value`` is in."""
        return np.repeat(np.arange(len(self.lower)), np.diff(self.start))

    def total(self, each: Vector | Flags) -> Vector:
        """Return the sum over each row of a number, or a mark, for every entry."""
        found = np.bincount(self.row, weights=each, minlength=len(self.lower))
        return found.astype(float, copy=False)

    def sums(self, point: Vector) -> Vector:
        """Return each row's sum at a point."""
        return self.total(self.value * point[self.index])

    def beyond(self, point: Vector) -> Flags:
        """Return of each row whether the point lies beyond its upper bound."""
        return self.sums(point) > self.upper + TOLERANCE

    @cached_property
    def _scale(self) -> Vector:
        scale = np.ones(len(self.lower))
        np.maximum.at(scale, self.row, np.abs(self.value))
        return scale

    def fault(self, point: Vector, tolerance: float) -> str | None:
        """Return what row the point breaks, or None where it keeps all."""
        total = self.sums(point)
        slack = tolerance * self._scale
        broken = np.flatnonzero((total < self.lower - slack) | (total > self.upper + slack))
        if not len(broken):
            return None
        i = broken[0]
        return f"a row holds {total[i]:g} instead of {self.lower[i]:g} to {self.upper[i]:g}"


@dataclass(frozen=True)
class Traits:
    """What the field calls the columns: numbers, one per column, -1 where it has no word for one.

    Attributes:
        offer, nation, start: of what begins.
        line: of what begins, and of what is missing on it.
    """

    offer: Numbers
    nation: Numbers
    line: Numbers
    start: Numbers

    def of(self, columns: Sequence[int]) -> Traits:
        """Return the traits of some columns."""
        chosen = list(columns)
        return Traits(
            self.offer[chosen], self.nation[chosen], self.line[chosen], self.start[chosen]
        )


@dataclass(frozen=True)
class Piece:
    """Some columns of a program while all others stay where they are: see ``Program.around``."""

    lower: Vector
    upper: Vector
    whole: np.ndarray[Any, np.dtype[np.bool_]]
    matrix: Matrix

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self.lower)


@dataclass(frozen=True)
class Program:
    """Minimise the goals in turn over whole and continuous columns.

    Attributes:
        begin: column of each candidate's ``begin``, -1 where it is left out; of a part, of those
            candidates that are in it.
        nothing: the point at which nothing is deployed; it keeps every row.
        lifted: column of each switch.
        dropped: column of each pin, 1 where it is not kept.
        missing: line of each column that says what is missing on it.
        traits: what the field calls the columns; None where there are columns it knows nothing of.
        origin: of each column, its place in the program before switches were set; None before.
    """

    lower: Vector
    upper: Vector
    whole: Flags
    rows: tuple[Row, ...]
    goals: tuple[Goal, ...]
    begin: tuple[int, ...]
    nothing: Vector
    lifted: Mapping[str, int] = field(default_factory=dict)
    dropped: tuple[int, ...] = ()
    missing: Mapping[int, str] = field(default_factory=dict)
    traits: Traits | None = None
    origin: Numbers | None = None

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self.lower)

    @cached_property
    def matrix(self) -> Matrix:
        """The rows, laid out."""
        return Matrix.of(self.rows)

    @cached_property
    def units(self) -> Flags:
        """Whether each column says how many units of a candidate begin."""
        those = np.zeros(self.size, dtype=bool)
        those[[c for c in self.begin if c >= 0]] = True
        return those

    def split(self, parts: list[list[int]]) -> list[Program]:
        """Return the program over each part's columns, with the rows that lie wholly among them.

        Of a coupling row what lies among them: units elsewhere only make it harder to keep.
        """
        place = {c: (k, here) for k, part in enumerate(parts) for here, c in enumerate(part)}
        rows: list[list[Row]] = [[] for _ in parts]
        for row in self.rows:
            homes = [place.get(c) for c in row.columns]
            first = homes[0] if homes else None
            if first is not None and all(each and each[0] == first[0] for each in homes):
                columns = tuple(each[1] for each in homes if each)
                rows[first[0]].append(row._replace(columns=columns))
                continue
            mine: dict[int, tuple[list[int], list[float]]] = {}
            for home, value in zip(homes, row.values, strict=True) if row.couples else ():
                if home:
                    those, values = mine.setdefault(home[0], ([], []))
                    those.append(home[1])
                    values.append(value)
            for part, (those, values) in mine.items():
                rows[part].append(row._replace(columns=tuple(those), values=tuple(values)))
        goals = [goal.split(parts, place) for goal in self.goals]
        return [
            Program(
                lower=self.lower[columns],
                upper=self.upper[columns],
                whole=self.whole[columns],
                rows=tuple(rows[k]),
                goals=tuple(each[k] for each in goals),
                begin=tuple(np.flatnonzero(self.units[columns]).tolist()),
                nothing=self.nothing[columns],
                traits=self.traits.of(columns) if self.traits else None,
            )
            for k, columns in enumerate(parts)
        ]

    def digests(self) -> list[bytes]:
        """Return what tells the program with its first tier, its first two ... from all others."""
        told = hashlib.blake2b(digest_size=20)
        for each in (self.lower, self.upper, self.whole, self.nothing):
            told.update(each.tobytes())
            told.update(b"|")
        # In which order the rows stand, and each its columns, means nothing, and differs between
        # two cases that have a part in common.
        rows = self.matrix
        order = np.lexsort((rows.index, rows.row))
        index, value = rows.index[order], rows.value[order]
        ends = np.stack([rows.lower, rows.upper, [row.couples for row in self.rows]], axis=1)
        for row in sorted(
            b"|".join((index[one:two].tobytes(), value[one:two].tobytes(), end.tobytes()))
            for one, two, end in zip(rows.start, rows.start[1:], ends, strict=False)
        ):
            told.update(row)
            told.update(b"|")
        found = []
        for goal in self.goals:
            told.update(goal.costs.tobytes())
            told.update(repr((goal.name, goal.step, sorted(goal.idle))).encode())
            found.append(told.digest())
        return found

    def first(self, tiers: Collection[Stage]) -> Program:
        """Return the program with these of its tiers only.

        ``coverage``, which is no tier, is tier ``shortfall`` without what rules add to it.
        """
        goals = [goal for goal in self.goals if goal.name in tiers]
        if "coverage" in tiers:
            whole = next(goal for goal in self.goals if goal.name == "shortfall")
            goals.append(whole.among("coverage", self.missing))
        return replace(self, goals=tuple(goals))

    def aimed(self, *aims: Stage) -> Program:
        """Return the program with these of its goals in this order, pins always first.

        Nothing stays idle: another order, or a bound on a later tier, may need what an earlier
        tier could do without.
        """
        goals = {goal.name: replace(goal, idle=()) for goal in self.goals}
        first = [goals["pins"]] if "pins" in goals else []
        return replace(self, goals=(*first, *(goals[aim] for aim in aims)))

    def bounded(self, aim: Stage, most: float, start: Vector) -> Program:
        """Return the program in which a goal comes to at most so much.

        Args:
            aim: a goal of the program.
            most: the bound, the goal's constant included.
            start: a point that keeps the bound, to begin with in place of nothing deployed.
        """
        goal = next(each for each in self.goals if each.name == aim)
        paid = np.flatnonzero(goal.costs)
        row = Row(
            tuple(paid.tolist()),
            tuple(goal.costs[paid].tolist()),
            -INFINITY,
            most - goal.constant,
            f"{BOUND}[{aim}]",
        )
        return replace(self, rows=(*self.rows, row), nothing=start)

    def doubting(self, objective: Objective) -> Program:
        """Return the program with another tier ``conditional``, over units alone."""
        costs = np.zeros(self.size)
        worth = {self.begin[c]: each for c, each in objective.begin.items() if each}
        for column, each in worth.items():
            costs[column] = float(each)
        quanta, denominator = _over_one(worth)
        goals = tuple(
            replace(goal, costs=costs, quanta=quanta, denominator=denominator)
            if goal.name == "conditional"
            else goal
            for goal in self.goals
        )
        return replace(self, goals=goals)

    def switched(self, lifted: Collection[str], shut: Collection[int] = ()) -> Program:
        """Return the program with its switches set, and without what that leaves undecided.

        Args:
            lifted: the switches that are lifted; the others bind.
            shut: candidates of which nothing may begin.
        """
        rows = self.matrix
        one, zero = np.zeros(self.size, dtype=bool), np.zeros(self.size, dtype=bool)
        zero[list(self.lifted.values())] = True
        one[[self.lifted[name] for name in lifted]] = True
        zero[[column for c in shut if (column := self.begin[c]) >= 0]] = True
        zero &= ~one
        # A switch that is lifted frees its row; one that is not drops out of it.
        turned = one[rows.index]
        kept = np.ones(len(self.rows), dtype=bool)
        kept[rows.row[turned & (rows.value < 0)]] = False
        bound = rows.upper - rows.total(np.where(turned, rows.value, 0.0))
        there = ~(one | zero)[rows.index]
        alone = kept & (rows.total(there) == 1) & (rows.lower == -INFINITY)
        bounding = there & alone[rows.row] & (rows.value > 0)
        most = np.floor(bound[rows.row[bounding]] / rows.value[bounding] + 1e-9)
        upper = self.upper.copy()
        np.minimum.at(upper, rows.index[bounding], most)
        kept[rows.row[bounding]] = False
        upper[zero] = 0.0
        return self._pruned(upper, bound, kept, one)

    def _pruned(self, upper: Vector, bound: Vector, kept: Flags, gone: Flags) -> Program:
        """Leave out the columns that upper bounds fix, and the rows that then say nothing.

        Args:
            upper: of each column.
            bound: of each row, from above.
            kept: whether a row is still there.
            gone: the columns that are in no row any more.
        """
        rows = self.matrix
        fixed, at = (upper <= 0) | gone, np.zeros(self.size)
        there = kept[rows.row] & ~fixed[rows.index]

        def most() -> Vector:
            adds = there & (rows.value > 0)
            each = np.zeros(len(rows.value))
            each[adds] = rows.value[adds] * upper[rows.index[adds]]
            return rows.total(each)

        # All that could fill it is what is missing: a cell that nobody can serve.
        unserved = (
            kept & (rows.lower > -INFINITY) & (most() <= rows.lower) & (rows.total(there) > 0)
        )
        missing = rows.index[there & unserved[rows.row]]
        at[missing], fixed[missing] = upper[missing], True
        filled = rows.total(np.where(there, rows.value * at[rows.index], 0.0))
        lower, bound = rows.lower - filled, bound - filled
        there &= ~unserved[rows.row] & ~fixed[rows.index]
        says = kept & (rows.total(there) > 0) & ((lower > -INFINITY) | (most() > bound))
        there &= says[rows.row]

        left = np.flatnonzero(~fixed)
        place = np.full(self.size + 1, -1)  # one more, for a candidate that has no column
        place[left] = np.arange(len(left))
        begin = tuple(place[list(self.begin)].tolist())
        units = frozenset(c for c in begin if c >= 0)
        ends = np.cumsum(rows.total(there).astype(np.int64)).tolist()
        columns, values = place[rows.index[there]].tolist(), rows.value[there].tolist()
        lows, tops = lower.tolist(), bound.tolist()
        told = []
        for i in np.flatnonzero(says).tolist():
            a, b = ends[i - 1] if i else 0, ends[i]
            row = Row(tuple(columns[a:b]), tuple(values[a:b]), lows[i], tops[i], self.rows[i].block)
            told.append(row.told(units))
        places = {c: (0, here) for here, c in enumerate(left.tolist())}
        goals = tuple(
            replace(
                goal.split([left.tolist()], places)[0],
                constant=goal.constant + float(goal.costs @ at),
            )
            for goal in self.goals
        )
        return Program(
            lower=self.lower[left],
            upper=upper[left],
            whole=self.whole[left],
            rows=tuple(told),
            goals=goals,
            begin=begin,
            nothing=self.nothing[left],
            traits=self.traits.of(left.tolist()) if self.traits else None,
            origin=left,
        )

    def widened(self, count: int, start: Sequence[float]) -> Program:
        """Return the program with so many more free columns >= 0, none of them in a goal."""
        return replace(
            self,
            lower=np.concatenate([self.lower, np.zeros(count)]),
            upper=np.concatenate([self.upper, np.full(count, INFINITY)]),
            whole=np.concatenate([self.whole, np.zeros(count, dtype=bool)]),
            nothing=np.concatenate([self.nothing, start]),
            goals=(),
            traits=None,
            origin=None,
        )

    def beginning_at(self, point: Vector) -> Program:
        """Return the program with another point to begin with in place of nothing deployed."""
        return replace(self, nothing=point)

    def with_units_at(self, point: Vector, *, or_fewer: bool) -> Program:
        """Return the program with as many units as the point has of each candidate, or fewer."""
        lower = self.lower if or_fewer else np.where(self.units, point, self.lower)
        return replace(self, lower=lower, upper=np.where(self.units, point, self.upper))

    def fault(self, point: Vector, more: Sequence[Row] = (), tolerance: float = 1e-5) -> str | None:
        """Return what bound or row the point breaks, or None where it keeps all."""
        if (point < self.lower - tolerance).any() or (point > self.upper + tolerance).any():
            return "a column lies beyond its bounds"
        return self.matrix.fault(point, tolerance) or (
            Matrix.of(more).fault(point, tolerance) if more else None
        )

    def parts(self, *, decided_apart: bool = False) -> list[list[int]]:
        """Return the columns of each part that only rows of blocks join, largest part first.

        Leaving rows out can only make more plans possible: what is proven of the parts holds for
        the whole, and where the parts' plans keep those rows too, they are a plan of the whole.
        What a block decides beside units, such as who could lead, stays together; where all it has
        to do with is one part it belongs there. A bound on a goal is over all, and joins none.

        Args:
            decided_apart: whether it stays a part of its own even so.
        """
        leader = list(range(self.size))

        def lead(column: int) -> int:
            while leader[column] != column:
                leader[column] = leader[leader[column]]
                column = leader[column]
            return column

        def join(columns: Iterable[int]) -> None:
            first, *others = columns
            for column in others:
                leader[lead(column)] = lead(first)

        units = set(np.flatnonzero(self.units).tolist())
        at_home = units.copy()  # columns that are in a part without any block
        own: list[tuple[Row, list[int]]] = []
        for row in self.rows:
            if not row.block and row.columns:
                join(row.columns)
                at_home.update(row.columns)
            elif not row.block.startswith(BOUND):
                beside = [c for c in row.columns if c not in units]
                if beside:
                    join(beside)
                    own.append((row, beside))
        homes: defaultdict[int, set[int]] = defaultdict(set)
        for row, beside in own:
            homes[lead(beside[0])].update(lead(c) for c in row.columns if c in at_home)
        of_block: dict[str, int] = {}
        many = [decided_apart or len(homes[lead(beside[0])]) > 1 for _, beside in own]
        for (row, beside), apart in zip(own, many, strict=True):
            join((of_block.setdefault(row.block, beside[0]), *beside) if apart else row.columns)
        found: defaultdict[int, list[int]] = defaultdict(list)
        for column in range(self.size):
            found[lead(column)].append(column)
        return sorted(found.values(), key=lambda columns: (-len(columns), columns[0]))


def compile_program(f: Formulation) -> Program:
    """Read the standard form off the formulation's Pyomo model."""
    variables = list(f.model.component_data_objects(Var))
    column = {id(variable): i for i, variable in enumerate(variables)}
    begin = tuple(column[id(f.begin[c])] for c in range(len(f.candidates)))
    units = frozenset(begin)
    rows = []
    for constraint in f.model.component_data_objects(Constraint, active=True):
        body = constraint.body
        values = tuple(map(float, body.linear_coefs))
        least, most = constraint.lower, constraint.upper
        lower = -INFINITY if least is None else float(least)
        upper = INFINITY if most is None else float(most)
        block = constraint.parent_block()
        columns = tuple(column[id(variable)] for variable in body.linear_vars)
        name = "" if block is f.model else block.name
        rows.append(Row(columns, values, lower, upper, name).told(units))
    goals = []
    for name, objective in f.tiers.items():
        costs = np.zeros(len(variables))
        for coefficient, variable in zip(*objective.terms(f.begin), strict=True):
            costs[column[id(variable)]] += coefficient
        idle = tuple(begin[c] for c in f.idle.get(name, ()))
        quanta, denominator = _over_one(_quanta(objective, begin, column))
        goals.append(Goal(name, costs, float(objective.constant), quanta, denominator, idle))
    return Program(
        lower=np.array([-INFINITY if (lb := v.lb) is None else lb for v in variables], dtype=float),
        upper=np.array([INFINITY if (ub := v.ub) is None else ub for v in variables], dtype=float),
        whole=np.array([not v.is_continuous() for v in variables], dtype=bool),
        rows=tuple(rows),
        goals=tuple(goals),
        begin=begin,
        nothing=np.array([v.value or 0.0 for v in variables], dtype=float),
        lifted={name: column[id(variable)] for name, variable in f.lifted.items()},
        dropped=tuple(column[id(variable)] for variable in f.dropped.values()),
        missing={
            column[id(variable)]: line
            for line, variables in f.missing.values()
            for variable in variables
        },
        traits=_traits(f, begin, column),
    )


def _traits(f: Formulation, begin: tuple[int, ...], column: Mapping[int, int]) -> Traits:
    """Return what the field calls the columns."""
    lines = {line.line: i for i, line in enumerate(f.case.lines)}
    offers = {offer.offer: i for i, offer in enumerate(f.case.offers)}
    nations = {code: i for i, code in enumerate(sorted({o.nation for o in f.case.offers}))}
    told = np.full((4, len(column)), -1, dtype=np.int64)
    for c, a in zip(begin, f.assignments, strict=True):
        told[:, c] = offers[a.offer.offer], nations[a.offer.nation], lines[a.line.line], a.start
    for line, variables in f.missing.values():
        for variable in variables:
            told[2, column[id(variable)]] = lines[line]
    return Traits(*told)


def _over_one(quanta: Mapping[int, Fraction]) -> tuple[dict[int, int], int]:
    """Return the numerators of fractions over one common denominator, and that."""
    denominator = math.lcm(*{each.denominator for each in quanta.values()})
    return {
        c: each.numerator * (denominator // each.denominator) for c, each in quanta.items()
    }, denominator


def _in_steps(goal: Goal) -> dict[int, int]:
    step = math.gcd(*goal.quanta.values())
    return {c: each // step for c, each in goal.quanta.items()}


def _quanta(
    objective: Objective, begin: tuple[int, ...], column: dict[int, int]
) -> dict[int, Fraction]:
    """Return what one more of each column adds to the tier at the least.

    Units are whole, and what is missing in a cell is a multiple of the greatest common divisor of
    its bounds and rates.
    """
    quanta = {begin[c]: worth for c, worth in objective.begin.items() if worth}
    for each in objective.others:
        quanta[column[id(each.variable)]] = each.worth * each.grain
    return quanta
