package home

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
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
				Expect(Step(ctx, name), answer).To(HaveHeader("X-Content-Type-Options", "nosniff"))
			}
		}
	})

	It(requirement("ha.headers.referrer"), func(ctx SpecContext) {
		Expect(ctx, home.From(ctx).Get(ctx, "/auth/authorize")).To(All(HaveStatus(200),
			HaveHeader("Referrer-Policy", "no-referrer", "origin", "same-origin", "strict-origin", "origin-when-cross-origin",
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
		tokens := h.Exchange(ctx, h.Code(ctx, home.Login{}))
		Expect(Step(ctx, "login page"), h.Get(ctx, "/auth/authorize")).To(All(HaveStatus(200), BeHTML()))
		for name, answer := range Sorted(map[string]*wire.Exchange{
			"providers": h.Get(ctx, "/auth/providers"), "login flow": begun.Exchange, "tokens": tokens,
			"a refused code": h.Exchange(ctx, "unknown"), "the API": h.API(ctx, h.Session(ctx).Access, "/api/config"),
		}) {
			Expect(Step(ctx, name), answer).To(HaveMediaType("application/json"))
		}
	})
})

var _ = Describe("CORS", func() {
	It(requirement("ha.cors.token-read"), func(ctx SpecContext) {
		h := home.From(ctx)
		granted := h.PostForm(ctx, "/auth/token", h.CodeGrant(h.Code(ctx, home.Login{})), "Origin", foreign)
		Expect(Step(ctx, "a grant"), granted).To(All(IssueTokens(), LetRead(foreign)))
		tokens, _ := oauth.Read(granted, h.Client().ID)
		Expect(Step(ctx, "a refresh"), h.PostForm(ctx, "/auth/token", h.RefreshGrant(tokens), "Origin", foreign)).To(
			All(IssueTokens(), LetRead(foreign)))
		Expect(Step(ctx, "a refused code"), h.PostForm(ctx, "/auth/token", h.CodeGrant("unknown"), "Origin", foreign)).To(
			All(HaveStatus(400), LetRead(foreign)))
	})

	It(requirement("ha.cors.token-preflight"), func(ctx SpecContext) {
		for _, path := range []string{"/auth/token", "/auth/revoke"} {
			Expect(Step(ctx, path), preflight(ctx, path, http.MethodPost, foreign, "content-type")).To(
				All(HaveStatus(200, 204), LetRead(foreign), AllowHeader("content-type")))
		}
	})

	It(requirement("ha.cors.null-origin"), func(ctx SpecContext) {
		h := home.From(ctx)
		answer := h.PostForm(ctx, "/auth/token", h.CodeGrant("unknown"), "Origin", "null")
		Note(ctx, "Access-Control-Allow-Origin: %q", answer.Header.Get("Access-Control-Allow-Origin"))
	})

	It(requirement("ha.cors.no-credentials"), func(ctx SpecContext) {
		h := home.From(ctx)
		anchor := h.PostForm(ctx, "/auth/token", h.CodeGrant("unknown"), "Origin", foreign)
		Control(ctx, anchor).To(LetRead(foreign))
		Expect(Step(ctx, "/auth/token"), anchor).To(HaveNoHeader("Access-Control-Allow-Credentials"))
		for _, path := range []string{"/auth/authorize", "/auth/providers", "/api/", "/api/config"} {
			Expect(Step(ctx, path), h.Get(ctx, path, "Origin", foreign, "Authorization", "Bearer "+h.Session(ctx).Access)).To(
				HaveNoHeader("Access-Control-Allow-Credentials"))
			Expect(Step(ctx, "preflight "+path), preflight(ctx, path, http.MethodGet, foreign, "authorization")).To(
				HaveNoHeader("Access-Control-Allow-Credentials"))
		}
		Expect(Step(ctx, "preflight /auth/token"), preflight(ctx, "/auth/token", http.MethodPost, foreign, "content-type")).To(
			HaveNoHeader("Access-Control-Allow-Credentials"))
	})

	It(requirement("ha.cors.login-unreadable"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.PostForm(ctx, "/auth/token", h.CodeGrant("unknown"), "Origin", foreign)).To(LetRead(foreign))
		begin := `{"client_id":"` + h.Client().ID + `","handler":["homeassistant",null],"redirect_uri":"` + h.Client().Redirect + `"}`
		begun := h.Send(ctx, http.MethodPost, "/auth/login_flow", begin, "Content-Type", "text/plain", "Origin", foreign)
		Control(ctx, begun).To(OpenForm())
		Expect(Step(ctx, "login flow"), begun).To(NotLetRead())
		Expect(Step(ctx, "its step"), h.Send(ctx, http.MethodPost, "/auth/login_flow/"+begun.Text("flow_id"), `{}`, "Content-Type",
			"text/plain", "Origin", foreign)).To(NotLetRead())
		Expect(Step(ctx, "providers"), h.Get(ctx, "/auth/providers", "Origin", foreign)).To(NotLetRead())
		Expect(Step(ctx, "login page"), h.Get(ctx, "/auth/authorize", "Origin", foreign)).To(NotLetRead())
	})

	It(requirement("ha.cors.login-preflight"), func(ctx SpecContext) {
		Control(ctx, preflight(ctx, "/auth/token", http.MethodPost, foreign, "content-type")).To(LetRead(foreign))
		Expect(Step(ctx, "begin"), preflight(ctx, "/auth/login_flow", http.MethodPost, foreign, "content-type")).To(NotLetRead())
		Expect(Step(ctx, "step"), preflight(ctx, "/auth/login_flow/0123456789abcdef", http.MethodPost, foreign, "content-type")).To(NotLetRead())
		Expect(Step(ctx, "abort"), preflight(ctx, "/auth/login_flow/0123456789abcdef", http.MethodDelete, foreign, "")).To(NotLetRead())
	})

	It(requirement("ha.cors.configured-origins"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, path := range []string{"/api/", "/api/config"} {
			under := Step(ctx, path)
			answer := h.Get(under, path, "Origin", foreign, "Authorization", "Bearer "+h.Session(ctx).Access)
			Control(under, answer).To(HaveStatus(200))
			Expect(under, answer).To(NotLetRead())
			Expect(under, h.Get(under, path, "Origin", foreign)).To(NotLetRead())
			Expect(under, preflight(under, path, http.MethodGet, foreign, "authorization")).To(NotLetRead())
		}
	})

	It(requirement("ha.cors.vary"), func(ctx SpecContext) {
		answer := home.From(ctx).Get(ctx, "/.well-known/oauth-authorization-server", "Origin", foreign)
		Control(ctx, answer).To(All(HaveStatus(200), LetRead(foreign)))
		if answer.Header.Get("Access-Control-Allow-Origin") == "*" {
			Held(ctx)
			return
		}
		Expect(ctx, answer).To(Hold("Vary: Origin", func(e *wire.Exchange) error {
			for _, v := range e.Header.Values("Vary") {
				if v == "*" || strings.Contains(strings.ToLower(v), "origin") {
					return nil
				}
			}
			return fmt.Errorf("Vary is %q", strings.Join(e.Header.Values("Vary"), ", "))
		}))
	})

	It(requirement("ha.cors.lookalike-origin"), func(ctx SpecContext) {
		h := home.From(ctx)
		own := h.Wire.Base()
		Control(ctx, h.API(ctx, h.Session(ctx).Access, "/api/")).To(HaveStatus(200))
		for _, origin := range []string{own + ".evil.example", own + "0", strings.Replace(own, "://", "://x.", 1),
			"https://cast.home-assistant.io.evil.example", "https://evilcast.home-assistant.io", "http://cast.home-assistant.io"} {
			Expect(Step(ctx, origin), h.Get(ctx, "/api/", "Origin", origin, "Authorization", "Bearer "+h.Session(ctx).Access)).To(NotLetRead())
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

// usual are answers of all kinds that went well, and the 401 of the API. That they are such is a control.
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

// refusals are answers to what is wrong.
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

// preflight asks as a browser does before a request that is not simple.
func preflight(ctx Ctx, path, method, origin, header string) *wire.Exchange {
	lines := []string{"Origin", origin, "Access-Control-Request-Method", method}
	if header != "" {
		lines = append(lines, "Access-Control-Request-Headers", header)
	}
	return home.From(ctx).Send(ctx, http.MethodOptions, path, "", lines...)
}

// ForbidFraming holds for an answer that other origins may not frame.
func ForbidFraming() Expectation {
	return Hold("X-Frame-Options DENY or SAMEORIGIN, or frame-ancestors", func(e *wire.Exchange) error {
		if e.Err != nil {
			return ErrOther
		}
		for _, policy := range e.Header.Values("Content-Security-Policy") {
			for directive := range strings.SplitSeq(policy, ";") {
				words := strings.Fields(strings.ToLower(directive))
				if len(words) > 1 && words[0] == "frame-ancestors" && !slices.Contains(words, "*") && !slices.Contains(words, "https:") &&
					!slices.Contains(words, "http:") {
					return nil
				}
			}
		}
		values := e.Header.Values("X-Frame-Options")
		if len(values) == 1 && (strings.EqualFold(values[0], "DENY") || strings.EqualFold(values[0], "SAMEORIGIN")) {
			return nil
		}
		return fmt.Errorf("X-Frame-Options is %q", strings.Join(values, ", "))
	})
}

// NameNoVersion holds for an answer whose Server header has no version.
func NameNoVersion() Expectation {
	return Hold("no version in Server", func(e *wire.Exchange) error {
		if v := e.Header.Get("Server"); e.Err != nil || strings.ContainsAny(v, "0123456789") {
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

// LetRead holds for an answer that pages of the origin may read (Fetch §CORS check).
func LetRead(origin string) Expectation {
	return Hold("Access-Control-Allow-Origin "+origin+" or *", func(e *wire.Exchange) error {
		values := e.Header.Values("Access-Control-Allow-Origin")
		if e.Err != nil || len(values) != 1 || (values[0] != origin && values[0] != "*") {
			return fmt.Errorf("Access-Control-Allow-Origin is %q", strings.Join(values, ", "))
		}
		return nil
	})
}

// NotLetRead holds for a whole answer that no foreign page may read.
func NotLetRead() Expectation {
	return Hold("no Access-Control-Allow-Origin", func(e *wire.Exchange) error {
		if e.Err != nil || e.Status == 0 {
			return ErrOther
		}
		if values := e.Header.Values("Access-Control-Allow-Origin"); len(values) > 0 {
			return fmt.Errorf("Access-Control-Allow-Origin is %q", strings.Join(values, ", "))
		}
		return nil
	})
}

// AllowHeader holds for a preflight's answer that allows a request header.
func AllowHeader(name string) Expectation {
	return Hold("Access-Control-Allow-Headers with "+name, func(e *wire.Exchange) error {
		for _, v := range e.Header.Values("Access-Control-Allow-Headers") {
			for word := range strings.SplitSeq(v, ",") {
				if word = strings.TrimSpace(word); word == "*" || strings.EqualFold(word, name) {
					return nil
				}
			}
		}
		return errors.New("it is not allowed")
	})
}
