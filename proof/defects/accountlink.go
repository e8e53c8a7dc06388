package defects

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider/accountlink"
)

var accountLinkDefects = []Defect[accountlink.Policy]{
	{
		ID: "proxy.list-object", Story: "The list of services is an object keyed by service, not a list.",
		Aims: []string{"proxy.services.list"},
		Change: func(p *accountlink.Policy) {
			p.Listed = func(list []accountlink.Service) any {
				out := map[string]any{}
				for _, s := range list {
					out[s.Domain] = map[string]any{"min_version": s.MinVersion}
				}
				return out
			}
		},
	},
	{
		ID: "proxy.list-no-version", Story: "Entries have no min_version, so homes fail on them.",
		Aims: []string{"proxy.services.list", "proxy.services.versions"},
		Change: func(p *accountlink.Policy) {
			p.Listed = func(list []accountlink.Service) any { return []map[string]any{{"service": list[0].Domain}} }
		},
	},
	{
		ID: "proxy.list-text", Story: "The list is sent as text/plain.",
		Aims:   []string{"proxy.services.list"},
		Change: proxyAnswers("GET /services", header("Content-Type", "text/plain")),
	},
	{
		ID: "proxy.list-latest", Story: "min_version is the word latest.",
		Aims: []string{"proxy.services.versions"},
		Change: func(p *accountlink.Policy) {
			p.Listed = func(list []accountlink.Service) any {
				return []map[string]any{{"service": list[0].Domain, "min_version": "latest"}}
			}
		},
	},
	{
		ID: "proxy.url-named-otherwise", Story: "The first frame calls the URL url.",
		Aims: []string{"proxy.socket.authorize-url", "proxy.socket.parallel"},
		Change: proxySays(func(m map[string]any) map[string]any {
			if u := m["authorize_url"]; u != nil {
				delete(m, "authorize_url")
				m["url"] = u
			}
			return m
		}),
	},
	{
		ID: "proxy.no-life", Story: "tokens have no expires_in, so homes refuse the account.",
		Aims:   []string{"proxy.socket.tokens"},
		Change: tokensFrame(func(t map[string]any) { delete(t, "expires_in") }),
	},
	{
		ID: "proxy.bare-token", Story: "tokens is the bare access token as a string.",
		Aims: []string{"proxy.socket.tokens"},
		Change: proxySays(func(m map[string]any) map[string]any {
			if t, ok := m["tokens"].(map[string]any); ok {
				m["tokens"] = t["access_token"]
			}
			return m
		}),
	},
	{
		ID: "proxy.refresh-token-kept", Story: "The proxy keeps the refresh token for itself.",
		Aims:   []string{"proxy.socket.refresh-token"},
		Change: tokensFrame(func(t map[string]any) { delete(t, "refresh_token") }),
	},
	{
		ID: "proxy.unknown-silent", Story: "For an unknown service the proxy closes the socket without an error frame.",
		Aims: []string{"proxy.socket.unknown-service"},
		Change: proxySays(func(m map[string]any) map[string]any {
			if m["error"] == "unsupported" {
				return nil
			}
			return m
		}),
	},
	{
		ID: "proxy.any-hello", Story: "Any first frame is treated as a request for the first service.",
		Aims: []string{"proxy.socket.malformed", "proxy.socket.unknown-service"},
		Change: func(p *accountlink.Policy) {
			p.FrameLimit = mock.Is[int64](1 << 20)
			p.Hello = func(bool, []byte) string { return "authconform_demo" }
		},
	},
	{
		ID: "proxy.binary-hello", Story: "A binary frame is read as text.",
		Aims: []string{"proxy.socket.malformed"},
		Change: func(p *accountlink.Policy) {
			before := p.Hello
			p.Hello = func(_ bool, raw []byte) string { return before(true, raw) }
		},
	},
	{
		ID: "proxy.denied-silent", Story: "The home is not told that the user denied access.",
		Aims: []string{"proxy.socket.denied"},
		Change: proxySays(func(m map[string]any) map[string]any {
			if m["error"] == "unknown" {
				return nil
			}
			return m
		}),
	},
	{
		ID: "proxy.denied-empty-tokens", Story: "When the user denies access, empty tokens are sent.",
		Aims: []string{"proxy.socket.denied"},
		Change: proxySays(func(m map[string]any) map[string]any {
			if m["error"] == "unknown" {
				return map[string]any{"tokens": map[string]any{}}
			}
			return m
		}),
	},
	{
		ID: "proxy.last-socket", Story: "The newest conversation gets the tokens, even if another user has finished.",
		Aims: []string{"proxy.socket.own-tokens", "proxy.socket.parallel", "proxy.state.forged"},
		Change: func(p *accountlink.Policy) {
			p.Whose = func(_ string, waiting []string) string {
				if len(waiting) == 0 {
					return ""
				}
				return waiting[len(waiting)-1]
			}
		},
	},
	{
		ID: "proxy.empty-state", Story: "A callback without a state completes the oldest conversation.",
		Aims: []string{"proxy.state.forged"},
		Change: func(p *accountlink.Policy) {
			before := p.Whose
			p.Whose = func(state string, waiting []string) string {
				if state == "" && len(waiting) > 0 {
					return waiting[0]
				}
				return before(state, waiting)
			}
		},
	},
	{
		ID: "proxy.state-prefix", Story: "A state with extra characters at the end is accepted.",
		Aims: []string{"proxy.state.forged"},
		Change: func(p *accountlink.Policy) {
			before := p.Whose
			p.Whose = func(state string, waiting []string) string {
				for _, s := range waiting {
					if strings.HasPrefix(state, s) {
						return s
					}
				}
				return before(state, waiting)
			}
		},
	},
	{
		ID: "proxy.few-sockets", Story: "A home may have ten conversations waiting at once.",
		Aims:   []string{"proxy.socket.parallel"},
		Change: func(p *accountlink.Policy) { p.Sockets = mock.Is(10) },
	},
	{
		ID: "proxy.state-counter", Story: "state consists of a timestamp and a counter.",
		Aims: []string{"proxy.state.unguessable"},
		Change: func(p *accountlink.Policy) {
			var n atomic.Int64
			p.NewState = func() string { return fmt.Sprintf("20261125%024d", n.Add(1)) }
		},
	},
	{
		ID: "proxy.state-reusable", Story: "A state stays valid while the home waits, and after that too.",
		Aims: []string{"proxy.state.once"},
		Change: func(p *accountlink.Policy) {
			seen := &idSecrets{}
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); !at("GET /callback")(r) {
					return a
				}
				state := queryOf(r).Get("state")
				for _, s := range seen.list() {
					if s == state {
						a.Status = http.StatusOK
					}
				}
				if a.Status == http.StatusOK {
					seen.add(state)
				}
				return a
			}
		},
	},
	{
		ID: "proxy.redirect-twice", Story: "redirect_uri appears twice in the URL.",
		Aims: []string{"proxy.authorize.parameters"},
		Change: func(p *accountlink.Policy) {
			p.Parameters = func(list [][2]string) [][2]string { return append(list, list[2]) }
		},
	},
	{
		ID: "proxy.secret-in-url", Story: "The authorize URL contains the proxy's secret.",
		Aims: []string{"proxy.authorize.no-secret"},
		Change: func(p *accountlink.Policy) {
			p.Parameters = func(list [][2]string) [][2]string {
				return append(list, [2]string{"client_secret", "held-by-the-proxy-0123456789"})
			}
		},
	},
	{
		ID: "proxy.scope-fixed", Story: "Tokens whose scope differs from the requested one are thrown away.",
		Aims: []string{"proxy.authorize.scope"},
		Change: proxySays(func(m map[string]any) map[string]any {
			if t, ok := m["tokens"].(map[string]any); ok && t["scope"] != "profile devices:read" {
				return map[string]any{"error": "unknown"}
			}
			return m
		}),
	},
	{
		ID: "proxy.reflects", Story: "The refusal page shows the error_description from the query.",
		Aims: []string{"proxy.callback.reflects-nothing"},
		Change: func(p *accountlink.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at("GET /callback")(r) {
					a.Body = append([]byte(queryOf(r).Get("error_description")), a.Body...)
				}
				return a
			}
		},
	},
	{
		ID: "proxy.user-has-no-time", Story: "The conversation times out before the user can finish.",
		Aims:   []string{"proxy.socket.tokens"},
		Change: func(p *accountlink.Policy) { p.UserTTL = mock.Is(time.Duration(0)) },
	},
}
