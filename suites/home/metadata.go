package home

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Authorization server metadata", func() {
	It(requirement("oauth2.metadata.endpoints"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Get(ctx, endpoint(ctx, "authorization_endpoint"))).To(All(HaveStatus(200), BeHTML()))
		Expect(ctx, h.PostForm(ctx, endpoint(ctx, "token_endpoint"), nil)).To(
			All(HaveStatus(400), HaveError("invalid_request", "unsupported_grant_type")))
		Expect(ctx, spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			return h.PostForm(ctx, endpoint(ctx, "token_endpoint"), h.CodeGrant(code))
		})).To(IssueTokens())
	})

	It(requirement("oauth2.metadata.revocation-endpoint"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, metadata(ctx)).To(HaveText("revocation_endpoint"))
		unknown := oauth.Form{{Name: "token", Value: "unknown-to-everybody"}}
		Expect(ctx, h.PostForm(ctx, endpoint(ctx, "revocation_endpoint"), unknown)).To(HaveStatus(200))
	})

	It(requirement("oauth2.metadata.auth-methods"), func(ctx SpecContext) {
		Expect(ctx, metadata(ctx)).To(HaveList("token_endpoint_auth_methods_supported", "none"))
	})

	It(requirement("ha.metadata.grants-true"), func(ctx SpecContext) {
		h := home.From(ctx)
		var doc struct {
			Grants []string `json:"grant_types_supported"`
		}
		if err := metadata(ctx).Decode(&doc); err != nil || doc.Grants == nil {
			NotApplicable(ctx, "the document has no grant_types_supported")
		}
		_, answer := liveCode(h, home.Login{}).Spent(ctx)
		Control(ctx, h.Renew(ctx, oauth.Granted(answer, "").Refresh)).To(IssueTokens())
		for _, grant := range []string{"authorization_code", "refresh_token"} { // which have just worked
			Expect(Step(ctx, grant), slices.Contains(doc.Grants, grant)).To(Be("announced", true))
		}
		for _, grant := range doc.Grants {
			answer := h.Token(Step(ctx, grant), oauth.Form{{Name: "grant_type", Value: grant}, {Name: "client_id", Value: h.Client().ID}})
			Expect(Step(ctx, grant), answer.Text("error") == "unsupported_grant_type").To(Be("unsupported", false))
		}
	})

	It(requirement("ha.metadata.pkce-announced"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, metadata(ctx)).To(HaveText("token_endpoint"))
		begun := h.Begin(ctx, home.Login{Challenge: oauth.S256(oauth.Verifier)})
		if begun.FlowID == "" {
			Expect(Step(ctx, "a challenge is refused"), h.Facts.PKCE).To(Be("S256 announced", false))
			return
		}
		code := h.Password(ctx, begun.FlowID, home.Login{}).Code
		if code == "" {
			NotApplicable(ctx, "the login asks for more than a password")
		}
		answer := h.Exchange(ctx, code)
		Expect(Step(ctx, "a code with a challenge, without its verifier: "+Outcome(answer)), h.Facts.PKCE).To(
			Be("S256 announced", answer.Status != http.StatusOK))
	})

	It(requirement("ha.metadata.foreign-host"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, metadata(ctx)).To(HaveText("token_endpoint"))
		Expect(ctx, h.Get(ctx, wellKnown(ctx), "Host", "evil.example")).To(NotMention("evil.example"))
		Expect(ctx, h.Get(ctx, wellKnown(ctx), "X-Forwarded-Host", "evil.example")).To(NotMention("evil.example"))
	})

	It(requirement("ha.metadata.cors"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Get(ctx, wellKnown(ctx), "Origin", "https://app.example")).To(
			All(HaveStatus(200), HaveHeader("Access-Control-Allow-Origin", "https://app.example", "*")))
	})

	It(requirement("ha.resource-metadata.cors"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Get(ctx, h.WellKnown("oauth-protected-resource"), "Origin", foreign)).To(All(HaveStatus(200), LetRead(foreign)))
	})

	It(requirement("oauth2.metadata.get-only"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, metadata(ctx)).To(HaveStatus(200))
		Expect(ctx, h.PostForm(ctx, wellKnown(ctx), nil)).To(HaveStatus(405))
	})

	It(requirement("oauth2.resource-metadata.served"), func(ctx SpecContext) {
		h := home.From(ctx)
		doc := h.Get(ctx, h.WellKnown("oauth-protected-resource"))
		Expect(ctx, doc).To(All(HaveStatus(200), HaveText("resource", h.Wire.Base()), HaveList("authorization_servers", h.Wire.Base())))
	})

	It(requirement("oauth2.resource-metadata.announced"), func(ctx SpecContext) {
		h := home.From(ctx)
		refused := h.Get(ctx, "/api/")
		Control(ctx, refused).To(HaveStatus(401))
		named := ChallengeParameter(refused, "Bearer", "resource_metadata")
		if named == "" {
			Violated(ctx, `WWW-Authenticate with resource_metadata="…"`, strings.Join(refused.Header.Values("WWW-Authenticate"), ", "))
			return
		}
		doc := h.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: named, Public: true}) // the name may be a home's public one
		Expect(ctx, doc).To(All(HaveStatus(200), HaveText("resource")))
	})
})

// metadata returns the document.
func metadata(ctx context.Context) *wire.Exchange { return home.From(ctx).Document(ctx) }

// wellKnown returns the document's URL.
func wellKnown(ctx context.Context) string {
	return home.From(ctx).WellKnown("oauth-authorization-server")
}

// endpoint returns a URL of the metadata, resolved against the target. Its presence is a control.
func endpoint(ctx context.Context, member string) string {
	doc := metadata(ctx)
	Control(ctx, doc).To(HaveText(member))
	h := home.From(ctx)
	u, err := url.Parse(doc.Text(member))
	if err != nil {
		Block(ctx, "%s is not a URL", member)
	}
	base, _ := url.Parse(h.Wire.Base() + "/")
	if named := base.ResolveReference(u).String(); strings.HasPrefix(named, "http") {
		return named
	}
	Block(ctx, "%s is not an http URL", member)
	return ""
}
