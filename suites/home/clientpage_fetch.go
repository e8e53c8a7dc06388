package home

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Client pages that misbehave", func() {
	It(requirement("indieauth.client-info.timeout"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		listingWorks(ctx)
		type silent struct {
			name    string
			handler http.HandlerFunc
		}
		Each(ctx, []silent{
			{"nothing", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
			{"headers, then nothing", func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush(); <-r.Context().Done() }},
		}, func(v silent) string { return v.name }, func(ctx Ctx, v silent) {
			page := h.Site.Page("timeout-"+Sum(v.name), v.handler)
			var answer *home.Step
			h.Meanwhile(ctx, pageTimeout, func() bool { return len(page.Fetches()) > 0 }, func() {
				answer = authorize(ctx, home.Login{ClientID: page.URL(), RedirectURI: to})
			})
			refusedSoon(ctx, answer)
		})
	})

	It(requirement("indieauth.client-info.endless"), func(ctx SpecContext) {
		misbehaves(ctx, "endless", map[string]http.HandlerFunc{"endless": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat("x", 4096))); err != nil {
					return
				}
			}
		}})
	})

	It(requirement("indieauth.client-info.redirect-loop"), func(ctx SpecContext) {
		misbehaves(ctx, "loop", map[string]http.HandlerFunc{
			"loop": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }})
	})

	It(requirement("indieauth.client-info.unreachable"), func(ctx SpecContext) {
		misbehaves(ctx, "unreachable", map[string]http.HandlerFunc{
			"cut": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }})
		for _, id := range []string{"http://127.0.0.1:1/", "https://no-such-name.invalid/"} {
			Expect(Step(ctx, id), authorize(ctx, home.Login{ClientID: id, RedirectURI: elsewhere(ctx)})).To(RefuseRedirect())
		}
	})

	It(requirement("ha.clients.fetch-anonymous"), func(ctx SpecContext) {
		f := fetched(ctx, "anonymous")[0]
		for _, name := range []string{"Cookie", "Authorization", "Referer", "Origin", "X-Forwarded-For"} {
			Expect(ctx, f.Header.Get(name)).To(Be("header "+name, ""))
		}
	})

	It(requirement("ha.clients.fetch-get"), func(ctx SpecContext) {
		for _, f := range fetched(ctx, "get") {
			Expect(ctx, f.Method).To(Be("method of the fetch", http.MethodGet))
		}
	})

	It(requirement("ha.clients.no-fetch-before-login"), func(ctx SpecContext) {
		h := home.From(ctx)
		page := h.Site.HTML("before-login", link(elsewhere(ctx)))
		login := home.Login{ClientID: page.URL(), RedirectURI: elsewhere(ctx)}
		begun := h.Begin(ctx, login)
		Control(ctx, begun).To(OpenForm())
		wrong := map[string]any{"username": h.Account.Username, "password": "wrong-password"}
		Control(ctx, h.Submit(ctx, begun.FlowID, page.URL(), wrong)).To(OpenForm())
		Expect(ctx, len(page.Fetches())).To(Be("requests for the client page", 0))
		Control(ctx, h.Password(ctx, begun.FlowID, login)).To(IssueCode())
		Control(ctx, len(page.Fetches()) > 0).To(Be("the page was fetched after the right password", true))
	})

	It(requirement("ha.clients.page-changes"), func(ctx SpecContext) {
		h, to := home.From(ctx), elsewhere(ctx)
		login := home.Login{ClientID: h.Site.HTML("changes", link(to)).URL(), RedirectURI: to}
		Control(ctx, authorize(ctx, login)).To(IssueCode())
		h.Site.HTML("changes", "<title>nothing any more</title>")
		Note(ctx, "after the link was removed: %s", Outcome(authorize(ctx, login).Exchange))
	})
})

// fetched returns the client site's requests during one login that needed its page.
func fetched(ctx Ctx, name string) []clientsite.Fetch {
	page := home.From(ctx).Site.HTML("fetched-"+name, link(elsewhere(ctx)))
	Control(ctx, authorize(ctx, home.Login{ClientID: page.URL(), RedirectURI: elsewhere(ctx)})).To(IssueCode())
	if len(page.Fetches()) == 0 {
		Block(ctx, "a code was issued without a fetch of the client page")
	}
	return page.Fetches()
}

// misbehaves judges that logins with these client pages get no code, no server error and no long wait.
func misbehaves(ctx Ctx, name string, pages map[string]http.HandlerFunc) {
	h, to := home.From(ctx), elsewhere(ctx)
	listingWorks(ctx)
	for _, what := range slices.Sorted(maps.Keys(pages)) {
		handler := pages[what]
		page := h.Site.Page(name+"-"+Sum(what), handler)
		refusedSoon(Step(ctx, what), authorize(Step(ctx, what), home.Login{ClientID: page.URL(), RedirectURI: to}))
	}
}

func refusedSoon(ctx Ctx, answer *home.Step) {
	if answer.Duration >= slowest { // it may be slow with everything
		if usual := authorize(Step(ctx, "a usual login"), home.Login{}); usual.Duration > slowest-2*pageTimeout {
			Block(ctx, "a login that fetches no page takes %s too", usual.Duration.Round(time.Second))
		}
	}
	Expect(ctx, answer).To(All(BeRejected(), GrantNothing(), ComeWithin(slowest)))
}
