package home

import (
	"fmt"
	"maps"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const foreign = "https://foreign.example"

var _ = Describe("Headers", func() {
	It(requirement("ha.headers.frame"), func(ctx SpecContext) {
		for name, answer := range Sorted(usual(ctx)) {
			Expect(Step(ctx, name), answer).To(ForbidFraming())
		}
	})

	It(requirement("ha.headers.frame-errors"), func(ctx SpecContext) {
		for name, answer := range Sorted(refusals(ctx)) {
			Expect(Step(ctx, name), answer).To(ForbidFraming())
		}
	})

	It(requirement("ha.headers.nosniff"), func(ctx SpecContext) {
		for _, list := range []map[string]*wire.Exchange{usual(ctx), refusals(ctx)} {
			for name, answer := range Sorted(list) {
				Expect(Step(ctx, name), answer).To(ForbidSniffing())
			}
		}
	})

	It(requirement("ha.headers.referrer"), func(ctx SpecContext) {
		Expect(ctx, home.From(ctx).Get(ctx, "/auth/authorize")).To(All(HaveStatus(200),
			HaveReferrerPolicy("no-referrer", "origin", "same-origin", "strict-origin", "origin-when-cross-origin",
				"strict-origin-when-cross-origin")))
	})

	It(requirement("ha.headers.server-quiet"), func(ctx SpecContext) {
		for _, list := range []map[string]*wire.Exchange{usual(ctx), refusals(ctx)} {
			for name, answer := range Sorted(list) {
				Expect(Step(ctx, name), answer).To(All(NameNoVersion(), HaveNoHeader("X-Powered-By")))
			}
		}
	})

	It(requirement("ha.headers.content-type"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		tokens := redeemed(ctx)
		Expect(Step(ctx, "login page"), h.Get(ctx, "/auth/authorize")).To(All(HaveStatus(200), BeHTML()))
		for name, answer := range Sorted(map[string]*wire.Exchange{
			"providers": h.Get(ctx, "/auth/providers"), "login flow": begun.Exchange, "tokens": tokens,
			"a refused code": h.Exchange(ctx, "unknown"), "the API": h.API(ctx, h.Session(ctx).Access, "/api/config"),
		}) {
			Expect(Step(ctx, name), answer).To(HaveMediaType("application/json"))
		}
	})
})

var _ = Describe("Methods", func() {
	It(requirement("oauth2.token.methods"), func(ctx SpecContext) {
		h := home.From(ctx)
		form := h.CodeGrant(h.Code(ctx, home.Login{}))
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			under := Step(ctx, method)
			Expect(under, h.Send(under, method, "/auth/token?"+form.Encode(), "")).To(All(HaveStatus(400, 403, 404, 405), GrantNothing()))
			if method != http.MethodGet && method != http.MethodHead {
				Expect(under, h.Send(under, method, "/auth/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")).To(
					All(HaveStatus(404, 405), GrantNothing()))
			}
		}
		Control(ctx, h.Token(ctx, form)).To(IssueTokens())
	})

	It(requirement("ha.http.allow"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		for name, answer := range Sorted(map[string]*wire.Exchange{
			"GET /auth/token": h.Get(ctx, "/auth/token"), "PUT /auth/login_flow": h.Send(ctx, http.MethodPut, "/auth/login_flow", "{}"),
		}) {
			Expect(Step(ctx, name), answer).To(All(HaveStatus(405), Hold("Allow with POST", func(e *wire.Exchange) error {
				if !strings.Contains(strings.Join(e.Header.Values("Allow"), ","), "POST") {
					return fmt.Errorf("Allow is %q", e.Header.Get("Allow"))
				}
				return nil
			})))
		}
	})

	It(requirement("ha.http.forwarded-for"), func(ctx SpecContext) {
		Note(ctx, "GET /auth/providers with X-Forwarded-For: %s",
			Outcome(home.From(ctx).Get(ctx, "/auth/providers", "X-Forwarded-For", "192.0.2.1")))
	})
})

// usual returns successful answers of all kinds, and the 401 of the API. A control checks their statuses.
func usual(ctx Ctx) map[string]*wire.Exchange {
	h := home.From(ctx)
	list := map[string]*wire.Exchange{
		"login page": h.Get(ctx, "/auth/authorize"), "front page": h.Get(ctx, "/"), "providers": h.Get(ctx, "/auth/providers"),
		"the API": h.API(ctx, h.Session(ctx).Access, "/api/"),
	}
	for name, answer := range Sorted(list) {
		Control(Step(ctx, name), answer).To(HaveStatus(200))
	}
	list["the API without a token"] = h.Get(ctx, "/api/")
	Control(ctx, list["the API without a token"]).To(HaveStatus(401))
	return list
}

// refusals returns answers to wrong requests.
func refusals(ctx Ctx) map[string]*wire.Exchange {
	h := home.From(ctx)
	list := map[string]*wire.Exchange{
		"400 of the token endpoint": h.Exchange(ctx, "unknown"),
		"400 of the login flow":     h.PostJSON(ctx, "/auth/login_flow", map[string]string{}),
		"404":                       h.Get(ctx, "/nothing-is-here"), "405": h.Get(ctx, "/auth/token"),
	}
	for name, answer := range Sorted(list) {
		Control(Step(ctx, name), answer).To(HaveStatus(400, 404, 405))
	}
	return list
}

// NameNoVersion holds for an answer whose Server header has no version.
func NameNoVersion() Expectation {
	return Hold("no version in Server", func(e *wire.Exchange) error {
		if v := strings.Join(e.Header.Values("Server"), ", "); e.Err != nil || strings.ContainsAny(v, "0123456789") {
			return fmt.Errorf("Server is %q", v)
		}
		return nil
	})
}

// HaveMediaType holds for a body declared as the media type.
func HaveMediaType(want string) Expectation {
	return Hold("Content-Type "+want, func(e *wire.Exchange) error {
		if kind := e.MediaType(); e.Err != nil || kind != want {
			return fmt.Errorf("Content-Type is %q", kind)
		}
		return nil
	})
}

var _ = Describe("Headers of answers that are errors", func() {
	It(requirement("ha.headers.on-errors"), func(ctx SpecContext) {
		for name, answer := range Sorted(errorAnswers(ctx)) {
			Expect(Step(ctx, name), answer).To(All(ForbidFraming(), HaveHeader("X-Content-Type-Options", "nosniff"),
				HaveHeader("Referrer-Policy", "no-referrer"), NameNoVersion()))
		}
	})

	It(requirement("ha.headers.filtered"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, path := range []string{"/auth/authorize?state=%3Cscript%3E", "/?x=../../etc/passwd", "/auth/authorize?x=union%20select(1)"} {
			answer := h.Get(Step(ctx, path), path)
			if answer.Status != http.StatusBadRequest {
				continue // nothing is filtered here
			}
			Expect(Step(ctx, path), answer).To(All(ForbidFraming(), NameNoVersion()))
		}
		Control(ctx, h.Get(ctx, "/auth/authorize")).To(All(HaveStatus(200), ForbidFraming()))
	})
})

// errorAnswers returns errors of every endpoint and every kind. A control checks that most of them are errors.
func errorAnswers(ctx Ctx) map[string]*wire.Exchange {
	h := home.From(ctx)
	list := map[string]*wire.Exchange{
		"400, no JSON":         h.Send(ctx, http.MethodPost, "/auth/login_flow", "{", "Content-Type", jsonType),
		"400, a bad client":    h.Begin(ctx, home.Login{ClientID: "mailto:a@b", RedirectURI: "x"}).Exchange,
		"400, no grant":        h.PostForm(ctx, "/auth/token", nil),
		"400, a bad refresh":   h.PostForm(ctx, "/auth/token", h.RefreshGrant(oauth.Tokens{Refresh: "unknown", ClientID: h.Client().ID})),
		"401, no token":        h.Get(ctx, "/api/config"),
		"401, a bad token":     h.API(ctx, "unknown", "/api/states"),
		"401, a bad signature": h.Get(ctx, "/api/config?authSig=x"),
		"401, link":            h.PostJSON(ctx, "/auth/link_user", map[string]string{"client_id": "x", "code": "x"}),
		"404, below a prefix":  h.Get(ctx, "/auth/nothing"),
		"404, of the API":      h.API(ctx, h.Session(ctx).Access, "/api/states/sensor.authconform_nothing"),
		"404, a flow":          try(ctx, unknownID, h.Account.Username, "wrong-password").Exchange,
		"405, the page":        h.PostForm(ctx, "/auth/authorize", nil),
		"405, the login flow":  h.Send(ctx, http.MethodPut, "/auth/login_flow", "{}"),
		"405, the revocation":  h.Get(ctx, "/auth/revoke"),
		"413, too long":        h.Send(ctx, http.MethodPost, "/auth/token", "token="+strings.Repeat("x", 100_000), "Content-Type", formType),
		"403, a foreign preflight": h.Send(ctx, http.MethodOptions, "/auth/login_flow", "", "Origin", foreign,
			"Access-Control-Request-Method", "POST"),
	}
	maps.DeleteFunc(list, func(_ string, answer *wire.Exchange) bool { return answer.Status < 400 || answer.Status >= 500 }) // another row's
	Control(ctx, len(list) > 8).To(Be("most of them are refused", true))
	return list
}
