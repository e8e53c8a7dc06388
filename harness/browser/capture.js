(deep) => {
  // Secrets leave the fields for the moment of the picture; no event tells the page. Run again, it puts them back.
  const key = Symbol.for("authconform.capture");
  if (window[key]) {
    for (const [el, value, attribute] of window[key]) {
      if (el.value === "") el.value = value;
      if (attribute !== null) el.setAttribute("value", attribute);
    }
    delete window[key];
    return "";
  }
  const secret = 'input[type="password"], input[name*="pass" i], input[id*="pass" i], input[name="code"], input[autocomplete*="password"], input[autocomplete*="one-time-code"], ' +
    'input[type="text"]:not([name]):not([autocomplete])'; // a field without a name may hold a code
  window[key] = deep.all(secret).filter((el) => el.type !== "submit" && el.type !== "checkbox").map((el) => {
    const kept = [el, el.value, el.getAttribute("value")];
    el.value = "";
    el.removeAttribute("value");
    return kept;
  });
  return document.documentElement.getHTML
    ? "<!doctype html>\n<html>" + document.documentElement.getHTML({ shadowRoots: deep.roots().slice(1) }) + "</html>"
    : document.documentElement.outerHTML;
}
