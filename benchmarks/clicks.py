"""The page: from the click on a switch to the frame with the new picture, in a real browser."""

from __future__ import annotations

import sys
import time
from typing import Any

from benchmarks.processes import serving, spread
from benchmarks.yardstick import RESULTS

ASKED_SECONDS = 0.5
_SERVE = (sys.executable, "solve.py", "serve", "--port", "0", "--no-browser", "--history", "off")
_WAIT = 60_000  # milliseconds
_SWITCH = '#board [role=switch][name="lift"][value="{}"]'
# Counts until the frame after the one in which the picture was replaced, as an eye would.
_CLICK = """async (switches) => {
  const all = switches.map((each) => document.querySelector(each));
  const last = all.pop();
  for (const each of all) each.checked = true;
  const began = performance.now();
  const changed = new Promise((done) => {
    new MutationObserver((_, seen) => {
      seen.disconnect();
      requestAnimationFrame(() => setTimeout(done));
    }).observe(document.getElementById("answer"), { childList: true, subtree: true });
  });
  last.click();
  await changed;
  return (performance.now() - began) / 1000;
}"""


def report(every: int, ahead: float) -> str:
    """Lift caveats of the shipped case, in turn, and keep what was measured.

    Args:
        every: lift one of so many.
        ahead: seconds to wait after the prices, in which the server looks ahead.
    """
    lines = ["| | s, median (least to most) |", "|---|---|"]
    for what, wait, together in (
        ("one switch, at once", 0.0, 1),
        ("two switches, at once", 0.0, 2),
        (f"one switch, {ahead:.0f} s after the prices", ahead, 1),
    ):
        seconds = _measured(every, wait, together)
        kept = sum(each <= ASKED_SECONDS for each in seconds)
        lines.append(f"| {what} | {spread(seconds)}; {kept} of {len(seconds)} within asked |")
    lines.append(f"\nasked: {ASKED_SECONDS:g} s")
    text = "\n".join(("## A click on the page", "", *lines))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "clicks.md").write_text(text + "\n", encoding="utf-8")
    return text


def _measured(every: int, wait: float, together: int) -> list[float]:
    from tests import browser  # with what the tests need, which the benchmarks can do without

    seconds = []
    with serving(_SERVE) as address, browser.opened() as chromium:
        page = chromium.new_page(viewport={"width": 1600, "height": 900})
        page.add_init_script("localStorage.setItem('muster.visited', '1')")
        page.goto(address)
        page.locator("#pricing", has_text="Ordered by").wait_for(timeout=_WAIT)
        time.sleep(wait)
        there = page.locator(_SWITCH.replace('[value="{}"]', "")).all()
        names = [str(each.get_attribute("value")) for each in there]
        for first in range(0, len(names) - together + 1, every):
            switches = [_SWITCH.format(name) for name in names[first : first + together]]
            seconds.append(float(page.evaluate(_CLICK, switches)))
            # The rest of the answer, then the case as it was.
            page.locator("#tabs").wait_for(timeout=_WAIT)
            page.locator("#picture .telling").wait_for(state="detached", timeout=_WAIT)
            _settled(page)
            page.get_by_role("link", name="Undo all").click()
            page.locator(".done").wait_for(state="detached", timeout=_WAIT)
            _settled(page)
    return seconds


def _settled(page: Any) -> None:
    page.locator("#progress > *").first.wait_for(state="detached", timeout=_WAIT)
    time.sleep(1)
