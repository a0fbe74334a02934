"""Why a gap is open: what keeps each offer that fits from closing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from model.domain import Line, Offer
from model.eligibility import Candidate
from model.obstacles import ORDER, Finding, Obstacles, ReasonKind
from model.plan import Plan, State, Tour
from model.wording import Words


@dataclass(frozen=True)
class Reason:
    """One thing that holds a gap open, with the caveats and offers concerned."""

    kind: ReasonKind
    caveats: tuple[str, ...]
    offers: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Gap:
    """Consecutive months of a line with the same coverage below target, for the same reasons.

    Attributes:
        covered, shortfall: units, per month.
        weighted: priority weight x shortfall / target, summed over the months: how bad it is.
    """

    line: Line
    first: int
    last: int
    covered: Fraction
    shortfall: Fraction
    state: State
    weighted: Fraction
    reasons: tuple[Reason, ...]


def explain(plan: Plan, candidates: list[Candidate]) -> list[Gap]:
    """Return every gap of the plan with its reasons, in the order of the lines and months.

    Args:
        plan: the plan.
        candidates: every possible assignment of the case, open or closed.
    """
    obstacles = Obstacles(plan, candidates)
    words = Words(plan.case)
    gaps: list[Gap] = []
    for line in plan.case.lines:
        fitting = plan.case.fitting(line)
        worth = sum((each.units * _best_rate(plan, each, line) for each in fitting), Fraction(0))
        for run in _runs(plan, line, fitting, obstacles):
            reasons = _reasons(line, fitting, worth, run, words)
            gap = gap_of(plan, line, run.first, run.last, reasons)
            before = gaps[-1] if gaps else None
            if before and _continues(before, gap):
                gap = replace(gap, first=before.first, weighted=before.weighted + gap.weighted)
                gaps.pop()
            gaps.append(gap)
    return gaps


def worst(gaps: Iterable[Gap], n: int) -> list[Gap]:
    """Return the n gaps that weigh most; of equal ones the higher priority, then the first line."""
    return sorted(gaps, key=lambda gap: (-gap.weighted, gap.line.priority))[:n]


@dataclass
class _Run:
    """Consecutive months of a line with the same coverage and the same findings."""

    first: int
    last: int
    covered: Fraction
    found: tuple[Finding, ...]


def _runs(
    plan: Plan, line: Line, fitting: tuple[Offer, ...], obstacles: Obstacles
) -> Iterator[_Run]:
    run: _Run | None = None
    tours: tuple[Tour, ...] = ()
    covered = Fraction(0)
    for month in plan.case.demanded(line):
        there = plan.line_tours.get((line.line, month), ())
        if there != tours:
            tours, covered = there, plan.coverage(line, month)
        if covered >= line.target:
            continue
        found = tuple(each for offer in fitting for each in obstacles.of_offer(offer, line, month))
        if run and run.last + 1 == month and run.covered == covered and run.found == found:
            run.last = month
            continue
        if run:
            yield run
        run = _Run(month, month, covered, found)
    if run:
        yield run


def gap_of(plan: Plan, line: Line, first: int, last: int, reasons: tuple[Reason, ...]) -> Gap:
    """Return the gap of a line in months in which its coverage is the same."""
    covered = plan.coverage(line, first)
    missing = line.target - covered
    return Gap(
        line=line,
        first=first,
        last=last,
        covered=covered,
        shortfall=missing,
        state=plan.state(line, first),
        weighted=plan.case.weight(line) * missing / line.target * (last - first + 1),
        reasons=reasons,
    )


def _continues(before: Gap, gap: Gap) -> bool:
    return (
        before.line is gap.line
        and before.last + 1 == gap.first
        and (before.covered, before.state, before.reasons) == (gap.covered, gap.state, gap.reasons)
    )


def _reasons(
    line: Line, fitting: tuple[Offer, ...], worth: Fraction, run: _Run, words: Words
) -> tuple[Reason, ...]:
    """Put findings of the same kind and cause together; first what would close most."""
    missing = line.target - run.covered
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for each in run.found:
        groups.setdefault((each.kind, each.why, each.cause, each.caveats), []).append(each)

    most = float(missing)

    def rank(found: list[Finding]) -> tuple[int, float]:
        brings = sum(each.units * each.adds for each in found)
        return ORDER.index(found[0].kind), -min(brings, most)

    reasons = [
        Reason(
            found[0].kind,
            found[0].caveats,
            tuple(dict.fromkeys(words.case.offers[each.offer].offer for each in found)),
            words.of(found),
        )
        for found in sorted(groups.values(), key=rank)
    ]
    if not fitting:
        reasons.append(Reason("no_offer", (), (), words.nobody(line, missing)))
    elif worth < line.target or not reasons:
        said = words.too_few(line, fitting, worth) if reasons else words.all_here(fitting, missing)
        reasons.append(Reason("no_offer", (), tuple(offer.offer for offer in fitting), said))
    return tuple(reasons)


def _best_rate(plan: Plan, offer: Offer, line: Line) -> Fraction:
    rate = plan.case.rate(offer, line) or Fraction(0)
    return rate * max((Fraction(1), *(counts for _, counts in line.elsewhere)))
