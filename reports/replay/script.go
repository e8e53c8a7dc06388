package replay

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
)

// longestScript is how many requests a script sends at most: a longer way is nothing that a person reads.
const longestScript = 40

// Script sends the exchange at a place of a row's evidence again, and before it what it stands on: the requests whose
// answers it takes values from, and those that did something to the same values. It is one command where that is enough,
// and "" where curl cannot: a WebSocket message, a browser's request, whose cookies and form nobody has seen, a body that
// was not kept whole, or bytes that a page cannot show.
func Script(r evidence.Result, at int) string {
	list := make([]*exchange, at+1)
	for i := range list {
		item := r.Evidence[i]
		if e := item.Exchange; e != nil && sendable(e) && (item.Rank == 0 || item.Rank == r.Evidence[at].Rank) {
			list[i] = &exchange{e, spelled(request(e))}
		}
	}
	if list[at] == nil {
		return ""
	}
	all := values(list)
	steps := way(list, all)
	if len(steps) > longestScript {
		steps = []int{at}
	}
	w := writer{list: list, steps: steps, values: all, failures: r.Failures}
	return w.script()
}

// sendable tells whether curl can send a request as it was sent.
func sendable(e *evidence.Exchange) bool {
	browser := slices.ContainsFunc(e.RequestHeaders, func(h evidence.Header) bool { return h.Name == "Sec-Fetch-Mode" })
	return e.Method != "WS" && !browser && e.RequestCut == 0 && !strings.ContainsFunc(e.Method+request(e), func(r rune) bool {
		return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\uFFFD' || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
	})
}

// way is the exchanges that lead to the last one, in order.
func way(list []*exchange, all []*value) []int {
	last := len(list) - 1
	taken := map[int]bool{last: true}
	for grown := true; grown; {
		grown = false
		for _, v := range all {
			for i, e := range list {
				if e == nil || !v.uses(e) {
					continue
				}
				switch {
				case taken[i] && v.source >= 0 && v.source < i && !taken[v.source]: // its answer has the value
					taken[v.source], grown = true, true
				case !taken[i] && v.source >= 0 && taken[v.source] && i > v.source && changes(e, v):
					taken[i], grown = true, true
				}
			}
		}
	}
	var steps []int
	for i := range list {
		if taken[i] {
			steps = append(steps, i)
		}
	}
	return steps
}

// changes tells whether a request may do something to what a value stands for: reading with a token does not.
func changes(e *exchange, v *value) bool {
	if e.Method != "GET" && e.Method != "HEAD" && e.Method != "OPTIONS" {
		return true
	}
	for _, h := range e.RequestHeaders {
		if strings.EqualFold(h.Name, "Authorization") && strings.Contains(spelled(h.Value), v.text) {
			return false
		}
	}
	return true
}

// writer writes one script.
type writer struct {
	b      strings.Builder
	list   []*exchange
	steps  []int
	values []*value

	failures []evidence.Failure // of the row
}

func (w *writer) script() string {
	last := w.steps[len(w.steps)-1]
	outside := w.outside()
	commands := make([]string, len(w.steps))
	for i, at := range w.steps {
		commands[i] = w.command(w.list[at])
	}
	if len(w.steps) == 1 && len(outside) == 0 {
		return "curl -i " + commands[0]
	}
	w.begin(outside, strings.Join(commands, "\n"))
	for i, at := range w.steps {
		e := w.list[at]
		fmt.Fprintf(&w.b, "\n# %d. %s %s", i+1, oneLine(e.Method), oneLine(path(e.URL)))
		if e.Status != 0 {
			fmt.Fprintf(&w.b, ": it was answered by %d", e.Status)
		}
		if i > 0 && e.Started.Before(ended(w.list[w.steps[i-1]])) {
			w.b.WriteString(", at the same moment as the one before")
		}
		if at == last && len(w.failures) > 0 {
			fmt.Fprintf(&w.b, "; the row expects: %s", oneLine(w.failures[0].Expected))
		}
		if at == last {
			fmt.Fprintf(&w.b, "\ncurl -sS -i %s\n", commands[i])
			break
		}
		fmt.Fprintf(&w.b, "\nsend %s\n", commands[i])
		for _, v := range w.values {
			if v.source == at && w.wanted(v) {
				fmt.Fprintf(&w.b, "take %s %s\n", v.name, single(v.sed))
			}
		}
	}
	return w.b.String()
}

// ended is when the answer of an exchange was there.
func ended(e *exchange) time.Time {
	return e.Started.Add(time.Duration(e.DurationMS * float64(time.Millisecond)))
}

// wanted tells whether a later step takes a value up.
func (w *writer) wanted(v *value) bool {
	return slices.ContainsFunc(w.steps, func(at int) bool { return at > v.source && v.uses(w.list[at]) })
}

// outside are the values that no step of the script brings.
func (w *writer) outside() []*value {
	var out []*value
	for _, v := range w.values {
		used := slices.ContainsFunc(w.steps, func(at int) bool { return v.uses(w.list[at]) })
		if used && isSecret(v.text) && !slices.Contains(w.steps, v.source) {
			out = append(out, v)
		}
	}
	return out
}

// begin writes the functions of a script, and the variables that a person sets.
func (w *writer) begin(outside []*value, commands string) {
	w.b.WriteString("#!/bin/sh\nexport LC_ALL=C\n")
	if strings.Contains(commands, "$(json ") {
		w.b.WriteString("json() { printf %s \"$1\" | sed 's/[\\\\\"]/\\\\&/g'; }\n")
	}
	if strings.Contains(commands, "$(form ") {
		w.b.WriteString("form() { printf %s \"$1\" | od -An -v -tx1 | tr -d '\\n' | sed 's/ /%/g'; }\n")
	}
	if len(w.steps) > 1 {
		w.b.WriteString(`send() { answer=$(curl -sS -i "$@" | tr -d '\r') && printf '%s\n' "$answer" | head -n 1 >&2; }
take() { # NAME SED: a variable from the last answer
  value=$(printf '%s\n' "$answer" | sed -n "$2" | head -n 1 | sed 's#\\/#/#g')
  [ -n "$value" ] || { echo "no $1 in the answer:" >&2; printf '%s\n' "$answer" >&2; exit 1; }
  eval "$1=\$value"
}
`)
	}
	own := w.own()
	for _, v := range outside {
		env, why := v.name, "set it first: no answer of this row has it"
		if user, is := own[v.text]; is {
			env, why = "AUTHCONFORM_PASSWORD", "the password"+user
		} else if strings.HasPrefix(v.text, "‹client_secret 1") {
			env, why = "AUTHCONFORM_CLIENT_SECRET", "the client's secret"
		}
		fmt.Fprintf(&w.b, "%s=${%s:?%s}\n", v.name, env, why)
	}
}

// own is the user's password among those of the row, and whose it is: the first that got in, or the first of all.
func (w *writer) own() map[string]string {
	first := map[string]string{}
	for _, e := range w.list {
		if e == nil {
			continue
		}
		for _, m := range secret.FindAllStringSubmatch(e.RequestBody, -1) {
			if m[1] != "password" {
				continue
			}
			found := map[string]string{named(m).text: user(e.RequestBody)}
			if e.Status < 400 && strings.Contains(e.ResponseBody+headers(e.ResponseHeaders), "‹code ") {
				return found
			}
			if len(first) == 0 {
				first = found
			}
		}
	}
	return first
}

func headers(list []evidence.Header) string {
	var b strings.Builder
	for _, h := range list {
		b.WriteString(h.Value + "\n")
	}
	return b.String()
}

// user names whose password a body has: " of ada"; "" where it does not say so in a plain word.
func user(body string) string {
	name := ""
	if v, err := url.ParseQuery(body); err == nil {
		name = v.Get("username")
	}
	members("", decoded(body), func(member, text string) {
		if member == "username" {
			name = text
		}
	})
	if !word.MatchString(name) {
		return ""
	}
	return " of " + name
}
