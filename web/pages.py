"""The page over HTTP: the address says what is asked, and the page is what comes back.

A click asks for the new address. What is known, or soon found, comes back as what changes on the
page; what takes longer comes over an event stream, with best, bound and gap until then.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from model.engine import Lost
from model.faults import Fault, InputError
from model.outcome import Progress, SolverFault
from web import casework, view
from web.address import State
from web.answers import Asked, Look, NoAnswer
from web.jobs import Job
from web.pricing import Prices, Pricing
from web.solving import Busy, Solving

QUICK = 1.0
"""Seconds that a click waits for its answer before it shows how far the search is."""
OFTEN = 0.25
"""Seconds between two tellings of how far a search is."""

router = APIRouter(include_in_schema=False)


def _asked(request: Request) -> Asked:
    """Return what an address asks for. Raises InputError where it is wrong."""
    solving: Solving = request.app.state.solving
    served = solving.served
    state = served.state(request.query_params.multi_items())
    return Asked("look", state, served.stamp())


def prices(request: Request) -> Prices:
    """Return what lifting each caveat brings, as far as it is known."""
    pricing: Pricing = request.app.state.pricing
    return pricing.now(pricing.solving.served.stamp(scenarios=False))


def _tab(request: Request) -> str:
    """Return the tab that is asked for; a click that asks for none leaves the one that is open."""
    named = request.query_params.get("tab")
    if named is not None:
        return named
    here = urlsplit(request.headers.get("hx-current-url", "")).query
    return dict(parse_qsl(here)).get("tab", "")


async def _look(request: Request, asked: Asked, seconds: float) -> Look | None:
    """Return the answer if it comes in time."""
    solving: Solving = request.app.state.solving
    job = solving.ask(asked)
    if not await job.wait(seconds):
        return None
    look: Look = job.result()
    return look


async def _answered(request: Request) -> tuple[State, Look]:
    """Return what an address asks for, with its answer, however long that takes."""
    solving: Solving = request.app.state.solving
    job = solving.ask(_asked(request))
    await job.wait()
    return job.asked.state, job.result()


@router.get("/")
async def page(request: Request) -> Response:
    """Show a state: all of the page, or what changes on one that is open."""
    whole = request.headers.get("hx-request-type") != "partial"
    asked = _asked(request)
    state, tab = asked.state, _tab(request)
    known = prices(request)
    goal = request.query_params.get("goal", "")
    if whole:
        look, read = await _look(request, asked, QUICK), await _read(request)
        said = await run_in_threadpool(view.page, state, look, tab, known, read, goal)
        return HTMLResponse(said)
    # Whoever goes back is at the address already.
    headers = {} if _restored(request) else {"HX-Push-Url": view.address(state, tab=tab)}
    solving: Solving = request.app.state.solving
    job = solving.ask(asked)
    await job.wait(QUICK, drawn=True)
    return HTMLResponse(await shown(job, tab, known, goal), headers=headers)


def _restored(request: Request) -> bool:
    """Whether an open page goes back or forward to an address."""
    return "hx-history-restore-request" in request.headers


async def shown(job: Job, tab: str, prices: Prices, goal: str = "") -> str:
    """Return what there is of an answer, for an open page, which listens to the rest.

    Raises:
        Exception: what kept the answer from being given.
    """
    state = job.asked.state
    if job.over:
        return await run_in_threadpool(view.update, state, job.result(), tab, prices, goal)
    if job.sketch is None:
        return view.waiting(state, tab, goal)
    return await run_in_threadpool(view.follows, state, job.sketch, job.drawn, tab, goal)


@router.get("/prices")
async def priced(request: Request) -> Response:
    """Tell how far the prices of caveats are, and at their end show them."""
    state, look = await _answered(request)
    known = prices(request)
    return HTMLResponse(await run_in_threadpool(view.pricing, state, look, _tab(request), known))


@router.get("/tab")
async def tab(request: Request) -> Response:
    """Open a tab of an answer."""
    state, look = await _answered(request)
    name = _tab(request)
    goal = request.query_params.get("goal", "")
    said = await run_in_threadpool(view.tab_of, state, look, name, goal)
    to = view.address(state, tab=name, goal=goal)
    return HTMLResponse(said, headers={"HX-Replace-Url": to})


@router.get("/why")
async def why(request: Request, line: str, month: int) -> Response:
    """Say why a line is as it is in a month."""
    state, look = await _answered(request)
    said = await run_in_threadpool(view.why, state, look, line, month)
    if said is None:
        message = "is no line and month of the case"
        raise InputError([Fault("address", 0, "", f"{line}, month {month}", message)])
    return HTMLResponse(said)


@router.get("/tour")
async def tour(request: Request, offer: str, line: str, month: int, area: str) -> Response:
    """Tell of the tour that an offer begins on a line in a month."""
    state, look = await _answered(request)
    said = await run_in_threadpool(view.tour, state, look, offer, line, month, area)
    if said is None:
        message = "begins no such tour"
        raise InputError([Fault("address", 0, "", f"{offer} on {line}, month {month}", message)])
    return HTMLResponse(said)


@router.get("/events")
async def events(request: Request, drawn: int = 0, goal: str = "") -> Response:
    """Tell how far a search is, and at its end what changes on the page.

    Its pictures are told from the one of that number on: those before it the page has ``drawn``.
    """
    solving: Solving = request.app.state.solving
    asked = _asked(request)
    job = solving.ask(asked)
    return StreamingResponse(
        _told(job, _tab(request), prices(request), drawn, goal), media_type="text/event-stream"
    )


async def _told(
    job: Job, tab: str, prices: Prices, drawn: int = 0, goal: str = ""
) -> AsyncIterator[str]:
    last = 0.0
    async for _ in job.follow():
        fresh = job.drawn > drawn
        if not job.over and (fresh or time.monotonic() - last >= OFTEN):
            last, drawn = time.monotonic(), job.drawn
            queued = job.phase == "queued"
            at = job.progress if isinstance(job.progress, Progress) else None
            said = view.progress(at, job.id, waits=queued, stopping=job.stopping)
            if fresh and job.sketch is not None:
                said += await run_in_threadpool(view.sketched, job.asked.state, job.sketch, tab)
            yield _event(said)
    state = job.asked.state
    if job.answer is not None:
        yield _event(await run_in_threadpool(view.update, state, job.result(), tab, prices, goal))
    elif job.error is not None:
        yield _event(refusal(job.error, whole=False, pushed=True)[0])
    else:
        said = "This search was ended before it had a plan. Open the address again to search anew"
        yield _event(view.faults([], said, whole=False, pushed=True))
    yield "event: over\ndata: over\n\n"


def _event(text: str) -> str:
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"{lines}\n"


@router.post("/again")
async def again(request: Request) -> Response:
    """Search on where a search was stopped."""
    solving: Solving = request.app.state.solving
    asked = _asked(request)
    solving.forget(asked)
    return HTMLResponse(view.waiting(asked.state, _tab(request)))


@router.get("/style.css")
async def style(request: Request) -> Response:
    """Return the style of the page; on paper it carries the marking of the case."""
    return Response(view.stylesheet(await marking(request)), media_type="text/css")


async def marking(request: Request) -> str:
    """Return the marking of the case, which every screen carries."""
    return (await _read(request)).marking


async def _read(request: Request) -> casework.Read:
    solving: Solving = request.app.state.solving
    return await run_in_threadpool(casework.read, solving.served)


def refusal(
    error: Exception, *, whole: bool, marking: str = "", pushed: bool = False
) -> tuple[str, int]:
    """Return what a person is told of an error, and the status; see ``view.faults``."""
    found: list[Fault]
    if isinstance(error, InputError):
        found, what, status = error.faults, "This cannot be opened", 422
    elif isinstance(error, Busy):
        what, status = "Too many questions are waiting. Try again in a moment", 503
        found = []
    elif isinstance(error, NoAnswer):
        what, status = "No plan that keeps the pins was found within the time limit", 504
        found = []
    elif isinstance(error, (Lost, SolverFault)):
        said = f"The search failed, by no fault of your input: {error}"
        what, status = f"{said}. Open this address again, and it begins anew", 500
        found = []
    else:
        said = " ".join(str(error).split())
        what, status = f"A fault of Muster, not of your input: {type(error).__name__}: {said}", 500
        found = []
    return view.faults(found, what, whole=whole, marking=marking, pushed=pushed), status


async def refused(request: Request, error: Exception) -> Response:
    """Answer a request that cannot be honoured."""
    whole = request.headers.get("hx-request-type") != "partial"
    mark = await marking(request) if whole else ""
    said, status = refusal(error, whole=whole, marking=mark, pushed=_restored(request))
    return HTMLResponse(said, status)
