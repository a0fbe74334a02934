"""The open scenario as a file of the case: ``scenarios/NAME.yaml``, written whole or not at all."""

from __future__ import annotations

import re
from dataclasses import replace as replaced
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from model import disk
from model.faults import Fault, InputError
from web import view
from web.address import ASIDE, State
from web.answers import Asked
from web.solving import Solving

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
"""What a scenario may be called: a file name on every system."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
TITLE = 200
"""Letters of a title."""

router = APIRouter(include_in_schema=False)


@router.post("/scenario")
async def save(
    request: Request,
    name: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    replace: Annotated[str, Form()] = "",
) -> Response:
    """Save the state in the address as a scenario of the case; say what became of it."""
    solving: Solving = request.app.state.solving
    served = solving.served
    name, title = name.strip(), " ".join(title.split())
    try:
        state = served.state(request.query_params.multi_items())
        path = place(served.folder, name, title, replace=bool(replace))
        if not state.changes:
            message = "is the case as it is: there is nothing to save"
            raise InputError([Fault("scenario", 0, "", "", message)])
        asked = Asked("scenario", state, served.stamp(), (("title", title),))
        job = solving.ask(asked, kept=True)
        await job.wait()
        text: str = job.result()
        await run_in_threadpool(_write, path, text, replace=bool(replace))
    except InputError as error:
        # Told at the field, and htmx swaps it in: the form stays as it is.
        return HTMLResponse(view.unsaved(error.faults), 200)
    # What the file cannot hold stays in the address: whose plan is kept, what it is held against.
    opened = replaced(State(scenario=(name,)), **{part: getattr(state, part) for part in ASIDE})
    return HTMLResponse(view.saved(name, opened))


def place(folder: Path, name: str, title: str, *, replace: bool) -> Path:
    """Return where a scenario of that name is kept.

    Raises:
        InputError: the name or the title is none, or there is such a scenario already.
    """
    faults = []
    path = folder / "scenarios" / f"{name}.yaml"
    if not NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        allowed = "allowed: 1 to 60 letters, digits, - and _, a letter or digit first"
        faults.append(Fault("scenario", 0, "name", name, "is no name for a scenario", allowed))
    elif path.exists() and not replace:
        allowed = "another name, or say that it is to be replaced"
        faults.append(Fault("scenario", 0, "name", name, "exists already", allowed))
    if len(title) > TITLE or not title.isprintable():
        faults.append(Fault("scenario", 0, "title", title[:40], f"is longer than {TITLE} letters"))
    if faults:
        raise InputError(faults)
    return path


def _write(path: Path, text: str, *, replace: bool) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError([disk.cannot(path.parent, "cannot be made", error)]) from None
    disk.put(path, text.encode("utf-8"), replace=replace)
