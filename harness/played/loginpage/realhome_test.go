package loginpage

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/browser/browsertest"
)

// TestRealHome walks the login page of a running home. It guesses one wrong password at most, right before the right
// one, and spends no code.
//
//	AUTHCONFORM_REAL_HOME=http://127.0.0.1:8123 AUTHCONFORM_REAL_USER=owner AUTHCONFORM_REAL_PASSWORD_FILE=… \
//	go test -run RealHome ./harness/played/loginpage
func TestRealHome(t *testing.T) {
	home := strings.TrimSuffix(os.Getenv("AUTHCONFORM_REAL_HOME"), "/")
	if home == "" {
		t.Skip("AUTHCONFORM_REAL_HOME names no home")
	}
	secret, err := os.ReadFile(os.Getenv("AUTHCONFORM_REAL_PASSWORD_FILE"))
	if err != nil {
		t.Fatal(err)
	}
	user, password := os.Getenv("AUTHCONFORM_REAL_USER"), strings.TrimSpace(string(secret))
	page := browsertest.Page(t)
	own := home + "/auth/authorize?" + url.Values{
		"client_id":    {home + "/"},
		"redirect_uri": {home + "/?auth_callback=1"},
		"state":        {"s t"},
	}.Encode()

	begin := time.Now()
	login, err := Open(t.Context(), page, own)
	if err != nil {
		t.Fatal(err)
	}
	first, err := login.State(t.Context())
	if err != nil || !first.Is(Form, PickPerson) {
		t.Fatalf("%+v, %v", first, err)
	}
	t.Logf("first view %s after %v", first.Kind, time.Since(begin))
	if err := login.Fill(t.Context(), user, "not "+password); err != nil {
		t.Fatal(err)
	}
	shot, err := page.Capture(t.Context())
	if err != nil || strings.Contains(shot.HTML, password) {
		t.Errorf("the capture of the form: %v", err)
	}
	wrong := want(t, page, StepError)(login.Submit(t.Context()))
	t.Logf("a wrong password: %q", wrong.Text)
	if err := login.Keep(t.Context(), true); err != nil {
		t.Error(err)
	}
	begin = time.Now()
	done := want(t, page, Redirected)(login.SignIn(t.Context(), user, password))
	t.Logf("typed and answered in %v", time.Since(begin))
	if !strings.HasPrefix(done.Redirect, home+"/?auth_callback=1&code=") || !strings.HasSuffix(done.Redirect, "&state=s%20t&storeToken=true") {
		t.Errorf("redirected to something else: %s", done)
	}
	for _, r := range page.Requests() {
		if !strings.HasPrefix(r.URL, home) && !strings.HasPrefix(r.URL, "data:") && !strings.HasPrefix(r.URL, "blob:") {
			t.Errorf("the page asked for %s %s", r.Type, r.URL)
		}
	}

	begin = time.Now()
	login, err = Open(t.Context(), page, own)
	if err != nil {
		t.Fatal(err)
	}
	want(t, page, Redirected)(login.SignIn(t.Context(), user, password))
	t.Logf("open to redirect, warm cache: %v", time.Since(begin))

	foreign := home + "/auth/authorize?" + url.Values{
		"client_id":    {"http://127.0.0.1:9/app"},
		"redirect_uri": {"http://unlisted.example/cb"},
	}.Encode()
	if login, err = Open(t.Context(), page, foreign); err != nil {
		t.Fatal(err)
	}
	refused := want(t, page, FlowError)(login.SignIn(t.Context(), user, password))
	banner, err := login.Banner(t.Context())
	t.Logf("an unlisted redirect: %q; banner %q, %v", refused.Text, banner, err)

	framing, err := browsertest.Shared(t).Frame(t.Context(), own, "http://attacker.example/")
	t.Logf("framed by another site: rendered %v, blocked %v %s, %v", framing.Rendered, framing.Blocked, framing.Reason, err)
}
