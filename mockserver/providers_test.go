package mockserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/authconform/authconform/mockserver"
)

// offering starts a home with login providers.
func offering(t *testing.T, yaml string) app {
	t.Helper()
	list, err := mockserver.ReadProviders("providers.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return app{t, mockserver.Start(t, func(o *mockserver.Options) { o.Providers = list })}
}

// beginAt begins a login at a provider and returns the whole answer.
func (a app) beginAt(kind, id, redirect string) (int, map[string]any) {
	a.t.Helper()
	handler, _ := json.Marshal([]any{kind, map[bool]any{true: nil, false: id}[id == ""]})
	body := fmt.Sprintf(`{"client_id":%q,"handler":%s,"redirect_uri":%q}`, a.id(), handler, redirect)
	return a.do("POST", "/auth/login_flow", "", "text/plain", body)
}

// elsewhere sends a request from another address of this machine, with header pairs, and reads the answer.
func (a app) elsewhere(method, path, body string, header ...string) (int, map[string]any) {
	a.t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(context.Background(), method, a.home.URL+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if strings.Contains(body, "grant_type=") {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		a.t.Skipf("this machine has no other loopback address: %v", err)
	}
	defer resp.Body.Close()
	var v map[string]any
	_ = json.NewDecoder(resp.Body).Decode(&v)
	return resp.StatusCode, v
}

const trusting = `
- type: homeassistant
- type: trusted_networks
  trusted_networks: 127.0.0.1
- type: trusted_networks
  id: sole
  trusted_networks: [127.0.0.1/32]
  trusted_users: {127.0.0.0/8: [ada]}
  allow_bypass_login: true
- type: trusted_networks
  id: staff
  trusted_networks: 127.0.0.1
  trusted_users: {127.0.0.1: {group: system-admin}}
`

// me is the user of an access token.
func (a app) me(access string) map[string]any {
	a.t.Helper()
	conn, resp, err := websocket.Dial(a.t.Context(), "ws"+strings.TrimPrefix(a.home.URL, "http")+"/api/websocket", nil)
	if err != nil {
		a.t.Fatal(err)
	}
	_ = resp.Body
	defer conn.CloseNow()
	var got map[string]any
	for _, say := range []map[string]any{{"type": "auth", "access_token": access}, {"id": 1, "type": "auth/current_user"}} {
		if err := errors.Join(wsjson.Read(a.t.Context(), conn, &got), wsjson.Write(a.t.Context(), conn, say)); err != nil {
			a.t.Fatal(err)
		}
	}
	got = nil
	if err := wsjson.Read(a.t.Context(), conn, &got); err != nil {
		a.t.Fatal(err)
	}
	user, _ := got["result"].(map[string]any)
	return user
}

func (a app) offers(providers any) string {
	list, _ := providers.([]any)
	var names []string
	for _, p := range list {
		m, _ := p.(map[string]any)
		names = append(names, fmt.Sprint(m["type"], " ", m["id"]))
	}
	return strings.Join(names, ", ")
}

func TestATrustedNetworkIsOfferedInsideItAlone(t *testing.T) {
	t.Parallel()
	a := offering(t, trusting)
	_, v := a.do("GET", "/auth/providers", "", "", "")
	want := "homeassistant <nil>, trusted_networks <nil>, trusted_networks sole, trusted_networks staff"
	if got := a.offers(v["providers"]); got != want {
		t.Errorf("inside: %s", got)
	}
	_, v = a.elsewhere("GET", "/auth/providers", "")
	if got := a.offers(v["providers"]); got != "homeassistant <nil>" {
		t.Errorf("outside: %s", got)
	}
	begin := fmt.Sprintf(`{"client_id":%q,"handler":["trusted_networks","sole"],"redirect_uri":%q}`, a.id(), a.id())
	status, v := a.elsewhere("POST", "/auth/login_flow", begin)
	if status != http.StatusOK || v["type"] != "abort" || v["reason"] != "not_allowed" {
		t.Errorf("a login from outside: %d %v", status, v)
	}
	if status, v := a.elsewhere("POST", "/auth/login_flow", begin, "X-Forwarded-For", "127.0.0.1"); status != http.StatusBadRequest {
		t.Errorf("a forged X-Forwarded-For: %d %v", status, v)
	}
	if status, _ := a.beginAt("trusted_networks", "other", a.id()); status != http.StatusNotFound {
		t.Errorf("a provider that there is not: %d", status)
	}
}

func TestAUserIsPickedFromTheList(t *testing.T) {
	t.Parallel()
	a := offering(t, trusting)
	for id, want := range map[string]string{"": "Olivia, Ada, Theo (two factors)", "staff": "Olivia"} {
		_, v := a.beginAt("trusted_networks", id, a.id())
		var form struct {
			Fields []struct {
				Name, Type string
				Options    [][]string
			} `json:"data_schema"`
		}
		raw, _ := json.Marshal(v)
		if err := json.Unmarshal(raw, &form); err != nil || len(form.Fields) != 1 {
			t.Fatalf("%q: %v", id, v)
		}
		if form.Fields[0].Name != "user" || form.Fields[0].Type != "select" {
			t.Fatalf("%q: %v", id, v)
		}
		var names []string
		for _, o := range form.Fields[0].Options {
			names = append(names, o[1])
		}
		if strings.Join(names, ", ") != want {
			t.Errorf("%q offers %v, not %s", id, names, want)
		}
		flow := fmt.Sprint("/auth/login_flow/", v["flow_id"])
		for _, wrong := range []string{`,"user":"nobody"`, `,"user":5`, ``, `,"user":"` + form.Fields[0].Options[0][0] + `","more":1`} {
			if status, v := a.step(flow, wrong); status != http.StatusBadRequest {
				t.Errorf("%q: %s gets %d %v", id, wrong, status, v)
			}
		}
		status, v := a.step(flow, fmt.Sprintf(`,"user":%q`, form.Fields[0].Options[0][0]))
		if status != http.StatusOK || v["type"] != "create_entry" {
			t.Errorf("%q: who was picked gets %d %v", id, status, v)
		}
	}
}

func TestASoleUserIsLetInWithoutAForm(t *testing.T) {
	t.Parallel()
	a := offering(t, trusting)
	if status, v := a.beginAt("trusted_networks", "sole", "https://evil.example/"); status != http.StatusForbidden {
		t.Errorf("a foreign redirect URI: %d %v", status, v)
	}
	_, v := a.beginAt("trusted_networks", "sole", a.id())
	if v["type"] != "create_entry" {
		t.Fatalf("%v", v)
	}
	status, v := a.token("grant_type", "authorization_code", "code", fmt.Sprint(v["result"]))
	if status != http.StatusOK || v["ha_auth_provider"] != "trusted_networks" {
		t.Fatalf("%d %v", status, v)
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {a.id()}, "refresh_token": {fmt.Sprint(v["refresh_token"])}}
	if status, v := a.elsewhere("POST", "/auth/token", refresh.Encode()); status != http.StatusForbidden || v["error"] != "access_denied" {
		t.Errorf("refreshing from outside: %d %v", status, v)
	}
	if status, v := a.token("grant_type", "refresh_token", "refresh_token", refresh.Get("refresh_token")); status != http.StatusOK {
		t.Errorf("refreshing from inside: %d %v", status, v)
	}
}

func TestACommandDecidesWhoComesIn(t *testing.T) {
	t.Parallel()
	a := offering(t, `
- type: command_line
  command: /bin/sh
  args:
    - -c
    - |
      echo "# who it is"; echo "name = Ada L."; echo group=system-users; echo local_only=true
      [ "$username:$password" = "ada:right" ]
  meta: true
- type: command_line
  id: missing
  command: /nowhere/at-all
`)
	begin := func(id string) string {
		_, v := a.beginAt("command_line", id, a.id())
		return fmt.Sprint("/auth/login_flow/", v["flow_id"])
	}
	flow := begin("")
	for _, password := range []string{"wrong", "", `x" = "x" -o "`, "$(echo right)"} {
		status, v := a.step(flow, fmt.Sprintf(`,"username":"ada","password":%q`, password))
		if errs, _ := v["errors"].(map[string]any); status != http.StatusOK || errs["base"] != "invalid_auth" || v["step_id"] != "init" {
			t.Errorf("%q: %d %v", password, status, v)
		}
	}
	if _, v := a.step(begin("missing"), `,"username":"ada","password":"right"`); v["type"] != "form" {
		t.Errorf("a command that there is not: %v", v)
	}
	var ids []string
	for range 2 {
		_, v := a.step(begin(""), `,"username":" ada ","password":"right"`)
		status, v := a.token("grant_type", "authorization_code", "code", fmt.Sprint(v["result"]))
		if status != http.StatusOK || v["ha_auth_provider"] != "command_line" {
			t.Fatalf("%d %v", status, v)
		}
		me := a.me(fmt.Sprint(v["access_token"]))
		ids = append(ids, fmt.Sprint(me["id"], " ", me["name"], " ", me["is_admin"]))
	}
	if ids[0] != ids[1] || !strings.HasSuffix(ids[0], " Ada L. false") {
		t.Errorf("two logins of one account: %v", ids)
	}
}

func TestTwoFirstLoginsMakeOneUser(t *testing.T) {
	t.Parallel()
	a := offering(t, "- {type: command_line, command: /bin/true}\n")
	var codes []string
	for range 2 {
		_, v := a.beginAt("command_line", "", a.id())
		_, v = a.step(fmt.Sprint("/auth/login_flow/", v["flow_id"]), `,"username":"new","password":"x"`)
		codes = append(codes, fmt.Sprint(v["result"]))
	}
	if status, v := a.token("grant_type", "authorization_code", "code", codes[0]); status != http.StatusOK {
		t.Errorf("the first: %d %v", status, v)
	}
	status, v := a.token("grant_type", "authorization_code", "code", codes[1])
	if status != http.StatusBadRequest || v["error"] != "invalid_grant" {
		t.Errorf("the second: %d %v", status, v)
	}
}

func TestRefusedCommandsCountTowardsABan(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t, func(o *mockserver.Options) {
		o.Providers, o.BanThreshold = []mockserver.Provider{{Type: mockserver.CommandLine, Command: "/bin/false"}}, 2
	})}
	_, v := a.beginAt("command_line", "", a.id())
	flow := fmt.Sprint("/auth/login_flow/", v["flow_id"])
	for range 2 {
		a.step(flow, `,"username":"a","password":"b"`)
	}
	if status, _ := a.do("GET", "/auth/providers", "", "", ""); status != http.StatusForbidden {
		t.Errorf("after two refused logins: %d", status)
	}
}
