package home

import (
	"errors"
	"time"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const closeTimeout = 5 * time.Second // from a revocation to the close of the socket

func authMessage(token string) map[string]any {
	return map[string]any{"type": "auth", "access_token": token}
}

// said returns the type of a frame, or why there was none.
func said(f home.Frame, err error) string {
	if err != nil {
		return wire.Why(err)
	}
	return f.Type()
}

// errorCode returns the error code of an answer, or why there is none.
func errorCode(f home.Frame, err error) string {
	detail, _ := f["error"].(map[string]any)
	code, _ := detail["code"].(string)
	if err != nil || code == "" {
		return said(f, err)
	}
	return code
}

// answering opens a socket that has answered a ping: the control of everything that closes one. Ids up to 1 are used.
func answering(ctx Ctx, token string) *home.Socket {
	socket := home.From(ctx).Open(ctx, token)
	judge.Control(ctx, socket.Call(ctx, "ping", nil, nil)).To(Be("error of a ping", nil))
	return socket
}

// closes reports whether the server closes a socket, after reading the remaining frames.
func closes(ctx Ctx, s *home.Socket) bool {
	for range 20 {
		if _, err := s.ReadWithin(ctx, closeTimeout); err != nil {
			return errors.Is(err, home.ErrClosed)
		}
	}
	return false
}

// refusesAuth judges that a first message leads to auth_invalid and a close, or to a close alone.
func refusesAuth(ctx Ctx, send func(*home.Socket) error) {
	socket := home.From(ctx).Dial(ctx)
	judge.Control(ctx, said(socket.Read(ctx))).To(Be("first frame", "auth_required"))
	if err := send(socket); err != nil {
		judge.Block(ctx, "%v", err)
	}
	frame, err := socket.Read(ctx)
	if errors.Is(err, home.ErrClosed) {
		judge.Held(ctx)
		return
	}
	if judge.Expect(ctx, said(frame, err)).To(Be("answer", "auth_invalid")) {
		judge.Expect(ctx, closes(ctx, socket)).To(Be("closed", true))
	}
}

// grants returns the sessions that a socket's user sees.
func grants(ctx Ctx, s *home.Socket) []home.Grant {
	var list []home.Grant
	if err := s.Call(ctx, "auth/refresh_tokens", nil, &list); err != nil {
		judge.Block(ctx, "auth/refresh_tokens: %v", err)
	}
	return list
}

// current returns the session that a socket belongs to.
func current(ctx Ctx, s *home.Socket) home.Grant {
	for _, g := range grants(ctx, s) {
		if g.Current {
			return g
		}
	}
	judge.Block(ctx, "auth/refresh_tokens marks no session as current")
	return home.Grant{}
}
