package defects

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

const (
	authorizeAt = "GET /oauth/authorize"
	tokenAt     = "POST /oauth/token"
)

// third is one change of a provider's policy.
type third = func(*mockprovider.Policy)

// thirdAnswers changes answers of a provider to requests of a method and path.
func thirdAnswers(place string, with func(mock.Answer) mock.Answer) third {
	w := at(place)
	return func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); w(r) {
				a = with(a)
			}
			return a
		}
	}
}

// thirdAnswersBy changes answers of a provider by their requests.
func thirdAnswersBy(w when, with func(mock.Request, mock.Answer) mock.Answer) third {
	return func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); w(r) {
				a = with(r, a)
			}
			return a
		}
	}
}

// thirdTakes makes a provider treat requests as other ones.
func thirdTakes(w when, as func(mock.Request) mock.Request) third {
	return func(p *mockprovider.Policy) {
		before := p.Request
		p.Request = func(r mock.Request) mock.Request {
			if r = before(r); w(r) {
				r = as(r)
			}
			return r
		}
	}
}

// tokenMember changes a member of good token answers; nil removes it.
func tokenMember(name string, value any) third {
	return func(p *mockprovider.Policy) {
		before := p.TokenAnswer
		p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
			v := before(access, refresh, scope, ttl)
			if v[name] = value; value == nil {
				delete(v, name)
			}
			return v
		}
	}
}

// comesBackAs edits the parameters sent back to the client.
func comesBackAs(edit func(url.Values)) third {
	return func(p *mockprovider.Policy) {
		before := p.Return
		p.Return = func(v url.Values) url.Values {
			v = copyOf(before(v))
			edit(v)
			return v
		}
	}
}

// redirects accepts redirect URIs that the exact rule refuses.
func redirects(also func(registered, asked *url.URL) bool) third {
	return func(p *mockprovider.Policy) {
		exact := p.Redirect
		p.Redirect = func(list []string, asked string) bool {
			if exact(list, asked) {
				return true
			}
			a, err := url.Parse(asked)
			return err == nil && slices.ContainsFunc(list, func(raw string) bool {
				r, err := url.Parse(raw)
				return err == nil && also(r, a)
			})
		}
	}
}

// redeems forgives one kind of the strict rule's refusals of codes.
func redeems(forgive func(c mockprovider.Code, app mockprovider.App, form url.Values, strict *mock.Refusal) bool) third {
	return func(p *mockprovider.Policy) {
		before := p.Redeem
		p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
			r := before(c, app, form, now)
			if r != nil && forgive(c, app, form, r) {
				return nil
			}
			return r
		}
	}
}

func because(text string) func(mockprovider.Code, mockprovider.App, url.Values, *mock.Refusal) bool {
	return func(_ mockprovider.Code, _ mockprovider.App, _ url.Values, r *mock.Refusal) bool {
		return strings.Contains(r.Description, text)
	}
}

// refusals gives refusals with an error code another status or code.
func refusals(place, word string, status int, by string) third {
	return thirdAnswers(place, func(a mock.Answer) mock.Answer {
		m := decoded(a.Body)
		if m == nil || m["error"] != word {
			return a
		}
		a.Status = status
		if by != "" {
			m["error"] = by
			a.Body = encoded(m)
		}
		return a
	})
}

func queryOf(r mock.Request) url.Values {
	_, raw, _ := strings.Cut(r.Target, "?")
	q, err := url.ParseQuery(raw)
	if err != nil {
		return url.Values{}
	}
	return q
}

// withQuery returns the request with an edited query, or with the edited query that a form carries on.
func withQuery(edit func(url.Values)) func(mock.Request) mock.Request {
	return func(r mock.Request) mock.Request {
		if r.Method == http.MethodPost {
			return withFields(func(v url.Values) {
				if q, err := url.ParseQuery(v.Get("query")); err == nil {
					edit(q)
					v.Set("query", q.Encode())
				}
			})(r)
		}
		place, _, _ := strings.Cut(r.Target, "?")
		q := queryOf(r)
		edit(q)
		r.Target = place + "?" + q.Encode()
		return r
	}
}

func copyOf(v url.Values) url.Values {
	out := url.Values{}
	for k, list := range v {
		out[k] = slices.Clone(list)
	}
	return out
}

// metadataMember changes a member of the metadata; nil removes it.
func metadataMember(name string, value any) third {
	return func(p *mockprovider.Policy) {
		before := p.Metadata
		p.Metadata = func(issuer string) map[string]any {
			v := before(issuer)
			if v[name] = value; value == nil {
				delete(v, name)
			}
			return v
		}
	}
}

// apiAfter repeats earlier answers of the API after a request that should have ended the access.
func apiAfter(w when) third {
	return func(p *mockprovider.Policy) {
		var kept sync.Map
		var came atomic.Bool
		answer := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			a = answer(r, a)
			token := r.Header.Get("Authorization")
			switch {
			case at("GET /api/me")(r) && a.Status == http.StatusOK:
				kept.Store(token, a)
				came.Store(false)
			case at("GET /api/me")(r) && came.Load():
				if before, ok := kept.Load(token); ok {
					return before.(mock.Answer)
				}
			case w(r):
				came.Store(true)
			}
			return a
		}
	}
}

// unauthenticated makes a provider require no secret at some requests.
func unauthenticated(w when) third {
	return func(p *mockprovider.Policy) {
		before := p.Authenticate
		p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
			if known && secret == passes {
				return nil
			}
			return before(app, known, way, secret)
		}
		thirdTakes(w, func(r mock.Request) mock.Request {
			return withHeader("Authorization", "")(set("client_secret", passes)(r))
		})(p)
	}
}

// accessBeside remembers which access token was issued with a refresh token, or "".
func accessBeside(p *mockprovider.Policy) func(refresh string) string {
	var beside sync.Map
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		beside.Store(refresh, access)
		return answer(access, refresh, scope, ttl)
	}
	return func(refresh string) string {
		access, _ := beside.Load(refresh)
		s, _ := access.(string)
		return s
	}
}

// issuedAccess remembers the access tokens that were issued.
func issuedAccess(p *mockprovider.Policy) *idSecrets {
	given := &idSecrets{}
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		given.add(access)
		return answer(access, refresh, scope, ttl)
	}
	return given
}

// thirdCrashes makes a provider fail with an unhandled exception at requests that w picks.
func thirdCrashes(w when) third {
	return thirdAnswersBy(w, func(_ mock.Request, a mock.Answer) mock.Answer {
		text := header("Content-Type", "text/plain")
		return all(status(http.StatusInternalServerError), text, header("Location", ""), body("uncaught exception"))(a)
	})
}

// refusesWith answers requests that w picks with an error of a token endpoint.
func refusesWith(w when, code int, word string) third {
	return thirdAnswersBy(w, func(_ mock.Request, a mock.Answer) mock.Answer {
		a.Body = encoded(map[string]any{"error": word})
		return all(status(code), header("Content-Type", "application/json"))(a)
	})
}

// registersAs edits the answer to a registration.
func registersAs(edit func(r mockprovider.Registration, v map[string]any)) third {
	return func(p *mockprovider.Policy) {
		before := p.Registered
		p.Registered = func(r mockprovider.Registration, a mockprovider.App, at mockprovider.Management) map[string]any {
			v := before(r, a, at)
			edit(r, v)
			return v
		}
	}
}
