package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// TestBadInput gives every kind of bad input its exit code and one line that says what to do.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s, user, password := mockHome(t, nil)
	secret := write(t, "password", password)
	badYAML, unknownKey := write(t, "a.yaml", "target: [\n"), write(t, "b.yaml", "reprot-dir: out\n")
	typo := write(t, "known.yaml", "apiVersion: authconform/v1\nknown_failures:\n  - id: oauth2.code.singel-use\n    reason: x\n")
	file := write(t, "a-file", "x")
	at := func(args ...string) []string {
		return append([]string{"run", "--target", s.URL, "--user", user, "--password-file", secret, "--browser", "off"}, args...)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"unknown command":           {[]string{"rnu"}, exit.Usage, []string{"rnu", "run"}},
		"unknown flag":              {[]string{"run", "--targt", "x"}, exit.Usage, []string{"--targt", "--target"}},
		"unknown profile":           {[]string{"run", "--profile", "home-asistant"}, exit.Usage, []string{"home-assistant"}},
		"unknown id":                {at("--select", "oauth2.code.singel-use"), exit.Usage, []string{"oauth2.code.single-use"}},
		"unknown section":           {at("--select", "section:tokn"), exit.Usage, []string{"token"}},
		"unknown need":              {at("--require", "browsr"), exit.Usage, []string{"browser"}},
		"bad YAML":                  {[]string{"run", "--config", badYAML}, exit.Usage, []string{"a.yaml"}},
		"unknown key":               {[]string{"run", "--config", unknownKey}, exit.Usage, []string{"reprot-dir", "report-dir"}},
		"no such config":            {[]string{"run", "--config", "nowhere.yaml"}, exit.Usage, []string{"nowhere.yaml"}},
		"a typo in the baseline":    {at("--baseline", typo), exit.Usage, []string{"oauth2.code.singel-use", "oauth2.code.single-use"}},
		"empty selection":           {at("--select", "section:code,!section:code"), exit.Empty, []string{"select"}},
		"wrong scheme":              {[]string{"run", "--target", "ftp://127.0.0.1/"}, exit.Usage, []string{"http"}},
		"no scheme":                 {[]string{"run", "--target", "127.0.0.1:8123"}, exit.Usage, []string{"http"}},
		"no user":                   {[]string{"run", "--target", s.URL}, exit.Usage, []string{"--user"}},
		"unreachable":               {[]string{"run", "--target", "http://" + nobody, "--user", user, "--password-file", secret}, exit.NoTarget, []string{"refused"}},
		"https for http":            {[]string{"run", "--target", strings.Replace(s.URL, "http:", "https:", 1), "--user", user, "--password-file", secret}, exit.NoTarget, []string{"http://"}},
		"wrong password":            {[]string{"run", "--target", s.URL, "--user", user, "--password-file", write(t, "wrong", "no")}, exit.Usage, []string{"password"}},
		"no password file":          {[]string{"run", "--target", s.URL, "--user", user, "--password-file", "nowhere"}, exit.Usage, []string{"nowhere"}},
		"a second factor":           {[]string{"run", "--target", s.URL, "--user", "theo", "--password-file", write(t, "theo", "theo-password")}, exit.Usage, []string{"TOTP"}},
		"an inactive user":          {[]string{"run", "--target", s.URL, "--user", "ines", "--password-file", write(t, "ines", "ines-password")}, exit.NoTarget, []string{"active"}},
		"no browser there":          {at("--browser", "/no/such/chromium"), exit.Usage, []string{"/no/such/chromium"}},
		"unwritable report folder":  {at("--report-dir", filepath.Join(file, "out")), exit.Usage, []string{"a-file"}},
		"a file as report folder":   {at("--report-dir", file), exit.Usage, []string{"a-file"}},
		"bad shard":                 {at("--shard", "3/2"), exit.Usage, []string{"3/2"}},
		"no workers":                {at("--procs", "0"), exit.Usage, []string{"--procs"}},
		"a CA file that is none":    {at("--ca-file", file), exit.Usage, []string{"a-file"}},
		"a browser that is wanted":  {at("--require", "browser", "--select", "section:login-page"), exit.Failed, []string{"browser"}},
		"explain an unknown id":     {[]string{"explain", "oauth2.code.singel-use"}, exit.Usage, []string{"oauth2.code.single-use"}},
		"merge of nothing":          {[]string{"merge"}, exit.Usage, nil},
		"merge of no report":        {[]string{"merge", filepath.Dir(file)}, exit.Usage, []string{"report.json"}},
		"serve on a taken port":     {[]string{"serve", "--home", strings.TrimPrefix(s.URL, "http://")}, exit.Usage, []string{"--home"}},
		"serve on no address":       {[]string{"serve", "--home", "nowhere"}, exit.Usage, []string{"--home"}},
		"list of an unknown profil": {[]string{"list", "--profile", "oauth"}, exit.Usage, []string{"home-assistant"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := invoke(t, c.args...)
			if o.code != c.code {
				t.Errorf("exit %d, want %d\n%s", o.code, c.code, o.all())
			}
			if c.code != exit.Failed {
				oneLine(t, o.err)
				if lines := strings.Count(strings.TrimSpace(o.err), "\n"); lines > 3 {
					t.Errorf("%d lines of error:\n%s", lines+1, o.err)
				}
			}
			for _, word := range c.says {
				if !strings.Contains(o.all(), word) {
					t.Errorf("the error does not say %q:\n%s", word, o.all())
				}
			}
			if strings.Contains(o.all(), password) {
				t.Error("the password is shown")
			}
		})
	}
}

// TestStrangeTargets: what is no home is exit 3; a home that wants another call is exit 2. Both say what to do.
func TestStrangeTargets(t *testing.T) {
	t.Parallel()
	fresh, _, _ := mockHome(t, func(o *mockserver.Options) { o.Fresh = true })
	website := httptest.NewServer(http.FileServer(http.Dir(t.TempDir())))
	t.Cleanup(website.Close)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	for name, c := range map[string]struct {
		url, says string
		code      int
	}{
		"not onboarded": {fresh.URL, "--onboard", exit.Usage}, "a website": {website.URL, "/auth/providers", exit.NoTarget},
		"TLS of an unknown CA": {secure.URL, "--ca-file", exit.NoTarget},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := judge(t, c.url, "owner", "owner-password")
			if o.code != c.code || !strings.Contains(o.err, c.says) {
				t.Errorf("exit %d, want %d and %q:\n%s", o.code, c.code, c.says, o.all())
			}
			oneLine(t, o.err)
		})
	}
}

// TestBanned: a home that bans the harness is recognised; what was judged until then is kept, and the run stops.
func TestBanned(t *testing.T) {
	t.Parallel()
	s, user, password := mockHome(t, func(o *mockserver.Options) { o.BanThreshold = 3 })
	o, _ := judge(t, s.URL, user, password, "--select", "section:token", "--procs", "1")
	if o.code != exit.NoTarget || !strings.Contains(o.err, "banned") {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
	oneLine(t, o.err)
}

// TestMovingClock: a target whose clock jumps hangs nothing and breaks nothing of ours.
func TestMovingClock(t *testing.T) {
	t.Parallel()
	s, user, password := mockHome(t, func(o *mockserver.Options) {
		o.Clock, o.Policy = &mock.Clock{}, mockserver.Strict()
		var requests atomic.Int64
		o.Policy.Request = func(r mock.Request) mock.Request {
			if requests.Add(1)%40 == 0 {
				o.Clock.Advance(time.Hour)
			}
			return r
		}
	})
	o, report := judge(t, s.URL, user, password, "--select", "section:code,section:refresh")
	if o.code == exit.Broken || report == nil {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
}

// TestOnboard makes the owner of a fresh home, then judges it.
func TestOnboard(t *testing.T) {
	t.Parallel()
	fresh, _, _ := mockHome(t, func(o *mockserver.Options) { o.Fresh = true })
	o, report := judge(t, fresh.URL, "ada", "a new password", "--onboard", "--select", "section:code")
	if o.code != exit.OK || report == nil || report.Summary.Pass == 0 {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
}

// nobody is an address where nobody listens: a low port, which no test is given.
const nobody = "127.0.0.1:1"
