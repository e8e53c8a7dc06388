package kind

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

func TestWhatDoesNotWorkIsToldBeforeTheRun(t *testing.T) {
	plane := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_authconform/clock" {
			http.NotFound(w, r)
		} else if r.Header.Get("Authorization") != "Bearer right" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(plane.Close)
	elsewhere := Control{URL: plane.URL + "/x", Token: "right"}
	for name, c := range map[string]struct {
		with ToolOptions
		want string
	}{
		"nothing was given":       {ToolOptions{Browser: "off"}, ""},
		"a control plane":         {ToolOptions{Browser: "off", Control: Control{URL: plane.URL, Token: "right"}}, ""},
		"a wrong token":           {ToolOptions{Browser: "off", Control: Control{URL: plane.URL, Token: "wrong"}}, "it refuses the token"},
		"no control plane":        {ToolOptions{Browser: "off", Control: elsewhere}, "it answers 404 Not Found"},
		"nobody there":            {ToolOptions{Browser: "off", Control: Control{URL: "http://127.0.0.1:1"}}, "nothing listens there"},
		"a command that works":    {ToolOptions{Browser: "off", Clock: "true"}, ""},
		"a command that does not": {ToolOptions{Browser: "off", Clock: "false"}, "--clock: asked to move nothing (+0s), the command"},
		"no browser":              {ToolOptions{Browser: "/bin/false"}, "it does not start as a Chromium"},
	} {
		tools, err := OpenTools("http://127.0.0.1:1", c.with, 0, func(string) {})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if err == nil {
			_ = tools.Close(t.Context())
		}
	}
}

func TestTheOtherSchemeIsRecognised(t *testing.T) {
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	c := wire.New(wire.Options{Base: strings.Replace(secure.URL, "https", "http", 1)})
	if err := Reached(get(t.Context(), c)); err == nil || !strings.Contains(err.Error(), "is it https:// instead of http://?") {
		t.Errorf("http asked of https: %v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	c = wire.New(wire.Options{Base: strings.Replace(plain.URL, "http", "https", 1)})
	if err := Reached(get(t.Context(), c)); err == nil || !strings.Contains(err.Error(), "http://") {
		t.Errorf("https asked of http: %v", err)
	}
	c = wire.New(wire.Options{Base: plain.URL})
	if err := Reached(get(t.Context(), c)); err != nil {
		t.Errorf("an answer: %v", err)
	}
}
