package oauth

import "strings"

// An AuthChallenge is one of WWW-Authenticate, which is a list and may come more than once (RFC 9110 §11.6.1).
type AuthChallenge struct {
	Scheme     string
	Parameters Form   // in order, with lower-case names
	Text       string // as it stands there
}

// Challenges reads the WWW-Authenticate headers of a response.
func Challenges(headers []string) (found []AuthChallenge) {
	for _, header := range headers {
		begun := false
		for _, part := range challengeParts(header) {
			first, rest, _ := strings.Cut(part, " ")
			parameter := strings.Contains(first, "=") || strings.HasPrefix(strings.TrimSpace(rest), "=") // no scheme stands before "="
			if !begun || !parameter {
				found, begun = append(found, AuthChallenge{Scheme: first, Text: part}), true
				part = rest
			} else {
				found[len(found)-1].Text += ", " + part
			}
			if name, value, ok := strings.Cut(part, "="); ok {
				c, name := &found[len(found)-1], strings.ToLower(strings.TrimSpace(name))
				c.Parameters = append(c.Parameters, Param{Name: name, Value: unquoted(strings.TrimSpace(value))})
			}
		}
	}
	return found
}

// BearerChallenge returns a parameter of the Bearer challenge in WWW-Authenticate headers, ignoring the scheme's case (RFC 6750 §3),
// or "". The parameter's name must be in lower case.
func BearerChallenge(headers []string, parameter string) (there bool, value string) {
	for _, c := range Challenges(headers) {
		if strings.EqualFold(c.Scheme, "Bearer") {
			if there = true; value == "" {
				value = c.Parameters.Get(parameter)
			}
		}
	}
	return there, value
}

// challengeParts splits a header at its commas, except those in quotes.
func challengeParts(header string) (parts []string) {
	quoted, escaped, from := false, false, 0
	add := func(end int) {
		if part := strings.TrimSpace(header[from:end]); part != "" {
			parts = append(parts, part)
		}
		from = end + 1
	}
	for i := range len(header) {
		switch c := header[i]; {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			add(i)
		}
	}
	add(len(header))
	return parts
}

// unquoted returns a value without its quotes and escapes (RFC 9110 §5.6.4).
func unquoted(raw string) string {
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return raw
	}
	var b strings.Builder
	for i := 1; i < len(raw)-1; i++ {
		if raw[i] == '\\' && i+1 < len(raw)-1 {
			i++
		}
		b.WriteByte(raw[i])
	}
	return b.String()
}
