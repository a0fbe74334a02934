"""Pictures of every screen of the page, to be looked at: ``python -m tests.shots``.

They go to ``out/shots`` unless ``--to`` names another folder. ``--only tab`` takes the screens
whose names begin so, ``--view`` one of the sizes; ``--list`` says what there is. One server and one
browser for all of it; a screen is opened once and looked at in every view. Nothing is judged here:
what a machine can judge, ``test_web_eyes.py`` does.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, FilePayload, Page, expect

from tests import browser
from web.tabs import TABS

ROOT = Path(__file__).resolve().parents[1]
WAIT = 60_000
"""Milliseconds that a screen may take to be there."""


@dataclass(frozen=True)
class View:
    """How a screen is looked at; ``paper`` is a PDF of what would be printed."""

    width: int
    height: int
    dark: bool = False
    paper: bool = False
    forced: bool = False


VIEWS = {
    "projector": View(1280, 720),
    "desk": View(1920, 1080),
    "wall": View(3840, 2160),
    "narrow": View(390, 844),
    "zoomed": View(640, 360),  # what is left of a projector at 200 %
    "dark": View(1280, 720, dark=True),
    "dark-desk": View(1920, 1080, dark=True),
    "forced": View(1280, 720, forced=True),
    "print": View(1280, 720, paper=True),
}


@dataclass(frozen=True)
class Screen:
    """A screen.

    Attributes:
        path: its address.
        there: what stands on it as soon as it is whole.
        does: what is done to it first, such as opening a dialog.
        at: what is scrolled to the top; the top of the page if empty.
    """

    path: str
    there: str = "#answer .picture-of table.grid"
    does: Callable[[Page], None] | None = None
    at: str = ""


FAR_DOWN = """at => {
    const { top } = document.querySelector(at).getBoundingClientRect();
    if (top > innerHeight / 2) document.querySelector(at).scrollIntoView();
}"""
"""Scrolls to what is out of sight, as it is where a screen is not wide."""


def _why(page: Page) -> None:
    page.locator(".grid td.s4").first.click()
    page.locator("#why[open] h2").wait_for()


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save as scenario").click()
    page.locator("#save form").wait_for()


def _tour(page: Page) -> None:
    page.locator("#tabs svg a").first.click()
    page.locator("#why[open] h2").wait_for()


def _filters(page: Page) -> None:
    page.locator("#filters summary").click()
    page.locator("#find-kind").select_option("basing")


def _details(page: Page) -> None:
    page.evaluate("for (const each of document.querySelectorAll('#tabs details')) each.open = true")


def _asks(page: Page) -> None:
    page.fill(".goal input", "critical=132")
    page.locator(".goal button").click()
    page.locator("#asks .gaps").wait_for(timeout=WAIT)


def _no_offer(page: Page) -> None:
    page.fill("#o-units", "-1")
    page.locator("#offer button").click()
    page.locator("#offer [aria-invalid]").first.wait_for()


def _visit(page: Page) -> None:
    page.locator("#visit-again").click()
    page.locator("#visit").wait_for()


def _far(page: Page) -> None:
    page.locator("[data-to=votes]").click()


def _found(page: Page) -> None:
    page.fill("#find-text", "germany vote")


def _unfold(page: Page) -> None:
    page.set_viewport_size({"width": VIEWS["narrow"].width, "height": VIEWS["narrow"].height})
    page.locator("#unfold").click()
    page.locator(".side.opened").wait_for()


def _uploads(name: str, old: str, new: str) -> Callable[[Page], None]:
    def upload(page: Page) -> None:
        text = (ROOT / "data" / name).read_text("utf-8")
        assert old in text
        changed = text.replace(old, new, 1).encode()
        held = FilePayload(name=f"changed-{name}", mimeType="text/csv", buffer=changed)
        form = page.locator("form", has=page.locator(f"input[value='{name}']"))
        form.locator("input[type=file]").set_input_files(files=[held])
        form.locator("button").click()
        page.locator("main h2, main .fault").first.wait_for()

    return upload


def _wrong(page: Page) -> None:
    page.fill("[name='f.units']", "-1")
    page.fill("[name=why]", "talks")
    page.get_by_role("button", name="Save").click()
    page.locator("[aria-invalid]").first.wait_for()


CASE, WHATIF = "body.case main", "/?lift=DEU-BASING&refuse=DEU-BUNDESTAG"
SCREENS = {
    "base": Screen("/"),
    "base-votes": Screen("/", does=_far),
    "base-found": Screen("/", does=_found),
    "base-filters": Screen("/", does=_filters),
    "base-unfolded": Screen("/", does=_unfold),
    "visit": Screen("/", does=_visit),
    "lifted": Screen("/?lift=DEU-BASING"),
    "whatif": Screen(WHATIF),
    "whatif-why": Screen(WHATIF, does=_why),
    "whatif-save": Screen(WHATIF, does=_save),
    "many": Screen(f"{WHATIF}&scenario=london-early&pin=FRA-LAND-1:L04:7:1"),
    "kept": Screen("/?lift=DEU-BASING&keep=case", ".kept"),
    **{f"tab-{name}": Screen(f"{WHATIF}&tab={name}", at=".tab") for name in TABS},
    **{
        f"open-{name}": Screen(f"{WHATIF}&tab={name}", does=_details, at=".tab details")
        for name in ("gaps", "tours")
    },
    "tour": Screen(f"{WHATIF}&tab=tours", does=_tour),
    "asked": Screen("/?tab=asks", does=_asks, at=".tab"),
    "offer-wrong": Screen("/?tab=offer", does=_no_offer, at=".tab"),
    "case": Screen("/case", CASE),
    "case-offer": Screen("/case/offers/GBR-LAND-1", CASE),
    "case-line": Screen("/case/lines/L01", CASE),
    "case-caveat": Screen("/case/caveats/DEU-BASING", CASE),
    "case-new": Screen("/case/new/caveats", CASE),
    "case-new-kind": Screen("/case/new/caveats?kind=ceiling", CASE),
    "case-wrong": Screen("/case/offers/GBR-LAND-1", CASE, _wrong),
    "case-difference": Screen(
        "/case", CASE, _uploads("capabilities.csv", "GBR-LAND-1,GBR,", "GBR-LAND-0,GBR,")
    ),
    "case-refused": Screen("/case", CASE, _uploads("requirements.csv", "land", "lnad")),
    "fault": Screen("/?lift=DEU-BASIN", "main.alone"),
    "unknown": Screen("/nowhere", "main.alone"),
    "progress": Screen("/?set=calendar.rotation_step=1", ".solving b"),
}


def opened(page: Page, address: str, screen: Screen) -> None:
    """Open a screen, and do to it what belongs to it."""
    page.goto(address + screen.path)
    page.locator(screen.there).first.wait_for(timeout=WAIT)
    if screen != SCREENS["progress"]:  # what is told of a plan comes after its picture
        expect(page.locator("#progress > *, .telling")).to_have_count(0, timeout=WAIT)
    if screen.does:
        screen.does(page)


def looked(page: Page, screen: Screen, view: View, path: Path) -> None:
    """Take a picture of an open screen."""
    page.set_viewport_size({"width": view.width, "height": view.height})
    page.emulate_media(
        color_scheme="dark" if view.dark else "light",
        forced_colors="active" if view.forced else "none",
        reduced_motion="reduce",
    )
    page.evaluate("scrollTo(0, 0)")
    if screen.at:
        page.evaluate(FAR_DOWN, screen.at)
    if view.paper:
        page.pdf(path=path.with_suffix(".pdf"), prefer_css_page_size=True, print_background=True)
    else:
        page.screenshot(path=path.with_suffix(".png"))


def taken(context: BrowserContext, address: str, name: str, views: list[str], folder: Path) -> bool:
    """Take the pictures of a screen on a page of its own; return whether all of them came."""
    page = context.new_page()
    try:
        opened(page, address, SCREENS[name])
        for view in views:
            looked(page, SCREENS[name], VIEWS[view], folder / f"{name}-{view}")
    except Error as error:
        print(f"{name}: {error.message.splitlines()[0]}")
        return False
    finally:
        page.close()
    return True


@contextmanager
def served(case: Path) -> Iterator[str]:
    """Serve a case; give its address without the last stroke."""
    arguments = ["serve", "--case", str(case), "--port", "0", "--no-browser"]
    server = subprocess.Popen(
        [sys.executable, "solve.py", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    try:
        yield server.stdout.readline().split()[-1].rstrip("/")
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()


def priced(page: Page, address: str) -> None:
    """Wait until every caveat has its price, and forget that the page was never seen before."""
    page.goto(address)
    page.evaluate("localStorage.setItem('muster.visited', '1')")
    page.locator("#pricing", has_text="Ordered by").wait_for(timeout=5 * WAIT)
    page.close()


def _chosen(beginnings: list[str], names: dict[str, Screen] | dict[str, View]) -> list[str]:
    found = [each for each in names if not beginnings or each.startswith(tuple(beginnings))]
    if not found:
        sys.exit(f"None is called like that. There are: {', '.join(names)}.")
    return found


def main() -> None:
    """Serve a copy of the shipped case, and take its pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.shots", description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "out" / "shots", metavar="FOLDER")
    parser.add_argument("--only", nargs="+", default=[], metavar="SCREEN")
    parser.add_argument("--view", nargs="+", default=[], choices=VIEWS)
    parser.add_argument("--list", action="store_true", help="say which screens and views there are")
    asked = parser.parse_args()
    screens, views = _chosen(asked.only, SCREENS), asked.view or list(VIEWS)
    if asked.list:
        print("screens:", *screens, "\nviews:", *VIEWS)
        return
    asked.to.mkdir(parents=True, exist_ok=True)
    began, failed = time.monotonic(), list[str]()
    with tempfile.TemporaryDirectory() as name:
        case = Path(name) / "data"
        shutil.copytree(ROOT / "data", case)
        with served(case) as address, browser.opened() as chromium:
            context = chromium.new_context(viewport={"width": 1280, "height": 720})
            priced(context.new_page(), address)
            for screen in screens:
                # A browser that takes large pictures sometimes hangs over one.
                if not any(taken(context, address, screen, views, asked.to) for _ in range(2)):
                    failed.append(screen)
                print(f"{time.monotonic() - began:6.1f} s  {screen}", flush=True)
    print(f"{len(screens) - len(failed)} screens in {len(views)} views: {asked.to}")
    sys.exit(f"Not taken: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
