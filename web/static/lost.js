// Says when the server is gone, and goes on by itself as soon as it is back: the address is the state.
"use strict";
(() => {
  const said = document.getElementById("lost");
  let looking = false;

  async function there() {
    try {
      return (await fetch("/static/icon.svg", { cache: "no-store" })).ok;
    } catch {
      return false;
    }
  }

  async function look() {
    if (looking || (await there())) return;
    looking = true;
    said.hidden = false;
    while (!(await there())) await new Promise((done) => setTimeout(done, 1000));
    location.reload();
  }

  for (const name of ["htmx:error", "htmx:sse:error"]) document.addEventListener(name, look);
})();
