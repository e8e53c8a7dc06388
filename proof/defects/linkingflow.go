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
		ID: "linking.no-credentials-crash", Story: "Without a credential the flow causes a server error.",
		Aims:   []string{"ha.linking.missing-credentials", "ha.cloud.offered"},
		Change: reasonCrashes("missing_credentials"),
	},
	{
		ID: "linking.no-credentials-word", Story: "Without a credential the flow ends with a reason that the frontend does not know.",
		Aims:   []string{"ha.linking.missing-credentials", "ha.cloud.offered"},
		Change: reasonBecomes("missing_credentials", "no_credentials"),
	},
	{
		ID: "linking.always-asks", Story: "A user with a single credential is asked to choose one.",
		Aims:   []string{"ha.linking.external-step", "ha.cloud.offered"},
		Change: stepAnswers("external", object(func(m map[string]any) { m["type"], m["step_id"] = "form", "pick_implementation" })),
	},
	{
		ID: "linking.one-offered", Story: "A user with several credentials is offered only the first.",
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
		ID: "linking.first-credential", Story: "The first credential is used, whichever one the user chose.",
		Aims:   []string{"ha.linking.pick", "oauth2.client.scope"},
		Change: chooses(func(offered []string) string { return offered[0] }),
	},
	{
		ID: "linking.unknown-choice", Story: "A choice outside the options causes a server error.",
		Aims:   []string{"ha.linking.pick"},
		Change: answers(at("POST /api/config/config_entries/flow/*"), crashed, http.StatusBadRequest),
	},
	{
		ID: "linking.start-by-anybody", Story: "Any user of the home can start flows.",
		Aims:   []string{"ha.linking.admin-only"},
		Change: open2(flowsAt),
	},
	{
		ID: "linking.read-by-anybody", Story: "Any user of the home can read and cancel a flow whose id they know.",
		Aims: []string{"ha.linking.admin-only", "ha.linking.admin-cancels"},
		Change: func(p *mockserver.Policy) {
			before := p.AdminOnly
			p.AdminOnly = func(asked string, admin bool) bool {
				return !strings.HasPrefix(asked, flowsAt+"/") && before(asked, admin)
			}
		},
	},
	{
		ID:    "linking.cancel-by-anybody",
		Story: "Reading and submitting a flow are protected, cancelling it is not (as in releases up to 2026.11).",
		Aims:  []string{"ha.linking.admin-cancels"},
		Change: answers(at("DELETE /api/config/config_entries/flow/*").and(func(r mock.Request) bool {
			return r.Header.Get("Authorization") != ""
		}),
			all(status(http.StatusOK), body(`{"message":"Flow aborted"}`)), http.StatusUnauthorized),
	},
	{
		ID: "linking.refused-as-400", Story: "A user who may not link is answered with 400.",
		Aims:   []string{"ha.linking.admin-only", "ha.linking.admin-cancels"},
		Change: answers(at("* "+flowsAt).or(at(flowAt)), status(http.StatusBadRequest), http.StatusUnauthorized),
	},
	{
		ID: "linking.unknown-handler-500", Story: "An unknown integration causes a server error.",
		Aims:   []string{"ha.linking.unknown-handler"},
		Change: answers(at("POST "+flowsAt), crashed, http.StatusNotFound),
	},
	{
		ID: "linking.unknown-handler-200", Story: "An unknown integration aborts the flow with 200.",
		Aims:   []string{"ha.linking.unknown-handler"},
		Change: answers(at("POST "+flowsAt), all(status(http.StatusOK), body(`{"type":"abort","reason":"unknown"}`)), http.StatusNotFound),
	},
	{
		ID: "linking.tries-the-token-endpoint", Story: "When a flow starts, the token endpoint is probed with an empty code.",
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
		ID:     "linking.callback-referrer",
		Story:  "The callback page has no Referrer-Policy, so the next page may learn its URL and the code in it.",
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
		ID: "linking.no-event", Story: "The callback is not announced by an event.",
		Aims: []string{"ha.linking.progressed"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "event") {
				return nil
			}
			return m
		}),
	},
	{
		ID: "linking.event-of-another", Story: "The event names a different flow.",
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
		ID: "linking.entry-not-loaded", Story: "The entry is created but not set up until the next restart.",
		Aims: []string{"ha.linking.entry", "ha.cloud.entry"},
		Change: answers(at("GET /api/authconform_demo"), func(a mock.Answer) mock.Answer {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `"state":"loaded"`, `"state":"not_loaded"`))
			return a
		}),
	},
	{
		ID: "linking.entry-of-the-id-token", Story: "The entry is titled with the client id instead of the account.",
		Aims: []string{"ha.linking.entry", "ha.linking.two-accounts", "ha.linking.wrong-account"},
		Change: answers(at("GET /api/authconform_demo"), func(a mock.Answer) mock.Answer {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `"unique_id":"`, `"unique_id":"client-`))
			return a
		}),
	},
	{
		ID: "linking.poll-makes-another", Story: "Each poll starts a new flow.",
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
		ID: "linking.over-200", Story: "A finished flow answers 200 with an empty object.",
		Aims:   []string{"ha.linking.over", "ha.linking.cancelled", "oauth2.client.state-replay"},
		Change: answers(at(flowAt), all(status(http.StatusOK), body("{}"), header("Content-Type", "application/json")), http.StatusNotFound),
	},
	{
		ID: "linking.over-500", Story: "A finished flow causes a server error.",
		Aims:   []string{"ha.linking.over", "ha.linking.cancelled", "oauth2.client.state-replay"},
		Change: answers(at(flowAt), crashed, http.StatusNotFound),
	},
	{
		ID: "linking.cancel-ignored", Story: "A cancelled flow continues when its browser comes back.",
		Aims:   []string{"ha.linking.cancelled"},
		Change: client(func(p *linking.Policy) { p.Cancels = mock.Is(false) }),
	},
	{
		ID: "linking.data-shown", Story: "The last step shows what was stored, including the tokens.",
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
		ID: "linking.secret-in-step", Story: "The external step contains the client secret.",
		Aims: []string{"ha.linking.no-secret-shown", "oauth2.client.no-secret-in-url"},
		Change: client(func(p *linking.Policy) {
			before := p.Parameters
			p.Parameters = func(a linking.Authorization) [][2]string {
				return append(before(a), [2]string{"client_secret", a.Secret})
			}
		}),
	},
	{
		ID: "linking.linked-twice", Story: "An account may be linked any number of times.",
		Aims:   []string{"ha.linking.twice"},
		Change: client(func(p *linking.Policy) { p.Known = func([]string, string) bool { return false } }),
	},
	{
		ID: "linking.one-account-only", Story: "The second account of an integration is refused as already configured.",
		Aims:   []string{"ha.linking.two-accounts", "oauth2.client.state-other-flow"},
		Change: client(func(p *linking.Policy) { p.Known = func(accounts []string, _ string) bool { return len(accounts) > 0 } }),
	},
	{
		ID: "linking.base-missing-crash", Story: "A flow without HA-Frontend-Base causes a server error (as in releases up to 2026.11).",
		Aims:   []string{"ha.linking.frontend-base-missing"},
		Change: answers(at("POST "+flowsAt).and(func(r mock.Request) bool { return r.Header.Get("Ha-Frontend-Base") == "" }), crashed),
	},
	{
		ID:    "linking.foreign-base-refused",
		Story: "Only the home's own URLs are accepted as HA-Frontend-Base, which no release enforces yet.",
		Aims:  []string{"ha.linking.foreign-base"},
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
		ID: "linking.unlink-tells", Story: "Unlinking notifies the token endpoint, which no release does.",
		Aims: []string{"oauth2.client.unlink-revokes"},
		Change: client(func(p *linking.Policy) {
			p.Unlinked = func(t linking.Provider, c linking.Credential, _ linking.Token) *linking.TokenRequest {
				return tokenProbe(t, c)
			}
		}),
	},
}

// tokenProbe is a token request without a grant.
func tokenProbe(t linking.Provider, c linking.Credential) *linking.TokenRequest {
	return &linking.TokenRequest{
		URL:    t.TokenURL,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Form:   [][2]string{{"client_id", c.ClientID}},
	}
}
