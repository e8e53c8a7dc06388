package store_test

import (
	"testing"
	"time"

	"github.com/authconform/authconform/mockserver/store"
	"github.com/authconform/authconform/mockserver/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func() store.Store { return store.NewMemory() })
}

func TestMovable(t *testing.T) {
	storetest.Run(t, func() store.Store { return store.NewMovable(store.NewMemory()) })
}

func TestWhatIsKeptMovesToAnotherStore(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	old, next := store.NewMemory(), store.NewMemory()
	m := store.NewMovable(old)
	m.PutCode(store.Code{Value: "c", Issued: start})
	m.PutRefresh(store.Refresh{ID: "late", Token: "l", UserID: "ada", Created: start.Add(time.Hour)})
	m.PutRefresh(store.Refresh{ID: "early", Token: "e", UserID: "ben", Created: start})
	m.Move(next, []string{"ada", "ben"})
	if _, ok := next.Code("c"); !ok {
		t.Error("the code is lost")
	}
	for _, token := range []string{"l", "e"} {
		if _, ok := m.Refresh(token); !ok {
			t.Errorf("the refresh token %s is lost", token)
		}
	}
	m.Delete("late")
	if _, ok := next.Refresh("l"); ok {
		t.Error("it is deleted, and the next store has it")
	}
	if _, ok := old.Refresh("l"); !ok {
		t.Error("the store of before is still written to")
	}
}
