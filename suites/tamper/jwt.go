package tamper

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"hash"
	"maps"
	"strings"

	"github.com/authconform/authconform/harness/judge"
)

// Token is a parsed JWT (RFC 7519 §3), to forge others from. The parts are encoded by hand, because a library would refuse to.
type Token struct {
	Header, Claims map[string]any
	Signature      string // base64url
}

// Parse parses a token. If access tokens are no JWTs, the spec is not applicable.
func Parse(ctx context.Context, token string) Token {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		judge.NotApplicable(ctx, "the target's access tokens are not JWTs")
	}
	t := Token{Signature: parts[2]}
	for i, into := range []*map[string]any{&t.Header, &t.Claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, into) != nil || *into == nil {
			judge.NotApplicable(ctx, "the target's access tokens are not JWTs")
		}
	}
	return t
}

// With returns the token with another header member.
func (t Token) With(name string, value any) Token {
	t.Header = maps.Clone(t.Header)
	t.Header[name] = value
	return t
}

// Claim returns the token with another claim.
func (t Token) Claim(name string, value any) Token {
	t.Claims = maps.Clone(t.Claims)
	t.Claims[name] = value
	return t
}

// Unsigned returns header and claims, each followed by a dot, for a signature to be appended.
func (t Token) Unsigned() string {
	header, _ := json.Marshal(t.Header)
	claims, _ := json.Marshal(t.Claims)
	return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims) + "."
}

// Signed returns the token with an HMAC by a key: SHA-512 if alg is HS512, else SHA-256.
func (t Token) Signed(key string) string {
	kind := sha256.New
	if t.Header["alg"] == "HS512" {
		kind = sha512.New
	}
	body := strings.TrimSuffix(t.Unsigned(), ".")
	mac := hmac.New(func() hash.Hash { return kind() }, []byte(key))
	mac.Write([]byte(body))
	return body + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
