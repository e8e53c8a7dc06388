// What the frontend's own library sees of a home: entities, services, configuration, a light that is switched, and the event.
import assert from "node:assert/strict";
import * as ha from "home-assistant-js-websocket";
import WebSocket from "ws";

globalThis.WebSocket = WebSocket;
const auth = ha.createLongLivedTokenAuth(process.env.HOME_URL, process.env.HOME_TOKEN);
const connection = await ha.createConnection({ auth });
const next = (subscribe) => new Promise((resolve, reject) => {
  const late = setTimeout(() => reject(new Error(`nothing came: ${subscribe}`)), 10_000);
  subscribe((v) => { clearTimeout(late); resolve(v); });
});

await ha.callService(connection, "light", "turn_off", {}, { entity_id: "light.kitchen" });
const event = next((take) => connection.subscribeEvents(take, "state_changed"));
const lit = next((take) => ha.subscribeEntities(connection, (all) => all["light.kitchen"]?.state === "on" && take(all)));
await ha.callService(connection, "light", "turn_on", {}, { entity_id: ["light.kitchen"] });
assert.equal((await event).data.new_state.state, "on");
assert.equal((await lit)["light.kitchen"].attributes.brightness, 255);
assert.ok((await next((take) => ha.subscribeServices(connection, take))).light.turn_on.fields);
assert.ok((await next((take) => ha.subscribeConfig(connection, take))).version);
assert.equal((await ha.getUser(connection)).is_admin, true);
assert.ok((await ha.getStates(connection)).every((s) => s.context.id && s.last_updated.endsWith("+00:00")));
connection.close();
console.log("ok      home-assistant-js-websocket");
