package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/proof/stand"
	"github.com/authconform/authconform/run"
	_ "github.com/authconform/authconform/suites/all" // the specs
)

// workerWord makes this program a worker of a run. It is not a subcommand: only authconform itself uses it.
const workerWord = "worker-of-a-run"

// worker runs a worker process. It reads its job from standard input and writes events to standard output.
func worker() int {
	rest()
	bounded()
	signal.Ignore(syscall.SIGPIPE) // if the parent was killed, still give everything back
	defer runner.Tidy()
	out := os.Stdout
	os.Stdout = os.Stderr // whoever prints must not spoil the events
	if err := run.Work(mortal{os.Stdin}, out, stand.Kinds()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exit.Broken
	}
	return exit.OK
}

// mortal is the input of a worker. The worker ends with it: the parent kills one that hangs, and without a parent it ends itself.
type mortal struct{ io.Reader }

// Read implements io.Reader.
func (m mortal) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if err != nil {
		time.AfterFunc(runner.OrphanTimeout, func() { runner.Tidy(); os.Exit(exit.Broken) })
	}
	return n, err
}
