package kind

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/internal/exit"
)

// Groups of options that kinds share by embedding; a name means the same in every kind. Fields with a `flag` tag are flags, those
// with only an `env` tag are secrets from the environment (package internal/flags). Resolve sets the other fields, which are sent
// to workers.

// Login is who logs in.
type Login struct {
	User         string `flag:"user" value:"NAME" group:"Account" help:"the user who logs in" json:"-"`
	PasswordFile string `flag:"password-file" value:"FILE" group:"Account" help:"file with the password (or AUTHCONFORM_PASSWORD)" json:"-"`
	Password     string `env:"PASSWORD" json:"-"`
	TOTPSecret   string `env:"TOTP_SECRET" json:"-"`

	Account oauth.Account
}

// Resolve finds the user and the credentials. At a terminal it asks for a missing password.
func (l *Login) Resolve(target string) (err error) {
	if l.Account.Username != "" {
		return nil // known already: the built-in mock's
	}
	if l.User == "" {
		return exit.Usagef("no user to log in at %s: give --user NAME", target)
	}
	secret, err := oauth.TOTPSecret(l.TOTPSecret)
	if err != nil {
		return exit.Usagef("AUTHCONFORM_TOTP_SECRET: %v", err)
	}
	password, err := l.password()
	if err != nil {
		return err
	}
	if password == "" {
		return exit.Usagef("the password of %q is empty", l.User)
	}
	l.Account = oauth.Account{Username: l.User, Password: password, TOTPSecret: secret}
	return nil
}

func (l *Login) password() (string, error) {
	if l.PasswordFile != "" {
		raw, err := os.ReadFile(l.PasswordFile)
		if err != nil {
			return "", exit.Usagef("--password-file: %v", err)
		}
		return strings.TrimRight(string(raw), "\r\n"), nil
	}
	if l.Password != "" {
		return l.Password, nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return "", exit.Usagef("no password for %q: set AUTHCONFORM_PASSWORD or give --password-file FILE", l.User)
	}
	fmt.Fprintf(os.Stderr, "Password of %s: ", l.User)
	p, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", exit.Usagef("the password could not be read: %v", err)
	}
	return string(p), nil
}

// Browsing selects the browser that opens pages.
type Browsing struct {
	Browser string `flag:"browser" value:"PATH" group:"Browser and time" help:"auto, off, a path, or ws://HOST:PORT of a running one"`
}

// Resolve checks that the given browser exists.
func (b *Browsing) Resolve() error {
	if b.Browser == "auto" || b.Browser == "off" {
		return nil
	}
	if _, err := browser.Find(b.Browser); err != nil {
		return exit.With(exit.Usage, err)
	}
	return nil
}

// Timing says how the target's time is moved.
type Timing struct {
	// Clock is a word, or a command that gets the total offset from real time as its last argument (+660s).
	Clock string `flag:"clock" value:"COMMAND" group:"Browser and time" help:"how to move the target's clock: auto, none, wait, or a command"`

	ControlURL string `flag:"control-url" value:"URL" group:"Browser and time" help:"a mock's control plane; token: AUTHCONFORM_CONTROL_TOKEN"`

	ControlToken string `env:"CONTROL_TOKEN"`
}

// Resolve checks that the given command exists.
func (t *Timing) Resolve() error {
	switch t.Clock {
	case "", "auto", "none", "wait":
		return nil
	}
	words := strings.Fields(t.Clock)
	if len(words) == 0 {
		return exit.Usagef("--clock %q: give auto, none, wait, or a command", t.Clock)
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return exit.Usagef("--clock: %v; give auto, none, wait, or a command", err)
	}
	return nil
}

// Control is the given control plane.
func (t *Timing) Control() Control {
	return Control{URL: strings.TrimRight(t.ControlURL, "/"), Token: t.ControlToken}
}

// Site says where client pages are served.
type Site struct {
	// ClientSite is a host and port of this machine, and the URL at which the target reaches them if it differs.
	ClientSite string `flag:"client-site" value:"LISTEN[=PUBLIC-URL]" group:"Client site" help:"address and public URL of client pages"`

	ClientSiteCA string `flag:"client-site-ca" value:"DIR" group:"Client site" help:"folder with the CA of the https client site" json:"-"`

	CA     *clientsite.CA `json:"client_ca"`
	Prefer int            // default ports: two runs of a seed look alike
}

// Resolve checks the addresses, and reads the CA or creates one for this run.
func (s *Site) Resolve() (err error) {
	if err := s.addresses(); err != nil {
		return exit.Usagef("--client-site %s: %v", s.ClientSite, err)
	}
	switch {
	case s.ClientSiteCA != "":
		if s.CA, err = clientsite.OpenCA(s.ClientSiteCA); err != nil {
			return exit.Usagef("--client-site-ca: %v", err)
		}
	case s.CA == nil:
		if s.CA, err = clientsite.NewCA(); err != nil {
			return exit.With(exit.Broken, err)
		}
	}
	return nil
}

// addresses checks that the target can reach the site at its listening address: each worker adds to the port, so that no port
// mapping is possible.
func (s *Site) addresses() error {
	if s.ClientSite == "" {
		return nil
	}
	listen, public, _ := strings.Cut(s.ClientSite, "=")
	host, port, err := address(listen)
	if err != nil || port > clientsite.LastPort {
		return fmt.Errorf("%q is not an address like 0.0.0.0:21000", listen)
	}
	if public == "" && (host == "" || net.ParseIP(host).IsUnspecified()) {
		return fmt.Errorf("say how the target reaches this machine: %s=http://192.168.1.5:%d", listen, port)
	}
	if public == "" {
		return nil
	}
	u, err := url.Parse(public)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" {
		return fmt.Errorf("%q is not a URL like http://192.168.1.5:21000", public)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q is more than a host and a port; pages have their own paths", public)
	}
	if p := u.Port(); p != "" && p != strconv.Itoa(port) {
		return fmt.Errorf("it listens on port %d, but the target reaches it at port %s; they must be the same", port, p)
	}
	return nil
}

// address parses a host and a port: the host may be empty, the port is a number.
func address(s string) (host string, port int, err error) {
	host, word, err := net.SplitHostPort(s)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.ParseUint(word, 10, 16)
	return host, int(n), err
}

// Options are the site's options as a tool.
func (s *Site) Options() SiteOptions {
	o := SiteOptions{CA: s.CA, Prefer: s.Prefer}
	o.Listen, o.Public, _ = strings.Cut(s.ClientSite, "=")
	if s.ClientSite != "" {
		o.Prefer = 0
	}
	return o
}

// Walking says how a user gets through a target's pages.
type Walking struct {
	// StepsFile is auto or a file; if empty, pages are filled in as plain forms without a browser.
	StepsFile string `flag:"steps" value:"FILE" group:"Account" help:"go through the pages in a browser: auto, or a file of steps" json:"-"`

	Steps []person.Step
}

// Resolve reads the steps; b is the browser that performs them.
func (w *Walking) Resolve(b Browsing) (err error) {
	raw := person.AutoSteps
	switch w.StepsFile {
	case "":
		return nil
	case "auto":
	default:
		if raw, err = os.ReadFile(w.StepsFile); err != nil {
			return exit.Usagef("--steps: %v; give a file, or auto", err)
		}
	}
	if w.Steps, err = person.ReadSteps(w.StepsFile, raw); err != nil {
		return exit.Usagef("--steps %v", err)
	}
	if _, err = browser.Find(b.Browser); err != nil {
		return exit.Usagef("--steps: they need a browser, but there is %v", err)
	}
	return nil
}

// Proxy says where the harness plays an account-link proxy.
type Proxy struct {
	AccountLink string `flag:"account-link" value:"ADDRESS" group:"Account link" help:"listen address of our account-link proxy (TLS)"`
}

// Resolve checks the address.
func (p *Proxy) Resolve() error {
	if p.AccountLink == "" {
		return nil
	}
	if _, _, err := address(p.AccountLink); err != nil {
		return exit.Usagef("--account-link %s: not an address like 127.0.0.1:18443", p.AccountLink)
	}
	return nil
}
