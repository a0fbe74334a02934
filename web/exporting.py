"""The open scenario to be kept: as a report, in every format of the reports, or as a run.

The page's links and a program's requests are the same ones: each waits for its file, where
``/api/report`` makes a job of it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from reports import formats
from reports.formats import FORMATS
from web.address import State
from web.answers import Asked, Kind
from web.api import REFUSALS, Planned, Refusal, Text, Told, sent
from web.solving import Solving


class Packed(Planned):
    """A change whose plan is wanted as a run, as a form sends it."""

    format: Annotated[list[Text], Field(max_length=len(FORMATS))] = Field(
        [], description=f"Besides the usual ones: {', '.join(FORMATS)}."
    )


router = APIRouter(
    prefix="/api",
    responses={
        **REFUSALS,
        200: {"content": {"application/octet-stream": {}}, "description": "The file"},
        504: {"model": Refusal, "description": "No plan was found within the time limit"},
    },
    default_response_class=Response,
)


@router.get("/run")
async def run(request: Request, change: Annotated[Packed, Query()]) -> Response:
    """Send a change as a run, in an archive: with the formats named, and the usual ones."""
    wanted = formats.named(",".join(dict.fromkeys(change.format))) if change.format else ()
    return await _sent(request, "run", change, (("formats", ",".join(wanted)),))


@router.get("/export/{name}")
async def export(request: Request, name: str, change: Annotated[Told, Query()]) -> Response:
    """Send the report of a change in a format; where it has several files, an archive of them."""
    return await _sent(request, "report", change, (("format", formats.one(name)),))


async def _sent(
    request: Request, kind: Kind, change: Planned, more: tuple[tuple[str, str], ...]
) -> Response:
    solving: Solving = request.app.state.solving
    state: State = solving.served.state(change.address())
    job = solving.ask(Asked(kind, state, solving.served.stamp(), more))
    await job.wait()
    return sent(job.result())
