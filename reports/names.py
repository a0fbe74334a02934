"""Which names a case has: what may be typed in a workbook or a form."""

from __future__ import annotations

from typing import Any

from model import caveats
from model.case import Case
from model.sheet import NO, YES


def lists(case: Case) -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Return what there are names of, the headings, and the rows."""
    nations = {*case.nations, *(offer.nation for offer in case.offers)}
    nations |= {nation for caveat in case.caveats for nation in caveat.bound}
    areas, conditions = case.areas.items(), case.conditions.items()
    return [
        ("nation", ("code", "name"), [(n, case.nation_name(n)) for n in sorted(nations)]),
        (
            "area",
            ("code", "title", "within"),
            [(n, case.area_title(n), each.within) for n, each in areas],
        ),
        (
            "condition",
            ("name", "title", "holds", "probability"),
            [
                (n, each.title or n, YES if each.holds else NO, float(each.probability))
                for n, each in conditions
            ],
        ),
        ("role", ("role",), [(role,) for role in case.roles]),
        ("kind", ("kind",), [(kind,) for kind in caveats.KINDS]),
        (
            "capability",
            ("code", "title"),
            [(n, case.capability_title(n)) for n in case.capabilities],
        ),
        (
            "offer",
            ("offer", "nation", "capability", "units"),
            [(o.offer, o.nation, o.capability, o.units) for o in case.offers],
        ),
        (
            "line",
            ("line", "title", "role", "area"),
            [(n.line, case.line_title(n), n.role, n.area) for n in case.lines],
        ),
    ]
