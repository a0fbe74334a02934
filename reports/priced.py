"""The caveat price list: which capital to call, and what to ask; as text and as values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from model.case import Case
from model.caveats.base import listed
from model.prices import TIERS, Interval, Price, PriceList
from reports import compare, console, words
from reports.rows import periods
from reports.shape import number

WIDTH = 5


def values(case: Case, found: PriceList) -> dict[str, Any]:
    """Return the list as plain values; a gain is by how much a tier falls."""
    return {
        "base": {
            "status": found.base.status,
            "tiers": [
                {"name": tier.name, "value": number(tier.value), "bound": number(float(tier.bound))}
                for tier in found.base.tiers
            ],
        },
        "in_time": found.in_time,
        "alone": [_price(case, found, each) for each in found.alone],
        "together": None
        if found.together is None
        else {
            "complete": found.complete,
            "sets": [_price(case, found, each) for each in found.together],
        },
        "events": list(found.events),
    }


def _price(case: Case, found: PriceList, price: Price) -> dict[str, Any]:
    shifts = compare.coverage(found.base.plan, price.plan) if price.helps else []
    return {
        "ids": list(price.names),
        "what": price.what,
        "words": [_words(case, name) for name in price.names],
        "ask_cost": number(price.cost),
        "red_line": price.red,
        "proof": price.proof,
        "gains": {tier: _ends(price.gains[tier]) for tier in TIERS},
        "coverage": [
            {
                "role": shift.role,
                "gain": _points(shift.before, shift.after),
                "by_period": [
                    {"from": period.first, "until": period.last, "gain": _points(*ends)}
                    for period, ends in zip(periods(case), shift.by_period, strict=True)
                ],
            }
            for shift in shifts
            if shift.moved
        ],
    }


def _ends(gain: Interval) -> list[float | None]:
    return [each if math.isfinite(each) else None for each in (gain.low, gain.high)]


def _points(before: Any, after: Any) -> float:
    return float((after or 0) - (before or 0))


def show(case: Case, found: PriceList, to: Console) -> None:
    """Print the list: what helps first, what is proven to bring nothing in one line."""
    useful = [each for each in found.alone if each.helps is not False]
    idle = [each for each in found.alone if each.helps is False]
    if useful:
        to.print(_table("What lifting it alone brings, which capital to call first", useful))
        to.print()
        _where(case, found, useful, to)
        _sentences(case, useful, to)
    else:
        to.print(Text("No caveat brings anything when it is lifted alone.", style="bold"))
    if found.together:
        to.print()
        to.print(_table("What only helps together", found.together))
        to.print()
        _where(case, found, found.together, to)
    to.print()
    to.print(Text(_proof(found, idle)), *console.caught(found.events), sep="\n")


def _table(title: str, prices: Sequence[Price]) -> Any:
    table = console.ruled(title)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("To lift", ratio=1, overflow="fold")
    for heading in ("Cost", "Critical", "Shortfall"):
        table.add_column(heading, justify="right", no_wrap=True)
    for rank, price in enumerate(prices, start=1):
        name = listed(price.names)
        if price.what != "caveat":
            name += f" ({price.what})"
        if price.red:
            name += " (red line: not to be asked for)"
        gains = (_said(price.gains[tier]) for tier in TIERS)
        table.add_row(str(rank), Text(words.plain(name)), words.amount(price.cost), *gains)
    return table


def _said(gain: Interval) -> str:
    """Say by how much a tier falls: minus is good."""
    if gain.exact:
        return _signed(-gain.low)
    return f"{_signed(-gain.high)} to {_signed(-gain.low)}"


def _signed(value: float) -> str:
    if math.isinf(value):
        return "?"
    if not value:
        return "0"
    return f"{'+' if value > 0 else '-'}{words.tier_value(abs(value))}"


def _where(case: Case, found: PriceList, prices: Sequence[Price], to: Console) -> None:
    """Print in which roles and when coverage rises, for each that is proven to help."""
    helping = [(rank, each) for rank, each in enumerate(prices, start=1) if each.helps]
    if not helping:
        return
    table = console.ruled("In coverage, in percentage points, of the plans found")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Role", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("All", justify="right", no_wrap=True)
    for period in periods(case):
        table.add_column(period.label, justify="right", no_wrap=True, min_width=WIDTH)
    for rank, price in helping:
        for i, shift in enumerate(
            each
            for each in compare.coverage(found.base.plan, price.plan)
            if each.before != each.after
        ):
            cells = ((shift.before, shift.after), *shift.by_period)
            table.add_row("" if i else str(rank), shift.role, *(_cell(*each) for each in cells))
    to.print(table)


def _cell(before: Any, after: Any) -> str:
    points = 100 * _points(before, after)
    return "" if not points else f"{points:+.1f}"


def _sentences(case: Case, prices: Sequence[Price], to: Console) -> None:
    to.print()
    for rank, price in enumerate(prices, start=1):
        row = console.labelled(2, justify="right")
        row.add_row(str(rank), Text(" ".join(_words(case, name) for name in price.names)))
        to.print(row)


def _words(case: Case, name: str) -> str:
    caveat = case.caveat_by_id.get(name)
    if caveat is not None:
        owner = f" Owner: {caveat.authority}." if caveat.authority else ""
        return words.plain(f"{caveat.in_words(case)}{owner}")
    for rule in case.rules:
        if rule.id == name:
            return words.plain(rule.in_words(case))
    condition = case.conditions[name]
    return words.plain(f"{condition.title or name} holds.")


def _proof(found: PriceList, idle: Sequence[Price]) -> str:
    same = sum(each.proof == "same program" for each in idle)
    told = []
    if idle:
        told.append(
            f"{len(idle)} of {len(found.alone)} bring nothing alone (proven: for {same} the "
            f"program is the same one without it, for {len(idle) - same} by a solve)."
        )
    told.append(
        "Critical and shortfall say by how much the tier changes, from the bounds of two solves; "
        "two numbers are an interval that holds the truth. Coverage is that of the plans found: "
        "other plans, as good in both tiers, may share it out differently."
    )
    if found.together is not None:
        also = "other " if found.together else ""
        told.append(
            f"There is no {also}set of caveats that bring nothing alone and something together "
            "(proven)."
            if found.complete
            else "There may be more sets that help only together: that was not proven in time."
        )
    if not found.in_time:
        told.append("The time was over before everything was solved.")
    return " ".join(told)
