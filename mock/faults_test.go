package mock

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// tokens is a plane with a token endpoint, and counts what it works off.
func tokens(t *testing.T) (p *Plane, worked *int) {
	t.Helper()
	worked = new(int)
	p = NewPlane(&Clock{}, rules())
	p.SetGrants("authorization_code", "refresh_token")
	p.Who = func(c *Call) (string, string) { return c.Form.Get("app"), c.Form.Get("who") }
	p.Handle("/auth/token", Methods{http.MethodPost: func(c *Call) *Answer {
		*worked++
		if c.Form.Get("bad") != "" {
			return Refuse(http.StatusBadRequest, "invalid_grant", "", "RFC 6749 §5.2").Answer()
		}
		return JSON(http.StatusOK, map[string]any{"expires_in": 1800, "token_type": "Bearer"})
	}})
	p.Handle("/auth/login_flow/{id}", Methods{http.MethodPost: func(*Call) *Answer { return Empty(http.StatusOK) }})
	p.Handle("/api/{$}", Methods{http.MethodGet: func(*Call) *Answer { return Empty(http.StatusOK) }})
	return p, worked
}

// control calls the control plane.
func control(p *Plane, method, name, body string) (int, string) {
	w := ask(p, method, controlPrefix+name, body, "Authorization", "Bearer "+p.Control.Token)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func added(t *testing.T, p *Plane, fault string) {
	t.Helper()
	p.Faults.Clear(0)
	if status, said := control(p, "POST", "faults", fault); status != http.StatusOK {
		t.Fatalf("%s: %d %s", fault, status, said)
	}
}

func post(p *Plane, form string) (int, string) {
	w := ask(p, "POST", "/auth/token", form, "Content-Type", "application/x-www-form-urlencoded")
	return w.Code, w.Body.String()
}

func TestOneMemberOfATrueAnswerIsChangedOnRefreshOnly(t *testing.T) {
	t.Parallel()
	p, worked := tokens(t)
	added(t, p, `{"path":"/auth/token","grant_type":"refresh_token","set":{"expires_in":"soon"},"remove":["token_type"],"times":1}`)
	for _, c := range []struct{ form, want string }{
		{"grant_type=authorization_code", `{"expires_in":1800,"token_type":"Bearer"}`},
		{"grant_type=refresh_token&bad=1", `{"error":"invalid_grant"}`}, // a refusal is spared, and not counted
		{"grant_type=refresh_token", `{"expires_in":"soon"}`},
		{"grant_type=refresh_token", `{"expires_in":1800,"token_type":"Bearer"}`},
	} {
		if _, got := post(p, c.form); got != c.want {
			t.Errorf("%s: %s, want %s", c.form, got, c.want)
		}
	}
	if *worked != 4 || p.Faults.List()[0].Hits != 1 {
		t.Errorf("%d requests were worked off, %d hit", *worked, p.Faults.List()[0].Hits)
	}
}

func TestAFaultHitsTheClientAndUserThatItNames(t *testing.T) {
	t.Parallel()
	for fault, c := range map[string]struct{ hit, spared string }{
		`"client_id":"app"`:            {"client_id=app", "client_id=other"},
		`"client_id":"basic"`:          {"app=basic", "app=other"}, // as only the mock knows
		`"user":"ada"`:                 {"who=ada", "who=owner"},
		`"grant_type":"refresh_token"`: {"grant_type=refresh_token", "grant_type=authorization_code"},
	} {
		p, worked := tokens(t)
		added(t, p, `{"status":503,`+fault+`}`)
		if status, _ := post(p, c.spared); status != http.StatusOK {
			t.Errorf("%s hits %s", fault, c.spared)
		}
		if status, _ := post(p, c.hit); status != http.StatusServiceUnavailable || *worked != 1 {
			t.Errorf("%s: %s is answered %d, and %d were worked off", fault, c.hit, status, *worked)
		}
	}
}

func TestTheSameSeedHitsTheSameRequests(t *testing.T) {
	t.Parallel()
	pattern := func(seed string) string {
		p, _ := tokens(t)
		added(t, p, `{"status":503,"chance":0.5,"seed":`+seed+`}`)
		var out strings.Builder
		for range 64 {
			status, _ := post(p, "")
			out.WriteString(Itoa(status)[:1])
		}
		return out.String()
	}
	one := pattern("1")
	if one != pattern("1") || one == pattern("2") || !strings.Contains(one, "2") || !strings.Contains(one, "5") {
		t.Errorf("seed 1 hits %s, seed 2 hits %s", one, pattern("2"))
	}
}

func TestAFaultThatHitsNothingIsRefusedWithTheNearestRightWord(t *testing.T) {
	t.Parallel()
	p, _ := tokens(t)
	for fault, want := range map[string]string{
		`{"path":"/auth/tokn","status":503}`:                 `no route matches "/auth/tokn"; did you mean "/auth/token"?`,
		`{"path":"/oauth2/v1/tokens/*","status":503}`:        `no route matches "/oauth2/v1/tokens/*"; the nearest is "/`,
		`{"path":"/auth/*/a/b","status":503}`:                "no route matches",
		`{"method":"PUT","path":"/auth/token","status":503}`: "no route answers PUT /auth/token; it takes POST",
		`{"method":"post","status":503}`:                     `did you mean "POST"?`,
		`{"grant_type":"refresh","status":503}`:              `grant_type: no route knows "refresh"; valid: authorization_code, refresh_token`,
		`{"stauts":503}`:                                     `unknown field "stauts"; did you mean "status"?`,
		`{"status":"503"}`:                                   "status: a string is not a whole number",
		`{"status":100}`:                                     "200 to 599",
		`{"set":{"a":1},"status":503}`:                       "leave out status",
		`{"remove":["a"],"phase":"before"}`:                  "leave out status, body and the phase",
		`{"set":1}`:                                          "set: a number is not an object",
		`{"status":503,"phase":"befor"}`:                     `did you mean "before"?`,
		`{"status":503,"chance":2}`:                          "chance",
		`{"status":503,"seed":2}`:                            "seed",
		`{"delay":"soon"}`:                                   "is not a duration like 90s",
		`{"delay":"-1s"}`:                                    "delay",
		`{"status":503,"header":{"a b":"c"}}`:                "is not a header",
		`{"status":503,"header":{"a":"c\r\nd: e"}}`:          "is not a header",
		`{"path":"["}`:                                       "is not a valid glob",
		`{}`:                                                 "the fault has no effect",
		`{"status":503,"id":7}`:                              "leave them out",
		``:                                                   "the body is empty",
		`{"status":503}{}`:                                   "extra text after",
		`{"status":`:                                         "not valid JSON",
		`[]`:                                                 "the body is an array; send a JSON object",
	} {
		status, said := control(p, "POST", "faults", fault)
		var v struct{ Error string }
		_ = json.Unmarshal([]byte(said), &v)
		if status != http.StatusBadRequest || !strings.Contains(v.Error, want) || strings.Contains(v.Error, "Go ") {
			t.Errorf("%s: %d %s, want %s", fault, status, v.Error, want)
		}
	}
	if got := p.Faults.List(); len(got) != 0 {
		t.Errorf("in force: %+v", got)
	}
}

func TestAGlobMatchesTheRoutesThatItMay(t *testing.T) {
	t.Parallel()
	for glob, want := range map[string]bool{
		"/auth/token": true, "/auth/*": true, "/*/token": true, "/auth/login_flow/*": true, "/auth/login_flow/abc": true,
		"/api/": true, "/api": false, "/auth": false, "/auth/login_flow": false, "/auth/login_flow/": false, "*": false, "/auth/token/": false,
	} {
		p, _ := tokens(t)
		_, err := p.Faults.Add(Fault{Path: glob, Status: 503})
		if (err == nil) != want {
			t.Errorf("%s: %v", glob, err)
		}
	}
	below := route{path: "/static/{file...}", methods: []string{"GET"}}
	if !below.under("/static/a") || below.under("/other/a") || !(route{path: "/static/"}).under("/static/a") {
		t.Error("a path below a route is not matched")
	}
}

func TestThereAreOnlySoManyFaults(t *testing.T) {
	t.Parallel()
	var s Faults
	for range maxFaults {
		if _, err := s.Add(Fault{Status: 503}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Add(Fault{Status: 503}); err == nil {
		t.Error("one more is taken")
	}
}

func TestAFaultThatIsNotThereIsNotRemoved(t *testing.T) {
	t.Parallel()
	p, _ := tokens(t)
	added(t, p, `{"status":503}`)
	for query, want := range map[string]int{"?id=9": 400, "?id=x": 400, "?id=": 400, "?di=1": 400, "?id=1&id=2": 400, "?id=1": 200, "": 200} {
		if status, said := control(p, "DELETE", "faults"+query, ""); status != want && query != "?id=1" {
			t.Errorf("%q: %d %s, want %d", query, status, said, want)
		}
	}
}
