"""What-ifs that are typed instead of written to a file: overrides, and flips of switches.

Values, pins and forbids become a scenario like any other, on top of those from files; lifting and
restoring, refusing and granting are switches of a built case. What is wrong is told with the flag.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model import yaml_source
from model.case import Case
from model.faults import Fault, InputError, nearest
from model.flips import BASE, Flips
from model.scenario import TYPED


@dataclass(frozen=True)
class Switches:
    """Names that were typed, flag by flag."""

    lift: Sequence[str] = ()
    restore: Sequence[str] = ()
    refuse: Sequence[str] = ()
    grant: Sequence[str] = ()


@dataclass(frozen=True)
class Change:
    """A what-if as it is typed: scenarios, and flags that act on top of them.

    Attributes:
        values, pins, forbids, adds: as ``overrides`` reads them.
    """

    scenarios: Sequence[str] = ()
    switches: Switches = Switches()
    values: Sequence[str] = ()
    pins: Sequence[str] = ()
    forbids: Sequence[str] = ()
    adds: Sequence[str] = ()

    def arguments(self) -> tuple[str, ...]:
        """Return the flags as ``whatif`` takes them, without the scenarios."""
        switches = self.switches
        return tuple(
            f"--{flag}={each}"
            for flag, several in (
                ("lift", switches.lift),
                ("restore", switches.restore),
                ("refuse", switches.refuse),
                ("grant", switches.grant),
                ("set", self.values),
                ("pin", self.pins),
                ("forbid", self.forbids),
                ("add", self.adds),
            )
            for each in several
        )


@dataclass(frozen=True)
class Understood:
    """A change as a case and switches of it, and in words."""

    case: Case
    flips: Flips
    said: tuple[str, ...]


def understood(
    change: Change, read: Callable[[Sequence[str], Mapping[str, Any] | None], Case]
) -> Understood:
    """Return what a change means.

    Args:
        change: as it is typed.
        read: reads the case under scenarios, and under one more that stands in no file.

    Raises:
        InputError: what is typed is wrong, or the case under it.
    """
    typed = overrides(change.values, change.pins, change.forbids, change.adds)
    case = read(change.scenarios, None)
    flipped = flips(case, change.switches)
    if typed:
        case = read(change.scenarios, folded(case, flipped, typed))
        flipped = BASE
    return Understood(case, flipped, tuple(in_words(case, change.switches, typed)))


def overrides(
    values: Iterable[str] = (),
    pins: Iterable[str] = (),
    forbids: Iterable[str] = (),
    adds: Iterable[str] = (),
) -> dict[str, Any]:
    """Return the scenario that is typed flag by flag; empty where nothing is.

    Args:
        values: ``ID.FIELD=VALUE``, the value as YAML.
        pins: ``OFFER:LINE:FROM[:UNITS[:AREA]]``; one unit where no number is given.
        forbids: ``OFFER[:LINE]``.
        adds: an offer, its columns as YAML: ``{offer: POL-LAND-9, nation: POL, ...}``.

    Raises:
        InputError: what is typed is not of that form.
    """
    faults: list[Fault] = []
    changes: dict[str, dict[str, Any]] = {}
    for text in values:
        target, equals, typed = text.partition("=")
        name, dot, field = target.strip().rpartition(".")
        if not (equals and dot and name and field):
            faults.append(_form("--set", text, "ID.FIELD=VALUE, such as DEU-LAND-1.units=4"))
            continue
        if field in changes.get(name, {}):
            faults.append(Fault("--set", 0, "", text, "is given twice", "each field once"))
            continue
        try:
            changes.setdefault(name, {})[field] = yaml_source.parse(typed, "--set").value
        except InputError as error:
            faults += error.faults
    pinned = [each for text in pins if (each := _pin(text, faults))]
    forbidden = []
    for text in forbids:
        offer, _, line = (part.strip() for part in text.partition(":"))
        if offer:
            forbidden.append({"offer": offer, **({"line": line} if line else {})})
        else:
            faults.append(_form("--forbid", text, "OFFER or OFFER:LINE"))
    offers = [each for text in adds if (each := _offer(text, faults))]
    if faults:
        raise InputError(faults)
    added = {"offers": offers} if offers else {}
    parts = {"set": changes, "add": added, "pin": pinned, "forbid": forbidden}
    return {part: each for part, each in parts.items() if each}


def _pin(text: str, faults: list[Fault]) -> dict[str, Any] | None:
    form = "OFFER:LINE:FROM[:UNITS[:AREA]], such as DEU-LAND-1:L03:1:2"
    parts = [part.strip() for part in text.split(":")]
    if not 3 <= len(parts) <= 5 or not all(parts):
        faults.append(_form("--pin", text, form))
        return None
    offer, line, first, units, area = (*parts, *("1", "")[len(parts) - 3 :])
    if not (first.isdecimal() and units.isdecimal()):
        faults.append(_form("--pin", text, form))
        return None
    pin = {"offer": offer, "line": line, "from": int(first), "units": int(units)}
    return {**pin, "area": area} if area else pin


def _offer(text: str, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        value = yaml_source.parse(text, "--add").value
    except InputError as error:
        faults += error.faults
        return None
    if isinstance(value, dict):
        return value
    faults.append(
        _form("--add", text, "{offer: ID, nation: CODE, capability: NAME, units: 1, ...}")
    )
    return None


def _form(flag: str, text: str, form: str) -> Fault:
    return Fault(flag, 0, "", text, "is not of the right form", f"allowed: {form}")


def flips(case: Case, typed: Switches) -> Flips:
    """Return the switches that are typed.

    Raises:
        InputError: a name that the case has not, or that is so already.
    """
    limits = {each.id: each for each in (*case.caveats, *case.rules)}
    active = [name for name, each in limits.items() if each.active]
    votes = {each.id: each for each in case.caveats if each.kind == "approval"}
    unsure = [name for name, each in votes.items() if getattr(each, "status", "") == "pending"]
    holding = [name for name, each in case.conditions.items() if each.holds]
    standing = [
        name for name, each in votes.items() if getattr(each, "status", "") != "refused"
    ] + holding
    grantable = [*unsure, *holding]
    everything = [*votes, *case.conditions]
    idle = [name for name in limits if name not in active]
    faults: list[Fault] = []
    for flag, names, known, what, allowed, already in (
        ("--lift", typed.lift, limits, "caveat or rule", active, "is not active"),
        ("--restore", typed.restore, limits, "caveat or rule", idle, "is active already"),
        ("--refuse", typed.refuse, everything, "vote or condition", standing, "fails already"),
        ("--grant", typed.grant, everything, "vote or condition", grantable, "is not open"),
    ):
        faults += _wrong(flag, names, known, what, allowed, already)
    for name in sorted(set(typed.refuse) & set(typed.grant)):
        faults.append(Fault("--grant", 0, "", name, "is refused too", "one of the two"))
    if faults:
        raise InputError(faults)
    return Flips(
        lifted=frozenset(typed.lift),
        restored=frozenset(typed.restore),
        refused=frozenset(typed.refuse),
        granted=frozenset(typed.grant),
    )


def folded(case: Case, switched: Flips, typed: dict[str, Any]) -> dict[str, Any]:
    """Return the typed scenario with the switches in it: a pin may need what is lifted.

    Raises:
        InputError: a switch sets a field that is typed too.
    """
    fields: dict[str, dict[str, Any]] = {}
    fields |= {name: {"active": False} for name in switched.lifted}
    fields |= {name: {"active": True} for name in switched.restored}
    for names, vote, condition in (
        (switched.refused, {"status": "refused"}, {"holds": False}),
        (switched.granted, {"status": "granted"}, {"probability": 1}),
    ):
        for name in names:
            true = condition if name in case.conditions else vote
            fields[name] = {**fields.get(name, {}), **true}
    changes = dict(typed.get("set", {}))
    faults = []
    for name in sorted(fields):
        faults += [
            Fault("--set", 0, "", f"{name}.{field}", "is switched by a flag too")
            for field in sorted(fields[name].keys() & changes.get(name, {}).keys())
        ]
        changes[name] = {**changes.get(name, {}), **fields[name]}
    if faults:
        raise InputError(faults)
    return {**typed, **({"set": changes} if changes else {})}


def _wrong(
    flag: str,
    names: Iterable[str],
    known: Collection[str],
    what: str,
    allowed: Collection[str],
    already: str,
) -> Iterable[Fault]:
    for name in names:
        if name not in known:
            yield Fault(flag, 0, "", name, f"is no {what}", nearest(name, known))
        elif name not in allowed:
            yield Fault(flag, 0, "", name, already, nearest(name, allowed))


def in_words(case: Case, switches: Switches, typed: dict[str, Any]) -> list[str]:
    """Say what the change is: the scenarios, then the flags."""
    told = [
        f"{each.title} ({each.name})" if each.title else each.name
        for each in case.scenarios
        if each.name != TYPED
    ]
    for verb, names in (
        ("lift", switches.lift),
        ("restore", switches.restore),
        ("refuse", switches.refuse),
        ("grant", switches.grant),
    ):
        told += [f"{verb} {name}" for name in names]
    for name, fields in typed.get("set", {}).items():
        told += [f"{name}.{field} = {value}" for field, value in fields.items()]
    for each in typed.get("add", {}).get("offers", ()):
        told.append(f"add {each.get('units')} of {each.get('offer')}")
    told += [f"{pin}" for pin in case.pins if pin.scenario == TYPED]
    for each in typed.get("forbid", ()):
        told.append(f"forbid {each['offer']} on {each.get('line', 'all lines')}")
    return told
