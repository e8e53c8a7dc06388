package main

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// TestStepsJudgeAsFormsDo: a provider with three mistakes gets the same verdicts when steps walk it in a browser as it gets
// without one: from the pages, from the parameters sent back, and from the redirect itself.
func TestStepsJudgeAsFormsDo(t *testing.T) {
	t.Parallel()
	needsBrowser(t)
	const redirect = "http://127.0.0.1:8123/auth/external/callback"
	policy := mockprovider.Strict()
	policy.RedirectStatus = mock.Is(307)
	policy.Return = func(v url.Values) url.Values {
		if v.Has("error") {
			v.Set("error", "denied")
		}
		v.Del("iss")
		return v
	}
	apps := mockprovider.DemoApps(redirect)
	p, err := mockprovider.Listen("127.0.0.1:0", mockprovider.Options{Policy: policy, Apps: apps})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	ben := p.Users[1]
	want := map[string]evidence.Verdict{
		"provider.authorize.denied":          evidence.Fail,
		"provider.authorize.redirect-status": evidence.Fail,
		"provider.authorize.iss":             evidence.Warn,
		"provider.authorize.state":           evidence.Pass,
		"provider.authorize.wrong-password":  evidence.Pass,
		"provider.authorize.no-store":        evidence.Note,
	}
	verdicts := func(args ...string) map[string]evidence.Verdict {
		o, report := judgeIn(t, []string{"AUTHCONFORM_CLIENT_SECRET=" + apps[0].Secret}, p.URL, ben.Username, ben.Password, append([]string{
			"--profile", "provider", "--client-id", apps[0].ID, "--redirect-uri", redirect, "--scope", "profile devices:read",
			"--select", strings.Join(slices.Sorted(maps.Keys(want)), ","),
		}, args...)...)
		if o.code != exit.Failed {
			t.Fatalf("exit %d\n%s", o.code, o.all())
		}
		all, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{apps[0].Secret, ben.Password} {
			if strings.Contains(string(all)+o.all(), secret) {
				t.Errorf("%v: a secret is in the report or on the console", args)
			}
		}
		got := map[string]evidence.Verdict{}
		for _, r := range report.Results {
			got[r.ID] = r.Verdict
		}
		return got
	}
	forms, steps := verdicts(), verdicts("--steps", "auto", "--browser", "auto")
	if !maps.Equal(forms, steps) {
		t.Errorf("as forms %v\nby steps %v", forms, steps)
	}
	for id, want := range want {
		if steps[id] != want {
			t.Errorf("%s: %s, want %s", id, steps[id], want)
		}
	}
}
