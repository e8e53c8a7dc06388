package mockserver

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// listening is a home that listens.
func listening(t *testing.T, o Options) (*Home, string) {
	t.Helper()
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(func() { h.Close(); server.Close() })
	return h, server.URL
}

// loggedIn is a session of the owner: its access token and its id.
func loggedIn(t *testing.T, h *Home) (token, id string) {
	t.Helper()
	now := h.now()
	r := store.Refresh{
		ID: mock.Secret(16), Token: mock.Secret(32), Key: []byte(mock.Secret(32)), ClientID: "http://app.example/", Type: store.Normal,
		UserID: h.users.list()[0].ID, Created: now, Used: now, TTL: 30 * time.Minute, Provider: "homeassistant",
	}
	h.store.PutRefresh(r)
	return h.signAccess(r), r.ID
}

// open is a socket to a home, which has read auth_required; with a token it has logged in.
func open(t *testing.T, h *Home, url, token string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url+"/api/websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	if hear(t, conn)["type"] != "auth_required" {
		t.Fatal("no auth_required")
	}
	if token != "" {
		say(t, conn, map[string]any{"type": "auth", "access_token": token})
		if got := hear(t, conn); got["type"] != "auth_ok" {
			t.Fatalf("%v", got)
		}
	}
	return conn
}

func say(t *testing.T, conn *websocket.Conn, message map[string]any) {
	t.Helper()
	raw, err := json.Marshal(message)
	if err == nil {
		err = conn.Write(t.Context(), websocket.MessageText, raw)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, conn *websocket.Conn) map[string]any {
	t.Helper()
	_, raw, err := conn.Read(t.Context())
	var m map[string]any
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ends reads until the connection has ended, and gives the code of its close frame; -1: it had none.
func ends(t *testing.T, conn *websocket.Conn) websocket.StatusCode {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		if _, _, err := conn.Read(ctx); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

func TestASocketEndsWithACloseFrameWhateverEndsIt(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *Home, *websocket.Conn, string){
		"its session is deleted": func(_ *testing.T, h *Home, _ *websocket.Conn, id string) { h.closeSockets(id, EndRevoked) },
		"the home restarts":      func(_ *testing.T, h *Home, _ *websocket.Conn, _ string) { h.restart() },
		"the home ends":          func(_ *testing.T, h *Home, _ *websocket.Conn, _ string) { h.Close() },
		"it says what is no message": func(t *testing.T, _ *Home, c *websocket.Conn, _ string) {
			_ = c.Write(t.Context(), websocket.MessageText, []byte("5"))
		},
		"it ends itself": func(t *testing.T, _ *Home, c *websocket.Conn, id string) {
			say(t, c, map[string]any{"id": 1, "type": "auth/delete_refresh_token", "refresh_token_id": id})
		},
	} {
		for range 10 {
			h, url := listening(t, Options{})
			token, id := loggedIn(t, h)
			conn := open(t, h, url, token)
			end(t, h, conn, id)
			if got := ends(t, conn); got != websocket.StatusNormalClosure {
				t.Errorf("%s: the connection ends with %d", name, got)
			}
		}
	}
}

func TestASocketThatDoesNotLogInEndsWithACloseFrame(t *testing.T) {
	t.Parallel()
	h, url := listening(t, Options{})
	conn := open(t, h, url, "")
	h.clock.Advance(time.Minute)
	if got := ends(t, conn); got != websocket.StatusNormalClosure {
		t.Errorf("the connection ends with %d", got)
	}
}

// TestAClientThatDoesNotReadIsGivenUp: what waits for it is bounded.
func TestAClientThatDoesNotReadIsGivenUp(t *testing.T) {
	t.Parallel()
	o := newOutbox()
	for i := range mostPending + 1 {
		if ok := o.put([]byte("{}")); ok != (i < mostPending) {
			t.Fatalf("message %d: %v", i, ok)
		}
	}
	if batch, over := o.next(); len(batch) != 0 || !over {
		t.Errorf("%d messages wait, over: %v", len(batch), over)
	}
}

func TestMessagesGoTogetherWhereTheClientTakesThem(t *testing.T) {
	t.Parallel()
	o := newOutbox()
	o.put([]byte(`{"id":1}`))
	o.coalesce()
	o.put([]byte(`{"id":2}`))
	if batch, _ := o.next(); len(batch) != 1 || string(batch[0]) != `[{"id":1},{"id":2}]` {
		t.Errorf("%s", batch)
	}
	o.put([]byte(`{"id":3}`))
	if batch, _ := o.next(); len(batch) != 1 || string(batch[0]) != `{"id":3}` {
		t.Errorf("%s", batch)
	}
}
