"""Which assignments there can be, and for each the gates that close it.

An assignment is here as soon as capability, months and start fit; whether a caveat forbids it is
told by its ``gates``: all of them, so that a gap can name all that hold it open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations

from model.case import Case
from model.caveats.base import Caveat
from model.domain import HQ, HQ_NEXT, Assignment, Line, Offer, Rest, Settings

_NOTHING: frozenset[str] = frozenset()

Saying = tuple[frozenset[str], tuple[Rest, ...], Mapping[str, frozenset[str]]]
"""What caveats say of a tour: gates, rests and what it hangs on."""

Said = dict[tuple[str, ...], dict[tuple[int, tuple[str, ...]], Saying]]
"""What caveats said, by who binds a tour, and then by when and where it is."""


@dataclass(frozen=True)
class Candidate:
    """An assignment with what forbids it and what it rests on.

    Attributes:
        gates: ids of the active caveats each of which alone forbids it, and forbids of scenarios.
        rests: distinct pending votes and conditions with a probability below 1 it rests on.
        hangs_on: all votes and conditions, sure ones too, whose refusal would forbid it, by name,
            each with the ids of the caveats because of which it would.
        lifted: switches that must be lifted for its tour to be as long as it is.
        kept: switches that must not be lifted for it.
    """

    assignment: Assignment
    gates: frozenset[str]
    rests: tuple[Rest, ...]
    hangs_on: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lifted: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def resting(
        self, lifted: frozenset[str], granted: frozenset[str] = frozenset()
    ) -> tuple[Rest, ...]:
        """Return what it still rests on where caveats are lifted and what was unsure is granted."""
        if not (lifted or granted):
            return self.rests
        return tuple(
            rest
            for rest in self.rests
            if rest.name not in granted and not self.hangs_on[rest.name] <= lifted
        )


def candidates(
    case: Case, settings: Settings, switches: frozenset[str] = frozenset()
) -> list[Candidate]:
    """Return every possible assignment of the case, open or closed, in the order of the files.

    A caveat among the ``switches`` can be lifted later. Where that changes a tour there is an
    assignment for the tour with it and another for the tour without it, told apart by ``lifted``
    and ``kept``.
    """
    found = []
    said: Said = {}
    for line in case.lines:
        for offer in case.fitting(line):
            found += candidates_on(case, offer, line, settings, switches, said)
    return found


def candidates_on(
    case: Case,
    offer: Offer,
    line: Line,
    settings: Settings,
    switches: frozenset[str] = frozenset(),
    said: Said | None = None,
) -> list[Candidate]:
    """Return every possible assignment of one offer on one line, see ``candidates``.

    ``said`` keeps what caveats say of months and places, for other offers that they bind.
    """
    # Nation, offer, role and line are the same for all of them: ask once who binds them,
    # and of these only the kinds that forbid or make uncertain; the others write rows.
    binding = tuple(
        each
        for each in case.caveats_of.get(offer.nation, ())
        if each.is_gate and each.concerns(offer, line)
    )
    shut = case.forbidding(offer, line) if case.forbids else _NOTHING
    known = {} if said is None else said.setdefault(tuple(each.id for each in binding), {})
    turned = list(_turned(case, offer, line, switches)) if switches else []
    if not turned:
        several = assignments(case, offer, line)
        return [candidate(case, each, settings, binding, shut, known) for each in several]
    return [
        replace(candidate(case, each, settings, binding, shut, known), lifted=lifted, kept=kept)
        for each, lifted, kept in turned
    ]


def _turned(
    case: Case, offer: Offer, line: Line, switches: frozenset[str]
) -> Iterator[tuple[Assignment, frozenset[str], frozenset[str]]]:
    """Yield the assignments under every setting of the switches that limit tours.

    Settings that make no difference to an assignment are not told apart.
    """
    movable = [
        each.id
        for each in case.caveats_of.get(offer.nation, ())
        if each.limits_tours and each.id in switches
    ]
    ways: dict[tuple[str, int], list[tuple[Assignment, frozenset[str]]]] = {}
    for size in range(len(movable) + 1 if movable else 0):
        for some in map(frozenset, combinations(movable, size)):
            for each in assignments(case, offer, line, without=some):
                ways.setdefault((each.area, each.start), []).append((each, some))
    for alike in ways.values():
        first = alike[0][0]
        if all(each.busy_until == first.busy_until and each.end == first.end for each, _ in alike):
            yield first, frozenset(), frozenset()
        else:
            yield from ((each, some, frozenset(movable) - some) for each, some in alike)


def barred_lines(case: Case, settings: Settings) -> list[Line]:
    """Return the lines that offers fit but that nobody can ever serve: every tour is barred."""
    tried: dict[str, bool] = {}
    for each in candidates(case, settings):
        line = each.assignment.line.line
        tried[line] = tried.get(line, True) and bool(each.gates)
    return [line for line in case.lines if tried.get(line.line)]


def candidate(
    case: Case,
    assignment: Assignment,
    settings: Settings,
    binding: tuple[Caveat, ...],
    forbidding: frozenset[str],
    known: dict[tuple[int, tuple[str, ...]], Saying],
) -> Candidate:
    """Ask the caveats that bind the assignment what they say of it, beside what forbids it."""
    if not binding:
        return Candidate(assignment, forbidding, ())
    key = (assignment.start, assignment.places)
    if key not in known:
        known[key] = _said(case, assignment, settings, binding)
    gates, rests, hanging = known[key]
    return Candidate(assignment, gates | forbidding if forbidding else gates, rests, hanging)


def _said(
    case: Case, assignment: Assignment, settings: Settings, binding: tuple[Caveat, ...]
) -> Saying:
    """Return gates, rests and what it hangs on, as caveats that concern it say."""
    gates = set()
    rests: dict[Rest, None] = {}
    hanging: dict[str, frozenset[str]] = {}
    for caveat in binding:
        if caveat.blocks(case, assignment, settings):
            gates.add(caveat.id)
        else:
            for rest in caveat.hangs_on(case, assignment, settings):
                hanging[rest.name] = hanging.get(rest.name, frozenset()) | {caveat.id}
                if rest.probability < 1:
                    rests[rest] = None
    return frozenset(gates), tuple(rests), hanging


def assignments(
    case: Case, offer: Offer, line: Line, without: frozenset[str] = frozenset()
) -> Iterator[Assignment]:
    """Yield the assignments of one offer on one line, in all its areas and start months.

    Tours are as long as caveats let them be, those named in ``without`` left aside.
    """
    rate = case.rate(offer, line)
    if rate is None:
        return
    starts = start_months(case, offer, line)
    limits = [
        each
        for each in case.caveats_of.get(offer.nation, ())
        if each.limits_tours and each.id not in without
    ]
    for area, counts in ((line.area, Fraction(1)), *line.elsewhere):
        moves = area in (HQ, HQ_NEXT)
        rate_there = rate * counts
        for start, last in starts.items():
            places = (
                tuple(case.place(area, month) for month in range(start, last + 1))
                if moves
                else (area,) * (last - start + 1)
            )
            tour, dwell = tour_and_dwell(case, offer, line, area, start, places, limits)
            end = min(start + tour - 1, last)
            yield Assignment(
                offer=offer,
                line=line,
                area=area,
                start=start,
                end=end,
                busy_until=end + dwell,
                places=places[: end - start + 1],
                rate=rate_there,
            )


def start_months(case: Case, offer: Offer, line: Line) -> dict[int, int]:
    """Return each month in which a tour may start, with the last month of its open stretch.

    A stretch is an unbroken run of months in which offer and line are both open. Tours start on
    the rotation grid and on the first month of each stretch.
    """
    open_months = case.open_months(offer)
    both = [month for month in case.demanded(line) if month in open_months]
    last_of: dict[int, int] = {}
    for month in reversed(both):
        last_of[month] = last_of.get(month + 1, month)
    step = case.calendar.rotation_step
    return {
        month: last_of[month]
        for month in both
        if (month - 1) % step == 0 or month - 1 not in last_of
    }


def tour_and_dwell(
    case: Case,
    offer: Offer,
    line: Line,
    area: str,
    start: int,
    places: tuple[str, ...],
    limits: Sequence[Caveat],
) -> tuple[int, int]:
    """Return months in place and months of rest, as the strictest endurance caveat leaves them.

    ``places`` are the real areas from ``start`` to the end of the open stretch. Of ``limits``, the
    nation's caveats that limit tours, one counts where one month of the tour *before* any endurance
    is in an area it names.
    """
    tour = case.defaults.tour if offer.tour is None else offer.tour
    dwell = case.defaults.dwell if offer.dwell is None else offer.dwell
    if limits:
        before = places[:tour]
        rate = case.rate(offer, line) or Fraction(0)
        end = start + len(before) - 1
        whole = Assignment(offer, line, area, start, end, end + dwell, before, rate)
        for caveat in limits:
            if caveat.months_seen(case, whole):
                tour, dwell = caveat.limit_tour(tour, dwell)
    return tour, dwell
