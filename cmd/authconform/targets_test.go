package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// TestWhatIsNoHomeIsNotJudged: exit 3, and one line that says what was found instead.
func TestWhatIsNoHomeIsNotJudged(t *testing.T) {
	t.Parallel()
	website := httptest.NewServer(http.FileServer(http.Dir(t.TempDir())))
	t.Cleanup(website.Close)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	for name, c := range map[string]struct{ url, says string }{
		"a website":            {website.URL, "/auth/providers"},
		"TLS of an unknown CA": {secure.URL, "--ca-file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := judge(t, c.url, "owner", "owner-password")
			if o.code != exit.NoTarget || !strings.Contains(o.err, c.says) {
				t.Errorf("exit %d, want %d and %q:\n%s", o.code, exit.NoTarget, c.says, o.all())
			}
			oneLine(t, o.err)
		})
	}
}

// TestBanned: a run recognises that the home bans it, keeps the verdicts until then, and stops.
func TestBanned(t *testing.T) {
	t.Parallel()
	s, user, password := mockHome(t, func(o *mockserver.Options) { o.BanThreshold = 3 })
	o, _ := judge(t, s.URL, user, password, "--select", "section:token", "--procs", "1")
	if o.code != exit.NoTarget || !strings.Contains(o.err, "banned") {
		t.Errorf("exit %d:\n%s", o.code, o.all())
	}
	oneLine(t, o.err)
}

// TestMovingClock: a target whose clock jumps hangs and breaks nothing in authconform.
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
