package server

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// placed is a server whose metadata can be requested at any URL of its issuer.
type placed interface {
	oauth.Metadata
	DocumentAt(ctx Ctx, at string) *wire.Exchange
}

var _ = Describe("Metadata of an issuer with a path", func() {
	It(requirement("oauth2.metadata.path-derived"), func(ctx SpecContext) {
		issuer, same := issuerWithPath(ctx)
		servedAt(ctx, same, oauth.ServerPlaces(issuer))
	})

	It(requirement("oauth2.metadata.path-inserted"), func(ctx SpecContext) {
		issuer, same := issuerWithPath(ctx)
		servedAt(ctx, same, []string{oauth.WellKnown(issuer, oauth.ServerMetadata), oauth.WellKnown(issuer, oauth.OpenIDMetadata)})
	})
})

// issuerWithPath returns the issuer whose metadata were found, and an expectation that recognises them. A control checks that
// they are served where they were found.
func issuerWithPath(ctx Ctx) (issuer string, same Expectation) {
	doc := document(ctx)
	Control(ctx, doc).To(All(HaveStatus(http.StatusOK), BeJSONObject(), HaveText("token_endpoint")))
	issuer = oauth.Get[placed](ctx).Issuers()[0]
	if issuer == oauth.Root(issuer) {
		NotApplicable(ctx, "the issuer %s has no path", issuer)
	}
	return issuer, All(HaveStatus(http.StatusOK), BeJSONObject(), HaveText("token_endpoint", doc.Text("token_endpoint")))
}

// servedAt judges that one of the addresses returns the document.
func servedAt(ctx Ctx, same Expectation, addresses []string) {
	var first *wire.Exchange
	for _, at := range addresses {
		answer := oauth.Get[placed](ctx).DocumentAt(ctx, at)
		if ok, _ := same.Match(answer); ok {
			Expect(ctx, answer).To(same)
			return
		}
		if first == nil {
			first = answer
		}
	}
	Expect(ctx, first).To(same)
}
