package defects

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

const aCode = `{"type":"create_entry","flow_id":"x","result":"c0dec0dec0dec0dec0dec0dec0dec0de"}`

// anotherFlow is the id of none.
const anotherFlow = "f10wf10wf10wf10wf10wf10wf10wf10w"

// onWrongPassword edits the answer to a wrong password, of a user that there is or of nobody.
func onWrongPassword(there bool, with func(mock.Answer) mock.Answer) change {
	return func(p *mockserver.Policy) {
		known := knownUsers(p)
		answersBy(steps(func(m map[string]any) bool {
			return known(textOf(m["username"])) == there
		}), func(_ mock.Request, a mock.Answer) mock.Answer {
			if base(a) == "invalid_auth" {
				return with(a)
			}
			return a
		}, 200)(p)
	}
}

// base is what a form complains of; "": of nothing.
func base(a mock.Answer) string {
	errs, _ := decoded(a.Body)["errors"].(map[string]any)
	word, _ := errs["base"].(string)
	return word
}

// knownUsers tells which user names there are: those of the beginning, and those that are made.
func knownUsers(p *mockserver.Policy) func(name string) bool {
	var made idSecrets
	for _, u := range mockserver.DefaultUsers() {
		made.add(u.Username)
	}
	hears(func(m map[string]any) map[string]any {
		if name, ok := m["username"].(string); ok && kind(m, "config/auth_provider/homeassistant/create") {
			made.add(name)
		}
		return m
	})(p)
	return func(name string) bool { return slices.Contains(made.list(), strings.ToLower(strings.TrimSpace(name))) }
}

// flowMembers are those of a request that begins a login flow.
var flowMembers = []string{"client_id", "handler", "redirect_uri", "type", "response_type", "code_challenge", "code_challenge_method"}

var loginFlowDefects = []Defect[mockserver.Policy]{
	{
		ID: "flow.no-local-users", Story: "The local users are missing among the providers.",
		Aims: []string{"ha.providers.listed"},
		Change: answers(
			at("GET /auth/providers"),
			body(`{"providers":[{"name":"Trusted Networks","id":null,"type":"trusted_networks"}],"preselect_remember_me":true}`),
		),
	},
	{
		ID: "flow.no-schema", Story: "The form does not say which fields it wants.",
		Aims:   []string{"ha.flow.form"},
		Change: answers(begin, member("data_schema", nil), 200),
	},
	{
		ID: "flow.form-with-errors", Story: "A fresh form already reports an error.",
		Aims:   []string{"ha.flow.form"},
		Change: answers(begin, member("errors", map[string]string{"base": "invalid_auth"}), 200),
	},
	{
		ID: "flow.no-code", Story: "The last step has no result.",
		Aims:   []string{"ha.flow.code"},
		Change: answers(flowStep, object(func(m map[string]any) { delete(m, "result") }), 200),
	},
	{
		ID: "flow.needs-media-type", Story: "A body is read as JSON only where Content-Type says so, which the login page does not.",
		Aims:   []string{"ha.flow.text-plain"},
		Change: answers(begin.and(sent("text/plain")), status(415), 200),
	},
	{
		ID: "flow.step-needs-media-type", Story: "A step is read as JSON only where Content-Type says so.",
		Aims:   []string{"ha.flow.text-plain"},
		Change: answers(flowStep.and(sent("text/plain")), status(415), 200),
	},
	{
		ID: "flow.wrong-401", Story: "A wrong password is answered with 401, which the login page does not know.",
		Aims:   []string{"ha.flow.wrong-password"},
		Change: onWrongPassword(true, status(401)),
	},
	{
		ID: "flow.wrong-word", Story: "A wrong password has an error of another name.",
		Aims:   []string{"ha.flow.wrong-password"},
		Change: onWrongPassword(true, member("errors", map[string]string{"base": "wrong_password"})),
	},
	{
		ID: "flow.wrong-new-flow", Story: "After a wrong password the form belongs to another flow.",
		Aims:   []string{"ha.flow.wrong-password"},
		Change: onWrongPassword(true, member("flow_id", anotherFlow)),
	},
	{
		ID: "flow.wrong-passes", Story: "The password is not compared.",
		Aims:   []string{"ha.flow.wrong-password"},
		Change: onWrongPassword(true, ok(aCode)),
	},
	{
		ID: "flow.unknown-404", Story: "An unknown user is answered with 404.",
		Aims:   []string{"ha.flow.unknown-user"},
		Change: onWrongPassword(false, status(404)),
	},
	{
		ID: "flow.unknown-word", Story: "An unknown user has an error of its own.",
		Aims:   []string{"ha.flow.unknown-user"},
		Change: onWrongPassword(false, member("errors", map[string]string{"base": "unknown_user"})),
	},
	{
		ID: "flow.unknown-aborts", Story: "An unknown user ends the flow.",
		Aims:   []string{"ha.flow.unknown-user"},
		Change: onWrongPassword(false, member("type", "abort")),
	},
	{
		ID: "flow.unknown-at-once", Story: "An unknown user is answered at once, a known one after the hash.",
		Aims:   []string{"ha.flow.unknown-user-time"},
		Change: onWrongPassword(true, func(a mock.Answer) mock.Answer { a.Delay = 120 * time.Millisecond; return a }),
	},
	{
		ID: "flow.empty-password", Story: "An empty password passes for everybody.",
		Aims:   []string{"ha.flow.empty-password"},
		Change: answers(steps(func(m map[string]any) bool { return m["password"] == "" }), ok(aCode), 200),
	},
	{
		ID: "flow.empty-name", Story: "An empty name logs in whoever has the password.",
		Aims:   []string{"ha.flow.empty-password"},
		Change: answers(steps(func(m map[string]any) bool { return m["username"] == "" }), ok(aCode), 200),
	},
	{
		ID: "flow.name-case", Story: "A user name's letter case counts.",
		Aims:   []string{"ha.flow.username-folded"},
		Change: func(p *mockserver.Policy) { p.Username = strings.TrimSpace },
	},
	{
		ID: "flow.name-blanks", Story: "Blanks around a user name count.",
		Aims:   []string{"ha.flow.username-folded"},
		Change: func(p *mockserver.Policy) { p.Username = strings.ToLower },
	},
	{
		ID: "flow.missing-field", Story: "A step without a password shows the form again.",
		Aims: []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool {
			_, there := m["password"]
			_, code := m["code"]
			return !there && !code
		}), ok(`{"type":"form","flow_id":"x","errors":{}}`), 400),
	},
	{
		ID: "flow.missing-name", Story: "A step without a name logs in whoever has the password.",
		Aims: []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool {
			_, name := m["username"]
			_, password := m["password"]
			return password && !name
		}), ok(aCode), 400),
	},
	{
		ID: "flow.extra-field", Story: "A step with a field more is taken.",
		Aims:   []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool { return m["code"] != nil && m["username"] != nil }), ok(aCode), 400),
	},
	{
		ID: "flow.number-password", Story: "A password that is a number is an exception that nobody catches.",
		Aims:   []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool { _, n := m["password"].(float64); return n }), status(500)),
	},
	{
		ID: "flow.list-name", Story: "A name that is a list is taken for its first word.",
		Aims:   []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool { l, is := m["username"].([]any); return is && len(l) > 0 }), ok(aCode), 400),
	},
	{
		ID: "flow.unknown-flow-200", Story: "A flow that nobody knows starts anew with the step that was sent.",
		Aims: []string{"ha.flow.unknown-flow"},
		Change: func(p *mockserver.Policy) {
			begun := remembered(&p.NewFlow)
			answers(flowStep.and(func(r mock.Request) bool {
				return !begun(path.Base(r.Path()))
			}), ok(`{"type":"form","flow_id":"x","errors":{}}`), 404)(p)
		},
	},
	{
		ID: "flow.no-flow", Story: "A step without a flow is taken for a login.",
		Aims:   []string{"ha.flow.unknown-flow"},
		Change: answers(at("POST /auth/login_flow/"), ok(aCode)),
	},
	{
		ID: "flow.finished-again", Story: "A flow that has ended gives another code.",
		Aims:   []string{"ha.flow.finished"},
		Change: func(p *mockserver.Policy) { answers(flowStep.and(repeatedFlow()), ok(aCode), 404)(p) },
	},
	{
		ID: "flow.delete-nothing", Story: "DELETE of a flow answers and deletes nothing.",
		Aims: []string{"ha.flow.deleted"},
		Change: func(p *mockserver.Policy) {
			begun := remembered(&p.NewFlow)
			takes(at("DELETE /auth/login_flow/*").and(func(r mock.Request) bool {
				return begun(path.Base(r.Path()))
			}), func(r mock.Request) mock.Request {
				r.Method, r.Target = http.MethodGet, "/auth/providers"
				return r
			})(p)
		},
	},
	{
		ID: "flow.delete-204", Story: "DELETE of a flow has status 204.",
		Aims:   []string{"ha.flow.deleted"},
		Change: answers(at("DELETE /auth/login_flow/*"), status(204), 200),
	},
	{
		ID: "flow.delete-again", Story: "DELETE of a flow that is gone answers 200.",
		Aims:   []string{"ha.flow.deleted"},
		Change: answers(at("DELETE /auth/login_flow/*"), status(200), 404),
	},
	{
		ID: "flow.deleted-lives", Story: "A deleted flow still takes the right password.",
		Aims: []string{"ha.flow.deleted"},
		Change: func(p *mockserver.Policy) {
			var gone idSecrets
			takes(at("DELETE /auth/login_flow/*"), func(r mock.Request) mock.Request { gone.add(r.Path()); return r })(p)
			answers(flowStep.and(func(r mock.Request) bool {
				for _, path := range gone.list() {
					if path == r.Path() {
						return true
					}
				}
				return false
			}), ok(aCode), 404)(p)
		},
	},
	{
		ID: "flow.parallel-codes", Story: "Right passwords at the same moment give a code each.",
		Aims: []string{"ha.flow.parallel-finish"},
		Change: func(p *mockserver.Policy) {
			answers(flowStep, ok(aCode), 409)(p)
			answers(flowStep.and(repeatedFlow()), ok(aCode), 404)(p)
		},
	},
	{
		ID: "flow.parallel-500", Story: "Right passwords at the same moment break each other.",
		Aims: []string{"ha.flow.parallel-finish"},
		Change: func(p *mockserver.Policy) {
			answers(flowStep, status(500), 409)(p)
			answers(flowStep.and(repeatedFlow()), status(500), 404)(p)
		},
	},
	{
		ID: "flow.unknown-handler", Story: "A provider that does not exist is an exception that nobody catches.",
		Aims:   []string{"ha.flow.unknown-handler", "robust.json.types", "robust.handler"},
		Change: answers(begin, status(500), 404),
	},
	{
		ID: "flow.handler-falls-back", Story: "A provider that does not exist is replaced by the local users.",
		Aims: []string{"ha.flow.unknown-handler"},
		Change: takes(begins(func(m map[string]any) bool {
			h, l := m["handler"].([]any)
			return l && len(h) == 2 && h[0] != "homeassistant"
		}), withObject(func(m map[string]any) {
			m["handler"] = []any{"homeassistant", nil}
		})),
	},
	{
		ID: "flow.implicit", Story: "response_type is not looked at, so that token is taken.",
		Aims: []string{"ha.flow.response-type"},
		Change: takes(begins(func(m map[string]any) bool {
			return m["response_type"] != nil
		}), withObject(func(m map[string]any) { m["response_type"] = "code" })),
	},
	{
		ID: "flow.response-type-case", Story: "The letter case of response_type does not count.",
		Aims: []string{"ha.flow.response-type"},
		Change: takes(begins(func(m map[string]any) bool {
			return strings.EqualFold(textOf(m["response_type"]), "code")
		}), withObject(func(m map[string]any) { m["response_type"] = "code" })),
	},
	{
		ID: "flow.unknown-member", Story: "Members that the server does not know are ignored.",
		Aims: []string{"ha.flow.unknown-member"},
		Change: takes(begin, withObject(func(m map[string]any) {
			for name := range m {
				if !slices.Contains(flowMembers, name) {
					delete(m, name)
				}
			}
		})),
	},
	{
		ID: "flow.ids-count", Story: "The ids of flows count upwards.",
		Aims: []string{"ha.flow.id-unguessable"},
		Change: func(p *mockserver.Policy) {
			var mu sync.Mutex
			n := 0
			p.NewFlow = func() string {
				mu.Lock()
				defer mu.Unlock()
				n++
				return "flow" + strings.Repeat("0", 20) + strings.Repeat("i", n)
			}
		},
	},
	{
		ID: "flow.id-is-code", Story: "A flow's id is its code, before the password is known.",
		Aims: []string{"ha.flow.no-token-without-password"},
		Change: func(p *mockserver.Policy) {
			var begun idSecrets
			make := p.NewFlow
			p.NewFlow = func() string { id := make(); begun.add(id); return id }
			answers(codeGrant.and(func(r mock.Request) bool {
				for _, id := range begun.list() {
					if fields(r).Get("code") == id {
						return true
					}
				}
				return false
			}), ok(`{"access_token":"a.b.c","token_type":"Bearer","expires_in":1800,"refresh_token":"x"}`), 400)(p)
		},
	},
	{
		ID: "flow.deleted-user", Story: "A deleted user's password goes on working.",
		Aims: []string{"ha.flow.deleted-user"},
		Change: func(p *mockserver.Policy) {
			var gone idSecrets
			hears(func(m map[string]any) map[string]any {
				if kind(m, "config/auth/delete") {
					gone.add("yes")
				}
				return m
			})(p)
			answers(steps(func(m map[string]any) bool { return len(gone.list()) > 0 && m["password"] != nil }), ok(aCode), 200)(p)
		},
	},
	{
		ID: "flow.old-password", Story: "The old password goes on working beside the new one.",
		Aims: []string{"ha.flow.old-password"},
		Change: func(p *mockserver.Policy) {
			var old idSecrets
			hears(func(m map[string]any) map[string]any {
				if s, ok := m["current_password"].(string); ok {
					old.add(s)
				}
				return m
			})(p)
			answers(steps(func(m map[string]any) bool {
				for _, s := range old.list() {
					if m["password"] == s {
						return true
					}
				}
				return false
			}), ok(aCode), 200)(p)
		},
	},
	{
		ID: "flow.by-get", Story: "A GET begins a login flow.",
		Aims:   []string{"ha.flow.no-get"},
		Change: answers(at("GET /auth/login_flow"), ok(`{"type":"form","flow_id":"0123456789abcdef"}`), 405),
	},
	{
		ID: "flow.error-redirect", Story: "A request that is wrong in itself is redirected to its redirect_uri, unjudged.",
		Aims: []string{"oauth2.authz.no-http-redirect"},
		Change: answersBy(at("GET /auth/authorize").and(func(r mock.Request) bool {
			return queryOf(r).Has("response_type") && queryOf(r).Get("response_type") != "code"
		}), sentTo(302)),
	},
	{
		ID: "flow.open-redirect", Story: "Without a client_id the page goes back to redirect_uri.",
		Aims: []string{"oauth2.authz.no-http-redirect"},
		Change: answersBy(at("GET /auth/authorize").and(func(r mock.Request) bool {
			return queryOf(r).Has("redirect_uri") && queryOf(r).Get("client_id") == ""
		}), func(r mock.Request, a mock.Answer) mock.Answer {
			return all(status(200), header("Refresh", "0; url="+queryOf(r).Get("redirect_uri")))(a)
		}),
	},
	{
		ID: "flow.redirects-at-once", Story: "Whoever comes for a client is sent on at once where redirect_uri leads to another host.",
		Aims: []string{"oauth2.authz.no-http-redirect"},
		Change: answersBy(at("GET /auth/authorize").and(func(r mock.Request) bool {
			q := queryOf(r)
			return q.Has("redirect_uri") && host(q.Get("redirect_uri")) != host(q.Get("client_id"))
		}), sentTo(303)),
	},
	{
		ID: "flow.dies-early", Story: "A login flow dies after half an hour.",
		Aims:   []string{"ha.flow.lives"},
		Change: func(p *mockserver.Policy) { p.FlowTTL = mock.Is(30 * time.Minute) },
	},
}

// sentTo sends a browser to the redirect_uri of its request.
func sentTo(code int) func(mock.Request, mock.Answer) mock.Answer {
	return func(r mock.Request, a mock.Answer) mock.Answer {
		return all(status(code), header("Location", queryOf(r).Get("redirect_uri")))(a)
	}
}
