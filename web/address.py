"""The open scenario as a query string, and back. The address is all that the page remembers.

``/?scenario=london-early&lift=ESP-US&refuse=DEU-BUNDESTAG&set=GBR-LAND-1.units=4`` says what the
flags of ``whatif`` say, and is understood by the same code (``model/flags.py``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import parse_qsl, urlencode

from model.faults import Fault, InputError, nearest
from model.flags import Change, Switches

Part = Literal[
    "scenario", "lift", "restore", "refuse", "grant", "set", "pin", "forbid", "add",
    "baseline", "keep", "max_change",
]  # fmt: skip
PARTS: tuple[Part, ...] = get_args(Part)
BASELINE = "baseline"
"""The part that changes nothing: the run that an answer is held against."""
KEEP, MAX_CHANGE = "keep", "max_change"
"""The plan that the answer keeps to as far as it can, and how many unit-months may move."""
ASIDE = (BASELINE, KEEP, MAX_CHANGE)
"""The parts that leave the case as it is; each is given once at most."""
CASE, PICTURE = "case", "?"
"""The plan of the case as it is; what stands before the address of a picture whose plan it is."""
MOVES = "moves"
"""What the form sends for ``max_change``; it means nothing where no plan is kept."""
SWITCHES = ("lift", "restore", "refuse", "grant")
"""The parts whose order means nothing."""
VIEWS = ("tab", "line", "month", "offer", "area", "goal", "drawn")
"""What an address may say besides: which part of the answer is looked at."""
FORM = "vote"
"""What a list to choose from sends: ``vote=refuse:ID``, or nothing."""
MONTH = "month:"
"""What a number in a form sends: ``month:ID:OLD=NEW``, the first month of a vote."""
SEAT = "seat:"
"""And ``seat:AREA:OLD=NEW``, the months of a seat; all seats are sent, in their order."""
SEATS = "headquarters.seats"
"""The field that these become."""
MOST = 200
"""So many changes are read; nobody has more on a screen."""
LONGEST = 500
"""Letters of one of them."""
LONGEST_OFFER = 2000
"""And of an offer that is typed in."""
LONGEST_KEPT = 6000
"""And of the address of a picture whose plan is kept."""
LONG = {"add": LONGEST_OFFER, KEEP: LONGEST_KEPT}
"""The parts that may be longer."""
DEEPEST = 3
"""So many pictures may keep to one another in a row: each is solved for the next one."""


@dataclass(frozen=True)
class State:
    """What is changed from the case. The same change has the same state, however it was typed.

    Attributes:
        scenario, set, pin, forbid, add: in the order in which they act.
        lift, restore, refuse, grant: ids, sorted.
        baseline: the run that it is held against, one at most; the case as it is if none.
        keep: whose plan it keeps to, one at most: ``case``, a run, or a picture: ``?`` and its
            query string.
        max_change: how many unit-months may move from that plan, one number at most.
    """

    scenario: tuple[str, ...] = ()
    lift: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    grant: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    baseline: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    max_change: tuple[str, ...] = ()

    def query(self) -> str:
        """Return the query string, without the question mark; empty for the case as it is."""
        return urlencode(list(self))

    def __iter__(self) -> Iterator[tuple[Part, str]]:
        """Yield each change as part and value."""
        for part in PARTS:
            yield from ((part, value) for value in getattr(self, part))

    def __bool__(self) -> bool:
        return self != State()

    @property
    def changes(self) -> bool:
        """Whether anything is changed from the case."""
        return any(part not in ASIDE for part, _ in self)

    @property
    def differs(self) -> bool:
        """Whether its plan may be another one than that of the case as it is."""
        return self.changes or bool(self.keep)

    @property
    def freely(self) -> State:
        """The state without a plan to keep."""
        return replace(self, keep=(), max_change=())

    @property
    def picture(self) -> str:
        """What ``keep`` is to keep to the plan of this state."""
        shown = replace(self, baseline=())
        return PICTURE + shown.query() if shown.differs else CASE

    def without(self, part: Part, value: str) -> State:
        """Return the state with one change taken back."""
        if part == KEEP:
            return self.freely
        return replace(self, **{part: tuple(each for each in getattr(self, part) if each != value)})

    def having(self, part: Part, value: str) -> State:
        """Return the state with one more change."""
        return _state([*self, (part, value)])

    def value(self, target: str) -> str | None:
        """Return what ``ID.FIELD`` is set to, as it was typed; None where it is not."""
        return next(
            (text for name, _, text in (each.partition("=") for each in self.set)
             if name.strip() == target), None
        )  # fmt: skip

    def change(self) -> Change:
        """Return the change as ``whatif`` is given it."""
        switches = Switches(self.lift, self.restore, self.refuse, self.grant)
        return Change(self.scenario, switches, self.set, self.pin, self.forbid, self.add)


def parse(
    pairs: Iterable[tuple[str, str]],
    scenarios: Sequence[str],
    runs: Collection[str] = (),
    deep: int = 0,
) -> State:
    """Return the state that names and values of a query string stand for.

    Whether the case has what they name is found out where it is read.

    Args:
        pairs: as they stand in the query.
        scenarios: names that may be opened; an address opens no file.
        runs: names of those that an answer may be held against, or keep to.
        deep: how many pictures keep to this one.

    Raises:
        InputError: an unknown name, a scenario that is none of those, or too much.
    """
    faults: list[Fault] = []
    found: list[tuple[str, str]] = []
    for name, value in _typed(list(pairs)):
        text = value.strip()
        if name in VIEWS or not text:
            continue
        part, named = name, text
        if name == FORM:
            part, _, named = text.partition(":")
        if part not in PARTS or (name == FORM and part not in SWITCHES):
            known = "a choice is refuse:ID or grant:ID" if name == FORM else nearest(name, PARTS)
            faults.append(Fault("address", 0, "", name, "is no part of an address", known))
        elif len(named) > (most := LONG.get(part, LONGEST)):
            message = f"has {len(named):,} letters"
            faults.append(Fault("address", 0, part, named, message, f"allowed: {most:,}"))
        elif part == "scenario" and named not in scenarios:
            message = "is no known scenario"
            faults.append(Fault("address", 0, part, named, message, nearest(named, scenarios)))
        elif part == BASELINE and named not in runs:
            message = "is no run of the history that is still where it was written"
            faults.append(Fault("address", 0, part, named, message, nearest(named, runs)))
        elif part == MAX_CHANGE and not _whole(named):
            message, allowed = "is no number of unit-months", "allowed: 0 or more"
            faults.append(Fault("address", 0, part, named, message, allowed))
        elif part == KEEP:
            try:
                found.append((part, _kept(named, scenarios, runs, deep)))
            except InputError as error:
                faults += error.faults
        else:
            found.append((part, named))
    for part in ASIDE:
        for _, named in list(dict.fromkeys(each for each in found if each[0] == part))[1:]:
            faults.append(Fault("address", 0, part, named, f"is a second {part}", "give one"))
    told = {part for part, _ in found}
    if MAX_CHANGE in told and KEEP not in told and not faults:
        message, allowed = "needs a plan to keep", "name it with keep"
        faults.append(Fault("address", 0, MAX_CHANGE, "", message, allowed))
    if len(found) > MOST:
        message = f"has {len(found)} changes"
        faults.append(Fault("address", 0, "", "", message, f"allowed: {MOST}"))
    if faults:
        raise InputError(faults)
    return _state(found)


def _kept(text: str, scenarios: Sequence[str], runs: Collection[str], deep: int) -> str:
    """Return whose plan is kept, always in the same words.

    Raises:
        InputError: that is nobody's, or one keeps to another one all too often.
    """
    if text == CASE or text in runs:
        return text
    faults = [
        Fault("address", 0, KEEP, text, "is no plan to keep",
              f"{nearest(text, [CASE, *runs])}; or ? and the address of a picture")
    ]  # fmt: skip
    if text.startswith(PICTURE) and deep >= DEEPEST:
        message = f"keeps to a plan that keeps to another one, more than {DEEPEST} in a row"
        allowed = "save the picture as a run (Export), and keep to that"
        faults = [Fault("address", 0, KEEP, text, message, allowed)]
    elif text.startswith(PICTURE):
        try:
            return parse(parse_qsl(text[1:]), scenarios, runs, deep + 1).picture
        except InputError as error:
            faults = [replace(each, place=f"{KEEP}: {each.place}") for each in error.faults]
    raise InputError(faults)


def _typed(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what a query says, the numbers of a form as the fields that they set."""
    seats: list[dict[str, str | int]] = []
    moved = False
    keeping = any(name == KEEP and value.strip() for name, value in pairs)
    for name, value in pairs:
        if name == MOVES:
            if keeping:
                yield MAX_CHANGE, value
            continue
        if not name.startswith((MONTH, SEAT)):
            yield name, value
            continue
        target, _, old = name.partition(":")[2].rpartition(":")
        number = value.strip() or old
        if name.startswith(MONTH):
            if number != old:
                yield "set", f"{target}.month={number}"
        else:
            moved = moved or number != old
            # What is no number is told where the field is read.
            seats.append({"area": target, "months": int(number) if _whole(number) else number})
    if moved:
        yield "set", f"{SEATS}={json.dumps(seats)}"


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9


def _state(pairs: Iterable[tuple[str, str]]) -> State:
    parts: dict[str, dict[str, None]] = {part: {} for part in PARTS}
    for part, value in pairs:
        parts[part][value] = None
    return State(
        **{
            part: tuple(sorted(values) if part in SWITCHES else values)
            for part, values in parts.items()
        }
    )
