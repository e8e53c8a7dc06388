package main

import (
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockserver"
)

// failing is a target that fails after some requests.
type failing struct {
	URL    string
	server *http.Server
}

// fail replaces the answer of a failing target.
type fail func(f *failing, w http.ResponseWriter, r *http.Request)

func dies(f *failing, _ http.ResponseWriter, _ *http.Request) {
	go f.server.Close()
	panic(http.ErrAbortHandler)
}

func hangs(_ *failing, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func answers(status int) fail {
	return func(_ *failing, w http.ResponseWriter, _ *http.Request) {
		http.Error(w, http.StatusText(status), status)
	}
}

// inFrontOf serves a mock, made for its URL, that fails after n requests.
func inFrontOf(t *testing.T, n int64, wrong fail, make func(url string) (http.Handler, error)) *failing {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &failing{URL: "http://" + l.Addr().String()}
	target, err := make(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	var requests atomic.Int64
	f.server = &http.Server{ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) > n {
				wrong(f, w, r)
			} else {
				target.ServeHTTP(w, r)
			}
		})}
	go func() { _ = f.server.Serve(l) }()
	t.Cleanup(func() { _ = f.server.Close() })
	return f
}

// lostTarget is a mock of a kind that fails, and the flags to judge it.
type lostTarget struct {
	after int64 // the requests of the door, and some more
	start func(t *testing.T, n int64, wrong fail) (url string, env, flags []string)
}

var lostTargets = map[string]lostTarget{
	"home": {120, func(t *testing.T, n int64, wrong fail) (string, []string, []string) {
		f := inFrontOf(t, n, wrong, func(url string) (http.Handler, error) { return mockserver.New(mockserver.Options{URL: url}) })
		owner := mockserver.DefaultUsers()[0]
		return f.URL, []string{"AUTHCONFORM_PASSWORD=" + owner.Password}, []string{"--user", owner.Username}
	}},
	"provider": {250, func(t *testing.T, n int64, wrong fail) (string, []string, []string) {
		const redirect = "http://127.0.0.1:8123/auth/external/callback"
		apps, ben := mockprovider.DemoApps(redirect), mockprovider.DefaultUsers()[1]
		f := inFrontOf(t, n, wrong, func(url string) (http.Handler, error) {
			return mockprovider.New(mockprovider.Options{URL: url, Apps: apps})
		})
		return f.URL, []string{"AUTHCONFORM_PASSWORD=" + ben.Password, "AUTHCONFORM_CLIENT_SECRET=" + apps[0].Secret},
			[]string{"--profile", "provider", "--user", ben.Username, "--client-id", apps[0].ID, "--redirect-uri", redirect}
	}},
	"account-link": {16, func(t *testing.T, n int64, wrong fail) (string, []string, []string) {
		third, ben := mockprovider.Start(t, mockprovider.Options{}), mockprovider.DefaultUsers()[1]
		f := inFrontOf(t, n, wrong, func(url string) (http.Handler, error) {
			app := mockprovider.App{ID: "proxy", Secret: "held-by-the-proxy", Owner: "dora", Redirects: []string{url + "/callback"}}
			_, err := third.Register(app)
			return accountlink.New(accountlink.Options{URL: url, Clock: &mock.Clock{}, Services: []accountlink.Service{{
				Domain: "demo", MinVersion: "0.1.0", AuthorizeURL: third.URL + "/oauth/authorize", TokenURL: third.URL + "/oauth/token",
				ClientID: app.ID, ClientSecret: app.Secret, Scope: "profile devices:read",
			}}}), err
		})
		return f.URL, []string{"AUTHCONFORM_PASSWORD=" + ben.Password},
			[]string{"--profile", "account-link", "--user", ben.Username, "--service", "demo", "--trust-origin", third.URL}
	}},
}

// TestALostTargetEndsTheRunWithOneSentence: a run stops asking a target that dies, hangs or bans in mid-run. Judged rows keep
// their verdicts, and all others are blocked for the one reason that the run gives.
func TestALostTargetEndsTheRunWithOneSentence(t *testing.T) {
	t.Parallel()
	for kind, target := range lostTargets {
		for name, c := range map[string]struct {
			wrong fail
			code  int
			says  string
		}{
			"dies":        {dies, exit.Failed, "the target cannot be reached"},
			"hangs":       {hangs, exit.Failed, "the target cannot be reached: no answer within 2s"},
			"answers 403": {answers(http.StatusForbidden), exit.NoTarget, "the target "},
			"answers 429": {answers(http.StatusTooManyRequests), exit.NoTarget, "the target refuses everything: it answers 429"},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				url, env, flags := target.start(t, target.after, c.wrong)
				started := time.Now()
				o, report := judgeIn(t, env, url, "", "", append(flags, "--procs", "2", "--request-timeout", "2s")...)
				if o.code != c.code {
					t.Errorf("exit %d, want %d\n%s", o.code, c.code, o.all())
				}
				sentence, more, _ := strings.Cut(strings.TrimSpace(o.err), "\n")
				if !strings.Contains(sentence, c.says) || more != "" {
					t.Errorf("not one sentence with %q:\n%s", c.says, o.err)
				}
				if report == nil {
					t.Fatal("what was judged is not kept")
				}
				plainWords(t, o, report)
				blocked := 0
				for _, r := range report.Results {
					if r.Verdict == evidence.Blocked {
						blocked++
						if !strings.HasPrefix(report.End.Lost, r.Reason) {
							t.Errorf("%s is blocked for a reason of its own: %s", r.ID, r.Reason)
						}
					}
				}
				if blocked == 0 || evidence.Count(report.Results).Pass == 0 || evidence.Count(report.Results).Fail > 0 {
					t.Errorf("no fair partial report:\n%s", o.out)
				}
				if took := time.Since(started); took > patienceOfTests {
					t.Errorf("it took %s", took)
				}
			})
		}
	}
}
