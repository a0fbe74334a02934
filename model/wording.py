"""The sentences that say why a gap is open: plain English that fits a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction

from model.case import Case
from model.caveats.base import Caveat, listed
from model.domain import Line, Offer
from model.obstacles import MOVED, Finding

MANY = 4
"""Nations named in one breath; the others are counted."""

GROUPS = 3
"""Months told apart in one sentence; what comes later is counted."""

TIERS = {
    "critical": "leave more below the minimums elsewhere",
    "shortfall": "leave more below the targets elsewhere",
    "conditional": "make more rest on votes and conditions that may fail",
    "burden": "burden one nation more",
    "change": "change more of the plan that is kept",
    "personnel": "keep more people in place",
}


def number(value: Fraction | int) -> str:
    """Write a number as a decimal: ``0.5``, ``3``."""
    return f"{float(value):.10g}"


def counted(value: Fraction | int, thing: str = "unit") -> str:
    """Write a number of things: ``1 unit``, ``0.5 units``."""
    return f"{number(value)} {thing}{'' if value == 1 else 's'}"


class Words:
    """Puts findings into sentences, with the names that the case gives."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._sentences: dict[str, Callable[[list[Finding]], str]] = {
            "not yet": self._not_yet,
            "after the end": self._after_the_end,
            "gone": self._gone,
            "never": self._never,
            "barred": self._barred,
            "short": self._short,
            "counts less": self._counts_less,
            "breaks": self._breaks,
            "nations": self._nations,
            "rule": self._rule,
            "tier": self._tier,
            "on": self._on,
            "later": self._later,
            "later here": self._later_here,
            "rest": self._rest,
            "too late": self._too_late,
            "stands in": self._stands_in,
            "from": self._from,
        }

    def of(self, found: list[Finding]) -> str:
        """Return the sentence for findings of one kind and cause."""
        said = self._sentences[found[0].why](found)
        return said[:1].upper() + said[1:]

    # Supply as a whole

    def nobody(self, line: Line, missing: Fraction) -> str:
        """Say that no offer fits."""
        title = self.case.capability_title(line.capability)
        return f"No nation offers this: {title}. {counted(missing)} missing."

    def all_here(self, offers: Iterable[Offer], missing: Fraction) -> str:
        """Say that whatever is offered serves the line already."""
        units = sum(offer.units for offer in offers)
        more = f"{number(missing)} more {'is' if missing == 1 else 'are'} missing"
        what = "The only unit offered is" if units == 1 else f"All {units} units offered are"
        return f"{what} here already; {more}."

    def too_few(self, line: Line, offers: Iterable[Offer], worth: Fraction) -> str:
        """Say that all offers together are less than the target."""
        units = sum(offer.units for offer in offers)
        counts = "" if worth == units else f", which count {number(worth)} at most"
        target = number(line.target)
        return f"All nations together offer {counted(units)}{counts}; the target is {target}."

    # Units that are not used

    def filled(self) -> str:
        """Say that lines need nobody else."""
        return "Filled in every month in which these units could serve."

    def unasked(self, offer: Offer) -> str:
        """Say that what is offered fits no line."""
        return f"No line asks for this: {self.case.capability_title(offer.capability)}."

    # Names

    def _offer(self, finding: Finding) -> Offer:
        return self.case.offers[finding.offer]

    def _nations_of(self, codes: Iterable[str]) -> str:
        names = [_the(self.case.nation_name(code)) for code in dict.fromkeys(codes)]
        if len(names) > MANY:
            names = [*names[: MANY - 1], f"{len(names) - MANY + 1} more nations"]
        return listed(names)

    def _whose(self, found: Iterable[Finding]) -> str:
        return self._nations_of(self._offer(each).nation for each in found)

    def _units(self, found: list[Finding]) -> str:
        return f"{counted(sum(each.units for each in found))} of {self._whose(found)}"

    def _owner(self, found: list[Finding]) -> str:
        return f"{self._whose(found)} ({counted(sum(each.units for each in found))})"

    def _by_month(self, found: list[Finding], when: Callable[[Finding], str]) -> str:
        groups: defaultdict[tuple[int, str], list[Finding]] = defaultdict(list)
        for each in found:
            groups[each.month, when(each)].append(each)
        keys = sorted(groups)
        said = [f"{self._units(groups[key])} {key[1]}" for key in keys[:GROUPS]]
        more = sum(each.units for key in keys[GROUPS:] for each in groups[key])
        return ", ".join([*said, f"{more} more later"] if more else said)

    def _line(self, code: str | int | Fraction) -> str:
        line = self.case.line_by_id[str(code)]
        return f"{line.line} {self.case.line_title(line)} (priority {line.priority})"

    def _says(self, caveat: Caveat, refused: Iterable[str | int | Fraction] = ()) -> str:
        said = caveat.rule(self.case)
        return f"{said} (taken as refused in this run)" if caveat.id in refused else said

    def _all_say(self, found: Finding, refused: Iterable[str | int | Fraction] = ()) -> str:
        refused = tuple(refused)
        caveats = (self.case.caveat_by_id[each] for each in found.caveats)
        return "; also ".join(self._says(caveat, refused) for caveat in caveats)

    # Caveats and rules

    def _barred(self, found: list[Finding]) -> str:
        cause = found[0].cause
        forbids = [str(each) for each in cause if each not in found[0].caveats]
        said = [each for each in (self._all_say(found[0], cause), *forbids) if each]
        return f"{self._owner(found)}: {'; also '.join(said)}."

    def _short(self, found: list[Finding]) -> str:
        length, step = found[0].cause
        own = f"tours last {counted(int(length), 'month')}"
        said = self._all_say(found[0]) if found[0].caveats else own
        owner = self._owner(found)
        return f"{owner}: {said}. Begun every {step} months, such tours leave these months out."

    def _counts_less(self, found: list[Finding]) -> str:
        area, rate, *refused = found[0].cause
        units, owner = counted(sum(each.units for each in found)), self._whose(found)
        place = self.case.area_title(str(area))
        says = self._all_say(found[0], refused)
        counts = "counts" if units == "1 unit" else "count"
        each = "" if units == "1 unit" else " each"
        return f"{owner}: {says}. So {units} in {place} {counts} {number(Fraction(rate))}{each}."

    def _breaks(self, found: list[Finding]) -> str:
        said = []
        for name in found[0].caveats:
            caveat = self.case.caveat_by_id[name]
            scope, owner = caveat.applies_to, self._nations_of(caveat.bound)
            places = listed(map(self.case.area_title, scope.areas), "or") if scope.areas else ""
            roles = listed(scope.roles or ())
            where = (f" in {places}" if places else "") + (f" ({roles} only)" if roles else "")
            said.append(f"{owner}: {caveat.rule(self.case)}{where}")
        whose = self._whose(found)
        one = f"One more unit of {whose}"
        if MOVED in found[0].cause:
            one = f"Moving a unit of {whose} to where it counts more"
        return f"{'; '.join(said)}. {one} would break {_that(said)}."

    def _nations(self, found: list[Finding]) -> str:
        month, *nations = (each for each in found[0].cause if each != MOVED)
        there, whose = self._nations_of(map(str, nations)), self._whose(found)
        when = f" in month {month}" if month else ""
        if len(nations) == 1:
            return f"Only one nation at once may serve here:{when} {there}, not {whose}."
        return f"Only {len(nations)} nations at once may serve here:{when} {there}, not {whose}."

    def _rule(self, found: list[Finding]) -> str:
        name = found[0].cause[0]
        rule = next(each for each in self.case.active_rules if each.id == name)
        said = rule.rule(self.case)
        whose = self._whose(found)
        return f"{said}; one more unit of {whose} would break rule {name}."

    def _tier(self, found: list[Finding]) -> str:
        tier = str(found[0].cause[0])
        could = f"{self._units(found)} could"
        do = "serve where it counts more" if MOVED in found[0].cause else "be sent"
        if tier == "better":
            return f"{could} still {do}: the plan is proven only to within its gap."
        if tier == "same":
            return f"{could} {do}, but no aim of the case asks for it."
        return (
            f"{could} {do}, but that would {TIERS.get(tier, f'worsen {tier}')}, which comes first."
        )

    # Elsewhere, and resting

    def _on(self, found: list[Finding]) -> str:
        units = self._units(found)
        verb = "is" if units.startswith("1 unit ") else "are"
        return f"{units} {verb} used on {self._line(found[0].cause[0])}."

    def _later(self, found: list[Finding]) -> str:
        there, month = found[0].cause
        units = self._units(found)
        verb = "is" if units.startswith("1 unit ") else "are"
        return f"{units} {verb} kept for {self._line(there)} from month {month}."

    def _later_here(self, found: list[Finding]) -> str:
        month = found[0].cause[0]
        return (
            f"{self._units(found)} will serve here from month {month}; "
            "an earlier tour would leave no time to rest before."
        )

    def _rest(self, found: list[Finding]) -> str:
        rests = self._by_month(
            found,
            lambda each: (
                f"until month {each.month}"
                if each.month in self.case.months
                else "to the end of the plan"
            ),
        )
        lengthened = f" ({self._owner_of_caveats(found[0])})" if found[0].caveats else ""
        return f"Resting after a tour{lengthened}: {rests}."

    def _owner_of_caveats(self, finding: Finding) -> str:
        owners = {
            nation: None
            for each in finding.caveats
            for nation in self.case.caveat_by_id[each].bound
            if nation == self._offer(finding).nation
        }
        return f"{self._nations_of(owners)}: {self._all_say(finding)}"

    def _too_late(self, found: list[Finding]) -> str:
        until, following = found[0].cause
        begins = (
            f"the next tour can begin only in month {following}"
            if following
            else "no tour can begin after that"
        )
        return f"{self._units(found)}: rested only at the end of month {until}; {begins}."

    # What counts less, and what is not there

    def _stands_in(self, found: list[Finding]) -> str:
        capability, rate = found[0].cause
        title = self.case.capability_title(str(capability))
        units = self._units(found)
        one = units.startswith("1 unit ")
        verb, each = ("stands", "") if one else ("stand", " each")
        counts = "counts" if one else "count"
        return f"{units} ({title}) {verb} in and {counts} {number(Fraction(rate))}{each}."

    def _from(self, found: list[Finding]) -> str:
        area, rate = found[0].cause
        units = self._units(found)
        one = units.startswith("1 unit ")
        verb, counts, each = ("serves", "counts", "") if one else ("serve", "count", " each")
        place = self.case.area_title(str(area))
        return f"{units} {verb} from {place} and {counts} {number(Fraction(rate))}{each}."

    def _not_yet(self, found: list[Finding]) -> str:
        def when(each: Finding) -> str:
            offer = self._offer(each)
            notice = offer.first_month > offer.available_from
            said = f" ({offer.notice_days} days' notice)" if notice else ""
            return f"from month {each.month}{said}"

        return f"Not yet available: {self._by_month(found, when)}."

    def _after_the_end(self, found: list[Finding]) -> str:
        months = self.case.calendar.months
        units = self._units(found)
        return f"{units}: not available within the {counted(months, 'month')} of the plan."

    def _gone(self, found: list[Finding]) -> str:
        until = self._by_month(found, lambda each: f"until month {each.month}")
        return f"No longer available: {until}."

    def _never(self, found: list[Finding]) -> str:
        notice, last = found[0].cause
        units = self._units(found)
        return f"{units}: needs {notice} days' notice, but is offered only until month {last}."


def _the(name: str) -> str:
    return f"the {name}" if name.startswith("United ") or name == "Netherlands" else name


def _that(said: list[str]) -> str:
    return "that" if len(said) == 1 else "them"
