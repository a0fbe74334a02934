"""An offer typed in at a conference: a form, what is wrong at each field, and its effect."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from model.domain import Offer
from model.faults import Fault, InputError
from model.yaml_text import as_flow
from web import pages, view
from web.address import LONGEST_OFFER, State
from web.answers import Asked
from web.solving import Solving

COLUMNS = tuple(Offer.model_fields)
"""The fields of the form: the columns of ``capabilities.csv``."""
NUMBERS = frozenset(
    name for name, field in Offer.model_fields.items() if "int" in str(field.annotation)
)

READ = 3.0
"""Seconds within which what is wrong with an offer is found; then the search is shown."""
_PLACE = re.compile(r"add\.offers\[(\d+)\]\.(\w+)")

router = APIRouter(include_in_schema=False)


@router.post("/offer")
async def offer(request: Request) -> Response:
    """Add an offer to the open scenario, and show what it brings; or say what is wrong with it."""
    solving: Solving = request.app.state.solving
    served = solving.served
    form = await request.form(max_files=0, max_fields=len(COLUMNS) + 1)
    filled = {name: str(form.get(name) or "").strip() for name in COLUMNS}
    state, tab = served.state(request.query_params.multi_items()), "changes"
    try:
        added = with_offer(state, filled)
        asked = Asked("look", added, served.stamp())
        job = solving.ask(asked)
        await job.wait(READ, drawn=True)
        said = await pages.shown(job, tab, pages.prices(request))
    except InputError as error:
        at, other = placed(error.faults, len(state.add))
        return HTMLResponse(view.offered(state, filled, at, other))
    return HTMLResponse(said, headers={"HX-Push-Url": view.address(added, tab=tab)})


def with_offer(state: State, filled: dict[str, str]) -> State:
    """Return the state with an offer added to it.

    Raises:
        InputError: it is too long to stand in an address.
    """
    values = {name: _value(name, text) for name, text in filled.items() if text}
    told = as_flow(values)
    if len(told) > LONGEST_OFFER:
        message = f"comes to {len(told):,} letters, and the link that holds it to {LONGEST_OFFER:,}"
        allowed = (
            "shorten source or note, or add it to the case itself: Edit the case, Add an offer"
        )
        raise InputError([Fault("offer", 0, "", filled.get("offer", ""), message, allowed)])
    return state.having("add", told)


def placed(several: Sequence[Fault], which: int) -> tuple[dict[str, list[str]], list[str]]:
    """Return what is wrong with the offer of that number by its columns, and what else is."""
    at: defaultdict[str, list[str]] = defaultdict(list)
    other = []
    for each in several:
        found = _PLACE.match(each.place)
        column = found[2] if found and int(found[1]) == which else ""
        if column in COLUMNS:
            what = f"{each.value!r} " if each.value else ""
            at[column].append(
                f"{what}{each.message}" + (f"; {each.allowed}" if each.allowed else "")
            )
        else:
            other.append(str(each))
    return dict(at), other


def _value(name: str, text: str) -> int | str:
    return int(text) if name in NUMBERS and text.isdecimal() and len(text) < 9 else text
