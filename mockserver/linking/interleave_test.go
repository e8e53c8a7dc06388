package linking

import (
	"slices"
	"testing"
	"time"
)

// Decisions are made outside of the linker's lock, on what it held then. These tests change it while they are made: a
// decision under the lock would wait for ever, and one that is not made again would be wrong.

func TestAnIDIsChosenAgainWhereAnotherCredentialCameBetween(t *testing.T) {
	t.Parallel()
	l := linker(t, nil)
	between := true
	l.Policy().CredentialID = func(base string, taken []string) string {
		if between {
			between = false
			if _, err := l.CreateCredential(Credential{Domain: Domain, ClientID: "home"}); err != nil {
				t.Error(err)
			}
		}
		return numbered(base, taken)
	}
	if _, err := l.CreateCredential(Credential{Domain: Domain, ClientID: "home"}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range l.Credentials() {
		ids = append(ids, c.ID)
	}
	if want := []string{Domain + "_home", Domain + "_home_2"}; !slices.Equal(ids, want) {
		t.Errorf("ids %v, want %v", ids, want)
	}
}

func TestAnAccountIsLookedForAgainWhereAnotherCameBetween(t *testing.T) {
	t.Parallel()
	for other, want := range map[string]bool{"ben": false, "dora": true} {
		l := linker(t, nil)
		between := true
		l.Policy().Known = func(linked []string, account string) bool {
			if between {
				between = false
				l.link(&entry{id: "between", account: other})
			}
			return slices.Contains(linked, account)
		}
		if got := l.link(&entry{id: "first", account: "ben"}); got != want {
			t.Errorf("while %s is linked: %v, want %v", other, got, want)
		}
	}
}

func TestDecisionsMayLookAtTheLinker(t *testing.T) {
	t.Parallel()
	p := newThird(t)
	l := p.home(t)
	looked := 0
	look := func() bool {
		looked++
		return len(l.Credentials())+len(l.Entries())+len(l.Progress()) > 0
	}
	strict := Strict()
	l.Policy().InUse = look
	l.Policy().ReauthOnce = look
	l.Policy().CallbackOnce = look
	l.Policy().KeepsToken = look
	l.Policy().Outcome = func(f Failure) Outcome { look(); return strict.Outcome(f) }
	l.Policy().CredentialOf = func(way string, list []Credential) string { look(); return strict.CredentialOf(way, list) }
	id := linked(t, l)
	p.status.Store(400)
	l.Clock.Advance(2 * time.Hour)
	l.Use(t.Context(), id)
	way, err := l.CredentialOf(id)
	if err != nil {
		t.Fatal(err)
	}
	if refused := l.DeleteCredential(way); refused == nil {
		t.Error("a credential in use is deleted")
	}
	if looked < 6 {
		t.Errorf("%d decisions were made", looked)
	}
}
