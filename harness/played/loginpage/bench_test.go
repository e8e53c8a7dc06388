package loginpage

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/authconform/authconform/harness/browser/browsertest"
)

// BenchmarkLogin measures a whole login on our mock page: a new tab, the form, the caught redirect.
func BenchmarkLogin(b *testing.B) {
	browsertest.Shared(b)
	home := &fakeHome{steps: map[string]string{}}
	home.Server = httptest.NewServer(home.handler("../../../mockserver/page"))
	defer home.Close()
	query := url.Values{"client_id": {"http://app.example/"}, "redirect_uri": {"http://app.example/cb"}}
	for b.Loop() {
		page, err := browsertest.Shared(b).NewPage(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		login, err := Open(b.Context(), page, home.URL+"/auth/authorize?"+query.Encode())
		if err != nil {
			b.Fatal(err)
		}
		if state, err := login.SignIn(b.Context(), "ada", "lovelace"); err != nil || state.Kind != Redirected {
			b.Fatal(state, err)
		}
		page.Close()
	}
}
