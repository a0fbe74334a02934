"""``minimum``: enough of them, or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from model.caveats.base import PeopleOrUnits
from model.rows import Row, Terms

if TYPE_CHECKING:
    from model.case import Case
    from model.domain import Assignment
    from model.formulation import Formulation
    from model.plan import Plan


class Minimum(PeopleOrUnits):
    """On a matched line in any month nothing, or at least that many units or people in place.

    Its nations count together. Units of no people are nothing where people are counted.
    """

    kind: Literal["minimum"]

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        return self.months_seen(case, assignment)

    def constrain(self, block: Any, f: Formulation) -> None:
        for name, bound, counts in self.bounds():
            cells: dict[frozenset[int], Terms] = {}
            for terms in f.in_place_of(self, counts).values():
                lines: defaultdict[str, Terms] = defaultdict(dict)
                for c, count in terms.items():
                    lines[f.assignments[c].line.line][c] = count
                # One unit of each is enough for the bound where it is that low: nothing to say.
                cells |= {
                    frozenset(each): each
                    for each in lines.values()
                    if any(count < bound for count in each.values())
                }
            there = f.switches(block, f"there_by_{name}", range(len(cells)))
            rows = []
            for i, terms in enumerate(cells.values()):
                by_offer: defaultdict[str, Terms] = defaultdict(dict)
                for c in terms:
                    by_offer[f.assignments[c].offer.offer][c] = 1
                for offer, own in by_offer.items():
                    units = f.case.offer_by_id[offer].units
                    rows.append(Row(own, 0, ((-units, there[i]),)))
                less = {c: -count for c, count in terms.items()}
                rows.append(Row(less, 0, ((bound, there[i]),)))
            f.write(block, f"enough_{name}", rows)

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.seen(self).items():
            for name, bound, counts in self.bounds():
                there: defaultdict[str, int] = defaultdict(int)
                for tour in tours:
                    count = tour.units * counts(tour.assignment)
                    there[tour.assignment.line.line] += count
                for line, count in there.items():
                    if 0 < count < bound:
                        yield f"{count} {name} on {line} in month {month}, at least {bound} or none"

    def rule(self, case: Case) -> str:
        return f"must have at least {self.bounds_in_words()} on a line, or none"
