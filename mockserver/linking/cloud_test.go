package linking

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// proxied is a home whose account-link proxy sends one frame after the authorize URL, and whose list has a status. closed
// receives a value when the home has closed the conversation.
func proxied(t *testing.T, frame map[string]any) (l *Linker, list *atomic.Int64, closed chan struct{}) {
	t.Helper()
	third := newThird(t)
	list, closed = &atomic.Int64{}, make(chan struct{}, 1)
	list.Store(http.StatusOK)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /services", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(list.Load()))
		fmt.Fprintf(w, `[{"service":%q,"min_version":"2021.1.0"}]`, Domain)
	})
	mux.HandleFunc("GET /v1", func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		var asked map[string]any
		_ = wsjson.Read(r.Context(), conn, &asked)
		_ = wsjson.Write(r.Context(), conn, map[string]any{"authorize_url": third.URL + "/authorize"})
		_ = wsjson.Write(r.Context(), conn, frame)
		_, _, _ = conn.Read(r.Context())
		closed <- struct{}{}
	})
	proxy := httptest.NewServer(mux)
	t.Cleanup(proxy.Close)
	l = third.home(t)
	for _, c := range l.Credentials() {
		if err := l.DeleteCredential(c.ID); err != nil {
			t.Fatal(err)
		}
	}
	l.AccountLink = proxy.URL
	return l, list, closed
}

func TestAnErrorOfTheProxyAfterItsURLLeavesTheStep(t *testing.T) {
	t.Parallel()
	l, _, closed := proxied(t, map[string]any{"error": "timeout"})
	step, err := l.Start(t.Context(), Domain, "http://home", true)
	if err != nil || step["type"] != "external" {
		t.Fatalf("the flow begins with %v, %v", step, err)
	}
	<-closed
	if again, err := l.Poll(t.Context(), fmt.Sprint(step["flow_id"])); err != nil || again["type"] != "external" {
		t.Errorf("then it is at %v, %v", again, err)
	}
}

func TestAnEntryWhoseProxyOffersItNoMoreIsTriedAgainLater(t *testing.T) {
	t.Parallel()
	tokens := map[string]any{"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expires_in": 36000}
	l, list, _ := proxied(t, map[string]any{"tokens": tokens})
	progressed := make(chan struct{}, 1)
	l.Fire = func(event string, _ map[string]any) {
		if event == "data_entry_flow_progressed" {
			progressed <- struct{}{}
		}
	}
	step, err := l.Start(t.Context(), Domain, "http://home", true)
	if err != nil {
		t.Fatal(err)
	}
	<-progressed
	if step, err = l.Poll(t.Context(), fmt.Sprint(step["flow_id"])); err != nil || step["type"] != "create_entry" {
		t.Fatalf("the flow ends with %v, %v", step, err)
	}
	id := l.Entries()[0].ID
	for _, c := range []struct {
		status int
		state  string
	}{{http.StatusServiceUnavailable, SetupRetry}, {http.StatusOK, Loaded}} {
		list.Store(int64(c.status))
		l.Clock.Advance(61 * time.Minute) // the list is old, the token is not
		l.Reload(t.Context(), id)
		if got := l.Entries()[0].State; got != c.state {
			t.Errorf("with a list of %d the entry is %s, want %s", c.status, got, c.state)
		}
	}
}
