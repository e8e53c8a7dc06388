package home

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/loginpage"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Login page, safety", func() {
	It(requirement("oauth2.redirect.no-redirect-on-bad-uri"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, visit(ctx).login(ctx).Query().Has("code")).To(Be("code present", true))
		for _, to := range []string{"https://evil.example/cb", h.Site.Other() + "/callback", h.Site.Origin() + ".evil.example/cb",
			"http://evil.example/?" + h.Client().Redirect} {
			stayOnPage(Step(ctx, to), visit(ctx).with("redirect_uri", to))
		}
	})

	It(requirement("oauth2.redirect.missing-uri"), func(ctx SpecContext) {
		Control(ctx, visit(ctx).login(ctx).Query().Has("code")).To(Be("code present", true))
		stayOnPage(Step(ctx, "none"), visit(ctx).without("redirect_uri"))
		for _, relative := range []string{"/cb", "cb", "//app.example/cb", ""} {
			stayOnPage(Step(ctx, "RM07 "+relative), visit(ctx).with("redirect_uri", relative))
		}
	})

	It(requirement("oauth2.redirect.no-redirect-on-bad-client"), func(ctx SpecContext) {
		Control(ctx, visit(ctx).login(ctx).Query().Has("code")).To(Be("code present", true))
		stayOnPage(Step(ctx, "none"), visit(ctx).without("client_id"))
		for _, id := range []string{"mailto:user@app.example", "https://app.example/#me", ""} {
			stayOnPage(Step(ctx, id), visit(ctx).with("client_id", id))
		}
	})

	It(requirement("oauth2.redirect.inform-user"), func(ctx SpecContext) {
		Control(ctx, visit(ctx).login(ctx).Query().Has("code")).To(Be("code present", true))
		_, state, err := attempted(ctx, visit(ctx).with("redirect_uri", "https://evil.example/cb"))
		if err != nil {
			Violated(ctx, "a page that says why it does not go on", err.Error())
			return
		}
		Control(ctx, state.Kind == loginpage.Redirected).To(Be("redirected", false))
		Expect(ctx, state.Text != "").To(Be("words on the page", true))
	})

	It(requirement("oauth2.redirect.dangerous-schemes"), func(ctx SpecContext) {
		h := home.From(ctx)
		urls := []string{
			"javascript:alert(document.domain)", "javascript:alert(document.domain)//", "JavaScript:alert(document.domain)//",
			"javascript:alert(document.domain)//?a=b", "data:text/html,<b>x</b>", "vbscript:msgbox(1)", "file:///etc/hostname", "about:srcdoc",
		}
		var links strings.Builder
		for _, u := range append(urls, h.Site.Other()+"/callback") {
			links.WriteString(`<link rel="redirect_uri" href="` + html.EscapeString(u) + `">`)
		}
		client := visit(ctx).with("client_id", h.Site.HTML("dangerous-schemes", links.String()).URL())
		Control(ctx, client.with("redirect_uri", h.Site.Other()+"/callback").login(ctx).Query().Has("code")).To(Be("code present", true))
		for _, u := range urls {
			under := Step(ctx, u)
			page, state, err := attempted(under, client.with("redirect_uri", u))
			if err != nil { // the control came to rest, so a page that neither refuses nor rests is on its way to the URL
				Violated(under, "the page to refuse it", err.Error())
			}
			Expect(under, state.Kind).To(BeNone("a redirect", loginpage.Redirected))
			Expect(under, len(page.Dialogs())).To(Be("dialogs of a script that ran", 0))
		}
	})

	It(requirement("oauth2.authz.no-duplicates"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, visit(ctx).login(ctx).Query().Has("code")).To(Be("code present", true))
		for _, v := range []vector{{"client_id", h.Site.Origin() + "/other"}, {"redirect_uri", h.Site.Origin() + "/other"}, {"state", "b"}} {
			_, state := visit(ctx).with("state", "a").twice(v.name, v.value).try(Step(ctx, v.name))
			Expect(Step(ctx, v.name), state.Kind).To(BeNone("a redirect", loginpage.Redirected))
		}
	})

	It(requirement("oauth2.authz.duplicates-safe"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, visit(ctx).login(ctx).Query().Has("code")).To(Be("code present", true))
		evil := "https://evil.example/cb"
		neverLeavesFor(Step(ctx, "foreign last"), visit(ctx).twice("redirect_uri", evil), "https://evil.example")
		neverLeavesFor(Step(ctx, "foreign first"), visit(ctx).with("redirect_uri", evil).twice("redirect_uri", h.Client().Redirect),
			"https://evil.example")
	})

	It(requirement("indieauth.authz.prompt-client-id"), func(ctx SpecContext) {
		for _, v := range []vector{{"https://app.example/", "app.example"}, {"https://evil.example:8443/app", "evil.example"}} {
			under := Step(ctx, v.name)
			login := visit(ctx).with("client_id", v.name).with("redirect_uri", v.name+"callback").open(under)
			Control(under, at(under)(login.State(under))).To(Show(loginpage.Form, loginpage.PickPerson))
			named, err := login.Names(under, v.value)
			if err != nil {
				Block(under, "%v", err)
			}
			Expect(under, named).To(Be("the page names "+v.value, true))
		}
	})

	It(requirement("ha.page.framing"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, at(ctx)(visit(ctx).open(ctx).State(ctx))).To(Show(loginpage.Form, loginpage.PickPerson))
		framing, err := browser.From(ctx).Frame(ctx, h.Wire.Base()+visit(ctx).path(), "http://attacker.example/")
		if err != nil {
			Block(ctx, "the framed page was neither shown nor blocked: %v", err)
		}
		Expect(ctx, framing.Rendered).To(Be("the frame shows the login page", false))
	})

	It(requirement("ha.page.no-password-in-url"), func(ctx SpecContext) {
		h := home.From(ctx)
		page, state := opened(ctx, visit(ctx))
		Control(ctx, state).To(Show(loginpage.Redirected))
		sent := false
		for _, r := range page.Requests() {
			sent = sent || r.HasBody
			Expect(ctx, strings.Contains(r.URL, url.QueryEscape(h.Account.Password))).To(Be("password in the URL of a "+r.Method, false))
			if r.HasBody {
				Expect(ctx, strings.HasPrefix(r.URL, h.Wire.Base()+"/")).To(Be("a body goes to the home's own origin", true))
			}
		}
		Control(ctx, sent).To(Be("a body was sent", true))
	})

	It(requirement("ha.page.no-referer"), func(ctx SpecContext) {
		h := home.From(ctx)
		callback := h.Site.Page("no-referer", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
		login := visit(ctx).with("redirect_uri", callback.URL()).with("state", "secret-state").uncaught(ctx)
		Control(ctx, at(ctx)(login.SignIn(ctx, h.Account.Username, h.Account.Password))).To(Show(loginpage.Redirected))
		if err := callback.Await(ctx); err != nil {
			Block(ctx, "%v", err)
		}
		referer := callback.Fetches()[0].Header.Get("Referer")
		Expect(ctx, strings.TrimSuffix(strings.TrimPrefix(referer, h.Wire.Base()), "/")).To(Be("Referer beyond the origin", ""))
	})

	It(requirement("ha.page.own-origin"), func(ctx SpecContext) {
		h := home.From(ctx)
		page, state := opened(ctx, visit(ctx))
		Control(ctx, state).To(Show(loginpage.Redirected))
		for _, r := range page.Requests() {
			if !strings.HasPrefix(r.URL, h.Client().Redirect) && !strings.HasPrefix(r.URL, "data:") && !strings.HasPrefix(r.URL, "blob:") {
				u, _ := url.Parse(r.URL)
				Expect(ctx, u.Scheme+"://"+u.Host).To(Be("origin of a "+r.Type, h.Wire.Base()))
			}
		}
	})

	It(requirement("ha.page.input-not-run"), func(ctx SpecContext) {
		Control(ctx, visit(ctx).login(ctx).Query().Has("code")).To(Be("code present", true))
		markup := `"><img src=x onerror=alert(1)>`
		for _, v := range []vector{{"client_id", "https://app.example/" + markup}, {"redirect_uri", "https://app.example/" + markup},
			{"redirect_uri", markup}, {"state", markup}} {
			under := Step(ctx, v.name)
			page := browser.Open(under)
			login, err := loginpage.Open(under, page, visit(ctx).base+visit(ctx).with(v.name, v.value).path())
			if err != nil {
				Block(under, "the login page does not open: %v", err)
			}
			_, _ = login.State(under)
			Expect(under, len(page.Dialogs())).To(Be("dialogs of a script that ran", 0))
		}
	})

	It(requirement("ha.page.password-field"), func(ctx SpecContext) {
		page := shownForm(ctx)
		Expect(ctx, attribute(ctx, page, loginpage.PasswordField, "type")).To(Be("type of the password field", "password"))
		Expect(ctx, attribute(ctx, page, loginpage.PasswordField, "autocomplete")).To(
			Be("autocomplete of the password field", "current-password"))
		Expect(ctx, attribute(ctx, page, loginpage.NameField, "autocomplete")).To(Be("autocomplete of the name field", "username"))
	})

	It(requirement("ha.page.labelled"), func(ctx SpecContext) {
		page := shownForm(ctx)
		for field, css := range Sorted(map[string]string{"the name field": loginpage.NameField, "the password field": loginpage.PasswordField}) {
			Expect(ctx, labelled(ctx, page, css)).To(Be(field+" has a name", true))
		}
	})
})

// labelled reports whether a field has a name for screen readers. It may appear after the form, with a language file.
func labelled(ctx Ctx, page *browser.Page, css string) bool {
	under, cancel := context.WithTimeout(ctx, loginpage.WordsLimit)
	defer cancel()
	err := page.Until(under, "a name of "+css, func(ctx context.Context) (bool, error) {
		name, err := browser.Eval[string](ctx, page, `(deep, css) => { const e = deep.one(css); return e ? deep.name(e) : "" }`, css)
		return name != "", err
	})
	if err != nil && (ctx.Err() != nil || under.Err() == nil) {
		Block(ctx, "%v", err)
	}
	return err == nil
}
