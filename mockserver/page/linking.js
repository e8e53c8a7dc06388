// Adding an integration: credentials first, then a visit to the third party, which ends when the home says that the flow
// has gone on (data_entry_flow_progressed). The card is kept here while the rest of the page is built anew.
import { h } from "./dom.js";
import { show } from "./home.js";
import { call, command } from "./session.js";

const flows = "/api/config/config_entries/flow";
const domain = "authconform_demo";

// The home's reasons for ending a linking flow, in words.
const reasons = {
  user_rejected_authorize: "You denied access at the third party.", already_configured: "That account is already linked.",
  oauth_unauthorized: "The third party refuses the client id or its secret. Check the credentials.",
  oauth_error: "The third party's answer was not a token.", oauth_failed: "The third party is not working. Try again later.",
  oauth_timeout: "The third party did not answer in time.", cannot_connect: "The third party's API does not accept the token it issued.",
  wrong_account: "That is not the account that is linked.", reauth_successful: "You are logged in again.",
  oauth_implementation_unavailable: "The account-link proxy cannot be reached.", authorize_url_timeout: "The account-link proxy did not answer in time.",
};
const good = new Set(["reauth_successful"]);

let card = null, current = null, listening = null;

/** The card of the linking that is under way, if one is. */
export const flowCard = () => card;

const closing = () => h("button", { type: "button", class: "small", click: () => { card = current = null; show(); } }, "Close");

export async function addIntegration() {
  await step(await call("POST", flows, { handler: domain, show_advanced_options: false }));
}

export async function resumeFlow(id) {
  await step(await call("POST", `${flows}/${id}`, {}));
}

async function step(data) {
  current = data;
  if (data.type === "abort" && data.reason === "missing_credentials") card = await credentialsCard();
  else if (data.type === "external") card = await externalCard(data);
  else if (data.type === "form" && data.step_id === "pick_implementation") card = pickCard(data);
  else card = doneCard(data);
}

async function credentialsCard(problem) {
  const { integrations } = await command("application_credentials/config");
  const about = integrations[domain]?.description_placeholders;
  const input = (id, label, props) => h("div", { class: "field" }, h("label", { for: id }, label), h("div", { class: "box" }, h("input", { id, name: id, required: true, autocomplete: "off", spellcheck: "false", ...props })));
  return h("section", { class: "card", "aria-label": "Credentials for the demo thermostat" },
    h("h2", {}, "First, credentials"),
    h("p", {}, "The third party needs to know who is asking. Create an app at its developer console, and enter its credentials here."),
    h("ol", {},
      h("li", {}, "Open ", about?.console_url ? h("a", { id: "console", href: about.console_url, target: "_blank", rel: "noreferrer noopener" }, `${about.name}: developer console`) : "its developer console", " and create an app."),
      h("li", {}, "Register this redirect URL: ", h("code", { id: "redirect" }, `${location.origin}/auth/external/callback`)),
      h("li", {}, "Copy its client id and secret into this form.")),
    problem && h("p", { class: "alert", role: "alert" }, problem),
    h("form", { submit: enter },
      input("name", "Name", { value: "Demo devices" }), input("client_id", "Client id"), input("client_secret", "Client secret", { type: "password" }),
      h("div", { class: "buttons" }, h("button", { class: "main", type: "submit" }, "Add"), closing())));
}

async function enter(event) {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.currentTarget));
  try {
    await command("application_credentials/create", { domain, ...fields });
    await addIntegration();
  } catch (err) {
    card = await credentialsCard(err.message);
  }
  document.activeElement?.blur();
  show();
}

async function externalCard({ flow_id, url }) {
  // Subscribe before showing the link, so that a user who comes back at once is noticed.
  listening ??= command("subscribe_events", { event_type: "data_entry_flow_progressed" }, progressed);
  await listening;
  return h("section", { class: "card", "aria-label": "Visit the third party" },
    h("h2", {}, "Now allow access at the third party"),
    h("p", {}, "A page of ", h("b", {}, new URL(url).host), " asks whether this home may use your account. When you come back, this page continues by itself."),
    h("div", { class: "buttons" },
      // With an opener, so that the page where it ends may close itself.
      h("a", { id: "visit", class: "main", href: url, target: "_blank", rel: "opener" }, "Open website"),
      h("button", { type: "button", class: "small", click: async () => { await call("DELETE", `${flows}/${flow_id}`).catch(() => {}); card = current = null; show(); } }, "Cancel")));
}

async function progressed(event) {
  if (current?.type !== "external" || (event && event.data.flow_id !== current.flow_id)) return;
  await step(await call("GET", `${flows}/${current.flow_id}`));
  await show();
}

function pickCard({ flow_id, data_schema: [{ options }] }) {
  return h("section", { class: "card" }, h("h2", {}, "With which credentials?"),
    h("div", { class: "buttons" }, options.map(([id, name]) => h("button", { type: "button", class: "small", click: async () => { await step(await call("POST", `${flows}/${flow_id}`, { implementation: id })); show(); } }, name)), closing()));
}

function doneCard(data) {
  const fine = data.type === "create_entry" || good.has(data.reason);
  const words = data.type === "create_entry" ? `The account of ${data.title} is linked.` : reasons[data.reason] ?? `The home ended this: ${data.reason}`;
  return h("section", { class: "card" }, h("h2", {}, fine ? "Done" : "Not linked"),
    h("p", { id: "outcome", class: fine ? "" : "alert", role: fine ? "status" : "alert" }, words),
    h("div", { class: "buttons" }, !fine && h("button", { type: "button", class: "main", click: async () => { await addIntegration(); show(); } }, "Try again"), closing()));
}
