// An app's login in a real browser: the app's page, the home's login page, and back.
// Run with node --test after npm install. BROWSER is the path of a Chromium; Playwright downloads none here.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";

import { startHome } from "../node/home.mjs";

let home, app, browser, page;

before(async () => {
  home = await startHome();
  const html = await readFile(new URL("app.html", import.meta.url));
  app = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end(html)).listen(0, "127.0.0.1");
  await new Promise((listening) => app.once("listening", listening));
  browser = await chromium.launch({ executablePath: process.env.BROWSER, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
});
beforeEach(async () => {
  await home.control("POST", "reset");
  page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`http://127.0.0.1:${app.address().port}/#home=${home.url}`);
});
after(async () => {
  await browser?.close();
  app?.close();
  await home?.stop();
});

async function logIn(password) {
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByLabel("Username").fill("ada");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
}

test("a user logs in to the app", async () => {
  await logIn("ada-password");
  await page.getByText("Logged in").waitFor();
});

test("a wrong password keeps the user at the home, until the right one", async () => {
  await logIn("wrong");
  await page.getByRole("alert").waitFor();
  assert.equal(new URL(page.url()).origin, home.url);
  await page.getByLabel("Password", { exact: true }).fill("ada-password");
  await page.keyboard.press("Enter");
  await page.getByText("Logged in").waitFor();
});

test("the app says why a login failed", async () => {
  await home.control("POST", "faults", { path: "/auth/token", status: 400, body: '{"error":"invalid_grant"}', times: 1 });
  await logIn("ada-password");
  await page.getByText("The home answers invalid_grant").waitFor();
});
