package hostile

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

const (
	ok    = "HTTP/1.1 200 OK\r\n"
	typed = ok + "Content-Type: application/json\r\n"
	grant = `{"access_token":"invented-access-token","token_type":"Bearer","refresh_token":"invented-refresh-token","expires_in":1800}`
)

// says answers with bytes and closes the connection.
func says(parts ...string) func(*call) {
	return func(c *call) {
		c.raw(func(conn net.Conn) { _, _ = io.WriteString(conn, strings.Join(parts, "")) })
	}
}

// repeats answers with first, and then with then until the client closes.
func repeats(first, then string) func(*call) {
	return func(c *call) {
		c.raw(func(conn net.Conn) {
			_, err := io.WriteString(conn, first)
			for err == nil {
				_, err = io.WriteString(conn, then)
			}
		})
	}
}

// drips is repeats, but very slow.
func drips(first, then string) func(*call) {
	return func(c *call) {
		c.raw(func(conn net.Conn) {
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			_, err := io.WriteString(conn, first)
			for ; err == nil; _, err = io.WriteString(conn, then) {
				<-tick.C
			}
		})
	}
}

// stays answers with bytes, and then keeps the connection open in silence.
func stays(parts ...string) func(*call) {
	return func(c *call) {
		c.raw(func(conn net.Conn) {
			_, _ = io.WriteString(conn, strings.Join(parts, ""))
			_, _ = io.Copy(io.Discard, conn)
		})
	}
}

func sized(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

// connections returns behaviours that attack below HTTP or around the answer.
func connections() []Behaviour {
	return []Behaviour{
		{Name: "conn.closes", Story: "It closes the connection without an answer.", At: Token, answer: says()},
		{Name: "conn.resets", Story: "It resets the connection.", At: Token, answer: func(c *call) {
			c.raw(func(conn net.Conn) {
				if tcp, is := conn.(*net.TCPConn); is {
					_ = tcp.SetLinger(0)
				}
			})
		}},
		{Name: "conn.silent", Story: "It never answers.", At: Token, Hangs: true, answer: stays()},
		{Name: "conn.slow-status", Story: "Its status line takes for ever.", At: Token, Hangs: true, answer: drips("HTTP/1.1 200 ", "O")},
		{Name: "conn.slow-headers", Story: "Its headers take for ever.", At: Token, Hangs: true, answer: drips(ok+"X: ", "x")},
		{Name: "conn.slow-body", Story: "Its body takes for ever.", At: Token, Hangs: true, answer: drips(typed+"\r\n{", " ")},
		{
			Name: "conn.half", Story: "It announces more than it sends, and stays.", At: Token, Hangs: true,
			answer: stays(typed, "Content-Length: 4000\r\n\r\n", grant),
		},
		{
			Name: "conn.half-closes", Story: "It announces more than it sends, and closes.", At: Token,
			answer: says(typed, "Content-Length: 4000\r\n\r\n", grant),
		},
		{
			Name: "conn.garbage", Story: "It answers with bytes that are no HTTP.", At: Token,
			answer: says(strings.Repeat("\x00\xff\x1b[2J", 5000)),
		},
		{Name: "conn.alert", Story: "It answers with an alert of TLS.", At: Token, answer: says("\x15\x03\x01\x00\x02\x02\x28")},
		{Name: "conn.version-0.9", Story: "It answers as HTTP/0.9: a body alone.", At: Token, answer: says(grant)},
		{Name: "conn.version-9.9", Story: "It speaks HTTP/9.9.", At: Token, answer: says("HTTP/9.9 200 OK\r\n", "garbage\r\n", sized(grant))},
		{Name: "conn.request", Story: "It answers with a request.", At: Token, answer: says("POST /auth/token HTTP/1.1\r\nHost: h\r\n\r\n")},
		{Name: "conn.status-0", Story: "Its status is 000.", At: Token, answer: says("HTTP/1.1 000 Nothing\r\n", sized(grant))},
		{Name: "conn.status-minus", Story: "Its status is -1.", At: Token, answer: says("HTTP/1.1 -1 Less\r\n", sized(grant))},
		{Name: "conn.status-999", Story: "Its status is 999.", At: Token, answer: says("HTTP/1.1 999 More\r\n", sized(grant))},
		{
			Name: "conn.continues", Story: "It sends 100 Continue without end.", At: Token, Hangs: true,
			answer: repeats("", "HTTP/1.1 100 Continue\r\n\r\n"),
		},
		{
			Name: "conn.hints", Story: "It sends 103 Early Hints with headers, slowly and without end.", At: Token, Hangs: true,
			answer: drips("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
		},
		{
			Name: "conn.switches", Story: "It switches to another protocol, in which it says nothing.", At: Token,
			answer: stays("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
		},
		{
			Name: "conn.switches-floods", Story: "It switches to another protocol, in which it says a lot.", At: Token,
			answer: repeats("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", strings.Repeat("x", 64<<10)),
		},
		{
			Name: "conn.answers-ahead", Story: "It sends a second response after the first, for the next request.", At: Token,
			answer: stays("HTTP/1.1 400 Bad\r\n", sized("{}"), typed, sized(grant)),
		},
	}
}
