"""``lead_nation``: one nation leads a role in each term."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from model.caveats.base import listed
from model.domain import Assignment, Line, Offer, Tier
from model.fields import Name, Names, Positive, Priority
from model.rows import Row
from model.rules.base import Lead, Rule

if TYPE_CHECKING:
    from model.case import Case
    from model.formulation import Formulation
    from model.plan import Plan


class LeadNation(Rule):
    """In each term one candidate leads, with units in place in every demanded month of the role.

    A term that nobody leads is a vacancy: weight x its months in tier ``critical``. A term in which
    the role is not demanded is none.
    """

    kind: Literal["lead_nation"]
    role: Name
    candidates: Names
    term: Positive | None = None
    priority: Priority = 2

    counts: ClassVar[bool] = True

    def terms(self, case: Case) -> Iterator[tuple[range, tuple[int, ...]]]:
        """Yield the months of each term and those of them in which the role is demanded."""
        length = self.term or case.calendar.months
        demanded = set(case.role_months(self.role))
        for first in range(1, case.calendar.months + 1, length):
            months = case.clipped(first, first + length - 1)
            wanted = tuple(month for month in months if month in demanded)
            if wanted:
                yield months, wanted

    def may_lean_on(self, offer: Offer, line: Line) -> bool:
        return line.role == self.role and offer.nation in self.candidates

    def leans_on(self, case: Case, assignment: Assignment) -> Iterable[Hashable]:
        return assignment.months if self.may_lean_on(assignment.offer, assignment.line) else ()

    def constrain(self, block: Any, f: Formulation) -> None:
        in_place = f.tally(lambda a: a.months if a.line.role == self.role else ())
        terms = list(self.terms(f.case))
        keys = [(i, nation) for i in range(len(terms)) for nation in self.candidates]
        # Never above what is in place, so whole wherever units are.
        leads = f.amounts(block, "leads", keys, most=1)
        vacancy = f.amounts(block, "vacancy", range(len(terms)), most=1, nothing=1)
        rows = []
        for i, (months, wanted) in enumerate(terms):
            for nation in self.candidates:
                tours = {
                    frozenset(
                        c
                        for c in in_place.get(month, {})
                        if f.assignments[c].offer.nation == nation
                    )
                    for month in wanted
                }
                rows += [
                    Row(dict.fromkeys(each, -1), 0, ((1, leads[i, nation]),)) for each in tours
                ]
            leaders = tuple((-1, leads[i, nation]) for nation in self.candidates)
            rows.append(Row({}, -1, (*leaders, (-1, vacancy[i]))))
            worth = f.case.priority_weights[self.priority] * len(months)
            f.price("critical", vacancy[i], worth, 1)
        f.write(block, "be_led", rows)

    def leaders(self, plan: Plan) -> Iterator[tuple[range, str | None]]:
        """Yield each term with the first candidate that can lead it, or None."""
        for months, wanted in self.terms(plan.case):
            able = (
                nation
                for nation in self.candidates
                if all(nation in plan.nations_in(self.role, month) for month in wanted)
            )
            yield months, next(able, None)

    def leads(self, plan: Plan) -> Iterator[Lead]:
        last: Lead | None = None
        for months, nation in self.leaders(plan):
            if nation is None:
                continue
            if last and last.nation == nation and last.last + 1 == months[0]:
                last = last._replace(last=months[-1])
                continue
            if last:
                yield last
            last = Lead(self.role, nation, months[0], months[-1])
        if last:
            yield last

    def costs(self, plan: Plan) -> dict[Tier, Fraction]:
        weight = plan.case.priority_weights[self.priority]
        vacant = sum(len(months) for months, leader in self.leaders(plan) if leader is None)
        return {"critical": weight * vacant}

    def names(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        yield ("role",), "role", self.role
        for i, name in enumerate(self.candidates):
            yield ("candidates", i), "nation", name

    def rule(self, case: Case) -> str:
        term = f"in each term of {self.term} months" if self.term else "throughout"
        return f"{listed(map(case.nation_name, self.candidates), 'or')} leads {self.role} {term}"
