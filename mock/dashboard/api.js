// Calls of the control plane. The token is kept in memory and goes out in a header alone.

let token = "";

export const setToken = (text) => { token = text; };
export const hasToken = () => token !== "";

// fragment takes the token out of the address, so that no bookmark, history or referrer holds it.
export function fragment() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  if (location.hash.startsWith("#token=")) history.replaceState(null, "", location.pathname);
  return given;
}

// link is another server's dashboard, opened with the same token.
export const link = (url) => `${url}/_authconform/#token=${encodeURIComponent(token)}`;

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

const ask = (path, options = {}) => fetch(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });

// call makes one call: "GET", "clock", and what it says.
export async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const response = await ask(path, options);
  const said = await response.json();
  if (!response.ok) throw new Refused(response.status, said.error ?? `status ${response.status}`);
  return said;
}

// stream reads server-sent events until the connection ends. EventSource sends no header, so this is done by hand.
export async function stream(path, heard, opened) {
  const response = await ask(path);
  if (!response.ok) throw new Refused(response.status, "the stream was refused");
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      if (lines.event) heard(lines.event, JSON.parse(lines.data));
    }
  }
}
