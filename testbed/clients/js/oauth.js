// What three OAuth libraries of npm see of a home and of a provider: a login with PKCE, tokens, a refresh, a revocation.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import simple from "simple-oauth2";

const redirect = "http://127.0.0.1:9999/callback";
const home = { issuer: process.env.HOME_URL, id: "http://127.0.0.1:9999/", api: process.env.HOME_URL + "/api/", person: process.env.HOME_PERSON };
const registered = await (await fetch(`${process.env.PROVIDER_URL}/oauth/register`, {
  method: "POST", headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ redirect_uris: [redirect], client_name: "clients", token_endpoint_auth_method: "client_secret_basic" }),
})).json();
const provider = {
  issuer: process.env.PROVIDER_URL, id: registered.client_id, secret: registered.client_secret, scope: "profile",
  api: process.env.PROVIDER_URL + "/api/me", person: "ben:ben-password",
};

// comeBack is the URL that the browser of a server's user is sent to.
const comeBack = (server, url) => new URL(execFileSync("python3", [process.env.PERSON_PROGRAM, url], {
  env: { ...process.env, PERSON: server.person }, encoding: "utf8",
}).trim());
const status = async (server, token) => (await fetch(server.api, { headers: { Authorization: `Bearer ${token}` } })).status;

async function byOauth4webapi(server) {
  const http = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(server.issuer);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...http }));
  const client = { client_id: server.id }, auth = server.secret ? oauth.ClientSecretBasic(server.secret) : oauth.None();
  const verifier = oauth.generateRandomCodeVerifier(), state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    response_type: "code", client_id: server.id, redirect_uri: redirect, state, ...(server.scope && { scope: server.scope }),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  })) url.searchParams.set(name, value);
  const answered = oauth.validateAuthResponse(as, client, comeBack(server, url.href), state);
  const granted = await oauth.processAuthorizationCodeResponse(as, client,
    await oauth.authorizationCodeGrantRequest(as, client, auth, answered, redirect, verifier, http));
  assert.equal(await status(server, granted.access_token), 200);
  const refreshed = await oauth.processRefreshTokenResponse(as, client,
    await oauth.refreshTokenGrantRequest(as, client, auth, granted.refresh_token, http));
  assert.equal(await status(server, refreshed.access_token), 200);
  const live = refreshed.refresh_token ?? granted.refresh_token;
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, live, http));
  await assert.rejects(async () => oauth.processRefreshTokenResponse(as, client,
    await oauth.refreshTokenGrantRequest(as, client, auth, live, http)), { error: "invalid_grant" });
  assert.equal(await status(server, refreshed.access_token), 401);
}

async function byOpenidClient(server) {
  const auth = server.secret ? openid.ClientSecretPost(server.secret) : openid.None();
  const config = await openid.discovery(new URL(server.issuer), server.id, undefined, auth,
    { algorithm: "oauth2", execute: [openid.allowInsecureRequests] });
  const verifier = openid.randomPKCECodeVerifier(), state = openid.randomState();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirect, state, ...(server.scope && { scope: server.scope }),
    code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  });
  const granted = await openid.authorizationCodeGrant(config, comeBack(server, url.href), { pkceCodeVerifier: verifier, expectedState: state });
  assert.equal(await status(server, granted.access_token), 200);
  assert.ok(granted.expiresIn() > 0);
  const refreshed = await openid.refreshTokenGrant(config, granted.refresh_token);
  assert.equal(await status(server, refreshed.access_token), 200);
  await openid.tokenRevocation(config, refreshed.refresh_token ?? granted.refresh_token);
  assert.equal(await status(server, refreshed.access_token), 401);
}

async function bySimpleOauth2(server) {
  const paths = server.secret ? "/oauth" : "/auth";
  const client = new simple.AuthorizationCode({
    client: { id: server.id, secret: server.secret ?? "a home reads none" },
    auth: { tokenHost: server.issuer, tokenPath: paths + "/token", authorizePath: paths + "/authorize", revokePath: paths + "/revoke" },
    options: { authorizationMethod: server.secret ? "header" : "body" },
    http: { json: true }, // the library wants JSON of a revocation, whose answer has no body (RFC 7009 §2.2)
  });
  const url = client.authorizeURL({ redirect_uri: redirect, state: "a state", scope: server.scope });
  const back = comeBack(server, url).searchParams;
  assert.equal(back.get("state"), "a state");
  let token = await client.getToken({ code: back.get("code"), redirect_uri: redirect });
  assert.equal(await status(server, token.token.access_token), 200);
  assert.equal(token.expired(), false);
  const first = token.token.refresh_token;
  token = await token.refresh();
  assert.equal(await status(server, token.token.access_token), 200);
  const last = client.createToken({ ...token.token, refresh_token: token.token.refresh_token ?? first });
  await last.revoke("refresh_token");
  await assert.rejects(last.refresh());
}

const libraries = { oauth4webapi: byOauth4webapi, "openid-client": byOpenidClient, "simple-oauth2": bySimpleOauth2 };
for (const server of [home, provider]) {
  for (const [name, library] of Object.entries(libraries)) {
    try {
      await library(server);
      console.log(`ok      ${name} at the ${server === home ? "home" : "provider"}`);
    } catch (e) {
      throw new Error(`${name} at ${server.issuer}: ${e.message}`, { cause: e });
    }
  }
}
