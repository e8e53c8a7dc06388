package home

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/oauth"
)

// people lets the fake keep users.
func people(f *fake, names ...string) *[]string {
	there := &names
	f.commands["config/auth/create"] = func(fields map[string]any) (any, string) {
		*there = append(*there, fmt.Sprint(fields["name"]))
		return map[string]any{"user": map[string]any{"id": fields["name"]}}, ""
	}
	f.commands["config/auth_provider/homeassistant/create"] = func(map[string]any) (any, string) { return nil, "" }
	f.commands["config/auth/update"] = func(map[string]any) (any, string) { return nil, "" }
	f.commands["config/auth/delete"] = func(fields map[string]any) (any, string) {
		before := len(*there)
		*there = slices.DeleteFunc(*there, func(name string) bool { return name == fields["user_id"] })
		if len(*there) == before {
			return nil, "not_found"
		}
		return nil, ""
	}
	f.commands["config/auth/list"] = func(map[string]any) (any, string) {
		var list []map[string]any
		for _, name := range *there {
			list = append(list, map[string]any{"id": name, "name": name})
		}
		return list, ""
	}
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
	for _, line := range f.asked("WS ") {
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
	for _, line := range f.asked("WS ") {
		if strings.Contains(line, "config/auth/delete") {
			removed++
		}
	}
	if removed != 1 {
		t.Errorf("it is removed %d times", removed)
	}
}

func TestWhoMayNotManageUsersMakesNone(t *testing.T) {
	guest := func(_ *fake, h *Home) { h.Facts.Admin = false }
	without := func(name string) func(*fake, *Home) {
		return func(f *fake, _ *Home) { delete(f.commands, name) }
	}
	for name, c := range map[string]struct {
		change func(*fake, *Home)
		want   string
	}{
		"no administrator":       {guest, "the user may not manage users; give --user an administrator"},
		"a home that makes none": {without("config/auth/create"), "the home made no user: unknown_command: "},
		"one without passwords":  {without("config/auth_provider/homeassistant/create"), "gave the new user no password: unknown_command: "},
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
	delete(f.commands, "config/auth/list")
	if left := h.TakeBackUsers(ctx, "run"); len(left) != 1 || !strings.Contains(left[0], "users of this run may be left at the target: ") {
		t.Errorf("%q", left)
	}
}

func TestASecondFactorIsEnrolledAsAPersonWould(t *testing.T) {
	shows := func(code string) command {
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
		setup command
		want  string
	}{
		"a home with TOTP":     {shows(secret), ""},
		"one without":          {nil, "the home offers no TOTP module: unknown_command"},
		"one without a secret": {shows("n0ne!"), "auth/setup_mfa shows no base32 secret in description_placeholders.code"},
		"one that refuses it": {
			func(map[string]any) (any, string) {
				return map[string]any{"type": "form", "description_placeholders": map[string]any{"code": secret}}, ""
			},
			"the home did not accept the code of its own secret: form",
		},
	} {
		f, h, _ := stay(t)
		if c.setup != nil {
			f.commands["auth/setup_mfa"] = c.setup
		}
		u := &User{Account: h.Account}
		got := outcome(t, func(ctx context.Context) { h.EnrolTOTP(ctx, u) })
		if !strings.Contains(got.Reason, c.want) || c.want == "" && (got.Reason != "" || u.TOTPSecret != secret) {
			t.Errorf("%s: %s: %s, want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}
