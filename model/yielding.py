"""Parts bettered as if no row joined them; then they yield at a price that rises.

A plan that keeps every ceiling at every moment gives no part a reason to leave to another one what
it could do without, and the search gets stuck. So the parts are bettered apart first. What they
then use together beyond the joining rows has a price, which rises for each row as long as it is
broken: whoever can do with less at the least loss does so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from model.neighbourhood import Climb, Field, Move
from model.program import BOUND, INFINITY, Numbers, Program, Traits, Vector
from model.weighing import Weighed

RISE = 1.25
"""By how much the price of a row that is broken rises from one round to the next."""

HURRY = 2.0
"""The same where time runs out: a plan of the whole is worth more than a good one of the parts."""

ROUNDS = 60
"""After so many rounds the parts are asked no more."""

YIELDS = 0.7
"""Of the neighbourhoods of a part that pays, those drawn among the lines it pays for."""

BROKEN = 1e-6
"""More than this, in units, is beyond a row."""

LITTLE = 0.1
"""So many units beyond all rows together are taken away rather than asked for at ever more."""


def joining(program: Program, parts: Sequence[Numbers]) -> list[int]:
    """Return the rows that join parts and that parts can break, one without the other."""
    home = np.zeros(program.size, dtype=np.int64)
    for k, columns in enumerate(parts):
        home[columns] = k
    return [
        i
        for i, row in enumerate(program.rows)
        if row.block
        and not row.block.startswith(BOUND)
        and row.lower == -INFINITY
        and len(set(home[list(row.columns)].tolist())) > 1
    ]


def apart(program: Program, rows: Sequence[int], parts: Sequence[Numbers]) -> Program:
    """Return the program without these rows; of one that couples each part keeps its own terms."""
    home = np.zeros(program.size, dtype=np.int64)
    for k, columns in enumerate(parts):
        home[columns] = k
    gone = set(rows)
    kept = [row for i, row in enumerate(program.rows) if i not in gone]
    for i in rows:
        row = program.rows[i]
        of = home[list(row.columns)]
        for k in np.unique(of).tolist() if row.couples else ():
            mine = np.flatnonzero(of == k).tolist()
            own, values = tuple(row.columns[j] for j in mine), tuple(row.values[j] for j in mine)
            kept.append(row._replace(columns=own, values=values))
    return replace(program, rows=tuple(kept))


def loosened(program: Program, rows: Sequence[int], scale: Vector) -> Program:
    """Return the program with a column for each of the rows: by how many units it is broken."""
    count = len(rows)
    loose = list(program.rows)
    for j, i in enumerate(rows):
        columns, values = (*loose[i].columns, program.size + j), (*loose[i].values, -scale[j])
        loose[i] = loose[i]._replace(columns=columns, values=values, couples=False)

    def more(each: Numbers) -> Numbers:
        return np.concatenate([each, np.full(count, -1)])

    traits = program.traits
    return replace(
        program.widened(count, [0.0] * count),
        rows=tuple(loose),
        traits=traits
        and Traits(*map(more, (traits.offer, traits.nation, traits.line, traits.start))),
    )


class Yielding(Climb):
    """A climb whose point may break joining rows, at a price for each.

    Behind the program's columns stands one for each of the rows: by how much it is broken, in the
    people or units of the largest unit in it.

    Args:
        program: all columns and rows.
        rows: see ``joining``.
        point: keeps every other row.
        aim: what is to become less.
        fields: the parts, with what is proven of each.
        clock: the seed, when time is up, and whether it is: see :class:`Climb`.
    """

    def __init__(
        self,
        program: Program,
        rows: Sequence[int],
        point: Vector,
        aim: Weighed,
        fields: Sequence[Field],
        clock: tuple[int, float, Callable[[], bool]],
    ) -> None:
        self.inner, self.rows = program, [program.rows[i] for i in rows]
        self.scale = np.array([max(map(abs, row.values)) for row in self.rows])
        self.usual = float(aim.costs[aim.costs > 0].mean()) if (aim.costs > 0).any() else 1.0
        self.prices = np.full(len(rows), self.usual)
        self.rounds, self.rise = 0, RISE
        loose = loosened(program, rows, self.scale)
        beyond = np.array([row.value(point) - row.upper for row in self.rows]) / self.scale
        costs = np.concatenate([aim.costs, self.prices])
        super().__init__(
            loose, np.concatenate([point, beyond.clip(min=0.0)]), costs, [costs], fields, *clock
        )
        self.shared[program.size :] = True
        self.places, self.upper = np.array(rows), np.array([row.upper for row in self.rows])
        self.number = {id(field): k for k, field in enumerate(fields)}
        self.burden = np.zeros(len(fields))
        self.using = np.zeros(int(self.traits.line.max()) + 1)

    @property
    def broken(self) -> Numbers:
        """The rows that are broken, by their number among the joining ones."""
        return np.flatnonzero(self.point[self.inner.size :] > BROKEN)

    @property
    def beyond(self) -> float:
        """By how many units all rows together are broken."""
        return float(self.point[self.inner.size :].sum())

    def settle(self, told: Callable[[Vector], None], late: Callable[[], bool]) -> None:
        """Let the parts yield until hardly a row is broken, or time is up.

        Args:
            told: hears of points as they change, without what is beyond the rows.
            late: asked before each round; once true, prices rise faster.
        """

        def enough() -> bool:
            self.rise = HURRY if late() else RISE
            return self.rounds >= ROUNDS or self.beyond <= LITTLE

        self.run(lambda point: told(point[: self.inner.size]), enough=enough)

    def drawn(self) -> list[Move]:
        """Raise the price of what is broken, and draw the next round where that is paid."""
        size, broken = self.inner.size, self.broken
        if self.rounds:
            self.prices[broken] *= self.rise
        self.rounds += 1
        self.costs = np.concatenate([self.costs[:size], self.prices])
        self.tiers = [self.costs]
        self.burden[:], self.using[:] = 0.0, 0.0
        for j in broken.tolist():
            columns, values = np.array(self.rows[j].columns), np.array(self.rows[j].values)
            uses = self.ground.units[columns] & (values > 0) & (self.point[columns] > 0)
            columns, amounts = columns[uses], values[uses] * self.point[columns[uses]]
            paid = self.prices[j] * self.point[size + j] * amounts / max(1e-9, amounts.sum())
            np.add.at(self.using, self.traits.line[columns], paid)
            np.add.at(self.burden, self.field_of[columns], paid)
        for field, paid in zip(self.fields, self.burden.tolist(), strict=True):
            field.tired = 0 if paid else field.tired
        return super().drawn()

    def hope(self, field: Field) -> float:
        """Return what a part could gain, if it pays: the others wait until no row is broken."""
        paid = float(self.burden[self.number[id(field)]])
        return super().hope(field) + paid if paid else 0.0

    def neighbourhood(self, field: Field) -> Numbers:
        """Draw lines that use what is broken, if the part pays for it; else as for any climb."""
        if self.burden[self.number[id(field)]] > 0 and self.lot.random() < YIELDS:
            return self.lines(field, int(field.size), self.using)
        return super().neighbourhood(field)

    def put(self, columns: Numbers, point: Vector) -> bool:
        """Take over other values of some columns; what goes beyond the rows is worked out anew.

        Two neighbourhoods of a round may both have counted on the same room.
        """
        inner = columns < self.inner.size
        own, values = columns[inner], self.rounded(columns[inner], point[inner])
        touched, change = self.ground.change(own, values - self.point[own])
        moved = np.flatnonzero(np.isin(self.places, touched))
        sums = self.sums[self.places[moved]] + change[np.searchsorted(touched, self.places[moved])]
        # The sum of a row is less by what it was broken by.
        used = sums + self.scale[moved] * self.point[self.inner.size + moved]
        beyond = ((used - self.upper[moved]) / self.scale[moved]).clip(min=0.0)
        return super().put(
            np.concatenate([own, self.inner.size + moved]), np.concatenate([values, beyond])
        )
