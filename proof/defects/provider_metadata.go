package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// thirdMetadata picks requests for the metadata, even of an issuer with a path.
var thirdMetadata = at("GET " + metadataPath).or(at("GET " + metadataPath + "/*"))

// metadataPath is the well-known part; the issuer's path follows it (RFC 8414 §3.1).
const metadataPath = "/.well-known/oauth-authorization-server"

// metadataBehind serves an issuer's metadata only after the issuer's path. A provider sees its own paths without that.
func metadataBehind(name string) third {
	return func(p *mockprovider.Policy) {
		right := p.MetadataAt
		p.MetadataAt = func(base string) []string {
			if base == "" {
				return right(base)
			}
			return []string{"/.well-known/" + name}
		}
	}
}

// metadataElsewhere moves the metadata to a URL after the issuer's path.
func metadataElsewhere(p *mockprovider.Policy) {
	thirdAnswersBy(at("GET "+metadataPath+"/*"), func(r mock.Request, a mock.Answer) mock.Answer {
		base := strings.TrimPrefix(r.Path(), metadataPath)
		return all(status(http.StatusMovedPermanently), header("Location", base+metadataPath))(a)
	})(p)
}

var providerMetadataDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.no-metadata", Story: "No metadata is published.",
		Aims: []string{"oauth2.metadata.served"},
		Change: thirdAnswersBy(thirdMetadata, func(_ mock.Request, a mock.Answer) mock.Answer {
			return all(status(http.StatusNotFound), header("Content-Type", "text/plain"))(a)
		}),
	},
	{
		ID: "thirdparty.metadata-appended", Story: "The metadata stand behind the issuer's path, where no client looks.",
		Aims:   []string{"oauth2.metadata.path-derived", "oauth2.metadata.path-inserted"},
		Change: metadataBehind("oauth-authorization-server"),
	},
	{
		ID: "thirdparty.metadata-redirected", Story: "From where clients look they are sent to behind the issuer's path.",
		Aims:   []string{"oauth2.metadata.path-derived", "oauth2.metadata.path-inserted"},
		Change: both(metadataBehind("oauth-authorization-server"), metadataElsewhere),
	},
	{
		ID: "thirdparty.metadata-openid", Story: "The metadata stand only where OpenID Connect Discovery puts them.",
		Aims:   []string{"oauth2.metadata.path-inserted"},
		Change: metadataBehind("openid-configuration"),
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
