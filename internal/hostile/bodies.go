package hostile

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

const chunked = typed + "Transfer-Encoding: chunked\r\n"

// bodies returns behaviours that attack with the body of an answer.
func bodies() []Behaviour {
	block := strings.Repeat("x", 4096)
	return []Behaviour{
		{Name: "body.endless", Story: "Its body has no end, and no length.", At: Token, answer: repeats(typed+"\r\n{\"a\":\"", block)},
		{
			Name: "body.endless-chunks", Story: "Its chunks have no end.", At: Token,
			answer: repeats(chunked+"\r\n", "1000\r\n"+block+"\r\n"),
		},
		{Name: "body.small-chunks", Story: "Its chunks have one byte, without end.", At: Token, answer: repeats(chunked+"\r\n", "1\r\n \r\n")},
		{Name: "body.bad-chunk", Story: "A chunk has no number.", At: Token, answer: says(chunked, "\r\nzz\r\n{}\r\n0\r\n\r\n")},
		{
			Name: "body.huge-chunk", Story: "A chunk is as long as a number can be.", At: Token, Hangs: true,
			answer: stays(chunked, "\r\nffffffffffffffff\r\n{}"),
		},
		{
			Name: "body.chunk-extension", Story: "What stands behind the number of a chunk has no end.", At: Token,
			answer: repeats(chunked+"\r\n1;x=", block),
		},
		{
			Name: "body.trailers", Story: "Its trailers have no end.", At: Token,
			answer: repeats(chunked+"Trailer: X\r\n\r\n1\r\n{\r\n0\r\n", "X: "+block[:1000]+"\r\n"),
		},
		{
			Name: "body.slow-trailers", Story: "Its trailers take for ever.", At: Token, Hangs: true,
			answer: drips(chunked+"Trailer: X\r\n\r\n2\r\n{}\r\n0\r\n", "X: y\r\n"),
		},
		{
			Name: "body.smuggles", Story: "It gives a length and chunks, so that one body hides another answer.", At: Token,
			answer: stays(typed, "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", typed, sized(grant)),
		},
		{
			Name: "body.bomb", Story: "It sends 64 MB as 64 kB of gzip, unrequested.", At: Token,
			answer: func(c *call) {
				c.w.Header().Set("Content-Encoding", "gzip")
				c.w.Header().Set("Content-Type", "application/json")
				_, _ = c.w.Write(bomb())
			},
		},
		{
			Name: "body.megabytes", Story: "Its refusal has 40 MB.", At: Token,
			answer: func(c *call) {
				c.w.WriteHeader(http.StatusBadRequest)
				for range 10000 {
					if _, err := io.WriteString(c.w, block); err != nil {
						return
					}
				}
			},
		},
		{
			Name: "body.no-content", Story: "It has no content, and sends some.", At: Token,
			answer: stays("HTTP/1.1 204 No Content\r\n", sized(grant)),
		},
	}
}

func bomb() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	return b.Bytes()
}
