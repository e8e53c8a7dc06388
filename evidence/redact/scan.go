package redact

import (
	"iter"
	"strings"
)

// Targets may send megabytes: so the code looks at the text before each sign, instead of matching the whole text with an
// expression.

// pairs finds name=value pairs with the name of a secret in a text: a form, a query, a cookie.
func pairs(text string) iter.Seq2[string, string] {
	return signs(text, '=',
		func(before string) string { return ending(before, false) },
		func(after string) string {
			if end := strings.IndexAny(after, "& \t\n\v\f\r\"'<>#;"); end >= 0 {
				return after[:end]
			}
			return after
		})
}

// members finds "name": "value" with the name of a secret, as spelled in the text, even if the whole text is no JSON.
func members(text string) iter.Seq2[string, string] {
	return signs(text, ':',
		func(before string) string {
			before, quoted := strings.CutSuffix(strings.TrimRight(before, " \t\r\n"), `"`)
			name := ending(before, true)
			if !quoted || !strings.HasSuffix(before[:len(before)-len(name)], `"`) {
				return ""
			}
			return name
		},
		func(after string) string {
			after, opens := strings.CutPrefix(strings.TrimLeft(after, " \t\r\n"), `"`)
			if !opens {
				return ""
			}
			for i := 0; i < len(after); i++ {
				switch after[i] {
				case '\\':
					i++
				case '"':
					return after[:i]
				}
			}
			return ""
		})
}

// signs yields the secret names before a sign and the values after it. No byte belongs to two values, which keeps the time
// linear.
func signs(text string, sign byte, nameOf, valueOf func(string) string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for at := 0; ; {
			next := strings.IndexByte(text[at:], sign)
			if next < 0 {
				return
			}
			at += next
			name := nameOf(text[:at])
			if at++; kindOf(name) == "" {
				continue
			}
			value := valueOf(text[at:])
			if at += len(value); value != "" && !yield(name, value) {
				return
			}
		}
	}
}

// ending returns the name at the end of a text.
func ending(text string, spaces bool) string {
	i := len(text)
	for i > 0 && (named(text[i-1]) || spaces && text[i-1] == ' ') {
		i--
	}
	return text[i:]
}

func named(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '.' || c == '-'
}
