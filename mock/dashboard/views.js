// What the page shows: each function turns an answer of the control plane into elements.

import { $, button, el, fill, span } from "./dom.js";

let ahead = 0; // milliseconds by which the mock's time is ahead of this browser's

export const mockNow = () => Date.now() + ahead;

export function showClock(time) {
  ahead = Date.parse(time.now) - Date.now();
  const seconds = Number.parseInt(time.offset, 10);
  $("offset").textContent = seconds === 0 ? "real time" : `${span(seconds)} ${seconds > 0 ? "ahead of" : "behind"} real time`;
  tick();
}

// tick shows the time, and what is left of every lifetime.
export function tick() {
  const now = mockNow();
  $("now").textContent = new Date(now).toISOString().slice(0, 19).replace("T", " ") + " UTC";
  $("now").dateTime = new Date(now).toISOString();
  for (const one of document.querySelectorAll("[data-until]")) {
    const left = (Date.parse(one.dataset.until) - now) / 1000;
    one.textContent = left > 0 ? `${span(left)} left` : "over";
    one.classList.toggle("over", left <= 0);
  }
}

const until = (moment) => el("time", { dateTime: moment, data: { until: moment } });

const refused = (request) => request.status >= 400 || Boolean(request.why);

// requestRow is one line of the log.
export function requestRow(request) {
  const whom = [request.user, request.client_id].filter(Boolean).join(" · ");
  const names = [...(request.query ?? []), ...(request.form ?? []).filter((name) => name !== "grant_type")].join(", ");
  const asked = [request.grant_type && `grant ${request.grant_type}`, names && `with ${names}`].filter(Boolean).join(" ");
  return el("tr", { className: refused(request) ? "refused" : "" },
    el("td", {}, el("time", { dateTime: request.at }, request.at.slice(11, 19))),
    el("td", {}, el("b", {}, request.method), " ", el("code", {}, request.path), asked && el("small", {}, asked)),
    el("td", {}, el("span", { className: refused(request) ? "bad" : "good" }, String(request.status || "–"))),
    el("td", {}, whom),
    el("td", {}, [request.fault, request.why].filter(Boolean).join(": ")));
}

export function showCount(requests) {
  const bad = requests.filter(refused).length;
  $("count").textContent = requests.length === 0 ? "No requests yet" : `${requests.length} requests, ${bad} refused`;
}

export const isRefused = refused;

const none = (text) => [el("li", { className: "none" }, text)];

export function showSessions(list, end) {
  fill($("sessions"), list.length === 0 ? none("Nobody is logged in.") : list.map((one) => {
    const what = one.name ?? one.client_id ?? one.type;
    return el("li", {},
      el("div", {}, el("b", {}, one.user), " ", el("span", { className: "what" }, what),
        el("small", {}, "access token: ", until(one.access_expires), one.expires ? ", session: " : ", session: never ends", one.expires ? until(one.expires) : "")),
      button(`end ${one.id}`, "End", `the session of ${one.user} at ${what}`, () => end(one.id)));
  }));
  tick();
}

export function showLogins(list) {
  $("logins-part").hidden = list === null;
  fill($("logins"), !list?.length ? none("No flow is open, and every code is redeemed.") : list.map((one) => {
    const what = one.kind === "code" ? "code" : one.step === "mfa" ? "second factor" : "login form";
    const facts = [one.provider, one.pkce ? "PKCE" : "no PKCE"].join(", ");
    return el("li", {}, el("div", {}, el("b", {}, one.user ?? "nobody yet"), " ", el("span", { className: "what" }, one.client_id),
      el("small", {}, `${what}, ${facts}, `, one.expires ? until(one.expires) : "never ends")));
  }));
  tick();
}

export function showPeople(list) {
  fill($("people"), list.length === 0 ? none("There are no users.") : list.map((one) => {
    const marks = [one.owner ? "owner" : one.admin ? "administrator" : "", one.active === false ? "inactive" : "", one.totp ? "second factor" : ""];
    return el("li", {}, el("div", {}, el("b", {}, one.username), " ", one.name, el("small", {}, marks.filter(Boolean).join(", "))));
  }));
}

// words describes what a fault does.
function words(fault) {
  const parts = [fault.method, fault.path ?? "every path", fault.grant_type, fault.user && `for ${fault.user}`, fault.client_id && `from ${fault.client_id}`];
  const effects = [fault.status, fault.drop && "drop", fault.delay && `delay ${fault.delay}`, fault.truncate && `cut at ${fault.truncate}`,
    fault.set && `set ${Object.keys(fault.set).join(", ")}`, fault.remove && `remove ${fault.remove.join(", ")}`];
  return `${parts.filter(Boolean).join(" ")}: ${effects.filter(Boolean).join(", ") || "changed"}`;
}

export function showFaults(list, drop) {
  fill($("faults"), list.length === 0 ? none("No faults are active.") : list.map((one) => el("li", {},
    el("div", {}, words(one), el("small", {}, `hit ${one.hits}${one.times ? ` of ${one.times}` : ""}`)),
    button(`drop ${one.id}`, "Remove", `fault ${one.id}`, () => drop(one.id)))));
}

export function showServers(list, link) {
  const here = list.find((one) => one.url === location.origin);
  $("server").textContent = here?.name ?? "server";
  fill($("servers"), list.filter((one) => one.control && one !== here).map((one) => el("a", { href: link(one.url) }, one.name)));
}

export function showOn(defects, seeds, off, dropSeed) {
  const on = defects.filter((one) => one.on);
  const items = [
    ...on.map((one) => el("li", {},
      el("div", {}, el("code", {}, one.id), el("small", {}, one.story)),
      one.settled ? el("small", {}, "fixed at startup") : button(`off ${one.id}`, "Switch off", one.id, () => off(one.id)))),
    ...seeds.map((seed) => el("li", {}, el("div", {}, `Flavour ${seed}`), button(`seed ${seed}`, "Remove", `flavour ${seed}`, () => dropSeed(seed)))),
  ];
  fill($("on"), items.length === 0 ? none("Strict: no defects or flavours are on.") : items);
}

const most = 50; // defects that are listed at once

export function showDefects(defects, typed, on) {
  const word = typed.trim().toLowerCase();
  const found = word === "" ? [] : defects.filter((one) => !one.on && `${one.id} ${one.story} ${one.server}`.toLowerCase().includes(word));
  $("found").textContent = word === "" ? `${defects.length} defects can be found.` : `${found.length} found${found.length > most ? `, the first ${most} are shown` : ""}.`;
  fill($("defects"), found.slice(0, most).map((one) => el("li", {},
    el("div", {}, el("code", {}, one.id), " ", el("span", { className: "what" }, one.server), el("small", {}, one.story)),
    one.settled ? el("small", {}, "only at startup") : button(`on ${one.id}`, "Switch on", one.id, () => on(one.id)))));
}
