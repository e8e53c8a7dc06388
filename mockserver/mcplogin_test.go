package mockserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/authconform/authconform/mockserver"
)

// document is a client id metadata document, at an https address of this machine.
func document(t *testing.T, redirect string) (id string, s *httptest.Server) {
	t.Helper()
	s = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"client_id": "https://" + r.Host + r.URL.Path, "client_name": "Test", "redirect_uris": []string{redirect},
			"token_endpoint_auth_method": "none",
		})
	}))
	t.Cleanup(s.Close)
	return s.URL + "/client.json", s
}

// TestTheGoSDKsClientLogsIn where the real home of 2026.11.0 lets it in, and stops where it stops there.
func TestTheGoSDKsClientLogsIn(t *testing.T) {
	t.Parallel()
	const redirect = "http://127.0.0.1:9999/callback"
	id, site := document(t, redirect)
	byDocument := auth.AuthorizationCodeHandlerConfig{ClientIDMetadataDocumentConfig: &auth.ClientIDMetadataDocumentConfig{URL: id}}
	byID := auth.AuthorizationCodeHandlerConfig{PreregisteredClient: &oauthex.ClientCredentials{ClientID: "http://127.0.0.1:9999/"}}
	byRegistration := auth.AuthorizationCodeHandlerConfig{DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
		Metadata: &oauthex.ClientRegistrationMetadata{ClientName: "Test", RedirectURIs: []string{redirect}},
	}}
	for _, c := range []struct {
		name   string
		config auth.AuthorizationCodeHandlerConfig
		change func(*mockserver.Policy)
		stops  string // "": it gets in
	}{
		{"by a client document", byDocument, nil, ""},
		{"by an id of its own", byID, nil, ""},
		{"by registration", byRegistration, nil, "no configured client registration methods are supported"},
		{"PKCE unannounced", byID, changed("code_challenge_methods_supported", nil), "PKCE"},
		{"no challenge", byID, func(p *mockserver.Policy) {
			p.BearerChallenge = func(string, string) string { return "" }
		}, ""},
		{"a challenge to nowhere", byID, func(p *mockserver.Policy) {
			p.BearerChallenge = func(own, _ string) string { return `Bearer resource_metadata="` + own + `/nowhere"` }
		}, ""},
		{"PKCE plain only", byID, changed("code_challenge_methods_supported", []string{"plain"}), ""},
		{"no response types", byID, changed("response_types_supported", nil), ""},
		{"another issuer", byID, changed("issuer", "https://other.example"), "issuer"},
		{"an issuer with a slash", byID, func(p *mockserver.Policy) {
			strict := p.Metadata
			p.Metadata = func(own string) map[string]any { return with(strict(own), "issuer", own+"/") }
		}, ""},
		{"no issuer", byID, changed("issuer", nil), "issuer"},
		{"relative endpoints", byID, func(p *mockserver.Policy) {
			p.Metadata = func(string) map[string]any { return mockserver.Strict().Metadata("") }
		}, "issuer"},
		{"a resource of another host", byID, described("resource", "https://other.example"), ""},
		{"no authorization server", byID, described("authorization_servers", nil), "authorization server"},
	} {
		policy := mockserver.Strict()
		if c.change != nil {
			c.change(policy)
		}
		home, err := mockserver.Listen("127.0.0.1:0", mockserver.Options{Policy: policy, Fetch: site.Client()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(home.Stop)
		config := c.config
		config.RedirectURL = redirect
		config.AuthorizationCodeFetcher = func(_ context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			return person(app{t, home}, args.URL)
		}
		tools, err := toolsBy(t.Context(), home.URL+"/api/mcp", config)
		switch {
		case c.stops == "" && (err != nil || !strings.Contains(tools, "intent__HassTurnOn")):
			t.Errorf("%s: %v, tools %s", c.name, err, tools)
		case c.stops != "" && (err == nil || !strings.Contains(err.Error(), c.stops)):
			t.Errorf("%s: %v; want a stop at %q", c.name, err, c.stops)
		}
	}
}

// changed is a policy with a member of the server metadata changed; nil takes it away.
func changed(member string, v any) func(*mockserver.Policy) {
	return func(p *mockserver.Policy) {
		strict := p.Metadata
		p.Metadata = func(own string) map[string]any { return with(strict(own), member, v) }
	}
}

// described is a policy with a member of the resource metadata changed.
func described(member string, v any) func(*mockserver.Policy) {
	return func(p *mockserver.Policy) {
		strict := p.ResourceMetadata
		p.ResourceMetadata = func(own, path string) map[string]any { return with(strict(own, path), member, v) }
	}
}

func with(document map[string]any, member string, v any) map[string]any {
	switch {
	case document == nil:
	case v == nil:
		delete(document, member)
	default:
		document[member] = v
	}
	return document
}

// toolsBy connects the SDK's client and lists the names of the tools.
func toolsBy(ctx context.Context, endpoint string, config auth.AuthorizationCodeHandlerConfig) (string, error) {
	login, err := auth.NewAuthorizationCodeHandler(&config)
	if err != nil {
		return "", err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: endpoint, OAuthHandler: login, MaxRetries: -1}, nil)
	if err != nil {
		return "", err
	}
	defer session.Close()
	list, err := session.ListTools(ctx, nil)
	if err != nil {
		return "", err
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
	}
	return strings.Join(names, " "), nil
}

// person logs in on the page that a client opened, as the page does it.
func person(a app, page string) (*auth.AuthorizationResult, error) {
	u, err := url.Parse(page)
	if err != nil {
		return nil, err
	}
	if u.Path != "/auth/authorize" {
		return nil, errors.New("the client opens " + u.Path)
	}
	q := u.Query()
	pkce := fmt.Sprintf(`"code_challenge":%q,"code_challenge_method":%q`, q.Get("code_challenge"), q.Get("code_challenge_method"))
	_, flow := a.do("POST", "/auth/login_flow", "", "application/json",
		fmt.Sprintf(`{"client_id":%q,"handler":["homeassistant",null],"redirect_uri":%q,%s}`, q.Get("client_id"), q.Get("redirect_uri"), pkce))
	_, step := a.do("POST", fmt.Sprint("/auth/login_flow/", flow["flow_id"]), "", "application/json",
		fmt.Sprintf(`{"client_id":%q,"username":"owner","password":"owner-password"}`, q.Get("client_id")))
	code, ok := step["result"].(string)
	if !ok {
		return nil, fmt.Errorf("no code: %v %v", flow, step)
	}
	return &auth.AuthorizationResult{Code: code, State: q.Get("state")}, nil
}
