package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mockserver"
)

// TestInterrupted: Ctrl-C at any time ends with 130 and a partial report, and leaves no process and nothing at the target.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, at := range []int64{1, 4, 9, 40, 300, 1200} {
		t.Run(fmt.Sprintf("before answer %d", at), func(t *testing.T) {
			t.Parallel()
			var r atomic.Pointer[running]
			started := make(chan struct{})
			s := counting(t, func(n int64) {
				if n == at {
					<-started
					interrupt(r.Load())
				}
			})
			before := holding(t, s)
			r.Store(judging(t, s))
			close(started)
			o, report := r.Load().end()
			if o.code != exit.Interrupted || !strings.Contains(o.err, "interrupt") {
				t.Errorf("exit %d:\n%s", o.code, o.all())
			}
			oneLine(t, o.err)
			r.Load().nobodyLeft()
			if after := holding(t, s); after != before {
				t.Errorf("the home held %s, and now %s", before, after)
			}
			if at < 40 {
				return
			}
			if sum := count(report); sum.NotRun == 0 || sum.Fail+sum.Blocked > 0 || report.End.Interrupt == "" {
				t.Errorf("no fair partial report: %s", o.out)
			}
			if !strings.Contains(o.out, "ended early") {
				t.Errorf("the table does not say that the run ended early:\n%s", o.out)
			}
		})
	}
}

// stuck starts a home that stops answering at its n-th answer, until it is released.
func stuck(t *testing.T, from int64) (s *mockserver.Server, reached <-chan struct{}, release func()) {
	t.Helper()
	hang, there := make(chan struct{}), make(chan struct{})
	var once sync.Once
	release = sync.OnceFunc(func() { close(hang) })
	t.Cleanup(release)
	return counting(t, func(n int64) {
		if n >= from {
			once.Do(func() { close(there) })
			<-hang
		}
	}), there, release
}

// TestInterruptedTwice: a second Ctrl-C ends a run that waits for a target that hangs; the workers end by themselves.
func TestInterruptedTwice(t *testing.T) {
	t.Parallel()
	s, reached, release := stuck(t, 200)
	r := judging(t, s)
	<-reached
	interrupt(r)
	eventually(t, "the first Ctrl-C is not heard", func() bool { return strings.Contains(r.err.String(), "cleaning up at the target") })
	ended := make(chan outcome)
	go func() {
		o, _ := r.end()
		ended <- o
	}()
	var o outcome
	eventually(t, "the second Ctrl-C is not heard", func() bool {
		interrupt(r)
		select {
		case o = <-ended:
			return true
		default:
			return false
		}
	})
	if o.code != exit.Interrupted || !strings.Contains(o.err, "stopped immediately") {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
	release()
	r.nobodyLeft()
}

// TestTimeout: --timeout ends a run as Ctrl-C does.
func TestTimeout(t *testing.T) {
	t.Parallel()
	s, _, release := stuck(t, 200)
	before := holding(t, s)
	r := judging(t, s, "--timeout", "1500ms")
	eventually(t, "--timeout is not heard", func() bool { return strings.Contains(r.err.String(), "--timeout 1.5s has passed") })
	release()
	o, report := r.end()
	if o.code != exit.Interrupted || count(report).NotRun == 0 || !strings.Contains(report.End.Interrupt, "--timeout") {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
	r.nobodyLeft()
	if after := holding(t, s); after != before {
		t.Errorf("the home held %s, and now %s", before, after)
	}
}

// TestTargetDies: judged rows keep their verdicts, the rest is blocked, and the run does not wait for the dead target.
func TestTargetDies(t *testing.T) {
	t.Parallel()
	var home atomic.Pointer[mockserver.Server]
	s := counting(t, func(n int64) {
		if n == 300 {
			go home.Load().Kill()
		}
	})
	home.Store(s)
	r := judging(t, s)
	o, report := r.end()
	if o.code != exit.Failed || !strings.Contains(o.err, "cannot be reached") {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
	oneLine(t, o.err)
	if report == nil || evidence.Count(report.Results).Blocked == 0 || evidence.Count(report.Results).Fail > 0 {
		t.Errorf("no fair partial report:\n%s", o.out)
	}
	r.nobodyLeft()
}

// TestWorkerDies: another worker judges the unfinished rows of a killed worker, and the run revokes the tokens that the killed
// one left.
func TestWorkerDies(t *testing.T) {
	t.Parallel()
	o, report := runWithKilled(t, 1)
	if o.code != exit.OK || report == nil {
		t.Fatalf("exit %d:\n%s", o.code, o.all())
	}
	if w := strings.Join(report.End.Warnings, "\n"); !strings.Contains(w, "worker") {
		t.Errorf("the report does not say that a worker was lost: %q", w)
	}
}

// TestWorkerDiesTwice: the rows are then lost, and the run reports an error of the harness.
func TestWorkerDiesTwice(t *testing.T) {
	t.Parallel()
	o, report := runWithKilled(t, 2)
	if o.code != exit.Broken || report == nil {
		t.Fatalf("exit %d:\n%s", o.code, o.all())
	}
	if sum := count(report); sum.Blocked == 0 || sum.Fail > 0 || !strings.Contains(o.out, "token") || !strings.Contains(o.err, "worker") {
		t.Errorf("the verdicts so far are not kept:\n%s", o.all())
	}
	oneLine(t, o.err)
}

// runWithKilled runs with one worker at a time, and kills the first n workers in mid-run.
func runWithKilled(t *testing.T, n int) (outcome, *evidence.Set) {
	t.Helper()
	var r atomic.Pointer[running]
	var mu sync.Mutex
	var answers, killed int // answers since the last kill
	s := counting(t, func(int64) {
		if r.Load() == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if answers++; killed == n || answers < 60 {
			return
		}
		for _, pid := range r.Load().workers() { // one worker, or none between two
			kill(pid)
			answers = 0
			killed++
		}
	})
	before := holding(t, s)
	r.Store(judging(t, s, "--procs", "1", "--select", "section:token,section:refresh,section:long-lived"))
	o, report := r.Load().end()
	r.Load().nobodyLeft()
	if after := holding(t, s); !strings.HasPrefix(after, before[:strings.Index(before, `,"login_flows`)]) {
		t.Errorf("the home held %s, and now %s", before, after)
	}
	return o, report
}

// TestParentDies: workers whose parent was killed give back what they took, and end. Nobody knows a token that was on its way
// when its worker stopped, so a second home may show what the first one could not.
func TestParentDies(t *testing.T) {
	t.Parallel()
	const parents = `"owner":1` // its own session
	var after string
	for range 3 {
		if after = orphaned(t); strings.Contains(after, `"login_flows":0`) && strings.Contains(after, parents) {
			return
		}
	}
	t.Errorf("the home holds %s", after)
}

// orphaned kills the parent of a run in the middle, and returns what the home holds once its workers have ended.
func orphaned(t *testing.T) string {
	var r atomic.Pointer[running]
	started := make(chan struct{})
	s := counting(t, func(n int64) {
		if n == 300 {
			<-started
			kill(r.Load().Process.Pid)
		}
	})
	r.Store(judging(t, s))
	close(started)
	_, _ = r.Load().end()
	r.Load().nobodyLeft()
	return holding(t, s)
}

// TestFullDisk: the console shows the verdicts and names what was lost, and no partial file is left.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := program(t.Context(), t)
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `ulimit -f 8 && exec "$0" "$@"`, os.Args[0],
		"run", "--browser", "off", "--select", "section:token", "--report-dir", dir}
	o := finish(t, cmd)
	if o.code != exit.Broken || !strings.Contains(o.out, "token") || !strings.Contains(o.err, "report.json could not be written") {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
	oneLine(t, o.err)
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if _, err := os.Stat(filepath.Join(dir, "report.json")); err == nil || len(left) > 2 { // besides . and ..
		t.Errorf("half a report is left: %v %v", err, left)
	}
}
