package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var metadataDoc = at("GET /.well-known/oauth-authorization-server")
var resourceDoc = at("GET /.well-known/oauth-protected-resource")

func metadataDefect(id, story string, with func(mock.Answer) mock.Answer) Defect {
	return Defect{ID: "metadata." + id, Story: story, Change: answers(metadataDoc, with, 200)}
}

// mentions makes a document name the Host or another header of its request.
func mentions(headerName string) change {
	return func(p *mockserver.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			a = before(r, a)
			name := r.Host
			if headerName != "" {
				name = r.Header.Get(headerName)
			}
			if metadataDoc(r) && strings.Contains(name, "evil") {
				a = member("issuer", "http://"+name)(a)
			}
			return a
		}
	}
}

var _ = listed([]Defect{
	metadataDefect("missing", "The metadata document is not served.", status(404)).breaking("oauth2.metadata.served").blocking("*"),
	metadataDefect("empty", "The metadata document is empty.", body("{}")).breaking("oauth2.metadata.served", "oauth2.metadata.response-types", "oauth2.metadata.revocation-endpoint", "oauth2.metadata.auth-methods", "oauth2.metadata.grant-types", "oauth2.metadata.issuer", "oauth2.metadata.absolute-endpoints").blocking("*"),
	metadataDefect("as-text", "The metadata document is sent as text/plain.", header("Content-Type", "text/plain")).breaking("oauth2.metadata.served").blocking("*"),
	metadataDefect("wrong-token-endpoint", "token_endpoint names a path that is not there.", member("token_endpoint", "/oauth/token")).breaking("oauth2.metadata.endpoints", "oauth2.metadata.absolute-endpoints").blocking("*"),
	metadataDefect("wrong-authorization-endpoint", "authorization_endpoint names a path that is not there.", member("authorization_endpoint", "/oauth/authorize")).breaking("oauth2.metadata.endpoints", "oauth2.metadata.absolute-endpoints").blocking("*"),
	metadataDefect("no-response-types", "response_types_supported is left out.", member("response_types_supported", nil)).breaking("oauth2.metadata.response-types").blocking("*"),
	metadataDefect("response-types-token", "response_types_supported names token only.", member("response_types_supported", []string{"token"})).breaking("oauth2.metadata.response-types").blocking("*"),
	metadataDefect("no-revocation", "revocation_endpoint is left out.", member("revocation_endpoint", nil)).breaking("oauth2.metadata.revocation-endpoint").blocking("*"),
	metadataDefect("wrong-revocation", "revocation_endpoint names a path that is not there.", member("revocation_endpoint", "/oauth/revoke")).breaking("oauth2.metadata.revocation-endpoint", "oauth2.metadata.absolute-endpoints"),
	metadataDefect("secret-clients", "token_endpoint_auth_methods_supported names methods with a secret, for the default is one.", member("token_endpoint_auth_methods_supported", []string{"client_secret_basic"})).breaking("oauth2.metadata.auth-methods"),
	metadataDefect("no-auth-methods", "token_endpoint_auth_methods_supported is left out, which means client_secret_basic.", member("token_endpoint_auth_methods_supported", nil)).breaking("oauth2.metadata.auth-methods"),
	metadataDefect("implicit", "grant_types_supported is left out, which means implicit.", member("grant_types_supported", nil)).breaking("oauth2.metadata.grant-types"),
	metadataDefect("no-refresh", "grant_types_supported forgets refresh_token.", member("grant_types_supported", []string{"authorization_code"})).breaking("oauth2.metadata.grant-types"),
	metadataDefect("issuer-slash", "issuer has a slash at its end that it has nowhere else.", object(func(m map[string]any) {
		if s, ok := m["issuer"].(string); ok {
			m["issuer"] = s + "/"
		}
	})).breaking("oauth2.metadata.issuer"),
	metadataDefect("issuer-fixed", "issuer is the name from the example.", member("issuer", "https://example.org")).breaking("oauth2.metadata.issuer"),
	metadataDefect("relative", "The endpoints are paths.", object(func(m map[string]any) {
		for _, name := range []string{"authorization_endpoint", "token_endpoint", "revocation_endpoint"} {
			if s, ok := m[name].(string); ok {
				m[name] = s[strings.Index(s, "/auth"):]
			}
		}
	})).breaking("oauth2.metadata.absolute-endpoints"),
	metadataDefect("list-as-text", "grant_types_supported is a text with blanks.", member("grant_types_supported", "authorization_code refresh_token")).breaking("oauth2.metadata.grant-types", "oauth2.metadata.member-types"),
	metadataDefect("list-of-numbers", "A list has members that are no text.", member("revocation_endpoint_auth_methods_supported", []any{1})).breaking("oauth2.metadata.member-types"),
	metadataDefect("empty-list", "A list is empty where the member should be left out.", member("revocation_endpoint_auth_methods_supported", []any{})).breaking("oauth2.metadata.member-types"),
	{ID: "metadata.host", Story: "The issuer is built from the Host header, whoever sent it.", Breaks: []string{"ha.metadata.foreign-host"}, Change: mentions("")},
	{ID: "metadata.forwarded-host", Story: "The issuer is built from X-Forwarded-Host, whoever sent it.", Breaks: []string{"ha.metadata.foreign-host"}, Change: mentions("X-Forwarded-Host")},
	{ID: "metadata.no-cors", Story: "No page of another origin may read the metadata.", Breaks: []string{"ha.metadata.cors"}, Blocks: []string{"*"}, Change: answers(metadataDoc, header("Access-Control-Allow-Origin", ""))},
	{ID: "metadata.by-post", Story: "The metadata is served to a POST, too.", Breaks: []string{"oauth2.metadata.get-only"}, Change: takes(at("POST /.well-known/oauth-authorization-server"), func(r mock.Request) mock.Request { r.Method = http.MethodGet; return r })},
	{ID: "metadata.resource-missing-server", Story: "The protected resource does not name its authorization server.", Breaks: []string{"oauth2.resource-metadata.served"}, Change: answers(resourceDoc, member("authorization_servers", nil))},
	{ID: "metadata.resource-other", Story: "The protected resource is another URL.", Breaks: []string{"oauth2.resource-metadata.served"}, Change: answers(resourceDoc, member("resource", "https://example.org"))},
	{ID: "metadata.resource-dead-link", Story: "The 401 names a document that is not there.", Breaks: []string{"oauth2.resource-metadata.announced"}, Change: func(p *mockserver.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); a.Status == 401 && a.Header.Get("WWW-Authenticate") != "" {
				a = header("WWW-Authenticate", `Bearer resource_metadata="http://`+r.Host+`/nothing"`)(a)
			}
			return a
		}
	}},
	{ID: "metadata.resource-unannounced", Story: "The 401 does not name the resource's document.", Breaks: []string{"oauth2.resource-metadata.announced"}, Change: answers(api, header("WWW-Authenticate", "Bearer"), 401)},
})
