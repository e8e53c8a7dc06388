package mockserver

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/authconform/authconform/mockserver/store"
)

// at32 does something from 32 sides at once and counts how often it succeeds.
func at32(act func(i int) bool) int64 {
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

func TestACodeRedeemedFromManySidesWorksOnce(t *testing.T) {
	t.Parallel()
	h, err := New(Options{URL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	owner := h.users.list()[0]
	h.store.PutCode(store.Code{Value: "c", ClientID: "http://127.0.0.1:1/", UserID: owner.ID, Provider: "homeassistant", Issued: h.now()})
	form := url.Values{"grant_type": {"authorization_code"}, "code": {"c"}, "client_id": {"http://127.0.0.1:1/"}}.Encode()
	n := at32(func(int) bool {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:1/auth/token", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code == http.StatusOK
	})
	if sessions := h.store.OfUser(owner.ID); n != 1 || len(sessions) != 1 {
		t.Errorf("%d got tokens, and %d sessions are open", n, len(sessions))
	}
}

func TestChangesOfAUserFromManySidesAreAllKept(t *testing.T) {
	t.Parallel()
	u := newUsers(Strict().Password)
	if err := u.load([]User{{ID: "u", Username: "ada"}}); err != nil {
		t.Fatal(err)
	}
	at32(func(i int) bool {
		u.change("u", func(user *User) { user.Name += fmt.Sprintf("<%d>", i) })
		return true
	})
	ada, _ := u.get("u")
	for i := range 32 {
		if strings.Count(ada.Name, fmt.Sprintf("<%d>", i)) != 1 {
			t.Errorf("change %d is not kept once: %s", i, ada.Name)
		}
	}
}
