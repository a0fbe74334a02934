"""Plans to choose from: what each trades, and the core that all share; as text and as values."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from model.alternatives import Alternative, Alternatives
from model.moves import runs
from model.plan import Plan
from reports import console, words
from reports.shape import number

NAMED = 5


def values(found: Alternatives) -> dict[str, Any]:
    """Return the plans as plain values; numbers in ``core`` and ``nations`` are unit-months."""
    return {
        "tier": found.tier,
        "most": found.most,
        "held": list(found.held),
        "exhausted": found.exhausted,
        "next_apart": found.next_apart,
        "in_time": found.in_time,
        "plans": [_plan(each) for each in found.plans],
        "core": [
            {"offer": offer, "line": line, "from": first, "until": last, "units": units}
            for offer, line, first, last, units in runs(found.core)
        ],
    }


def _plan(each: Alternative) -> dict[str, Any]:
    plan = each.plan
    return {
        "apart": each.apart,
        "most_apart": each.most_apart,
        "proven": each.proven,
        "tiers": {name: number(value) for name, value in plan.tier_values.items()},
        "coverage": {
            "index": number(plan.coverage_index),
            "roles": {role: number(share) for role, share in plan.coverage_by_role.items()},
        },
        "personnel_months": _people(plan),
        "nations": dict(sorted(_nations(plan).items())),
        "assignments": [
            {"offer": s.offer, "line": s.line, "area": s.area, "from": s.start, "units": s.units}
            for s in plan.starts
        ],
    }


def _people(plan: Plan) -> int:
    return sum(tour.personnel * len(tour.assignment.months) for tour in plan.tours)


def _nations(plan: Plan) -> Counter[str]:
    """Return the unit-months of each nation."""
    months: Counter[str] = Counter()
    for tour in plan.tours:
        months[tour.assignment.offer.nation] += tour.units * len(tour.assignment.months)
    return months


def show(found: Alternatives, tolerance: float, apart: float, to: Console) -> None:
    """Print what the plans come to, how they differ, what they share, and what is proven."""
    table = console.ruled("Plans to choose from; coverage in percent")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Leaves", justify="right", no_wrap=True, min_width=6)
    table.add_column(found.tier, justify="right", no_wrap=True, min_width=9)
    best = found.plans[0].plan
    for role in (*best.coverage_by_role, "all"):
        table.add_column(role[:5], justify="right", no_wrap=True, min_width=5)
    table.add_column("people", justify="right", no_wrap=True, min_width=7)
    table.add_column("nat.", justify="right", no_wrap=True, min_width=4)
    table.padding = (0, 1, 0, 0)
    for rank, each in enumerate(found.plans, start=1):
        plan = each.plan
        table.add_row(
            str(rank),
            "best" if rank == 1 else words.percent(each.apart),
            words.tier_value(float(plan.tier_values[found.tier])),
            *(words.percentage(share) for share in plan.coverage_by_role.values()),
            words.percentage(plan.coverage_index),
            f"{_people(plan):,}",
            str(len(_nations(plan))),
        )
    to.print(table)
    to.print()
    for rank, each in enumerate(found.plans[1:], start=2):
        row = console.labelled(8)
        row.add_row(Text(f"Plan {rank}", style="bold"), Text(_trade(best, each.plan)))
        to.print(row)
    if len(found.plans) > 1:
        to.print(Text(_core(found)))
    to.print(Text(_proof(found, tolerance, apart)))


def _trade(best: Plan, plan: Plan) -> str:
    """Say who does more and less than in the best plan."""
    change = _nations(plan)
    change.subtract(_nations(best))
    told = []
    for word, sign in (("more", 1), ("less", -1)):
        some = sorted((-sign * n, nation) for nation, n in change.items() if sign * n > 0)
        names = [f"{best.case.nation_name(nation)} {abs(n)}" for n, nation in some[:NAMED]]
        rest = f" and {len(some) - NAMED} other nations" if len(some) > NAMED else ""
        if names:
            told.append(f"{word}: {', '.join(names)}{rest}")
    text = "; ".join(told) or "the same unit-months of each nation, elsewhere"
    return words.plain(f"Unit-months against plan 1, {text}.")


def _core(found: Alternatives) -> str:
    core, best = found.core, found.plans[0].plan
    whole = sum(_nations(best).values())
    nations: Counter[str] = Counter()
    for (offer, _, _), units in core.items():
        nations[best.case.offer_by_id[offer].nation] += units
    share = words.percent(core.total() / whole if whole else 1)
    most = ", ".join(f"{best.case.nation_name(n)} {u}" for n, u in nations.most_common(NAMED))
    most = f" (most of them: {most})" if most else ""
    text = (
        f"The core that all share: {core.total():,} of the {whole:,} unit-months of plan 1, "
        f"{share}{most}. The JSON lists it by offer, line and months."
    )
    return words.plain(text)


def _proof(found: Alternatives, tolerance: float, apart: float) -> str:
    held = f"; {', '.join(found.held)} exactly as in the best plan" if found.held else ""
    told = [
        f"Every plan: {found.tier} at most {words.percent(tolerance)} above its best "
        f"({words.tier_value(found.most)}){held}; of later tiers only what the rest leaves.",
        "Leaves: the share of the unit-months of each plan before it that it does not keep, the "
        "least of them. People: person-months. Nat.: nations with units in place.",
    ]
    if found.best.status != "optimal":
        told.append(f"Plan 1: {words.STATUS[found.best.status]}.")
    if found.exhausted:
        told.append(
            f"There is no further plan that leaves {words.percent(apart)} or more: none leaves "
            f"more than {words.percent(found.next_apart)} (proven)."
        )
    elif not found.in_time:
        told.append("The time was over before another plan was found, or proven not to exist.")
    unproven = [str(k) for k, each in enumerate(found.plans, start=1) if k > 1 and not each.proven]
    if unproven:
        told.append(
            f"That no plan leaves more than plan {', '.join(unproven)} was not proven in time."
        )
    return " ".join(told)
