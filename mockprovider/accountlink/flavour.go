package accountlink

import (
	"math/rand/v2"

	"github.com/authconform/authconform/mock"
)

// Flavour makes a policy use the freedom that the specifications leave: more members in frames and responses, another length of
// states. The same seed gives the same flavour.
func Flavour(p *Policy, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a choice, no secret
	length := 20 + r.IntN(40)
	p.NewState = func() string { return mock.Secret(length) }
	if r.IntN(2) == 0 {
		p.Says = func(m map[string]any) map[string]any {
			m["x_flavour"] = []any{1, nil}
			return m
		}
	}
}
