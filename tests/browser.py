"""The system's Chromium, for tests that look at a page as a browser does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def found() -> str:
    """Return the path of a Chromium; skip where there is none, unless CI has promised one."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        assert not os.environ.get("MUSTER_NEEDS_BROWSER"), "no Chromium, and .ci/run installs one"
        pytest.skip("there is no Chromium here (Debian: apt install chromium)")
    return path


@contextmanager
def opened() -> Iterator[Browser]:
    """Open a browser without a window."""
    path = found()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def address(page: Path) -> str:
    """Return the address of a file."""
    return page.resolve().as_uri()
