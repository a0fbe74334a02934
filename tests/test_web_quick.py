"""A hand that is quicker than the answers, and the way back; in a browser, on a tiny case."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Error, Page, Request, Route, expect

from tests import browser
from tests.test_reports import write_case
from tests.test_web import running
from web import view
from web.address import State

ASKED = re.compile(r"^http://[^/]+/(\?.*)?$")
LIFTED = "?lift=CZE-BASING"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all of them: what one changes on disk the others do not ask for."""
    case = tmp_path_factory.mktemp("quick") / "case"
    write_case(case)
    with running(case) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.opened() as chromium:
        yield chromium


@pytest.fixture
def page(address: str, chromium: Browser) -> Iterator[Page]:
    """A page on which one caveat is lifted."""
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    page.add_init_script("localStorage.setItem('muster.visited', '1')")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    opened(page, address + LIFTED)
    yield page
    page.close()
    assert not errors


def opened(page: Page, where: str) -> None:
    page.goto(where)
    page.locator("#answer .shift").wait_for(timeout=60_000)
    told(page)


def told(page: Page) -> None:
    """Wait until nothing is on its way any more."""
    for each in ("#progress[data-asking]", "#progress > *", "#picture .telling"):
        try:
            expect(page.locator(each)).to_have_count(0, timeout=60_000)
        except AssertionError as error:
            stands = page.locator("#progress").evaluate("each => each.outerHTML")
            raise AssertionError(f"{each} at {page.url}: {stands}") from error


def changed(page: Page, *several: str) -> None:
    """Hold that these are the changes that are open, and that the address says so."""
    told(page)
    expect(page.locator(".done li b")).to_have_text(several, timeout=60_000)
    query = parse_qsl(page.url.partition("?")[2])
    assert [value for part, value in query if part != "tab"] == list(several)


@contextlib.contextmanager
def slowly(page: Page, asked: str | re.Pattern[str] = ASKED) -> Iterator[list[Route]]:
    """Keep what is asked for on its way for as long as something is done."""
    held: list[Route] = []
    over = False
    page.route(asked, lambda route: route.continue_() if over else held.append(route))
    try:
        yield held
        page.wait_for_timeout(100)  # a switch asks a moment after it is turned
        waited_for(page, lambda: bool(held))
    finally:
        over = True
        for each in held:
            each.continue_()


def waited_for(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds that the page's events bring about."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(100)
    assert holds()


@pytest.mark.parametrize("broken_off", [0, 1])
def test_who_asks_for_something_else_listens_no_longer_to_the_search_before(
    page: Page, broken_off: int
) -> None:
    """A browser has few connections to a server, and a search that is listened to goes on."""
    listens: list[Request] = []
    ended: list[Request] = []
    left = broken_off  # streams that end too soon: the page listens again
    page.on("requestfailed", lambda request: ended.append(request))

    def stream(route: Route) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            route.fulfill(body="data: <p></p>\n\n", content_type="text/event-stream")
        elif not listens:
            listens.append(route.request)  # and is never answered
        else:
            route.continue_()

    page.route("**/events?**", stream)
    searching = view.waiting(State(lift=("BEL-VOTE", "CZE-BASING")), "")
    page.route(ASKED, lambda route: route.fulfill(body=searching, content_type="text/html"))
    page.locator("[role=switch][value=BEL-VOTE]").click()
    waited_for(page, lambda: bool(listens))
    page.unroute(ASKED)
    assert listens[0] not in ended
    page.get_by_label("Undo: Lifted CZE-BASING").click()
    waited_for(page, lambda: listens[0] in ended)
    changed(page, "BEL-VOTE")


def test_undone_one_after_the_other_all_stay_undone(page: Page, address: str) -> None:
    opened(page, f"{address}{LIFTED}&refuse=BEL-VOTE&set=ALB-LAND-1.units%3D1")
    with slowly(page):
        page.get_by_label("Undo: Lifted CZE-BASING").click()
        page.get_by_label("Undo: Refused BEL-VOTE").click()
    changed(page, "ALB-LAND-1.units=1")


def test_what_is_undone_does_not_come_back_with_the_next_switch(page: Page) -> None:
    page.locator("select[name=vote]").select_option("refuse:BEL-VOTE")
    page.locator("input[name='seat:paris:6']").fill("5")
    page.keyboard.press("Tab")
    seats = 'headquarters.seats=[{"area": "paris", "months": 5}, {"area": "london", "months": 6}]'
    changed(page, "CZE-BASING", "BEL-VOTE", seats)
    with slowly(page):
        page.get_by_label("Undo: Refused BEL-VOTE").click()
        page.locator("[role=switch][value=BEL-VOTE]").click()
    changed(page, "BEL-VOTE", "CZE-BASING", seats)
    with slowly(page):
        page.get_by_role("link", name="Undo all").click()
        page.locator("[role=switch][value=BEL-VOTE]").click()  # not lifted any more: lifted again
    changed(page, "BEL-VOTE")
    with slowly(page):
        page.locator("[role=switch][value=CZE-BASING]").click()
        page.get_by_label("Undo: Lifted BEL-VOTE").click()
    changed(page, "CZE-BASING")


def test_what_is_typed_while_an_answer_comes_stays(page: Page) -> None:
    month = page.locator("input[name='month:BEL-VOTE:1']")
    typed = page.locator(".typed [name=pin]")
    page.locator(".typed summary").click()
    for field, text in ((month, "4"), (typed, "CZE-LAND-1:L0")):
        with slowly(page) as held:
            page.locator("[role=switch][value=BEL-VOTE]").click()
            waited_for(page, lambda held=held: bool(held))  # or it takes along what is typed
            field.focus()
            page.keyboard.press("Control+a")
            page.keyboard.type(text)
        expect(page.locator(".done li")).to_have_count(2, timeout=60_000)
        told(page)
        expect(field).to_be_focused()
        expect(field).to_have_value(text)
    page.keyboard.type("1:1")
    page.keyboard.press("Enter")
    # Once it is asked for it stands in the list, and the field is for the next one.
    changed(page, "CZE-BASING", "BEL-VOTE.month=4", "CZE-LAND-1:L01:1")
    expect(typed).to_have_value("")


def test_a_scenario_that_is_saved_by_a_double_click_is_saved_once(page: Page) -> None:
    page.get_by_role("button", name="Save as scenario").click()
    page.fill("#save [name=name]", "twice")
    with slowly(page, "**/scenario?**"):
        page.locator("#save button", has_text="Save").dblclick()
    page.locator("#save-said [role=status]").wait_for(timeout=60_000)
    page.wait_for_timeout(500)
    expect(page.locator("#save-said [role=alert]")).to_have_count(0)


def test_an_offer_that_is_wrong_stays_as_it_was_typed(page: Page, address: str) -> None:
    opened(page, f"{address}{LIFTED}&tab=offer")
    page.fill("#o-offer", "NEW-1")
    page.get_by_role("button", name="Add it and see").click()
    page.locator("#offer .wrong").first.wait_for()
    page.locator("[role=switch][value=BEL-VOTE]").click()
    changed(page, "BEL-VOTE", "CZE-BASING")
    expect(page.locator("#o-offer")).to_have_value("NEW-1")
    # It is added to what is open now.
    expect(page.locator("#offer")).to_have_attribute("hx-post", re.compile("lift=BEL-VOTE"))


def test_a_number_that_is_wrong_is_in_sight_where_it_keeps_a_switch_from_being_asked_for(
    page: Page,
) -> None:
    month = page.locator("input[name='month:BEL-VOTE:1']")
    month.fill("99")
    page.keyboard.press("Tab")
    expect(month).to_be_focused()  # the browser has said what is wrong with it
    page.fill("#find-text", "czech")
    expect(month).to_be_hidden()
    page.locator("[role=switch][value=CZE-BASING]").click()
    expect(month).to_be_focused()
    month.fill("4")
    page.keyboard.press("Tab")
    changed(page, "BEL-VOTE.month=4")


def test_a_tab_that_is_clicked_while_an_answer_is_on_its_way_opens_with_it(page: Page) -> None:
    with slowly(page):
        page.locator("[role=switch][value=BEL-VOTE]").click()
        page.locator("#tab-nations").click()
    page.locator("#tab-nations[aria-current]").wait_for()
    changed(page, "BEL-VOTE", "CZE-BASING")
    assert "tab=nations" in page.url
    with slowly(page, "**/tab?**"):
        page.locator("#tab-run").click()
        page.get_by_label("Undo: Lifted BEL-VOTE").click()
        expect(page.locator(".done li")).to_have_count(1)
    page.locator("#tab-run[aria-current]").wait_for()
    changed(page, "CZE-BASING")
    assert "tab=run" in page.url


def test_cells_asked_about_one_after_the_other_end_with_the_last(page: Page) -> None:
    cell = page.locator(".grid td[tabindex='0']")
    cell.focus()
    with slowly(page, "**/why?**"):
        for key in ("Enter", "ArrowRight", "Enter", "ArrowRight", "Enter"):
            page.keyboard.press(key)
    expect(page.locator("#why[open] h2")).to_contain_text("month 3")


def test_the_way_back_leaves_the_page_as_it_can_be_used(page: Page) -> None:
    find = page.locator("#find-text")
    find.fill("czech")
    page.locator("[role=switch][value=CZE-BASING]").click()
    changed(page)
    page.go_back()
    changed(page, "CZE-BASING")
    # What was looked for is still looked for, and the next thing can be.
    expect(page.locator("[role=switch]:visible")).to_have_count(1)
    find.fill("bel-vote")
    expect(page.locator("[role=switch]:visible")).to_have_count(1)
    page.locator("[data-to=votes]").click()
    expect(page.locator("#h-votes")).to_be_focused()
    page.go_forward()
    changed(page)
    expect(page.locator("[role=switch]:checked")).to_have_count(0)
    page.go_back()
    with slowly(page):
        page.locator("[role=switch][value=BEL-VOTE]").click()
    changed(page, "BEL-VOTE", "CZE-BASING")
    page.set_viewport_size({"width": 390, "height": 844})
    unfold = page.locator("#unfold")
    unfold.click()
    expect(page.locator("[role=switch][value=BEL-VOTE]")).to_be_visible()


def test_the_way_back_leads_to_the_goal_that_was_looked_at(page: Page, address: str) -> None:
    opened(page, f"{address}{LIFTED}&tab=asks&goal=L01%3D0.5")
    page.locator("[role=switch][value=BEL-VOTE]").click()
    changed(page, "BEL-VOTE", "CZE-BASING")
    page.go_back()
    page.wait_for_url("**goal=L01**")
    told(page)
    expect(page.locator("[name=goal]")).to_have_value("L01=0.5")


def test_of_two_tabs_clicked_one_after_the_other_the_second_opens(page: Page) -> None:
    held: list[Route] = []
    page.route("**/tab?**", lambda route: held.append(route))
    page.locator("#tab-run").click()
    page.locator("#tab-nations").click()
    page.wait_for_timeout(100)
    with contextlib.suppress(Error):  # nobody may want the first any more
        held[0].continue_()
    page.wait_for_timeout(300)
    held[1].continue_()
    page.locator("#tab-nations[aria-current]").wait_for()


def test_a_scenario_is_put_in_place_of_another_only_where_that_is_said_of_it(page: Page) -> None:
    page.get_by_role("button", name="Save as scenario").click()
    page.fill("#save [name=name]", "first")
    page.fill("#save [name=title]", "The first")
    page.check("#save [name=replace]")
    page.locator("#save button", has_text="Save").click()
    page.locator("#save-said [role=status]").wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    page.locator("[role=switch][value=BEL-VOTE]").click()
    changed(page, "BEL-VOTE", "CZE-BASING")
    page.get_by_role("button", name="Save as scenario").click()
    expect(page.locator("#save [name=replace]")).not_to_be_checked()
    expect(page.locator("#save [name=title]")).to_have_value("")


def test_what_a_tab_offers_of_the_plan_before_turns_no_switch(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=asks&goal=L01%3D0.9")
    page.locator("#answer table.grid").wait_for(timeout=60_000)
    told(page)
    page.get_by_role("button", name="Whom to ask").click()
    offered = page.locator("#asks a[aria-label*='CZE-BASING']").first
    offered.wait_for(timeout=60_000)
    with slowly(page):
        page.locator("[role=switch][value=BEL-VOTE]").click()
        offered.click()
        expect(page.locator("[role=switch][value=CZE-BASING]")).not_to_be_checked()
        expect(page.locator("[role=switch][value=BEL-VOTE]")).to_be_checked()
    changed(page, "BEL-VOTE")
