"""The open scenario to be kept: as a report, in every format of the reports, or as a run."""

from __future__ import annotations

import mimetypes

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reports import formats
from web.address import State
from web.answers import Asked, Kind, Report
from web.solving import Solving

FORMAT = "format"
"""What a form calls each format that a run is to hold besides the usual ones."""

router = APIRouter(include_in_schema=False)


@router.get("/run")
async def run(request: Request) -> Response:
    """Send a state as a run, in an archive: with the formats that are named, and the usual ones.

    Raises:
        InputError: a format is none, or the state is none, or no run.
    """
    pairs = request.query_params.multi_items()
    named = ",".join(dict.fromkeys(value for name, value in pairs if name == FORMAT and value))
    wanted = formats.named(named) if named else ()
    state = request.app.state.solving.served.state(each for each in pairs if each[0] != FORMAT)
    return await _sent(request, "run", state, (("formats", ",".join(wanted)),))


@router.get("/export/{name}")
async def export(request: Request, name: str) -> Response:
    """Send the report of a state in a format; where it has several files, an archive of them.

    Raises:
        InputError: there is no such format, or no such state.
    """
    state = request.app.state.solving.served.state(request.query_params.multi_items())
    return await _sent(request, "report", state, (("format", formats.one(name)),))


async def _sent(
    request: Request, kind: Kind, state: State, more: tuple[tuple[str, str], ...]
) -> Response:
    solving: Solving = request.app.state.solving
    job = solving.ask(Asked(kind, state, solving.served.stamp(), more))
    await job.wait()
    found: Report = job.result()
    type_ = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.content, media_type=type_, headers=headers)
