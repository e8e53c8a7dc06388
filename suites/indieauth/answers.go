package indieauth

import (
	"errors"
	"net/http"
	"reflect"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/indieauth"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Who has logged in", func() {
	It(requirement("indieauth.token.me"), func(ctx SpecContext) {
		answer := tokens(ctx, indieauth.From(ctx), "profile")
		Expect(ctx, answer).To(HaveText("me"))
		Expect(ctx, isProfileURL(answer.Text("me"))).To(Be("me is a profile URL", true))
	})

	It(requirement("indieauth.token.me-confirmed"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		answer := tokens(ctx, s, "profile")
		Control(ctx, answer).To(HaveText("me"))
		links, err := s.Follow(ctx, answer.Text("me"))
		if err != nil {
			Violated(ctx, "a page at me that leads to this server", err.Error())
			return
		}
		Expect(ctx, links.Metadata).To(Be("where the page at me leads", s.Links.Metadata))
	})

	It(requirement("indieauth.authz.me-untrusted"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		own := tokens(ctx, s, "profile")
		Control(ctx, own).To(HaveText("me"))
		const foreign = "https://somebody-else.example/"
		back := s.Authorize(ctx, s.Request().Apply(oauth.Set("me", foreign), oauth.Set("scope", "profile")))
		me := "" // of a request that is refused
		if back.Code != "" {
			me = s.Exchange(ctx, back.Code).Text("me")
		}
		Expect(ctx, me == foreign).To(Be("me is whoever the request named", false))
	})

	It(requirement("indieauth.authz.me-optional"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		Control(ctx, s.Authorize(ctx, s.Request().Apply(oauth.Set("me", s.Me)))).To(BringCode())
		Expect(ctx, s.Authorize(ctx, s.Request().Apply(oauth.Drop("me")))).To(BringCode())
	})

	It(requirement("indieauth.token.no-scope"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		tokens(ctx, s, "profile")
		Expect(ctx, s.Exchange(ctx, code(ctx, s, ""))).To(GrantNothing())
	})

	It(requirement("indieauth.token.profile-by-scope"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		Expect(Step(ctx, "another scope"), tokens(ctx, s, "create")).To(LackMember("profile"))
		profile := member(tokens(ctx, s, "profile"), "profile")
		_, told := profile["email"]
		Expect(Step(ctx, "without email"), told).To(Be("the address is told", false))
	})

	It(requirement("indieauth.code.profile-answer"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		answer := s.Verify(ctx, code(ctx, s, "profile"))
		Expect(ctx, answer).To(All(HaveStatus(http.StatusOK), HaveText("me"), LackMember("access_token"), LackMember("refresh_token")))
		Expect(ctx, isProfileURL(answer.Text("me"))).To(Be("me is a profile URL", true))
		bare := s.Verify(Step(ctx, "without a scope"), code(ctx, s, ""))
		Expect(Step(ctx, "without a scope"), bare).To(All(HaveStatus(http.StatusOK), HaveText("me"), LackMember("profile")))
	})

	It(requirement("indieauth.code.one-endpoint"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		first := code(ctx, s, "profile")
		Control(ctx, s.Verify(ctx, first)).To(HaveText("me"))
		Expect(Step(ctx, "then at the token endpoint"), s.Exchange(ctx, first)).To(GrantNothing())
		Expect(Step(ctx, "then once more"), s.Verify(ctx, first)).To(tellNobody())
		second := code(ctx, s, "profile")
		Control(ctx, s.Exchange(ctx, second)).To(IssueTokens())
		Expect(Step(ctx, "after the token endpoint"), s.Verify(ctx, second)).To(tellNobody())
	})

	It(requirement("indieauth.code.profile-bound"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		Control(ctx, s.Verify(ctx, code(ctx, s, "profile"))).To(HaveText("me"))
		Each(ctx, []spoiled{
			{"another client", oauth.Set("client_id", s.OtherClient.ID)}, {"another redirect_uri", oauth.Set("redirect_uri", s.Redirect+"/")},
			{"a wrong verifier", oauth.Set("code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong")},
			{"an invented code", oauth.Set("code", "invented")},
		}, func(v spoiled) string { return v.name }, func(ctx Ctx, v spoiled) {
			Expect(ctx, s.Verify(ctx, code(ctx, s, "profile"), v.change)).To(tellNobody())
		})
	})
})

var _ = Describe("What resources ask", func() {
	It(requirement("indieauth.userinfo.profile"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		answer := tokens(ctx, s, "profile")
		info := s.UserInfo(ctx, answer.Text("access_token"))
		Expect(ctx, info).To(All(HaveStatus(http.StatusOK), BeJSONObject()))
		if profile := member(answer, "profile"); profile != nil {
			said, _ := info.Object() // judged above
			Expect(ctx, reflect.DeepEqual(said, profile)).To(Be("it says what the profile of the token answer says", true))
		}
	})

	It(requirement("indieauth.userinfo.refused"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		Control(ctx, s.UserInfo(ctx, tokens(ctx, s, "profile").Text("access_token"))).To(HaveStatus(http.StatusOK))
		Expect(Step(ctx, "no token"), s.UserInfo(ctx, "")).To(HaveStatus(http.StatusUnauthorized))
		Expect(Step(ctx, "an invented token"), s.UserInfo(ctx, "invented")).To(HaveStatus(http.StatusUnauthorized))
		other := s.UserInfo(Step(ctx, "a token without the scope"), tokens(ctx, s, "create").Text("access_token"))
		Expect(Step(ctx, "a token without the scope"), other).To(HaveStatus(http.StatusForbidden))
	})

	It(requirement("indieauth.introspect.authorization"), func(ctx SpecContext) {
		s := introspecting(ctx)
		token := tokens(ctx, s, "profile").Text("access_token")
		answer := s.Introspect(ctx, token, "")
		said, _ := answer.JSON() // any other body says nothing
		Expect(ctx, said["active"]).NotTo(Be("active, to whoever asks", true))
	})

	It(requirement("indieauth.introspect.me"), func(ctx SpecContext) {
		s := introspecting(ctx)
		issued := tokens(ctx, s, "profile")
		token := issued.Text("access_token")
		answer := s.Introspect(ctx, token, token)
		if answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden || answer.Status == http.StatusBadRequest {
			NotApplicable(ctx, "the endpoint requires authorization other than an access token: %s", answer)
		}
		said, _ := answer.JSON() // judged below
		Expect(ctx, said["active"]).To(Be("active", true))
		Expect(ctx, answer).To(All(HaveText("me", issued.Text("me")), HaveMembers("client_id", "scope")))
	})

	It(requirement("indieauth.introspect.inactive"), func(ctx SpecContext) {
		s := introspecting(ctx)
		token := tokens(ctx, s, "profile").Text("access_token")
		if live := s.Introspect(ctx, token, token); live.Status != http.StatusOK {
			NotApplicable(ctx, "the endpoint requires authorization other than an access token: %s", live)
		}
		answer := s.Introspect(Step(ctx, "an invented token"), "invented", token)
		said, _ := answer.JSON() // judged below
		Expect(Step(ctx, "an invented token"), said["active"]).To(Be("active", false))
		Expect(Step(ctx, "an invented token"), answer).To(All(LackMember("me"), LackMember("scope")))
	})
})

// introspecting returns a server with an introspection endpoint.
func introspecting(ctx Ctx) *indieauth.Server {
	s := indieauth.From(ctx)
	if s.Introspection() == "" {
		NotApplicable(ctx, "the metadata has no introspection_endpoint")
	}
	return s
}

// spoiled is a change that makes a good request wrong.
type spoiled struct {
	name   string
	change oauth.Change
}

// tellNobody holds for an answer that names no person and is no server error.
func tellNobody() Expectation {
	return All(GrantNothing(), Hold("nobody named", func(e *wire.Exchange) error {
		if e.Status >= http.StatusInternalServerError {
			return ErrOther
		}
		if v, err := e.Object(); err == nil && v["me"] != nil {
			return errors.New("it carries me")
		}
		return nil
	}))
}
