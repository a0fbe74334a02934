"""The whole way of a planner in a browser, from the worst gap to a workbook."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from playwright.sync_api import Locator, Page, expect

from tests import browser
from tests.test_web import address  # noqa: F401 - a fixture


def headline(page: Page) -> Locator:
    """Return where the page says what is covered."""
    return page.locator("#answer .heads b").first


def covered(page: Page, before: str = "") -> str:
    """Return the headline, once it is no longer the one before."""
    expect(headline(page)).not_to_have_text(before, timeout=60_000)
    return headline(page).inner_text()


def test_from_the_worst_gap_to_a_workbook(address: str, tmp_path: Path) -> None:  # noqa: F811
    with browser.opened() as chromium:
        page = chromium.new_page(viewport={"width": 1920, "height": 1080})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.locator("#answer table.grid").wait_for(timeout=60_000)
        page.locator("[data-skip]").click()
        before = covered(page)

        # The worst gap, and why it is open; then the first one that a caveat holds open.
        gaps, dialog = page.locator("#tabs .gaps > li"), page.locator("#why[open]")
        for gap, why in ((gaps, "Resting"), (gaps.filter(has_text="CZE-BASING"), "Czechia")):
            line = gap.first.locator("strong").inner_text()
            gap.first.get_by_role("link", name="Why").click()
            dialog.locator("h2", has_text=line).wait_for()
            assert why in dialog.inner_text()
            if why == "Resting":
                page.keyboard.press("Escape")

        # The way back from a dialog is where one came from; by keyboard, over the picture too.
        page.keyboard.press("Escape")
        page.locator(".grid td[tabindex='0']").focus()
        page.keyboard.press("ArrowDown")
        month = page.evaluate("document.activeElement.cellIndex")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.cellIndex") == month + 1
        gaps.filter(has_text="CZE-BASING").first.get_by_role("link", name="Why").press("Enter")
        dialog.locator("h2").wait_for()

        # Lift the caveat that is named: the picture says what is better.
        dialog.get_by_role("link", name="Lift it and see").first.click()
        page.locator("#answer .shift", has_text="better").wait_for(timeout=60_000)
        lifted = covered(page, before)
        assert lifted > before
        page.locator("#tab-changes").click()
        page.locator("#tabs td", has_text="closed").first.wait_for()

        # Refuse a vote, found without going through all caveats.
        page.locator("[data-to=votes]").press("Enter")
        page.locator("select[name=vote]").first.select_option("refuse:BEL-VOTE")
        page.locator(".done li", has_text="Refused BEL-VOTE").wait_for(timeout=60_000)
        assert covered(page, lifted) < lifted
        expect(page.locator("[data-part=votes] h2")).to_be_visible()

        # A bar opens its tour, by keyboard; pinned, it stays.
        page.locator("#tab-tours").click()
        bars = page.locator("#tabs svg a")
        bars.first.wait_for()
        expect(page.locator("#tabs svg a[tabindex='0']")).to_have_count(1)
        bars.first.focus()
        page.keyboard.press("ArrowDown")
        called = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert called != bars.first.get_attribute("aria-label")
        page.keyboard.press("Enter")
        dialog.locator("h2", has_text=called.partition(":")[0]).wait_for()
        page.get_by_role("link", name="Pin this tour").click()
        page.locator(".done li", has_text="Pinned").wait_for(timeout=60_000)
        # The hand stays on the bar, though another is drawn in its place.
        page.locator("#tabs svg a:focus").and_(page.get_by_label(called, exact=True)).wait_for()

        # Save it, open it by its name: it is the same plan, held against the case as it is.
        said = covered(page)
        page.get_by_role("button", name="Save as scenario").click()
        page.fill("#save input[name=name]", "talks")
        page.locator("#save button", has_text="Save").first.click()
        page.get_by_role("link", name="Open it by its name").click()
        page.locator(".done li", has_text="talks").wait_for(timeout=60_000)
        page.locator("#answer .shift").wait_for(timeout=60_000)
        expect(headline(page)).to_have_text(said, timeout=60_000)
        expect(page.locator(".done li")).to_have_count(1)

        # Take the workbook away: it says what the page says.
        page.locator("#tab-export").click()
        with page.expect_download(timeout=60_000) as caught:
            page.get_by_role("link", name="xlsx", exact=True).click()
        caught.value.save_as(tmp_path / "report.xlsx")
        assert not errors
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "report.xlsx").read_bytes()))
    told = " ".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )
    assert "TEST RESTRICTED" in told
    assert "CZE-LAND-1" in told
    index = float(said.rstrip("%")) / 100
    numbers = [
        cell
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, float)
    ]
    assert any(abs(each - index) < 6e-4 for each in numbers)


def reach(page: Page, selector: str) -> None:
    """Go on by the Tab key until something has the focus, which must be seen there."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("to => document.activeElement.matches(to)", selector):
            break
    else:
        raise AssertionError(f"no way by keyboard to {selector}")
    seen = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(seen) not in ("none", ""), selector


def test_a_planner_needs_no_mouse(address: str) -> None:  # noqa: F811
    with browser.opened() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.goto(address)
        page.locator("#visit").wait_for(timeout=60_000)
        reach(page, "[data-skip]")
        page.keyboard.press("Enter")
        expect(page.locator("#visit")).to_be_hidden()

        # Over the first link into the picture, and by arrow keys to a cell that misses units.
        page.reload()
        page.locator("#answer table.grid").wait_for(timeout=60_000)
        reach(page, ".skip")
        page.keyboard.press("Enter")
        reach(page, ".grid td")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.locator("#why[open] h2", has_text="L01").wait_for()
        reach(page, "#why [data-lift*='lift=CZE-BASING']")
        page.keyboard.press("Enter")
        page.locator("#answer .shift", has_text="better").wait_for(timeout=60_000)

        reach(page, "#find-text")
        page.keyboard.type("bel-vote")
        expect(page.locator("[role=switch]:visible")).to_have_count(1)
        reach(page, "[role=switch][value=BEL-VOTE]")
        page.keyboard.press("Space")
        page.locator(".done li", has_text="Lifted BEL-VOTE").wait_for(timeout=60_000)
        reach(page, "select[name=vote]")
        page.keyboard.type("refused")
        page.locator(".done li", has_text="Refused BEL-VOTE").wait_for(timeout=60_000)

        for tab in ("tab-unused", "tab-nations"):
            reach(page, f"#{tab}")
            page.keyboard.press("Enter")
            page.locator(f"#{tab}[aria-current]").wait_for()

        reach(page, ".undo[aria-label='Undo: Lifted BEL-VOTE']")
        page.keyboard.press("Enter")
        expect(page.locator(".done li")).to_have_count(2, timeout=60_000)
        reach(page, "[popovertarget=save]")
        page.keyboard.press("Enter")
        reach(page, "#save [name=name]")
        page.keyboard.type("by-keys")
        page.keyboard.press("Enter")
        page.locator("#save-said [role=status]").wait_for(timeout=60_000)
        reach(page, "#save-said a")
        page.keyboard.press("Enter")
        page.locator(".done li", has_text="by-keys").wait_for(timeout=60_000)


def test_an_answer_that_comes_takes_nothing_out_of_the_hand(address: str) -> None:  # noqa: F811
    lifted = "?lift=CZE-BASING&tab=asks"
    with browser.opened() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.goto(address + lifted)
        page.locator("[data-skip]").click()
        goal = page.locator("[name=goal]")
        goal.fill("L01=1")
        page.locator("#tab-nations").focus()
        another_answer(page, f"/{lifted}&refuse=BEL-VOTE")
        expect(goal).to_have_value("L01=1")
        expect(page.locator("#tab-nations")).to_be_focused()

        page.get_by_role("button", name="Save as scenario").focus()
        another_answer(page, f"/{lifted}")
        page.keyboard.press("Enter")
        name = page.locator("#save [name=name]")
        name.fill("by-hand")
        another_answer(page, f"/{lifted}&refuse=BEL-VOTE")
        expect(name).to_be_focused()
        expect(name).to_have_value("by-hand")
        page.keyboard.press("Enter")
        page.locator("#save-said [role=status]").wait_for(timeout=60_000)
        # What was said of one scenario is not said of the next.
        another_answer(page, f"/{lifted}&refuse=BEL-VOTE")
        page.locator("#save-said [role=status]").wait_for()
        another_answer(page, f"/{lifted}")
        expect(page.locator("#save-said [role=status]")).to_have_count(0)
        # It was the open one that was saved, with what an earlier answer did not hold yet.
        page.goto(f"{address}?scenario=by-hand")
        page.locator(".done li", has_text="by-hand").wait_for(timeout=60_000)
        vote = page.get_by_role("combobox", name="BEL-VOTE")
        expect(vote.locator(":checked")).to_contain_text("refused", timeout=60_000)


def another_answer(page: Page, where: str) -> None:
    """Have the page ask for a state as a click does, and wait for all that is told of it."""
    page.evaluate("to => htmx.ajax('GET', to, {target: '#answer', swap: 'none'})", where)
    page.locator("#progress .solving, #progress [hidden]").wait_for(state="detached")
    changes = where.count("=") - where.count("tab=")
    expect(page.locator(".done li")).to_have_count(changes, timeout=60_000)
    expect(page.locator("#picture .telling, #progress > *")).to_have_count(0, timeout=60_000)
