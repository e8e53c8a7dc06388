package defects

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerCodeDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.code-idempotent", Story: "A repeated request gets the same tokens again, in case the response was lost.",
		Aims:   []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel"},
		Change: sameAnswers,
	},
	{
		ID: "thirdparty.code-reusable", Story: "A code works any number of times until it expires.",
		Aims:   []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel"},
		Change: func(p *mockprovider.Policy) { p.SingleUse = mock.Is(false) },
	},
	{
		ID: "thirdparty.code-half-hour", Story: "A code lives for half an hour.",
		Aims: []string{"oauth2.code.expires"},
		Change: func(p *mockprovider.Policy) {
			before := p.Redeem
			p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
				return before(c, app, form, now.Add(-29*time.Minute))
			}
		},
	},
	{
		ID: "thirdparty.replay-spares-access", Story: "A reused code ends its refresh token but not the access token.",
		Aims:   []string{"provider.token.replay-kills"},
		Change: apiAfter(replayed),
	},
	{
		ID: "thirdparty.replay-harmless", Story: "A reused code is refused, but its tokens stay valid.",
		Aims:   []string{"provider.token.replay-kills"},
		Change: func(p *mockprovider.Policy) { p.ReplayKills = mock.Is(false) },
	},
	{
		ID: "thirdparty.code-any-client", Story: "Any client redeems any code.",
		Aims: []string{"oauth2.code.bound-client"},
		Change: redeems(func(c mockprovider.Code, app mockprovider.App, _ url.Values, _ *mock.Refusal) bool {
			return c.AppID != app.ID
		}),
	},
	{
		ID: "thirdparty.code-any-redirect", Story: "redirect_uri is not compared when the code is redeemed.",
		Aims:   []string{"provider.token.bound-redirect"},
		Change: redeems(because("redirect_uri")),
	},
	{
		ID: "thirdparty.code-redirect-optional", Story: "redirect_uri is compared only if it is present.",
		Aims: []string{"provider.token.bound-redirect"},
		Change: redeems(func(_ mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return !form.Has("redirect_uri") && strings.Contains(r.Description, "redirect_uri")
		}),
	},
	{
		ID: "thirdparty.code-redirect-slash", Story: "A trailing slash is ignored when the code is redeemed.",
		Aims: []string{"provider.token.bound-redirect"},
		Change: redeems(func(c mockprovider.Code, _ mockprovider.App, form url.Values, _ *mock.Refusal) bool {
			return form.Get("redirect_uri") == c.Redirect+"/"
		}),
	},
	{
		ID: "thirdparty.code-lives-a-day", Story: "A code lives for a day.",
		Aims: []string{"oauth2.code.expires"},
		Change: redeems(func(c mockprovider.Code, app mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return c.AppID == app.ID && strings.Contains(r.Description, "expired") && form.Get("redirect_uri") == c.Redirect
		}),
	},
	{
		ID: "thirdparty.bad-code-404", Story: "An unknown code is answered with 404.",
		Aims: []string{"provider.error.invalid-grant"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(tokenAt)(r) && strings.Contains(a.Why, "the code is unknown") {
					a.Status = http.StatusNotFound
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.code-cut", Story: "A code is compared only up to the length that was sent.",
		Aims:   []string{"oauth2.code.missing", "oauth2.error.duplicate-parameter"},
		Change: cutCodes,
	},
}

// cutCodes remembers codes, and completes one that lacks its last letter.
func cutCodes(p *mockprovider.Policy) {
	known := &idSecrets{}
	code := p.NewCode
	p.NewCode = func() string {
		c := code()
		known.add(c)
		return c
	}
	thirdTakes(at(tokenAt), withFields(func(v url.Values) {
		for _, c := range known.list() {
			if v.Get("code") != "" && strings.HasPrefix(c, v.Get("code")) {
				v.Set("code", c)
			}
		}
	}))(p)
}

// sameAnswers repeats the answer to a code.
func sameAnswers(p *mockprovider.Policy) {
	var kept sync.Map
	answer := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = answer(r, a)
		if code := fields(r).Get("code"); at(tokenAt)(r) && code != "" {
			if a.Status == http.StatusOK {
				kept.Store(code, a)
			} else if before, ok := kept.Load(code); ok {
				return before.(mock.Answer)
			}
		}
		return a
	}
}

// replayed picks a code's second redemption and those after it.
func replayed(r mock.Request) bool { return at(tokenAt)(r) && fields(r).Get("code") != "" }
