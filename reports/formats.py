"""The formats of a gap report. A new one is a line here and a room with ``write(content)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from model.faults import Fault, InputError, nearest

if TYPE_CHECKING:
    from reports.content import Content


PICTURES = (
    "missing-units",
    "coverage-by-month",
    "coverage-by-role",
    "headquarters",
    "tours-by-nation",
    "tours-by-line",
)
"""The names of the pictures; each is a file of SVG beside one of its data as CSV."""


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        name: as ``--format`` names it.
        room: the module whose ``write(content: Content) -> dict[str, str | bytes]`` returns its
            files by name, text or bytes. It is imported when the format is wanted.
        files: every file that it may write.
        usual: whether ``plan`` writes it without being asked.
        slow: whether it takes as long as all the others together.
    """

    name: str
    room: str
    files: tuple[str, ...]
    usual: bool = False
    slow: bool = False


def _pictures() -> Iterator[str]:
    for name in PICTURES:
        yield from (f"picture-{name}.{ending}" for ending in ("svg", "csv"))


FORMATS = {
    each.name: each
    for each in (
        Format("html", "reports.html", ("report.html",), usual=True),
        Format("md", "reports.markdown", ("report.md",), usual=True),
        Format("xlsx", "reports.xlsx", ("report.xlsx",), usual=True, slow=True),
        Format("pdf", "reports.pdf", ("report.pdf",)),
        Format("docx", "reports.docx", ("report.docx",)),
        Format("pptx", "reports.pptx", ("report.pptx",)),
        Format("svg", "reports.pictures", tuple(_pictures())),
        Format("orbat", "reports.orbat", ("orbat.svg", "orbat.csv", "orbat.json")),
        Format("map", "reports.atlas", ("map.svg", "map-over-time.svg", "map.csv")),
        Format("geojson", "reports.geojson", ("places.geojson",)),
        Format("kml", "reports.kml", ("places.kml",)),
        Format("deployment", "reports.deployment", ("deployment.csv",)),
    )
}
USUAL = tuple(each.name for each in FORMATS.values() if each.usual)
FILES = frozenset(name for each in FORMATS.values() for name in each.files)


def named(text: str) -> tuple[str, ...]:
    """Return the formats that a text such as ``html,md`` or ``all`` names, each once.

    Raises:
        InputError: one is no format.
    """
    wanted = dict.fromkeys(part.strip() for part in text.split(","))
    if "all" in wanted:
        wanted = dict.fromkeys(FORMATS)
    faults = [
        Fault("--format", 0, "", name, "is no format", nearest(name, [*FORMATS, "all"]))
        for name in wanted
        if name not in FORMATS
    ]
    if faults:
        raise InputError(faults)
    return tuple(wanted)


def one(text: str) -> str:
    """Return the format that a text names.

    Raises:
        InputError: it names none, or several.
    """
    if text not in FORMATS:
        raise InputError([Fault("format", 0, "", text, "is no format", nearest(text, FORMATS))])
    return text


class Aside(Protocol):
    """Another process that calls functions, one at a time."""

    def call(self, room: str, function: str, *arguments: Any) -> None:
        """Have a function called over there."""

    def called(self) -> Any:
        """Wait for what it returns."""


SLOW = tuple(name for name in USUAL if FORMATS[name].slow)
QUICK = tuple(name for name in USUAL if not FORMATS[name].slow)


def ready(names: Iterable[str] = USUAL) -> None:
    """Load what formats need, while there is something else to wait for."""
    for name in names:
        room = import_module(FORMATS[name].room)
        getattr(room, "ready", lambda: None)()


def written(content: Content, names: Iterable[str]) -> dict[str, str | bytes]:
    """Return the files of the formats that are named."""
    files: dict[str, str | bytes] = {}
    for name in names:
        files |= import_module(FORMATS[name].room).write(content)
    return files


def usual(content: Content, aside: Aside | None) -> Callable[[], dict[str, str | bytes]]:
    """Begin to write the usual formats; what is returned waits for them and returns the files.

    The slow ones are written ``aside``, where there is such a process. One that fails there is
    written here: a report is not lost with its helper.
    """
    if aside is None:
        return lambda: written(content, USUAL)
    aside.call(__name__, "written", content, SLOW)

    def files() -> dict[str, str | bytes]:
        here = written(content, QUICK)
        there: dict[str, str | bytes]
        try:
            there = aside.called()
        except Exception:  # noqa: BLE001 - whatever it was, it is tried again, and raised again
            there = written(content, SLOW)
        return here | there

    return files
