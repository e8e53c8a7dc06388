package mockserver_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/authconform/authconform/mockserver"
)

// app is a client as somebody would write one against the mock.
type app struct {
	t    *testing.T
	home *mockserver.Server
}

// do sends a request and reads the answer's JSON object, if it is one.
func (a app) do(method, path, bearer, kind, body string) (int, map[string]any) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.home.URL+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	var v map[string]any
	_ = json.Unmarshal(raw, &v)
	return resp.StatusCode, v
}

func (a app) id() string { return a.home.URL + "/" }

// login goes through a login flow and returns its last step.
func (a app) login(user, password string) map[string]any {
	a.t.Helper()
	_, step := a.step(a.begin(a.id()), fmt.Sprintf(`,"username":%q,"password":%q`, user, password))
	return step
}

// begin begins a login flow and returns its path.
func (a app) begin(redirect string) string {
	a.t.Helper()
	_, flow := a.do("POST", "/auth/login_flow", "", "application/json",
		fmt.Sprintf(`{"client_id":%q,"handler":["homeassistant",null],"redirect_uri":%q}`, a.id(), redirect))
	return fmt.Sprint("/auth/login_flow/", flow["flow_id"])
}

// step answers a step of a login flow with the members.
func (a app) step(flow, members string) (int, map[string]any) {
	a.t.Helper()
	return a.do("POST", flow, "", "application/json", fmt.Sprintf(`{"client_id":%q%s}`, a.id(), members))
}

func (a app) token(pairs ...string) (int, map[string]any) {
	a.t.Helper()
	form := url.Values{"client_id": {a.id()}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return a.do("POST", "/auth/token", "", "application/x-www-form-urlencoded", form.Encode())
}

func (a app) session(user, password string) (access, refresh string) {
	a.t.Helper()
	status, v := a.token("grant_type", "authorization_code", "code", fmt.Sprint(a.login(user, password)["result"]))
	if status != http.StatusOK {
		a.t.Fatalf("no tokens: %d %v", status, v)
	}
	return fmt.Sprint(v["access_token"]), fmt.Sprint(v["refresh_token"])
}

func TestAnAppLivesWithTheHome(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t, mockserver.WithUser("ada", "secret"))}
	if step := a.login("ada", "wrong"); step["type"] != "form" {
		t.Errorf("a wrong password gets %v", step)
	}
	access, refresh := a.session("ada", "secret")
	if status, v := a.do("GET", "/api/", access, "", ""); status != http.StatusOK || v["message"] == "" {
		t.Errorf("the API answers %d %v", status, v)
	}
	a.home.Clock().Advance(31 * time.Minute)
	if status, _ := a.do("GET", "/api/", access, "", ""); status != http.StatusUnauthorized {
		t.Errorf("an expired token gets %d", status)
	}
	status, v := a.token("grant_type", "refresh_token", "refresh_token", refresh)
	if status != http.StatusOK || v["access_token"] == nil {
		t.Fatalf("refreshing: %d %v", status, v)
	}
	access = fmt.Sprint(v["access_token"])
	if status, _ := a.do("POST", "/auth/revoke", "", "application/x-www-form-urlencoded", "token="+refresh); status != http.StatusOK {
		t.Errorf("revoking: %d", status)
	}
	if status, _ := a.do("GET", "/api/", access, "", ""); status != http.StatusUnauthorized {
		t.Errorf("after revocation the API answers %d", status)
	}
	status, v = a.token("grant_type", "refresh_token", "refresh_token", refresh)
	if status != http.StatusBadRequest || v["error"] != "invalid_grant" {
		t.Errorf("a revoked token gets %d %v", status, v)
	}
}

func TestASocketEndsWithItsSession(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	access, refresh := a.session("owner", "owner-password")
	conn, resp, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(a.home.URL, "http")+"/api/websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body
	defer conn.CloseNow()
	ask := func(v any) (got map[string]any) {
		if v != nil {
			if err := wsjson.Write(t.Context(), conn, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := wsjson.Read(t.Context(), conn, &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	if m := ask(nil); m["type"] != "auth_required" {
		t.Errorf("first %v", m)
	}
	if m := ask(map[string]any{"type": "auth", "access_token": access}); m["type"] != "auth_ok" {
		t.Errorf("then %v", m)
	}
	signed := ask(map[string]any{"id": 1, "type": "auth/sign_path", "path": "/api/config"})
	path := signed["result"].(map[string]any)["path"].(string)
	if status, v := a.do("GET", path, "", "", ""); status != http.StatusOK || v["version"] == nil {
		t.Errorf("the signed path answers %d %v", status, v)
	}
	a.home.Clock().Advance(time.Minute)
	if status, _ := a.do("GET", path, "", "", ""); status != http.StatusUnauthorized {
		t.Errorf("an expired signed path answers %d", status)
	}
	a.do("POST", "/auth/revoke", "", "application/x-www-form-urlencoded", "token="+refresh)
	if _, _, err := conn.Read(t.Context()); err == nil {
		t.Error("the socket outlives its session")
	}
}

func TestTwoWrongPasswordsBanAnAddress(t *testing.T) {
	t.Parallel()
	s, err := mockserver.Listen("127.0.0.1:0", mockserver.Options{BanThreshold: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	a := app{t, s}
	a.login("owner", "wrong")
	a.login("owner", "wrong")
	if status, _ := a.do("GET", "/auth/providers", "", "", ""); status != http.StatusForbidden {
		t.Errorf("after two wrong passwords: %d", status)
	}
}

func TestTheControlPlaneDoesWhatItSays(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	control := func(method, name, body string) (int, map[string]any) {
		t.Helper()
		return a.do(method, "/_authconform/"+name, a.home.ControlToken, "application/json", body)
	}
	if status, _ := a.do("GET", "/_authconform/clock", "guess", "", ""); status != http.StatusUnauthorized {
		t.Errorf("a guessed token gets %d", status)
	}
	for _, c := range []struct {
		method, name, body string
		status             int
	}{
		{"POST", "clock", `{"advance":"11m"}`, 200},
		{"POST", "clock", `{"advance":"soon"}`, 400},
		{"POST", "clock", `{}`, 400},
		{"POST", "clock", `{"advanse":"1m"}`, 400},
		{"POST", "users", `{"username":"bob","password":"x"}`, 200},
		{"POST", "users", `{"username":"bob","password":"x"}`, 400},
		{"POST", "users", `{"username":" Bob"}`, 400},
		{"DELETE", "users", `{"username":"bob"}`, 200},
		{"DELETE", "users", `{"username":"bob"}`, 400},
		{"POST", "faults", `{"path":"/auth/token","status":503,"times":1}`, 200},
		{"POST", "faults", `{}`, 400},
		{"DELETE", "faults?id=x", "", 400},
		{"POST", "revoke", `{"all":true}`, 200},
		{"POST", "revoke", `{"username":"nobody"}`, 400},
		{"POST", "restart", "", 200},
		{"GET", "snapshot", "", 200},
		{"GET", "nothing", "", 404},
		{"PUT", "clock", "", 405},
	} {
		if status, v := control(c.method, c.name, c.body); status != c.status || (status != 200 && fmt.Sprint(v["error"]) == "") {
			t.Errorf("%s %s %s: %d %v, want %d", c.method, c.name, c.body, status, v, c.status)
		}
	}
	if status, _ := a.token("grant_type", "refresh_token"); status != http.StatusServiceUnavailable {
		t.Errorf("the fault does not show: %d", status)
	}
	if status, _ := a.token("grant_type", "refresh_token"); status != http.StatusBadRequest {
		t.Errorf("the fault shows twice: %d", status)
	}
	if status, _ := control("POST", "reset", ""); status != http.StatusOK {
		t.Errorf("reset: %d", status)
	}
	if _, v := control("GET", "clock", ""); v["offset"] != "+0s" {
		t.Errorf("after reset the clock is at %v", v["offset"])
	}
}

func TestFlavoursAreTheSameHome(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		policy := mockserver.Strict()
		mockserver.Flavour(policy, seed+1)
		a := app{t, mockserver.Start(t, mockserver.WithPolicy(policy))}
		access, _ := a.session("owner", "owner-password")
		if status, _ := a.do("GET", "/api/", access, "", ""); status != http.StatusOK {
			t.Errorf("flavour %d: %d", seed+1, status)
		}
	}
}
