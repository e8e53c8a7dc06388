package run

import (
	"io"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/suites/profiles"
)

// Options configure one run, resolved from flags, environment and file.
type Options struct {
	Tool    evidence.Tool
	Target  string // URL
	BuiltIn bool   // the target is a mock of this program
	Profile *profiles.Profile
	Kind    kind.Kind  // of the profile
	Flags   kind.Flags // of the kind, resolved

	Select  string
	Core    bool     // only the profile's rows that matter most
	Rerun   string   // the report folder of a run: only what failed or was blocked there; "": all
	Require []string // conditions whose absence is an error
	Procs   int
	Shard   Shard
	Seed    int64
	Timeout time.Duration // of the whole run; 0: none
	Strict  bool

	FailFast bool          // stop at the first failure that the baseline does not explain
	Patience time.Duration // how long to wait for a target that does not answer yet

	ReportDir     string
	Baseline      string
	Known         string // a product whose deliberate deviations are known; "": none
	WriteBaseline string
	Locate        string // the file that failures are shown at; "": the baseline
	Link          string // URL where the reports are published

	Worker   []string  // the command line of a worker
	Progress Progress  // receives events
	Stdout   io.Writer // the verdict table
	Console  reports.ConsoleOptions
}

// Progress receives events to show to a waiting user. Quiet implements it and shows nothing.
type Progress interface {
	Say(format string, args ...any)                       // a plain line
	Row(done, total int, id string, bad evidence.Verdict) // a row has ended
	Wait(what string)
	End()
}

// Quiet shows nothing.
type Quiet struct{}

// Say implements Progress.
func (Quiet) Say(string, ...any) {}

// Row implements Progress.
func (Quiet) Row(int, int, string, evidence.Verdict) {}

// Wait implements Progress.
func (Quiet) Wait(string) {}

// End implements Progress.
func (Quiet) End() {}

// Shard is part I of N (I from 1); the zero value is the whole run.
type Shard struct{ I, N int }
