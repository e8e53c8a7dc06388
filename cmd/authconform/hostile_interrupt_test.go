package main

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/hostile"
)

// interruptLimit bounds the time from Ctrl-C to the end of the process, whatever hangs.
const interruptLimit = 10 * time.Second

// hanging returns ten behaviours, of all places, that keep the client waiting.
func hanging(t *testing.T) []hostile.Behaviour {
	t.Helper()
	var list []hostile.Behaviour
	for _, b := range hostile.All() {
		if b.Hangs {
			list = append(list, b)
		}
	}
	seeded := mathrand.New(mathrand.NewPCG(14, 10))
	seeded.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
	if len(list) < 10 {
		t.Fatalf("%d behaviours hang", len(list))
	}
	return list[:10]
}

// TestAnInterruptedRunEndsWhateverHangs: at ten moments of ten behaviours, the run ends within ten seconds and leaves no process.
func TestAnInterruptedRunEndsWhateverHangs(t *testing.T) {
	slow(t)
	t.Parallel()
	siege := besiege(t)
	seeded := mathrand.New(mathrand.NewPCG(14, 11))
	for i, what := range hanging(t) {
		moment := time.Duration(seeded.IntN(1500)) * time.Millisecond // after the first answer that hangs
		t.Run(fmt.Sprintf("%s after %s", what.Name, moment), func(t *testing.T) {
			t.Parallel()
			r, spoiled := siege(what.At).hang(t, what, i%2 == 1)
			eventually(t, "nothing hangs", spoiled)
			<-time.After(moment)
			began := time.Now()
			interrupt(r)
			o, report := r.end()
			if took := time.Since(began); took > interruptLimit {
				t.Errorf("it ended after %s", took)
			}
			if o.code != exit.Interrupted || report == nil || report.End.Interrupt == "" {
				t.Errorf("exit %d:\n%s", o.code, o.all())
			}
			r.nobodyLeft()
		})
	}
}

// TestASecondCtrlCEndsAtOnceWhateverHangs, and the workers end by themselves.
func TestASecondCtrlCEndsAtOnceWhateverHangs(t *testing.T) {
	slow(t)
	t.Parallel()
	siege := besiege(t)
	for _, what := range hanging(t)[:3] {
		t.Run(what.Name, func(t *testing.T) {
			t.Parallel()
			r, spoiled := siege(what.At).hang(t, what, false)
			eventually(t, "nothing hangs", spoiled)
			interrupt(r)
			eventually(t, "the first Ctrl-C is not heard", func() bool { return strings.Contains(r.err.String(), "cleaning up at the target") })
			<-time.After(patience + 100*time.Millisecond)
			began := time.Now()
			interrupt(r)
			o, _ := r.end()
			if took := time.Since(began); took > time.Second || o.code != exit.Interrupted {
				t.Errorf("exit %d after %s:\n%s", o.code, took, o.all())
			}
			r.nobodyLeft()
		})
	}
}

// hang starts a run against a behaviour that hangs, from the first request on or only after the run's first checks, and reports
// when it hangs.
func (b besieged) hang(t *testing.T, what hostile.Behaviour, door bool) (*running, func() bool) {
	t.Helper()
	r := &running{t: t, mark: "AUTHCONFORM_TEST=" + rand.Text(), dir: filepath.Join(t.TempDir(), "out")}
	recording := func() bool {
		_, err := os.Stat(filepath.Join(r.dir, evidence.FileName))
		return door || err == nil
	}
	server, err := what.Before(b.honest, recording)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	r.Cmd = program(t.Context(), t, append([]string{
		"run", "--target", server.URL, "--browser", "off", "--report-dir", r.dir, "--procs", hostileProcs, "--select", resting[what.At],
	}, b.args...)...)
	r.Env = append(append(r.Env, b.env...), r.mark)
	r.Stdout, r.Stderr = &r.out, &r.err
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	return r, func() bool { return server.Spoiled() > 0 }
}
