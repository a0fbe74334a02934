"""A frontier between two measures: as text and as values."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from model.pareto import Frontier, Measure, Point, index
from reports import console, words
from reports.shape import number


def values(frontier: Frontier, firsts: Sequence[Measure], second: Measure) -> dict[str, Any]:
    """Return a frontier as plain values; ``coverage`` is the index, the larger the better."""
    return {
        "complete": frontier.complete,
        "in_time": frontier.in_time,
        "spacing": frontier.spacing,
        "held": {tier: number(value) for tier, value in frontier.held.items()},
        "points": [
            {
                "values": {
                    name: _value(point, name, cost) for name, cost in _costs(point, firsts, second)
                },
                "bound": _bound(point, firsts[-1]),
                "proven": point.proven,
                "coverage": {
                    "index": number(point.plan.coverage_index),
                    "roles": {
                        role: number(share) for role, share in point.plan.coverage_by_role.items()
                    },
                },
            }
            for point in frontier.points
        ],
    }


def _costs(point: Point, firsts: Sequence[Measure], second: Measure) -> list[tuple[Measure, Any]]:
    return [*zip(firsts, point.firsts, strict=True), (second, point.second)]


def _value(point: Point, name: Measure, cost: Any) -> int | float:
    return number(index(point.plan, cost) if name == "coverage" else cost)


def _bound(point: Point, name: Measure) -> int | float:
    bound = Fraction(point.bound)
    return number(float(index(point.plan, bound) if name == "coverage" else bound))


def show(
    frontier: Frontier, firsts: Sequence[Measure], second: Measure, title: str, to: Console
) -> None:
    """Print the points, the smallest of the second measure first, and what is proven."""
    to.print(table(frontier, firsts, second, title))
    to.print()
    to.print(Text(proof(frontier, second)))


def table(frontier: Frontier, firsts: Sequence[Measure], second: Measure, title: str) -> Table:
    """Return the points as a table that fits a small terminal."""
    shown = console.ruled(title)
    for name in (second, *firsts):
        shown.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    roles = list(frontier.points[0].plan.coverage_by_role) if frontier.points else []
    for role in (*roles, "all %"):
        shown.add_column(role[:5], justify="right", no_wrap=True, min_width=5)
    shown.add_column("", no_wrap=True, justify="right", min_width=6)
    shown.padding = (0, 1, 0, 0)
    for point in frontier.points:
        costs = _costs(point, firsts, second)
        shares = (*point.plan.coverage_by_role.values(), point.plan.coverage_index)
        shown.add_row(
            *(_told(point, name, cost) for name, cost in (costs[-1], *costs[:-1])),
            *(words.percentage(share) for share in shares),
            "proven" if point.proven else "open",
        )
    return shown


def _told(point: Point, name: Measure, cost: Any) -> str:
    if name == "coverage":
        return words.percentage(index(point.plan, cost))
    return words.tier_value(float(cost))


def proof(frontier: Frontier, second: Measure) -> str:
    """Say what the table rests on."""
    count = words.count(len(frontier.points), "point")
    told = []
    if frontier.held:
        held = (f"{name} {words.tier_value(float(v))}" for name, v in frontier.held.items())
        told.append(f"Held at their best: {', '.join(held)}.")
    if frontier.complete:
        told.append(f"Complete: {count}, and no other plan is on the frontier (proven).")
    else:
        told.append(f"{count}; there may be more between them.")
        if not frontier.in_time:
            told.append("The time was over before all of it was looked into.")
    told.append(
        "Proven: no plan is as good in both and better in one. Coverage by role, in percent, is "
        "that of the plan found; another may be as good."
    )
    unproven = sum(not each.proven for each in frontier.points)
    if unproven:
        told.append(
            f"Open ({unproven}): a plan that holds, but a better one at the same {second} was not "
            "ruled out in time; the JSON has the bound."
        )
    if frontier.spacing:
        told.append(f"Points closer than {frontier.spacing:g} in {second} count as one.")
    return " ".join(told)
