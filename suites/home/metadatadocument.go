package home

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

// clientName is the name of our clients in their documents.
const clientName = "Conf App"

var _ = Describe("Client id metadata documents", func() {
	It(requirement("oauth2.cimd.accepted"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		client := document(ctx, "accepted", nil, to, "com.example.app:/cb", to+"/third")
		for _, listed := range []string{"com.example.app:/cb", to + "/third"} {
			Expect(Step(ctx, listed), authorize(Step(ctx, listed), home.Login{ClientID: client, RedirectURI: listed})).To(IssueCode())
		}
	})

	It(requirement("oauth2.cimd.exact-match"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		documentWorks(ctx)
		secure := strings.Replace(to, "http:", "https:", 1)
		for name, n := range Sorted(map[string]nearby{
			"near its path":  {secure + "/x/", []string{secure + "/x", secure + "/X/", secure, secure + "/x/y"}},
			"near its query": {to + "?x=1", []string{to}},
		}) {
			client := document(ctx, strings.ReplaceAll(name, " ", "-"), nil, n.listed...)
			Expect(Step(ctx, name), authorize(Step(ctx, name), home.Login{ClientID: client, RedirectURI: n.asked})).To(RefuseRedirect())
		}
	})

	It(requirement("oauth2.cimd.https-only"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		documentWorks(ctx)
		plain := h.Site.Page("http-only.json", nil)
		h.Site.Page("http-only.json", jsonPage(http.StatusOK, "application/json",
			map[string]any{"client_id": plain.URL(), "client_name": clientName, "redirect_uris": []string{to}}))
		Expect(ctx, authorize(ctx, home.Login{ClientID: plain.URL(), RedirectURI: to})).To(RefuseRedirect())
	})

	It(requirement("oauth2.cimd.client-id-matches"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		documentWorks(ctx)
		own := home.From(ctx).Site.Secure()
		for _, v := range []struct {
			name string
			id   any
		}{{"J03", nil}, {"J04", own + "/"}, {"J05", strings.ToUpper(own) + "/doc-matches-j05.json"}, {"J06", own + "/doc-matches-j06.json?x"},
			{"no string", 5}, {"foreign", "https://evil.example/id.json"}} {
			client := document(ctx, "matches-"+strings.ToLower(strings.ReplaceAll(v.name, " ", "-")), map[string]any{"client_id": v.id}, to)
			Expect(Step(ctx, v.name), authorize(Step(ctx, v.name), home.Login{ClientID: client, RedirectURI: to})).To(RefuseRedirect())
		}
	})

	It(requirement("oauth2.cimd.well-formed"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		documentWorks(ctx)
		for _, v := range []struct {
			name string
			uris any
		}{
			{"J09 a string", to}, {"J19 relative", []string{"/redirect"}}, {"numbers", []int{1}}, {"an object", map[string]string{"a": to}},
			{"null", nil},
		} {
			client := document(ctx, "well-formed-"+Sum(v.name), map[string]any{"redirect_uris": v.uris})
			Expect(Step(ctx, v.name), authorize(Step(ctx, v.name), home.Login{ClientID: client, RedirectURI: to})).To(RefuseRedirect())
		}
		page := h.Site.Page("truncated.json", nil)
		begins, ends := `{"client_id":"`+page.Secure()+`","client_name":"`+clientName+`",`, `"redirect_uris":["`+to+`"]`
		for _, v := range []vector{
			{"J10 truncated", begins + ends}, {"a list", `["` + to + `"]`}, {"not UTF-8", begins + "\"x\":\"\xff\"," + ends + "}"},
		} {
			h.Site.Page("truncated.json", raw(http.StatusOK, "application/json", v.value))
			Expect(Step(ctx, v.name), authorize(Step(ctx, v.name), home.Login{ClientID: page.Secure(), RedirectURI: to})).To(RefuseRedirect())
		}
	})

	It(requirement("oauth2.cimd.extra-members"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		client := document(ctx, "extra", map[string]any{"client_name": "Conf App", "x": map[string]any{"y": []any{1, nil, true}},
			"contacts": []string{"a@app.example"}}, to)
		Expect(Step(ctx, "J15"), authorize(ctx, home.Login{ClientID: client, RedirectURI: to})).To(IssueCode())
	})

	It(requirement("oauth2.cimd.no-http-redirect"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		page := h.Site.Page("moved.json", nil)
		body := map[string]any{"client_id": page.Secure(), "client_name": clientName, "redirect_uris": []string{to}}
		documentWorks(ctx)
		there := h.Site.Page("moved-there.json", jsonPage(http.StatusOK, "application/json", body))
		h.Site.Page("moved.json", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, there.Secure(), http.StatusFound) })
		Expect(ctx, authorize(ctx, home.Login{ClientID: page.Secure(), RedirectURI: to})).To(RefuseRedirect())
	})

	It(requirement("oauth2.cimd.status-200"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		page := h.Site.Page("status.json", nil)
		body := map[string]any{"client_id": page.Secure(), "client_name": clientName, "redirect_uris": []string{to}}
		documentWorks(ctx)
		for _, status := range []int{http.StatusCreated, http.StatusNotFound, http.StatusInternalServerError} {
			h.Site.Page("status.json", jsonPage(status, "application/json", body))
			Expect(Step(ctx, http.StatusText(status)), authorize(ctx, home.Login{ClientID: page.Secure(), RedirectURI: to})).To(RefuseRedirect())
		}
	})

	It(requirement("oauth2.cimd.no-secret"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		documentWorks(ctx)
		for _, v := range []struct {
			name   string
			member map[string]any
		}{{"J11", map[string]any{"token_endpoint_auth_method": "client_secret_basic"}},
			{"J12", map[string]any{"client_secret": "published-to-everybody"}}} {
			client := document(ctx, "no-secret-"+v.name, v.member, to)
			Expect(Step(ctx, v.name), authorize(Step(ctx, v.name), home.Login{ClientID: client, RedirectURI: to})).To(RefuseRedirect())
		}
	})

	It(requirement("oauth2.cimd.too-long"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		documentWorks(ctx)
		page := h.Site.Page("endless.json", nil)
		h.Site.Page("endless.json", func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"client_id":"` + page.Secure() + `","client_name":"` + clientName + `","redirect_uris":["` + to + `"],"x":"`))
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat("x", 4096))); err != nil {
					return
				}
			}
		})
		answer := authorize(ctx, home.Login{ClientID: page.Secure(), RedirectURI: to})
		Expect(ctx, answer).To(All(RefuseRedirect(), ComeWithin(slowest)))
	})

	It(requirement("oauth2.cimd.size"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		documentWorks(ctx)
		for _, v := range []struct {
			name string
			n    int
		}{{"5121 bytes", 5000}, {"20 000 bytes", 20000}} {
			client := document(ctx, "size-"+Sum(v.name), map[string]any{"x": strings.Repeat("x", v.n)}, to)
			Note(Step(ctx, v.name), "%s", Outcome(authorize(ctx, home.Login{ClientID: client, RedirectURI: to}).Exchange))
		}
	})

	It(requirement("oauth2.cimd.content-type"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		documentWorks(ctx)
		for _, v := range []vector{{"J13", "application/ld+json"}, {"J14", "text/html"}} {
			page := h.Site.Page("content-type-"+v.name+".json", nil)
			h.Site.Page("content-type-"+v.name+".json", jsonPage(http.StatusOK, v.value,
				map[string]any{"client_id": page.Secure(), "client_name": clientName, "redirect_uris": []string{to}}))
			Note(Step(ctx, v.name), "%s", Outcome(authorize(ctx, home.Login{ClientID: page.Secure(), RedirectURI: to}).Exchange))
		}
	})

	It(requirement("oauth2.cimd.logo-not-fetched"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		trap := h.Site.HTML("logo", "x")
		client := document(ctx, "logo-not-fetched", map[string]any{"logo_uri": trap.URL(), "client_uri": trap.URL(), "jwks_uri": trap.URL(),
			"policy_uri": trap.URL()}, to)
		Control(ctx, authorize(ctx, home.Login{ClientID: client, RedirectURI: to})).To(IssueCode())
		Expect(Step(ctx, "J16"), len(trap.Fetches())).To(Be("requests for URLs of the document", 0))
	})

	It(requirement("oauth2.cimd.loopback-port"), func(ctx SpecContext) {
		client := document(ctx, "loopback-port", nil, "http://127.0.0.1/cb", "http://localhost/cb")
		bound := func(to string) home.Login {
			return home.Login{ClientID: client, RedirectURI: to, Challenge: oauth.S256(oauth.Verifier)}
		}
		Expect(Step(ctx, "J20"), authorize(ctx, bound("http://127.0.0.1:53124/cb"))).To(IssueCode())
		Expect(Step(ctx, "J20 another path"), authorize(ctx, bound("http://127.0.0.1:53124/other"))).To(RefuseRedirect())
	})

	It(requirement("oauth2.cimd.code-bound"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		client := document(ctx, "code-bound", nil, to)
		code := h.Code(ctx, home.Login{ClientID: client, RedirectURI: to})
		Expect(ctx, h.Exchange(ctx, code, oauth.Set("client_id", h.Site.Secure()+"/"))).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, h.Exchange(ctx, code, oauth.Set("client_id", client))).To(IssueTokens())
	})

	It(requirement("ha.cimd.link-tags-first"), func(ctx SpecContext) {
		to := elsewhere(ctx)
		client := document(ctx, "link-tags-first", map[string]any{"note": link(strings.ReplaceAll(to, "callback", "linked"))}, to)
		Note(ctx, "a document with a link element inside: its own redirect_uris give %s",
			Outcome(authorize(ctx, home.Login{ClientID: client, RedirectURI: to}).Exchange))
	})
})

// document publishes a metadata document over https and returns its client id; members replace others or, if nil, remove them.
func document(ctx Ctx, name string, members map[string]any, uris ...string) string {
	h := home.From(ctx)
	page := h.Site.Page("doc-"+strings.ToLower(name)+".json", nil)
	body := map[string]any{"client_id": page.Secure(), "client_name": clientName, "redirect_uris": uris}
	for k, v := range members {
		if v == nil {
			delete(body, k)
		} else {
			body[k] = v
		}
	}
	h.Site.Page("doc-"+strings.ToLower(name)+".json", jsonPage(http.StatusOK, "application/json", body))
	return page.Secure()
}

func jsonPage(status int, kind string, body map[string]any) http.HandlerFunc {
	encoded, _ := json.Marshal(body)
	return raw(status, kind, string(encoded))
}

func raw(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// sized publishes a metadata document of this many bytes.
func sized(ctx Ctx, size int, to string) string {
	name := "size-" + sizeName(size)
	page := home.From(ctx).Site.Page("doc-"+name+".json", nil)
	body := map[string]any{"client_id": page.Secure(), "client_name": clientName, "redirect_uris": []string{to}, "x": ""}
	bare, _ := json.Marshal(body)
	return document(ctx, name, map[string]any{"x": strings.Repeat("x", size-len(bare))}, to)
}

func sizeName(size int) string { return strconv.Itoa(size) + "-bytes" }
