package server

import (
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Authorization server metadata under other names", func() {
	It(requirement("oauth2.metadata.issuer-every-name"), func(ctx SpecContext) {
		underEveryName(ctx, func(ctx Ctx, doc *wire.Exchange) {
			if Expect(ctx, doc).To(HaveText("issuer")) {
				Expect(ctx, usable(doc.Text("issuer"))).To(Be("issuer is an absolute URL", true))
			}
		})
	})

	It(requirement("oauth2.metadata.members-every-name"), func(ctx SpecContext) {
		underEveryName(ctx, func(ctx Ctx, doc *wire.Exchange) {
			Expect(ctx, doc).To(All(HaveText("authorization_endpoint"), HaveText("token_endpoint"), HaveMembers("response_types_supported")))
			Expect(ctx, doc).To(EachMember("endpoint an absolute URL", "_endpoint", func(v any) bool {
				s, _ := v.(string)
				return usable(s)
			}))
		})
	})
})

var _ = Describe("What clients of today need", func() {
	It(requirement("oauth2.code.kept-unidentified"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		at := oauth.Get[oauth.Library](ctx).Endpoint()
		works(ctx, server)
		code := oauth.Code(ctx, server, "")
		form := server.CodeGrant(code).Apply(oauth.Drop("client_id"), oauth.Drop("client_secret"))
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, at.URL, strings.NewReader(form.Encode()))
		if err != nil {
			Block(ctx, "the token endpoint %s cannot be asked: %v", at.URL, err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(url.QueryEscape(oauth.Get[oauth.Clients](ctx).Default().ID), "")
		first, err := at.HTTP.Do(r)
		if err != nil {
			Block(ctx, "the token endpoint does not answer: %v", err)
		}
		_ = first.Body.Close()
		Note(Step(ctx, "with an empty secret in the header"), "status %d", first.StatusCode)
		if first.StatusCode != http.StatusOK {
			Note(Step(ctx, "then with client_id in the form"), "%s", Outcome(server.Exchange(ctx, code)))
		}
	})

	It(requirement("oauth2.token.resource-taken"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		for _, name := range oauth.Get[oauth.Aimed](ctx).Aims() {
			of := oauth.Set("resource", name)
			back := server.Authorize(Step(ctx, "the authorization request"), server.Request().Apply(of))
			if !Expect(Step(ctx, "the authorization request"), back).To(BringCode()) {
				continue
			}
			answer := server.Exchange(Step(ctx, "the token request"), back.Code, of)
			if !Expect(Step(ctx, "the token request"), answer).To(IssueTokens()) {
				continue
			}
			if got, _ := oauth.Read(answer, ""); got.Refresh != "" {
				Expect(Step(ctx, "a refresh"), server.Renew(Step(ctx, "a refresh"), got.Refresh, of)).To(IssueTokens())
			}
		}
	})

	It(requirement("oauth2.cimd.errors-not-cached"), func(ctx SpecContext) {
		server, publisher := oauth.Get[oauth.Authorizer](ctx), oauth.Get[oauth.Publisher](ctx)
		const to = "https://app.example/callback"
		whole := publisher.Publish("in-time", map[string]any{"redirect_uris": []string{to}})
		asks := append(oauth.Challenge(verifier), oauth.Set("client_id", whole.ID), oauth.Set("redirect_uri", to))
		Control(ctx, server.Authorize(ctx, server.Request().Apply(asks...))).To(BringCode())
		for _, status := range []int{http.StatusInternalServerError, http.StatusNotFound} {
			under := Step(ctx, http.StatusText(status)+" first")
			client := publisher.Publish("late-"+Sum(http.StatusText(status)), map[string]any{"redirect_uris": []string{to}})
			request := server.Request().Apply(oauth.Set("client_id", client.ID), oauth.Set("redirect_uri", to))
			request = request.Apply(oauth.Challenge(verifier)...)
			client.Cached("max-age=600")
			client.Answers(status)
			Control(under, server.Authorize(under, request)).To(BringNoCode())
			if client.Fetched() == 0 {
				Block(under, "the document was not fetched")
			}
			client.Answers(http.StatusOK)
			Expect(under, server.Authorize(under, request)).To(BringCode())
		}
	})
})

// underEveryName judges the metadata under each other name of the server that serves them at all. The target's own name must
// serve them, as a control.
func underEveryName(ctx Ctx, check func(Ctx, *wire.Exchange)) {
	names := oauth.Get[oauth.Names](ctx)
	own := document(ctx)
	Control(ctx, own).To(All(HaveStatus(http.StatusOK), HaveText("issuer"), HaveText("token_endpoint")))
	works(ctx, oauth.Get[oauth.Server](ctx))
	u, err := url.Parse(own.Request.URL)
	if err != nil {
		Block(ctx, "%s is not a URL", own.Request.URL)
	}
	for _, name := range names.Others() {
		doc := names.Under(Step(ctx, name), name, wire.Request{Method: http.MethodGet, URL: u.EscapedPath(), Public: true})
		if doc.Status == http.StatusOK {
			check(Step(ctx, name), doc)
			continue
		}
		Expect(Step(ctx, name), doc).To(BeAnswered())
	}
}

// usable reports whether a text is an absolute URL (RFC 8414 §2).
func usable(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.IsAbs() && u.Host != "" && u.Fragment == ""
}
