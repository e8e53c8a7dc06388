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

var loginFlowDefects = []Defect[mockserver.Policy]{
	{
		ID: "flow.no-local-users", Story: "The local users' provider is missing from the list.",
		Aims: []string{"ha.providers.listed"},
		Change: answers(
			at("GET /auth/providers"),
			body(`{"providers":[{"name":"Trusted Networks","id":null,"type":"trusted_networks"}],"preselect_remember_me":true}`),
		),
	},
	{
		ID: "flow.no-schema", Story: "The form does not say which fields it requires.",
		Aims:   []string{"ha.flow.form"},
		Change: answers(begin, member("data_schema", nil), 200),
	},
	{
		ID: "flow.form-with-errors", Story: "A fresh form already contains an error.",
		Aims:   []string{"ha.flow.form"},
		Change: answers(begin, member("errors", map[string]string{"base": "invalid_auth"}), 200),
	},
	{
		ID: "flow.no-code", Story: "The last step has no result.",
		Aims:   []string{"ha.flow.code"},
		Change: answers(flowStep, object(func(m map[string]any) { delete(m, "result") }), 200),
	},
	{
		ID:     "flow.needs-media-type",
		Story:  "A body is read as JSON only if Content-Type says so, but the login page does not send that header.",
		Aims:   []string{"ha.flow.text-plain"},
		Change: answers(begin.and(sent("text/plain")), status(415), 200),
	},
	{
		ID: "flow.step-needs-media-type", Story: "A step is read as JSON only if Content-Type says so.",
		Aims:   []string{"ha.flow.text-plain"},
		Change: answers(flowStep.and(sent("text/plain")), status(415), 200),
	},
	{
		ID: "flow.unknown-flow-200", Story: "A step for an unknown flow starts that flow.",
		Aims: []string{"ha.flow.unknown-flow"},
		Change: func(p *mockserver.Policy) {
			begun := remembered(&p.NewFlow)
			answers(flowStep.and(func(r mock.Request) bool {
				return !begun(path.Base(r.Path()))
			}), ok(`{"type":"form","flow_id":"x","errors":{}}`), 404)(p)
		},
	},
	{
		ID: "flow.no-flow", Story: "A step without a flow is treated as a complete login.",
		Aims:   []string{"ha.flow.unknown-flow"},
		Change: answers(at("POST /auth/login_flow/"), ok(aCode)),
	},
	{
		ID: "flow.finished-again", Story: "A finished flow issues another code.",
		Aims:   []string{"ha.flow.finished"},
		Change: func(p *mockserver.Policy) { answers(flowStep.and(repeatedFlow()), ok(aCode), 404)(p) },
	},
	{
		ID: "flow.delete-nothing", Story: "DELETE of a flow reports success and deletes nothing.",
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
		ID: "flow.delete-again", Story: "DELETE of a flow that no longer exists answers 200.",
		Aims:   []string{"ha.flow.deleted"},
		Change: answers(at("DELETE /auth/login_flow/*"), status(200), 404),
	},
	{
		ID: "flow.deleted-lives", Story: "A deleted flow still accepts the right password.",
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
		ID: "flow.parallel-codes", Story: "Concurrent right passwords get one code each.",
		Aims: []string{"ha.flow.parallel-finish"},
		Change: func(p *mockserver.Policy) {
			answers(flowStep, ok(aCode), 409)(p)
			answers(flowStep.and(repeatedFlow()), ok(aCode), 404)(p)
		},
	},
	{
		ID: "flow.parallel-500", Story: "Concurrent right passwords break each other.",
		Aims: []string{"ha.flow.parallel-finish"},
		Change: func(p *mockserver.Policy) {
			answers(flowStep, status(500), 409)(p)
			answers(flowStep.and(repeatedFlow()), status(500), 404)(p)
		},
	},
	{
		ID: "flow.unknown-handler", Story: "A provider that does not exist causes an uncaught exception.",
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
		ID: "flow.implicit", Story: "response_type is not checked, so token is accepted.",
		Aims: []string{"ha.flow.response-type"},
		Change: takes(begins(func(m map[string]any) bool {
			return m["response_type"] != nil
		}), withObject(func(m map[string]any) { m["response_type"] = "code" })),
	},
	{
		ID: "flow.response-type-case", Story: "response_type is compared without regard to case.",
		Aims: []string{"ha.flow.response-type"},
		Change: takes(begins(func(m map[string]any) bool {
			return strings.EqualFold(textOf(m["response_type"]), "code")
		}), withObject(func(m map[string]any) { m["response_type"] = "code" })),
	},
	{
		ID: "flow.unknown-member", Story: "Unknown members are ignored.",
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
		ID: "flow.ids-count", Story: "Flow ids are sequential numbers.",
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
		ID: "flow.id-is-code", Story: "A flow's id is its future code, known before the password is checked.",
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
		ID: "flow.by-get", Story: "A GET begins a login flow.",
		Aims:   []string{"ha.flow.no-get"},
		Change: answers(at("GET /auth/login_flow"), ok(`{"type":"form","flow_id":"0123456789abcdef"}`), 405),
	},
	{
		ID: "flow.error-redirect", Story: "An invalid request is redirected to its redirect_uri, which nobody checked.",
		Aims: []string{"oauth2.authz.no-http-redirect"},
		Change: answersBy(at("GET /auth/authorize").and(func(r mock.Request) bool {
			return queryOf(r).Has("response_type") && queryOf(r).Get("response_type") != "code"
		}), sentTo(302)),
	},
	{
		ID: "flow.open-redirect", Story: "Without a client_id the page redirects to redirect_uri.",
		Aims: []string{"oauth2.authz.no-http-redirect"},
		Change: answersBy(at("GET /auth/authorize").and(func(r mock.Request) bool {
			return queryOf(r).Has("redirect_uri") && queryOf(r).Get("client_id") == ""
		}), func(r mock.Request, a mock.Answer) mock.Answer {
			return all(status(200), header("Refresh", "0; url="+queryOf(r).Get("redirect_uri")))(a)
		}),
	},
	{
		ID: "flow.redirects-at-once", Story: "A browser is redirected immediately if redirect_uri is on another host.",
		Aims: []string{"oauth2.authz.no-http-redirect"},
		Change: answersBy(at("GET /auth/authorize").and(func(r mock.Request) bool {
			q := queryOf(r)
			return q.Has("redirect_uri") && host(q.Get("redirect_uri")) != host(q.Get("client_id"))
		}), sentTo(303)),
	},
	{
		ID: "flow.dies-early", Story: "A login flow expires after half an hour.",
		Aims:   []string{"ha.flow.lives"},
		Change: func(p *mockserver.Policy) { p.FlowTTL = mock.Is(30 * time.Minute) },
	},
}
