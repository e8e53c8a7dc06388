// Package kind describes kinds of targets as values: a kind has flags, opens sessions with a target, says what it
// found there, and cleans up. The runner and the proof know nothing else about a target. It knows no suite
// and no mock.
package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/authconform/authconform/harness/condition"
)

// Kind is a kind of target: a home, a provider, an account-link proxy.
type Kind interface {
	// Name is what profiles call the kind.
	Name() string
	// Flags are its options with their defaults: a pointer to a struct, for package internal/flags and for JSON.
	Flags() Flags
	// Open creates a session with a target. It sends nothing yet.
	Open(s Setup, t Tools) (Session, error)
}

// Flags are the options of a kind.
type Flags interface {
	// Resolve checks the options for a target, and reads the files and secrets that they name. Its errors are exit.Usage.
	Resolve(target string) error
	// Tools says which tools the target needs.
	Tools() ToolOptions
}

// All runs steps in order up to the first error: the groups of options that a kind resolves.
func All(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Setup is everything that a session is created from. It contains secrets, so workers get it on standard input.
type Setup struct {
	Target string          `json:"target"` // URL
	Mark   string          `json:"mark"`   // part of every name that this run creates at the target
	Flags  json.RawMessage `json:"flags"`  // of the kind, resolved
	Found  json.RawMessage `json:"found"`  // what the parent's session found before the first row
	Procs  int             `json:"procs"`  // rows that may run at once
}

// Session is one process's session with a target. All methods except With may send requests; each runs under a judge.Record.
type Session interface {
	// Look checks whether there is anything to judge, and what the target says about itself. Only the parent calls it.
	Look(ctx context.Context) (Facts, error)
	// Found is what Look found out, for workers to start from.
	Found() any
	// With makes the target's roles available to the specs under ctx.
	With(ctx context.Context) context.Context
	// Suspect tells the session that a row ended as if the target were gone.
	Suspect()
	// Lost says why the run cannot continue, as a *Loss; nil means that it can. It asks the target only after a suspicion.
	Lost(ctx context.Context) error
	// GiveBack removes what the last spec created.
	GiveBack(ctx context.Context)
	// Leave removes everything and ends the session.
	Leave(ctx context.Context) Totals
	// Traces are the prefixes of client ids by which the target identifies what this session did.
	Traces() []string
	// Sweep, in the parent, removes what killed workers left since a time, by their traces. It says what it could not remove.
	Sweep(ctx context.Context, since time.Time, traces []string) []string
}

// Facts are what a target says about itself, and what can be judged there.
type Facts struct {
	Product string          `json:"product"`
	Version string          `json:"version"` // "2026.11.0"; "": it does not say
	Lacks   condition.Lacks `json:"lacks"`

	// Revision is the revision of the specification that the target is judged by; "" means the newest.
	Revision string `json:"revision,omitempty"`

	// Crowded says how rows would disturb each other if they ran at once; "": they would not, as far as is known.
	Crowded string `json:"crowded,omitempty"`
}

// Totals count a session's requests and logins.
type Totals struct {
	Logins   int    `json:"logins"`
	Requests int    `json:"requests"`
	Left     string `json:"left,omitempty"`   // what could not be put back there; "": nothing
	Slowed   string `json:"slowed,omitempty"` // how the target asked for less haste; "": it did not
}

// define is a kind with options of type F.
type define[F any, P interface {
	*F
	Flags
}] struct {
	name string
	make func() P
	open func(Setup, P, Tools) (Session, error)
}

// Define returns a kind with its name, its options' defaults, and the function that opens a session.
func Define[F any, P interface {
	*F
	Flags
}](name string, defaults func() P, open func(Setup, P, Tools) (Session, error)) Kind {
	return define[F, P]{name, defaults, open}
}

func (d define[F, P]) Name() string { return d.name }
func (d define[F, P]) Flags() Flags { return d.make() }

func (d define[F, P]) Open(s Setup, t Tools) (Session, error) {
	flags := d.make()
	if err := json.Unmarshal(s.Flags, flags); err != nil {
		return nil, fmt.Errorf("options of the kind %s: %w", d.name, err)
	}
	return d.open(s, flags, t)
}

// Registry is the list of kinds that a program knows.
type Registry []Kind

// Names lists them.
func (r Registry) Names() []string {
	var names []string
	for _, k := range r {
		names = append(names, k.Name())
	}
	return names
}

// Find returns the kind with the name, or nil.
func (r Registry) Find(name string) Kind {
	for _, k := range r {
		if k.Name() == name {
			return k
		}
	}
	return nil
}

// Decode reads what Encode wrote; empty input is the zero value.
func Decode(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// Encode encodes a value as part of a Setup.
func Encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("kind: %v", err)) // options and findings always encode
	}
	return raw
}
