"""What every answer of the server carries, and which requests it refuses.

The page is served to the machine it runs on. A page from elsewhere must not reach it: not through
a name that was made to point here (``Host``), and not by sending a form (``Origin``).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Without a referrer a browser sends no origin either, by which our own forms are known.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SAFE = ("GET", "HEAD", "OPTIONS")
LARGEST = 12_000_000
"""Bytes that a request may carry: a file of a case, also where it comes back in letters."""


class Guard:
    """Refuses what comes from elsewhere, and puts the headers on all else.

    Args:
        app: what is guarded.
        host: the name or number that the server listens on; it may be asked for by that, by any
            number, and as localhost.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app, self.host = app, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def carrying(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(host):
            said = "This server does not answer to that name. Open it by the address it printed."
            await PlainTextResponse(said, 421)(scope, receive, carrying)
        elif scope["method"] not in SAFE and not _same(headers, host):
            said = "A page from elsewhere asked for this. Nothing was done."
            await PlainTextResponse(said, 403)(scope, receive, carrying)
        else:
            await self.app(scope, receive, carrying)

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in ("localhost", self.host):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _same(headers: Headers, host: str) -> bool:
    """Whether a browser says that the request comes from our page, or no browser sent it."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host
