package reports

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
)

func TestTheDeliberateDeviationsOfAProductAreKnownAndNeverStale(t *testing.T) {
	if !slices.Contains(Products(), "home-assistant") {
		t.Fatal(Products())
	}
	ids := []string{"provider.pkce.public", "mcp.as.redirect-registered", "mcp.as.redirect-https", "mcp.rs.audience", "mcp.as.https"}
	b, err := KnownOf("home-assistant", ids, func(string) []string { return nil })
	if err != nil {
		t.Fatal(err)
	}
	fails := func(id string, vectors ...string) evidence.Result {
		failures := []evidence.Failure{{Vector: strings.Join(vectors, "")}}
		return evidence.Result{ID: id, Verdict: evidence.Fail, Vectors: vectors, Failures: failures}
	}
	s := &evidence.Set{Results: []evidence.Result{
		fails("mcp.rs.audience"), {ID: "mcp.as.https", Verdict: evidence.Pass},
		fails("mcp.as.redirect-registered", "another host"), fails("mcp.rs.no-token"),
	}}
	b.Apply(s, time.Now())
	want := []evidence.Verdict{evidence.KnownFail, evidence.Pass, evidence.Fail, evidence.Fail}
	for i, r := range s.Results {
		if r.Verdict != want[i] {
			t.Errorf("%s: %s, want %s", r.ID, r.Verdict, want[i])
		}
	}
	if len(s.Problems) > 0 || !strings.Contains(s.Results[0].Known, "https://") {
		t.Errorf("%v, %q", s.Problems, s.Results[0].Known)
	}
	if _, err := KnownOf("home-asistant", ids, nil); err == nil || !strings.Contains(err.Error(), `did you mean "home-assistant"?`) {
		t.Error(err)
	}
}
