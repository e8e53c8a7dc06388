package defects

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/authconform/authconform/mockserver"
)

// Helpers for defects of reading client pages.

// lists changes the redirect URIs that a client page publishes.
func lists(edit func(page mockserver.ClientPage, links []string) []string) change {
	return func(p *mockserver.Policy) {
		strict := p.LinkedRedirects
		p.LinkedRedirects = func(page mockserver.ClientPage) []string { return edit(page, strict(page)) }
	}
}

// seen reads a page as if it had another text.
func seen(as func(text string) string) change {
	return func(p *mockserver.Policy) {
		strict := p.LinkedRedirects
		p.LinkedRedirects = func(page mockserver.ClientPage) []string {
			page.Body = []byte(as(string(page.Body)))
			return strict(page)
		}
	}
}

// loses ignores the links of a page that is like this.
func loses(like func(page mockserver.ClientPage) bool) change {
	return lists(func(page mockserver.ClientPage, links []string) []string {
		if like(page) {
			return nil
		}
		return links
	})
}

// element is a link or an anchor that a pattern finds, wherever it is.
type element struct {
	name  string
	attrs map[string]string
}

var (
	anyElement   = regexp.MustCompile(`(?is)<(link|a)\b([^>]*)>`)
	anyAttribute = regexp.MustCompile(`(?is)([a-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)
)

// elements finds the elements of a text.
func elements(text string) []element {
	var out []element
	for _, m := range anyElement.FindAllStringSubmatch(text, -1) {
		e := element{strings.ToLower(m[1]), map[string]string{}}
		for _, a := range anyAttribute.FindAllStringSubmatch(m[2], -1) {
			e.attrs[strings.ToLower(a[1])] = a[2] + a[3] + a[4]
		}
		out = append(out, e)
	}
	return out
}

// isRedirectLink reports whether an element is <link rel="redirect_uri" href>.
func isRedirectLink(e element) bool { return e.name == "link" && e.attrs["rel"] == "redirect_uri" }

// hrefs returns the targets of a text's redirect links, as written.
func hrefs(text string) []string { return hrefsOf(text, isRedirectLink) }

func hrefsOf(text string, like func(element) bool) []string {
	var out []string
	for _, e := range elements(text) {
		if like(e) {
			out = append(out, html.UnescapeString(e.attrs["href"]))
		}
	}
	return out
}

// finds publishes elements that are no redirect links in addition to those that are.
func finds(like func(element) bool) change {
	return lists(func(page mockserver.ClientPage, links []string) []string {
		return append(links, hrefsOf(string(page.Body), like)...)
	})
}

// findsWithin publishes redirect links in places where browsers see none: inside the matches of the pattern.
func findsWithin(pattern string) change {
	within := regexp.MustCompile(pattern)
	return lists(func(page mockserver.ClientPage, links []string) []string {
		for _, m := range within.FindAllStringSubmatch(string(page.Body), -1) {
			links = append(links, hrefs(m[1])...)
		}
		return links
	})
}

// inElement returns the pattern of the content of elements with a name.
func inElement(name string) string { return `(?is)<` + name + `\b[^>]*>(.*?)</` + name + `>` }

// everything marks a page that is trusted for every redirect.
var everything = []string{"*"}

// believes accepts any redirect of a client that publishes everything.
func believes(c change) change {
	return both(c, letsNear(func(l, _ string) bool { return l == everything[0] }))
}

// believesUnread accepts any redirect of a client whose page cannot be fetched for this reason.
func believesUnread(like func(error) bool) change {
	return believes(func(p *mockserver.Policy) {
		p.Unreadable = func(_ string, err error) []string {
			if like(err) {
				return everything
			}
			return nil
		}
	})
}

// believesPage accepts any redirect of a client whose page is like this.
func believesPage(like func(page mockserver.ClientPage, links []string) bool) change {
	return believes(lists(func(page mockserver.ClientPage, links []string) []string {
		if like(page, links) {
			return everything
		}
		return links
	}))
}

func mediaType(page mockserver.ClientPage, kind string) bool {
	return strings.HasPrefix(page.Header.Get("Content-Type"), kind)
}

// relative reports whether a link has no scheme.
func relative(link string) bool { u, err := url.Parse(link); return err == nil && !u.IsAbs() }

// documents changes the redirect URIs that a metadata document publishes.
func documents(edit func(clientID string, page mockserver.ClientPage, uris []string) []string) change {
	return func(p *mockserver.Policy) {
		strict := p.DocumentRedirects
		p.DocumentRedirects = func(clientID string, page mockserver.ClientPage) []string {
			return edit(clientID, page, strict(clientID, page))
		}
	}
}

// leniently accepts documents that are like this without checking them.
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

func overTLS(clientID string) bool { return parsed(clientID).Scheme == "https" }

func idOf(doc map[string]any) string { s, _ := doc["client_id"].(string); return s }
