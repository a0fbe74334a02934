"""How the switches of the left column are ordered, and what they can be filtered by."""

from __future__ import annotations

from web.answers import Board, Switch, Vote
from web.pricing import Prices


def rank(switch: Switch, prices: Prices) -> tuple[bool, tuple[float, ...]]:
    """Return what switches are ordered by: those without a price stay behind."""
    price = prices.found.get(switch.name)
    return (price is None, price.rank if price else ())


def filters(board: Board) -> dict[str, list[tuple[str, str]]]:
    """Return what the switches can be filtered by: values and words, by the name of the filter."""
    several: list[Switch | Vote] = [*board.switches, *board.votes]
    switches = board.switches
    nations = {
        code: each.nations for each in switches for code in each.codes if len(each.codes) == 1
    }
    codes = {code for each in several for code in each.codes}
    return {
        "nation": sorted(((code, nations.get(code, code)) for code in codes), key=lambda e: e[1]),
        "kind": [(each, each) for each in sorted({each.kind for each in switches})],
        "role": [(each, each) for each in sorted({role for e in several for role in e.roles})],
        "state": [(each, each) for each in sorted({s for e in switches for s in e.states})],
    }
