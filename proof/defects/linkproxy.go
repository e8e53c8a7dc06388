package defects

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider/accountlink"
)

// proxySays edits the frames of a proxy.
func proxySays(edit func(map[string]any) map[string]any) func(*accountlink.Policy) {
	return func(p *accountlink.Policy) {
		p.Says = func(m map[string]any) map[string]any { return edit(maps.Clone(m)) }
	}
}

// tokensFrame edits the tokens of a frame.
func tokensFrame(edit func(map[string]any)) func(*accountlink.Policy) {
	return proxySays(func(m map[string]any) map[string]any {
		if t, ok := m["tokens"].(map[string]any); ok {
			t = maps.Clone(t)
			edit(t)
			m["tokens"] = t
		}
		return m
	})
}

// proxyAnswers changes answers of a proxy.
func proxyAnswers(place string, with func(mock.Answer) mock.Answer) func(*accountlink.Policy) {
	w := at(place)
	return func(p *accountlink.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); w(r) {
				a = with(a)
			}
			return a
		}
	}
}

var everyProxyRow = []string{"proxy.*"}

const refreshAt = "POST /refresh_token/*"

var _ = listed([]Defect{
	{ID: "proxy.list-object", Story: "The list is an object by service.", Breaks: []string{"proxy.services.list"}, Blocks: []string{"proxy.services.versions"}, Proxy: func(p *accountlink.Policy) {
		p.Listed = func(list []accountlink.Service) any {
			out := map[string]any{}
			for _, s := range list {
				out[s.Domain] = map[string]any{"min_version": s.MinVersion}
			}
			return out
		}
	}},
	{ID: "proxy.list-no-version", Story: "Entries have no min_version: homes fail on them.", Breaks: []string{"proxy.services.list", "proxy.services.versions"}, Proxy: func(p *accountlink.Policy) {
		p.Listed = func(list []accountlink.Service) any { return []map[string]any{{"service": list[0].Domain}} }
	}},
	{ID: "proxy.list-text", Story: "The list is sent as text/plain.", Breaks: []string{"proxy.services.list"}, Blocks: []string{"proxy.services.versions"}, Proxy: proxyAnswers("GET /services", header("Content-Type", "text/plain"))},
	{ID: "proxy.list-latest", Story: "min_version is latest.", Breaks: []string{"proxy.services.versions"}, Proxy: func(p *accountlink.Policy) {
		p.Listed = func(list []accountlink.Service) any {
			return []map[string]any{{"service": list[0].Domain, "min_version": "latest"}}
		}
	}},
	{ID: "proxy.url-named-otherwise", Story: "The first frame calls it url.", Breaks: []string{"proxy.socket.authorize-url", "proxy.socket.parallel"}, Blocks: everyProxyRow, Proxy: proxySays(func(m map[string]any) map[string]any {
		if u := m["authorize_url"]; u != nil {
			delete(m, "authorize_url")
			m["url"] = u
		}
		return m
	})},
	{ID: "proxy.no-life", Story: "tokens have no expires_in: homes refuse the account.", Breaks: []string{"proxy.socket.tokens"}, Proxy: tokensFrame(func(t map[string]any) { delete(t, "expires_in") })},
	{ID: "proxy.bare-token", Story: "tokens are the access token alone, as a text.", Breaks: []string{"proxy.socket.tokens"}, Blocks: everyProxyRow, Proxy: proxySays(func(m map[string]any) map[string]any {
		if t, ok := m["tokens"].(map[string]any); ok {
			m["tokens"] = t["access_token"]
		}
		return m
	})},
	{ID: "proxy.refresh-token-kept", Story: "The refresh token stays with the proxy.", Breaks: []string{"proxy.socket.refresh-token"}, Blocks: everyProxyRow, Proxy: tokensFrame(func(t map[string]any) { delete(t, "refresh_token") })},
	{ID: "proxy.unknown-silent", Story: "An unknown service is answered by closing alone.", Breaks: []string{"proxy.socket.unknown-service"}, Proxy: proxySays(func(m map[string]any) map[string]any {
		if m["error"] == "unsupported" {
			return nil
		}
		return m
	})},
	{ID: "proxy.any-hello", Story: "Whatever the first frame is, the first service is meant.", Breaks: []string{"proxy.socket.malformed", "proxy.socket.unknown-service"}, Proxy: func(p *accountlink.Policy) {
		p.FrameLimit = mock.Is[int64](1 << 20)
		p.Hello = func(bool, []byte) string { return "authconform_demo" }
	}},
	{ID: "proxy.binary-hello", Story: "A binary frame is read as text.", Breaks: []string{"proxy.socket.malformed"}, Proxy: func(p *accountlink.Policy) {
		before := p.Hello
		p.Hello = func(_ bool, raw []byte) string { return before(true, raw) }
	}},
	{ID: "proxy.denied-silent", Story: "Nobody is told that the person said no.", Breaks: []string{"proxy.socket.denied"}, Proxy: proxySays(func(m map[string]any) map[string]any {
		if m["error"] == "unknown" {
			return nil
		}
		return m
	})},
	{ID: "proxy.denied-empty-tokens", Story: "A person who said no brings empty tokens.", Breaks: []string{"proxy.socket.denied"}, Proxy: proxySays(func(m map[string]any) map[string]any {
		if m["error"] == "unknown" {
			return map[string]any{"tokens": map[string]any{}}
		}
		return m
	})},
	{ID: "proxy.last-socket", Story: "The newest conversation gets the tokens, whoever has finished.", Breaks: []string{"proxy.socket.own-tokens", "proxy.socket.parallel", "proxy.state.forged"}, Blocks: everyProxyRow, Proxy: func(p *accountlink.Policy) {
		p.Whose = func(_ string, waiting []string) string {
			if len(waiting) == 0 {
				return ""
			}
			return waiting[len(waiting)-1]
		}
	}},
	{ID: "proxy.empty-state", Story: "A return without a state is for the oldest conversation.", Breaks: []string{"proxy.state.forged"}, Proxy: func(p *accountlink.Policy) {
		before := p.Whose
		p.Whose = func(state string, waiting []string) string {
			if state == "" && len(waiting) > 0 {
				return waiting[0]
			}
			return before(state, waiting)
		}
	}},
	{ID: "proxy.state-prefix", Story: "A state with something behind it is taken.", Breaks: []string{"proxy.state.forged"}, Proxy: func(p *accountlink.Policy) {
		before := p.Whose
		p.Whose = func(state string, waiting []string) string {
			for _, s := range waiting {
				if strings.HasPrefix(state, s) {
					return s
				}
			}
			return before(state, waiting)
		}
	}},
	{ID: "proxy.few-sockets", Story: "Ten conversations may wait at once.", Breaks: []string{"proxy.socket.parallel"}, Blocks: everyProxyRow, Proxy: func(p *accountlink.Policy) { p.Sockets = mock.Is(10) }},
	{ID: "proxy.state-counter", Story: "state is a time and a counter.", Breaks: []string{"proxy.state.unguessable"}, Proxy: func(p *accountlink.Policy) {
		var n atomic.Int64
		p.NewState = func() string { return fmt.Sprintf("20261125%024d", n.Add(1)) }
	}},
	{ID: "proxy.state-reusable", Story: "A state is good for as long as somebody waits, and after.", Breaks: []string{"proxy.state.once"}, Proxy: func(p *accountlink.Policy) {
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
	}},
	{ID: "proxy.redirect-twice", Story: "redirect_uri stands twice in the URL.", Breaks: []string{"proxy.authorize.parameters", "proxy.socket.tokens", "proxy.socket.own-tokens", "proxy.socket.parallel"}, Blocks: everyProxyRow, Proxy: func(p *accountlink.Policy) {
		p.Parameters = func(list [][2]string) [][2]string { return append(list, list[2]) }
	}},
	{ID: "proxy.secret-in-url", Story: "The proxy's secret is in the authorize URL.", Breaks: []string{"proxy.authorize.no-secret"}, Proxy: func(p *accountlink.Policy) {
		p.Parameters = func(list [][2]string) [][2]string {
			return append(list, [2]string{"client_secret", "held-by-the-proxy-0123456789"})
		}
	}},
	{ID: "proxy.scope-fixed", Story: "Tokens of another scope than the proxy asked for are thrown away.", Breaks: []string{"proxy.authorize.scope"}, Proxy: proxySays(func(m map[string]any) map[string]any {
		if t, ok := m["tokens"].(map[string]any); ok && t["scope"] != "profile devices:read" {
			return map[string]any{"error": "unknown"}
		}
		return m
	})},
	{ID: "proxy.reflects", Story: "The page that refuses shows the error_description of the query.", Breaks: []string{"proxy.callback.reflects-nothing"}, Proxy: func(p *accountlink.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at("GET /callback")(r) {
				a.Body = append([]byte(queryOf(r).Get("error_description")), a.Body...)
			}
			return a
		}
	}},
	{ID: "proxy.refresh-form", Story: "A refresh wants a form, not JSON.", Breaks: []string{"proxy.refresh.grant", "proxy.refresh.again", "proxy.refresh.malformed"}, Blocks: everyProxyRow, Proxy: func(p *accountlink.Policy) {
		p.Refresh = func(body []byte) (string, bool) {
			return strings.CutPrefix(string(body), "refresh_token=")
		}
	}},
	{ID: "proxy.refresh-no-life", Story: "A refresh tells no life.", Breaks: []string{"proxy.refresh.grant"}, Proxy: refreshedAs(func(m map[string]any) { delete(m, "expires_in") })},
	{ID: "proxy.rotation-kept", Story: "The third party rotates, and the proxy keeps the new refresh token.", Breaks: []string{"proxy.refresh.again"}, Proxy: refreshedAs(func(m map[string]any) { delete(m, "refresh_token") })},
	{ID: "proxy.refused-as-502", Story: "A refused refresh token is told like an outage: homes try for ever.", Breaks: []string{"proxy.refresh.unknown-token"}, Proxy: func(p *accountlink.Policy) {
		before := p.Refreshed
		p.Refreshed = func(status int, answer map[string]any) (int, map[string]any) {
			if code, m := before(status, answer); code != http.StatusBadRequest {
				return code, m
			}
			return http.StatusBadGateway, map[string]any{"error": "unavailable"}
		}
	}},
	{ID: "proxy.refused-as-200", Story: "A refused refresh token is 200 with an error in it.", Breaks: []string{"proxy.refresh.unknown-token"}, Proxy: func(p *accountlink.Policy) {
		before := p.Refreshed
		p.Refreshed = func(status int, answer map[string]any) (int, map[string]any) {
			_, m := before(status, answer)
			return http.StatusOK, m
		}
	}},
	{ID: "proxy.any-service", Story: "For a service that is not there the first one is taken.", Breaks: []string{"proxy.refresh.unknown-service"}, Proxy: func(p *accountlink.Policy) {
		before := p.Request
		p.Request = func(r mock.Request) mock.Request {
			r = before(r)
			r.Target = strings.Replace(r.Target, "/refresh_token/authconform_nowhere", "/refresh_token/authconform_demo", 1)
			return r
		}
	}},
	{ID: "proxy.malformed-500", Story: "A body that is no JSON is a server error.", Breaks: []string{"proxy.refresh.malformed"}, Proxy: func(p *accountlink.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at(refreshAt)(r) && !json.Valid(r.Body) {
				a.Status = http.StatusInternalServerError
			}
			return a
		}
	}},
	{ID: "proxy.refresh-by-get", Story: "A GET refreshes too.", Breaks: []string{"proxy.refresh.post-only"}, Blocks: []string{"proxy.refresh.post-only"}, Proxy: func(p *accountlink.Policy) {
		before := p.Request
		p.Request = func(r mock.Request) mock.Request {
			if r = before(r); at("GET /refresh_token/*")(r) {
				r.Method, r.Body = http.MethodPost, encoded(map[string]any{"refresh_token": queryOf(r).Get("refresh_token")})
			}
			return r
		}
	}},
	{ID: "proxy.refresh-stored", Story: "Answers with tokens may be kept by whoever stands between.", Breaks: []string{"proxy.refresh.no-store"}, Proxy: func(p *accountlink.Policy) { p.RefreshHeader = mock.Is(http.Header{}) }},
	{ID: "proxy.user-has-no-time", Story: "The person has no time to finish.", Breaks: []string{"proxy.socket.tokens", "proxy.socket.own-tokens", "proxy.socket.parallel", "proxy.state.forged"}, Blocks: everyProxyRow, Proxy: func(p *accountlink.Policy) { p.UserTTL = mock.Is(time.Nanosecond) }},
})

// refreshedAs edits what a good refresh answers.
func refreshedAs(edit func(map[string]any)) func(*accountlink.Policy) {
	return func(p *accountlink.Policy) {
		before := p.Refreshed
		p.Refreshed = func(status int, answer map[string]any) (int, map[string]any) {
			code, m := before(status, answer)
			if code == http.StatusOK {
				m = maps.Clone(m)
				edit(m)
			}
			return code, m
		}
	}
}
