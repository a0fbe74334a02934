"""Offers of which some units are never used, and why: line by line, what keeps them away.

A unit is used where it is in place or rests between two tours of it. Months in which a line is
filled ask for nobody; in those in which it misses units, each spare unit is accounted for as in the
reasons of a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from model.domain import Line, Offer
from model.eligibility import Candidate
from model.obstacles import ORDER, Finding, Obstacles, ReasonKind
from model.plan import Plan
from model.wording import Words

GroundKind = ReasonKind | Literal["filled", "unasked"]


@dataclass(frozen=True)
class Ground:
    """One thing that keeps spare units away.

    Attributes:
        kind: that of a reason of a gap; ``filled`` where the lines need nobody else; ``unasked``
            where no line asks for what is offered.
        lines: the lines that it keeps them from, in the order of the case; none for ``unasked``.
    """

    kind: GroundKind
    lines: tuple[Line, ...]
    caveats: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Unused:
    """An offer with units that are never used.

    Attributes:
        units: how many are not.
    """

    offer: Offer
    units: int
    grounds: tuple[Ground, ...]

    @property
    def wholly(self) -> bool:
        """Whether no unit of it is used."""
        return self.units == self.offer.units


class _Spare(Obstacles):
    """Finds what holds units back that are never used."""

    def units(self, offer: Offer) -> int:
        """Return how many units of an offer are never in place, nor at rest between tours."""
        use = self.use[offer.offer]
        return use.units - max(use.busy[1 : self.horizon + 1])

    def of_units(
        self, offer: Offer, line: Line, units: int, months: Iterable[int]
    ) -> Iterator[Finding]:
        """Yield what keeps so many units off a line in months in which it misses some."""
        ways = self.ways[offer.offer, line.line]
        if ways and all(way.gates for way in ways):
            yield self._barred(ways, units)
            return
        told = set[int]()
        for month in months if ways else self.case.demanded(line):
            span = self._span(offer, line, month)
            if span in told and offer.nation not in self._limited:
                continue
            told.add(span)
            if month not in self.open[offer.offer]:
                yield self._closed(offer, month)._replace(units=units)
                continue
            there = [w for w in ways if w.assignment.start <= month <= w.assignment.end]
            if there:
                yield from self._free(offer, line, month, units, there)
            else:
                yield self._too_short(offer, ways, month)._replace(units=units)


def unused(plan: Plan, candidates: Sequence[Candidate]) -> list[Unused]:
    """Return every offer with units that are never used: those wholly unused first.

    Args:
        plan: the plan.
        candidates: every possible assignment of the case, open or closed.
    """
    case, obstacles, words = plan.case, _Spare(plan, candidates), Words(plan.case)
    short = {
        line.line: [m for m in case.demanded(line) if plan.coverage(line, m) < line.target]
        for line in case.lines
    }
    found = []
    for offer in case.offers:
        spare = obstacles.units(offer)
        if spare:
            lines = [line for line in case.lines if case.demanded(line) and case.rate(offer, line)]
            grounds = _grounds(offer, spare, lines, short, obstacles, words)
            found.append(Unused(offer, spare, tuple(grounds)))
    return sorted(found, key=lambda each: not each.wholly)


def _grounds(
    offer: Offer,
    spare: int,
    lines: Sequence[Line],
    short: dict[str, list[int]],
    obstacles: _Spare,
    words: Words,
) -> Iterator[Ground]:
    """Yield what keeps spare units of an offer away: what can be asked for before what cannot."""
    held: dict[tuple[object, ...], tuple[Finding, list[Line]]] = {}
    filled = []
    for line in lines:
        several = list(obstacles.of_units(offer, line, spare, short[line.line]))
        for each in several:
            key = each.kind, each.why, each.cause, each.caveats, each.month
            _, where = held.setdefault(key, (each, []))
            if line not in where:
                where.append(line)
        if not several:
            filled.append(line)
    for each, where in sorted(held.values(), key=lambda one: ORDER.index(one[0].kind)):
        yield Ground(each.kind, tuple(where), each.caveats, words.of([each]))
    if filled:
        yield Ground("filled", tuple(filled), (), words.filled())
    if not lines:
        yield Ground("unasked", (), (), words.unasked(offer))
