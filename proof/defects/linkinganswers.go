package defects

import (
	"encoding/base64"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// linkedAnswerDefects are small mistakes in a home's answers and requests while it links an account.
var linkedAnswerDefects = []Defect[mockserver.Policy]{
	{
		ID: "credentials.created-bare", Story: "The response to create is only the new id.",
		Aims: []string{"ha.credentials.created"},
		Change: credentialResult("create", func(m map[string]any) map[string]any {
			if r, ok := plainValue(m["result"]).(map[string]any); ok {
				m["result"] = map[string]any{"id": r["id"]}
			}
			return m
		}),
	},
	{
		ID: "credentials.delete-fails", Story: "A credential is deleted, and then an error is reported.",
		Aims: []string{"ha.credentials.deleted"},
		Change: credentialResult("delete", func(m map[string]any) map[string]any {
			if m["success"] == true {
				return failed(m["id"], "unknown_error")
			}
			return m
		}),
	},
	{
		ID: "credentials.entry-refused", Story: "An entry's credential is never reported.",
		Aims:   []string{"ha.credentials.of-entry"},
		Change: refusing("application_credentials/config_entry", "unauthorized"),
	},
	{
		ID: "linking.pick-menu", Story: "The choice of a credential is a menu, not a form.",
		Aims:   []string{"ha.linking.pick"},
		Change: stepAnswers("form", object(func(m map[string]any) { m["type"] = "menu" })),
	},
	{
		ID: "linking.last-credential", Story: "The last credential is used, whichever one the user chose.",
		Aims:   []string{"ha.linking.pick"},
		Change: chooses(func(offered []string) string { return offered[len(offered)-1] }),
	},
	{
		ID: "linking.second-use", Story: "After set-up an entry calls the API without its token.",
		Aims: []string{"ha.linking.entry"},
		Change: client(func(p *linking.Policy) {
			var used sync.Map // by token
			before := p.APIRequest
			p.APIRequest = func(url string, t linking.Token) (string, http.Header) {
				url, h := before(url, t)
				n, _ := used.LoadOrStore(h.Get("Authorization"), &atomic.Int64{})
				if count, ok := n.(*atomic.Int64); ok && count.Add(1) > setUpUses {
					h = http.Header{}
				}
				return url, h
			}
		}),
	},
	{
		ID: "cloud.plain-url", Story: "The browser is sent to the proxy's URL over plain http.",
		Aims:   []string{"ha.cloud.authorize-url"},
		Change: authorizeURL(func(s string) string { return strings.Replace(s, "https://", "http://", 1) }),
	},
	{
		ID: "cloud.own-redirect", Story: "The home adds its own callback to the proxy's URL.",
		Aims: []string{"ha.cloud.authorize-url"},
		Change: authorizeURL(func(s string) string {
			return s + "&redirect_uri=https%3A%2F%2Fmy.home-assistant.io%2Fredirect%2Foauth"
		}),
	},
	{
		ID: "cloud.refresh-named", Story: "A refresh at the proxy also names the service in its body.",
		Aims: []string{"ha.cloud.refresh"},
		Change: client(func(p *linking.Policy) {
			p.ProxyRefresh = func(service string, members map[string]string) (string, map[string]string) {
				members = maps.Clone(members)
				members["service"] = service
				return service, members
			}
		}),
	},
	{
		ID: "cloud.refresh-other-service", Story: "A refresh at the proxy names the integration by its title.",
		Aims: []string{"ha.cloud.refresh"},
		Change: client(func(p *linking.Policy) {
			p.ProxyRefresh = func(service string, members map[string]string) (string, map[string]string) {
				return strings.ReplaceAll(service, "_", "-"), members
			}
		}),
	},
	{
		ID: "cloud.service-in-capitals", Story: "The service is named in capitals, which no proxy lists.",
		Aims: []string{"ha.cloud.conversation"},
		Change: client(func(p *linking.Policy) {
			p.Says = func(m map[string]any) map[string]any {
				m = maps.Clone(m)
				m["service"] = strings.ToUpper(textOf(m["service"]))
				return m
			}
		}),
	},
}

// linkedTokenDefects confuse whose tokens to keep.
var linkedTokenDefects = []Defect[mockserver.Policy]{
	{
		ID: "linking.tokens-shared", Story: "All accounts share one token store, so the newest tokens replace everyone's.",
		Aims: []string{"ha.linking.two-accounts"},
		Change: linkedEntries(func(list []map[string]any) {
			for _, e := range list {
				e["token"] = list[len(list)-1]["token"]
			}
		}),
	},
	{
		ID: "linking.twice-overwrites", Story: "A second login to a linked account replaces its tokens and then aborts.",
		Aims: []string{"ha.linking.twice"},
		Change: func(p *mockserver.Policy) {
			var twice atomic.Bool
			stepAnswers("abort", func(a mock.Answer) mock.Answer {
				twice.Store(twice.Load() || strings.Contains(string(a.Body), "already_configured"))
				return a
			})(p)
			linkedEntries(func(list []map[string]any) {
				for _, e := range list {
					if t, ok := e["token"].(map[string]any); ok && twice.Load() {
						t["access"], t["refresh"] = "of-the-second-login", "of-the-second-login"
					}
				}
			})(p)
		},
	},
	{
		ID: "linking.public-client-basic", Story: "A client without a secret sends its id in a Basic header, with an empty password.",
		Aims: []string{"oauth2.client.public"},
		Change: tokenSent("authorization_code", func(r linking.TokenRequest) linking.TokenRequest {
			if formValue(r, "client_secret") == "" {
				r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(formValue(r, "client_id")+":")))
			}
			return r
		}),
	},
	{
		ID:     "linking.denied-word",
		Story:  "A user who denies access when asked to log in again sees a reason that the frontend does not know.",
		Aims:   []string{"ha.linking.reauth-denied"},
		Change: reasonBecomes("user_rejected_authorize", "denied"),
	},
}

// linkedEntries edits the entries that the demo integration reports.
func linkedEntries(edit func([]map[string]any)) change {
	return answers(at("GET /api/authconform_demo"), object(func(m map[string]any) {
		list, _ := m["entries"].([]any)
		var entries []map[string]any
		for _, v := range list {
			if e, ok := v.(map[string]any); ok {
				entries = append(entries, e)
			}
		}
		if len(entries) > 0 {
			edit(entries)
		}
	}))
}

// setUpUses is how often an entry calls the API during its set-up.
const setUpUses = 2

// authorizeURL changes the URL that the proxy names.
func authorizeURL(edit func(string) string) change {
	return client(func(p *linking.Policy) {
		p.Hears = func(m map[string]any) map[string]any {
			if raw, ok := m["authorize_url"].(string); ok {
				m = maps.Clone(m)
				m["authorize_url"] = edit(raw)
			}
			return m
		}
	})
}
