"""Answers that are kept: those that were asked for as they are, those worked out ahead packed."""

from __future__ import annotations

import pickle
import zlib
from collections import OrderedDict
from typing import Any

from web.answers import Asked

GIVEN = 64
"""So many answers that were asked for are kept."""
AHEAD = 256
"""So many that were worked out ahead; packed, one takes a thirtieth of the room."""


class Answers:
    """What was found out, for whoever asks the same; what nobody wanted for longest goes first."""

    def __init__(self) -> None:
        self._given: OrderedDict[Asked, Any] = OrderedDict()
        self._ahead: OrderedDict[Asked, bytes] = OrderedDict()

    def get(self, asked: Asked) -> Any:
        """Return the answer; None where it is not known."""
        if asked in self._ahead:
            packed = self._ahead.pop(asked)
            self.keep(asked, pickle.loads(zlib.decompress(packed)))  # noqa: S301 - packed here
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

    def put_by(self, asked: Asked, answer: Any) -> None:
        """Keep an answer that nobody has asked for yet, in little room."""
        # One of files that have changed since will not be asked for any more.
        for each in [each for each in self._ahead if each.stamp != asked.stamp]:
            del self._ahead[each]
        packed = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        self._ahead[asked] = zlib.compress(packed, level=1)
        while len(self._ahead) > AHEAD:
            self._ahead.popitem(last=False)

    def forget(self, asked: Asked) -> None:
        """Let go of an answer."""
        self._given.pop(asked, None)
        self._ahead.pop(asked, None)
