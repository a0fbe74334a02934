"""The plan, and the independent checker: pure Python, without solver or modelling language.

Nothing here is told by the program that found the plan. From offer, line, area, units and start
month alone the tours are walked month by month, and coverage, states, tier values and whatever the
plan breaks are worked out again, in exact fractions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple

from model.case import Case
from model.caveats.base import Caveat
from model.domain import Assignment, Line, Offer, Rest, Settings, Tier, certainty
from model.moves import compared_tiers, distance, spots, stays
from model.rules.base import Lead

State = Literal["filled", "conditional", "substituted", "below_target", "below_minimum", "unfilled"]
Cell = tuple[str, int]
Worth = tuple[Fraction, Fraction]
"""The weight of a demand, and of what of it is missing."""
_NOTHING = Fraction(0)
ALL = "all"
"""Stands for every role."""


class Start(NamedTuple):
    """So many units of an offer that begin a tour: all that a plan has to say."""

    offer: str
    line: str
    area: str
    start: int
    units: int


@dataclass(frozen=True)
class Tour:
    """Units in place from an assignment's start to its end.

    Attributes:
        rests: the distinct uncertain votes and conditions it rests on.
    """

    assignment: Assignment
    units: int
    rests: tuple[Rest, ...]

    @property
    def label(self) -> str:
        """What names the tour in a message."""
        a = self.assignment
        return f"{a.offer.offer} on {a.line.line} in {a.area} from month {a.start}"

    @property
    def certainty(self) -> Fraction:
        """Probability that all it rests on comes true, taken as independent."""
        return certainty(self.rests)

    @property
    def personnel(self) -> int:
        """People in place."""
        return self.units * self.assignment.offer.personnel

    @cached_property
    def covers(self) -> Fraction:
        """What it adds to its line's coverage, in units of the line, in each month in place."""
        return self.assignment.rate * self.units


def _every(_: Tour) -> bool:
    return True


def _sum(numbers: Iterable[Fraction]) -> Fraction:
    """Return the sum; most are of one or two numbers, and adding to 0 costs as much again."""
    each = iter(numbers)
    return sum(each, next(each, _NOTHING))


def _lacking(wanted: Fraction, covered: Fraction) -> Fraction:
    """Return the units missing to what is wanted."""
    if not covered:
        return wanted
    return wanted - covered if covered < wanted else _NOTHING


def _index(worth: Mapping[int, Worth], months: Collection[int]) -> Fraction | None:
    there = [worth[month] for month in months if month in worth]
    if not there:
        return None
    missing = _sum(lost for _, lost in there if lost)
    return 1 - missing / _sum(weight for weight, _ in there) if missing else Fraction(1)


class Stretch(NamedTuple):
    """Months of a line in which the same tours are in place.

    Attributes:
        covered: what they cover in each.
        missing: units missing to the target in each.
    """

    months: tuple[int, ...]
    tours: tuple[Tour, ...]
    covered: Fraction
    missing: Fraction


def _state(line: Line, there: Stretch) -> State:
    """Return the state of a line in the months of a stretch."""
    if there.covered >= line.target:
        if _sum(tour.covers for tour in there.tours if not tour.rests) < line.target:
            return "conditional"
        own = _sum(tour.covers for tour in there.tours if not tour.assignment.substituted)
        return "filled" if own >= line.target else "substituted"
    if there.covered == 0:
        return "unfilled"
    return "below_minimum" if there.covered < line.minimum else "below_target"


class Impossible(ValueError):
    """Raised when a start names something the case does not have, or no start month."""


class Plan:
    """A plan of a case: what it covers, what it costs, what it breaks.

    Raises:
        Impossible: a start names an unknown offer or line, an area the line is not served from, a
            month that is no start month, an offer that does not fit, or units below 1.
    """

    def __init__(self, case: Case, settings: Settings, starts: Iterable[Start]) -> None:
        self.case = case
        self.settings = settings
        merged: defaultdict[tuple[str, str, str, int], int] = defaultdict(int)
        for start in starts:
            if start.units < 1:
                raise Impossible(f"{start.units} units of {start.offer} is no whole number above 0")
            merged[start[:4]] += start.units
        self.starts = tuple(Start(*key, units) for key, units in sorted(merged.items()))
        self.tours = tuple(self._tour(start) for start in self.starts)

    # From starts to tours

    def _tour(self, start: Start) -> Tour:
        offer = self.case.offer_by_id.get(start.offer)
        line = self.case.line_by_id.get(start.line)
        if offer is None or line is None:
            raise Impossible(f"no offer {start.offer} or no line {start.line} in the case")
        rate = self.case.rate(offer, line)
        served = {line.area: Fraction(1), **dict(line.elsewhere)}
        if rate is None or start.area not in served:
            raise Impossible(f"{start.offer} cannot serve {start.line} from {start.area}")
        demanded = set(self.case.demanded(line))
        available = self.case.open_months(offer)

        def both_open(month: int) -> bool:
            return month in demanded and month in available

        first = start.start
        on_grid = (first - 1) % self.case.calendar.rotation_step == 0
        if not both_open(first) or not (on_grid or not both_open(first - 1)):
            raise Impossible(f"month {first} is no start month of {start.offer} on {start.line}")
        tour = self.case.defaults.tour if offer.tour is None else offer.tour
        dwell = self.case.defaults.dwell if offer.dwell is None else offer.dwell

        def walk(length: int) -> list[int]:
            months = [first]
            while len(months) < length and both_open(months[-1] + 1):
                months.append(months[-1] + 1)
            return months

        counts = rate * served[start.area]

        def built(months: list[int], rest: int) -> Assignment:
            places = tuple(self.case.place(start.area, month) for month in months)
            end = months[-1]
            return Assignment(offer, line, start.area, first, end, end + rest, places, counts)

        assignment = built(walk(tour), dwell)
        binding = self.case.caveats_of.get(offer.nation, ())
        limiting = [
            caveat
            for caveat in binding
            if caveat.limits_tours and caveat.months_seen(self.case, assignment)
        ]
        for caveat in limiting:
            tour, dwell = caveat.limit_tour(tour, dwell)
        if limiting:
            assignment = built(walk(tour), dwell)
        rests: dict[str, Rest] = {}
        for caveat in binding:
            if caveat.may_doubt:
                for rest in caveat.rests(self.case, assignment, self.settings):
                    rests[rest.name] = rest
        return Tour(assignment, start.units, tuple(rests.values()))

    # What caveats and rules look at

    @cached_property
    def in_place(self) -> dict[int, tuple[Tour, ...]]:
        """The tours in place in each month of the horizon."""
        there: dict[int, list[Tour]] = {month: [] for month in self.case.months}
        for tour in self.tours:
            for month in tour.assignment.months:
                there[month].append(tour)
        return {month: tuple(tours) for month, tours in there.items()}

    @cached_property
    def _used(self) -> tuple[tuple[Offer, Line, list[Tour]], ...]:
        """Each offer on each line it is used on, with its tours."""
        used: dict[tuple[str, str], tuple[Offer, Line, list[Tour]]] = {}
        for tour in self.tours:
            offer, line = tour.assignment.offer, tour.assignment.line
            used.setdefault((offer.offer, line.line), (offer, line, []))[2].append(tour)
        return tuple(used.values())

    def _concerned(self, caveat: Caveat) -> Iterator[tuple[Tour, Sequence[int]]]:
        """Yield the tours that the caveat concerns, with the months of each that it sees."""
        for offer, line, tours in self._used:
            if caveat.concerns(offer, line):
                for tour in tours:
                    yield tour, caveat.months_covered(self.case, tour.assignment)

    def tours_seen(self, caveat: Caveat) -> tuple[Tour, ...]:
        """Return the tours of which the caveat sees at least one month."""
        return tuple(tour for tour, months in self._concerned(caveat) if months)

    def seen(self, caveat: Caveat) -> dict[int, list[Tour]]:
        """Return, for each month with any, the tours in place that the caveat sees in it."""
        seen: dict[int, list[Tour]] = {}
        for tour, months in self._concerned(caveat):
            for month in months:
                seen.setdefault(month, []).append(tour)
        return dict(sorted(seen.items()))

    def people_in(self, area: str, month: int) -> int:
        """Return the people in place in the area, or within it, in the month."""
        return sum(
            people for place, people in self._people[month].items() if self.case.inside(place, area)
        )

    @cached_property
    def _people(self) -> dict[int, dict[str, int]]:
        """The people in place in each month, by the area they are in."""
        people: dict[int, dict[str, int]] = {month: {} for month in self.case.months}
        for tour in self.tours:
            a, there = tour.assignment, tour.personnel
            for month, place in zip(a.months, a.places, strict=True):
                people[month][place] = people[month].get(place, 0) + there
        return people

    def nations_in(self, role: str, month: int) -> set[str]:
        """Return the nations with a unit in place in the role in the month."""
        return self._nations.get((role, month), set())

    @cached_property
    def _nations(self) -> dict[tuple[str, int], set[str]]:
        nations: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        for (line, month), tours in self.line_tours.items():
            role = self.case.line_by_id[line].role
            nations[role, month].update(tour.assignment.offer.nation for tour in tours)
        return nations

    @cached_property
    def leads(self) -> tuple[Lead, ...]:
        """Who leads which role, and when."""
        return tuple(lead for rule in self.case.active_rules for lead in rule.leads(self))

    # What it breaks

    def violations(self) -> Iterator[str]:
        """Yield, in words, everything the plan breaks; nothing for a plan that holds."""
        yield from self.overbooked()
        yield from self.crowded()
        for caveat in self.case.active_caveats:
            yield from (f"caveat {caveat.id}: {text}" for text in caveat.violations(self))
        for rule in self.case.active_rules:
            yield from (f"rule {rule.id}: {text}" for text in rule.violations(self))
        for pin in self.case.pins:
            begun = sum(
                units
                for offer, line, area, start, units in self.starts
                if (offer, line, start) == (pin.offer, pin.line, pin.start)
                and pin.area in (None, area)
            )
            if begun < pin.units:
                yield f"{pin}: {begun} units begin, {pin.units} are asked for"
        for forbid in self.case.forbids:
            for tour in self.tours:
                a = tour.assignment
                if a.offer.offer == forbid.offer and forbid.line in (None, a.line.line):
                    yield f"{forbid.gate}: {tour.label} is in place"

    def overbooked(self) -> Iterator[str]:
        """Yield where more units of an offer are busy than it has."""
        for offer, month, busy in self._busy():
            units = self.case.offer_by_id[offer].units
            if busy > units:
                yield f"offer {offer}: {busy} units busy in month {month}, {units} offered"

    def crowded(self) -> Iterator[str]:
        """Yield where more nations are on a line than may be."""
        for line in self.case.lines:
            if line.max_nations is not None:
                yield from self._too_many_nations(line, line.max_nations)

    def _busy(self) -> Iterator[tuple[str, int, int]]:
        busy: defaultdict[tuple[str, int], int] = defaultdict(int)
        for tour in self.tours:
            a = tour.assignment
            for month in range(a.start, a.busy_until + 1):
                busy[a.offer.offer, month] += tour.units
        yield from ((offer, month, units) for (offer, month), units in sorted(busy.items()))

    def _too_many_nations(self, line: Line, most: int) -> Iterator[str]:
        for month in self.case.demanded(line):
            tours = self.line_tours.get((line.line, month), ())
            nations = {tour.assignment.offer.nation for tour in tours}
            if len(nations) > most:
                yield f"line {line.line}: {len(nations)} nations in month {month}, {most} allowed"

    # What it covers

    @cached_property
    def line_tours(self) -> dict[Cell, tuple[Tour, ...]]:
        """The tours in place on each line in each month, where there are any."""
        there: dict[Cell, list[Tour]] = {}
        for tour in self.tours:
            for month in tour.assignment.months:
                there.setdefault((tour.assignment.line.line, month), []).append(tour)
        return {cell: tuple(tours) for cell, tours in there.items()}

    @cached_property
    def stretches(self) -> tuple[tuple[Line, tuple[Stretch, ...]], ...]:
        """Each line with its demanded months, those with the same tours in place together."""
        found = []
        for line in self.case.lines:
            months: dict[tuple[int, ...], list[int]] = {}
            tours: dict[tuple[int, ...], tuple[Tour, ...]] = {}
            for month in self.case.demanded(line):
                there = self.line_tours.get((line.line, month), ())
                those = tuple(map(id, there))
                months.setdefault(those, []).append(month)
                tours[those] = there
            stretches = []
            for those, each in months.items():
                covered = _sum(tour.covers for tour in tours[those])
                missing = _lacking(line.target, covered)
                stretches.append(Stretch(tuple(each), tours[those], covered, missing))
            found.append((line, tuple(stretches)))
        return tuple(found)

    @cached_property
    def _stretch(self) -> dict[Cell, Stretch]:
        return {
            (line.line, month): stretch
            for line, stretches in self.stretches
            for stretch in stretches
            for month in stretch.months
        }

    def coverage(self, line: Line, month: int, counts: Callable[[Tour], bool] = _every) -> Fraction:
        """Return rate x units in place on the line in the month, of the tours that count."""
        if counts is _every:
            stretch = self._stretch.get((line.line, month))
            return stretch.covered if stretch else _NOTHING
        tours = self.line_tours.get((line.line, month), ())
        return _sum(tour.covers for tour in tours if counts(tour))

    def shortfall(self, line: Line, month: int) -> Fraction:
        """Return the units missing to the target."""
        stretch = self._stretch.get((line.line, month))
        return stretch.missing if stretch else line.target

    def critical(self, line: Line, month: int) -> Fraction:
        """Return the units missing to the minimum."""
        return _lacking(line.minimum, self.coverage(line, month))

    def state(self, line: Line, month: int) -> State:
        """Return the state of a demanded line-month."""
        return self._states[line.line, month]

    @cached_property
    def _states(self) -> dict[Cell, State]:
        return {
            (line.line, month): state
            for line, stretches in self.stretches
            for stretch in stretches
            for state in (_state(line, stretch),)
            for month in stretch.months
        }

    def demanded(self) -> Iterator[tuple[Line, int]]:
        """Yield every demanded line-month, in the order of the file."""
        for line in self.case.lines:
            for month in self.case.demanded(line):
                yield line, month

    def index(self, lines: Container[str], months: Collection[int]) -> Fraction | None:
        """Return the coverage index of lines over months; None where nothing is demanded."""
        return _index(self._worth(lambda line: line.line in lines), months)

    def role_index(self, role: str, months: Collection[int]) -> Fraction | None:
        """Return the coverage index of a role, or of ``all``; None where nothing is demanded."""
        key = role, tuple(months)
        if key not in self._indices:
            self._indices[key] = _index(self._by_role.get(role, {}), months)
        return self._indices[key]

    @cached_property
    def _indices(self) -> dict[tuple[str, tuple[int, ...]], Fraction | None]:
        """What :meth:`role_index` said: a report asks the same many times over."""
        return {}

    def _worth(self, counts: Callable[[Line], bool]) -> dict[int, Worth]:
        """Return the weight of what is demanded in each month, and of what of it is missing."""
        worth: dict[int, Worth] = {}
        for line, stretches in self.stretches:
            if not counts(line):
                continue
            weight = self.case.weight(line)
            for each in stretches:
                missing = weight * each.missing / line.target
                for month in each.months:
                    weights, lost = worth.get(month, (_NOTHING, _NOTHING))
                    # Most cells miss nothing, and fractions are slow to add.
                    worth[month] = weights + weight, lost + missing if missing else lost
        return worth

    @cached_property
    def _by_role(self) -> dict[str, dict[int, Worth]]:
        """What :meth:`_worth` says of each role with demand, in the case's order, and of all."""
        found = {role: self._worth(lambda line, role=role: line.role == role)  # type: ignore[misc]
                 for role in self.case.roles}  # fmt: skip
        whole: dict[int, Worth] = {}
        for months in found.values():
            for month, (weight, missing) in months.items():
                weights, lost = whole.get(month, (_NOTHING, _NOTHING))
                whole[month] = weights + weight, lost + missing
        return {**{role: months for role, months in found.items() if months}, ALL: whole}

    @cached_property
    def coverage_index(self) -> Fraction:
        """The coverage index of the whole force; 1 where nothing is demanded."""
        index = self.role_index(ALL, self.case.months)
        return Fraction(1) if index is None else index

    @cached_property
    def coverage_by_role(self) -> dict[str, Fraction]:
        """The coverage index of each role that has demand."""
        months = self.case.months
        indices = {role: self.role_index(role, months) for role in self._by_role if role != ALL}
        return {role: index for role, index in indices.items() if index is not None}

    # What it costs

    @cached_property
    def tier_values(self) -> dict[str, Fraction]:
        """The value of every tier of the case, recomputed from the starts alone.

        Tier ``change`` is left out where there is no plan to keep.
        """
        return {name: TIER_VALUES[name](self) for name in compared_tiers(self.case, self.settings)}

    def _paid(self, tier: Tier) -> Fraction:
        """Return what caveats and rules add to a tier."""
        limits = (*self.case.active_caveats, *self.case.active_rules)
        return sum((each.costs(self).get(tier, Fraction(0)) for each in limits), Fraction(0))

    def _missing(self, wanted: Callable[[Line], Fraction]) -> Fraction:
        """Return the sum of weight x units missing / target over demanded line-months."""
        total = Fraction(0)
        for line, stretches in self.stretches:
            most = wanted(line)
            lacking = _sum(
                missing * len(each.months)
                for each in stretches
                if (missing := _lacking(most, each.covered))
            )
            if lacking:
                total += self.case.weight(line) * lacking / line.target
        return total

    def _critical_value(self) -> Fraction:
        return self._missing(lambda line: line.minimum) + self._paid("critical")

    def _shortfall_value(self) -> Fraction:
        return self._missing(lambda line: line.target) + self._paid("shortfall")

    def _conditional_value(self) -> Fraction:
        doubts: dict[tuple[Rest, ...], Fraction] = {}
        doubtful: dict[str, Fraction] = {}
        for tour in self.tours:
            if tour.rests:
                if tour.rests not in doubts:
                    doubts[tour.rests] = 1 - tour.certainty
                line, months = tour.assignment.line.line, len(tour.assignment.months)
                lacking = months * tour.covers * doubts[tour.rests]
                doubtful[line] = doubtful.get(line, _NOTHING) + lacking
        return _sum(
            self.case.weight(line) * doubtful[line.line] / line.target
            for line in self.case.lines
            if line.line in doubtful
        )

    def _burden_value(self) -> Fraction:
        months: defaultdict[str, int] = defaultdict(int)
        for tour in self.tours:
            months[tour.assignment.offer.nation] += tour.personnel * len(tour.assignment.months)
        return max(
            (
                months[code] / nation.share_key
                for code, nation in self.case.nations.items()
                if nation.share_key
            ),
            default=Fraction(0),
        )

    def _change_value(self) -> Fraction:
        months = self.case.calendar.months
        kept = spots(self.settings.keep or (), months)
        return Fraction(distance(spots(stays(self), months), kept))

    def _personnel_value(self) -> Fraction:
        return Fraction(sum(t.personnel * len(t.assignment.months) for t in self.tours))


TIER_VALUES: dict[str, Callable[[Plan], Fraction]] = {
    "critical": Plan._critical_value,
    "shortfall": Plan._shortfall_value,
    "conditional": Plan._conditional_value,
    "burden": Plan._burden_value,
    "change": Plan._change_value,
    "personnel": Plan._personnel_value,
}
"""How each tier is valued."""
