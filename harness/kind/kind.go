// Package kind says what a target is, as a value: a kind brings its flags, opens sessions with a target, tells what it
// found there, and gives everything back. Whoever runs or proves knows no more of a target than this. It knows no suite
// and no mock.
package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/authconform/authconform/harness/condition"
)

// Kind is what a target is: a home, a provider, an account-link proxy.
type Kind interface {
	// Name is what profiles call the kind.
	Name() string
	// Flags are its options, at their defaults: a pointer to a struct, for package internal/flags and for JSON.
	Flags() Flags
	// Open makes a session with a target. Nothing is sent to it yet.
	Open(s Setup, t Tools) (Session, error)
}

// Flags are the options of a kind.
type Flags interface {
	// Resolve checks what was given for a target, and reads what it names: files and secrets. Its errors are exit.Usage.
	Resolve(target string) error
	// Tools says what has to stand beside the target.
	Tools() ToolOptions
}

// All runs steps up to the first error: the groups of options that a kind resolves, in their order.
func All(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Setup is everything a session is made from. It travels to workers on their standard input: it holds secrets.
type Setup struct {
	Target string          `json:"target"` // URL
	Mark   string          `json:"mark"`   // part of every name that this run gives at the target
	Flags  json.RawMessage `json:"flags"`  // of the kind, resolved
	Found  json.RawMessage `json:"found"`  // what the parent's session found at the door
}

// Session is one process's stay at a target. Its methods but With may send requests; each runs under a judge.Record.
type Session interface {
	// Look is the door: is there anything to judge, and what does the target say of itself? It is called in the parent only.
	Look(ctx context.Context) (Facts, error)
	// Found is what Look found out, for workers to begin with.
	Found() any
	// With lets the specs under ctx find the roles that the target plays.
	With(ctx context.Context) context.Context
	// Suspect is told that a row ended as it might if nobody were there.
	Suspect()
	// Lost tells why going on makes no sense: a *Loss; nil goes on. It asks the target only where a row gave reason to.
	Lost(ctx context.Context) error
	// GiveBack returns what the last spec took.
	GiveBack(ctx context.Context)
	// Leave gives back everything and ends the session.
	Leave(ctx context.Context) Totals
	// Traces is how the target knows what this session did there: beginnings of client ids.
	Traces() []string
	// Sweep, in the parent, takes back what killed workers left since a time, by their traces. It says what it could not.
	Sweep(ctx context.Context, since time.Time, traces []string) []string
}

// Facts are what a target says of itself, and what can be judged there.
type Facts struct {
	Product string          `json:"product"`
	Version string          `json:"version"` // "2026.11.0"; "": it does not say
	Lacks   condition.Lacks `json:"lacks"`

	// Revision is that of the specification by which the target is judged, where rows differ by it; "": the newest.
	Revision string `json:"revision,omitempty"`
}

// Totals are what a session asked of its target.
type Totals struct {
	Logins   int    `json:"logins"`
	Requests int    `json:"requests"`
	Left     string `json:"left,omitempty"`   // what could not be put back there; "": nothing
	Slowed   string `json:"slowed,omitempty"` // how the target asked for less haste; "": it did not
}

// define is a kind whose options are an F.
type define[F any, P interface {
	*F
	Flags
}] struct {
	name string
	make func() P
	open func(Setup, P, Tools) (Session, error)
}

// Define makes a kind of its name, its options at their defaults, and how a session is opened with them.
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

// Registry is the kinds that a program knows.
type Registry []Kind

// Names lists them.
func (r Registry) Names() []string {
	var names []string
	for _, k := range r {
		names = append(names, k.Name())
	}
	return names
}

// Find finds a kind by its name; nil: there is none.
func (r Registry) Find(name string) Kind {
	for _, k := range r {
		if k.Name() == name {
			return k
		}
	}
	return nil
}

// Decode reads what Encode made; nothing is the zero value.
func Decode(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// Encode is a value as part of a Setup.
func Encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("kind: %v", err)) // options and findings are plain data
	}
	return raw
}
