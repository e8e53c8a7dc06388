package mock

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheHistoryHasNamesAndNeverValues(t *testing.T) {
	for body, want := range map[string]string{
		"grant_type=x&code=y":                    "code grant_type",
		`{"username":"ada","password":"secret"}`: nameless,
		`{"password":"a=b"}`:                     nameless,
		"secret":                                 nameless,
		"secret&code=x":                          nameless + " code",
		"c2VjcmV0MTIz=":                          nameless,
		"":                                       "",
	} {
		if got := strings.Join(names(body), " "); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
		c := &Call{Request: &http.Request{Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}, Bytes: []byte(body)}
		c.parseForm(true)
		if got := strings.Join(c.names(), " "); got != want {
			t.Errorf("the form %q: %q, want %q", body, got, want)
		}
	}
}

func TestAFaultBeforeTheWorkLeavesItUndone(t *testing.T) {
	for name, c := range map[string]struct {
		fault  Fault
		worked int
	}{
		"a status":                  {Fault{Status: 503}, 0},
		"a status of a lost answer": {Fault{Status: 503, Phase: After}, 1},
		"a lost answer":             {Fault{Truncate: 100}, 1},
		"a header without the work": {Fault{Header: map[string]string{"X": "y"}, Phase: Before}, 0},
	} {
		p := NewPlane(&Clock{}, rules())
		worked := 0
		p.Handle("/x", Methods{http.MethodPost: func(*Call) *Answer { worked++; return JSON(http.StatusOK, "done") }})
		if _, err := p.Faults.Add(c.fault); err != nil {
			t.Fatal(err)
		}
		ask(p, http.MethodPost, "/x", "a=b")
		if worked != c.worked {
			t.Errorf("%s: it was worked off %d times, want %d", name, worked, c.worked)
		}
	}
	if _, err := (&Faults{}).Add(Fault{Status: 503, Phase: "meanwhile"}); err == nil {
		t.Error("a phase that there is not is taken")
	}
}
