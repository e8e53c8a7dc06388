package run

import (
	"io"
	"time"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/stage"
	"github.com/authconform/authconform/reports"
)

// Options are one run, resolved from flags, environment and file.
type Options struct {
	Tool     reports.Tool
	Target   string // URL
	BuiltIn  bool   // the target is the built-in mock
	Profile  string
	Account  oauth.Account
	Onboard  bool // create the owner first; the account is the new owner's
	CAFile   []byte
	Insecure bool

	Browser string // auto, off, a path, ws://…
	Clock   string // auto, none, wait, a command
	Control stage.Control
	Site    stage.Site
	SiteCA  *clientsite.CA // nil: made for this run

	Provider    *provider.Config // our clients at a target that is a provider; nil: it is a home
	AccountLink string           // host:port at which the target looks for its account-link proxy; "": nowhere

	Select  string
	Require []string // needs whose absence is an error
	Procs   int
	Shard   Shard
	Seed    int64
	Timeout time.Duration // of the whole run; 0: none
	Strict  bool

	ReportDir     string
	Baseline      string
	WriteBaseline string

	Worker   []string  // the command line of a worker
	Progress Progress  // told what happens
	Stdout   io.Writer // the verdict table
	Console  reports.ConsoleOptions
}

// Progress is told what a person wants to know while waiting. The null implementation is Quiet.
type Progress interface {
	Say(format string, args ...any)                      // a plain line
	Row(done, total int, id string, bad reports.Verdict) // a row has ended
	Wait(what string)
	End()
}

// Quiet says nothing.
type Quiet struct{}

// Say implements Progress.
func (Quiet) Say(string, ...any) {}

// Row implements Progress.
func (Quiet) Row(int, int, string, reports.Verdict) {}

// Wait implements Progress.
func (Quiet) Wait(string) {}

// End implements Progress.
func (Quiet) End() {}

// Shard is part I of N (I from 1); the zero value is the whole.
type Shard struct{ I, N int }
