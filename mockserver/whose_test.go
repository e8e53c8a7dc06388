package mockserver_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// TestAFaultIsForOneUser: in the login, in a grant, with a token; nobody else is hit, and the work is not done.
func TestAFaultIsForOneUser(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	access, refresh := a.session("ada", "ada-password")
	others, _ := a.session("owner", "owner-password")
	control := func(method, name, body string) (int, map[string]any) {
		return a.do(method, "/_authconform/"+name, a.home.ControlToken, "application/json", body)
	}
	if status, v := control("POST", "faults", `{"user":"ada","status":503}`); status != http.StatusOK {
		t.Fatal(v)
	}
	if status, _ := a.do("GET", "/api/", access, "", ""); status != http.StatusServiceUnavailable {
		t.Errorf("with her token: %d", status)
	}
	if status, _ := a.token("grant_type", "refresh_token", "refresh_token", refresh); status != http.StatusServiceUnavailable {
		t.Errorf("her refresh: %d", status)
	}
	if status, _ := a.do("GET", "/api/", others, "", ""); status != http.StatusOK {
		t.Errorf("somebody else: %d", status)
	}
	if _, v := control("POST", "verify", `{"requests":[{"user":"ada","status":503,"times":2}]}`); v["holds"] != true {
		t.Errorf("the history does not say whom it was for: %v", v)
	}
	control("DELETE", "faults", "")
	if status, _ := a.token("grant_type", "refresh_token", "refresh_token", refresh); status == http.StatusServiceUnavailable {
		t.Errorf("when the fault is gone: %d", status)
	}
}

func TestLivesAreChosen(t *testing.T) {
	t.Parallel()
	policy := mockserver.Strict()
	mockserver.Lifetimes(policy, mock.Lifetimes{AccessToken: time.Minute, RefreshToken: time.Hour})
	a := app{t, mockserver.Start(t, mockserver.WithPolicy(policy))}
	access, _ := a.session("owner", "owner-password")
	status := func() int {
		got, _ := a.do("GET", "/api/", access, "", "")
		return got
	}
	if got := status(); got != http.StatusOK {
		t.Errorf("at once: %d", got)
	}
	a.home.Clock().Advance(time.Minute + 11*time.Second)
	if got := status(); got != http.StatusUnauthorized {
		t.Errorf("after its life: %d", got)
	}
}
