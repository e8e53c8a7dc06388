// Sent in front of every evaluation, as the value `deep`: looks through all open shadow roots, in document order first.
const deep = {
  roots() {
    const found = [document];
    for (let i = 0; i < found.length; i++)
      for (const el of found[i].querySelectorAll("*")) if (el.shadowRoot) found.push(el.shadowRoot);
    return found;
  },
  all(which) {
    const [, words, others] = /^text=(.*?)(?:; not (.*))?$/s.exec(which) ?? [];
    const found = deep.roots().flatMap((root) => [...root.querySelectorAll(words === undefined ? which : deep.pressable)]);
    if (words === undefined) return found;
    const bears = (el, some) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${some})(?![\\p{L}\\p{N}])`, "iu").test(deep.label(el));
    return found.filter((el) => bears(el, words) && (others === undefined || !bears(el, others)));
  },
  pressable: "button, a, summary, input[type=submit], input[type=button], input[type=image], [role=button], [role=link]",
  label(el) {
    return el.ariaLabel || (el.tagName === "INPUT" ? el.value || el.alt : deep.text(el)) || el.title;
  },
  // What a person could see; a native checkbox is often transparent under a drawn one, hence the second look in one().
  shown(el, transparentToo = false) {
    return el.getClientRects().length > 0 && el.checkVisibility({ visibilityProperty: true, opacityProperty: !transparentToo });
  },
  one(css, text) {
    const found = deep.all(css).filter((el) => text === undefined || deep.text(el) === text);
    return found.find((el) => deep.shown(el)) ?? found.find((el) => deep.shown(el, true)) ?? null;
  },
  parent(el) {
    return el.assignedSlot ?? el.parentElement ?? el.getRootNode().host ?? null;
  },
  closest(el, css) {
    for (; el; el = deep.parent(el)) if (el.matches(css)) return el;
    return null;
  },
  // The words a person reads, those of shadow roots and slots included.
  text(el) {
    const words = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.nodeType !== Node.ELEMENT_NODE || /^(style|script|template|noscript)$/i.test(node.tagName)) return "";
      const style = getComputedStyle(node);
      if (style.display === "none" || style.visibility === "hidden") return "";
      const slotted = node.tagName === "SLOT" ? node.assignedNodes() : [];
      const inside = [...(slotted.length ? slotted : (node.shadowRoot ?? node).childNodes)].map(words).join("");
      return /^(inline|contents)/.test(style.display) && node.tagName !== "BR" ? inside : " " + inside + " ";
    };
    return words(el).replace(/\s+/g, " ").trim();
  },
  // The name of a field for those who do not see it: of its labels, also where their words stand in a slot, or of what it points to.
  name(el) {
    const words = (some) => some.map((one) => (one && (deep.text(one) || one.textContent)) || "").join(" ").trim();
    const ids = (el.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    return words([...(el.labels || [])]) || words(ids.map((id) => el.getRootNode().getElementById?.(id))) || el.ariaLabel || el.title || "";
  },
  active() {
    let el = document.activeElement;
    while (el?.shadowRoot?.activeElement) el = el.shadowRoot.activeElement;
    return el;
  },
  // Chromium drops what is pressed before a page is painted first. A page that reports no painting is waited for a second.
  painted() {
    return performance.getEntriesByType("paint").length > 0 || performance.now() > 1000;
  },
  // Where a press would land, or what is in its way. Null: nothing to press yet.
  target(css, text) {
    const el = deep.one(css, text);
    if (!el || el.disabled || !deep.painted()) return null;
    el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = el.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    let hit = document.elementFromPoint(x, y);
    while (hit?.shadowRoot?.elementFromPoint(x, y) && hit.shadowRoot.elementFromPoint(x, y) !== hit) hit = hit.shadowRoot.elementFromPoint(x, y);
    const within = (inner, outer) => { for (; inner; inner = deep.parent(inner)) if (inner === outer) return true; return false; };
    const label = hit && deep.closest(hit, "label");
    const ours = hit && (within(hit, el) || within(el, hit) || (label && (label.control === el || within(el, label))));
    return ours ? { x, y, covered: "" } : { x, y, covered: hit ? hit.tagName.toLowerCase() : "the window's edge" };
  },
  // In one turn, so that no timer of the page can move the focus between: a password must not land in another field.
  type(css, text) {
    const el = deep.one(css);
    if (!el || el.disabled || el.readOnly) return false;
    el.focus();
    if (deep.active() !== el) return false;
    el.select?.();
    document.execCommand(text === "" ? "delete" : "insertText", false, text);
    return el.value === text;
  },
};
