package kind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAHeaderForTheProxyIsReadFromFlagAndFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pass.txt")
	if err := os.WriteFile(file, []byte("\nX-Second: two, with a comma\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := Reachable()
	r.Headers = []string{"x-first: one", "@" + file}
	if err := r.Resolve(); err != nil || r.Pass.Get("X-First") != "one" || r.Pass.Get("X-Second") != "two, with a comma" {
		t.Errorf("%v, %v", r.Pass, err)
	}
}

func TestAHeaderThatIsNoneIsRefusedAndNotShown(t *testing.T) {
	t.Parallel()
	for given, says := range map[string]string{
		"X-Secret tell-nobody":       "not a header like NAME:VALUE",
		"X-Secret:":                  "not a header like NAME:VALUE",
		"X Secret: tell-nobody":      "not a header like NAME:VALUE",
		"X-Secret: tell-nobody\x00":  "not a header like NAME:VALUE",
		"authorization: tell-nobody": "Authorization is a header that the rows themselves set",
		"content-type: tell-nobody":  "Content-Type is a header that the rows themselves set",
		"@/nowhere/at/all":           "--header: open /nowhere/at/all",
	} {
		r := Reachable()
		r.Headers = []string{given}
		if err := r.Resolve(); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "tell-nobody") {
			t.Errorf("%q: %v", given, err)
		}
	}
}

func TestAClientCertificateHasItsKey(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "client.pem")
	if err := os.WriteFile(file, authority(t).CertPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	r := Reachable()
	if r.ClientCert = file; r.Resolve() == nil || !strings.Contains(r.Resolve().Error(), "private key") {
		t.Error(r.Resolve())
	}
}
