"""The rows that a report is made of, whatever its format."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from fractions import Fraction

from model.case import Case
from model.caveats.base import Caveat
from model.domain import Basis, Line
from model.outcome import HIGHS
from model.plan import State
from reports import words
from reports.shape import RunOptions

COLUMNS = 8
"""The most columns of a picture over time."""
WORST = 10
"""So many gaps are told with their reasons where a format has no room for all."""


TYPED = "what is typed"
"""Stands among the files of a run for its flags: by its hash one run is told from another."""


@dataclass(frozen=True)
class Origin:
    """What names a run and lets somebody repeat it; no clock times.

    Attributes:
        folder: name of the case folder, without the way to it.
        flags: what was typed on top of the scenarios, as ``whatif`` takes it; empty for a plan.
    """

    run: str
    input_hash: str
    folder: str
    files: dict[str, str]
    options: RunOptions
    versions: dict[str, str]
    flags: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command that makes the same plan again."""
        o = self.options
        scenarios = "".join(f" --scenario {shlex.quote(each)}" for each in o.scenarios)
        keep = f" --keep {shlex.quote(o.keep)}" if o.keep else ""
        solver = f" --solver {shlex.quote(o.solver)}" if o.solver != HIGHS else ""
        flags = "".join(f" {shlex.quote(each)}" for each in self.flags)
        command = "whatif" if flags else "plan"
        return (
            f"python solve.py {command} --case {shlex.quote(self.folder)}{scenarios} "
            f"--gap {o.gap:g} --time-limit {o.time_limit:g} --pending {o.pending} "
            f"--seed {o.seed}{keep}{solver}{flags}"
        )

    def details(self) -> list[tuple[str, str]]:
        """Return what tells this run from another, each with its name."""
        o = self.options
        return [
            ("Run", self.run),
            ("Input hash", self.input_hash),
            (
                "Options",
                f"pending votes {o.pending}, gap {o.gap:g}, time limit {o.time_limit:g} s, "
                f"seed {o.seed}, solver {o.solver}",
            ),
            *((f"Version of {name}", version) for name, version in self.versions.items()),
            *((f"SHA-256 of {name}", digest) for name, digest in self.files.items()),
        ]


@dataclass(frozen=True)
class Period:
    """Months that share a column: a quarter, or longer where the horizon is long."""

    first: int
    last: int

    @property
    def label(self) -> str:
        """The column's heading."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def __contains__(self, month: int) -> bool:
        return month in self.months

    @property
    def months(self) -> range:
        """Its months."""
        return range(self.first, self.last + 1)


def periods(case: Case) -> tuple[Period, ...]:
    """Return the columns of a picture: quarters, or longer ones where there would be too many."""
    last = case.calendar.months
    step = next((s for s in (3, 6, 12, 24, 60) if -(-last // s) <= COLUMNS), 120)
    return tuple(Period(m, min(m + step - 1, last)) for m in range(1, last + 1, step))


@dataclass(frozen=True)
class Mark:
    """A line in a period: its worst state, and the most units missing in any of its months."""

    state: State
    missing: Fraction
    target: Fraction

    @property
    def text(self) -> str:
        """What stands in the cell."""
        mark = words.MARKS[self.state]
        return f"{words.amount(self.missing)}{mark}" if self.missing else mark

    @property
    def share(self) -> float:
        """The share of the target that is missing."""
        return float(self.missing / self.target)


@dataclass(frozen=True)
class LineRow:
    """A requirement line over time; a period in which it is not demanded has no mark."""

    line: Line
    title: str
    marks: tuple[Mark | None, ...]
    gap: bool


@dataclass(frozen=True)
class RoleRow:
    """Coverage of a role, in all and by period."""

    role: str
    lines: int
    gaps: int
    index: float
    by_period: tuple[float | None, ...]


@dataclass(frozen=True)
class BlockingCaveat:
    """A caveat that forbids possible assignments, or is named as the reason of a gap."""

    caveat: Caveat
    sentence: str
    lines: tuple[str, ...]
    gaps: int


@dataclass(frozen=True)
class Shares:
    """Shares of what is covered, each line up to its target."""

    by_basis: dict[Basis, float]
    conditional: float
    by_rest: dict[str, float]
