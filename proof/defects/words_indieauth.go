package defects

import (
	"slices"
	"strings"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/indieauth"
)

// people is one change of the policy of a server for people's own URLs.
type people = func(*indieauth.Policy)

// shared are the names of defects of providers that break a sentence about IndieAuth servers, too.
var shared = []string{
	"ends-on-a-page", "state-plus", "state-escaped", "state-cut-2048", "state-long-500", "state-lost-on-error", "no-iss",
	"iss-slash", "iss-not-on-error", "denied-page", "denied-word", "any-response-type", "response-type-optional",
	"implicit", "unknown-parameter-refused", "code-counter", "code-short", "code-serial", "redirect-307",
	"pkce-plain-compare", "pkce-not-compared", "pkce-case", "pkce-optional", "pkce-empty", "pkce-longer",
	"pkce-missing-500", "pkce-wrong-500", "access-with-scheme", "text-plain", "no-token-type", "token-type-mac",
	"tokens-stored", "refreshed-stored", "charset", "form-type-case", "token-short", "token-counter", "token-by-get",
	"token-query", "token-unknown-parameter", "grant-type-optional", "grant-type-word", "errors-200", "errors-text",
	"client-id-optional", "code-idempotent", "code-reusable", "code-half-hour", "replay-harmless", "code-any-client",
	"code-any-redirect", "code-redirect-optional", "code-redirect-slash", "code-lives-a-day", "code-cut",
	"refresh-wants-scope", "refresh-same-token", "refresh-told", "refresh-foreign-500", "refresh-any-client", "api-closed",
	"api-scheme-case", "revoke-lazily", "no-metadata", "no-response-types", "relative-endpoint", "scopes-as-text",
	"inner-issuer", "pkce-not-named",
}

// alsoOf are those of them, as defects of a server that is more than a provider.
func alsoOf(list []Defect[mockprovider.Policy], which []string) []Defect[indieauth.Policy] {
	var out []Defect[indieauth.Policy]
	for _, d := range list {
		_, name, _ := strings.Cut(d.ID, ".")
		if !slices.Contains(which, name) {
			continue
		}
		out = append(out, Defect[indieauth.Policy]{
			ID: "people." + name, Story: d.Story, Aims: d.Aims, Change: func(p *indieauth.Policy) { d.Change(&p.Policy) },
		})
	}
	return out
}
