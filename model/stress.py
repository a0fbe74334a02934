"""What the loss of a nation, or of two, would cost: every offer of theirs stays at home.

Losing offers takes plans away and adds none, so nothing gets better by it, and a loss is an
interval from the bounds of two solves. Where the best plan found uses none of the offers it stands
as it is, and nothing need be solved.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from model.case import Case
from model.domain import Settings
from model.engine import Worker
from model.events import Events
from model.outcome import Options, Outcome, TierResult
from model.plan import Plan
from model.prices import TIERS, Gains, gains
from model.rules.base import Lead
from model.session import Flips, Session

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Loss:
    """What it costs that some nations stay at home.

    Attributes:
        losses: by how much each tier rises.
        solved: False where the plan stands without them, or the time was over.
        plan: the best plan found without them.
        breaks: what the plan of the case as it is would break with their units taken out of it:
            caveats of others that lean on them, in words.
        leads: who leads no longer what is led by nobody in that plan with their units taken out.
        fill_in: units of other nations on lines that they served, in unit-months more than before.
    """

    nations: tuple[str, ...]
    losses: Gains
    solved: bool
    plan: Plan
    breaks: tuple[str, ...]
    leads: tuple[Lead, ...]
    fill_in: dict[str, int]


@dataclass(frozen=True)
class Stress:
    """The losses, the worst first.

    Attributes:
        base: the best plan of the case as it is, with its proof.
        in_time: whether everything was solved before the time was over.
        events: what the solver was caught at, in all searches.
    """

    base: Outcome
    losses: tuple[Loss, ...]
    pairs: tuple[Loss, ...]
    in_time: bool
    events: tuple[str, ...] = ()


def stress(
    case: Case,
    settings: Settings,
    *,
    pairs: bool = False,
    options: Options | None = None,
    workers: Sequence[Worker] = (),
    tell: Tell = lambda what, done, of: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Stress:
    """Return what the loss of each nation with offers, and of each pair, costs.

    Args:
        case: the case; its pins are left out, since a nation that is lost keeps none.
        settings: what pending votes count as.
        pairs: whether two are lost at once too.
        options: limits of time for all of it; the seed. Tiers are always proven exactly.
        workers: processes that share in it: see :class:`Session`.
        tell: told what is being solved, how many are done, of how many.
        stopped: asked often; true ends the search.
    """
    options = replace(options or Options(), gap=0.0)
    session = Session(replace(case, tiers=TIERS, pins=()), settings, options, workers)
    work = _Losing(session, time.monotonic() + options.time_limit, stopped)
    nations = list(dict.fromkeys(offer.nation for offer in case.offers))
    work.lose([(nation,) for nation in nations], tell)
    if pairs:
        work.lose(list(combinations(nations, 2)), tell)
    ranked = sorted(work.known.values(), key=_rank)
    return Stress(
        work.base,
        tuple(each for each in ranked if len(each.nations) == 1),
        tuple(each for each in ranked if len(each.nations) == 2),
        not work.over(),
        work.events.told(),
    )


class _Losing:
    """The work of ``stress``."""

    def __init__(self, session: Session, until: float, stopped: Callable[[], bool]) -> None:
        self.session, self.until, self.stopped = session, until, stopped
        self.base = session.solve(until=until, stopped=stopped)
        self.events = Events()
        self.events.take(self.base.events)
        self.known: dict[tuple[str, ...], Loss] = {}

    def over(self) -> bool:
        """Whether no time is left, or a stop was asked."""
        return self.stopped() or time.monotonic() >= self.until

    def lose(self, several: Sequence[tuple[str, ...]], tell: Tell) -> None:
        """Note what it costs that the nations of each stay at home; pairs after each alone."""
        stands = {nations: self._standing(nations) for nations in several}
        falls = [nations for nations in several if stands[nations] is None]
        skipped = len(several) - len(falls)
        outcomes = self.session.solve_all(
            [Flips(away=self._offers(nations)) for nations in falls],
            until=self.until,
            stopped=self.stopped,
            tell=lambda which, done: tell(" and ".join(falls[which]), skipped + done, len(several)),
        )
        solved = dict(zip(falls, outcomes, strict=True))
        for nations in several:
            self.known[nations] = stands[nations] or self._lost(nations, solved[nations])

    def _offers(self, nations: tuple[str, ...]) -> frozenset[str]:
        return frozenset(o.offer for o in self.session.case.offers if o.nation in nations)

    def _standing(self, nations: tuple[str, ...]) -> Loss | None:
        """Return the loss where a plan that is known uses none of the offers; else None."""
        if not _used(self.base.plan, nations):
            none = gains(self.base, self.base, adds=True)
            return self._loss(nations, none, self.base.plan, solved=False)
        for nation in nations if len(nations) > 1 else ():
            # Where the plan without the one does not use the other either, it stands.
            one = self.known[(nation,)]
            if one.solved and not _used(one.plan, nations):
                return self._loss(nations, one.losses, one.plan, solved=False)
        return None

    def _lost(self, nations: tuple[str, ...], outcome: Outcome | None) -> Loss:
        """Return the loss that an outcome comes to; without one all is unknown."""
        if outcome is None:
            unknown = tuple(TierResult(tier, float("inf"), 0.0, 0.0, False) for tier in TIERS)
            losses = gains(replace(self.base, tiers=unknown), self.base, adds=True)
            return self._loss(nations, losses, self.base.plan, solved=False)
        self.events.take(outcome.events)
        losses = gains(outcome, self.base, adds=True)
        return self._loss(nations, losses, outcome.plan, solved=True)

    def _loss(self, nations: tuple[str, ...], losses: Gains, plan: Plan, *, solved: bool) -> Loss:
        before = self.base.plan
        rest = Plan(
            before.case,
            before.settings,
            [s for s in before.starts if before.case.offer_by_id[s.offer].nation not in nations],
        )
        held = set(rest.leads)
        return Loss(
            nations,
            losses,
            solved,
            plan,
            tuple(rest.violations()),
            tuple(lead for lead in before.leads if lead.nation in nations and lead not in held),
            _fill_in(before, plan, nations),
        )


def _used(plan: Plan, nations: tuple[str, ...]) -> bool:
    return any(tour.assignment.offer.nation in nations for tour in plan.tours)


def _fill_in(before: Plan, after: Plan, nations: tuple[str, ...]) -> dict[str, int]:
    """Return the unit-months that others have more of on the lines that were served."""
    served = {t.assignment.line.line for t in before.tours if t.assignment.offer.nation in nations}
    more: Counter[str] = Counter()
    for plan, sign in ((before, -1), (after, 1)):
        for tour in plan.tours:
            a = tour.assignment
            if a.line.line in served and a.offer.nation not in nations:
                more[a.offer.nation] += sign * tour.units * len(a.months)
    return {nation: count for nation, count in more.most_common() if count > 0}


def _rank(loss: Loss) -> tuple[object, ...]:
    ends = [loss.losses[tier] for tier in TIERS]
    return (*(-each.low for each in ends), *(-each.high for each in ends), loss.nations)
