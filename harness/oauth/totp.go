package oauth

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as authenticators use it
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// TOTP is the six-digit code of a base32 secret at a time (RFC 6238, 30 s steps, SHA-1). An invalid secret gives
// "".
func TOTP(secret string, at time.Time) string {
	plain := strings.ToUpper(strings.TrimRight(secret, "="))
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(plain)
	if err != nil || len(key) == 0 {
		return ""
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[offset:])&0x7fffffff)%1e6)
}

// TOTPSecret reads a secret as users have it: in groups, in lower case, or as the otpauth link of a QR code. The error never
// shows it. "" means no secret.
func TOTPSecret(text string) (string, error) {
	text = strings.TrimSpace(text)
	if scheme, _, ok := strings.Cut(text, ":"); ok && strings.EqualFold(scheme, "otpauth") {
		link, err := url.Parse(text)
		if err != nil || !strings.EqualFold(link.Host, "totp") {
			return "", errors.New("not a link like otpauth://totp/NAME?secret=…")
		}
		q := link.Query()
		for name, usual := range map[string]string{"algorithm": "SHA1", "digits": "6", "period": "30"} {
			if value := q.Get(name); value != "" && !strings.EqualFold(value, usual) {
				return "", fmt.Errorf("the link has %s %s; homes use %s", name, value, usual)
			}
		}
		if text = q.Get("secret"); text == "" {
			return "", errors.New("the link has no secret")
		}
	}
	secret := strings.ToUpper(strings.TrimRight(strings.Map(grouped, text), "="))
	if text != "" && TOTP(secret, time.Time{}) == "" {
		return "", errors.New("neither a base32 secret (letters and the digits 2 to 7) nor an otpauth link")
	}
	return secret, nil
}

// grouped removes the separators between the groups of a secret.
func grouped(r rune) rune {
	if unicode.IsSpace(r) || r == '-' {
		return -1
	}
	return r
}
