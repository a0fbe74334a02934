"""The server: its routes, what guards them, and how it begins and ends."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

import model
from model.faults import Fault, InputError
from web import api, asking, case_pages, exporting, files, offering, pages, saving, view
from web.answers import NoAnswer, Served
from web.pricing import Pricing
from web.security import LARGEST, Guard
from web.solving import Busy, Solving

TURN = 0.001
"""Seconds after which a thread that makes a page lets another one go on; Python's own are 5 times
as many, and a small answer waits for several turns."""


def application(served: Served, *, workers: int, host: str = "127.0.0.1") -> FastAPI:
    """Return the server of a case.

    Args:
        served: the case, and the limits of each solve.
        workers: how many processes solve.
        host: what it listens on.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(TURN)
        solving = Solving(served, workers)
        app.state.solving = solving
        app.state.pricing = Pricing(solving)
        solving.start()
        # Else the first to ask for any of it has it built, for a tenth of a second, in which
        # nobody else has an answer: the routes, and what threads are called with.
        await run_in_threadpool(app.openapi)
        # It lives for days, and what answers leave behind is found by nobody else: a command, which
        # ends soon, looks for no garbage. What is there by now stays, and need not be looked at.
        gc.collect()
        gc.freeze()
        gc.enable()
        try:
            yield
        finally:
            app.state.pricing.close()
            await solving.close()
            gc.unfreeze()

    app = FastAPI(
        title="Muster",
        version=model.VERSION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # both would load scripts from elsewhere
        redoc_url=None,
        lifespan=life,
        max_body_size=LARGEST,
    )
    app.router.routes.append(files.route("/static", view.STATIC))
    app.include_router(pages.router)
    app.include_router(case_pages.router)
    app.include_router(saving.router)
    app.include_router(exporting.router)
    app.include_router(offering.router)
    app.include_router(asking.router)
    app.include_router(api.router)
    app.add_middleware(Guard, host=host)
    for error in (InputError, Busy, NoAnswer, api.NoJob, HTTPException, RequestValidationError):
        app.add_exception_handler(error, _refused)
    app.add_exception_handler(Exception, _refused)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        error = InputError(_misshapen(error))
    elif isinstance(error, HTTPException):
        status = error.status_code
        error = InputError([Fault("address", 0, "", request.url.path, str(error.detail))])
        said = await _said(request, error)
        said.status_code = status
        return said
    return await _said(request, error)


async def _said(request: Request, error: Exception) -> Response:
    # A link of the page that leads to a file leads to a person, where there is none.
    if request.url.path.startswith("/api/") and "text/html" not in request.headers.get(
        "accept", ""
    ):
        return await api.refused(error)
    return await pages.refused(request, error)


def _misshapen(error: RequestValidationError) -> list[Fault]:
    faults = []
    for each in error.errors():
        place = ".".join(str(part) for part in each["loc"])
        faults.append(Fault("request", 0, place, "", str(each["msg"])))
    return faults
