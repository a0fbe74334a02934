"""What all measurements share: the tiers, when one is proven, where results go."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from model.domain import Tier

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results"
TIERS: tuple[Tier, ...] = ("critical", "shortfall")
GAP = 1e-3


def closed(value: float, bound: float, gap: float = GAP) -> bool:
    """Whether a tier is proven to the gap."""
    return value - bound <= max(1e-6, gap * abs(value))


def mebibytes(maxrss: int) -> float:
    """Return a peak as the system counts it, KiB or (macOS) bytes, in MiB."""
    return maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def peak() -> float:
    """Return the peak memory of this process in MiB."""
    return mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
