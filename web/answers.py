"""What a worker is asked and what it answers: plain values that travel between processes."""

from __future__ import annotations

import contextlib
import pickle
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from model.domain import Pending
from model.faults import InputError
from reports.content import Content
from reports.history_db import Entry, RunHistory
from web.address import BASELINE, KEEP, SEATS, State, parse

MOST_RUNS = 50
"""So many of the newest runs are offered to be held against."""


@dataclass(frozen=True)
class Served:
    """The case that the page is of, and how hard each solve looks.

    Attributes:
        files: the scenarios that may be opened and are no files of the case, by name.
        history: of runs, which an answer may be held against.
        time_limit: seconds for one solve.
    """

    folder: Path
    files: dict[str, Path] = field(default_factory=dict)
    pending: Pending = "granted"
    gap: float = 1e-4
    time_limit: float = 60.0
    seed: int = 0
    history: Path | None = None

    def state(self, pairs: Iterable[tuple[str, str]]) -> State:
        """Return the state that a query string stands for. Raises what ``parse`` does."""
        pairs = list(pairs)
        named = any(name in (BASELINE, KEEP) for name, _ in pairs)
        return parse(pairs, self.scenarios(), {run.run for run in self.runs()} if named else ())

    def runs(self) -> list[Entry]:
        """Return the newest runs of the history that are still where they were written."""
        if self.history is None:
            return []
        with contextlib.suppress(InputError):  # `runs list` says what is wrong with it
            found = RunHistory(self.history).entries(most=MOST_RUNS)
            return [each for each in found if (Path(each.folder) / "run.json").is_file()]
        return []

    def scenarios(self) -> tuple[str, ...]:
        """Return the names of all scenarios that may be opened."""
        own = sorted(each.stem for each in (self.folder / "scenarios").glob("*.yaml"))
        return (*own, *self.files)

    def stamp(self, *, scenarios: bool = True) -> str:
        """Return what differs as soon as a file of the case does, or a scenario."""
        files = [*self.folder.glob("*.csv"), *self.folder.glob("*.yaml")]
        if scenarios:
            files += [*self.folder.glob("scenarios/*.yaml"), *self.files.values()]
        found = []
        for each in sorted(files):
            # One that is swapped in at this moment has a name that begins with a dot.
            with contextlib.suppress(FileNotFoundError):
                stat = each.stat()
                found.append((str(each), stat.st_mtime_ns, stat.st_size))
        return repr(found)


Kind = Literal[
    "look",
    "plan",
    "whatif",
    "price",
    "scenario",
    "prices",
    "asks",
    "stress",
    "why",
    "report",
    "run",
]
ROOMS: dict[Kind, str] = {
    "price": "web.pricing_work",
    "scenario": "web.saving_work",
    "prices": "web.questions",
    "asks": "web.questions",
    "stress": "web.questions",
    "why": "web.questions",
    "report": "web.questions",
    "run": "web.run_work",
}
"""The room whose function of that name answers a question, where it is not ``web.work``."""
LONG = 600.0
"""Seconds for a question that takes many solves."""
MANY: frozenset[Kind] = frozenset({"prices", "asks", "stress", "why"})
"""Questions that do; they never have all the workers, where there are several."""
BEHIND: frozenset[Kind] = frozenset({"price"})
"""What is asked while nobody asks for anything else; it is put off as soon as somebody does."""


@dataclass(frozen=True)
class Asked:
    """A question that is answered once: the same question has the same answer.

    Attributes:
        kind: the function that answers it, see ``ROOMS``.
        stamp: of the files it is about.
        more: what else is asked, such as the goal of ``asks``: names and values.
        found: what a search of the state found before, see ``Foreseen``; empty where it is not
            known. It changes no answer.
        packed: whether the answer is put by for later.
    """

    kind: Kind
    state: State
    stamp: str
    more: tuple[tuple[str, str], ...] = ()
    found: bytes = field(default=b"", compare=False, repr=False)
    packed: bool = field(default=False, compare=False)

    @property
    def session(self) -> tuple[object, ...]:
        """What a built program can be used again for: all but the switches."""
        s = self.state
        typed = (s.set, s.pin, s.forbid, s.add)
        # What is typed is solved with the switches in it: a pin may need what is lifted.
        own = (s.lift, s.restore, s.refuse, s.grant) if any(typed) else ()
        return self.stamp, s.scenario, typed, own, s.keep


@dataclass(frozen=True)
class Switch:
    """A caveat or a force rule that can be lifted, or restored, by a click.

    Attributes:
        part: ``lift`` where it is active in the case under its scenarios, else ``restore``.
        on: whether that was done.
        roles: of the lines on which it can bear.
        gaps: how many gaps name it as a reason now.
    """

    name: str
    nations: str
    codes: tuple[str, ...]
    kind: str
    roles: tuple[str, ...]
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
        first: the month as it is now; None where there is none to choose.
    """

    name: str
    what: str
    case: str
    month: int | None
    probability: float | None
    now: Literal["", "refuse", "grant"]
    ways: tuple[Literal["refuse", "grant"], ...]
    share: float
    codes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    first: int | None = None


@dataclass(frozen=True)
class SeatTold:
    """A seat of the headquarters, with its months in the case and now."""

    area: str
    title: str
    case: int
    now: int


@dataclass(frozen=True)
class Board:
    """All that can be changed by a click.

    Attributes:
        scenarios: name and title of those that are not open.
        runs: name and title of those that an answer may be held against.
        seats: of the headquarters, in their order.
        horizon: months of the case.
        names: what an offer may name, nations and capabilities: codes and titles.
    """

    switches: tuple[Switch, ...]
    votes: tuple[Vote, ...]
    conditions: tuple[Vote, ...]
    scenarios: tuple[tuple[str, str], ...]
    runs: tuple[tuple[str, str], ...]
    seats: tuple[SeatTold, ...]
    horizon: int
    names: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @property
    def fields(self) -> frozenset[str]:
        """The fields that stand on it as numbers of their own, as ``set`` names them."""
        months = {f"{each.name}.month" for each in self.votes if each.first is not None}
        return frozenset(months | ({SEATS} if self.seats else set()))


@dataclass(frozen=True)
class Price:
    """What lifting a caveat, alone, would bring to the case as it is.

    Attributes:
        points: percentage points of coverage, of the plan found.
        critical, shortfall: by how much the tier falls: ends of a proven interval, None where an
            end is not known.
        red: whether it is never to be asked for.
        rank: sorts what brings most first.
    """

    name: str
    points: float
    critical: tuple[float | None, float | None]
    shortfall: tuple[float | None, float | None]
    red: bool
    rank: tuple[float, ...]


@dataclass(frozen=True)
class PriceBatch:
    """The prices that need no solve, and the names of what needs one."""

    prices: tuple[Price, ...]
    rest: tuple[str, ...]


@dataclass(frozen=True)
class Foreseen:
    """What lifting a caveat comes to.

    Attributes:
        found: the plan with its proof, packed, to answer whoever lifts it; empty where the search
            was cut short.
    """

    price: Price
    found: bytes


@dataclass(frozen=True)
class Packed:
    """An answer that is put by for later: it takes a thirtieth of the room."""

    data: bytes

    @classmethod
    def of(cls, answer: Any) -> Packed:
        """Pack an answer."""
        return cls(zlib.compress(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL), level=1))

    def unpacked(self) -> Any:
        """Return the answer."""
        return pickle.loads(zlib.decompress(self.data))  # noqa: S301 - packed by a process of ours


@dataclass(frozen=True)
class Counted:
    """How far a question is that takes many solves."""

    what: str
    done: int
    of: int


@dataclass(frozen=True)
class Sketch:
    """The picture of the best plan so far, before all that is told of a plan is there.

    Attributes:
        content: its picture; reasons of gaps are not looked for yet.
        last: whether the search is over, and only what is told of the plan is still to come.
    """

    content: Content
    last: bool = False


@dataclass(frozen=True)
class Report:
    """A report as a file."""

    name: str
    content: bytes


@dataclass(frozen=True)
class KeptTold:
    """How far the plan of a picture is from the one that it keeps to.

    Attributes:
        whose: the plan to keep, in words.
        moved: unit-months that differ.
        of: unit-months of the plan to keep, in this horizon.
        offers: what moves, by offer: where it is no longer, and where it is now, in words.
    """

    whose: str
    moved: int
    of: int
    offers: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Look:
    """A solved what-if, as the page shows it.

    Attributes:
        kept: None where no plan is kept.
        said: the change in words; empty for the case as it is.
        seconds: from question to answer, in the worker.
    """

    content: Content
    board: Board
    said: tuple[str, ...]
    seconds: float
    kept: KeptTold | None = None


class NoAnswer(Exception):
    """Raised where the time was over before there was any plan that keeps the pins."""
