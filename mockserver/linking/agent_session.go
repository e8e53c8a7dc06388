package linking

import (
	"context"
	"net/http"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/authconform/authconform/mock"
)

// said is what an endpoint answered first where it did not let us in. The zero value: it did.
type said struct {
	status    int // 0: none
	challenge string
}

// refusal keeps the first answer that is no success, and puts the token to the requests.
type refusal struct {
	below http.RoundTripper
	put   func(*http.Request)

	mu  sync.Mutex
	got said
}

// RoundTrip implements http.RoundTripper.
func (r *refusal) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	r.put(req)
	resp, err := r.below.RoundTrip(req)
	if err == nil && resp.StatusCode >= http.StatusBadRequest && req.Method == http.MethodPost {
		r.mu.Lock()
		if r.got.status == 0 {
			r.got = said{resp.StatusCode, resp.Header.Get("WWW-Authenticate")}
		}
		r.mu.Unlock()
	}
	return resp, err
}

// greet opens a session with an endpoint, lists its tools, and closes it: what the server calls itself, or what it answered.
func (l *Linker) greet(ctx context.Context, endpoint string, t Token) (title string, answer said) {
	ctx, stop := l.within(ctx, l.Policy().TokenTTL())
	defer stop()
	p := l.Policy().Agent
	to, header := endpoint, http.Header{}
	if t != nil {
		to, header = p.Request(endpoint, t)
	}
	below := l.HTTP.Transport
	if below == nil {
		below = http.DefaultTransport
	}
	r := &refusal{below: below, put: func(req *http.Request) {
		if p.Carries(req.URL, endpoint) {
			for name, values := range header {
				req.Header[name] = values
			}
		}
	}}
	client := mcp.NewClient(&mcp.Implementation{Name: "Home Assistant", Version: l.Version}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{
		Endpoint: to, HTTPClient: &http.Client{Transport: r}, MaxRetries: -1, DisableStandaloneSSE: true,
	}, nil)
	if err == nil {
		defer session.Close()
		if _, err = session.ListTools(ctx, nil); err == nil {
			return session.InitializeResult().ServerInfo.Name, said{}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.got.status == 0 {
		r.got.status = http.StatusBadGateway // it answered, and not as an MCP server; or it did not answer
	}
	return "", r.got
}

// setUpAgent loads the entry of an MCP server: its tools must be there.
func (l *Linker) setUpAgent(ctx context.Context, e *entry) (state, reason string) {
	if e.implementation != "" || l.tokenOf(e) != nil {
		if _, failure := l.valid(ctx, e); failure.failed() {
			return l.Policy().SetupState(l.Policy().Outcome(failure)), "the server gives no token"
		}
	}
	switch _, answer := l.greet(ctx, e.agent.endpoint, l.tokenOf(e)); answer.status {
	case 0:
		return Loaded, ""
	case http.StatusUnauthorized:
		l.reauth(e)
		return SetupError, "the server refuses the token: log in again"
	}
	return SetupRetry, "the server does not answer"
}

func newEntryID() string { return mock.Secret(13) }
