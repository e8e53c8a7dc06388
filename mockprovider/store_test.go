package mockprovider

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The contract of the store: verbs are atomic, and what ends, ends as a whole.

var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func loaded(t *testing.T) *store {
	t.Helper()
	s := &store{}
	if err := s.load(DefaultUsers(), DemoApps("https://home.example/cb")); err != nil {
		t.Fatal(err)
	}
	return s
}

// winners counts how many of 32 that act at once get true.
func winners(act func(i int) bool) int64 {
	var n atomic.Int64
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if act(i) {
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return n.Load()
}

func TestOneOfManyRedeemsACode(t *testing.T) {
	t.Parallel()
	for forget, want := range map[bool]int64{true: 1, false: 32} {
		s := loaded(t)
		s.putCode("c", Code{AppID: "home"})
		redeem := func(i int) bool { return s.redeem("c", forget, Grant{ID: fmt.Sprint(i), AppID: "home"}) }
		if n := winners(redeem); n != want || int64(len(s.grantsOf("home", ""))) != want {
			t.Errorf("forget %v: %d redeemed the code and %d grants are open, want %d", forget, n, len(s.grantsOf("home", "")), want)
		}
		if _, there := s.code("c"); there == forget {
			t.Errorf("forget %v: the code is there: %v", forget, there)
		}
		if id, spent := s.grantOfCode("c"); !spent || len(s.grantsOf("home", "")) == 1 && id != s.grantsOf("home", "")[0].ID {
			t.Errorf("forget %v: the code's grant is %q", forget, id)
		}
	}
}

func TestAnUnknownCodeOpensNothing(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, code := range []string{"", "c"} {
		if s.redeem(code, true, Grant{ID: "g", AppID: "home"}) || len(s.grantsOf("", "")) > 0 {
			t.Errorf("code %q opened a grant", code)
		}
	}
}

func TestOneOfManySpendsARefreshToken(t *testing.T) {
	t.Parallel()
	for rotate, want := range map[bool]int64{true: 1, false: 32} {
		s := withGrant(t)
		n := winners(func(int) bool { _, found, reused := s.takeRefresh("r", rotate); return found && !reused })
		if n != want {
			t.Errorf("rotate %v: %d spent the token, want %d", rotate, n, want)
		}
		if _, found, reused := s.takeRefresh("r", rotate); !found || reused != rotate {
			t.Errorf("rotate %v: afterwards found %v, reused %v", rotate, found, reused)
		}
	}
}

// withGrant has one grant, g of home to ben, with an access and a refresh token, a and r.
func withGrant(t *testing.T) *store {
	t.Helper()
	s := loaded(t)
	g := Grant{ID: "g", AppID: "home", Username: "ben", Used: start}
	s.putCode("c", Code{AppID: "home"})
	if !s.redeem("c", true, g) {
		t.Fatal("the code is not taken")
	}
	s.putTokens(g, "a", Access{GrantID: "g", AppID: "home", Username: "ben", Expires: start.Add(time.Hour)}, "r")
	return s
}

func TestAGrantEndsWithEverythingThatHangsOnIt(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*store){
		"the grant":         func(s *store) { s.endGrant("g") },
		"its app":           func(s *store) { s.dropApp("home", "dora") },
		"everything":        func(s *store) { _ = s.load(DefaultUsers(), nil) },
		"a rotated token's": func(s *store) { s.takeRefresh("r", true); s.endGrant("g") },
	} {
		s := withGrant(t)
		end(s)
		_, access := s.accessToken("a")
		_, peeked := s.peekRefresh("r")
		_, found, _ := s.takeRefresh("r", true)
		_, spent := s.grantOfCode("c")
		if access || peeked || found || spent || len(s.grantsOf("", "")) > 0 {
			t.Errorf("%s ended: access %v, refresh %v %v, code %v, grants %v", name, access, peeked, found, spent, s.grantsOf("", ""))
		}
		s.putTokens(Grant{ID: "g"}, "late", Access{GrantID: "g"}, "later")
		if _, ok := s.accessToken("late"); ok {
			t.Errorf("%s ended, and a token came to life after it", name)
		}
	}
}

func TestGrantsAreFoundByAppAndPerson(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for i, g := range []Grant{{AppID: "home", Username: "ben"}, {AppID: "home", Username: "dora"}, {AppID: "other", Username: "ben"}} {
		g.ID = fmt.Sprint(i)
		s.putCode(g.ID, Code{AppID: g.AppID})
		s.redeem(g.ID, true, g)
	}
	for query, want := range map[[2]string]int{{}: 3, {"home"}: 2, {"", "ben"}: 2, {"other", "ben"}: 1, {"other", "dora"}: 0} {
		if got := s.grantsOf(query[0], query[1]); len(got) != want {
			t.Errorf("of app %q to %q: %v, want %d", query[0], query[1], got, want)
		}
	}
}

func TestCodesBeyondTheBoundPushOutTheEldest(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for i := range maxCodes + 10 {
		s.putCode(fmt.Sprint(i), Code{AppID: "home"})
	}
	_, eldest := s.code("0")
	_, youngest := s.code(fmt.Sprint(maxCodes + 9))
	if eldest || !youngest {
		t.Errorf("eldest %v, youngest %v", eldest, youngest)
	}
}

func TestAnAppIsReplacedOnlyAsItWasRead(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	one, _ := s.app("home")
	two := one
	one.Name, two.Name = "one", "two"
	if !s.swapApp(one) || s.swapApp(two) {
		t.Error("a change was made over another that it has not seen")
	}
	if now, _ := s.app("home"); now.Name != "one" {
		t.Errorf("the app is called %q", now.Name)
	}
	if s.swapApp(App{ID: "nobody"}) {
		t.Error("an app that is not there was replaced")
	}
}

func TestRedirectsThatManyAddAtOnceAreAllKeptUpToTheLimit(t *testing.T) {
	t.Parallel()
	p, err := New(Options{URL: "http://127.0.0.1:1", Apps: DemoApps("https://home.example/cb")})
	if err != nil {
		t.Fatal(err)
	}
	n := winners(func(i int) bool {
		_, err := p.addURL("dora", "home", fmt.Sprintf("https://home.example/cb/%d", i))
		return err == nil
	})
	a, _ := p.store.app("home")
	if n != maxRedirects-1 || len(a.Redirects) != maxRedirects {
		t.Errorf("%d were added, %d are there: %s", n, len(a.Redirects), strings.Join(a.Redirects, " "))
	}
}
