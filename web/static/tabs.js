// Tabs: one that is opened comes into sight, and a list that is read stays where it was. Bars of
// the tours are moved over by arrow keys, as cells of the picture are.
"use strict";
(() => {
  let opening = false;
  let read = 0;
  let held = "";

  const all = () => [...document.querySelectorAll("#tabs svg a")];

  // While only the picture is that of the new plan, the tabs lead to the one before: a click on
  // one counts as soon as they are new. So does one that asks for something while an answer is on
  // its way, and one whose own answer is on its way when something else is asked for.
  const telling = () => document.querySelector("#picture .telling");
  const called = (link) => link.id || (link.getAttribute("aria-label") ?? link.textContent);
  let wanted = "";
  let opens = null;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#tabs a");
    if (!link || !(link.matches("[hx-get], [data-lift]") ? muster.waiting() : telling())) return;
    event.preventDefault();
    event.stopPropagation();
    wanted = called(link);
  }, true);
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.target?.id === "tabs") opens = ctx;
    else if (opens && ctx.swap === "none" && ctx.request.method === "GET") {
      wanted = called(opens.sourceElement);
      opens.request.abort();
    }
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (ctx === opens) opens = null;
    follow();
  });

  function follow() {
    if (!wanted || muster.waiting()) return;
    const link = [...document.querySelectorAll("#tabs a")].find((each) => called(each) === wanted);
    wanted = "";
    link?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));  // a bar has no click()
  }

  function prepare() {
    const tabs = document.getElementById("tabs");
    if (!tabs) return;
    follow();
    if (opening) bring(tabs.querySelector(".tab"));
    else tabs.scrollTop = read;
    opening = false;
    // Where the names of the tabs are one line that scrolls, that of the open one is in sight.
    const open = tabs.querySelector("[aria-current]");
    if (open) open.closest("ul").scrollLeft = open.offsetLeft - 40;
    const bars = all();
    const again = bars.find((bar) => bar.getAttribute("aria-label") === held) ?? bars[0];
    for (const bar of bars) bar.setAttribute("tabindex", bar === again ? 0 : -1);
    // Where bars are changed under the hand that is on one, the hand stays on it.
    const on = document.activeElement;
    if (again && held && (on === document.body || bars.includes(on))) again.focus({ preventScroll: true });
  }

  // Below the picture a tab that opens may be out of sight; beside it, it never is.
  function bring(tab) {
    const top = tab.getBoundingClientRect().top;
    if (top > innerHeight * 0.6 || top < 0) tab.scrollIntoView();
  }

  function move(bar, key) {
    const bars = all().map((each) => [each, each.getBoundingClientRect()]);
    const from = bar.getBoundingClientRect();
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
    if (!way) return false;
    const [x, y] = way;
    // The next in that direction; of those in another row the one that begins nearest.
    const far = ([, to]) => (x ? (to.left - from.left) * x : (to.top - from.top) * y * 1e4 + Math.abs(to.left - from.left));
    const there = bars
      .filter(([each, to]) => each !== bar && (x ? Math.abs(to.top - from.top) < 2 && (to.left - from.left) * x > 0 : (to.top - from.top) * y > 2))
      .sort((one, other) => far(one) - far(other))[0]?.[0];
    if (there) {
      bar.setAttribute("tabindex", -1);
      there.setAttribute("tabindex", 0);
      there.focus();
    }
    return true;
  }

  document.addEventListener("click", (event) => { if (event.target.closest?.("#tabs [hx-target='#tabs']")) opening = true; });
  document.addEventListener("focusin", (event) => {
    const bar = event.target.closest("#tabs svg a");
    if (bar) held = bar.getAttribute("aria-label");
    else if (!event.target.closest("#why")) held = "";
  });
  document.addEventListener("scroll", (event) => { if (event.target.id === "tabs") read = event.target.scrollTop; }, true);
  document.addEventListener("keydown", (event) => {
    const bar = event.target.closest?.("#tabs svg a");
    if (bar && move(bar, event.key)) event.preventDefault();
  });
  document.addEventListener("htmx:after:swap", prepare);
  prepare();
})();
