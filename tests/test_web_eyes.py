"""Every screen as people meet it: without what axe finds, in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests import browser
from tests.test_reports import YAML, write_case
from tests.test_web import serve
from tests.test_web_hard import end, looked
from web.tabs import TABS

COLOUR = "color-contrast"
"""The rule that takes most of the time, and the only one on which light and dark differ."""
SIZES = ("scrollable-region-focusable", "target-size")
NARROW: ViewportSize = {"width": 390, "height": 844}
MANY = "".join(f"  - {{id: DNK-{i}, kind: reserve, nation: DNK, units: 0}}\n" for i in range(20))
"""So many caveats that the list of them has to be scrolled."""
IDLE = "  - {id: CZE-HOME, kind: exclusion, nation: CZE}\n"
"""So that a unit is never used."""
BELOW = "document.documentElement.scrollHeight - Math.max(innerHeight, document.body.offsetHeight)"
WIDE: ViewportSize = {"width": 1280, "height": 720}


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """One page of one server, which is looked at again and again."""
    folder = tmp_path_factory.mktemp("eyes") / "case"
    write_case(folder, yaml=YAML + MANY + IDLE)
    server, address = serve(folder)
    try:
        with browser.opened() as chromium:
            page = chromium.new_page(viewport=WIDE)
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(address)
            page.evaluate("localStorage.setItem('muster.visited', '1')")
            yield page, address.rstrip("/")
            # On no screen that was looked at has anything been asked for elsewhere.
            assert not [each for each in asked if not each.startswith(address)]
    finally:
        end(server)


def whatif(page: Page, address: str) -> None:
    looked(page, f"{address}/?lift=CZE-BASING")


def judged(page: Page, where: str, part: str = "body") -> list[str]:
    """Return what axe finds on an open screen, and what is wider than the screen.

    Colours are judged in one part, which is what differs from the screen before; sizes and what
    scrolls once more where the screen is narrow.
    """
    found = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    for view, size, of, rules in (
        ("wide", WIDE, "html", {"rules": {COLOUR: {"enabled": False}}}),
        ("light", WIDE, part, {"runOnly": [COLOUR]}),
        ("dark", WIDE, part, {"runOnly": [COLOUR]}),
        ("narrow", NARROW, "html", {"runOnly": [*SIZES]}),
    ):
        page.set_viewport_size(size)
        page.emulate_media(
            color_scheme="dark" if view == "dark" else "light", reduced_motion="reduce"
        )
        said = page.evaluate(
            "([of, rules]) => axe.run(of, {...rules, resultTypes: ['violations']})", [of, rules]
        )
        for each in said["violations"]:
            nodes = "; ".join(node["html"][:160] for node in each["nodes"][:3])
            found.append(f"{where}, {view}: {each['id']}: {nodes}")
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            found.append(f"{where}, {view}: {over} pixels too wide")
        empty = page.evaluate(BELOW)
        if empty > 1:
            found.append(f"{where}, {view}: {empty} pixels of nothing below the page")
    page.set_viewport_size(WIDE)
    return found


def test_axe_finds_nothing_on_any_tab(screen: tuple[Page, str]) -> None:
    page, address = screen
    whatif(page, address)
    found = judged(page, "the whole page")
    for name in TABS:
        page.locator(f"#tab-{name}").click()
        page.locator(f"#tab-{name}[aria-current]").wait_for()
        if name == "unused":
            expect(page.locator("#tabs").get_by_role("link", name="Lift CZE-HOME")).to_be_visible()
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        found += judged(page, name, "#tabs")
    assert not found, "\n".join(found)


def cell(page: Page) -> None:
    page.locator(".grid td.s1, .grid td.s2, .grid td.s3, .grid td.s4").first.click()
    page.locator("#why[open] h2").wait_for()


def bar(page: Page) -> None:
    page.locator("#tab-tours").click()
    page.locator("#tabs svg a").first.click()
    page.locator("#why[open] h2", has_text=" on L0").wait_for()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save as scenario").click()
    page.locator("#save button", has_text="Save").first.wait_for()


def visit(page: Page) -> None:
    page.locator("#visit-again").click()
    page.locator("#visit").wait_for()


def asked(page: Page) -> None:
    page.locator("#tab-asks").click()
    page.fill(".goal input", "L01=1")
    page.locator(".goal button").click()
    page.locator("#asks :is(.gaps, p):not([hx-get])").first.wait_for()


def refused_offer(page: Page) -> None:
    page.locator("#tab-offer").click()
    page.fill("#o-units", "-1")
    page.locator("#offer button").click()
    page.locator("#offer [aria-invalid]").first.wait_for()


def refused_switch(page: Page) -> None:
    page.locator(".typed summary").click()
    page.fill(".typed [name=pin]", "NONE:L01:1")
    page.keyboard.press("Tab")
    page.locator("#progress .fault").wait_for()


def kept(page: Page) -> None:
    page.locator("#board select[name=keep]").select_option("case")
    page.locator(".kept").wait_for()


def nothing_found(page: Page) -> None:
    page.fill("#find-text", "zzz")
    page.locator("#find-none").wait_for()


@pytest.mark.parametrize(
    ("does", "part"),
    [
        (cell, "#why"),
        (bar, "#why"),
        (save, "#save"),
        (visit, "#visit"),
        (asked, "#asks"),
        (refused_offer, "#offer"),
        (refused_switch, "#progress"),
        (nothing_found, ".side"),
        (kept, "#answer"),
    ],
)
def test_axe_finds_nothing_on_what_opens(
    screen: tuple[Page, str], does: Callable[[Page], None], part: str
) -> None:
    page, address = screen
    whatif(page, address)
    does(page)
    found = judged(page, does.__name__, part)
    assert not found, "\n".join(found)


def wrong(page: Page) -> None:
    page.fill("[name='f.units']", "-1")
    page.fill("[name=why]", "talks")
    page.get_by_role("button", name="Save").click()
    page.locator("[aria-invalid]").first.wait_for()


def handed_in(text: str) -> Callable[[Page], None]:
    def upload(page: Page) -> None:
        form = page.locator("form", has=page.locator("input[value='capabilities.csv']"))
        form.locator("input[type=file]").set_input_files(
            {"name": "new.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        form.locator("button").click()
        page.locator("main h2, main .fault").first.wait_for()

    return upload


OFFER = "offer,nation,capability,units,personnel,basis\nALB-LAND-1,ALB,inf,5,100,assumed\n"


def test_axe_finds_nothing_on_the_pages_of_the_case_and_on_faults(
    screen: tuple[Page, str],
) -> None:
    page, address = screen
    found = []
    for path, does in (
        ("/case", None),
        ("/case/offers/ALB-LAND-1", None),
        ("/case/offers/ALB-LAND-1", wrong),
        ("/case/lines/L01", None),
        ("/case/caveats/BEL-VOTE", None),
        ("/case/new/caveats", None),
        ("/case/new/caveats?kind=ceiling", None),
        ("/case", handed_in(OFFER)),
        ("/case", handed_in(OFFER.replace("5", "five"))),
        ("/?lift=NONE", None),
        ("/nowhere", None),
    ):
        page.goto(address + path)
        page.locator("main").wait_for()
        if does:
            does(page)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        found += judged(page, f"{path} {does.__name__ if does else ''}")
    assert not found, "\n".join(found)
