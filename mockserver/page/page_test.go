package page_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/browser/browsertest"
	"github.com/authconform/authconform/harness/played/loginpage"
)

const (
	enc = "https%3A%2F%2Fapp.example%2F"
	to  = "?client_id=" + enc + "&redirect_uri="
)

func TestRequestsAreReadStrictly(t *testing.T) {
	tab := browsertest.Page(t)
	visit(t, tab, newHome(t, nil), foreign())
	for query, what := range map[string]string{
		to + enc: "",
		to + "homeassistant://auth-callback&state=": "",
		to + "urn:ietf:wg:oauth:2.0:oob":            "",
		to + "http://127.0.0.1:8080/cb?x=1%26y=2":   "",
		"?client_id=nonsense&redirect_uri=" + enc:   "", // for the home to judge
		to + enc + "&me=a&me=b":                     "", // unknown parameters are ignored (§3.1)
		"":                                          "client_id is missing",
		"?client_id=&redirect_uri=" + enc:           "client_id is missing",
		"?client_id=" + enc:                         "redirect_uri is missing",
		to:                                          "redirect_uri is missing",
		"?client_id=" + enc + "&client_id=" + enc + "&redirect_uri=" + enc: "client_id is given 2 times",
		to + enc + "&redirect_uri=" + enc:                                  "redirect_uri is given 2 times",
		to + enc + "&state=a&state=":                                       "state is given 2 times",
		to + enc + "&response_type=a&response_type=b&response_type=c":      "response_type is given 3 times",
		to + "/cb":                     "not absolute",
		to + "//app.example/cb":        "not absolute",
		to + "app.example/cb":          "not absolute",
		to + "https:app.example":       "not a valid URL",
		to + "https:///cb":             "not a valid URL",
		to + "http://[::1/":            "not a valid URL",
		to + "JavaScript:alert(1)":     "begins with javascript:",
		to + "data:text/html,x":        "begins with data:",
		to + "vbscript:x":              "begins with vbscript:",
		to + "file:///etc/passwd":      "begins with file:",
		to + "about:blank":             "begins with about:",
		to + "%20javascript:alert(1)":  "space, a backslash or a control character",
		to + "java%09script:alert(1)":  "space, a backslash or a control character",
		to + "https:%5C%5Capp.example": "space, a backslash or a control character",
		to + enc + "%23frag":           "fragment",
	} {
		got, err := browser.Eval[struct{ What, Right, Rule string }](t.Context(), tab, `async (deep, query) => {
			const { readRequest } = await import("/static/request.js");
			const { refusal } = readRequest(query, location);
			return refusal ? { what: refusal.what, right: refusal.right, rule: refusal.rule.name + " " + refusal.rule.url } : {};
		}`, query)
		if err != nil || (what == "") != (got.What == "") || !strings.Contains(got.What, what) {
			t.Errorf("%s: refused with %q, %v; want %q", query, got.What, err, what)
		}
		if what != "" && (got.Right == "" || !strings.Contains(got.Rule, "https://")) {
			t.Errorf("%s: the refusal teaches nothing: %+v", query, got)
		}
	}
}

func TestRedirectsAreBuiltExactly(t *testing.T) {
	tab := browsertest.Page(t)
	visit(t, tab, newHome(t, nil), foreign())
	type request map[string]any
	for _, c := range []struct {
		request request
		keep    bool
		want    string
	}{
		{request{"redirectUri": "https://a.example/cb", "state": nil}, false, "https://a.example/cb?code=c%2B%2F%3D"},
		{request{"redirectUri": "https://a.example/cb", "state": ""}, false, "https://a.example/cb?code=c%2B%2F%3D&state="},
		{
			request{"redirectUri": "https://a.example/cb?x=1", "state": "s t&a=é"}, true,
			"https://a.example/cb?x=1&code=c%2B%2F%3D&state=s%20t%26a%3D%C3%A9",
		},
		{request{"redirectUri": "https://a.example/cb?", "state": nil}, false, "https://a.example/cb?code=c%2B%2F%3D"},
		{request{"redirectUri": "https://a.example/cb?x=1&", "state": nil}, false, "https://a.example/cb?x=1&code=c%2B%2F%3D"},
		{
			request{"redirectUri": "http://h/?auth_callback=1", "state": "s", "own": true}, true,
			"http://h/?auth_callback=1&code=c%2B%2F%3D&state=s&storeToken=true",
		},
		{request{"redirectUri": "https://a.example/cb#frag", "state": "s"}, false, "https://a.example/cb?code=c%2B%2F%3D&state=s#frag"},
	} {
		const script = `async (deep, request, keep) => (await import("/static/request.js")).redirectWith(request, "c+/=", keep)`
		got, err := browser.Eval[string](t.Context(), tab, script, c.request, c.keep)
		if err != nil || got != c.want {
			t.Errorf("%v: %s, %v; want %s", c.request, got, err, c.want)
		}
	}
}

func TestTheHomeGetsTheRealPagesRequests(t *testing.T) {
	tab := browsertest.Page(t)
	h := newHome(t, func(h *home) { h.steps = []said{wrongLogin, mfaForm, created} })
	login := visit(t, tab, h, foreign(
		"state", "s1", "code_challenge", "abc", "code_challenge_method", "S256", "response_type", "code", "scope", "x"))
	want(t, loginpage.StepError)(login.SignIn(t.Context(), "ada", "wrong"))
	want(t, loginpage.MFA)(login.SignIn(t.Context(), "ada", "lovelace"))
	done := want(t, loginpage.Redirected)(login.SubmitCode(t.Context(), "123456"))
	if done.Redirect != "https://app.example/cb?code=0123456789abcdef&state=s1" {
		t.Error("redirected to", done.Redirect)
	}
	const plain = " text/plain;charset=UTF-8 "
	expected := []string{
		"GET /auth/providers  ",
		"POST /auth/login_flow" + plain + `{"client_id":"https://app.example/","handler":["homeassistant",null],` +
			`"redirect_uri":"https://app.example/cb","code_challenge":"abc","code_challenge_method":"S256","response_type":"code"}`,
		"POST /auth/login_flow/flow1" + plain + `{"username":"ada","password":"wrong","client_id":"https://app.example/"}`,
		"POST /auth/login_flow/flow1" + plain + `{"username":"ada","password":"lovelace","client_id":"https://app.example/"}`,
		"POST /auth/login_flow/flow1" + plain + `{"code":"123456","client_id":"https://app.example/"}`,
	}
	if got := h.posts(); !slices.Equal(got, expected) {
		t.Errorf("the home got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(expected, "\n"))
	}
	for _, r := range tab.Requests() {
		if !strings.HasPrefix(r.URL, h.URL) && !strings.HasPrefix(r.URL, "https://app.example/cb?code=") {
			t.Errorf("the page asked for %s %s", r.Type, r.URL)
		}
	}
	if said := tab.Console(); len(said) > 0 {
		t.Errorf("the console says %v", said)
	}
}

func TestARefusedRequestAsksNothingOfTheHome(t *testing.T) {
	tab, h := browsertest.Page(t), newHome(t, nil)
	login := visit(t, tab, h, foreign())
	want(t, loginpage.Form)(login.State(t.Context()))
	anchor := len(h.posts())
	if anchor != 2 {
		t.Fatalf("anchor: a good request makes %d requests", anchor)
	}
	login = visit(t, tab, h, foreign("redirect_uri", "https://evil.example/cb"))
	refused := want(t, loginpage.Fatal)(login.State(t.Context()))
	if !strings.Contains(refused.Text, "redirect_uri is given 2 times") || len(h.posts()) != anchor {
		t.Errorf("%q; requests %v", refused.Text, h.posts())
	}
	if n := len(tab.Navigations()); n != 2 {
		t.Errorf("a refusal moved the browser: %v", tab.Navigations())
	}
}

func TestTheBannerNamesTheClient(t *testing.T) {
	const app = "https://app.example/"
	for name, c := range map[string]struct{ client, redirect, want, not string }{
		"a website": {app, app + "cb?x=1", "app.example asks for access to your home", "another site"},
		"punycode":  {"https://bücher.example/", "https://bücher.example/cb", "xn--bcher-kva.example", "bücher"},
		"the companion app": {
			"https://home-assistant.io/iOS", "homeassistant://auth-callback", "Companion app for iOS asks", "another site",
		},
		"an app on device": {app, "myapp://cb", "an app on this device", "another site"},
		"another site": {
			app, "https://elsewhere.example/cb", "https://elsewhere.example/cb, another site than the app's", "on this device",
		},
		"markup":                 {app + "<img src=x onerror=alert(1)>", app + "cb", "app.example", "nothing"},
		"own client, other host": {"OWN", "https://elsewhere.example/cb", "elsewhere.example", "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			tab, h := browsertest.Page(t), newHome(t, nil)
			client := strings.Replace(c.client, "OWN", h.URL+"/", 1)
			login := visit(t, tab, h, url.Values{"client_id": {client}, "redirect_uri": {c.redirect}})
			want(t, loginpage.Form)(login.State(t.Context()))
			got, err := login.Banner(t.Context())
			if err != nil || !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
				t.Errorf("banner %q, %v", got, err)
			}
			if len(tab.Dialogs()) > 0 {
				t.Error("markup of a client ran")
			}
		})
	}
	tab, h := browsertest.Page(t), newHome(t, nil)
	login := visit(t, tab, h, h.own())
	want(t, loginpage.Form)(login.State(t.Context()))
	if got, err := login.Banner(t.Context()); got != "" || err != nil {
		t.Errorf("the home's own app has a banner: %q, %v", got, err)
	}
	if kept, err := login.Kept(t.Context()); !kept || err != nil {
		t.Errorf("the box is not preset: %v, %v", kept, err)
	}
}

func TestEveryEndSaysWhy(t *testing.T) {
	abort := func(reason string) said {
		return said{200, object{"type": "abort", "flow_id": "flow1", "handler": []any{"homeassistant", nil}, "reason": reason}}
	}
	for name, c := range map[string]struct {
		change func(*home)
		kind   loginpage.Kind
		want   string
	}{
		"not onboarded": {func(h *home) {
			h.providers = said{400, object{"message": "Onboarding not finished", "code": "onboarding_required"}}
		}, loginpage.Fatal, "no owner"},
		"no provider": {
			func(h *home) { h.providers = said{200, object{"providers": []any{}}} }, loginpage.Fatal, "no way to log in",
		},
		"providers in pieces": {func(h *home) { h.providers = said{200, "{"} }, loginpage.Fatal, "not JSON"},
		"bad client id": {
			func(h *home) { h.begin = said{400, object{"message": "Invalid client id"}} }, loginpage.FlowError, "Invalid client id",
		},
		"server error":     {func(h *home) { h.begin = said{500, "boom"} }, loginpage.FlowError, "status 500"},
		"redirect refused": {func(h *home) { h.steps = []said{redirectRefused} }, loginpage.FlowError, "Invalid redirect URI"},
		"flow gone":        {func(h *home) { h.steps = nil }, loginpage.FlowError, "Invalid flow specified"},
		"expired":          {func(h *home) { h.steps = []said{abort("login_expired")} }, loginpage.FlowError, "Session expired"},
		"too many codes":   {func(h *home) { h.steps = []said{abort("too_many_retry")} }, loginpage.FlowError, "Too many wrong codes"},
		"unknown reason":   {func(h *home) { h.steps = []said{abort("moon_phase")} }, loginpage.FlowError, "moon_phase"},
		"unknown step":     {func(h *home) { h.steps = []said{{200, object{"type": "progress"}}} }, loginpage.FlowError, "progress"},
		"unknown step error": {func(h *home) {
			h.steps = []said{formStep("init", object{"base": "odd"}, textField("username"), textField("password"))}
		}, loginpage.StepError, "odd"},
	} {
		t.Run(name, func(t *testing.T) {
			tab, h := browsertest.Page(t), newHome(t, c.change)
			login := visit(t, tab, h, foreign())
			state, err := login.State(t.Context())
			if err == nil && state.Kind == loginpage.Form {
				state, err = login.SignIn(t.Context(), "ada", "lovelace")
			}
			if got := want(t, c.kind)(state, err); !strings.Contains(got.Text, c.want) {
				t.Errorf("the page says %q, want %q", got.Text, c.want)
			}
			if n := len(tab.Navigations()); n != 1 {
				t.Errorf("an error moved the browser: %v", tab.Navigations())
			}
		})
	}
}

func TestABypassedFormRedirectsAtOnce(t *testing.T) {
	login := visit(t, browsertest.Page(t), newHome(t, func(h *home) { h.begin = created }), foreign())
	want(t, loginpage.Redirected)(login.State(t.Context()))
}

func TestKeyboardAndScreenReader(t *testing.T) {
	const focus = `() => (document.activeElement.name ?? "") + "|" + document.activeElement.tagName`
	tab := browsertest.Page(t)
	h := newHome(t, func(h *home) { h.steps = []said{wrongLogin, mfaForm, redirectRefused} })
	login := visit(t, tab, h, h.own())
	want(t, loginpage.Form)(login.State(t.Context()))
	at := func(when, expected string) {
		t.Helper()
		if got, err := browser.Eval[string](t.Context(), tab, focus); err != nil || !strings.HasPrefix(got, expected) {
			t.Errorf("%s the focus is at %q, %v; want %q", when, got, err, expected)
		}
	}
	at("at the start", "username")
	held := want(t, loginpage.Form)(login.SubmitByKey(t.Context()))
	if len(held.Hints) != 2 || len(h.posts()) != 2 {
		t.Errorf("an empty form: hints %q, requests %v", held.Hints, h.posts())
	}
	at("after an empty submit", "username")
	if err := login.Fill(t.Context(), "ada", "x"); err != nil {
		t.Fatal(err)
	}
	want(t, loginpage.StepError)(login.SubmitByKey(t.Context()))
	at("after a wrong password", "password")
	if err := login.Fill(t.Context(), "ada", "y"); err != nil {
		t.Fatal(err)
	}
	want(t, loginpage.MFA)(login.SubmitByKey(t.Context()))
	at("at the second factor", "code")
	want(t, loginpage.FlowError)(login.SubmitCode(t.Context(), "1"))
	at("at the end", "|LOGIN-ALERT")
	unlabelled, err := browser.Eval[[]string](t.Context(), tab, `() => [...document.querySelectorAll("input, select, button, img")]
		.filter((el) => !(el.labels?.length || el.ariaLabel || el.textContent.trim() || el.alt === "")).map((el) => el.outerHTML)`)
	if err != nil || len(unlabelled) > 0 {
		t.Errorf("nameless: %v, %v", unlabelled, err)
	}
}

func TestTheButtonSaysThatItWorks(t *testing.T) {
	tab := browsertest.Page(t)
	h := newHome(t, func(h *home) { h.hold = make(chan struct{}) })
	login := visit(t, tab, h, foreign())
	if err := login.Fill(t.Context(), "ada", "lovelace"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second press must not send again
		if err := tab.Press(t.Context(), ".action > button"); err != nil {
			t.Fatal(err)
		}
	}
	if seen, err := tab.Visible(t.Context(), `.action > button[aria-busy=true]`); !seen || err != nil {
		t.Errorf("no sign of work: %v", err)
	}
	close(h.hold)
	want(t, loginpage.Redirected)(login.State(t.Context()))
	if n := len(h.posts()); n != 3 {
		t.Errorf("%d requests: %v", n, h.posts())
	}
}
