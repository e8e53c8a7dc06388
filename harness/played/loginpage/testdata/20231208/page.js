// The DOM of the login page of frontend 20231208 (Home Assistant 2023.12), as far as a driver meets it: light DOM, and the
// question who is logging in where the provider lists its users. What it does is what its requests need.
const query = new URLSearchParams(location.search);
const client = query.get("client_id");
const own = new URL(client, location.origin).origin === location.origin;
const view = document.querySelector("ha-authorize");
let providers, provider, flow, values, keep;

function h(tag, props, ...children) {
  const { attributes = {}, ...rest } = props;
  const el = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  el.append(...children.filter(Boolean));
  return el;
}

async function call(path, body) {
  const response = await fetch(path, { method: body ? "POST" : "GET", body: body && JSON.stringify(body) });
  return { status: response.status, data: await response.json() };
}

const banner = () => !own && h("ha-alert", {}, `You're about to give ${client} access to your Home Assistant instance.`);
const alert = (words) => h("ha-alert", { attributes: { "alert-type": "error" } }, words);

/** show replaces the page below its banner: the flow, and the other providers. */
function show(...parts) {
  const others = providers.filter((one) => one !== provider);
  view.replaceChildren(...[banner(), ...parts, others.length > 0 && h("ha-pick-auth-provider", {}, h("h3", {}, "Or log in with"),
    ...others.map((one) => h("ha-list-item", { onclick: () => begin(one) }, one.name)))].filter(Boolean));
}

async function start() {
  if (/^(javascript|data|vbscript|file|about):/i.test(query.get("redirect_uri") ?? "")) {
    return view.replaceChildren(alert(`Invalid redirect URI ${query.get("redirect_uri")}`));
  }
  providers = (await call("/auth/providers")).data;
  provider = providers[0];
  if (provider.users) who(Object.values((await call("/api/person/list")).data));
  else begin(provider);
}

function who(people) {
  const persons = people.map(({ name }, i) => h("div", { className: "person", role: "button",
    onclick: () => begin(provider, Object.values(provider.users)[i]) }, h("p", {}, name)));
  show(h("ha-local-auth-flow", {}, h("h1", {}, "Who is logging in?"), h("div", { className: "persons" }, ...persons),
    h("div", { className: "action" }, h("button", { type: "button", onclick: () => begin(provider) }, "Other login options"))));
}

async function begin(which, person) {
  provider = which;
  const answer = await call("/auth/login_flow", {
    client_id: client, handler: [provider.type, provider.id], redirect_uri: query.get("redirect_uri"),
  });
  next(answer, person);
}

function next({ status, data }, person) {
  if (status !== 200) return over(`Error: ${data.message}`);
  if (data.type === "abort") return over(`Login aborted: ${data.reason === "login_expired" ? "Session expired" : data.reason}`);
  if (data.type === "create_entry") return leave(data.result);
  flow = data.flow_id;
  values = person ? { username: person } : {};
  draw(data, person);
}

const action = (words, press) => h("div", { className: "action" }, h("mwc-button", { onclick: press }, words));
const over = (words) => show(h("ha-auth-flow", {}, h("form", {}, alert(words), action("Start over", () => begin(provider)))));

const text = (schema) => h("ha-auth-form-string", {}, h("ha-auth-textfield", {}, h("label", { className: "mdc-text-field" }, schema.name,
  h("input", { name: schema.name, type: schema.name === "password" ? "password" : "text",
    oninput: (event) => (values[schema.name] = event.target.value) }))));

function select(schema) {
  values[schema.name] = schema.options[0][0];
  return h("ha-form-select", { schema }, ...schema.options.map(([value, label], i) => h("ha-formfield", {},
    h("input", { type: "radio", name: "choice", ariaLabel: label, checked: i === 0, onclick: () => (values[schema.name] = value) }), label)));
}

function draw(data, person) {
  const wrong = data.errors?.base && alert(data.errors.base === "invalid_auth" ? "Invalid username or password" : "Invalid code");
  const fields = data.data_schema.filter(({ name }) => !person || name !== "username")
    .map((schema) => (schema.type === "select" ? select : text)(schema));
  keep = own && data.step_id === "init" ? h("input", { type: "checkbox" }) : null;
  const box = keep && h("ha-formfield", { className: "store-token" }, h("ha-checkbox", {}, keep), "Keep me logged in");
  const submit = async () => {
    form.querySelector("mwc-button").setAttribute("loading", "");
    next(await call(`/auth/login_flow/${flow}`, { ...values, client_id: client }), person);
  };
  const form = h("form", { onkeypress: (event) => event.key === "Enter" && submit() },
    h("ha-auth-form", {}, h("div", { className: "root" }, wrong, ...fields)), box, action("Log in", submit));
  show(h(person ? "ha-local-auth-flow" : "ha-auth-flow", {}, form));
}

function leave(code) {
  let to = query.get("redirect_uri");
  to += (to.includes("?") ? "&" : "?") + `code=${encodeURIComponent(code)}`;
  if (query.get("state")) to += `&state=${encodeURIComponent(query.get("state"))}`;
  if (keep?.checked) to += "&storeToken=true";
  document.location.assign(to);
}

start();
