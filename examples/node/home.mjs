// A mock home for tests: startHome() runs `authconform serve` on a free port.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export async function startHome(...flags) {
  const folder = await mkdtemp(join(tmpdir(), "authconform-"));
  const file = join(folder, "ready.json");
  const server = spawn(process.env.AUTHCONFORM ?? "authconform", ["serve", "--home", "127.0.0.1:0", "--ready-file", file, ...flags], { stdio: ["ignore", "ignore", "inherit"] });
  let ready;
  for (const end = Date.now() + 30_000; ready === undefined;) {
    if (server.exitCode !== null || Date.now() > end) throw new Error("the mock home did not start");
    ready = await readFile(file, "utf8").then(JSON.parse, () => undefined);
    if (ready === undefined) await sleep(20);
  }
  return {
    url: ready.home.url,
    async control(method, path, body) {
      const response = await fetch(`${ready.control.url}/_authconform/${path}`, {
        method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${ready.control.token}` },
      });
      const said = await response.json();
      if (!response.ok) throw new Error(said.error);
      return said;
    },
    async stop() {
      server.kill();
      await new Promise((ended) => server.once("exit", ended));
      await rm(folder, { recursive: true });
    },
  };
}
