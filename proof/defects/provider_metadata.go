package defects

import (
	"net/http"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// Where the metadata of the provider that is judged stand, and where they do not: its issuer has a path, and a provider takes what is
// below that path as if it were at its root.
const (
	metadataInserted = "/.well-known/oauth-authorization-server/house"
	metadataAppended = "/.well-known/oauth-authorization-server"
	openidAppended   = "/.well-known/openid-configuration"
)

// metadataMoved serves the metadata at another place of the issuer's path. What asks for the right one is told so.
func metadataMoved(to string, instead func(mock.Answer) mock.Answer) third {
	return func(p *mockprovider.Policy) {
		rightly := at("GET " + metadataInserted)
		thirdAnswersBy(rightly, func(r mock.Request, a mock.Answer) mock.Answer {
			if r.Header.Get(movedMark) != "" {
				return a
			}
			return instead(a)
		})(p)
		thirdTakes(at("GET "+to), func(r mock.Request) mock.Request {
			r = withHeader(movedMark, "yes")(r)
			r.Target = metadataInserted
			return r
		})(p)
	}
}

// movedMark is on requests that were taken for others; no client sends it.
const movedMark = "X-Authconform-Moved"

var providerMetadataDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.no-metadata", Story: "No metadata are published.",
		Aims: []string{"oauth2.metadata.served"},
		Change: thirdAnswers(
			"GET "+metadataInserted,
			all(status(http.StatusNotFound), header("Content-Type", "text/plain")),
		),
	},
	{
		ID: "thirdparty.metadata-appended", Story: "The metadata stand behind the issuer's path, where no client looks.",
		Aims:   []string{"oauth2.metadata.path-derived", "oauth2.metadata.path-inserted"},
		Change: metadataMoved(metadataAppended, all(status(http.StatusNotFound), header("Content-Type", "text/plain"))),
	},
	{
		ID: "thirdparty.metadata-redirected", Story: "From where clients look they are sent to behind the issuer's path.",
		Aims:   []string{"oauth2.metadata.path-derived", "oauth2.metadata.path-inserted"},
		Change: metadataMoved(metadataAppended, all(status(http.StatusMovedPermanently), header("Location", "/house"+metadataAppended))),
	},
	{
		ID: "thirdparty.metadata-openid", Story: "The metadata stand only where OpenID Connect Discovery puts them.",
		Aims:   []string{"oauth2.metadata.path-inserted"},
		Change: metadataMoved(openidAppended, all(status(http.StatusNotFound), header("Content-Type", "text/plain"))),
	},
	{
		ID: "thirdparty.no-response-types", Story: "Of the response types code is not named.",
		Aims:   []string{"oauth2.metadata.response-types"},
		Change: metadataMember("response_types_supported", []string{"token"}),
	},
	{
		ID: "thirdparty.relative-endpoint", Story: "The revocation endpoint is a path.",
		Aims:   []string{"oauth2.metadata.absolute-endpoints"},
		Change: metadataMember("revocation_endpoint", "/oauth/revoke"),
	},
	{
		ID: "thirdparty.scopes-as-text", Story: "The scopes are one text, with blanks.",
		Aims:   []string{"oauth2.metadata.member-types"},
		Change: metadataMember("scopes_supported", "profile devices:read"),
	},
	{
		ID: "thirdparty.inner-issuer", Story: "The issuer names the inner host.",
		Aims:   []string{"oauth2.metadata.issuer", "provider.authorize.iss"},
		Change: metadataMember("issuer", "http://10.0.0.7:8080"),
	},
	{
		ID: "thirdparty.pkce-not-named", Story: "S256 works, and the metadata do not name it.",
		Aims:   []string{"provider.metadata.pkce"},
		Change: metadataMember("code_challenge_methods_supported", []string{"plain"}),
	},
	{
		ID: "thirdparty.grants-default", Story: "Of the grants only authorization_code is named.",
		Aims:   []string{"oauth2.metadata.grant-types"},
		Change: metadataMember("grant_types_supported", []string{"authorization_code"}),
	},
	{
		ID: "thirdparty.methods-untrue", Story: "Secrets are accepted, but only private_key_jwt is announced.",
		Aims:   []string{"provider.metadata.auth-methods"},
		Change: metadataMember("token_endpoint_auth_methods_supported", []string{"private_key_jwt"}),
	},
}
