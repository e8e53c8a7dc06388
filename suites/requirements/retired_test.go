package requirements

import (
	"slices"
	"testing"
)

func TestARetiredRowIsNoneAndItsSuccessorsAre(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	list, err := retired()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, g := range list {
		if _, row := c.Lookup(g.ID); row || seen[g.ID] || !idForm.MatchString(g.ID) {
			t.Errorf("%s: a row still, or retired twice, or no id", g.ID)
		}
		seen[g.ID] = true
		if len(g.By) == 0 || g.Reason == "" {
			t.Errorf("%s: by and reason are wanted", g.ID)
		}
		for _, id := range g.By {
			if _, row := c.Lookup(id); !row {
				t.Errorf("%s is replaced by %s, which is no row", g.ID, id)
			}
		}
	}
}

func TestWhoNamesARetiredRowIsToldWhereItIs(t *testing.T) {
	t.Parallel()
	by := Retired("provider.token.grant-type")
	if want := []string{"oauth2.error.unsupported-grant", "oauth2.error.grant-type-missing"}; !slices.Equal(by, want) {
		t.Errorf("%v, want %v", by, want)
	}
	for id, want := range map[string]string{
		"provider.token.bound-client": "provider.token.bound-client was retired; use oauth2.code.bound-client instead",
		"provider.token.grant-type": "provider.token.grant-type was retired; " +
			"use oauth2.error.unsupported-grant and oauth2.error.grant-type-missing instead",
		"oauth2.code.bound-client": "", "a.b": "", "": "",
	} {
		if got := Gone(id); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}
