package proof_test

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/run"
	"github.com/authconform/authconform/suites/profiles"
)

// manner is a provider that conforms in its own way or makes one mistake, with the rows that must notice.
type manner struct {
	change   func(*mockprovider.Policy)
	redirect string                // ours; "": of no loopback address
	flags    func(*provider.Flags) // nil: unchanged
	fails    string                // rows, sorted; "": none
	blocks   string
	spares   string // rows that do not apply, beside those that never do
}

// judged returns the rows of a whole run against a provider of a manner, by verdict.
func (m manner) judged(t *testing.T) map[evidence.Verdict][]string {
	t.Helper()
	policy := mockprovider.Strict()
	m.change(policy)
	if m.redirect == "" {
		m.redirect = "http://home.example:8123/auth/external/callback"
	}
	apps := mockprovider.DemoApps(m.redirect)
	third, err := mockprovider.Listen("127.0.0.1:0", mockprovider.Options{Policy: policy, Apps: apps})
	if err != nil {
		t.Fatal(err)
	}
	defer third.Kill()
	f := provider.Kind().Flags().(*provider.Flags)
	f.Browser, f.Clock = "off", "none"
	f.Account.Username, f.Account.Password = third.Users[1].Username, third.Users[1].Password
	f.ClientID, f.Secret, f.OtherClientID, f.OtherSecret, f.PublicClientID = apps[0].ID, apps[0].Secret, apps[1].ID, apps[1].Secret, apps[2].ID
	f.RedirectURI, f.Scope, f.APIURL = m.redirect, "profile devices:read", third.URL+"/api/me"
	if m.flags != nil {
		m.flags(f)
	}
	profile, err := profiles.Load("provider")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, err := run.Run(t.Context(), run.Options{
		Target: third.URL, Profile: profile, Kind: provider.Kind(), Flags: f, Procs: 2, Seed: 1,
		Worker: []string{self, workerWord}, Progress: run.Quiet{}, Stdout: io.Discard,
	})
	if err != nil && exit.Code(err) != exit.Failed {
		t.Fatal(err)
	}
	by := map[evidence.Verdict][]string{}
	for _, row := range r.Results {
		by[row.Verdict] = append(by[row.Verdict], row.ID)
		if row.Verdict.Red(true) {
			t.Logf("%s: %s: %s", row.Verdict, row.ID, row.Reason)
		}
	}
	return by
}

// TestAProviderIsJudgedByItsOwnMistakes: variations that the texts allow fail no row, and a mistake fails the rows that it
// concerns.
func TestAProviderIsJudgedByItsOwnMistakes(t *testing.T) {
	never := (manner{change: func(*mockprovider.Policy) {}}).judged(t)[evidence.NotApplicable]
	for name, m := range manners {
		t.Run(name, func(t *testing.T) {
			by := m.judged(t)
			red := slices.Concat(by[evidence.Fail], by[evidence.Warn])
			for what, c := range map[string]struct {
				got  []string
				want string
			}{
				"fails": {red, m.fails}, "blocks": {by[evidence.Blocked], m.blocks},
				"spares": {slices.DeleteFunc(by[evidence.NotApplicable], func(id string) bool { return slices.Contains(never, id) }), m.spares},
			} {
				slices.Sort(c.got)
				want := strings.Fields(c.want)
				slices.Sort(want)
				if !slices.Equal(c.got, want) {
					t.Errorf("%s %q\nwant %q", what, c.got, want)
				}
			}
		})
	}
}
