package main

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/authconform/authconform/mockserver"
)

// TestScripts runs testdata/script: each file says how authconform behaves in one respect, as input, command, output, and
// exit code. Beside the usual commands of testscript there are
//
//	exits CODE PROGRAM ARGUMENT…   runs a program, and wants an exit code
//	home                           starts a mock home: $TARGET and $ADDRESS are its own, $OWNER logs in, whose password
//	                               $PASSWORD is in the file password
//	ready FILE                     waits for the ready file of serve, and sets $HOME_URL, $PROVIDER_URL, $OWNER,
//	                               $PASSWORD, and $CONTROL, the token of the control plane
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "home": startHome, "ready": ready},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGUMENT…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code, ended := 0, &exec.ExitError{}
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit %d, want %d", code, want)
	}
	if said := ts.ReadFile("stderr"); strings.Contains(said, "goroutine ") || strings.Contains(said, ".go:") {
		ts.Fatalf("that is no text for a person:\n%s", said)
	}
}

func startHome(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: home")
	}
	s, err := mockserver.Listen("127.0.0.1:0", mockserver.Options{})
	ts.Check(err)
	ts.Defer(s.Stop)
	owner := mockserver.DefaultUsers()[0]
	at, err := url.Parse(s.URL)
	ts.Check(err)
	ts.Setenv("TARGET", s.URL)
	ts.Setenv("ADDRESS", at.Host)
	ts.Setenv("OWNER", owner.Username)
	ts.Setenv("PASSWORD", owner.Password)
	ts.Check(os.WriteFile(ts.MkAbs("password"), []byte(owner.Password+"\n"), 0o600))
}

func ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ready FILE")
	}
	var r readyFile
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patienceOfTests); ; <-tick.C {
		raw, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && json.Unmarshal(raw, &r) == nil {
			break
		}
		if time.Now().After(end) {
			ts.Fatalf("%s is not there: %v", filepath.Base(args[0]), err)
		}
	}
	ts.Setenv("HOME_URL", r.Home.URL)
	if r.Provider != nil {
		ts.Setenv("PROVIDER_URL", r.Provider.URL)
	}
	ts.Setenv("CONTROL", r.Control.Token)
	if len(r.Home.Users) > 0 { // a fresh home has none
		ts.Setenv("OWNER", r.Home.Users[0].Username)
		ts.Setenv("PASSWORD", r.Home.Users[0].Password)
	}
}
