package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/mockserver"
)

// TestMain runs the test binary as authconform itself if the environment asks for it, or if its file has that name, as in
// scripts: so workers, signals and exit codes are real.
func TestMain(m *testing.M) {
	if os.Getenv("BE_AUTHCONFORM") != "" {
		main()
		return
	}
	testscript.Main(m, map[string]func(){"authconform": main})
}

// program returns a command that runs authconform; it is not started yet.
func program(ctx context.Context, t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "BE_AUTHCONFORM=1", "NO_COLOR=1", "AUTHCONFORM_PASSWORD=")
	return cmd
}

// outcome is the result of an invocation.
type outcome struct {
	code     int
	out, err string
}

func (o outcome) all() string { return o.out + o.err }

func finish(t *testing.T, cmd *exec.Cmd) outcome {
	t.Helper()
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

func invoke(t *testing.T, args ...string) outcome {
	t.Helper()
	return finish(t, program(t.Context(), t, args...))
}

// recorded reads the run of a folder. Without a run the error is os.ErrNotExist.
func recorded(dir string) (*evidence.Set, error) {
	if _, err := os.Stat(filepath.Join(dir, evidence.FileName)); err != nil {
		return nil, err
	}
	return evidence.Read(dir)
}

// judge runs against a target as its owner and reads the report.
func judge(t *testing.T, url, user, password string, args ...string) (outcome, *evidence.Set) {
	t.Helper()
	return judgeIn(t, nil, url, user, password, args...)
}

// judgeIn is judge with more in the environment.
func judgeIn(t *testing.T, env []string, url, user, password string, args ...string) (outcome, *evidence.Set) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	cmd := program(t.Context(), t, append([]string{"run", "--target", url, "--browser", "off", "--report-dir", dir}, args...)...)
	cmd.Env = append(append(cmd.Env, "AUTHCONFORM_USER="+user, "AUTHCONFORM_PASSWORD="+password), env...)
	o := finish(t, cmd)
	r, err := recorded(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return o, r
}

// count sums up a run; nil counts as empty.
func count(s *evidence.Set) evidence.Summary {
	if s == nil {
		return evidence.Summary{}
	}
	return evidence.Count(s.Results)
}

// mockHome starts a mock home and names its owner.
func mockHome(t *testing.T, change func(*mockserver.Options)) (s *mockserver.Server, user, password string) {
	t.Helper()
	var o mockserver.Options
	if change != nil {
		change(&o)
	}
	s, err := mockserver.Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	for _, u := range mockserver.DefaultUsers() {
		if u.Owner {
			return s, u.Username, u.Password
		}
	}
	t.Fatal("the demo has no owner")
	return nil, "", ""
}

// oneLine fails unless the text is short, made for people, and no stack trace.
func oneLine(t *testing.T, text string) {
	t.Helper()
	if text = strings.TrimSpace(text); text == "" || strings.Contains(text, "goroutine ") || strings.Contains(text, ".go:") {
		t.Errorf("no readable error: %q", text)
	}
}

// slow skips a test that starts hundreds of processes if -short is given, or under the race detector, which slows each of them down.
// script/test-slow runs these tests.
func slow(t *testing.T) {
	t.Helper()
	if raced || testing.Short() {
		t.Skip("slow: go test ./cmd/authconform -run " + t.Name())
	}
}
