"""How many cores there are to work on."""

from __future__ import annotations

import os


def cores() -> int:
    """Return how many cores there are to work on; with very many, as many as help."""
    return max(1, min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2))
