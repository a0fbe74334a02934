"""What all measurements share: the tiers, when one is proven, where results go."""

from __future__ import annotations

import math
import resource
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

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
    status = Path("/proc/self/status")
    if status.exists():
        # What the system counts otherwise begins with the peak of whoever started the process.
        lines = status.read_text("utf-8", "replace").splitlines()
        return int(dict(line.split(":", 1) for line in lines)["VmHWM"].split()[0]) / (1 << 10)
    return mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


class Between(NamedTuple):
    """A number that lies between two: what was cut off is known from one side only."""

    low: float
    high: float

    @classmethod
    def until(cls, seconds: float, limit: float) -> Between:
        """Return a time as it is; where that is infinite, something beyond the limit."""
        return cls(limit if math.isinf(seconds) else seconds, seconds)

    @classmethod
    def ratio(cls, one: Between, other: Between) -> Between:
        """Return one time / another one."""
        return cls(one.low / max(other.high, 1e-3), one.high / max(other.low, 1e-3))

    @classmethod
    def median(cls, several: Sequence[Between]) -> Between:
        """Return the median, as far as it is known."""
        lows, highs = zip(*several, strict=True)
        return cls(statistics.median(lows), statistics.median(highs))

    def __str__(self) -> str:
        if math.isinf(self.high):
            return f"> {self.low:.2f}" if self.low > 0 else "-"
        if self.low < self.high:
            return f"{self.low:.2f} to {self.high:.2f}" if self.low > 0 else f"< {self.high:.2f}"
        return f"{self.low:.2f}"


def markdown(table: Sequence[Sequence[str]]) -> str:
    """Return rows, the head first, as a table in Markdown."""
    lines = [f"| {' | '.join(row)} |" for row in table]
    return "\n".join([lines[0], "|---" * len(table[0]) + "|", *lines[1:]])
