package defects

import (
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var metadataDocumentDefects = []Defect[mockserver.Policy]{
	{
		ID: "cimd.unread", Story: "Client metadata documents are announced but not read.",
		Aims:   []string{"oauth2.cimd.accepted"},
		Change: documents(func(string, mockserver.ClientPage, []string) []string { return nil }),
	},
	{
		ID: "cimd.first-only", Story: "Only the first redirect URI of a document counts.",
		Aims:   []string{"oauth2.cimd.accepted"},
		Change: documents(func(_ string, _ mockserver.ClientPage, u []string) []string { return u[:min(1, len(u))] }),
	},
	{
		ID: "cimd.prefix", Story: "A redirect that begins with one of the document's is accepted.",
		Aims:   []string{"oauth2.cimd.exact-match"},
		Change: letsDocumented(func(l, r string) bool { return strings.HasPrefix(r, l) }),
	},
	{
		ID: "cimd.case", Story: "The document's redirects are compared without regard to case.",
		Aims:   []string{"oauth2.cimd.exact-match"},
		Change: letsDocumented(strings.EqualFold),
	},
	{
		ID: "cimd.any-redirect", Story: "A client with a document may use any https redirect.",
		Aims:   []string{"oauth2.cimd.exact-match"},
		Change: letsDocumented(func(_, r string) bool { return parsed(r).Scheme == "https" }),
	},
	{
		ID: "cimd.over-http", Story: "Documents over http are accepted.",
		Aims: []string{"oauth2.cimd.https-only"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			return strings.HasPrefix(id, "http:") && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.no-id", Story: "A document without client_id is accepted.",
		Aims: []string{"oauth2.cimd.client-id-matches"},
		Change: leniently(func(_ string, p mockserver.ClientPage, doc map[string]any) bool {
			_, there := doc["client_id"]
			return !there && p.Status == 200
		}),
	},
	{
		ID: "cimd.host-only", Story: "Only the host of client_id is compared.",
		Aims: []string{"oauth2.cimd.client-id-matches"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			return host(idOf(doc)) == host(id) && id != idOf(doc) && !strings.Contains(idOf(doc), "?")
		}),
	},
	{
		ID: "cimd.id-case", Story: "client_id is compared without regard to case.",
		Aims: []string{"oauth2.cimd.client-id-matches"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			return strings.EqualFold(idOf(doc), id) && idOf(doc) != id
		}),
	},
	{
		ID: "cimd.id-query", Story: "client_id is compared without its query.",
		Aims: []string{"oauth2.cimd.client-id-matches"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			before, _, cut := strings.Cut(idOf(doc), "?")
			return cut && before == id
		}),
	},
	{
		ID: "cimd.id-number", Story: "A client_id that is not a string is treated as missing.",
		Aims: []string{"oauth2.cimd.client-id-matches"},
		Change: leniently(func(_ string, _ mockserver.ClientPage, doc map[string]any) bool {
			_, number := doc["client_id"].(float64)
			return number
		}),
	},
	{
		ID: "cimd.foreign-id", Story: "client_id is not compared: a document may speak for another client.",
		Aims: []string{"oauth2.cimd.client-id-matches"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			return idOf(doc) != "" && host(idOf(doc)) != host(id)
		}),
	},
	{
		ID: "cimd.redirected", Story: "A document behind an HTTP redirect is accepted.",
		Aims: []string{"oauth2.cimd.no-http-redirect"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Redirected && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.created", Story: "A document with status 201 is accepted.",
		Aims: []string{"oauth2.cimd.status-200"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Status == 201 && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.not-found", Story: "A document with status 404 is accepted.",
		Aims: []string{"oauth2.cimd.status-200"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Status == 404 && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.server-error", Story: "A document with status 500 is accepted.",
		Aims: []string{"oauth2.cimd.status-200"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Status == 500 && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.auth-method", Story: "A document that requires authentication with a secret is accepted.",
		Aims: []string{"oauth2.cimd.no-secret"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return doc["token_endpoint_auth_method"] == "client_secret_basic" && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.secret", Story: "A document with a secret, which anyone can read, is accepted.",
		Aims: []string{"oauth2.cimd.no-secret"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return doc["client_secret"] != nil && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.content-type", Story: "A document sent as text/html is ignored.",
		Aims: []string{"oauth2.cimd.content-type"},
		Change: documents(func(_ string, page mockserver.ClientPage, uris []string) []string {
			if mediaType(page, "text/html") {
				return nil
			}
			return uris
		}),
	},
	{
		ID: "cimd.logo", Story: "The URLs in a document are fetched.",
		Aims:   []string{"oauth2.cimd.logo-not-fetched"},
		Change: func(p *mockserver.Policy) { p.FetchesAll = mock.Is(true) },
	},
	{
		ID: "cimd.loopback-port-fixed", Story: "For a document's loopback redirect the port must match.",
		Aims:   []string{"oauth2.cimd.loopback-port"},
		Change: rejudges(func(c, r string, _ bool) (string, string, bool) { return c, r, false }, overTLS),
	},
	{
		ID: "cimd.links-in-text", Story: "Markup inside a member of a document is read before its redirect_uris.",
		Aims: []string{"ha.cimd.link-tags-first"},
		Change: lists(func(page mockserver.ClientPage, links []string) []string {
			for _, v := range decoded(page.Body) {
				text, _ := v.(string)
				links = append(links, hrefs(text)...)
			}
			return links
		}),
	},
}
