package kind

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// Reach says how a target is reached.
type Reach struct {
	CAFile   string `flag:"ca-file" value:"FILE" group:"Target" help:"certificates (PEM) to trust when talking to the target" json:"-"`
	Insecure bool   `flag:"insecure" help:"accept any certificate of the target"`

	TrustOrigins []string `flag:"trust-origin" value:"URL" help:"other origins that credentials and pages may go to; comma-separated"`

	Disguise bool `flag:"disguise" help:"send the headers of real clients, which do not name authconform"`

	RequestTimeout time.Duration `flag:"request-timeout" value:"TIME" help:"how long the target may take for one answer"`

	Rate int `flag:"rate" value:"N" help:"at most N requests per second; 0: unlimited"`

	Headers []string `flag:"header" value:"NAME:VALUE" help:"a header for the proxy in front of the target; @FILE reads one per line" json:"-"`

	ClientCert string `flag:"client-cert" value:"FILE" help:"client certificate and key (PEM) for the proxy in front of the target" json:"-"`

	CA   []byte      // PEM
	Pass http.Header // what lets requests through to the target
	Cert []byte      // PEM, with its key
}

// Reachable returns Reach with its defaults.
func Reachable() Reach { return Reach{RequestTimeout: wire.RequestTimeout} }

// Resolve reads the files that the options name.
func (r *Reach) Resolve() (err error) {
	if r.Rate < 0 {
		return exit.Usagef("--rate %d: must be a number of requests per second, like 5", r.Rate)
	}
	if r.RequestTimeout <= 0 {
		return exit.Usagef("--request-timeout %s: not a duration like 15s", r.RequestTimeout)
	}
	for _, origin := range r.TrustOrigins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return exit.Usagef("--trust-origin %s: not an origin like https://login.example", origin)
		}
	}
	return All(r.authority, r.headers, r.certificate)
}

// authority reads the CA file.
func (r *Reach) authority() (err error) {
	if r.CAFile == "" {
		return nil
	}
	if r.CA, err = os.ReadFile(r.CAFile); err != nil {
		return exit.Usagef("--ca-file: %v", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(r.CA) {
		return exit.Usagef("--ca-file %s: it holds no certificate in PEM form", r.CAFile)
	}
	return nil
}

// A target behind an access proxy needs a header or a client certificate for the proxy, which has nothing to do with the login.
// Both are secret.

// judged are headers that rows set or omit on purpose: a proxy's header must be another one.
var judged = []string{"Authorization", "Cookie", "Connection", "Host", "Origin", "Referer", "Transfer-Encoding", "Upgrade", "User-Agent"}

// headers reads the given headers, and those of files.
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

// pass parses one header. Its error shows no value, because that is secret.
func (r *Reach) pass(flag, line string) error {
	name, value, ok := strings.Cut(line, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !ok || !httpguts.ValidHeaderFieldName(name) || value == "" || !httpguts.ValidHeaderFieldValue(value):
		return exit.Usagef("%s: not a header like NAME:VALUE; put a value that contains a comma into a file and give @FILE", flag)
	case slices.Contains(judged, http.CanonicalHeaderKey(name)) || strings.HasPrefix(http.CanonicalHeaderKey(name), "Content-"):
		return exit.Usagef("%s: %s is a header that the rows themselves set; a proxy's header has another name",
			flag, http.CanonicalHeaderKey(name))
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

// Wire returns the options of a client for the target. processes share the rate of requests.
func (r *Reach) Wire(target string, sharers int) (wire.Options, error) {
	o := wire.Options{Base: target, Trusted: r.TrustOrigins, Insecure: r.Insecure, Timeout: r.RequestTimeout, Pass: r.Pass}
	if r.Rate > 0 {
		o.Every = time.Second * time.Duration(max(1, sharers)) / time.Duration(r.Rate)
	}
	if len(r.Cert) > 0 {
		cert, err := tls.X509KeyPair(r.Cert, r.Cert)
		if err != nil {
			return o, fmt.Errorf("the client certificate: %w", err)
		}
		o.Certificate = &cert
	}
	if len(r.CA) > 0 {
		o.CA = x509.NewCertPool()
		if !o.CA.AppendCertsFromPEM(r.CA) {
			return o, errors.New("the CA file holds no certificate in PEM form")
		}
	}
	return o, nil
}
