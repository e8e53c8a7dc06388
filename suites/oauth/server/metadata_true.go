package server

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// prober is a target that can send empty requests to announced endpoints, to see whether they exist.
type prober interface {
	// Probe posts an empty form to the endpoint in a member of the metadata; nil if there is none.
	Probe(ctx Ctx, member string) *wire.Exchange
}

var _ = Describe("What metadata announce", func() {
	It(requirement("provider.metadata.endpoints-live"), func(ctx SpecContext) {
		works(ctx, oauth.Get[oauth.Server](ctx))
		target := oauth.Get[prober](ctx)
		for _, member := range []string{"token_endpoint", "revocation_endpoint", "introspection_endpoint", "registration_endpoint"} {
			if answer := target.Probe(Step(ctx, member), member); answer != nil {
				Expect(Step(ctx, member), answer).NotTo(HaveStatus(http.StatusNotFound, http.StatusMethodNotAllowed))
			}
		}
	})

	It(requirement("provider.metadata.grants-true"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		list := announcedWords(ctx, grantTypes)
		for _, grant := range list {
			if grant == "implicit" { // the token endpoint does not serve it
				continue
			}
			answer := server.Exchange(Step(ctx, grant), unknown, oauth.Set("grant_type", grant))
			Expect(Step(ctx, grant), answer).To(lackError("unsupported_grant_type"))
		}
	})

	It(requirement("provider.metadata.response-types-true"), func(ctx SpecContext) {
		server := allowing(ctx)
		for _, kind := range announcedWords(ctx, "response_types_supported") {
			back := server.Authorize(Step(ctx, kind), server.Request().Apply(oauth.Set("response_type", kind), oauth.Set("nonce", "n-0S6_WzA2Mj")))
			Expect(Step(ctx, kind), back.Error == "unsupported_response_type").To(Be("refused as unsupported", false))
		}
	})
})

// announcedWords returns a list of the metadata.
func announcedWords(ctx Ctx, member string) []string {
	v, err := document(ctx).Object()
	Control(ctx, err).To(Be("what is wrong with the metadata", error(nil)))
	var words []string
	list, _ := v[member].([]any)
	for _, item := range list {
		if word, ok := item.(string); ok && strings.TrimSpace(word) != "" {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		NotApplicable(ctx, "the metadata lists nothing in %s", member)
	}
	return words
}

// lackError holds for an answer without that error.
func lackError(word string) Expectation {
	return Hold("no error "+word, func(e *wire.Exchange) error {
		if e.Text("error") == word {
			return ErrOther
		}
		return nil
	})
}
