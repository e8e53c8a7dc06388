package oauth

import (
	"strings"
	"testing"
)

func TestASecretIsReadAsPeopleHaveIt(t *testing.T) {
	const plain = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	for text, want := range map[string]string{
		plain: plain, strings.ToLower(plain): plain, "JBSW Y3DP EHPK 3PXP\tJBSW Y3DP EHPK 3PXP\n": plain, "jbsw-y3dp": "JBSWY3DP",
		"MFRGG===": "MFRGG", "": "", "  ": "",
		"otpauth://totp/x?secret=" + plain: plain,
		"OTPAUTH://TOTP/Home:ada?issuer=Home&secret=jbsw%20y3dp&digits=6&period=30&algorithm=sha1": "JBSWY3DP",
	} {
		if got, err := TOTPSecret(text); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"garbage!1": "base32", "0189": "base32", "otpauth://totp/x": "no secret", "otpauth://hotp/x?secret=" + plain: "otpauth://totp",
		"otpauth://totp/x?secret=0189": "base32", "otpauth://totp/x?digits=8&secret=" + plain: "digits 8",
		"otpauth://totp/x?algorithm=SHA256&secret=" + plain: "algorithm SHA256",
	} {
		got, err := TOTPSecret(text)
		if err == nil || got != "" || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), plain) {
			t.Errorf("%q: %q, %v, want %q", text, got, err, says)
		}
	}
}
