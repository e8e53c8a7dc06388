package oauth

import (
	"crypto/sha256"
	"encoding/base64"
)

// Verifier is a code_verifier, the example of RFC 7636 App. B.
const Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// S256 is the code_challenge of a verifier (RFC 7636 §4.2).
func S256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Challenge asks for a code that is bound to a verifier.
func Challenge(verifier string) []Change {
	return []Change{Set("code_challenge", S256(verifier)), Set("code_challenge_method", "S256")}
}

// Unbound asks for a code without PKCE, where requests have it.
func Unbound() []Change { return []Change{Drop("code_challenge"), Drop("code_challenge_method")} }
