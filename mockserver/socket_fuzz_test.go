package mockserver

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/authconform/authconform/mockserver/store"
)

// FuzzSocket: whatever an administrator sends, the home answers each message or ends the socket.
func FuzzSocket(f *testing.F) {
	for kind := range commands {
		raw, err := json.Marshal(map[string]any{"id": 1, "type": kind, "user_id": "x", "flow_id": "y", "entity_ids": []any{1, nil}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	for _, seed := range []string{
		`[{"id":1,"type":"ping"},{"id":1,"type":"ping"}]`, `[null]`, `{"id":1e300,"type":"ping"}`,
		`{"id":1,"type":"call_service","domain":"light"}`,
		`{"id":2,"type":"render_template","template":"{{ states('x') }}{{"}`,
		`{"id":3,"type":"subscribe_trigger","trigger":[[]]}`, `{"id":-1}`,
	} {
		f.Add(seed)
	}
	h, err := New(Options{URL: "http://127.0.0.1:1"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		_ = h.reset()
		k := h.socketOfOwner()
		defer k.unsubscribeAll()
		goesOn := k.take([]byte(raw))
		var one map[string]any
		if json.Unmarshal([]byte(raw), &one) == nil && one != nil && goesOn && len(k.out.list) == 0 {
			t.Errorf("%q is not answered", raw)
		}
	})
}

// socketOfOwner is a socket past its login, without a connection.
func (h *Home) socketOfOwner() *socket {
	r := store.Refresh{ID: "session", Token: "token", Key: []byte("key"), ClientID: "http://app.example/", UserID: h.users.list()[0].ID}
	h.store.PutRefresh(r)
	ctx, cancel := context.WithCancel(context.Background())
	owner := h.users.people()[0]
	return &socket{
		home: h, ctx: ctx, cancel: cancel, who: &session{r, owner},
		setups: map[string]string{}, subs: map[int64]func(){}, out: newOutbox(),
	}
}
