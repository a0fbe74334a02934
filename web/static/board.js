// The left column: what is found and filtered in it, how many there are of what, and ways to each part.
"use strict";
(() => {
  const board = document.getElementById("board");
  const counts = (part) => document.querySelector(`[data-count="${part}"]`);

  function filter() {
    const words = document.getElementById("find-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const open = document.getElementById("find-open").checked;
    const by = [...document.querySelectorAll("#find-by select")].filter((each) => each.value);
    const used = by.length + (open ? 1 : 0);
    const fits = (item) => words.every((word) => item.dataset.find.includes(word)) && (!open || item.dataset.open === "1")
      && by.every((each) => (item.dataset[each.dataset.by] ?? "").split(" ").includes(each.value));
    let found = 0;
    for (const way of document.querySelectorAll("[data-to]")) way.hidden = true;
    for (const part of board.querySelectorAll("[data-part]")) {
      const items = [...part.querySelectorAll("[data-find]")];
      for (const item of items) item.hidden = !fits(item);
      const here = items.filter((item) => !item.hidden).length;
      part.hidden = here === 0;
      const way = document.querySelector(`[data-to="${part.dataset.part}"]`);
      way.hidden = here === 0;
      counts(part.dataset.part).textContent = here < items.length ? `${here} of ${items.length}` : `${here}`;
      found += here;
    }
    const none = document.getElementById("find-none");
    if (none) none.hidden = found > 0;
    document.getElementById("find-used").textContent = used ? `${used} set` : "";
  }

  // A way to a part keeps the address as it is: the address is what is shared.
  document.addEventListener("click", (event) => {
    const to = event.target.closest?.("[data-to]")?.dataset.to;
    const part = to && board.querySelector(`[data-part="${to}"]`);
    if (!part) return;
    event.preventDefault();
    if (board.scrollHeight > board.clientHeight) board.scrollTop = part.offsetTop;
    else part.scrollIntoView();
    part.querySelector("h2").focus({ preventScroll: true });
  });
  // Folded where the screen is narrow; what is in it is in sight on any other.
  const side = board.closest(".side");
  const unfold = document.getElementById("unfold");
  side.classList.add("folds");
  unfold.addEventListener("click", () => unfold.setAttribute("aria-expanded", side.classList.toggle("opened")));

  document.addEventListener("input", (event) => { if (event.target.closest("#find")) filter(); });
  // A number that is wrong keeps every switch from being asked for: it comes into sight, whatever is
  // looked for, so that the browser can say so beside it.
  board.addEventListener("invalid", ({ target }) => {
    for (const each of [target.closest("[data-find]"), target.closest("[data-part]")]) if (each) each.hidden = false;
  }, true);
  document.addEventListener("htmx:after:swap", filter);
  filter();
})();
