// The pages of the mock home: what is in it, what it is linked with, and the credentials for that. They speak to the home
// as the real frontend does (REST for flows and states, the WebSocket for credentials and events).
import { h } from "./dom.js";
import { addIntegration, resumeFlow, flowCard } from "./linking.js";
import { call, command, login, logout, resume } from "./session.js";

const view = document.querySelector("#view");
const places = { "/": ["Overview", overview], "/config/integrations": ["Integrations", integrations], "/config/application_credentials": ["Credentials", credentials] };
const alertOf = (words) => h("p", { class: "alert", role: "alert" }, words);
let trouble = "";

/** A button that waits for what it does, and says what went wrong. */
function button(words, act, props = {}) {
  return h("button", { type: "button", class: "small", ...props, click: async ({ currentTarget }) => {
    if (currentTarget.getAttribute("aria-busy")) return;
    currentTarget.setAttribute("aria-busy", "true");
    trouble = "";
    try {
      await act();
    } catch (err) {
      trouble = err.message;
    }
    await show();
  } }, words);
}

const row = (title, facts, ...buttons) => h("div", { class: "row" }, h("div", {}, h("h3", {}, title), facts), h("div", { class: "buttons" }, buttons));
const service = (domain, name, data) => call("POST", `/api/services/${domain}/${name}`, data);
const clockOf = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/* What is in the home. */

function thing({ entity_id, state, attributes }) {
  const name = attributes.friendly_name ?? entity_id;
  const say = (words, bad) => h("p", { class: bad ? "value bad" : "value" }, words);
  if (entity_id.startsWith("light.")) return row(name, say(state), button(state === "on" ? "Turn off" : "Turn on", () => service("light", "toggle", { entity_id }), { "aria-label": `${state === "on" ? "Turn off" : "Turn on"}: ${name}` }));
  if (!entity_id.startsWith("climate.")) return row(name, say(entity_id === "sensor.clock" ? clockOf(Date.parse(state) / 1000) : state));
  const set = (by) => () => service("climate", "set_temperature", { entity_id, temperature: Math.min(35, Math.max(5, attributes.temperature + by)) });
  if (state === "unavailable") return row(name, say("unavailable", true), button("Read again", () => service("homeassistant", "update_entity", { entity_id }), { "aria-label": `Read again: ${name}` }));
  return row(name, say(`${attributes.current_temperature} °C, set to ${attributes.temperature} °C`),
    button("−", set(-0.5), { "aria-label": `Colder: ${name}` }), button("+", set(0.5), { "aria-label": `Warmer: ${name}` }),
    attributes.entry_id && button("Read again", () => service("homeassistant", "update_entity", { entity_id }), { "aria-label": `Read again: ${name}` }));
}

async function overview() {
  const states = await call("GET", "/api/states");
  return [h("section", { class: "card" }, h("h1", {}, "Overview"), states.map(thing))];
}

/* What it is linked with. */

const stateWords = { loaded: "Linked", setup_error: "Not working", setup_retry: "Trying again later" };

function entry({ entry_id, title, state, reason, token }) {
  return row(title, [
    h("p", { class: state === "loaded" ? "value" : "value bad" }, stateWords[state] ?? state, reason && `: ${reason}`),
    h("p", { class: "quiet" }, `Its access token ${token.access?.slice(0, 6)}… ends at ${clockOf(token.expires_at)}, on the home's clock`),
  ],
  button("Reload", () => call("POST", `/api/config/config_entries/entry/${entry_id}/reload`), { "aria-label": `Reload ${title}` }),
  button("Delete", () => call("DELETE", `/api/config/config_entries/entry/${entry_id}`), { "aria-label": `Delete ${title}` }));
}

async function integrations() {
  const [{ entries }, waiting] = await Promise.all([call("GET", "/api/authconform_demo"), command("config_entries/flow/progress")]);
  const open = flowCard();
  return [
    open,
    waiting.length > 0 && h("section", { class: "card attention" }, h("h2", {}, "Needs your attention"),
      waiting.map((flow) => row(flow.context.title_placeholders?.name ?? flow.handler,
        h("p", {}, "The third party no longer accepts the home's tokens. Log in there again."),
        button("Log in again", () => resumeFlow(flow.flow_id))))),
    h("section", { class: "card" }, h("h1", {}, "Integrations"),
      entries.map(entry),
      !entries.length && h("p", {}, "Nothing is linked with this home yet."),
      !open && h("div", { class: "buttons" }, button("Add Demo thermostat", addIntegration, { class: "main" }))),
  ];
}

/* The credentials for that. */

async function credentials() {
  const list = await command("application_credentials/list");
  return [h("section", { class: "card" }, h("h1", {}, "Credentials"),
    h("p", {}, "The client ids that you created at a third party's developer console. Their secrets are never shown."),
    list.map((c) => row(c.name || c.client_id, h("p", {}, h("code", {}, c.client_id)),
      button("Delete", () => command("application_credentials/delete", { application_credentials_id: c.id }), { "aria-label": `Delete ${c.name || c.client_id}` }))),
    !list.length && h("p", {}, "There are none yet. Add an integration, and you will be asked for them."))];
}

export async function show() {
  const [title, build] = places[location.pathname] ?? places["/"];
  let parts;
  try {
    parts = await build();
  } catch (err) {
    parts = [h("section", { class: "card" }, h("h1", {}, title), alertOf(err.message))];
  }
  document.title = `${title} – mock home`;
  const focused = document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent;
  const typing = document.activeElement?.matches("input");
  if (typing && view.contains(document.activeElement)) return;
  view.replaceChildren(...[trouble && alertOf(trouble), ...parts].filter(Boolean));
  const again = [...view.querySelectorAll("button, a")].find((el) => focused && (el.getAttribute("aria-label") ?? el.textContent) === focused);
  again?.focus();
}

function navigate(event) {
  event.preventDefault();
  history.pushState(null, "", event.currentTarget.pathname);
  trouble = "";
  mark();
  show();
}

function mark() {
  for (const a of document.querySelectorAll("#places a")) a.pathname === location.pathname ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current");
}

addEventListener("popstate", () => { mark(); show(); });

function ask(words) {
  view.replaceChildren(h("section", { class: "card" }, h("h1", {}, "Welcome home"), words && alertOf(words),
    h("p", {}, "Log in to see your devices."), h("button", { type: "button", class: "main", click: login }, "Log in")));
}

/* What my.home-assistant.io sends: it is for the callback, once somebody is logged in. */

const bounce = "/_my_redirect/oauth";

function keepBounce() {
  const query = new URLSearchParams(location.search);
  if (location.pathname !== bounce || query.has("auth_callback")) return;
  const kept = ["error", "code", "state"].filter((name) => query.get(name)).map((name) => [name, query.get(name)]);
  sessionStorage.setItem("bounce", new URLSearchParams(kept).toString());
}

function bounceOn() {
  const query = sessionStorage.getItem("bounce") ?? "";
  sessionStorage.removeItem("bounce");
  location.replace(`/auth/external/callback?${query}`);
}

try {
  keepBounce();
  if (await resume()) {
    if (location.pathname === bounce) bounceOn();
    const nav = document.querySelector("#places");
    nav.replaceChildren(...Object.entries(places).map(([path, [title]]) => h("a", { href: path, click: navigate }, title)),
      h("button", { type: "button", class: "small", click: logout }, "Log out"));
    nav.hidden = false;
    mark();
    await show();
  } else ask("");
} catch (err) {
  ask(err.message);
}
