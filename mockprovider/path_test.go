package mockprovider_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockprovider"
)

// TestAnIssuerWithAPathIsFoundWhereRFC8414PutsIt: the well-known part stands between host and path, and nowhere else.
func TestAnIssuerWithAPathIsFoundWhereRFC8414PutsIt(t *testing.T) {
	t.Parallel()
	s := mockprovider.Start(t, mockprovider.Options{Path: "/house/one"})
	const known = "/.well-known/oauth-authorization-server"
	for path, want := range map[string]int{
		known + "/house/one": 200, known: 404, "/house/one" + known: 404, "/house/one/.well-known/openid-configuration": 404,
		"/.well-known/openid-configuration/house/one": 404, known + "/house": 404, known + "/house/one/": 404,
		"/house/one/oauth/authorize": 400, "/house/one/console": 200, "/oauth/authorize": 400, "/house/oneoauth/authorize": 404,
		"/house/one/_authconform/clock": 401,
	} {
		resp, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
		}
		if strings.Contains(path, "console") && !strings.Contains(string(raw), `action="/house/one/console/login"`) {
			t.Errorf("the form of the page leads out of the path:\n%s", raw)
		}
		if want != 200 || !strings.HasPrefix(path, known) {
			continue
		}
		var doc map[string]any
		if err := json.Unmarshal(raw, &doc); err != nil || doc["issuer"] != s.URL+"/house/one" ||
			doc["token_endpoint"] != s.URL+"/house/one/oauth/token" {
			t.Errorf("the metadata: %v %s", err, raw)
		}
	}
}

func TestAPathThatNoRequestCanHaveIsRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://x.example/a//b", "http://x.example/a/../b", "http://x.example/."} {
		if _, err := mockprovider.New(mockprovider.Options{URL: url}); err == nil || !strings.Contains(err.Error(), "/house") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
