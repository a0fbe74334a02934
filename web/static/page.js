// What a browser cannot do by itself: move over the picture by arrow keys, say why.
"use strict";
(() => {
  const cells = (table) => [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => row.cells.length > 1);

  // One cell of the picture can be reached by Tab; arrow keys move on from it.
  function prepare() {
    for (const table of document.querySelectorAll(".picture-of .grid")) {
      const first = left(table) ?? table.querySelector("tbody td");
      if (first) reach(table, first);
      if (first && held && document.activeElement === document.body) first.focus({ preventScroll: true });
    }
  }

  function reach(table, cell) {
    for (const other of table.querySelectorAll("td[tabindex]")) if (other !== cell) other.removeAttribute("tabindex");
    cell.tabIndex = 0;
  }

  // The cell that was gone to last, also in a picture that is new.
  let last = null;
  let held = false;
  function left(table) {
    const row = last && [...table.querySelectorAll("th[data-line]")].find((each) => each.dataset.line === last.line)?.parentElement;
    return row?.cells[last.at];
  }

  function moveTo(cell) {
    if (!cell || cell.tagName !== "TD") return;
    reach(cell.closest("table"), cell);
    cell.focus();
    last = { line: cell.parentElement.cells[0].dataset.line, at: cell.cellIndex };
  }

  function move(cell, key) {
    const rows = cells(cell.closest("table"));
    const row = rows.indexOf(cell.parentElement);
    const at = cell.cellIndex;
    const last = cell.parentElement.cells.length - 1;
    const to = {
      ArrowLeft: [row, at - 1], ArrowRight: [row, at + 1], ArrowUp: [row - 1, at], ArrowDown: [row + 1, at],
      Home: [row, 1], End: [row, last],
    }[key];
    if (!to) return false;
    moveTo(rows[to[0]]?.cells[to[1]]);
    return true;
  }

  async function why(cell) {
    await muster.answered();
    const line = cell.parentElement.cells[0].dataset.line;
    const month = cell.closest("table").tHead.rows[cell.closest("table").tHead.rows.length - 1].cells[cell.cellIndex].textContent.split("-")[0];
    const query = new URLSearchParams(location.search);
    query.set("line", line);
    query.set("month", month);
    await tell(`/why?${query}`);
  }

  // Who asks for one cell after the other is told of the last one, and of none that could not be told.
  const tell = (address) => htmx.ajax("GET", address, { source: "#why-body", target: "#why-body", swap: "innerHTML" });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const dialog = document.getElementById("why");
    if (ctx.target?.id === "why-body" && ctx.response.status < 400 && !dialog.open) dialog.showModal();
  });

  // Where a picture is replaced under the hand that is on it, the hand stays on it.
  document.addEventListener("focusin", (event) => { held = Boolean(event.target.closest(".picture-of .grid td, #why")); });
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(".picture-of .grid td");
    if (!cell) return;
    if (event.key === "Enter" || event.key === " ") why(cell);
    else if (!move(cell, event.key)) return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const cell = event.target.closest?.(".picture-of .grid td");
    if (cell) {
      event.preventDefault();
      moveTo(cell);
      why(cell);
    }
    if (event.target.closest?.("#share")) share();
    const said = event.target.closest?.("[data-why]");
    if (said) {
      event.preventDefault();
      tell(said.getAttribute("href"));
    }
  });
  // Where the browser does not let a page copy, the link is shown, marked, to be copied by hand.
  async function share() {
    try {
      await navigator.clipboard.writeText(location.href);
      document.getElementById("said").textContent = "The link is copied.";
      document.getElementById("share").textContent = "Link copied";
    } catch {
      const text = document.getElementById("link-text");
      text.value = location.href;
      document.getElementById("link").showModal();
      text.select();
    }
  }

  document.addEventListener("htmx:after:swap", prepare);
  document.addEventListener("DOMContentLoaded", prepare);
  prepare();
})();
