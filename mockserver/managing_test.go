package mockserver

import "testing"

// TestWhoMayDoWhatToWhom: the refusals of the real home, and what is allowed beside each.
func TestWhoMayDoWhatToWhom(t *testing.T) {
	owner := User{ID: "o", Username: "owner", Owner: true, Admin: true}
	admin := User{ID: "a", Username: "admin", Admin: true}
	ada, bare := User{ID: "u", Username: "ada"}, User{ID: "b"}
	system := User{ID: "s", System: true}
	for _, c := range []struct {
		want string
		m    Managing
	}{
		{"", Managing{"config/auth/update", admin, ada, true}},
		{"", Managing{"config/auth/update", admin, owner, false}},
		{"cannot_deactivate_owner", Managing{"config/auth/update", admin, owner, true}},
		{"cannot_modify_system_generated", Managing{"config/auth/update", owner, system, false}},
		{"", Managing{"config/auth/delete", admin, ada, false}},
		{"no_delete_self", Managing{"config/auth/delete", admin, admin, false}},
		{"no_delete_self", Managing{"config/auth/delete", owner, owner, false}},
		{"cannot_delete_owner", Managing{"config/auth/delete", admin, owner, false}},
		{"cannot_modify_system_generated", Managing{"config/auth/delete", admin, system, false}},
		{"", Managing{loginCreate, admin, bare, false}},
		{"credentials_exist", Managing{loginCreate, admin, ada, false}},
		{"unauthorized", Managing{loginCreate, admin, owner, false}},
		{"system_generated", Managing{loginCreate, owner, system, false}},
		{"", Managing{loginDelete, admin, ada, false}},
		{"cannot_delete_owner_credentials", Managing{loginDelete, owner, owner, false}},
		{"", Managing{anyPassword, owner, ada, false}},
		{"unauthorized", Managing{anyPassword, admin, ada, false}},
		{"", Managing{anyUsername, owner, ada, false}},
		{"unauthorized", Managing{anyUsername, admin, ada, false}},
	} {
		if got := manages(c.m); got != c.want {
			t.Errorf("%s of %s by %s: %q, want %q", c.m.Command, c.m.Whom.ID, c.m.By.ID, got, c.want)
		}
		if _, said := refusedManaging[c.want]; c.want != "" && !said {
			t.Errorf("%s has no words", c.want)
		}
	}
}

// TestACommandTakesWhatItKnowsInTheRightForm: members that are missing, unknown or of another type are named.
func TestACommandTakesWhatItKnowsInTheRightForm(t *testing.T) {
	f := fields{"name": "text!", "groups": "texts", "active": "flag", "days": "whole"}
	for _, c := range []struct {
		want    string
		message map[string]any
	}{
		{"", map[string]any{"id": 1.0, "type": "x", "name": "a"}},
		{"", map[string]any{"name": "", "groups": []any{"a"}, "active": false, "days": 3.0}},
		{"required key not provided at 'name'", map[string]any{}},
		{"expected text at 'name'", map[string]any{"name": nil}},
		{"expected text at 'name'", map[string]any{"name": 5.0}},
		{"expected texts at 'groups'", map[string]any{"name": "a", "groups": "a"}},
		{"expected texts at 'groups'", map[string]any{"name": "a", "groups": []any{1.0}}},
		{"expected flag at 'active'", map[string]any{"name": "a", "active": "yes"}},
		{"expected whole at 'days'", map[string]any{"name": "a", "days": 1.5}},
		{"not a valid option at 'x'", map[string]any{"name": "a", "x": 1.0}},
	} {
		if got := f.problem(c.message); got != c.want {
			t.Errorf("%v: %q, want %q", c.message, got, c.want)
		}
	}
	if got := (fields{"*": ""}).problem(map[string]any{"anything": 1.0}); got != "" {
		t.Errorf("a command that takes anything says %q", got)
	}
}
