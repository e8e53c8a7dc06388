package replay

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// value is a text that the target made up, or a secret.
type value struct {
	text   string // as evidence shows it: "‹code 1›", or the id of a login flow
	name   string // of the variable that holds it
	source int    // the exchange whose answer brought it first; -1: none did
	sed    string // finds it in the new answer
	raw    bool   // it is found as it stands in a URL: percent-encoded
	users  []int  // the exchanges whose requests take it up
}

// shortest is the least length of a text that is taken for one that the target made up, if it has a digit too.
const shortest = 16

var (
	secret = regexp.MustCompile(`(?:‹|%E2%80%B9)([a-z_]+)(?:(?: |\+|%20)(\d+))?(?:›|%E2%80%BA)`)
	word   = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	opaque = regexp.MustCompile(`^[A-Za-z0-9_.~+/=-]+$`)
)

// values finds what the requests of a row take from its earlier answers, and the secrets that they take from elsewhere, in
// the order in which they are met.
func values(list []*exchange) []*value {
	var found []*value
	known := map[string]bool{}
	names := map[string]bool{}
	add := func(v *value) {
		known[v.text], names[v.name] = true, true
		found = append(found, v)
	}
	var said strings.Builder // everything that was sent so far
	for i, e := range list {
		if e == nil {
			continue
		}
		said.WriteString(e.sent)
		for _, m := range secret.FindAllStringSubmatch(e.sent, -1) {
			if v := named(m); !known[v.text] {
				v.source = -1
				add(v)
			}
		}
		for _, v := range answered(e.Exchange) {
			if known[v.text] || !isSecret(v.text) && strings.Contains(said.String(), v.text) {
				continue // an echo
			}
			v.source, v.name = i, free(v, names)
			add(v)
		}
	}
	for _, v := range found {
		for i, e := range list {
			if e != nil && i > v.source && strings.Contains(e.sent, v.text) {
				v.users = append(v.users, i)
			}
		}
	}
	return found
}

// exchange is one that curl can send, with everything that was sent, its secrets spelled in one way.
type exchange struct {
	*evidence.Exchange
	sent string
}

func request(e *evidence.Exchange) string {
	var b strings.Builder
	b.WriteString(e.URL + "\n")
	for _, h := range e.RequestHeaders {
		b.WriteString(h.Value + "\n")
	}
	return b.String() + e.RequestBody
}

func isSecret(text string) bool { return strings.HasPrefix(text, "‹") }

// isToken tells whether a value is a secret that a server made up.
func (v *value) isToken() bool {
	m := secret.FindStringSubmatch(v.text)
	return m != nil && (strings.Contains(m[1], "token") || m[1] == "code" || m[1] == "credentials" || m[1] == "jwt")
}

// named is a secret by its match: ‹access_token 1› is ACCESS_TOKEN_1, and ‹access_token›, of another row,
// RUN_ACCESS_TOKEN. No name is one that a shell knows.
func named(match []string) *value {
	kind, n := match[1], match[2]
	if n == "" {
		return &value{text: "‹" + kind + "›", name: "RUN_" + strings.ToUpper(kind)}
	}
	return &value{text: "‹" + kind + " " + n + "›", name: strings.ToUpper(kind) + "_" + n}
}

var odd = regexp.MustCompile(`[^A-Z0-9]+`)

// free is a name for a value's variable, which no other has.
func free(v *value, names map[string]bool) string {
	if m := secret.FindStringSubmatch(v.text); m != nil && m[0] == v.text {
		return named(m).name
	}
	base := strings.TrimLeft(odd.ReplaceAllString(strings.ToUpper(v.name), "_"), "_0123456789")
	for n := 1; ; n++ {
		if name := fmt.Sprintf("%s_%d", cmp.Or(base, "VALUE"), n); !names[name] {
			return name
		}
	}
}

// answered lists the texts in an answer that later requests may take up: members of JSON, parameters of a redirect,
// cookies.
func answered(e *evidence.Exchange) []*value {
	var found []*value
	var v any
	if json.Unmarshal([]byte(e.ResponseBody), &v) == nil {
		members("", v, func(name, text string) {
			found = append(found, &value{text: text, name: name, sed: `s/.*"` + name + `": *"\([^"]*\)".*/\1/p`})
		})
	}
	for _, h := range e.ResponseHeaders {
		switch {
		case strings.EqualFold(h.Name, "Location"):
			for name, text := range parameters(h.Value) {
				found = append(found, &value{
					text: text, name: name, raw: true, sed: `s/^[Ll]ocation:.*[?&#]` + name + `=\([^&#]*\).*/\1/p`,
				})
			}
		case strings.EqualFold(h.Name, "Set-Cookie"):
			pair, _, _ := strings.Cut(h.Value, ";")
			name, text, _ := strings.Cut(pair, "=")
			found = append(found, &value{text: text, name: name, raw: true, sed: `s/^[Ss]et-[Cc]ookie: *` + name + `=\([^;]*\).*/\1/p`})
		}
	}
	return slices.DeleteFunc(found, func(v *value) bool {
		return !word.MatchString(v.name) || !isSecret(v.text) && !random(v.text)
	})
}

// random tells whether a text looks as if it was made up: words of a protocol do not.
func random(text string) bool {
	return len(text) >= shortest && opaque.MatchString(text) && strings.ContainsAny(text, "0123456789")
}

// members goes through the texts in a JSON value, with the name of the member that each stands in.
func members(name string, v any, do func(name, text string)) {
	switch v := v.(type) {
	case string:
		do(name, v)
	case []any:
		for _, item := range v {
			members(name, item, do)
		}
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) {
			members(member, v[member], do)
		}
	}
}

// parameters are those of a URL's query and fragment.
func parameters(location string) map[string]string {
	out := map[string]string{}
	_, text, _ := strings.Cut(location, "?")
	for pair := range strings.SplitSeq(strings.ReplaceAll(text, "#", "&"), "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		out[name] = value
	}
	return out
}

// spelled writes secrets in a text in one way.
func spelled(text string) string {
	return secret.ReplaceAllStringFunc(text, func(found string) string { return named(secret.FindStringSubmatch(found)).text })
}
