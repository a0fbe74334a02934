"""The open scenario as a report, in every format of the reports, to be kept."""

from __future__ import annotations

import mimetypes

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reports import formats
from web.answers import Asked, Report
from web.solving import Solving

router = APIRouter(include_in_schema=False)


@router.get("/export/{name}")
async def export(request: Request, name: str) -> Response:
    """Send the report of a state in a format; where it has several files, an archive of them.

    Raises:
        InputError: there is no such format, or no such state.
    """
    solving: Solving = request.app.state.solving
    served = solving.served
    state = served.state(request.query_params.multi_items())
    more = (("format", formats.one(name)),)
    job = solving.ask(Asked("report", state, served.stamp(), more))
    await job.wait()
    found: Report = job.result()
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.content, media_type=kind, headers=headers)
