package condition

import (
	"maps"
	"slices"
	"testing"
)

func TestEveryConditionIsKnownByOneWord(t *testing.T) {
	words := Words()
	if len(words) == 0 || len(words) != len(All()) {
		t.Fatalf("%d words of %d conditions", len(words), len(All()))
	}
	for i, n := range All() {
		if !n.Known() || words[i] != string(n) {
			t.Errorf("%s: known %v, written %s", n, n.Known(), words[i])
		}
		if slices.Index(words, words[i]) != i {
			t.Errorf("%s stands twice", n)
		}
	}
	for _, n := range []Name{"", "browsers", "Browser"} {
		if n.Known() {
			t.Errorf("%q is known", n)
		}
	}
}

func TestWhatTheTargetOffersIsNotWhatTheHarnessHas(t *testing.T) {
	for n, offered := range map[Name]bool{
		PKCE: true, Metadata: true, ResourceMetadata: true, Browser: false, Revocation: false, "other": false,
	} {
		if got := n.Offered(); got != offered {
			t.Errorf("%s is offered by the target: %v, want %v", n, got, offered)
		}
	}
}

func TestOnlyALackIsNoted(t *testing.T) {
	lacks := Lacks{}
	lacks.Add(true, Clock, "no clock")
	lacks.Add(false, Browser, "no browser")
	lacks.Add(true, Clock, "give --clock")
	if !maps.Equal(lacks, Lacks{Clock: "give --clock"}) {
		t.Errorf("%v", lacks)
	}
}
