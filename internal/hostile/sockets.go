package hostile

import (
	"crypto/sha1" //nolint:gosec // RFC 6455 §4.2.2 wants it
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// accepts opens the WebSocket and continues with talk.
func accepts(talk func(conn net.Conn)) func(*call) {
	return func(c *call) {
		sum := sha1.Sum([]byte(c.r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // as above
		c.raw(func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
				base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n")
			talk(conn)
		})
	}
}

// frame returns one frame of a server, without a mask (RFC 6455 §5.2).
func frame(first byte, payload string) string {
	head := []byte{first}
	switch n := len(payload); {
	case n < 126:
		head = append(head, byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), uint64(n))
	}
	return string(head) + payload
}

const (
	text, whole = 0x01, 0x80
	needed      = `{"type":"auth_required","ha_version":"2026.11.0"}`
	welcome     = `{"type":"auth_ok","ha_version":"2026.11.0"}`
)

// opens asks for authentication, reads the client's token, and continues with bytes.
func opens(first, then string) func(*call) {
	return accepts(func(conn net.Conn) {
		_, _ = io.WriteString(conn, frame(whole|text, needed))
		_, _ = conn.Read(make([]byte, 64<<10))
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		_, err := io.WriteString(conn, first)
		for err == nil && then != "" {
			_, err = io.WriteString(conn, then)
		}
		if then == "" {
			_, _ = conn.Read(make([]byte, 1))
		}
	})
}

// greets opens the socket, sends first, and then repeats then until the client closes.
func greets(first, then string) func(*call) {
	return accepts(func(conn net.Conn) {
		_, err := io.WriteString(conn, first)
		for err == nil && then != "" {
			_, err = io.WriteString(conn, then)
		}
		_, _ = io.Copy(io.Discard, conn)
	})
}

// lists answers the first commands, whatever they are, with a list of n objects.
func lists(n int) func(*call) {
	result := "[" + strings.Repeat(`{"a":0},`, n) + "{}]"
	answers := frame(whole|text, welcome)
	for id := range 4 {
		answers += frame(whole|text, fmt.Sprintf(`{"id":%d,"type":"result","success":true,"result":%s}`, id+1, result))
	}
	return opens(answers, "")
}

// sockets returns behaviours that attack over WebSockets.
func sockets() []Behaviour {
	event := frame(whole|text, `{"id":99,"type":"event","event":{"data":"`+strings.Repeat("e", 900)+`"}}`)
	list := []Behaviour{
		{Name: "ws.refused", Story: "It answers the upgrade with a page.", answer: answers(http.StatusOK, "<h1>Hello")},
		{Name: "ws.wrong-key", Story: "It accepts another key than it was shown.", answer: stays(
			"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")},
		{Name: "ws.silent", Story: "It opens, and says nothing.", Hangs: true, answer: greets("", "")},
		{Name: "ws.silent-upgrade", Story: "It never answers the upgrade.", Hangs: true, answer: stays()},
		{Name: "ws.silent-auth", Story: "It takes the token, and says nothing.", Hangs: true, answer: opens("", "")},
		{Name: "ws.closes", Story: "It opens, and closes the connection.", answer: accepts(func(net.Conn) {})},
		{
			Name: "ws.close-1", Story: "It closes with an invalid code and a reason that contains terminal escape codes.",
			answer: greets(frame(whole|8, "\x00\x01"+escapes[:40]), ""),
		},
		{Name: "ws.events", Story: "It floods with events before it greets.", answer: greets("", event)},
		{Name: "ws.events-later", Story: "It lets in, and floods with events.", answer: opens(frame(whole|text, welcome), event)},
		{Name: "ws.pings", Story: "It floods with pings.", Hangs: true, answer: greets("", frame(whole|9, "ping"))},
		{
			Name: "ws.fragments", Story: "Its message has fragments without end.",
			answer: greets(frame(text, "{"), frame(0, strings.Repeat(" ", 4096))),
		},
		{
			Name: "ws.empty-fragments", Story: "Its message has empty fragments without end.", Hangs: true,
			answer: greets(frame(text, "{"), strings.Repeat(frame(0, ""), 500)),
		},
		{
			Name: "ws.text-ids", Story: "Its results bear the ids of the commands as texts.",
			answer: opens(frame(whole|text, welcome)+frame(whole|text, `{"id":"7","type":"pong"}`), ""),
		},
		{Name: "ws.long-list", Story: "Its results are lists of 30,000 objects.", answer: lists(30_000)},
		{Name: "ws.longest-list", Story: "Its results are lists of 500,000 objects.", answer: lists(500_000)},
		{
			Name: "ws.huge", Story: "It announces a message longer than any memory.", Hangs: true,
			answer: greets("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff{", ""),
		},
		{
			Name: "ws.large", Story: "Its message has 16 MB.",
			answer: greets("\x81\x7f\x00\x00\x00\x00\x01\x00\x00\x00", strings.Repeat("x", 64<<10)),
		},
		{Name: "ws.reserved", Story: "Its frames use reserved bits and opcodes.", answer: greets("\xf7\x05hello", "")},
		{Name: "ws.masked", Story: "Its frames are masked, as only clients' are.", answer: greets("\x81\x82\x00\x00\x00\x00{}", "")},
		{Name: "ws.continues", Story: "It continues a message that it has not begun.", answer: greets(frame(whole, "{}"), "")},
		{Name: "ws.not-utf-8", Story: "Its text is not UTF-8.", answer: greets(frame(whole|text, "\xff\xfe{}"), "")},
		{Name: "ws.deep", Story: "It sends arrays in arrays, 100,000 deep.", answer: greets(frame(whole|text, strings.Repeat("[", 100000)), "")},
		{
			Name: "ws.escapes", Story: "Its greeting holds what a terminal obeys.",
			answer: greets(frame(whole|text, `{"type":`+quoted(escapes)+`}`), ""),
		},
	}
	for i := range list {
		list[i].At = Socket
	}
	return list
}
