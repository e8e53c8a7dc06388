package replay

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
)

// chain is the exchanges of one row, those to repeat, and the values that pass between them.
type chain struct {
	list   []*exchange
	steps  []int
	values []*value
}

// writer writes one script.
type writer struct {
	chain
	b        strings.Builder
	failures []evidence.Failure // of the row
	login    *Login
}

func (w *writer) script() string {
	outside := w.outside()
	if len(w.steps) == 1 && len(outside) == 0 {
		return "curl -i " + w.command(w.list[w.steps[0]])
	}
	var body writer
	body.chain, body.failures = w.chain, w.failures
	body.send(true)
	lead := w.lead(outside)
	w.begin(lead + body.b.String())
	w.b.WriteString(lead + body.b.String())
	return w.b.String()
}

// send writes the steps. The last step of a script shows its whole answer.
func (w *writer) send(show bool) {
	last := w.steps[len(w.steps)-1]
	for i, at := range w.steps {
		e := w.list[at]
		fmt.Fprintf(&w.b, "\n# %d. %s %s", i+1, oneLine(e.Method), oneLine(path(e.URL)))
		if e.Status != 0 {
			fmt.Fprintf(&w.b, ": the answer was %d", e.Status)
		}
		if i > 0 && e.Started.Before(ended(w.list[w.steps[i-1]])) {
			w.b.WriteString(", at the same time as the one before")
		}
		if at == last && len(w.failures) > 0 {
			fmt.Fprintf(&w.b, "; the row expects: %s", oneLine(w.failures[0].Expected))
		}
		if at == last && show {
			fmt.Fprintf(&w.b, "\ncurl -sS -i %s\n", w.command(e))
			return
		}
		fmt.Fprintf(&w.b, "\nsend %s\n", w.command(e))
		for _, v := range w.values {
			if v.source == at && w.wanted(v) {
				w.take(v, v.name)
			}
		}
	}
}

func (w *writer) take(v *value, name string) { fmt.Fprintf(&w.b, "take %s %s\n", name, single(v.sed)) }

// ended returns when the answer of an exchange was complete.
func ended(e *exchange) time.Time {
	return e.Started.Add(time.Duration(e.DurationMS * float64(time.Millisecond)))
}

// wanted reports whether a step uses a value.
func (c chain) wanted(v *value) bool {
	return slices.ContainsFunc(c.steps, func(at int) bool { return slices.Contains(v.users, at) })
}

// outside returns the values that no step yields.
func (c chain) outside() []*value {
	var out []*value
	for _, v := range c.values {
		if c.wanted(v) && isSecret(v.text) && !slices.Contains(c.steps, v.source) {
			out = append(out, v)
		}
	}
	return out
}

// begin writes the functions that the rest of a script calls.
func (w *writer) begin(rest string) {
	w.b.WriteString("#!/bin/sh\nexport LC_ALL=C\n")
	if strings.Contains(rest, "$(json ") {
		w.b.WriteString("json() { printf %s \"$1\" | sed 's/[\\\\\"]/\\\\&/g'; }\n")
	}
	if strings.Contains(rest, "$(form ") {
		w.b.WriteString("form() { printf %s \"$1\" | od -An -v -tx1 | tr -d '\\n' | sed 's/ /%/g'; }\n")
	}
	if strings.Contains(rest, "\nsend ") {
		w.b.WriteString(`send() { answer=$(curl -sS -i "$@" | tr -d '\r') && printf '%s\n' "$answer" | head -n 1 >&2; }
take() { # NAME SED: a variable from the last answer
  value=$(printf '%s\n' "$answer" | sed -n "$2" | head -n 1 | sed 's#\\/#/#g')
  [ -n "$value" ] || { echo "no $1 in the answer:" >&2; printf '%s\n' "$answer" >&2; exit 1; }
  eval "$1=\$value"
}
`)
	}
}

// lead writes the part before the steps: a login, if values of the row come from one, and variables that the user sets.
func (w *writer) lead(outside []*value) string {
	var lead writer
	var tokens, rest []*value
	for _, v := range outside {
		if w.login.gives(v) != nil && w.vouched(v) {
			tokens = append(tokens, v)
		} else {
			rest = append(rest, v)
		}
	}
	if len(tokens) > 0 {
		w.login.write(&lead, w.chain, tokens)
	}
	lead.chain = w.chain
	lead.ask(rest)
	return lead.b.String()
}

// vouched reports whether the target accepted a value before the last step: then the row did not invent it.
func (c chain) vouched(v *value) bool {
	return slices.ContainsFunc(v.users, func(i int) bool {
		status := c.list[i].Status
		return i < len(c.list)-1 && status >= 200 && status < 400
	})
}

// ask writes the variables that the user sets.
func (w *writer) ask(outside []*value) {
	own := w.own()
	for _, v := range outside {
		env, why := v.name, "set it first: no response of this row contains it"
		if user, is := own[v.text]; is {
			env, why = "AUTHCONFORM_PASSWORD", "the password"+user
		} else if strings.HasPrefix(v.text, "‹client_secret 1") {
			env, why = "AUTHCONFORM_CLIENT_SECRET", "the secret of the client"
		}
		fmt.Fprintf(&w.b, "%s=${%s:?%s}\n", v.name, env, why)
	}
}

// own returns the user's password among those of the row, and its user: the first that logged in, or the first of all.
func (c chain) own() map[string]string {
	first := map[string]string{}
	for _, e := range c.list {
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

// user names the user of a body's password: " of ada"; "" if a plain word does not say.
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
