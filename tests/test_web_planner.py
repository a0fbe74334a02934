"""What a planner does on the page: prices, filters, months and seats; on a tiny case."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from starlette.testclient import TestClient

from tests import browser
from tests.test_reports import write_case
from tests.test_web import PARTIAL, address, opened  # noqa: F401 - a fixture
from web.address import parse
from web.answers import Served
from web.app import application


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planner") / "case"
    write_case(folder)
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    app = application(Served(folder), workers=1)
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        yield client


def priced(client: TestClient) -> str:
    """Return the switches once every one is priced."""
    opened(client, "/")
    until = time.monotonic() + 60
    while "Ordered by" not in (said := client.get("/prices", headers=PARTIAL).text):
        assert time.monotonic() < until
        time.sleep(0.05)
    return said


def test_switches_are_ordered_by_what_lifting_each_would_bring(client: TestClient) -> None:
    said = priced(client)
    # One Czech unit more in place in each of the six months that L01 is demanded.
    assert re.findall(r'<li id="s-([^"]+)"', said) == ["CZE-BASING", "BEL-VOTE"]
    points = re.findall(r'brings</span>.*? ([^ <]+)<span class="v"> points', said)
    assert points[0].startswith("+")
    assert points[1] == "0"


def test_prices_are_of_the_case_and_stay_while_a_scenario_is_open(client: TestClient) -> None:
    priced(client)
    page = opened(client, "/?lift=CZE-BASING")
    assert "Ordered by" in page
    assert page.index('id="s-CZE-BASING"') < page.index('id="s-BEL-VOTE"')


def test_switches_can_be_filtered_by_nation_kind_role_and_state(client: TestClient) -> None:
    page = opened(client, "/")
    for name, values in (
        ("nation", {"BEL", "CZE"}),
        ("kind", {"approval", "basing"}),
        ("state", {"active", "pending"}),
    ):
        choice = re.search(rf'<select id="find-{name}".*?</select>', page, re.S)
        assert choice
        assert set(re.findall(r'value="([^"]+)"', choice[0])) == values
        items = re.findall(rf'<li id="s-[^>]* data-{name}="([^"]*)"', page)
        assert {each for item in items for each in item.split()} == values


def test_numbers_of_the_board_become_fields_that_are_set_only_where_they_change() -> None:
    same = [("month:BEL-VOTE:2", "2"), ("seat:paris:6", "6"), ("seat:london:6", "")]
    assert not parse(same, ())
    state = parse([("month:BEL-VOTE:2", "4"), ("seat:paris:6", "3"), ("seat:london:6", "6")], ())
    assert state.set == (
        "BEL-VOTE.month=4",
        'headquarters.seats=[{"area": "paris", "months": 3}, {"area": "london", "months": 6}]',
    )


def test_a_vote_in_another_month_and_a_seat_for_longer_are_solved_and_shown(
    client: TestClient,
) -> None:
    page = opened(client, "/?month:BEL-VOTE:1=4&seat:paris:6=3&seat:london:6=6")
    assert 'name="month:BEL-VOTE:1" value="4"' in page
    assert 'name="seat:paris:6" value="3"' in page
    # The number says it; a hidden field beside it would say it twice.
    assert '<input type="hidden" name="set"' not in page
    assert page.count('<li title="') == 2


@pytest.mark.parametrize("query", ["month:BEL-VOTE:1=x", "month:NONE:1=4", "seat:paris:6=-1"])
def test_a_number_that_is_none_is_told(client: TestClient, query: str) -> None:
    said = client.get(f"/events?{query}").text
    assert 'role="alert"' in said


SAVE = "/scenario?lift=CZE-BASING&set=ALB-LAND-1.units=1&pin=BEL-LAND-1:L01:1"


def test_the_open_scenario_is_saved_and_does_the_same(client: TestClient, folder: Path) -> None:
    said = client.post(SAVE, data={"name": "czech-in", "title": "Czechs: in"}).text
    assert "Saved as" in said
    told = (folder / "scenarios" / "czech-in.yaml").read_text("utf-8")
    assert "title: " in told
    assert "lift:\n  - CZE-BASING\n" in told
    one = covered(opened(client, SAVE.replace("/scenario", "/")))
    assert covered(opened(client, "/?scenario=czech-in")) == one
    # On top of it once more, it can be told as one again.
    again = "/scenario?scenario=czech-in&refuse=BEL-VOTE"
    assert "contradicts" in client.post(again, data={"name": "both"}).text
    assert "Saved" in client.post(
        "/scenario?scenario=czech-in&set=ALB-LAND-1.units=2", data={"name": "both"}
    ).text  # fmt: skip
    assert "units: 2" in (folder / "scenarios" / "both.yaml").read_text("utf-8")


def covered(page: str) -> str:
    """Return the headline of a page."""
    found = re.search(r"<b>([\d.]+%)</b>", page)
    assert found
    return found[1]


def test_a_scenario_is_not_written_over_unless_that_is_said(
    client: TestClient, folder: Path
) -> None:
    path = folder / "scenarios" / "mine.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("title: mine\n", "utf-8")
    assert "exists already" in client.post(SAVE, data={"name": "mine"}).text
    assert path.read_text("utf-8") == "title: mine\n"
    assert "Saved" in client.post(SAVE, data={"name": "mine", "replace": "yes"}).text
    assert "CZE-BASING" in path.read_text("utf-8")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a.yaml", "-x", "CON", "x" * 61, "ü"])
def test_a_name_that_is_none_is_told_and_nothing_is_written(
    client: TestClient, folder: Path, name: str
) -> None:
    before = sorted(folder.rglob("*"))
    assert "is no name for a scenario" in client.post(SAVE, data={"name": name}).text
    assert sorted(folder.rglob("*")) == before


def test_the_case_as_it_is_is_no_scenario(client: TestClient) -> None:
    assert "nothing to save" in client.post("/scenario", data={"name": "same"}).text


def test_a_planner_shares_saves_and_undoes_in_a_browser(address: str) -> None:  # noqa: F811
    with browser.opened() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        page.goto(f"{address}?refuse=BEL-VOTE")
        page.locator("#answer .shift").wait_for(timeout=60_000)
        # The page may not copy: the link is shown instead.
        page.locator("#share").click()
        page.locator("#link[open]").wait_for()
        assert page.locator("#link-text").input_value() == page.url
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Save as scenario").click()
        page.fill("#save input[name=name]", "vote-lost")
        for told in ("status", "alert"):  # the second time there is one of that name
            page.locator("#save button", has_text="Save").click()
            page.locator(f"#save-said [role={told}]").wait_for()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.keyboard.press("Escape")
        month = page.locator("input[name='month:BEL-VOTE:1']")
        month.fill("4")
        month.press("Tab")
        page.locator(".done li", has_text="BEL-VOTE.month").wait_for()
        page.get_by_text("Undo all").click()
        page.locator(".done").wait_for(state="detached")
        page.locator("#board select[name=vote]").first.wait_for()
        page.locator("input[name='month:BEL-VOTE:1'][value='1']").wait_for()
        assert month.input_value() == "1"
        page.go_back()
        page.locator(".done li", has_text="BEL-VOTE.month").wait_for()


def test_a_tab_that_is_clicked_while_its_plan_is_still_told_opens_with_the_new_plan(
    address: str,  # noqa: F811
) -> None:
    with browser.opened() as chromium:
        page = chromium.new_page()
        page.goto(f"{address}?lift=CZE-BASING")
        page.locator("#answer .shift").wait_for(timeout=60_000)
        # As soon as the new picture is there, which for a moment stands over the tabs of the old.
        page.evaluate(
            """() => {
              const seen = new MutationObserver(() => {
                if (!location.search.includes("BEL-VOTE")) return;
                seen.disconnect();
                document.getElementById("tab-nations").click();
              });
              seen.observe(document.getElementById("answer"), { childList: true, subtree: true });
            }"""
        )
        page.locator("[role=switch][value=BEL-VOTE]").click()
        page.wait_for_url("**tab=nations**", timeout=60_000)
        page.locator("#tab-nations[aria-current=page]").wait_for()
        expect(page.locator(".done li")).to_have_count(2)
        for part in ("lift=CZE-BASING", "lift=BEL-VOTE"):
            assert part in page.url
        expect(page.locator("#picture .telling")).to_have_count(0)


def test_on_a_narrow_screen_the_picture_comes_first_and_switches_are_a_tap_away(
    address: str,  # noqa: F811
) -> None:
    with browser.opened() as chromium:
        page = chromium.new_page(viewport={"width": 820, "height": 1180})
        page.add_init_script("localStorage.setItem('muster.visited', '1')")
        page.goto(f"{address}?tab=asks&goal=L01%3D0.9")
        expect(page.locator("#answer table.grid")).to_be_in_viewport(timeout=60_000)
        # A goal is part of the link, as the tab is.
        expect(page.locator(".goal input")).to_have_value("L01=0.9")
        switch = page.locator("[role=switch][value=CZE-BASING]")
        expect(switch).to_be_hidden()
        unfold = page.get_by_role("button", name="Change something")
        unfold.press("Enter")
        expect(unfold).to_have_attribute("aria-expanded", "true")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        switch.click()
        expect(page.locator(".done li")).to_have_count(1, timeout=60_000)
        unfold.click()
        expect(switch).to_be_hidden()


def test_a_goal_that_was_searched_for_stands_in_the_address(client: TestClient) -> None:
    answer = client.post("/asks?lift=CZE-BASING", data={"goal": "L01=0.5"})
    assert answer.headers["hx-replace-url"] == "/?lift=CZE-BASING&tab=asks&goal=L01%3D0.5"
    opened(client, "/")
    answer = client.get("/tab?tab=asks&goal=L01%3D1")
    assert answer.headers["hx-replace-url"] == "/?tab=asks&goal=L01%3D1"
    assert 'name="goal" value="L01=1"' in answer.text


def test_what_is_wrong_can_be_corrected_or_taken_back_and_the_rest_stays_open(
    address: str,  # noqa: F811
) -> None:
    with browser.opened() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.add_init_script("localStorage.setItem('muster.visited', '1')")
        page.goto(f"{address}?lift=CZE-BASING")
        page.locator("#answer .shift").wait_for(timeout=60_000)
        page.locator(".typed summary").click()
        page.fill(".typed [name=pin]", "CZE-LAND-2:L01:1")
        page.keyboard.press("Tab")
        fault = page.locator("#progress [role=alert]")
        expect(fault).to_contain_text("CZE-LAND-1")  # the nearest that there is
        assert page.url.endswith("?lift=CZE-BASING")
        # Corrected, it is taken, and nothing is wrong any more.
        page.fill(".typed [name=pin]", "CZE-LAND-1:L01:1")
        page.keyboard.press("Tab")
        page.locator(".done li", has_text="Pinned").wait_for(timeout=60_000)
        expect(fault).to_have_count(0)
        # What was wrong is taken back by a click, and what was right before it is still there; so
        # is what was opened to type it.
        page.fill(".typed [name=forbid]", "NOBODY")
        page.keyboard.press("Tab")
        fault.get_by_role("link", name="take it back").click()
        page.locator("#answer .shift").wait_for(timeout=60_000)
        expect(fault).to_have_count(0)
        expect(page.locator(".done li")).to_have_count(2)
        expect(page.locator(".typed [name=forbid]")).to_have_value("")
