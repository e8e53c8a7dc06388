package home

import (
	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

// loginWorks is the control of refused logins: a good one gets a code.
func loginWorks(ctx Ctx) {
	Lately(ctx, home.From(ctx), "a login of the default client gets a code", func() {
		Control(ctx, authorize(ctx, home.Login{})).To(IssueCode())
	})
}

// listingWorks is the control of refused client pages: a page that lists a redirect URI allows it.
func listingWorks(ctx Ctx) {
	to := elsewhere(ctx)
	Lately(ctx, home.From(ctx), "a login to a redirect URI that the client's page lists gets a code", func() {
		Control(ctx, authorize(ctx, clientWith(ctx, "control", link(to), to))).To(IssueCode())
	})
}

// documentWorks is the control of refused client id metadata documents: one that lists a redirect URI allows it.
func documentWorks(ctx Ctx) {
	to := elsewhere(ctx)
	Lately(ctx, home.From(ctx), "a login to a redirect URI of the client's metadata document gets a code", func() {
		Control(ctx, authorize(ctx, home.Login{ClientID: document(ctx, "control", nil, to), RedirectURI: to})).To(IssueCode())
	})
}
