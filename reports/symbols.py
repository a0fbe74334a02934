"""APP-6 symbols of units: which one a capability has, and how it is drawn.

The table is ``reports/data/symbols.csv``; a capability that is not in it, or whose code the library
does not know, gets the empty frame of a friendly unit and is listed wherever it is drawn.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import lru_cache

from milsymbol import Symbol

from reports.places import DATA

UNKNOWN = "10031000000000000000"
HEADQUARTERS = "10031002001100000000"
COMPONENTS = {
    "land": "10031002001210000000",
    "air": "10031002001208000000",
    "sea": "10031002001701000000",
    "training": "10031002001100000000",
    "hub": "10031002001606000000",
}
"""The headquarters of each built-in role; that of another role is an empty frame with a staff."""

_PLANNED = "1"
_STATUS = 6
STAFF = 7
"""Where in a code, from 0, it says that it is a headquarters (2), which is drawn with a staff."""
_CENTRE = 100.0  # of every frame, in the library's units
_FIRST = re.compile(r"<(path|circle) ")
_TAG = re.compile(r"^<svg[^>]*>|</svg>$")


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    with (DATA / "symbols.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["capability"]: row["sidc"] for row in csv.DictReader(lines)}
    return {capability: sidc for capability, sidc in rows.items() if Symbol(sidc).is_valid()}


def sidc(capability: str, *, planned: bool = False) -> str:
    """Return the code of a capability, with the status ``planned`` for what is not certain."""
    code = _table().get(capability, UNKNOWN)
    return code[:_STATUS] + _PLANNED + code[_STATUS + 1 :] if planned else code


def unknown(capabilities: Iterable[str]) -> list[str]:
    """Return those of the capabilities that no symbol is known for, each once and in order."""
    return [each for each in dict.fromkeys(capabilities) if each not in _table()]


def component(role: str) -> str:
    """Return the code of the headquarters of a component."""
    return COMPONENTS.get(role, HEADQUARTERS)


@lru_cache(maxsize=256)
def drawn(code: str, scale: float) -> str:
    """Return the elements of a symbol whose frame has its centre at (0, 0).

    Args:
        code: its SIDC; one with the status ``planned`` gets the dashed frame that the library
            leaves out.
        scale: size of one of the library's units; a frame is 150 wide and 100 high.
    """
    planned = code[_STATUS] == _PLANNED
    present = code[:_STATUS] + "0" + code[_STATUS + 1 :]
    inside = _TAG.sub("", Symbol(present).as_svg())
    if planned:
        inside = _FIRST.sub(r'<\1 stroke-dasharray="14 9" ', inside, count=1)
    shift = -_CENTRE * scale
    return f'<g transform="translate({shift:g} {shift:g}) scale({scale:g})">{inside}</g>'
