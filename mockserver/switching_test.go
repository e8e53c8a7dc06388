package mockserver

import (
	"net/http"
	"sync"
	"testing"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// TestAPolicyIsSwitchedUnderRequests: each request is decided by one of them, and none is torn.
func TestAPolicyIsSwitchedUnderRequests(t *testing.T) {
	t.Parallel()
	h := Start(t)
	teapot := Strict()
	teapot.Metadata = func(string) map[string]any { return nil }
	teapot.Answer = func(_ mock.Request, a mock.Answer) mock.Answer {
		a.Status = http.StatusTeapot
		return a
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				resp, err := http.Get(h.URL + "/auth/providers")
				if err != nil {
					t.Error(err)
					return
				}
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusTeapot {
					t.Errorf("status %d", resp.StatusCode)
				}
			}
		})
	}
	for i := range 100 {
		h.SetPolicy([]*Policy{teapot, Strict()}[i%2])
	}
	all.Wait()
	h.SetPolicy(teapot)
	if resp, err := http.Get(h.URL + "/auth/providers"); err != nil || resp.StatusCode != http.StatusTeapot {
		t.Errorf("the policy that was put in force last does not decide: %v, %v", resp, err)
	}
}

func TestAPolicyThatKeepsPasswordsItsOwnWayIsSettled(t *testing.T) {
	t.Parallel()
	plain, ownStore, ownPassword := Strict(), Strict(), Strict()
	plain.SingleUse = mock.Is(false)
	ownStore.Store = func() store.Store { return store.NewMemory() }
	ownPassword.Password = func(s string) string { return s[:min(len(s), 8)] }
	if Settles(plain) || Settles(ownStore) || !Settles(ownPassword) {
		t.Error("what has to be settled at the start is mistaken")
	}
}
