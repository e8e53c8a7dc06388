// The dashboard of a mock: it reads the control plane, follows its events, and does what its buttons say.

import { call, fragment, hasToken, link, setToken, stream } from "./api.js";
import { $, button, fill } from "./dom.js";
import * as views from "./views.js";

const kept = 1000; // requests that are held, as by the mock
const shown = 200; // rows of the log
let requests = [];
let defects = [];
let last = 0;

const problem = (text) => { $("problem").textContent = text; };

// act makes one call, shows an error if it is refused, and reloads everything.
async function act(method, path, body) {
  try {
    problem("");
    await call(method, path, body);
    await refresh();
    return true;
  } catch (error) {
    problem(error.message);
    return false;
  }
}

// optional reads a resource that not every server has.
const optional = (path, otherwise) => call("GET", path).catch((error) => {
  if (error.status === 404) return otherwise;
  throw error;
});

async function refresh() {
  const [clock, faults, people, sessions, servers, list, flavours, logins] = await Promise.all([
    call("GET", "clock"), call("GET", "faults"), optional("users", []), optional("sessions", []), optional("servers", []),
    optional("defects", null), optional("flavours", { seeds: [] }), optional("logins", null),
  ]);
  views.showClock(clock);
  views.showFaults(faults, (id) => act("DELETE", `faults?id=${id}`));
  views.showPeople(people);
  views.showSessions(sessions, (id) => act("DELETE", `sessions?id=${encodeURIComponent(id)}`));
  views.showLogins(logins);
  views.showServers(servers, link);
  $("switches").hidden = list === null;
  if (list !== null) {
    defects = list;
    const off = (id) => act("DELETE", `defects?id=${encodeURIComponent(id)}`);
    views.showOn(defects, flavours.seeds, off, (seed) => act("DELETE", `flavours?seed=${seed}`));
    find();
  }
}

const find = () => views.showDefects(defects, $("search").value, (id) => act("POST", "defects", { id }));

function showLog() {
  const wanted = $("refused").checked ? requests.filter(views.isRefused) : requests;
  $("log").replaceChildren(...wanted.slice(-shown).reverse().map(views.requestRow));
  views.showCount(requests);
}

let planned = false;

// heard handles an event. Events that arrive together are shown together.
function heard(kind, data) {
  if (kind === "request") {
    last = data.seq;
    requests = [...requests, data].slice(-kept);
  }
  if (planned) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    showLog();
    refresh().catch((error) => problem(error.message));
  }, 100);
}

// follow keeps a stream open as long as the page is open.
async function follow() {
  for (;;) {
    try {
      await stream(`events?since=${last}`, heard, () => { $("status").textContent = "Live"; });
    } catch (error) {
      if (error.status === 401) return close("The token is no longer valid.");
    }
    $("status").textContent = "Connection lost; trying again";
    await new Promise((again) => setTimeout(again, 1000));
  }
}

function close(why) {
  $("board").hidden = true;
  $("door").hidden = false;
  $("door-problem").textContent = why;
  $("status").textContent = "Not connected";
  $("token").focus();
}

async function open() {
  try {
    await refresh();
  } catch (error) {
    return close(error.status === 401 ? "That is not the token of this mock." : error.message);
  }
  $("door").hidden = true;
  $("board").hidden = false;
  $("requests-title").focus();
  follow();
}

function wire() {
  const onSubmit = (id, does) => $(id).addEventListener("submit", (event) => { event.preventDefault(); does(); });
  onSubmit("door-form", () => { setToken($("token").value.trim()); $("token").value = ""; $("door-problem").textContent = ""; open(); });
  onSubmit("clock-form", async () => { if (await act("POST", "clock", { advance: $("advance").value.trim() })) $("advance").value = ""; });
  onSubmit("flavour-form", async () => { if (await act("POST", "flavours", { seed: Number($("seed").value) })) $("seed").value = ""; });
  onSubmit("fault-form", () => act("POST", "faults", fault()));
  $("real").addEventListener("click", () => act("POST", "clock", { offset: "0s" }));
  $("search").addEventListener("input", find);
  $("refused").addEventListener("change", showLog);
  $("clear").addEventListener("click", async () => { if (await act("DELETE", "history")) { requests = []; showLog(); } });
  fill($("advances"), ["1m", "10m", "31m", "24h", "2160h"].map((by) => {
    const text = { "24h": "1 day", "2160h": "90 days" }[by] ?? by.replace("m", " min");
    return button(`advance ${by}`, `+${text}`, "", () => act("POST", "clock", { advance: by }));
  }));
  setInterval(views.tick, 1000);
}

// fault builds the fault that the form describes.
function fault() {
  const made = { times: Number($("fault-times").value) };
  for (const [id, name] of [["fault-path", "path"], ["fault-grant", "grant_type"], ["fault-user", "user"]]) {
    if ($(id).value.trim()) made[name] = $(id).value.trim();
  }
  const effect = $("fault-effect").value;
  const effects = { drop: { drop: true }, delay: { delay: "5s" } };
  return { ...made, ...(effects[effect] ?? { status: Number(effect) }) };
}

wire();
setToken(fragment());
if (hasToken()) open();
else close("");
