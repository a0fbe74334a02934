"""Pins and forbids of scenarios: how they are written, and what they contradict.

Only what is certain without a solver is told here. Units that a pin asks for must begin, so
whatever any plan would break by having them, and could not mend by having more, is a contradiction.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pydantic import Field

from model.case import Case
from model.caveats.base import listed
from model.checks import Problem, Where
from model.domain import Assignment, Forbid, Line, Offer, Pin, Settings
from model.eligibility import Candidate, candidates_on
from model.faults import nearest
from model.fields import Entry, Name, Positive
from model.limits import Limit
from model.plan import Plan, Start
from model.raw import PINS


class Pinned(Entry):
    """A pin as a scenario writes it."""

    offer: Name
    line: Name
    from_: Positive = Field(alias="from")
    units: Positive
    area: Name | None = None

    def of(self, scenario: str) -> Pin:
        """Return the pin."""
        return Pin(self.offer, self.line, self.from_, self.units, self.area, scenario)


class Forbidden(Entry):
    """A forbid as a scenario writes it."""

    offer: Name
    line: Name | None = None

    def of(self, scenario: str) -> Forbid:
        """Return the forbid."""
        return Forbid(self.offer, self.line, scenario)


def contradictions(case: Case, settings: Settings) -> Iterator[Problem]:
    """Yield what is wrong with the pins of a case whose names are all known."""
    served = []
    for i, pin in enumerate(case.pins):
        offer, line = case.offer_by_id[pin.offer], case.line_by_id[pin.line]
        ways = candidates_on(case, offer, line, settings)
        wrong = _misplaced(case, pin, (*PINS, i), offer, line, ways)
        if wrong is not None:
            yield wrong
            continue
        meant = [way for way in ways if pin.means(way.assignment)]
        open_ways = [way for way in meant if not way.gates]
        if open_ways:
            served.append(_Served(i, pin, tuple(way.assignment for way in open_ways)))
        else:
            yield from _barred(case, settings, pin, (*PINS, i), meant)
    yield from _too_much(case, settings, served)


def _misplaced(
    case: Case, pin: Pin, where: Where, offer: Offer, line: Line, ways: list[Candidate]
) -> Problem | None:
    """Return what keeps the pin from being about any assignment at all."""
    areas = (line.area, *(area for area, _ in line.elsewhere))
    if case.rate(offer, line) is None:
        fits = [each.line for each in case.lines if case.rate(offer, each) is not None]
        message = f"is a line that {pin.offer} does not fit"
        return Problem((*where, "line"), pin.line, message, nearest(pin.line, fits))
    if pin.area not in (None, *areas):
        message = f"is no place from which {pin.line} is served"
        return Problem((*where, "area"), str(pin.area), message, f"allowed: {', '.join(areas)}")
    starts = sorted({way.assignment.start for way in ways})
    if pin.start not in starts:
        allowed = f"allowed: {', '.join(map(str, starts))}"
        if not starts:
            allowed = "the two are never open in the same month"
            if not case.open_months(offer):
                allowed = f"{pin.offer} is never available in the horizon"
        message = f"is no start month of {pin.offer} on {pin.line}"
        return Problem((*where, "from"), str(pin.start), message, allowed)
    return None


# What closes every assignment that a pin could mean


def _barred(
    case: Case, settings: Settings, pin: Pin, where: Where, ways: list[Candidate]
) -> Iterator[Problem]:
    def said(way: Candidate, gates: Iterable[str]) -> list[str]:
        return [_in_the_way(case, settings, way.assignment, gate) for gate in sorted(gates)]

    everywhere = frozenset.intersection(*(way.gates for way in ways))
    for each in said(ways[0], everywhere):
        yield Problem(where, "", f"{pin} contradicts {each}")
    if not everywhere:
        places = [f"{way.assignment.area}: {' and '.join(said(way, way.gates))}" for way in ways]
        message = f"{pin} contradicts, wherever it may be: from {'; from '.join(places)}"
        yield Problem(where, "", message)


def _in_the_way(case: Case, settings: Settings, assignment: Assignment, gate: str) -> str:
    caveat = case.caveat_by_id.get(gate)
    if caveat is None:
        return f"{gate}, which forbids {assignment.offer.offer} there"
    granted = replace(settings, pending="granted")
    by_run = "" if caveat.blocks(case, assignment, granted) else " Pending votes count as refused."
    return f"caveat {gate}: {caveat.in_words(case)}{by_run}"


# What pins ask for together


@dataclass(frozen=True)
class _Served:
    """A pin that some assignments could meet."""

    place: int
    pin: Pin
    ways: tuple[Assignment, ...]


def _too_much(case: Case, settings: Settings, served: list[_Served]) -> Iterator[Problem]:
    for label, how in _broken(case, settings, served).items():
        core = _core(case, settings, served, label)
        pins = listed(each.pin for each in core)
        verb = "contradicts" if len(core) == 1 else "contradict"
        last = max(each.place for each in core)
        yield Problem((*PINS, last), "", f"{pins} {verb} {_in_words(case, label)} ({how})")


def _core(case: Case, settings: Settings, served: Sequence[_Served], label: str) -> list[_Served]:
    """Return pins that break something together, and no longer if one of them is left out."""
    core: list[_Served] = []

    def breaks(count: int) -> bool:
        return label in _broken(case, settings, [*core, *served[:count]])

    while not breaks(0):
        # The shortest beginning that breaks it together with the core ends with a pin it needs.
        needed = bisect_left(range(len(served)), True, key=breaks)
        core.append(served[needed - 1])
        served = served[: needed - 1]
    return core


def _broken(case: Case, settings: Settings, served: Iterable[_Served]) -> dict[str, str]:
    """Return what every plan that meets the pins breaks, and how the least such plan does."""
    sure, anywhere = _least(served)
    plan = Plan(case, settings, sure)
    texts = [*Plan(case, settings, [*sure, *anywhere]).overbooked(), *plan.crowded()]
    for word, limits in (("caveat", case.active_caveats), ("rule", case.active_rules)):
        for limit in limits:
            # Where nothing leans on units, having more of them mends nothing.
            if type(limit).leans_on is Limit.leans_on:
                texts += (
                    f"{word} {limit.id}: {text}" for text in islice(limit.violations(plan), 1)
                )
    broken: dict[str, str] = {}
    for text in texts:
        label, _, how = text.partition(": ")
        broken.setdefault(label, how)
    return broken


def _least(served: Iterable[_Served]) -> tuple[list[Start], list[Start]]:
    """Return the units that must begin in one place, and those that may begin in several.

    Pins on the same offer, line and month do not add up: each says how many there are at least.
    Units with a choice are given the place from which they are free again first.
    """
    there: defaultdict[tuple[str, str, int], dict[str, int]] = defaultdict(dict)
    somewhere: dict[tuple[str, str, int], tuple[int, tuple[Assignment, ...]]] = {}
    for each in served:
        pin = each.pin
        key = (pin.offer, pin.line, pin.start)
        if len(each.ways) == 1:
            areas, area = there[key], each.ways[0].area
            areas[area] = max(areas.get(area, 0), pin.units)
        else:
            most = max(somewhere.get(key, (0, ()))[0], pin.units)
            somewhere[key] = (most, each.ways)
    sure = [
        Start(offer, line, area, start, units)
        for (offer, line, start), areas in there.items()
        for area, units in areas.items()
    ]
    anywhere = []
    for (offer, line, start), (units, ways) in somewhere.items():
        more = units - sum(there[offer, line, start].values())
        if more > 0:
            soonest = min(ways, key=lambda way: way.busy_until)
            anywhere.append(Start(offer, line, soonest.area, start, more))
    return sure, anywhere


def _in_words(case: Case, label: str) -> str:
    what, name = label.split(" ")
    if what == "caveat":
        return f"{label}: {case.caveat_by_id[name].in_words(case)}"
    if what == "rule":
        return f"{label}: {next(r for r in case.active_rules if r.id == name).in_words(case)}"
    return f"the limit of nations of {label}" if what == "line" else f"the units of {label}"
