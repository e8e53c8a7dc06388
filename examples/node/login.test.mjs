// What an app has to get right: a login, an expired token, an answer that is lost.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { startHome } from "./home.mjs";

const client = "http://127.0.0.1:9000/";
let home;

before(async () => { home = await startHome(); });
beforeEach(() => home.control("POST", "reset"));
after(() => home.stop());

const json = async (path, body) => (await fetch(home.url + path, { method: "POST", body: JSON.stringify(body) })).json();
const token = (form) => fetch(`${home.url}/auth/token`, { method: "POST", body: new URLSearchParams({ client_id: client, ...form }) });
const status = async (tokens) => (await fetch(`${home.url}/api/`, { headers: { Authorization: `Bearer ${tokens.access_token}` } })).status;

async function logIn() {
  const flow = await json("/auth/login_flow", { client_id: client, handler: ["homeassistant", null], redirect_uri: `${client}cb` });
  const done = await json(`/auth/login_flow/${flow.flow_id}`, { client_id: client, username: "ada", password: "ada-password" });
  return (await token({ grant_type: "authorization_code", code: done.result })).json();
}

test("an expired access token is refreshed", async () => {
  const tokens = await logIn();
  assert.equal(await status(tokens), 200);
  await home.control("POST", "clock", { advance: "31m" });
  assert.equal(await status(tokens), 401);
  const fresh = await (await token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token })).json();
  assert.equal(await status(fresh), 200);
});

test("the app asks again when an answer is lost", async () => {
  const tokens = await logIn();
  await home.control("POST", "faults", { path: "/auth/token", drop: true, times: 1 });
  const refresh = () => token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
  await assert.rejects(refresh());
  assert.equal((await refresh()).status, 200);
  const { arrived } = await home.control("POST", "wait", { grant_type: "refresh_token", times: 2, timeout: "1s" });
  assert.ok(arrived);
});
