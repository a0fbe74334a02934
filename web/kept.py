"""Answers that are kept: those that were asked for as they are, those worked out ahead packed."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from web.address import State
from web.answers import Asked, Packed

GIVEN = 64
"""So many answers that were asked for are kept."""
AHEAD = 256
"""So many that were worked out ahead."""


class Answers:
    """What was found out, for whoever asks the same; what nobody wanted for longest goes first."""

    def __init__(self) -> None:
        self._given: OrderedDict[Asked, Any] = OrderedDict()
        self._ahead: OrderedDict[Asked, Packed] = OrderedDict()

    def get(self, asked: Asked) -> Any:
        """Return the answer; None where it is not known."""
        if asked in self._ahead:
            self.keep(asked, self._ahead.pop(asked).unpacked())
        if asked in self._given:
            self._given.move_to_end(asked)
        return self._given.get(asked)

    def __contains__(self, asked: Asked) -> bool:
        return asked in self._given or asked in self._ahead

    def keep(self, asked: Asked, answer: Any) -> None:
        """Keep an answer."""
        self._given[asked] = answer
        while len(self._given) > GIVEN:
            self._given.popitem(last=False)

    def put_by(self, asked: Asked, answer: Packed) -> None:
        """Keep an answer that nobody has asked for yet."""
        # One of files that have changed since will not be asked for any more.
        for each in [each for each in self._ahead if each.stamp != asked.stamp]:
            del self._ahead[each]
        self._ahead[asked] = answer
        while len(self._ahead) > AHEAD:
            self._ahead.popitem(last=False)

    def forget(self, asked: Asked) -> None:
        """Let go of an answer."""
        self._given.pop(asked, None)
        self._ahead.pop(asked, None)


class Foreseen:
    """What searches found of states that somebody may ask for, for as long as the case stays."""

    def __init__(self) -> None:
        self._stamp = ""
        self._found: dict[State, bytes] = {}

    def keep(self, stamp: str, state: State, found: bytes) -> None:
        """Keep what was found of a state; of another case nothing is kept any more."""
        if stamp != self._stamp:
            self._stamp, self._found = stamp, {}
        self._found[state] = found

    def get(self, stamp: str, state: State) -> bytes:
        """Return what was found; empty where nothing was."""
        return self._found.get(state, b"") if stamp == self._stamp else b""
