package home

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
)

// A generator makes odd input, the same for the same seed.
type generator struct{ *rand.Rand }

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

// text returns a string of up to n odd characters.
func (g generator) text(n int) string {
	var b strings.Builder
	for range g.IntN(n) {
		switch g.IntN(5) {
		case 0:
			b.WriteRune(rune(g.IntN(0x250)))
		case 1:
			b.WriteString(g.pick("%", "&", "=", "/", ":", "@", "[", "]", "?", "#", "\\", "..", "\x00", "\r\n", "\"", "{", "💥", "\ufeff", "\u202e"))
		case 2:
			b.WriteRune([]rune("\u0660\u2100\uff41\U0001f4a5\u00ad\u200b\u0130")[g.IntN(7)])
		default:
			b.WriteByte(byte('a' + g.IntN(26)))
		}
	}
	return b.String()
}

// bytes returns a string of up to n bytes of any kind.
func (g generator) bytes(n int) string {
	b := make([]byte, g.IntN(n))
	for i := range b {
		b[i] = byte(g.IntN(256))
	}
	return string(b)
}

// form returns a body for the token endpoint: known and unknown names, good and odd values, encoded well or not at all.
func (g generator) form() string {
	var pairs []string
	for range g.IntN(7) {
		name := g.pick("grant_type", "code", "client_id", "refresh_token", "token", "action", "code_verifier", "redirect_uri", g.text(6))
		value := g.pick("http://127.0.0.1/", g.text(30), g.bytes(20), strings.Repeat(g.text(4), g.IntN(200)))
		if name == "grant_type" || name == "action" {
			value = g.pick("authorization_code", "refresh_token", "revoke", value)
		}
		if g.IntN(3) > 0 {
			value = oauth.Form{{Name: "x", Value: value}}.Encode()[2:]
		}
		pairs = append(pairs, name+g.pick("=", "=", "=", "", "==")+value)
	}
	return strings.Join(pairs, g.pick("&", "&", "&", "&&", ";"))
}

// json returns a JSON text of a depth, usually well-formed.
func (g generator) json(depth int) string {
	switch g.IntN(9) {
	case 0, 1:
		if depth > 0 {
			var items []string
			for range g.IntN(4) {
				items = append(items, g.json(depth-1))
			}
			return "[" + strings.Join(items, ",") + "]"
		}
	case 2, 3:
		if depth > 0 {
			var items []string
			for range g.IntN(4) {
				items = append(items, g.word()+":"+g.json(depth-1))
			}
			return "{" + strings.Join(items, ",") + "}"
		}
	case 4:
		return fmt.Sprint(g.Int64() - g.Int64())
	case 5:
		return g.pick("null", "true", "false", "NaN", "1e999", "-0", "01", "\"\\ud800\"", "\"\\u0000\"", "'x'", "")
	}
	return g.word()
}

func (g generator) word() string {
	return g.pick(quotedJSON(g.text(12)), `"client_id"`, `"handler"`, `"redirect_uri"`, `"http://127.0.0.1/"`, `"homeassistant"`, `"username"`)
}

// quotedJSON encodes a JSON string, escaping only quotes, backslashes and controls.
func quotedJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x20 || r == '"' || r == '\\' {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return `"` + b.String() + `"`
}

// url returns a URL with some odd parts.
func (g generator) url() string {
	return g.pick("http", "https", "HTTP", "homeassistant", g.text(4)) + g.pick("://", "://", "://", ":", "//", ":/") +
		g.pick("", "", "user@", "user:pass@", g.text(4)+"@") +
		g.pick("127.0.0.1", "localhost", "[::1]", "[::ffff:1.2.3.4]", "app.example", "["+g.text(5), g.text(12)) +
		g.pick("", ":80", ":"+g.text(4), ":"+fmt.Sprint(g.IntN(200000))) + g.pick("/", "/callback", "/"+g.text(12), "") +
		g.pick("", "?"+g.text(8)) + g.pick("", "", "#"+g.text(4))
}
