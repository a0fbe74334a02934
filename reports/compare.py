"""Two plans side by side, differences only: whatever the two cases have in common, and what not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from model.domain import Line
from model.explain import Gap
from model.plan import Plan, Start
from reports.rows import Period, periods
from reports.shape import ToldGap


@dataclass(frozen=True)
class Shift:
    """Coverage of a role, or of ``all``, before and after; None where nothing is demanded."""

    role: str
    before: Fraction | None
    after: Fraction | None
    by_period: tuple[tuple[Fraction | None, Fraction | None], ...]

    @property
    def moved(self) -> bool:
        """Whether anything about it is different."""
        return any(one != two for one, two in ((self.before, self.after), *self.by_period))


@dataclass(frozen=True)
class GapShift:
    """Consecutive months of a line that miss more, or less, than before.

    Attributes:
        before, after: units missing to the target, per month; 0 where nothing is demanded.
    """

    line: Line
    first: int
    last: int
    before: Fraction
    after: Fraction

    @property
    def what(self) -> str:
        """``opened``, ``closed``, ``wider`` or ``narrower``."""
        if not self.before:
            return "opened"
        if not self.after:
            return "closed"
        return "wider" if self.after > self.before else "narrower"


@dataclass(frozen=True)
class Moved:
    """Units of an offer that begin fewer or more tours of one sort: ``units`` is the difference."""

    offer: str
    line: str
    area: str
    start: int
    units: int


def coverage(before: Plan, after: Plan) -> list[Shift]:
    """Return the coverage of each role, and of all, in both plans, by period of the later one."""
    columns = periods(after.case)
    roles = dict.fromkeys((*before.coverage_by_role, *after.coverage_by_role))
    return [_shift(before, after, role, columns) for role in (*roles, "all")]


def _shift(before: Plan, after: Plan, role: str, columns: Sequence[Period]) -> Shift:
    whole = range(1, max(before.case.calendar.months, after.case.calendar.months) + 1)
    spans = (whole, *(each.months for each in columns))
    ends = tuple((before.role_index(role, span), after.role_index(role, span)) for span in spans)
    return Shift(role, *ends[0], ends[1:])


class Comparison:
    """What is different in a plan and its gaps from another plan and its gaps."""

    def __init__(
        self,
        before: Plan,
        after: Plan,
        gaps_before: Iterable[Gap | ToldGap],
        gaps_after: Iterable[Gap | ToldGap],
    ) -> None:
        self.before, self.after = before, after
        self._named = _named(gaps_before), _named(gaps_after)

    @cached_property
    def shifts(self) -> list[Shift]:
        """The roles whose coverage moved, and all."""
        return [each for each in coverage(self.before, self.after) if each.moved]

    @cached_property
    def gaps(self) -> list[GapShift]:
        """Where more or less is missing, in the order of the lines and months."""
        found: list[GapShift] = []
        lines = self.before.case.line_by_id | self.after.case.line_by_id
        for name, line in lines.items():
            one, two = _missing(self.before, name), _missing(self.after, name)
            run: GapShift | None = None
            for month in sorted(one.keys() | two.keys()):
                missing = one.get(month, Fraction(0)), two.get(month, Fraction(0))
                if run and run.last + 1 == month and (run.before, run.after) == missing:
                    run = GapShift(line, run.first, month, *missing)
                    found[-1] = run
                elif missing[0] != missing[1]:
                    run = GapShift(line, month, month, *missing)
                    found.append(run)
                else:
                    run = None
        return found

    @cached_property
    def moved(self) -> list[Moved]:
        """What begins no longer, or newly, by offer."""
        units: Counter[tuple[str, str, str, int]] = Counter()
        for plan, sign in ((self.before, -1), (self.after, 1)):
            for start in plan.starts:
                units[_tour(start)] += sign * start.units
        return [Moved(*key, count) for key, count in sorted(units.items()) if count]

    @property
    def now_binding(self) -> list[str]:
        """The caveats that hold some gap open now, and none before."""
        return sorted(self._named[1] - self._named[0])

    @property
    def no_longer_binding(self) -> list[str]:
        """The caveats that held some gap open before, and none now."""
        return sorted(self._named[0] - self._named[1])


def _named(gaps: Iterable[Gap | ToldGap]) -> set[str]:
    return {name for gap in gaps for reason in gap.reasons for name in reason.caveats}


def _missing(plan: Plan, name: str) -> dict[int, Fraction]:
    line = plan.case.line_by_id.get(name)
    if line is None:
        return {}
    return {month: plan.shortfall(line, month) for month in plan.case.demanded(line)}


def _tour(start: Start) -> tuple[str, str, str, int]:
    return start.offer, start.line, start.area, start.start
