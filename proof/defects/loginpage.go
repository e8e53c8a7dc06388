package defects

import (
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var loginPageDefects = []Defect[mockserver.Policy]{
	{
		ID: "login.code-renamed", Story: "The code comes back under another parameter name.",
		Aims:   []string{"ha.page.login"},
		Change: reworded("request.js", "`code=${", "`auth_code=${"),
	},
	{
		ID: "login.wrong-ends", Story: "A wrong password ends the flow instead of asking again.",
		Aims:   []string{"ha.page.wrong-password", "ha.flow.wrong-password"},
		Change: both(onWrongPassword(true, member("type", "abort")), onWrongPassword(false, member("type", "abort"))),
	},
	{
		ID: "login.wrong-sticks", Story: "After a wrong password the right one is refused too.",
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
		ID: "login.mouse-only", Story: "Pressing Enter does not submit the form; only the button does.",
		Aims: []string{"ha.page.keyboard"},
		Change: reworded(
			"authorize.js",
			`h("button", { type: "submit" }`,
			`h("button", { type: "button", click: (e) => e.currentTarget.form.requestSubmit() }`,
		),
	},
	{
		ID: "login.state-raw", Story: "state is decoded and not encoded again.",
		Aims:   []string{"oauth2.authz.state-echo"},
		Change: reworded("request.js", stateLine, "added.push(`state=${request.state}`)"),
	},
	{
		ID: "login.state-cut", Story: "A long state is truncated.",
		Aims:   []string{"oauth2.authz.state-echo"},
		Change: reworded("request.js", stateLine, "added.push(`state=${encodeURIComponent(request.state.slice(0, 512))}`)"),
	},
	{
		ID: "login.state-lost", Story: "state is lost.",
		Aims:   []string{"oauth2.authz.state-echo"},
		Change: reworded("request.js", stateLine, "void 0"),
	},
	{
		ID: "login.state-null", Story: "Without a state the redirect contains state=null.",
		Aims:   []string{"oauth2.authz.state-absent-not-added"},
		Change: reworded("request.js", "if (request.state !== null)", "if (true)"),
	},
	{
		ID: "login.two-question-marks", Story: "A redirect URI with a query gets a second question mark.",
		Aims:   []string{"ha.authorize.redirect-with-query"},
		Change: reworded("request.js", joint, `const joint = "?";`),
	},
	{
		ID: "login.query-dropped", Story: "The query of the redirect URI is dropped.",
		Aims:   []string{"ha.authorize.redirect-with-query"},
		Change: reworded("request.js", `request.redirectUri.split("#")`, `request.redirectUri.split("?")`),
	},
	{
		ID: "login.code-twice", Story: "The code appears twice in the redirect.",
		Aims:   []string{"ha.authorize.redirect-with-query", "oauth2.authz-response.exact-uri", "ha.page.app-scheme"},
		Change: reworded("request.js", "return base + joint + added", "added.push(added[0]); return base + joint + added"),
	},
	{
		ID: "login.redirect-folded", Story: "The redirect is converted to lower case.",
		Aims:   []string{"oauth2.authz-response.exact-uri"},
		Change: reworded("request.js", "return base + joint", "return base.toLowerCase() + joint"),
	},
	{
		ID: "login.redirect-fragment", Story: "A fragment is added to the redirect.",
		Aims:   []string{"oauth2.authz-response.exact-uri"},
		Change: reworded("request.js", `added.join("&") + `, `added.join("&") + "#done" + `),
	},
	{
		ID: "login.unknown-refused", Story: "An unknown parameter is refused.",
		Aims: []string{"oauth2.authz.ignore-unknown"},
		Change: reworded(
			"request.js",
			`const clientId = query.get("client_id");`,
			`const clientId = query.has("foo") ? "" : query.get("client_id");`,
		),
	},
	{
		ID: "login.response-type-needed", Story: "The page requires response_type, which the home's documents omit.",
		Aims: []string{"ha.authorize.no-response-type"},
		Change: reworded(
			"request.js",
			`const clientId = query.get("client_id");`,
			`const clientId = query.has("response_type") ? query.get("client_id") : "";`,
		),
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
		ID: "login.no-second-factor", Story: "The page shows nothing when the second factor is due.",
		Aims:   []string{"ha.page.second-factor"},
		Change: onStep("mfa", member("data_schema", []any{})),
	},
	{
		ID: "login.second-factor-silent", Story: "After a wrong second-factor code the page asks again without an error message.",
		Aims:   []string{"ha.page.second-factor", "ha.mfa.wrong-code"},
		Change: onStep("mfa", member("errors", map[string]string{})),
	},
	{
		ID: "login.second-factor-stuck", Story: "The page does not redirect after the right second-factor code.",
		Aims: []string{"ha.page.second-factor"},
		Change: reworded("authorize.js", `  const same = step?.type === "form"`,
			`  if (step?.step_id === "mfa" && data.type === "create_entry") return showForm();
  const same = step?.type === "form"`),
	},
	{
		ID: "login.web-only", Story: "Redirects to apps are refused.",
		Aims:   []string{"ha.page.app-scheme"},
		Change: reworded("request.js", `if (dangerous.has(scheme))`, `if (dangerous.has(scheme) || !scheme.startsWith("http"))`),
	},
	{
		ID: "login.app-as-path", Story: "An app's redirect loses its host.",
		Aims: []string{"ha.page.app-scheme"},
		Change: reworded(
			"request.js",
			"return base + joint",
			`return base.replace("homeassistant://auth-callback", "homeassistant://other") + joint`,
		),
	},
	{
		ID: "login.stores-foreign", Story: "A foreign client is told to store the token, as the home's own page does.",
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
		ID: "login.challenge-optional", Story: "A code requested with a challenge works without its verifier.",
		Aims: []string{"ha.page.pkce"},
		Change: answers(codeGrant.and(func(r mock.Request) bool {
			return !has("code_verifier")(r)
		}), ok(`{"access_token":"a.b.c","token_type":"Bearer","expires_in":1800,"refresh_token":"x"}`), 400),
	},
	{
		ID: "login.error-redirect", Story: "An error is sent to the redirect URI that was just refused.",
		Aims:   []string{"oauth2.redirect.no-redirect-on-bad-uri", "oauth2.redirect.no-redirect-on-bad-client"},
		Change: reworded("authorize.js", failedHead, `const failed = (err) => location.assign(request.redirectUri + "?error=access_denied");`),
	},
}
