"""``partner``: only together with named nations."""

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
    from model.plan import Plan


class Partner(Caveat):
    """Matched units in a month only where a unit of a partner is in the same line, role or area.

    Each nation is bound alone, and is never its own partner. Any unit of a partner will do, whether
    or not it passes ``applies_to``.
    """

    kind: Literal["partner"]
    with_: Names = Field(alias="with", description="the partners")
    scope: Meeting = Field("line", description="where they meet")

    counts: ClassVar[bool] = True
    by_month: ClassVar[bool] = True

    def may_lean_on(self, offer: Offer, line: Line) -> bool:
        return offer.nation in (*self.bound, *self.with_)

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        # On the partner's units, and on its own staying in the area where the partner is.
        bound = assignment.offer.nation in self.bound and self.scope == "area"
        if not bound and assignment.offer.nation not in self.with_:
            return ()
        return [(meeting(self.scope, assignment, month), month) for month in assignment.months]

    def constrain(self, block: Any, f: Formulation) -> None:
        rows: dict[frozenset[tuple[int, Any]], Row] = {}
        for nation in self.bound:
            own: dict[tuple[str, int], dict[str, Terms]] = {}
            partners: defaultdict[tuple[str, int], Terms] = defaultdict(dict)
            for c, a in enumerate(f.assignments):
                if a.offer.nation == nation:
                    for month in self.months_seen(f.case, a):
                        at = own.setdefault((meeting(self.scope, a, month), month), {})
                        at.setdefault(a.offer.offer, {})[c] = 1
                elif a.offer.nation in self.with_:
                    for month in a.months:
                        partners[meeting(self.scope, a, month), month][c] = 1
            for place, offers in own.items():
                for offer, terms in offers.items():
                    # One partner unit is enough for all that the offer can have in place.
                    units = f.case.offer_by_id[offer].units
                    row = {**terms, **dict.fromkeys(partners[place], -units)}
                    rows[frozenset(row.items())] = Row(row, 0)
        f.write(block, "accompanied", rows.values())

    def violations(self, plan: Plan) -> Iterator[str]:
        seen = plan.seen(self)
        partners: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        named = frozenset(self.with_)
        for month in seen:
            for other in plan.in_place[month]:
                b = other.assignment
                if b.offer.nation in named:
                    partners[meeting(self.scope, b, month), month].add(b.offer.nation)
        for month, tours in seen.items():
            for tour in tours:
                a = tour.assignment
                place = meeting(self.scope, a, month)
                if not partners[place, month] - {a.offer.nation}:
                    yield f"{tour.label} is in {self.scope} {place} alone in month {month}"

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        for i, name in enumerate(self.with_):
            yield ("with", i), "nation", name

    def rule(self, case: Case) -> str:
        partners = listed(map(case.nation_name, self.with_), "or")
        return f"may be in place only with a unit of {partners} in the same {self.scope}"
