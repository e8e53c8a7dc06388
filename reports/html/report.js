"use strict";
(() => {
  const form = document.querySelector(".filter"), search = form.querySelector("input[type=search]"), said = form.querySelector("output");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const groups = [...document.querySelectorAll("details.group, details.section")];
  let rows = null; // {element, words, verdict}, made when somebody begins to search

  const index = () => {
    rows = [...document.querySelectorAll(".row")].map((element) => ({
      element,
      words: (element.id + " " + element.querySelector(".sentence").textContent).toLowerCase(),
      verdict: element.classList[1],
      group: element.closest("details.group, details.section"),
      shown: true,
    }));
  };

  const apply = () => {
    if (!rows) index();
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const narrowed = words.length > 0 || wanted.size < boxes.length;
    const found = new Map();
    let n = 0;
    for (const row of rows) {
      const show = wanted.has(row.verdict) && words.every((word) => row.words.includes(word));
      if (show) { n++; found.set(row.group, (found.get(row.group) || 0) + 1); }
      if (show !== row.shown) { row.shown = show; row.element.hidden = !show; }
    }
    for (const group of groups) {
      const some = found.has(group) || !group.querySelector(".row");
      if (group.hidden === some) group.hidden = !some;
      if (words.length > 0 && some && n <= 500 && !group.open) group.open = true;
    }
    said.textContent = narrowed ? n + " of " + rows.length + " shown" : "";
  };

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("focus", () => rows || index(), { once: true });
  new ResizeObserver(() => document.documentElement.style.setProperty("--sticky", form.offsetHeight + "px")).observe(form);

  // Evidence becomes elements when it is opened: until then it is the text of a noscript element, which the report wrote.
  document.addEventListener("toggle", (event) => {
    const opened = event.target;
    if (!opened.open) return;
    const waiting = opened.querySelector(":scope > noscript");
    if (waiting) {
      const made = document.createElement("template");
      made.innerHTML = waiting.textContent;
      waiting.replaceWith(made.content);
    }
    if (opened.matches(".again") && !opened.querySelector("button")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(opened.querySelector("code").textContent);
        button.textContent = "Copied";
      });
      opened.querySelector("pre").before(button);
    }
  }, true);

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) { search.value = ""; boxes.forEach((box) => { box.checked = true; }); apply(); }
    for (let up = target.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
