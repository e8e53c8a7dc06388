// Package storetest tests the contract of store.Store: an implementation calls Run.
package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authconform/authconform/mockserver/store"
)

// Run tests the stores that fresh creates.
func Run(t *testing.T, fresh func() store.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, store.Store){
		"a code is looked at and taken once":          codes,
		"one of many takes a code":                    takeOnce,
		"a refresh token is found by secret and id":   refresh,
		"a replaced refresh token keeps one secret":   replace,
		"touching notes the last use":                 touch,
		"one of many deletes a refresh token":         deleteOnce,
		"a user's tokens are listed by age":           ofUser,
		"clearing forgets everything":                 clearing,
		"values are copies":                           copies,
		"nothing is found by the empty word":          emptyWord,
		"use from many sides at once loses nothing":   concurrent,
		"more than it holds pushes out the eldest":    bounded,
		"a code that is there twice is the later one": codeTwice,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh()) })
	}
}

var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func codes(t *testing.T, s store.Store) {
	s.PutCode(store.Code{Value: "c", ClientID: "x", Issued: start})
	if c, ok := s.Code("c"); !ok || c.ClientID != "x" {
		t.Errorf("Code: %+v %v", c, ok)
	}
	if c, ok := s.TakeCode("c"); !ok || c.ClientID != "x" || !c.Issued.Equal(start) {
		t.Errorf("TakeCode: %+v %v", c, ok)
	}
	if _, ok := s.TakeCode("c"); ok {
		t.Error("the code was taken twice")
	}
	if _, ok := s.Code("c"); ok {
		t.Error("a taken code is still there")
	}
}

func codeTwice(t *testing.T, s store.Store) {
	s.PutCode(store.Code{Value: "c", ClientID: "x"})
	s.PutCode(store.Code{Value: "c", ClientID: "y"})
	if c, ok := s.TakeCode("c"); !ok || c.ClientID != "y" {
		t.Errorf("%+v %v", c, ok)
	}
}

func takeOnce(t *testing.T, s store.Store) {
	s.PutCode(store.Code{Value: "c"})
	if n := winners(func() bool { _, ok := s.TakeCode("c"); return ok }); n != 1 {
		t.Errorf("%d took the code", n)
	}
}

func deleteOnce(t *testing.T, s store.Store) {
	s.PutRefresh(store.Refresh{ID: "i", Token: "t"})
	if n := winners(func() bool { return s.Delete("i") }); n != 1 {
		t.Errorf("%d deleted the token", n)
	}
}

// winners counts how many of 32 that act at once get true.
func winners(act func() bool) int64 {
	var n atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if act() {
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return n.Load()
}

func refresh(t *testing.T, s store.Store) {
	s.PutRefresh(store.Refresh{ID: "i", Token: "t", UserID: "u"})
	if r, ok := s.Refresh("t"); !ok || r.ID != "i" {
		t.Errorf("by secret: %+v %v", r, ok)
	}
	if r, ok := s.RefreshByID("i"); !ok || r.Token != "t" {
		t.Errorf("by id: %+v %v", r, ok)
	}
	if !s.Delete("i") {
		t.Error("it could not be deleted")
	}
	if _, ok := s.Refresh("t"); ok {
		t.Error("a deleted token is found by its secret")
	}
	if _, ok := s.RefreshByID("i"); ok {
		t.Error("a deleted token is found by its id")
	}
}

func replace(t *testing.T, s store.Store) {
	s.PutRefresh(store.Refresh{ID: "i", Token: "old"})
	s.PutRefresh(store.Refresh{ID: "i", Token: "new"})
	if _, ok := s.Refresh("old"); ok {
		t.Error("the old secret still works")
	}
	if _, ok := s.Refresh("new"); !ok {
		t.Error("the new secret does not work")
	}
}

func touch(t *testing.T, s store.Store) {
	s.PutRefresh(store.Refresh{ID: "i", Token: "t", Used: start})
	s.Touch("i", start.Add(time.Hour), "127.0.0.1")
	s.Touch("unknown", start, "")
	if r, _ := s.Refresh("t"); !r.Used.Equal(start.Add(time.Hour)) || r.UsedIP != "127.0.0.1" {
		t.Errorf("%+v", r)
	}
}

func ofUser(t *testing.T, s store.Store) {
	for i, id := range []string{"c", "a", "b"} {
		s.PutRefresh(store.Refresh{ID: id, Token: id, UserID: "u", Created: start.Add(time.Duration(i) * time.Second)})
	}
	s.PutRefresh(store.Refresh{ID: "other", Token: "other", UserID: "v"})
	var got string
	for _, r := range s.OfUser("u") {
		got += r.ID
	}
	if got != "cab" {
		t.Errorf("order %q", got)
	}
}

func clearing(t *testing.T, s store.Store) {
	s.PutCode(store.Code{Value: "c"})
	s.PutRefresh(store.Refresh{ID: "i", Token: "t", UserID: "u"})
	s.Clear()
	_, code := s.Code("c")
	_, token := s.Refresh("t")
	if code || token || len(s.OfUser("u")) > 0 {
		t.Error("something is left")
	}
}

func copies(t *testing.T, s store.Store) {
	s.PutRefresh(store.Refresh{ID: "i", Token: "t", UserID: "u"})
	r, _ := s.Refresh("t")
	r.UserID = "somebody else"
	if again, _ := s.Refresh("t"); again.UserID != "u" {
		t.Error("a value that was handed out changes what is kept")
	}
}

func emptyWord(t *testing.T, s store.Store) {
	s.PutRefresh(store.Refresh{ID: "i", Token: "t"})
	s.PutCode(store.Code{Value: "c"})
	_, code := s.TakeCode("")
	_, token := s.Refresh("")
	_, id := s.RefreshByID("")
	if code || token || id {
		t.Error("the empty word finds something")
	}
}

func concurrent(t *testing.T, s store.Store) {
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 200 {
				id := fmt.Sprintf("%d-%d", w, i)
				s.PutRefresh(store.Refresh{ID: id, Token: id, UserID: "u"})
				s.PutCode(store.Code{Value: id})
				s.Touch(id, start, "")
				_ = s.OfUser("nobody")
				if _, ok := s.TakeCode(id); !ok {
					t.Errorf("code %s was lost", id)
				}
			}
		})
	}
	wg.Wait()
	if n := len(s.OfUser("u")); n != 1600 {
		t.Errorf("%d tokens, want 1600", n)
	}
}

func bounded(t *testing.T, s store.Store) {
	for i := range store.MaxRefresh + 10 {
		id := fmt.Sprint(i)
		s.PutRefresh(store.Refresh{ID: id, Token: id})
	}
	for i := range store.MaxCodes + 10 {
		s.PutCode(store.Code{Value: fmt.Sprint(i)})
	}
	_, eldest := s.RefreshByID("0")
	_, youngest := s.RefreshByID(fmt.Sprint(store.MaxRefresh + 9))
	_, code := s.Code("0")
	_, last := s.Code(fmt.Sprint(store.MaxCodes + 9))
	if eldest || !youngest || code || !last {
		t.Errorf("eldest %v, youngest %v, eldest code %v, youngest code %v", eldest, youngest, code, last)
	}
	if got, want := s.Evicted(), (store.Evicted{Codes: 10, Refresh: 10}); got != want {
		t.Errorf("of what it let go it says %+v, want %+v", got, want)
	}
	if s.Clear(); s.Evicted() != (store.Evicted{}) {
		t.Error("clearing does not forget what went")
	}
}
