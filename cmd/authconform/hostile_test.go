package main

import (
	"crypto/rand"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/harmless"
	"github.com/authconform/authconform/internal/hostile"
	"github.com/authconform/authconform/mockprovider"
)

// The limits of judging a hostile server.
const (
	rowLimit     = 60 * time.Second // runner.SpecTimeout
	walkLimit    = 2 * time.Minute  // run.walkTimeout
	mostFiles    = 32 << 20         // bytes of all files of a run
	mostMemory   = 512 << 20        // bytes of parent and workers together
	hostileProcs = "2"
)

// resting names a row that depends on the answers of each place: it cannot pass where these are spoiled.
var resting = map[hostile.Place]string{
	hostile.Token:    "oauth2.token.access-token,oauth2.token.status-200,oauth2.code.single-use,oauth2.stock.refresh",
	hostile.Metadata: "oauth2.metadata.issuer,oauth2.metadata.endpoints,oauth2.metadata.response-types",
	hostile.Resource: "oauth2.bearer.validates",
	hostile.Socket:   "ha.ws.ping,ha.ws.current-user,ha.ws.refresh-tokens",
	hostile.Page:     "provider.authorize.code,provider.authorize.state",
	hostile.Door:     "oauth2.metadata.issuer",
}

// besieged is a target behind a hostile server, with the flags to judge it.
type besieged struct {
	honest  string
	args    []string
	env     []string
	secrets []string
	walked  bool // pages are opened in a browser, whose memory is not counted
}

// besiege starts the honest servers behind the behaviours: a home, and a provider for pages.
func besiege(t *testing.T) func(hostile.Place) besieged {
	t.Helper()
	home, user, password := mockHome(t, nil)
	const redirect = "http://home.example:8123/auth/external/callback"
	apps := mockprovider.DemoApps(redirect)
	third := mockprovider.Start(t, mockprovider.Options{Apps: apps})
	ben := third.Users[1]
	return func(at hostile.Place) besieged {
		if at == hostile.Page {
			return besieged{honest: third.URL, args: []string{
				"--profile", "provider", "--client-id", apps[0].ID, "--redirect-uri", redirect, "--scope", "profile", "--user", ben.Username,
			}, env: []string{"AUTHCONFORM_PASSWORD=" + ben.Password, "AUTHCONFORM_CLIENT_SECRET=" + apps[0].Secret},
				secrets: []string{apps[0].Secret}}
		}
		return besieged{honest: home.URL, args: []string{"--user", user}, env: []string{"AUTHCONFORM_PASSWORD=" + password}}
	}
}

// judged is the result of judging a hostile server.
type judged struct {
	outcome
	report *evidence.Set
	dir    string
	took   time.Duration
	memory int64
	server *hostile.Server
}

// judge runs against a behaviour that is active from the first request on, or only after the run's first checks.
func (b besieged) judge(t *testing.T, what hostile.Behaviour, door bool) judged {
	t.Helper()
	root := t.TempDir()
	dir, tmp, mark := filepath.Join(root, "out"), filepath.Join(root, "tmp"), "AUTHCONFORM_TEST="+rand.Text()
	if err := os.Mkdir(tmp, 0o755); err != nil {
		t.Fatal(err)
	}
	armed := func() bool { // the record begins after the first checks
		_, err := os.Stat(filepath.Join(dir, evidence.FileName))
		return door || err == nil
	}
	server, err := what.Before(b.honest, armed)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	cmd := program(t.Context(), t, append([]string{
		"run", "--target", server.URL, "--browser", "off", "--report-dir", dir, "--request-timeout", "1s", "--procs", hostileProcs,
		"--select", resting[what.At],
	}, b.args...)...)
	cmd.Env = append(append(cmd.Env, b.env...), mark, "TMPDIR="+tmp)
	started := time.Now()
	peak := watchMemory(mark)
	got := judged{outcome: finish(t, cmd), dir: dir, took: time.Since(started), server: server, memory: peak()}
	if got.report, err = recorded(dir); err != nil && !os.IsNotExist(err) {
		t.Error(err)
	}
	eventually(t, "processes are left", func() bool { return len(descendants(mark, "")) == 0 })
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("%s is left in the folder for temporary files", left[0].Name())
	}
	return got
}

// TestHostileServers: whatever a server does gains it no pass, learns and leaks no secret, and costs little.
func TestHostileServers(t *testing.T) {
	slow(t)
	t.Parallel()
	siege := besiege(t)
	var wg sync.WaitGroup
	defer wg.Wait()
	room := make(chan struct{}, 6) // many of them wait most of the time
	for _, what := range hostile.All() {
		room <- struct{}{}
		besieging := func(t *testing.T) {
			b := siege(what.At)
			holds(t, b, what, b.spoiled(t, what))
			if what.At == hostile.Token || what.At == hostile.Page {
				holds(t, b, what, b.judge(t, what, true))
			}
		}
		wg.Go(func() {
			defer func() { <-room }()
			t.Run(what.Name, besieging)
		})
	}
}

// spoiled judges a behaviour that the run must meet. On a busy machine a run can reach the time limit during its first checks, so
// it gets a second try.
func (b besieged) spoiled(t *testing.T, what hostile.Behaviour) judged {
	t.Helper()
	got := b.judge(t, what, what.At == hostile.Door)
	if got.server.Spoiled() == 0 {
		got = b.judge(t, what, what.At == hostile.Door)
	}
	if got.server.Spoiled() == 0 {
		t.Errorf("nothing was spoiled:\n%s", got.all())
	}
	return got
}

// holds fails where a run against a behaviour broke a promise of docs/security.md.
func holds(t *testing.T, b besieged, what hostile.Behaviour, got judged) {
	t.Helper()
	codes := []int{exit.Failed, exit.NoTarget, exit.Empty}
	if what.Legal {
		codes = append(codes, exit.OK)
	}
	if !slices.Contains(codes, got.code) {
		t.Errorf("exit %d:\n%s", got.code, got.all())
	}
	limit := rowLimit
	if b.walked {
		limit += walkLimit
	}
	if got.took > limit+5*time.Second {
		t.Errorf("it took %s", got.took)
	}
	if got.memory > mostMemory && !raced && !b.walked {
		t.Errorf("its processes hold %d MB", got.memory>>20)
	}
	plainWords(t, got.outcome, got.report)
	if strings.Contains(got.all(), "goroutine ") || strings.Contains(got.all(), "panic") {
		t.Errorf("it shows where it broke:\n%s", got.all())
	}
	if strings.ContainsFunc(got.all(), harmless.Harmful) {
		t.Errorf("a terminal obeys it:\n%q", got.all())
	}
	if got.report != nil && !what.Legal {
		for _, r := range got.report.Results {
			if r.Verdict == evidence.Pass {
				t.Errorf("%s passed", r.ID)
			}
		}
	}
	b.keeps(t, got)
}

// keeps fails where the files of a run are large, or hold a secret or control characters.
func (b besieged) keeps(t *testing.T, got judged) {
	t.Helper()
	secrets := append(got.server.Secrets(), b.secrets...)
	for _, line := range b.env {
		_, secret, _ := strings.Cut(line, "=")
		secrets = append(secrets, secret)
	}
	size, texts := 0, map[string]string{"the output": got.all()}
	_ = filepath.WalkDir(got.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		size += len(raw)
		texts[d.Name()] = string(raw)
		return err
	})
	if size > mostFiles {
		t.Errorf("it leaves %d bytes", size)
	}
	for name, text := range texts {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds the secret %q", name, secret)
			}
		}
		if !strings.HasSuffix(name, ".png") && strings.ContainsFunc(text, harmless.Harmful) {
			t.Errorf("%s holds what a terminal obeys", name)
		}
	}
}

// TestTheRowsThatHostileServersSpoilPassOtherwise is the control of the test above.
func TestTheRowsThatHostileServersSpoilPassOtherwise(t *testing.T) {
	slow(t)
	t.Parallel()
	siege := besiege(t)
	for at := range resting {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			got := siege(at).judge(t, hostile.Honest(at), false)
			if got.code != exit.OK || count(got.report).Pass != len(strings.Split(resting[at], ",")) {
				t.Errorf("exit %d:\n%s", got.code, got.all())
			}
		})
	}
}
