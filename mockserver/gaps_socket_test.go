package mockserver_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/authconform/authconform/mockserver"
)

// talk logs a user in on a socket, sends commands one after the other, and returns everything that comes until the last is answered
// and what follows it has come: want more messages than that.
func (a app) talk(user string, want int, commands ...string) string {
	a.t.Helper()
	access, _ := a.session(user, user+"-password")
	at := "ws" + strings.TrimPrefix(a.home.URL, "http") + "/api/websocket"
	conn, _, err := websocket.Dial(a.t.Context(), at, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	var heard []string
	read := func() {
		var m json.RawMessage
		if err := wsjson.Read(a.t.Context(), conn, &m); err != nil {
			a.t.Fatalf("after %q: %v", heard, err)
		}
		heard = append(heard, string(m))
	}
	read()
	if err := wsjson.Write(a.t.Context(), conn, map[string]any{"type": "auth", "access_token": access}); err != nil {
		a.t.Fatal(err)
	}
	read()
	heard = nil
	for _, c := range commands {
		if err := conn.Write(a.t.Context(), websocket.MessageText, []byte(c)); err != nil {
			a.t.Fatal(err)
		}
	}
	for range want {
		read()
	}
	return strings.Join(heard, "\n")
}

// TestClientsSeeWhatTheyDo: what is subscribed to comes, and services reach every entity that is named.
func TestClientsSeeWhatTheyDo(t *testing.T) {
	t.Parallel()
	const light = `{"id":9,"type":"call_service","domain":"light","service":"turn_on",`
	const both = `{"id":9,"type":"call_service","domain":"homeassistant","service":"turn_on",`
	for name, c := range map[string]struct {
		user     string
		messages int
		say      []string
		want     []string // patterns
	}{
		"subscribe_entities: all at first, then what changes": {
			"owner", 4, []string{
				`{"id":1,"type":"subscribe_entities","entity_ids":["light.kitchen"]}`, light + `"target":{"entity_id":"light.kitchen"}}`,
			},
			[]string{`"a":\{"light.kitchen":\{.*"s":"off"`, `"c":\{"light.kitchen":\{"\+":\{.*"s":"on"`},
		},
		"subscribe_events: the call and the change": {
			"owner", 4, []string{`{"id":1,"type":"subscribe_events"}`, light + `"target":{"entity_id":"light.kitchen"}}`},
			[]string{`"event_type":"call_service"`, `"event_type":"state_changed"`, `"time_fired":"20`},
		},
		"a list in the target": {
			"owner", 4, []string{
				`{"id":1,"type":"subscribe_events","event_type":"state_changed"}`,
				both + `"target":{"entity_id":["light.kitchen","switch.fountain"]}}`,
			},
			[]string{`"entity_id":"light.kitchen"`, `"entity_id":"switch.fountain"`},
		},
		"a list in the data": {
			"owner", 4, []string{
				`{"id":1,"type":"subscribe_events","event_type":"state_changed"}`,
				both + `"service_data":{"entity_id":["light.kitchen","switch.fountain"]}}`,
			},
			[]string{`"entity_id":"light.kitchen"`, `"entity_id":"switch.fountain"`},
		},
		"not every event is for everybody": {
			"ada", 2, []string{
				`{"id":1,"type":"subscribe_events","event_type":"call_service"}`, `{"id":2,"type":"subscribe_events","event_type":"state_changed"}`,
			},
			[]string{`"id":1,.*"code":"unauthorized"|"code":"unauthorized".*"id":1`, `"id":2.*"success":true`},
		},
		"a template and its values": {
			"owner", 3, []string{
				`{"id":1,"type":"render_template","template":"{{ state_attr('climate.hall','temperature') | float | round(1) }}"}`,
				`{"id":2,"type":"ping"}`,
			},
			[]string{`"result":\d+`, `"entities":\["climate.hall"\]`},
		},
		"results of commands about sessions": {
			"owner", 1, []string{`{"id":1,"type":"auth/delete_all_refresh_tokens","delete_current_token":false}`}, []string{`"result":\{\}`},
		},
		"an unknown command": {"owner", 1, []string{`{"id":1,"type":"dance"}`}, []string{`"code":"unknown_command"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := app{t, mockserver.Start(t)}
			got := a.talk(c.user, c.messages, c.say...)
			for _, want := range c.want {
				if !regexp.MustCompile(want).MatchString(got) {
					t.Errorf("%s: no %s in\n%s", name, want, got)
				}
			}
		})
	}
}

// TestASocketRefusesAsTheRealHome: its words, and its code of closing.
func TestASocketRefusesAsTheRealHome(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	for name, c := range map[string]struct{ say, want string }{
		"no token":          {`{"type":"auth"}`, "Invalid access token or password"},
		"a wrong token":     {`{"type":"auth","access_token":"x"}`, "Invalid access token or password"},
		"a member too many": {`{"type":"auth","access_token":"x","y":1}`, "Auth message incorrectly formatted"},
		"65,537 bytes":      {`{"type":"auth","access_token":"` + strings.Repeat("x", 65_537-33) + `"}`, ""},
	} {
		at := "ws" + strings.TrimPrefix(a.home.URL, "http") + "/api/websocket"
		conn, _, err := websocket.Dial(t.Context(), at, nil)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := wsjson.Read(t.Context(), conn, &m); err != nil {
			t.Fatal(err)
		}
		_ = conn.Write(t.Context(), websocket.MessageText, []byte(c.say))
		var got map[string]any
		err = wsjson.Read(t.Context(), conn, &got)
		if text, _ := got["message"].(string); !strings.HasPrefix(text, c.want) || (text == "") != (c.want == "") {
			t.Errorf("%s: %v %v, want %s", name, got, err, c.want)
		}
		if err == nil {
			err = wsjson.Read(t.Context(), conn, &got)
		}
		if code := websocket.CloseStatus(err); code != websocket.StatusNormalClosure {
			t.Errorf("%s: closed with %d", name, code)
		}
		_ = conn.CloseNow()
	}
}

// TestTheFrontendsFirstCommandsAreKnown: those that it sends at its start.
func TestTheFrontendsFirstCommandsAreKnown(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	commands := []string{
		`"config/entity_registry/list"`, `"config/device_registry/list"`, `"config/area_registry/list"`, `"config/floor_registry/list"`,
		`"config/label_registry/list"`, `"config/entity_registry/list_for_display"`, `"config_entries/get"`, `"config_entries/subscribe"`,
		`"frontend/get_user_data","key":"core"`, `"frontend/get_themes"`, `"frontend/get_translations","language":"en","category":"state"`,
		`"frontend/get_icons","category":"entity"`, `"recorder/info"`, `"lovelace/config"`, `"persistent_notification/subscribe"`,
		`"manifest/list"`, `"repairs/list_issues"`, `"get_panels"`, `"get_services"`, `"get_states"`, `"get_config"`, `"auth/current_user"`,
	}
	for _, c := range commands {
		got := a.talk("owner", 1, `{"id":1,"type":`+c+`}`)
		if strings.Contains(got, "unknown_command") || strings.Contains(got, "invalid_format") {
			t.Errorf("%s: %s", c, got)
		}
	}
}

// TestTheEventsOfTheHomeAreStreamed as server-sent events, to administrators, with pings.
func TestTheEventsOfTheHomeAreStreamed(t *testing.T) {
	t.Parallel()
	a := app{t, mockserver.Start(t)}
	access, _ := a.session("owner", "owner-password")
	ada, _ := a.session("ada", "ada-password")
	if status, _ := a.do("GET", "/api/stream", ada, "", ""); status != http.StatusUnauthorized {
		t.Errorf("who is no administrator: %d", status)
	}
	if status, _ := a.do("POST", "/api/stream", access, "", ""); status != http.StatusMethodNotAllowed {
		t.Errorf("a POST: %d", status)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, a.home.URL+"/api/stream?restrict=state_changed,party", nil)
	req.Header.Set("Authorization", "Bearer "+access)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		t.Errorf("%d %s", resp.StatusCode, kind)
	}
	lines := bufio.NewScanner(resp.Body)
	next := func(want string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "" {
				continue
			}
			if !strings.HasPrefix(lines.Text(), "data: ") || !strings.Contains(lines.Text(), want) {
				t.Errorf("%s, want %s", lines.Text(), want)
			}
			return
		}
		t.Errorf("the stream has ended; want %s", want)
	}
	next("ping")
	a.do("POST", "/api/events/dance", access, "application/json", `{}`) // nobody asked for it
	a.do("POST", "/api/events/party", access, "application/json", `{"where":"here"}`)
	next(`"event_type":"party"`)
	a.do("POST", "/api/states/light.kitchen", access, "application/json", `{"state":"on"}`)
	next(`"event_type":"state_changed"`)
	a.home.Clock().Advance(51 * time.Second)
	next("ping")
	a.home.Close()
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("after the end: %s", lines.Text())
		}
	}
}
