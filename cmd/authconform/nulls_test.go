package main

import (
	"slices"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/proof/nulls"
)

// TestNullTargets: a null target, as a home and as an MCP endpoint, gets no pass that it did not earn, and its run ends within
// its limit.
func TestNullTargets(t *testing.T) {
	slow(t)
	t.Parallel()
	healthy, user, password := mockHome(t, nil)
	for profile, path := range map[string]string{"home-assistant": "", "mcp": "/api/mcp"} {
		for _, null := range nulls.All() {
			t.Run(profile+"/"+null.Name, func(t *testing.T) {
				t.Parallel()
				deserves(t, null, healthy.URL, func(url string) (outcome, *evidence.Set) {
					return judge(t, url+path, user, password, "--profile", profile, "--request-timeout", "4s")
				})
			})
		}
	}
}

// TestNullThirdParties: nor does a null provider, IndieAuth server or account-link proxy.
func TestNullThirdParties(t *testing.T) {
	slow(t)
	t.Parallel()
	const redirect = "http://127.0.0.1:8123/auth/external/callback"
	apps := mockprovider.DemoApps(redirect)
	secret := []string{"AUTHCONFORM_CLIENT_SECRET=" + apps[0].Secret}
	healthy := mockprovider.Start(t, mockprovider.Options{Apps: apps})
	ben := healthy.Users[1]
	client := func(url string) []string {
		return []string{
			"--client-id", apps[0].ID, "--redirect-uri", redirect,
			"--authorize-url", url + "/oauth/authorize", "--token-url", url + "/oauth/token",
		}
	}
	for profile, flags := range map[string]func(url string) []string{
		"provider":     client,
		"oauth2":       client,
		"indieauth":    func(string) []string { return nil },
		"account-link": func(string) []string { return []string{"--service", "authconform_demo"} },
	} {
		for _, null := range nulls.All() {
			t.Run(profile+"/"+null.Name, func(t *testing.T) {
				t.Parallel()
				deserves(t, null, healthy.URL, func(url string) (outcome, *evidence.Set) {
					args := append([]string{"--profile", profile, "--request-timeout", "4s"}, flags(url)...)
					return judgeIn(t, secret, url, ben.Username, ben.Password, args...)
				})
			})
		}
	}
}

// deserves judges a null target, and fails unless nothing passed and the run ended in time.
func deserves(t *testing.T, null nulls.Null, healthy string, judge func(url string) (outcome, *evidence.Set)) {
	t.Helper()
	url, stop := null.Start(healthy)
	t.Cleanup(stop)
	started := time.Now()
	o, report := judge(url)
	if took := time.Since(started); took > time.Minute && null.Name != "drops" {
		t.Errorf("it took %s", took)
	}
	if null.Name == "drops" { // a conforming home behind a bad line has earned its passes
		return
	}
	if o.code == exit.NoTarget {
		oneLine(t, o.err)
	}
	plainWords(t, o, report)
	if o.code != exit.Failed && o.code != exit.NoTarget {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
	if report == nil {
		return
	}
	for _, r := range report.Results {
		// Its answers have the right shape and are no server errors.
		earned := null.Earns && (slices.Contains(unguarded, r.Section) || r.ID == "ha.providers.listed")
		if r.Verdict == evidence.Pass && !earned {
			t.Errorf("%s passed", r.ID)
		}
	}
}

// unguarded are the sections whose rows a target that accepts everything may meet: they show no credential.
var unguarded = []string{"metadata", "robustness", "onboarding", "advisory", "authorize"}
