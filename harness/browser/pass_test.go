package browser

import (
	"net/http"
	"os"
	"testing"
)

func TestPagesCarryTheProxysHeader(t *testing.T) {
	if shared == nil {
		newPage(t) // skips or fails without a browser
	}
	var seen []string
	server := site(t, map[string]any{
		"/": func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.Header.Get("X-Pass"))
			_, _ = w.Write([]byte("<!doctype html><link rel=icon href=data:,><p>home"))
		},
		"/script": func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.Header.Get("X-Pass")) },
	})
	o, err := Find(os.Getenv("AUTHCONFORM_BROWSER"))
	ok(t, err)
	o.Pass, o.Origins = http.Header{"X-Pass": {"in"}}, []string{server.URL}
	b, err := Start(t.Context(), o)
	ok(t, err)
	defer b.Close()
	p, err := b.NewPage(t.Context())
	ok(t, err)
	defer p.Close()
	open(t, p, server.URL)
	_, err = Eval[int](t.Context(), p, `async () => (await fetch("/script")).status`)
	ok(t, err)
	if len(seen) != 2 || seen[0] != "in" || seen[1] != "in" {
		t.Errorf("%q", seen)
	}
}
