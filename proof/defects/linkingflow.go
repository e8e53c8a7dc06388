package defects

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

var linkingFlowDefects = []Defect[mockserver.Policy]{
	{
		ID: "linking.no-credentials-crash", Story: "Without a credential the flow is a server error.",
		Aims:   []string{"ha.linking.missing-credentials", "ha.cloud.offered"},
		Change: reasonCrashes("missing_credentials"),
	},
	{
		ID: "linking.no-credentials-word", Story: "Without a credential the flow ends with a reason that the frontend does not know.",
		Aims:   []string{"ha.linking.missing-credentials", "ha.cloud.offered"},
		Change: reasonBecomes("missing_credentials", "no_credentials"),
	},
	{
		ID: "linking.always-asks", Story: "The user is asked to choose among one credential.",
		Aims:   []string{"ha.linking.external-step", "ha.cloud.offered"},
		Change: stepAnswers("external", object(func(m map[string]any) { m["type"], m["step_id"] = "form", "pick_implementation" })),
	},
	{
		ID: "linking.one-offered", Story: "The user who has several credentials is offered the first alone.",
		Aims: []string{"ha.linking.pick"},
		Change: stepAnswers("form", object(func(m map[string]any) {
			schema, _ := m["data_schema"].([]any)
			for _, f := range schema {
				if field, _ := f.(map[string]any); field["options"] != nil {
					options, _ := field["options"].([]any)
					field["options"] = options[:min(1, len(options))]
				}
			}
		})),
	},
	{
		ID: "linking.first-credential", Story: "Whatever was chosen, the first credential is used.",
		Aims:   []string{"ha.linking.pick", "oauth2.client.scope"},
		Change: chooses(func(offered []string) string { return offered[0] }),
	},
	{
		ID: "linking.unknown-choice", Story: "A choice outside the options causes a server error.",
		Aims:   []string{"ha.linking.pick"},
		Change: answers(at("POST /api/config/config_entries/flow/*"), crashed, http.StatusBadRequest),
	},
	{
		ID: "linking.start-by-anybody", Story: "Every user of the house starts flows.",
		Aims:   []string{"ha.linking.admin-only"},
		Change: open2(flowsAt),
	},
	{
		ID: "linking.read-by-anybody", Story: "Every user of the house reads and cancels flows whose id is known.",
		Aims: []string{"ha.linking.admin-only", "ha.linking.admin-cancels"},
		Change: func(p *mockserver.Policy) {
			before := p.AdminOnly
			p.AdminOnly = func(asked string, admin bool) bool {
				return !strings.HasPrefix(asked, flowsAt+"/") && before(asked, admin)
			}
		},
	},
	{
		ID: "linking.cancel-by-anybody", Story: "Reading and submitting are guarded, cancelling is not (as releases up to 2026.11 have it).",
		Aims: []string{"ha.linking.admin-cancels"},
		Change: answers(at("DELETE /api/config/config_entries/flow/*").and(func(r mock.Request) bool {
			return r.Header.Get("Authorization") != ""
		}),
			all(status(http.StatusOK), body(`{"message":"Flow aborted"}`)), http.StatusUnauthorized),
	},
	{
		ID: "linking.refused-as-400", Story: "Who may not link is answered with 400.",
		Aims:   []string{"ha.linking.admin-only", "ha.linking.admin-cancels"},
		Change: answers(at("* "+flowsAt).or(at(flowAt)), status(http.StatusBadRequest), http.StatusUnauthorized),
	},
	{
		ID: "linking.unknown-handler-500", Story: "An integration that is not there is a server error.",
		Aims:   []string{"ha.linking.unknown-handler"},
		Change: answers(at("POST "+flowsAt), crashed, http.StatusNotFound),
	},
	{
		ID: "linking.unknown-handler-200", Story: "An integration that is not there is an abort with 200.",
		Aims:   []string{"ha.linking.unknown-handler"},
		Change: answers(at("POST "+flowsAt), all(status(http.StatusOK), body(`{"type":"abort","reason":"unknown"}`)), http.StatusNotFound),
	},
	{
		ID: "linking.tries-the-token-endpoint", Story: "When the flow starts, the token endpoint is tried out with an empty code.",
		Aims: []string{"ha.linking.nothing-early"},
		Change: client(func(p *linking.Policy) {
			p.Early = func(t linking.Provider, c linking.Credential, _ linking.Token) *linking.TokenRequest {
				return tokenProbe(t, c)
			}
		}),
	},
	{
		ID: "linking.callback-wants-login", Story: "The callback answers 401 to a browser that is not logged in.",
		Aims:   []string{"ha.linking.callback-page"},
		Change: answers(at("GET /auth/external/callback"), all(status(http.StatusUnauthorized), body("401: Unauthorized")), http.StatusOK),
	},
	{
		ID: "linking.callback-referrer", Story: "The callback's page may tell the next one its address, with the code in it.",
		Aims:   []string{"ha.linking.callback-page"},
		Change: answers(at("GET /auth/external/callback"), header("Referrer-Policy", "unsafe-url")),
	},
	{
		ID: "linking.callback-text", Story: "The page that closes itself is sent as plain text, and stays open.",
		Aims: []string{"ha.linking.callback-page"},
		Change: client(func(p *linking.Policy) {
			p.Finished = func(url.Values) (string, string) { return "<script>window.close()</script>", "text/plain" }
		}),
	},
	{
		ID: "linking.callback-stays", Story: "The page says Done, and stays open.",
		Aims:   []string{"ha.linking.callback-page"},
		Change: client(func(p *linking.Policy) { p.Finished = func(url.Values) (string, string) { return "Done", "text/html" } }),
	},
	{
		ID: "linking.no-event", Story: "The return of the browser is not announced.",
		Aims: []string{"ha.linking.progressed"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "event") {
				return nil
			}
			return m
		}),
	},
	{
		ID: "linking.event-of-another", Story: "The event names another flow.",
		Aims: []string{"ha.linking.progressed"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "event") {
				m["event"] = map[string]any{
					"event_type": "data_entry_flow_progressed",
					"data":       map[string]any{"flow_id": "another", "handler": "authconform_demo"},
				}
			}
			return m
		}),
	},
	{
		ID: "linking.entry-not-loaded", Story: "The entry is made and not set up before the next restart.",
		Aims: []string{"ha.linking.entry", "ha.cloud.entry"},
		Change: answers(at("GET /api/authconform_demo"), func(a mock.Answer) mock.Answer {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `"state":"loaded"`, `"state":"not_loaded"`))
			return a
		}),
	},
	{
		ID: "linking.entry-of-the-id-token", Story: "The entry bears the client id instead of the account.",
		Aims: []string{"ha.linking.entry", "ha.linking.two-accounts", "ha.linking.wrong-account"},
		Change: answers(at("GET /api/authconform_demo"), func(a mock.Answer) mock.Answer {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `"unique_id":"`, `"unique_id":"client-`))
			return a
		}),
	},
	{
		ID: "linking.poll-makes-another", Story: "Each poll starts a flow of its own.",
		Aims: []string{"ha.linking.poll-again"},
		Change: answers(at("GET /api/config/config_entries/flow/*"), func(a mock.Answer) mock.Answer {
			if m := decoded(a.Body); m != nil && m["type"] == "external" {
				m["flow_id"] = "f" + textOf(m["flow_id"])[1:] + "0"
				a.Body = encoded(m)
			}
			return a
		}),
	},
	{
		ID: "linking.over-200", Story: "A flow that is over answers 200 with an empty object.",
		Aims:   []string{"ha.linking.over", "ha.linking.cancelled", "oauth2.client.state-replay"},
		Change: answers(at(flowAt), all(status(http.StatusOK), body("{}"), header("Content-Type", "application/json")), http.StatusNotFound),
	},
	{
		ID: "linking.over-500", Story: "A flow that is over is a server error.",
		Aims:   []string{"ha.linking.over", "ha.linking.cancelled", "oauth2.client.state-replay"},
		Change: answers(at(flowAt), crashed, http.StatusNotFound),
	},
	{
		ID: "linking.cancel-ignored", Story: "A cancelled flow continues when its browser comes back.",
		Aims:   []string{"ha.linking.cancelled"},
		Change: client(func(p *linking.Policy) { p.Cancels = mock.Is(false) }),
	},
	{
		ID: "linking.data-shown", Story: "The last step shows what was stored, tokens included.",
		Aims: []string{"ha.linking.no-secret-shown"},
		Change: client(func(p *linking.Policy) {

			p.Shown = func(m map[string]any, t linking.Token) map[string]any {
				m = maps.Clone(m)
				m["data"] = t
				return m
			}

		}),
	},
	{
		ID: "linking.secret-in-step", Story: "The external step carries the client secret for the frontend to check.",
		Aims: []string{"ha.linking.no-secret-shown", "oauth2.client.no-secret-in-url"},
		Change: client(func(p *linking.Policy) {
			before := p.Parameters
			p.Parameters = func(a linking.Authorization) [][2]string {
				return append(before(a), [2]string{"client_secret", a.Secret})
			}
		}),
	},
	{
		ID: "linking.linked-twice", Story: "An account may be linked as often as one likes.",
		Aims:   []string{"ha.linking.twice"},
		Change: client(func(p *linking.Policy) { p.Known = func([]string, string) bool { return false } }),
	},
	{
		ID: "linking.one-account-only", Story: "The second account of an integration is refused as already configured.",
		Aims:   []string{"ha.linking.two-accounts", "oauth2.client.state-other-flow"},
		Change: client(func(p *linking.Policy) { p.Known = func(accounts []string, _ string) bool { return len(accounts) > 0 } }),
	},
	{
		ID: "linking.base-missing-crash", Story: "A flow without HA-Frontend-Base is a server error (as releases up to 2026.11 do it).",
		Aims:   []string{"ha.linking.frontend-base-missing"},
		Change: answers(at("POST "+flowsAt).and(func(r mock.Request) bool { return r.Header.Get("Ha-Frontend-Base") == "" }), crashed),
	},
	{
		ID: "linking.foreign-base-refused", Story: "Only the home's own URLs are accepted as HA-Frontend-Base, which no release does yet.",
		Aims: []string{"ha.linking.foreign-base"},
		Change: client(func(p *linking.Policy) {
			before := p.Base
			p.Base = func(origin string, given bool) error {
				if elsewhere(parsed(origin).Host) {
					return errElsewhere
				}
				return before(origin, given)
			}
		}),
	},
	{
		ID: "linking.unlink-tells", Story: "Unlinking tells the token endpoint: what no release does.",
		Aims: []string{"oauth2.client.unlink-revokes"},
		Change: client(func(p *linking.Policy) {
			p.Unlinked = func(t linking.Provider, c linking.Credential, _ linking.Token) *linking.TokenRequest {
				return tokenProbe(t, c)
			}
		}),
	},
}

// tokenProbe is a token request for nothing.
func tokenProbe(t linking.Provider, c linking.Credential) *linking.TokenRequest {
	return &linking.TokenRequest{
		URL:    t.TokenURL,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Form:   [][2]string{{"client_id", c.ClientID}},
	}
}
