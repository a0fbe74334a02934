"""The page's server while solves run: how long a small file takes, beside a server with no work."""

from __future__ import annotations

import http.client
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from urllib.parse import urlsplit

from benchmarks.processes import serving
from benchmarks.yardstick import RESULTS

ASKED_SECONDS = 0.05
FILE = "/static/page.css"
HARD = [
    f"/events?restore=MEDICAL-SUPPORT&lift={name}"
    for name in ("DEU-LITHUANIA", "FRA-CEILING", "GBR-CEILING", "POL-HOME")
]
"""Questions that take more than a minute each."""
_WAIT = 300.0
_FLOOR = """
import sys, socket, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
door = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{door.getsockname()[1]}", flush=True)
told = open("web/static/page.css", "rb").read()
async def file(request):
    return Response(told, media_type="text/css")
app = Starlette(routes=[Route("/static/page.css", file)])
config = uvicorn.Config(app, log_level="warning", access_log=False)
uvicorn.Server(config).run(sockets=[door])
"""


def report(requests: int) -> str:
    """Ask for a small file while four solves run, in turn with a server that does nothing else.

    Args:
        requests: how often each is asked.
    """
    command = [sys.executable, "solve.py", "serve", "--port", "0", "--no-browser"]
    command += ["--history", "off", "--workers", "4", "--time-limit", "300"]
    seconds: dict[str, list[float]] = {"the page's server": [], "one with nothing to do": []}
    with ExitStack() as stack:
        served = stack.enter_context(serving(command))
        floor = stack.enter_context(serving([sys.executable, "-c", _FLOOR]))
        _get(served, "/")  # until the case is solved
        followers = [_Follower(served, each) for each in HARD]
        for each in followers:
            each.searching.wait(_WAIT)
        doors = [http.client.HTTPConnection(urlsplit(each).netloc) for each in (served, floor)]
        for _ in range(requests):
            for door, found in zip(doors, seconds.values(), strict=True):
                time.sleep(0.02)
                found.append(_timed(door))
        assert not any(each.over for each in followers), "a search was over too soon"
    lines = ["| four solves under way | median, ms | 95 % | 99 % | most |", "|---|---|---|---|---|"]
    lines += [f"| {what} | {' | '.join(_told(each))} |" for what, each in seconds.items()]
    lines.append(f"\n{requests} requests to each, in turn; asked: {1000 * ASKED_SECONDS:.0f} ms")
    text = "\n".join(("## A small file while four solves run", "", *lines))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "busy.md").write_text(text + "\n", encoding="utf-8")
    return text


def _told(seconds: Sequence[float]) -> list[str]:
    parts = statistics.quantiles(seconds, n=100)
    ends = (statistics.median(seconds), parts[94], parts[98], max(seconds))
    return [f"{1000 * each:.1f}" for each in ends]


def _timed(door: http.client.HTTPConnection) -> float:
    began = time.perf_counter()
    door.request("GET", FILE)
    answer = door.getresponse()
    answer.read()
    assert answer.status == http.client.OK
    return time.perf_counter() - began


def _get(address: str, path: str) -> None:
    door = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_WAIT)
    door.request("GET", path)
    door.getresponse().read()
    door.close()


class _Follower:
    """Somebody who looks on while a search goes on, as an open page does.

    Attributes:
        searching: set when the search has moved.
        over: whether nothing more came.
    """

    def __init__(self, address: str, path: str) -> None:
        self.searching, self.over = threading.Event(), False
        self._door = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_WAIT)
        self._door.request("GET", path)
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        for line in self._door.getresponse():
            if b"best" in line:
                self.searching.set()
            if line.startswith(b"event: over"):
                break
        self.over = True
