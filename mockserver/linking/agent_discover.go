package linking

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
)

var (
	metadataOfChallenge = regexp.MustCompile(`(?i)\bresource_metadata="([^"]+)"`)
	scopeOfChallenge    = regexp.MustCompile(`(?i)\bscope="([^"]+)"`)
)

// discover finds the authorization server of an endpoint, by what the 401 said; nil: none that may be used.
func (l *Linker) discover(ctx context.Context, endpoint, challenge string) *connection {
	p := l.Policy().Agent
	var resource struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported"`
	}
	named := ""
	if found := metadataOfChallenge.FindStringSubmatch(challenge); found != nil {
		if u, err := parsed(endpoint).Parse(found[1]); err == nil {
			named = u.String()
		}
	}
	if !l.first(ctx, p.ResourcePlaces(endpoint, named), &resource) || !p.ResourceFits(resource.Resource, endpoint) {
		return nil
	}
	servers := p.Servers(endpoint, resource.Servers)
	if len(servers) == 0 {
		return nil
	}
	c := l.server(ctx, servers[0])
	if c == nil {
		return nil
	}
	var asked []string
	if found := scopeOfChallenge.FindStringSubmatch(challenge); found != nil {
		asked = strings.Fields(found[1])
	}
	c.endpoint, c.scopes = endpoint, p.Scopes(asked, resource.Scopes, c.scopes)
	return c
}

// server reads the metadata of an issuer; nil: they must not be used.
func (l *Linker) server(ctx context.Context, issuer string) *connection {
	p := l.Policy().Agent
	var m struct {
		Issuer       string    `json:"issuer"`
		Authorize    string    `json:"authorization_endpoint"`
		Token        string    `json:"token_endpoint"`
		Registration string    `json:"registration_endpoint"`
		Scopes       []string  `json:"scopes_supported"`
		Methods      *[]string `json:"code_challenge_methods_supported"`
		Promises     bool      `json:"authorization_response_iss_parameter_supported"`
	}
	if !l.first(ctx, p.ServerPlaces(issuer), &m) || !p.IssuerFits(m.Issuer, issuer) {
		return nil
	}
	var methods []string
	if m.Methods != nil {
		methods = *m.Methods
	}
	c := &connection{
		issuer: issuer, promisesIssuer: m.Promises, scopes: m.Scopes, registration: m.Registration,
		authorize: p.Endpoint(m.Authorize, issuer), token: p.Endpoint(m.Token, issuer),
	}
	if c.authorize == "" || c.token == "" || !p.Challenges(methods, m.Methods != nil) {
		return nil
	}
	return c
}

// first reads the first of the documents that is there.
func (l *Linker) first(ctx context.Context, places []string, into any) bool {
	for _, place := range places {
		body, status := l.fetch(ctx, http.MethodGet, place, nil)
		if status == http.StatusOK {
			return json.Unmarshal(body, into) == nil
		}
	}
	return false
}

// fetch asks for a JSON document, or sends one.
func (l *Linker) fetch(ctx context.Context, method, to string, body []byte) ([]byte, int) {
	ctx, stop := l.within(ctx, l.Policy().TokenTTL())
	defer stop()
	req, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return nil, 0
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := l.HTTP.Do(req)
	if err != nil {
		return nil, 0
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, int64(l.Policy().FrameLimit())))
	if err != nil {
		return nil, 0
	}
	return raw, resp.StatusCode
}

// register makes the home a client of the flow's server (RFC 7591), and goes on with it.
func (l *Linker) register(ctx context.Context, f *flow) (Step, error) {
	p := l.Policy()
	if err := p.Base(f.base, f.baseGiven || l.My != ""); err != nil {
		return nil, err
	}
	said, err := json.Marshal(p.Agent.Registration(p.Redirect(f.base, l.My)))
	if err != nil {
		return nil, err
	}
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	for range p.Agent.Attempts() {
		body, status := l.fetch(ctx, http.MethodPost, f.agent.registration, said)
		if status == http.StatusCreated && json.Unmarshal(body, &made) == nil && made.ID != "" {
			f.credential = Credential{Domain: Agent, ClientID: made.ID, ClientSecret: made.Secret}
			return l.sendAway(ctx, f, f.base)
		}
	}
	return l.aborted(f, "registration_refused", nil), nil
}
