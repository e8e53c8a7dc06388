// Package harmless makes untrusted texts safe to show.
package harmless

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Text escapes control characters, which a terminal obeys and XML forbids, and characters that reorder or hide text, as \u001b,
// the way JSON does. Line breaks and tabs stay.
func Text(s string) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	if !strings.ContainsFunc(s, Harmful) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\r':
			b.WriteString(`\r`)
		case r > 0xffff && Harmful(r): // as JSON writes them: a pair
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		case Harmful(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Harmful reports whether a character must not be shown unescaped.
func Harmful(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return false
	case r < 0x20 || r >= 0x7f && r <= 0x9f: // C0, DEL, C1
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c: // bidirectional
		return true
	case r >= 0x200b && r <= 0x200d, r >= 0x2060 && r <= 0x2064, r >= 0x206a && r <= 0x206f, r == 0x00ad, r == 0x180e: // unseen
		return true
	case r == 0x2028, r == 0x2029, r == 0xfeff, r >= 0xfff9 && r <= 0xfffb, r == 0xfffe, r == 0xffff:
		return true
	case r >= 0xe0000 && r <= 0xe007f: // tags, which nobody sees
		return true
	}
	return false
}

// Writer escapes harmful characters. Each Write must hold whole characters.
type Writer struct{ To io.Writer }

// Write implements io.Writer.
func (w Writer) Write(p []byte) (int, error) {
	_, err := io.WriteString(w.To, Text(string(p)))
	return len(p), err
}
