package indieauth

import (
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/indieauth"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Discovery", func() {
	It(requirement("indieauth.discovery.metadata-link"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		links, err := s.Follow(ctx, s.Me)
		if err != nil {
			Block(ctx, "%v", err)
		}
		if Expect(ctx, links.Metadata != "").To(Be("a link with rel=indieauth-metadata", true)) {
			Expect(ctx, s.Document(ctx)).To(All(HaveStatus(http.StatusOK), BeJSONObject()))
		}
	})

	It(requirement("indieauth.discovery.legacy-agrees"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		links, err := s.Follow(ctx, s.Me)
		if err != nil {
			Block(ctx, "%v", err)
		}
		if links.Authorization == "" && links.Token == "" {
			NotApplicable(ctx, "the profile page has no pre-2022 links")
		}
		if links.Authorization != "" {
			Expect(ctx, links.Authorization).To(Be("rel=authorization_endpoint", s.AuthorizeURL))
		}
		if links.Token != "" {
			Expect(ctx, links.Token).To(Be("rel=token_endpoint", s.TokenURL))
		}
	})

	It(requirement("indieauth.issuer.form"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		doc := s.Document(ctx)
		Control(ctx, doc).To(BeJSONObject())
		issuer := doc.Text("issuer")
		u, err := url.Parse(issuer)
		secure := err == nil && (u.Scheme == "https" || u.Scheme == "http" && local(u.Hostname()))
		Expect(ctx, secure && u.Host != "").To(Be("issuer is an https URL (http for a server on this machine)", true))
		Expect(ctx, strings.ContainsAny(issuer, "?#")).To(Be("issuer has a query or a fragment", false))
	})

	It(requirement("indieauth.issuer.prefix"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		doc := s.Document(ctx)
		Control(ctx, doc).To(HaveText("issuer"))
		Expect(ctx, strings.HasPrefix(s.MetadataURL, doc.Text("issuer"))).To(Be("the metadata URL begins with the issuer", true))
	})

	It(requirement("indieauth.metadata.introspection"), func(ctx SpecContext) {
		doc := indieauth.From(ctx).Document(ctx)
		Control(ctx, doc).To(BeJSONObject())
		Expect(ctx, doc).To(HaveText("introspection_endpoint"))
	})

	It(requirement("indieauth.metadata.revocation-auth"), func(ctx SpecContext) {
		doc := indieauth.From(ctx).Document(ctx)
		Control(ctx, doc).To(BeJSONObject())
		if doc.Text("revocation_endpoint") == "" {
			NotApplicable(ctx, "the metadata has no revocation_endpoint")
		}
		Expect(ctx, doc).To(HaveList("revocation_endpoint_auth_methods_supported", "none"))
	})
})

// local reports whether a host is this machine.
func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }
