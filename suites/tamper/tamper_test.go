package tamper

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
)

func TestEachChangeMakesAnotherSecret(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"0", "7f", "aB3-_x", "0123456789abcdef", "ABCDEF", "2718281828"} {
		seen := map[string]string{}
		for _, c := range Secret(secret) {
			if c.Value == secret {
				t.Errorf("%s of %q changes nothing", c.Name, secret)
			}
			if other := seen[c.Name]; other != "" {
				t.Errorf("%q has %s twice", secret, c.Name)
			}
			seen[c.Name] = c.Value
		}
	}
	if got := Secret(""); got != nil {
		t.Errorf("changes of nothing: %v", got)
	}
}

func TestALetterCaseIsSwappedOnlyWhereThereIsOne(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]string{"abc1": "ABC1", "ABC1": "abc1", "aBc1": "ABC1", "123456": ""} {
		got := ""
		for _, c := range Secret(secret) {
			if c.Name == "letter case swapped" {
				got = c.Value
			}
		}
		if got != want {
			t.Errorf("%q becomes %q, want %q", secret, got, want)
		}
	}
}

// value decodes base64 as lenient decoders do: whole bytes, ignoring padding and leftover bits.
func value(s string) string {
	s = strings.TrimRight(s, "=")
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	raw, _ := base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(s))
	return string(raw)
}

func TestAChangeAtTheEndIsOneOfTheValueToo(t *testing.T) {
	t.Parallel()
	for n := 1; n < 40; n++ {
		raw := make([]byte, n)
		for fill := range 256 {
			raw[n-1] = byte(fill)
			for _, secret := range []string{
				base64.RawURLEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
			} {
				for name, changed := range map[string]string{"last": Last(secret), "shorter": Shorter(secret), "longer": Longer(secret)} {
					if name == "last" && strings.HasSuffix(secret, "=") {
						continue // what pads it becomes a letter, which is longer
					}
					if value(changed) == value(secret) {
						t.Fatalf("%s of %q is %q, the same value", name, secret, changed)
					}
				}
			}
		}
	}
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln"
	if got := Longer(token); got != token+"00" {
		t.Errorf("%s", got)
	}
}

func signed(t *testing.T, header, claims, key string) string {
	t.Helper()
	body := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(body))
	return body + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestAForgedTokenKeepsWhatWasNotForged(t *testing.T) {
	t.Parallel()
	good := signed(t, `{"alg":"HS256"}`, `{"exp":1,"iss":"me"}`, "key")
	ctx := judge.With(t.Context(), judge.NewRecord())
	token := Parse(ctx, good)
	for name, c := range map[string]struct{ got, want string }{
		"the right key": {token.Signed("key"), good},
		"another claim": {token.Claim("exp", 2).Signed("key"), signed(t, `{"alg":"HS256"}`, `{"exp":2,"iss":"me"}`, "key")},
		"another header": {token.With("alg", "none").Unsigned(),
			strings.TrimSuffix(signed(t, `{"alg":"none"}`, `{"exp":1,"iss":"me"}`, ""), "")},
		"the old one yet": {token.Signed("key"), good},
	} {
		if !strings.HasPrefix(c.want, strings.TrimSuffix(c.got, ".")) {
			t.Errorf("%s: %s, want %s", name, c.got, c.want)
		}
	}
	if long := token.With("alg", "HS512").Signed("key"); len(long) <= len(good) {
		t.Errorf("HS512 makes %s, which is no longer than HS256's", long)
	}
}

func TestATokenThatIsNoJWTIsNotForged(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"opaque", "a.b", "!.!.!", "bm8.bm8.x"} {
		record := judge.NewRecord()
		judge.Run(func() { Parse(judge.With(context.Background(), record), token) })
		if got := record.Outcome(evidence.Must, true).Verdict; got != evidence.NotApplicable {
			t.Errorf("%s: %s, want not applicable", token, got)
		}
	}
}
