// Package stand is where mocks stand to be judged: one stand for each kind of target, which starts a mock of a policy and
// makes the kind's options fit it. A run without --target judges what stands there; the proof judges what is wrong with it.
package stand

import (
	"context"
	"net"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/proof/shadow"
)

// Stand starts mocks of one kind. P is the policy of the mock: every decision that it makes, with what it stores.
type Stand[P any] struct {
	Kind    kind.Kind
	Strict  func() *P
	Flavour func(p *P, seed uint64) // conforms in another way
	// Start starts a mock of the policy, at an address if that is free, and fits the kind's options: who logs in, which
	// clients there are.
	Start func(p *P, f kind.Flags, prefer string) (*Server, error)
	// Tees watch the objects that decisions of the policy return, as stores.
	Tees []shadow.Tee
}

// Server is a mock that stands.
type Server struct {
	Target string
	Clock  *mock.Clock
	Kill   func()
}

// Conforming starts the strict mock.
func (s Stand[P]) Conforming(f kind.Flags, prefer string) (*Server, error) {
	return s.Start(s.Strict(), f, prefer)
}

// Name is the kind's.
func (s Stand[P]) Name() string { return s.Kind.Name() }

// Any is a stand, whatever its policy.
type Any interface {
	Name() string
	Conforming(f kind.Flags, prefer string) (*Server, error)
}

// All lists the stands.
func All() []Any { return []Any{Home(), Provider(), AccountLink(), IndieAuth(), MCP()} }

// Kinds lists the kinds that they are of.
func Kinds() kind.Registry {
	return kind.Registry{Home().Kind, Provider().Kind, AccountLink().Kind, IndieAuth().Kind, MCP().Kind}
}

// Of is the stand of a kind; nil: there is none.
func Of(name string) Any {
	for _, s := range All() {
		if s.Name() == name {
			return s
		}
	}
	return nil
}

// listen starts a mock at an address if that is free, or anywhere on loopback.
func listen[T any](prefer string, start func(address string) (T, error)) (T, error) {
	if prefer != "" {
		if it, err := start(prefer); err == nil {
			return it, nil
		}
	}
	return start("127.0.0.1:0")
}

// freeAddress is one on loopback that nobody uses: a mock home must know where its judge will listen later.
func freeAddress() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
