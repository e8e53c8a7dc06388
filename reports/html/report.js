"use strict";
(() => {
  const form = document.querySelector(".filter"), search = form.querySelector("input[type=search]"), said = form.querySelector("output");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const groups = [...document.querySelectorAll("details.group, details.section")];
  const opened = new Set(); // groups that the search has opened
  const many = 500; // rows: more than that are not opened, nobody reads them
  let rows = null; // for the search; made when the page rests, or is searched before

  // What waits as the text of a noscript element, which the report wrote, becomes elements.
  const make = (details) => {
    const waiting = details.querySelector(":scope > noscript");
    if (!waiting) return;
    const made = document.createElement("template");
    made.innerHTML = waiting.textContent;
    waiting.replaceWith(made.content);
  };

  const index = () => {
    if (rows) return;
    groups.forEach(make);
    const elements = [...document.getElementsByClassName("row")], sentences = document.getElementsByClassName("sentence"); // one each
    rows = elements.map((element, i) => ({
      element,
      words: (element.id + " " + sentences[i].textContent).toLowerCase(),
      verdict: element.classList[1],
      group: element.closest("details.group, details.section"),
      shown: true,
    }));
  };

  const apply = () => {
    index();
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
      const open = words.length > 0 && some && n <= many;
      if (open && !group.open) { group.open = true; opened.add(group); }
      if (!open && opened.delete(group)) group.open = false;
    }
    said.textContent = narrowed ? n + " of " + rows.length + " shown" : "";
  };

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  const measure = () => document.documentElement.style.setProperty("--sticky", form.offsetHeight + "px");
  new ResizeObserver(measure).observe(form);

  // While the page rests, the groups are made one by one, so that the first search need not.
  const idle = window.requestIdleCallback || ((work) => setTimeout(() => work({ timeRemaining: () => 10 }), 1));
  let next = 0;
  const prepare = (rest) => {
    while (next < groups.length && rest.timeRemaining() > 2) make(groups[next++]);
    if (next < groups.length) idle(prepare); else index();
  };
  addEventListener("load", () => idle(prepare));

  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!details.open) return;
    make(details);
    if (details.matches(".again") && !details.querySelector("button")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(details.querySelector("code").textContent);
        button.textContent = "Copied";
      });
      details.querySelector("pre").before(button);
    }
  }, true);

  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!document.getElementById(id)) index();
    const target = document.getElementById(id);
    if (!target) return;
    if (target.closest("[hidden]")) { search.value = ""; boxes.forEach((box) => { box.checked = true; }); apply(); }
    for (let up = target.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    measure();
    // Rows have an estimated height until they are near: what comes into sight moves the target, so it is gone to again.
    const go = (frames) => { target.scrollIntoView(); if (frames > 0) requestAnimationFrame(() => go(frames - 1)); };
    go(4);
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
