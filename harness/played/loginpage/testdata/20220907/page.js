// The DOM of the login page of frontend 20220907 (Home Assistant 2022.9), as far as a driver meets it: nested open shadow
// roots, inputs without names, and fields that are drawn after the button. What it does is what its requests need.
const query = new URLSearchParams(location.search);
const client = query.get("client_id");
const own = new URL(client, location.origin).origin === location.origin;

function h(tag, props, ...children) {
  const el = Object.assign(document.createElement(tag), props);
  el.append(...children);
  return el;
}

/** A component with an open shadow root; schema is what the page knows of a field. */
function part(tag, props, ...inside) {
  const el = Object.assign(document.createElement(tag), props);
  el.attachShadow({ mode: "open" }).append(...inside);
  return el;
}

const view = document.querySelector("ha-authorize").attachShadow({ mode: "open" });
const flowView = part("ha-auth-flow", {});
const late = 300; // ms, until the fields are drawn
let provider, flow, values;

async function call(path, body) {
  const response = await fetch(path, { method: body ? "POST" : "GET", body: body && JSON.stringify(body) });
  return { status: response.status, data: await response.json() };
}

const others = (list) => part("ha-pick-auth-provider", {}, h("p", {}, "Or log in with:"),
  ...list.map((one) => h("mwc-list-item", { onclick: () => begin(one), role: "button" }, one.name)));

async function start() {
  const { data: list } = await call("/auth/providers");
  view.append(h("p", {}, own ? "" : `You're about to give ${client} access to your Home Assistant instance.`), flowView);
  begin(list[0], list);
  start.list = list;
}

async function begin(which) {
  provider = which;
  view.querySelector("ha-pick-auth-provider")?.remove();
  const answer = await call("/auth/login_flow", {
    client_id: client, handler: [provider.type, provider.id], redirect_uri: query.get("redirect_uri"),
  });
  const rest = start.list?.filter((one) => one !== provider) ?? [];
  if (rest.length) view.append(others(rest));
  next(answer);
}

function next({ status, data }) {
  if (status !== 200) return over(`Error: ${data.message}`);
  if (data.type === "abort") return over(`Login aborted: ${data.reason === "login_expired" ? "Session expired" : data.reason}`);
  if (data.type === "create_entry") return leave(data.result);
  flow = data.flow_id;
  values = {};
  draw(data);
}

const button = (words, press) => {
  const inner = h("button", { id: "button", type: "button" }, h("slot", {}));
  const outer = part("mwc-button", {}, inner);
  outer.append(words);
  outer.addEventListener("click", press);
  return h("div", { className: "action" }, outer);
};

function over(words) {
  const alert = h("ha-alert", {}, words);
  alert.setAttribute("alert-type", "error");
  flowView.shadowRoot.replaceChildren(h("form", {}, alert, button("Start over", () => begin(provider))));
}

function text(schema) {
  const input = h("input", { className: "mdc-text-field__input", type: schema.name === "password" ? "password" : "text" });
  input.addEventListener("input", () => (values[schema.name] = input.value));
  const label = h("label", { className: "mdc-text-field" }, h("span", { id: "label" }, schema.name), input);
  return part("ha-form-string", { schema }, part("ha-textfield", {}, label));
}

function select(schema) {
  values[schema.name] = schema.options[0][0];
  return part("ha-form-select", { schema }, ...schema.options.map(([value, label], i) => {
    const radio = h("input", { type: "radio", ariaLabel: label, checked: i === 0, onclick: () => (values[schema.name] = value) });
    const field = part("ha-formfield", {}, h("slot", {}), h("label", {}, label));
    field.append(part("ha-radio", {}, radio));
    return field;
  }));
}

function draw(data) {
  const root = h("div", { className: "root" });
  const form = h("form", {}, part("ha-form", {}, root), button("Login", submit));
  form.addEventListener("keypress", (event) => event.key === "Enter" && submit());
  flowView.shadowRoot.replaceChildren(form);
  setTimeout(() => {
    if (data.errors?.base) {
      const alert = h("ha-alert", {}, data.errors.base === "invalid_auth" ? "Invalid username or password" : "Invalid code");
      alert.setAttribute("alert-type", "error");
      root.append(alert);
    }
    root.append(...data.data_schema.map((schema) => (schema.type === "select" ? select : text)(schema)));
    if (own && data.step_id === "init") form.insertBefore(keep(), form.querySelector(".action"));
  }, late);
}

const keep = () => {
  const box = h("input", { type: "checkbox", onclick: () => (keep.ticked = box.checked) });
  const field = part("ha-formfield", { className: "store-token" }, h("slot", {}), h("label", {}, "Keep me logged in"));
  field.append(part("ha-checkbox", {}, box));
  keep.ticked = false;
  return field;
};

async function submit() {
  flowView.shadowRoot.querySelector("mwc-button").shadowRoot.querySelector("button").disabled = true;
  next(await call(`/auth/login_flow/${flow}`, { ...values, client_id: client }));
}

function leave(code) {
  let to = query.get("redirect_uri");
  to += (to.includes("?") ? "&" : "?") + `code=${encodeURIComponent(code)}`;
  if (query.get("state")) to += `&state=${encodeURIComponent(query.get("state"))}`;
  if (keep.ticked) to += "&storeToken=true";
  document.location.assign(to);
}

start();
