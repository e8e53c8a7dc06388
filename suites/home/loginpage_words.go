package home

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/loginpage"
	. "github.com/authconform/authconform/suites/expect"
)

// vector is a value to try, with its name.
type vector struct{ name, value string }

func named(v vector) string { return v.name }

// request is an authorization request that a browser opens.
type request struct {
	base string
	form oauth.Form
}

// visit returns the default client's authorization request: response_type, client_id and redirect_uri.
func visit(ctx Ctx) request {
	h := home.From(ctx)
	return request{h.Wire.Base(), oauth.Form{
		{Name: "response_type", Value: "code"}, {Name: "client_id", Value: h.Client().ID}, {Name: "redirect_uri", Value: h.Client().Redirect},
	}}
}

func (r request) with(name, value string) request {
	return request{r.base, r.form.Apply(oauth.Set(name, value))}
}

func (r request) without(name string) request {
	return request{r.base, r.form.Apply(oauth.Drop(name))}
}

func (r request) twice(name, value string) request {
	return request{r.base, r.form.Apply(oauth.Add(name, value))}
}

func (r request) path() string { return "/auth/authorize?" + r.form.Encode() }

// open opens the page in a fresh browser context. Its opening is a control.
func (r request) open(ctx Ctx) *loginpage.Login {
	judge.Secret(ctx, "password", home.From(ctx).Account.Password)
	login, err := loginpage.Open(ctx, browser.Open(ctx), r.base+r.path())
	if err != nil {
		judge.Block(ctx, "the login page does not open: %v", err)
	}
	return login
}

// try opens the page, logs in as far as the page allows, and returns its last state.
func (r request) try(ctx Ctx) (*loginpage.Login, loginpage.State) {
	login := r.open(ctx)
	state, err := login.State(ctx)
	if err == nil && state.Is(loginpage.Form, loginpage.PickPerson) {
		h := home.From(ctx)
		state, err = login.SignIn(ctx, h.Account.Username, h.Account.Password)
	}
	if err != nil {
		judge.Block(ctx, "%v", err)
	}
	secrets(ctx, state)
	return login, state
}

// login logs in and returns the redirect's target. The redirect is a control.
func (r request) login(ctx Ctx) *url.URL {
	_, state := r.try(ctx)
	if state.Kind != loginpage.Redirected {
		judge.Block(ctx, "the right password does not end in a redirect; the page shows %s", state)
	}
	to, err := url.Parse(state.Redirect)
	if err != nil {
		judge.Block(ctx, "the page redirects to something that is not a URL")
	}
	return to
}

// lands logs in and returns the redirect's target, for rows that demand the redirect.
func (r request) lands(ctx Ctx) *url.URL {
	_, state := r.try(ctx)
	to, err := url.Parse(state.Redirect)
	if !judge.Expect(ctx, state).To(Show(loginpage.Redirected)) || err != nil {
		return &url.URL{}
	}
	return to
}

// at unwraps a step of the page; a page that cannot be driven blocks the spec.
func at(ctx Ctx) func(loginpage.State, error) loginpage.State {
	return func(s loginpage.State, err error) loginpage.State {
		if err != nil {
			judge.Block(ctx, "%v", err)
		}
		secrets(ctx, s)
		return s
	}
}

// secrets registers a redirect's parameters as secret.
func secrets(ctx Ctx, s loginpage.State) {
	if to, err := url.Parse(s.Redirect); err == nil {
		judge.Secret(ctx, "code", to.Query().Get("code"))
	}
}

// shows is the matcher behind Show.
type shows struct{ kinds []loginpage.Kind }

// Show holds for a login page that shows one of the views.
func Show(kinds ...loginpage.Kind) judge.Matcher { return shows{kinds} }

func (m shows) Match(actual any) (bool, error) {
	s, ok := actual.(loginpage.State)
	return ok && s.Is(m.kinds...), nil
}
func (m shows) Expected() string {
	return "the page to show " + strings.ReplaceAll(judge.List(m.kinds), ", ", " or ")
}
func (m shows) Got(actual any) string                   { return fmt.Sprint(actual) }
func (m shows) FailureMessage(actual any) string        { return "expected " + m.Expected() }
func (m shows) NegatedFailureMessage(actual any) string { return "expected not " + m.Expected() }

// list is the matcher behind BeList.
type list struct {
	what string
	want []string
}

// BeList holds for exactly these strings; none of them is an absent parameter.
func BeList(what string, want ...string) judge.Matcher { return list{what, want} }

func (m list) Match(actual any) (bool, error) {
	got, _ := actual.([]string)
	return strings.Join(got, "\x00") == strings.Join(m.want, "\x00") && len(got) == len(m.want), nil
}
func (m list) Expected() string                        { return m.what + " " + visible(m.want) }
func (m list) Got(actual any) string                   { return visible(actual) }
func (m list) FailureMessage(actual any) string        { return "expected " + m.Expected() }
func (m list) NegatedFailureMessage(actual any) string { return "expected not " + m.Expected() }

// opened is try, and also returns the page.
func opened(ctx Ctx, r request) (*browser.Page, loginpage.State) {
	page, state, err := attempted(ctx, r)
	if err != nil {
		judge.Block(ctx, "%v", err)
	}
	return page, state
}

// attempted is opened for pages that may never come to rest.
func attempted(ctx Ctx, r request) (*browser.Page, loginpage.State, error) {
	h := home.From(ctx)
	judge.Secret(ctx, "password", h.Account.Password)
	page := browser.Open(ctx)
	login, err := loginpage.Open(ctx, page, r.base+r.path())
	if err != nil {
		judge.Block(ctx, "the login page does not open: %v", err)
	}
	state, err := login.State(ctx)
	if err == nil && state.Is(loginpage.Form, loginpage.PickPerson) {
		state, err = login.SignIn(ctx, h.Account.Username, h.Account.Password)
	}
	secrets(ctx, state)
	return page, state, err
}

// uncaught opens the page without intercepting its redirect: the browser really follows it.
func (r request) uncaught(ctx Ctx) *loginpage.Login {
	page := browser.Open(ctx)
	if err := page.Open(ctx, r.base+r.path()); err != nil {
		judge.Block(ctx, "the login page does not open: %v", err)
	}
	return loginpage.On(page)
}

// stayOnPage judges that a request ends in an error on the page, after the right password if the page asks for it.
func stayOnPage(ctx Ctx, r request) {
	_, state := r.try(ctx)
	judge.Expect(ctx, state).To(Show(loginpage.Fatal, loginpage.FlowError, loginpage.StepError))
}

// neverLeavesFor judges that a request sends the browser to no URL under the prefix.
func neverLeavesFor(ctx Ctx, r request, prefix string) {
	page, _ := opened(ctx, r)
	for _, n := range page.Navigations() {
		judge.Expect(ctx, strings.HasPrefix(n.URL, prefix)).To(Be("a navigation to "+prefix, false))
	}
}

// shownForm opens a page that shows the form.
func shownForm(ctx Ctx) *browser.Page {
	page := browser.Open(ctx)
	r := visit(ctx)
	login, err := loginpage.Open(ctx, page, r.base+r.path())
	if err != nil {
		judge.Block(ctx, "the login page does not open: %v", err)
	}
	state, err := login.State(ctx)
	if err == nil && state.Kind == loginpage.PickPerson {
		state, err = login.ChooseOther(ctx)
	}
	if err != nil || state.Kind != loginpage.Form {
		judge.Block(ctx, "the login page shows no form: %s %v", state, err)
	}
	return page
}

func attribute(ctx Ctx, page *browser.Page, css, name string) string {
	v, err := browser.Eval[string](ctx, page, `(deep, css, name) => deep.one(css)?.getAttribute(name) ?? ""`, css, name)
	if err != nil {
		judge.Block(ctx, "%v", err)
	}
	return v
}

// none is the matcher behind BeNone.
type none struct {
	what string
	bad  any
}

// BeNone holds for any value but bad.
func BeNone(what string, bad any) judge.Matcher { return none{what, bad} }

func (m none) Match(actual any) (bool, error)          { return actual != m.bad, nil }
func (m none) Expected() string                        { return "not " + m.what }
func (m none) Got(actual any) string                   { return fmt.Sprint(actual) }
func (m none) FailureMessage(any) string               { return "expected not " + m.what }
func (m none) NegatedFailureMessage(actual any) string { return "expected " + m.what }

// visible formats a list as JSON.
func visible(list any) string {
	raw, err := json.Marshal(list)
	if err != nil {
		return "no list"
	}
	return string(raw)
}
