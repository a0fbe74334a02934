// The first visit: a few cards, each beside what it tells of. Skipped or seen, it stays away.
"use strict";
(() => {
  const SEEN = "muster.visited";
  const card = document.getElementById("visit");
  const again = document.getElementById("visit-again");
  const steps = [...card.querySelectorAll("[data-at]")];
  let at = -1;
  let back = null;
  let from = 0;

  // A browser may keep nothing for us; then the visit is offered each time.
  const seen = () => { try { return localStorage.getItem(SEEN); } catch { return null; } };
  const keep = () => { try { localStorage.setItem(SEEN, "1"); } catch { /* offered again */ } };

  const pace = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

  function mark(step) {
    for (const each of document.querySelectorAll(".visited")) each.classList.remove("visited");
    if (!step) return;
    const target = document.querySelector(step.dataset.at);
    const side = target?.closest(".side.folds:not(.opened)");
    if (side) side.querySelector("#unfold").click();
    target?.classList.add("visited");
    target?.scrollIntoView({ block: "nearest", behavior: pace() });
  }

  function show(number) {
    at = number;
    steps.forEach((step, i) => { step.hidden = i !== at; });
    card.querySelector("[data-count]").textContent = `${at + 1} of ${steps.length}`;
    card.querySelector("[data-back]").disabled = at === 0;
    card.querySelector("[data-next]").textContent = at === steps.length - 1 ? "Done" : "Next";
    mark(steps[at]);
    steps[at].querySelector("h2").focus({ preventScroll: true });
  }

  function begin() {
    if (at >= 0 || !document.querySelector("#answer table.grid")) return;
    back = document.activeElement;
    from = scrollY;
    card.hidden = false;
    show(0);
  }

  function end() {
    if (at < 0) return;
    keep();
    at = -1;
    card.hidden = true;
    mark(null);
    (back?.isConnected ? back : document.body).focus?.({ preventScroll: true });
    // The steps have moved the page: the headline, or whatever was read, comes back into sight.
    scrollTo({ top: from, behavior: pace() });
  }

  card.querySelector("[data-next]").addEventListener("click", () => (at < steps.length - 1 ? show(at + 1) : end()));
  card.querySelector("[data-back]").addEventListener("click", () => show(Math.max(0, at - 1)));
  card.querySelector("[data-skip]").addEventListener("click", end);
  again?.addEventListener("click", begin);
  document.addEventListener("keydown", (event) => {
    if (at < 0 || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") end();
  });
  const offer = () => { if (!seen()) begin(); };
  document.addEventListener("htmx:after:swap", offer);
  offer();
})();
