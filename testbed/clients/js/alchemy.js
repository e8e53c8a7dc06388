// What @digital-alchemy/hass sees of a home: entities, a service call and the update that follows, registries.
import assert from "node:assert/strict";
import { CreateApplication } from "@digital-alchemy/core";
import { LIB_HASS } from "@digital-alchemy/hass";

let done, failed;
const over = new Promise((resolve, reject) => { done = resolve; failed = reject; });
setTimeout(() => failed(new Error("the library was not ready within 30 s")), 30_000).unref();

const app = CreateApplication({
  configurationLoaders: {},
  libraries: [LIB_HASS],
  name: "clients",
  services: {
    light({ hass, lifecycle }) {
      lifecycle.onReady(async () => {
        try {
          const light = hass.refBy.id("light.kitchen");
          await hass.call.light.turn_off({ entity_id: "light.kitchen" });
          const lit = new Promise((resolve) => light.onUpdate((state) => state.state === "on" && resolve()));
          await hass.call.light.turn_on({ entity_id: "light.kitchen" });
          await Promise.race([lit, over]);
          assert.equal(light.state, "on");
          assert.ok((await hass.area.list()).length > 0);
          assert.ok((await hass.fetch.getConfig()).version);
          done();
        } catch (e) {
          failed(e);
        }
      });
    },
  },
});
await app.bootstrap({
  configuration: { hass: { BASE_URL: process.env.HOME_URL, TOKEN: process.env.HOME_TOKEN }, boilerplate: { LOG_LEVEL: "warn" } },
});
await over;
await app.teardown();
console.log("ok      @digital-alchemy/hass");
process.exit(0);
