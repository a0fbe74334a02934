// Asking for another state: what a hand does one after the other is kept together, however long the
// answers take, and the way back leads through the same door.
"use strict";
(() => {
  // What a hand has changed keeps its own value when the page changes around it: take that of the
  // answer, unless the hand has changed it again since that was asked for.
  let shown = null;
  const sent = new WeakMap();
  const holds = (each) => (each.type === "checkbox" ? each.checked : each.value);
  function settle() {
    const now = document.getElementById("board-of")?.value;
    if (now === undefined || now === shown) return;
    shown = now;
    for (const each of document.getElementById("board").elements) {
      if (sent.has(each) && sent.get(each) !== holds(each)) continue;
      if (each.type === "checkbox") each.checked = each.defaultChecked;
      else if (each.tagName === "SELECT") each.selectedIndex = Math.max(0, [...each.options].findIndex((one) => one.defaultSelected));
      else if (each.tagName === "INPUT" && each.type !== "hidden") each.value = each.defaultValue;
    }
  }

  // A link to another state, and the way back to one, turn the switches at once: whoever is quicker
  // than the answer turns the next one from there.
  const LISTED = ["scenario", "set", "pin", "forbid", "add"];
  function stand(query) {
    const board = document.getElementById("board");
    if (!document.getElementById("board-of")) return;
    const asked = new URLSearchParams(query);
    const fields = new Map(asked.getAll("set").map((each) => each.split(/\s*=\s*(.*)/s)));
    const has = (part, value) => asked.getAll(part).includes(value);
    for (const each of [...board.elements]) {
      const [, kind, id, old] = /^(month|seat):(.*):([^:]*)$/.exec(each.name) ?? [];
      if (each.type === "checkbox") each.checked = has(each.name, each.value);
      else if (each.type === "hidden" && LISTED.includes(each.name)) each.remove();
      else if ((each.id === "more-scenario" || each.closest(".typed")) && sent.get(each) === each.value) each.value = "";
      else if (kind === "month") each.value = fields.get(`${id}.month`) ?? old;
      else if (kind === "seat") each.value = seats(fields).find(({ area }) => area === id)?.months ?? old;
      else if (each.name === "moves") each.value = asked.get("max_change") ?? "";
      else if (each.name === "vote") each.value = [...each.options].map(({ value }) => value).find((way) => has(...way.split(/:(.*)/s))) ?? "";
      else if (each.name === "keep" || each.name === "baseline") choose(each, asked.get(each.name) ?? "");
    }
    const shown = (target) => target === "headquarters.seats" || board.querySelector(`[name^="month:${CSS.escape(target.replace(/\.month$/, ""))}:"]`);
    for (const [name, value] of asked) {
      if (!LISTED.includes(name) || (name === "set" && shown(value.split("=")[0].trim()))) continue;
      board.prepend(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
  }

  function seats(fields) {
    try {
      const found = JSON.parse(fields.get("headquarters.seats") ?? "[]");
      return Array.isArray(found) ? found.filter(Boolean) : [];
    } catch {
      return [];
    }
  }

  function choose(list, value) {
    if (![...list.options].some((each) => each.value === value)) list.add(new Option(value, value));
    list.value = value;
  }

  const ask = (address, headers = {}) => htmx.ajax("GET", address, { source: "#answer", target: "#answer", swap: "none", headers });

  // What is asked for, until the first of it is told: so long the address, and the links to other
  // states, are those of what was asked for before it.
  let asking = null;
  async function answered() {
    while (asking) await new Promise((done) => document.addEventListener("htmx:finally:request", done, { once: true }));
  }

  // So long the tabs lead on from the plan before.
  const waiting = () => document.querySelector("#picture .telling, #progress[data-asking], #progress .solving");

  // Who asks for something else no longer listens to the search before it: its answer would take
  // away the very link that was clicked, and with it the question. A search that nobody listens to
  // ends, and a browser has few connections to one server, so what is not heard is hung up, too.
  let hangUp = () => {};
  document.addEventListener("htmx:sse:before:connection", ({ detail: { connection } }) => {
    hangUp = () => connection.abortController.abort();  // another one each time it connects again
  });
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.matches("[hx-sse\\:connect]")) hangUp = () => ctx.request.abort();
    if (ctx.swap !== "none" || ctx.request.method !== "GET") return;
    for (const each of document.querySelectorAll("#progress [hx-sse\\:connect]")) each.remove();
    hangUp();
    hangUp = () => {};
    asking?.request.abort();
    asking = ctx;
    document.getElementById("progress").dataset.asking = "";
    for (const each of document.getElementById("board").elements) sent.set(each, holds(each));
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (ctx !== asking) return;
    asking = null;
    delete document.getElementById("progress").dataset.asking;
  });

  // Links to other states, one after the other: each that is clicked while the one before is on its
  // way would take that back, so it is clicked again when it leads on from there.
  let turn = Promise.resolve();
  let backs = 0;  // what was clicked before the way back was taken leads on from nowhere
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#open a, a[hx-swap=none], [data-lift]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // One of the tabs leads on from the plan before: it is clicked again when they are new.
    if (link.closest("#tabs") && waiting()) return;
    if (!asking || !link.closest("#open")) {
      stand(new URL(link.href).search);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const called = (each) => each.getAttribute("aria-label") ?? each.textContent;
    const [name, since] = [called(link), backs];
    turn = turn.then(answered).then(() => {
      if (since === backs) [...document.querySelectorAll("#open a")].find((each) => called(each) === name)?.click();
    });
  }, true);

  // The way back changes the open page as a click does: one put in its place would be without what
  // the scripts hold of it, and nothing could be found or unfolded on it any more.
  document.addEventListener("htmx:before:history:restore", (event) => {
    event.preventDefault();
    document.getElementById("why").close();
    backs += 1;
    stand(location.search);
    ask(event.detail.path, { "HX-History-Restore-Request": "true" });
  });

  document.addEventListener("click", (event) => {
    const lift = event.target.closest?.("[data-lift]");
    if (!lift) return;
    event.preventDefault();
    document.getElementById("why").close();
    ask(lift.dataset.lift);
  });

  document.addEventListener("htmx:after:swap", settle);
  settle();
  window.muster = { answered, waiting };
})();
