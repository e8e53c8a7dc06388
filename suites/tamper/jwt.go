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

// Token is a JWT taken apart (RFC 7519 §3), to forge others from. The parts are written by hand: a library would refuse to.
type Token struct {
	Header, Claims map[string]any
	Signature      string // base64url
}

// Parse takes a token apart. The spec is not applicable where access tokens are no JWTs.
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

// With is the token with another member of its header.
func (t Token) With(name string, value any) Token {
	t.Header = maps.Clone(t.Header)
	t.Header[name] = value
	return t
}

// Claim is the token with another claim.
func (t Token) Claim(name string, value any) Token {
	t.Claims = maps.Clone(t.Claims)
	t.Claims[name] = value
	return t
}

// Unsigned is header and claims, each followed by a dot: what a signature is put behind.
func (t Token) Unsigned() string {
	header, _ := json.Marshal(t.Header)
	claims, _ := json.Marshal(t.Claims)
	return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims) + "."
}

// Signed is the token with the HMAC of a key: SHA-512 where alg is HS512, else SHA-256.
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
