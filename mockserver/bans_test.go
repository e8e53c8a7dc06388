package mockserver_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/authconform/authconform/mockserver"
)

// TestWhatCountsTowardsABan: refusals of those who may be guessing count; what is wrong with a flow alone does not.
func TestWhatCountsTowardsABan(t *testing.T) {
	t.Parallel()
	const form, object = "application/x-www-form-urlencoded", "application/json"
	for name, c := range map[string]struct {
		counts bool
		act    func(app)
	}{
		"a wrong password":         {true, func(a app) { a.login("owner", "wrong") }},
		"a wrong second factor":    {true, wrongFactor},
		"an unknown code":          {true, func(a app) { a.token("grant_type", "authorization_code", "code", "x") }},
		"an unknown refresh token": {true, func(a app) { a.token("grant_type", "refresh_token", "refresh_token", "x") }},
		"no form":                  {true, func(a app) { a.do("POST", "/auth/token", "", "text/plain", "") }},
		"a token that is none":     {true, func(a app) { a.do("GET", "/api/", "x", "", "") }},
		"a flow that is no JSON":   {true, func(a app) { a.do("POST", "/auth/login_flow", "", object, "{") }},
		"a step that is no JSON":   {true, func(a app) { a.do("POST", a.begin(a.id()), "", object, "{") }},
		"a step without a client":  {true, func(a app) { a.do("POST", a.begin(a.id()), "", object, "{}") }},
		"a foreign redirect URI": {true, func(a app) {
			a.step(a.begin("https://evil.example/"), `,"username":"owner","password":"owner-password"`)
		}},
		"an inactive user": {true, func(a app) { a.login("ines", "ines-password") }},

		"an unknown flow":      {false, func(a app) { a.step("/auth/login_flow/x", "") }},
		"input that is none":   {false, func(a app) { a.step(a.begin(a.id()), `,"username":5`) }},
		"a flow that is ended": {false, func(a app) { a.do("DELETE", "/auth/login_flow/x", "", "", "") }},
		"a revocation":         {false, func(a app) { a.do("POST", "/auth/revoke", "", form, "token=x") }},
		"a path of nobody":     {false, func(a app) { a.do("GET", "/nothing", "", "", "") }},
		"a right password":     {false, func(a app) { a.login("owner", "owner-password") }},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := mockserver.Listen("127.0.0.1:0", mockserver.Options{BanThreshold: 1})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Stop)
			a := app{t, s}
			c.act(a)
			status, _ := a.do("GET", "/auth/providers", "", "", "")
			if banned := status == http.StatusForbidden; banned != c.counts {
				t.Errorf("banned: %v, want %v", banned, c.counts)
			}
		})
	}
}

// wrongFactor gives the right password of a user and a wrong code.
func wrongFactor(a app) {
	first := a.login("theo", "theo-password")
	if first["step_id"] != "mfa" {
		a.t.Fatalf("no second factor is asked for: %v", first)
	}
	a.step(fmt.Sprint("/auth/login_flow/", first["flow_id"]), `,"code":"000000"`)
}
