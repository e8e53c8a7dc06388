package oauth

import (
	"testing"
	"time"
)

// challenge is what Challenge(Verifier) adds to a request (RFC 7636 App. B).
const challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"

func TestAChallengeIsThatOfTheRFC(t *testing.T) {
	if got, want := S256(Verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; got != want {
		t.Errorf("%s, want %s (RFC 7636 App. B)", got, want)
	}
	if got := (Form{}).Apply(Challenge(Verifier)...).Encode(); got != challenge {
		t.Errorf("%s, want %s", got, challenge)
	}
}

// TestAOneTimeCodeIsThatOfTheRFC: RFC 6238 App. B, SHA-1; of its eight digits the test uses the last six.
func TestAOneTimeCodeIsThatOfTheRFC(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // "12345678901234567890"
	for seconds, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := TOTP(secret, time.Unix(seconds, 0)); got != want {
			t.Errorf("at %d: %s, want %s", seconds, got, want)
		}
	}
}

func TestASecretOfACodeIsBase32(t *testing.T) {
	at := time.Unix(59, 0)
	for secret, want := range map[string]string{
		"gezdgnbvgy3tqojqgezdgnbvgy3tqojq": "287082", // small letters
		"MFRGG===":                         TOTP("MFRGG", at),
		"not base32!":                      "",
		"":                                 "",
	} {
		if got := TOTP(secret, at); got != want {
			t.Errorf("%q: %q, want %q", secret, got, want)
		}
	}
}
