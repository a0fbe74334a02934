"""The page's own files: scripts, styles, its sign. Read once, so that none waits for a thread.

While solves have all cores, each step from one thread to another waits for a core: a file that a
thread reads and sends takes three times as long as one that is at hand.
"""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def route(address: str, folder: Path) -> Route:
    """Return what answers for the files of a folder.

    Args:
        address: what comes before a file's path in the folder.
        folder: is read now, and not again.
    """
    held: dict[str, tuple[bytes, dict[str, str]]] = {}
    for each in folder.rglob("*"):
        if each.is_file():
            content = each.read_bytes()
            tag = hashlib.blake2b(content, digest_size=16).hexdigest()
            # A browser may keep them: they say nothing of the case. It asks whether they are new.
            headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache"}
            kind, _ = mimetypes.guess_type(each.name)
            headers["Content-Type"] = kind or "application/octet-stream"
            if kind and kind.startswith("text/"):
                headers["Content-Type"] += "; charset=utf-8"
            held[each.relative_to(folder).as_posix()] = content, headers

    async def file(request: Request) -> Response:
        if request.path_params["path"] not in held:
            raise HTTPException(404)
        content, headers = held[request.path_params["path"]]
        known = [
            each.strip().removeprefix("W/")
            for each in request.headers.get("if-none-match", "").split(",")
        ]
        if headers["ETag"] in known:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers)

    return Route(f"{address}/{{path:path}}", file)
