package expect

import (
	"fmt"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// A challenge is one of WWW-Authenticate, which is a list and may come more than once (RFC 9110 §11.6.1).
type challenge struct {
	scheme     string
	parameters map[string]string // names in lower case
	text       string            // as it stands there
}

// challenges reads all of an answer.
func challenges(e *wire.Exchange) (found []challenge) {
	for _, part := range parts(strings.Join(e.Header.Values("WWW-Authenticate"), ",")) {
		first, rest, _ := strings.Cut(part, " ")
		parameter := strings.Contains(first, "=") || strings.HasPrefix(strings.TrimSpace(rest), "=") // no word stands before its sign
		if len(found) == 0 || !parameter {
			found = append(found, challenge{scheme: first, parameters: map[string]string{}, text: part})
			part = rest
		} else {
			found[len(found)-1].text += ", " + part
		}
		if name, value, ok := strings.Cut(part, "="); ok {
			value = strings.TrimSpace(value)
			if len(value) > 1 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
				value = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(value[1 : len(value)-1])
			}
			found[len(found)-1].parameters[strings.ToLower(strings.TrimSpace(name))] = value
		}
	}
	return found
}

// parts splits a list at its commas, but for those in quotes.
func parts(s string) (list []string) {
	start, quoted := 0, false
	add := func(end int) {
		if part := strings.TrimSpace(s[start:end]); part != "" {
			list = append(list, part)
		}
		start = end + 1
	}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			add(i)
		}
	}
	add(len(s))
	return list
}

// Challenge holds for a WWW-Authenticate that challenges by the scheme, letter case aside, with the word in it; "" is in all
// (RFC 9110 §11.6.1).
func Challenge(scheme, word string) Expectation {
	return Hold(strings.TrimSpace("WWW-Authenticate: "+scheme+" "+word), func(e *wire.Exchange) error {
		for _, c := range challenges(e) {
			if e.Err == nil && strings.EqualFold(c.scheme, scheme) && strings.Contains(c.text, word) {
				return nil
			}
		}
		return fmt.Errorf("WWW-Authenticate is %q", strings.Join(e.Header.Values("WWW-Authenticate"), ", "))
	})
}

// ChallengeParameter is a parameter of the answer's challenge by the scheme; "" where there is none.
func ChallengeParameter(e *wire.Exchange, scheme, name string) string {
	for _, c := range challenges(e) {
		if value := c.parameters[name]; strings.EqualFold(c.scheme, scheme) && value != "" {
			return value
		}
	}
	return ""
}

// RepeatedParameter is the name of a parameter that one of the answer's challenges has twice; "": none has.
func RepeatedParameter(e *wire.Exchange) string {
	for _, c := range challenges(e) {
		seen := map[string]bool{}
		_, rest, _ := strings.Cut(c.text, " ")
		for _, part := range parts(rest) {
			name, _, _ := strings.Cut(part, "=")
			if name = strings.ToLower(strings.TrimSpace(name)); seen[name] {
				return name
			}
			seen[name] = true
		}
	}
	return ""
}
