package linking

import (
	"fmt"
	"net/url"
	"testing"
	"time"
)

func TestOnlyADeadGrantAsksThePersonAndOnlyOnce(t *testing.T) {
	t.Parallel()
	for status, c := range map[int]struct {
		problem string
		asks    int
		state   string // of the entry that is set up then
	}{
		400: {"OAuth2TokenRequestReauthError", 1, SetupError},
		401: {"OAuth2TokenRequestReauthError", 1, SetupError},
		429: {"OAuth2TokenRequestTransientError", 0, SetupRetry},
		503: {"OAuth2TokenRequestTransientError", 0, SetupRetry},
		302: {"OAuth2TokenRequestError", 0, SetupRetry},
	} {
		p := newThird(t)
		l := p.home(t)
		id := linked(t, l)
		l.Clock.Advance(2 * time.Hour)
		p.status.Store(int64(status))
		for range 2 {
			if _, problem, failed, _ := l.Use(t.Context(), id); problem != c.problem || failed != status {
				t.Errorf("%d: %s %d, want %s", status, problem, failed, c.problem)
			}
		}
		if asks := l.Progress(); len(asks) != c.asks {
			t.Errorf("%d: the person is asked by %v, want %d", status, asks, c.asks)
		}
		if e := l.Entries()[0]; e.Token.text("refresh_token") != "r" {
			t.Errorf("%d: the token is %v", status, e.Token)
		}
		if !l.Reload(t.Context(), id) || l.Entries()[0].State != c.state {
			t.Errorf("%d: set up anew the entry is %s, want %s", status, l.Entries()[0].State, c.state)
		}
		p.status.Store(0)
		if used, problem, _, _ := l.Use(t.Context(), id); used != 200 || problem != "" {
			t.Errorf("%d: once the third party is well: %d %s", status, used, problem)
		}
	}
}

func TestANewLoginRenewsTheEntryOfItsAccountAlone(t *testing.T) {
	t.Parallel()
	for account, want := range map[string]string{"ben": "reauth_successful", "dora": "wrong_account"} {
		p := newThird(t)
		l := p.home(t)
		id := linked(t, l)
		l.Clock.Advance(2 * time.Hour)
		p.status.Store(400)
		l.Use(t.Context(), id)
		p.status.Store(0)
		p.is(account)
		flowID := fmt.Sprint(l.Progress()[0]["flow_id"])
		if step, err := l.Poll(t.Context(), flowID); err != nil || step["step_id"] != "reauth_confirm" {
			t.Fatalf("the person is asked by %v, %v", step, err)
		}
		step, err := l.Submit(t.Context(), flowID, nil, "http://home", true)
		if err != nil || step["type"] != "external" {
			t.Fatalf("after confirming: %v, %v", step, err)
		}
		l.Callback(url.Values{"state": sentTo(t, step)["state"], "code": {"c"}})
		if step, err = l.Poll(t.Context(), flowID); err != nil || step["reason"] != want {
			t.Errorf("%s: %v, %v; want %s", account, step, err, want)
		}
		if list := l.Entries(); len(list) != 1 || list[0].Account != "ben" {
			t.Errorf("%s: entries %+v", account, list)
		}
	}
}

func TestASecondNewLoginIsAFlowOfItsOwn(t *testing.T) {
	t.Parallel()
	p := newThird(t)
	l := p.home(t)
	id := linked(t, l)
	seen := map[any]bool{}
	for range 2 {
		l.Clock.Advance(2 * time.Hour)
		p.status.Store(400)
		l.Use(t.Context(), id)
		p.status.Store(0)
		flow := l.Progress()[0]["flow_id"]
		if seen[flow] {
			t.Errorf("the second flow is %v again", flow)
		}
		seen[flow] = true
		step, err := l.Submit(t.Context(), fmt.Sprint(flow), nil, "http://home", true)
		if err != nil {
			t.Fatal(err)
		}
		l.Callback(url.Values{"state": sentTo(t, step)["state"], "code": {"c"}})
		if step, err = l.Poll(t.Context(), fmt.Sprint(flow)); err != nil || step["reason"] != "reauth_successful" {
			t.Fatalf("the new login ends with %v, %v", step, err)
		}
	}
}

func TestARemovedEntryTakesItsFlowsAlong(t *testing.T) {
	t.Parallel()
	p := newThird(t)
	l := p.home(t)
	id := linked(t, l)
	l.Clock.Advance(2 * time.Hour)
	p.status.Store(400)
	l.Use(t.Context(), id)
	if len(l.Progress()) != 1 {
		t.Fatal("the person is not asked")
	}
	if !l.Remove(t.Context(), id) || l.Remove(t.Context(), id) {
		t.Error("an entry is not removed once")
	}
	if len(l.Entries()) > 0 || len(l.Progress()) > 0 || l.Summary(id) != nil {
		t.Errorf("left are %v and %v", l.Entries(), l.Progress())
	}
}
