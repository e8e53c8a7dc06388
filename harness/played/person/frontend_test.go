package person

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// frontendHome is a home behind Home Assistant's page. Its person is owner, with the password right, and a second factor if totp.
type frontendHome struct {
	old, totp bool // old: of before PKCE, with a bare list of providers
	begun     map[string]any
}

func (h *frontendHome) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	w.Header().Set("Content-Type", "application/json")
	answer := func(status int, text string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /auth/authorize":
		w.Header().Set("Content-Type", "text/html")
		answer(200, `<!doctype html><title>Home Assistant</title><div class="content"><ha-authorize></ha-authorize></div>`)
	case "GET /auth/providers":
		list := `[{"type":"trusted_networks","id":null},{"type":"homeassistant","id":null}]`
		if !h.old {
			list = `{"providers":` + list + `}`
		}
		answer(200, list)
	case "POST /auth/login_flow":
		if _, bound := body["code_challenge"]; bound && h.old {
			answer(400, `{"message":"extra keys not allowed @ data['code_challenge']"}`)
			return
		}
		if h.begun = body; body["client_id"] == nil {
			answer(400, `{"message":"Invalid client id"}`)
			return
		}
		answer(200, `{"type":"form","flow_id":"f","step_id":"init","errors":{}}`)
	case "POST /auth/login_flow/f":
		switch {
		case body["client_id"] != h.begun["client_id"] || body["username"] != nil && body["password"] != "right":
			answer(200, `{"type":"form","flow_id":"f","step_id":"init","errors":{"base":"invalid_auth"}}`)
		case h.totp && body["code"] == nil:
			answer(200, `{"type":"form","flow_id":"f","step_id":"mfa","errors":{}}`)
		default:
			answer(200, `{"type":"create_entry","result":"a+code"}`)
		}
	default:
		answer(404, "{}")
	}
}

func TestThePageOfAHomeIsWalkedAsItsScriptWalksIt(t *testing.T) {
	const back = "http://app/cb?code=a%2Bcode&state=s"
	const request = "client_id=http://app/&redirect_uri=http://app/cb&state=s&response_type=code&code_challenge=c&code_challenge_method=S256"
	for name, c := range map[string]struct {
		query, password string
		home            frontendHome
		refuse          bool
		end             string
		status          int    // of the last answer
		sent            string // a member of the first request, as JSON
	}{
		"a login":               {request, "right", frontendHome{}, false, back, 200, `"code_challenge":"c"`},
		"it says response_type": {request, "right", frontendHome{}, false, back, 200, `"response_type":"code"`},
		"and which provider":    {request, "right", frontendHome{}, false, back, 200, `"handler":["homeassistant",null]`},
		"an older home":         {request, "right", frontendHome{old: true}, false, back, 200, `"redirect_uri":"http://app/cb"`},
		"a second factor":       {request, "right", frontendHome{totp: true}, false, back, 200, ""},
		"the last of each": {
			request + "&state=t&redirect_uri=http://app/cb?x=1", "right", frontendHome{}, false, "http://app/cb?x=1&code=a%2Bcode&state=t", 200, "",
		},
		"a wrong password":       {request, "wrong", frontendHome{}, false, "", 200, ""},
		"no client":              {"redirect_uri=http://app/cb", "right", frontendHome{}, false, "", 400, ""},
		"who says no cannot":     {request, "right", frontendHome{}, true, "", 200, ""},
		"a code for another URL": {strings.Replace(request, "http://app/cb", "http://other/", 1), "right", frontendHome{}, false, "", 200, ""},
	} {
		home := c.home
		server := httptest.NewServer(&home)
		who := &Person{
			Account: oauth.Account{Username: "owner", Password: c.password, TOTPSecret: "JBSWY3DPEHPK3PXP"},
			Wire:    wire.New(wire.Options{Base: server.URL}),
		}
		trail := who.Walk(judge.With(t.Context(), judge.NewRecord()), Walk{
			From: server.URL + "/auth/authorize?" + c.query, Refuse: c.refuse,
			Ends: func(where string) bool { u, err := url.Parse(where); return err == nil && u.Host == "app" },
		})
		server.Close()
		if trail.End != c.end || trail.Last.Status != c.status || trail.Offered {
			t.Errorf("%s: %q, status %d, want %q and %d", name, trail.End, trail.Last.Status, c.end, c.status)
		}
		if raw, _ := json.Marshal(home.begun); c.sent != "" && !strings.Contains(string(raw), c.sent) {
			t.Errorf("%s: the first request has no %s: %s", name, c.sent, raw)
		}
	}
}
