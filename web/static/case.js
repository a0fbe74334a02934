// Filters the entries of the case, and opens the lists in which something was found.
"use strict";
(() => {
  const box = document.getElementById("find-entry");
  if (!box) return;
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const list of document.querySelectorAll("[data-list]")) {
      let here = 0;
      for (const item of list.querySelectorAll("[data-find]")) {
        item.hidden = !words.every((word) => item.dataset.find.includes(word));
        if (!item.hidden) here += 1;
      }
      if (words.length) list.open = here > 0;
      found += here;
    }
    document.getElementById("find-none").hidden = found > 0;
  });
})();
