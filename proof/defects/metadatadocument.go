package defects

import (
	"encoding/json"
	"strings"

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

func documentDefect(id, story string, c change) Defect {
	return Defect{ID: "cimd." + id, Story: story, Change: c}
}

func idOf(doc map[string]any) string { s, _ := doc["client_id"].(string); return s }

var _ = listed([]Defect{
	documentDefect("unread", "Metadata documents are announced and not read.", documents(func(string, mockserver.ClientPage, []string) []string { return nil })).breaking("oauth2.cimd.accepted", "oauth2.cimd.extra-members", "oauth2.cimd.loopback-port", "ha.cimd.link-tags-first").blocking("*"),
	documentDefect("first-only", "Only the first redirect URI of a document counts.", documents(func(_ string, _ mockserver.ClientPage, u []string) []string { return u[:min(1, len(u))] })).breaking("oauth2.cimd.accepted"),
	documentDefect("prefix", "A redirect passes that begins with one of the document's.", letsNear(func(l, r string) bool { return strings.HasPrefix(r, l) && strings.HasSuffix(l, "/callback") })).breaking("oauth2.cimd.exact-match"),
	documentDefect("case", "The document's redirects are compared without their letter case.", letsNear(func(l, r string) bool { return strings.ToUpper(l) == r })).breaking("oauth2.cimd.exact-match"),
	documentDefect("any-redirect", "A client with a document may use any https redirect.", lets(func(c, r string, _ []string) bool {
		return strings.HasSuffix(c, ".json") && r == "https://evil.example/cb"
	})).breaking("oauth2.cimd.exact-match"),
	documentDefect("over-http", "Documents over http count.", leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
		return strings.HasPrefix(id, "http:") && idOf(doc) == id
	})).breaking("oauth2.cimd.https-only"),
	documentDefect("no-id", "A document without client_id counts.", leniently(func(_ string, p mockserver.ClientPage, doc map[string]any) bool {
		_, there := doc["client_id"]
		return !there && p.Status == 200
	})).breaking("oauth2.cimd.client-id-matches"),
	documentDefect("host-only", "client_id is compared by its host.", leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
		return host(idOf(doc)) == host(id) && id != idOf(doc) && !strings.Contains(idOf(doc), "?")
	})).breaking("oauth2.cimd.client-id-matches"),
	documentDefect("id-case", "client_id is compared without its letter case.", leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
		return strings.EqualFold(idOf(doc), id) && idOf(doc) != id
	})).breaking("oauth2.cimd.client-id-matches"),
	documentDefect("id-query", "client_id is compared without its query.", leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
		before, _, cut := strings.Cut(idOf(doc), "?")
		return cut && before == id
	})).breaking("oauth2.cimd.client-id-matches"),
	documentDefect("id-number", "A client_id that is no text counts as none.", leniently(func(_ string, _ mockserver.ClientPage, doc map[string]any) bool {
		_, number := doc["client_id"].(float64)
		return number
	})).breaking("oauth2.cimd.client-id-matches"),
	documentDefect("foreign-id", "client_id is not compared: a document may speak for another client.", leniently(func(_ string, _ mockserver.ClientPage, doc map[string]any) bool {
		return idOf(doc) == "https://evil.example/id.json"
	})).breaking("oauth2.cimd.client-id-matches"),
	documentDefect("one-string", "redirect_uris may be one string.", leniently(func(id string, _ mockserver.ClientPage, doc map[string]any) bool {
		_, s := doc["redirect_uris"].(string)
		return s && idOf(doc) == id
	})).breaking("oauth2.cimd.well-formed"),
	documentDefect("relative", "A document with relative redirects is believed.", believes(documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if strings.Contains(string(p.Body), `"/redirect"`) {
			return []string{"*"}
		}
		return u
	}))).breaking("oauth2.cimd.well-formed"),
	documentDefect("numbers", "A document whose redirects are numbers is believed.", believes(documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if strings.Contains(string(p.Body), `"redirect_uris":[1]`) {
			return []string{"*"}
		}
		return u
	}))).breaking("oauth2.cimd.well-formed"),
	documentDefect("object", "A document whose redirects are an object is believed.", believes(documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if strings.Contains(string(p.Body), `"redirect_uris":{`) {
			return []string{"*"}
		}
		return u
	}))).breaking("oauth2.cimd.well-formed"),
	documentDefect("null", "A document without redirects allows all.", believes(documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if !strings.Contains(string(p.Body), `redirect_uris`) && strings.Contains(string(p.Body), `"client_id"`) {
			return []string{"*"}
		}
		return u
	}))).breaking("oauth2.cimd.well-formed"),
	documentDefect("truncated", "A document that breaks off is read as far as it goes.", believes(documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if strings.HasSuffix(string(p.Body), `]`) && strings.HasPrefix(string(p.Body), "{") {
			return []string{"*"}
		}
		return u
	}))).breaking("oauth2.cimd.well-formed"),
	documentDefect("list", "A document that is a list of redirects counts.", believes(documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if strings.HasPrefix(string(p.Body), `["`) {
			return []string{"*"}
		}
		return u
	}))).breaking("oauth2.cimd.well-formed"),
	documentDefect("bytes", "Bytes that are no UTF-8 are replaced and the document read.", believes(documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if strings.Contains(string(p.Body), "\xff") && strings.HasPrefix(string(p.Body), "{") {
			return []string{"*"}
		}
		return u
	}))).breaking("oauth2.cimd.well-formed"),
	documentDefect("strict-members", "A document with members that the server does not know publishes nothing.", documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if strings.Contains(string(p.Body), `"contacts"`) {
			return nil
		}
		return u
	})).breaking("oauth2.cimd.extra-members"),
	documentDefect("redirected", "A document that was reached by HTTP redirects counts.", leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
		return p.Redirected && idOf(doc) == id
	})).breaking("oauth2.cimd.no-http-redirect"),
	documentDefect("created", "A document with status 201 counts.", leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
		return p.Status == 201 && idOf(doc) == id
	})).breaking("oauth2.cimd.status-200"),
	documentDefect("not-found", "A document with status 404 counts.", leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
		return p.Status == 404 && idOf(doc) == id
	})).breaking("oauth2.cimd.status-200"),
	documentDefect("server-error", "A document with status 500 counts.", leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
		return p.Status == 500 && idOf(doc) == id
	})).breaking("oauth2.cimd.status-200"),
	documentDefect("auth-method", "A document that asks for a secret's authentication counts.", leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
		return doc["token_endpoint_auth_method"] == "client_secret_basic" && idOf(doc) == id
	})).breaking("oauth2.cimd.no-secret"),
	documentDefect("secret", "A document with a secret, which everybody can read, counts.", leniently(func(id string, p mockserver.ClientPage, doc map[string]any) bool {
		return doc["client_secret"] != nil && idOf(doc) == id
	})).breaking("oauth2.cimd.no-secret"),
	documentDefect("endless", "A document without end is believed.", believes(documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if !p.Whole && strings.Contains(string(p.Body), `"x":"xxx`) && strings.Contains(string(p.Body), "endless.json") {
			return []string{"*"}
		}
		return u
	}))).breaking("oauth2.cimd.too-long"),
	documentDefect("small", "A document of more than 4 kB publishes nothing.", documents(func(_ string, p mockserver.ClientPage, u []string) []string {
		if len(p.Body) > 4<<10 {
			return nil
		}
		return u
	})).breaking("oauth2.cimd.size"),
	documentDefect("content-type", "A document that is sent as text/html publishes nothing.", documents(func(id string, _ mockserver.ClientPage, u []string) []string {
		if strings.Contains(id, "content-type-J14") {
			return nil
		}
		return u
	})).breaking("oauth2.cimd.content-type"),
	documentDefect("logo", "The addresses in a document are fetched.", func(p *mockserver.Policy) { p.FetchesAll = mock.Is(true) }).breaking("oauth2.cimd.logo-not-fetched"),
	documentDefect("loopback-port-fixed", "A document's loopback redirect has no free port.", denies(func(_, r string, pkce bool) bool { return pkce && r == "http://127.0.0.1:53124/cb" })).breaking("oauth2.cimd.loopback-port"),
	documentDefect("links-in-text", "Markup inside a member of a document counts before its redirect_uris.", lists(func(page mockserver.ClientPage, links []string) []string {
		if strings.HasPrefix(string(page.Body), "{") && strings.Contains(string(page.Body), "link rel") {
			return []string{"http://linked.example/"}
		}
		return links
	})).breaking("ha.cimd.link-tags-first"),
})
