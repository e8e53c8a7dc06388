package mockserver_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"golang.org/x/crypto/nacl/secretbox"

	"github.com/authconform/authconform/mockserver"
)

// TestAnswersThatClientsReadAreThoseOfTheRealHome holds REST answers against those of release 2026.11.0.
func TestAnswersThatClientsReadAreThoseOfTheRealHome(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	access, _ := a.session("owner", "owner-password")
	const emptyToken = "grant_type=refresh_token&refresh_token=&client_id="
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		holds              string // a pattern of the answer's JSON
	}{
		"an empty refresh token":       {"POST", "/auth/token", emptyToken + a.id(), 400, `"error":"invalid_grant"`},
		"/api without a slash":         {"GET", "/api", "", 404, ""},
		"the core's state":             {"GET", "/api/core/state", "", 200, `"state":"RUNNING"`},
		"a template":                   {"POST", "/api/template", `{"template":"It is {{ states('light.kitchen') }}"}`, 200, ""},
		"the history":                  {"GET", "/api/history/period?filter_entity_id=light.kitchen", "", 200, ""},
		"the logbook":                  {"GET", "/api/logbook", "", 200, ""},
		"flow handlers":                {"GET", "/api/config/config_entries/flow_handlers", "", 200, ""},
		"a known state that is set":    {"POST", "/api/states/light.kitchen", `{"state":"on"}`, 200, `"entity_id":"light.kitchen"`},
		"a new state":                  {"POST", "/api/states/sensor.new", `{"state":"1"}`, 201, `"entity_id":"sensor.new"`},
		"an entity id that is none":    {"POST", "/api/states/nonsense", `{"state":"1"}`, 400, ""},
		"a state that goes":            {"DELETE", "/api/states/sensor.clock", "", 200, ""},
		"toggle of everything":         {"POST", "/api/services/homeassistant/toggle", `{"entity_id":["light.kitchen"]}`, 200, ""},
		"a path that climbs":           {"GET", "/api/%2e%2e%2f%2e%2e%2fetc/passwd", "", 400, ""},
		"a query that injects":         {"GET", "/api/states?x=1%20union%20select%20(1)", "", 400, ""},
		"a query with a script":        {"GET", "/auth/authorize?x=%3Cscript%3E", "", 400, ""},
		"a number where a text is due": {"POST", "/auth/login_flow", `{"client_id":5}`, 400, `client_id must not be a number`},
	} {
		kind := "application/json"
		if strings.HasPrefix(c.body, "grant_type") {
			kind = "application/x-www-form-urlencoded"
		}
		status, v := a.do(c.method, c.path, access, kind, c.body)
		raw, _ := json.Marshal(v)
		if status != c.status || !regexp.MustCompile(c.holds).Match(raw) {
			t.Errorf("%s: %d %s; want %d %s", name, status, raw, c.status, c.holds)
		}
		if strings.Contains(string(raw), "struct") || strings.Contains(string(raw), "unmarshal") {
			t.Errorf("%s speaks of Go: %s", name, raw)
		}
	}
}

// TestTemplates holds what the mock renders against what the real home renders.
func TestTemplates(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	access, _ := a.session("owner", "owner-password")
	render := func(template, variables string) (int, string) {
		body, _ := json.Marshal(map[string]any{"template": template, "variables": json.RawMessage(variables)})
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, a.home.URL+"/api/template", strings.NewReader(string(body)))
		req.Header.Set("Authorization", "Bearer "+access)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(raw)
	}
	for template, want := range map[string]string{
		`It is {{ states('light.kitchen') }}.`:                   "It is off.",
		`{{ states("sensor.none") }}`:                            "unknown",
		`{{ states.light.kitchen.state | upper }}`:               "OFF",
		`{{ states.light.kitchen.attributes.friendly_name }}`:    "Kitchen",
		`{{ is_state('light.kitchen', 'off') }}`:                 "True",
		`{{ state_attr('light.kitchen', 'nothing') }}`:           "None",
		`{{ state_attr('light.kitchen','nothing')|default(3) }}`: "None",
		`[{{ nobody }}] {{ nobody | default('x') }}`:             "[] x",
		`{{ has_value('sensor.none') }}`:                         "False",
		`{{ is_state_attr('light.kitchen', 'x', 'y') }}`:         "False",
		`{{ x | float | round(1) }}`:                             "21.3",
		`{{ '7' | int }} {{ '7' | float }} {{ n }}`:              "7 7.0 5",
		`{{ states('light.kitchen') | float(0) }}`:               "0",
		`{{ 'a|b, c' | title }}`:                                 "A|B, C",
		`  {{ 1 }} `:                                             "1",
	} {
		if status, got := render(template, `{"x":"21.26","n":5}`); status != http.StatusOK || got != want {
			t.Errorf("%s: %d %q, want %q", template, status, got, want)
		}
	}
	for template, want := range map[string]string{
		`{% if true %}1{% endif %}`: "statements", `{{ now() }}`: "not", `{{ 'x' | float }}`: "no default",
		`{{ 1 | frobnicate }}`: "frobnicate", `{{ states(1) }}`: "entity id", `{{ is_state('a') }}`: "entity id", `{{ ( }}`: "not",
		`{{ 1 | }}`: "filter", `{{ | float }}`: "not",
		`{{ "nan" | int }}`: "up to", `{{ "1e300" | float }}`: "up to", `{{ 1 | round(99) }}`: "digits", `{{ 1 | round("x") }}`: "digits",
	} {
		if status, got := render(template, "{}"); status != http.StatusBadRequest || !strings.Contains(got, want) {
			t.Errorf("%s: %d %s", template, status, got)
		}
	}
}

func TestStatesAreTimedAsTheRealHomeTimesThem(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	access, _ := a.session("owner", "owner-password")
	_, v := a.do("GET", "/api/states/light.kitchen", access, "", "")
	for _, member := range []string{"last_changed", "last_reported", "last_updated"} {
		if at := fmt.Sprint(v[member]); !regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$`).MatchString(at) {
			t.Errorf("%s is %s", member, at)
		}
	}
	if c, _ := v["context"].(map[string]any); c["id"] == nil {
		t.Errorf("there is no context: %v", v)
	}
}

// phone registers an app and returns its webhook and its secret.
func (a app) phone(encrypts bool) (hook string, secret any) {
	a.t.Helper()
	access, _ := a.session("owner", "owner-password")
	status, v := a.do("POST", "/api/mobile_app/registrations", access, "application/json", fmt.Sprintf(`{"app_id":"a","app_name":"App",
		"app_version":"1","device_name":"Phone","manufacturer":"M","model":"X","os_name":"OS","supports_encryption":%v}`, encrypts))
	if status != http.StatusCreated {
		a.t.Fatalf("the registration: %d %v", status, v)
	}
	return fmt.Sprint("/api/webhook/", v["webhook_id"]), v["secret"]
}

func TestAnAppOfAPhoneThatEncryptsIsUnderstood(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	hook, secret := a.phone(true)
	raw, err := hex.DecodeString(fmt.Sprint(secret))
	if err != nil || len(raw) != 32 {
		t.Fatalf("the secret is %v", secret)
	}
	if status, v := a.do("POST", hook, "", "application/json", `{"type":"get_config"}`); status != http.StatusBadRequest {
		t.Errorf("in the open: %d %v", status, v)
	}
	key, nonce := [32]byte(raw), [24]byte{1}
	box := secretbox.Seal(nonce[:], []byte(`{"name":"Battery","unique_id":"b","type":"sensor"}`), &nonce, &key)
	status, v := a.do("POST", hook, "", "application/json", fmt.Sprintf(`{"type":"register_sensor","encrypted":true,"encrypted_data":%q}`,
		base64.StdEncoding.EncodeToString(box)))
	answer, err := base64.StdEncoding.DecodeString(fmt.Sprint(v["encrypted_data"]))
	if status != http.StatusCreated || err != nil || len(answer) < 24 {
		t.Fatalf("a sealed sensor: %d %v %v", status, v, err)
	}
	plain, ok := secretbox.Open(nil, answer[24:], (*[24]byte)(answer[:24]), &key)
	if !ok || string(plain) != `{"success":true}` {
		t.Errorf("it answers %s", plain)
	}
	status, v = a.do("POST", hook, "", "application/json", `{"type":"get_config","encrypted":true,"encrypted_data":"AAAA"}`)
	if status != http.StatusOK || len(v) != 0 {
		t.Errorf("what cannot be read: %d %v", status, v)
	}
}

func TestAnAppOfAPhoneIsRegisteredAndSpeaks(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	hook, secret := a.phone(false)
	if secret != nil {
		t.Errorf("the secret is %v", secret)
	}
	for _, c := range []struct { // in order: a state needs its sensor
		name   string
		body   string
		status int
		want   string
	}{
		{"a sensor", `{"type":"register_sensor","data":{"name":"Battery","unique_id":"b","type":"sensor","state":50}}`, 201, `{"success":true}`},
		{
			"its states",
			`{"type":"update_sensor_states","data":[{"unique_id":"b","type":"sensor","state":49},{"unique_id":"x","type":"sensor","state":1}]}`, 200,
			`{"b":{"success":true},"x":{"error":{"code":"not_registered","message":"sensor x is not registered"},"success":false}}`,
		},
		{"a template", `{"type":"render_template","data":{"one":{"template":"{{ 2 }}"}}}`, 200, `{"one":"2"}`},
		{"a tag", `{"type":"scan_tag","data":{"tag_id":"t"}}`, 200, "{}"},
		{"an unknown type", `{"type":"dance"}`, 200, ""},
		{"the config", `{"type":"get_config"}`, 200, ""},
	} {
		status, v := a.do("POST", hook, "", "application/json", c.body)
		raw, _ := json.Marshal(v)
		if status != c.status || c.want != "" && string(raw) != c.want {
			t.Errorf("%s: %d %s, want %d %s", c.name, status, raw, c.status, c.want)
		}
	}
}

// says sends a command over a new socket of the owner and returns its answer.
func (a app) says(command map[string]any) map[string]any {
	a.t.Helper()
	access, _ := a.session("owner", "owner-password")
	conn, resp, err := websocket.Dial(a.t.Context(), "ws"+strings.TrimPrefix(a.home.URL, "http")+"/api/websocket", nil)
	if err != nil {
		a.t.Fatal(err)
	}
	_ = resp.Body
	defer conn.CloseNow()
	command["id"] = 1
	var got map[string]any
	for _, say := range []map[string]any{{"type": "auth", "access_token": access}, command} {
		got = nil
		if err := errors.Join(wsjson.Read(a.t.Context(), conn, &got), wsjson.Write(a.t.Context(), conn, say)); err != nil {
			a.t.Fatal(err)
		}
	}
	got = nil
	if err := wsjson.Read(a.t.Context(), conn, &got); err != nil {
		a.t.Fatal(err)
	}
	return got
}

func TestCommandsAnswerAsTheRealHomeDoes(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	for command, want := range map[string]string{
		`{"type":"auth/delete_all_refresh_tokens","delete_current_token":false}`: `"result":\{\}`,
		`{"type":"auth/setup_mfa","mfa_module_id":"totp"}`: `"authy_url":.*"google_authenticator_url":.*"qr_code":"\\u003csvg .*` +
			`"url":"otpauth://totp/Home%20Assistant:owner\?secret=`,
		`{"type":"get_services"}`:                        `"turn_on":\{.*"description":.*"fields":.*"name":.*"target":`,
		`{"type":"config/entity_registry/list"}`:         `"result":\[\{`,
		`{"type":"config/area_registry/list"}`:           `"result":\[\{`,
		`{"type":"config/label_registry/list"}`:          `"success":true`,
		`{"type":"frontend/get_user_data","key":"core"}`: `"success":true`,
		`{"type":"recorder/info"}`:                       `"success":true`,
		`{"type":"lovelace/config"}`:                     `"type":"result"`,
		`{"type":"manifest/list"}`:                       `"success":true`,
		`{"type":"repairs/list_issues"}`:                 `"success":true`,
		`{"type":"dance"}`:                               `"code":"unknown_command"`,
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(command), &m); err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(a.says(m))
		if !regexp.MustCompile(want).Match(raw) {
			t.Errorf("%s: %.400s; want %s", command, raw, want)
		}
	}
}

func TestClientIDsAreJudgedAsTheRealHomeJudgesThem(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	for id, want := range map[string]int{`http://app.example/\ud800`: 400, `http://app.example`: 200, `ftp://app.example/`: 400} {
		body := `{"client_id":"` + id + `","handler":["homeassistant",null],"redirect_uri":"http://app.example/"}`
		if status, v := a.do("POST", "/auth/login_flow", "", "application/json", body); status != want {
			t.Errorf("%s: %d %v", id, status, v)
		}
	}
}
