// A picture takes the place of another one: where both have the same lines and months, only cells
// that differ are changed. To lay out all of them anew takes a browser as long as many a plan takes.
"use strict";
(() => {
  const rows = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);
  const shape = (table) => JSON.stringify([
    table.querySelector("colgroup").outerHTML,
    ...rows(table).map((row) => [row.cells.length, row.cells[0].dataset.line]),
  ]);

  function cell(now, next) {
    const hand = now.getAttribute("tabindex");
    if (hand !== null) next.setAttribute("tabindex", hand);
    if (now.isEqualNode(next)) return;
    for (const { name } of [...now.attributes]) if (!next.hasAttribute(name)) now.removeAttribute(name);
    for (const { name, value } of next.attributes) now.setAttribute(name, value);
    now.replaceChildren(...next.childNodes);
  }

  // All that stands around a table becomes new; the table stays where it is.
  function around(now, next, table, other) {
    if (now === table) return;
    const stays = [...now.children].find((each) => each.contains(table));
    const gives = [...next.children].find((each) => each.contains(other));
    for (const each of [...now.childNodes]) if (each !== stays) each.remove();
    for (const { name, value } of gives.attributes) stays.setAttribute(name, value);
    around(stays, gives, table, other);
    const all = [...next.childNodes];
    stays.before(...all.slice(0, all.indexOf(gives)));
    stays.after(...all.slice(all.indexOf(gives) + 1));
  }

  function put(style, target, fragment) {
    if (style !== "picture") return false;
    const now = target.querySelector(".grid");
    const next = fragment.querySelector(".grid");
    if (!now || !next || shape(now) !== shape(next)) {
      target.replaceChildren(...fragment.childNodes);
      return [target];
    }
    if (!now.tHead.isEqualNode(next.tHead)) now.tHead.replaceWith(next.tHead.cloneNode(true));
    const fresh = rows(next);
    rows(now).forEach((row, i) => {
      if (!row.isEqualNode(fresh[i])) [...row.cells].forEach((each, k) => cell(each, fresh[i].cells[k]));
    });
    around(target, fragment, now, next);
    return [target];
  }

  htmx.registerExtension("picture", { handle_swap: put });
})();
