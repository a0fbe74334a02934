"""Why an offer is or is not in place, and why a line has a gap: as text and as values."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from model.case import Case
from model.caveats.base import Caveat, listed
from model.domain import Line
from model.rules.base import Rule
from model.why import Locks, Why, WhyGap
from reports import console, words
from reports.compared import Changed
from reports.shape import number

SHOWN = 5
"""Tours or reasons named; the others are counted."""


def values(case: Case, found: Why) -> dict[str, Any]:
    """Return the answer about an offer as plain values."""
    forced = None
    if found.forced is not None:
        told = Changed(found.base, found.forced, (found.base_gaps, found.forced_gaps))
        forced = told.values()
    return {
        "offer": found.offer.offer,
        "verdict": found.verdict,
        "tours": len(found.ways),
        "proof": _proof(found),
        "gates": [
            {"id": name, "closes": count, "words": _limit(case, name)}
            for name, count in _gates(found).items()
        ],
        "locks": _locks(found.locks),
        "forced": forced,
        "events": list(found.events),
    }


def show(case: Case, found: Why, where: str, to: Console) -> None:
    """Print the answer about an offer; ``where`` says on what it was asked."""
    offer = found.offer
    title = (
        f"{offer.offer}: {case.nation_name(offer.nation)}, {words.count(offer.units, 'unit')} of "
        f"{case.capability_title(offer.capability)}{where}"
    )
    to.print(Text(words.plain(title), style="bold"))
    to.print()
    if found.verdict == "no way":
        to.print(Text("There is no such tour: capability, months or place do not fit."))
    elif found.verdict == "in place":
        to.print(Text("In place in the best plan found:"))
        meant = {way.assignment.key for way in found.ways}
        for tour in found.base.plan.tours:
            a = tour.assignment
            if a.key in meant:
                months = words.dated(case, a.start, a.end)
                told = f"{words.count(tour.units, 'unit')} on {a.line.line}, {months}"
                to.print(Text(words.plain(f"  {told}")))
    elif found.verdict == "forbidden":
        to.print(Text("Forbidden: no plan has it in place."))
        _show_gates(case, found, to)
        _show_locks(case, found.locks, "to let it in", to)
    elif found.forced is not None:
        changed = Changed(found.base, found.forced, (found.base_gaps, found.forced_gaps))
        changed.show(to, f"Allowed, but not in the best plan found. {_price(changed)}")
    to.print()
    to.print(Text(_proof(found)), *console.caught(found.events), sep="\n")


def _price(told: Changed) -> str:
    """Say what having it costs: the first tier that is worse."""
    after = {tier.name: tier for tier in told.after.tiers}
    for before in told.before.tiers:
        rise = after[before.name].value - before.value
        if rise > 2e-6 * max(1.0, abs(before.value)):
            return f"To have one unit in place costs {words.tier_value(rise)} in {before.name}:"
    return "To have one unit in place costs nothing in any tier: a plan as good has it:"


def _gates(found: Why) -> dict[str, int]:
    """Return how many of the tours each gate closes."""
    return dict(Counter(gate for way in found.ways for gate in sorted(way.gates)).most_common())


def _show_gates(case: Case, found: Why, to: Console) -> None:
    for name, count in _gates(found).items():
        row = console.labelled(2)
        head = Text(words.plain(name), style="bold")
        head.append(f", closes {count} of {words.count(len(found.ways), 'tour')}", style="not bold")
        row.add_row("", head)
        row.add_row("", Text(_limit(case, name)))
        to.print(row)


def _show_locks(case: Case, locks: Locks | None, aim: str, to: Console) -> None:
    if locks is None:
        return
    to.print()
    if not locks.sets and locks.complete:
        to.print(Text(f"Nothing that could be lifted is enough {aim}."))
        return
    to.print(Text(f"Enough to lift {aim}:"))
    for rank, some in enumerate(locks.sets, start=1):
        row = console.labelled(2, justify="right")
        told = Text(words.plain(listed(sorted(some))), style="bold")
        row.add_row(str(rank), told)
        for name in sorted(some):
            row.add_row("", Text(f"{_limit(case, name)}{_red(case, name)}"))
        to.print(row)
    if not locks.complete:
        to.print(Text("There may be other sets: not all were looked for."))


def _limit(case: Case, name: str) -> str:
    limits: tuple[Caveat | Rule, ...] = (*case.active_caveats, *case.active_rules)
    said = (limit.in_words(case) for limit in limits if limit.id == name)
    return words.plain(next(said, name))  # what is no limit is a forbid, which says itself


def _red(case: Case, name: str) -> str:
    caveat = case.caveat_by_id.get(name)
    return " A red line: not to be asked for." if caveat and caveat.red_line else ""


def _proof(found: Why) -> str:
    if found.verdict == "no way":
        return "Proof: read off the case, without a solve."
    if found.verdict == "in place":
        return f"Proof: the plan itself; {words.STATUS[found.base.status]}."
    if found.verdict == "forbidden":
        if all(way.gates for way in found.ways):
            return (
                "Proof: read off the caveats: each of these tours is forbidden by the ones named, "
                "whatever the plan."
            )
        return (
            "Proof: one unit in place was made the first aim of the solver, and its bound says "
            "that no plan reaches it."
        )
    return (
        "Proof: one unit in place was made the first aim of the solver, before all tiers; what "
        "the tiers then come to has the proof that stands beside them."
    )


def _locks(locks: Locks | None) -> dict[str, Any] | None:
    if locks is None:
        return None
    return {"complete": locks.complete, "sets": [sorted(each) for each in locks.sets]}


# A gap


def gap_values(found: WhyGap) -> dict[str, Any]:
    """Return the answer about a line as plain values."""
    narrower = None
    if found.can_narrow:
        told = Changed(found.base, found.least, (found.base_gaps, found.least_gaps))
        narrower = told.values()
    return {
        "line": found.line.line,
        "missing": {"now": number(found.now), "floor": number(found.floor)},
        "proven": found.proven,
        "reasons": [
            {
                "from": gap.first,
                "until": gap.last,
                "shortfall": number(gap.shortfall),
                "reasons": [
                    {"kind": each.kind, "caveats": list(each.caveats), "text": each.text}
                    for each in gap.reasons
                ],
            }
            for gap in found.base_gaps
            if gap.line.line == found.line.line
        ],
        "narrower": narrower,
        "locks": _locks(found.locks),
        "events": list(found.events),
    }


def show_gap(case: Case, found: WhyGap, to: Console) -> None:
    """Print the answer about a line."""
    line = found.line
    to.print(Text(words.plain(f"{line.line} {case.line_title(line)}"), style="bold"))
    to.print()
    gaps = [gap for gap in found.base_gaps if gap.line.line == line.line]
    if not gaps:
        to.print(Text("No gap: the best plan found reaches the target in every month."))
        proof = f"Proof: the plan itself; {words.STATUS[found.base.status]}."
        to.print(Text(proof), *console.caught(found.events), sep="\n")
        return
    to.print(Text("In the best plan found:"))
    for gap in gaps:
        row = console.labelled(12)
        missing = f"{words.amount(gap.shortfall)} of {words.amount(line.target)} missing"
        row.add_row(words.months(gap.first, gap.last).removeprefix("months "), Text(missing))
        for reason in gap.reasons[:SHOWN]:
            row.add_row(
                Text(f"  {words.REASONS[reason.kind]}", style="dim"), Text(words.plain(reason.text))
            )
        to.print(row)
    to.print()
    if found.can_narrow:
        told = Changed(found.base, found.least, (found.base_gaps, found.least_gaps))
        told.show(to, f"Allowed, but: less can be missing here. {_swap(line)}")
    else:
        to.print(Text("No plan misses less here, whatever it gives up elsewhere."))
    _show_locks(case, found.locks, "to miss less here than any plan does now", to)
    to.print()
    met = "its bound meets the plan shown" if found.proven else "its bound does not meet it"
    proof = (
        "Proof: what is missing here was made the first aim of the solver, before all tiers: "
        f"{met}."
    )
    to.print(Text(proof), *console.caught(found.events), sep="\n")


def _swap(line: Line) -> str:
    return f"The plan that misses least on {words.plain(line.line)} costs:"
