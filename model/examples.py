"""What a caveat matches in a case as it stands, and what it allows and forbids there.

No solver: assignments are asked one by one, and small plans are made and checked until one breaks
the caveat and one does not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from model.case import Case
from model.caveats.base import Caveat
from model.domain import Assignment, Settings
from model.eligibility import assignments
from model.plan import Plan, Start

TRIES = 300
"""Small plans tried to break a caveat, or to keep it."""

Start_ = tuple[Assignment, int]


@dataclass(frozen=True)
class Example:
    """Units that begin tours: together they keep the caveat, or break it as ``why`` says."""

    starts: tuple[Start_, ...]
    why: str = ""


@dataclass(frozen=True)
class Examples:
    """What a caveat matches, and what it does about it, were it active.

    Attributes:
        note: why there is no example, or what an example rests on.
    """

    matched: tuple[Assignment, ...]
    allows: Example | None = None
    forbids: Example | None = None
    note: str = ""

    @property
    def offers(self) -> tuple[str, ...]:
        """The offers matched, in the order of the files."""
        return tuple(dict.fromkeys(each.offer.offer for each in self.matched))

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines matched, in the order of the files."""
        return tuple(dict.fromkeys(each.line.line for each in self.matched))


def examples(case: Case, name: str, settings: Settings) -> Examples:
    """Return what a caveat matches, allows and forbids; one that is not active, as if it were."""
    caveat = case.caveat_by_id[name].model_copy(update={"active": True})
    others = tuple(each if each.id != name else caveat for each in case.caveats)
    case = dataclasses.replace(case, caveats=others)
    every = [
        each
        for line in case.lines
        for offer in case.fitting(line)
        for each in assignments(case, offer, line)
    ]
    matched = tuple(each for each in every if caveat.months_seen(case, each))
    if not matched:
        return Examples(matched, note="it matches nothing in this case")
    if type(caveat).blocks is not Caveat.blocks:
        return _gate(case, caveat, matched, settings)
    if type(caveat).violations is Caveat.violations:
        return Examples(matched, note="its kind forbids nothing")
    return _rows(case, caveat, matched, every, settings)


def _gate(
    case: Case, caveat: Caveat, matched: tuple[Assignment, ...], settings: Settings
) -> Examples:
    blocked = [each for each in matched if caveat.blocks(case, each, settings)]
    free = [each for each in matched if each not in blocked] if len(blocked) < len(matched) else []
    allows = None
    if free:
        sure = next((each for each in free if not caveat.rests(case, each, settings)), free[0])
        names = _rests_on(case, caveat, sure, settings)
        allows = Example(((sure, 1),), f"resting on {names}" if names else "")
    if blocked:
        note = "" if free else "it closes every assignment that it matches"
        return Examples(matched, allows, Example(((blocked[0], 1),)), note)
    resting = next((each for each in free if caveat.rests(case, each, settings)), None)
    if resting is None:
        return Examples(matched, allows, note="it forbids none of them as things stand")
    names = _rests_on(case, caveat, resting, settings)
    broken = Example(((resting, 1),), f"only if {names} fails: it rests on that")
    return Examples(matched, allows, broken, "it forbids none of them as things stand")


def _rests_on(case: Case, caveat: Caveat, assignment: Assignment, settings: Settings) -> str:
    return ", ".join(each.name for each in caveat.rests(case, assignment, settings))


def _rows(
    case: Case,
    caveat: Caveat,
    matched: tuple[Assignment, ...],
    every: list[Assignment],
    settings: Settings,
) -> Examples:
    allows = forbids = None
    for starts in islice(_small_plans(caveat, matched, every), TRIES):
        plan = Plan(case, settings, (Start(*each.key, units) for each, units in starts))
        broken = next(iter(caveat.violations(plan)), None)
        if broken is None:
            allows = allows or Example(starts)
        else:
            forbids = forbids or Example(starts, broken)
        if allows and forbids:
            break
    note = ""
    if forbids is None:
        note = "nothing tried breaks it: as things stand it may be too wide to bind"
        if caveat.limits_tours:
            note = "it forbids none of them: it shortens tours or lengthens rests"
    elif allows is None:
        note = "nothing tried keeps it, but to have none of them in place"
    return Examples(matched, allows, forbids, note)


def _small_plans(
    caveat: Caveat, matched: tuple[Assignment, ...], every: list[Assignment]
) -> Iterator[tuple[Start_, ...]]:
    """Yield a few units, then whole offers, then what the caveat sees together in a month."""
    first: dict[tuple[str, str], Assignment] = {}
    for each in matched:
        first.setdefault((each.offer.offer, each.line.line), each)
    some = list(first.values())[: TRIES // 6]
    yield from (((each, 1),) for each in some[:20])
    yield from (((each, each.offer.units),) for each in some)
    month = max(
        (each.start for each in some), key=[month for each in some for month in each.months].count
    )
    together: dict[str, Assignment] = {}
    for each in matched:
        if month in each.months:
            together.setdefault(each.offer.offer, each)
    own = tuple((each, each.offer.units) for each in together.values())
    yield tuple((each, 1) for each, _ in own)
    yield from (own[: i + 1] for i in range(1, len(own)))
    # Beside units that are not its own: partners, nations to avoid, everybody for a share.
    named = getattr(caveat, "with_", None)
    for each in some[:12]:
        beside = [
            other
            for other in every
            if other.offer.nation not in caveat.bound
            and (named is None or other.offer.nation in named)
            and set(other.months) & set(each.months)
        ]
        same = [other for other in beside if other.line == each.line and other.area == each.area]
        role = [other for other in beside if other.line.role == each.line.role]
        near = (*same, *role, *beside)
        exact = [other for other in near if other.months == each.months]
        around = [other for other in near if set(each.months) < set(other.months)]
        for other in (*exact[:6], *around[:6]):
            yield ((each, 1), (other, other.offer.units))
    # The same offers tour after tour, for what is counted over the horizon.
    for each in some[:12]:
        tours: list[Start_] = []
        free = 0
        for other in matched:
            if other.key[:3] == each.key[:3] and other.start > free:
                tours.append((other, other.offer.units))
                free = other.busy_until
        yield tuple(tours)
