package mcp

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/wire"
)

// Endpoint is an MCP endpoint under test. It is safe for concurrent use.
type Endpoint struct {
	wire  *wire.Client
	site  *clientsite.Site
	under map[string]*wire.Client // by other names, at the same address
	names []string
	at    found
	doubt kind.Doubt
}

// found is the result of the look before the first row.
type found struct {
	Place  oauth.Place  `json:"place"`            // of the resource metadata
	Aim    string       `json:"aim"`              // identifier of the endpoint in clients' requests
	Issuer string       `json:"issuer"`           // the first authorization server of the metadata, or the endpoint's origin
	Named  bool         `json:"named,omitempty"`  // the resource names that issuer
	Server string       `json:"server,omitempty"` // URL of its metadata; "": it has none
	Base   string       `json:"base"`             // URL of the home or provider
	Home   bool         `json:"home,omitempty"`   // it is a home
	Way    string       `json:"way,omitempty"`    // how our client got its id at a provider
	Client oauth.Client `json:"client"`           // the client registered there
	// Management is where that registration is deleted, with a token of its own (RFC 7592); "": nowhere.
	Management      string `json:"management,omitempty"`
	ManagementToken string `json:"management_token,omitempty"`

	Message string `json:"message"` // the message that the endpoint answers

	Credulous bool            `json:"credulous,omitempty"` // it accepts an invented token
	Inner     json.RawMessage `json:"inner,omitempty"`     // what the inner session found
}

// Address implements oauth.Protected.
func (e *Endpoint) Address() string { return e.wire.Base() }

// Aims implements oauth.Aimed: its own URL, and what its metadata may call it.
func (e *Endpoint) Aims() []string { return append([]string{e.Address()}, e.at.Place.Of...) }

// Fetch implements oauth.Resource: a good message.
func (e *Endpoint) Fetch(ctx context.Context, authorization string) *wire.Exchange {
	header := http.Header{}
	if authorization != "" {
		header.Set("Authorization", authorization)
	}
	return e.Ask(ctx, http.MethodPost, header)
}

// FetchQuery implements oauth.Resource.
func (e *Endpoint) FetchQuery(ctx context.Context, query string) *wire.Exchange {
	return e.wire.Do(ctx, request(http.MethodPost, e.Address()+"?"+query, find(e.at.Message), nil))
}

// Ask implements oauth.Methods.
func (e *Endpoint) Ask(ctx context.Context, method string, header http.Header) *wire.Exchange {
	return e.Send(ctx, method, e.at.Message, header)
}

// Send sends the named message, with additional headers.
func (e *Endpoint) Send(ctx context.Context, method, name string, header http.Header) *wire.Exchange {
	return e.wire.Do(ctx, request(method, e.Address(), find(name), header))
}

// Post posts the given body.
func (e *Endpoint) Post(ctx context.Context, authorization, body string) *wire.Exchange {
	m := message{body: body}
	return e.wire.Do(ctx, request(http.MethodPost, e.Address(), m, http.Header{"Authorization": {authorization}}))
}

// List requests the tools, in a session unless that is "".
func (e *Endpoint) List(ctx context.Context, authorization, session string) *wire.Exchange {
	return e.wire.Do(ctx, request(http.MethodPost, e.Address(), e.listing(), within(authorization, session)))
}

func (e *Endpoint) listing() message {
	if m, there := listings[e.at.Message]; there {
		return m
	}
	return listings[messages[0].Name]
}

// Ready sends the initialized notification if the endpoint keeps sessions.
func (e *Endpoint) Ready(ctx context.Context, authorization, session string) {
	if session != "" {
		e.wire.Do(ctx, request(http.MethodPost, e.Address(), ready, within(authorization, session)))
	}
}

// within returns the headers of a request with a token in a session.
func within(authorization, session string) http.Header {
	h := http.Header{}
	if authorization != "" {
		h.Set("Authorization", authorization)
	}
	if session != "" {
		h.Set("Mcp-Session-Id", session)
	}
	return h
}

// Opening is the name of the first message that the endpoint answers.
func (e *Endpoint) Opening() string { return e.at.Message }

// request returns the request for a message, as clients send it. A GET asks for a stream and has no body.
func request(method, to string, m message, header http.Header) wire.Request {
	r := wire.Request{Method: method, URL: to, Header: http.Header{"Accept": {"application/json, text/event-stream"}}}
	if method == http.MethodPost {
		r.Body = m.body
		r.Header.Set("Content-Type", "application/json")
		maps.Copy(r.Header, m.header)
	}
	maps.Copy(r.Header, header)
	return r
}

// Description implements oauth.Protected.
func (e *Endpoint) Description(ctx context.Context) *wire.Exchange {
	at := e.at.Place.URL
	if at == "" {
		at = resourcePlaces(e.Address())[0].URL
	}
	return e.document(ctx, at)
}

// Place implements oauth.Protected.
func (e *Endpoint) Place() oauth.Place { return e.at.Place }

// WellKnownPlaces implements oauth.Protected.
func (e *Endpoint) WellKnownPlaces() []oauth.Place { return resourcePlaces(e.Address()) }

// Beside implements oauth.Protected.
func (e *Endpoint) Beside(ctx context.Context, method, at string, header http.Header) *wire.Exchange {
	return e.wire.Do(ctx, wire.Request{Method: method, URL: at, Header: header, Public: method == http.MethodGet})
}

// Document implements oauth.Metadata.
func (e *Endpoint) Document(ctx context.Context) *wire.Exchange {
	at := e.at.Server
	if at == "" {
		at = e.Places(e.at.Issuer)[0]
	}
	return e.document(ctx, at)
}

func (e *Endpoint) document(ctx context.Context, at string) *wire.Exchange {
	return e.Beside(ctx, http.MethodGet, at, nil)
}

// Issuers implements oauth.Metadata: the exact string with which the resource names its server (RFC 8414 §3.3). If it names none,
// the well-known path was put behind the origin, and an issuer may end in the slash that is removed then (§3.1).
func (e *Endpoint) Issuers() []string {
	if e.at.Named {
		return []string{e.at.Issuer}
	}
	return []string{e.at.Issuer, e.at.Issuer + "/"}
}

// Named implements oauth.Announced.
func (e *Endpoint) Named(ctx context.Context) []string { return servers(e.Description(ctx)) }

// Others implements oauth.Names.
func (e *Endpoint) Others() []string { return e.names }

// Under implements oauth.Names.
func (e *Endpoint) Under(ctx context.Context, name string, r wire.Request) *wire.Exchange {
	return e.under[name].Do(ctx, r)
}

// FetchUnder implements oauth.Names.
func (e *Endpoint) FetchUnder(ctx context.Context, name string) *wire.Exchange {
	path := strings.TrimPrefix(e.Address(), oauth.Root(e.Address()))
	return e.Under(ctx, name, request(http.MethodPost, path, find(e.at.Message), nil))
}

// Publish implements oauth.Publisher.
func (e *Endpoint) Publish(name string, members map[string]any) oauth.Published {
	name += ".json"
	page := e.site.Page(name, nil)
	doc := map[string]any{"client_id": page.Secure(), "client_name": "authconform"}
	for member, value := range members {
		if doc[member] = value; value == nil {
			delete(doc, member)
		}
	}
	var status atomic.Int64
	var caching atomic.Value
	status.Store(http.StatusOK)
	caching.Store("no-store")
	page = e.site.Page(name, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", caching.Load().(string))
		w.WriteHeader(int(status.Load()))
		_ = json.NewEncoder(w).Encode(doc)
	})
	return oauth.Published{
		ID: page.Secure(), Fetched: func() int { return len(page.Fetches()) },
		Answers: func(code int) { status.Store(int64(code)) }, Cached: func(cc string) { caching.Store(cc) },
	}
}
