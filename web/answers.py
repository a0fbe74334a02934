"""What a worker is asked and what it answers: plain values that travel between processes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from model.domain import Pending
from reports.content import Content
from web.address import State


@dataclass(frozen=True)
class Served:
    """The case that the page is of, and how hard each solve looks.

    Attributes:
        files: the scenarios that may be opened and are no files of the case, by name.
        time_limit: seconds for one solve.
    """

    folder: Path
    files: dict[str, Path] = field(default_factory=dict)
    pending: Pending = "granted"
    gap: float = 1e-4
    time_limit: float = 60.0
    seed: int = 0

    def scenarios(self) -> tuple[str, ...]:
        """Return the names of all scenarios that may be opened."""
        own = sorted(each.stem for each in (self.folder / "scenarios").glob("*.yaml"))
        return (*own, *self.files)

    def stamp(self) -> str:
        """Return what differs as soon as a file of the case does."""
        own = [*self.folder.glob("*.csv"), *self.folder.glob("*.yaml")]
        files = [*own, *self.folder.glob("scenarios/*.yaml"), *self.files.values()]
        found = []
        for each in sorted(files):
            # One that is swapped in at this moment has a name that begins with a dot.
            with contextlib.suppress(FileNotFoundError):
                stat = each.stat()
                found.append((str(each), stat.st_mtime_ns, stat.st_size))
        return repr(found)


Kind = Literal["look", "plan", "whatif"]


@dataclass(frozen=True)
class Asked:
    """A question that is answered once: the same question has the same answer.

    Attributes:
        kind: the function of ``web/work.py`` that answers it.
        stamp: of the files it is about.
    """

    kind: Kind
    state: State
    stamp: str

    @property
    def session(self) -> tuple[object, ...]:
        """What a built program can be used again for: all but the switches."""
        s = self.state
        typed = (s.set, s.pin, s.forbid)
        # What is typed is solved with the switches in it: a pin may need what is lifted.
        own = (s.lift, s.restore, s.refuse, s.grant) if any(typed) else ()
        return self.stamp, s.scenario, typed, own


@dataclass(frozen=True)
class Switch:
    """A caveat or a force rule that can be lifted, or restored, by a click.

    Attributes:
        part: ``lift`` where it is active in the case under its scenarios, else ``restore``.
        on: whether that was done.
        roles: on which it can bear; for a filter.
        gaps: how many gaps name it as a reason now.
    """

    name: str
    nations: str
    codes: tuple[str, ...]
    kind: str
    states: tuple[str, ...]
    sentence: str
    part: Literal["lift", "restore"]
    on: bool
    gaps: int
    red_line: bool


@dataclass(frozen=True)
class Vote:
    """A vote, or a condition, with the ways it can go.

    Attributes:
        what: in words; whose vote, or what condition.
        case: how it stands in the case under its scenarios.
        now: ``refuse`` or ``grant`` where that was chosen, else empty.
        ways: which of the two can be chosen.
        share: of what is covered, that rests on it now.
    """

    name: str
    what: str
    case: str
    month: int | None
    probability: float | None
    now: Literal["", "refuse", "grant"]
    ways: tuple[Literal["refuse", "grant"], ...]
    share: float


@dataclass(frozen=True)
class Board:
    """All that can be changed by a click.

    Attributes:
        scenarios: name and title of those that are not open.
    """

    switches: tuple[Switch, ...]
    votes: tuple[Vote, ...]
    conditions: tuple[Vote, ...]
    scenarios: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Look:
    """A solved what-if, as the page shows it.

    Attributes:
        said: the change in words; empty for the case as it is.
        seconds: from question to answer, in the worker.
    """

    content: Content
    board: Board
    said: tuple[str, ...]
    seconds: float


class NoAnswer(Exception):
    """Raised where the time was over before there was any plan that keeps the pins."""
