package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
)

// documentsMember is the metadata member that announces client id metadata documents (CIMD §5).
const documentsMember = "client_id_metadata_document_supported"

// The ways in which our client gets its id at a provider, in the order in which clients try them (MCP, Client Registration
// Approaches).
const (
	given      = "given"
	document   = "document"
	registered = "registered"
)

// register returns a client of ours at a provider: the configured one, one with a client id metadata document, or one from
// dynamic registration (RFC 7591).
func (s *session) register(ctx context.Context) error {
	if s.flags.ClientID != "" {
		s.at.Way = given
		return nil
	}
	doc := s.Document(ctx)
	v, _ := doc.Object()
	endpoint, _ := v["registration_endpoint"].(string)
	if announced, _ := v[documentsMember].(bool); announced {
		s.at.Way = document
		return nil
	}
	if endpoint == "" {
		return fmt.Errorf("%w: its authorization server %s accepts neither client documents nor registrations; "+
			"give --client-id and --redirect-uri of a client that it knows", ErrNoEndpoint, s.at.Issuer)
	}
	redirect := s.redirect()
	metadata := map[string]any{
		"client_name": "authconform", "redirect_uris": []string{redirect}, "grant_types": []string{"authorization_code", "refresh_token"},
		"response_types": []string{"code"}, "token_endpoint_auth_method": "none", "application_type": "native",
	}
	if s.flags.Scope != "" {
		metadata["scope"] = s.flags.Scope // a server may refuse a scope that was not registered (RFC 7591 §2)
	}
	a := s.wire.Do(ctx, wire.Request{
		Method: http.MethodPost, URL: endpoint, Body: string(kind.Encode(metadata)), Header: http.Header{"Content-Type": {"application/json"}},
	})
	var got struct {
		ID         string `json:"client_id"`
		Secret     string `json:"client_secret"`
		Management string `json:"registration_client_uri"`
		Token      string `json:"registration_access_token"`
	}
	if a.Status/100 != 2 || json.Unmarshal([]byte(a.Body), &got) != nil || got.ID == "" {
		return fmt.Errorf("%w: its authorization server refuses to register a client: %s; "+
			"give --client-id and --redirect-uri of one that it knows", ErrNoEndpoint, a)
	}
	judge.Credential(ctx, "client_secret", got.Secret)
	s.at.Way, s.at.Client = registered, oauth.Client{ID: got.ID, Secret: got.Secret, Redirect: redirect}
	s.at.Management, s.at.ManagementToken = got.Management, got.Token
	return nil
}

// withdraw deletes the registered client, if the server supports it (RFC 7592 §2.3). The parent does so, because it registered
// the client.
func (s *session) withdraw(ctx context.Context) {
	if s.at.Management == "" || s.setup.Found != nil {
		return
	}
	s.wire.Do(ctx, wire.Request{
		Method: http.MethodDelete, URL: s.at.Management, Header: http.Header{"Authorization": {"Bearer " + s.at.ManagementToken}},
	})
}

// redirect is our client's redirect URI. Nothing needs to listen there.
func (s *session) redirect() string {
	if s.flags.RedirectURI != "" {
		return s.flags.RedirectURI
	}
	return s.tools.Site.Origin() + "/callback"
}

// client returns our client at a provider, from the provider's options.
func (s *session) client() provider.Clients {
	c := s.flags.Clients
	switch s.at.Way {
	case document:
		c.RedirectURI, c.Secret = s.redirect(), "" // a secret that was given is another client's
		c.ClientID = s.Publish("mcp-client", map[string]any{
			"redirect_uris": []string{c.RedirectURI}, "token_endpoint_auth_method": "none",
			"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
		}).ID
	case registered:
		c.ClientID, c.Secret, c.RedirectURI = s.at.Client.ID, s.at.Client.Secret, s.at.Client.Redirect
	}
	if c.RedirectURI == "" {
		c.RedirectURI = s.redirect()
	}
	if c.Secret == "" && c.PublicClientID == "" {
		c.PublicClientID = c.ClientID
	}
	return c
}
