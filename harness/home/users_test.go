package home

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// people makes the fake manage users.
func people(f *hometest.Home, names ...string) *[]string {
	there := &names
	f.Knows("config/auth/create", func(fields map[string]any) (any, string) {
		*there = append(*there, fmt.Sprint(fields["name"]))
		return map[string]any{"user": map[string]any{"id": fields["name"]}}, ""
	})
	f.Knows("config/auth_provider/homeassistant/create", func(map[string]any) (any, string) { return nil, "" })
	f.Knows("config/auth/update", func(map[string]any) (any, string) { return nil, "" })
	f.Knows("config/auth/delete", func(fields map[string]any) (any, string) {
		before := len(*there)
		*there = slices.DeleteFunc(*there, func(name string) bool { return name == fields["user_id"] })
		if len(*there) == before {
			return nil, "not_found"
		}
		return nil, ""
	})
	f.Knows("config/auth/list", func(map[string]any) (any, string) {
		var list []map[string]any
		for _, name := range *there {
			list = append(list, map[string]any{"id": name, "name": name})
		}
		return list, ""
	})
	return there
}

func TestAUserIsRemovedWhenTheSpecEnds(t *testing.T) {
	f, h, _ := stay(t)
	h.Facts.Admin = true
	there := people(f)
	got := outcome(t, func(ctx context.Context) {
		u := h.NewUser(ctx, "guest")
		same(t, "there", *there, u.ID)
		if u.ID != "authconform guest "+h.Mark || !strings.HasPrefix(u.Username, "authconform-guest-") || len(u.Password) < 20 {
			t.Errorf("%+v", u)
		}
		h.Deactivate(ctx, u)
		h.Activate(ctx, u)
	})
	same(t, "left", *there)
	if got.Reason != "" || h.Logins() != 1 {
		t.Errorf("%s: %s, after %d logins", got.Verdict, got.Reason, h.Logins())
	}
	var changes []string
	for _, line := range f.Asked("WS ") {
		if strings.Contains(line, "config/auth/update") {
			changes = append(changes, line[strings.Index(line, `"is_active"`):strings.Index(line, `,"type"`)])
		}
	}
	same(t, "changed", changes, `"is_active":false`, `"is_active":true`)
}

func TestAUserThatIsDeletedByTheSpecIsNotRemovedAgain(t *testing.T) {
	f, h, _ := stay(t)
	h.Facts.Admin = true
	there := people(f)
	outcome(t, func(ctx context.Context) { h.Delete(ctx, h.NewUser(ctx, "guest")) })
	same(t, "left", *there)
	removed := 0
	for _, line := range f.Asked("WS ") {
		if strings.Contains(line, "config/auth/delete") {
			removed++
		}
	}
	if removed != 1 {
		t.Errorf("it is removed %d times", removed)
	}
}

func TestWhoMayNotManageUsersMakesNone(t *testing.T) {
	guest := func(_ *hometest.Home, h *Home) { h.Facts.Admin = false }
	without := func(name string) func(*hometest.Home, *Home) {
		return func(f *hometest.Home, _ *Home) { f.Knows(name, nil) }
	}
	for name, c := range map[string]struct {
		change func(*hometest.Home, *Home)
		want   string
	}{
		"no administrator":       {guest, "the user may not manage users; set --user to an administrator"},
		"a home that makes none": {without("config/auth/create"), "the home did not create a user: unknown_command"},
		"one without passwords":  {without("config/auth_provider/homeassistant/create"), "did not set the new user's password: unknown_command"},
	} {
		f, h, _ := stay(t)
		h.Facts.Admin = true
		there := people(f)
		c.change(f, h)
		got := outcome(t, func(ctx context.Context) { h.NewUser(ctx, "guest") })
		if !strings.Contains(got.Reason, c.want) {
			t.Errorf("%s: %s, want %s", name, got.Reason, c.want)
		}
		same(t, name+" leaves", *there)
	}
}

func TestUsersOfThisRunAreTakenBack(t *testing.T) {
	f, h, ctx := stay(t)
	h.Facts.Admin = true
	there := people(f, "authconform guest run-abcd", "authconform guest other-abcd", "ada", "friend of run-abcd")
	same(t, "not taken back", h.TakeBackUsers(ctx, "run"))
	same(t, "left", *there, "authconform guest other-abcd", "ada", "friend of run-abcd")

	h.Facts.Admin = false
	*there = append(*there, "authconform guest run-abcd")
	same(t, "not taken back by one who may not", h.TakeBackUsers(ctx, "run"))
	if len(*there) != 4 {
		t.Errorf("left %q", *there)
	}

	h.Facts.Admin = true
	f.Knows("config/auth/list", nil)
	if left := h.TakeBackUsers(ctx, "run"); len(left) != 1 || !strings.Contains(left[0], "users of this run may remain at the target: ") {
		t.Errorf("%q", left)
	}
}

func TestASecondFactorIsEnrolledAsAPersonWould(t *testing.T) {
	shows := func(code string) hometest.Command {
		return func(fields map[string]any) (any, string) {
			if fields["flow_id"] == nil {
				return map[string]any{"flow_id": "f", "description_placeholders": map[string]any{"code": code}}, ""
			}
			input, _ := fields["user_input"].(map[string]any)
			if input["code"] != oauth.TOTP(code, time.Now()) {
				return map[string]any{"type": "form"}, ""
			}
			return map[string]any{"type": "create_entry"}, ""
		}
	}
	for name, c := range map[string]struct {
		setup hometest.Command
		want  string
	}{
		"a home with TOTP":     {shows(hometest.Secret), ""},
		"one without":          {nil, "the home offers no TOTP module: unknown_command"},
		"one without a secret": {shows("n0ne!"), "auth/setup_mfa shows no base32 secret in description_placeholders.code"},
		"one that refuses it": {
			func(map[string]any) (any, string) {
				return map[string]any{"type": "form", "description_placeholders": map[string]any{"code": hometest.Secret}}, ""
			},
			"the home did not accept the code of its own secret: form",
		},
	} {
		f, h, _ := stay(t)
		if c.setup != nil {
			f.Knows("auth/setup_mfa", c.setup)
		}
		u := &User{Account: h.Account}
		got := outcome(t, func(ctx context.Context) { h.EnrolTOTP(ctx, u) })
		if !strings.Contains(got.Reason, c.want) || c.want == "" && (got.Reason != "" || u.TOTPSecret != hometest.Secret) {
			t.Errorf("%s: %s: %s, want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}

func TestWhatIsKnownOfAUserIsASecret(t *testing.T) {
	f, h, _ := stay(t)
	h.Facts.Admin = true
	people(f)
	f.Knows("auth/setup_mfa", func(fields map[string]any) (any, string) {
		return map[string]any{"type": "create_entry", "description_placeholders": map[string]any{"code": hometest.Secret}}, ""
	})
	got := outcome(t, func(ctx context.Context) {
		u := h.NewUser(ctx, "guest")
		h.EnrolTOTP(ctx, &User{Account: h.Account})
		judge.Violated(ctx, "nothing", u.Password+" "+u.Username+" "+h.Mark+" "+hometest.Secret)
	})
	if want := "‹password 2› authconform-guest-‹mark 2› ‹mark 1› ‹secret 1›"; got.Failures[0].Got != want {
		t.Errorf("%s, want %s", got.Failures[0].Got, want)
	}
}

func TestUsersAreRemovedAtTheEndWhereTheirSpecCouldNot(t *testing.T) {
	f, h, ctx := stay(t)
	h.Facts.Admin = true
	there := people(f)
	h.NewUser(ctx, "guest") // the record of ctx never ends
	h.Leave(ctx)
	same(t, "left", *there)
	if n, m := len(f.Asked("POST /auth/revoke")), h.Logins(); n != m || n == 0 {
		t.Errorf("%d tokens of %d logins are given back", n, m)
	}
}

func TestAUserThatCannotBeChangedBlocksItsSpec(t *testing.T) {
	for name, c := range map[string]struct {
		admin bool
		want  string
	}{
		"a home that refuses": {true, "the home did not change the user: unknown_command"},
		"one who may not":     {false, "needs admin: the user may not manage users"},
	} {
		_, h, _ := stay(t)
		h.Facts.Admin = c.admin
		got := outcome(t, func(ctx context.Context) { h.Deactivate(ctx, &User{ID: "x"}) })
		if !strings.HasPrefix(got.Reason, c.want) {
			t.Errorf("%s: %s, want %s", name, got.Reason, c.want)
		}
	}
}
