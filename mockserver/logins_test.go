package mockserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/mockserver"
)

func TestLoginsUnderWayAreListedByNames(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	flow := a.begin(a.id())
	asked := a.begin(a.id())
	a.step(asked, `,"username":"theo","password":"theo-password"`)
	code := fmt.Sprint(a.login("ada", "ada-password")["result"])
	list := func() []string {
		var seen []string
		for _, v := range a.list("/_authconform/logins") {
			seen = append(seen, fmt.Sprint(v["kind"], " ", v["user"], " ", v["step"]))
			for _, secret := range []string{code, flow[len("/auth/login_flow/"):], asked[len("/auth/login_flow/"):]} {
				if strings.Contains(fmt.Sprint(v), secret) {
					t.Errorf("it shows a secret: %v", v)
				}
			}
		}
		slices.Sort(seen)
		return seen
	}
	if got := list(); !slices.Equal(got, []string{"code ada <nil>", "flow <nil> init", "flow theo mfa"}) {
		t.Errorf("%q", got)
	}
	a.home.Clock().Advance(11 * time.Minute)
	if got := list(); slices.Contains(got, "code ada <nil>") {
		t.Errorf("a code that is dead: %q", got)
	}
}

// list asks the control plane for a list.
func (a app) list(path string) (out []map[string]any) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.home.URL+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.home.ControlSecret())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		a.t.Fatal(err)
	}
	return out
}
