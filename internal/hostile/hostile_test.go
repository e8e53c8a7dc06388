package hostile

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestThereAreEnoughBehavioursAndEachHasItsName(t *testing.T) {
	names := map[string]bool{}
	for _, b := range All() {
		if names[b.Name] || !strings.Contains(b.Name, ".") || !strings.HasSuffix(b.Story, ".") || paths[b.At] == nil {
			t.Errorf("%+v", b)
		}
		names[b.Name] = true
		if _, special := secured[b.Name]; special != (b.answer == nil) {
			t.Errorf("%s has two ways to answer, or none", b.Name)
		}
	}
	if len(names) < 80 {
		t.Errorf("there are %d", len(names))
	}
}

func TestABehaviourSpoilsItsPlaceAloneAndOnlyWhenItIsArmed(t *testing.T) {
	honest := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"granted-by-the-honest","at":"http://`+r.Host+`"}`)
	}))
	defer honest.Close()
	armed := false
	s, err := Behaviour{Name: "x", At: Token, answer: answers(http.StatusTeapot, "")}.Before(honest.URL, func() bool { return armed })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	get := func(path string) int {
		resp, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	got := []int{get("/auth/token"), get("/other")}
	armed = true
	got = append(got, get("/auth/token"), get("/other"))
	if got[0] != 200 || got[1] != 200 || got[2] != http.StatusTeapot || got[3] != 200 || s.Spoiled() != 1 {
		t.Errorf("%d, %d spoiled", got, s.Spoiled())
	}
	if list := s.Secrets(); len(list) != 1 || list[0] != "granted-by-the-honest" {
		t.Errorf("it has seen %q", list)
	}
}
