package linking

import (
	"fmt"
	"sync"
	"testing"

	"github.com/authconform/authconform/mock"
)

func linker(t *testing.T, change func(*Options)) *Linker {
	t.Helper()
	policy := Strict()
	o := Options{Policy: &policy, Clock: &mock.Clock{}, Version: "2026.11.0", Fire: func(string, map[string]any) {}}
	if change != nil {
		change(&o)
	}
	return New(o)
}

// at32 does something from 32 sides at once.
func at32(act func(i int)) {
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() { act(i) })
	}
	wg.Wait()
}

func TestACredentialsIDIsMadeOfDomainAndClient(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"authconform_demo.Home-1": "authconform_demo_home_1",
		"a..b":                    "a_b",
		"__A__":                   "a",
		"äöü":                     "unknown",
		"":                        "unknown",
	} {
		if got := slug(given); got != want {
			t.Errorf("slug of %q: %q, want %q", given, got, want)
		}
	}
	for want, taken := range map[string][]string{"x": {"y"}, "x_2": {"x"}, "x_3": {"x", "x_2"}, "x_4": {"x_3", "x_2", "x"}} {
		if got := numbered("x", taken); got != want {
			t.Errorf("beside %v: %q, want %q", taken, got, want)
		}
	}
}

func TestACredentialIsStoredTidyAndListed(t *testing.T) {
	t.Parallel()
	l := linker(t, nil)
	if list := l.Credentials(); list == nil || len(list) > 0 {
		t.Errorf("at first there are %v", list)
	}
	if _, err := l.CreateCredential(Credential{Domain: "other", ClientID: "home"}); err == nil || err.Code != "invalid_format" {
		t.Errorf("another integration's: %v", err)
	}
	c, err := l.CreateCredential(Credential{Domain: Domain, ClientID: " home\n", ClientSecret: "\ts "})
	want := Credential{ID: Domain + "_home", Domain: Domain, ClientID: "home", ClientSecret: "s"}
	if err != nil || c != want || len(l.Credentials()) != 1 || l.Credentials()[0] != want {
		t.Errorf("%+v %v, want %+v", c, err, want)
	}
}

func TestCredentialsMadeFromManySidesHaveIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	l := linker(t, nil)
	at32(func(int) {
		if _, err := l.CreateCredential(Credential{Domain: Domain, ClientID: "home"}); err != nil {
			t.Error(err)
		}
	})
	ids := map[string]bool{}
	for _, c := range l.Credentials() {
		ids[c.ID] = true
	}
	if len(ids) != 32 {
		t.Errorf("%d ids of 32 credentials", len(ids))
	}
}

func TestCredentialsAreBounded(t *testing.T) {
	t.Parallel()
	l := linker(t, nil)
	for i := range maxCredentials {
		if _, err := l.CreateCredential(Credential{Domain: Domain, ClientID: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.CreateCredential(Credential{Domain: Domain, ClientID: "more"}); err == nil || err.Code != "home_assistant_error" {
		t.Errorf("one too many: %v", err)
	}
}

func TestACredentialInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	l := linker(t, nil)
	used, _ := l.CreateCredential(Credential{Domain: Domain, ClientID: "used"})
	idle, _ := l.CreateCredential(Credential{Domain: Domain, ClientID: "idle"})
	l.link(&entry{id: "e", account: "ben", implementation: used.ID})
	l.link(&entry{id: "c", account: "dora", implementation: cloud})
	for id, want := range map[string]string{used.ID: "home_assistant_error", idle.ID: "", "unknown": "not_found"} {
		got := ""
		if err := l.DeleteCredential(id); err != nil {
			got = err.Code
		}
		if got != want {
			t.Errorf("deleting %s: %q, want %q", id, got, want)
		}
	}
	if list := l.Credentials(); len(list) != 1 || list[0].ID != used.ID {
		t.Errorf("there are %v", list)
	}
	for entryID, want := range map[string]string{"e": used.ID, "c": ""} {
		if got, err := l.CredentialOf(entryID); err != nil || got != want {
			t.Errorf("of entry %s: %q %v, want %q", entryID, got, err, want)
		}
	}
	if _, err := l.CredentialOf("nobody"); err == nil || err.Code != "invalid_config_entry_id" {
		t.Errorf("of no entry: %v", err)
	}
}
