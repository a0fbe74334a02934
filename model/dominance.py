"""Assignments that need not be decided, since another one does at least as well in their place."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from model.case import Case
from model.domain import Assignment, Rest, Stage, Tier, certainty
from model.eligibility import Candidate
from model.limits import Limit

_NONE: frozenset[str] = frozenset()

_Seen = dict[tuple[int, tuple[str, ...]], frozenset[tuple[str, int]]]
"""What some limits see of a tour, by when and where it is."""


@dataclass(frozen=True)
class Worth:
    """The candidates that can be worth deciding.

    Attributes:
        candidates: those that are not idle in every tier.
        idle: for each tier, the indices of those that may stay idle while it is minimised.
    """

    candidates: list[Candidate]
    idle: dict[Stage, frozenset[int]]


@dataclass(slots=True)  # there are thousands, and a frozen one takes three times as long to make
class _Merit:
    """What an assignment does and takes, beside offer, line, start and end.

    Attributes:
        seen: what caveats and rules see of it, and so may have too much of.
        held: what leans on it, and so may have too little of.
        gates: the switches that must be lifted for it.
        hangs_on: votes and conditions that may yet be refused; only where there are switches.
        rests: what it rests on, each with the switches that, all lifted, take that away; only
            where there are switches.
        doubt: rate x (1 - certainty), its price in tier ``conditional``.
        rate: in parts of a unit that are whole for all.
    """

    candidate: int
    rate: int
    busy_until: int
    seen: frozenset[tuple[str, int]]
    held: frozenset[tuple[str, Hashable]]
    gates: frozenset[str]
    hangs_on: frozenset[str]
    rests: dict[Rest, frozenset[str]]
    doubt: Fraction | int

    def replaces(self, other: _Merit, *, doubtless: bool) -> bool:
        """Whether units could stand here instead, without breaking or costing anything."""
        return (
            self.rate >= other.rate
            and self.busy_until <= other.busy_until
            and self.seen <= other.seen
            and self.held >= other.held
            and self.gates <= other.gates
            and self.hangs_on <= other.hangs_on
            and (not doubtless or (self.doubt <= other.doubt and self._stays_surer(other)))
        )

    def _stays_surer(self, other: _Merit) -> bool:
        """Whether no switch can take more doubt from the other than from this one."""
        return not self.rests or (
            self.rate == other.rate
            and self.rests.keys() <= other.rests.keys()
            and all(
                not other.rests[rest] or (because and because <= other.rests[rest])
                for rest, because in self.rests.items()
            )
        )


def worth_deciding(
    case: Case, candidates: Iterable[Candidate], liftable: frozenset[str] = frozenset()
) -> Worth:
    """Return, of all candidates, those behind no gate but the liftable that none replaces."""
    open_ones = [each for each in candidates if each.gates <= liftable]
    idle = dominated(case, open_ones, liftable)
    always = frozenset.intersection(*idle.values()) if idle else frozenset()
    kept = [c for c in range(len(open_ones)) if c not in always]
    return Worth(
        [open_ones[c] for c in kept],
        {
            tier: frozenset(new for new, old in enumerate(kept) if old in each)
            for tier, each in idle.items()
        },
    )


def dominated(
    case: Case, candidates: list[Candidate], liftable: frozenset[str] = frozenset()
) -> dict[Tier, frozenset[int]]:
    """Return, for each tier, the candidates that may stay idle while it is minimised.

    Candidates of one offer, line, start and end differ only in the area. One that covers no more,
    is busy no less, is seen by every limit that sees the other and that no limit leans on where it
    does not lean on the other can give its units to it. From tier ``conditional`` on it must not be
    the surer one.
    """
    same: defaultdict[Hashable, list[int]] = defaultdict(list)
    for c, candidate in enumerate(candidates):
        a = candidate.assignment
        if a.line.elsewhere and not any(pin.means(a) for pin in case.pins):
            tour = (a.offer.offer, a.line.line, a.start, a.end, candidate.lifted, candidate.kept)
            same[tour].append(c)
    parts = math.lcm(*{each.assignment.rate.denominator for each in candidates})
    judge = _Judge(case, liftable, parts)
    groups = [
        _ranked(judge.merit(c, candidates[c]) for c in alike)
        for alike in same.values()
        if len(alike) > 1
    ]
    early, late = (
        frozenset(c for group in groups for c in _idle(group, doubtless=doubtless))
        for doubtless in (False, True)
    )
    idle: dict[Tier, frozenset[int]] = {}
    for i, tier in enumerate(case.tiers):
        idle[tier] = late if "conditional" in case.tiers[: i + 1] else early
    return idle


class _Judge:
    """Tells the merit of candidates. Asks each limit once of the same months in the same places."""

    def __init__(self, case: Case, liftable: frozenset[str], parts: int) -> None:
        self.case, self.liftable, self._parts = case, liftable, parts
        self._limits: dict[tuple[str, str], tuple[tuple[Limit, ...], _Seen, tuple[Limit, ...]]] = {}
        self._seen: defaultdict[tuple[str, ...], _Seen] = defaultdict(dict)

    def merit(self, c: int, candidate: Candidate) -> _Merit:
        """Return what the candidate with index ``c`` does and takes."""
        case, liftable, a = self.case, self.liftable, candidate.assignment
        whose = a.offer.offer, a.line.line
        if whose not in self._limits:
            counting = case.counting(a.offer, a.line)
            alike = self._seen[tuple(each.id for each in counting)]
            self._limits[whose] = counting, alike, case.leaning_on(a.offer, a.line)
        counting, known, leaning = self._limits[whose]
        held: frozenset[tuple[str, Hashable]] = frozenset(
            [(each.id, what) for each in leaning for what in each.leans_on(case, a)]
        )
        doubt = a.rate * (1 - certainty(candidate.rests)) if candidate.rests else 0
        rests = {}
        if liftable:
            rests = {
                rest: because if because <= liftable else _NONE
                for rest in candidate.rests
                if (because := candidate.hangs_on[rest.name])
            }
        refusable = frozenset(candidate.hangs_on) if liftable else _NONE
        seen, gates = self._seen_by(counting, known, a), candidate.gates
        rate = a.rate.numerator * (self._parts // a.rate.denominator)
        return _Merit(c, rate, a.busy_until, seen, held, gates, refusable, rests, doubt)

    def _seen_by(
        self, limits: tuple[Limit, ...], known: _Seen, a: Assignment
    ) -> frozenset[tuple[str, int]]:
        key = a.start, a.places
        if key not in known:
            known[key] = frozenset(
                [(each.id, month) for each in limits for month in each.months_seen(self.case, a)]
            )
        return known[key]


def _ranked(group: Iterable[_Merit]) -> list[_Merit]:
    """Return the members of a group, those that may replace others first."""
    return sorted(
        group, key=lambda m: (-m.rate, m.busy_until, len(m.seen), -len(m.held), m.candidate)
    )


def _idle(ranked: list[_Merit], *, doubtless: bool) -> list[int]:
    """Return the members of the group that an earlier, better member replaces."""
    kept: list[_Merit] = []
    idle = []
    for merit in ranked:
        if any(each.replaces(merit, doubtless=doubtless) for each in kept):
            idle.append(merit.candidate)
        else:
            kept.append(merit)
    return idle
