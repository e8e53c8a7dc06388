package defects

import (
	"bytes"
	"io/fs"
	"strings"

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

func loginDefect(id, story string, c change, breaks ...string) Defect {
	return Defect{ID: "login." + id, Story: story, Change: c, Breaks: breaks}
}

const (
	failedHead = `const failed = (err) => over("Error", err.message, hint(err.message));`
	joint      = `const joint = !base.includes("?") ? "?" : /[?&]$/.test(base) ? "" : "&";`
	stateLine  = "added.push(`state=${encodeURIComponent(request.state)}`)"
)

var _ = listed([]Defect{
	loginDefect("code-renamed", "The code comes back under another name.", reworded("request.js", "`code=${", "`auth_code=${"), "ha.page.login"),
	loginDefect("wrong-ends", "A wrong password ends the flow instead of asking again.", answers(steps(func(m map[string]any) bool { s, _ := m["password"].(string); return strings.HasPrefix(s, "wrong-") }), member("type", "abort"), 200), "ha.page.wrong-password", "ha.flow.wrong-password").blocking("*"),
	loginDefect("wrong-sticks", "After a wrong password the right one is refused as well.", func(p *mockserver.Policy) {
		answers(flowStep.and(repeatedFlow()), ok(`{"type":"form","flow_id":"x","step_id":"init","errors":{"base":"invalid_auth"},"handler":["homeassistant",null],"data_schema":[{"type":"string","name":"username","required":true},{"type":"string","name":"password","required":true}]}`), 200)(p)
	}, "ha.page.wrong-password", "ha.mfa.right-code", "ha.mfa.wrong-code").blocking("*"),
	loginDefect("mouse-only", "The form is sent by a press on the button only.", reworded("authorize.js", `h("button", { type: "submit" }`, `h("button", { type: "button", click: (e) => e.currentTarget.form.requestSubmit() }`), "ha.page.keyboard"),
	loginDefect("state-raw", "state goes back as it was read, without being escaped again.", reworded("request.js", stateLine, "added.push(`state=${request.state}`)"), "oauth2.authz.state-echo"),
	loginDefect("state-cut", "A long state is cut.", reworded("request.js", stateLine, "added.push(`state=${encodeURIComponent(request.state.slice(0, 512))}`)"), "oauth2.authz.state-echo"),
	loginDefect("state-lost", "state is forgotten.", reworded("request.js", stateLine, "void 0"), "oauth2.authz.state-echo"),
	loginDefect("state-null", "Without a state the word null comes back.", reworded("request.js", "if (request.state !== null)", "if (true)"), "oauth2.authz.state-absent-not-added"),
	loginDefect("two-question-marks", "A redirect with a query gets a second question mark.", reworded("request.js", joint, `const joint = "?";`), "ha.authorize.redirect-with-query"),
	loginDefect("query-dropped", "The query of a redirect is dropped.", reworded("request.js", `request.redirectUri.split("#")`, `request.redirectUri.split("?")`), "ha.authorize.redirect-with-query"),
	loginDefect("code-twice", "The code stands twice in the redirect.", reworded("request.js", "return base + joint + added", "added.push(added[0]); return base + joint + added"), "ha.authorize.redirect-with-query", "oauth2.authz-response.exact-uri", "ha.page.app-scheme"),
	loginDefect("redirect-folded", "The redirect is folded to lower case.", reworded("request.js", "return base + joint", "return base.toLowerCase() + joint"), "oauth2.authz-response.exact-uri"),
	loginDefect("redirect-fragment", "A fragment is added to the redirect.", reworded("request.js", `added.join("&") + `, `added.join("&") + "#done" + `), "oauth2.authz-response.exact-uri"),
	loginDefect("unknown-refused", "A parameter that the page does not know is refused.", reworded("request.js", `const clientId = query.get("client_id");`, `const clientId = query.has("foo") ? "" : query.get("client_id");`), "oauth2.authz.ignore-unknown"),
	loginDefect("response-type-needed", "Without response_type the page refuses, which the home's documents leave out.", reworded("request.js", `const clientId = query.get("client_id");`, `const clientId = query.has("response_type") ? query.get("client_id") : "";`), "ha.authorize.no-response-type"),
	loginDefect("unknown-sent-back", "A parameter that the page does not know sends the person back with an error, after the login.", codeless(`has("foo")`), "oauth2.authz.ignore-unknown"),
	loginDefect("response-type-sent-back", "Without response_type the person is sent back with an error, after the login.", codeless(`get("response_type") === null`), "ha.authorize.no-response-type"),
	loginDefect("response-type-refused", "response_type=code is refused.", answers(begins(func(m map[string]any) bool { return m["response_type"] == "code" }), status(400)), "ha.authorize.response-type-code").blocking("*"),
	loginDefect("implicit", "response_type=token gets a token in the redirect.", both(takes(begins(func(m map[string]any) bool { return m["response_type"] == "token" }), withObject(func(m map[string]any) { m["response_type"] = "code" })), reworded("request.js", "if (keep && request.own)", `if (new URLSearchParams(location.search).get("response_type") === "token") added.push("access_token=x"); if (keep && request.own)`)), "oauth2.authz.response-type-other", "ha.flow.response-type"),
	loginDefect("no-second-factor", "The page shows nothing for the second factor.", onStep("mfa", member("data_schema", []any{})), "ha.page.second-factor").blocking("*"),
	loginDefect("second-factor-silent", "A wrong code is asked for again without a word.", onStep("mfa", member("errors", map[string]string{})), "ha.page.second-factor", "ha.mfa.wrong-code").blocking("*"),
	loginDefect("web-only", "Redirects to apps are refused.", reworded("request.js", `if (dangerous.has(scheme))`, `if (dangerous.has(scheme) || !scheme.startsWith("http"))`), "ha.page.app-scheme").blocking("ha.page.app-scheme"),
	loginDefect("app-as-path", "An app's redirect loses its scheme's host.", reworded("request.js", "return base + joint", `return base.replace("homeassistant://auth-callback", "homeassistant://other") + joint`), "ha.page.app-scheme"),
	loginDefect("stores-foreign", "A foreign client is told to store the token, as the home's own page is.", reworded("request.js", "if (keep && request.own)", "if (true)"), "ha.page.no-store-token"),
	loginDefect("challenge-lost", "The page does not pass the challenge on.", reworded("request.js", `["code_challenge", "code_challenge_method", "response_type"]`, `["response_type"]`), "ha.page.pkce").blocking("ha.page.pkce"),
	loginDefect("challenge-folded", "The page passes the challenge on in lower case.", reworded("request.js", ".map((name) => [name, query.get(name)])", `.map((name) => [name, name === "code_challenge" ? query.get(name).toLowerCase() : query.get(name)])`), "ha.page.pkce"),
	loginDefect("challenge-optional", "A code that was asked for with a challenge works without its verifier.", answers(codeGrant.and(func(r mock.Request) bool { return !has("code_verifier")(r) }), ok(`{"access_token":"a.b.c","token_type":"Bearer","expires_in":1800,"refresh_token":"x"}`), 400), "ha.page.pkce", "oauth2.metadata.pkce-true", "oauth2.cimd.code-bound", "ha.flow.no-token-without-password", "oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.code.bound-client", "oauth2.code.client-id-required", "ha.code.exact-client-id", "oauth2.code.missing", "oauth2.code.expires", "oauth2.pkce.missing-verifier", "oauth2.error.status-400", "oauth2.error.charset", "oauth2.error.invalid-request", "oauth2.error.duplicate-parameter", "ha.revoke.code-dead-session", "ha.link.single-use", "ha.cors.token-read").blocking("*"),
	loginDefect("error-redirect", "An error is sent to the redirect URI, which was just refused.", reworded("authorize.js", failedHead, `const failed = (err) => location.assign(request.redirectUri + "?error=access_denied");`), "oauth2.redirect.no-redirect-on-bad-uri", "oauth2.redirect.no-redirect-on-bad-client").blocking("oauth2.redirect.inform-user"),
	loginDefect("default-redirect", "Without a redirect_uri the client id is gone to.", reworded("request.js", `const redirectUri = query.get("redirect_uri");`, `const redirectUri = query.get("redirect_uri") || query.get("client_id") + "callback";`), "oauth2.redirect.missing-uri"),
	loginDefect("relative-redirect", "A relative redirect_uri is resolved against the client id.", reworded("request.js", `const redirectUri = query.get("redirect_uri");`, `const given = query.get("redirect_uri"); const redirectUri = given && new URL(given, clientId).href;`), "oauth2.redirect.missing-uri"),
	loginDefect("default-client", "Without a client_id the redirect's own site is the client.", reworded("request.js", `const clientId = query.get("client_id");`, `const clientId = query.get("client_id") || new URL(query.get("redirect_uri")).origin + "/";`), "oauth2.redirect.no-redirect-on-bad-client"),
	loginDefect("mended-client", "A client id that is none is replaced by the redirect's site.", reworded("request.js", `const clientId = query.get("client_id");`, `let clientId = query.get("client_id"); if (clientId && !/^https?:[^#]*$/.test(clientId)) clientId = new URL(query.get("redirect_uri")).origin + "/";`), "oauth2.redirect.no-redirect-on-bad-client"),
	loginDefect("mute", "A refusal shows an empty page.", reworded("authorize.js", failedHead, "const failed = () => show(\"Error\", h(\"login-alert\", { class: \"alert\", role: \"alert\" }, \" \"));"), "oauth2.redirect.inform-user"),
	loginDefect("script-redirect", "A script URL that the client lists is gone to.", both(letsNear(func(l, r string) bool { return l == r }), unpoliced, edits(edit{"request.js", "if (dangerous.has(scheme))", `if (dangerous.has(scheme) && scheme !== "javascript:")`})), "oauth2.redirect.dangerous-schemes", "oauth2.redirect.script-listed-server"),
	loginDefect("last-of-two", "Of two equal parameters one is taken.", reworded("request.js", "if (all.length > 1)", "if (false)"), "oauth2.authz.no-duplicates"),
	loginDefect("checked-first-used-last", "Of two redirect URIs the first is judged and the last is gone to.", edits(edit{"request.js", "if (all.length > 1)", "if (false)"}, edit{"request.js", `request.redirectUri.split("#")`, `new URLSearchParams(location.search).getAll("redirect_uri").at(-1).split("#")`}), "oauth2.authz.no-duplicates", "oauth2.authz.duplicates-safe"),
	loginDefect("checked-last-used-first", "Of two redirect URIs the last is judged and the first is gone to.", edits(edit{"request.js", "if (all.length > 1)", "if (false)"}, edit{"request.js", `const redirectUri = query.get("redirect_uri");`, `const redirectUri = query.getAll("redirect_uri").at(-1);`}, edit{"request.js", `request.redirectUri.split("#")`, `new URLSearchParams(location.search).get("redirect_uri").split("#")`}), "oauth2.authz.no-duplicates", "oauth2.authz.duplicates-safe"),
	loginDefect("client-unnamed", "A foreign client is not named.", reworded("authorize.js", "if (!request.foreign) return null;", "return null;"), "indieauth.authz.prompt-client-id"),
	loginDefect("client-calls-itself", "The page names the client as the redirect's scheme does.", edits(edit{"authorize.js", "client?.hostname || request.clientId", `"An app"`}, edit{"authorize.js", "client?.href ?? request.clientId", `"an app"`}, edit{"authorize.js", "web ? to.origin + to.pathname", `web ? "its site"`}), "indieauth.authz.prompt-client-id"),
	loginDefect("framed", "The login page may be framed.", answers(at("GET /auth/authorize"), header("X-Frame-Options", "")), "ha.headers.frame", "ha.advisory.framing", "ha.page.framing"),
	loginDefect("password-in-query", "The password is sent in the query as well.", reworded("flow.js", "call(\"POST\", `/auth/login_flow/${encodeURIComponent(flowId)}`, {", "call(\"POST\", `/auth/login_flow/${encodeURIComponent(flowId)}?p=${encodeURIComponent(fields.password ?? \"\")}`, {"), "ha.page.no-password-in-url"),
	loginDefect("password-elsewhere", "What is typed is sent to another site as well.", both(unpoliced, edits(edit{"flow.js", "async function call(method, path, body) {", `async function call(method, path, body) { if (body) fetch("http://127.0.0.1:1/", { method: "POST", body: JSON.stringify(body), mode: "no-cors" }).catch(() => {});`})), "ha.page.no-password-in-url", "ha.page.own-origin"),
	loginDefect("referer", "The callback learns the whole address of the login page.", both(answers(at("GET /auth/authorize"), header("Referrer-Policy", "unsafe-url")), edits(edit{"authorize.html", `<meta name="referrer" content="no-referrer" />`, `<meta name="referrer" content="unsafe-url" />`})), "ha.headers.referrer", "ha.page.no-referer"),
	loginDefect("foreign-picture", "The page loads a picture from elsewhere.", both(unpoliced, edits(edit{"authorize.html", `<img src="/static/favicon.svg"`, `<img src="http://127.0.0.1:1/logo.svg"`})), "ha.page.own-origin"),
	loginDefect("client-as-markup", "The client id is put into the page as markup.", both(unpoliced, more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("client_id") ?? "");`)), "ha.page.input-not-run"),
	loginDefect("redirect-as-markup", "The redirect URI is put into the page as markup.", both(unpoliced, more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("redirect_uri") ?? "");`)), "ha.page.input-not-run"),
	loginDefect("state-as-markup", "The state is put into the page as markup.", both(unpoliced, more(`document.body.insertAdjacentHTML("beforeend", new URLSearchParams(location.search).get("state") ?? "");`)), "ha.page.input-not-run"),
	loginDefect("password-shown", "The password shows while it is typed.", reworded("authorize.js", `{ type: "password", autocomplete`, `{ type: "text", autocomplete`), "ha.page.password-field").blocking("*"),
	loginDefect("no-autocomplete", "Password managers are kept away.", reworded("authorize.js", `autocomplete: "current-password"`, `autocomplete: "off"`), "ha.page.password-field"),
	loginDefect("no-name-autocomplete", "The name field is not marked as one.", reworded("authorize.js", `autocomplete: "username"`, `autocomplete: "off"`), "ha.page.password-field"),
	loginDefect("unlabelled", "The labels are words beside the fields.", reworded("authorize.js", `h("label", { for: name }, label)`, `h("span", {}, label)`), "ha.page.labelled"),
})

// codeless sends people of some requests back without their code.
func codeless(where string) change {
	return reworded("request.js", "const added = [`code=${encodeURIComponent(code)}`];", "const added = [new URLSearchParams(location.search)."+where+" ? \"error=invalid_request\" : `code=${encodeURIComponent(code)}`];")
}
