package home

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Client pages", func() {
	It(requirement("ha.clients.link-tag"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		publishes(ctx, "link-tag", []pageVector{
			{"W01", link(to), to}, {"W03", "<LINK REL=redirect_uri HREF=" + to + ">", to},
			{"W04", "<link rel='redirect_uri' href='hass://auth'>", "hass://auth"},
		})
		Expect(Step(ctx, "W20"), authorize(ctx, clientWith(ctx, "link-tag-none", "<title>W20</title>", to))).To(RefuseRedirect())
	})

	It(requirement("indieauth.redirect.multiple-links"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		page := link(to+"/1") + link(to+"/2") + link("hass://three")
		publishes(ctx, "multiple", []pageVector{{"W09 first", page, to + "/1"}, {"W09 third", page, "hass://three"}})
	})

	It(requirement("indieauth.redirect.relative-link"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		publishes(ctx, "relative", []pageVector{{"W06", link(strings.TrimPrefix(to, "http:")), to}})
		h := home.From(ctx)
		Expect(Step(ctx, "W05"), authorize(ctx, clientWith(ctx, "relative-path", link("/redirect"), h.Site.Origin()+"/redirect"))).To(IssueCode())
		bare := strings.TrimPrefix(to, "http:")
		Expect(Step(ctx, "W06 as it stands"), authorize(ctx, clientWith(ctx, "relative-raw", link(bare), bare))).To(RefuseRedirect())
	})

	It(requirement("indieauth.redirect.entities"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		numeric := strings.Replace(to, "/callback", "&#47;callback", 1)
		publishesAll(ctx, "entities", pageVector{allInOne, link(numeric + "?a=1&amp;b=2"), to + "?a=1&b=2"},
			[]pageVector{{"W19", link(to + "?a=1&amp;b=2"), to + "?a=1&b=2"}, {"W19 numeric", link(numeric), to}})
	})

	It(requirement("indieauth.redirect.not-in-comment-or-script"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		publishesNot(ctx, "inert", []pageVector{
			{"W13 comment", "<!-- " + link(to) + " -->", to}, {"W14 script", "<script>var x = '" + link(to) + "';</script>", to},
			{"W16 anchor", `<a rel="redirect_uri" href="` + to + `">x</a>`, to}, {"W17 attribute", `<div title='` + link(to) + `'></div>`, to},
			{"style", "<style>/* " + link(to) + " */</style>", to}, {"escaped", strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(link(to)), to},
		})
	})

	It(requirement("indieauth.redirect.not-in-inert-text"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		var list []pageVector
		for _, element := range []string{"textarea", "title", "template"} {
			list = append(list, pageVector{"W14 " + element, "<" + element + ">" + link(to) + "</" + element + ">", to})
		}
		publishesNot(ctx, "inert-text", list)
	})

	It(requirement("indieauth.redirect.rel-exact"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		publishesNot(ctx, "rel", []pageVector{
			{"W15 not-redirect_uri", `<link rel="not-redirect_uri" href="` + to + `">`, to},
			{"W15 redirect_uris", `<link rel="redirect_uris" href="` + to + `">`, to},
			{"rev", `<link rev="redirect_uri" href="` + to + `">`, to}, {"no rel", `<link href="` + to + `">`, to},
		})
	})

	It(requirement("indieauth.redirect.rel-list"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		notesPages(ctx, "rel-list", []pageVector{{"W12 list", `<link rel="nofollow redirect_uri" href="` + to + `">`, to},
			{"W12 upper case", `<link rel="REDIRECT_URI" href="` + to + `">`, to}})
	})

	It(requirement("indieauth.redirect.link-header"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		listingWorks(ctx)
		for _, v := range []vector{{"W02", `<` + to + `>; rel="redirect_uri"`},
			{"W07", `</style.css>; rel="preload", <` + to + `>; rel="redirect_uri"`}} {
			page := h.Site.Page("link-header-"+v.name, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Link", v.value) })
			Note(Step(ctx, v.name), "%s", Outcome(authorize(ctx, home.Login{ClientID: page.URL(), RedirectURI: to}).Exchange))
		}
	})

	It(requirement("ha.clients.link-tag-anywhere"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		notesPages(ctx, "anywhere", []pageVector{
			{"W11 body", "<html><head></head><body><p>text</p>" + link(to) + "</body></html>", to},
			{"W24 base", `<base href="https://evil.example/">` + link("/redirect"), "https://evil.example/redirect"},
		})
	})

	It(requirement("ha.clients.first-10kb"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		publishes(ctx, "first-10kb", []pageVector{{"W21", padded(9000) + link(to), to}})
	})

	It(requirement("ha.clients.beyond-10kb"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		notesPages(ctx, "beyond-10kb", []pageVector{{"W22", padded(10300) + link(to), to}, {"W23", padded(10220) + link(to), to}})
	})

	It(requirement("ha.clients.multibyte"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		const wide, odd = "é€𝄞é€𝄞", "\xff\xfe\xfd"
		var list []pageVector
		text := padded(100) + odd
		for i, v := range []struct {
			name string
			at   int
		}{{"€ across byte 1024", 1021}, {"é across byte 1024", 1023}, {"𝄞 across byte 1024", 1018}} {
			text += strings.Repeat("x", 1024*i+v.at-len(text)) + wide
			list = append(list, pageVector{v.name, padded(v.at) + wide + link(to), to})
		}
		list = append(list, pageVector{"bytes that are no text", odd + padded(100) + link(to), to})
		publishesAll(ctx, "multibyte", pageVector{allInOne, text + link(to), to}, list)
	})

	It(requirement("indieauth.client-info.html-redirects"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		page := h.Site.HTML("redirect-target", link(to))
		listingWorks(ctx)
		for _, v := range []vector{{"same host", page.URL()}, {"another origin", page.Other()}} {
			from := h.Site.Page("redirect-"+strings.ReplaceAll(v.name, " ", "-"),
				func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, v.value, http.StatusFound) })
			Note(Step(ctx, v.name), "%s", Outcome(authorize(ctx, home.Login{ClientID: from.URL(), RedirectURI: to}).Exchange))
		}
	})

	It(requirement("indieauth.client-info.status"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		listingWorks(ctx)
		missing := h.Site.Page("status-404", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(link(to)))
		})
		Note(Step(ctx, "404"), "%s", Outcome(authorize(ctx, home.Login{ClientID: missing.URL(), RedirectURI: to}).Exchange))
		plain := h.Site.Page("status-plain", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write([]byte(link(to)))
		})
		Note(Step(ctx, "text/plain"), "%s", Outcome(authorize(ctx, home.Login{ClientID: plain.URL(), RedirectURI: to}).Exchange))
	})
})

// pageVector is a client page and the requested redirect URI.
type pageVector struct{ name, body, redirect string }

func pageName(v pageVector) string { return v.name }

func elsewhere(ctx Ctx) string { return home.From(ctx).Site.Other() + "/callback" }

func link(to string) string { return `<link rel="redirect_uri" href="` + to + `">` }

// padded returns the beginning of a page, so that the next text begins at byte n.
func padded(n int) string {
	const head, tail = "<!doctype html><title>A client</title><p>", "</p>"
	return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
}

// clientWith returns a login of a client whose page has the body.
func clientWith(ctx Ctx, name, body, redirect string) home.Login {
	return home.Login{ClientID: home.From(ctx).Site.HTML(name, body).URL(), RedirectURI: redirect}
}

func publishes(ctx Ctx, name string, list []pageVector) {
	Each(ctx, list, pageName, func(ctx Ctx, v pageVector) {
		Expect(ctx, authorize(ctx, clientWith(ctx, pageID(name, v), v.body, v.redirect))).To(IssueCode())
	})
}

// publishesNot judges that each page publishes nothing, next to one that does. One page with all texts needs a single login; only
// if that is not refused does each page get its own.
func publishesNot(ctx Ctx, name string, list []pageVector) {
	to := list[0].redirect
	listingWorks(ctx)
	var text strings.Builder
	for _, v := range list {
		text.WriteString(v.body)
	}
	all := authorize(Step(ctx, allInOne), clientWith(ctx, name+"-all", text.String(), to))
	if ok, err := RefuseRedirect().Match(all); ok && err == nil {
		Expect(Step(ctx, allInOne), all).To(RefuseRedirect())
		return
	}
	Each(ctx, list, pageName, func(ctx Ctx, v pageVector) {
		Expect(ctx, authorize(ctx, clientWith(ctx, pageID(name, v), v.body, v.redirect))).To(RefuseRedirect())
	})
}

// publishesBehind holds for a link behind each of these texts. One page of all texts with the link at its end needs one login. Where
// that page is refused, pages of half the texts show which of them is to blame.
func publishesBehind(ctx Ctx, name, to string, texts []vector) bool {
	if len(texts) == 1 {
		v := pageVector{texts[0].name, texts[0].value + link(to), to}
		under := Step(ctx, v.name)
		return Expect(under, authorize(under, clientWith(ctx, pageID(name, v), v.body, to))).To(IssueCode())
	}
	var before strings.Builder
	for _, v := range texts {
		before.WriteString(v.value)
	}
	under := Step(ctx, fmt.Sprintf("%s, %s to %s", allInOne, texts[0].name, texts[len(texts)-1].name))
	all := authorize(under, clientWith(ctx, name+"-"+Sum(texts[0].name+texts[len(texts)-1].name), before.String()+link(to), to))
	if ok, err := IssueCode().Match(all); ok && err == nil {
		return Expect(under, all).To(IssueCode())
	}
	half := len(texts) / 2
	first := publishesBehind(ctx, name, to, texts[:half])
	if second := publishesBehind(ctx, name, to, texts[half:]); first && second { // only together are they refused
		return Expect(under, all).To(IssueCode())
	}
	return false
}

// publishesAll holds for pages of which one page has all that is odd. The others follow where that one is refused.
func publishesAll(ctx Ctx, name string, one pageVector, list []pageVector) {
	all := authorize(Step(ctx, allInOne), clientWith(ctx, name+"-all", one.body, one.redirect))
	if ok, err := IssueCode().Match(all); ok && err == nil {
		Expect(Step(ctx, allInOne), all).To(IssueCode())
		return
	}
	publishes(ctx, name, list)
}

const allInOne = "all on one page"

func notesPages(ctx Ctx, name string, list []pageVector) {
	listingWorks(ctx)
	Each(ctx, list, pageName, func(ctx Ctx, v pageVector) {
		Note(ctx, "%s", Outcome(authorize(ctx, clientWith(ctx, pageID(name, v), v.body, v.redirect)).Exchange))
	})
}

// pageID returns a path of the client site that no other vector has. It does not depend on the page's text, which contains the
// site's port: the path appears in reports, and two runs with one seed must be equal.
func pageID(name string, v pageVector) string {
	return name + "-" + strings.Map(func(r rune) rune {
		if r < '0' || r > 'z' {
			return '-'
		}
		return r
	}, v.name) + "-" + Sum(v.name)
}

// pageTimeout is how long the home waits for a client page (HA core auth/indieauth.py).
const pageTimeout = 5 * time.Second

// slowest is how long a login may take whose client page does not arrive.
const slowest = 15 * time.Second
