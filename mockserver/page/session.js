// The home's own page is an OAuth client of the home, as the real one is (clients of RFC 6749 §2.1, public): its id is the
// home's address, its redirect_uri a page of it, and there is no secret. state is random and used once.

export const clientId = `${location.origin}/`;
const place = "mockHomeTokens";

let tokens = JSON.parse(localStorage.getItem(place) ?? sessionStorage.getItem(place) ?? "null");
let refreshing = null;

function keep(fresh, forLong = !!localStorage.getItem(place)) {
  tokens = fresh;
  localStorage.removeItem(place);
  sessionStorage.removeItem(place);
  if (fresh) (forLong ? localStorage : sessionStorage).setItem(place, JSON.stringify(fresh));
}

export function login() {
  const state = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))));
  sessionStorage.setItem("state", state);
  const query = new URLSearchParams({ response_type: "code", client_id: clientId, redirect_uri: `${location.origin}${location.pathname}?auth_callback=1`, state });
  location.assign(`/auth/authorize?${query}`);
}

/** Goes to the home's first page with a code that came without the login page. */
export function arrive(code) {
  const state = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))));
  sessionStorage.setItem("state", state);
  location.assign(`/?${new URLSearchParams({ auth_callback: "1", code, state })}`);
}

/** Redeems a code for tokens, and keeps them. */
export async function redeem(code, forLong = false) {
  const answer = await post("/auth/token", { grant_type: "authorization_code", code, client_id: clientId });
  if (!answer.ok) throw new Error("The code of that login is no longer valid. Log in again.");
  keep(await answer.json(), forLong);
}

const post = (path, form) => fetch(path, { method: "POST", body: new URLSearchParams(form), cache: "no-store" });

/** Comes back from the login page, or finds the tokens of before. @returns {Promise<boolean>} false: nobody is logged in */
export async function resume() {
  const query = new URLSearchParams(location.search);
  if (!query.has("auth_callback")) return !!tokens;
  const [code, state] = [query.get("code"), query.get("state")];
  history.replaceState(null, "", location.pathname); // the code stays in no history
  const mine = sessionStorage.getItem("state");
  sessionStorage.removeItem("state");
  if (!code || !mine || state !== mine) throw new Error("That login was not started here. Log in again.");
  await redeem(code, query.get("storeToken") === "true");
  return true;
}

async function refresh() {
  const answer = await post("/auth/token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: clientId });
  if (!answer.ok) {
    keep(null);
    login();
    throw new Error("You are logged out.");
  }
  keep({ ...tokens, ...(await answer.json()) });
}

/** An access token; a fresh one where the last was refused. Parallel callers share one refresh. */
export async function access(refused) {
  if (refused && refused === tokens?.access_token) await (refreshing ??= refresh().finally(() => { refreshing = null; }));
  return tokens.access_token;
}

/** Ends the session. */
export async function forget() {
  await post("/auth/revoke", { token: tokens.refresh_token }).catch(() => {});
  keep(null);
}

export async function logout() {
  await forget();
  location.assign("/");
}

/** Calls the home's REST API. @throws {Error} with the home's words */
export async function call(method, path, body) {
  let token, answer;
  for (let tries = 0; tries < 2; tries++) {
    token = await access(tries ? token : undefined);
    answer = await fetch(path, {
      method, cache: "no-store", body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "HA-Frontend-Base": location.origin },
    });
    if (answer.status !== 401) break;
  }
  const data = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(data?.message ?? (answer.status === 401 ? "Only an administrator may do that." : `The home answered with status ${answer.status}.`));
  return data;
}

/* The WebSocket: opened at its first use, and again when it has closed; whoever listens goes on listening. */

let socket = null, last = 0;
const waiting = new Map();
const listeners = new Map(); // by the id of their subscription
const subscriptions = [];

function open(refused) {
  return new Promise((done, fail) => {
    const ws = new WebSocket(`${location.origin.replace("http", "ws")}/api/websocket`);
    let token;
    ws.onmessage = async ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "auth_required") ws.send(JSON.stringify({ type: "auth", access_token: token = await access(refused) }));
      else if (message.type === "auth_invalid") refused ? fail(new Error("The home refuses the login.")) : open(token).then(done, fail);
      else if (message.type === "auth_ok") {
        for (const { type, data, listen } of subscriptions) {
          listeners.set(++last, listen);
          ws.send(JSON.stringify({ id: last, type, ...data }));
          listen(null); // something may have been missed
        }
        done(ws);
      }
      else if (message.type === "event") listeners.get(message.id)?.(message.event);
      else if (message.type === "result") {
        const { ok, no } = waiting.get(message.id) ?? {};
        waiting.delete(message.id);
        message.success ? ok?.(message.result) : no?.(new Error(message.error.message));
      }
    };
    ws.onclose = () => {
      socket = null;
      fail(new Error("The home has closed the connection."));
      for (const { no } of waiting.values()) no(new Error("The home has closed the connection."));
      waiting.clear();
      listeners.clear();
      if (subscriptions.length) setTimeout(() => (socket ??= open()).catch(() => {}), 1000);
    };
  });
}

/** Sends a WebSocket command. listen takes the events that it subscribes to, and null after a break. */
export async function command(type, data = {}, listen) {
  const ws = await (socket ??= open());
  const id = ++last;
  if (listen) listeners.set(id, listen);
  const result = await new Promise((ok, no) => {
    waiting.set(id, { ok, no });
    ws.send(JSON.stringify({ id, type, ...data }));
  });
  if (listen) subscriptions.push({ type, data, listen });
  return result;
}
