package loginpage

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/browser/browsertest"
)

func TestForeignClientLogsIn(t *testing.T) {
	each(t, nil, func(t *testing.T, version string, home *fakeHome) {
		page := browsertest.Page(t)
		begin := time.Now()
		login := visit(t, page, home, url.Values{"state": {"s t&a=é"}})
		want(t, page, Form)(login.State(t.Context()))
		shown := time.Since(begin)
		banner, err := login.Banner(t.Context())
		if err != nil || !strings.Contains(banner, "app.example") {
			t.Errorf("banner %q, %v", banner, err)
		}
		if err := login.Keep(t.Context(), true); !errors.Is(err, ErrNone) {
			t.Errorf("a foreign client is offered to be kept: %v", err)
		}
		wrong := want(t, page, StepError)(login.SignIn(t.Context(), "ada", "wr0ng-secret"))
		if wrong.Step != Form || wrong.Text == "" || strings.Contains(wrong.String(), "wr0ng") {
			t.Errorf("a wrong password: %+v", wrong)
		}
		done := want(t, page, Redirected)(login.SignIn(t.Context(), "ada", "lovelace"))
		expected := "http://app.example/cb?code=c0de%2B%2F%3D&state=s%20t%26a%3D%C3%A9"
		if version >= "20240112" && version < "20251126" {
			expected += "&storeToken=true" // clients.md §1.10: external clients got it too
		}
		if got := done.Redirect; got != expected {
			t.Errorf("redirected to %s", got)
		}
		t.Logf("form after %v, redirect after %v", shown, time.Since(begin))
	})
}

func TestOwnInstanceKeepsOrForgets(t *testing.T) {
	each(t, nil, func(t *testing.T, version string, home *fakeHome) {
		for _, keep := range []bool{true, false} {
			page := browsertest.Page(t)
			login := visit(t, page, home, url.Values{"client_id": {home.URL + "/"}, "redirect_uri": {home.URL + "/?auth_callback=1"}})
			want(t, page, Form)(login.State(t.Context()))
			if err := login.Keep(t.Context(), keep); err != nil {
				t.Fatal(err)
			}
			done := want(t, page, Redirected)(login.SignIn(t.Context(), "ada", "lovelace"))
			expected := home.URL + "/?auth_callback=1&code=c0de%2B%2F%3D"
			if keep {
				expected += "&storeToken=true"
			}
			if done.Redirect != expected {
				t.Errorf("keep %v: redirected to %s, want %s", keep, done.Redirect, expected)
			}
		}
	})
}

func TestSecondFactor(t *testing.T) {
	each(t, nil, func(t *testing.T, version string, home *fakeHome) {
		page := browsertest.Page(t)
		login := visit(t, page, home, url.Values{})
		modules := want(t, page, PickModule)(login.SignIn(t.Context(), "grace", "hopper"))
		if len(modules.Choices) != 2 {
			t.Errorf("choices %q", modules.Choices)
		}
		want(t, page, MFA)(login.Submit(t.Context()))
		wrong := want(t, page, StepError)(login.SubmitCode(t.Context(), "000000"))
		if wrong.Step != MFA || wrong.Text == "" {
			t.Errorf("a wrong code: %+v", wrong)
		}
		want(t, page, Redirected)(login.SubmitCode(t.Context(), "123456"))
	})
}

func TestTrustedNetworks(t *testing.T) {
	each(t, func(h *fakeHome) { h.trusted = true }, func(t *testing.T, version string, home *fakeHome) {
		page := browsertest.Page(t)
		login := visit(t, page, home, url.Values{})
		users := want(t, page, PickUser)(login.State(t.Context()))
		if strings.Join(users.Choices, ",") != "Ada,Grace" || strings.Join(users.Others, ",") != "Home Assistant Local" {
			t.Fatalf("choices %q, others %q", users.Choices, users.Others)
		}
		want(t, page, PickUser)(login.Choose(t.Context(), "Grace"))
		if _, err := login.Choose(t.Context(), "Nobody"); !errors.Is(err, ErrNone) {
			t.Errorf("an unknown user: %v", err)
		}
		want(t, page, Form)(login.Choose(t.Context(), "Home Assistant Local"))
		want(t, page, Redirected)(login.SignIn(t.Context(), "ada", "lovelace"))
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(h *fakeHome) { h.refuse, h.message = 403, "Invalid redirect URI" }, func(t *testing.T, version string, home *fakeHome) {
		page := browsertest.Page(t)
		login := visit(t, page, home, url.Values{})
		over := want(t, page, FlowError)(login.SignIn(t.Context(), "ada", "lovelace"))
		if !strings.Contains(over.Text, "Invalid redirect URI") && version > "2022" { // the page of 2021.12 shows no text
			t.Errorf("the page says %q", over.Text)
		}
		want(t, page, Form)(login.Submit(t.Context())) // Start over
		aborted := want(t, page, FlowError)(login.SignIn(t.Context(), "locked", "x"))
		if !strings.Contains(aborted.Text, "expired") {
			t.Errorf("an abort: %q", aborted.Text)
		}
		login = visit(t, page, home, url.Values{"client_id": {"nonsense"}, "redirect_uri": {"http://app.example/cb"}})
		want(t, page, FlowError)(login.State(t.Context()))
		if version > "20230926" {
			login = visit(t, page, home, url.Values{"client_id": {"http://app.example/"}, "redirect_uri": {"javascript:alert(1)"}})
			fatal := want(t, page, Fatal)(login.State(t.Context()))
			if fatal.Text == "" {
				t.Error("the page refuses without a word")
			}
		}
	})
}

func TestALostFlowIsOver(t *testing.T) {
	each(t, func(h *fakeHome) { h.refuse, h.message = 404, "Invalid flow specified" }, func(t *testing.T, version string, home *fakeHome) {
		page := browsertest.Page(t)
		login := visit(t, page, home, url.Values{})
		want(t, page, FlowError)(login.SignIn(t.Context(), "ada", "lovelace"))
		want(t, page, Form)(login.Submit(t.Context())) // Start over
	})
}

func TestAnEmptyFormIsHeldBack(t *testing.T) {
	each(t, nil, func(t *testing.T, version string, home *fakeHome) {
		if version < "20260325" {
			t.Skip("older pages send empty strings")
		}
		page := browsertest.Page(t)
		login := visit(t, page, home, url.Values{})
		want(t, page, Form)(login.State(t.Context()))
		held := want(t, page, Form)(login.Submit(t.Context()))
		if len(held.Hints) != 2 {
			t.Errorf("hints %q", held.Hints)
		}
	})
}

func TestThePersonPicker(t *testing.T) {
	each(t, func(h *fakeHome) { h.persons = true }, func(t *testing.T, version string, home *fakeHome) {
		if version < "20231129" || version > "20240104" {
			t.Skip("2023.12 and 2024.1 only")
		}
		page := browsertest.Page(t)
		login := visit(t, page, home, url.Values{})
		people := want(t, page, PickPerson)(login.State(t.Context()))
		if strings.Join(people.Choices, ",") != "Ada,Grace" {
			t.Errorf("choices %q", people.Choices)
		}
		if named, err := login.Names(t.Context(), "app.example"); err != nil || !named {
			t.Errorf("the picker does not say who asks: %v", err)
		}
		want(t, page, Redirected)(login.SignIn(t.Context(), "ada", "lovelace"))
		login = visit(t, page, home, url.Values{})
		want(t, page, Form)(login.Choose(t.Context(), "Ada"))
		want(t, page, StepError)(login.SignIn(t.Context(), "", "wrong"))
		want(t, page, Redirected)(login.SignIn(t.Context(), "", "lovelace"))
	})
}

func TestByKeyboard(t *testing.T) {
	each(t, nil, func(t *testing.T, version string, home *fakeHome) {
		page := browsertest.Page(t)
		login := visit(t, page, home, url.Values{})
		if err := login.Fill(t.Context(), "ada", "lovelace"); err != nil {
			t.Fatal(err)
		}
		want(t, page, Redirected)(login.SubmitByKey(t.Context()))
	})
}

func TestAnAppLeadsToTheLoginPage(t *testing.T) {
	each(t, nil, func(t *testing.T, version string, home *fakeHome) {
		page := browsertest.Page(t)
		to := home.URL + "/auth/authorize?" + url.Values{"client_id": {"http://app.example/"}, "redirect_uri": {"myapp://cb"}}.Encode()
		app := httptest.NewServer(http.RedirectHandler(to, http.StatusFound))
		defer app.Close()
		if err := page.Open(t.Context(), app.URL); err != nil {
			t.Fatal(err)
		}
		if _, err := page.WaitNavigation(t.Context(), browser.Under(home.URL)); err != nil {
			t.Fatal(err)
		}
		done := want(t, page, Redirected)(On(page).SignIn(t.Context(), "ada", "lovelace"))
		if !strings.HasPrefix(done.Redirect, "myapp://cb?code=") {
			t.Errorf("redirected to %s", done.Redirect)
		}
	})
}

func TestOnlyTheRedirectIsCaught(t *testing.T) {
	for _, c := range []struct {
		redirect, visited string
		want              bool
	}{
		{"http://app.example/cb", "http://app.example/cb?code=1", true},
		{"http://app.example/cb?x=1", "http://app.example/cb?x=1&code=1", true},
		{"HTTP://App.Example:80", "http://app.example/?code=1", true},
		{"http://app.example/a/../b%7E", "http://app.example/b~?code=1", true},
		{"http://home:8123/?auth_callback=1", "http://home:8123/?auth_callback=1&code=1", true},
		{"http://home:8123/", "http://home:8123/auth/authorize?x", false},
		{"http://app.example/cb", "http://app.example/cb2?code=1", false},
		{"http://app.example/cb", "https://app.example/cb?code=1", false},
		{"http://app.example:81/cb", "http://app.example/cb?code=1", false},
	} {
		match, ok := redirectMatch("http://home:8123/auth/authorize?redirect_uri=" + url.QueryEscape(c.redirect))
		if !ok || match(c.visited) != c.want {
			t.Errorf("%s for %s: want %v", c.visited, c.redirect, c.want)
		}
	}
	for _, redirect := range []string{"", "homeassistant://auth-callback", "javascript:alert(1)", "/cb", "http://[::1"} {
		if _, ok := redirectMatch("http://home:8123/auth/authorize?redirect_uri=" + url.QueryEscape(redirect)); ok {
			t.Errorf("%q is caught", redirect)
		}
	}
}

func TestNoPictureShowsWhatWasTyped(t *testing.T) {
	each(t, nil, func(t *testing.T, version string, home *fakeHome) {
		page := browsertest.Page(t)
		login := visit(t, page, home, url.Values{})
		if err := login.Fill(t.Context(), "grace", "hopper"); err != nil {
			t.Fatal(err)
		}
		clean := func(secret string) {
			t.Helper()
			shot, err := page.Capture(t.Context())
			if err != nil || strings.Contains(shot.HTML, secret) || len(shot.PNG) == 0 {
				t.Errorf("the capture shows %q: %v", secret, err)
			}
		}
		clean("hopper")
		want(t, page, PickModule)(login.Submit(t.Context()))
		want(t, page, MFA)(login.Submit(t.Context()))
		if err := page.Type(t.Context(), CodeField, "123456"); err != nil {
			t.Fatal(err)
		}
		clean("123456")
		want(t, page, Redirected)(login.Submit(t.Context())) // the page has kept the input
	})
}
