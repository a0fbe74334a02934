"""Screenshots of every screen of the page, to be looked at: ``python -m tests.shots FOLDER``.

Each screen at three sizes in light and dark; some more as they are seldom seen: 200 % text, forced
colours, print. What axe finds on a screen is told at the end, and is the exit status.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests import browser

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"projector": (1280, 720), "4k": (3840, 2160), "narrow": (400, 800)}
SCREENS = {
    "base": "/",
    "whatif": "/?lift=DEU-BASING&tab=changes",
    **{
        f"tab-{tab}": f"/?lift=DEU-BASING&tab={tab}"
        for tab in ("gaps", "tours", "nations", "votes", "run")
    },
    "case": "/case",
    "offer": "/case/offers/GBR-LAND-1",
    "caveat": "/case/caveats/DEU-BASING",
    "new-caveat": "/case/new/caveats?kind=ceiling",
    "fault": "/?lift=DEU-BASIN",
    "unknown": "/nowhere",
}


def taken(chromium: Browser, address: str, folder: Path) -> list[str]:
    """Take all pictures; return what axe finds."""
    found = []
    for scheme in ("light", "dark"):
        for size, (width, height) in SIZES.items():
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            visit(page, address, folder / f"visit-{size}-{scheme}.png")
            for name, path in SCREENS.items():
                shown(page, address + path)
                page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
                if size != "4k":
                    found += [f"{name}, {size}, {scheme}: {each}" for each in violations(page)]
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if wide > 0:
                    found.append(f"{name}, {size}, {scheme}: {wide} pixels too wide")
            context.close()
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, forced_colors="active")
    page = context.new_page()
    page.add_init_script("localStorage.setItem('muster.visited', '1')")
    shown(page, address + SCREENS["whatif"])
    page.screenshot(path=folder / "whatif-forced-colours.png")
    page.emulate_media(media="print", forced_colors="none")
    page.screenshot(path=folder / "whatif-print.png", full_page=True)
    page.emulate_media(media="screen")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.screenshot(path=folder / "whatif-200-percent.png")
    context.close()
    return found


def visit(page: Page, address: str, path: Path) -> None:
    """Take a picture of the first visit, then skip it."""
    shown(page, address + "/")
    page.locator("#visit").wait_for()
    page.screenshot(path=path)
    page.keyboard.press("Escape")


def shown(page: Page, address: str) -> None:
    """Open an address and wait for its answer."""
    page.goto(address)
    page.locator("#answer table.grid, main.alone, body.case main").first.wait_for(timeout=120_000)
    page.evaluate("window.scrollTo(0, 0)")


def violations(page: Page) -> list[str]:
    """Return what axe finds."""
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}"
        for each in Axe().run(page).response["violations"]
    ]


def main() -> None:
    """Serve a copy of the shipped case, and take its pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        case = Path(name) / "data"
        shutil.copytree(ROOT / "data", case)
        arguments = ["serve", "--case", str(case), "--port", "0", "--no-browser"]
        server = subprocess.Popen(
            [sys.executable, "solve.py", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert server.stdout
        try:
            address = server.stdout.readline().split()[-1].rstrip("/")
            with browser.opened() as chromium:
                found = taken(chromium, address, folder)
        finally:
            server.terminate()
            server.wait(30)
            server.stdout.close()
    print(*found or ["axe finds nothing"], sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
