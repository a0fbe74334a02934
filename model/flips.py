"""How a what-if differs from a case by its switches alone. Knows no solver."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flips:
    """How a what-if differs from the case. Everything is named as the case names it.

    Attributes:
        lifted: active caveats and rules that are lifted.
        restored: caveats and rules that are not active and bind all the same.
        refused: votes (by caveat) that say no, and conditions that do not hold.
        granted: pending votes that say yes, and uncertain conditions that are certain.
        away: offers that stay at home.
    """

    lifted: frozenset[str] = frozenset()
    restored: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    granted: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()


BASE = Flips()
