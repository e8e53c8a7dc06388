// Package indieauth judges what only IndieAuth demands of a server for people's own URLs. The packages below suites/oauth judge
// what every authorization server must do.
package indieauth

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/indieauth"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// requirement names the row that a spec judges. The runner finds level, needs and time limit by it.
func requirement(id string) string { return id }

// vector is an input, with its name.
type vector struct{ name, value string }

func named(v vector) string { return v.name }

// code returns a code for a scope; "" requests none.
func code(ctx Ctx, s *indieauth.Server, scope string) string {
	if scope == "" {
		return oauth.Code(ctx, s, "", oauth.Drop("scope"))
	}
	return oauth.Code(ctx, s, "", oauth.Set("scope", scope))
}

// tokens returns the answer to a code for a scope. Its access token is a control.
func tokens(ctx Ctx, s *indieauth.Server, scope string) *wire.Exchange {
	e := s.Exchange(ctx, code(ctx, s, scope))
	Control(ctx, e).To(IssueTokens())
	return e
}

// member returns an object member of an answer, or nil.
func member(e *wire.Exchange, name string) map[string]any {
	v, _ := e.Object() // any other body has no members
	m, _ := v[name].(map[string]any)
	return m
}

// isProfileURL reports whether a text is a profile URL (IndieAuth §3.2). It allows a port and an address as host, because a
// server under test may have them.
func isProfileURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Path != "" && u.User == nil &&
		!strings.Contains(s, "#") && !strings.Contains(s+"/", "/./") && !strings.Contains(s+"/", "/../")
}
