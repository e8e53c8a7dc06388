package defects

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// linkingStepDefects are mistakes in the steps of a flow, from its start to the entry.
var linkingStepDefects = []Defect[mockserver.Policy]{
	{
		ID: "linking.authorize-slash", Story: "A slash is added between the authorize URL and its query.",
		Aims: []string{"ha.linking.external-step"},
		Change: client(func(p *linking.Policy) {
			before := p.Authorize
			p.Authorize = func(endpoint string, list [][2]string) string { return before(endpoint+"/", list) }
		}),
	},
	{
		ID: "linking.poll-is-progress", Story: "A poll of a flow that waits for the browser gets a progress step.",
		Aims:   []string{"ha.linking.poll-again"},
		Change: whileAway(func(m map[string]any) { m["type"], m["progress_action"] = "progress", "wait" }),
	},
	{
		ID: "linking.polled-too-early", Story: "A flow that was polled before the browser returned ends without an entry.",
		Aims: []string{"ha.linking.poll-again"},
		Change: func(p *mockserver.Policy) {
			var polled idSecrets
			whileAway(func(m map[string]any) { polled.add(textOf(m["flow_id"])) })(p)
			stepAnswers("create_entry", object(func(m map[string]any) {
				if slices.Contains(polled.list(), textOf(m["flow_id"])) {
					delete(m, "result")
					m["type"], m["reason"] = "abort", "oauth_error"
				}
			}))(p)
		},
	},
	{
		ID: "linking.first-entry-named", Story: "The last step for a second account names the first account's entry.",
		Aims: []string{"ha.linking.two-accounts"},
		Change: func(p *mockserver.Policy) {
			var first idSecrets // the entry, while it is there
			first.add("")
			takes(at("DELETE /api/config/config_entries/entry/*"), func(r mock.Request) mock.Request {
				if strings.HasSuffix(r.Path(), "/"+first.list()[0]) {
					first.replace("")
				}
				return r
			})(p)
			stepAnswers("create_entry", object(func(m map[string]any) {
				entry, _ := m["result"].(map[string]any)
				if first.list()[0] == "" {
					first.replace(textOf(entry["entry_id"]))
				}
				entry["entry_id"] = first.list()[0]
			}))(p)
		},
	},
	{
		ID: "reauth.refresh-token-kept", Story: "Logging in again stores the new access token but keeps the old refresh token.",
		Aims: []string{"ha.linking.reauth-success"},
		Change: func(p *mockserver.Policy) {
			var kept idSecrets
			again := loggingInAgain(p)
			reading(func(_ linking.TokenAnswer, refresh bool, t linking.Token, f linking.Failure) (linking.Token, linking.Failure) {
				switch list := kept.list(); {
				case f.Reason != "":
				case again() && !refresh && len(list) > 0:
					t["refresh_token"] = list[0]
				case t["refresh_token"] != nil:
					kept.replace(textOf(t["refresh_token"]))
				}
				return t, f
			})(p)
		},
	},
	{
		ID: "reauth.same-state", Story: "The authorize URL of a re-authentication has the state of the first flow.",
		Aims: []string{"ha.linking.reauth-authorize"},
		Change: func(p *mockserver.Policy) {
			var first, again idSecrets // states
			parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
				list = slices.Clone(list)
				for i, pair := range list {
					switch known := first.list(); {
					case pair[0] != "state":
					case len(known) == 0:
						first.add(pair[1])
					case a.Reauth:
						again.replace(pair[1])
						list[i][1] = known[0]
					}
				}
				return list
			})(p)
			before := p.Linking.ReadState
			p.Linking.ReadState = func(raw string, key []byte, now time.Time) (string, string, bool) {
				if list := again.list(); len(list) > 0 && slices.Contains(first.list(), raw) {
					raw = list[0]
				}
				return before(raw, key, now)
			}
		},
	},
	{
		ID: "reauth.denied-unlinks", Story: "Denying a re-authentication removes the entry.",
		Aims: []string{"ha.linking.reauth-denied"},
		Change: func(p *mockserver.Policy) {
			again := loggingInAgain(p)
			var gone atomic.Bool
			stepAnswers("abort", object(func(m map[string]any) {
				if m["reason"] == "user_rejected_authorize" && again() {
					gone.Store(true)
				}
			}))(p)
			answers(at("GET /api/authconform_demo"), object(func(m map[string]any) {
				if gone.Load() {
					m["entries"] = []any{}
				}
			}))(p)
		},
	},
	{
		ID: "agent.registered-id-everywhere", Story: "Once the client has registered itself, it uses that id at every server.",
		Aims: []string{"mcp.client.registration-order"},
		Change: func(p *mockserver.Policy) {
			var registers atomic.Bool
			var own idSecrets // the client id of the last registration
			registrationBecomes(func(map[string]any) { registers.Store(true) })(p)
			parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
				if registers.Swap(false) {
					own.replace(a.ClientID)
				}
				list = slices.Clone(list)
				for i, pair := range list {
					if known := own.list(); a.Resource != "" && pair[0] == "client_id" && len(known) > 0 {
						list[i][1] = known[0]
					}
				}
				return list
			})(p)
		},
	},
	{
		ID: "agent.unregistered-goes-on", Story: "After a refused registration the user is sent away without a client id.",
		Aims: []string{"mcp.client.registration-refused"},
		Change: stepAnswers("abort", object(func(m map[string]any) {
			if m["reason"] == "registration_refused" {
				delete(m, "reason")
				m["type"], m["step_id"], m["url"] = "external", "auth", "https://third-party.example/authorize?response_type=code&client_id="
			}
		})),
	},
	{
		ID: "agent.token-at-first", Story: "Once a server is linked, only the first request of a session has the token.",
		Aims: []string{"mcp.client.header"},
		Change: agent(func(p *linking.AgentPolicy) {
			var linked sync.Map   // endpoints
			var left atomic.Int64 // requests that still have it
			request, carries := p.Request, p.Carries
			p.Request = func(endpoint string, t linking.Token) (string, http.Header) {
				_, again := linked.LoadOrStore(endpoint, true)
				left.Store(1)
				if !again {
					left.Store(math.MaxInt64)
				}
				return request(endpoint, t)
			}
			p.Carries = func(to *url.URL, endpoint string) bool { return left.Add(-1) >= 0 && carries(to, endpoint) }
		}),
	},
}

// loggingInAgain reports whether the last authorize URL was of a person who was asked to log in again.
func loggingInAgain(p *mockserver.Policy) func() bool {
	var again atomic.Bool
	parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
		again.Store(a.Reauth)
		return list
	})(p)
	return again.Load
}
