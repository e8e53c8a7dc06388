package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockserver"
)

// again starts a home that goes on from what another has kept.
func again(t *testing.T, before *mockserver.Server) app {
	t.Helper()
	raw, err := before.State().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s, err := mockserver.ReadState(raw)
	if err != nil {
		t.Fatal(err)
	}
	return app{t, mockserver.Start(t, func(o *mockserver.Options) {
		o.State, o.URL, o.Providers = s, before.URL, before.Providers
		o.Users = append([]mockserver.User{}, s.Start...)
	})}
}

func TestAHomeGoesOnFromItsState(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	_, refresh := a.session("ada", "ada-password")
	hook, _ := a.phone(false)
	b := again(t, a.home)
	grant := []string{"grant_type", "refresh_token", "refresh_token", refresh, "client_id", a.id()}
	if status, v := b.token(grant...); status != http.StatusOK {
		t.Errorf("the session of before: %d %v", status, v)
	}
	if status, v := b.do("POST", hook, "", "application/json", `{"type":"get_config"}`); status != http.StatusOK || v["version"] == nil {
		t.Errorf("the phone of before: %d %v", status, v)
	}
	if step := b.login("ada", "wrong"); step["type"] != "form" {
		t.Errorf("a wrong password: %v", step)
	}
	b.session("ada", "ada-password")
	if status, v := b.do("GET", "/auth/providers", "", "", ""); status != http.StatusOK {
		t.Errorf("it is onboarded: %d %v", status, v)
	}
}

func TestOnboardingGoesOnFromAState(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t, func(o *mockserver.Options) { o.Fresh = true })}
	owner := `{"name":"Ada","username":"ada","password":"secret","client_id":"` + a.id() + `","language":"en"}`
	if status, v := a.do("POST", "/api/onboarding/users", "", "", owner); status != http.StatusOK {
		t.Fatalf("%d %v", status, v)
	}
	b := again(t, a.home)
	if status, v := b.do("POST", "/api/onboarding/users", "", "", owner); status != http.StatusForbidden || !b.home.Unowned() {
		t.Errorf("another owner: %d %v", status, v)
	}
	b.session("ada", "secret")
}

func TestABrokenStateIsNamed(t *testing.T) {
	t.Parallel()
	const user = `{"id":"1","username":"a","name":"A","is_admin":true,"is_owner":true}`
	for text, want := range map[string]string{
		"":                           "the JSON ends too early",
		`{"version":1`:               "the JSON ends too early",
		`[]`:                         "not the state of a mock home",
		`{"version":1}x`:             "extra text after",
		`{"version":9}`:              "its version is 9; this release reads version 1",
		`{"version":"1"}`:            "version must not be a string",
		`{"version":1,"people":[]}`:  `unknown field "people"`,
		`{"version":1,"users":[{}]}`: "has no id",
		`{"version":1,"users":[` + user + `,` + user + `]}`:              "with another",
		`{"version":1,"sessions":[{"ID":"s","UserID":"9","Token":"t"}]}`: "sessions: number 1",
		`{"version":1,"phones":[{"webhook":"w","key":"AAAA"}]}`:          "not 32 bytes long",
	} {
		_, err := mockserver.ReadState([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%s: %v, not %s", text, err, want)
		}
	}
}
