package defects

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// documents changes what a metadata document publishes.
func documents(edit func(clientID string, page mockserver.ClientPage, uris []string) []string) change {
	return func(p *mockserver.Policy) {
		strict := p.DocumentRedirects
		p.DocumentRedirects = func(clientID string, page mockserver.ClientPage) []string {
			return edit(clientID, page, strict(clientID, page))
		}
	}
}

// leniently reads documents that are like this without judging them.
func leniently(like func(clientID string, page mockserver.ClientPage, doc map[string]any) bool) change {
	return documents(func(clientID string, page mockserver.ClientPage, uris []string) []string {
		var doc map[string]any
		if json.Unmarshal(page.Body, &doc) != nil || !like(clientID, page, doc) {
			return uris
		}
		list, ok := doc["redirect_uris"].([]any)
		if s, text := doc["redirect_uris"].(string); text {
			list, ok = []any{s}, true
		}
		if !ok {
			return uris
		}
		for _, v := range list {
			if s, text := v.(string); text {
				uris = append(uris, s)
			}
		}
		return uris
	})
}

// believesDocument accepts any redirect of a client whose document is like this; nil: what it publishes is no JSON object.
func believesDocument(like func(clientID string, page mockserver.ClientPage, doc map[string]any) bool) change {
	return believes(documents(func(clientID string, page mockserver.ClientPage, uris []string) []string {
		if overTLS(clientID) && like(clientID, page, decoded(page.Body)) {
			return everything
		}
		return uris
	}))
}

// letsDocumented accepts redirects that are near to one that a document lists.
func letsDocumented(like func(listed, to string) bool) change {
	return lets(func(clientID, to string, published []string) bool {
		return overTLS(clientID) && slices.ContainsFunc(published, func(l string) bool { return like(l, to) })
	})
}

func overTLS(clientID string) bool { return parsed(clientID).Scheme == "https" }

func idOf(doc map[string]any) string { s, _ := doc["client_id"].(string); return s }

var metadataDocumentDefects = []Defect[mockserver.Policy]{
	{
		ID: "cimd.unread", Story: "Metadata documents are announced and not read.",
		Aims:   []string{"oauth2.cimd.accepted"},
		Change: documents(func(string, mockserver.ClientPage, []string) []string { return nil }),
	},
	{
		ID: "cimd.first-only", Story: "Only the first redirect URI of a document counts.",
		Aims:   []string{"oauth2.cimd.accepted"},
		Change: documents(func(_ string, _ mockserver.ClientPage, u []string) []string { return u[:min(1, len(u))] }),
	},
	{
		ID: "cimd.prefix", Story: "A redirect passes that begins with one of the document's.",
		Aims:   []string{"oauth2.cimd.exact-match"},
		Change: letsDocumented(func(l, r string) bool { return strings.HasPrefix(r, l) }),
	},
	{
		ID: "cimd.case", Story: "The document's redirects are compared without their letter case.",
		Aims:   []string{"oauth2.cimd.exact-match"},
		Change: letsDocumented(strings.EqualFold),
	},
	{
		ID: "cimd.any-redirect", Story: "A client with a document may use any https redirect.",
		Aims:   []string{"oauth2.cimd.exact-match"},
		Change: letsDocumented(func(_, r string) bool { return parsed(r).Scheme == "https" }),
	},
	{
		ID: "cimd.over-http", Story: "Documents over http count.",
		Aims: []string{"oauth2.cimd.https-only"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			return strings.HasPrefix(id, "http:") && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.no-id", Story: "A document without client_id counts.",
		Aims: []string{"oauth2.cimd.client-id-matches"},
		Change: leniently(func(_ string, p mockserver.ClientPage, doc map[string]any) bool {
			_, there := doc["client_id"]
			return !there && p.Status == 200
		}),
	},
	{
		ID: "cimd.host-only", Story: "client_id is compared by its host.",
		Aims: []string{"oauth2.cimd.client-id-matches"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			return host(idOf(doc)) == host(id) && id != idOf(doc) && !strings.Contains(idOf(doc), "?")
		}),
	},
	{
		ID: "cimd.id-case", Story: "client_id is compared without its letter case.",
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
		ID: "cimd.id-number", Story: "A client_id that is no text counts as none.",
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
		ID: "cimd.one-string", Story: "redirect_uris may be one string.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
			_, s := doc["redirect_uris"].(string)
			return s && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.relative", Story: "A document with relative redirects is believed.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			list, _ := doc["redirect_uris"].([]any)
			return slices.ContainsFunc(list, func(v any) bool { s, text := v.(string); return text && relative(s) })
		}),
	},
	{
		ID: "cimd.numbers", Story: "A document whose redirects are numbers is believed.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			list, _ := doc["redirect_uris"].([]any)
			return slices.ContainsFunc(list, func(v any) bool { _, number := v.(float64); return number })
		}),
	},
	{
		ID: "cimd.object", Story: "A document whose redirects are an object is believed.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			_, object := doc["redirect_uris"].(map[string]any)
			return object
		}),
	},
	{
		ID: "cimd.null", Story: "A document without redirects allows all.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			return doc["client_id"] != nil && doc["redirect_uris"] == nil
		}),
	},
	{
		ID: "cimd.truncated", Story: "A document that breaks off is read as far as it goes.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			return doc == nil && page.Whole && decoded(append(slices.Clone(page.Body), '}')) != nil
		}),
	},
	{
		ID: "cimd.list", Story: "A document that is a list of redirects counts.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			var list []string
			return json.Unmarshal(page.Body, &list) == nil
		}),
	},
	{
		ID: "cimd.bytes", Story: "Bytes that are no UTF-8 are replaced and the document read.",
		Aims: []string{"oauth2.cimd.well-formed"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			return doc != nil && !utf8.Valid(page.Body)
		}),
	},
	{
		ID: "cimd.strict-members", Story: "A document with members that the server does not know publishes nothing.",
		Aims: []string{"oauth2.cimd.extra-members"},
		Change: documents(func(_ string, page mockserver.ClientPage, uris []string) []string {
			for name := range decoded(page.Body) {
				if !strings.HasPrefix(name, "client_") && name != "redirect_uris" {
					return nil
				}
			}
			return uris
		}),
	},
	{
		ID: "cimd.redirected", Story: "A document that was reached by HTTP redirects counts.",
		Aims: []string{"oauth2.cimd.no-http-redirect"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Redirected && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.created", Story: "A document with status 201 counts.",
		Aims: []string{"oauth2.cimd.status-200"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Status == 201 && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.not-found", Story: "A document with status 404 counts.",
		Aims: []string{"oauth2.cimd.status-200"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Status == 404 && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.server-error", Story: "A document with status 500 counts.",
		Aims: []string{"oauth2.cimd.status-200"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return p.Status == 500 && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.auth-method", Story: "A document that asks for a secret's authentication counts.",
		Aims: []string{"oauth2.cimd.no-secret"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return doc["token_endpoint_auth_method"] == "client_secret_basic" && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.secret", Story: "A document with a secret, which everybody can read, counts.",
		Aims: []string{"oauth2.cimd.no-secret"},
		Change: leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
			return doc["client_secret"] != nil && idOf(doc) == id
		}),
	},
	{
		ID: "cimd.endless", Story: "A document without end is believed.",
		Aims: []string{"oauth2.cimd.too-long"},
		Change: believesDocument(func(_ string, page mockserver.ClientPage, doc map[string]any) bool {
			return !page.Whole && bytes.HasPrefix(page.Body, []byte("{"))
		}),
	},
	{
		ID: "cimd.small", Story: "A document of more than 4 kB publishes nothing.",
		Aims: []string{"oauth2.cimd.size"},
		Change: documents(func(_ string, p mockserver.ClientPage, u []string) []string {
			if len(p.Body) > 4<<10 {
				return nil
			}
			return u
		}),
	},
	{
		ID: "cimd.content-type", Story: "A document that is sent as text/html publishes nothing.",
		Aims: []string{"oauth2.cimd.content-type"},
		Change: documents(func(_ string, page mockserver.ClientPage, uris []string) []string {
			if mediaType(page, "text/html") {
				return nil
			}
			return uris
		}),
	},
	{
		ID: "cimd.logo", Story: "The addresses in a document are fetched.",
		Aims:   []string{"oauth2.cimd.logo-not-fetched"},
		Change: func(p *mockserver.Policy) { p.FetchesAll = mock.Is(true) },
	},
	{
		ID: "cimd.loopback-port-fixed", Story: "A document's loopback redirect has no free port.",
		Aims:   []string{"oauth2.cimd.loopback-port"},
		Change: rejudges(func(c, r string, _ bool) (string, string, bool) { return c, r, false }, overTLS),
	},
	{
		ID: "cimd.links-in-text", Story: "Markup inside a member of a document counts before its redirect_uris.",
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
