"""The case itself over HTTP: its entries as forms, its files to take away and to hand in.

Plain forms that work without a script. A form carries what its entry held when it was opened, and
a file that is handed in comes back with the difference it would make: so the server remembers
nothing of anybody, and nobody writes over what somebody else changed in the meantime.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, get_args

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from model import amend, caveats, disk, store, takeover
from model.amend import FILES, KEYS, Refused, Sort, Texts
from model.faults import Fault, InputError, nearest
from model.store import Author
from reports.words import count
from web import casework, view
from web.answers import Served
from web.casework import NOUNS
from web.security import LARGEST

WORKBOOK = "caveats.xlsx"
_TYPES = {".csv": "text/csv; charset=utf-8", ".yaml": "text/yaml; charset=utf-8",
          ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip
_WRITING = threading.Lock()
"""Two people who save at once wait for each other; other programs are kept out by the store."""

router = APIRouter(prefix="/case", include_in_schema=False)
T = TypeVar("T")


def _served(request: Request) -> Served:
    served: Served = request.app.state.solving.served
    return served


def _sort(name: str) -> Sort:
    if name not in get_args(Sort):
        allowed = f"known: {', '.join(get_args(Sort))}"
        raise InputError([Fault("address", 0, "", name, "is no part of a case", allowed)])
    sort: Sort = name  # type: ignore[assignment]
    return sort


async def _page(served: Served, template: str, status: int = 200, /, **names: Any) -> HTMLResponse:
    def made() -> str:
        read = casework.read(served)
        known = {"read": read, "marking": read.marking, "title": "The case", **names}
        return view.form(template, NOUNS=NOUNS, folder=served.folder.resolve().name, **known)

    return HTMLResponse(await run_in_threadpool(made), status)


# What there is


@router.get("")
async def case(request: Request) -> Response:
    """Show the files and the entries of the case, and who changed what."""
    served = _served(request)
    done = request.query_params.get("done", "")[:200]
    lists = {each: await run_in_threadpool(casework.items, served, each) for each in FILES}
    past = await run_in_threadpool(casework.past, served)
    return await _page(
        served, "case", lists=lists, past=past, done=done, files=(*takeover.FILES, WORKBOOK)
    )


@router.get("/file/{name}")
async def download(request: Request, name: str) -> Response:
    """Hand out a file of the case, or its caveats as a workbook."""
    folder = _served(request).folder

    def content() -> bytes:
        if name == WORKBOOK:
            from reports.caveat_workbook import workbook

            read, text = store.snapshot(folder)
            return workbook(read, text, datetime.date.today())
        if name not in takeover.FILES:
            allowed = f"known: {', '.join((*takeover.FILES, WORKBOOK))}"
            raise InputError([Fault("address", 0, "", name, "is no file of a case", allowed)])
        return disk.contents(folder / name)

    said = await run_in_threadpool(content)
    kind = _TYPES[name[name.rindex(".") :]]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(said, media_type=kind, headers=headers)


# Files that are handed in


@router.post("/upload")
async def upload(request: Request) -> Response:
    """Show what a file that is handed in would change, or what is wrong with it."""
    async with _form_of(request) as form:
        held = form.get("file")
        raw = await held.read() if isinstance(held, UploadFile) else b""
        called = held.filename or "" if isinstance(held, UploadFile) else ""
    return await _shown(request, _text(form, "name"), raw, called)


@router.post("/take")
async def take(request: Request) -> Response:
    """Take over a file whose difference was shown."""
    form = await _posted(request)
    name, why = _text(form, "name"), _text(form, "why")
    try:
        raw = base64.b64decode(_text(form, "content"), validate=True)
    except (binascii.Error, ValueError):
        message = "did not come back as it was shown"
        raise InputError([Fault(name, 0, "", "", message, "hand it in again")]) from None
    served, remove = _served(request), bool(form.get("remove"))
    if not why:
        message = "say why it is changed"
        return await _shown(request, name, raw, "", [Fault("why", 0, "", "", message)], form)
    author = _author(form, "upload")
    try:
        done = await run_in_threadpool(
            _locked, lambda: _taken(served, name, raw, author, remove, _text(form, "against"))
        )
    except InputError as error:
        return await _shown(request, name, raw, "", error.faults, form)
    return _back(f"{name}: {count(len(done[0].changes), 'entry', 'entries')} changed")


async def _shown(
    request: Request,
    name: str,
    raw: bytes,
    called: str,
    more: list[Fault] | None = None,
    form: Mapping[str, Any] | None = None,
) -> Response:
    served = _served(request)
    if name not in (*takeover.FILES, WORKBOOK):
        allowed = f"known: {', '.join((*takeover.FILES, WORKBOOK))}"
        raise InputError([Fault("name", 0, "", name, "is no file of a case", allowed)])
    target = name if name in takeover.FILES else FILES["caveats"]
    known: dict[str, Any] = {"name": name, "called": called, "target": target}
    filled = form or {}
    known |= {"why": _text(filled, "why"), "who": _text(filled, "who")}
    known["remove"] = bool(filled.get("remove"))
    try:
        against = await run_in_threadpool(takeover.state, served.folder, target)
        edited, notes = await run_in_threadpool(_taken, served, name, raw, None, False, against)
    except InputError as error:
        faults = [*(more or []), *error.faults]
        return await _page(served, "refused", 422, faults=faults, **known)
    content = base64.b64encode(raw).decode("ascii")
    told = [(each.id, casework.differences(each.before, each.after)) for each in edited.changes]
    return await _page(
        served, "difference", 422 if more else 200, told=told, diff=edited.diff, notes=notes,
        against=against, content=content, faults=more or [], **known,
    )  # fmt: skip


def _taken(
    served: Served, name: str, raw: bytes, author: Author | None, remove: bool, against: str
) -> tuple[store.Edited, tuple[Fault, ...]]:
    if name == WORKBOOK:
        from model import merge

        return merge.taken(served.folder, WORKBOOK, raw, author, remove=remove)
    return takeover.take(served.folder, name, raw, author, against=against), ()


# Entries as forms


@router.get("/new/{sort}")
async def blank(request: Request, sort: str) -> Response:
    """Show a form without anything in it; that of a caveat needs its kind first."""
    what = _sort(sort)
    kind = request.query_params.get("kind", "")
    if kind and kind not in caveats.KINDS:
        allowed = nearest(kind, caveats.KINDS)
        raise InputError([Fault("address", 0, "kind", kind, "is no kind of caveat", allowed)])
    return await _form(request, what, "", {"kind": kind} if kind else {}, {}, None)


@router.post("/new/{sort}")
async def add(request: Request, sort: str) -> Response:
    """Add what was typed."""
    what = _sort(sort)
    form = await _posted(request)
    now = _texts(form)

    def made(served: Served, author: Author) -> str:
        amend.add(served.folder, what, now, author)
        return f"{now.get(KEYS[what], '')} added"

    return await _saved(request, what, "", now, {}, form, made)


@router.get("/{sort}/{name:path}")
async def entry(request: Request, sort: str, name: str) -> Response:
    """Show an entry as a form."""
    what = _sort(sort)
    now = await run_in_threadpool(amend.of, _served(request).folder, what, name)
    return await _form(request, what, name, now, now, None)


@router.post("/{sort}/{name:path}")
async def change(request: Request, sort: str, name: str) -> Response:
    """Write what was changed in a form, or take the entry out."""
    what = _sort(sort)
    form = await _posted(request)
    now, was = _texts(form), _was(form)

    def made(served: Served, author: Author) -> str:
        if form.get("remove"):
            amend.remove(served.folder, what, name, was, author)
            return f"{name} taken out"
        today = amend.of(served.folder, what, name)
        others = [
            f"{field} is {value or 'blank'}"
            for field, value in today.items()
            if value not in (was.get(field, ""), now.get(field, ""))
        ]
        # What a form does not hold, such as its id, stays as it was.
        done = amend.amend(served.folder, what, name, {**was, **now}, was, author)
        said = f"{name} saved" if done.changes else f"{name}: nothing was changed"
        return f"{said}; changed by others meanwhile: {', '.join(others)}" if others else said

    return await _saved(request, what, name, {**was, **now}, was, form, made)


async def _saved(
    request: Request,
    sort: Sort,
    name: str,
    now: Texts,
    was: Texts,
    form: FormData,
    made: Callable[[Served, Author], str],
) -> Response:
    """Write, and go back to the case; or show the form again with what is wrong at each field."""
    served, author = _served(request), _author(form, "form")
    if not author.why:
        missing = Refused({"why": [Fault("why", 0, "", "", "say why it is changed")]}, [], {})
        return await _form(request, sort, name, now, was, missing, form)
    try:
        done = await run_in_threadpool(_locked, lambda: made(served, author))
    except Refused as refused:
        today = refused.now or was
        kept = {
            each: value if value != was.get(each, "") else today.get(each, "")
            for each, value in now.items()
        }
        return await _form(request, sort, name, kept, today, refused, form)
    return _back(done)


async def _form(
    request: Request,
    sort: Sort,
    name: str,
    now: Texts,
    was: Texts,
    refused: Refused | None,
    form: Mapping[str, Any] | None = None,
) -> Response:
    fields = amend.fields(sort, now.get("kind", ""))
    known = {each.name for each in fields}
    at = refused.at if refused else {}
    # What is wrong with a field that the form has not is told above it.
    others = [*(refused.others if refused else [])]
    others += [each for field in at if field not in known | {"why"} for each in at[field]]
    return await _page(
        _served(request), "entry", 422 if refused else 200, sort=sort, noun=NOUNS[sort], name=name,
        fields=fields, fixed=casework.fixed(sort) if name else (), now=now, was=json.dumps(was),
        at=at, others=others, why=_text(form or {}, "why"), who=_text(form or {}, "who"),
        title=f"{NOUNS[sort].capitalize()} {name}" if name else f"A new {NOUNS[sort]}",
    )  # fmt: skip


def _form_of(request: Request) -> AbstractAsyncContextManager[FormData]:
    return request.form(max_files=1, max_fields=200, max_part_size=LARGEST)


async def _posted(request: Request) -> FormData:
    """Return a form without files."""
    async with _form_of(request) as form:
        return form


def _locked(what: Callable[[], T]) -> T:
    with _WRITING:
        return what()


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _texts(form: FormData) -> Texts:
    """Return the fields of an entry, which a form calls ``f.NAME``."""
    return {
        name[2:]: value.replace("\r\n", "\n").strip()
        for name, value in form.multi_items()
        if name.startswith("f.") and isinstance(value, str)
    }


def _was(form: FormData) -> Texts:
    """Return what the entry held when its form was opened.

    Raises:
        InputError: that did not come back.
    """
    try:
        held = json.loads(_text(form, "was"))
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict) or not all(isinstance(each, str) for each in held.values()):
        message = "did not come back as it was sent"
        raise InputError([Fault("form", 0, "was", "", message, "open the form again")])
    return held


def _author(form: Mapping[str, Any], command: str) -> Author:
    return Author(_text(form, "who")[:200] or store.login(), _text(form, "why")[:2000], command)


def _back(done: str) -> Response:
    from urllib.parse import urlencode

    return RedirectResponse(f"/case?{urlencode({'done': done})}", 303)
