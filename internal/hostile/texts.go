package hostile

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// escapes are terminal controls, characters that reorder text, and the markup of pages and tables.
const escapes = "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m\u202e\u2066\u0085\u2028" +
	"<script>alert(1)</script>[click](javascript:alert(1))|`|\r\n::error::"

// quoted encodes a text in JSON with as few escapes as JSON allows.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		if r < 0x20 || r == '"' || r == '\\' {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// texts returns behaviours that attack whoever shows their text.
func texts() []Behaviour {
	refuses := func(description string) func(*call) {
		body := `{"error":"invalid_request","error_description":` + quoted(description) + `}`
		return answers(http.StatusBadRequest, body, "Content-Type", "application/json")
	}
	return []Behaviour{
		{Name: "text.escapes", Story: "Its refusal holds what a terminal obeys, and turns text around.", At: Token, answer: refuses(escapes)},
		{
			Name: "text.raw-escapes", Story: "Its refusal is no JSON, and holds the same.", At: Token,
			answer: answers(http.StatusBadRequest, escapes+"\xff\xfe\x00"),
		},
		{Name: "text.long", Story: "Its refusal has a description of 500 kB.", At: Token, answer: refuses(strings.Repeat("why ", 125000))},
		{
			Name: "text.names", Story: "Its refusal holds the words that stand for secrets.", At: Token,
			answer: refuses("‹password›‹access_token 1›‹›››"),
		},
		{Name: "text.echoes", Story: "It sends back what it was sent.", At: Token, answer: func(c *call) {
			c.w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(c.w, c.sent+"\n"+strings.NewReplacer("&", "\n", "%", " ").Replace(c.sent))
		}},
		{Name: "text.echoes-json", Story: "It sends back what it was sent, in JSON.", At: Token, answer: func(c *call) { refuses(c.sent)(c) }},
		{Name: "text.echoes-late", Story: "It sends back what it was sent, behind 70 kB of nothing.", At: Token, answer: func(c *call) {
			refuses(strings.Repeat(" ", 65500) + c.sent + strings.Repeat(" ", 70000) + c.sent)(c)
		}},
		{Name: "text.many-secrets", Story: "Its refusal holds 20,000 secrets that end alike.", At: Token, answer: func(c *call) {
			var b strings.Builder
			for i := range 20000 {
				fmt.Fprintf(&b, `{"access_token":"%06d-the-same-end"},`, i)
			}
			answers(http.StatusBadRequest, "["+b.String()+"1]")(c)
		}},
		{Name: "text.short-secrets", Story: "Its refusal calls each letter a secret.", At: Token, answer: func(c *call) {
			var b strings.Builder
			for i := range 20000 {
				fmt.Fprintf(&b, `token=%c%c%c&`, 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26)
			}
			answers(http.StatusBadRequest, b.String())(c)
		}},
	}
}
