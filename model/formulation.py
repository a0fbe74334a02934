"""The mixed-integer program on one page. Formulas stand in docs/model.md under the same names.

Sets        CANDIDATES  open assignments (offer, line, area, start month) that can be worth deciding
            CELLS       line and months with the same tours in place: one row for all of them
Decisions   begin[c]            whole units that begin assignment c
            below_minimum[k]    units missing to the minimum of cell k; 0 .. minimum
            below_target[k]     units missing beyond that; 0 .. target - minimum
            present[n, k]       1 where nation n may be in place in cell k (lines with max_nations)
            heaviest_share      the largest personnel-months / share_key (tier burden)
            taken_away[i]       units of the plan to keep that are not in place (tier change)
            lifted[g]           1 where switch g is lifted; only in a program with switches
            dropped[i]          1 where pin i is not kept; the first thing that is minimised
Constraints within_offer        busy units of an offer never exceed its units
            meet_requirement    coverage + shortfall >= target
            present_if_deployed a nation in place is present
            limit_nations       at most max_nations are present
            carry_share         every nation's burden is at most the heaviest
            stay_in_place       what the plan to keep has is in place or taken away
            pass_gates          nothing begins behind a switch that is not lifted
            keep_pins           what a scenario pins begins
            <caveat or rule>    one block each, written by the kind itself

Nothing deployed satisfies every row, so that the program is never infeasible.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from typing import Any

from pyomo.core import Binary, Block, ConcreteModel, Constraint, NonNegativeIntegers, Var
from pyomo.core.expr.numeric_expr import LinearExpression

from model.case import Case
from model.caveats.base import Caveat
from model.domain import Assignment, Line, Offer, Rest, Settings, Stage, Tier, certainty
from model.dominance import Worth, worth_deciding
from model.eligibility import candidates
from model.moves import Spot, compared_tiers, spots
from model.rows import Number, Row, Terms, common_divisor, most_at_once, undominated

Months = dict[int, Terms]


@dataclass(frozen=True)
class Cell:
    """Months of a line in which the same tours are in place.

    Attributes:
        terms: rate of each open candidate in place.
    """

    line: Line
    months: tuple[int, ...]
    terms: Terms


@dataclass(frozen=True)
class Priced:
    """A variable in a tier: what a unit of it costs, and of what it is a whole multiple."""

    variable: Any
    worth: Fraction
    grain: Fraction


@dataclass
class Objective:
    """A tier as a linear function: constant + sum of coefficient x variable."""

    constant: Fraction = Fraction(0)
    begin: dict[int, Fraction] = field(default_factory=dict)
    others: list[Priced] = field(default_factory=list)

    def terms(self, begin: Any) -> tuple[list[float], list[Any]]:
        """Return coefficients and Pyomo variables."""
        pairs = [(begin[c], each) for c, each in self.begin.items() if each]
        pairs += [(each.variable, each.worth) for each in self.others]
        return [float(worth) for _, worth in pairs], [variable for variable, _ in pairs]


class Formulation:
    """The program of a case. ``model`` is the Pyomo model, ``tiers`` what it minimises in turn.

    Args:
        case: the case.
        settings: what pending votes count as.
        liftable: ids of active caveats and rules that can be lifted without building again:
            ``lifted[id]`` opens the assignments behind a gate and frees a row. By default there
            are none, and what a gate forbids is not in the program at all.
        worth: what ``worth_deciding`` returns of these, where somebody has asked already; what is
            not worth deciding is then not among ``all_candidates`` either.
    """

    def __init__(
        self,
        case: Case,
        settings: Settings,
        liftable: frozenset[str] = frozenset(),
        worth: Worth | None = None,
    ) -> None:
        self.case = case
        self.settings = settings
        self.liftable = liftable
        self.all_candidates = worth.candidates if worth else candidates(case, settings, liftable)
        worth = worth or worth_deciding(case, self.all_candidates, liftable)
        self.candidates, self.idle = worth.candidates, worth.idle
        self.assignments: list[Assignment] = [c.assignment for c in self.candidates]
        self._switch_of: dict[str, str] = {}
        self._alike: dict[tuple[str, str], list[int]] = {}
        for c, a in enumerate(self.assignments):
            self._alike.setdefault((a.offer.offer, a.line.line), []).append(c)
        self._units = {c: (a.offer.offer, a.offer.units) for c, a in enumerate(self.assignments)}
        self._kept = spots(settings.keep or (), case.calendar.months)
        self.model = ConcreteModel(name=case.force or "force")
        self.begin = self.model.begin = Var(
            range(len(self.candidates)),
            domain=NonNegativeIntegers,
            bounds=lambda _, c: (0, self._most(self.assignments[c])),
        )
        self._begin = list(self.begin.values())
        self.lifted = self.model.lifted = Var(sorted(liftable), domain=Binary)
        self.tiers: dict[Stage, Objective] = {
            name: Objective() for name in compared_tiers(case, settings)
        }
        if case.pins:
            self.tiers = {"pins": Objective(), **self.tiers}
        self._pass_gates()
        self._keep_pins()
        self._within_offer()
        self._cells = self._meet_requirement()
        self._limit_nations()
        self._price_tours()
        self._carry_share()
        self._stay_in_place()
        self._blocks("caveat", case.active_caveats)
        self._blocks("rule", case.active_rules)

    # Pieces that kinds of caveats and rules build on

    def write(self, block: Any, name: str, rows: Iterable[Row]) -> None:
        """Write rows ``sum <= bound`` into a block as the indexed constraint ``name``."""
        written = list(rows)
        switch = self._switch_of.get(block.name)
        if switch is not None:
            written = [self._freed(row, self.lifted[switch]) for row in written]
        if written:
            rule = [
                (None, self.sum_of(row.terms, *row.others), float(row.bound)) for row in written
            ]
            block.add_component(name, Constraint(range(len(rule)), rule=lambda _, i: rule[i]))

    @staticmethod
    def switches(block: Any, name: str, keys: Iterable[Any]) -> Any:
        """Add binary variables of a kind's own to its block."""
        variables = Var(list(keys), domain=Binary)
        block.add_component(name, variables)
        return variables

    @staticmethod
    def amounts(
        block: Any, name: str, keys: Iterable[Any], most: Number | None = None, nothing: Number = 0
    ) -> Any:
        """Add continuous variables >= 0; ``nothing`` is their value where nothing is deployed."""
        variables = Var(list(keys), bounds=(0, most), initialize=nothing)
        block.add_component(name, variables)
        return variables

    def sum_of(self, terms: Terms, *others: tuple[Number | float, Any]) -> LinearExpression:
        """Return sum of coefficient x begin[candidate], plus coefficient x other variable."""
        return LinearExpression(
            constant=0,
            linear_coefs=[*map(float, terms.values()), *(float(each) for each, _ in others)],
            linear_vars=[*map(self._begin.__getitem__, terms), *(each for _, each in others)],
        )

    def in_place_of(self, caveat: Caveat, counts: Callable[[Assignment], int]) -> Months:
        """Return, per month, what each candidate that the caveat sees in place counts."""
        months: Months = defaultdict(dict)
        for alike in self._alike.values():
            first = self.assignments[alike[0]]
            count = counts(first) if caveat.matches(first) else 0
            if count:
                for c in alike:
                    for month in caveat.months_covered(self.case, self.assignments[c]):
                        months[month][c] = count
        return months

    def tally(
        self,
        when: Callable[[Assignment], Iterable[int]],
        counts: Callable[[Assignment], Number] = lambda assignment: 1,
    ) -> Months:
        """Return, per month, what each candidate counts in the months in which it is meant."""
        months: Months = defaultdict(dict)
        for c, assignment in enumerate(self.assignments):
            count = counts(assignment)
            if count:
                for month in when(assignment):
                    months[month][c] = count
        return months

    def price(self, tier: Stage, variable: Any, worth: Number, grain: Number) -> None:
        """Let a variable cost ``worth`` a unit in a tier, where the case has it.

        ``grain`` is a number of which the variable is a whole multiple in some best plan.
        """
        if tier in self.tiers:
            self.tiers[tier].others.append(Priced(variable, Fraction(worth), Fraction(grain)))

    def by_offer(self, months: Months) -> dict[Offer, Months]:
        """Split per-month terms by offer."""
        split: dict[str, Months] = {}
        for month, terms in months.items():
            for c, count in terms.items():
                offer = self.assignments[c].offer.offer
                split.setdefault(offer, defaultdict(dict))[month][c] = count
        return {self.case.offer_by_id[offer]: each for offer, each in split.items()}

    def binding_rows(self, months: Months, bound: Number) -> list[Row]:
        """Return the rows ``in place <= bound`` that can bind and that no other row implies."""
        return [
            Row(terms, bound)
            for terms in undominated(months.values())
            if most_at_once(terms, self._units) > bound
        ]

    def _most(self, assignment: Assignment) -> int:
        """Return the most units worth beginning at once.

        Where nothing leans on them, units beyond the target serve nobody: the month would be
        covered by the others of the same tour. A plan to keep may have more.
        """
        units = assignment.offer.units
        if any(pin.means(assignment) for pin in self.case.pins):
            return units
        offer, line = assignment.offer, assignment.line
        if units > 1 and not any(
            held
            for each in self.case.leaning_on(offer, line)
            for held in each.leans_on(self.case, assignment)
        ):
            stay = assignment.offer.offer, assignment.line.line
            kept = max(self._kept[*stay, month] for month in assignment.months)
            return min(units, max(kept, math.ceil(assignment.line.target / assignment.rate)))
        return units

    def _freed(self, row: Row, lifted: Any) -> Row:
        """Return the row with a switch that frees it: by the most it could be broken."""
        beyond = most_at_once({c: n for c, n in row.terms.items() if n > 0}, self._units)
        beyond += sum(n * variable.ub for n, variable in row.others if n > 0)
        beyond -= row.bound
        return replace(row, others=(*row.others, (-beyond, lifted))) if beyond > 0 else row

    # The rows of the force itself

    def _pass_gates(self) -> None:
        """Let nothing begin that a switch forbids: behind its gate, or with another tour."""
        rows = {
            (c, gate): ((-self.begin[c].ub, self.lifted[gate]), 0)
            for c, each in enumerate(self.candidates)
            for gate in sorted(each.gates | each.lifted)
        }
        rows |= {
            (c, gate): ((self.begin[c].ub, self.lifted[gate]), self.begin[c].ub)
            for c, each in enumerate(self.candidates)
            for gate in sorted(each.kept)
        }
        self.model.pass_gates = Constraint(
            list(rows),
            rule=lambda _, c, gate: (None, self.sum_of({c: 1}, rows[c, gate][0]), rows[c, gate][1]),
        )

    def _keep_pins(self) -> None:
        """Let what is pinned begin, or drop the pin: so that nothing deployed stays a plan."""
        pins = self.case.pins
        dropped = self.dropped = self.model.dropped = Var(
            range(len(pins)), domain=Binary, initialize=1
        )
        self.model.keep_pins = Constraint(
            range(len(pins)),
            rule=lambda _, i: (
                pins[i].units,
                self.sum_of(
                    {c: 1 for c, a in enumerate(self.assignments) if pins[i].means(a)},
                    (pins[i].units, dropped[i]),
                ),
                None,
            ),
        )
        for i in range(len(pins)):
            self.price("pins", dropped[i], 1, 1)

    def _within_offer(self) -> None:
        busy: dict[str, Months] = {}
        starts: defaultdict[str, set[int]] = defaultdict(set)
        for assignment in self.assignments:
            starts[assignment.offer.offer].add(assignment.start)
        for c, a in enumerate(self.assignments):
            months = busy.setdefault(a.offer.offer, defaultdict(dict))
            # Most units are busy in a month in which some tour begins.
            for month in starts[a.offer.offer]:
                if a.start <= month <= a.busy_until:
                    months[month][c] = 1
        rows = {
            (offer, i): Row(terms, self.case.offer_by_id[offer].units)
            for offer, months in busy.items()
            for i, terms in enumerate(undominated(months.values()))
        }
        self.model.within_offer = Constraint(
            list(rows),
            rule=lambda _, offer, i: (
                None,
                self.sum_of(rows[offer, i].terms),
                float(rows[offer, i].bound),
            ),
        )

    def _meet_requirement(self) -> list[Cell]:
        cells = self._group()
        bounds = [(cell.line.minimum, cell.line.target - cell.line.minimum) for cell in cells]
        reachable = [k for k, cell in enumerate(cells) if cell.terms]
        below_minimum = self.model.below_minimum = Var(
            reachable,
            bounds=lambda _, k: (0, float(bounds[k][0])),
            initialize=lambda _, k: float(bounds[k][0]),
        )
        below_target = self.model.below_target = Var(
            reachable,
            bounds=lambda _, k: (0, float(bounds[k][1])),
            initialize=lambda _, k: float(bounds[k][1]),
        )
        self.model.meet_requirement = Constraint(
            reachable,
            rule=lambda _, k: (
                float(cells[k].line.target),
                self.sum_of(cells[k].terms, (1, below_minimum[k]), (1, below_target[k])),
                None,
            ),
        )
        divisors: dict[frozenset[Number], Fraction] = {}
        self.missing: dict[int, tuple[str, tuple[Any, ...]]] = {
            k: (cells[k].line.line, (below_minimum[k], below_target[k])) for k in reachable
        }
        self.unreachable: defaultdict[str, Fraction] = defaultdict(Fraction)
        for k, cell in enumerate(cells):
            line, worth = cell.line, self.case.weight(cell.line) * len(cell.months)
            worth /= line.target
            # Tours of one offer share their rate: to tell fractions apart by value takes long.
            rates = {id(rate): rate for rate in cell.terms.values()}.values()
            counted = frozenset((line.minimum, line.target, *rates))
            if counted not in divisors:
                divisors[counted] = reduce(common_divisor, map(Fraction, counted))
            grain = divisors[counted]
            priced: tuple[tuple[Tier, tuple[Any, ...]], ...] = (
                ("critical", (below_minimum,)),
                ("shortfall", (below_minimum, below_target)),
            )
            for tier, missing in priced:
                if cell.terms:
                    for variable in missing:
                        self.price(tier, variable[k], worth, grain)
                elif tier in self.tiers:
                    self.tiers[tier].constant += worth * sum(bounds[k][: len(missing)])
            if not cell.terms:
                self.unreachable[line.line] += worth * line.target
        return cells

    def _group(self) -> list[Cell]:
        """Merge the months of each line in which the same tours are in place."""
        there: dict[tuple[str, int], Terms] = defaultdict(dict)
        for c, a in enumerate(self.assignments):
            for month in a.months:
                there[a.line.line, month][c] = a.rate
        cells: list[Cell] = []
        for line in self.case.lines:
            groups: dict[frozenset[int], list[int]] = {}
            for month in self.case.demanded(line):
                groups.setdefault(frozenset(there[line.line, month]), []).append(month)
            cells += [
                Cell(line, tuple(months), there[line.line, months[0]]) for months in groups.values()
            ]
        return cells

    def _limit_nations(self) -> None:
        """Bound the nations of a cell, only where more than the limit could be there.

        The big number in front of ``present`` is the most that one *offer* can have in place: a
        row for each offer is tighter than one for the nation.
        """
        limited = self._limited_cells()
        keys = [(nation, k) for k, nations in limited.items() for nation in nations]
        present = self.model.present = Var(keys, domain=Binary)
        deployed = {
            (offer, k): (terms, present[nation, k])
            for k, nations in limited.items()
            for nation, offers in nations.items()
            for offer, terms in offers.items()
        }
        self.model.present_if_deployed = Constraint(
            list(deployed),
            rule=lambda _, offer, k: (
                None,
                self.sum_of(
                    deployed[offer, k][0],
                    (-self.case.offer_by_id[offer].units, deployed[offer, k][1]),
                ),
                0,
            ),
        )
        self.model.limit_nations = Constraint(
            list(limited),
            rule=lambda _, k: (
                None,
                self.sum_of({}, *((1, present[nation, k]) for nation in limited[k])),
                self._cells[k].line.max_nations,
            ),
        )

    def _limited_cells(self) -> dict[int, dict[str, dict[str, Terms]]]:
        """Return the cells where max_nations can bind: the terms of each offer of each nation.

        A cell whose tours are all in place in another cell too needs no row of its own.
        """
        limited: dict[int, dict[str, dict[str, Terms]]] = {}
        for line in self.case.lines:
            most = line.max_nations
            if most is None:
                continue
            cells = {k: cell.terms for k, cell in enumerate(self._cells) if cell.line is line}
            for k, terms in cells.items():
                if any(terms.keys() < other.keys() for other in cells.values()):
                    continue
                nations: dict[str, dict[str, Terms]] = {}
                for c in terms:
                    offer = self.assignments[c].offer
                    nations.setdefault(offer.nation, {}).setdefault(offer.offer, {})[c] = 1
                if len(nations) > most:
                    limited[k] = nations
        return limited

    def _price_tours(self) -> None:
        if "conditional" in self.tiers:
            self.tiers["conditional"] = self.doubtful()
        personnel = self.tiers.get("personnel")
        if personnel is not None:
            for c, a in enumerate(self.assignments):
                personnel.begin[c] = Fraction(a.offer.personnel * len(a.months))

    def doubtful(
        self, lifted: frozenset[str] = frozenset(), granted: frozenset[str] = frozenset()
    ) -> Objective:
        """Return tier ``conditional`` where nothing rests on what is lifted or granted."""
        objective = Objective()
        worth: dict[tuple[str, str, str, tuple[Rest, ...], int], Fraction] = {}
        known = self.tiers["conditional"].begin
        for c, candidate in enumerate(self.candidates):
            if not candidate.rests:
                continue
            rests = candidate.resting(lifted, granted)
            if c in known and rests == candidate.rests:
                objective.begin[c] = known[c]
            elif rests:
                a, months = candidate.assignment, len(candidate.assignment.months)
                # Capability, line and area tell the rate, and are quicker to look up.
                key = (a.offer.capability, a.line.line, a.area, rests, months)
                if key not in worth:
                    doubt = 1 - certainty(rests)
                    worth[key] = self.case.weight(a.line) * a.rate / a.line.target * months * doubt
                objective.begin[c] = worth[key]
        return objective

    def _carry_share(self) -> None:
        if "burden" not in self.tiers:
            return
        keys = {code: n.share_key for code, n in self.case.nations.items() if n.share_key}
        months: dict[str, Terms] = {}
        for c, a in enumerate(self.assignments):
            if a.offer.nation in keys and a.offer.personnel:
                people = a.offer.personnel * len(a.months)
                months.setdefault(a.offer.nation, {})[c] = people / keys[a.offer.nation]
        heaviest = self.model.heaviest_share = Var(bounds=(0, None))
        self.model.carry_share = Constraint(
            list(months),
            rule=lambda _, nation: (None, self.sum_of(months[nation], (-1, heaviest)), 0),
        )
        self.price("burden", heaviest, 1, 0)

    def _stay_in_place(self) -> None:
        """Price what moves: |in place - kept| = in place - kept + 2 x what is taken away."""
        if "change" not in self.tiers:
            return
        change = self.tiers["change"]
        there: defaultdict[Spot, Terms] = defaultdict(dict)
        for c, a in enumerate(self.assignments):
            change.begin[c] = Fraction(len(a.months))
            for month in a.months:
                there[a.offer.offer, a.line.line, month][c] = 1
        groups: Counter[tuple[str, str, int, frozenset[int]]] = Counter()
        for (offer, line, month), units in self._kept.items():
            could = frozenset(there.get((offer, line, month), ()))
            change.constant += -units if could else units
            if could:
                groups[offer, line, units, could] += 1
        rows: list[tuple[Terms, int]] = [
            (dict.fromkeys(sorted(could), 1), units) for _, _, units, could in groups
        ]
        taken_away = self.model.taken_away = Var(
            range(len(rows)),
            bounds=lambda _, i: (0, rows[i][1]),
            initialize=lambda _, i: rows[i][1],
        )
        self.model.stay_in_place = Constraint(
            range(len(rows)),
            rule=lambda _, i: (rows[i][1], self.sum_of(rows[i][0], (1, taken_away[i])), None),
        )
        for i, months in enumerate(groups.values()):
            self.price("change", taken_away[i], 2 * months, 1)

    def _blocks(self, what: str, entries: Iterable[Any]) -> None:
        """Let every caveat or rule write its rows into a block of its own, named by its id."""
        for entry in entries:
            block = Block(concrete=True)
            name = f"{what}[{entry.id}]"
            self.model.add_component(name, block)
            if entry.id in self.liftable:
                self._switch_of[block.name] = entry.id
            entry.constrain(block, self)
