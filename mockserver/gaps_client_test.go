package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockserver"
)

// TestRedirectsOfAClientPageAreJudgedAsTheRealHomeJudgesThem: a redirect URI of a scheme with a dot is a redirect URI, and a page
// that breaks off lists none.
func TestRedirectsOfAClientPageAreJudgedAsTheRealHomeJudgesThem(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	const page = `<link rel="redirect_uri" href="app.example:/">`
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.Header().Set("Content-Length", fmt.Sprint(len(page)+100))
		}
		fmt.Fprint(w, page)
	}))
	defer site.Close()
	for path, want := range map[string]int{"/whole": http.StatusOK, "/broken": http.StatusForbidden} {
		client := fmt.Sprintf(`"client_id":%q`, site.URL+path)
		_, flow := a.do("POST", "/auth/login_flow", "", "application/json",
			`{"handler":["homeassistant",null],"redirect_uri":"app.example:/",`+client+`}`)
		status, step := a.do("POST", fmt.Sprint("/auth/login_flow/", flow["flow_id"]), "", "application/json",
			`{"username":"owner","password":"owner-password",`+client+`}`)
		if status != want || (want == http.StatusOK) != (step["type"] == "create_entry") {
			t.Errorf("%s: %d %v, want %d", path, status, step, want)
		}
	}
}

func TestAStateThatIsWrittenHasALocation(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	access, _ := a.session("owner", "owner-password")
	for entity, want := range map[string]int{"light.kitchen": http.StatusOK, "sensor.new": http.StatusCreated} {
		at, on := a.home.URL+"/api/states/"+entity, strings.NewReader(`{"state":"on"}`)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, on)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+access)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if at := resp.Header.Get("Location"); resp.StatusCode != want || at != "/api/states/"+entity {
			t.Errorf("%s: %d, Location %q", entity, resp.StatusCode, at)
		}
	}
}
