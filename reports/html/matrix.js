"use strict";
(() => {
  const table = document.querySelector("table"), form = document.querySelector(".filter"), said = form.querySelector("output");
  const dialog = document.querySelector("dialog"), inside = dialog.querySelector(".cell");
  const blocks = document.getElementsByClassName("block");
  const servers = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  const rows = [...table.querySelectorAll("tr[data-row]")];
  const bodies = [...table.tBodies];

  // Whatever a server has said becomes a text here, and nothing else: characters that reorder or hide others are written out.
  const odd = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029\ufffe\uffff]/gu;
  const harmless = (s) => String(s).replace(odd, (c) => c === "\r" ? "\\r" : "\\u" + c.codePointAt(0).toString(16).padStart(4, "0"));
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children.filter((c) => c !== null && c !== "").map((c) => c instanceof Node ? c : harmless(c)));
    return element;
  };

  // A row's block is JSON, compressed, in base64.
  const unpacked = async (n) => {
    const bytes = Uint8Array.from(atob(blocks[n].textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return JSON.parse(await new Response(stream).text());
  };

  const message = (first, headers, body, cut) => {
    let text = first + "\n";
    for (const h of headers || []) text += h.name + ": " + h.value + "\n";
    if (body) text += "\n" + body.replaceAll("\r\n", "\n");
    if (cut) text += "\n(cut: " + cut + " more bytes)";
    return make("pre", { tabindex: "0" }, text);
  };
  const exchange = (e, open) => {
    const answer = e.status ? String(e.status) : e.error || "";
    const details = make("details", { class: "exchange" }, make("summary", {}, make("b", {}, answer), " ", make("code", {}, e.method + " " + e.url)));
    if (open) details.open = true;
    if (e.method === "WS") {
      if (e.request_body) details.append(message("sent", null, e.request_body, e.request_cut));
      if (e.response_body) details.append(message("received", null, e.response_body, e.response_cut));
      return details;
    }
    details.append(message(e.method + " " + e.url, e.request_headers, e.request_body, e.request_cut),
      message(answer + (e.status && e.error ? " " + e.error : ""), e.response_headers, e.response_body, e.response_cut));
    return details;
  };
  const evidence = (cell) => {
    const items = cell.evidence || [], out = [];
    let last = "";
    items.forEach((item, i) => {
      const place = [item.vector, item.step].filter(Boolean).join(", ");
      if (place && place !== last) out.push(make("p", {}, make("b", {}, place)));
      last = place;
      if (item.exchange) out.push(exchange(item.exchange, i >= items.length - 2));
      else if (item.browser) out.push(make("p", { class: "soft" }, item.browser.doing + ": ", make("code", {}, item.browser.url)));
      else out.push(make("p", { class: "soft" }, item.note || ""));
    });
    if (!items.length) out.push(make("p", { class: "soft" }, "Nothing was recorded."));
    if (cell.left_out) out.push(make("p", { class: "soft" }, "The run's run.jsonl has " + cell.left_out + " more exchanges of this row."));
    return out;
  };

  const button = (words, go) => {
    const b = make("button", { type: "button" }, words);
    if (go) b.addEventListener("click", go); else b.disabled = true;
    return b;
  };
  const open = async (row, n) => {
    const block = await unpacked(Number(row.dataset.row)), cell = block.cells[n];
    if (!cell) return;
    const beside = (step) => {
      for (let i = n + step; i >= 0 && i < servers.length; i += step) if (block.cells[i]) return () => { move(row.cells[i + 1]); open(row, i); };
      return null;
    };
    const id = row.querySelector("code").textContent;
    const source = block.link ? make("a", { href: block.link, rel: "noreferrer" }, block.spec) : block.spec;
    const failures = (cell.failures || []).slice(0, 20).map((f) => make("dl", { class: "failure" },
      f.vector || f.value ? make("dt", {}, "Input") : null, f.vector || f.value ? make("dd", {}, [f.vector, f.value].filter(Boolean).join(": ")) : null,
      make("dt", {}, "Expected"), make("dd", {}, f.expected), make("dt", {}, "Got"), make("dd", {}, f.got)));
    inside.replaceChildren(
      make("div", { class: "bar" }, make("h2", { id: "cell-title" }, servers[n] + ": ", make("code", {}, id)),
        button("← Server", beside(-1)), button("Server →", beside(1)), button("Close", () => dialog.close())),
      make("p", {}, make("span", { class: "badge " + cell.verdict }, cell.verdict.replaceAll("_", " ")), " ", row.querySelector("p").textContent),
      make("p", { class: "soft" }, source),
      ...(cell.failures ? failures : [make("p", {}, cell.reason || "")]),
      ...(cell.failures || []).length > 20 ? [make("p", { class: "soft" }, "and " + (cell.failures.length - 20) + " more")] : [],
      ...(cell.notes || []).filter((note) => note !== cell.reason).map((note) => make("p", {}, note)),
      make("h2", {}, "Recorded traffic"), ...evidence(cell));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    history.replaceState(null, "", "#" + encodeURIComponent(id) + "@" + (n + 1));
  };
  dialog.addEventListener("close", () => { current.focus(); history.replaceState(null, "", location.pathname + location.search); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  // One cell of the grid is in the order of the Tab key; arrows move it.
  let current = null;
  const move = (cell, focus) => {
    if (!cell) return;
    if (current) current.removeAttribute("tabindex");
    current = cell;
    current.tabIndex = 0;
    if (focus) { current.focus({ preventScroll: true }); show(current); }
  };
  const show = (cell) => { // not behind the header and the first column
    const view = document.querySelector(".scroll"), at = cell.getBoundingClientRect(), whole = view.getBoundingClientRect();
    const top = whole.top + table.tHead.offsetHeight, left = whole.left + table.tHead.rows[0].cells[0].offsetWidth;
    if (at.top < top) view.scrollTop -= top - at.top; else if (at.bottom > whole.bottom) view.scrollTop += at.bottom - whole.bottom + 16;
    if (at.left < left) view.scrollLeft -= left - at.left; else if (at.right > whole.right) view.scrollLeft += at.right - whole.right + 16;
  };
  const shown = () => rows.filter((row) => !row.hidden);
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell || !cell.className) return;
    move(cell);
    open(cell.parentElement, cell.cellIndex - 1);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    const row = cell.parentElement, list = shown(), y = list.indexOf(row), x = cell.cellIndex;
    const to = {
      ArrowRight: () => row.cells[x + 1], ArrowLeft: () => x > 1 && row.cells[x - 1],
      ArrowDown: () => list[y + 1]?.cells[x], ArrowUp: () => list[y - 1]?.cells[x],
      Home: () => row.cells[1], End: () => row.cells[row.cells.length - 1],
      PageDown: () => list[Math.min(y + 10, list.length - 1)]?.cells[x], PageUp: () => list[Math.max(y - 10, 0)]?.cells[x],
    }[event.key];
    if (to) { event.preventDefault(); move(to(), true); }
    if ((event.key === "Enter" || event.key === " ") && cell.className) { event.preventDefault(); open(row, x - 1); }
  });

  let index = null; // of what is searched, and of the verdicts of each row
  const apply = () => {
    index = index || rows.map((row) => ({
      words: row.cells[0].textContent.toLowerCase(), section: row.parentElement.rows[0].textContent,
      verdicts: new Set([...row.cells].slice(1).map((cell) => cell.className).filter(Boolean)),
    }));
    const words = form.querySelector("[type=search]").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const section = form.section.value, differ = form.differ.checked;
    const checked = (name) => {
      const all = [...form.querySelectorAll("[name=" + name + "]")], on = all.filter((box) => box.checked);
      return on.length === all.length ? null : new Set(on.map((box) => box.value));
    };
    const verdicts = checked("verdict"), levels = checked("level");
    let n = 0;
    rows.forEach((row, i) => {
      const of = index[i];
      const show = (!differ || "differ" in row.dataset) && (!section || of.section === section) && (!levels || levels.has(row.dataset.level)) &&
        (!verdicts || [...of.verdicts].some((v) => verdicts.has(v))) && words.every((word) => of.words.includes(word));
      if (show) n++;
      if (row.hidden === show) row.hidden = !show;
    });
    for (const body of bodies) {
      const some = [...body.rows].some((row, i) => i > 0 && !row.hidden);
      if (body.hidden === some) body.hidden = !some;
    }
    said.textContent = n < rows.length ? n + " of " + rows.length + " rows shown" : "";
    if (current?.parentElement.hidden) move(shown()[0]?.cells[1]);
  };
  form.hidden = false;
  form.querySelector("details").open = matchMedia("(min-width: 40rem)").matches;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());

  move(rows[0]?.cells[1]);
  const asked = /^#(.+)@(\d+)$/.exec(location.hash);
  if (asked) {
    const id = decodeURIComponent(asked[1]), row = rows.find((r) => r.querySelector("code").textContent === id), n = Number(asked[2]);
    if (row?.cells[n]) { move(row.cells[n], true); open(row, n - 1); }
  }
})();
