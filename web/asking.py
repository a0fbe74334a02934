"""Whom to call and what to ask, on the page: a goal, how far the search is, and the sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from model.faults import Fault, InputError
from web import view
from web.address import LONGEST
from web.answers import Asked, Counted, NoAnswer
from web.jobs import Job
from web.solving import Solving

MOST = 10
"""So many sets are looked for."""

router = APIRouter(include_in_schema=False)


@router.post("/asks")
async def ask(request: Request, goal: Annotated[str, Form(max_length=LONGEST)] = "") -> Response:
    """Begin to look for the sets of caveats that reach a goal under the state."""
    solving: Solving = request.app.state.solving
    served = solving.served
    state = served.state(request.query_params.multi_items())
    more = (("goal", goal.strip()), ("most", str(MOST)))
    job = solving.ask(Asked("asks", state, served.stamp(), more))
    await job.wait(0.5)
    told = _told(job)
    told.headers["HX-Replace-Url"] = view.address(state, tab="asks", goal=goal.strip())
    return told


@router.get("/asks/{name}")
async def asks(request: Request, name: str) -> Response:
    """Tell how far the search is, or what was found; who asks again keeps it going."""
    job = _job(request, name)
    await job.wait(1.0)
    return _told(job)


def _job(request: Request, name: str) -> Job:
    solving: Solving = request.app.state.solving
    job = solving.job(name)
    if job is None or job.asked.kind != "asks":
        message = "is no search that is known, or no more"
        raise InputError([Fault("asks", 0, "", name, message, "ask again")])
    return job


def _told(job: Job) -> Response:
    goal = dict(job.asked.more)["goal"]
    at = job.progress if isinstance(job.progress, Counted) else None
    faults: list[Fault] = []
    if isinstance(job.error, InputError):
        # That it is the goal which is wrong is said already by what is wrong with it.
        faults = [replace(e, value="") if e.file == "goal" else e for e in job.error.faults]
    elif isinstance(job.error, NoAnswer):
        faults = [Fault("asks", 0, "", goal, "was not decided within the time")]
    elif job.error is not None:
        raise job.error
    return HTMLResponse(view.asks(job.asked.state, goal, job.id, job.phase, at, job.answer, faults))
