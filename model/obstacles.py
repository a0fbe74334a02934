"""What keeps each offer that fits a line from serving it in a month: facts, without words.

Every unit of an offer is accounted for: closed, barred by gates, in place here, on another line,
resting, or free. For free units the tours that would cover the month are tried, one unit more at a
time: what such a plan would break is asked of the caveats and rules themselves.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Literal, NamedTuple

from model.caveats.base import Caveat
from model.domain import Assignment, Line, Offer
from model.eligibility import Candidate
from model.plan import Plan, Tour
from model.tallies import Broken, Trials, Use, nations_there

ReasonKind = Literal[
    "caveat",
    "no_offer",
    "not_yet_available",
    "resting",
    "used_elsewhere",
    "ceiling",
    "rule",
    "substitution",
]

ORDER: tuple[ReasonKind, ...] = (
    "caveat",
    "ceiling",
    "rule",
    "used_elsewhere",
    "resting",
    "substitution",
    "not_yet_available",
    "no_offer",
)
"""The reasons of a gap, first what would close most: what can be asked for, then what cannot."""

BOUNDS = frozenset(("ceiling", "reserve", "endurance", "share"))
"""Kinds of which a general says that a number is reached."""

MOVED = "moved"
"""Last in the cause of a finding about units that are here, but not where they count most."""


class Finding(NamedTuple):
    """One thing that holds one offer back in a line-month. No month that merely passes is in it.

    Attributes:
        why: which sentence says it (see ``model/wording.py``).
        cause: what findings of several offers share when they are one reason.
        offer: place of the offer in the file.
        units: how many of its units it holds back.
        month: until or from which month, where the sentence says so.
        adds: what one unit would add to the line's coverage.
    """

    kind: ReasonKind
    why: str
    cause: tuple[str | int | Fraction, ...]
    caveats: tuple[str, ...]
    offer: int
    units: int
    month: int = 0
    adds: float = 1.0


class Obstacles:
    """Finds what holds the offers back, for any line and month of one plan."""

    def __init__(self, plan: Plan, candidates: Iterable[Candidate]) -> None:
        self.plan, self.case = plan, plan.case
        self.trials = Trials(plan)
        tours: defaultdict[str, list[Tour]] = defaultdict(list)
        for tour in plan.tours:
            tours[tour.assignment.offer.offer].append(tour)
        self.horizon = self.case.calendar.months
        self.place = {offer.offer: i for i, offer in enumerate(self.case.offers)}
        self.rank = {caveat.id: i for i, caveat in enumerate(self.case.caveats)}
        self.use = {
            offer.offer: Use(offer, tours[offer.offer], self.horizon) for offer in self.case.offers
        }
        self.open = {offer.offer: self.case.open_months(offer) for offer in self.case.offers}
        self.ways: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
        for way in candidates:
            self.ways[way.assignment.offer.offer, way.assignment.line.line].append(way)
        self._limited = {
            nation
            for nation, caveats in self.case.caveats_of.items()
            if any(caveat.limits_tours for caveat in caveats)
        }
        self._wholes: dict[tuple[str, str, str, int], Assignment] = {}
        self._rates: dict[tuple[str, str], float] = {}
        self._turns = {offer.offer: self._turns_of(offer) for offer in self.case.offers}
        self._spans: dict[tuple[str, str], list[int]] = {}
        self._known: dict[tuple[str, str, int], tuple[Finding, ...]] = {}

    def of_offer(self, offer: Offer, line: Line, month: int) -> tuple[Finding, ...]:
        """Return what holds the offer's units back; nothing where all of them serve the line.

        Found once for each span of months in which nothing about offer and line changes.
        """
        if offer.nation in self._limited:  # what caveats take from its tours changes by the month
            return tuple(self._find(offer, line, month))
        key = (offer.offer, line.line, self._span(offer, line, month))
        if key not in self._known:
            found = tuple(self._find(offer, line, month))
            if any(each.why == "nations" for each in found):  # those of other offers count
                return found
            self._known[key] = found
        return self._known[key]

    def _span(self, offer: Offer, line: Line, month: int) -> int:
        """Return in which of the spans a month is: within one nothing about the two changes."""
        pair = (offer.offer, line.line)
        if pair not in self._spans:
            turns = set(self._turns[offer.offer])
            for way in self.ways[pair]:
                turns |= {way.assignment.start, way.assignment.end + 1}
            self._spans[pair] = sorted(turns)
        return bisect_right(self._spans[pair], month)

    def _turns_of(self, offer: Offer) -> set[int]:
        """Return the months from which on something about the offer may be different."""
        months = self.open[offer.offer]
        turns = {months.start, months.stop}
        for tours in self.use[offer.offer].begins.values():
            for tour in tours:
                a = tour.assignment
                turns |= {a.start, a.end + 1, a.busy_until + 1}
        return turns

    def _find(self, offer: Offer, line: Line, month: int) -> Iterator[Finding]:
        name, units = offer.offer, offer.units
        if month not in self.open[name]:
            yield self._closed(offer, month)
            return
        all_ways = self.ways[name, line.line]
        ways = [w for w in all_ways if w.assignment.start <= month <= w.assignment.end]
        if not ways:
            yield self._too_short(offer, all_ways, month)
            return
        open_ways = [way for way in ways if not way.gates]
        if not open_ways:
            yield self._barred(ways, units)
            return
        use = self.use[name]
        elsewhere: defaultdict[str, int] = defaultdict(int)
        for tour in use.in_place[month]:
            if tour.assignment.line.line == line.line:
                yield from self._here(tour, ways, month)
            else:
                elsewhere[tour.assignment.line.line] += tour.units
        best = self._best(name, line.line)
        for other, count in elsewhere.items():
            cause = (other,)
            yield Finding("used_elsewhere", "on", cause, (), self.place[name], count, 0, best)
        yield from self._resting(offer, use.resting[month], month, best)
        free = units - use.busy[month]
        if free > 0:
            yield from self._free(offer, line, month, free, ways)

    def _best(self, offer: str, line: str) -> float:
        """Return the most that a unit of the offer may count on the line, barred or not."""
        if (offer, line) not in self._rates:
            rates = {way.assignment.rate for way in self.ways[offer, line]}
            self._rates[offer, line] = float(max(rates))
        return self._rates[offer, line]

    # Closed, and barred

    def _closed(self, offer: Offer, month: int) -> Finding:
        i, last, first = self.place[offer.offer], offer.available_until, offer.first_month
        if last is not None and first > last:
            return Finding(
                "not_yet_available", "never", (offer.notice_days, last), (), i, offer.units
            )
        if first > self.horizon:
            return Finding("not_yet_available", "after the end", (), (), i, offer.units, first)
        if month < first:
            return Finding("not_yet_available", "not yet", (), (), i, offer.units, first)
        return Finding("not_yet_available", "gone", (), (), i, offer.units, last or self.horizon)

    def _too_short(self, offer: Offer, ways: list[Candidate], month: int) -> Finding:
        """Tours that begin before the month end before it, and none may begin in it."""
        i, caveats = self.place[offer.offer], set[str]()
        covering = [
            way
            for way in ways
            if way.assignment.start <= month <= self._unlimited(way.assignment).end
        ]
        for way in covering:
            whole = self._unlimited(way.assignment)
            caveats |= {caveat.id for caveat in self._shorteners(whole, month)}
        gates = [set(self._gates(self._unlimited(way.assignment))) for way in covering]
        if all(gates):
            caveats |= set[str]().union(*gates)
        length = max((len(w.assignment.months) for w in ways), default=0)
        cause = (length, self.case.calendar.rotation_step)
        if caveats:
            return Finding("caveat", "short", cause, self._in_order(caveats), i, offer.units)
        return Finding("resting", "short", cause, (), i, offer.units)

    def _gates(self, a: Assignment) -> Iterator[str]:
        for caveat in self.case.caveats_of.get(a.offer.nation, ()):
            if caveat.blocks(self.case, a, self.plan.settings):
                yield caveat.id

    def _barred(self, ways: list[Candidate], units: int) -> Finding:
        offer = ways[0].assignment.offer
        gates = frozenset[str]().union(*(way.gates for way in ways))
        best = self._best(offer.offer, ways[0].assignment.line.line)
        caveats = self._in_order(gates & self.rank.keys())
        # What is no caveat is a forbid of a scenario, and no nation's to lift.
        cause = (*self._refused_by_run(ways, gates), *sorted(gates - self.rank.keys()))
        kind: ReasonKind = "caveat" if caveats else "rule"
        return Finding(kind, "barred", cause, caveats, self.place[offer.offer], units, 0, best)

    def _refused_by_run(self, ways: list[Candidate], gates: frozenset[str]) -> tuple[str, ...]:
        """Return the gates that are closed only since the run takes pending votes as refused."""
        settings, case = self.plan.settings, self.case
        if settings.pending == "granted":
            return ()
        granted = replace(settings, pending="granted")
        caveats = gates & self.rank.keys()
        shut = {
            gate
            for way in ways
            for gate in way.gates & caveats
            if case.caveat_by_id[gate].blocks(case, way.assignment, granted)
        }
        return self._in_order(caveats - shut)

    # What endurance caveats take from a tour

    def _unlimited(self, a: Assignment) -> Assignment:
        """Return the tour as it would be without any caveat."""
        if a.key in self._wholes:
            return self._wholes[a.key]
        case, offer = self.case, a.offer
        tour = case.defaults.tour if offer.tour is None else offer.tour
        dwell = case.defaults.dwell if offer.dwell is None else offer.dwell
        demanded, end = set(case.demanded(a.line)), a.start
        while (
            end + 1 < a.start + tour and end + 1 in demanded and end + 1 in self.open[offer.offer]
        ):
            end += 1
        places = tuple(case.place(a.area, month) for month in range(a.start, end + 1))
        self._wholes[a.key] = replace(a, end=end, busy_until=end + dwell, places=places)
        return self._wholes[a.key]

    def _shorteners(self, whole: Assignment, month: int) -> Iterator[Caveat]:
        """Yield the caveats each of which alone ends the tour before the month."""
        length = month - whole.start + 1
        for caveat in self._limits(whole):
            if caveat.limit_tour(len(whole.months), 0)[0] < length:
                yield caveat

    def _limits(self, whole: Assignment) -> Iterator[Caveat]:
        for caveat in self.case.caveats_of.get(whole.offer.nation, ()):
            if caveat.limits_tours and caveat.months_seen(self.case, whole):
                yield caveat

    def _resting(
        self, offer: Offer, tours: list[Tour], month: int, best: float
    ) -> Iterator[Finding]:
        for tour in tours:
            a = tour.assignment
            caveats = self._lengtheners(a, month) if offer.nation in self._limited else set()
            until = min(a.busy_until, self.horizon + 1)
            yield Finding(
                "resting",
                "rest",
                (),
                self._in_order(caveats),
                self.place[offer.offer],
                tour.units,
                until,
                best,
            )

    def _lengtheners(self, a: Assignment, month: int) -> set[str]:
        """Return the caveats without which the units would not rest in the month."""
        whole = self._unlimited(a)
        if month <= whole.end:
            return {caveat.id for caveat in self._shorteners(whole, month)}
        rest = whole.busy_until - whole.end
        if month <= a.end + rest:
            return set()
        return {c.id for c in self._limits(whole) if a.end + c.limit_tour(1, rest)[1] >= month}

    # Units that are here already

    def _here(self, tour: Tour, ways: list[Candidate], month: int) -> Iterator[Finding]:
        a = tour.assignment
        i, units = self.place[a.offer.offer], tour.units
        whole = self.case.rate(a.offer, a.line) or Fraction(0)
        if a.substituted and whole < 1:
            kind = (a.offer.capability, whole)
            yield Finding("substitution", "stands in", kind, (), i, units, 0, float(1 - whole))
        better = [w for w in ways if w.assignment.start == a.start and w.assignment.rate > a.rate]
        open_better = [way for way in better if not way.gates]
        reach = max((way.assignment.rate for way in open_better), default=a.rate)
        shut = [way for way in better if way.gates and way.assignment.rate > reach]
        cause: tuple[str | Fraction, ...] = (a.area, a.rate)
        if shut:
            gain = float(max(way.assignment.rate for way in shut) - a.rate)
            gates = frozenset[str]().union(*(way.gates for way in shut))
            cause = (*cause, *self._refused_by_run(shut, gates))
            yield Finding("caveat", "counts less", cause, self._in_order(gates), i, units, 0, gain)
        elif not open_better and a.rate < whole:
            yield Finding("substitution", "from", cause, (), i, units, 0, float(whole - a.rate))
        if open_better:
            way = max(open_better, key=lambda way: way.assignment.rate)
            gain = float(reach - a.rate)
            after = self.use[a.offer.offer].full_after(a.busy_until)
            if after is not None and after <= way.assignment.busy_until:
                yield Finding("substitution", "from", cause, (), i, units, 0, gain)
            else:
                broken = self.trials.broken(way, 1, tour)
                for found in self._would_break(a.line, month, broken, i, units, gain):
                    yield found._replace(cause=(*found.cause, MOVED))

    # Units that are free in the month

    def _free(
        self, offer: Offer, line: Line, month: int, free: int, ways: list[Candidate]
    ) -> Iterator[Finding]:
        """A free unit could begin one of the tours that cover the month: what is in the way?"""
        use, i = self.use[offer.offer], self.place[offer.offer]
        before, after = use.full_before(month), use.full_after(month)

        def rested(way: Candidate) -> bool:
            return before < way.assignment.start

        def back(way: Candidate) -> bool:
            return after is None or after > way.assignment.busy_until

        fitting = [way for way in ways if rested(way) and back(way)]
        shut = [way for way in fitting if way.gates]
        open_fitting = [way for way in fitting if not way.gates]
        if shut:
            yield self._barred(shut, free)
        if open_fitting:
            yield from self._tried(line, month, open_fitting, i, free)
            return
        open_ways = [way for way in ways if not way.gates]
        best = self._best(offer.offer, line.line)
        only_later = any(rested(way) for way in open_ways)
        only_earlier = any(back(way) for way in open_ways)
        if after is not None and (only_later or not only_earlier):
            left = free  # each free unit is told once: in the tour that it begins next
            for start in range(month + 1, after + 1):
                for tour in use.begins.get(start, ()):
                    units = min(left, tour.units)
                    left -= units
                    there = tour.assignment.line.line
                    if units and there == line.line:
                        yield Finding("resting", "later here", (start,), (), i, units, 0, best)
                    elif units:
                        where = (there, start)
                        yield Finding("used_elsewhere", "later", where, (), i, units, 0, best)
        if before and not only_later:
            following = [
                way.assignment.start
                for way in self.ways[offer.offer, line.line]
                if way.assignment.start > before
            ]
            times = (before, min(following, default=0))
            yield Finding("resting", "too late", times, (), i, free, 0, best)

    def _tried(
        self, line: Line, month: int, ways: list[Candidate], i: int, free: int
    ) -> Iterator[Finding]:
        found: dict[frozenset[str], tuple[Broken, float]] = {}
        for way in ways:
            for broken in self._numbers(way):
                _, known = found.get(broken.parts, (broken, 0.0))
                rate = max(float(way.assignment.rate), known)
                found[broken.parts] = (broken, rate)
            if frozenset() in found:  # nothing is in the way: the other tours need no try
                break
        for parts, (broken, rate) in found.items():
            if not any(other < parts for other in found):
                yield from self._would_break(line, month, broken, i, free, rate)

    def _numbers(self, way: Candidate) -> Iterator[Broken]:
        """Try one unit more; where what breaks is no mere bound, larger numbers may be allowed."""
        one = self.trials.broken(way)
        kinds = {self.case.caveat_by_id[caveat].kind for caveat in one.caveats}
        use, a = self.use[way.assignment.offer.offer], way.assignment
        most = use.units - max(use.busy[a.start : min(a.busy_until, self.horizon) + 1])
        yield one
        if not kinds <= BOUNDS:
            yield from (self.trials.broken(way, units) for units in range(2, most + 1))

    def _would_break(
        self, line: Line, month: int, broken: Broken, i: int, units: int, rate: float
    ) -> Iterator[Finding]:
        if broken.caveats:
            caveats = self._in_order(broken.caveats)
            bounds = any(self.case.caveat_by_id[each].kind in BOUNDS for each in caveats)
            kind: ReasonKind = "ceiling" if bounds else "caveat"
            yield Finding(kind, "breaks", (), caveats, i, units, 0, rate)
        if broken.nations:
            # A month is named only where the limit is reached in another one of the tour's.
            other = 0 if month in broken.nations else broken.nations[0]
            there = nations_there(self.plan, line, other or month)
            yield Finding("rule", "nations", (other, *there), (), i, units, 0, rate)
        for rule in sorted(broken.rules):
            yield Finding("rule", "rule", (rule,), (), i, units, 0, rate)
        if not broken.parts:
            yield Finding("rule", "tier", (broken.tier,), (), i, units, 0, rate)

    def _in_order(self, caveats: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(caveats, key=self.rank.__getitem__))
