package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// patienceOfTests bounds the waits of tests; none should need a tenth of it.
const patienceOfTests = 30 * time.Second

// running is an invocation that has not ended yet.
type running struct {
	*exec.Cmd
	t        *testing.T
	mark     string // in the environment of all its descendants
	out, err lines
	dir      string // report folder
}

// judging starts a run against a home, with a report folder.
func judging(t *testing.T, s *mockserver.Server, args ...string) *running {
	t.Helper()
	return judgingIn(t, s, nil, args...)
}

// judgingIn is judging with more in the environment.
func judgingIn(t *testing.T, s *mockserver.Server, env []string, args ...string) *running {
	t.Helper()
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("this system has no /proc to look for processes in")
	}
	r := &running{t: t, mark: "AUTHCONFORM_TEST=" + rand.Text(), dir: filepath.Join(t.TempDir(), "out")}
	owner := mockserver.DefaultUsers()[0]
	r.Cmd = program(t.Context(), t, append([]string{
		"run", "--target", s.URL, "--user", owner.Username, "--browser", "off", "--report-dir", r.dir, "--control-url", s.URL}, args...)...)
	r.Env = append(r.Env, r.mark, "AUTHCONFORM_PASSWORD="+owner.Password, "AUTHCONFORM_CONTROL_TOKEN="+s.ControlToken)
	r.Env = append(r.Env, env...)
	r.Stdout, r.Stderr = &r.out, &r.err
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// end waits for the end and reads the report, nil without one.
func (r *running) end() (outcome, *evidence.Set) {
	r.t.Helper()
	_ = r.Wait()
	report, err := recorded(r.dir)
	if err != nil && !os.IsNotExist(err) {
		r.t.Error(err)
	}
	return outcome{r.ProcessState.ExitCode(), r.out.String(), r.err.String()}, report
}

// workers lists the live worker processes.
func (r *running) workers() []int { return descendants(r.mark, workerWord) }

// nobodyLeft fails unless every process of the run ends by itself.
func (r *running) nobodyLeft() {
	r.t.Helper()
	eventually(r.t, "processes are left", func() bool { return len(descendants(r.mark, "")) == 0 })
}

// descendants finds processes by a marker in their environment and a word in their command line.
func descendants(mark, word string) []int {
	ours := processes("environ", func(env string) bool { return slices.Contains(strings.Split(env, "\x00"), mark) })
	called := processes("cmdline", func(line string) bool { return strings.Contains(line, word) })
	return slices.DeleteFunc(ours, func(pid int) bool { return !slices.Contains(called, pid) })
}

// processes finds processes by the content of one of their files in /proc.
func processes(file string, wanted func(text string) bool) (pids []int) {
	paths, _ := filepath.Glob("/proc/[0-9]*/" + file)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil || !wanted(string(text)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func eventually(t *testing.T, otherwise string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patienceOfTests); time.Now().Before(end); <-tick.C {
		if holds() {
			return
		}
	}
	t.Fatal(otherwise)
}

// lines is a buffer that is safe for reads during writes.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// counting starts a home that calls before ahead of each answer, with the answer's number.
func counting(t *testing.T, before func(n int64)) *mockserver.Server {
	t.Helper()
	var n atomic.Int64
	s, _, _ := mockHome(t, func(o *mockserver.Options) {
		o.Policy = mockserver.Strict()
		o.Policy.Answer = func(_ mock.Request, a mock.Answer) mock.Answer {
			before(n.Add(1))
			return a
		}
	})
	return s
}

// holding returns the state of a home: refresh tokens by user, login flows, users.
func holding(t *testing.T, s *mockserver.Server) string {
	t.Helper()
	var snapshot struct {
		Tokens map[string]int `json:"refresh_tokens"`
		Flows  int            `json:"login_flows"`
	}
	for name, into := range map[string]any{"snapshot": &snapshot} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/_authconform/"+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.ControlToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || json.Unmarshal(raw, into) != nil {
			t.Fatalf("control plane: %s %v", raw, err)
		}
	}
	raw, err := json.Marshal(snapshot) // a snapshot's tokens name every user
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func interrupt(r *running) { _ = r.Process.Signal(os.Interrupt) }

func kill(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}
