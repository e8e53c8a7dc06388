// The page of my.home-assistant.io/redirect/oauth: it keeps code, error and state, and waits for a person's yes.
const view = document.querySelector("#view");
const place = "hassUrl"; // where the real page keeps it
const query = new URLSearchParams(location.search);

function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) typeof value === "function" ? el.addEventListener(name, value) : el.setAttribute(name, value);
  el.append(...children);
  return el;
}

function kept(names) {
  const out = new URLSearchParams();
  for (const name of names) {
    const value = query.getAll(name).at(-1);
    if (value) out.set(name, value);
  }
  return out;
}

function choose(problem) {
  const input = h("input", { id: "url", type: "url", required: "", autocomplete: "url", value: localStorage.getItem(place) ?? "http://homeassistant.local:8123" });
  const save = (event) => {
    event.preventDefault();
    const url = URL.canParse(input.value) ? new URL(input.value) : null;
    if (!url || !/^https?:$/.test(url.protocol) || url.username) return choose("Start with http:// or https://, as in http://homeassistant.local:8123.");
    localStorage.setItem(place, url.origin);
    show();
  };
  view.replaceChildren(h("h1", {}, "Where is your home?"), h("p", {}, "You will be redirected to it. It is stored only in this browser."),
    ...(problem ? [h("p", { class: "alert", role: "alert" }, problem)] : []),
    h("form", { novalidate: "", submit: save }, h("label", { for: "url" }, "Address of your home"), input, h("button", { type: "submit", class: "main" }, "Save")));
  input.focus();
}

function show() {
  if (!kept(["state"]).get("state")) {
    view.replaceChildren(h("h1", {}, "Invalid parameters given."), h("p", { class: "alert", role: "alert" }, "There is no state: this link does not come from linking an account. Begin again in your home."));
    return;
  }
  const home = query.has("mobile") ? "homeassistant://navigate" : localStorage.getItem(place);
  if (!home) return choose();
  const error = query.getAll("error").at(-1);
  const no = new URLSearchParams({ error: error || "access_denied", state: query.getAll("state").at(-1) });
  const yes = h("a", { class: "main open-link", href: `${home}/auth/external/callback?${kept(["code", "error", "state"])}` }, "Link account");
  const decline = h("a", { class: "decline-link", href: `${home}/_my_redirect/oauth?${no}` }, error ? "Notify Home Assistant of rejection" : "Decline");
  view.replaceChildren(h("h1", {}, error ? "Account linking rejected" : "Link an account to your home?"),
    h("p", {}, "Your home: ", h("code", {}, home), " ", ...(query.has("mobile") ? [] : [h("button", { type: "button", class: "link", click: () => choose() }, "Change")])),
    h("div", { class: "row" }, ...(error ? [] : [yes]), decline));
}

show();
