package hostile

import (
	"fmt"
	"net/http"
	"strings"
)

// heads returns behaviours that attack with the headers of an answer.
func heads() []Behaviour {
	return []Behaviour{
		{
			Name: "head.endless", Story: "Its headers have no end.", At: Token,
			answer: repeats(ok, "X-Header: "+strings.Repeat("x", 1000)+"\r\n"),
		},
		{
			Name: "head.long-line", Story: "One of its headers has 10 MB.", At: Token,
			answer: says(typed, "X: ", strings.Repeat("x", 10<<20), "\r\n", sized(grant)),
		},
		{
			Name: "head.long-reason", Story: "Its status line has 1 MB.", At: Token,
			answer: says("HTTP/1.1 200 ", strings.Repeat("o", 1<<20), "\r\n", sized(grant)),
		},
		{
			Name: "head.large", Story: "Each of its answers has 60 kB of headers.", At: Token, Legal: true,
			answer: func(c *call) {
				c.pass(func(h http.Header, body string) string {
					for i := range 60 {
						h.Set(fmt.Sprintf("X-Filler-%d", i), strings.Repeat("x", 980))
					}
					return body
				})
			},
		},
		{Name: "head.no-colon", Story: "A header has no colon.", At: Token, answer: says(typed, "nothing\r\n", sized(grant))},
		{Name: "head.nul", Story: "A header has a NUL in its name.", At: Token, answer: says(typed, "X\x00Y: z\r\n", sized(grant))},
		{
			Name: "head.negative-length", Story: "Its body is shorter than nothing.", At: Token,
			answer: says(typed, "Content-Length: -5\r\n\r\n", grant),
		},
		{
			Name: "head.two-lengths", Story: "Its body has two lengths.", At: Token,
			answer: says(typed, "Content-Length: 5\r\n", sized(grant)),
		},
		{
			Name: "head.huge-length", Story: "Its body has a length that no machine can count.", At: Token,
			answer: says(typed, "Content-Length: 99999999999999999999\r\n\r\n", grant),
		},
		{
			Name: "head.escapes", Story: "Its headers hold what a terminal obeys, and turns text around.", At: Token,
			answer: func(c *call) {
				c.w.Header()["X-\u202ename"] = []string{"\u202e\u0085x"}
				c.w.Header().Set("Location", "javascript:alert(1)//\u202e")
				c.w.Header().Set("Www-Authenticate", `Bearer error="`+escapes+`"`)
				c.w.WriteHeader(http.StatusUnauthorized)
			},
		},
		{
			Name: "head.echoes", Story: "It sends what it was sent back in the names and values of headers.", At: Token,
			answer: func(c *call) {
				for part := range strings.SplitSeq(c.sent, "&") {
					name, value, _ := strings.Cut(part, "=")
					c.w.Header().Add("X-"+strings.ReplaceAll(name, "_", "-"), value)
					c.w.Header().Add("X-"+strings.ReplaceAll(value, "%", "-"), name)
				}
				c.w.WriteHeader(http.StatusBadRequest)
			},
		},
		{
			Name: "head.cookies", Story: "It sets 500 cookies.", At: Token, Legal: true,
			answer: func(c *call) {
				c.pass(func(h http.Header, body string) string {
					for i := range 500 {
						h.Add("Set-Cookie", fmt.Sprintf("cookie%d=%s", i, strings.Repeat("c", 60)))
					}
					return body
				})
			},
		},
	}
}
