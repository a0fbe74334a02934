"""Whom to ask for what: the sets of caveats that reach a goal, as text and as values."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rich.console import Console, Group
from rich.text import Text

from model.asks import Ask, Asks, Goal
from model.case import Case
from reports import console, words
from reports.shape import number


def values(case: Case, asks: Asks) -> dict[str, Any]:
    """Return the answer as plain values."""
    return {
        "goal": {"what": asks.goal.what, "value": number(asks.goal.value)},
        "now": number(asks.now),
        "complete": asks.complete,
        "in_time": asks.in_time,
        "best": None if asks.best is None else number(asks.best),
        "sets": [
            {
                "cost": number(ask.cost),
                "reaches": number(ask.reaches),
                "cheapest_proven": ask.proven,
                "caveats": [
                    {
                        "id": each.id,
                        "nations": list(each.bound),
                        "ask_cost": number(each.ask_cost),
                        "words": words.plain(each.in_words(case)),
                    }
                    for each in ask.caveats
                ],
            }
            for ask in asks.found
        ],
        "events": list(asks.events),
    }


def show(case: Case, asks: Asks, to: Console) -> None:
    """Print the answer, what it rests on last."""
    goal = asks.goal
    aim = "at least" if goal.lines else "at most"
    to.print(
        Text(f"Goal: {_named(goal)} {aim} {_amount(goal, goal.value)}", style="bold"),
        Text(f"Without asking anybody: {_amount(goal, asks.now)}"),
        sep="\n",
    )
    to.print()
    if asks.found and not asks.found[0].caveats:
        reached = Text("The goal is reached as it is: nobody need be asked.")
        to.print(reached, *console.caught(asks.events), sep="\n")
        return
    for rank, ask in enumerate(asks.found, start=1):
        row = console.labelled(2, justify="right")
        row.add_row(Text(str(rank)), Group(*_set(case, goal, ask)))
        to.print(row)
    if asks.found:
        to.print()
    to.print(Text(_proof(asks)), *console.caught(asks.events), sep="\n")


def _set(case: Case, goal: Goal, ask: Ask) -> list[Text]:
    names = " and ".join(each.id for each in ask.caveats)
    head = Text(words.plain(names), style="bold")
    head.append(
        f", cost {words.amount(ask.cost)}, comes to {_amount(goal, ask.reaches)} or better",
        style="not bold",
    )
    told = [head]
    for each in ask.caveats:
        owner = f" Owner: {each.authority}." if each.authority else ""
        told.append(Text(words.plain(f"{each.in_words(case)}{owner}")))
    if not ask.proven:
        told.append(Text("Not proven: a part of this set, or a cheaper one, may do."))
    return told


def _proof(asks: Asks) -> str:
    """Say what the answer rests on."""
    if not asks.found:
        reach = ""
        if asks.best is not None:
            reach = f": the best plan without any of them comes to {_amount(asks.goal, asks.best)}"
        proof = "Proven: asked of the solver twice."
        if not asks.complete:
            proof = (
                "Not proven: the solver said so twice, and the time was over before there was a "
                "plan without any of them."
            )
        return (
            f"No set of caveats reaches the goal{reach}. Accept the gap, or ask for more units "
            f"than are offered. ({proof} Red lines are never asked for.)"
        )
    last = asks.found[-1].cost
    shown = "Each set is shown by a plan that was walked through without the solver."
    if asks.complete:
        return (
            f"There is no other set that does and holds none of these (proven). {shown} Red lines "
            "are never asked for."
        )
    if not all(ask.proven for ask in asks.found):
        return f"Not all was proven: there may be other sets, cheaper ones too. {shown}"
    why = "So many were asked for" if asks.in_time else "The time was over"
    return (
        f"{why}: there may be other sets, of cost {words.amount(last)} or more; every set that "
        f"costs less stands here (proven). {shown}"
    )


def _named(goal: Goal) -> str:
    if not goal.lines:
        return "tier critical (missing to minimums)"
    return "coverage" if goal.what == "coverage" else f"coverage of {words.plain(goal.what)}"


def _amount(goal: Goal, value: Fraction) -> str:
    return words.percent(value) if goal.lines else words.tier_value(float(value))
