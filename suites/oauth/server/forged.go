package server

import (
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// lured returns the browser of a user whom an attacker sends to the server, the consent form there (nil: none is shown), and what the
// attacker knows: the request, and all values of the page that the attacker's own browser gets for it. If the server lets one browser
// go on with what another one began, the user goes on with the attacker's transaction.
func lured(ctx Ctx, server pages, request oauth.Form) (*person.Visitor, *person.PageForm, []string) {
	own, first := server.Visit(ctx, request)
	login := follow(ctx, own, first, server)
	known := []string{server.Account().Username}
	for _, p := range request {
		known = append(known, p.Value)
	}
	known = append(known, shownOn(login)...)
	if form := person.FormOf(login); form != nil && form.Login() {
		user := server.Visitor()
		if form := consentAfter(ctx, server, user, user.Open(ctx, login.Request.URL)); form != nil {
			return user, form, known
		}
	}
	user, form := consent(ctx, server, request)
	return user, form, known
}

// shownOn returns the values in a page's address and in its form.
func shownOn(e *wire.Exchange) (list []string) {
	add := func(values url.Values) {
		for _, v := range values {
			list = append(list, v...)
		}
	}
	add(queryOf(e.Request.URL))
	if form := person.FormOf(e); form != nil {
		add(form.Fields)
		add(queryOf(form.Action))
	}
	return list
}

func queryOf(at string) url.Values {
	u, err := url.Parse(at)
	if err != nil {
		return nil
	}
	return u.Query()
}

// forge makes a consent form one that another site can post: it removes the values that the site cannot know, wherever they stand.
func forge(form *person.PageForm, known []string) {
	strip(form.Fields, known)
	if u, err := url.Parse(form.Action); err == nil && u.RawQuery != "" {
		query := u.Query()
		strip(query, known)
		u.RawQuery = query.Encode()
		form.Action = u.String()
	}
}

// strip removes values that protect a form: they are long, are unknown to the attacker, and do not hold parameters.
func strip(values url.Values, known []string) {
	for name, list := range values {
		if len(list) > 0 && len(list[0]) >= 16 && !slices.Contains(known, list[0]) && !holdsParameters(list[0]) {
			values.Del(name)
		}
	}
}

// holdsParameters reports whether a value is a query. Base64 ends with "=" and is none.
func holdsParameters(value string) bool { return strings.Contains(strings.TrimRight(value, "="), "=") }
