package defects

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"hash"
	"strings"
)

// unbase64 decodes base64url; invalid text gives "".
func unbase64(s string) string {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return ""
	}
	return string(raw)
}

// signedWith reports whether a bearer token is a JWT signed with a well-known key.
func signedWith(authorization, key string) bool {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		return false
	}
	for _, make := range []func() hash.Hash{sha256.New, sha512.New} {
		mac := hmac.New(make, []byte(key))
		mac.Write([]byte(parts[0] + "." + parts[1]))
		if base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) == parts[2] {
			return true
		}
	}
	return false
}

// signedWithOwnID reports whether the token's own iss is its key.
func signedWithOwnID(authorization string) bool {
	parts := strings.Split(strings.TrimPrefix(authorization, "Bearer "), ".")
	var claims struct{ Iss string }
	return len(parts) == 3 && json.Unmarshal([]byte(unbase64(parts[1])), &claims) == nil && claims.Iss != "" &&
		signedWith(authorization, claims.Iss)
}
