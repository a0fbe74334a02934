"""What is wrong with a planner's input, and the words in which it is said."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong, or odd, in one place of one file.

    Attributes:
        file: name of the file inside the case folder.
        line: line number in the file, counted from 1; 0 for the file as a whole.
        place: row and column (``row 4, column units``) or YAML path (``caveats[2].kind``).
        value: what stands there, as text; empty where nothing stands there.
        message: what is wrong.
        allowed: what may stand there, or the nearest known names.
    """

    file: str
    line: int
    place: str
    value: str
    message: str
    allowed: str = ""

    def __str__(self) -> str:
        """Return the fault as one line: where, what, what is allowed."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        parts = [f"{where}: {self.place}" if self.place else where]
        parts.append(f"{_shown(self.value)}: {self.message}" if self.value else self.message)
        if self.allowed:
            parts.append(self.allowed)
        return "; ".join([": ".join(parts[:2]), *parts[2:]])


class InputError(Exception):
    """Raised when the input is wrong; carries every fault that was found, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Fault]]]:
        # What it says is not what it was made of: without this it would not survive a pipe.
        return InputError, (self.faults,)


def nearest(name: str, known: Iterable[str], count: int = 3) -> str:
    """Return ``nearest: a, b`` for the known names most like ``name``, or all when few."""
    names = sorted(set(known))
    if not names:
        return "none is defined"
    # Comparing folded copies finds "fra-land-1" for "FRA-LAND-1" too. Of names as like, the one
    # that begins the same comes first: for "GBX" that is "GBR", of all that share two letters.
    meant = name.casefold()
    folded: dict[str, str] = {each.casefold(): each for each in names}
    close = difflib.get_close_matches(meant, folded, n=len(folded), cutoff=0.6)
    if not close and len(names) > 12:
        # Too many to list them all: "kiew" is but half of "kyiv", and yet it is meant.
        close = difflib.get_close_matches(meant, folded, n=len(folded), cutoff=0.5)
    if close:
        alike = difflib.SequenceMatcher(b=meant)

        def order(each: str) -> tuple[float, int, str]:
            alike.set_seq1(each)
            same = [one == two for one, two in zip(each, meant, strict=False)]
            return -alike.ratio(), -[*same, False].index(False), each

        return "nearest: " + ", ".join(folded[each] for each in sorted(close, key=order)[:count])
    if len(names) <= 12:
        return "known: " + ", ".join(names)
    return f"known: {', '.join(names[:8])} and {len(names) - 8} more"


def _shown(value: str) -> str:
    """Quote a value for a message; control characters and lengths cannot break the line."""
    text = value if len(value) <= 60 else value[:57] + "..."
    return repr(text)
