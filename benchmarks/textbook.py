"""The program that a good modeller writes first, to be given to any solver.

A whole number per assignment, a row per offer and month, two rows per line and month, a binary per
nation, line and month behind one big number, every caveat as it reads, month by month. It stands on
the second reading of the case format (``tests/reference``), and shares nothing with ``model/``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import ceil, lcm

from tests.reference import contract
from tests.reference.contract import Assignment, Caveat

Number = int | Fraction
Sum = dict[int, Number]
Months = dict[int, list[int]]


@dataclass(frozen=True)
class Row:
    """``lower <= sum of value x column <= upper``; None where there is no bound."""

    terms: Sum
    lower: Number | None
    upper: Number | None


@dataclass
class Textbook:
    """Columns ``0 .. upper``, rows, and the tiers to minimise in turn.

    Attributes:
        upper: of each column.
        grain: of what each column is a whole multiple in some best plan.
        whole: whether the column must be a whole number for the program to mean what it says.
        assignments: the first columns.
        tiers: costs of ``critical`` and ``shortfall``.
    """

    upper: list[Number] = field(default_factory=list)
    grain: list[Fraction] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    tiers: dict[str, Sum] = field(default_factory=dict)

    def column(self, upper: Number, grain: Number = 1, *, whole: bool = True) -> int:
        """Add a column and return its number."""
        self.upper.append(upper)
        self.grain.append(Fraction(grain))
        self.whole.append(whole)
        return len(self.upper) - 1

    def most(self, terms: Sum, upper: Number) -> None:
        """Add the row ``terms <= upper``, if there is anything in it."""
        if terms:
            self.rows.append(Row(terms, None, upper))

    def least(self, terms: Sum, lower: Number) -> None:
        """Add the row ``terms >= lower``."""
        self.rows.append(Row(terms, lower, None))


def textbook(case: contract.Case, possible: Sequence[Assignment] | None = None) -> Textbook:
    """Write the program of a case.

    Args:
        case: the case.
        possible: its assignments, where somebody has listed them already.

    Raises:
        NotImplementedError: the case has force rules, of which the generator makes none.
    """
    if any(rule.active for rule in case.rules):
        raise NotImplementedError("the textbook formulation knows no force rules")
    return _Writer(case, contract.possible(case) if possible is None else possible).t


class _Writer:
    def __init__(self, case: contract.Case, possible: Sequence[Assignment]) -> None:
        self.case, self.t = case, Textbook(tiers={"critical": {}, "shortfall": {}})
        self.all = self.t.assignments = list(possible)
        for a in self.all:
            self.t.column(case.offers[a.offer].units)
        self.in_place: Months = defaultdict(list)
        self.of_nation: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for i, a in enumerate(self.all):
            for month in a.months:
                self.in_place[month].append(i)
                self.of_nation[month, a.nation].append(i)
        self._offers()
        self._lines()
        for caveat in case.caveats:
            write: Callable[[Caveat], None] | None = getattr(self, f"_{caveat.kind}", None)
            # The others decide which assignments there are, and are part of `possible`.
            if caveat.active and write is not None:
                write(caveat)

    def _offers(self) -> None:
        months = range(1, self.case.months + 1)
        of_offer = self.split(range(len(self.all)), lambda a: a.offer)
        for offer, own in of_offer.items():
            for m in months:
                busy: Sum = {i: 1 for i in own if self.all[i].start <= m <= self.all[i].busy_until}
                self.t.most(busy, self.case.offers[offer].units)

    def _lines(self) -> None:
        t, case = self.t, self.case
        there = {m: self.split(own, lambda a: a.line) for m, own in self.in_place.items()}
        for line in case.lines.values():
            for m in sorted(contract.demanded(case, line)):
                own = there.get(m, {}).get(line.id, [])
                covered: Sum = {i: self.all[i].rate for i in own}
                bottom = lcm(*(Fraction(each).denominator for each in covered.values()))
                for tier, asked in (("critical", line.minimum), ("shortfall", line.target)):
                    grain = Fraction(1, lcm(bottom, asked.denominator))
                    missing = t.column(asked, grain, whole=False)
                    t.least({**covered, missing: 1}, asked)
                    t.tiers[tier][missing] = line.weight / line.target
                if line.max_nations is not None:
                    present: Sum = {}
                    for theirs in self.split(own, lambda a: a.nation).values():
                        here = t.column(1)
                        t.most({**_each(theirs), here: -self.units(theirs)}, 0)
                        present[here] = 1
                    t.most(present, line.max_nations)

    # Caveats

    def seen(self, caveat: Caveat) -> Iterator[tuple[int, list[int]]]:
        """Yield each month with what the caveat sees of its nations' in place."""
        for m in sorted(self.in_place):
            own = [i for nation in sorted(set(caveat.nations)) for i in self.of_nation[m, nation]]
            yield m, [i for i in own if contract.sees_in(self.case, caveat, self.all[i], m)]

    def split(self, own: Iterable[int], key: Callable[[Assignment], str]) -> dict[str, list[int]]:
        """Group columns by something of their assignments."""
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for i in own:
            groups[key(self.all[i])].append(i)
        return dict(groups)

    def units(self, own: Iterable[int]) -> int:
        """Return the units of all offers that the columns are of."""
        return sum(self.case.offers[offer].units for offer in {self.all[i].offer for i in own})

    def people(self, own: Iterable[int]) -> Sum:
        return {i: self.all[i].personnel for i in own if self.all[i].personnel}

    def _ceiling(self, caveat: Caveat) -> None:
        for _, own in self.seen(caveat):
            if caveat.units is not None:
                self.t.most(_each(own), caveat.units)
            if caveat.personnel is not None:
                self.t.most(self.people(own), caveat.personnel)

    def _reserve(self, caveat: Caveat) -> None:
        for _, own in self.seen(caveat):
            for offer, theirs in self.split(own, lambda a: a.offer).items():
                units = self.case.offers[offer].units
                kept = max(caveat.units or 0, ceil((caveat.fraction or 0) * units))
                self.t.most(_each(theirs), max(0, units - kept))

    def _endurance(self, caveat: Caveat) -> None:
        if caveat.max_months is None:
            return
        months: defaultdict[str, Sum] = defaultdict(dict)
        for _, own in self.seen(caveat):
            for i in own:
                terms = months[self.all[i].offer]
                terms[i] = terms.get(i, 0) + 1
        for offer, terms in months.items():
            self.t.most(terms, caveat.max_months * self.case.offers[offer].units)

    def meetings(self, caveat: Caveat) -> Iterator[tuple[list[int], list[int]]]:
        """Yield what the caveat sees of one nation in a place, and whom it meets there."""
        for m, own in self.seen(caveat):
            place = partial(_place, scope=caveat.scope, month=m)
            around = self.split(self.in_place[m], place)
            for nation, theirs in self.split(own, lambda a: a.nation).items():
                for where, mine in self.split(theirs, place).items():
                    others = [
                        i
                        for i in around[where]
                        if self.all[i].nation in caveat.partners and self.all[i].nation != nation
                    ]
                    yield mine, others

    def _partner(self, caveat: Caveat) -> None:
        for mine, others in self.meetings(caveat):
            units = self.units(mine)
            self.t.most(_each(mine) | dict.fromkeys(others, -units), 0)

    def _avoid(self, caveat: Caveat) -> None:
        for mine, others in self.meetings(caveat):
            if others:
                ours, units = self.t.column(1), self.units(others)
                self.t.most({**_each(mine), ours: -self.units(mine)}, 0)
                self.t.most({**_each(others), ours: units}, units)

    def _package(self, caveat: Caveat) -> None:
        for m, own in sorted(self.in_place.items()):
            there = [
                i
                for i in own
                if self.all[i].offer in caveat.offers
                and contract.passes_in(self.case, caveat, self.all[i], m)
            ]
            if there:
                together, groups = self.t.column(1), self.split(there, lambda a: a.offer)
                for offer in caveat.offers:
                    theirs = groups.get(offer, [])
                    self.t.most({**_each(theirs), together: -self.units(theirs)}, 0)
                    self.t.most({**dict.fromkeys(theirs, -1), together: 1}, 0)

    def _share(self, caveat: Caveat) -> None:
        for m, own in sorted(self.in_place.items()):
            everyone = [i for i in own if contract.passes_in(self.case, caveat, self.all[i], m)]
            terms: Sum = {}
            for i, people in self.people(everyone).items():
                mine = self.all[i].nation in caveat.nations
                terms[i] = (1 - caveat.max_share if mine else -caveat.max_share) * people
            self.t.most(terms, 0)

    def _minimum(self, caveat: Caveat) -> None:
        for _, own in self.seen(caveat):
            for theirs in self.split(own, lambda a: a.line).values():
                for bound, terms in (
                    (caveat.units, _each(theirs)),
                    (caveat.personnel, self.people(theirs)),
                ):
                    if bound is not None and terms:
                        there, units = self.t.column(1), self.units(terms)
                        self.t.most({**_each(terms), there: -units}, 0)
                        self.t.least({**terms, there: -bound}, 0)


def _place(a: Assignment, *, scope: str, month: int) -> str:
    """Return where an assignment is in a month, as a caveat's scope sees it."""
    return {"line": a.line, "role": a.role, "area": a.places[month]}[scope]


def _each(own: Iterable[int]) -> Sum:
    """Return the number of units."""
    return dict.fromkeys(own, 1)
