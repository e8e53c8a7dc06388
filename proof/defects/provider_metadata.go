package defects

import (
	"net/http"

	"github.com/authconform/authconform/mockprovider"
)

var providerMetadataDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.no-metadata", Story: "No metadata is published.",
		Aims: []string{"oauth2.metadata.served"},
		Change: thirdAnswers(
			"GET /.well-known/oauth-authorization-server",
			all(status(http.StatusNotFound), header("Content-Type", "text/plain")),
		),
	},
	{
		ID: "thirdparty.no-response-types", Story: "response_types_supported omits code.",
		Aims:   []string{"oauth2.metadata.response-types"},
		Change: metadataMember("response_types_supported", []string{"token"}),
	},
	{
		ID: "thirdparty.relative-endpoint", Story: "The revocation endpoint is a relative path.",
		Aims:   []string{"oauth2.metadata.absolute-endpoints"},
		Change: metadataMember("revocation_endpoint", "/oauth/revoke"),
	},
	{
		ID: "thirdparty.scopes-as-text", Story: "scopes_supported is one space-separated string.",
		Aims:   []string{"oauth2.metadata.member-types"},
		Change: metadataMember("scopes_supported", "profile devices:read"),
	},
	{
		ID: "thirdparty.inner-issuer", Story: "The issuer names an internal host.",
		Aims:   []string{"oauth2.metadata.issuer", "provider.authorize.iss"},
		Change: metadataMember("issuer", "http://10.0.0.7:8080"),
	},
	{
		ID: "thirdparty.pkce-not-named", Story: "S256 works, but the metadata omit it.",
		Aims:   []string{"provider.metadata.pkce"},
		Change: metadataMember("code_challenge_methods_supported", []string{"plain"}),
	},
	{
		ID: "thirdparty.grants-default", Story: "grant_types_supported names only authorization_code.",
		Aims:   []string{"oauth2.metadata.grant-types"},
		Change: metadataMember("grant_types_supported", []string{"authorization_code"}),
	},
	{
		ID: "thirdparty.methods-untrue", Story: "Secrets are accepted, but only private_key_jwt is announced.",
		Aims:   []string{"provider.metadata.auth-methods"},
		Change: metadataMember("token_endpoint_auth_methods_supported", []string{"private_key_jwt"}),
	},
}
