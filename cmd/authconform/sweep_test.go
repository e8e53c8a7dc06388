package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

// sweepAll is the variable that makes the sweep take every defect (script/sweep); without it the sweep takes a sample.
const sweepAll = "AUTHCONFORM_SWEEP"

// sweepAims is the variable that makes the sweep judge only the rows that a defect aims at: quick, but no proof of a plain run.
const sweepAims = "AUTHCONFORM_SWEEP_AIMS"

// everyNth is the sampling interval of the sweep. Some defects that runs once rejected before the first row are always taken.
const everyNth = 300

var onceAtTheDoor = []string{"client-id.needs-https", "pkce.required", "thirdparty.text-plain", "token.created"}

// TestEveryDefectIsFoundByAPlainRun: a plain run against a served defect exits with 1 and fails one of the rows that the defect
// aims at. The test counts and lists the defects that a run rejects before the first row.
func TestEveryDefectIsFoundByAPlainRun(t *testing.T) {
	slow(t)
	t.Parallel()
	whole := os.Getenv(sweepAll)
	catalogue, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	sweep := &sweep{catalogue: catalogue}
	slots := make(chan struct{}, 2)
	t.Run("defects", func(t *testing.T) {
		for _, s := range proof.Subjects() {
			for i, d := range proof.Own(s) {
				drawn := i%everyNth == 1 || slices.Contains(onceAtTheDoor, d.ID)
				if whole == "" && !drawn || whole != "" && whole != "all" && !strings.HasPrefix(d.ID, whole) {
					continue
				}
				t.Run(d.ID, func(t *testing.T) {
					t.Parallel()
					slots <- struct{}{}
					defer func() { <-slots }()
					sweep.one(t, s.Kind().Name(), d)
				})
			}
		}
	})
	t.Logf("%d defects are found by a plain run; %d end at the door:\n%s\n%d need what a plain run has not:\n%s",
		sweep.found, len(sweep.door), strings.Join(sweep.door, "\n"), len(sweep.beyond), strings.Join(sweep.beyond, "\n"))
}

// sweep counts the results so far.
type sweep struct {
	catalogue *requirements.Catalogue

	mu           sync.Mutex
	found        int
	door, beyond []string
}

func (s *sweep) note(to *[]string, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*to = append(*to, line)
}

// one serves a defect and runs against it.
func (s *sweep) one(t *testing.T, kind string, d proof.Defect) {
	args, env := beside(t, kind, d.ID)
	args = append(args, s.rows(t, kind, d)...)
	dir := filepath.Join(t.TempDir(), "out")
	cmd := program(t.Context(), t, append([]string{"run", "--report-dir", dir}, args...)...)
	cmd.Env = append(cmd.Env, env...)
	o := finish(t, cmd)
	set, err := recorded(dir)
	plainWords(t, o, set)
	if o.code == exit.NoTarget {
		s.note(&s.door, d.ID+": "+strings.TrimSpace(o.err))
		if golden, err := proof.GoldenOf(kind); err != nil || golden.Effect(d.ID, "") != proof.AtDoor {
			t.Errorf("it ends at the door, and should not: %s", o.err)
		}
		return
	}
	if err != nil {
		t.Fatalf("exit %d: %v\n%s", o.code, err, o.all())
	}
	failed, judged := s.aimed(set, d)
	switch {
	case failed && (o.code == exit.Failed || s.soft(d)):
		s.mu.Lock()
		defer s.mu.Unlock()
		s.found++
	case !judged:
		s.note(&s.beyond, d.ID)
	default:
		t.Errorf("exit %d, and none of %v fails\n%s", o.code, d.Aims, o.out)
	}
}

// aimed reports whether a row that the defect aims at failed, and whether one was judged.
func (s *sweep) aimed(set *evidence.Set, d proof.Defect) (failed, judged bool) {
	for _, r := range set.Results {
		if !slices.Contains(d.Aims, r.ID) {
			continue
		}
		judged = judged || r.Verdict != evidence.NotRun && r.Verdict != evidence.NotApplicable
		failed = failed || r.Verdict == evidence.Fail || r.Verdict == evidence.Warn || r.Verdict == evidence.Note
	}
	return failed, judged
}

// soft reports whether no row that the defect aims at makes a run red.
func (s *sweep) soft(d proof.Defect) bool {
	return !slices.ContainsFunc(d.Aims, func(id string) bool {
		r, ok := s.catalogue.Lookup(id)
		return ok && r.Level == evidence.Must
	})
}

// rows chooses profile, browser and rows: all rows without a browser, or only the aims where they need one.
func (s *sweep) rows(t *testing.T, kind string, d proof.Defect) []string {
	profile, browser := "", true
	for _, name := range profiles.Names() {
		p, err := profiles.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Select(s.catalogue) {
			if p.Kind == kind && slices.Contains(d.Aims, r.ID) && profile == "" {
				profile = name
			}
			if slices.Contains(d.Aims, r.ID) && !slices.Contains(r.Needs, condition.Browser) {
				browser = false
			}
		}
	}
	if browser || os.Getenv(sweepAims) != "" {
		return []string{"--profile", profile, "--select", strings.Join(d.Aims, ",")}
	}
	return []string{"--profile", profile, "--browser", "off"}
}

// beside serves a defect with everything that a run of the kind needs, and returns the run's arguments and environment.
func beside(t *testing.T, kind, defect string) (args, env []string) {
	const redirect = "http://127.0.0.1:8123/auth/external/callback"
	ca := t.TempDir()
	serve := []string{"--defect", defect, "--client-site-ca", ca}
	if kind != "home" && kind != "mcp" {
		serve = append(serve, "--provider", "127.0.0.1:0", "--account-link", "127.0.0.1:0")
	}
	if kind == "indieauth" {
		serve = append(serve, "--indieauth", "127.0.0.1:0")
	}
	r := serving(t, serve...)
	switch kind {
	case "indieauth":
		ben := r.IndieAuth.Users[1]
		return []string{"--target", r.IndieAuth.URL, "--me", ben.Me, "--user", ben.Username, "--control-url", r.Control.URL},
			[]string{"AUTHCONFORM_PASSWORD=" + ben.Password, "AUTHCONFORM_CONTROL_TOKEN=" + r.Control.Token}
	case "home":
		owner := r.Home.Users[0]
		return []string{"--target", r.Home.URL, "--user", owner.Username, "--control-url", r.Control.URL, "--client-site-ca", ca},
			[]string{"AUTHCONFORM_PASSWORD=" + owner.Password, "AUTHCONFORM_CONTROL_TOKEN=" + r.Control.Token}
	case "mcp":
		owner, target := r.Home.Users[0], r.Home.URL+"/api/mcp"
		return []string{
				"--target", target, "--user", owner.Username, "--control-url", r.Control.URL, "--client-site-ca", ca, "--also-host", "localhost",
			},
			[]string{"AUTHCONFORM_PASSWORD=" + owner.Password, "AUTHCONFORM_CONTROL_TOKEN=" + r.Control.Token}
	case "account-link":
		ben, trust := r.Provider.Users[1], filepath.Join(ca, "proxy.pem")
		if err := os.WriteFile(trust, []byte(r.AccountLink.CA), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{
			"--target", r.AccountLink.URL, "--user", ben.Username, "--ca-file", trust, "--service", "authconform_demo",
			"--trust-origin", r.Provider.URL,
		}, []string{"AUTHCONFORM_PASSWORD=" + ben.Password}
	}
	dora, ben := r.Provider.Users[0], r.Provider.Users[1]
	one, other, public := app(t, r, dora, redirect, false), app(t, r, dora, redirect, false), app(t, r, dora, redirect, true)
	return []string{
			"--target", r.Provider.URL, "--user", ben.Username, "--control-url", r.Control.URL, "--redirect-uri", redirect,
			"--client-id", one.ID, "--other-client-id", other.ID, "--public-client-id", public.ID,
			"--scope", "profile devices:read", "--api-url", r.Provider.URL + "/api/me", "--revoke-url", r.Provider.URL + "/oauth/revoke",
			"--authorize-url", r.Provider.URL + "/oauth/authorize", "--token-url", r.Provider.URL + "/oauth/token",
		}, []string{
			"AUTHCONFORM_PASSWORD=" + ben.Password, "AUTHCONFORM_CONTROL_TOKEN=" + r.Control.Token,
			"AUTHCONFORM_CLIENT_SECRET=" + one.Secret, "AUTHCONFORM_OTHER_CLIENT_SECRET=" + other.Secret,
		}
}

// registered is an app in the provider's console.
type registered struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

// app registers one, as a developer would.
func app(t *testing.T, r readyFile, dora readyUser, redirect string, public bool) (made registered) {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"name": "sweep", "redirect_uris": []string{redirect}, "public": public})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.Provider.URL+"/console/api/apps", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(dora.Username, dora.Password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&made); err != nil || made.ID == "" {
		t.Fatalf("no app is registered: %s, %v", resp.Status, err)
	}
	return made
}
