// The views of the login page and the way from one to the next. Whatever comes from the address or from the home is set
// as text, never as markup.
import { h } from "./dom.js";
import * as flow from "./flow.js";
import { readRequest, redirectWith } from "./request.js";
import { aborts, apps, describe, hint, labels, stepErrors } from "./words.js";

const view = document.querySelector("#view");
const manyChoices = 6; // from here on a list box

let request, list = [], provider, step, keep = false, busy = false;

const alertOf = (props, ...children) => h("login-alert", { class: "alert", role: "alert", "alert-type": "error", ...props }, ...children);

function show(title, ...children) {
  document.title = `${title} – mock home`;
  view.replaceChildren(...children.filter(Boolean));
}

/* Refusals: the page does not begin, or cannot go on. */

function refuse({ what, sent, right, rule }) {
  show("Request refused",
    h("section", { class: "card refusal" },
      h("h1", { tabindex: "-1" }, "This login request was refused"),
      alertOf({}, what),
      h("dl", {},
        h("dt", {}, "What came"), h("dd", {}, h("code", {}, sent)),
        h("dt", {}, "What to send instead"), h("dd", {}, right),
        h("dt", {}, "Specification"), h("dd", {}, h("a", { href: rule.url, target: "_blank", rel: "noreferrer noopener" }, rule.name))),
      h("p", { class: "quiet" }, "You were not sent back to the app: we never redirect to a rejected address.")));
  view.querySelector("h1").focus();
}

function fatal(title, what, more) {
  show(title, h("section", { class: "card" }, h("h1", { tabindex: "-1" }, title), alertOf({}, what), more && h("p", {}, more)));
  view.querySelector("h1").focus();
}

function over(intro, reason, more) {
  const form = h("form", { novalidate: true, submit: startOver },
    h("h1", {}, "Login ended"),
    alertOf({ tabindex: "-1" }, `${intro}: ${reason}`),
    more && h("p", {}, more),
    actions("Start over"));
  show("Login ended", banner(), h("section", { class: "card" }, form), others());
  form.querySelector("login-alert").focus();
}

const failed = (err) => over("Error", err.message, hint(err.message));

/* Parts of a view. */

function banner() {
  if (!request.foreign) return null;
  const client = URL.canParse(request.clientId) ? new URL(request.clientId) : null;
  const to = new URL(request.redirectUri);
  const web = /^https?:$/.test(to.protocol);
  const app = apps[request.clientId];
  const name = app ? h("b", {}, app) : h("b", {}, client?.hostname || request.clientId);
  return h("aside", { class: "banner", "aria-label": "Who asks for access" },
    h("p", {}, name, " asks for access to your home. Logging in here grants it."),
    h("dl", {},
      h("dt", {}, "App"), h("dd", {}, h("code", {}, client?.href ?? request.clientId)),
      h("dt", {}, "You will be sent to"), h("dd", {},
        h("code", {}, web ? to.origin + to.pathname : to.protocol + (to.host ? `//${to.host}` : "") + to.pathname),
        web ? client && client.origin !== to.origin && ", another site than the app's" : ", an app on this device")));
}

function actions(words) {
  return h("div", { class: "action" }, h("button", { type: "submit" }, h("span", {}, words)));
}

function others() {
  const rest = list.filter((other) => other !== provider);
  if (!rest.length) return null;
  return h("nav", { class: "card providers", "aria-label": "Other ways to log in" },
    h("h2", {}, "Or log in with"),
    rest.map((other) => h("button", { type: "button", click: () => !busy && use(other) }, other.name)));
}

const textInputs = {
  username: { type: "text", autocomplete: "username", autocapitalize: "none", spellcheck: "false" },
  password: { type: "password", autocomplete: "current-password" },
  code: { type: "text", autocomplete: "one-time-code", inputmode: "numeric", spellcheck: "false" },
};

function field({ name, type, required, options }, value, broken) {
  const label = labels[name] ?? name;
  if (type === "select") return choice(name, label, options, value);
  const input = h("input", {
    id: name, name, ...(textInputs[name] ?? { type: "text" }), required, "aria-describedby": `${name}-hint${broken ? " step-error" : ""}`,
    "aria-invalid": broken && "true", input: (event) => complain(event.target, ""),
  });
  input.value = value ?? "";
  const eye = name === "password" && h("button", { type: "button", class: "eye", "aria-pressed": "false", "aria-label": "Show password",
    click: ({ currentTarget }) => {
      const hidden = input.type === "text";
      input.type = hidden ? "password" : "text";
      currentTarget.setAttribute("aria-pressed", String(!hidden));
      currentTarget.textContent = hidden ? "Show" : "Hide";
    } }, "Show");
  return h("div", { class: "field" },
    h("label", { for: name }, label),
    h("div", { class: "box" }, input, eye),
    h("p", { class: "hint", id: `${name}-hint`, "aria-live": "polite" }));
}

function choice(name, label, options = [], value = options[0]?.[0]) {
  if (options.length >= manyChoices)
    return h("div", { class: "field" }, h("label", { for: name }, label),
      h("select", { id: name, name }, options.map(([id, text]) => h("option", { value: id, selected: id === value }, text))));
  return h("fieldset", { name }, h("legend", {}, label),
    options.map(([id, text]) => h("label", { class: "choice" }, h("input", { type: "radio", name, value: id, checked: id === value }), h("span", {}, text))));
}

function complain(input, words) {
  const place = document.getElementById(`${input.name}-hint`);
  place.textContent = words;
  place.classList.toggle("error", !!words);
  words ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
}

/* The flow. */

function showForm(kept = {}) {
  const factor = ["mfa", "select_mfa_module"].includes(step.step_id);
  const code = step.errors && Object.values(step.errors)[0];
  const words = describe(step);
  const form = h("form", { novalidate: true, submit: send },
    h("h1", {}, factor ? "Just checking" : "Welcome home!"),
    words && h("p", {}, words),
    h("div", { class: "root" },
      code && alertOf({ id: "step-error" }, stepErrors[code] ?? `The home refused this:  ${code}`),
      step.data_schema.map((part) => field(part, kept[part.name], !!code))),
    request.own && !factor && h("label", { class: "keep" },
      h("input", { type: "checkbox", checked: keep, change: (event) => { keep = event.target.checked; } }), h("span", {}, "Keep me logged in")),
    actions("Log in"));
  show(factor ? "Just checking" : "Log in", banner(), h("section", { class: "card" }, form), others());
  const first = form.querySelector(code ? '[type="password"], [name="code"]' : "input:not([type=checkbox]), select");
  first?.focus();
  if (code) first?.select?.();
}

/** What the home said next. The browser leaves before anything else on the page changes. */
function next(data, kept) {
  const same = step?.type === "form" && data.flow_id === step.flow_id && data.step_id === step.step_id;
  step = data;
  if (data.type === "form") return showForm(same ? kept : {});
  if (data.type === "abort") return over("Login aborted", aborts[data.reason] ?? `the home gave the reason “${data.reason}”.`);
  if (data.type !== "create_entry" || typeof data.result !== "string") return over("Error", `the home answered with a step of the type “${data.type}”.`);
  location.assign(redirectWith(request, data.result, keep));
  const to = new URL(request.redirectUri);
  show("Logged in", h("section", { class: "card done" }, h("h1", { tabindex: "-1" }, "You are logged in"),
    h("p", {}, "The code is on its way to ", h("code", {}, to.host || to.protocol), ". You may close this page if it stays.")));
  view.querySelector("h1").focus();
}

async function send(event) {
  event.preventDefault();
  if (busy) return;
  const form = event.currentTarget;
  const empty = [...form.querySelectorAll("input[required]")].filter((input) => input.value === "");
  empty.forEach((input) => complain(input, "Required"));
  if (empty.length) return empty[0].focus();
  const fields = Object.fromEntries(step.data_schema.map(({ name }) => [name, new FormData(form).get(name)]));
  await working(() => flow.answer(request, step.flow_id, fields), fields);
}

/** Waits for the home with the button marked, and goes on from its answer. */
async function working(ask, kept) {
  busy = true;
  const button = view.querySelector(".action button");
  button?.setAttribute("aria-busy", "true");
  view.setAttribute("aria-busy", "true");
  try {
    next(await ask(), kept);
  } catch (err) {
    if (!(err instanceof flow.CallError)) console.error(err);
    failed(err);
  } finally {
    busy = false;
    view.removeAttribute("aria-busy");
  }
}

function startOver(event) {
  event.preventDefault();
  if (!busy) use(provider);
}

function use(chosen) {
  if (step?.type === "form") flow.drop(step.flow_id);
  provider = chosen;
  step = undefined;
  return working(() => flow.begin(request, provider), {});
}

async function start() {
  const read = readRequest(location.search, location);
  if (read.refusal) return refuse(read.refusal);
  request = read.request;
  show("Log in", h("p", { class: "waiting" }, "Please wait"));
  let found;
  try {
    found = await flow.providers();
  } catch (err) {
    if (err.code === "onboarding_required")
      return fatal("Nobody lives here yet", "This home has no owner, so nobody can log in.", [h("a", { href: "/onboarding.html" }, "Create the owner"), " first. ", h("code", { class: "whole" }, "authconform run --onboard"), " does it, too."]);
    return fatal("Login is not possible", `The login providers could not be loaded. ${err.message}`, "GET /auth/providers must answer with a list.");
  }
  list = found.list;
  if (!list.length) return fatal("Login is not possible", "This home offers no way to log in.", "GET /auth/providers answered with an empty list.");
  keep = found.preselect && request.own;
  await use(list[0]);
}

start();
