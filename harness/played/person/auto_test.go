package person

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

// usualProvider asks for a name only, and for consent by check boxes. Its consent page is drawn a moment after loading, and again
// soon after.
func usualProvider(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	page := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Usual</title>"+body)
	}
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, _ *http.Request) {
		page(w, `<form method="post" action="/consent"><label>Account <input name="account"></label>`+
			`<input type="checkbox" name="remember"><button>Go on</button></form>`)
	})
	mux.HandleFunc("POST /consent", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("account") != "ben" || r.Form.Has("remember") {
			page(w, "Who?")
			return
		}
		page(w, `<form method="post" action="/done"><input type="checkbox" name="scope" value="read">`+
			`<input type="checkbox" name="scope" value="write">`+
			`<button formaction="/denied">Don't allow</button><button>Allow</button></form>`+
			`<script>const drawn = document.body.innerHTML; document.body.innerHTML = "";
			setTimeout(() => document.body.innerHTML = drawn, 120);
			setTimeout(() => { if (!document.querySelector(":checked")) document.body.innerHTML = drawn; }, 180)</script>`)
	})
	mux.HandleFunc("POST /done", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		http.Redirect(w, r, "/cb?code="+strings.Join(r.Form["scope"], "+"), http.StatusFound)
	})
	mux.HandleFunc("POST /denied", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/cb?error=access_denied", http.StatusFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestAutoStepsKnowNamesAloneBoxesAndSecondForms(t *testing.T) {
	p, ctx := at(t, usualProvider(t), string(AutoSteps))
	if got := p.authorize(ctx); got.Code != "read write" || !got.Offered || got.Password {
		t.Errorf("allowed: %+v %s", got, got)
	}
	if got := p.deny(ctx); got.Error != "access_denied" || !got.Offered {
		t.Errorf("denied: %+v %s", got, got)
	}
}

func TestAPageEndsAWalkWhereNothingMoreCanBeDone(t *testing.T) {
	for body, want := range map[string]bool{
		"<p>You can close this window.": true, "<h1>Denied</h1><a href=/>Home</a>": true,
		"<form><input name=user></form>": false, "<script src=app.js></script>": false,
		`<meta http-equiv="refresh" content="0; url=/next">`: false,
	} {
		page := &wire.Exchange{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: body}
		if got := Ended(page); got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
	if Ended(&wire.Exchange{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: "{}"}) {
		t.Error("an answer that is no page is no last page")
	}
}
