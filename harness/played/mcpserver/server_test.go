package mcpserver

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
)

func played(t *testing.T) *Server {
	t.Helper()
	ca, err := clientsite.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	site, err := clientsite.Start(clientsite.Options{CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	return New(judge.With(t.Context(), judge.NewRecord()), site)
}

func ask(t *testing.T, method, to, body, token string) (status int, header http.Header, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(raw)
}

const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},` +
	`"clientInfo":{"name":"test","version":"1"}}}`

func TestTheEndpointWantsATokenOfTheServer(t *testing.T) {
	s := played(t)
	status, header, _ := ask(t, http.MethodPost, s.URL(), hello, "of-nobody")
	if status != http.StatusUnauthorized || !strings.Contains(header.Get("WWW-Authenticate"), s.ResourceByPath()) {
		t.Errorf("without a token: %d %q", status, header.Get("WWW-Authenticate"))
	}
	var answer struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(s.Issue(judge.With(t.Context(), judge.NewRecord()), nil).Body), &answer); err != nil {
		t.Fatal(err)
	}
	status, _, text := ask(t, http.MethodPost, s.URL(), hello, answer.Access)
	if status != http.StatusOK || !strings.Contains(text, Name) {
		t.Errorf("with a token: %d %s", status, text)
	}
}

func TestTheDocumentsLeadFromTheEndpointToItsServer(t *testing.T) {
	s := played(t)
	for path, want := range map[string]string{
		s.ResourceByPath(): s.Issuer(), s.OAuth(): s.TokenURL(), s.ResourceAtRoot(): "{}", s.OpenID(): "{}", s.OpenIDAppended(): "{}",
	} {
		if _, _, text := ask(t, http.MethodGet, s.Origin()+path, "", ""); !strings.Contains(text, want) {
			t.Errorf("%s: %s", path, text)
		}
	}
	s.AtRoot()
	s.Publish(s.OAuth(), s.Metadata(), 0)
	_, _, text := ask(t, http.MethodGet, s.Origin()+s.OAuth(), "", "")
	if s.OAuth() != "/.well-known/oauth-authorization-server" || !strings.Contains(text, s.Origin()) {
		t.Errorf("at the root: %s", text)
	}
	if len(s.Asked()) != 6 {
		t.Errorf("documents asked for: %q", s.Asked())
	}
}

func TestARegistrationMakesTheClientOfTheServer(t *testing.T) {
	s := played(t)
	secret := s.Secret
	status, _, text := ask(t, http.MethodPost, s.RegistrationURL(), `{"redirect_uris":["http://home/cb"]}`, "")
	if status != http.StatusCreated || !strings.Contains(text, s.ClientID) || !strings.Contains(text, secret) {
		t.Errorf("a client with a secret: %d %s", status, text)
	}
	_, _, text = ask(t, http.MethodPost, s.RegistrationURL(), `{"token_endpoint_auth_method":"none"}`, "")
	if strings.Contains(text, secret) || s.Secret != "" {
		t.Errorf("a client without one: %s", text)
	}
}
