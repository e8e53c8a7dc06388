package mockprovider

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
)

// Flavour makes a policy use the freedom that the specifications leave: other lengths of secrets, more members, another redirect
// status, Bearer in lower case, no rotation. The same seed gives the same flavour.
func Flavour(p *Policy, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a choice, no secret
	code, token := 20+r.IntN(40), 24+r.IntN(100)
	p.NewCode, p.NewToken = func() string { return mock.Secret(code) }, func() string { return mock.Secret(token) }
	if r.IntN(2) == 0 {
		p.RedirectStatus = mock.Is(http.StatusFound)
	}
	rotate := r.IntN(2) == 0
	p.Rotate = func(app App) bool { return rotate || app.Public } // RFC 9700 §2.2.2
	lower, more := r.IntN(2) == 0, r.IntN(2) == 0
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		v := answer(access, refresh, scope, ttl)
		if lower {
			v["token_type"] = strings.ToLower("Bearer")
		}
		if more {
			v["x_flavour"] = map[string]any{"more": []any{1, nil, "ü"}}
		}
		return v
	}
}
