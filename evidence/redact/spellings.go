package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode/utf16"
)

// spellings returns the ways in which others may write a value.
func spellings(value string) []string {
	query := url.QueryEscape(value)
	list := []string{
		value, query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(value), url.QueryEscape(query), percent(value),
		quoted(value, true), quoted(value, false), strings.ReplaceAll(quoted(value, false), "/", `\/`), ascii(value),
		html.EscapeString(value), hex.EncodeToString([]byte(value)),
	}
	return append(list, base64s(value)...)
}

// percent encodes every byte except letters and digits.
func percent(value string) string {
	var b strings.Builder
	for i := range len(value) {
		if c := value[i]; c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// quoted returns a value as written within a JSON string.
func quoted(value string, escapeHTML bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(escapeHTML)
	if enc.Encode(value) != nil {
		return value
	}
	return strings.Trim(strings.TrimSpace(b.String()), `"`)
}

// ascii returns a value as written within a JSON string by an encoder that escapes everything outside ASCII.
func ascii(value string) string {
	var b strings.Builder
	for _, r := range quoted(value, false) {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// base64s returns the parts of a value's base64 that do not depend on the text around it, for each alignment.
func base64s(value string) []string {
	var list []string
	for offset := range 3 {
		bits := (offset + len(value)) * 8
		first, last := (offset*8+5)/6, bits/6
		if last-first < Shortest {
			continue
		}
		raw := append(make([]byte, offset), value...)
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			list = append(list, enc.EncodeToString(raw)[first:last])
		}
	}
	return list
}
