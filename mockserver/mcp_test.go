package mockserver_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockserver"
)

// The statuses, headers and texts are those of Home Assistant 2026.11.0 with the integration mcp_server.
const (
	initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},` +
		`"clientInfo":{"name":"test","version":"1"}}}`
	listTools = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
)

// agent asks the home's MCP endpoint, or what belongs to it.
type agent struct {
	app
	token string
}

func (a agent) ask(method, path, host, accept, body string) (*http.Response, string) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.home.URL+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Host = host
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", accept)
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
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
	return resp, string(raw)
}

func TestWhoHasNoTokenIsToldWhereToLook(t *testing.T) {
	t.Parallel()
	s, err := mockserver.Listen("127.0.0.1:0", mockserver.Options{URL: "https://home.example"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	a := agent{app: app{t, s}}
	local := s.InternalURL
	_, port, _ := strings.Cut(strings.TrimPrefix(local, "http://"), ":")
	for _, c := range []struct{ host, own string }{
		{"", local}, {"localhost", "http://localhost:" + port}, {"127.0.0.1:1", local}, {"home.example", "https://home.example"},
		{"HOME.example", "https://home.example"}, {"home.example:8123", ""}, {"other.example", ""}, {"192.168.1.5:8123", ""},
	} {
		challenge, document, status := "", `{"message":"No URL available"}`, http.StatusNotFound
		if c.own != "" {
			challenge = `Bearer resource_metadata="` + c.own + `/.well-known/oauth-protected-resource"`
			document, status = `"authorization_servers":["`+c.own+`"],"resource":"`+c.own+`"`, http.StatusOK
		}
		for _, token := range []string{"", "invented"} {
			resp, body := agent{a.app, token}.ask("POST", "/api/mcp", c.host, "application/json", initialize)
			if resp.StatusCode != http.StatusUnauthorized || resp.Header.Get("WWW-Authenticate") != challenge || body != "401: Unauthorized" {
				t.Errorf("Host %q, token %q: %d %q %q", c.host, token, resp.StatusCode, resp.Header.Get("WWW-Authenticate"), body)
			}
		}
		resp, body := a.ask("GET", "/.well-known/oauth-protected-resource", c.host, "*/*", "")
		for member := range strings.SplitSeq(document, ",") {
			if resp.StatusCode != status || !strings.Contains(body, member) {
				t.Errorf("Host %q: resource metadata %d %s", c.host, resp.StatusCode, body)
			}
		}
	}
	for _, at := range []string{"/.well-known/oauth-protected-resource/api/mcp", "/.well-known/oauth-authorization-server/api/mcp",
		"/.well-known/openid-configuration"} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			if resp, _ := a.ask(method, at, "", "*/*", ""); resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %d", method, at, resp.StatusCode)
			}
		}
	}
	for _, method := range []string{"GET", "DELETE", "HEAD"} {
		resp, _ := a.ask(method, "/api/mcp", "", "*/*", "")
		if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "POST" || resp.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: %d %v", method, resp.StatusCode, resp.Header)
		}
	}
	if resp, _ := a.ask("OPTIONS", "/api/mcp", "", "*/*", ""); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a preflight gets %d", resp.StatusCode)
	}
}

func TestTheEndpointAnswersAsTheRealOne(t *testing.T) {
	t.Parallel()
	home := app{t, mockserver.Start(t)}
	owner, _ := home.session("owner", "owner-password")
	plain, _ := home.session("ada", "ada-password")
	const accept = "application/json"
	for _, c := range []struct {
		name, token, path, accept, body string
		status                          int
		says                            string
	}{
		{"initialize", owner, "", accept, initialize, 200, `"protocolVersion":"2025-06-18"`},
		{"without a session", owner, "", accept, listTools, 200, `"intent__HassTurnOn"`},
		{"by a plain user", plain, "", accept, listTools, 200, `"intent__HassTurnOn"`},
		{"the API of its own", plain, "/assist", accept, listTools, 200, `"intent__HassTurnOn"`},
		{"another API, plain user", plain, "/other", accept, listTools, 403, "403: Forbidden"},
		{"another API", owner, "/other", accept, listTools, 404, "Unknown LLM API 'other'"},
		{"a notification", owner, "", accept, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, 202, ""},
		{"an unknown notification", owner, "", accept, `{"jsonrpc":"2.0","method":"no/such"}`, 202, ""},
		{"an unknown method", owner, "", accept, `{"jsonrpc":"2.0","id":3,"method":"no/such"}`, 200, `-32601`},
		{"no JSON", owner, "", accept, `{`, 400, "Request must be a JSON-RPC message"},
		{"no message", owner, "", accept, `{"a":1}`, 400, "Request must be a JSON-RPC message"},
		{"for browsers", owner, "", "text/html", listTools, 400, "Client must accept application/json"},
		{"a light", owner, "", accept, `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"intent__HassLightSet",` +
			`"arguments":{"name":"kitchen","brightness":40}}}`, 200, `light.kitchen`},
		{"a name of nothing", owner, "", accept, `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"intent__HassTurnOn",` +
			`"arguments":{"name":"cellar"}}}`, 200, `"isError":true`},
	} {
		resp, body := agent{home, c.token}.ask("POST", "/api/mcp"+c.path, "", c.accept, c.body)
		if resp.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s; want %d with %s", c.name, resp.StatusCode, body, c.status, c.says)
		}
		if kind := resp.Header.Get("Content-Type"); c.status == 200 && kind != accept+"; charset=utf-8" {
			t.Errorf("%s: it is %s", c.name, kind)
		}
		if resp.Header.Get("Mcp-Session-Id") != "" {
			t.Errorf("%s: a session is kept", c.name)
		}
	}
	if light, _ := home.home.Core().Get("light.kitchen"); light.State != "on" || light.Attributes["brightness"] != 102.0 {
		t.Errorf("the light is %s %v", light.State, light.Attributes)
	}
}
