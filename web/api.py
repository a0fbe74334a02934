"""The same questions for programs: a POST makes a job, a GET tells how far it is, a DELETE ends it.

The page's own buttons stop and end its jobs here, too.

A new question is a function of ``web/work.py``, its name in ``answers.Kind``, and a route here.
"""

from __future__ import annotations

import dataclasses
import math
import mimetypes
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from model.faults import InputError
from model.outcome import Progress
from reports import formats
from reports.formats import FORMATS
from web.address import BASELINE, KEEP, LONGEST, LONGEST_KEPT, LONGEST_OFFER, MAX_CHANGE, MOST
from web.answers import Asked, Counted, Kind, NoAnswer, Report
from web.jobs import Job, Phase
from web.solving import Busy, Solving

Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
Texts = Annotated[list[Text], Field(max_length=MOST)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(_Shape):
    """A change of the case, as the flags of ``whatif`` say it; empty for the case as it is."""

    scenario: Texts = Field([], description="Names of scenarios, in the order they are stacked.")
    lift: Texts = Field([], description="Active caveats or force rules to lift.")
    restore: Texts = Field([], description="Caveats or rules that are not active, to bind again.")
    refuse: Texts = Field([], description="Votes that say no, conditions that fail.")
    grant: Texts = Field([], description="Pending votes that say yes, conditions that are certain.")
    set_: Texts = Field([], alias="set", description="ID.FIELD=VALUE")
    pin: Texts = Field([], description="OFFER:LINE:FROM[:UNITS[:AREA]]")
    forbid: Texts = Field([], description="OFFER[:LINE]")
    add: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_OFFER)]],
        Field(max_length=MOST),
    ] = Field([], description="An offer, its columns as YAML: {offer: ID, ...}")

    def address(self) -> list[tuple[str, str]]:
        """Return it as an address says it."""
        parts: dict[str, list[str]] = self.model_dump(by_alias=True, include=_CHANGE)
        return [(part, value) for part, values in parts.items() for value in values]


_CHANGE = set(Change.model_fields)


class Planned(Change):
    """A change, and the plan that its own keeps to, as far as nothing better is lost by that."""

    keep: str = Field(
        "",
        max_length=LONGEST_KEPT,
        description="Whose plan: `case` (as it is), a run of the history, or the address of a "
        "picture: `?lift=ID&...`. Of plans that are as good the one is taken that moves the fewest "
        "unit-months, as tier `change` counts them; empty for any.",
        examples=["case", "?lift=DEU-BASING"],
    )
    max_change: int | None = Field(
        None,
        ge=0,
        lt=10**8,
        description="With `keep`: move at most so many unit-months, even if the plan is worse.",
    )

    def address(self) -> list[tuple[str, str]]:
        """Return it as an address says it."""
        most = "" if self.max_change is None else str(self.max_change)
        return [*super().address(), (KEEP, self.keep), (MAX_CHANGE, most)]


class FaultTold(_Shape):
    """One thing that is wrong with what was asked."""

    file: str
    line: int
    place: str
    value: str
    message: str
    allowed: str


class Refusal(_Shape):
    """Why there is no answer."""

    error: str
    faults: list[FaultTold] = []


class ProgressTold(_Shape):
    """Where a search stands; what is not known yet is null."""

    tier: str
    best: float | None
    bound: float | None
    gap: float | None
    seconds: float


class CountTold(_Shape):
    """How far a question is that takes many solves."""

    what: str = Field(description="What is being worked on.")
    done: int
    of: int


class Prices(Change):
    """A change, and what is priced of it."""

    together: bool = Field(True, description="Look for sets that help only together.")


class Stress(Change):
    """A change, and what is lost of it."""

    pairs: bool = Field(False, description="Lose each pair of nations too (much longer).")


class Asks(Change):
    """A change, and the goal to be reached under it."""

    goal: Text = Field(description="critical=0, or coverage=0.9, or ROLE=0.9, or LINE=1")
    most: int = Field(20, ge=1, le=1000, description="Stop after so many sets.")


class Why(Change):
    """A change, and an offer, or a line alone, to ask about."""

    offer: str = Field("", max_length=LONGEST, description="Id of an offer.")
    line: str = Field("", max_length=LONGEST, description="Id of a requirement line.")
    month: int | None = Field(None, ge=1, le=600)


class Told(Planned):
    """A change as it is told in a report."""

    baseline: str = Field(
        "",
        max_length=LONGEST,
        description="A run of the history that it is held against; empty for the case as it is.",
    )

    def address(self) -> list[tuple[str, str]]:
        """Return it as an address says it."""
        return [*super().address(), (BASELINE, self.baseline)]


class ReportOf(Told):
    """A change, and the format in which it is told."""

    format: Text = Field(description=f"One of {', '.join(FORMATS)}.")


class RunOf(Planned):
    """A change whose plan is wanted as a run."""

    formats: Annotated[list[Text], Field(max_length=len(FORMATS))] = Field(
        [], description=f"Besides the usual ones: {', '.join(FORMATS)}."
    )


class JobTold(_Shape):
    """A question on its way to its answer."""

    id: str
    question: Kind
    phase: Phase
    progress: ProgressTold | CountTold | None
    result: dict[str, Any] | None = Field(description="The answer, once the phase is done.")
    error: Refusal | None = Field(description="Why there is none, once the phase is failed.")


REFUSALS: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal},
    503: {"model": Refusal, "description": "Too busy"},
}
router = APIRouter(prefix="/api", responses=REFUSALS)
_GONE: dict[int | str, dict[str, Any]] = {404: {"model": Refusal, "description": "No such job"}}


@router.post("/plan", status_code=202)
async def plan(request: Request, change: Planned) -> JobTold:
    """Solve the case under a change; the result is what ``plan.json`` holds."""
    return _posted(request, "plan", change)


@router.post("/whatif", status_code=202)
async def whatif(request: Request, change: Planned) -> JobTold:
    """Solve the case and a change; the result is what ``whatif --json`` prints.

    With a plan to keep it is what ``whatif --keep --json`` prints.
    """
    return _posted(request, "whatif", change)


@router.post("/prices", status_code=202)
async def prices(request: Request, change: Prices) -> JobTold:
    """Price every caveat under a change; the result is what ``prices --json`` prints."""
    return _posted(request, "prices", change, together="yes" if change.together else "no")


@router.post("/asks", status_code=202)
async def asks(request: Request, change: Asks) -> JobTold:
    """Find whom to ask for what; the result is what ``asks --json`` prints."""
    return _posted(request, "asks", change, goal=change.goal, most=str(change.most))


@router.post("/stress", status_code=202)
async def stress(request: Request, change: Stress) -> JobTold:
    """Take each nation out; the result is what ``stress --json`` prints."""
    return _posted(request, "stress", change, pairs="yes" if change.pairs else "no")


@router.post("/why", status_code=202)
async def why(request: Request, change: Why) -> JobTold:
    """Say why an offer is or is not in place, or why a line has a gap.

    The result is what ``why --json`` prints, or ``why-gap --json`` where no offer is named.
    """
    month = "" if change.month is None else str(change.month)
    return _posted(request, "why", change, offer=change.offer, line=change.line, month=month)


@router.post("/report", status_code=202)
async def report(request: Request, change: ReportOf) -> JobTold:
    """Write a report of a change; the result says where it is fetched."""
    formats.one(change.format)
    return _posted(request, "report", change, format=change.format)


@router.post("/run", status_code=202)
async def run(request: Request, change: RunOf) -> JobTold:
    """Write a change as a run, in an archive; the result says where it is fetched.

    It holds the folder that ``plan --out`` writes, and beside it what ``verify`` needs and the case
    does not hold: the change as a scenario, and the plan that was kept.
    """
    wanted = formats.named(",".join(change.formats)) if change.formats else ()
    return _posted(request, "run", change, formats=",".join(wanted))


@router.get(
    "/jobs/{job}/file",
    responses={**_GONE, 200: {"content": {"application/octet-stream": {}}}},
    response_class=Response,
)
async def file(request: Request, job: str) -> Response:
    """Return the report that a job has written."""
    found = _job(request, job)
    if not isinstance(found.answer, Report):
        raise NoJob
    return sent(found.answer)


def sent(report: Report) -> Response:
    """Return a file to be saved under its own name."""
    type_ = mimetypes.guess_type(report.name)[0] or "application/octet-stream"
    headers = {"Content-Disposition": f'attachment; filename="{report.name}"'}
    return Response(report.content, media_type=type_, headers=headers)


@router.get("/jobs/{job}", responses=_GONE)
async def job(request: Request, job: str) -> JobTold:
    """Tell how far a job is, and its result."""
    return _told(_job(request, job))


@router.post("/jobs/{job}/stop", status_code=202, responses=_GONE)
async def stop(request: Request, job: str) -> JobTold:
    """End the search of a job; the best plan that was found is its result."""
    found = _job(request, job)
    if not found.over:
        _solving(request).stop(found)
    return _told(found)


@router.delete("/jobs/{job}", responses=_GONE)
async def cancel(request: Request, job: str) -> JobTold:
    """End a job; it has no result."""
    found = _job(request, job)
    _solving(request).cancel(found)
    return _told(found)


class NoJob(Exception):
    """Raised where a job is asked after that is not known, or no more."""


def _solving(request: Request) -> Solving:
    solving: Solving = request.app.state.solving
    return solving


def _posted(request: Request, kind: Kind, change: Change, **more: str) -> JobTold:
    served = _solving(request).served
    state = served.state(change.address())
    return _told(
        _solving(request).ask(Asked(kind, state, served.stamp(), tuple(more.items())), kept=True)
    )


def _job(request: Request, name: str) -> Job:
    found = _solving(request).job(name)
    if found is None:
        raise NoJob
    return found


def _told(job: Job) -> JobTold:
    at = job.progress
    return JobTold(
        id=job.id,
        question=job.asked.kind,
        phase=job.phase,
        progress=at and _progress(at),
        result=_result(job),
        error=_refusal(job.error)[0] if job.error else None,
    )


def _progress(at: Progress | Counted) -> ProgressTold | CountTold:
    if isinstance(at, Counted):
        return CountTold(what=at.what, done=at.done, of=at.of)
    return ProgressTold(
        tier=at.tier,
        best=_finite(at.best),
        bound=_finite(at.bound),
        gap=_finite(at.gap),
        seconds=at.seconds,
    )


def _result(job: Job) -> dict[str, Any] | None:
    if isinstance(job.answer, Report):
        found = job.answer
        where = f"/api/jobs/{job.id}/file"
        return {"name": found.name, "bytes": len(found.content), "file": where}
    # What only the page asks has an answer that is no JSON: the page shows it.
    return job.answer if isinstance(job.answer, dict) else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) and abs(value) < 1e30 else None


def _refusal(error: Exception) -> tuple[Refusal, int]:
    if isinstance(error, InputError):
        told = [FaultTold(**dataclasses.asdict(each)) for each in error.faults]
        return Refusal(error="the input is wrong", faults=told), 422
    if isinstance(error, NoJob):
        return Refusal(error="there is no such job, or no more"), 404
    if isinstance(error, Busy):
        return Refusal(error="too many questions are waiting"), 503
    if isinstance(error, NoAnswer):
        return Refusal(error="no plan that keeps the pins was found within the time limit"), 504
    return Refusal(error=f"a fault of the program: {type(error).__name__}: {error}"), 500


async def refused(error: Exception) -> JSONResponse:
    """Answer a request that cannot be honoured."""
    told, status = _refusal(error)
    return JSONResponse(told.model_dump(), status)
