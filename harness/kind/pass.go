package kind

import (
	"crypto/tls"
	"net/http"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/authconform/authconform/internal/exit"
)

// A target behind an access proxy is reached with a header or a client certificate, which the proxy wants and the login knows
// nothing of. They are secrets.

// judged are headers that rows set, or leave out on purpose: a proxy's must be others.
var judged = []string{"Authorization", "Cookie", "Connection", "Host", "Origin", "Referer", "Transfer-Encoding", "Upgrade", "User-Agent"}

// headers reads those that were given, and those of files.
func (r *Reach) headers() error {
	for _, given := range r.Headers {
		file, isFile := strings.CutPrefix(given, "@")
		if !isFile {
			if err := r.pass("--header", given); err != nil {
				return err
			}
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			return exit.Usagef("--header: %v", err)
		}
		for line := range strings.Lines(string(raw)) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if err := r.pass("--header @"+file, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// pass takes one header. An error shows no value: it is a secret.
func (r *Reach) pass(flag, line string) error {
	name, value, ok := strings.Cut(line, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !ok || !httpguts.ValidHeaderFieldName(name) || value == "" || !httpguts.ValidHeaderFieldValue(value):
		return exit.Usagef("%s: not a header like NAME:VALUE; put a value that contains a comma into a file and give @FILE", flag)
	case slices.Contains(judged, http.CanonicalHeaderKey(name)) || strings.HasPrefix(http.CanonicalHeaderKey(name), "Content-"):
		return exit.Usagef("%s: %s is a header that the rows themselves set; a proxy's header has another name", flag, http.CanonicalHeaderKey(name))
	}
	if r.Pass == nil {
		r.Pass = http.Header{}
	}
	r.Pass.Add(name, value)
	return nil
}

// certificate reads the client certificate and its key.
func (r *Reach) certificate() (err error) {
	if r.ClientCert == "" {
		return nil
	}
	if r.Cert, err = os.ReadFile(r.ClientCert); err != nil {
		return exit.Usagef("--client-cert: %v", err)
	}
	if _, err := tls.X509KeyPair(r.Cert, r.Cert); err != nil {
		return exit.Usagef("--client-cert %s: it must contain a certificate and its private key in PEM form", r.ClientCert)
	}
	return nil
}
