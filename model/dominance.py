"""Assignments that need not be decided, since another one does at least as well in their place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from model.case import Case
from model.domain import Tier, certainty
from model.eligibility import Candidate


@dataclass(frozen=True)
class _Merit:
    """What an assignment does and takes, beside offer, line, start and end.

    Attributes:
        seen: what caveats and rules see of it.
        doubt: rate x (1 - certainty), its price in tier ``conditional``.
    """

    candidate: int
    rate: Fraction
    busy_until: int
    seen: frozenset[tuple[str, int]]
    doubt: Fraction

    def replaces(self, other: _Merit, *, doubtless: bool) -> bool:
        """Whether units could stand here instead, without breaking or costing anything."""
        return (
            self.rate >= other.rate
            and self.busy_until <= other.busy_until
            and self.seen <= other.seen
            and (not doubtless or self.doubt <= other.doubt)
        )


def dominated(case: Case, candidates: list[Candidate]) -> dict[Tier, frozenset[int]]:
    """Return, for each tier, the candidates that may stay idle while it is minimised.

    Candidates of one offer, line, start and end differ only in the area. One that covers no more,
    is busy no less and is seen by every caveat that sees the other can give its units to it. From
    tier ``conditional`` on it must not be the surer one. Valid only where every active caveat and
    rule can stand fewer units (``thins``).
    """
    groups: defaultdict[tuple[str, str, int, int], list[_Merit]] = defaultdict(list)
    for c, candidate in enumerate(candidates):
        a = candidate.assignment
        if not a.line.elsewhere:
            continue
        limits = (*case.caveats_of.get(a.offer.nation, ()), *case.active_rules)
        seen = frozenset(
            (each.id, month)
            for each in limits
            if each.counts
            for month in each.months_seen(case, a)
        )
        doubt = a.rate * (1 - certainty(candidate.rests))
        merit = _Merit(c, a.rate, a.busy_until, seen, doubt)
        groups[a.offer.offer, a.line.line, a.start, a.end].append(merit)
    early, late = (
        frozenset(c for group in groups.values() for c in _idle(group, doubtless=doubtless))
        for doubtless in (False, True)
    )
    idle: dict[Tier, frozenset[int]] = {}
    for i, tier in enumerate(case.tiers):
        idle[tier] = late if "conditional" in case.tiers[: i + 1] else early
    return idle


def _idle(group: list[_Merit], *, doubtless: bool) -> list[int]:
    """Return the members of the group that an earlier, better member replaces."""
    ranked = sorted(group, key=lambda m: (-m.rate, m.busy_until, len(m.seen), m.doubt, m.candidate))
    kept: list[_Merit] = []
    idle = []
    for merit in ranked:
        if any(each.replaces(merit, doubtless=doubtless) for each in kept):
            idle.append(merit.candidate)
        else:
            kept.append(merit)
    return idle
