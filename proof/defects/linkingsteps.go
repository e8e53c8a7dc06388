package defects

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// waiting picks polls, and edits the answers to those of a flow whose person is away.
func waiting(edit func(m map[string]any)) change {
	return answers(at("GET "+flowsAt+"/*"), object(func(m map[string]any) {
		if m["type"] == "external" {
			edit(m)
		}
	}))
}

// readingState changes which flow a state is of.
func readingState(p *mockserver.Policy, edit func(raw string) string, alive func(flowID string) bool) {
	before := p.Linking.ReadState
	p.Linking.ReadState = func(raw string, key []byte, now time.Time) (string, string, bool) {
		flowID, redirect, ok := before(edit(raw), key, now)
		return flowID, redirect, ok && alive(flowID)
	}
}

func unchanged(s string) string { return s }

// The steps of a flow, from the beginning to the entry.
var linkingStepDefects = []Defect[mockserver.Policy]{
	{
		ID: "linking.authorize-slash", Story: "A slash stands between the authorize URL and its query.",
		Aims: []string{"ha.linking.external-step"},
		Change: client(func(p *linking.Policy) {
			before := p.Authorize
			p.Authorize = func(endpoint string, list [][2]string) string { return before(endpoint+"/", list) }
		}),
	},
	{
		ID: "linking.poll-is-progress", Story: "Who polls a flow whose person is away is told that the home is at work.",
		Aims:   []string{"ha.linking.poll-again"},
		Change: waiting(func(m map[string]any) { m["type"], m["progress_action"] = "progress", "wait" }),
	},
	{
		ID: "linking.poll-ends-state", Story: "A flow that was polled does not know the state any more that its person comes back with.",
		Aims: []string{"ha.linking.poll-again"},
		Change: func(p *mockserver.Policy) {
			var polled idSecrets
			waiting(func(m map[string]any) { polled.add(textOf(m["flow_id"])) })(p)
			readingState(p, unchanged, func(flowID string) bool { return !slices.Contains(polled.list(), flowID) })
		},
	},
	{
		ID: "linking.first-entry-named", Story: "The last step of a second account names the entry of the first.",
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
		ID: "reauth.refresh-token-kept", Story: "Logging in again stores the access token, and keeps the refresh token of before.",
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
		ID: "reauth.same-state", Story: "The second authorize URL has the state of the first.",
		Aims: []string{"ha.linking.reauth-authorize"},
		Change: func(p *mockserver.Policy) {
			var first, second idSecrets
			first.add("")
			second.add("")
			parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
				list = slices.Clone(list)
				for i, parameter := range list {
					switch {
					case parameter[0] != "state":
					case a.Reauth:
						second.replace(parameter[1])
						list[i][1] = first.list()[0]
					default:
						first.replace(parameter[1])
						second.replace(parameter[1])
					}
				}
				return list
			})(p)
			readingState(p, func(raw string) string {
				if raw == first.list()[0] {
					return second.list()[0]
				}
				return raw
			}, func(string) bool { return true })
		},
	},
	{
		ID: "reauth.denied-unlinks", Story: "Who denies a login that was asked for again loses the entry.",
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
		ID: "agent.own-url-as-id", Story: "The authorize URL of a server names the home by its URL, whatever client id it has there.",
		Aims: []string{"mcp.client.own-id-possible", "mcp.client.registration-order"},
		Change: parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
			list = slices.Clone(list)
			for i, parameter := range list {
				if u := parsed(a.Redirect); a.Resource != "" && parameter[0] == "client_id" {
					list[i][1] = u.Scheme + "://" + u.Host
				}
			}
			return list
		}),
	},
	{
		ID: "agent.unregistered-goes-on", Story: "Where a registration is refused the person is sent away without a client id.",
		Aims: []string{"mcp.client.registration-refused"},
		Change: stepAnswers("abort", object(func(m map[string]any) {
			if m["reason"] == "registration_refused" {
				delete(m, "reason")
				m["type"], m["step_id"], m["url"] = "external", "auth", "https://third-party.example/authorize?response_type=code&client_id="
			}
		})),
	},
	{
		ID: "agent.token-at-first", Story: "The first request of a session with a server has the token, and the others do not.",
		Aims: []string{"mcp.client.header"},
		Change: agent(func(p *linking.AgentPolicy) {
			var first atomic.Bool
			request, carries := p.Request, p.Carries
			p.Request = func(endpoint string, t linking.Token) (string, http.Header) {
				first.Store(true)
				return request(endpoint, t)
			}
			p.Carries = func(to *url.URL, endpoint string) bool { return first.Swap(false) && carries(to, endpoint) }
		}),
	},
}

// loggingInAgain tells whether the last authorize URL was of a person who was asked to log in again.
func loggingInAgain(p *mockserver.Policy) func() bool {
	var again atomic.Bool
	parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
		again.Store(a.Reauth)
		return list
	})(p)
	return again.Load
}
