"""What changed between two plans, as text and as values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from model.case import Case
from model.explain import Gap
from reports import console, words
from reports.compare import Comparison, GapShift, Moved
from reports.rows import periods
from reports.shape import Outcome, TierProof, ToldGap, number

WIDTH = 5


class Changed:
    """Two outcomes with their gaps, told as differences only."""

    def __init__(
        self,
        before: Outcome,
        after: Outcome,
        gaps: tuple[Sequence[Gap | ToldGap], Sequence[Gap | ToldGap]],
    ) -> None:
        self.before, self.after = before, after
        self.found = Comparison(before.plan, after.plan, *gaps)

    @property
    def case(self) -> Case:
        """The changed case, which names what either has."""
        return self.after.plan.case

    # Values

    def values(self) -> dict[str, Any]:
        """Return the differences as plain values."""
        columns = periods(self.case)
        return {
            "base": _side(self.before),
            "changed": _side(self.after),
            "coverage": [
                {
                    "role": each.role,
                    "before": _share(each.before),
                    "after": _share(each.after),
                    "by_period": [
                        {
                            "from": period.first,
                            "until": period.last,
                            "before": _share(one),
                            "after": _share(two),
                        }
                        for period, (one, two) in zip(columns, each.by_period, strict=True)
                    ],
                }
                for each in self.found.shifts
            ],
            "gaps": [
                {
                    "line": each.line.line,
                    "from": each.first,
                    "until": each.last,
                    "before": number(each.before),
                    "after": number(each.after),
                    "what": each.what,
                }
                for each in self.found.gaps
            ],
            "assignments": [
                {
                    "offer": each.offer,
                    "line": each.line,
                    "area": each.area,
                    "from": each.start,
                    "units": each.units,
                }
                for each in self.found.moved
            ],
            "caveats": {
                "now_binding": self.found.now_binding,
                "no_longer_binding": self.found.no_longer_binding,
            },
        }

    # Text

    def show(
        self,
        to: Console,
        said: str,
        first: RenderableType | None = None,
        *,
        moves: bool = True,
    ) -> None:
        """Print the differences under a heading; what they rest on comes last.

        Args:
            to: where to.
            said: the heading; each of its lines is printed as one.
            first: what else is to be shown, before all others.
            moves: whether to list the assignments that differ.
        """
        to.print(Text("\n".join(map(words.plain, said.splitlines())), style="bold"))
        to.print()
        if first is not None:
            to.print(first)
            to.print()
        to.print(self._tiers())
        found = self.found
        if found.shifts:
            to.print()
            to.print(self._coverage())
        if found.gaps:
            to.print()
            to.print(self._gaps())
        if found.moved and moves:
            to.print()
            to.print(self._assignments())
        to.print()
        to.print(Text(self._binding()))
        to.print(Text(self._proof()))

    def _tiers(self) -> Table:
        table = console.ruled("Tiers")
        table.add_column("Tier", no_wrap=True)
        table.add_column("Counts", no_wrap=True, ratio=1)
        for heading in ("Before", "After", "Change"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        before, after = ({t.name: t for t in each.tiers} for each in (self.before, self.after))
        for name in dict.fromkeys((*before, *after)):
            table.add_row(name, words.TIERS[name], *_moved(before.get(name), after.get(name)))
        return table

    def _coverage(self) -> Table:
        table = console.ruled("Coverage by role, in percent, and its change in points")
        table.add_column("Role", ratio=1, no_wrap=True, overflow="ellipsis")
        for heading in ("Before", "After"):
            table.add_column(heading, justify="right", no_wrap=True)
        for period in periods(self.case):
            table.add_column(period.label, justify="right", no_wrap=True, min_width=WIDTH)
        for each in self.found.shifts:
            ends = (
                "" if end is None else words.percentage(end) for end in (each.before, each.after)
            )
            table.add_row(each.role, *ends, *(_points(*pair) for pair in each.by_period))
        return table

    def _gaps(self) -> Table:
        table = console.ruled("Gaps: missing units, before > after, by months")
        table.add_column("Line", no_wrap=True)
        table.add_column("What", ratio=2, overflow="fold")
        table.add_column("Opened or wider", ratio=3, overflow="fold")
        table.add_column("Closed or narrower", ratio=3, overflow="fold")
        table.padding = (0, 1, 0, 0)
        lines: defaultdict[str, list[GapShift]] = defaultdict(list)
        for each in self.found.gaps:
            lines[each.line.line].append(each)
        for several in lines.values():
            line = several[0].line
            title = line.title or self.case.capability_title(line.capability)
            worse = [each for each in several if each.after > each.before]
            better = [each for each in several if each.after < each.before]
            cells = ("; ".join(map(_gap, some)) for some in (worse, better))
            table.add_row(Text(words.plain(line.line)), Text(words.plain(title)), *cells)
        return table

    def _assignments(self) -> Table:
        table = console.ruled("Assignments: units and line, by the month in which they begin")
        table.add_column("Offer", no_wrap=True)
        table.add_column("No longer", ratio=1, overflow="fold")
        table.add_column("Now", ratio=1, overflow="fold")
        table.padding = (0, 1, 0, 0)
        offers: defaultdict[str, list[Moved]] = defaultdict(list)
        for each in self.found.moved:
            offers[each.offer].append(each)
        for offer, several in offers.items():
            gone = [self._begins(each) for each in several if each.units < 0]
            new = [self._begins(each) for each in several if each.units > 0]
            cells = (Text(words.plain("; ".join(some))) for some in (gone, new))
            table.add_row(Text(words.plain(offer)), *cells)
        return table

    def _begins(self, moved: Moved) -> str:
        line = self.found.before.case.line_by_id.get(moved.line)
        line = self.case.line_by_id.get(moved.line, line)
        there = f" in {moved.area}" if line and moved.area != line.area else ""
        return f"{abs(moved.units)} on {moved.line}{there} from {moved.start}"

    def _binding(self) -> str:
        found = self.found
        told = []
        if found.now_binding:
            told.append(f"Now named as a reason of some gap: {', '.join(found.now_binding)}.")
        if found.no_longer_binding:
            told.append(f"No longer named: {', '.join(found.no_longer_binding)}.")
        return words.plain(" ".join(told) or "The same caveats are named as reasons of gaps.")

    def _proof(self) -> str:
        same = "" if self.found.shifts or self.found.moved else "Nothing changes in the plan. "
        before, after = words.STATUS[self.before.status], words.STATUS[self.after.status]
        proof = (
            f"of both plans, {before}" if before == after else f"before, {before}; after, {after}"
        )
        return (
            f"{same}Proof: {proof}. Tier values are the same for all best plans; "
            "where several plans are best, assignments and coverage are those of the two found."
        )


def _moved(one: TierProof | None, two: TierProof | None) -> tuple[str, ...]:
    """Return value before and after, the change, and the proof; a case may not have the tier."""
    proofs = {words.proof(t.value, t.bound, t.proven) for t in (one, two) if t}
    proof = " / ".join(sorted(proofs))
    if one is None or two is None:
        return *("" if t is None else words.tier_value(t.value) for t in (one, two)), "", proof
    moved = two.value - one.value
    same = abs(moved) <= 2e-6 * max(1.0, abs(one.value))
    change = "" if same else f"{'+' if moved > 0 else '-'}{words.tier_value(abs(moved))}"
    return words.tier_value(one.value), words.tier_value(two.value), change, proof


def _side(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status,
        "tiers": [
            {"name": tier.name, "value": number(tier.value), "bound": number(float(tier.bound))}
            for tier in outcome.tiers
        ],
        "coverage": number(outcome.plan.coverage_index),
    }


def _share(value: Fraction | None) -> int | float | None:
    return None if value is None else number(value)


def _points(before: Fraction | None, after: Fraction | None) -> str:
    points = 100 * float((after or 0) - (before or 0))
    return f"{points:+.1f}" if points else ""


def _gap(shift: GapShift) -> str:
    months = str(shift.first) if shift.first == shift.last else f"{shift.first}-{shift.last}"
    return f"{months}: {words.amount(shift.before)} > {words.amount(shift.after)}"
