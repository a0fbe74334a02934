"""A search of a minute on the shipped case: reloaded, stopped, its process killed; in a browser."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import expect

from tests import browser
from tests.test_web import serve
from tests.test_web_hard import ROOT, end

OFFER = (
    "{offer: NOR-ENG-9, nation: NOR, capability: engineer_company, units: 2, personnel: 900, "
    "basis: reported}"
)
"""What makes the last tiers of the shipped case hard to prove."""
SOON = 120_000


def workers(server: subprocess.Popen[str]) -> set[int]:
    """Return the processes that the server has started."""
    # Where there is none, as between the end of one and the start of the next, that is no success.
    told = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(server.pid)], capture_output=True, text=True
    )
    return set(map(int, told.stdout.split()))


def test_a_long_search_is_reloaded_stopped_and_lost() -> None:
    server, address = serve(ROOT / "data")
    try:
        with browser.opened() as chromium:
            page = chromium.new_page()
            page.add_init_script("localStorage.setItem('muster.visited', '1')")
            page.goto(f"{address}?{urlencode({'add': OFFER})}", wait_until="commit")
            expect(page.locator("#standing")).to_contain_text("bound", timeout=SOON)
            page.reload(wait_until="commit")
            # It is the same search, and its best plan so far is there before its end.
            page.locator("#answer .so-far").wait_for(timeout=SOON)
            page.get_by_role("button", name="Stop and keep the best plan").click()
            page.locator("#answer .picture-of").wait_for(timeout=SOON)
            expect(page.locator("#top")).to_contain_text("NOT PROVEN")
            page.get_by_role("button", name="Search on").click()
            expect(page.locator("#standing")).to_contain_text("bound", timeout=SOON)
            [first] = workers(server)
            os.kill(first, signal.SIGKILL)
            until = time.monotonic() + 60
            while workers(server) <= {first}:
                assert time.monotonic() < until
                time.sleep(0.1)
            # Another process takes the question over; the page notices nothing.
            expect(page.locator("#progress [role=alert]")).to_have_count(0)
            [second] = workers(server) - {first}
            os.kill(second, signal.SIGKILL)
            told = page.locator("#progress [role=alert]")
            expect(told).to_contain_text("was lost twice: it was ended by SIGKILL", timeout=SOON)
            expect(told).to_contain_text("Open this address again, and it begins anew")
            told.get_by_text("To the case as it is").click()
            page.locator("#answer .picture-of").wait_for(timeout=SOON)
            expect(page.locator(".done")).to_have_count(0)
    finally:
        end(server)


def test_a_server_that_is_killed_in_mid_search_leaves_nothing_behind_and_is_gone_on_with() -> None:
    server, address = serve(ROOT / "data")
    try:
        with browser.opened() as chromium:
            page = chromium.new_page()
            page.add_init_script("localStorage.setItem('muster.visited', '1')")
            page.goto(f"{address}?{urlencode({'add': OFFER})}", wait_until="commit")
            expect(page.locator("#standing")).to_contain_text("bound", timeout=SOON)
            searching = workers(server)
            assert searching
            end(server)
            expect(page.locator("#lost")).to_contain_text("does not answer", timeout=SOON)
            expect(page.locator("#lost")).to_be_visible()
            # Its processes do not search on for nobody.
            until = time.monotonic() + 60
            while any(Path(f"/proc/{each}").exists() for each in searching):
                assert time.monotonic() < until
                time.sleep(0.1)
            server, _ = serve(ROOT / "data", urlsplit(address).port or 0)
            expect(page.locator("#lost")).to_be_hidden(timeout=SOON)
            expect(page.locator(".done li")).to_contain_text("2 of NOR-ENG-9", timeout=SOON)
            expect(page.locator("#standing")).to_contain_text("bound", timeout=SOON)
            page.get_by_role("button", name="Stop and keep the best plan").click()
            page.locator("#answer .picture-of").wait_for(timeout=SOON)
    finally:
        end(server)
