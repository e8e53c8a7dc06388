package home

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/judge"
)

func say(ctx context.Context, conn *websocket.Conn, frames ...string) {
	for _, frame := range frames {
		_ = conn.Write(ctx, websocket.MessageText, []byte(frame))
	}
}

// listen waits for the client's message.
func listen(ctx context.Context, conn *websocket.Conn) { _, _, _ = conn.Read(ctx) }

func TestASocketIsOpenToAValidTokenOnly(t *testing.T) {
	does := func(body func(context.Context, *websocket.Conn)) func(*hometest.Home) {
		return func(f *hometest.Home) { f.Speaks(body) }
	}
	absent := func(f *hometest.Home) { f.Answers("GET /api/websocket", http.StatusNotFound, "") }
	for name, c := range map[string]struct {
		change func(*hometest.Home)
		token  string
		want   string // of the reason; "": it opens
	}{
		"a valid token":   {func(*hometest.Home) {}, "access-1", ""},
		"an invented one": {func(*hometest.Home) {}, "invented", `the WebSocket did not accept a valid token: {"type":"auth_invalid"}`},
		"no socket":       {absent, "access-1", "no WebSocket at /api/websocket: "},
		"another greeting": {
			does(func(ctx context.Context, c *websocket.Conn) { say(ctx, c, `{"type":"hello"}`) }),
			"access-1", `the first frame is "hello", not auth_required`,
		},
		"no greeting": {
			does(func(_ context.Context, c *websocket.Conn) { _ = c.Close(websocket.StatusPolicyViolation, "") }),
			"access-1", "the server closed the socket with code 1008",
		},
	} {
		f, h, _ := stay(t)
		c.change(f)
		got := outcome(t, func(ctx context.Context) { h.Open(ctx, c.token) })
		if c.want == "" && got.Verdict != evidence.Pass || !strings.Contains(got.Reason, c.want) {
			t.Errorf("%s: %s: %s, want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}

func TestACommandHasOneResult(t *testing.T) {
	f, h, ctx := stay(t)
	f.Knows("get", func(fields map[string]any) (any, string) { return map[string]any{"asked": fields["what"]}, "" })
	f.Knows("refuse", func(map[string]any) (any, string) { return nil, "not_allowed" })
	s := h.Open(ctx, "access-1")
	var got struct{ Asked string }
	for _, what := range []string{"this", "that"} { // each time, the fake sends an event first
		if err := s.Call(ctx, "get", map[string]any{"what": what}, &got); err != nil || got.Asked != what {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	if err := s.Call(ctx, "get", nil, nil); err != nil {
		t.Errorf("a result that nobody wants: %v", err)
	}
	var refused *CommandError
	if err := s.Call(ctx, "refuse", nil, &got); !errors.As(err, &refused) || refused.Error() != "not_allowed: no" {
		t.Errorf("refused: %v", err)
	}
	var number int
	if err := s.Call(ctx, "get", nil, &number); err == nil {
		t.Error("an object is read as a number")
	}
	s.Close()
	if err := s.Call(ctx, "get", nil, nil); err == nil {
		t.Error("a socket that is closed answers")
	}
}

func TestAPongIsTheResultOfAPing(t *testing.T) {
	f, h, ctx := stay(t)
	f.Speaks(func(ctx context.Context, c *websocket.Conn) {
		_, _, _ = c.Read(ctx)
		say(ctx, c, `{"id":7,"type":"result","success":true}`, `{"id":1,"type":"event"}`, `{"id":1,"type":"pong"}`)
	})
	if err := h.Dial(ctx).Call(ctx, "ping", nil, nil); err != nil {
		t.Error(err)
	}
}

func TestAFrameThatDoesNotComeIsToldFromAnEnd(t *testing.T) {
	says := func(frame string) func(context.Context, *websocket.Conn) {
		return func(ctx context.Context, c *websocket.Conn) { say(ctx, c, frame) }
	}
	closes := func(_ context.Context, c *websocket.Conn) { _ = c.Close(websocket.StatusGoingAway, "") }
	for name, c := range map[string]struct {
		does   func(ctx context.Context, conn *websocket.Conn)
		want   string
		closed bool
	}{
		"a frame":         {says(`{"type":"x"}`), "", false},
		"silence":         {listen, "no message within 20ms", false},
		"a close":         {closes, "the server closed the socket with code 1001", true},
		"a lost line":     {func(_ context.Context, c *websocket.Conn) { _ = c.CloseNow() }, "without a close frame", true},
		"what is no JSON": {says("hello"), "the frame is not a JSON object", false},
	} {
		f, h, ctx := stay(t)
		f.Speaks(c.does)
		limit := 20 * time.Millisecond
		if name != "silence" {
			limit = time.Minute
		}
		frame, err := h.Dial(ctx).ReadWithin(ctx, limit)
		switch {
		case c.want == "" && (err != nil || frame.Type() != "x"):
			t.Errorf("%s: %v, %v", name, frame, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, ErrClosed) != c.closed):
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestPatienceBoundsEveryWait(t *testing.T) {
	f, h, ctx := stay(t)
	f.Speaks(listen)
	h.patience = 10 * time.Millisecond
	if _, err := h.Dial(ctx).Read(ctx); err == nil || err.Error() != "no message within 10ms" {
		t.Errorf("%v", err)
	}
	if _, err := h.Dial(ctx).Await(ctx, func(Frame) bool { return true }); err == nil || !strings.HasPrefix(err.Error(), "no message within") {
		t.Errorf("%v", err)
	}
}

// TestAnEventIsWaitedForAmongThoseOfOthers: workers at one home receive each other's events.
func TestAnEventIsWaitedForAmongThoseOfOthers(t *testing.T) {
	f, h, ctx := stay(t)
	f.Speaks(func(ctx context.Context, c *websocket.Conn) {
		for i := range 50 {
			say(ctx, c, fmt.Sprintf(`{"type":"event","flow":"other-%d"}`, i))
		}
		say(ctx, c, `{"type":"event","flow":"ours"}`)
		_, _, _ = c.Read(ctx)
	})
	s := h.Dial(ctx)
	ours := func(f Frame) bool { return f["flow"] == "ours" }
	if frame, err := s.Await(ctx, ours); err != nil || frame["flow"] != "ours" {
		t.Errorf("%v, %v", frame, err)
	}
	s.patience = 10 * time.Millisecond
	if _, err := s.Await(ctx, ours); err == nil || !strings.HasSuffix(err.Error(), "; 0 other messages arrived") {
		t.Errorf("after the last event: %v", err)
	}
}

func TestWhatASocketSaysIsEvidence(t *testing.T) {
	f, h, _ := stay(t)
	f.Knows("get", func(map[string]any) (any, string) { return "done", "" })
	record := judge.NewRecord()
	ctx := judge.With(t.Context(), record)
	s := h.Open(ctx, "access-1")
	_ = s.SendBinary(ctx, []byte("{}"))
	_ = s.Call(ctx, "get", nil, nil)
	s.Abandon()
	judge.Violated(ctx, "a", "b")
	var said []string
	for _, item := range record.Outcome(evidence.Must, false).Evidence {
		if x := item.Exchange; x.Method == "WS" {
			said = append(said, x.RequestBody+x.ResponseBody)
		}
	}
	if len(said) < 5 || strings.Contains(fmt.Sprint(said), "access-1") || !strings.Contains(fmt.Sprint(said), "‹access_token 1›") {
		t.Errorf("%q", said)
	}
}

// TestASocketThatFloodsComesToAnEnd: the result of a command never arrives, but everything else does.
func TestASocketThatFloodsComesToAnEnd(t *testing.T) {
	f, h, ctx := stay(t)
	f.Speaks(func(ctx context.Context, c *websocket.Conn) {
		say(ctx, c, `{"type":"auth_required"}`)
		listen(ctx, c)
		say(ctx, c, `{"type":"auth_ok"}`)
		for c.Write(ctx, websocket.MessageText, []byte(`{"type":"event"}`)) == nil {
			continue
		}
	})
	s := h.Open(ctx, "access-1")
	if err := s.Call(ctx, "get", nil, nil); err == nil || !strings.HasPrefix(err.Error(), "cut after 2000 messages") {
		t.Errorf("a flood: %v", err)
	}
	f.Speaks(func(ctx context.Context, c *websocket.Conn) { say(ctx, c, strings.Repeat(" ", 5<<20)) })
	if _, err := h.Dial(ctx).Read(ctx); err == nil || err.Error() != "a message was cut after 4 MiB" {
		t.Errorf("one long message: %v", err)
	}
}
