package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

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
			if metadataDoc(r) && elsewhere(name) {
				a = member("issuer", "http://"+name)(a)
			}
			return a
		}
	}
}

var metadataDefects = []Defect[mockserver.Policy]{
	{
		ID: "metadata.missing", Story: "The metadata document is not served.",
		Aims:   []string{"oauth2.metadata.served"},
		Change: answers(metadataDoc, status(404), 200),
	},
	{
		ID: "metadata.empty", Story: "The metadata document is empty.",
		Aims:   []string{"oauth2.metadata.served"},
		Change: answers(metadataDoc, body("{}"), 200),
	},
	{
		ID: "metadata.as-text", Story: "The metadata document is sent as text/plain.",
		Aims:   []string{"oauth2.metadata.served"},
		Change: answers(metadataDoc, header("Content-Type", "text/plain"), 200),
	},
	{
		ID: "metadata.wrong-token-endpoint", Story: "token_endpoint names a path that is not there.",
		Aims:   []string{"oauth2.metadata.endpoints", "oauth2.metadata.absolute-endpoints"},
		Change: answers(metadataDoc, member("token_endpoint", "/oauth/token"), 200),
	},
	{
		ID: "metadata.wrong-authorization-endpoint", Story: "authorization_endpoint names a path that is not there.",
		Aims:   []string{"oauth2.metadata.endpoints", "oauth2.metadata.absolute-endpoints"},
		Change: answers(metadataDoc, member("authorization_endpoint", "/oauth/authorize"), 200),
	},
	{
		ID: "metadata.no-response-types", Story: "response_types_supported is left out.",
		Aims:   []string{"oauth2.metadata.response-types"},
		Change: answers(metadataDoc, member("response_types_supported", nil), 200),
	},
	{
		ID: "metadata.response-types-token", Story: "response_types_supported names token only.",
		Aims:   []string{"oauth2.metadata.response-types"},
		Change: answers(metadataDoc, member("response_types_supported", []string{"token"}), 200),
	},
	{
		ID: "metadata.no-revocation", Story: "revocation_endpoint is left out.",
		Aims:   []string{"oauth2.metadata.revocation-endpoint"},
		Change: answers(metadataDoc, member("revocation_endpoint", nil), 200),
	},
	{
		ID: "metadata.wrong-revocation", Story: "revocation_endpoint names a path that is not there.",
		Aims:   []string{"oauth2.metadata.revocation-endpoint", "oauth2.metadata.absolute-endpoints"},
		Change: answers(metadataDoc, member("revocation_endpoint", "/oauth/revoke"), 200),
	},
	{
		ID:     "metadata.secret-clients",
		Story:  "token_endpoint_auth_methods_supported names methods with a secret, because the RFC's default is one.",
		Aims:   []string{"oauth2.metadata.auth-methods"},
		Change: answers(metadataDoc, member("token_endpoint_auth_methods_supported", []string{"client_secret_basic"}), 200),
	},
	{
		ID: "metadata.no-auth-methods", Story: "token_endpoint_auth_methods_supported is left out, which means client_secret_basic.",
		Aims:   []string{"oauth2.metadata.auth-methods"},
		Change: answers(metadataDoc, member("token_endpoint_auth_methods_supported", nil), 200),
	},
	{
		ID: "metadata.implicit", Story: "grant_types_supported is left out, which means implicit.",
		Aims:   []string{"oauth2.metadata.grant-types"},
		Change: answers(metadataDoc, member("grant_types_supported", nil), 200),
	},
	{
		ID: "metadata.no-refresh", Story: "grant_types_supported omits refresh_token.",
		Aims:   []string{"oauth2.metadata.grant-types"},
		Change: answers(metadataDoc, member("grant_types_supported", []string{"authorization_code"}), 200),
	},
	{
		ID: "metadata.issuer-slash", Story: "issuer ends in a slash, which it has nowhere else.",
		Aims: []string{"oauth2.metadata.issuer"},
		Change: answers(metadataDoc, object(func(m map[string]any) {
			if s, ok := m["issuer"].(string); ok {
				m["issuer"] = s + "/"
			}
		}), 200),
	},
	{
		ID: "metadata.issuer-fixed", Story: "issuer is the one from the documentation's example.",
		Aims:   []string{"oauth2.metadata.issuer"},
		Change: answers(metadataDoc, member("issuer", "https://example.org"), 200),
	},
	{
		ID: "metadata.relative", Story: "The endpoints are relative paths.",
		Aims: []string{"oauth2.metadata.absolute-endpoints"},
		Change: answers(metadataDoc, object(func(m map[string]any) {
			for _, name := range []string{"authorization_endpoint", "token_endpoint", "revocation_endpoint"} {
				if s, ok := m[name].(string); ok {
					m[name] = s[strings.Index(s, "/auth"):]
				}
			}
		}), 200),
	},
	{
		ID: "metadata.list-as-text", Story: "grant_types_supported is one space-separated string.",
		Aims:   []string{"oauth2.metadata.grant-types", "oauth2.metadata.member-types"},
		Change: answers(metadataDoc, member("grant_types_supported", "authorization_code refresh_token"), 200),
	},
	{
		ID: "metadata.list-of-numbers", Story: "A list contains members that are not strings.",
		Aims:   []string{"oauth2.metadata.member-types"},
		Change: answers(metadataDoc, member("revocation_endpoint_auth_methods_supported", []any{1}), 200),
	},
	{
		ID: "metadata.empty-list", Story: "A list is empty where the member should be left out.",
		Aims:   []string{"oauth2.metadata.member-types"},
		Change: answers(metadataDoc, member("revocation_endpoint_auth_methods_supported", []any{}), 200),
	},
	{
		ID: "metadata.host", Story: "The issuer is built from any Host header.",
		Aims:   []string{"ha.metadata.foreign-host"},
		Change: mentions(""),
	},
	{
		ID: "metadata.forwarded-host", Story: "The issuer is built from any X-Forwarded-Host header.",
		Aims:   []string{"ha.metadata.foreign-host"},
		Change: mentions("X-Forwarded-Host"),
	},
	{
		ID: "metadata.no-cors", Story: "Pages from other origins cannot read the metadata.",
		Aims:   []string{"ha.metadata.cors"},
		Change: answers(metadataDoc, header("Access-Control-Allow-Origin", "")),
	},
	{
		ID: "metadata.resource-no-cors", Story: "No page of another origin may read the resource metadata.",
		Aims:   []string{"ha.resource-metadata.cors"},
		Change: answers(resourceDoc, header("Access-Control-Allow-Origin", "")),
	},
	{
		ID: "metadata.by-post", Story: "The metadata is also served to POST.",
		Aims: []string{"oauth2.metadata.get-only"},
		Change: takes(at("POST /.well-known/oauth-authorization-server"), func(r mock.Request) mock.Request {
			r.Method = http.MethodGet
			return r
		}),
	},
	{
		ID: "metadata.resource-missing-server", Story: "The protected resource does not name its authorization server.",
		Aims:   []string{"oauth2.resource-metadata.served"},
		Change: answers(resourceDoc, member("authorization_servers", nil)),
	},
	{
		ID: "metadata.resource-other", Story: "The protected resource is a different URL.",
		Aims:   []string{"oauth2.resource-metadata.served"},
		Change: answers(resourceDoc, member("resource", "https://example.org")),
	},
	{
		ID: "metadata.resource-dead-link", Story: "The 401 names a document that does not exist.",
		Aims: []string{"oauth2.resource-metadata.announced"},
		Change: func(p *mockserver.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); a.Status == 401 && a.Header.Get("WWW-Authenticate") != "" {
					a = header("WWW-Authenticate", `Bearer resource_metadata="http://`+r.Host+`/nothing"`)(a)
				}
				return a
			}
		},
	},
	{
		ID: "metadata.resource-unannounced", Story: "The 401 does not name the resource's document.",
		Aims:   []string{"oauth2.resource-metadata.announced"},
		Change: answers(api, header("WWW-Authenticate", "Bearer"), 401),
	},
}
