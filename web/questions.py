"""What a worker is asked beside the picture: prices, asks, stress, why, and reports."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from model import asks as asking
from model import flags
from model import prices as pricing
from model import stress as stressing
from model import why as explaining
from model.case import Case
from model.conflict import contradicted
from model.domain import Settings
from model.faults import Fault, InputError, nearest
from model.outcome import Contradiction, Options, OutOfTime
from model.session import flipped
from reports import asked as asks_told
from reports import formats, gathered, priced, stressed, whys
from web.answers import LONG, Asked, Counted, NoAnswer, Report, Served
from web.work import Desk, Stopped, Tell

A = TypeVar("A")


def prices(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> dict[str, Any]:
    """Return what ``prices --json`` prints of a state."""
    question = _Question(served, asked, on_progress, stopped)
    found = question.answer(
        lambda case, settings, options: pricing.prices(
            case,
            settings,
            together=dict(asked.more)["together"] == "yes",
            options=options,
            tell=question.count,
            stopped=stopped,
        )
    )
    return priced.values(question.case, found)


def stress(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> dict[str, Any]:
    """Return what ``stress --json`` prints of a state."""
    question = _Question(served, asked, on_progress, stopped)
    pairs = dict(asked.more)["pairs"] == "yes"
    found = question.answer(
        lambda case, settings, options: stressing.stress(
            case, settings, pairs=pairs, options=options, tell=question.count, stopped=stopped
        )
    )
    return stressed.values(found)


def asks(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> dict[str, Any]:
    """Return what ``asks --json`` prints of a state, for a goal.

    Raises:
        InputError: the goal is none.
    """
    question = _Question(served, asked, on_progress, stopped)
    more = dict(asked.more)
    try:
        goal = asking.goal_of(question.case, more["goal"])
    except ValueError as error:
        raise InputError([Fault("goal", 0, "", more["goal"], str(error))]) from None
    most, count = int(more["most"]), iter(range(1, 10**6))
    found = question.answer(
        lambda case, settings, options: asking.asks(
            case,
            settings,
            goal,
            most=most,
            options=options,
            on_found=lambda ask: question.count("looking for others", next(count), most),
            stopped=stopped,
        )
    )
    return asks_told.values(question.case, found)


def why(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> dict[str, Any]:
    """Return what ``why --json`` prints of an offer, or ``why-gap --json`` of a line alone.

    Raises:
        InputError: there is no such offer, line or month.
    """
    question = _Question(served, asked, on_progress, stopped)
    case, more = question.case, dict(asked.more)
    offer, line, month = more["offer"], more["line"], int(more["month"] or 0)
    faults = _unknown("offer", offer, case.offer_by_id) + _unknown("line", line, case.line_by_id)
    if not offer and not line:
        faults.append(Fault("why", 0, "", "", "names neither an offer nor a line"))
    if month > case.calendar.months:
        allowed = f"allowed: 1 to {case.calendar.months}"
        faults.append(Fault("month", 0, "", str(month), "lies beyond the horizon", allowed))
    if faults:
        raise InputError(faults)
    on = case.line_by_id[line] if line else None
    if offer:
        found = question.answer(
            lambda case, settings, options: explaining.why(
                case, settings, case.offer_by_id[offer], line=on, month=month or None,
                options=options, stopped=stopped,
            )
        )  # fmt: skip
        return whys.values(case, found)
    gap = question.answer(
        lambda case, settings, options: explaining.why_gap(
            case, settings, case.line_by_id[line], options=options, stopped=stopped
        )
    )
    return whys.gap_values(gap)


def report(served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> Report:
    """Return the report of a state in a format: its file, or an archive where there are several.

    Raises:
        InputError: there is no such format.
    """
    name = formats.one(dict(asked.more)["format"])
    desk = Desk(served, asked, on_progress, stopped)
    now = desk.now()[0]
    content = gathered.content(now.report, desk.against())
    files = formats.written(content, [name])
    raw = {each: t.encode() if isinstance(t, str) else t for each, t in files.items()}
    if len(raw) == 1:
        [(each, only)] = raw.items()
        return Report(each, only)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content_of in sorted(raw.items()):
            # The same plan gives the same bytes: no clock in it.
            archive.writestr(zipfile.ZipInfo(each), content_of, zipfile.ZIP_DEFLATED)
    return Report(f"report-{name}.zip", packed.getvalue())


def _unknown(what: str, name: str, known: Collection[str]) -> list[Fault]:
    if not name or name in known:
        return []
    return [Fault(what, 0, "", name, f"is no known {what}", nearest(name, known))]


class _Question:
    """A question about the case that a state comes to, whatever plan the picture keeps to.

    Attributes:
        case: with all switches in it.
    """

    def __init__(self, served: Served, asked: Asked, on_progress: Tell, stopped: Stopped) -> None:
        desk = Desk(served, asked, on_progress, stopped)
        meant = flags.understood(asked.state.change(), desk.read)
        self.case = flipped(meant.case, meant.flips)
        self._settings = desk.settings
        self._options = Options(gap=served.gap, time_limit=LONG, seed=served.seed)
        self._tell = on_progress

    def count(self, what: str, done: int, of: int) -> None:
        """Tell how far the work is."""
        self._tell(Counted(what, done, of))

    def answer(self, ask: Callable[[Case, Settings, Options], A]) -> A:
        """Return the answer.

        Raises:
            InputError: the pins contradict the case.
            NoAnswer: the time was over before there was any.
        """
        try:
            return ask(self.case, self._settings, self._options)
        except Contradiction:
            raise InputError([contradicted(self.case, self._settings)]) from None
        except OutOfTime:
            raise NoAnswer from None
