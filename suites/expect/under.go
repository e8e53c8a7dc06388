package expect

import (
	"context"
	"math/rand/v2"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/suites/profiles"
)

type profileKey struct{}
type seedKey struct{}

// Under gives the specs under ctx the profile and the run's seed.
func Under(ctx context.Context, p *profiles.Profile, seed int64) context.Context {
	return context.WithValue(context.WithValue(ctx, profileKey{}, p), seedKey{}, seed)
}

// Answer returns the profile's refusal with a name. If a user's own profile lacks it, the spec is blocked.
func Answer(ctx context.Context, name string) profiles.Answer {
	p, _ := ctx.Value(profileKey{}).(*profiles.Profile)
	a, ok := p.Answers[name]
	if !ok {
		judge.Block(ctx, "profile %s does not define which answer is right; add %s under answers", p.Name, name)
	}
	return a
}

// Inputs returns the profile's additional inputs under a name, or nil.
func Inputs(ctx context.Context, name string) []string {
	p, _ := ctx.Value(profileKey{}).(*profiles.Profile)
	return p.Inputs[name]
}

// Random returns a source of generated input: the same for the same seed and name.
func Random(ctx context.Context, name string) *rand.Rand {
	seed, _ := ctx.Value(seedKey{}).(int64)
	var sum uint64
	for _, b := range []byte(name) {
		sum = sum*31 + uint64(b)
	}
	return rand.New(rand.NewPCG(uint64(seed), sum)) //nolint:gosec // generated input, no secret
}
