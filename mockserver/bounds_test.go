package mockserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockserver/core"
	"github.com/authconform/authconform/mockserver/store"
)

// TestASocketHoldsOnlySoMuch: what 690,000 commands of one socket leave is bounded, and goes with the socket.
func TestASocketHoldsOnlySoMuch(t *testing.T) {
	t.Parallel()
	h, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	k := &socket{home: h, who: &session{}, setups: map[string]string{}}
	for i := range maxSubscriptions + 10 {
		k.last = int64(i)
		result, refused := subscribe(k, map[string]any{"event_type": core.StateChanged})
		if (refused != nil) != (i >= maxSubscriptions) {
			t.Fatalf("subscription %d: %v", i, refused)
		}
		if after, ok := result.(followUp); ok {
			after.then()
		}
	}
	for i := range maxSetups + 10 {
		if _, refused := setupMFA(k, map[string]any{"mfa_module_id": "totp"}); (refused != nil) != (i >= maxSetups) {
			t.Fatalf("setup %d: %v", i, refused)
		}
	}
	if n := len(k.subs); n != maxSubscriptions || len(k.setups) != maxSetups {
		t.Errorf("it holds %d subscriptions and %d setups", n, len(k.setups))
	}
	if k.unsubscribeAll(); len(k.subs) != 0 || len(h.core.Listeners()) != 0 {
		t.Error("its subscriptions stay when it has gone")
	}
}

func TestASnapshotTellsTheBoundsAndWhatWasEvicted(t *testing.T) {
	t.Parallel()
	h, err := New(Options{ControlToken: "a-token"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range store.MaxRefresh + 3 {
		h.store.PutRefresh(store.Refresh{ID: fmt.Sprint(i), Token: fmt.Sprint("t", i)})
	}
	for i := range store.MaxCodes + 2 {
		h.store.PutCode(store.Code{Value: fmt.Sprint(i)})
	}
	for i := range maxFlows + 1 {
		h.flows.add(&flow{ID: fmt.Sprint(i)})
	}
	r := httptest.NewRequest(http.MethodGet, "/_authconform/snapshot", strings.NewReader(""))
	r.Header.Set("Authorization", "Bearer a-token")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var got struct {
		Flows   int            `json:"login_flows"`
		Bounds  map[string]int `json:"bounds"`
		Evicted map[string]int `json:"evicted"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string][2]int{
		"codes": {store.MaxCodes, 2}, "refresh_tokens": {store.MaxRefresh, 3}, "login_flows": {maxFlows, 1},
	} {
		if got.Bounds[what] != want[0] || got.Evicted[what] != want[1] {
			t.Errorf("%s: a bound of %d, and %d evicted; want %v", what, got.Bounds[what], got.Evicted[what], want)
		}
	}
	if got.Flows != maxFlows {
		t.Errorf("%d login flows", got.Flows)
	}
}

func TestAHomeWantsATokenForItsControlPlane(t *testing.T) {
	t.Parallel()
	for _, blank := range []string{" ", "\t", "two words"} {
		if _, err := New(Options{ControlToken: blank}); err == nil {
			t.Errorf("%q is taken", blank)
		}
	}
}
