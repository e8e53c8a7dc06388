// Package stand starts mocks to be judged. There is one stand for each kind of target: it starts a mock with a policy and adapts
// the kind's options to it. A run without --target judges such a mock; the proof judges them with defects.
package stand

import (
	"context"
	"net"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/proof/shadow"
)

// Stand starts mocks of one kind. P is the policy of the mock: every decision that it makes, with its stores.
type Stand[P any] struct {
	Kind    kind.Kind
	Strict  func() *P
	Flavour func(p *P, seed uint64) // changes the policy within the texts
	// Start starts a mock with the policy, at prefer if that address is free, and adapts the kind's options: who logs in, which
	// clients there are.
	Start func(p *P, f kind.Flags, prefer string) (*Server, error)
	// Tees watch the objects that the policy's decisions return, such as stores.
	Tees []shadow.Tee
}

// Server is a running mock.
type Server struct {
	Target string
	Clock  *mock.Clock
	Kill   func()
}

// Conforming starts the strict mock.
func (s Stand[P]) Conforming(f kind.Flags, prefer string) (*Server, error) {
	return s.Start(s.Strict(), f, prefer)
}

// Name returns the kind's name.
func (s Stand[P]) Name() string { return s.Kind.Name() }

// Any is a stand with any policy.
type Any interface {
	Name() string
	Conforming(f kind.Flags, prefer string) (*Server, error)
}

// All lists the stands.
func All() []Any { return []Any{Home(), Provider(), AccountLink(), IndieAuth(), MCP()} }

// Kinds lists the kinds of the stands.
func Kinds() kind.Registry {
	return kind.Registry{Home().Kind, Provider().Kind, AccountLink().Kind, IndieAuth().Kind, MCP().Kind}
}

// Of returns the stand of a kind, or nil.
func Of(name string) Any {
	for _, s := range All() {
		if s.Name() == name {
			return s
		}
	}
	return nil
}

// listen starts a mock at prefer if that is free, else anywhere on loopback.
func listen[T any](prefer string, start func(address string) (T, error)) (T, error) {
	if prefer != "" {
		if it, err := start(prefer); err == nil {
			return it, nil
		}
	}
	return start("127.0.0.1:0")
}

// freeAddress returns an unused loopback address: a mock home must know where its judge will listen later.
func freeAddress() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
