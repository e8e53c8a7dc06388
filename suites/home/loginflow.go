package home

import (
	"net/http"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Login flow", func() {
	It(requirement("ha.providers.listed"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Get(ctx, "/auth/providers")).To(All(HaveStatus(200), ListProviders("providers", h.Facts.Provider.Name())))
	})

	It(requirement("ha.providers.listed-old"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Get(ctx, "/auth/providers")).To(All(HaveStatus(200), ListProviders("", h.Facts.Provider.Name())))
	})

	It(requirement("ha.flow.form"), func(ctx SpecContext) {
		begun := home.From(ctx).Begin(ctx, home.Login{})
		Expect(ctx, begun).To(All(OpenForm(), HaveText("step_id"), HaveMembers("data_schema", "errors", "handler")))
		Expect(ctx, len(begun.Errors)).To(Be("errors of a fresh form", 0))
	})

	It(requirement("ha.flow.code"), func(ctx SpecContext) {
		Expect(ctx, home.From(ctx).Login(ctx, home.Login{})).To(IssueCode())
	})

	It(requirement("ha.flow.text-plain"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, kind := range []string{"text/plain;charset=UTF-8", ""} {
			under := Step(ctx, "Content-Type "+kind)
			opened := h.Send(under, http.MethodPost, "/auth/login_flow",
				`{"client_id":"`+h.Client().ID+`","handler":`+h.Handler()+`,"redirect_uri":"`+h.Client().Redirect+`"}`, "Content-Type", kind)
			if !Expect(under, opened).To(OpenForm()) {
				continue
			}
			Secret(ctx, "password", h.Account.Password)
			body := `{"username":` + AsJSON(h.Account.Username) + `,"password":` + AsJSON(h.Account.Password) +
				`,"client_id":"` + h.Client().ID + `"}`
			passed := IssueCode()
			if h.Account.TOTPSecret != "" {
				passed = OpenForm() // of the second factor
			}
			answer := h.Send(under, http.MethodPost, "/auth/login_flow/"+opened.Text("flow_id"), body, "Content-Type", kind)
			Expect(under, answer).To(passed)
		}
	})

	It(requirement("ha.flow.wrong-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		Control(ctx, begun).To(OpenForm())
		again := try(ctx, begun.FlowID, h.Account.Username, "wrong-password")
		Expect(ctx, again).To(All(OpenForm(), GrantNothing()))
		Expect(ctx, again.Errors["base"]).To(Be("errors.base", "invalid_auth"))
		Expect(ctx, again.FlowID).To(Be("flow_id", begun.FlowID))
		Control(ctx, try(ctx, begun.FlowID, h.Account.Username, h.Account.Password)).To(pastPassword(h))
	})

	It(requirement("ha.flow.unknown-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		wrong := try(ctx, begun.FlowID, h.Account.Username, "wrong-password")
		unknown := try(ctx, begun.FlowID, "nobody-lives-here", "wrong-password")
		Control(ctx, try(ctx, begun.FlowID, h.Account.Username, h.Account.Password)).To(pastPassword(h))
		Expect(ctx, unknown.Status).To(Be("status", wrong.Status))
		Expect(ctx, unknown.Type).To(Be("type", wrong.Type))
		Expect(ctx, unknown.Errors["base"]).To(Be("errors.base", wrong.Errors["base"]))
	})

	It(requirement("ha.flow.unknown-user-time"), func(ctx SpecContext) {
		h := home.From(ctx)
		SameTime(ctx, "a known name", "an unknown name", 2, func() (known, unknown time.Duration) {
			begun := h.Begin(ctx, home.Login{})
			known = try(ctx, begun.FlowID, h.Account.Username, "wrong-password").Duration
			unknown = try(ctx, begun.FlowID, "nobody-lives-here", "wrong-password").Duration
			Control(ctx, try(ctx, begun.FlowID, h.Account.Username, h.Account.Password)).To(pastPassword(h))
			return known, unknown
		})
	})

	It(requirement("ha.flow.empty-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		Expect(ctx, try(ctx, begun.FlowID, h.Account.Username, "")).To(All(HaveStatus(200, 400), GrantNothing()))
		Expect(ctx, try(ctx, begun.FlowID, "", h.Account.Password)).To(All(HaveStatus(200, 400), GrantNothing()))
		Control(ctx, try(ctx, begun.FlowID, h.Account.Username, h.Account.Password)).To(pastPassword(h))
	})

	It(requirement("ha.flow.username-folded"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, name := range []string{strings.ToUpper(h.Account.Username), " " + h.Account.Username + " "} {
			begun := h.Begin(ctx, home.Login{})
			Expect(Step(ctx, Quoted(name)), try(ctx, begun.FlowID, name, h.Account.Password)).To(pastPassword(h))
		}
	})

	It(requirement("ha.flow.malformed-step"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		name, password := h.Account.Username, h.Account.Password
		Secret(ctx, "password", password)
		for what, fields := range Sorted(map[string]map[string]any{
			"no password": {"username": name}, "no name": {"password": password}, "a number": {"username": name, "password": 5},
			"a list":         {"username": []string{name}, "password": password},
			"an extra field": {"username": name, "password": password, "code": "000000"},
		}) {
			Expect(Step(ctx, what), h.Submit(ctx, begun.FlowID, h.Client().ID, fields)).To(All(HaveStatus(400), GrantNothing()))
		}
		Control(ctx, try(ctx, begun.FlowID, name, password)).To(pastPassword(h))
	})

	It(requirement("ha.flow.unknown-flow"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, try(ctx, "0123456789abcdef0123456789abcdef", h.Account.Username, h.Account.Password)).To(All(HaveStatus(404), GrantNothing()))
		Expect(ctx, try(ctx, "", h.Account.Username, h.Account.Password)).To(All(HaveStatus(404, 405), GrantNothing()))
		Control(ctx, h.Login(ctx, home.Login{})).To(IssueCode())
	})

	It(requirement("ha.flow.finished"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		Control(ctx, h.Password(ctx, begun.FlowID, home.Login{})).To(IssueCode())
		Expect(ctx, h.Password(ctx, begun.FlowID, home.Login{})).To(All(HaveStatus(404), GrantNothing()))
	})

	It(requirement("ha.flow.deleted"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		Control(ctx, begun).To(OpenForm())
		Expect(ctx, h.Send(ctx, http.MethodDelete, "/auth/login_flow/"+begun.FlowID, "")).To(HaveStatus(200))
		Expect(ctx, h.Send(ctx, http.MethodDelete, "/auth/login_flow/"+begun.FlowID, "")).To(HaveStatus(404))
		Expect(ctx, h.Password(ctx, begun.FlowID, home.Login{})).To(All(HaveStatus(404), GrantNothing()))
		Control(ctx, h.Login(ctx, home.Login{})).To(IssueCode())
	})

	It(requirement("ha.flow.parallel-finish"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		steps := make([]*home.Step, 5)
		var wg sync.WaitGroup
		for i := range steps {
			wg.Go(func() { steps[i] = h.Password(ctx, begun.FlowID, home.Login{}) })
		}
		wg.Wait()
		codes := 0
		for _, s := range steps {
			if s.Code != "" {
				codes++
			} else {
				Expect(ctx, s).To(All(HaveStatus(404, 409), GrantNothing()))
			}
		}
		Expect(ctx, codes).To(Be("answers with a code", 1))
	})

	It(requirement("ha.flow.unknown-handler"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		Each(ctx, []any{[]any{"nothing", nil}, []any{"homeassistant", "other"}, []any{"", nil}}, func(v any) string { return "" },
			func(ctx Ctx, handler any) {
				Expect(ctx, h.Begin(ctx, home.Login{Body: map[string]any{"handler": handler}})).To(All(HaveStatus(400, 404), LackStep()))
			})
	})

	It(requirement("ha.flow.response-type"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{Body: map[string]any{"response_type": "code"}})).To(OpenForm())
		Each(ctx, []string{"token", "id_token", "code token", "CODE"}, AsIs, func(ctx Ctx, kind string) {
			Expect(ctx, h.Begin(ctx, home.Login{Body: map[string]any{"response_type": kind}})).To(All(HaveStatus(400), LackStep()))
		})
	})

	It(requirement("ha.flow.unknown-member"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		for _, member := range []string{"state", "scope", "resource"} {
			Note(ctx, "%s in the first request: %s", member, Outcome(h.Begin(ctx, home.Login{Body: map[string]any{member: "x"}}).Exchange))
		}
	})

	It(requirement("ha.flow.id-unguessable"), func(ctx SpecContext) {
		h := home.From(ctx)
		flows := make([]string, 16)
		Each(ctx, Indices(len(flows)), Nameless, func(ctx Ctx, i int) { flows[i] = h.Begin(ctx, home.Login{}).FlowID })
		Expect(ctx, flows).To(BeUnguessable(96))
	})

	It(requirement("ha.flow.no-token-without-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		Control(ctx, begun).To(OpenForm())
		Expect(ctx, h.Exchange(ctx, begun.FlowID)).To(BeRefused(ctx, "code-refused"))
		ended := h.Password(ctx, begun.FlowID, home.Login{})
		Control(ctx, ended).To(IssueCode())
		Control(ctx, h.Exchange(ctx, ended.Code)).To(IssueTokens())
	})

	It(requirement("ha.flow.inactive-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "sleeper")
		login := home.Login{Account: &user.Account}
		h.Deactivate(ctx, user)
		Expect(ctx, h.Login(ctx, login)).To(All(HaveStatus(200, 403), GrantNothing()))
		h.Activate(ctx, user)
		Control(ctx, h.Login(ctx, login)).To(IssueCode())
	})

	It(requirement("ha.flow.deleted-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "gone")
		Control(ctx, h.Login(ctx, home.Login{Account: &user.Account})).To(IssueCode())
		h.Delete(ctx, user)
		Expect(ctx, h.Login(ctx, home.Login{Account: &user.Account})).To(All(HaveStatus(200, 403), GrantNothing()))
	})

	It(requirement("ha.flow.old-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "changer")
		old := user.Account
		next := old
		next.Password += "-new"
		Secret(ctx, "password", next.Password)
		own := h.Open(ctx, h.Tokens(ctx, home.Login{Account: &old}).Access)
		if err := own.Call(ctx, "config/auth_provider/homeassistant/change_password",
			map[string]any{"current_password": old.Password, "new_password": next.Password}, nil); err != nil {
			Block(ctx, "the password could not be changed: %v", err)
		}
		Control(ctx, h.Login(ctx, home.Login{Account: &next})).To(IssueCode())
		Expect(ctx, h.Login(ctx, home.Login{Account: &old})).To(All(HaveStatus(200), GrantNothing()))
	})

	It(requirement("ha.flow.other-address"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		Control(ctx, begun).To(OpenForm())
		Expect(ctx, h.Password(home.Elsewhere(ctx), begun.FlowID, home.Login{})).To(All(HaveStatus(400, 403, 404), GrantNothing()))
		Control(ctx, h.Password(ctx, begun.FlowID, home.Login{})).To(pastPassword(h))
	})

	It(requirement("ha.flow.no-get"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		Expect(ctx, h.Get(ctx, "/auth/login_flow?client_id="+h.Client().ID)).To(All(HaveStatus(404, 405), LackStep()))
	})

	It(requirement("ha.flow.lives"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		Control(ctx, begun).To(OpenForm())
		Advance(ctx, time.Hour)
		Note(ctx, "the right password an hour later: %s", Outcome(h.Password(ctx, begun.FlowID, home.Login{}).Exchange))
	})
})

// try sends a name and a password to a flow of the default client.
func try(ctx Ctx, flow, username, password string) *home.Step {
	h := home.From(ctx)
	return h.Password(ctx, flow, home.Login{ClientID: h.Client().ID, Account: &oauth.Account{Username: username, Password: password}})
}

// pastPassword holds for the answer to a right password: a code, or the form of the second factor.
func pastPassword(h *home.Home) Expectation {
	if h.Account.TOTPSecret == "" {
		return IssueCode()
	}
	return All(OpenForm(), HaveText("step_id", "mfa"))
}
