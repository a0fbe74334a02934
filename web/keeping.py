"""In the workers: the plan to keep, and how far another one is from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from model.conflict import contradicted
from model.faults import Fault, InputError
from model.flips import Flips
from model.moves import distance, shifts, spots, stays
from model.outcome import Contradiction, Outcome, OutOfTime
from model.plan import Plan
from model.whatif import Least, holding, steadied, too_little
from reports import kept, run_folder, words
from reports.kept import Kept
from reports.shape import sha256
from reports.steadied import Steadied
from web.address import CASE, KEEP, MAX_CHANGE, PICTURE, State
from web.answers import KeptTold, NoAnswer

if TYPE_CHECKING:
    from web.work import Desk, Held


@dataclass(frozen=True)
class Keeping:
    """A plan to keep.

    Attributes:
        whose: in words.
        text: its ``plan.json``.
    """

    plan: Kept
    whose: str
    text: str


def named(desk: Desk, keep: str) -> tuple[Keeping, bool]:
    """Return a plan to keep, and whether nobody has cut the search for it short.

    Args:
        desk: of the question whose answer keeps to it.
        keep: whose, as an address says it.

    Raises:
        InputError, NoAnswer: it cannot be read any more, or solved.
    """
    served = desk.served
    if keep != CASE and not keep.startswith(PICTURE):
        folder = next((Path(each.folder) for each in served.runs() if each.run == keep), None)
        if folder is None:  # gone since the address was read
            message = "is no run of the history that is still where it was written"
            raise InputError([Fault("address", 0, KEEP, keep, message)])
        text = run_folder.read(folder, [kept.PLAN])[0].get(kept.PLAN, "")
        return Keeping(kept.read(folder, keep), f"run {keep}", text), True
    state = State() if keep == CASE else served.state(parse_qsl(keep.removeprefix(PICTURE)))
    solved, said = desk.beside(state).now()
    plan, run = solved.outcome.plan, solved.report.origin.run
    whose = f"the picture: {'; '.join(said) or 'as it was kept'}" if state else "the case as it is"
    # By the name and the hash that it would have as a run.
    to = Kept(run, Path(run), stays(plan), sha256(solved.plan))
    return Keeping(to, whose, solved.plan), solved.outcome.status != "interrupted"


def held_to(desk: Desk, held: Held, flips: Flips, most: int) -> Outcome:
    """Return the best plan that moves no more than ``most`` from the one to keep.

    Raises:
        InputError: every plan moves more, or none was found in time that does not.
        Contradiction, OutOfTime: see ``model/solver.py``.
    """
    with held.session.knowing(held.known):
        least, found = holding(
            held.session,
            flips,
            most,
            stopped=desk.stopped,
            on_progress=desk.on_progress,
            on_plan=desk.on_plan(held.session, flips),
        )
    if found is None:
        raise _refused(desk, most, least)
    return found


def whatif(desk: Desk) -> dict[str, Any]:
    """Return what ``whatif --keep --json`` prints of a state that keeps to a plan.

    Raises:
        InputError: as ``held_to``, or its pins contradict the case.
        NoAnswer: the time was over.
    """
    to, meant = desk.kept(), desk.meant()
    assert to is not None  # noqa: S101 - see there
    settings = replace(desk.settings, keep=to.plan.stays)
    try:
        found = steadied(
            meant.case, meant.flips, settings, desk.options, most=desk.most, stopped=desk.stopped
        )
    except Contradiction:
        raise InputError([contradicted(meant.case, desk.settings)]) from None
    except OutOfTime:
        raise NoAnswer from None
    if desk.most is not None and found.held is None:
        raise _refused(desk, desk.most, found.least)
    return {"change": meant.said, **Steadied(found, to.plan, desk.most).values()}


def _refused(desk: Desk, most: int, least: Least) -> InputError:
    to = desk.kept()
    return InputError([too_little(MAX_CHANGE, most, least, to.whose if to else "")])


def told(to: Keeping, plan: Plan) -> KeptTold:
    """Return how far a plan is from the one that it keeps to."""
    months = plan.case.calendar.months
    before, now = spots(to.plan.stays, months), spots(stays(plan), months)
    offers: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for offer, line, first, last, units in shifts(before, now):
        offers[offer][units > 0].append(f"{abs(units)} on {line}, {words.months(first, last)}")
    return KeptTold(
        words.plain(to.whose),
        distance(before, now),
        before.total(),
        tuple(
            (words.plain(offer), words.plain("; ".join(gone)), words.plain("; ".join(new)))
            for offer, (gone, new) in offers.items()
        ),
    )
