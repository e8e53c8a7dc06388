package mcp

import (
	"net"
	"net/http"
	"net/url"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

const (
	listed     = "https://app.example/callback"
	documented = "client_id_metadata_document_supported"
)

var _ = Describe("The authorization server of an MCP endpoint", func() {
	It(requirement("mcp.as.discovery"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		issuers := e.Named(ctx)
		if len(issuers) == 0 {
			Block(ctx, "the resource metadata name no authorization server")
		}
		served := false
		for _, at := range e.Places(issuers[0]) {
			doc := e.Beside(ctx, http.MethodGet, at, nil)
			_, err := doc.JSON()
			served = served || err == nil && doc.Status == http.StatusOK
		}
		Expect(ctx, served).To(Be("a JSON object at a well-known address of "+issuers[0], true))
	})

	It(requirement("mcp.as.https"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		doc := e.Document(ctx)
		Control(ctx, doc).To(HaveText("token_endpoint"))
		Expect(ctx, doc).To(EachMember("endpoint https, or on loopback", "_endpoint", func(v any) bool {
			s, _ := v.(string)
			u, err := url.Parse(s)
			return err == nil && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
		}))
	})

	It(requirement("mcp.as.short-lived"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		answer := server.Exchange(ctx, oauth.Code(ctx, server, ""))
		Control(ctx, answer).To(IssueTokens())
		Expect(ctx, answer).To(HaveWholeNumber("expires_in", 1, 3600))
	})
})

var _ = Describe("Client id metadata documents of MCP clients", func() {
	It(requirement("mcp.as.cimd-announced"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		client := publish(ctx, "announced", map[string]any{"redirect_uris": []string{listed}})
		if ask(ctx, client, listed).Code == "" {
			NotApplicable(ctx, "a client with a document gets no code")
		}
		v, _ := e.Document(ctx).Object()
		Expect(ctx, v[documented] == true).To(Be(documented, true))
	})

	It(requirement("mcp.as.cimd-honest"), func(ctx SpecContext) {
		opened(ctx)
		here := "http://127.0.0.1:3000/callback"
		client := publish(ctx, "honest", map[string]any{"redirect_uris": []string{listed, here}})
		for _, to := range []string{listed, here} {
			Expect(Step(ctx, to), ask(Step(ctx, to), client, to)).To(BringCode())
		}
		Expect(Step(ctx, "one that is not listed"), ask(ctx, client, "https://evil.example/callback")).To(BringNoCode())
	})

	It(requirement("mcp.as.cimd-required"), func(ctx SpecContext) {
		whole := publish(ctx, "whole", map[string]any{"redirect_uris": []string{listed}})
		Control(ctx, ask(ctx, whole, listed)).To(BringCode())
		for _, member := range []string{"client_id", "client_name", "redirect_uris"} {
			members := map[string]any{"redirect_uris": []string{listed}}
			members[member] = nil
			client := publish(ctx, "without-"+Sum(member), members)
			Expect(Step(ctx, "without "+member), ask(Step(ctx, "without "+member), client, listed)).To(BringNoCode())
		}
	})

	It(requirement("mcp.as.redirect-registered"), func(ctx SpecContext) {
		client := publish(ctx, "registered", map[string]any{"redirect_uris": []string{listed}})
		Control(ctx, ask(ctx, client, listed)).To(BringCode())
		own, _ := url.Parse(client)
		Each(ctx, []unlisted{
			{"another path", "https://app.example/elsewhere"}, {"another host", "https://evil.example/callback"},
			{"the client's own host", own.Scheme + "://" + own.Host + "/elsewhere"},
		}, unlisted.called, func(ctx Ctx, u unlisted) {
			Expect(ctx, ask(ctx, client, u.uri)).To(BringNoCode())
		})
	})

	It(requirement("mcp.as.redirect-https"), func(ctx SpecContext) {
		unsafe := []string{"http://app.example/callback", "myapp:/callback"}
		client := publish(ctx, "unsafe", map[string]any{"redirect_uris": append([]string{listed}, unsafe...)})
		Control(ctx, ask(ctx, client, listed)).To(BringCode())
		Each(ctx, unsafe, AsIs, func(ctx Ctx, to string) {
			Expect(ctx, ask(ctx, client, to)).To(BringNoCode())
		})
	})

	It(requirement("mcp.as.cimd-cache"), func(ctx SpecContext) {
		for _, cache := range []string{"max-age=600", "no-store"} {
			client := oauth.Get[oauth.Publisher](ctx).Publish("cache-"+Sum(cache), map[string]any{"redirect_uris": []string{listed}})
			client.Cached(cache)
			Control(ctx, ask(ctx, client.ID, listed)).To(BringCode())
			Control(ctx, ask(ctx, client.ID, listed)).To(BringCode())
			Note(Step(ctx, cache), "fetched %d times at two logins", client.Fetched())
		}
	})
})

// unlisted is a named redirect URI that a client's document does not list.
type unlisted struct{ name, uri string }

func (u unlisted) called() string { return u.name }

// publish publishes a client's document and returns its id.
func publish(ctx Ctx, name string, members map[string]any) string {
	return oauth.Get[oauth.Publisher](ctx).Publish("mcp-"+name, members).ID
}

// ask requests a code as a client with a document.
func ask(ctx Ctx, client, to string) oauth.Return {
	server := oauth.Get[oauth.Authorizer](ctx)
	request := server.Request().Apply(oauth.Set("client_id", client), oauth.Set("redirect_uri", to))
	return server.Authorize(ctx, request.Apply(oauth.Challenge(oauth.Verifier)...))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
