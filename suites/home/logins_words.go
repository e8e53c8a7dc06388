package home

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// eachTrusted judges every trusted network that is offered here, by the login flow that it opens.
func eachTrusted(ctx Ctx, check func(ctx Ctx, p home.LoginProvider, begun *home.Step)) {
	h := home.From(ctx)
	Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
	for _, p := range h.Facts.Trusted {
		under := Step(ctx, "trusted network "+p.ID)
		check(under, p, h.Begin(under, home.Login{Provider: &p}))
	}
}

// eachPicker judges those that show a form, with the home's own users on it. The row does not apply if there is none.
func eachPicker(ctx Ctx, check func(ctx Ctx, p home.LoginProvider, begun *home.Step, users []string)) {
	shown := false
	eachTrusted(ctx, func(ctx Ctx, p home.LoginProvider, begun *home.Step) {
		if users := residents(begun); len(users) > 0 {
			shown = true
			check(ctx, p, begun, users)
		}
	})
	if !shown {
		NotApplicable(ctx, "no trusted network of the home shows a list of users")
	}
}

// options returns the users that a form lists: id and name.
func options(s *home.Step) (list [][2]string) {
	var form struct {
		Fields []struct {
			Name    string      `json:"name"`
			Options [][2]string `json:"options"`
		} `json:"data_schema"`
	}
	if json.Unmarshal([]byte(s.Body), &form) != nil || len(form.Fields) != 1 || form.Fields[0].Name != "user" {
		return nil
	}
	return slices.DeleteFunc(form.Fields[0].Options, func(o [2]string) bool { return o[0] == "" || o[1] == "" })
}

// offered returns the ids of the users that a form lists.
func offered(s *home.Step) (ids []string) {
	for _, o := range options(s) {
		ids = append(ids, o[0])
	}
	return ids
}

// residents returns the users that no row has created: the others may be deleted while the form is open.
func residents(s *home.Step) (ids []string) {
	for _, o := range options(s) {
		if !strings.HasPrefix(o[1], home.OwnUsers) {
			ids = append(ids, o[0])
		}
	}
	return ids
}

// OfferUsers holds for a form that lists users.
func OfferUsers() Expectation {
	return Hold("a list of users to pick from", func(e *wire.Exchange) error {
		if len(offered(&home.Step{Exchange: e})) == 0 {
			return ErrOther
		}
		return nil
	})
}

// OpenNothing holds for the answer to a client that may not log in this way: no form and no code.
func OpenNothing() Expectation {
	return All(BeAnswered(), GrantNothing(), Hold("no form", func(e *wire.Exchange) error {
		if e.Text("type") == "form" {
			return ErrOther
		}
		return nil
	}))
}

// OfferAll holds for a list of login providers that includes all of these, at least one.
func OfferAll(of []home.LoginProvider) Expectation {
	return Hold("the trusted networks", func(e *wire.Exchange) error {
		var list struct{ Providers []home.LoginProvider }
		if err := e.Decode(&list); err != nil {
			return err
		}
		missing := func(p home.LoginProvider) bool { return !slices.Contains(list.Providers, p) }
		if len(of) == 0 || slices.ContainsFunc(of, missing) {
			return ErrOther
		}
		return nil
	})
}

// OfferNone holds for a list of login providers that includes none of these.
func OfferNone(of []home.LoginProvider) Expectation {
	return Hold("none of the trusted networks", func(e *wire.Exchange) error {
		var list struct{ Providers []home.LoginProvider }
		if err := e.Decode(&list); err != nil {
			return err
		}
		if slices.ContainsFunc(list.Providers, func(p home.LoginProvider) bool { return slices.Contains(of, p) }) {
			return ErrOther
		}
		return nil
	})
}

// pick answers the form of a trusted network.
func pick(ctx Ctx, begun *home.Step, user any) *home.Step {
	h := home.From(ctx)
	return h.Submit(ctx, begun.FlowID, h.Client().ID, map[string]any{"user": user})
}

// through completes a login by a trusted network, with or without a form, and returns the last answer.
func through(ctx Ctx, begun *home.Step) *home.Step {
	if users := offered(begun); len(users) > 0 {
		return pick(ctx, begun, users[0])
	}
	return begun
}

// atCommand sends a name and a password to the home's command.
func atCommand(ctx Ctx, username, password string) *home.Step {
	h := home.From(ctx)
	login := home.Login{Provider: h.Facts.Command, Account: &oauth.Account{Username: username, Password: password}}
	begun := h.Begin(ctx, login)
	Control(ctx, begun).To(OpenForm())
	return h.Password(ctx, begun.FlowID, login)
}

// letIn holds for the answer to a right name and password: a code, or the form of the second factor.
func letIn() Expectation {
	return All(HaveStatus(200), Hold("a code, or the second factor", func(e *wire.Exchange) error {
		if e.Text("type") != "create_entry" && e.Text("step_id") != "mfa" {
			return ErrOther
		}
		return nil
	}))
}
