"""Parts that break a joining row between them choose anew among their equally good plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model.highs import ABSOLUTE_GAP, Limits
from model.part import Part
from model.program import INFINITY, Program, Row
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
    units = set(program.begin)
    led = [part for part in parts if units.isdisjoint(part.standing.columns)]
    others = [part for part in parts if not units.isdisjoint(part.standing.columns)]
    others.sort(key=lambda part: len(part.standing.columns))
    shared = _Shared(program, parts)
    for again in range(ROUNDS):
        before = shared.excess()
        for part in (*led, *others, *led):
            if not shared.over() or terms.over():
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
        home = {c: (part, here) for part in parts for here, c in enumerate(part.standing.columns)}
        self.usage: dict[int, float] = {}
        self.mine: defaultdict[int, dict[int, tuple[list[int], list[float]]]] = defaultdict(dict)
        self.looked = self.none = False
        for i, row in enumerate(program.rows):
            if row.block:
                self.usage[i] = 0.0
                for c, value in zip(row.columns, row.values, strict=True):
                    part, here = home[c]
                    columns, values = self.mine[id(part)].setdefault(i, ([], []))
                    columns.append(here)
                    values.append(value)
                    self.usage[i] += value * part.standing.point[here]

    def over(self) -> set[int]:
        """Return the rows that are broken."""
        rows = self.program.rows
        return {i for i, used in self.usage.items() if used > rows[i].upper + 1e-6}

    def excess(self) -> float:
        """Return by how much rows are broken, together."""
        return sum(self.usage[i] - self.program.rows[i].upper for i in self.over())

    def ask(self, part: Part) -> None:
        """Let a part take what the others leave of each row, if it has to do with a broken one."""
        if self.over().isdisjoint(self.mine[id(part)]):
            return
        shares = {}
        for i, (columns, values) in self.mine[id(part)].items():
            now = float(np.dot(part.standing.point[columns], values))
            left = self.program.rows[i].upper - (self.usage[i] - now)
            shares[i] = Row(tuple(columns), tuple(values), -INFINITY, left)
            self.usage[i] -= now
        part.yield_to(list(shares.values()))
        for i, share in shares.items():
            self.usage[i] += share.value(part.standing.point)

    def hopeless(self, terms: Terms) -> bool:
        """Whether not even units that need not be whole could keep the broken rows.

        Asked once: it is the same for all plans that are as good in every part.
        """
        if not self.looked:
            self.looked = True
            blocks = {self.program.rows[i].block for i in self.over()}
            rows = [i for i in self.usage if self.program.rows[i].block in blocks]
            joined = [
                each for each in self.parts if not self.mine[id(each)].keys().isdisjoint(rows)
            ]
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
