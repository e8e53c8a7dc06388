package demo_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/demo"
	"github.com/authconform/authconform/harness/browser"
)

// story is a person with two tabs, one at the home and one at the provider.
type story struct {
	t               *testing.T
	home, elsewhere *browser.Page
}

func (s story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s story) press(tab *browser.Page, css, words string) {
	s.t.Helper()
	s.must(tab.PressText(s.t.Context(), css, words))
}

func (s story) fill(tab *browser.Page, fields map[string]string) {
	s.t.Helper()
	for css, text := range fields {
		s.must(tab.Type(s.t.Context(), css, text))
	}
}

// sees waits until an element contains words.
func (s story) sees(tab *browser.Page, css, words string) {
	s.t.Helper()
	last := ""
	err := tab.Until(s.t.Context(), css+" to say "+words, func(ctx context.Context) (bool, error) {
		text, err := browser.Eval[string](ctx, tab, `(deep, css) => deep.all(css).map((el) => deep.text(el)).join(" ")`, css)
		last = text
		return strings.Contains(text, words), err
	})
	if err != nil {
		home, _ := s.home.Text(context.WithoutCancel(s.t.Context()), "body")
		elsewhere, _ := s.elsewhere.Text(context.WithoutCancel(s.t.Context()), "body")
		s.t.Fatalf("%v; it says %q\nhome: %s\nelsewhere: %s\n%v", err, last, home, elsewhere, s.home.Console())
	}
}

func (s story) attr(css, property string) string {
	s.t.Helper()
	v, err := browser.Eval[string](s.t.Context(), s.home, `(deep, css, property) => deep.one(css)[property]`, css, property)
	s.must(err)
	return v
}

// picture saves a screenshot of a tab if AUTHCONFORM_PICTURES names a folder.
func (s story) picture(tab *browser.Page, name string) {
	s.t.Helper()
	folder := os.Getenv("AUTHCONFORM_PICTURES")
	if folder == "" {
		return
	}
	shot, err := tab.Capture(s.t.Context())
	s.must(err)
	s.must(os.WriteFile(filepath.Join(folder, name+".png"), shot.PNG, 0o644))
}

// visit follows the home to the provider and presses a button of its consent page.
func (s story) visit(button string) {
	s.t.Helper()
	_, err := s.home.WaitAny(s.t.Context(), "#visit")
	s.must(err)
	s.must(s.elsewhere.Open(s.t.Context(), s.attr("#visit", "href")))
	s.press(s.elsewhere, "button", button)
}

func (s story) goTo(place string) {
	s.t.Helper()
	s.press(s.home, "#places a", place)
	s.sees(s.home, "h1", place)
}

// start starts the demo and a browser without open pages.
func start(t *testing.T) (story, *demo.Demo) {
	t.Helper()
	options, err := browser.Find(os.Getenv("AUTHCONFORM_BROWSER"))
	if err != nil {
		if os.Getenv("AUTHCONFORM_REQUIRE_BROWSER") == "1" {
			t.Fatal(err)
		}
		t.Skip("NOT TESTED: no browser found. Install chromium-headless-shell, or name one in AUTHCONFORM_BROWSER.")
	}
	options.Origins = []string{browser.AnyOrigin}
	chrome, err := browser.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chrome.Close() })
	d, err := demo.Start("127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Stop)
	s := story{t: t}
	for _, tab := range []**browser.Page{&s.home, &s.elsewhere} {
		if *tab, err = chrome.NewPage(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup((*tab).Close)
		s.must((*tab).Look(t.Context(), browser.Look{Width: 760, Height: 900}))
	}
	return s, d
}

// TestStory walks through the life of a linked account, as a person does.
func TestStory(t *testing.T) {
	s, d := start(t)
	s.must(s.elsewhere.Open(t.Context(), d.Guide.URL))
	s.sees(s.elsewhere, "h1", "A story of a linked account")
	s.picture(s.elsewhere, "0-guide")

	// Log in to the home.
	s.must(s.home.Open(t.Context(), d.Home.URL+"/config/integrations"))
	s.press(s.home, "button", "Log in")
	s.fill(s.home, map[string]string{"#username": "owner", "#password": "owner-password"})
	s.press(s.home, ".action button", "Log in")
	s.sees(s.home, "h1", "Integrations")
	s.sees(s.home, "main", "Nothing is linked")

	// It needs credentials, which the console issues.
	s.press(s.home, "button", "Add Demo thermostat")
	s.sees(s.home, "h2", "First, credentials")
	redirect, err := s.home.Text(t.Context(), "#redirect")
	s.must(err)
	s.must(s.elsewhere.Open(t.Context(), s.attr("#console", "href")))
	s.fill(s.elsewhere, map[string]string{"#username": "dora", "#password": "dora-password"})
	s.press(s.elsewhere, "button", "Log in")
	s.sees(s.elsewhere, "h1", "Your apps")
	s.fill(s.elsewhere, map[string]string{"#name": "My home", "#redirect": redirect + "/"})
	s.press(s.elsewhere, "button", "Create")
	s.sees(s.elsewhere, "[role=alert]", "extra slash")
	s.picture(s.elsewhere, "1-console-advice")
	s.fill(s.elsewhere, map[string]string{"#redirect": redirect})
	s.press(s.elsewhere, "button", "Create")
	s.sees(s.elsewhere, "main", "Copy the secret now")
	id, err := s.elsewhere.Text(t.Context(), "#client-id")
	s.must(err)
	secret, err := s.elsewhere.Text(t.Context(), "#secret")
	s.must(err)
	s.fill(s.home, map[string]string{"#client_id": id, "#client_secret": secret})
	s.picture(s.home, "2-credentials")
	s.press(s.home, "button", "Add")

	// First deny, then allow.
	s.sees(s.home, "h2", "Now allow access")
	s.picture(s.home, "3-visit")
	d.Home.Close() // this closes its sockets: the page reconnects and has missed nothing
	s.visit("Deny")
	s.sees(s.home, "#outcome", "You denied access")
	s.press(s.home, "button", "Try again")
	s.sees(s.home, "h2", "Now allow access")
	s.must(s.elsewhere.Open(t.Context(), s.attr("#visit", "href")))
	s.sees(s.elsewhere, "h1", "Allow My home?")
	s.picture(s.elsewhere, "4-consent")
	s.press(s.elsewhere, "button", "Allow")
	s.sees(s.home, "#outcome", "is linked")
	s.picture(s.home, "5-linked")
	s.press(s.home, "button", "Close")

	// The thermostat can be read and set.
	s.goTo("Overview")
	s.sees(s.home, "main", "set to 20.5 °C")
	s.must(s.home.Press(t.Context(), `[aria-label^="Warmer: Demo thermostat"]`))
	s.sees(s.home, "main", "set to 21 °C")
	s.picture(s.home, "6-thermostat")

	// Its token expires; the home refreshes it when it is used.
	s.goTo("Integrations")
	before := s.token()
	s.must(s.elsewhere.Open(t.Context(), d.Guide.URL))
	s.press(s.elsewhere, "button", "One hour later")
	s.sees(s.elsewhere, "#ahead", "1h0m0s ahead")
	s.goTo("Overview")
	s.must(s.home.Press(t.Context(), `[aria-label^="Read again: Demo thermostat"]`))
	s.sees(s.home, "main", "set to 21 °C")
	s.goTo("Integrations")
	if after := s.token(); after == before || after == "" {
		t.Errorf("the entry's token is %q as before its end", after)
	}

	// The person revokes access at the provider; the home asks to log in again.
	s.must(s.elsewhere.Open(t.Context(), d.Provider.URL+"/console/links"))
	s.sees(s.elsewhere, "h1", "Who may use your account")
	s.picture(s.elsewhere, "7-who-may")
	s.press(s.elsewhere, "button", "Revoke")
	s.sees(s.elsewhere, "main", "No app may use your account")
	s.goTo("Overview")
	s.must(s.home.Press(t.Context(), `[aria-label^="Read again: Demo thermostat"]`))
	s.sees(s.home, "main", "unavailable")
	s.goTo("Integrations")
	s.sees(s.home, ".attention", "Log in there again")
	s.picture(s.home, "8-attention")
	s.press(s.home, "button", "Log in again")
	s.sees(s.home, "h2", "Now allow access")
	s.visit("Allow")
	s.sees(s.home, "#outcome", "You are logged in again")
	s.sees(s.home, "main", "Linked")
	s.goTo("Overview")
	s.sees(s.home, "main", "set to 21 °C")

	// Credentials in use stay; unused ones can be removed.
	s.goTo("Credentials")
	s.press(s.home, "button", "Delete")
	s.sees(s.home, "[role=alert]", "in use")
	s.goTo("Integrations")
	s.press(s.home, "button", "Delete")
	s.sees(s.home, "main", "Nothing is linked")
	s.press(s.home, "#places button", "Log out")
	s.sees(s.home, "h1", "Welcome home")
	for _, m := range s.home.Console() {
		if !strings.Contains(m.Text, "401") { // the expired token
			t.Errorf("the home's pages complain: %+v", m)
		}
	}
}

// token returns the page's name for the entry's access token.
func (s story) token() string {
	s.t.Helper()
	s.sees(s.home, ".quiet", "Its access token")
	text, err := s.home.Text(s.t.Context(), ".row .quiet")
	s.must(err)
	return text
}

// TestWhatTheMyPageSendsGoesThroughALogin: the home's own pages forward it to the callback, once the person is logged in.
func TestWhatTheMyPageSendsGoesThroughALogin(t *testing.T) {
	s, d := start(t)
	s.must(s.home.Open(t.Context(), d.Home.URL+"/_my_redirect/oauth?state=s%2Bt&error=access_denied&iss=x"))
	s.press(s.home, "button", "Log in")
	s.fill(s.home, map[string]string{"#username": "owner", "#password": "owner-password"})
	s.press(s.home, ".action button", "Log in")
	to, err := s.home.WaitNavigation(t.Context(), browser.Under(d.Home.URL+"/auth/external/callback"))
	if want := d.Home.URL + "/auth/external/callback?error=access_denied&state=s%2Bt"; to != want || err != nil {
		t.Errorf("%s, %v, want %s", to, err, want)
	}
	s.must(s.home.Open(t.Context(), d.Home.URL+"/_my_redirect/oauth?code=a&state=s"))
	s.sees(s.home, "body", "Invalid state")
}
