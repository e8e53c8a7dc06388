package doctor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// answer is a test server's answer at a path.
type answer struct {
	status int
	header map[string]string
	body   any // JSON, or a text as it is
}

// at maps "METHOD path" or path to a test server's answers.
type at map[string]answer

// served starts a server whose answers contain its own URL.
func served(t *testing.T, make func(own string) at) string {
	t.Helper()
	var answers at
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, there := answers[r.Method+" "+r.URL.Path]
		if !there {
			a, there = answers[r.URL.Path]
		}
		if !there {
			a = answer{status: http.StatusNotFound, body: "404: Not Found"}
		}
		text, isText := a.body.(string)
		if !isText && a.body != nil {
			raw, _ := json.Marshal(a.body)
			text = string(raw)
			w.Header().Set("Content-Type", "application/json")
		}
		for name, value := range a.header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(max(a.status, 200))
		_, _ = fmt.Fprint(w, text)
	}))
	t.Cleanup(s.Close)
	answers = make(s.URL)
	return s.URL
}

type object = map[string]any

const (
	wellKnown = "/.well-known/oauth-authorization-server"
	protected = "/.well-known/oauth-protected-resource"
)

// home returns the answers of a home under a name that it knows.
func home(own string) at {
	return at{
		"/api/mcp": {http.StatusUnauthorized, map[string]string{"WWW-Authenticate": `Bearer resource_metadata="` + own + protected + `"`}, nil},
		protected:  {body: object{"resource": own, "authorization_servers": []string{own}}},
		wellKnown: {body: object{
			"issuer": own, "authorization_endpoint": own + "/auth/authorize", "token_endpoint": own + "/auth/token",
			"response_types_supported": []string{"code"}, "code_challenge_methods_supported": []string{"S256"},
			"token_endpoint_auth_methods_supported": []string{"none"}, "client_id_metadata_document_supported": true,
		}},
		"/auth/authorize": {body: "<html>"},
		"/auth/providers": {body: object{"providers": []any{}}},
	}
}

// without returns a home with a changed member of a document; nil removes it.
func without(path, member string, value func(own string) any) func(string) at {
	return func(own string) at {
		h := home(own)
		doc := h[path].body.(object)
		if doc[member] = value(own); doc[member] == nil {
			delete(doc, member)
		}
		return h
	}
}

func is(v any) func(string) any { return func(string) any { return v } }

// but returns a home with some other answers; the zero answer is 404.
func but(change func(own string) at) func(string) at {
	return func(own string) at {
		h := home(own)
		for path, a := range change(own) {
			if h[path] = a; a.status == 0 && a.body == nil {
				delete(h, path)
			}
		}
		return h
	}
}

func ids(causes []Cause) (list []string) {
	for _, c := range causes {
		list = append(list, c.ID)
	}
	return list
}

const (
	usual   = "path-metadata-missing no-registration" // remarks of every home
	ts      = "TypeScript SDK 1,TypeScript SDK 2"
	ts2     = "TypeScript SDK 2"
	py      = "Python SDK 1,Python SDK 2"
	allSDKs = ts + ",Go SDK," + py

	gone = "http://127.0.0.1:1" // where nothing listens
)

var page = answer{header: map[string]string{"Content-Type": "text/html"}, body: "<html>log in"}

func challenged(link func(own string) string) func(string) at {
	return but(func(own string) at {
		return at{"/api/mcp": {401, map[string]string{"WWW-Authenticate": `Bearer resource_metadata="` + link(own) + `"`}, nil}}
	})
}

// holds checks properties of every diagnosis, and that all clients in words are stopped; "" means that none is.
func holds(t *testing.T, d *Diagnosis, words string) {
	t.Helper()
	for _, c := range d.Causes {
		if c.What == "" || c.Change == "" || strings.Contains(c.What+c.Change, "s3cr3t") || len(c.What+c.Change) > 330 {
			t.Errorf("%s: %q %q", c.ID, c.What, c.Change)
		}
	}
	for _, c := range d.Clients {
		known := c.Verdict == In || c.Verdict == Unknown || len(c.By) > 0
		if c.Source == "" || !known {
			t.Errorf("%s: %s by %q, source %q", c.Name, c.Verdict, c.By, c.Source)
		}
		for _, id := range c.By {
			if !slices.Contains(ids(d.Causes), id) {
				t.Errorf("%s: it is stopped by %s, which is not among the causes", c.Name, id)
			}
		}
		if words == "" && c.Verdict == Stopped {
			t.Errorf("%s is stopped by %q", c.Name, c.By)
		}
	}
	for name := range strings.SplitSeq(words, ",") {
		if name == "" {
			continue
		}
		i := slices.IndexFunc(d.Clients, func(c Client) bool { return strings.HasPrefix(c.Name, name) })
		if i < 0 || d.Clients[i].Verdict != Stopped {
			t.Errorf("%s is not stopped", name)
		}
	}
}
