// Small helpers for the page: elements, lists that keep the focus, durations in words.

export const $ = (id) => document.getElementById(id);

// el makes an element: its properties, then what it holds. Text is text, never markup.
export function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "data") Object.assign(made.dataset, value);
    else if (key === "label") made.setAttribute("aria-label", value);
    else made[key] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// button is one that a screen reader announces with what it is about.
export const button = (key, text, about, onclick) =>
  el("button", { type: "button", data: { key }, label: about ? `${text} ${about}` : text, onclick }, text);

// fill replaces what a parent holds. The focus stays on the element of the same key, or goes to the section's title.
export function fill(parent, children) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  parent.replaceChildren(...children);
  if (key === undefined) return;
  const same = [...parent.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  (same ?? parent.closest("section")?.querySelector("h2"))?.focus();
}

const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

// span is a number of seconds in words: "1 h 5 min".
export function span(seconds) {
  let left = Math.floor(Math.abs(seconds));
  const parts = [];
  for (const [name, size] of units) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0 && parts.length < 2) parts.push(`${n} ${name}`);
  }
  return parts.join(" ") || "0 s";
}
