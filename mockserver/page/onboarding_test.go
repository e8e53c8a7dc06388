package page_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/browser/browsertest"
	"github.com/authconform/authconform/harness/played/loginpage"
	"github.com/authconform/authconform/mockserver"
)

// fresh is a home without an owner, at its first page.
func fresh(t *testing.T, look browser.Look) (*mockserver.Server, *browser.Page) {
	t.Helper()
	h, tab := mockserver.Start(t, func(o *mockserver.Options) { o.Fresh = true }), browsertest.Page(t)
	must(t, tab.Look(t.Context(), look))
	must(t, tab.Open(t.Context(), h.URL+"/"))
	heading(t, tab, "Create the owner")
	return h, tab
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// heading waits for the title of a view.
func heading(t *testing.T, tab *browser.Page, want string) {
	t.Helper()
	must(t, tab.Until(t.Context(), "the heading "+want, func(ctx context.Context) (bool, error) {
		got, err := browser.Eval[string](ctx, tab, `() => document.querySelector("h1")?.textContent ?? ""`)
		return got == want, err
	}))
}

// shown waits for words on the page.
func shown(t *testing.T, tab *browser.Page, want string) {
	t.Helper()
	must(t, tab.Until(t.Context(), "the words "+want, func(ctx context.Context) (bool, error) {
		got, err := browser.Eval[string](ctx, tab, `() => document.body.innerText`)
		return strings.Contains(got, want), err
	}))
}

func fill(t *testing.T, tab *browser.Page, name, username, password, again string) {
	t.Helper()
	for css, text := range map[string]string{"#name": name, "#username": username, "#password": password, "#again": again} {
		_, err := browser.Eval[bool](t.Context(), tab, `(deep, css) => { document.querySelector(css).value = ""; return true; }`, css)
		must(t, err)
		if text != "" {
			must(t, tab.Type(t.Context(), css, text))
		}
	}
	must(t, tab.Press(t.Context(), ".action button"))
}

func TestAFreshHomeIsOnboardedOverItsPage(t *testing.T) {
	t.Parallel()
	h, tab := fresh(t, browser.Look{Width: 1280, Height: 800})
	picture(t, tab, "1280")
	fill(t, tab, "Ada", "", "secret", "secret")
	shown(t, tab, "Required")
	fill(t, tab, "Ada", "ada", "secret", "secrets")
	shown(t, tab, "The passwords differ")
	fill(t, tab, "Ada", " Ada", "secret", "secret")
	shown(t, tab, "Username is not normalized")
	picture(t, tab, "1280-error")
	fill(t, tab, "Ada", "ada", "secret", "secret")
	heading(t, tab, "Overview")
	where, err := browser.Eval[string](t.Context(), tab, `() => location.href`)
	if err != nil || where != h.URL+"/" {
		t.Errorf("it ends at %s, %v", where, err)
	}
	must(t, tab.Open(t.Context(), h.URL+"/onboarding.html"))
	heading(t, tab, "Overview")
}

func TestOnboardingThatWasLeftIsFinishedByTheOwner(t *testing.T) {
	t.Parallel()
	h, tab := fresh(t, browser.Look{Width: 390, Height: 844})
	picture(t, tab, "390")
	_, err := browser.Eval[int](t.Context(), tab, `async () => (await fetch("/api/onboarding/users", { method: "POST", body: JSON.stringify(
		{ name: "Ada", username: "ada", password: "secret", client_id: location.origin + "/", language: "en" }) })).status`)
	must(t, err)
	must(t, tab.Open(t.Context(), h.URL+"/"))
	heading(t, tab, "Almost there")
	picture(t, tab, "390-left")
	must(t, tab.Press(t.Context(), ".action button"))
	login := loginpage.On(tab)
	_, err = login.State(t.Context())
	must(t, err)
	if state, err := login.SignIn(t.Context(), "ada", "secret"); err != nil {
		t.Fatalf("%+v: %v", state, err)
	}
	heading(t, tab, "Overview")
}

func TestTheOnboardingPageFitsASmallScreenAndCanBeRead(t *testing.T) {
	t.Parallel()
	for _, look := range []browser.Look{{Width: 320, Height: 700}, {Width: 390, Height: 844, Dark: true}} {
		_, tab := fresh(t, look)
		wide, err := browser.Eval[int64](t.Context(), tab, `() => document.documentElement.scrollWidth`)
		if err != nil || wide > look.Width {
			t.Errorf("it is %d pixels wide on a screen of %d: %v", wide, look.Width, err)
		}
		words, err := browser.Eval[[]string](t.Context(), tab, pale)
		if err != nil || len(words) > 0 {
			t.Errorf("dark %v: %q %v", look.Dark, words, err)
		}
	}
}

// picture takes the page when AUTHCONFORM_PICTURES names a folder; a person looks at it.
func picture(t *testing.T, tab *browser.Page, name string) {
	t.Helper()
	folder := os.Getenv("AUTHCONFORM_PICTURES")
	if folder == "" {
		return
	}
	shot, err := tab.Capture(t.Context())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(folder, "onboarding-"+name+".png"), shot.PNG, 0o644))
}
