package wire

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestTheProxysHeaderGoesToTheTargetAlone: every request to the target carries it, and no request to another trusted origin does.
func TestTheProxysHeaderGoesToTheTargetAlone(t *testing.T) {
	t.Parallel()
	var seen []string
	note := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.Header.Get("X-Pass")) })
	target, other := httptest.NewServer(note), httptest.NewServer(note)
	defer target.Close()
	defer other.Close()
	c := New(Options{Base: target.URL + "/base", Trusted: []string{other.URL}, Pass: http.Header{"X-Pass": {"in"}}})
	for name, ask := range map[string]func(base string) error{
		"a request": func(base string) error {
			return c.Do(t.Context(), Request{Method: http.MethodGet, URL: base + "/x"}).Err
		},
		"the client beneath": func(base string) error {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/x", nil)
			if err != nil {
				return err
			}
			resp, err := c.HTTP().Do(r)
			if err == nil {
				_ = resp.Body.Close()
			}
			return err
		},
	} {
		seen = nil
		if err := ask(target.URL); err != nil || len(seen) != 1 || seen[0] != "in" {
			t.Errorf("%s to the target: %v, %v", name, seen, err)
		}
		seen = nil
		if err := ask(other.URL); err != nil || len(seen) != 1 || seen[0] != "" {
			t.Errorf("%s elsewhere: %v, %v", name, seen, err)
		}
	}
	seen = nil
	if e := c.Raw(t.Context(), Request{Method: http.MethodGet, URL: "/x", Host: "target"}); e.Err != nil || len(seen) != 1 || seen[0] != "in" {
		t.Errorf("raw: %v, %v", seen, e.Err)
	}
}
