"""Parts that break a joining row between them choose anew among their equally good plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model.highs import ABSOLUTE_GAP, Limits
from model.part import Part
from model.program import INFINITY, TOLERANCE, Numbers, Program, Row
from model.terms import Terms
from model.whole import so_far

ROUNDS = 3
"""How often all of them may choose anew: as long as the excess halves."""

LATE = 256
"""A part of so many columns is asked to choose anew only where that may be of use."""


def settle(program: Program, parts: Sequence[Part], terms: Terms) -> None:
    """Let parts that break joining rows choose anew among their equally good plans.

    One part at a time takes what the others leave of each row; its tiers all stay as proven. Where
    that is enough the whole is proven without ever being solved as one. Parts without units, such
    as who leads, go first, since they can follow the units, and again at the end. Among the others
    a small one goes before a large one: it is solved in no time, and may be all it takes.
    """
    led = [part for part in parts if not program.units[part.standing.columns].any()]
    others = [part for part in parts if program.units[part.standing.columns].any()]
    others.sort(key=lambda part: len(part.standing.columns))
    shared = _Shared(program, parts)
    for again in range(ROUNDS):
        before = shared.excess()
        for part in (*led, *others, *led):
            if not len(shared.over()) or terms.over():
                return
            if part.program.size >= LATE and not again and shared.hopeless(terms):
                return
            terms.sketch.offer(
                lambda: so_far(program, [each.standing for each in parts]), settled=True
            )
            shared.ask(part)
        if shared.excess() > before / 2:
            return


class _Shared:
    """The rows that join parts, and how much of each the parts use between them."""

    def __init__(self, program: Program, parts: Sequence[Part]) -> None:
        self.program, self.parts = program, parts
        self.looked = self.none = False
        rows = program.matrix
        joining = np.array([bool(row.block) for row in program.rows], dtype=bool)
        part, here = np.zeros(program.size, dtype=np.int64), np.zeros(program.size, dtype=np.int64)
        point = np.zeros(program.size)
        for k, each in enumerate(parts):
            columns = each.standing.columns
            part[columns], here[columns] = k, np.arange(len(columns))
            point[columns] = each.standing.point
        chosen = joining[rows.row]
        which, column, value = rows.row[chosen], rows.index[chosen], rows.value[chosen]
        count = len(program.rows)
        self.usage = np.bincount(which, value * point[column], minlength=count)
        self.upper = np.where(joining, [row.upper for row in program.rows], INFINITY)
        self.mine = {}
        for k, each in enumerate(parts):
            own = part[column] == k
            self.mine[id(each)] = which[own], here[column[own]], value[own]

    def over(self) -> Numbers:
        """Return the rows that are broken."""
        return np.flatnonzero(self.usage > self.upper + TOLERANCE)

    def excess(self) -> float:
        """Return by how much rows are broken, together."""
        over = self.over()
        return float((self.usage[over] - self.upper[over]).sum())

    def ask(self, part: Part) -> None:
        """Let a part take what the others leave of each row, if it has to do with a broken one."""
        which, here, values = self.mine[id(part)]
        if not np.isin(self.over(), which).any():
            return
        count = len(self.usage)
        before = np.bincount(which, values * part.standing.point[here], minlength=count)
        left = self.upper - (self.usage - before)
        rows, ends = np.unique(which, return_index=True)  # entries stand row by row
        shares = [
            Row(tuple(here[a:b].tolist()), tuple(values[a:b].tolist()), -INFINITY, float(left[i]))
            for i, a, b in zip(rows, ends, [*ends[1:], len(which)], strict=True)
        ]
        part.yield_to(shares)
        now = np.bincount(which, values * part.standing.point[here], minlength=count)
        self.usage += now - before

    def hopeless(self, terms: Terms) -> bool:
        """Whether not even units that need not be whole could keep the broken rows.

        Asked once: it is the same for all plans that are as good in every part. A false answer
        costs time alone: "hopeless" has the parts solved as one, which proves as much, and
        anything else has them choose anew in vain before that.
        """
        if not self.looked:
            self.looked = True
            blocks = {self.program.rows[i].block for i in self.over().tolist()}
            rows = [i for i, row in enumerate(self.program.rows) if row.block in blocks]
            joined = [each for each in self.parts if np.isin(self.mine[id(each)][0], rows).any()]
            columns = sorted(c for each in joined for c in each.standing.columns)
            place = {c: here for here, c in enumerate(columns)}
            holds = [
                hold._replace(columns=tuple(place[each.standing.columns[c]] for c in hold.columns))
                for each in joined
                for hold in each.holds
            ]
            whole = self.program.split([columns])[0]
            free = replace(whole, whole=np.zeros(whole.size, dtype=bool))
            limits = Limits(0.0, ABSOLUTE_GAP, terms.until, terms.seed)
            answer = terms.minimise(free, np.zeros(whole.size), limits, more=holds)
            self.none = answer.ending == "infeasible"
        return self.none
