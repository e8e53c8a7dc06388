package home

import (
	"slices"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Trusted networks", func() {
	It(requirement("ha.trusted.opens"), func(ctx SpecContext) {
		eachTrusted(ctx, func(ctx Ctx, _ home.LoginProvider, begun *home.Step) {
			if begun.Code != "" {
				Expect(ctx, begun).To(IssueCode())
			} else {
				Expect(ctx, begun).To(All(OpenForm(), OfferUsers()))
			}
		})
	})

	It(requirement("ha.trusted.picked"), func(ctx SpecContext) {
		eachPicker(ctx, func(ctx Ctx, p home.LoginProvider, _ *home.Step, users []string) {
			h := home.From(ctx)
			for _, user := range []string{users[0], users[len(users)-1]} {
				picked := pick(ctx, h.Begin(ctx, home.Login{Provider: &p}), user)
				if !Expect(ctx, picked).To(IssueCode()) {
					return
				}
				e := h.Exchange(ctx, picked.Code)
				if Expect(ctx, e).To(IssueTokens()) {
					Expect(ctx, whoIs(ctx, oauth.Granted(e, "").Access)).To(Be("user id", user))
				}
			}
		})
	})

	It(requirement("ha.trusted.invented-user"), func(ctx SpecContext) {
		eachPicker(ctx, func(ctx Ctx, _ home.LoginProvider, begun *home.Step, users []string) {
			h := home.From(ctx)
			for _, user := range []any{"0123456789abcdef0123456789abcdef", "", 5, nil} {
				Expect(ctx, pick(ctx, begun, user)).To(All(HaveStatus(400), GrantNothing()))
			}
			for _, fields := range []map[string]any{{}, {"user": users[0], "password": "x"}} {
				Expect(ctx, h.Submit(ctx, begun.FlowID, h.Client().ID, fields)).To(All(HaveStatus(400), GrantNothing()))
			}
			Expect(ctx, pick(ctx, begun, users[0])).To(IssueCode())
		})
	})

	It(requirement("ha.trusted.redirect"), func(ctx SpecContext) {
		eachTrusted(ctx, func(ctx Ctx, p home.LoginProvider, begun *home.Step) {
			h := home.From(ctx)
			Control(ctx, through(ctx, begun)).To(IssueCode())
			for _, foreign := range []string{h.Site.Other() + "/callback", "https://evil.example/cb"} {
				under := Step(ctx, p.ID+" "+foreign)
				opened := h.Begin(under, home.Login{Provider: &p, ClientID: h.Client().ID, RedirectURI: foreign})
				Expect(under, through(under, opened)).To(RefuseRedirect())
			}
		})
	})

	It(requirement("ha.trusted.unlisted-user"), func(ctx SpecContext) {
		h, tried := home.From(ctx), false
		other := h.NewUser(ctx, "unlisted")
		eachPicker(ctx, func(ctx Ctx, _ home.LoginProvider, begun *home.Step, users []string) {
			if !slices.Contains(offered(begun), other.ID) {
				tried = true
				Expect(ctx, pick(ctx, begun, other.ID)).To(All(HaveStatus(400, 403), GrantNothing()))
				Control(ctx, pick(ctx, begun, users[0])).To(IssueCode())
			}
		})
		if !tried {
			NotApplicable(ctx, "every trusted network of the home lists every user")
		}
	})

	It(requirement("ha.trusted.inactive-user"), func(ctx SpecContext) {
		h, tried := home.From(ctx), false
		sleeper := h.NewUser(ctx, "asleep")
		eachPicker(ctx, func(ctx Ctx, p home.LoginProvider, begun *home.Step, _ []string) {
			if !slices.Contains(offered(begun), sleeper.ID) {
				return
			}
			tried = true
			h.Deactivate(ctx, sleeper)
			Expect(ctx, slices.Contains(offered(h.Begin(ctx, home.Login{Provider: &p})), sleeper.ID)).To(Be("listed", false))
			Expect(ctx, pick(ctx, begun, sleeper.ID)).To(GrantNothing())
			h.Activate(ctx, sleeper)
			Control(ctx, pick(ctx, h.Begin(ctx, home.Login{Provider: &p}), sleeper.ID)).To(IssueCode())
		})
		if !tried {
			NotApplicable(ctx, "no trusted network of the home lists a new user")
		}
	})

	It(requirement("ha.trusted.not-offered-outside"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Get(ctx, "/auth/providers")).To(All(HaveStatus(200), OfferAll(h.Facts.Trusted)))
		Expect(ctx, h.Get(home.Elsewhere(ctx), "/auth/providers")).To(All(HaveStatus(200), OfferNone(h.Facts.Trusted)))
	})

	It(requirement("ha.trusted.outside"), func(ctx SpecContext) {
		eachTrusted(ctx, func(ctx Ctx, p home.LoginProvider, begun *home.Step) {
			Expect(ctx, home.From(ctx).Begin(home.Elsewhere(ctx), home.Login{Provider: &p})).To(OpenNothing())
			Control(ctx, through(ctx, begun)).To(IssueCode())
		})
	})

	It(requirement("ha.trusted.forwarded"), func(ctx SpecContext) {
		eachTrusted(ctx, func(ctx Ctx, p home.LoginProvider, begun *home.Step) {
			h := home.From(ctx)
			for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip"} {
				for _, here := range h.Here() {
					if name == "Forwarded" {
						here = "for=" + here
					}
					claim := home.Login{Provider: &p, Header: []string{name, here}}
					Expect(Step(ctx, name), h.Begin(home.Elsewhere(ctx), claim)).To(OpenNothing())
				}
			}
			Control(ctx, through(ctx, begun)).To(IssueCode())
		})
	})

	It(requirement("ha.trusted.refresh-outside"), func(ctx SpecContext) {
		eachTrusted(ctx, func(ctx Ctx, p home.LoginProvider, begun *home.Step) {
			h, refused := home.From(ctx), All(HaveStatus(400, 401, 403), GrantNothing())
			inside := through(ctx, begun)
			Control(ctx, inside).To(IssueCode())
			t := oauth.Granted(h.Exchange(ctx, inside.Code), h.Client().ID)
			Expect(ctx, h.Refresh(home.Elsewhere(ctx), t)).To(refused)
			Control(ctx, h.Refresh(ctx, t)).To(IssueTokens())
			under, another := Step(ctx, "code"), through(ctx, h.Begin(ctx, home.Login{Provider: &p}))
			Control(under, another).To(IssueCode())
			Expect(under, h.Exchange(home.Elsewhere(under), another.Code)).To(refused)
		})
	})
})

var _ = Describe("Command line", func() {
	It(requirement("ha.command.wrong-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{Provider: h.Facts.Command})
		Control(ctx, begun).To(OpenForm())
		for _, wrong := range []oauth.Account{
			{Username: h.Account.Username, Password: "wrong-password"}, {Username: h.Account.Username},
			{Username: "nobody-lives-here", Password: h.Account.Password},
		} {
			again := try(ctx, begun.FlowID, wrong.Username, wrong.Password)
			Expect(ctx, again).To(All(OpenForm(), GrantNothing()))
			Expect(ctx, again.Errors["base"]).To(Be("errors.base", "invalid_auth"))
		}
		Control(ctx, try(ctx, begun.FlowID, h.Account.Username, h.Account.Password)).To(letIn())
	})

	It(requirement("ha.command.no-shell"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, trick := range []string{
			`'; exit 0; '`, `"; exit 0; "`, `; exit 0`, `$(exit 0)"; exit 0; "`, "`true`; exit 0", `' || true #`, `" || true #`, "x\nexit 0",
		} {
			under := Step(ctx, Quoted(trick))
			Expect(under, atCommand(under, h.Account.Username, trick)).To(All(HaveStatus(200, 400), GrantNothing()))
			Expect(under, atCommand(under, trick, "wrong-password")).To(All(HaveStatus(200, 400), GrantNothing()))
		}
		Control(ctx, atCommand(ctx, h.Account.Username, h.Account.Password)).To(letIn())
	})

	It(requirement("ha.command.same-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		before := h.UserIDs(ctx)
		var ids []string
		for range 2 {
			id := whoIs(ctx, h.Tokens(ctx, home.Login{Provider: h.Facts.Command}).Access)
			if ids = append(ids, id); !slices.Contains(before, id) {
				h.Owe(ctx, id)
			}
		}
		Expect(ctx, ids[1]).To(Be("user id", ids[0]))
	})

	It(requirement("ha.command.username-trimmed"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, atCommand(ctx, h.Account.Username, h.Account.Password)).To(letIn())
		Expect(ctx, atCommand(ctx, " "+h.Account.Username+" ", h.Account.Password)).To(letIn())
	})
})
