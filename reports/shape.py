"""The shape of ``plan.json`` and ``run.json``: written through it, and read back through it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from model.domain import Pending, Tier
from model.explain import Gap
from model.faults import Fault
from model.obstacles import ReasonKind
from model.outcome import HIGHS, Options
from model.plan import Plan, State

FORMAT: Literal[1] = 1
S = TypeVar("S", bound=BaseModel)
Status = Literal["optimal", "within_gap", "time_limit", "interrupted"]


class TierProof(Protocol):
    """A tier of the plan and what is proven of it, as the solver tells it."""

    @property
    def name(self) -> Tier: ...  # noqa: D102 - its class says it
    @property
    def value(self) -> float: ...  # noqa: D102 - its class says it
    @property
    def bound(self) -> float: ...  # noqa: D102 - its class says it
    @property
    def seconds(self) -> float: ...  # noqa: D102 - its class says it
    @property
    def proven(self) -> bool: ...  # noqa: D102 - its class says it


class Outcome(Protocol):
    """What a solve gives; reports know it by its shape and never import the solver."""

    @property
    def plan(self) -> Plan: ...  # noqa: D102 - its class says it
    @property
    def tiers(self) -> Sequence[TierProof]: ...  # noqa: D102 - its class says it
    @property
    def status(self) -> Status: ...  # noqa: D102 - its class says it
    @property
    def seconds(self) -> float: ...  # noqa: D102 - its class says it
    @property
    def events(self) -> Sequence[str]: ...  # noqa: D102 - its class says it


def number(value: float | Fraction) -> int | float:
    """Return a whole number as an int and any other as the nearest float: nothing is rounded."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    whole = int(value)
    return whole if whole == value else value


def _sane(value: float) -> float:
    if not -1e300 < value < 1e300:
        raise ValueError("is no number that a plan can have")
    return value


Amount = Annotated[int | float, AfterValidator(_sane)]
Real = Annotated[float, AfterValidator(_sane)]
Count = Annotated[int, Field(ge=1, le=10**9)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
RunName = Annotated[str, Field(pattern="^[0-9a-f]{12}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, serialize_by_alias=True)


class TierValue(_Shape):
    """A tier of the plan: what it costs, and what no plan goes below."""

    name: Tier
    value: Real
    bound: Real


class TierRun(TierValue):
    """A tier with how long it took and whether it is proven to the gap asked for."""

    seconds: Real
    proven: bool


class Coverage(_Shape):
    """The coverage index, in all and per role."""

    index: Real
    roles: dict[str, Real]


class Assigned(_Shape):
    """Units of an offer that do a tour on a line."""

    offer: str
    line: str
    area: str
    units: Count
    from_: Count = Field(alias="from")
    until: Count
    conditional_on: tuple[str, ...]


class Lead(_Shape):
    """A nation that leads a role for a term."""

    role: str
    nation: str
    from_: Count = Field(alias="from")
    until: Count


def _leads(plan: Plan) -> tuple[Lead, ...]:
    return tuple(
        Lead.model_validate(
            {"role": each.role, "nation": each.nation, "from": each.first, "until": each.last}
        )
        for each in plan.leads
    )


class ToldReason(_Shape):
    """One thing that holds a gap open."""

    kind: ReasonKind
    caveats: tuple[str, ...]
    offers: tuple[str, ...]
    text: str


class ToldGap(_Shape):
    """Months of a line with one shortfall and one set of reasons."""

    line: str
    from_: Count = Field(alias="from")
    until: Count
    covered: Amount
    target: Amount
    minimum: Amount
    shortfall: Amount
    state: State
    reasons: tuple[ToldReason, ...]


class PlanFile(_Shape):
    """``plan.json``."""

    format: Literal[1]
    status: Status
    tiers: tuple[TierValue, ...]
    coverage: Coverage
    assignments: tuple[Assigned, ...]
    leads: tuple[Lead, ...]
    gaps: tuple[ToldGap, ...]

    @classmethod
    def of(cls, outcome: Outcome, gaps: Iterable[Gap]) -> PlanFile:
        """Return what ``plan.json`` says of an outcome and its gaps."""
        plan = outcome.plan
        return cls.model_validate(
            {
                "format": FORMAT,
                "status": outcome.status,
                "tiers": tuple(
                    TierValue(name=t.name, value=t.value, bound=t.bound) for t in outcome.tiers
                ),
                "coverage": Coverage(
                    index=float(plan.coverage_index),
                    roles={role: float(index) for role, index in plan.coverage_by_role.items()},
                ),
                "assignments": tuple(
                    Assigned.model_validate(
                        {
                            "offer": tour.assignment.offer.offer,
                            "line": tour.assignment.line.line,
                            "area": tour.assignment.area,
                            "units": tour.units,
                            "from": tour.assignment.start,
                            "until": tour.assignment.end,
                            "conditional_on": tuple(rest.name for rest in tour.rests),
                        }
                    )
                    for tour in plan.tours
                ),
                "leads": _leads(plan),
                "gaps": tuple(map(told_gap, gaps)),
            }
        )

    def text(self) -> str:
        """Return the file's text."""
        return self.model_dump_json(indent=1) + "\n"

    def led_as(self, plan: Plan) -> bool:
        """Whether the file names the leaders that follow from the plan."""
        return self.leads == _leads(plan)


class CaseRead(_Shape):
    """The case of a run: where it lay, and the SHA-256 of each of its files.

    Attributes:
        scenarios: where the file of each scenario lay that is not the case's own, by the name
            that it has among the options.
        keep: where the run whose plan was to be kept lay; its plan is among the files.
    """

    path: str
    files: dict[str, Hash]
    scenarios: dict[str, str] = {}
    keep: str | None = None


class RunOptions(_Shape):
    """The options of a run."""

    pending: Pending
    keep: str | None = None
    gap: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    time_limit: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    seed: Annotated[int, Field(ge=0)]
    scenarios: tuple[str, ...] = ()
    solver: str = HIGHS

    @property
    def limits(self) -> Options:
        """What a solve is asked."""
        return Options(self.gap, self.time_limit, self.seed, solver=self.solver)


class TakenFrom(_Shape):
    """The run in the history that answered the same request before, and when it was solved."""

    run: RunName
    made: str


class RunFile(_Shape):
    """``run.json``: all that tells this run from another, times included.

    Attributes:
        run: names the inputs and the plan: the same inputs and plan have the same name.
        taken_from: the run whose answer it is, if it was not solved anew; ``seconds``, ``events``
            and the seconds of the tiers are then that run's.
        products: SHA-256 of every other file of the run.
    """

    format: Literal[1]
    tool: Literal["muster"]
    run: RunName
    input_hash: Hash
    case: CaseRead
    options: RunOptions
    versions: dict[str, str]
    started: str
    seconds: Real
    status: Status
    tiers: tuple[TierRun, ...]
    events: tuple[str, ...]
    warnings: tuple[str, ...]
    taken_from: TakenFrom | None = None
    products: dict[str, Hash]

    def text(self) -> str:
        """Return the file's text."""
        return self.model_dump_json(indent=1) + "\n"


def sha256(text: str | bytes) -> str:
    """Return the SHA-256 of the text in UTF-8."""
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return hashlib.sha256(raw).hexdigest()


def input_hash(files: Mapping[str, str], options: RunOptions, version: str) -> str:
    """Return the hash over all that a plan is made from: case files, options, version."""
    # HiGHS goes without saying: the hash of a run from before there was a choice still holds.
    asked = options.model_dump(exclude={"solver"} if options.solver == HIGHS else None)
    inputs = {"files": dict(files), "options": asked, "version": version}
    return sha256(json.dumps(inputs, sort_keys=True))


def run_name(inputs: str, plan_text: str) -> str:
    """Return the run's id, which follows from its inputs and its plan."""
    return sha256(f"{inputs}\n{plan_text}")[:12]


def told_gap(gap: Gap) -> ToldGap:
    """Return what ``plan.json`` says of a gap."""
    return ToldGap.model_validate(
        {
            "line": gap.line.line,
            "from": gap.first,
            "until": gap.last,
            "covered": number(gap.covered),
            "target": number(gap.line.target),
            "minimum": number(gap.line.minimum),
            "shortfall": number(gap.shortfall),
            "state": gap.state,
            "reasons": tuple(
                ToldReason(kind=each.kind, caveats=each.caveats, offers=each.offers, text=each.text)
                for each in gap.reasons
            ),
        }
    )


def parse(kind: type[S], name: str, text: str) -> tuple[S | None, list[Fault]]:
    """Return what a file of this name says, or what keeps it from being read."""
    try:
        return kind.model_validate_json(text), []
    except ValidationError as error:
        return None, [_misshapen(name, each["loc"], each) for each in error.errors()]
    except (ValueError, ArithmeticError, RecursionError) as error:
        return None, [Fault(name, 0, "", "", f"is no JSON of a run: {error}")]


def _misshapen(name: str, path: tuple[str | int, ...], error: object) -> Fault:
    said = error if isinstance(error, dict) else {}
    if said.get("type") == "json_invalid":
        return Fault(name, 0, "", "", f"is no JSON: {said['ctx']['error']}")
    place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
    value = said.get("input")
    said_value = "" if isinstance(value, dict | list | tuple) else shown(value)
    return Fault(name, 0, place, said_value, str(said.get("msg", "is wrong")))


def shown(value: object) -> str:
    """Return a value as JSON, cut where it is long."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
