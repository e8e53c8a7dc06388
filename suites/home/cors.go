package home

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("CORS", func() {
	It(requirement("ha.cors.token-read"), func(ctx SpecContext) {
		h := home.From(ctx)
		granted := spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			return h.PostForm(ctx, "/auth/token", h.CodeGrant(code), "Origin", foreign)
		})
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
		begin := `{"client_id":"` + h.Client().ID + `","handler":` + h.Handler() + `,"redirect_uri":"` + h.Client().Redirect + `"}`
		begun := h.Send(ctx, http.MethodPost, "/auth/login_flow", begin, "Content-Type", "text/plain", "Origin", foreign)
		Control(ctx, begun).To(OpenForm())
		Expect(Step(ctx, "login flow"), begun).To(NotLetRead())
		step := h.Send(ctx, http.MethodPost, "/auth/login_flow/"+begun.Text("flow_id"), `{}`, "Content-Type", "text/plain", "Origin", foreign)
		Expect(Step(ctx, "its step"), step).To(NotLetRead())
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
		answer := home.From(ctx).Get(ctx, wellKnown(ctx), "Origin", foreign)
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

// preflight sends the request that a browser sends before one that is not simple.
func preflight(ctx Ctx, path, method, origin, header string) *wire.Exchange {
	lines := []string{"Origin", origin, "Access-Control-Request-Method", method}
	if header != "" {
		lines = append(lines, "Access-Control-Request-Headers", header)
	}
	return home.From(ctx).Send(ctx, http.MethodOptions, path, "", lines...)
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

// NotLetRead holds for a complete answer that no foreign page may read.
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
