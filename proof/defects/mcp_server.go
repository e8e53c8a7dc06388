package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var mcpServerDefects = []Defect[mockserver.Policy]{
	{
		ID: "mcp.no-server-metadata", Story: "The authorization server that the resource names publishes no metadata.",
		Aims:   []string{"mcp.as.discovery", "oauth2.metadata.served"},
		Change: answers(metadataDoc, status(404), 200),
	},
	{
		ID: "mcp.server-metadata-as-page", Story: "The authorization server's metadata are sent as text/html.",
		Aims:   []string{"mcp.as.discovery", "oauth2.metadata.served"},
		Change: answers(metadataDoc, all(header("Content-Type", "text/html"), body("<!doctype html><title>Not here</title>")), 200),
	},
	{
		ID: "mcp.plain-endpoint", Story: "The revocation endpoint is plain http on another host.",
		Aims:   []string{"mcp.as.https"},
		Change: answers(metadataDoc, member("revocation_endpoint", "http://home.example/auth/revoke"), 200),
	},
	{
		ID: "mcp.no-pkce-announced", Story: "PKCE works but is not announced, so clients stop.",
		Aims:   []string{"provider.metadata.pkce"},
		Change: answers(metadataDoc, member("code_challenge_methods_supported", nil), 200),
	},
	{
		ID: "mcp.pkce-plain-announced", Story: "Only plain is announced.",
		Aims:   []string{"provider.metadata.pkce"},
		Change: answers(metadataDoc, member("code_challenge_methods_supported", []string{"plain"}), 200),
	},
	{
		ID: "mcp.pkce-optional", Story: "A public client gets a code without a challenge.",
		Aims: []string{"provider.pkce.public"},
		Change: func(p *mockserver.Policy) {
			before := p.Challenge
			p.Challenge = func(challenge, method string) error {
				if challenge == "" && method == "" {
					return nil
				}
				return before(challenge, method)
			}
		},
	},
	{
		ID: "mcp.cors-everywhere", Story: "The authorization endpoint also sends Access-Control-Allow-Origin.",
		Aims:   []string{"oauth2.authorize.no-cors"},
		Change: answers(at("GET /auth/authorize"), allow("*")),
	},
	{
		ID: "mcp.cors-reflected", Story: "The authorization endpoint allows the requesting origin to read its response.",
		Aims: []string{"oauth2.authorize.no-cors"},
		Change: answersBy(at("GET /auth/authorize"), func(r mock.Request, a mock.Answer) mock.Answer {
			return header("Access-Control-Allow-Origin", r.Header.Get("Origin"))(a)
		}),
	},
	{
		ID: "mcp.day-long", Story: "Access tokens live for a day.",
		Aims:   []string{"mcp.as.short-lived"},
		Change: answers(at("POST /auth/token"), member("expires_in", 86400), 200),
	},
}

var mcpClientDefects = []Defect[mockserver.Policy]{
	{
		ID: "mcp.cimd-unannounced", Story: "Client metadata documents are read but not announced.",
		Aims:   []string{"mcp.as.cimd-announced"},
		Change: answers(metadataDoc, member("client_id_metadata_document_supported", false), 200),
	},
	{
		ID: "mcp.cimd-unread", Story: "Client metadata documents are announced but not read.",
		Aims:   []string{"mcp.as.cimd-honest"},
		Change: documents(func(string, mockserver.ClientPage, []string) []string { return nil }),
	},
	{
		ID: "mcp.cimd-any-redirect", Story: "A client with a metadata document may use any https redirect.",
		Aims:   []string{"mcp.as.cimd-honest", "mcp.as.redirect-registered"},
		Change: letsDocumented(func(_, r string) bool { return parsed(r).Scheme == "https" }),
	},
	{
		ID: "mcp.cimd-nameless", Story: "A document without client_name is accepted.",
		Aims: []string{"mcp.as.cimd-required"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Status == 200 && idOf(doc) == id && doc["client_name"] == nil
		}),
	},
	{
		ID: "mcp.own-host", Story: "Any redirect on the document's host is accepted.",
		Aims: []string{"mcp.as.redirect-registered"},
		Change: func(p *mockserver.Policy) {
			before := p.Redirect
			p.Redirect = func(clientID, to string, pkce bool, published func() []string) error {
				if overTLS(clientID) && host(clientID) == host(to) {
					return nil
				}
				return before(clientID, to, pkce, published)
			}
		},
	},
	{
		ID: "mcp.any-scheme", Story: "A redirect with any scheme is accepted if a document lists it.",
		Aims:   []string{"mcp.as.redirect-https"},
		Change: letsDocumented(func(l, r string) bool { return l == r && !strings.HasPrefix(r, "javascript:") }),
	},
	{
		ID: "mcp.errors-cached", Story: "An error response in place of a document is cached.",
		Aims: []string{"oauth2.cimd.errors-not-cached"},
		Change: func(p *mockserver.Policy) {
			before := p.DocumentRedirects
			failed := map[string]bool{}
			p.DocumentRedirects = func(clientID string, page mockserver.ClientPage) []string {
				failed[clientID] = failed[clientID] || page.Status != http.StatusOK
				if failed[clientID] {
					return nil
				}
				return before(clientID, page)
			}
		},
	},
	{
		ID: "mcp.cimd-fetched-early", Story: "A document is fetched both before and after the password.",
		Aims:   []string{"mcp.as.cimd-cache"},
		Change: func(p *mockserver.Policy) { p.FetchBeforePassword = mock.Is(true) },
	},
}
