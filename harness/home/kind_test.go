package home

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// opened opens a session with a fake, as a run's parent does.
func opened(t *testing.T, f *hometest.Home, change func(*Flags, *kind.Setup)) (kind.Session, context.Context) {
	t.Helper()
	flags := &Flags{Browsing: kind.Browsing{Browser: "off"}}
	flags.Account = oauth.Account{Username: "ada", Password: hometest.Password}
	setup := kind.Setup{Target: f.URL, Mark: "run"}
	if change != nil {
		change(flags, &setup)
	}
	setup.Flags = kind.Encode(flags)
	tools := kind.Tools{Site: site(t), Clock: clock.None(), Browser: browser.Later("off"), Wire: wire.Options{Base: f.URL}, Counts: true}
	s, err := Kind().Open(setup, tools)
	if err != nil {
		t.Fatal(err)
	}
	return s, s.With(judge.With(t.Context(), judge.NewRecord()))
}

func TestTheOptionsOfAHomeTravelToWorkers(t *testing.T) {
	given := Kind().Flags().(*Flags)
	given.Insecure, given.Reach.CA, given.Onboard, given.AccountLink = true, []byte("PEM"), true, "127.0.0.1:18443"
	given.Account = oauth.Account{Username: "ada", Password: hometest.Password, TOTPSecret: hometest.Secret}
	given.Browser, given.Clock, given.ControlURL, given.ControlToken = "off", "wait", "http://mock/", "t"
	given.ClientSite, given.Prefer = "127.0.0.1:9", 7
	if err := given.Site.Resolve(); err != nil {
		t.Fatal(err)
	}
	raw := kind.Encode(given)
	var got Flags
	if err := kind.Decode(raw, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Tools(), given.Tools()) || got.Account != given.Account || !got.Onboard {
		t.Errorf("%+v\nwant %+v", got, given)
	}
	tools := given.Tools()
	if !tools.Insecure || string(tools.CA) != "PEM" || tools.Site.CA == nil || tools.AccountLink == "" || tools.RequestTimeout == 0 {
		t.Errorf("%+v", tools)
	}
	if n := strings.Count(string(raw), hometest.Password); n != 1 {
		t.Errorf("the password travels %d times", n)
	}
}

func TestTheDoorTellsWhatCanBeJudged(t *testing.T) {
	f, _, _ := stay(t)
	f.Answers("GET /.well-known/oauth-authorization-server", http.StatusOK, `{"code_challenge_methods_supported":["S256"]}`)
	s, ctx := opened(t, f, nil)
	facts, err := s.Look(ctx)
	if err != nil || facts.Product != "Home Assistant" || facts.Version != "2026.11.0" {
		t.Fatalf("%+v, %v", facts, err)
	}
	var lacks []string
	for n := range facts.Lacks {
		lacks = append(lacks, string(n))
	}
	slices.Sort(lacks)
	same(t, "lacking", lacks, "account-link", "admin", "browser", "clock", "command-line", "command-user", "control",
		"https-site", "metadata-document", "other-address", "other-names", "resource-metadata", "testbed", "trusted-networks")

	worker, ctx := opened(t, f, func(_ *Flags, setup *kind.Setup) { setup.Found = kind.Encode(s.Found()) })
	h := From(ctx)
	if !h.Facts.PKCE || h.Session(ctx).Refresh != "refresh-1" || h.Logins() != 0 {
		t.Errorf("a worker begins with %+v, and has logged in %d times", h.Facts, h.Logins())
	}
	if totals := worker.Leave(ctx); totals.Requests == 0 || totals.Logins != 0 || len(f.Asked("POST /auth/revoke")) != 0 {
		t.Errorf("a worker gives back the session of all: %+v", totals)
	}
	s.Leave(ctx)
	same(t, "revoked", f.Asked("POST /auth/revoke"), "token=refresh-1")
	same(t, "traces", s.Traces(), site(t).Origins()...)
}

func TestADoorThatStaysShutHasItsExitCode(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*hometest.Home, *Flags)
		code   int
	}{
		"wrong credentials": {func(_ *hometest.Home, f *Flags) { f.Account.Password = "wrong" }, exit.Usage},
		"no second factor":  {func(f *hometest.Home, _ *Flags) { f.WantsCode() }, exit.Usage},
		"not onboarded": {func(f *hometest.Home, _ *Flags) {
			f.Answers("GET /auth/providers", 400, `{"code":"onboarding_required"}`)
			f.Answers("GET /api/onboarding", 200, `[{"step":"user","done":false}]`)
		}, exit.Usage},
		"onboarded already": {func(f *hometest.Home, o *Flags) {
			o.Onboard = true
			f.Answers("POST /api/onboarding/users", 403, "")
		}, exit.NoTarget},
		"no home": {func(f *hometest.Home, _ *Flags) {
			f.Answers("GET /auth/providers", 404, "")
			f.Answers("POST /auth/login_flow", 404, "")
		}, exit.NoTarget},
		"a list alone missing": {func(f *hometest.Home, _ *Flags) { f.Answers("GET /auth/providers", 404, "") }, exit.OK},
		"nobody there":         {func(f *hometest.Home, _ *Flags) { f.Close() }, exit.NoTarget},
		"a home, and a door":   {func(*hometest.Home, *Flags) {}, exit.OK},
	} {
		f, _, _ := stay(t)
		s, ctx := opened(t, f, func(o *Flags, _ *kind.Setup) { c.change(f, o) })
		if _, err := s.Look(ctx); exit.Code(err) != c.code {
			t.Errorf("%s: %d (%v), want %d", name, exit.Code(err), err, c.code)
		}
	}
}

func TestAWorkerNoticesThatItsHomeIsGone(t *testing.T) {
	f, _, _ := stay(t)
	s, ctx := opened(t, f, func(_ *Flags, setup *kind.Setup) { setup.Found = kind.Encode(found{}) })
	if err := s.Lost(ctx); err != nil || len(f.Asked("GET /auth/providers")) != 0 {
		t.Errorf("asked without a reason: %v", err)
	}
	s.Suspect()
	if err := s.Lost(ctx); err != nil || len(f.Asked("GET /auth/providers")) != 1 {
		t.Errorf("a home that is there: %v", err)
	}
	f.Answers("GET /auth/providers", http.StatusForbidden, "")
	f.Answers("GET /auth/authorize", http.StatusForbidden, "")
	s.Suspect()
	var loss *kind.Loss
	if err := s.Lost(ctx); !errors.As(err, &loss) || !loss.Banned || !strings.Contains(loss.Reason, "ip_bans.yaml") {
		t.Errorf("a ban: %v", err)
	}
}

func TestTheParentSweepsUpAfterWorkersThatWereKilled(t *testing.T) {
	f, _, _ := stay(t)
	before := Grant{ID: "before", ClientID: "http://worker:1/"}
	now := []Grant{before}
	deleted := listed(f, func() []Grant { return now })
	f.Knows("auth/current_user", func(map[string]any) (any, string) { return map[string]any{"is_admin": true}, "" })
	there := people(f, "authconform guest run-abcd", "ada")
	s, ctx := opened(t, f, nil)
	if _, err := s.Look(ctx); err != nil {
		t.Fatal(err)
	}
	now = append(now,
		Grant{ID: "by its client", ClientID: "http://worker:1/"}, Grant{ID: "ours", ClientID: site(t).Origin() + "/"},
		Grant{ID: "by its name", Name: "x run-abcd"}, Grant{ID: "theirs", ClientID: "http://app/"},
	)
	same(t, "left", s.Sweep(ctx, time.Now(), []string{"http://worker:1"}))
	same(t, "deleted", *deleted, "by its client", "ours", "by its name")
	same(t, "users", *there, "ada")
}

func TestAHomeOnThisMachineIsKnownByItsAddress(t *testing.T) {
	for at, want := range map[string]bool{
		"http://localhost:8123": true, "http://127.0.0.1": true, "http://127.1.2.3:1": true, "https://[::1]:8123": true,
		"http://homeassistant.local": false, "http://10.0.0.1": false, "http://127.example": false, "http://[::1": false,
	} {
		if got := loopback(at); got != want {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
}
