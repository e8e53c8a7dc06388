package oauth

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/wire"
)

// FuzzTokens: everything read from a token endpoint's answer occurs in it, and no lifetime is negative.
func FuzzTokens(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":1800}`,
		`{"access_token":1,"expires_in":"1e400"}`, `{"access_token":{"a":[]},"expires_in":-1}`, `[]`, `{"expires_in":1e308}`,
		"\xef\xbb\xbf{}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		e := &wire.Exchange{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
		tokens := Granted(e, "home")
		if tokens.Expires < 0 || tokens.ClientID != "home" || len(tokens.Access) > 3*len(body) {
			t.Errorf("%q is read as %+v", body, tokens)
		}
	})
}

// FuzzReturn: everything read from a redirect is a value of its URL.
func FuzzReturn(f *testing.F) {
	for _, seed := range []string{
		"http://127.0.0.1/cb?code=a&state=b", "http://h/#error=x", "hass://auth?code", "//[::1%25/?code=x", "?code=%zz",
		"http://h/?code=a;b&code=c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, where string) {
		var r Return
		r.Came(where)
		if r.Query == nil && r.Code+r.State+r.Iss+r.Error != "" {
			t.Errorf("%q: nothing came, but %q was read", where, r.Code+r.State+r.Iss+r.Error)
		}
		if r.Code != "" && !strings.Contains(where, "code") && !strings.Contains(where, "%") {
			t.Errorf("%q has no code, but %q was read", where, r.Code)
		}
	})
}

// FuzzTOTPSecret: a text is a secret that gives codes, or an error that does not show the text.
func FuzzTOTPSecret(f *testing.F) {
	for _, seed := range []string{
		"JBSW Y3DP EHPK 3PXP", "jbswy3dpehpk3pxp====", "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP", "otpauth://hotp/a?secret=",
		"otpauth:\x00",
		"otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=8", "0189", "ÄÖ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		secret, err := TOTPSecret(text)
		_, given, _ := strings.Cut(text, "secret=")
		switch {
		case err == nil && secret != "" && len(TOTP(secret, time.Unix(0, 0))) != 6:
			t.Errorf("%q is taken as a secret that makes no code", text)
		case err != nil && len(given) > 12 && strings.Contains(err.Error(), given):
			t.Errorf("%q is shown: %v", given, err)
		}
	})
}
