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

// workerWord makes this program a worker of a run. It is no subcommand: nobody calls it.
const workerWord = "worker-of-a-run"

// worker is the life of a worker process. Its job comes on standard input, its events go to standard output.
func worker() int {
	rest()
	bounded()
	signal.Ignore(syscall.SIGPIPE) // of a parent that was killed: what was made is given back all the same
	defer runner.Tidy()
	out := os.Stdout
	os.Stdout = os.Stderr // whoever prints must not spoil the events
	if err := run.Work(mortal{os.Stdin}, out, stand.Kinds()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exit.Broken
	}
	return exit.OK
}

// mortal is the input of a worker, whose end is the worker's: what hangs then is ended by the parent, and without one by itself.
type mortal struct{ io.Reader }

// Read implements io.Reader.
func (m mortal) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if err != nil {
		time.AfterFunc(runner.OrphanTimeout, func() { runner.Tidy(); os.Exit(exit.Broken) })
	}
	return n, err
}
