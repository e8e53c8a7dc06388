package replay

import (
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// Login is the requests of a run that turned a user's password into tokens.
type Login struct {
	chain
	client string // its client_id
}

// FindLogin returns a run's first login that got an access and a refresh token and needs only a password; nil if
// there is none.
func FindLogin(results []evidence.Result) *Login {
	for _, r := range results {
		for at, item := range r.Evidence {
			e := item.Exchange
			if e == nil || e.Status != 200 || !strings.Contains(e.ResponseBody, `"refresh_token"`) || !strings.Contains(e.RequestBody, "‹code ") {
				continue
			}
			list := exchanges(r, at)
			if list[at] == nil {
				continue
			}
			all := values(list)
			l := &Login{chain{list, way(list, all), all}, parameter(list[at].RequestBody, "client_id")}
			needs := l.outside()
			alone := len(needs) == 1 && strings.HasPrefix(needs[0].text, "‹password ")
			if alone && l.client != "" && l.gives(&value{text: "‹token 1›"}) != nil {
				return l
			}
		}
	}
	return nil
}

// gives returns the value of the login's last answer that can replace another of its kind, or nil.
func (l *Login) gives(v *value) *value {
	if l == nil || !v.isToken() || strings.HasPrefix(v.text, "‹code") {
		return nil
	}
	kind := `"access_token"`
	if strings.HasPrefix(v.text, "‹refresh_token") || strings.HasPrefix(v.text, "‹token") {
		kind = `"refresh_token"`
	}
	last := len(l.list) - 1
	i := slices.IndexFunc(l.values, func(v *value) bool { return v.source == last && strings.Contains(v.sed, kind) })
	if i < 0 {
		return nil
	}
	return l.values[i]
}

// write writes a login by the client that uses the tokens.
func (l *Login) write(w *writer, of chain, tokens []*value) {
	as := *l
	if client := clientOf(of, tokens); client != "" && client != l.client {
		as.list = make([]*exchange, len(l.list))
		for i, e := range l.list {
			as.list[i] = e.as(l.client, client)
		}
	}
	w.b.WriteString("\n# Log in first: the tokens of this row came from elsewhere.\n")
	w.chain = as.chain
	w.ask(w.outside())
	w.send(false)
	for _, v := range tokens {
		w.take(l.gives(v), v.name)
	}
	w.b.WriteString("\n# Now repeat what the row did.\n")
}

// clientOf returns the client that uses one of the tokens, or "" if no request says.
func clientOf(c chain, tokens []*value) string {
	for _, v := range tokens {
		for _, i := range v.users {
			if client := parameter(c.list[i].RequestBody, "client_id"); client != "" {
				return client
			}
		}
	}
	return ""
}

func parameter(form, name string) string {
	v, err := url.ParseQuery(form)
	if err != nil {
		return ""
	}
	return v.Get(name)
}

// as returns the request for another client, whose pages are elsewhere.
func (e *exchange) as(from, to string) *exchange {
	if e == nil {
		return nil
	}
	from, to = strings.TrimSuffix(from, "/"), strings.TrimSuffix(to, "/")
	r := strings.NewReplacer(from, to, url.QueryEscape(from), url.QueryEscape(to))
	other := *e.Exchange
	other.RequestBody = r.Replace(other.RequestBody)
	return &exchange{&other, r.Replace(e.sent)}
}
