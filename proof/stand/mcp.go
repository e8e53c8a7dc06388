package stand

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/mcp"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof/shadow"
)

// endpoint is the path of the mock home's MCP endpoint.
const endpoint = "/api/mcp"

// MCP returns the stand of mock homes as MCP endpoints. Today's homes deviate from MCP in places; this mock does not.
func MCP() Stand[mockserver.Policy] {
	h := &homes{clients: map[*clientsite.CA]*http.Client{}}
	return Stand[mockserver.Policy]{
		Kind: mcp.Kind(), Strict: strictMCP, Flavour: mockserver.Flavour, Start: h.startMCP, Tees: []shadow.Tee{shadow.For(watched)},
	}
}

func (s *homes) startMCP(p *mockserver.Policy, flags kind.Flags, prefer string) (*Server, error) {
	f := flags.(*mcp.Flags)
	if err := f.Site.Resolve(); err != nil {
		return nil, err
	}
	o := mockserver.Options{Policy: p, Fetch: s.client(f.Site.CA)}
	h, err := listen(prefer, func(address string) (*mockserver.Server, error) { return mockserver.Listen(address, o) })
	if err != nil {
		return nil, err
	}
	owner := h.Users[0]
	f.Account.Username, f.Account.Password = owner.Username, owner.Password
	f.ControlURL, f.ControlToken = h.URL, h.ControlToken
	if f.AlsoHost == nil {
		f.AlsoHost = []string{"localhost"}
	}
	return &Server{Target: h.URL + endpoint, Clock: h.Clock(), Kill: h.Kill}, nil
}

// strictMCP returns the policy of a home that follows MCP where today's homes do not.
func strictMCP() *mockserver.Policy {
	p := mockserver.Strict()
	p.ResourceMetadata = resourceOf(p.ResourceMetadata)
	p.BearerChallenge = func(own, path string) string {
		if own == "" {
			return "Bearer"
		}
		if strings.HasPrefix(path, endpoint) {
			return `Bearer resource_metadata="` + own + "/.well-known/oauth-protected-resource" + path + `", scope="control"`
		}
		return `Bearer resource_metadata="` + own + `/.well-known/oauth-protected-resource"`
	}
	p.MCPOrigin = func(origin, host string) bool {
		u, err := url.Parse(origin)
		return origin == "" || err == nil && u.Host == host
	}
	challenge := p.Challenge
	p.Challenge = func(value, method string) error {
		if value == "" && method == "" {
			return errors.New("code_challenge is missing")
		}
		return challenge(value, method)
	}
	request := p.Request
	p.Request = func(r mock.Request) mock.Request { return wantsChallenge(request(r)) }
	p.Redirect = listedRedirects(p.Redirect)
	p.DocumentRedirects = namedClients(p.DocumentRedirects)
	p.Answer = answersMCP(p.Answer)
	return p
}

// wantsChallenge gives a login without PKCE an empty method, for the policy to judge.
func wantsChallenge(r mock.Request) mock.Request {
	var begun map[string]any
	if r.Method != http.MethodPost || r.Path() != "/auth/login_flow" || json.Unmarshal(r.Body, &begun) != nil || begun == nil {
		return r
	}
	for _, member := range []string{"code_challenge", "code_challenge_method"} {
		if _, bound := begun[member]; bound {
			return r
		}
	}
	begun["code_challenge_method"] = ""
	if body, err := json.Marshal(begun); err == nil {
		r.Body = body
	}
	return r
}

// resourceOf also serves the document for the endpoint.
func resourceOf(root func(own, path string) map[string]any) func(own, path string) map[string]any {
	return func(own, path string) map[string]any {
		if own == "" || path != endpoint {
			return root(own, path)
		}
		return map[string]any{
			"resource": own + path, "authorization_servers": []string{own}, "scopes_supported": []string{"control"},
			"bearer_methods_supported": []string{"header"},
		}
	}
}

// parsed parses a URL; an invalid one gets no scheme.
func parsed(raw string) *url.URL {
	if u, err := url.Parse(raw); err == nil {
		return u
	}
	return &url.URL{}
}

// listedRedirects accepts for a client with a document only redirect URIs that the document lists and that use https or loopback.
func listedRedirects(
	before func(clientID, to string, pkce bool, published func() []string) error,
) func(clientID, to string, pkce bool, published func() []string) error {
	return func(clientID, to string, pkce bool, published func() []string) error {
		if err := before(clientID, to, pkce, published); err != nil {
			return err
		}
		id, where := parsed(clientID), parsed(to)
		switch {
		case id.Scheme != "https" || strings.Trim(id.Path, "/") == "":
			return nil // a client that is known by its address alone
		case where.Scheme != "https" && where.Hostname() != "localhost" && where.Hostname() != "127.0.0.1":
			return errors.New("redirect_uri is neither https nor on loopback")
		case where.Host == id.Host && !slices.Contains(published(), to):
			return errors.New("redirect_uri is not in the client's document")
		}
		return nil
	}
}

// namedClients accepts only documents that name the client.
func namedClients(before func(string, mockserver.ClientPage) []string) func(string, mockserver.ClientPage) []string {
	return func(clientID string, page mockserver.ClientPage) []string {
		var doc struct {
			Name string `json:"client_name"`
		}
		if json.Unmarshal(page.Body, &doc) != nil || doc.Name == "" {
			return nil
		}
		return before(clientID, page)
	}
}

// answersMCP distinguishes bad tokens from missing ones, and refuses tokens for other resources than the home's.
func answersMCP(before func(mock.Request, mock.Answer) mock.Answer) func(mock.Request, mock.Answer) mock.Answer {
	return func(r mock.Request, a mock.Answer) mock.Answer {
		a = before(r, a)
		if a.Status == http.StatusUnauthorized && strings.HasPrefix(r.Path(), endpoint) && r.Header.Get("Authorization") != "" {
			a.Header = a.Header.Clone()
			a.Header.Set("WWW-Authenticate", a.Header.Get("WWW-Authenticate")+`, error="invalid_token"`)
		}
		if r.Path() != "/auth/token" || a.Status != http.StatusOK {
			return a
		}
		form, err := url.ParseQuery(string(r.Body))
		foreign := func(resource string) bool { u, err := url.Parse(resource); return err != nil || u.Host != r.Host }
		if err == nil && slices.ContainsFunc(form["resource"], foreign) {
			a.Status, a.Body = http.StatusBadRequest, []byte(`{"error":"invalid_target"}`)
		}
		return a
	}
}
