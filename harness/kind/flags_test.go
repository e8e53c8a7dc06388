package kind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/internal/exit"
)

// file writes a file for a test.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// refuses compares an option's error with the expected text; "" means none.
func refuses(t *testing.T, name string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s is refused: %v", name, err)
	case want == "":
	case err == nil || !strings.Contains(err.Error(), want):
		t.Errorf("%s: %v, want %q", name, err, want)
	case exit.Code(err) != exit.Usage:
		t.Errorf("%s ends with %d, which is not for a wrong call", name, exit.Code(err))
	}
}

func TestHowATargetIsReachedIsChecked(t *testing.T) {
	ca, err := clientsite.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file    string
		timeout time.Duration
		want    string
	}{
		"no CA":            {"", time.Second, ""},
		"a CA":             {file(t, string(ca.CertPEM)), time.Second, ""},
		"no file":          {"no/such.pem", time.Second, "--ca-file: open no/such.pem"},
		"no certificate":   {file(t, "hello"), time.Second, "it holds no certificate in PEM form"},
		"a key instead":    {file(t, string(ca.KeyPEM)), time.Second, "it holds no certificate in PEM form"},
		"no time at all":   {"", 0, "--request-timeout 0s: not a duration like 15s"},
		"a time backwards": {"", -time.Second, "--request-timeout -1s"},
	} {
		r := Reach{CAFile: c.file, RequestTimeout: c.timeout}
		refuses(t, name, r.Resolve(), c.want)
		if name == "a CA" && string(r.CA) != string(ca.CertPEM) {
			t.Errorf("%s was not read", name)
		}
	}
	if Reachable().RequestTimeout <= 0 {
		t.Error("the default is no time")
	}
}

func TestWhoLogsInIsFoundOut(t *testing.T) {
	inFile := file(t, "love lace \r\n")
	as := func(password, secret string) oauth.Account {
		return oauth.Account{Username: "ada", Password: password, TOTPSecret: secret}
	}
	for name, c := range map[string]struct {
		login Login
		want  string
		as    oauth.Account
	}{
		"a password of the environment": {Login{User: "ada", Password: "lovelace"}, "", as("lovelace", "")},
		"one of a file wins":            {Login{User: "ada", Password: "x", PasswordFile: inFile}, "", as("love lace ", "")},
		"a second factor":               {Login{User: "ada", Password: "x", TOTPSecret: "mfrg gzdf"}, "", as("x", "MFRGGZDF")},
		"known already":                 {Login{Account: as("mock", "")}, "", as("mock", "")},
		"nobody":                        {Login{Password: "x"}, "no user to log in at http://home: give --user NAME", oauth.Account{}},
		"no file":                       {Login{User: "ada", PasswordFile: "no/such"}, "--password-file: open no/such", oauth.Account{}},
		"an empty file":                 {Login{User: "ada", PasswordFile: file(t, "\n")}, `the password of "ada" is empty`, oauth.Account{}},
		"no password": { // a test's standard input is no terminal
			Login{User: "ada"}, `no password for "ada": set AUTHCONFORM_PASSWORD or give --password-file FILE`, oauth.Account{},
		},
		"a secret of no use": {
			Login{User: "ada", Password: "x", TOTPSecret: "0189-s3cret"}, "AUTHCONFORM_TOTP_SECRET: neither", oauth.Account{},
		},
	} {
		err := c.login.Resolve("http://home")
		refuses(t, name, err, c.want)
		if c.login.Account != c.as {
			t.Errorf("%s: %+v, want %+v", name, c.login.Account, c.as)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the secret is told: %v", name, err)
		}
	}
}

func TestABrowserThatWasNamedIsThere(t *testing.T) {
	for spec, want := range map[string]string{
		"auto": "", "off": "", "ws://127.0.0.1:9222": "",
		"/no/such/browser": "/no/such/browser",
	} {
		refuses(t, spec, (&Browsing{Browser: spec}).Resolve(), want)
	}
}

func TestAClockThatWasNamedIsThere(t *testing.T) {
	for spec, want := range map[string]string{
		"": "", "auto": "", "none": "", "wait": "", "sh -c true": "",
		"/no/such/command --fast": `--clock: `,
		"no-such-command":         `give auto, none, wait, or a command`,
		"  ":                      `--clock "  ": give auto, none, wait, or a command`,
	} {
		refuses(t, spec, (&Timing{Clock: spec}).Resolve(), want)
	}
	got := (&Timing{ControlURL: "http://mock:8123/", ControlToken: "t"}).Control()
	if want := (Control{"http://mock:8123", "t"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestTheClientSiteIsWhereTheTargetCanReachIt(t *testing.T) {
	for spec, want := range map[string]string{
		"":                                       "",
		"127.0.0.1:21000":                        "",
		"[::1]:21000":                            "",
		":21000":                                 "say how the target reaches this machine: :21000=http://192.168.1.5:21000",
		"0.0.0.0:21000":                          "say how the target reaches this machine",
		":21000=http://me":                       "",
		"0.0.0.0:0=http://me":                    "",
		"0.0.0.0:21000=http://192.168.1.5:21000": "",
		"0.0.0.0:21000=http://192.168.1.5":       "",
		"21000":                                  `--client-site 21000: "21000" is not an address like 0.0.0.0:21000`,
		"127.0.0.1:http":                         "is not an address like",
		"127.0.0.1:65534":                        "is not an address like", // two more follow
		"0.0.0.0:21000=192.168.1.5":              `"192.168.1.5" is not a URL like http://192.168.1.5:21000`,
		"0.0.0.0:21000=https://me:21000":         "is not a URL like",
		"0.0.0.0:21000=http://me:21000/":         "",
		"0.0.0.0:21000=http://me:21000/pages":    "is more than a host and a port",
		"0.0.0.0:0=http://me:21000":              "it listens on port 0, but the target reaches it at port 21000",
		"0.0.0.0:21000=http://me:80":             "it listens on port 21000, but the target reaches it at port 80; they must be the same",
	} {
		refuses(t, spec, (&Site{ClientSite: spec}).Resolve(), want)
	}
}

func TestTheClientSiteHasACA(t *testing.T) {
	dir := t.TempDir()
	one, same, fresh := Site{ClientSiteCA: dir}, Site{ClientSiteCA: dir}, Site{}
	for _, s := range []*Site{&one, &same, &fresh} {
		if err := s.Resolve(); err != nil {
			t.Fatal(err)
		}
	}
	if string(one.CA.CertPEM) != string(same.CA.CertPEM) || string(one.CA.CertPEM) == string(fresh.CA.CertPEM) {
		t.Error("a folder has one CA, and a run without a folder its own")
	}
	made := fresh.CA
	if err := fresh.Resolve(); err != nil || fresh.CA != made {
		t.Errorf("a second CA is made: %v", err)
	}
	refuses(t, "a folder that is a file", (&Site{ClientSiteCA: file(t, "")}).Resolve(), "--client-site-ca: ")
}

func TestASiteIsATool(t *testing.T) {
	ca := &clientsite.CA{}
	for spec, want := range map[string]SiteOptions{
		"":                               {Prefer: 7, CA: ca},
		"127.0.0.1:9000":                 {Listen: "127.0.0.1:9000", CA: ca},
		"0.0.0.0:9000=http://me.example": {Listen: "0.0.0.0:9000", Public: "http://me.example", CA: ca},
	} {
		if got := (&Site{ClientSite: spec, Prefer: 7, CA: ca}).Options(); got != want {
			t.Errorf("%q: %+v, want %+v", spec, got, want)
		}
	}
}

func TestStepsAreReadAndNeedABrowser(t *testing.T) {
	good, bad := file(t, "- press: text=Allow\n"), file(t, "- pres: x\n")
	for name, c := range map[string]struct {
		steps, browser, want string
		n                    int
	}{
		"none":             {"", "off", "", 0},
		"a file":           {good, "ws://127.0.0.1:9222", "", 1},
		"auto":             {"auto", "ws://127.0.0.1:9222", "", 6},
		"no file":          {"no/such", "ws://127.0.0.1:9222", "--steps: open no/such", 0},
		"a misspelt key":   {bad, "ws://127.0.0.1:9222", `:1: unknown key "pres"; did you mean "press"?`, 0},
		"without browsers": {good, "off", "--steps: they need a browser, but there is no browser: switched off", 1},
	} {
		w := Walking{StepsFile: c.steps}
		refuses(t, name, w.Resolve(Browsing{Browser: c.browser}), c.want)
		if len(w.Steps) != c.n {
			t.Errorf("%s: %d steps, want %d", name, len(w.Steps), c.n)
		}
	}
}

func TestAProxyIsPlayedAtAnAddress(t *testing.T) {
	for spec, want := range map[string]string{
		"": "", "127.0.0.1:18443": "", "[::1]:18443": "",
		"18443":             "--account-link 18443: not an address like 127.0.0.1:18443",
		"https://127.0.0.1": "an address like",
	} {
		refuses(t, spec, (&Proxy{AccountLink: spec}).Resolve(), want)
	}
}
