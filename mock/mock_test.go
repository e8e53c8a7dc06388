package mock

import (
	"context"
	"testing"
	"time"
)

func TestClockTravels(t *testing.T) {
	t.Parallel()
	var c Clock
	fired := make(chan struct{})
	c.AfterFunc(time.Hour, func() { close(fired) })
	stop := c.AfterFunc(time.Hour, func() { t.Error("a stopped timer fired") })
	stop()
	before := c.Now()
	c.Advance(2 * time.Hour)
	<-fired
	if d := c.Now().Sub(before); d < 2*time.Hour {
		t.Errorf("time went on by %s", d)
	}
	c.Set(0)
	if c.Offset() != 0 {
		t.Errorf("offset %s", c.Offset())
	}
}

func TestHistoryKeepsTheLast(t *testing.T) {
	t.Parallel()
	var h History
	if got := h.Since(0, ""); got == nil || len(got) != 0 {
		t.Errorf("an empty history is %v, not []", got)
	}
	for range kept + 5 {
		h.Add(Entry{Path: "/auth/token"})
	}
	h.Add(Entry{Path: "/other"})
	all := h.Since(0, "")
	if len(all) != kept || all[len(all)-1].Path != "/other" || all[0].Seq+int64(kept)-1 != all[len(all)-1].Seq {
		t.Errorf("%d entries, from %d to %d", len(all), all[0].Seq, all[len(all)-1].Seq)
	}
	last := all[len(all)-1].Seq
	if got := h.Since(last-2, "/auth/*"); len(got) != 1 {
		t.Errorf("%d entries of the glob", len(got))
	}
	h.Clear()
	if got := h.Since(0, ""); len(got) != 0 {
		t.Errorf("%d entries after clearing", len(got))
	}
	h.Add(Entry{Path: "/new"})
	if got := h.Since(last, ""); len(got) != 1 || got[0].Seq <= last {
		t.Errorf("the numbering went back: %+v after %d", got, last)
	}
}

func TestHistoryAwaits(t *testing.T) {
	t.Parallel()
	var h History
	got := make(chan []Entry)
	go func() { got <- h.Await(t.Context(), 0, "/auth/token") }()
	h.Add(Entry{Path: "/other"})
	h.Add(Entry{Path: "/auth/token"})
	if e := <-got; len(e) != 1 || e[0].Path != "/auth/token" {
		t.Errorf("%+v", e)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if e := h.Await(done, 100, ""); len(e) != 0 {
		t.Errorf("%+v", e)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, bad := range []Fault{{}, {Status: 99}, {Delay: "soon"}, {Path: "[", Status: 500}, {Status: 500, Times: -1}} {
		if bad.Check() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	var s Faults
	added, err := s.Add(Fault{Method: "POST", Path: "/auth/*", ClientID: "x", After: 1, Times: 2, Status: 503})
	if err != nil || added.ID == 0 {
		t.Fatalf("%+v %v", added, err)
	}
	for i, want := range []bool{false, true, true, false} {
		if _, hit := s.Hit(Asked{Method: "POST", Path: "/auth/token", ClientID: "x"}); hit != want {
			t.Errorf("request %d: hit %v, want %v", i+1, hit, want)
		}
	}
	for _, other := range [][3]string{{"GET", "/auth/token", "x"}, {"POST", "/api/", "x"}, {"POST", "/auth/token", "y"}} {
		if _, hit := s.Hit(Asked{Method: other[0], Path: other[1], ClientID: other[2]}); hit {
			t.Errorf("%v is hit", other)
		}
	}
	if list := s.List(); len(list) != 1 || list[0].Hits != 2 {
		t.Errorf("%+v", list)
	}
	s.Clear(added.ID)
	if len(s.List()) != 0 {
		t.Error("it is still in force")
	}
}
