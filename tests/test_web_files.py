"""The page's own files: all of them there, whole, and without a thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.test_reports import write_case
from web import view
from web.answers import Served
from web.app import application

KINDS = {".css": "text/css", ".js": "javascript", ".svg": "image/svg+xml"}


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    write_case(tmp_path / "case")

    async def thread(*told: Any, **named: Any) -> None:
        raise AssertionError("a file waited for a thread")

    monkeypatch.setattr("anyio.to_thread.run_sync", thread)
    # Without its beginning: no worker is started.
    return TestClient(application(Served(tmp_path / "case"), workers=1), "http://127.0.0.1")


def test_every_file_is_sent_whole_and_no_thread_is_waited_for(client: TestClient) -> None:
    files = [each for each in view.STATIC.rglob("*") if each.is_file()]
    assert len(files) > 5
    for each in files:
        address = f"/static/{each.relative_to(view.STATIC).as_posix()}"
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.content == each.read_bytes()
        assert KINDS[each.suffix] in answer.headers["content-type"]
        assert answer.headers["content-security-policy"]
        head = client.head(address)
        assert (head.status_code, head.content) == (200, b"")


def test_a_browser_that_has_a_file_is_told_so_and_one_with_another_gets_it(
    client: TestClient,
) -> None:
    first = client.get("/static/page.css")
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    for given in (tag, f'"other", {tag}', f"W/{tag}"):
        again = client.get("/static/page.css", headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = client.get("/static/page.css", headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_what_is_no_file_of_the_page_is_not_there(client: TestClient) -> None:
    for path in ("none.css", "../app.py", "%2e%2e/app.py", "vendor", ""):
        # In part, as htmx asks: a whole page of what is wrong would need the case.
        answer = client.get(f"/static/{path}", headers={"HX-Request-Type": "partial"})
        assert answer.status_code == 404
