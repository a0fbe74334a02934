"""``avoid``: never together with named nations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from model.caveats.base import Caveat, Meeting, listed, meeting
from model.fields import Names
from model.rows import Row, Terms

if TYPE_CHECKING:
    from model.case import Case
    from model.domain import Assignment, Line, Offer
    from model.formulation import Formulation
    from model.plan import Plan, Tour

Side = dict[str, Terms]


class Avoid(Caveat):
    """Matched units never in a month in the same line, role or area as a unit of those nations.

    Each nation is bound alone, and never has to avoid itself.
    """

    kind: Literal["avoid"]
    with_: Names = Field(alias="with", description="the nations to stay away from")
    scope: Meeting = Field("line", description="where they meet")

    counts: ClassVar[bool] = True
    by_month: ClassVar[bool] = True

    def may_lean_on(self, offer: Offer, line: Line) -> bool:
        return offer.nation in (*self.bound, *self.with_)

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        # Fewer would do no harm; the same units in another area could meet somebody there.
        if assignment.offer.nation not in (*self.bound, *self.with_):
            return ()
        return [(meeting(self.scope, assignment, month), month) for month in assignment.months]

    def constrain(self, block: Any, f: Formulation) -> None:
        encounters = list(self._encounters(f))
        # 1 where the nation's own units may be there, 0 where the others' may.
        own_side = f.switches(block, "own_side", range(len(encounters)))
        rows = []
        for i, (own, others) in enumerate(encounters):
            for offer, terms in own.items():
                units = f.case.offer_by_id[offer].units
                rows.append(Row(terms, 0, ((-units, own_side[i]),)))
            for offer, terms in others.items():
                units = f.case.offer_by_id[offer].units
                rows.append(Row(terms, units, ((units, own_side[i]),)))
        f.write(block, "kept_apart", rows)

    def _encounters(self, f: Formulation) -> Iterator[tuple[Side, Side]]:
        """Yield, where both can be, the terms of each offer of the nation and of the others."""
        for nation in self.bound:
            sides: dict[tuple[str, int], tuple[Side, Side]] = {}
            for c, a in enumerate(f.assignments):
                ours = a.offer.nation == nation
                if not ours and a.offer.nation not in self.with_:
                    continue
                for month in self.months_seen(f.case, a) if ours else a.months:
                    place = (meeting(self.scope, a, month), month)
                    side = sides.setdefault(place, ({}, {}))[0 if ours else 1]
                    side.setdefault(a.offer.offer, {})[c] = 1
            seen = set()
            for own, others in sides.values():
                met = (
                    frozenset(c for t in own.values() for c in t),
                    frozenset(c for t in others.values() for c in t),
                )
                if own and others and met not in seen:
                    seen.add(met)
                    yield own, others

    def violations(self, plan: Plan) -> Iterator[str]:
        for month, tours in plan.seen(self).items():
            others: defaultdict[str, list[Tour]] = defaultdict(list)
            for other in plan.in_place[month]:
                if other.assignment.offer.nation in self.with_:
                    others[meeting(self.scope, other.assignment, month)].append(other)
            for tour in tours:
                a = tour.assignment
                for other in others[meeting(self.scope, a, month)]:
                    if other.assignment.offer.nation != a.offer.nation:
                        yield f"{tour.label} meets {other.label} in month {month}"

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, name in enumerate(self.with_):
            yield ("with", i), "nation", name

    def rule(self, case: Case) -> str:
        others = listed(map(case.nation_name, self.with_), "or")
        return f"may not be in place with a unit of {others} in the same {self.scope}"
