"""Why pins cannot be kept: the smallest set of pins, caveats and rules that cannot hold together.

A set of demands cannot hold together exactly if it shares a member with every set whose lifting
makes the rest hold. So the two are looked for in turn: the smallest set that meets all liftings
known so far, then the cheapest lifting that leaves this set alone; where there is none, the set is
a smallest conflict (implicit hitting sets: Ignatiev, Previti, Liffiton and Marques-Silva 2015).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from model.case import Case
from model.caveats.base import Caveat, listed
from model.domain import Pin, Settings
from model.faults import Fault
from model.formulation import Formulation
from model.program import INFINITY, Program, Row, compile_program
from model.relaxing import cheapest
from model.rules.base import Rule


@dataclass(frozen=True)
class Conflict:
    """Pins, caveats and rules that cannot hold together; any two of three could.

    Attributes:
        forbids: names of forbids of scenarios that are part of it.
    """

    pins: tuple[Pin, ...]
    limits: tuple[Caveat | Rule, ...]
    forbids: tuple[str, ...]

    def in_words(self, case: Case) -> str:
        """Say what contradicts what, by name."""
        told = []
        for each in self.limits:
            what = "caveat" if isinstance(each, Caveat) else "rule"
            told.append(f"{what} {each.id}: {each.in_words(case)[:-1]}")
        told += self.forbids
        pins = listed(self.pins)
        if told:
            verb = "contradicts" if len(self.pins) == 1 else "together contradict"
            return f"{pins} {verb} {'; and '.join(told)}"
        lines = listed(sorted({pin.line for pin in self.pins}))
        how = "be kept" if len(self.pins) == 1 else "all be kept"
        return f"{pins} cannot {how} with the units offered and the limit of nations of {lines}"


def smallest(case: Case, settings: Settings, until: float = INFINITY) -> Conflict | None:
    """Return a smallest conflict around the pins of a case; None where all can be kept.

    Raises:
        OutOfTime: time was up before it was found.
    """
    active: tuple[Caveat | Rule, ...] = (*case.active_caveats, *case.active_rules)
    limits = {each.id: each for each in active}
    forbids = frozenset(each.gate for each in case.forbids)
    formulation = Formulation(case, settings, frozenset(limits) | forbids)
    program = compile_program(formulation)
    pins = {f"pin {i}": pin for i, pin in enumerate(case.pins)}
    dropped = dict(zip(pins, program.dropped, strict=True))
    program = replace(program, lifted={**program.lifted, **dropped}, goals=())
    demands = list(program.lifted)
    liftings: list[frozenset[str]] = []
    while True:
        held = _smallest_meeting(demands, liftings)
        free = {name: Fraction(1) for name in demands if name not in held}
        lifting = cheapest(program, free, [], until=until)
        if lifting is None:
            return Conflict(
                tuple(pin for name, pin in pins.items() if name in held),
                tuple(limit for name, limit in limits.items() if name in held),
                tuple(sorted(forbids & held)),
            )
        if not lifting.switches:
            return None
        liftings.append(lifting.switches)


def contradicted(case: Case, settings: Settings) -> Fault:
    """Say what the pins of a case cannot hold together with."""
    found = smallest(case, settings)
    pins = found.pins if found else case.pins
    said = found.in_words(case) if found else "the pins cannot all be kept"
    where = ", ".join(sorted({f"scenario {pin.scenario}" for pin in pins}))
    return Fault(where, 0, "pin", "", said, "take one of them out, or lift what is in its way")


def _smallest_meeting(names: list[str], sets: list[frozenset[str]]) -> frozenset[str]:
    """Return a smallest set of names that shares one with each of the sets."""
    size = len(names)
    zeros = np.zeros(size)
    place = {name: i for i, name in enumerate(names)}
    program = Program(zeros, zeros + 1, zeros == 0, (), (), (), zeros, place)
    rows = [
        Row(tuple(place[name] for name in sorted(each)), (1.0,) * len(each), 1.0, INFINITY)
        for each in sets
    ]
    found = cheapest(program, dict.fromkeys(names, Fraction(1)), rows)
    return frozenset() if found is None else found.switches
