package provider

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// pkce asks for a code with a challenge.
func pkce(challenge, method string) []oauth.Change {
	return []oauth.Change{oauth.Set("code_challenge", challenge), oauth.Set("code_challenge_method", method)}
}

// came holds for an authorization that brought a code back.
func came() judge.Matcher {
	return returned{"a code", func(r oauth.Return) bool { return r.Code != "" }}
}

// noCode holds for one that brought no code, whether it ended at the client or on a page.
func noCode() judge.Matcher {
	return returned{"no code", func(r oauth.Return) bool { return r.Code == "" && !strings.Contains(fmt.Sprint(r.Query), "token") }}
}

// refuseWith holds for one that brought one of the errors back, or ended on a page with a status that refuses.
func refuseWith(words ...string) judge.Matcher {
	return returned{"error " + strings.Join(words, " or ") + ", or a page that refuses", func(r oauth.Return) bool {
		if r.Query == nil {
			return r.Last.Status >= 400 && r.Last.Status < 500
		}
		for _, w := range words {
			if r.Error == w && r.Code == "" {
				return true
			}
		}
		return false
	}}
}

type returned struct {
	want string
	test func(oauth.Return) bool
}

func (m returned) Match(actual any) (bool, error) {
	r, ok := actual.(oauth.Return)
	return ok && m.test(r), nil
}
func (m returned) Expected() string { return m.want }
func (m returned) Got(actual any) string {
	r, _ := actual.(oauth.Return)
	if r.Query != nil && r.Error != "" {
		return "sent back with error " + r.Error
	}
	return r.String()
}
func (m returned) FailureMessage(actual any) string {
	return "expected " + m.want + ", got " + m.Got(actual)
}
func (m returned) NegatedFailureMessage(any) string { return "expected not " + m.want }

// wholeNumber holds for a JSON number without a fraction, above zero.
func wholeNumber(member string) Expectation {
	return Hold(member+" as a number of seconds above 0", func(e *wire.Exchange) error {
		v, err := e.JSON()
		if err != nil {
			return err
		}
		n, ok := v[member].(float64)
		if !ok || n <= 0 || n != math.Trunc(n) {
			return fmt.Errorf("%s is %v", member, v[member])
		}
		return nil
	})
}

// unframed holds for a page that nobody may frame.
func unframed() Expectation {
	return Hold("X-Frame-Options or frame-ancestors", func(e *wire.Exchange) error {
		if e.Header.Get("X-Frame-Options") == "" && !strings.Contains(e.Header.Get("Content-Security-Policy"), "frame-ancestors") {
			return errors.New("it has neither")
		}
		return nil
	})
}

// unstored holds for an answer that is not kept.
func unstored() Expectation {
	return Hold("Cache-Control: no-store", func(e *wire.Exchange) error {
		if !strings.Contains(strings.ToLower(e.Header.Get("Cache-Control")), "no-store") {
			return fmt.Errorf("Cache-Control is %q", e.Header.Get("Cache-Control"))
		}
		return nil
	})
}

// bearerRefused holds for a refusal of the resource, with a challenge that has a word; statuses beside 401 may be named.
func bearerRefused(word string, statuses ...int) Expectation {
	if statuses == nil {
		statuses = []int{http.StatusUnauthorized}
	}
	return All(HaveStatus(statuses...), Hold("WWW-Authenticate: Bearer "+word, func(e *wire.Exchange) error {
		head := e.Header.Get("WWW-Authenticate")
		if !strings.HasPrefix(strings.ToLower(head), "bearer") || !strings.Contains(head, word) {
			return fmt.Errorf("WWW-Authenticate is %q", head)
		}
		return nil
	}))
}

// the page of a fresh browser that opens a good authorization request.
func page(ctx Ctx, t *provider.Provider) (*person.Visitor, *wire.Exchange) {
	p := t.Visitor()
	e := p.Open(ctx, t.AuthorizeURL+"?"+t.Request().Encode())
	for range 6 {
		to := e.Header.Get("Location")
		if to == "" {
			break
		}
		where, err := e.Resolve(to)
		if err != nil || strings.HasPrefix(where, t.Redirect) {
			break
		}
		e = p.Open(ctx, where)
	}
	return p, e
}

// with is a URL with a change.
func with(raw string, change func(*url.URL)) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw + "x"
	}
	change(u)
	return u.String()
}
