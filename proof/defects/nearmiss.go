package defects

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// nearMissDefects accept a near miss of a secret.
var nearMissDefects = []Defect[mockserver.Policy]{
	{
		ID: "near.code-trimmed", Story: "Spaces around a code are trimmed.",
		Aims:   []string{"ha.code.near-miss"},
		Change: takes(codeGrant, folded("code", strings.TrimSpace)),
	},
	{
		ID: "near.code-case", Story: "Codes are parsed as hexadecimal numbers, so letter case does not matter.",
		Aims:   []string{"ha.code.near-miss"},
		Change: takes(codeGrant, folded("code", strings.ToLower)),
	},
	{
		ID: "near.code-to-nul", Story: "A code is cut at its first NUL.",
		Aims:   []string{"ha.code.near-miss"},
		Change: takes(codeGrant, folded("code", toNUL)),
	},
	{
		ID: "near.refresh-trimmed", Story: "Spaces around a refresh token are trimmed.",
		Aims:   []string{"ha.refresh.near-miss"},
		Change: takes(refreshGrant, folded("refresh_token", strings.TrimSpace)),
	},
	{
		ID: "near.refresh-case", Story: "Refresh tokens are compared as numbers.",
		Aims:   []string{"ha.refresh.near-miss"},
		Change: takes(refreshGrant, folded("refresh_token", strings.ToLower)),
	},
	{
		ID: "near.verifier-trimmed", Story: "Spaces around a verifier are trimmed.",
		Aims:   []string{"ha.pkce.near-verifier"},
		Change: takes(codeGrant, folded("code_verifier", strings.TrimSpace)),
	},
	{
		ID: "near.verifier-unquoted", Story: "Quotes around a verifier are removed.",
		Aims:   []string{"ha.pkce.near-verifier"},
		Change: takes(codeGrant, folded("code_verifier", func(s string) string { return strings.Trim(s, "\"") })),
	},
	{
		ID: "near.method-trimmed", Story: "Spaces around a method are trimmed.",
		Aims:   []string{"ha.pkce.near-challenge"},
		Change: opens(foldedMember("code_challenge_method", strings.TrimSpace)),
	},
	{
		ID: "near.method-case", Story: "The method is compared without regard to case.",
		Aims:   []string{"ha.pkce.near-challenge", "oauth2.pkce.unknown-method"},
		Change: opens(foldedMember("code_challenge_method", strings.ToUpper)),
	},
	{
		ID: "near.challenge-trimmed", Story: "Spaces around a challenge are trimmed.",
		Aims:   []string{"ha.pkce.near-challenge"},
		Change: opens(foldedMember("code_challenge", strings.TrimSpace)),
	},
	{
		ID: "near.challenge-cut", Story: "Only the first 43 characters of a challenge are compared.",
		Aims:   []string{"ha.pkce.near-challenge"},
		Change: opens(foldedMember("code_challenge", func(s string) string { return s[:min(len(s), 43)] })),
	},
	{
		ID: "near.factor-loses-challenge", Story: "After a second factor the code is issued without the challenge.",
		Aims:   []string{"ha.mfa.pkce"},
		Change: losesChallenge,
	},
	{
		ID: "near.revoke-trimmed", Story: "Spaces around a token to be revoked are trimmed.",
		Aims:   []string{"ha.revoke.near-miss"},
		Change: takes(revokeRequest, folded("token", strings.TrimSpace)),
	},
	{
		ID: "near.revoke-case", Story: "A token to be revoked is compared without regard to case.",
		Aims:   []string{"ha.revoke.near-miss"},
		Change: takes(revokeRequest, folded("token", strings.ToLower)),
	},
}

// folded changes a field of a form as a careless comparison does.
func folded(name string, as func(string) string) func(mock.Request) mock.Request {
	return withFields(func(v url.Values) {
		if v.Has(name) {
			v.Set(name, as(v.Get(name)))
		}
	})
}

// foldedMember does the same to a member of JSON.
func foldedMember(name string, as func(string) string) func(map[string]any) {
	return func(m map[string]any) {
		if s, ok := m[name].(string); ok {
			m[name] = as(s)
		}
	}
}

func toNUL(s string) string { before, _, _ := strings.Cut(s, "\x00"); return before }
