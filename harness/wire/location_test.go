package wire

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestALocationIsReadAsBrowsersDo(t *testing.T) {
	for sent, want := range map[string]string{
		"/next?a=b":                                "/next?a=b",
		`https://evil.example\@app.example/cb`:     "https://evil.example/@app.example/cb",
		`\\evil.example/cb`:                        "http://evil.example/cb",
		`https://app.example/cb?to=a\b`:            `https://app.example/cb?to=a\b`,
		"https://app.example/cb?redirect=http://x": "https://app.example/cb?redirect=http://x",
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Location"] = []string{sent}
			w.WriteHeader(http.StatusFound)
		}))
		e := New(Options{Base: s.URL}).Do(t.Context(), Request{Method: http.MethodGet, URL: s.URL})
		if e.Err != nil || e.Status != http.StatusFound || e.Header.Get("Location") != sent {
			t.Errorf("%s: %d to %q, %v", sent, e.Status, e.Header.Get("Location"), e.Err)
		}
		if want[0] == '/' {
			want = s.URL + want
		}
		if got, err := e.Resolve(sent); got != want || err != nil {
			t.Errorf("%s leads to %q, want %q (%v)", sent, got, want, err)
		}
		s.Close()
	}
}

func TestAnAnswerWhoseLocationIsNoURLIsAnAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[::1/%zz")
		w.WriteHeader(http.StatusFound)
	}))
	defer s.Close()
	e := New(Options{Base: s.URL}).Do(t.Context(), Request{Method: http.MethodGet, URL: s.URL})
	if e.Err != nil || e.Status != http.StatusFound || e.Header.Get("Location") != "http://[::1/%zz" {
		t.Errorf("%s", e)
	}
	if _, err := e.Resolve(e.Header.Get("Location")); err == nil {
		t.Error("it leads somewhere")
	}
}
