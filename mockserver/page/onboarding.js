// The page of a home that has no owner yet. It takes the steps that the real one takes, over the same REST interface: the
// owner, the home's place and name, analytics, and a code with which the home's own page begins.
import { h } from "./dom.js";
import { arrive, call, clientId, forget, login, redeem, resume } from "./session.js";

const view = document.querySelector("#view");
const rest = ["core_config", "analytics"]; // steps that ask for nothing here

const fields = [
  { name: "name", label: "Name", hint: "As others see it.", autocomplete: "name" },
  { name: "username", label: "Username", hint: "In lower case, without spaces at either end.", autocomplete: "username", autocapitalize: "none", spellcheck: "false" },
  { name: "password", label: "Password", type: "password", autocomplete: "new-password" },
  { name: "again", label: "Confirm password", type: "password", autocomplete: "new-password" },
];

function show(title, ...children) {
  document.title = `${title} – mock home`;
  view.replaceChildren(h("section", { class: "card" }, h("h1", { tabindex: "-1" }, title), ...children.filter(Boolean)));
}

const alertOf = (words) => h("p", { class: "alert", role: "alert", id: "trouble" }, words);
const action = (words, click) => h("div", { class: "action" }, h("button", { type: click ? "button" : "submit", click }, h("span", {}, words)));

function field({ name, label, hint, type = "text", ...more }) {
  return h("div", { class: "field" },
    h("label", { for: name }, label),
    h("div", { class: "box" }, h("input", { id: name, name, type, required: true, "aria-describedby": `${name}-hint`, input: ({ target }) => complain(target, hint ?? "", false), ...more })),
    h("p", { class: "hint", id: `${name}-hint`, "aria-live": "polite" }, hint ?? ""));
}

function complain(input, words, wrong = true) {
  const place = document.getElementById(`${input.name}-hint`);
  place.textContent = words;
  place.classList.toggle("error", wrong);
  wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
}

function askOwner() {
  show("Create the owner", h("p", {}, "This home has no owner yet. The owner may do everything, and adds the other users."),
    h("form", { novalidate: true, submit: create }, h("div", { class: "trouble" }), fields.map(field), action("Create account")));
  view.querySelector("input").focus();
}

/** The first input that is wrong, with what is wrong said beside it. */
function wrongInput(form) {
  const [name, , , again] = fields.map((f) => form.elements[f.name]);
  const empty = [...form.querySelectorAll("input")].filter((input) => input.value === "");
  empty.forEach((input) => complain(input, "Required"));
  if (empty.length) return empty[0];
  if (again.value === form.elements.password.value) return name.value.trim() === "" ? (complain(name, "Required"), name) : null;
  complain(again, "The passwords differ");
  return again;
}

async function create(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector(".action button");
  if (button.getAttribute("aria-busy")) return;
  const wrong = wrongInput(form);
  if (wrong) return wrong.focus();
  button.setAttribute("aria-busy", "true");
  form.querySelector(".trouble").replaceChildren();
  const { name, username, password } = Object.fromEntries(new FormData(form));
  try {
    await finish(await made({ name, username, password, client_id: clientId, language: document.documentElement.lang }));
  } catch (err) {
    button.removeAttribute("aria-busy");
    if (err.done) return start();
    form.querySelector(".trouble").replaceChildren(alertOf(err.message));
    const input = err.code === "username_not_normalized" && form.elements.username;
    if (input) complain(input, "Lower case, without spaces at either end");
    (input || button).focus();
  }
}

/** Creates the owner. @returns {Promise<string>} a code of theirs */
async function made(owner) {
  const answer = await fetch("/api/onboarding/users", { method: "POST", body: JSON.stringify(owner), cache: "no-store" });
  const data = await answer.json().catch(() => null);
  if (answer.ok) return data.auth_code;
  const done = answer.status === 403 || answer.status === 404;
  throw Object.assign(new Error(data?.message ?? `The home answered with status ${answer.status}.`), { code: data?.code, done });
}

/** Takes the steps after the owner, and goes home. Without a code somebody is logged in already. */
async function finish(code) {
  if (code) await redeem(code);
  const open = new Set((await steps()).filter(({ done }) => !done).map(({ step }) => step));
  for (const step of rest) if (open.has(step)) await call("POST", `/api/onboarding/${step}`, {});
  const last = open.has("integration") && await call("POST", "/api/onboarding/integration", { client_id: clientId, redirect_uri: `${clientId}?auth_callback=1` });
  await forget();
  last ? arrive(last.auth_code) : location.assign("/");
}

/** The steps of this home; none where onboarding is over. */
async function steps() {
  const answer = await fetch("/api/onboarding", { cache: "no-store" });
  return answer.ok ? answer.json() : [];
}

async function start() {
  try {
    const list = await steps();
    if (list.every(({ done }) => done)) return location.assign("/");
    if (!list.find(({ step }) => step === "user")?.done) return askOwner();
    if (await resume()) return await finish();
    show("Almost there", h("p", {}, "This home has its owner. The owner logs in to finish."), action("Log in", login));
  } catch (err) {
    show("That did not work", alertOf(err.message), action("Try again", () => location.assign("/onboarding.html")));
  }
}

start();
