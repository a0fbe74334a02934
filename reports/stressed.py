"""What the loss of a nation costs: as text and as values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from model.case import Case
from model.caveats.base import listed
from model.prices import TIERS, Interval
from model.stress import Loss, Stress
from reports import compare, console, words
from reports.shape import number

SHOWN = 10
"""Losses told in detail, and pairs listed; the others stand in the JSON."""
NAMED = 4


def values(found: Stress) -> dict[str, Any]:
    """Return the losses as plain values; a loss is by how much a tier rises."""
    return {
        "base": {
            "status": found.base.status,
            "tiers": [
                {"name": tier.name, "value": number(tier.value), "bound": number(float(tier.bound))}
                for tier in found.base.tiers
            ],
        },
        "in_time": found.in_time,
        "nations": [_loss(found, each) for each in found.losses],
        "pairs": [_loss(found, each) for each in found.pairs],
        "events": list(found.events),
    }


def _loss(found: Stress, loss: Loss) -> dict[str, Any]:
    return {
        "nations": list(loss.nations),
        "losses": {tier: _ends(loss.losses[tier]) for tier in TIERS},
        "coverage": {
            shift.role: float((shift.after or 0) - (shift.before or 0))
            for shift in compare.coverage(found.base.plan, loss.plan)
            if shift.before != shift.after
        },
        "breaks": list(loss.breaks),
        "leads": [
            {"role": each.role, "nation": each.nation, "from": each.first, "until": each.last}
            for each in loss.leads
        ],
        "fill_in": loss.fill_in,
    }


def _ends(loss: Interval) -> list[float | None]:
    return [each if math.isfinite(each) else None for each in (loss.low, loss.high)]


def show(case: Case, found: Stress, to: Console) -> None:
    """Print the losses, the worst first, and what follows from those that cost most."""
    costing = [each for each in found.losses if not _free(each)]
    to.print(_table(case, found, costing, "What the loss of each nation costs"))
    to.print()
    for loss in costing[:SHOWN]:
        _detail(case, loss, to)
    if found.pairs:
        worse = [each for each in found.pairs if not _free(each)][:SHOWN]
        to.print()
        to.print(_table(case, found, worse, f"The {len(worse)} pairs whose loss costs most"))
    to.print()
    proof = Text(_proof(found, len(found.losses) - len(costing)))
    to.print(proof, *console.caught(found.events), sep="\n")


def _free(loss: Loss) -> bool:
    return all(each.low == each.high == 0 for each in loss.losses.values())


def _table(case: Case, found: Stress, losses: Sequence[Loss], title: str) -> Table:
    table = console.ruled(title)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Lost", ratio=1, overflow="fold")
    for heading in ("Critical", "Shortfall"):
        table.add_column(heading, justify="right", no_wrap=True)
    roles = list(found.base.plan.coverage_by_role)
    for role in (*roles, "all"):
        table.add_column(role, justify="right", no_wrap=True, min_width=5)
    for rank, loss in enumerate(losses, start=1):
        name = listed(case.nation_name(each) for each in loss.nations)
        shifts = {each.role: each for each in compare.coverage(found.base.plan, loss.plan)}
        cells = []
        for role in (*roles, "all"):
            points = 100 * float((shifts[role].after or 0) - (shifts[role].before or 0))
            cells.append(f"{points:+.1f}" if abs(points) >= 0.05 else "")
        table.add_row(
            str(rank),
            Text(words.plain(name)),
            *(_said(loss.losses[tier]) for tier in TIERS),
            *cells,
        )
    return table


def _said(loss: Interval) -> str:
    ends = [
        "?" if math.isinf(each) else f"+{words.tier_value(each)}" if each else "0"
        for each in dict.fromkeys((loss.low, loss.high))
    ]
    return " to ".join(ends)


def _detail(case: Case, loss: Loss, to: Console) -> None:
    told = []
    told += [f"Cascade: {each}." for each in _cascades(loss)]
    if loss.leads:
        terms = (f"{each.role}, {words.months(each.first, each.last)}" for each in loss.leads)
        told.append(f"Led by it, and then by nobody: {'; '.join(terms)}.")
    if loss.fill_in:
        several = list(loss.fill_in.items())
        names = [f"{case.nation_name(code)} ({count})" for code, count in several[:NAMED]]
        more = f" and {len(several) - NAMED} more" if len(several) > NAMED else ""
        told.append(f"On its lines then, in unit-months more: {', '.join(names)}{more}.")
    if told:
        row = console.labelled(8)
        row.add_row(Text("+".join(loss.nations), style="bold"), Text(words.plain(" ".join(told))))
        to.print(row)


def _cascades(loss: Loss) -> list[str]:
    """Return the first break of each caveat, with how many there are."""
    first: dict[str, str] = {}
    count: Counter[str] = Counter()
    for text in loss.breaks:
        label, _, how = text.partition(": ")
        count[label] += 1
        first.setdefault(label, how)
    return [
        f"{label}: {how}" + (f", and {count[label] - 1} more" if count[label] > 1 else "")
        for label, how in first.items()
    ]


def _proof(found: Stress, free: int) -> str:
    told = [
        "Critical and shortfall say by how much the tier rises, from the bounds of two solves; two "
        "numbers are an interval that holds the truth. Coverage, in points, and who fills in are "
        "those of the plans found. A cascade is what the plan found breaks without their units."
    ]
    if free:
        told.append(f"The loss of {words.count(free, 'other nation')} costs nothing (proven).")
    if not found.in_time:
        told.append("The time was over before everything was solved.")
    return " ".join(told)
