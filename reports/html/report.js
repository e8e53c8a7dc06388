"use strict";
(() => {
  const form = document.querySelector(".filter"), rows = [...document.querySelectorAll(".row")];
  const search = form.querySelector("input[type=search]"), boxes = [...form.querySelectorAll("input[type=checkbox]")], said = form.querySelector("output");
  form.hidden = false;
  const apply = () => {
    const word = search.value.trim().toLowerCase(), wanted = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
    const narrowed = word !== "" || boxes.some((b) => !b.checked);
    let n = 0;
    for (const row of rows) {
      row.hidden = !wanted.has(row.dataset.verdict) || (word !== "" && !row.textContent.toLowerCase().includes(word));
      if (!row.hidden) n++;
    }
    for (const section of document.querySelectorAll(".section")) {
      const some = section.querySelector(".row:not([hidden])") !== null;
      section.hidden = !some;
      if (narrowed && some) section.open = true;
    }
    said.textContent = narrowed ? n + " of " + rows.length + " shown" : "";
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (e) => e.preventDefault());
  const reveal = () => { const row = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (row) { row.closest(".section").open = true; row.scrollIntoView(); } };
  addEventListener("hashchange", reveal);
  reveal();
  for (const again of document.querySelectorAll(".again")) {
    const button = document.createElement("button");
    button.type = "button"; button.textContent = "Copy";
    button.addEventListener("click", async () => { await navigator.clipboard.writeText(again.querySelector("code").textContent); button.textContent = "Copied"; });
    again.append(button);
  }
})();
