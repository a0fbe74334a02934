"""The formulation and the search with one tightening switched off, each still exact.

Nothing in ``model/`` knows of this: a variant overrides a method of ``Formulation``, or puts
something else in the place of a name for as long as it is at work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from typing import Any
from unittest.mock import patch

import highspy
from pyomo.core import Constraint, Var

import model.dominance
import model.formulation
import model.part
import model.program
import model.search
import model.terms
from model.domain import Assignment, Tier
from model.formulation import Cell, Formulation, Months
from model.highs import minimise
from model.rows import Number, Row, Terms, common_divisor, undominated

NAIVE = 10_000


@dataclass(frozen=True)
class Variant:
    """One tightening less.

    Attributes:
        name: what is switched off.
        instead: what stands in its place.
        formulation: a class with a method overridden.
        others: (owner, name, what to put there).
        apart: see ``Options.apart``.
    """

    name: str
    instead: str
    formulation: type[Formulation] = Formulation
    others: tuple[tuple[Any, str, Any], ...] = ()
    apart: bool = True

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Put the other things in place, and back again."""
        if not self.others:
            yield
            return
        (owner, name, other), *rest = self.others
        with patch.object(owner, name, other), replace(self, others=tuple(rest)).at_work():
            yield


# The program


class MonthsApart(Formulation):
    """A cell is one month."""

    def _group(self) -> list[Cell]:
        merged = super()._group()
        return [Cell(cell.line, (month,), cell.terms) for cell in merged for month in cell.months]


class RowsThatCannotBind(Formulation):
    """Rows over units are written whether or not they can bind."""

    def binding_rows(self, months: Months, bound: Number) -> list[Row]:
        return [Row(terms, bound) for terms in undominated(months.values())]


class LimitsEverywhere(Formulation):
    """Nations are counted in every cell of a limited line."""

    def _limited_cells(self) -> dict[int, dict[str, dict[str, Terms]]]:
        limited: dict[int, dict[str, dict[str, Terms]]] = {}
        for k, cell in enumerate(self._cells):
            if cell.line.max_nations is not None and cell.terms:
                nations: dict[str, dict[str, Terms]] = {}
                for c in cell.terms:
                    offer = self.assignments[c].offer
                    nations.setdefault(offer.nation, {}).setdefault(offer.offer, {})[c] = 1
                limited[k] = nations
        return limited


class OneRowPerNation(Formulation):
    """One row for a nation in a cell, with what all its offers can have in place."""

    def _limit_nations(self) -> None:
        super()._limit_nations()
        rows: dict[tuple[str, int], tuple[Terms, int]] = {}
        for k, nations in self._limited_cells().items():
            for nation, offers in nations.items():
                terms: Terms = {c: 1 for own in offers.values() for c in own}
                units = sum(self.case.offer_by_id[offer].units for offer in offers)
                rows[nation, k] = (terms, self._number(units))
        self._replace_rows(rows)

    def _number(self, units: int) -> int:
        return units

    def _replace_rows(self, rows: dict[Any, tuple[Terms, int]]) -> None:
        """Put other rows, keyed by (nation, cell, ...), in the place of the tight ones."""
        self.model.del_component("present_if_deployed")
        self.model.present_if_deployed = Constraint(
            list(rows),
            rule=lambda model, *key: (
                None,
                self.sum_of(rows[key][0], (-rows[key][1], model.present[key[:2]])),
                0,
            ),
        )


class NaiveNumber(OneRowPerNation):
    """One row for a nation in a cell, with a number that is surely large enough."""

    def _number(self, units: int) -> int:  # noqa: ARG002 - the others ask for it
        return NAIVE


class OneRowPerTour(OneRowPerNation):
    """One row for a tour in a cell, with the most that can begin it."""

    def _limit_nations(self) -> None:
        Formulation._limit_nations(self)
        self._replace_rows(
            {
                (nation, k, c): ({c: 1}, self.begin[c].ub)
                for k, nations in self._limited_cells().items()
                for nation, offers in nations.items()
                for own in offers.values()
                for c in own
            }
        )


class NoCap(Formulation):
    """Nothing but the offer bounds what begins."""

    def _most(self, assignment: Assignment) -> int:
        return assignment.offer.units


class OnePiece(Formulation):
    """What is missing to the minimum and to the target: two numbers of two rows."""

    def _meet_requirement(self) -> list[Cell]:
        cells = self._group()
        critical = self._meet("critical", cells, [cell.line.minimum for cell in cells])
        shortfall = self._meet("shortfall", cells, [cell.line.target for cell in cells])
        self.missing = {k: (cells[k].line.line, (critical[k], shortfall[k])) for k in critical}
        return cells

    def _meet(self, tier: Tier, cells: list[Cell], asked: list[Fraction]) -> Any:
        """Ask for so much coverage of each cell, and let a tier price what is missing."""
        reachable = [k for k, cell in enumerate(cells) if cell.terms]
        missing = Var(reachable, bounds=(0, None), initialize=lambda _, k: float(asked[k]))
        self.model.add_component(f"missing_{tier}", missing)
        rows = Constraint(
            reachable,
            rule=lambda _, k: (
                float(asked[k]),
                self.sum_of(cells[k].terms, (1, missing[k])),
                None,
            ),
        )
        self.model.add_component(f"meet_{tier}", rows)
        for k, cell in enumerate(cells):
            worth = self.case.weight(cell.line) * len(cell.months) / cell.line.target
            if cell.terms:
                counted = map(Fraction, {asked[k], *cell.terms.values()})
                self.price(tier, missing[k], worth, reduce(common_divisor, counted))
            elif tier in self.tiers:
                self.tiers[tier].constant += worth * asked[k]
        return missing


def _every_row(rows: Iterable[Terms]) -> list[Terms]:
    return [terms for terms in rows if terms]


def _none_dominated(*_: Any) -> dict[Any, Any]:
    return {}


# The search


class Jumping(highspy.Highs):
    """HiGHS with its search for a first plan left on."""

    def setOptionValue(self, option: str, value: Any) -> Any:  # noqa: N802 - HiGHS's own name
        jump = option == "mip_heuristic_run_feasibility_jump"
        return super().setOptionValue(option, True if jump else value)


def _cold(minimise: Callable[..., Any]) -> Callable[..., Any]:
    def cold(*given: Any, start: Any = None, **more: Any) -> Any:
        return minimise(*given, start=None if start is not None else start, **more)

    return cold


FULL = Variant("nothing", "the formulation as it is")

_SINGLE = (
    Variant("merged months", "a row and a shortfall for each month of a line", MonthsApart),
    Variant(
        "undominated rows",
        "a row for every month, implied by another or not",
        others=((model.formulation, "undominated", _every_row),),
    ),
    Variant("binding rows only", "rows that can never bind too", RowsThatCannotBind),
    Variant("nation limits only where they bind", "in every cell of the line", LimitsEverywhere),
    Variant("big number per offer", "per nation, the sum of its offers", OneRowPerNation),
    Variant("tight big number", f"per nation, {NAIVE:,}", NaiveNumber),
    Variant("big number over tours", "one row per tour, with its own bound", OneRowPerTour),
    Variant(
        "dominated areas left out",
        "every area a line can be served from",
        others=((model.dominance, "dominated", _none_dominated),),
    ),
    Variant("begin capped at the target", "capped at the offer's units", NoCap),
    Variant("shortfall in two pieces", "two rows, each with a shortfall of its own", OnePiece),
    Variant(
        "steps",
        "gaps closed by branching",
        others=((model.program.Goal, "step", property(lambda goal: 0.0)),),
    ),
    Variant(
        "two tiers in one search",
        "one tier after the other",
        others=((model.part.Part, "_two_in_one", lambda part, i: None),),
    ),
    Variant("parts solved apart", "the program solved as one", apart=False),
    Variant(
        "parts choose anew",
        "parts that break a ceiling joined at once",
        others=((model.search, "settle", lambda *given: None),),
    ),
    Variant(
        "feasibility jump off",
        "HiGHS looks for a first plan",
        others=((highspy, "Highs", Jumping),),
    ),
    Variant(
        "each search started",
        "no plan handed to HiGHS",
        others=((model.terms, "minimise", _cold(minimise)),),
    ),
)


class Naive(MonthsApart, RowsThatCannotBind, LimitsEverywhere, NaiveNumber, NoCap, OnePiece):
    """All rows and numbers as one first thinks of them."""


EVERY = Variant(
    "all of them",
    "the naive program, solved as one",
    Naive,
    tuple(other for each in _SINGLE for other in each.others),
    apart=False,
)

VARIANTS = {each.name: each for each in (FULL, *_SINGLE, EVERY)}
