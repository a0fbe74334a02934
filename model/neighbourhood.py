"""Large neighbourhood search: most of a plan stays as it is, the solver betters the rest.

A neighbourhood is a piece of the program in the words of the field: the lines with the worst gaps
and whoever could fill them, a nation, a window of the rotation, what a caveat joins. The plan in
hand keeps every row at every moment, and never gets worse.

The neighbourhoods of a round are disjoint, drawn before it begins and taken over in the order in
which they were drawn, so that the plan depends neither on the clock nor on the number of cores,
unless a limit ends the search.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.cores import cores
from model.events import Events
from model.highs import ABSOLUTE_GAP, Answer, Limits, minimise
from model.program import INFINITY, Matrix, Numbers, Piece, Program, Vector

Kind = Literal["gaps", "lines", "nations", "window", "caveat"]
KINDS: tuple[Kind, ...] = ("gaps", "lines", "nations", "window", "caveat")

TOGETHER = 8
"""Neighbourhoods of one round."""

FIRST, LEAST, MOST = 600, 100, 6000
"""Candidates that a neighbourhood frees: at first, at the least, at the most."""

LOOSE = 1e-5
"""How far a row may be broken before it is a fault of the solver's."""

NOTHING = 1e-5
"""Less than this is no gap."""

EFFORT = 40
"""How long the solver may look at one neighbourhood: see ``Limits``."""

PATIENCE = 12
"""So many neighbourhoods of a part in a row without gain end the search in it."""


class Ground:
    """A program by columns, to cut pieces out of it in time that hangs on the piece alone."""

    def __init__(self, program: Program) -> None:
        self.program = program
        rows = program.matrix
        self.row = np.repeat(np.arange(len(rows.lower)), np.diff(rows.start))
        order = np.argsort(rows.index, kind="stable")
        self.rows_of = self.row[order]
        self.values_of = rows.value[order]
        self.first = np.searchsorted(rows.index[order], np.arange(program.size + 1))
        # What is no unit follows the units: it is free wherever a row of theirs knows it.
        others = ~program.units[rows.index]
        self.followers = rows.index[others]
        self.first_follower = np.searchsorted(self.row[others], np.arange(len(rows.lower) + 1))

    def sums(self, point: Vector) -> Vector:
        """Return the sum of every row at a point."""
        rows = self.program.matrix
        return _added(self.row, rows.value * point[rows.index], len(rows.lower))

    def with_followers(self, units: Numbers) -> Numbers:
        """Return the columns, and all others that follow them."""
        touched = np.unique(self.rows_of[_ranges(self.first, units)])
        both: Numbers = np.union1d(units, self.followers[_ranges(self.first_follower, touched)])
        return both

    def change(self, columns: Numbers, by: Vector) -> tuple[Numbers, Vector]:
        """Return the rows of some columns, and by how much a change of these moves each."""
        entries = _ranges(self.first, columns)
        moved = np.repeat(by, np.diff(self.first)[columns]) * self.values_of[entries]
        touched, place = np.unique(self.rows_of[entries], return_inverse=True)
        return touched, _added(place, moved, len(touched))

    def piece(self, columns: Numbers, point: Vector, sums: Vector) -> Piece:
        """Return the program over some columns while all others stay where they are."""
        program, rows = self.program, self.program.matrix
        entries = _ranges(self.first, columns)
        here = np.repeat(np.arange(len(columns)), np.diff(self.first)[columns])
        values = self.values_of[entries]
        touched, place = np.unique(self.rows_of[entries], return_inverse=True)
        mine = _added(place, values * point[columns][here], len(touched))
        order = np.argsort(place, kind="stable")
        start = np.searchsorted(place[order], np.arange(len(touched) + 1))
        others = sums[touched] - mine
        return Piece(
            program.lower[columns],
            program.upper[columns],
            program.whole[columns],
            Matrix(
                start.astype(np.int32),
                here[order].astype(np.int32),
                values[order],
                rows.lower[touched] - others,
                rows.upper[touched] - others,
            ),
        )


def _ranges(first: Numbers, chosen: Numbers) -> Numbers:
    """Return all places from ``first[i]`` to before ``first[i + 1]``, for each chosen i."""
    lengths = first[chosen + 1] - first[chosen]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    places: Numbers = np.arange(total) + np.repeat(first[chosen] - (ends - lengths), lengths)
    return places


def _added(place: Numbers, amounts: Vector, size: int) -> Vector:
    """Add up the amounts that have the same place."""
    return np.bincount(place, weights=amounts, minlength=size).astype(float)


@dataclass
class Field:
    """A part of the program as the search sees it.

    Attributes:
        units: its candidates.
        columns: all its columns.
        floor: what is proven of its weighted cost.
        size: how many candidates its next neighbourhood frees.
        tired: neighbourhoods in a row without gain.
    """

    units: Numbers
    columns: Numbers
    floor: float
    size: float = FIRST
    tired: int = 0


@dataclass(frozen=True)
class _Move:
    """A neighbourhood, and what the solver made of it."""

    field: Field
    columns: Numbers
    units: int


class Climb:
    """A plan that gets better, neighbourhood by neighbourhood.

    Args:
        program: all columns and rows.
        point: where to begin; keeps every row.
        costs: what is to become less: several tiers, weighed.
        tiers: costs of the tiers, in order: no move may make one worse, unless an earlier one gets
            better by it.
        fields: the parts, with what is proven of each.
        seed: of the lot and of the solver.
        until, over: when time is up, in monotonic seconds; whether it is, or a stop was asked.
        patience: how many neighbourhoods of a part in a row may bring nothing.
        events: takes in what the solver is caught at.

    Raises:
        ValueError: the program has columns that the field knows nothing of.
    """

    def __init__(
        self,
        program: Program,
        point: Vector,
        costs: Vector,
        tiers: Sequence[Vector],
        fields: Sequence[Field],
        seed: int,
        until: float,
        over: Callable[[], bool],
        patience: int = PATIENCE,
        events: Events | None = None,
    ) -> None:
        if program.traits is None:
            raise ValueError("the field knows nothing of this program's columns")
        self.program, self.traits, self.point = program, program.traits, point.copy()
        self.costs, self.tiers, self.fields = costs, tiers, fields
        self.seed, self.until, self.over, self.patience = seed, until, over, patience
        self.events = Events() if events is None else events
        self.broken = False
        self.ground = Ground(program)
        self.sums = self.ground.sums(point)
        self.lot = random.Random(seed)  # noqa: S311 - nothing secret
        self.field_of = np.zeros(program.size, dtype=np.int64)
        for k, field in enumerate(fields):
            self.field_of[field.columns] = k
        self.blocks = self._joining()

    def _joining(self) -> list[Numbers]:
        """Return the candidates of each block that joins parts."""
        among: defaultdict[str, set[int]] = defaultdict(set)
        for row in self.program.rows:
            if row.block:
                among[row.block].update(row.columns)
        joining = []
        for columns in among.values():
            units = np.array(sorted(columns), dtype=np.int64)
            units = units[self.program.units[units]]
            if len(units) and len(np.unique(self.field_of[units])) > 1:
                joining.append(units)
        return joining

    def gap(self, field: Field) -> float:
        """Return how far the part's weighted cost lies above what is proven of it."""
        return float(self.costs[field.columns] @ self.point[field.columns]) - field.floor

    def run(
        self,
        told: Callable[[Vector], None],
        advice: Vector | None = None,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Search until time is up or no part gains any more.

        Args:
            told: hears of better plans.
            advice: a point that need not be a plan; each part is first bettered among what it or
                the plan in hand begins.
            enough: asked before each round; true ends the search.
        """
        with ThreadPoolExecutor(cores()) as pool:
            moves: list[_Move] = [] if advice is None else self.advised(advice)
            while not (enough() or self.over()):
                now = moves[:TOGETHER] or self.drawn()
                if not now:
                    return
                moves = moves[TOGETHER:]
                better = False
                answers = list(pool.map(self.solve, now))  # all, before the plan moves
                for move, (answer, piece) in zip(now, answers, strict=True):
                    better |= self.take(move, answer, piece)
                if better:
                    told(self.point)

    def advised(self, advice: Vector) -> list[_Move]:
        """Return a neighbourhood of each part that can gain: what is advised or in the plan."""
        moves = []
        for field in self.fields:
            units = field.units[(advice[field.units] > 1e-6) | (self.point[field.units] > 0)]
            if len(units) and self.gap(field) > NOTHING:
                moves.append(_Move(field, self.ground.with_followers(units), len(units)))
        return moves

    def drawn(self) -> list[_Move]:
        """Draw the neighbourhoods of a round, where there is the most to gain."""
        gaps = [self.gap(field) for field in self.fields]
        hopes = [
            gap / 2 ** (field.tired / 3) if gap > NOTHING and field.tired < self.patience else 0.0
            for gap, field in zip(gaps, self.fields, strict=True)
        ]
        taken = np.zeros(self.program.size, dtype=bool)
        moves: list[_Move] = []
        for _ in range(2 * TOGETHER):
            if len(moves) == TOGETHER or not any(hopes):
                break
            field = self.lot.choices(self.fields, hopes)[0]
            units = self.neighbourhood(field, self.lot.choice(KINDS))
            units = units[~taken[units]]
            if not len(units):
                continue
            columns = self.ground.with_followers(units)
            columns = columns[~taken[columns]]
            taken[columns] = True
            moves.append(_Move(field, columns, len(units)))
        return moves

    def neighbourhood(self, field: Field, kind: Kind) -> Numbers:
        """Draw the candidates of a part, and of what is joined to it, that are to be free."""
        size = int(field.size)
        traits, units = self.traits, field.units
        if kind == "caveat":
            near = [block for block in self.blocks if np.isin(block, units).any()]
            if near:
                return self._some(self.lot.choice(near), traits.offer, size)
            kind = "lines"
        if len(units) <= size:
            return units
        if kind == "nations":
            return self._some(units, traits.nation, size)
        if kind == "window":
            months = np.unique(traits.start[units])
            middle = self.lot.choice(months.tolist())
            far = np.abs(traits.start[units] - middle)
            nearest = np.sort(far)[min(len(far) - 1, size)]
            return self._some(units[far <= nearest], traits.line, size)
        return self._lines(units, size, worst=kind == "gaps")

    def _lack(self) -> Vector:
        """Return what is missing on each line, in weighted cost."""
        paid = np.flatnonzero((self.costs > 0) & (self.traits.line >= 0))
        return _added(
            self.traits.line[paid],
            self.costs[paid] * self.point[paid],
            int(self.traits.line.max(initial=-1)) + 1,
        )

    def _some(self, units: Numbers, by: Numbers, size: int) -> Numbers:
        """Draw whole groups, such as all of a nation, until there are enough."""
        groups = np.unique(by[units]).tolist()
        self.lot.shuffle(groups)
        chosen: list[Numbers] = []
        count = 0
        for group in groups:
            those = units[by[units] == group]
            if chosen and count + len(those) > size:
                continue
            chosen.append(those)
            count += len(those)
        return np.sort(np.concatenate(chosen))[: 2 * size]

    def _lines(self, units: Numbers, size: int, *, worst: bool) -> Numbers:
        """Draw lines, one after the other among those that share offers with the ones before."""
        offer = self.traits.offer[units]
        of_line = self.traits.line[units]
        lines = np.unique(of_line)
        weights = np.ones(len(lines))
        if worst:
            lack = self._lack()[lines]
            weights = lack + 1e-3 * (1.0 + lack.max())
        chosen = np.zeros(len(units), dtype=bool)
        able = np.ones(len(lines), dtype=bool)
        line = self.lot.choices(range(len(lines)), weights.tolist())[0]
        while True:
            mine = of_line == lines[line]
            if chosen.any() and chosen.sum() + mine.sum() > size:
                return units[chosen]
            chosen |= mine
            able[line] = False
            sharing = np.isin(offer, np.unique(offer[chosen]))
            shared = np.bincount(np.searchsorted(lines, of_line[sharing]), minlength=len(lines))
            near = np.where(able, shared * weights, 0.0)
            if not near.any():
                return units[chosen]
            line = self.lot.choices(range(len(lines)), near.tolist())[0]

    def solve(self, move: _Move) -> tuple[Answer, Piece | None]:
        """Let the solver better a neighbourhood. Several at a time, from one and the same plan.

        Return what it says of which program.
        """
        columns = move.columns
        if self.over():
            return Answer("interrupted", None, -INFINITY, ""), None
        limits = Limits(5e-3, ABSOLUTE_GAP, self.until, self.seed, EFFORT)
        piece = self.ground.piece(columns, self.point, self.sums)
        return minimise(piece, self.costs[columns], limits, start=self.point[columns]), piece

    def take(self, move: _Move, answer: Answer, piece: Piece | None) -> bool:
        """Take over what is better, or as good and different; return whether it is better.

        What cannot be right is noted and no more: it was advice, and the plan stays as it is.
        """
        field = move.field
        if answer.ending == "infeasible":
            self.events.note(
                "HiGHS called a neighbourhood of the plan infeasible, though the plan satisfies "
                "it; the answer was thrown away"
            )
        elif answer.ending == "failed":
            self.events.note(f"HiGHS ended with {answer.said} in a neighbourhood of the plan")
        if answer.ending == "optimal" and answer.effort < EFFORT / 4:
            field.size = min(MOST, field.size * 1.2)
        elif answer.ending == "spent":
            field.size = max(LEAST, field.size * 0.85)
        field.tired += 1
        if answer.point is None:
            return False
        better = self.put(move.columns, answer.point)
        if better:
            field.tired = 0
        if self.broken and piece is not None:
            # What was taken over before it in this round may break a row with it, too.
            rounded = np.where(piece.whole, np.round(answer.point), answer.point)
            if piece.matrix.fault(rounded, LOOSE) is not None:
                self.events.note(
                    "HiGHS gave a neighbourhood that breaks a row; the answer was thrown away"
                )
        return better

    def put(self, columns: Numbers, point: Vector) -> bool:
        """Take over other values of some columns, if they are no worse and every row holds.

        Return whether they are better, and set ``broken`` to whether a row would be.
        """
        point = np.where(self.program.whole[columns], np.round(point), point)
        point = np.clip(point, self.program.lower[columns], self.program.upper[columns])
        by = point - self.point[columns]
        moved = [float(costs[columns] @ by) for costs in self.tiers]
        first = next((each for each in moved if abs(each) > 1e-7), 0.0)
        touched, change = self.ground.change(columns, by)
        sums = self.sums[touched] + change
        rows = self.program.matrix
        slack = 1e-6 * np.maximum(1.0, np.abs(sums))
        holds = (sums >= rows.lower[touched] - slack) & (sums <= rows.upper[touched] + slack)
        self.broken = not holds.all()
        if first > 0 or self.broken:
            return False
        self.point[columns] = point
        self.sums[touched] = sums
        return first < 0
