package defects

import (
	"slices"
	"strings"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/indieauth"
)

// people is one change of the policy of a server for people's own URLs.
type people = func(*indieauth.Policy)

// shared are the defects of providers that also break a sentence about IndieAuth servers.
var shared = []string{
	"thirdparty.ends-on-a-page", "thirdparty.state-plus", "thirdparty.state-escaped", "thirdparty.state-cut-2048",
	"thirdparty.state-long-500", "thirdparty.state-lost-on-error", "thirdparty.no-iss", "thirdparty.iss-slash",
	"thirdparty.iss-not-on-error", "thirdparty.denied-page", "thirdparty.denied-word", "thirdparty.any-response-type",
	"thirdparty.response-type-optional", "thirdparty.implicit", "thirdparty.unknown-parameter-refused",
	"thirdparty.code-counter", "thirdparty.code-short", "thirdparty.code-serial", "thirdparty.redirect-307",
	"thirdparty.pkce-plain-compare", "thirdparty.pkce-not-compared", "thirdparty.pkce-case", "thirdparty.pkce-optional",
	"thirdparty.pkce-empty", "thirdparty.pkce-longer", "thirdparty.pkce-missing-500", "thirdparty.pkce-wrong-500",
	"thirdparty.access-with-scheme", "thirdparty.text-plain", "thirdparty.no-token-type", "thirdparty.token-type-mac",
	"thirdparty.tokens-stored", "thirdparty.refreshed-stored", "thirdparty.charset", "thirdparty.form-type-case",
	"thirdparty.token-short", "thirdparty.token-counter", "thirdparty.token-by-get", "thirdparty.token-query",
	"thirdparty.token-unknown-parameter", "thirdparty.grant-type-optional", "thirdparty.grant-type-word",
	"thirdparty.errors-200", "thirdparty.errors-text", "thirdparty.client-id-optional", "thirdparty.code-idempotent",
	"thirdparty.code-reusable", "thirdparty.code-half-hour", "thirdparty.replay-harmless", "thirdparty.code-any-client",
	"thirdparty.code-any-redirect", "thirdparty.code-redirect-optional", "thirdparty.code-redirect-slash",
	"thirdparty.code-lives-a-day", "thirdparty.code-cut", "thirdparty.refresh-wants-scope", "thirdparty.refresh-same-token",
	"thirdparty.refresh-told", "thirdparty.refresh-foreign-500", "thirdparty.refresh-any-client", "thirdparty.api-closed",
	"thirdparty.api-scheme-case", "thirdparty.revoke-lazily", "thirdparty.no-metadata", "thirdparty.no-response-types",
	"thirdparty.relative-endpoint", "thirdparty.scopes-as-text", "thirdparty.inner-issuer", "thirdparty.pkce-not-named",
}

// alsoOf returns them as defects of a server that is more than a provider.
func alsoOf(list []Defect[mockprovider.Policy], which []string) []Defect[indieauth.Policy] {
	var out []Defect[indieauth.Policy]
	for _, d := range list {
		_, name, _ := strings.Cut(d.ID, ".")
		if !slices.Contains(which, d.ID) {
			continue
		}
		out = append(out, Defect[indieauth.Policy]{
			ID: "people." + name, Story: d.Story, Aims: d.Aims, Change: func(p *indieauth.Policy) { d.Change(&p.Policy) },
		})
	}
	return out
}
