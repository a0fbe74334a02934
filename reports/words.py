"""Numbers, months, states and tiers as a planner reads them. No format, no files."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from model.case import Case
from model.obstacles import ReasonKind
from model.plan import State
from model.unused import GroundKind

STATES: dict[State, str] = {
    "filled": "filled",
    "conditional": "conditional",
    "substituted": "substituted",
    "below_target": "below target",
    "below_minimum": "below minimum",
    "unfilled": "nothing in place",
}
"""From best to worst. The last three are gaps."""

SEVERITY: dict[State, int] = {state: rank for rank, state in enumerate(STATES)}

MARKS: dict[State, str] = {
    "filled": "ok",
    "conditional": "c",
    "substituted": "s",
    "below_target": "",
    "below_minimum": "!",
    "unfilled": "!!",
}
"""What stands in a cell of the picture; a gap's mark follows the number of missing units."""

LEGEND = (
    "A number is the most units missing in any month of the column: alone, the target is missed; "
    "with !, the minimum too; with !!, nothing is in place. ok: filled. "
    "c: filled, but only if open votes and conditions come true. s: filled with substitutes. "
    "Blank: not demanded."
)

SWING = (
    "Each row is a plan solved anew, with all assumed figures of one sort {} lower or higher. "
    "Units stay whole: of each capability the sum moves by that share, over the offers in the "
    "order of the case. A tier over another demand is another yardstick: read each row by itself."
)
"""What a table of swings says of itself; the share is filled in."""

NO_SWING = (
    "How the answer moves if assumed figures are off was not worked out for this report: "
    "solve.py report RUN --swing 20 solves again with all of them 20 % lower and higher."
)

REASONS: dict[ReasonKind, str] = {
    "caveat": "caveat",
    "no_offer": "no offer",
    "not_yet_available": "not there",
    "resting": "resting",
    "used_elsewhere": "elsewhere",
    "ceiling": "ceiling",
    "rule": "force rule",
    "substitution": "substitute",
}

GROUNDS: dict[GroundKind, str] = {"filled": "filled", "unasked": "not asked"}
GROUNDS.update(REASONS.items())

TIERS: dict[str, str] = {
    "critical": "missing to minimums",
    "shortfall": "missing to targets",
    "conditional": "on votes, conditions",
    "burden": "heaviest nation",
    "change": "moved from before",
    "personnel": "person-months",
}
"""What each tier counts, in the fewest words."""

UNUSED = (
    "Units that no tour of the plan needs: they are never in place, nor at rest between two tours. "
    "Another plan that is as good may leave out others."
)
"""What a table of unused offers says of itself."""

STATUS: dict[str, str] = {
    "optimal": "every tier is proven",
    "within_gap": "not every tier is proven",
    "time_limit": "the time limit ended the search before every tier was proven",
    "interrupted": "the search was stopped by hand before every tier was proven",
}


_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def plain(text: str) -> str:
    """Return the text on one line, without control or direction characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def amount(value: Fraction | float) -> str:
    """Return units with at most two decimals: ``3``, ``0.5``, ``1.33``."""
    number = float(value)
    if 0 < abs(number) < 0.005:
        return "<0.01"
    return _short(f"{number:,.2f}")


def few(names: Sequence[str], most: int = 12) -> str:
    """Return names with commas between them; those beyond so many are counted."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def percent(share: Fraction | float) -> str:
    """Return a share as ``87.5%``; only what is whole is called 100%, only nothing 0%."""
    return f"{percentage(share)}%"


def percentage(share: Fraction | float) -> str:
    """Return a share as ``87.5`` or ``100.0``, see ``percent``."""
    hundredths = 100 * float(share)
    text = f"{hundredths:.1f}"
    if text == "100.0" and share < 1:
        return "99.9"
    if text == "0.0" and share > 0:
        return "<0.1"
    return text


def tier_value(value: float) -> str:
    """Return the value of a tier with enough digits to tell it from its bound."""
    return _short(f"{value:,.2f}") if abs(value) >= 1000 else f"{value:.6g}"


def months(first: int, last: int) -> str:
    """Return ``month 4`` or ``months 4-9``."""
    return f"month {first}" if first == last else f"months {first}-{last}"


def span(first: int, last: int) -> str:
    """Return ``4`` or ``4-9``."""
    return str(first) if first == last else f"{first}-{last}"


def dated(case: Case, first: int, last: int) -> str:
    """Return the months with their names, where the case gives C-day a date."""
    c_day = case.calendar.c_day
    if c_day is None:
        return months(first, last)
    names = [month_name(c_day, month) for month in dict.fromkeys((first, last))]
    return f"{months(first, last)} ({' to '.join(names)})"


def moment(stamp: str) -> str:
    """Return a time stamp to the minute: ``22 Nov 2026 09:30 UTC``."""
    try:
        at = datetime.datetime.fromisoformat(stamp)
    except ValueError:  # whatever a file says
        return plain(stamp)
    return f"{at:%d %b %Y %H:%M %Z}".strip()


def count(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 line`` or ``2 lines``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def proof(value: float, bound: float, proven: bool) -> str:
    """Say in a few words whether a tier's value is proven."""
    open_share = (value - bound) / abs(value) if value else 0.0
    if value - bound <= 2e-6 * max(1.0, abs(value)):
        return "proven"
    if proven:
        return f"proven to {100 * open_share:.2g}%"
    return f"not proven, {percent(open_share)} open" if bound else "not proven"


def value(of: Any) -> str:
    """Return a plain value of a field as a person would write it."""
    if of is None:
        return "blank"
    if isinstance(of, bool):
        return "true" if of else "false"
    if isinstance(of, list):
        return f"[{', '.join(map(value, of))}]"
    if isinstance(of, dict):
        return "{" + ", ".join(f"{key}: {value(each)}" for key, each in of.items()) + "}"
    return str(of)


def first_day(c_day: datetime.date, month: int) -> datetime.date:
    """Return the day on which a month of the horizon begins, or the last day of a shorter month.

    Raises:
        ValueError: no calendar goes that far.
    """
    year, index = _counted(c_day, month)
    last = calendar.monthrange(year, index)[1]
    return datetime.date(year, index, min(c_day.day, last))


def month_name(c_day: datetime.date, month: int) -> str:
    """Return the name of a month of the horizon, such as ``Nov 2026``."""
    year, index = _counted(c_day, month)
    return f"{_NAMES[index - 1]} {year}"


def _counted(c_day: datetime.date, month: int) -> tuple[int, int]:
    years, index = divmod(c_day.month - 1 + month - 1, 12)
    return c_day.year + years, index + 1


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
