"""A seeded generator of cases with the structure of the shipped one, in three sizes.

The nations are nobody's (``XAA``, ``XAB``, ...), and all that is said of them is drawn by lot.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.generate import caveats, force
from benchmarks.generate.catalogue import AREAS, SEATS, SUBSTITUTIONS
from benchmarks.generate.force import DWELL, SIZES, TOUR, Entry, Size
from model.domain import Line, Offer

__all__ = ["SIZES", "generate", "write"]


def generate(
    size: str,
    seed: int,
    *,
    hard: bool = False,
    rare: bool | None = None,
    shape: Size | None = None,
) -> dict[str, str]:
    """Return the files of a case, the same text for the same arguments.

    Args:
        size: theatre, conference or alliance.
        seed: whole number; sizes with the same seed have nothing in common.
        hard: half of the lines take one or two nations only, and every larger nation has a
            ceiling on its people over all roles. Offers and lines are else as without it.
        rare: whether the kinds of caveats that the shipped case does not use are among them; the
            size says so where it is None.
        shape: how much of each, where it is not what the size says.
    """
    shape = shape or SIZES[size]

    def lot(what: str) -> random.Random:
        """Draw each section from a lot of its own, so that one does not move the other."""
        return random.Random(f"{size} {seed} {what}")

    codes = force.nations(shape)
    supply = force.offers(shape, codes, lot("offers"))
    demand = force.lines(shape, supply, hard, lot("lines"), lot("limits"))
    rare = shape.rare if rare is None else rare
    limits = caveats.caveats(shape.caveats, supply, demand, lot("caveats"), hard=hard, rare=rare)
    used = {kind.code for kind in shape.kinds}
    document = {
        "force": f"Generated {size}, seed {seed}{', hard' if hard else ''}",
        "calendar": {"months": shape.months, "rotation_step": 3},
        "defaults": {"tour": TOUR, "dwell": DWELL},
        "areas": AREAS,
        "headquarters": {
            "seats": [{"area": area, "months": 12} for area in SEATS],
            "advance_months": 2,
        },
        "capabilities": {kind.code: {"role": kind.role} for kind in shape.kinds},
        "substitutions": [
            {"offered": offered, "serves": serves, "rate": rate}
            for offered, serves, rate in SUBSTITUTIONS
            if {offered, serves} <= used
        ],
        "nations": force.share_keys(codes),
        "conditions": caveats.conditions(lot("conditions")),
        "caveats": limits,
        "tiers": ["critical", "shortfall", "conditional", "personnel"],
    }
    return {
        "capabilities.csv": _table(Offer, supply),
        "requirements.csv": _table(Line, demand),
        "constraints.yaml": yaml.safe_dump(document, sort_keys=False, width=100),
    }


def write(texts: dict[str, str], folder: Path) -> Path:
    """Write the files into a folder, made where there is none; the same bytes everywhere."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


def _table(noun: type[Offer | Line], rows: Sequence[Entry]) -> str:
    """Lay rows out under the columns that the noun has."""
    columns = [field.alias or name for name, field in noun.model_fields.items()]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
