"""What it costs to keep to the plan of an earlier run: as text and as values."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from model.domain import Tier
from model.moves import shifts, spots, stays
from model.pareto import Measure
from model.whatif import Side, Stability
from reports import console, frontiers, words
from reports.compared import Changed
from reports.kept import Kept


class Steadied:
    """A free plan, a plan that keeps to an earlier one, and what the one costs against the other.

    Args:
        found: what was solved.
        kept: the plan to keep.
        most: how many unit-months may move.
    """

    def __init__(self, found: Stability, kept: Kept, most: int | None) -> None:
        self.found, self.kept, self.most = found, kept, most
        self.plan = (found.held or found.free).outcome.plan
        months = self.plan.case.calendar.months
        self.before = spots(kept.stays, months)
        self.now = spots(stays(self.plan), months)

    @property
    def proven(self) -> bool:
        """Whether everything that is told is proven."""
        sides = [self.found.free, *([self.found.held] if self.found.held else [])]
        curve = self.found.curve
        return all(each.outcome.status == "optimal" for each in sides) and (
            curve is None or (curve.in_time and all(each.proven for each in curve.points))
        )

    @property
    def _firsts(self) -> tuple[Measure, ...]:
        tiers: list[Tier] = [tier.name for tier in self.found.free.outcome.tiers]
        return tuple(each for each in tiers if each in ("critical", "shortfall")) or (tiers[0],)

    def _changed(self, held: Side) -> Changed:
        free = self.found.free
        return Changed(free.outcome, held.outcome, (free.gaps, held.gaps))

    # Values

    def values(self) -> dict[str, Any]:
        """Return all of it as plain values; ``base`` is the free plan, ``changed`` the other."""
        found = self.found
        told: dict[str, Any] = {
            "keep": self.kept.label,
            "max_change": self.most,
            "moves": {
                "free": _moves(found.free),
                "held": _moves(found.held) if found.held else None,
                "least": {"value": found.least[0], "bound": found.least[1]},
            },
            "moved": [
                {"offer": offer, "line": line, "from": first, "until": last, "units": units}
                for offer, line, first, last, units in self._shifts()
            ],
        }
        side = self._changed(found.held or found.free).values()
        told |= {name: side[name] for name in ("base", "changed", "coverage", "gaps")}
        if found.curve is not None:
            told["curve"] = frontiers.values(found.curve, self._firsts, "change")
        return told

    # Text

    def show(self, to: Console, said: str) -> None:
        """Print what stability costs, what moves, and the curve."""
        found = self.found
        head = f"What if: {said}, " if said else ""
        bound = "" if self.most is None else f", with at most {self.most} unit-months moved"
        to.print(Text(words.plain(f"{head}kept to {self.kept.label}{bound}"), style="bold"))
        if found.held is not None:
            to.print()
            self._changed(found.held).show(
                to, "What that costs: before is the free plan, after the one that keeps",
                moves=False,
            )  # fmt: skip
        to.print()
        to.print(self._moved())
        to.print()
        to.print(Text(self._sums()))
        if found.curve is not None:
            to.print()
            title = "What each step of change buys (unit-months; the tiers in their order)"
            frontiers.show(found.curve, self._firsts, "change", title, to)

    def _sums(self) -> str:
        found = self.found
        value, bound = found.least
        told = [f"The free plan moves {_moves(found.free):,} unit-months from {self.kept.label}"]
        if found.held:
            told.append(f"the plan shown {_moves(found.held):,}")
        least = "proven" if bound > value - 0.5 else "not proven"
        told.append(f"no plan moves fewer than {value:,} ({least})")
        kept = self.before.total()
        return words.plain(f"{', '.join(told)}. {self.kept.label} has {kept:,} in this horizon.")

    def _shifts(self) -> list[tuple[str, str, int, int, int]]:
        return shifts(self.before, self.now)

    def _moved(self) -> Table:
        shown = "the plan shown" if self.found.held else "the free plan"
        table = console.ruled(f"What moves from {self.kept.label} to {shown}: units, line, months")
        table.add_column("Offer", no_wrap=True)
        table.add_column("No longer", ratio=1, overflow="fold")
        table.add_column("Now", ratio=1, overflow="fold")
        table.padding = (0, 1, 0, 0)
        offers: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for offer, line, first, last, units in self._shifts():
            text = f"{abs(units)} on {line}, {words.months(first, last)}"
            offers[offer][units > 0].append(text)
        for offer, sides in offers.items():
            cells = (Text(words.plain("; ".join(some))) for some in sides)
            table.add_row(Text(words.plain(offer)), *cells)
        return table


def _moves(side: Side) -> int:
    return int(side.outcome.plan.tier_values["change"])
