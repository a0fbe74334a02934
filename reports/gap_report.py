"""What a report says: rows, sentences, totals. How it looks is the business of each format."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from model import explain
from model.case import Case
from model.caveats.base import listed
from model.domain import Basis, Line
from model.eligibility import Candidate
from model.explain import Gap, Reason
from model.plan import Plan
from reports import words
from reports.cells import Cells
from reports.rows import (
    WORST,
    BlockingCaveat,
    LineRow,
    Mark,
    Origin,
    Period,
    RoleRow,
    Shares,
    periods,
)
from reports.shape import Outcome

BASES: tuple[Basis, ...] = ("reported", "inferred", "assumed")


class GapReport:
    """A plan with its gaps, as it is told in every format."""

    def __init__(
        self,
        outcome: Outcome,
        gaps: Sequence[Gap],
        candidates: Sequence[Candidate],
        warnings: Sequence[str],
        origin: Origin,
        cells: Cells,
    ) -> None:
        self.outcome, self.gaps, self.warnings, self.origin = outcome, gaps, warnings, origin
        self.candidates, self.cells = candidates, cells
        self.plan: Plan = outcome.plan
        self.case: Case = outcome.plan.case

    # The headline

    @property
    def title(self) -> str:
        """The name of the force."""
        return words.plain(self.case.force) or "Multinational force"

    @property
    def classification(self) -> str:
        """The marking that stands on top and at the bottom; empty where the case gives none."""
        return words.plain(self.case.classification)

    @property
    def scenario(self) -> str:
        """Say which what-ifs the plan is of, in the order in which they are stacked."""
        told = [
            words.plain(f"{each.title} ({each.name})" if each.title else each.name)
            for each in self.case.scenarios
        ]
        what = f"Scenario{'s' if len(told) > 1 else ''}"
        return f"{what}: {'; and on top: '.join(told)}" if told else ""

    @cached_property
    def lines_with_gap(self) -> tuple[Line, ...]:
        """The lines that miss their target in some month."""
        return tuple(row.line for row in self.line_rows if row.gap)

    @property
    def demanded_lines(self) -> int:
        """How many lines are demanded in some month."""
        return sum(bool(self.case.demanded(line)) for line in self.case.lines)

    @property
    def gap_count(self) -> str:
        """Say how many lines have a gap, and how many of them matter most."""
        first = sum(line.priority == 1 for line in self.lines_with_gap)
        lines = words.count(self.demanded_lines, "line")
        return f"{len(self.lines_with_gap)} of {lines} with a gap, {first} of them priority 1"

    @property
    def status(self) -> str:
        """In words, what is proven."""
        return words.STATUS[self.outcome.status]

    def rests_on(self) -> list[str]:
        """Say on what figures and on which open questions the coverage rests."""
        shares, lines = self.shares, self.demand_by_role["all"]["assumed"]
        inferred = shares.by_basis["inferred"]
        also = f", {words.percent(inferred)} on offers inferred from reports" if inferred else ""
        sentences = [
            f"{words.percent(shares.by_basis['assumed'])} of what is covered rests on offers "
            f"whose number of units is assumed{also}.",
            f"{words.percent(lines)} of the weighted demand comes from requirement lines whose "
            "figures are assumed.",
        ]
        if self.plan.settings.pending == "refused":
            sentences.append("Pending votes count as refused.")
        else:
            sentences.append("Pending votes count as granted.")
        if shares.conditional:
            sentences.append(
                f"{words.percent(shares.conditional)} of what is covered rests on pending votes "
                "or uncertain conditions."
            )
        return sentences

    @property
    def shares(self) -> Shares:
        """On what the coverage rests: each cell's worth is shared out by what is in place."""
        return self.shares_by_role["all"]

    @cached_property
    def shares_by_role(self) -> dict[str, Shares]:
        """On what the coverage of each role with demand rests, and that of ``all`` last."""
        roles = (*self.plan.coverage_by_role, "all")
        bases: dict[str, defaultdict[str, float]] = {role: defaultdict(float) for role in roles}
        rests: dict[str, defaultdict[str, float]] = {role: defaultdict(float) for role in roles}
        conditional: defaultdict[str, float] = defaultdict(float)
        whole: defaultdict[str, float] = defaultdict(float)
        for line, stretches in self.plan.stretches:
            target, weight = float(line.target), float(self.case.weight(line))
            for months, tours, counted, _ in stretches:
                covered = float(counted)
                if not covered:
                    continue
                worth = len(months) * weight * min(covered, target) / target
                for role in (line.role, "all"):
                    whole[role] += worth
                    for tour in tours:
                        part = worth * float(tour.covers) / covered
                        bases[role][tour.assignment.offer.basis] += part
                        if tour.rests:
                            conditional[role] += part
                        for rest in tour.rests:
                            rests[role][rest.name] += part
        return {
            role: Shares(
                {basis: bases[role][basis] / (whole[role] or 1.0) for basis in BASES},
                conditional[role] / (whole[role] or 1.0),
                {
                    name: share / (whole[role] or 1.0)
                    for name, share in sorted(rests[role].items(), key=lambda e: (-e[1], e[0]))
                },
            )
            for role in roles
        }

    @cached_property
    def demand_by_role(self) -> dict[str, dict[Basis, Fraction]]:
        """Shares of the weighted demand by the lines' basis, of each role and of ``all`` last."""
        found: dict[str, dict[Basis, Fraction]] = {}
        for role in (*self.plan.coverage_by_role, "all"):
            weights: dict[Basis, Fraction] = dict.fromkeys(BASES, Fraction(0))
            for line in self.case.lines:
                if role in (line.role, "all"):
                    weights[line.basis] += self.case.weight(line) * len(self.case.demanded(line))
            whole = sum(weights.values()) or Fraction(1)
            found[role] = {basis: weight / whole for basis, weight in weights.items()}
        return found

    # Coverage over time

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The columns of a picture."""
        return periods(self.case)

    @property
    def span(self) -> str:
        """What a column of a picture is."""
        months = self.periods[0].last - self.periods[0].first + 1
        return {3: "quarter", 6: "half-year", 12: "year"}.get(months, "period")

    @cached_property
    def line_rows(self) -> list[LineRow]:
        """Every line with its marks, roles together, in the order of the case."""
        order = {role: rank for rank, role in enumerate(self.case.roles)}
        rows = []
        for line in sorted(self.case.lines, key=lambda each: order[each.role]):
            marks = tuple(self._mark(line, period) for period in self.periods)
            gap = any(mark is not None and mark.missing for mark in marks)
            rows.append(LineRow(line, words.plain(self.case.line_title(line)), marks, gap))
        return rows

    def _mark(self, line: Line, period: Period) -> Mark | None:
        cells = self.cells[line.line]
        found = [cells[month] for month in period.months if month in cells]
        if not found:
            return None
        state = max((each.state for each in found), key=words.SEVERITY.__getitem__)
        return Mark(state, max(each.shortfall for each in found), line.target)

    @cached_property
    def role_rows(self) -> list[RoleRow]:
        """The coverage of each role that has demand, and of the whole force last."""
        rows = [
            self._role_row(role, [each for each in self.case.lines if each.role == role])
            for role in self.plan.coverage_by_role
        ]
        return [*rows, self._role_row("all", self.case.lines)]

    def _role_row(self, name: str, lines: Sequence[Line]) -> RoleRow:
        demanded = [line for line in lines if self.cells[line.line]]
        index = self.index_of(name, Period(1, self.case.calendar.months))
        gaps = len({line.line for line in self.lines_with_gap} & {line.line for line in demanded})
        by_period = tuple(self.index_of(name, period) for period in self.periods)
        return RoleRow(name, len(demanded), gaps, 1.0 if index is None else index, by_period)

    def index_of(self, role: str, period: Period) -> float | None:
        """Return the coverage index of a role, or of ``all``, in a period; None without demand."""
        index = self.plan.role_index(role, period.months)
        return None if index is None else float(index)

    # Gaps, headquarters, caveats

    @cached_property
    def worst(self) -> list[Gap]:
        """The worst gaps, worst first."""
        return explain.worst(list(self.gaps), WORST)

    def gap_facts(self, gap: Gap) -> str:
        """Say what is missing, without the reasons."""
        line, facts = gap.line, [gap.line.role, f"priority {gap.line.priority}"]
        facts.append(
            f"{words.amount(gap.covered)} of {words.amount(line.target)} covered, "
            f"{words.amount(gap.shortfall)} missing"
        )
        if line.minimum:
            facts.append(f"minimum {words.amount(line.minimum)}")
        facts.append(words.STATES[gap.state])
        return ", ".join(facts)

    def reason(self, reason: Reason) -> str:
        """Say what holds a gap open, with the caveats by id."""
        return f"{reason.text} ({', '.join(reason.caveats)})" if reason.caveats else reason.text

    @cached_property
    def seats(self) -> list[tuple[int, int, str]]:
        """First and last month of each stay of the headquarters, and where."""
        if self.case.headquarters is None:
            return []
        stays = []
        for area, months in groupby(self.case.months, key=self.case.seat):
            held = list(months)
            stays.append((held[0], held[-1], words.plain(self.case.area_title(area))))
        return stays

    @cached_property
    def blocking(self) -> list[BlockingCaveat]:
        """The caveats that cost something, those named by most gaps first."""
        lines: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for candidate in self.candidates:
            for gate in candidate.gates:
                lines[gate][candidate.assignment.line.line] = None
        gaps: Counter[str] = Counter()
        for gap in self.gaps:
            gaps.update({name for reason in gap.reasons for name in reason.caveats})
        found = [
            BlockingCaveat(
                caveat,
                words.plain(caveat.in_words(self.case)),
                tuple(lines[caveat.id]),
                gaps[caveat.id],
            )
            for caveat in self.case.active_caveats
            if caveat.id in lines or caveat.id in gaps
        ]
        return sorted(found, key=lambda each: -each.gaps)

    def rest_words(self, name: str) -> str:
        """Say what vote or condition the name is, and how likely it is taken to be."""
        caveat = self.case.caveat_by_id.get(name)
        if caveat is not None:
            nations = listed(self.case.nation_name(code) for code in caveat.bound)
            body = getattr(caveat, "body", "") or "vote"
            what, probability = f"{nations}: {body}", getattr(caveat, "probability", None)
        else:
            condition = self.case.conditions[name]
            what, probability = condition.title or name, condition.probability
        said = "" if probability is None else f", probability {100 * float(probability):g}%"
        return words.plain(f"{what}{said}")
