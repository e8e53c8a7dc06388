package defects

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/authconform/authconform/mockserver"
)

var (
	upperElement = regexp.MustCompile(`<[A-Z][^>]*>`)
	singleQuoted = regexp.MustCompile(`(?i)<link[^>]*='[^>]*>`)
	linkHeader   = regexp.MustCompile(`<([^>]*)>\s*;\s*rel="?redirect_uri`)
)

var clientPageDefects = []Defect[mockserver.Policy]{
	{
		ID: "page.no-links", Story: "link elements are not read.",
		Aims:   []string{"ha.clients.link-tag"},
		Change: loses(func(mockserver.ClientPage) bool { return true }),
	},
	{
		ID: "page.tag-case", Story: "Only lower-case elements are read.",
		Aims:   []string{"ha.clients.link-tag"},
		Change: seen(func(text string) string { return upperElement.ReplaceAllString(text, "") }),
	},
	{
		ID: "page.quotes", Story: "Only double-quoted attributes are read.",
		Aims:   []string{"ha.clients.link-tag"},
		Change: seen(func(text string) string { return singleQuoted.ReplaceAllString(text, "") }),
	},
	{
		ID: "page.nothing-listed-all", Story: "A page without links allows every redirect.",
		Aims: []string{"indieauth.redirect.block-unlisted", "ha.clients.link-tag"},
		Change: believesPage(func(page mockserver.ClientPage, links []string) bool {
			return page.Status == http.StatusOK && mediaType(page, "text/html") && len(links) == 0
		}),
	},
	{
		ID: "page.first-only", Story: "Only the first link is read.",
		Aims:   []string{"indieauth.redirect.multiple-links"},
		Change: lists(func(_ mockserver.ClientPage, l []string) []string { return l[:min(1, len(l))] }),
	},
	{
		ID: "page.last-only", Story: "Only the last link is read.",
		Aims:   []string{"indieauth.redirect.multiple-links"},
		Change: lists(func(_ mockserver.ClientPage, l []string) []string { return l[max(0, len(l)-1):] }),
	},
	{
		ID: "page.no-relative", Story: "A relative link is compared without being resolved.",
		Aims:   []string{"indieauth.redirect.relative-link"},
		Change: lists(func(page mockserver.ClientPage, _ []string) []string { return hrefs(string(page.Body)) }),
	},
	{
		ID: "page.raw-relative", Story: "A relative link is accepted both resolved and unresolved.",
		Aims: []string{"indieauth.redirect.relative-link"},
		Change: both(lists(func(page mockserver.ClientPage, links []string) []string {
			return append(links, hrefs(string(page.Body))...)
		}), letsNear(func(l, r string) bool { return l == r && relative(r) })),
	},
	{
		ID: "page.no-scheme-relative", Story: "A link that begins with two slashes is ignored.",
		Aims: []string{"indieauth.redirect.relative-link"},
		Change: lists(func(page mockserver.ClientPage, links []string) []string {
			if slices.ContainsFunc(hrefs(string(page.Body)), func(h string) bool { return strings.HasPrefix(h, "//") }) {
				return nil
			}
			return links
		}),
	},
	{
		ID: "page.entities", Story: "Entities in a link are not resolved.",
		Aims:   []string{"indieauth.redirect.entities"},
		Change: seen(func(text string) string { return strings.ReplaceAll(text, "&", "&amp;") }),
	},
	{
		ID: "page.numeric-entities", Story: "Numeric entities in a link are not resolved.",
		Aims:   []string{"indieauth.redirect.entities"},
		Change: seen(func(text string) string { return strings.ReplaceAll(text, "&#", "&amp;#") }),
	},
	{
		ID: "page.comment", Story: "A pattern search also finds links in comments.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: findsWithin(`(?s)<!--(.*?)-->`),
	},
	{
		ID: "page.script", Story: "A pattern search also finds links in scripts.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: findsWithin(inElement("script")),
	},
	{
		ID: "page.anchor", Story: "An a element counts as a link.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: finds(func(e element) bool { return e.name == "a" && e.attrs["rel"] == "redirect_uri" }),
	},
	{
		ID: "page.attribute", Story: "A pattern search also finds links in attributes.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: findsWithin(`(?s)=\s*'([^']*)'`),
	},
	{
		ID: "page.style", Story: "A pattern search also finds links in styles.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: findsWithin(inElement("style")),
	},
	{
		ID: "page.escaped", Story: "Escaped markup is unescaped before it is searched.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: seen(html.UnescapeString),
	},
	{
		ID: "page.textarea", Story: "Links inside a textarea count.",
		Aims:   []string{"indieauth.redirect.not-in-inert-text"},
		Change: findsWithin(inElement("textarea")),
	},
	{
		ID: "page.title", Story: "Links inside a title count.",
		Aims:   []string{"indieauth.redirect.not-in-inert-text"},
		Change: findsWithin(inElement("title")),
	},
	{
		ID: "page.template", Story: "Links inside a template count.",
		Aims:   []string{"indieauth.redirect.not-in-inert-text"},
		Change: findsWithin(inElement("template")),
	},
	{
		ID: "page.rel-suffix", Story: "Only the end of rel is compared.",
		Aims:   []string{"indieauth.redirect.rel-exact"},
		Change: finds(func(e element) bool { return e.name == "link" && strings.HasSuffix(e.attrs["rel"], "redirect_uri") }),
	},
	{
		ID: "page.rel-prefix", Story: "Only the beginning of rel is compared.",
		Aims:   []string{"indieauth.redirect.rel-exact"},
		Change: finds(func(e element) bool { return e.name == "link" && strings.HasPrefix(e.attrs["rel"], "redirect_uri") }),
	},
	{
		ID: "page.rev", Story: "rev counts as rel.",
		Aims:   []string{"indieauth.redirect.rel-exact"},
		Change: finds(func(e element) bool { return e.name == "link" && e.attrs["rev"] == "redirect_uri" }),
	},
	{
		ID: "page.no-rel", Story: "Every link counts, whatever its rel.",
		Aims:   []string{"indieauth.redirect.rel-exact"},
		Change: finds(func(e element) bool { return e.name == "link" }),
	},
	{
		ID: "page.rel-list", Story: "rel is read as a list of words.",
		Aims:   []string{"indieauth.redirect.rel-list"},
		Change: finds(func(e element) bool { return slices.Contains(strings.Fields(e.attrs["rel"]), "redirect_uri") }),
	},
	{
		ID: "page.link-header", Story: "The Link header counts as a link.",
		Aims: []string{"indieauth.redirect.link-header"},
		Change: lists(func(page mockserver.ClientPage, links []string) []string {
			for _, m := range linkHeader.FindAllStringSubmatch(strings.Join(page.Header["Link"], ","), -1) {
				links = append(links, m[1])
			}
			return links
		}),
	},
	{
		ID: "page.head-only", Story: "Links outside the head do not count.",
		Aims: []string{"ha.clients.link-tag-anywhere"},
		Change: seen(func(text string) string {
			head, _, _ := strings.Cut(text, "<body")
			return head
		}),
	},
	{
		ID: "page.multibyte", Story: "A multi-byte character ends the reading.",
		Aims: []string{"ha.clients.multibyte"},
		Change: seen(func(text string) string {
			if i := strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII && r != utf8.RuneError }); i >= 0 {
				return text[:i]
			}
			return text
		}),
	},
	{
		ID: "page.not-text", Story: "A page that is not text lists no redirects.",
		Aims:   []string{"ha.clients.multibyte"},
		Change: loses(func(page mockserver.ClientPage) bool { return page.Whole && !utf8.Valid(page.Body) }),
	},
}
