"""A good plan at once: units begin one by one, each where it fills the most that is missing.

Knows columns and rows. Beginning from any point that keeps every row, every step keeps them all:
what is found may be stopped at any time, and never has more missing on a line than its start. What
units cost themselves, or in supporters, is not looked at: whoever asks compares the tiers.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np

from model.program import BOUND, INFINITY, Program, Vector

CLOSE = 1e-7
"""Two sums are taken as equal within this."""

ASKED_EVERY = 256
"""So many steps lie between two questions whether to stop."""


def filled(
    program: Program,
    point: Vector,
    costs: Vector,
    stopped: Callable[[], bool] = lambda: False,
    advice: Vector | None = None,
) -> Vector:
    """Return the point with more units begun, as far as every row lets them and it pays.

    Args:
        program: columns and rows.
        point: where to begin; keeps every row.
        costs: what is to become less, one per column; what units cost themselves is left aside.
        stopped: asked often; true ends it with what was begun so far.
        advice: a point that need not be whole, nor keep every row: what it begins is tried first.
    """
    filling = _Filling(program, point, costs)
    if advice is not None:
        filling.follow(advice)
    filling.run(stopped)
    better = filling.settled()
    return point if program.fault(better) is not None else better


def taken_over(program: Program, costs: Vector, plan: Vector) -> Vector:
    """Return a plan of a similar program where it keeps every row, or else one that is near it.

    Args:
        program: columns and rows.
        costs: what is to become less, one per column.
        plan: need not be whole, nor keep every row.
    """
    if program.fault(plan) is None:
        return plan
    return filled(program, program.nothing, costs, advice=plan)


def trimmed(program: Program, point: Vector, costs: Vector) -> Vector:
    """Return the point without the units that nothing needs, as far as every row lets them go.

    Args:
        program: columns and rows.
        point: keeps every row.
        costs: what must not become more, one per column.
    """
    filling = _Filling(program, point, costs)
    filling.trim()
    better = filling.settled()
    return point if program.fault(better) is not None else better


def told_exactly(program: Program, point: Vector) -> Vector:
    """Return the point with nothing more told to be missing than is.

    A solver's tolerance in every part may add up to more than a row that bounds a whole goal
    leaves. Where no row does, the point stays as it is.
    """
    bounding = [row for row in program.rows if row.block.startswith(BOUND)]
    if not bounding:
        return point
    costs = sum((goal.costs for goal in program.goals), np.zeros(program.size))
    for row in bounding:
        costs[list(row.columns)] += row.values
    return _Filling(program, point, costs).lowered()


class _Filling:
    """The point on its way, with the sum of every row."""

    def __init__(self, program: Program, point: Vector, costs: Vector) -> None:
        self.program = program
        self.point: list[float] = point.tolist()
        self.upper: list[float] = program.upper.tolist()
        self.whole: list[bool] = program.whole.tolist()
        self.units: list[bool] = program.units.tolist()
        self.rows = program.rows
        self.most = [row.upper + CLOSE * max(1.0, abs(row.upper)) for row in self.rows]
        self.sums: list[float] = program.matrix.sums(point).tolist()
        self.entries: list[list[tuple[int, float]]] = [[] for _ in range(program.size)]
        # What is missing to a row is told by columns that cost: the cheapest is filled first.
        self.wanting: dict[int, list[tuple[float, int]]] = {}
        self.missing: dict[int, float] = {}
        priced: list[float] = costs.tolist()
        for r, row in enumerate(self.rows):
            told = []
            begun = 0.0
            for c, value in zip(row.columns, row.values, strict=True):
                self.entries[c].append((r, value))
                if self.units[c]:
                    begun += value * self.point[c]
                elif row.lower > -INFINITY and value == 1 and priced[c] > 0:
                    told.append((priced[c], c))
                else:
                    begun += value * self.point[c]
            if told:
                self.wanting[r] = sorted(told)
                self.missing[r] = row.lower - begun

    def follow(self, advice: Vector) -> None:
        """Begin what is advised: whole units first, then parts of one, the largest first."""
        units = np.flatnonzero(np.array(self.units, dtype=bool) & (advice > 0.05)).tolist()
        for c in units:
            for _ in range(int(advice[c] + 0.01 - self.point[c])):
                if self.worth(c) <= 0 or not self.begin(c):
                    break
        parts = advice % 1.0
        for c in sorted((c for c in units if 0.05 < parts[c] < 0.99), key=lambda c: -parts[c]):
            if self.point[c] < advice[c] and self.worth(c) > 0:
                self.begin(c)

    def run(self, stopped: Callable[[], bool]) -> None:
        """Begin what brings the most, again and again; what does not fit is tried once more."""
        waiting = [c for c, unit in enumerate(self.units) if unit]
        for _ in range(2):  # some may begin only after others, such as a partner's
            heap = [(-worth, c) for c in waiting if (worth := self.worth(c)) > 0]
            heapq.heapify(heap)
            waiting = []
            steps = 0
            while heap:
                steps += 1
                if steps % ASKED_EVERY == 0 and stopped():
                    return
                worth, c = heap[0]
                now = -self.worth(c)
                if now > worth + CLOSE:
                    # Others have filled what it would have: it goes back to its new place.
                    if now < 0:
                        heapq.heapreplace(heap, (now, c))
                    else:
                        heapq.heappop(heap)
                elif self.point[c] + 1 <= self.upper[c] and self.begin(c):
                    continue
                else:
                    heapq.heappop(heap)
                    waiting.append(c)

    def trim(self) -> None:
        """Take away, one by one, what makes nothing less that is missing."""
        begun = [c for c, unit in enumerate(self.units) if unit and self.point[c] >= 1]
        for c in sorted(begun, key=lambda c: sum(value for _, value in self.entries[c])):
            while self.point[c] >= 1 and all(
                not self.breaks(r, -value)
                and not (r in self.missing and self.missing[r] + value > CLOSE)
                for r, value in self.entries[c]
            ):
                self.point[c] -= 1
                for r, value in self.entries[c]:
                    self.sums[r] -= value
                    if r in self.missing:
                        self.missing[r] += value

    def worth(self, column: int) -> float:
        """Return by how much one more unit makes less what is missing."""
        total = 0.0
        for r, value in self.entries[column]:
            missing = self.missing.get(r, 0.0)
            if missing > 0:
                total += self.cost(r, missing) - self.cost(r, missing - value)
        return total

    def cost(self, row: int, missing: float) -> float:
        """Return what it costs that so much is missing to a row."""
        total = 0.0
        for price, c in self.wanting[row]:
            if missing <= 0:
                break
            total += price * min(missing, self.upper[c])
            missing -= self.upper[c]
        return total

    def begin(self, column: int) -> bool:
        """Begin one more unit, if every row can be kept; return whether it was."""
        change: dict[int, float] = {column: 1.0}
        moved = dict(self.entries[column])
        for r, value in self.entries[column]:
            if value > 0 and self.sums[r] + moved[r] > self.most[r]:
                way = self.way_out(r, moved, change)
                if way is None:
                    return False
                c, by = way
                change[c] = by
                for other, weight in self.entries[c]:
                    moved[other] = moved.get(other, 0.0) + weight * by
        if any(self.breaks(r, by) for r, by in moved.items()):
            return False
        for c, by in change.items():
            self.point[c] += by
        for r, by in moved.items():
            self.sums[r] += by
        for r, value in self.entries[column]:
            if r in self.missing:
                self.missing[r] -= value
        return True

    def way_out(
        self, row: int, moved: dict[int, float], change: dict[int, float]
    ) -> tuple[int, float] | None:
        """Return a column that is no unit, and its change, after which the row holds again."""
        beyond = self.sums[row] + moved[row] - self.rows[row].upper
        for c, value in zip(self.rows[row].columns, self.rows[row].values, strict=True):
            if self.units[c] or c in change:
                continue
            if self.whole[c]:
                by = 1.0 if value < 0 else -1.0
                there = self.point[c] + by
                if 0 <= there <= self.upper[c] and -value * by >= beyond - CLOSE:
                    return c, by
            elif value < 0 and self.upper[c] == INFINITY:
                return c, beyond / -value
        return None

    def breaks(self, row: int, by: float) -> bool:
        """Whether a change of its sum breaks the row, or widens what is missing to it."""
        if by > 0:
            return self.sums[row] + by > self.most[row]
        return by < 0 and self.sums[row] + by < self.rows[row].lower - CLOSE

    def settled(self) -> Vector:
        """Return the point, with what is still missing told by the columns that say so."""
        for r, told in self.wanting.items():
            missing = max(0.0, self.missing[r])
            for _, c in told:
                self.point[c] = min(missing, self.upper[c])
                missing -= self.point[c]
        return np.array(self.point)

    def lowered(self) -> Vector:
        """Return the point, with no column telling of more that is missing than its rows need."""
        for r, told in self.wanting.items():
            beyond = sum(self.point[c] for _, c in told) - max(0.0, self.missing[r])
            for _, c in reversed(told):
                less = min(self.point[c], max(0.0, beyond))
                self.point[c] -= less
                beyond -= less
        return np.array(self.point)
