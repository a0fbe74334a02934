"""What is asked of a search through a program, and what it finds and remembers.

Knows columns and rows, not the field.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from model.course import Course
from model.domain import Stage
from model.events import Events
from model.highs import Answer, Limits, minimise
from model.outcome import Ended
from model.program import Numbers, Program, Row, Vector
from model.sketch import Sketcher
from model.steps import met


class Known(NamedTuple):
    """What was found for a part in its first tiers: see ``model/part.py``."""

    point: Vector
    bounds: list[float]
    holds: list[Row]
    on_floor: bool


class Begin(NamedTuple):
    """Where a search begins: a plan that need not fit, and what was joined when it was found.

    Attributes:
        point: value of each column.
        joined: columns of the parts that were solved as one, in turn.
    """

    point: Vector
    joined: tuple[Numbers, ...] = ()


class Memo:
    """What searches found, for later ones that meet the same parts.

    Attributes:
        known: where a part stood after so many of its tiers, by what tells it from all others.
        plans: equally good plans of a whole part.
        begins: the best plan of a case as it is, by the tiers that were minimised, over the
            columns of all that switches can bring in.
    """

    def __init__(self) -> None:
        self.known: dict[bytes, Known] = {}
        self.plans: defaultdict[bytes, list[Vector]] = defaultdict(list)
        self.begins: dict[frozenset[Stage] | None, Begin] = {}

    def copy(self) -> Memo:
        """Return another one that knows the same, and learns on its own."""
        other = Memo()
        other.known |= self.known
        other.plans.update({part: list(plans) for part, plans in self.plans.items()})
        other.begins |= self.begins
        return other


@dataclass
class Terms:
    """What is asked of a search, and what it meets on its way.

    Attributes:
        gap: relative gap for a program that is one part; several parts are solved exactly.
        until: when to stop, in monotonic seconds.
        moved: told a tier whenever something of it is found or proven, also of a part.
        course: told what is found and proven of the whole.
        stopped: asked often; true ends the search.
        apart: False solves every program as one, to compare.
        memo: what was found for parts that may come again, kept between searches.
        begin: a plan to begin with, of a program that differs little.
        joined: takes the columns of parts that are solved as one, in turn.
        driven: minimises a program in place of HiGHS, see ``model/driven.py``.
        who: the name of the solver that answers.
        sketch: told plans of the whole as they are found.
        events: what the solver was caught at.
        ended: why the search ended early, if it did.
    """

    gap: float
    until: float
    seed: int
    moved: Callable[[Stage], None]
    stopped: Callable[[], bool]
    apart: bool = True
    memo: Memo | None = None
    begin: Begin | None = None
    joined: list[Numbers] = field(default_factory=list)
    driven: Callable[..., Answer] | None = None
    who: str = "HiGHS"
    course: Course = field(default_factory=Course)
    sketch: Sketcher = field(default_factory=Sketcher)
    events: Events = field(default_factory=Events)
    ended: Ended | None = None

    def minimise(self, program: Program, costs: Vector, limits: Limits, **more: Any) -> Answer:
        """Minimise one goal over a program, see :func:`model.highs.minimise`."""
        return (self.driven or minimise)(program, costs, limits, **more)

    def over(self) -> bool:
        """Whether time is up or a stop was asked."""
        if self.ended is None and self.stopped():
            self.ended = "interrupted"
        if self.ended is None and time.monotonic() >= self.until:
            self.ended = "time_limit"
        return self.ended is not None


@dataclass
class Standing:
    """Where a part of the program stands.

    Attributes:
        columns: its columns in the whole program, and ``point`` the value of each.
        values, bounds: of each tier, constants left out.
        steps: of what the values of each tier are multiples; 0 where that is not known.
        floors: the parts that it was joined of, as they stood then.
    """

    columns: list[int]
    point: Vector
    values: list[float]
    bounds: list[float]
    steps: list[float]
    floors: Sequence[Standing] = ()

    def beneath(self, i: int) -> Iterator[tuple[list[int], float]]:
        """Yield columns and what is proven of a tier over them, while the earlier ones stand.

        That holds where each earlier tier is as good as that of all floors together: none of them
        can then be better, and so none worse.
        """
        reached = (sum(each.bounds[j] for each in self.floors) for j in range(i))
        if all(map(met, self.values, reached, self.steps)):
            for floor in self.floors:
                yield floor.columns, floor.bounds[i]
                yield from floor.beneath(i)
