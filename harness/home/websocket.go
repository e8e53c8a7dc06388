package home

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// socketTimeout bounds one message of a WebSocket; the server closes silent ones after 10 s.
const socketTimeout = 15 * time.Second

// Socket is a WebSocket to the home. Its messages are recorded as exchanges with the method WS.
type Socket struct {
	conn *websocket.Conn
	url  string
	next int
	read int // messages

	patience time.Duration // the longest wait for a message; 0: as long as a spec says
}

// Frame is a message from the server.
type Frame map[string]any

// Type is the frame's type, "" if it has none.
func (f Frame) Type() string { s, _ := f["type"].(string); return s }

// Dial opens /api/websocket, as a control. It reads nothing yet.
func (h *Home) Dial(ctx context.Context, header ...string) *Socket {
	s, err := h.TryDial(ctx, header...)
	if err != nil {
		judge.Block(ctx, "no WebSocket at /api/websocket: %v", err)
	}
	return s
}

// TryDial is like Dial, but not a control.
func (h *Home) TryDial(ctx context.Context, header ...string) (*Socket, error) {
	ctx, cancel := context.WithTimeout(ctx, h.Wire.Timeout())
	defer cancel()
	lines := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		lines.Add(header[i], header[i+1])
	}
	url := h.Wire.Absolute("/api/websocket")
	options := &websocket.DialOptions{HTTPClient: h.socketClient(), HTTPHeader: lines}
	conn, _, err := websocket.Dial(ctx, url, options) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(wire.MaxMessage)
	s := &Socket{conn: conn, url: url, patience: h.patience}
	stay := h.Wire.OnClose(func() { _ = conn.CloseNow() })
	judge.From(ctx).Cleanup(func(context.Context) { stay(); _ = conn.CloseNow() })
	return s, nil
}

// socketClient is the wire's client without its time limit, which would close the socket.
func (h *Home) socketClient() *http.Client {
	c := *h.Wire.HTTP()
	c.Timeout = 0
	return &c
}

// Send sends a value as a JSON text frame.
func (s *Socket) Send(ctx context.Context, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.SendText(ctx, string(raw))
}

// SendText sends the given text frame.
func (s *Socket) SendText(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, socketTimeout)
	defer cancel()
	err := s.conn.Write(ctx, websocket.MessageText, []byte(text))
	s.note(ctx, socketTimeout, text, "", err)
	return err
}

// SendBinary sends a binary frame.
func (s *Socket) SendBinary(ctx context.Context, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, socketTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageBinary, b)
}

// Read reads one frame. The error is ErrClosed if the server closed instead.
func (s *Socket) Read(ctx context.Context) (Frame, error) { return s.ReadWithin(ctx, socketTimeout) }

// ReadWithin is Read with its own time limit.
func (s *Socket) ReadWithin(ctx context.Context, limit time.Duration) (Frame, error) {
	limit = s.limited(limit)
	if s.read++; s.read > wire.MaxMessages {
		s.Abandon()
		return nil, fmt.Errorf("cut after %d messages: the server keeps sending messages that nobody requested", wire.MaxMessages)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, raw, err := s.conn.Read(ctx)
	s.note(ctx, limit, "", string(raw), err)
	if err != nil {
		if status := websocket.CloseStatus(err); status >= 0 {
			return nil, fmt.Errorf("%w with code %d", ErrClosed, status)
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%w within %s", ErrSilent, limit)
		}
		if errors.Is(err, websocket.ErrMessageTooBig) {
			return nil, fmt.Errorf("a message was cut after %d MiB", wire.MaxMessage>>20)
		}
		return nil, fmt.Errorf("%w without a close frame", ErrClosed)
	}
	if wire.Readable(raw) < len(raw) {
		return nil, fmt.Errorf("a message was cut after %d values", wire.MaxValues)
	}
	var f Frame
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("the frame is not a JSON object: %w", err)
	}
	return f, nil
}

// Await reads frames until a wanted one, and skips all others: a home sends each subscriber the events of
// every user.
func (s *Socket) Await(ctx context.Context, wanted func(Frame) bool) (Frame, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limited(socketTimeout))
	defer cancel()
	for others := 0; ; others++ {
		f, err := s.Read(ctx)
		if err != nil {
			return nil, fmt.Errorf("%w; %d other messages arrived", err, others)
		}
		if wanted(f) {
			return f, nil
		}
	}
}

// limited returns how long to wait for a message.
func (s *Socket) limited(limit time.Duration) time.Duration {
	if s.patience > 0 {
		return min(limit, s.patience)
	}
	return limit
}

// ErrSilent means that no message arrived in time.
var ErrSilent = errors.New("no message")

// ErrClosed means that the server closed the socket.
var ErrClosed = errors.New("the server closed the socket")

func (s *Socket) note(ctx context.Context, limit time.Duration, sent, got string, err error) {
	request := wire.Request{Method: "WS", URL: s.url, Body: sent, Limit: limit}
	wire.Note(ctx, &wire.Exchange{Request: request, Body: got, Err: err, Started: time.Now()})
}

// Login reads auth_required, sends the auth message with a token, and returns the answer.
func (s *Socket) Login(ctx context.Context, token string) (Frame, error) {
	judge.Secret(ctx, "access_token", token)
	first, err := s.Read(ctx)
	if err != nil {
		return nil, err
	}
	if first.Type() != "auth_required" {
		return first, fmt.Errorf("the first frame is %q, not auth_required", first.Type())
	}
	if err := s.Send(ctx, map[string]string{"type": "auth", "access_token": token}); err != nil {
		return nil, err
	}
	return s.Read(ctx)
}

// Open is a logged-in socket, as a control.
func (h *Home) Open(ctx context.Context, token string) *Socket {
	s := h.Dial(ctx)
	f, err := s.Login(ctx, token)
	if err != nil || f.Type() != "auth_ok" {
		judge.Block(ctx, "the WebSocket did not accept a valid token: %v %v", f, err)
	}
	return s
}

// CommandError is an error response to a command.
type CommandError struct{ Code, Message string }

func (e *CommandError) Error() string { return strings.TrimSuffix(e.Code+": "+e.Message, ": ") }

// Call runs a command and decodes its result into out, which may be nil. Events and frames of other commands are
// skipped. The error is a *CommandError if the server refuses.
func (s *Socket) Call(ctx context.Context, command string, fields map[string]any, out any) error {
	s.next++
	id := s.next
	message := map[string]any{"id": id, "type": command}
	for k, v := range fields {
		message[k] = v
	}
	ctx, cancel := context.WithTimeout(ctx, socketTimeout)
	defer cancel()
	if err := s.Send(ctx, message); err != nil {
		return err
	}
	for {
		f, err := s.Read(ctx)
		if err != nil {
			return err
		}
		if n, _ := f["id"].(float64); int(n) != id || (f.Type() != "result" && f.Type() != "pong") {
			continue
		}
		if ok, _ := f["success"].(bool); !ok && f.Type() == "result" {
			e := &CommandError{}
			if detail, _ := f["error"].(map[string]any); detail != nil {
				e.Code, _ = detail["code"].(string)
				e.Message, _ = detail["message"].(string)
			}
			return e
		}
		if out == nil {
			return nil
		}
		raw, _ := json.Marshal(f["result"])
		return json.Unmarshal(raw, out)
	}
}

// Abandon drops the connection without a close frame.
func (s *Socket) Abandon() { _ = s.conn.CloseNow() }

// Close closes the socket.
func (s *Socket) Close() { _ = s.conn.Close(websocket.StatusNormalClosure, "") }
