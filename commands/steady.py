"""``whatif --keep``: what it costs to keep to the plan of an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commands.answers import answering
from commands.common import DONE, NOT_PROVEN, print_json, refused

if TYPE_CHECKING:
    from model.case import Case
    from model.domain import Settings
    from model.outcome import Options
    from model.session import Flips
    from reports.kept import Kept


@dataclass(frozen=True)
class Question:
    """What is asked: a case as flips leave it, the plan to keep, and how much may move."""

    case: Case
    flips: Flips
    kept: Kept
    most: int | None
    curve: bool
    points: int | None


def refuse_odd(asked: Mapping[str, bool], points: int | None, *, keep: bool) -> None:
    """Refuse options that would do nothing.

    Raises:
        InputError: see there.
    """
    from model.faults import Fault, InputError

    faults = []
    if not keep:
        message, allowed = "needs a plan to keep", "name its run with --keep RUN"
        faults = [Fault(name, 0, "", "", message, allowed) for name, is_ in asked.items() if is_]
    if points is not None and not asked["--curve"]:
        faults.append(Fault("--points", 0, "", str(points), "is of the curve", "give --curve"))
    if faults:
        raise InputError(faults)


def answer(
    question: Question,
    settings: Settings,
    options: Options,
    said: Sequence[str],
    *,
    as_json: bool,
) -> int:
    """Print the answer and return the exit code."""
    from model import whatif
    from model.session import flipped
    from reports import console, steadied
    from reports.progress import Watch

    q = question
    changed = flipped(q.case, q.flips)
    with answering(changed, settings, as_json=as_json), Watch() as watch:
        watch.say("Solving the change, freely and with little moved")
        found = whatif.steadied(
            q.case,
            q.flips,
            settings,
            options,
            most=q.most,
            curve=q.curve,
            points=q.points,
            tell=lambda what, count: watch.say(f"{count} points of the curve; now {what}"),
            stopped=watch.stopped,
        )
    if q.most is not None and found.held is None:
        fault = whatif.too_little("--max-change", q.most, found.least, q.kept.label)
        if fault.allowed:
            raise refused([fault], as_json, "No plan moves so little (proven)")
        raise refused([fault], as_json, "Not proven", NOT_PROVEN)
    told = steadied.Steadied(found, q.kept, q.most)
    if as_json:
        print_json({"change": list(said), **told.values()})
    else:
        told.show(console.console(), "; ".join(said))
    return DONE if told.proven else NOT_PROVEN
